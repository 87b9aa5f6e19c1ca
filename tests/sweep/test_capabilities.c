/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a boot mode can do, found out by doing it: test_capabilities MODE. The findings are the
 * support matrix of the README; a test holds it against them.
 *
 * Each question is put to a device of its own, in a process of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>

#include "findings.h"
#include "life.h"

#define SIZE 3000
#define OTHER_RAM 0x100000 /* where the second image is loaded */

static const struct rig_layout plain = {"64x4K", "64x4K", "32x8K", "2x8K"};
static const struct rig_layout alternating = {"1x4K 1x8K 1x4K 1x8K 1x4K 1x8K",
					      "1x4K 1x8K 1x4K 1x8K 1x4K 1x8K", "9x4K", "1x8K"};
static const struct rig_layout coarse = {"4x4K 1x16K", "2x16K", "2x16K", "1x16K"};
static const struct rig_layout primary_larger = {"9x4K", "8x4K", "8x4K", "1x4K"};
static const struct rig_layout secondary_larger = {"8x4K", "9x4K", "9x4K", "1x4K"};
static const struct rig_layout single_page = {"1x64K", "1x64K", "1x64K", "1x64K"};

static struct rig_case device;
static struct image_file file;

static const struct mode_rules *rules(void)
{
	return &mode_rules[device.mode];
}

static int download_of(const struct image_file *what, int image)
{
	int rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, image, what->size, NULL);

	if (rc == 0) {
		rc = dfu_target_write(what->bytes, what->size);
	}
	return rc == 0 ? dfu_target_done(true) : rc;
}

static int download(void)
{
	return download_of(&file, 0);
}

/* The minor version that runs after a reset; -1: none. */
static int boot(void)
{
	struct sim_boot_result result;

	CHECK_RC(sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result), 0);
	if (result.booted == 0 && rules()->is_direct) {
		CHECK_RC(boot_running_slot_set(0, result.active[0]), 0);
	}
	return result.booted == 0 ? result.version.minor : -1;
}

static int install(int permanent)
{
	int rc = download();

	if (rc == 0) {
		rc = dfu_target_mcuboot_schedule(0, permanent);
	}
	return rc != 0 ? rc : boot() == file.minor ? 0 : -EIO;
}

/* 0: an update for good works here, and runs. */
static int update(void)
{
	return install(BOOT_UPGRADE_PERMANENT);
}

static void tell(const char *capability, int rc)
{
	findings_add(capability, "%s", findings_name(rc));
}

static void ask_upload(void)
{
	const int area = boot_upload_area(0);

	if (area < 0) {
		findings_add("upload goes to", "%s", findings_name(area));
	} else if (rules()->by_loader) {
		findings_add("upload goes to", "slot %d, by the loader", area);
	} else {
		const size_t start = boot_get_image_start_offset((uint8_t)area);
		CHECK_RC(update(), 0);
		const int next = boot_upload_area(0);

		findings_add("upload goes to", "%s%s",
			     next == area ? "slot 1" : "the slot that does not run",
			     start == 0 ? "" : ", one page up");
	}
}

static void ask_unscheduled(void)
{
	int rc = download();

	if (rc == 0) {
		rc = boot() == 0 ? 0 : -EIO;
	}
	tell("old image runs until the new one is scheduled", rc);
}

/* An image on trial is one that must be confirmed to stay. */
static void ask_test(void)
{
	const int rc = install(BOOT_UPGRADE_TEST);

	if (rc != 0) {
		tell("test", rc);
	} else {
		findings_add("test", "%s",
			     boot_is_unconfirmed_multi(0) == 1 || boot() != file.minor
				     ? "yes"
				     : "is permanent");
	}
}

static void ask_unconfirmed(void)
{
	int rc = install(BOOT_UPGRADE_TEST);

	if (rc != 0) {
		findings_add("an unconfirmed image", "%s", findings_name(rc));
		tell("upload while unconfirmed", rc);
		return;
	}
	rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, SIZE, NULL);
	tell("upload while unconfirmed", rc);
	findings_add("an unconfirmed image", "%s", boot() == file.minor ? "stays" : "is reverted");
}

static void ask_permanent(void)
{
	tell("permanent", update());
}

static void ask_confirm(void)
{
	int rc = install(BOOT_UPGRADE_TEST);

	if (rc == 0) {
		rc = boot_write_img_confirmed();
	}
	if (rc == 0) {
		rc = boot_is_img_confirmed() && boot() == file.minor ? 0 : -EIO;
	}
	tell("confirm", rc);
}

static void ask_cancel(void)
{
	int rc = download();

	if (rc == 0) {
		rc = dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST);
	}
	if (rc == 0) {
		rc = dfu_target_mcuboot_cancel(0);
	}
	if (rc == 0 && boot() != 0) {
		rc = -EIO;
	}
	findings_add("cancel", "%s",
		     rc != 0 ? findings_name(rc)
		     : dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST) == 0
			     ? "yes, the image stays"
			     : "yes, the header goes");
}

static void ask_largest(void)
{
	const ssize_t largest = boot_get_max_image_size(0);
	const int rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 1, NULL);

	if (rc != 0) {
		findings_add("largest image", "%s", findings_name(rc));
		return;
	}
	CHECK(largest > 0);
	CHECK_RC(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, (size_t)largest + 1, NULL),
		 -EFBIG);
	image_file_make(&file, (size_t)largest, 1, rules()->flags);
	CHECK_RC(update(), 0);
	findings_add("largest image", "slot - %zu", rig.slots[0].size - (size_t)largest);
}

static bool holds(const struct rig_slot *slot, const struct image_file *what)
{
	return memcmp(slot->bytes, what->bytes, what->size) == 0;
}

/* Both downloaded, scheduled by one call, started by one reset. */
static void ask_two_images(void)
{
	const size_t first = rules()->is_direct ? 1 : 0;
	struct image_file other = {0};

	device.has_second_image = true;
	CHECK(rig_open(&device));
	life_factory(SIZE);
	memcpy(rig.slots[2].bytes, rig.slots[0].bytes, rig.slots[0].size);
	memcpy(rig.slots[3].bytes, rig.slots[1].bytes, rig.slots[1].size);
	image_file_make_above(&file, SIZE, 0, rules()->flags, OTHER_RAM);
	rig_put(2 + life.running, 0, file.bytes, file.size);
	if (rules()->is_direct) {
		CHECK_RC(boot_running_slot_set(1, life.running), 0);
	}
	image_file_make(&file, SIZE, 1, rules()->flags);
	int rc = download();
	image_file_make_above(&other, SIZE, 1, rules()->flags, OTHER_RAM);
	rc = rc == 0 ? download_of(&other, 1) : rc;
	rc = rc == 0 ? dfu_target_mcuboot_schedule(-1, BOOT_UPGRADE_PERMANENT) : rc;
	if (rc == 0) {
		(void)boot();
		rc = holds(&rig.slots[first], &file) && holds(&rig.slots[first + 2], &other) ? 0
											     : -EIO;
	}
	tell("two images at once", rc);
}

struct question {
	const char *capability; /* answered by update(), unless `ask` answers it */
	void (*ask)(void);
	const struct rig_layout *layout;
	enum rig_place place;
	size_t block;
	uint8_t erased;
	bool no_erase;
};

/* clang-format off */
static const struct question questions[] = {
	{NULL, ask_upload, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{NULL, ask_unscheduled, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{NULL, ask_test, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{NULL, ask_unconfirmed, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{NULL, ask_confirm, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{NULL, ask_permanent, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{NULL, ask_cancel, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{NULL, ask_largest, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{NULL, ask_two_images, &plain, RIG_SAME_FLASH, 4, 0xff, false},
	{"erased value 0x00", NULL, &plain, RIG_SAME_FLASH, 4, 0x00, false},
	{"no explicit erase", NULL, &plain, RIG_SAME_FLASH, 4, 0xff, true},
	{"write block > max-align", NULL, &plain, RIG_SAME_FLASH, 16, 0xff, false},
	{"pages of two sizes in a slot", NULL, &alternating, RIG_SAME_FLASH, 4, 0xff, false},
	{"several pages against one", NULL, &coarse, RIG_SAME_FLASH, 4, 0xff, false},
	{"slots of one page", NULL, &single_page, RIG_SAME_FLASH, 4, 0xff, false},
	{"slot 0 a page larger", NULL, &primary_larger, RIG_SAME_FLASH, 4, 0xff, false},
	{"slot 1 a page larger", NULL, &secondary_larger, RIG_SAME_FLASH, 4, 0xff, false},
	{"slot 1 on a second flash", NULL, &plain, RIG_SECOND_FLASH, 4, 0xff, false},
	{"there with other pages", NULL, &plain, RIG_SECOND_FLASH_PAGES, 4, 0xff, false},
};
/* clang-format on */

static void put(const struct question *question)
{
	device.layout = question->layout;
	device.place = question->place;
	device.block = question->block;
	device.align = 8;
	device.erased = question->erased;
	device.no_erase = question->no_erase;
	CHECK(rig_open(&device));
	life_factory(SIZE);
	image_file_make(&file, SIZE, 1, rules()->flags);
	if (question->ask != NULL) {
		question->ask();
	} else {
		tell(question->capability, update());
	}
}

int main(int argc, char **argv)
{
	device.mode = life_mode(argc, argv);
	findings_begin(device.mode);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		const pid_t child = fork();
		int status;

		if (child == 0) {
			put(&questions[i]);
			_Exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
			return 1;
		}
	}
	return 0;
}
