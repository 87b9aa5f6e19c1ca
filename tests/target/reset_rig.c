/* SPDX-License-Identifier: Apache-2.0 */
#include "reset_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dfu/boot_rules.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/log.h>
#include <storage/flash_map.h>

#define FLASH_MAX ((size_t)1 << 20)
#define NEIGHBOUR 0x5a
#define OLD 0x33
#define SLOTS 4

/* clang-format off */
const struct reset_case reset_plain =
	{"plain",          BOOT_MODE_SWAP_MOVE,      512,  16, 4,   64,   0xff, false, 8};
const struct reset_case reset_cases[] = {
	{"plain",          BOOT_MODE_SWAP_MOVE,      512,  16, 4,   64,   0xff, false, 8},
	{"block 1",        BOOT_MODE_OVERWRITE_ONLY, 256,  32, 1,   256,  0xff, false, 8},
	{"erased 0",       BOOT_MODE_SWAP_SCRATCH,   512,  16, 8,   512,  0x00, false, 8},
	{"odd buffer",     BOOT_MODE_SWAP_OFFSET,    1024, 12, 32,  96,   0xff, false, 32},
	{"block 16",       BOOT_MODE_DIRECT_XIP,     1024, 10, 16,  128,  0xff, false, 16},
	{"revert",         BOOT_MODE_DIRECT_XIP_REVERT, 512, 16, 8, 128,  0xff, false, 8},
	{"block 512",      BOOT_MODE_DIRECT_XIP,     2048, 6,  512, 1024, 0xff, false, 8},
	{"page is held",   BOOT_MODE_DIRECT_XIP,     512,  16, 512, 512,  0xff, false, 8},
	{"no erase",       BOOT_MODE_SWAP_MOVE,      512,  16, 16,  64,   0xff, true,  16},
};
/* clang-format on */
const size_t reset_case_count = ARRAY_LEN(reset_cases);

struct reset_device *dev;
struct image_file new_file;

static struct flash_area areas[SLOTS + 1];
const struct flash_area *flash_map = areas;
const int flash_map_entries = ARRAY_LEN(areas);

static struct image_file old_file;
static uint32_t buffer[1024 / sizeof(uint32_t)];

static struct reset_device *before;
static uint8_t *flash_before;

/* Device, flash, marks of its blocks and masks of its bits. */
static uint8_t *arena;
#define ARENA_SIZE (sizeof(struct reset_device) + 3 * FLASH_MAX)

void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	va_list args;

	if (dev == NULL || level > DFU_LOG_WRN) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(dev->last_warning, sizeof(dev->last_warning), format, args);
	va_end(args);
	dev->warnings++;
}

static void watch(void *arg, const struct sim_operation *operation)
{
	const size_t skip = sizeof("dfu/MCUBOOT") - 1;

	(void)arg;
	if (dev->op_count < RESET_OPS_MAX) {
		struct reset_op *op = &dev->ops[dev->op_count++];

		*op = (struct reset_op){operation->kind, (size_t)operation->offset, operation->len,
					""};
		if (operation->name != NULL && strlen(operation->name) > skip) {
			(void)snprintf(op->name, sizeof(op->name), "%s", operation->name + skip);
		}
	}
}

static void power_off(void *arg)
{
	(void)arg;
	_Exit(RESET_CUT);
}

static bool is_sick(enum reset_settings_call call)
{
	if (dev->sick_rc == 0 || (dev->sick_calls & (unsigned int)call) == 0) {
		return false;
	}
	const long k = dev->settings_calls++;
	return dev->sick_at < 0 || k == dev->sick_at;
}

static int sick_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	return is_sick(RESET_LOAD)
		       ? dev->sick_rc
		       : dev->settings.backend.api->load(&dev->settings.backend, cb, param);
}

static int sick_save(const struct settings_backend *backend, const char *name, const void *value,
		     size_t len)
{
	(void)backend;
	return is_sick(len > 0 ? RESET_SAVE : RESET_DELETE)
		       ? dev->sick_rc
		       : dev->settings.backend.api->save(&dev->settings.backend, name, value, len);
}

static const struct settings_backend_api sick_api = {.load = sick_load, .save = sick_save};

static void begin_arena(void)
{
	if (arena == NULL) {
		arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
		before = malloc(sizeof(*before));
		flash_before = malloc(3 * FLASH_MAX);
		assert_true(arena != MAP_FAILED && before != NULL && flash_before != NULL);
	}
	dev = (struct reset_device *)(void *)arena;
	memset(dev, 0, sizeof(*dev));
	dev->memory = arena + sizeof(*dev);
}

static void begin_flash(const struct reset_case *what)
{
	dev->size = (SLOTS * what->pages + 3) * what->page;
	assert_true(dev->size <= FLASH_MAX);
	dev->cells = (struct sim_cells){dev->memory + FLASH_MAX, dev->memory + 2 * FLASH_MAX,
					&dev->noise};
	memset(dev->memory, NEIGHBOUR, dev->size);
	memset(dev->cells.programmed, 0, dev->size);
	memset(dev->cells.unstable, 0, dev->size);
	dev->layout = (struct flash_pages_layout){SLOTS * what->pages + 3, what->page};
	const struct flash_ram_config config = {
		.memory = dev->memory,
		.parameters = {.write_block_size = what->block,
			       .caps = {.no_explicit_erase = what->no_erase},
			       .erase_value = what->erased},
		.layout = &dev->layout,
		.layout_size = 1,
	};
	memcpy(&dev->config, &config, sizeof(config));
	dev->ram = (struct device){.name = "ram", .config = &dev->config, .api = &flash_ram_api};
	sim_power_init(&dev->power);
	dev->power.watch = watch;
	dev->power.off = power_off;
	sim_nor_init(&dev->nor, &dev->ram);
	dev->nor.power = &dev->power;
	dev->nor.cells = &dev->cells;
}

static void begin_areas(const struct reset_case *what)
{
	for (int i = 0; i < SLOTS; i++) {
		areas[i] = (struct flash_area){
			.fa_id = (uint8_t)i,
			.fa_off = (off_t)((1 + (size_t)i * what->pages) * what->page),
			.fa_size = what->pages * what->page,
			.fa_dev = &dev->nor.device,
			.fa_label = "slot"};
		memset(reset_slot(i), i % 2 == 0 ? what->erased : OLD, reset_slot_size());
	}
	areas[SLOTS] = (struct flash_area){
		.fa_id = BOOT_SCRATCH_AREA_ID,
		.fa_off = (off_t)((1 + SLOTS * what->pages) * what->page),
		.fa_size = what->page,
		.fa_dev = &dev->nor.device,
		.fa_label = "scratch",
	};
}

/* Where images are started and erased by trailer, the running one needs its own: confirmed. */
static void put_confirmation(uint8_t *slot)
{
	static const uint8_t magic[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
					  0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};
	uint8_t *end = slot + reset_slot_size();

	memcpy(end - 16, magic, sizeof(magic));
	end[-24] = 1;
	end[-32] = 1;
}

void reset_open(const struct reset_case *what, size_t size)
{
	begin_arena();
	dev->what = *what;
	dev->images = 1;
	begin_flash(what);
	begin_areas(what);
	image_file_make(&old_file, 300, 0, 0);
	image_file_make(&new_file, size, 1, 0);
	for (int i = 0; i < SLOTS; i += 2) {
		memcpy(reset_slot(i), old_file.bytes, old_file.size);
		if (what->mode == BOOT_MODE_DIRECT_XIP_REVERT) {
			put_confirmation(reset_slot(i));
		}
	}
	settings_ram_init(&dev->store, dev->store_memory, sizeof(dev->store_memory));
	sim_settings_init(&dev->settings, &dev->store.backend, &dev->power);
	dev->sick.api = &sick_api;
}

void reset_close(void)
{
	free(new_file.bytes);
	free(old_file.bytes);
	memset(&new_file, 0, sizeof(new_file));
	memset(&old_file, 0, sizeof(old_file));
}

static void begin_library(void)
{
	const struct boot_arrangement arrangement = {
		.mode = dev->what.mode,
		.max_align = dev->what.align,
		.images = dev->images,
		.max_sectors = (uint16_t)dev->what.pages,
	};

	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	for (int i = 0; i < dev->images; i++) {
		assert_int_equal(boot_running_slot_set(i, 0), 0);
	}
	settings_backend_set(&dev->sick);
	assert_int_equal(dfu_target_mcuboot_set_buf((uint8_t *)buffer, dev->what.buffer), 0);
}

static void assert_rules_were_kept(int status)
{
	const bool is_over = WIFEXITED(status) &&
			     (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == RESET_CUT);
	const uint8_t *end = dev->memory + dev->size - dev->what.page;

	if (!is_over || dev->nor.violation[0] != '\0') {
		fail_msg("%s: the run ended with %#x, %s", dev->what.name, (unsigned int)status,
			 dev->nor.violation);
	}
	for (size_t i = 0; i < dev->what.page; i++) {
		assert_int_equal(dev->memory[i], NEIGHBOUR);
		assert_int_equal(end[i], NEIGHBOUR);
	}
}

int reset_run(void (*body)(void))
{
	int status = -1;

	(void)fflush(stdout);
	const pid_t child = fork();
	if (child == 0) {
		(void)setenv("CMOCKA_TEST_ABORT", "1", 1); /* an assertion ends this process */
		begin_library();
		body();
		_Exit(0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	assert_rules_were_kept(status);
	return WEXITSTATUS(status);
}

int reset_run_cut(void (*body)(void), unsigned long k, enum sim_cut when, uint32_t seed)
{
	sim_power_cut(&dev->power, k, when, seed, -EIO);
	const int rc = reset_run(body);
	sim_power_init(&dev->power);
	dev->power.watch = watch;
	dev->power.off = power_off;
	return rc;
}

void reset_snapshot(void)
{
	memcpy(before, dev, sizeof(*dev));
	memcpy(flash_before, dev->memory, dev->size);
	memcpy(flash_before + FLASH_MAX, dev->cells.programmed, dev->size);
	memcpy(flash_before + 2 * FLASH_MAX, dev->cells.unstable, dev->size);
}

void reset_restore(void)
{
	memcpy(dev, before, sizeof(*dev));
	memcpy(dev->memory, flash_before, dev->size);
	memcpy(dev->cells.programmed, flash_before + FLASH_MAX, dev->size);
	memcpy(dev->cells.unstable, flash_before + 2 * FLASH_MAX, dev->size);
}

uint8_t *reset_slot(int slot)
{
	return dev->memory + areas[slot].fa_off;
}

size_t reset_start(void)
{
	return dev->what.mode == BOOT_MODE_SWAP_OFFSET ? dev->what.page : 0;
}

size_t reset_slot_size(void)
{
	return dev->what.pages * dev->what.page;
}

size_t reset_hold(void)
{
	return dev->what.block > 32 ? dev->what.block : 32;
}

void reset_assert_slot_is_file(void)
{
	assert_memory_equal(reset_slot(1) + reset_start(), new_file.bytes, new_file.size);
}

void reset_assert_body_is_file(void)
{
	const size_t hold = reset_hold();

	assert_memory_equal(reset_slot(1) + reset_start() + hold, new_file.bytes + hold,
			    new_file.size - hold);
}

void reset_move_area(int slot, off_t from, size_t size)
{
	areas[slot].fa_off += from;
	areas[slot].fa_size = size;
}

void reset_name_area(int slot, uint8_t id)
{
	areas[slot].fa_id = id;
}

uint8_t *reset_setting(const char *name, size_t *len)
{
	/* As settings_ram packs them: size of the name, length of the value, name, value. */
	for (size_t pos = 0; pos < dev->store.used;) {
		uint8_t *entry = dev->store_memory + pos;
		const size_t value_len = entry[1] + 256u * entry[2];

		if (strcmp((const char *)entry + 3, name) == 0) {
			*len = value_len;
			return entry + 3 + entry[0];
		}
		pos += 3 + entry[0] + value_len;
	}
	return NULL;
}

void reset_forget_ops(void)
{
	dev->op_count = 0;
}

size_t reset_count(enum sim_operation_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < dev->op_count; i++) {
		n += dev->ops[i].kind == kind;
	}
	return n;
}

static size_t count_settings(const char *name, bool is_deletion)
{
	size_t n = 0;

	for (size_t i = 0; i < dev->op_count; i++) {
		n += dev->ops[i].kind == SIM_SAVE && (dev->ops[i].len == 0) == is_deletion &&
		     strcmp(dev->ops[i].name, name) == 0;
	}
	return n;
}

size_t reset_count_saves(const char *name)
{
	return count_settings(name, false);
}

size_t reset_count_deletions(const char *name)
{
	return count_settings(name, true);
}

int reset_init(size_t size)
{
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, size, NULL);
}

size_t reset_offset(void)
{
	size_t offset = SIZE_MAX;

	assert_int_equal(dfu_target_offset_get(&offset), 0);
	return offset;
}

int reset_write(size_t end, size_t chunk)
{
	int rc = 0;

	for (size_t off = reset_offset(); rc == 0 && off < end;) {
		const size_t n = end - off < chunk ? end - off : chunk;

		rc = dfu_target_write(new_file.bytes + off, n);
		off += n;
	}
	return rc;
}

void reset_finish(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	reset_assert_slot_is_file();
}

void reset_ask(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	dev->offset = reset_offset();
}

size_t reset_next_offset(void)
{
	assert_int_equal(reset_run(reset_ask), 0);
	return dev->offset;
}

bool reset_is_slot_erase(const struct reset_op *op)
{
	const size_t slot = (size_t)(reset_slot(1) - dev->memory);

	return op->kind == SIM_ERASE && op->off >= slot && op->off < slot + reset_slot_size();
}

size_t reset_erases_since(size_t from)
{
	size_t count = 0;

	for (size_t i = from; i < dev->op_count; i++) {
		count += dev->ops[i].kind == SIM_ERASE ? 1 : 0;
	}
	return count;
}
