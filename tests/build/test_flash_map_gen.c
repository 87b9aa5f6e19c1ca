/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generated flash map of one board, BOARD_HEADER, against numbers that were typed by hand. The
 * map and its macros are used as a firmware does: flash_area_open() on one side,
 * FIXED_PARTITION_*() and PARTITION_*() on the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* An application may have macros of its own with these names. */
#define ID bad
#define SIZE bad
#define OFFSET bad
#define EXISTS bad

#include <storage/flash_map.h>

#include BOARD_HEADER

extern const struct flash_area *flash_map;
extern const int flash_map_entries;

static const struct flash_driver_api any_api;

#define DEFINE_FLASH(name_) const struct device name_ = {.name = #name_, .api = &any_api};
FLASHES(DEFINE_FLASH)

static void check_area(const struct flash_area *fa, int id, const struct device *dev, off_t offset,
		       size_t size, const char *text)
{
	assert_int_equal(fa->fa_id, id);
	assert_ptr_equal(fa->fa_dev, dev);
	assert_int_equal(fa->fa_off, offset);
	assert_int_equal(fa->fa_size, size);
	assert_string_equal(fa->fa_label, text);
}

static void opened_areas_are_those_of_the_board(void **state)
{
	const struct flash_area *fa;

	(void)state;
	assert_int_equal(flash_map_entries, ENTRIES);
#define CHECK(label, text, flash, id, offset, address, size)                                       \
	assert_int_equal(flash_area_open(id, &fa), 0);                                             \
	check_area(fa, id, &flash, offset, size, text);
	PARTITIONS(CHECK)
#undef CHECK
}

static void macros_give_the_numbers_of_the_board(void **state)
{
	(void)state;
#define CHECK(label, text, flash, id, offset, address, size)                                       \
	assert_int_equal(FIXED_PARTITION_EXISTS(label), 1);                                        \
	assert_int_equal(FIXED_PARTITION_ID(label), id);                                           \
	assert_int_equal(FIXED_PARTITION_OFFSET(label), offset);                                   \
	assert_int_equal(FIXED_PARTITION_ADDRESS(label), address);                                 \
	assert_int_equal(FIXED_PARTITION_SIZE(label), size);                                       \
	assert_ptr_equal(FIXED_PARTITION_DEVICE(label), &flash);                                   \
	assert_int_equal(PARTITION_EXISTS(label), 1);                                              \
	assert_int_equal(PARTITION_ID(label), id);                                                 \
	assert_int_equal(PARTITION_OFFSET(label), offset);                                         \
	assert_int_equal(PARTITION_ADDRESS(label), address);                                       \
	assert_int_equal(PARTITION_SIZE(label), size);                                             \
	assert_ptr_equal(PARTITION_DEVICE(label), &flash);                                         \
	assert_ptr_equal(&FIXED_PARTITION_MTD(label), &flash);                                     \
	assert_ptr_equal(&PARTITION_MTD(label), &flash);                                           \
	assert_ptr_equal(FLASH_AREA_DEVICE(label), &flash);                                        \
	check_area(FIXED_PARTITION(label), id, &flash, offset, size, text);                        \
	check_area(PARTITION(label), id, &flash, offset, size, text);
	PARTITIONS(CHECK)
#undef CHECK
	assert_int_equal(FIXED_PARTITION_EXISTS(slot15_partition), 0);
	assert_int_equal(FIXED_PARTITION_EXISTS(scratch_partition), HAS_SCRATCH);
}

static void macros_take_nodes_as_well(void **state)
{
	(void)state;
#define CHECK(label, text, flash, id, offset, address, size)                                       \
	assert_int_equal(FIXED_PARTITION_NODE_ID(DT_NODELABEL(label)), id);                        \
	assert_int_equal(FIXED_PARTITION_NODE_OFFSET(DT_NODELABEL(label)), offset);                \
	assert_int_equal(FIXED_PARTITION_NODE_SIZE(DT_NODELABEL(label)), size);                    \
	assert_ptr_equal(FIXED_PARTITION_NODE_DEVICE(DT_NODELABEL(label)), &flash);                \
	assert_ptr_equal(&FIXED_PARTITION_NODE_MTD(DT_NODELABEL(label)), &flash);                  \
	assert_ptr_equal(&PARTITION_NODE_MTD(DT_NODELABEL(label)), &flash);                        \
	assert_ptr_equal(FIXED_PARTITION_BY_NODE(DT_NODELABEL(label)), PARTITION(label));          \
	assert_int_equal(PARTITION_NODE_ID(DT_NODELABEL(label)), id);                              \
	assert_int_equal(PARTITION_NODE_OFFSET(DT_NODELABEL(label)), offset);                      \
	assert_int_equal(PARTITION_NODE_SIZE(DT_NODELABEL(label)), size);                          \
	assert_ptr_equal(PARTITION_NODE_DEVICE(DT_NODELABEL(label)), &flash);                      \
	assert_ptr_equal(PARTITION_BY_NODE(DT_NODELABEL(label)), PARTITION(label));
	PARTITIONS(CHECK)
#undef CHECK
}

static void chosen_code_partition_is_slot0(void **state)
{
	(void)state;
	assert_int_equal(FIXED_PARTITION_NODE_ID(DT_CHOSEN(zephyr_code_partition)), 0);
	assert_ptr_equal(FIXED_PARTITION_BY_NODE(DT_CHOSEN(zephyr_code_partition)),
			 FIXED_PARTITION(slot0_partition));
}

static void partition_manager_names_are_aliases(void **state)
{
	(void)state;
	assert_ptr_equal(PARTITION(mcuboot), PARTITION(boot_partition));
	assert_ptr_equal(PARTITION(mcuboot_primary), PARTITION(slot0_partition));
	assert_ptr_equal(PARTITION(mcuboot_secondary), PARTITION(slot1_partition));
	assert_ptr_equal(PARTITION(settings_storage), PARTITION(storage_partition));
	assert_int_equal(PARTITION_ID(mcuboot_secondary), 1);
	assert_int_equal(PARTITION_EXISTS(mcuboot_scratch), HAS_SCRATCH);
	assert_int_equal(PARTITION_EXISTS(mcuboot_primary_1), HAS_SECOND_IMAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opened_areas_are_those_of_the_board),
		cmocka_unit_test(macros_give_the_numbers_of_the_board),
		cmocka_unit_test(macros_take_nodes_as_well),
		cmocka_unit_test(chosen_code_partition_is_slot0),
		cmocka_unit_test(partition_manager_names_are_aliases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
