/* SPDX-License-Identifier: Apache-2.0 */
#include "set_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <boot_model.h> /* sim/ */
#include <dfu/boot_rules.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/log.h>
#include <flash/flash_ram.h> /* ports/ */
#include <nor.h>             /* sim/ */
#include <settings/settings_ram.h>
#include <settings_power.h> /* sim/ */
#include <storage/flash_map.h>

#include "image/image_maker.h"
#include "target/mcuboot_held.h"

#define PAGE ((size_t)256)
#define PAGES ((size_t)6)
#define SLOT (PAGE * PAGES)
#define SLOTS (2 * SET_IMAGES_MAX)
#define FLASH (SLOTS * SLOT + PAGE)
#define BLOCK 4
#define HEADER 32
#define SNAPSHOTS 3
#define RAM_START 0x20000000u
#define RAM_LOAD 0x20u
#define SHA256 0x10
#define DEPENDENCY 0x40

/* clang-format off */
const struct set_links set_links[] = {
	/*                               0    1    2    swap   direct */
	{"two apart",            2, {   0,   0,   0}, false, false},
	{"0 needs 1",            2, {   2,   0,   0}, true,  true},
	{"1 needs 0",            2, {   0,   1,   0}, true,  true},
	{"each other",           2, {   2,   1,   0}, true,  true},
	{"three apart",          3, {   0,   0,   0}, false, false},
	{"0 needs 1 needs 2",    3, {   2,   4,   0}, true,  true},
	{"2 needs 0 needs 1",    3, {   2,   0,   1}, true,  true},
	{"0 and 1 need 2",       3, {   4,   4,   0}, true,  true},
	{"2 needs 0, 1 nothing", 3, {   0,   0,   1}, true,  false},
	{"0 needs 1 and 2",      3, {   6,   0,   0}, true,  false},
};
const size_t set_links_count = ARRAY_LEN(set_links);

const enum boot_mode set_modes[] = {
	BOOT_MODE_SWAP_MOVE,      BOOT_MODE_SWAP_OFFSET,       BOOT_MODE_SWAP_SCRATCH,
	BOOT_MODE_OVERWRITE_ONLY, BOOT_MODE_DIRECT_XIP,        BOOT_MODE_DIRECT_XIP_REVERT,
	BOOT_MODE_RAM_LOAD,       BOOT_MODE_RAM_LOAD_REVERT,
};
const size_t set_mode_count = ARRAY_LEN(set_modes);
/* clang-format on */

/* All that outlives a reset. */
struct memory {
	uint8_t flash[FLASH];
	uint8_t programmed[FLASH];
	uint8_t unstable[FLASH];
	uint8_t settings[2048];
	size_t settings_used;
	uint32_t noise;
	int running[SET_IMAGES_MAX];
};

static struct memory now;
static struct memory snapshots[SNAPSHOTS];

static struct flash_area areas[SLOTS + 1];
const struct flash_area *flash_map = areas;
const int flash_map_entries = ARRAY_LEN(areas);

static const struct flash_pages_layout layout = {FLASH / PAGE, PAGE};
static const struct flash_ram_config config = {
	.memory = now.flash,
	.parameters = {.write_block_size = BLOCK, .erase_value = 0xff},
	.layout = &layout,
	.layout_size = 1,
};
static const struct device ram = {.name = "ram", .config = &config, .api = &flash_ram_api};
static struct sim_nor nor;
static struct sim_power power;
static const struct sim_cells cells = {now.programmed, now.unstable, &now.noise};
static struct settings_ram store;
static struct sim_settings settings;
static uint32_t buffer[PAGE / sizeof(uint32_t)];

static const struct set_links *links;
static enum boot_mode mode;

/* Failures are what the tests are about. */
void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

bool set_next(struct set_case *c)
{
	if (c->number == set_mode_count * set_links_count) {
		return false;
	}
	c->mode = set_modes[c->number / set_links_count];
	c->links = &set_links[c->number++ % set_links_count];
	c->all = SET_ALL(c->links->images);
	return true;
}

bool set_is_direct(enum boot_mode of)
{
	return of == BOOT_MODE_DIRECT_XIP || of == BOOT_MODE_DIRECT_XIP_REVERT ||
	       of == BOOT_MODE_RAM_LOAD || of == BOOT_MODE_RAM_LOAD_REVERT;
}

static bool has_revert(enum boot_mode of)
{
	return of == BOOT_MODE_DIRECT_XIP_REVERT || of == BOOT_MODE_RAM_LOAD_REVERT;
}

bool set_goes_back(enum boot_mode of)
{
	return has_revert(of) || of == BOOT_MODE_SWAP_MOVE || of == BOOT_MODE_SWAP_OFFSET ||
	       of == BOOT_MODE_SWAP_SCRATCH;
}

bool set_is_linked(enum boot_mode of, const struct set_links *which)
{
	return set_is_direct(of) ? which->is_linked_direct : which->is_linked;
}

static bool is_ram(void)
{
	return mode == BOOT_MODE_RAM_LOAD || mode == BOOT_MODE_RAM_LOAD_REVERT;
}

struct flash_area *set_area(int slot)
{
	return &areas[slot];
}

uint8_t *set_slot(int slot)
{
	return now.flash + (size_t)slot * SLOT;
}

size_t set_slot_size(void)
{
	return SLOT;
}

size_t set_start(void)
{
	return mode == BOOT_MODE_SWAP_OFFSET ? PAGE : 0;
}

static void make_image(struct image_maker *maker, int image, uint8_t minor, uint8_t needs,
		       uint8_t least)
{
	maker_begin(maker, HEADER, 200u + (uint32_t)minor, is_ram() ? RAM_LOAD : 0);
	if (is_ram()) {
		const uint32_t address = RAM_START + 0x1000u * (uint32_t)image;

		for (int i = 0; i < 4; i++) {
			maker->bytes[4 + i] = (uint8_t)(address >> (8 * i) & 0xff);
		}
	}
	maker->bytes[21] = minor;
	maker->bytes[HEADER] = (uint8_t)image;
	for (uint8_t other = 0; other < SET_IMAGES_MAX; other++) {
		const uint8_t dependency[12] = {other, 0, 0, 0, 1, least};

		if ((needs >> other & 1) != 0) {
			maker_protected(maker, DEPENDENCY, dependency, sizeof(dependency));
		}
	}
	maker_hash(maker, SHA256);
}

static void put(int slot, size_t at, const uint8_t *bytes, size_t len)
{
	const size_t start = (size_t)slot * SLOT + at;

	memcpy(now.flash + start, bytes, len);
	memset(now.programmed + start / BLOCK, SIM_CELL_BEGUN, (len + BLOCK - 1) / BLOCK);
}

static void wipe(int slot)
{
	memset(set_slot(slot), 0xff, SLOT);
	memset(now.unstable + (size_t)slot * SLOT, 0, SLOT);
	memset(now.programmed + (size_t)slot * SLOT / BLOCK, SIM_CELL_ERASED, SLOT / BLOCK);
}

void set_put_trailer(int slot, bool magic, bool image_ok, bool copy_done)
{
	static const uint8_t good[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
					 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};
	static const uint8_t flag[BLOCK] = {1, 0xff, 0xff, 0xff};

	if (magic) {
		put(slot, SLOT - 16, good, sizeof(good));
	}
	if (image_ok) {
		put(slot, SLOT - 24, flag, sizeof(flag));
	}
	if (copy_done) {
		put(slot, SLOT - 32, flag, sizeof(flag));
	}
}

void set_put_version(int image, uint8_t minor, uint8_t needs, uint8_t least)
{
	const int slot = 2 * image + 1 - now.running[image];
	const size_t held = set_is_direct(mode) ? HEADER : 0;
	struct image_maker maker;
	uint8_t record[MCUBOOT_HELD_RECORD];

	make_image(&maker, image, minor, needs, least);
	wipe(slot);
	put(slot, set_start() + held, maker.bytes + held, maker.len - held);
	if (held > 0) {
		memcpy(&record[MCUBOOT_HELD_FRONT], maker.bytes, HEADER);
		mcuboot_held_save(image, record, HEADER);
	}
}

void set_put_new(int image)
{
	set_put_version(image, 1, links->needs[image], 1);
}

static void put_old(int image)
{
	struct image_maker maker;

	make_image(&maker, image, 0, 0, 0);
	put(2 * image, 0, maker.bytes, maker.len);
	if (has_revert(mode)) {
		set_put_trailer(2 * image, true, true, true);
	}
}

static void begin_areas(void)
{
	for (uint8_t i = 0; i <= SLOTS; i++) {
		areas[i] = (struct flash_area){.fa_id = i < SLOTS ? i : BOOT_SCRATCH_AREA_ID,
					       .fa_off = (off_t)(i * SLOT),
					       .fa_size = i < SLOTS ? SLOT : PAGE,
					       .fa_dev = &nor.device,
					       .fa_label = "slot"};
	}
}

static void tell_running(void)
{
	for (int i = 0; i < links->images; i++) {
		assert_int_equal(boot_running_slot_set(i, now.running[i]), 0);
	}
}

void set_settings(bool there)
{
	settings_backend_set(there ? &settings.backend : NULL);
}

void set_open(enum boot_mode of, const struct set_links *which)
{
	const struct boot_arrangement arrangement = {
		.mode = of, .max_align = 8, .images = which->images, .max_sectors = PAGES};

	mode = of;
	links = which;
	memset(&now, 0, sizeof(now));
	memset(now.flash, 0xff, sizeof(now.flash));
	begin_areas();
	sim_power_init(&power);
	sim_nor_init(&nor, &ram);
	nor.power = &power;
	nor.cells = &cells;
	settings_ram_init(&store, now.settings, sizeof(now.settings));
	sim_settings_init(&settings, &store.backend, &power);
	set_settings(true);
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	tell_running();
	assert_int_equal(dfu_target_mcuboot_set_buf((uint8_t *)buffer, sizeof(buffer)), 0);
	for (int i = 0; i < which->images; i++) {
		put_old(i);
		set_put_new(i);
	}
}

void set_close(void)
{
	assert_string_equal(nor.violation, "");
	set_settings(false);
}

void set_snapshot(unsigned int number)
{
	now.settings_used = store.used;
	snapshots[number] = now;
}

void set_restore(unsigned int number)
{
	now = snapshots[number];
	store.used = now.settings_used;
	tell_running();
}

unsigned int set_boot(void)
{
	struct sim_boot_result result;
	unsigned int new_ones = 0;

	assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result), 0);
	if (result.booted != 0) {
		fail_msg("%s, %s: nothing runs: %s", boot_mode_name(mode), links->name,
			 result.error);
	}
	for (int i = 0; i < links->images; i++) {
		now.running[i] = result.active[i];
		new_ones |= set_slot(2 * i + result.active[i])[21] == 1 ? 1u << i : 0;
	}
	tell_running();
	return new_ones;
}

unsigned int set_would_boot(void)
{
	static struct memory before;

	now.settings_used = store.used;
	before = now;
	const unsigned int new_ones = set_boot();
	now = before;
	tell_running();
	return new_ones;
}

void set_cut(unsigned long k, enum sim_cut when, uint32_t seed)
{
	sim_power_cut(&power, k, when, seed, -EIO);
}

void set_fail(unsigned long k)
{
	sim_power_fail(&power, k, -EDOM);
}

void set_fail_once(long k)
{
	nor.fail_after = k;
	nor.fail_rc = -EDOM;
}

void set_fail_read(long k, int rc)
{
	nor.fail_reads = true;
	nor.fail_after = k;
	nor.fail_rc = rc;
}

bool set_power_on(void)
{
	const bool fired = power.fired || (nor.fail_reads && nor.fail_after < 0);

	assert_string_equal(nor.violation, "");
	sim_power_init(&power);
	nor.fail_after = -1;
	nor.fail_reads = false;
	return fired;
}

unsigned long set_operations(void)
{
	return power.operations;
}

static int load_any(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	return settings.backend.api->load(&settings.backend, cb, param);
}

static int save_no_intent(const struct settings_backend *backend, const char *name,
			  const void *value, size_t len)
{
	(void)backend;
	return strcmp(name, "dfu/SET") == 0
		       ? -EDOM
		       : settings.backend.api->save(&settings.backend, name, value, len);
}

void set_keep_intent(void)
{
	static const struct settings_backend_api api = {.load = load_any, .save = save_no_intent};
	static const struct settings_backend backend = {.api = &api};

	settings_backend_set(&backend);
}

unsigned int set_pending(void)
{
	unsigned int images = 0;

	for (int i = 0; i < boot_arrangement_get()->images; i++) {
		images |= boot_is_pending_multi(i) == 1 ? 1u << i : 0;
	}
	return images;
}

bool set_has_intent(void)
{
	uint8_t raw[128];

	return settings_load_one("dfu/SET", raw, sizeof(raw)) > 0;
}
