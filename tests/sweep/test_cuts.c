/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reset before and after every operation: test_cuts MODE.
 *
 * An operation is a program, an erase or a saved setting. For each of them, in each scenario: a
 * process begins the call and ends at that operation; what flash then shows is judged from its raw
 * bytes; the boot model runs; a new process repeats the call, which succeeds or returns what its
 * documentation names for where it stands; the device boots again; and a last process completes an
 * update, after which the new image runs. No process inherits anything but flash and settings.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot_rules.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>
#include <retention/bootmode.h>

#include "boot/trailer_bytes.h"
#include "life.h"

#define ERRNOS_MAX 6
#define FILES 3

/* 0 runs at first; 1 is uploaded; 2 is what another upload brings. */
static struct image_file files[FILES];
static unsigned long cuts;

static const struct trailer_bytes *fields(void)
{
	return trailer_bytes(rig.what.align);
}

/* The file that a slot shows at an offset; -1: no header. A header without its file is wrong. */
static int file_shown(int slot, size_t start)
{
	const uint8_t *p = &rig.slots[slot].bytes[start];

	if (p[0] != 0x3d || p[1] != 0xb8 || p[2] != 0xf3 || p[3] != 0x96) {
		return -1;
	}
	for (int i = 0; i < FILES; i++) {
		if (memcmp(p, files[i].bytes, files[i].size) == 0) {
			return i;
		}
	}
	life_check(false, "a header has its file behind it", __FILE__, __LINE__);
	return -1;
}

/* What must be true of the bytes at any moment. */
static void check_bytes(void)
{
	const int upload = life_upload_slot();
	const struct rig_slot *slot = &rig.slots[upload];
	const int shown = file_shown(upload, expect(upload).start);

	(void)file_shown(1 - upload, 0);
	if (!mode_rules[rig.what.mode].is_direct &&
	    trailer_has_magic(fields(), slot->bytes + slot->size)) {
		CHECK(shown >= 0);
	}
	CHECK(rig.shared->violation[0] == '\0');
}

/* The file that runs after a reset. */
static int boot(void)
{
	struct sim_boot_result result;

	CHECK_RC(sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result), 0);
	CHECK(result.booted == 0);
	life.running = result.active[0];
	if (mode_rules[rig.what.mode].is_direct) {
		CHECK_RC(boot_running_slot_set(0, life.running), 0);
	}
	const int shown = file_shown(life.running, 0);
	CHECK(shown >= 0 && files[shown].minor == result.version.minor);
	return shown;
}

static int download(const struct image_file *file)
{
	int rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, file->size, NULL);
	size_t off = 0;

	if (rc == 0) {
		rc = dfu_target_offset_get(&off);
	}
	while (rc == 0 && off < file->size) {
		const size_t n = file->size - off < 251 ? file->size - off : 251;

		rc = dfu_target_write(&file->bytes[off], n);
		off += n;
	}
	return rc == 0 ? dfu_target_done(true) : rc;
}

static int download_new(void)
{
	return download(&files[1]);
}

static int download_other(void)
{
	return download(&files[2]);
}

static int schedule(void)
{
	return dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST);
}

static int schedule_for_good(void)
{
	return dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT);
}

static int cancel(void)
{
	return dfu_target_mcuboot_cancel(0);
}

static int confirm(void)
{
	return boot_write_img_confirmed();
}

static int clear(void)
{
	const int rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, files[1].size, NULL);

	return rc == 0 ? dfu_target_reset() : rc;
}

static void prepare_nothing(void)
{
}

static void prepare_downloaded(void)
{
	CHECK_RC(rig_run(download_new, -1, false), 0);
}

static void prepare_scheduled(void)
{
	prepare_downloaded();
	CHECK_RC(rig_run(schedule, -1, false), 0);
}

static void prepare_testing(void)
{
	prepare_scheduled();
	CHECK(boot() == 1);
}

struct scenario {
	const char *name;
	void (*prepare)(void);
	int (*run)(void);
	bool may_run[FILES];      /* after a cut */
	int permanent;            /* of a new image that runs: 1, 0, -1 either */
	int repeated[ERRNOS_MAX]; /* what the repeated call may return beside 0 */
};

/* clang-format off */
static const struct scenario scenarios[] = {
	{"download", prepare_nothing, download_new, {true}, -1, {0}},
	{"schedule a test", prepare_downloaded, schedule, {true, true}, 0, {-EBUSY, -ENOENT, -EBADMSG, -ESTALE}},
	{"schedule for good", prepare_downloaded, schedule_for_good, {true, true}, 1, {-ENOENT, -EBADMSG, -ESTALE}},
	{"raise a test", prepare_scheduled, schedule_for_good, {false, true}, -1, {-EBUSY, -ENOENT, -EBADMSG, -ESTALE}},
	{"cancel", prepare_scheduled, cancel, {true, true}, 0, {-EBUSY, -ENOENT}},
	{"confirm", prepare_testing, confirm, {true, true}, -1, {0}},
	{"clear what is scheduled", prepare_scheduled, clear, {true, true}, 0, {-EBUSY}},
	{"download over what is scheduled", prepare_scheduled, download_other, {true, true}, 0, {-EBUSY}},
};
/* clang-format on */

/* To the application of a loader nothing is open. */
static bool is_shut_out(void)
{
	return mode_rules[rig.what.mode].by_loader && life.running == 0;
}

/* What an uninterrupted call comes to: nothing is ever pending beside a loader. */
static int uninterrupted(const struct scenario *scenario)
{
	return mode_rules[rig.what.mode].by_loader && scenario->run == cancel ? -ENODEV : 0;
}

static bool may_return(const struct scenario *scenario, int rc)
{
	bool may = rc == 0 || (rc == -ENODEV && is_shut_out());

	for (size_t i = 0; i < ERRNOS_MAX; i++) {
		may = may || scenario->repeated[i] == rc;
	}
	return may;
}

/* Whatever state it is in: the way to a new image is open. */
static void complete(int shown)
{
	if (!boot_is_img_confirmed()) {
		CHECK_RC(rig_run(confirm, -1, false), 0);
	}
	if (shown == 2) {
		return;
	}
	if (is_shut_out()) {
		CHECK_RC(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
		CHECK(boot() == 0);
	}
	CHECK_RC(rig_run(download_other, -1, false), 0);
	CHECK_RC(rig_run(schedule, -1, false), 0);
	CHECK(boot() == 2);
}

/* False: the call ended before that operation. */
static bool try_cut(const struct scenario *scenario, long cut, bool cut_after)
{
	const int running = life.running;

	rig_restore();
	if (rig_run(scenario->run, cut, cut_after) != RIG_CUT) {
		return false;
	}
	cuts++;
	check_bytes();
	int shown = boot();
	CHECK(scenario->may_run[shown]);
	if (shown == 1 && scenario->permanent >= 0 && mode_rules[rig.what.mode].reverts) {
		CHECK(boot_is_img_confirmed() == (scenario->permanent == 1));
	}
	const int rc = rig_run(scenario->run, -1, false);
	if (!may_return(scenario, rc)) {
		CHECK_RC(rc, 0);
	}
	check_bytes();
	shown = boot();
	complete(shown);
	life.running = running;
	if (mode_rules[rig.what.mode].is_direct) {
		CHECK_RC(boot_running_slot_set(0, running), 0);
	}
	return true;
}

static void try_scenario(const struct scenario *scenario)
{
	long cut = 0;

	scenario->prepare();
	rig_snapshot();
	CHECK_RC(rig_run(scenario->run, -1, false), uninterrupted(scenario));
	const long operations = rig.shared->operations;
	while (try_cut(scenario, cut, false) && try_cut(scenario, cut, true)) {
		cut++;
	}
	CHECK(cut == operations);
	printf("%s: %ld operations\n", scenario->name, operations);
}

static const struct rig_layout layouts[] = {
	{"32x256", "32x256", "8x1K", "8x256"},
	{"8x1K", "8x1K", "16x512", "2x1K"},
	{"16x1K", "16x1K", "4x4K", "4x1K"},
};

static const struct {
	size_t layout;
	enum rig_place place;
	size_t block;
	uint8_t align;
	uint8_t erased;
	bool no_erase;
} geometries[] = {
	{0, RIG_SAME_FLASH, 4, 8, 0xff, false},   {1, RIG_SAME_FLASH, 8, 8, 0x00, false},
	{1, RIG_SECOND_FLASH, 1, 8, 0xff, false}, {2, RIG_SECOND_FLASH_PAGES, 4, 8, 0xff, false},
	{2, RIG_SAME_FLASH, 16, 16, 0xff, true},  {2, RIG_SAME_FLASH, 32, 32, 0xff, false},
};

static bool open_device(const struct rig_case *what)
{
	CHECK(rig_open(what));
	for (unsigned int k = 0; k < FILES; k++) {
		image_file_make(&files[k], 1200 + 100 * k, (uint8_t)k,
				mode_rules[what->mode].flags);
	}
	life_factory(files[0].size);
	return expect(life_upload_slot()).rc == 0;
}

int main(int argc, char **argv)
{
	const enum boot_mode mode = life_mode(argc, argv);
	unsigned int refused = 0;

	for (size_t i = 0; i < ARRAY_LEN(geometries); i++) {
		const struct rig_case what = {
			.mode = mode,
			.layout = &layouts[geometries[i].layout],
			.place = geometries[i].place,
			.block = geometries[i].block,
			.align = geometries[i].align,
			.erased = geometries[i].erased,
			.no_erase = geometries[i].no_erase,
		};

		printf("%s\n", rig_name(&what));
		for (size_t k = 0; k < ARRAY_LEN(scenarios); k++) {
			if (!open_device(&what)) {
				refused++;
				break;
			}
			try_scenario(&scenarios[k]);
		}
	}
	printf("%lu cuts, %u geometries that the mode refuses\n", cuts, refused);
	return 0;
}
