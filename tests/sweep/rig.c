/* SPDX-License-Identifier: Apache-2.0 */
#include "rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dfu/boot_rules.h>
#include <retention/retention.h>
#include <storage/flash_map.h>

#define ARENA_SIZE ((size_t)16 << 20)
#define NEIGHBOUR 0x5a
#define SECTORS_MAX 128

struct rig rig;

#define NOBODY 255

static struct flash_area areas[RIG_SLOTS_MAX + 1]; /* the last one is scratch */
const struct flash_area *flash_map = areas;
const int flash_map_entries = ARRAY_LEN(areas);

static uint8_t *arena;
static size_t arena_used;

/* The write block of the second flash, by that of the first. */
static const struct {
	size_t first;
	size_t second;
} other_blocks[] = {{1, 8}, {2, 16}, {4, 1}, {8, 4}, {16, 32}, {32, 2}, {512, 4}};

static size_t other_block(size_t block)
{
	for (size_t i = 0; i < ARRAY_LEN(other_blocks); i++) {
		if (other_blocks[i].first == block) {
			return other_blocks[i].second;
		}
	}
	abort();
}

static void *take(size_t size)
{
	uint8_t *p = arena + arena_used;

	arena_used += (size + 63) / 64 * 64;
	if (arena_used > ARENA_SIZE) {
		abort();
	}
	return p;
}

static void begin_arena(void)
{
	if (arena == NULL) {
		arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
		if (arena == MAP_FAILED) {
			abort();
		}
	}
	arena_used = 0;
}

static struct rig_flash *flash_of(const struct device *dev)
{
	return dev->data;
}

static void write_down(const struct rig_flash *flash, bool is_erase, off_t off, size_t len)
{
	struct rig_shared *shared = rig.shared;

	if (shared->op_count < RIG_OPS_MAX) {
		shared->ops[shared->op_count] = (struct rig_op){
			.flash = flash == &rig.flashes[1],
			.is_erase = is_erase,
			.off = (size_t)off,
			.len = len,
		};
	}
	shared->op_count++;
}

/* Every operation that changes what outlives a reset begins and ends here. */
static void begin_operation(void)
{
	if (rig.shared->operations == rig.shared->cut && !rig.shared->cut_after) {
		_Exit(RIG_CUT);
	}
}

static void end_operation(void)
{
	if (rig.shared->operations == rig.shared->cut) {
		_Exit(RIG_CUT);
	}
	rig.shared->operations++;
}

static int after(const struct rig_flash *flash, int rc)
{
	if (flash->nor.violation[0] != '\0' && rig.shared->violation[0] == '\0') {
		memcpy(rig.shared->violation, flash->nor.violation, sizeof(flash->nor.violation));
	}
	return rc;
}

static int rig_read(const struct device *dev, off_t off, void *data, size_t len)
{
	const struct rig_flash *flash = flash_of(dev);

	return after(flash, flash_read(&flash->nor.device, off, data, len));
}

static bool is_erased(const struct rig_flash *flash, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != flash->config->parameters.erase_value) {
			return false;
		}
	}
	return true;
}

static int rig_write(const struct device *dev, off_t off, const void *data, size_t len)
{
	const struct rig_flash *flash = flash_of(dev);
	const bool is_erase = flash->config->parameters.caps.no_explicit_erase &&
			      is_erased(flash, data, len);

	begin_operation();
	write_down(flash, is_erase, off, len);
	const int rc = after(flash, flash_write(&flash->nor.device, off, data, len));
	end_operation();
	return rc;
}

static int rig_erase(const struct device *dev, off_t off, size_t len)
{
	const struct rig_flash *flash = flash_of(dev);

	begin_operation();
	write_down(flash, true, off, len);
	const int rc = after(flash, flash_erase(&flash->nor.device, off, len));
	end_operation();
	return rc;
}

static const struct flash_parameters *rig_parameters(const struct device *dev)
{
	return &flash_of(dev)->config->parameters;
}

static void rig_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			    size_t *layout_size)
{
	*layout = flash_of(dev)->runs;
	*layout_size = flash_of(dev)->run_count;
}

static const struct flash_driver_api rig_api = {
	.read = rig_read,
	.write = rig_write,
	.erase = rig_erase,
	.get_parameters = rig_parameters,
	.page_layout = rig_page_layout,
};

static int load_entries(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	const struct settings_backend *inner = &rig.shared->settings.backend;

	(void)backend;
	return inner->api->load(inner, cb, param);
}

static int save_entry(const struct settings_backend *backend, const char *name, const void *value,
		      size_t len)
{
	const struct settings_backend *inner = &rig.shared->settings.backend;

	(void)backend;
	begin_operation();
	const int rc = inner->api->save(inner, name, value, len);
	end_operation();
	return rc;
}

static const struct settings_backend_api settings_api = {
	.load = load_entries,
	.save = save_entry,
};

/* Appends the pages of a text to a flash; gives their first byte. */
static size_t add_pages(struct rig_flash *flash, const char *text)
{
	const size_t start = flash->size;

	while (*text != '\0') {
		char *end;
		const size_t count = strtoul(text, &end, 10);
		size_t size = strtoul(end + 1, &end, 10);

		if (*end == 'K') {
			size *= 1024;
			end++;
		}
		if (count == 0 || size == 0 || flash->run_count == RIG_RUNS_MAX) {
			abort();
		}
		flash->runs[flash->run_count++] = (struct flash_pages_layout){count, size};
		flash->size += count * size;
		text = *end == ' ' ? end + 1 : end;
	}
	return start;
}

/* A page of nobody, as large as the one beside it. */
static void add_neighbour(struct rig_flash *flash, size_t size)
{
	flash->runs[flash->run_count++] = (struct flash_pages_layout){1, size};
	flash->size += size;
}

static size_t add_slot(unsigned int flash_index, int slot_index, const char *pages)
{
	struct rig_flash *flash = &rig.flashes[flash_index];
	struct rig_slot *slot = &rig.slots[slot_index];
	const size_t first = flash->run_count;

	*slot = (struct rig_slot){.flash = flash, .off = add_pages(flash, pages)};
	slot->size = flash->size - slot->off;
	slot->page_min = SIZE_MAX;
	for (size_t i = first; i < flash->run_count; i++) {
		const size_t page = flash->runs[i].pages_size;

		slot->pages += flash->runs[i].pages_count;
		slot->page_min = page < slot->page_min ? page : slot->page_min;
		slot->page_max = page > slot->page_max ? page : slot->page_max;
	}
	return flash->runs[flash->run_count - 1].pages_size;
}

static void add_scratch(struct rig_flash *flash, const char *pages)
{
	const size_t first = flash->run_count;
	const size_t start = add_pages(flash, pages);

	rig.scratch_size = flash->size - start;
	rig.scratch_page = 0;
	for (size_t i = first; i < flash->run_count; i++) {
		const size_t page = flash->runs[i].pages_size;

		rig.scratch_page = page > rig.scratch_page ? page : rig.scratch_page;
	}
	areas[RIG_SLOTS_MAX] = (struct flash_area){
		.fa_id = BOOT_SCRATCH_AREA_ID,
		.fa_off = (off_t)start,
		.fa_size = rig.scratch_size,
		.fa_dev = &flash->dev,
		.fa_label = "image-scratch",
	};
}

static bool begin_flash(struct rig_flash *flash, size_t block, uint8_t erased, bool no_erase)
{
	for (size_t i = 0; i < flash->run_count; i++) {
		if (flash->runs[i].pages_size % block != 0) {
			return false;
		}
	}
	flash->memory = take(flash->size);
	flash->before = take(flash->size);
	flash->config = take(sizeof(*flash->config));
	memcpy(flash->config,
	       &(struct flash_ram_config){.memory = flash->memory,
					  .parameters = {.write_block_size = block,
							 .caps = {.no_explicit_erase = no_erase},
							 .erase_value = erased},
					  .layout = flash->runs,
					  .layout_size = flash->run_count},
	       sizeof(*flash->config));
	flash->ram =
		(struct device){.name = "sweep", .config = flash->config, .api = &flash_ram_api};
	sim_nor_init(&flash->nor, &flash->ram);
	flash->dev = (struct device){.name = "sweep", .api = &rig_api, .data = flash};
	memset(flash->memory, NEIGHBOUR, flash->size);
	return true;
}

static void fill(uint8_t *bytes, size_t len, const struct rig_flash *flash)
{
	memset(bytes, flash->config->parameters.erase_value, len);
}

static void begin_slot(int index)
{
	struct rig_slot *slot = &rig.slots[index];
	const struct flash_parameters *parameters = &slot->flash->config->parameters;

	slot->block = parameters->write_block_size;
	slot->erased = parameters->erase_value;
	slot->no_erase = parameters->caps.no_explicit_erase;
	slot->bytes = slot->flash->memory + slot->off;
	fill(slot->bytes, slot->size, slot->flash);
	areas[index] = (struct flash_area){
		.fa_id = (uint8_t)index,
		.fa_off = (off_t)slot->off,
		.fa_size = slot->size,
		.fa_dev = &slot->flash->dev,
		.fa_label = "slot",
	};
}

/* First flash: neighbour, slot 0, neighbour, [slot 1, neighbour,] scratch. */
static void lay_out(const struct rig_case *what)
{
	const bool is_far = what->place != RIG_SAME_FLASH;
	const char *pages = what->place == RIG_SECOND_FLASH_PAGES ? what->layout->far
								  : what->layout->slot1;
	struct rig_flash *home = &rig.flashes[is_far ? 1 : 0];

	add_neighbour(&rig.flashes[0], 4096);
	add_neighbour(&rig.flashes[0], add_slot(0, 0, what->layout->slot0));
	if (is_far) {
		add_neighbour(home, 8192);
	}
	add_neighbour(home, add_slot(is_far ? 1 : 0, 1, pages));
	add_scratch(&rig.flashes[0], what->layout->scratch);
	if (what->has_second_image) {
		add_neighbour(&rig.flashes[0], 4096);
		(void)add_slot(0, 2, what->layout->slot0);
		(void)add_slot(0, 3, what->layout->slot1);
	}
}

static void begin_library(const struct rig_case *what)
{
	const struct boot_arrangement arrangement = {
		.mode = what->mode,
		.max_align = what->align,
		.images = what->has_second_image ? 2 : 1,
		.max_sectors = SECTORS_MAX,
	};
	const struct boot_rules rules = {
		.signature = BOOT_SIGNATURE_NONE,
		.hash = DFU_IMAGE_TLV_SHA256,
		.ram_start = 0x20000000,
		.ram_size = 0x400000,
	};

	const struct retention_region mode = {rig.shared->boot_mode, sizeof(rig.shared->boot_mode)};

	bootmode_region_set(&mode);
	settings_ram_init(&rig.shared->settings, rig.shared->entries, sizeof(rig.shared->entries));
	rig.settings.api = &settings_api;
	settings_backend_set(&rig.settings);
	if (boot_arrangement_set(&arrangement) != 0 || boot_rules_set(&rules) != 0 ||
	    settings_subsys_init() != 0) {
		abort();
	}
}

bool rig_open(const struct rig_case *what)
{
	const bool flip = what->place == RIG_SECOND_FLASH_PAGES;

	begin_arena();
	memset(&rig, 0, sizeof(rig));
	rig.what = *what;
	rig.shared = take(sizeof(*rig.shared));
	memset(rig.shared, 0, sizeof(*rig.shared));
	rig.shared->cut = -1;
	lay_out(what);
	if (!begin_flash(&rig.flashes[0], what->block, what->erased, what->no_erase)) {
		return false;
	}
	if (what->place != RIG_SAME_FLASH &&
	    !begin_flash(&rig.flashes[1], other_block(what->block), (uint8_t)~what->erased,
			 what->no_erase != flip)) {
		return false;
	}
	for (int i = 0; i < RIG_SLOTS_MAX; i++) {
		areas[i] = (struct flash_area){.fa_id = NOBODY};
		if (i < RIG_SLOTS || what->has_second_image) {
			begin_slot(i);
		}
	}
	fill(rig.flashes[0].memory + areas[RIG_SLOTS_MAX].fa_off, rig.scratch_size,
	     &rig.flashes[0]);
	begin_library(what);
	return true;
}

const char *rig_name(const struct rig_case *what)
{
	static const char *const places[] = {"", ", slot 1 on a second flash",
					     ", slot 1 on a second flash of other pages"};
	static char name[200];

	(void)snprintf(name, sizeof(name), "%s, %s | %s%s, block %zu, align %u, erased %#x%s",
		       boot_mode_name(what->mode), what->layout->slot0,
		       what->place == RIG_SECOND_FLASH_PAGES ? what->layout->far
							     : what->layout->slot1,
		       places[what->place], what->block, what->align, what->erased,
		       what->no_erase ? ", no erase" : "");
	return name;
}

void rig_snapshot(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rig.flashes); i++) {
		struct rig_flash *flash = &rig.flashes[i];

		if (flash->size > 0) {
			memcpy(flash->before, flash->memory, flash->size);
		}
	}
	rig.shared->settings_before = rig.shared->settings;
	memcpy(rig.shared->entries_before, rig.shared->entries, RIG_SETTINGS_SIZE);
}

void rig_restore(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rig.flashes); i++) {
		struct rig_flash *flash = &rig.flashes[i];

		if (flash->size > 0) {
			memcpy(flash->memory, flash->before, flash->size);
		}
	}
	rig.shared->settings = rig.shared->settings_before;
	memcpy(rig.shared->entries, rig.shared->entries_before, RIG_SETTINGS_SIZE);
}

int rig_run(int (*run)(void), long cut, bool cut_after)
{
	int status;

	rig.shared->cut = cut;
	rig.shared->cut_after = cut_after;
	rig.shared->operations = 0;
	const pid_t child = fork();
	if (child == 0) {
		rig.shared->rc = run();
		_Exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != RIG_CUT)) {
		(void)fflush(stdout);
		_Exit(1);
	}
	rig.shared->cut = -1;
	return WEXITSTATUS(status) == 0 ? rig.shared->rc : RIG_CUT;
}

static bool is_unchanged(const struct rig_flash *flash, size_t start, size_t end)
{
	return start >= end ||
	       memcmp(&flash->memory[start], &flash->before[start], end - start) == 0;
}

bool rig_is_unchanged_outside(int slot)
{
	for (size_t i = 0; i < ARRAY_LEN(rig.flashes); i++) {
		const struct rig_flash *flash = &rig.flashes[i];
		const bool has_slot = slot >= 0 && rig.slots[slot].flash == flash;
		const size_t start = has_slot ? rig.slots[slot].off : flash->size;
		const size_t end = has_slot ? start + rig.slots[slot].size : flash->size;

		if (!is_unchanged(flash, 0, start) || !is_unchanged(flash, end, flash->size)) {
			return false;
		}
	}
	return true;
}

void rig_forget_ops(void)
{
	rig.shared->op_count = 0;
}

/* Bytes touched twice without an erase between; one bit a byte of flash would be harder to read. */
static bool count_op(const struct rig_op *op, uint8_t *programmed, uint8_t *erased)
{
	const struct rig_flash *flash = &rig.flashes[op->flash];
	const size_t block = flash->config->parameters.write_block_size;

	for (size_t i = op->off / block; i < (op->off + op->len) / block; i++) {
		if (op->is_erase ? erased[i] != 0 : programmed[i] != 0) {
			return false;
		}
		programmed[i] = !op->is_erase;
		erased[i] = erased[i] || op->is_erase;
	}
	return true;
}

bool rig_ops_are_at_the_floor(void)
{
	const size_t size[2] = {rig.flashes[0].size, rig.flashes[1].size};
	uint8_t *programmed[2] = {calloc(size[0] + 1, 1), calloc(size[1] + 1, 1)};
	uint8_t *erased[2] = {calloc(size[0] + 1, 1), calloc(size[1] + 1, 1)};
	bool good = rig.shared->op_count <= RIG_OPS_MAX;

	for (size_t i = 0; good && i < rig.shared->op_count; i++) {
		const struct rig_op *op = &rig.shared->ops[i];

		good = count_op(op, programmed[op->flash], erased[op->flash]);
	}
	for (size_t i = 0; i < 2; i++) {
		free(programmed[i]);
		free(erased[i]);
	}
	return good;
}

struct rig_page rig_page_at(const struct rig_slot *slot, size_t off)
{
	size_t start = 0;

	for (size_t i = 0; i < slot->flash->run_count; i++) {
		const struct flash_pages_layout *run = &slot->flash->runs[i];
		const size_t end = start + run->pages_count * run->pages_size;

		if (slot->off + off < end) {
			const size_t in = slot->off + off - start;
			const size_t page = start + in / run->pages_size * run->pages_size;

			return (struct rig_page){page - slot->off, run->pages_size};
		}
		start = end;
	}
	abort();
}

void rig_move_slot(int slot, size_t start, size_t size)
{
	areas[slot].fa_off = (off_t)(rig.slots[slot].off + start);
	areas[slot].fa_size = size;
}

void rig_put(int slot, size_t off, const void *bytes, size_t len)
{
	if (off > rig.slots[slot].size || len > rig.slots[slot].size - off) {
		abort();
	}
	memcpy(&rig.slots[slot].bytes[off], bytes, len);
}
