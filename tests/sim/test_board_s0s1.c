/* SPDX-License-Identifier: Apache-2.0 */
/* What a board says of a bootloader that is itself updated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/bootloader.h>

#include "board.h"
#include "sim/board_source.h"

#define OTHER "partition@30000 { reg = <0x30000 0x1000>; };"
#define S0 "s0_partition: partition@30000 { reg = <0x30000 0x2000>; };"
#define S1 "s1_partition: partition@32000 { reg = <0x32000 0x2000>; };"

static struct sim_board board;
static struct sim_error error;

static void s0_and_s1_have_ids_of_their_own(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, OTHER, S0 S1, &error), 0);
	assert_int_equal(board.partitions, 5);
	assert_int_equal(sim_board_slot(&board, BOOT_S0_AREA_ID)->offset, 0x30000);
	assert_string_equal(sim_board_slot(&board, BOOT_S0_AREA_ID)->name, "s0_partition");
	assert_int_equal(sim_board_slot(&board, BOOT_S1_AREA_ID)->offset, 0x32000);
	assert_string_equal(sim_board_slot(&board, 20)->name, "boot_partition");
	assert_null(sim_board_slot(&board, 21));
}

static void a_bootloader_that_is_not_updated_may_lie_in_s0(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, OTHER, S0, &error), 0);
	assert_null(sim_board_slot(&board, BOOT_S1_AREA_ID));
}

static void s1_alone_is_refused(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, OTHER, S1, &error), -EINVAL);
	assert_non_null(strstr(error.text, "s0_partition"));
}

static void slots_in_another_flash_than_slot_0_are_refused(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "slot1_partition: partition@0 {",
					    "s0_partition: partition@0 {", &error),
			 -EINVAL);
	assert_non_null(strstr(error.text, "s0_partition"));
}

static void one_partition_is_not_both(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, OTHER, "s1_partition: " S0, &error), -EINVAL);
	assert_non_null(strstr(error.text, "s0_partition"));
}

static void code_is_linked_for_the_address_of_the_flash_that_has_slot_0(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "", "", &error), 0);
	assert_int_equal(board.flash[0].base, 0x8000000);
	assert_int_equal(board.flash[1].base, 0);
	assert_int_equal(board.rules.flash_base, 0x8000000);
	assert_int_equal(board_load_changed(&board, "reg = <0x8000000 0x40000>;",
					    "reg = <0xfffc0000 0x40000>;", &error),
			 0);
	assert_int_equal(board.rules.flash_base, 0xfffc0000);
}

static void a_flash_beyond_32_bits_is_refused(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "reg = <0x8000000 0x40000>;",
					    "reg = <0xfffc1000 0x40000>;", &error),
			 -EINVAL);
	assert_non_null(strstr(error.text, "32 bits"));
}

static int load_with_number(unsigned int images, const char *number)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "images = <%u>; %s", images, number);
	error.text[0] = '\0';
	return board_load_changed(&board, "images = <1>;", text, &error);
}

static void bootloaders_come_through_a_pair_of_the_board(void **state)
{
	(void)state;
	assert_int_equal(load_with_number(1, ""), 0);
	assert_int_equal(board.rules.bootloader_image, 0);
	assert_int_equal(load_with_number(3, "mcuboot-image-number = <2>;"), 0);
	assert_int_equal(board.rules.bootloader_image, 2);
	assert_int_equal(load_with_number(3, "mcuboot-image-number = <3>;"), -EINVAL);
	assert_non_null(strstr(error.text, "mcuboot-image-number"));
	assert_int_equal(load_with_number(3, "mcuboot-image-number = \"2\";"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(s0_and_s1_have_ids_of_their_own),
		cmocka_unit_test(a_bootloader_that_is_not_updated_may_lie_in_s0),
		cmocka_unit_test(s1_alone_is_refused),
		cmocka_unit_test(slots_in_another_flash_than_slot_0_are_refused),
		cmocka_unit_test(one_partition_is_not_both),
		cmocka_unit_test(code_is_linked_for_the_address_of_the_flash_that_has_slot_0),
		cmocka_unit_test(a_flash_beyond_32_bits_is_refused),
		cmocka_unit_test(bootloaders_come_through_a_pair_of_the_board),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
