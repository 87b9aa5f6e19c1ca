/* SPDX-License-Identifier: Apache-2.0 */
/* FIXED_PARTITION_* and PARTITION_* over a header as the generator makes it, in every spelling that
 * programs use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* An application may have macros of these names. */
#define ID broken
#define SIZE broken
#define OFFSET broken
#define DEVICE broken
#include <storage/flash_map.h>

const struct device board_flash0 = {.name = "flash0"};
const struct flash_area board_areas[] = {
	{.fa_id = 0,
	 .fa_off = 0xc000,
	 .fa_size = 0x36000,
	 .fa_dev = &board_flash0,
	 .fa_label = "image-0"},
	{.fa_id = 16,
	 .fa_off = 0x78000,
	 .fa_size = 0x8000,
	 .fa_dev = &board_flash0,
	 .fa_label = "storage"},
};

/* Usable where the language wants constants. */
#if !FIXED_PARTITION_EXISTS(slot0_partition) || PARTITION_EXISTS(slot1_partition)
#error "EXISTS is wrong for the preprocessor"
#endif
_Static_assert(FIXED_PARTITION_SIZE(slot0_partition) == 0x36000, "constant size");
static const uint8_t id_of_storage = FIXED_PARTITION_ID(storage_partition);

static void gives_the_numbers_of_a_label(void **state)
{
	(void)state;
	assert_int_equal(FIXED_PARTITION_ID(slot0_partition), 0);
	assert_int_equal(id_of_storage, 16);
	assert_int_equal(FIXED_PARTITION_OFFSET(slot0_partition), 0xc000);
	assert_int_equal(FIXED_PARTITION_ADDRESS(slot0_partition), 0x800c000);
	assert_int_equal(FIXED_PARTITION_SIZE(storage_partition), 0x8000);
	assert_ptr_equal(FIXED_PARTITION_DEVICE(slot0_partition), &board_flash0);
	assert_ptr_equal(FLASH_AREA_DEVICE(slot0_partition), &board_flash0);
	assert_ptr_equal(FIXED_PARTITION(storage_partition), &board_areas[1]);
}

static void both_spellings_are_one(void **state)
{
	(void)state;
	assert_int_equal(PARTITION_EXISTS(slot0_partition), 1);
	assert_int_equal(PARTITION_EXISTS(slot1_partition), 0);
	assert_int_equal(PARTITION_ID(storage_partition), 16);
	assert_int_equal(PARTITION_OFFSET(storage_partition), 0x78000);
	assert_int_equal(PARTITION_ADDRESS(storage_partition), 0x8078000);
	assert_int_equal(PARTITION_SIZE(slot0_partition), 0x36000);
	assert_ptr_equal(PARTITION_DEVICE(storage_partition), &board_flash0);
	assert_ptr_equal(PARTITION(slot0_partition), &board_areas[0]);
}

static void nodes_go_by_their_label(void **state)
{
	(void)state;
	assert_int_equal(FIXED_PARTITION_NODE_ID(DT_NODELABEL(storage_partition)), 16);
	assert_int_equal(FIXED_PARTITION_NODE_OFFSET(DT_NODELABEL(slot0_partition)), 0xc000);
	assert_int_equal(FIXED_PARTITION_NODE_SIZE(DT_NODELABEL(slot0_partition)), 0x36000);
	assert_ptr_equal(FIXED_PARTITION_NODE_DEVICE(DT_NODELABEL(slot0_partition)), &board_flash0);
	assert_ptr_equal(FIXED_PARTITION_BY_NODE(DT_NODELABEL(slot0_partition)), &board_areas[0]);
	assert_int_equal(PARTITION_NODE_ID(DT_NODELABEL(storage_partition)), 16);
	assert_int_equal(PARTITION_NODE_OFFSET(DT_NODELABEL(storage_partition)), 0x78000);
	assert_int_equal(PARTITION_NODE_SIZE(DT_NODELABEL(storage_partition)), 0x8000);
	assert_ptr_equal(PARTITION_NODE_DEVICE(DT_NODELABEL(storage_partition)), &board_flash0);
	assert_ptr_equal(PARTITION_BY_NODE(DT_NODELABEL(storage_partition)), &board_areas[1]);
}

static void chosen_node_is_a_node(void **state)
{
	(void)state;
	assert_int_equal(FIXED_PARTITION_NODE_OFFSET(DT_CHOSEN(zephyr_code_partition)), 0xc000);
	assert_ptr_equal(PARTITION_BY_NODE(DT_CHOSEN(zephyr_code_partition)), &board_areas[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_numbers_of_a_label),
		cmocka_unit_test(both_spellings_are_one),
		cmocka_unit_test(nodes_go_by_their_label),
		cmocka_unit_test(chosen_node_is_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
