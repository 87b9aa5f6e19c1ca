/* SPDX-License-Identifier: Apache-2.0 */
/* Which part's times a flash device of a board has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "devicetree.h"
#include "sim/board_source.h"

static struct sim_board board;

/* A device below a controller, beside the one that holds slot 0. */
static void load_with_node(const char *node)
{
	struct sim_error error;
	char text[1024];

	(void)snprintf(text, sizeof(text), "%s mcuboot {", node);
	assert_int_equal(board_load_changed(&board, "mcuboot {", text, &error), 0);
}

static const char *part_of(const char *label)
{
	for (size_t i = 0; i < board.flashes; i++) {
		if (strcmp(board.flash[i].label, label) == 0) {
			return board.flash[i].part->name;
		}
	}
	fail_msg("no flash %s", label);
	return NULL;
}

static void load_file(const char *path)
{
	struct sim_error error;
	void *blob;
	size_t len;

	assert_int_equal(sim_devicetree_compile(path, &blob, &len, &error), 0);
	assert_int_equal(sim_board_load(&board, blob, &error), 0);
	free(blob);
}

static void boards_of_known_parts_have_their_times(void **state)
{
	static const char *const parts[][3] = {
		{BOARDS "/nrf52840dk.dts", "flash0", "nRF52840"},
		{BOARDS "/nrf5340dk.dts", "flash1", "nRF5340"},
		{BOARDS "/nrf54l15.dts", "cpuapp_rram", "nRF54L"},
		{BOARDS "/nrf9160dk.dts", "flash0", "nRF9160"},
		{BOARDS "/nrf9160dk.dts", "mx25r64", "MX25R6435F"},
		{BOARDS "/stm32f4.dts", "flash0", "STM32F4"},
		{BOARDS "/stm32h7.dts", "flash0", "STM32H7"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		load_file(parts[i][0]);
		assert_string_equal(part_of(parts[i][1]), parts[i][2]);
	}
}

static void any_name_of_the_controller_will_do(void **state)
{
	(void)state;
	load_with_node(
		"c { compatible = \"acme,flash\", \"st,stm32l4-flash-controller\";"
		"#address-cells = <1>; #size-cells = <1>;"
		"other: f@90000000 { compatible = \"soc-nv-flash\"; reg = <0x90000000 0x1000>;"
		"erase-block-size = <2048>; write-block-size = <8>; }; };");
	assert_string_equal(part_of("other"), "STM32L4");
}

static void an_unknown_chip_counts_as_one_of_its_kind(void **state)
{
	(void)state;
	load_with_node("c { compatible = \"acme,flash\"; #address-cells = <1>; #size-cells = <1>;"
		       "one: f@90000000 { compatible = \"soc-nv-flash\"; reg = <0x90000000 0x1000>;"
		       "erase-block-size = <2048>; write-block-size = <8>; };"
		       "two: f@a0000000 { compatible = \"soc-nv-flash\"; reg = <0xa0000000 0x1000>;"
		       "no-explicit-erase; write-block-size = <8>; }; };");
	assert_string_equal(part_of("one"), "nRF52840");
	assert_string_equal(part_of("two"), "nRF54L");
}

static void spi_nor_is_known_by_its_jedec_id(void **state)
{
	static const char *const parts[][2] = {
		{"jedec-id = [c8 60 19];", "GD25LE255E"}, {"jedec-id = [c2 20 1a];", "MX25L51245G"},
		{"jedec-id = [ef 40 17];", "W25Q64JV"},   {"jedec-id = [ef 40 18];", "MX25R6435F"},
		{"jedec-id = [c8 60];", "MX25R6435F"},    {"", "MX25R6435F"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char node[256];

		(void)snprintf(
			node, sizeof(node),
			"nor: nor { compatible = \"jedec,spi-nor\"; size = <0x100000>; %s };",
			parts[i][0]);
		load_with_node(node);
		assert_string_equal(part_of("nor"), parts[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boards_of_known_parts_have_their_times),
		cmocka_unit_test(any_name_of_the_controller_will_do),
		cmocka_unit_test(an_unknown_chip_counts_as_one_of_its_kind),
		cmocka_unit_test(spi_nor_is_known_by_its_jedec_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
