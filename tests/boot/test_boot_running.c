/* SPDX-License-Identifier: Apache-2.0 */
/* Which slot runs and where an upload goes, in every mode, and what the bootloader's shared data
 * have to say about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/config.h>
#include <dfu/mcuboot.h>
#include <drivers/flash.h>
#include <retention/retention.h>
#include <storage/flash_map.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define UNKNOWN (-ENODEV)

/* Slots of four images; nothing is read or written. */
static const struct flash_driver_api no_api;
static const struct device dev = {.name = "flash", .api = &no_api};
static struct flash_area areas[8];

const struct flash_area *flash_map;
const int flash_map_entries = ARRAY_LEN(areas);

static void set_build(enum boot_mode mode, uint8_t images)
{
	const struct boot_arrangement build = {mode, 8, images, 128};

	assert_int_equal(boot_arrangement_set(&build), 0);
}

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(areas); i++) {
		areas[i] = (struct flash_area){
			.fa_id = (uint8_t)i, .fa_dev = &dev, .fa_off = 0, .fa_size = 4096};
	}
	flash_map = areas;
	blinfo_region_set(NULL);
	return 0;
}

/* Shared data that say, in one entry, where image 0 was loaded from. */
static void tell_slot(uint8_t *bytes, size_t size)
{
	const struct retention_region region = {.bytes = bytes, .size = size};

	blinfo_region_set(&region);
}

/* For each mode: the slot that runs if nobody told, and where its upload goes. The code of these
 * tests is linked for slot 0. */
struct row {
	enum boot_mode mode;
	int untold;
	int upload_untold;
	int upload_from_0;
	int upload_from_1;
	bool is_told; /* boot_running_slot_set() counts */
};

static const struct row rows[] = {
	{BOOT_MODE_SWAP_SCRATCH, 0, 1, 1, 1, false},
	{BOOT_MODE_SWAP_MOVE, 0, 1, 1, 1, false},
	{BOOT_MODE_SWAP_OFFSET, 0, 1, 1, 1, false},
	{BOOT_MODE_OVERWRITE_ONLY, 0, 1, 1, 1, false},
	{BOOT_MODE_DIRECT_XIP, 0, 1, 1, 0, true},
	{BOOT_MODE_DIRECT_XIP_REVERT, 0, 1, 1, 0, true},
	{BOOT_MODE_RAM_LOAD, UNKNOWN, -ENODEV, 1, 0, true},
	{BOOT_MODE_RAM_LOAD_REVERT, UNKNOWN, -ENODEV, 1, 0, true},
	{BOOT_MODE_SINGLE_SLOT, 0, -ENODEV, -ENODEV, -ENODEV, false},
	{BOOT_MODE_FIRMWARE_LOADER, 0, -ENODEV, -ENODEV, 0, true},
};
_Static_assert(ARRAY_LEN(rows) == BOOT_MODE_COUNT, "a mode without a row");
_Static_assert(CONFIG_BOOT_CODE_SLOT == 0, "the table is for slot 0");

static void assert_running(int image, int slot)
{
	assert_int_equal(boot_running_slot(image), slot);
	assert_int_equal(boot_fetch_active_slot_multi(image), slot < 0 ? 255 : 2 * image + slot);
	if (image == 0) {
		assert_int_equal(boot_fetch_active_slot(), slot < 0 ? 255 : slot);
	}
}

static void every_mode_knows_its_slot_and_where_uploads_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];

		set_build(row->mode, 1);
		assert_running(0, row->untold);
		assert_int_equal(boot_upload_area(0), row->upload_untold);

		assert_int_equal(boot_running_slot_set(0, 0), 0);
		assert_running(0, 0);
		assert_int_equal(boot_upload_area(0), row->upload_from_0);

		assert_int_equal(boot_running_slot_set(0, 1), 0);
		assert_running(0, row->is_told ? 1 : 0);
		assert_int_equal(boot_upload_area(0), row->upload_from_1);

		assert_int_equal(boot_running_slot_set(0, -1), 0);
		assert_running(0, row->is_told ? UNKNOWN : 0);
		assert_int_equal(boot_upload_area(0), row->is_told ? -ENODEV : row->upload_untold);
	}
}

static void each_image_has_a_slot_of_its_own(void **state)
{
	(void)state;
	set_build(BOOT_MODE_DIRECT_XIP, 4);
	assert_int_equal(boot_running_slot_set(2, 1), 0);
	assert_int_equal(boot_running_slot_set(3, -1), 0);
	assert_running(0, 0);
	assert_running(1, 0);
	assert_running(2, 1);
	assert_running(3, UNKNOWN);
	assert_int_equal(boot_upload_area(0), 1);
	assert_int_equal(boot_upload_area(1), 3);
	assert_int_equal(boot_upload_area(2), 4);
	assert_int_equal(boot_upload_area(3), -ENODEV);
}

static void another_build_forgets_what_was_told(void **state)
{
	(void)state;
	set_build(BOOT_MODE_DIRECT_XIP, 2);
	assert_int_equal(boot_running_slot_set(0, 1), 0);
	assert_int_equal(boot_running_slot_set(1, -1), 0);
	set_build(BOOT_MODE_DIRECT_XIP, 2);
	assert_running(0, 0);
	assert_running(1, 0);
}

static void there_is_no_such_image_or_slot(void **state)
{
	static const int images[] = {2, 8, 255, INT_MAX, -1, INT_MIN};
	static const int slots[] = {2, 15, INT_MAX, -2, INT_MIN};

	(void)state;
	set_build(BOOT_MODE_DIRECT_XIP, 2);
	assert_int_equal(boot_running_slot_set(0, 1), 0);
	for (size_t i = 0; i < ARRAY_LEN(images); i++) {
		assert_int_equal(boot_running_slot_set(images[i], 0), -EINVAL);
		assert_int_equal(boot_running_slot(images[i]), -EINVAL);
		assert_int_equal(boot_upload_area(images[i]), -EINVAL);
		assert_int_equal(boot_fetch_active_slot_multi(images[i]), 255);
	}
	for (size_t i = 0; i < ARRAY_LEN(slots); i++) {
		assert_int_equal(boot_running_slot_set(0, slots[i]), -EINVAL);
	}
	assert_running(0, 1);
}

static void an_upload_needs_its_area(void **state)
{
	(void)state;
	set_build(BOOT_MODE_SWAP_MOVE, 1);
	areas[1].fa_id = 77;
	assert_int_equal(boot_upload_area(0), -ENODEV);
	set_build(BOOT_MODE_DIRECT_XIP, 1);
	assert_int_equal(boot_running_slot_set(0, 1), 0);
	assert_int_equal(boot_upload_area(0), 0);
	areas[0].fa_id = 77;
	assert_int_equal(boot_upload_area(0), -ENODEV);
	flash_map = NULL;
	assert_int_equal(boot_upload_area(0), -ENODEV);
}

/* As MCUboot leaves them: mode and slot among others. */
static void ram_load_learns_its_slot_from_the_bootloader(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_RAM_LOAD, BOOT_MODE_RAM_LOAD_REVERT};
	uint8_t bytes[] = {0x16, 0x20, 0x0e, 0x00, 0x00, 0x20, 0x01,
			   0x00, 0x06, 0x03, 0x20, 0x01, 0x00, 0};

	(void)state;
	tell_slot(bytes, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		set_build(modes[i], 2);
		bytes[13] = 0;
		assert_running(0, 0);
		assert_int_equal(boot_upload_area(0), 1);
		bytes[13] = 1;
		assert_running(0, 1);
		assert_int_equal(boot_upload_area(0), 0);

		/* One value for all images: it is the first one's. */
		assert_running(1, UNKNOWN);
		assert_int_equal(boot_upload_area(1), -ENODEV);

		/* The program knows better. */
		assert_int_equal(boot_running_slot_set(0, 0), 0);
		assert_running(0, 0);
		assert_int_equal(boot_running_slot_set(0, -1), 0);
		assert_running(0, UNKNOWN);
	}
}

static void a_slot_that_no_image_has_is_unknown(void **state)
{
	uint8_t bytes[] = {0x16, 0x20, 0x09, 0x00, 0x03, 0x20, 0x01, 0x00, 0};

	(void)state;
	tell_slot(bytes, sizeof(bytes));
	set_build(BOOT_MODE_RAM_LOAD, 1);
	for (unsigned int slot = 2; slot <= 0xff; slot++) {
		bytes[8] = (uint8_t)slot;
		assert_running(0, UNKNOWN);
		assert_int_equal(boot_upload_area(0), -ENODEV);
	}
}

static void shared_data_without_a_slot_leave_it_unknown(void **state)
{
	static uint8_t none[] = {0x16, 0x20, 0x09, 0x00, 0x00, 0x20, 0x01, 0x00, 0x06};
	static uint8_t empty[] = {0x16, 0x20, 0x08, 0x00, 0x03, 0x20, 0x00, 0x00, 0x00};
	static uint8_t longer[] = {0x16, 0x20, 0x0a, 0x00, 0x03, 0x20, 0x02, 0x00, 0x00, 0x00};
	static uint8_t damaged[] = {0x16, 0x20, 0x0a, 0x00, 0x03, 0x20, 0x01, 0x00, 0x00};
	static const struct retention_region regions[] = {{none, sizeof(none)},
							  {empty, sizeof(empty)},
							  {longer, sizeof(longer)},
							  {damaged, sizeof(damaged)}};

	(void)state;
	set_build(BOOT_MODE_RAM_LOAD, 1);
	for (size_t i = 0; i < ARRAY_LEN(regions); i++) {
		blinfo_region_set(&regions[i]);
		assert_running(0, UNKNOWN);
		assert_int_equal(boot_upload_area(0), -ENODEV);
	}
}

/* Where the code runs in place, the slot is the one it was linked for. */
static void other_modes_do_not_ask_the_shared_data(void **state)
{
	uint8_t bytes[] = {0x16, 0x20, 0x09, 0x00, 0x03, 0x20, 0x01, 0x00, 0x01};

	(void)state;
	tell_slot(bytes, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		set_build(rows[i].mode, 1);
		assert_running(0, rows[i].untold == UNKNOWN ? 1 : rows[i].untold);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_mode_knows_its_slot_and_where_uploads_go, setup),
		cmocka_unit_test_setup(each_image_has_a_slot_of_its_own, setup),
		cmocka_unit_test_setup(another_build_forgets_what_was_told, setup),
		cmocka_unit_test_setup(there_is_no_such_image_or_slot, setup),
		cmocka_unit_test_setup(an_upload_needs_its_area, setup),
		cmocka_unit_test_setup(ram_load_learns_its_slot_from_the_bootloader, setup),
		cmocka_unit_test_setup(a_slot_that_no_image_has_is_unknown, setup),
		cmocka_unit_test_setup(shared_data_without_a_slot_leave_it_unknown, setup),
		cmocka_unit_test_setup(other_modes_do_not_ask_the_shared_data, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
