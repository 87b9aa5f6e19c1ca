/* SPDX-License-Identifier: Apache-2.0 */
/* The modem of a board: its node, its absence, and the partition that stands for it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"
#include "devicetree.h"
#include "sim/board_source.h"

static struct sim_board board;
static struct sim_error error;

/* The board with these nodes before the bootloader's. */
static int load_with(const char *nodes)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "%s mcuboot {", nodes);
	error.text[0] = '\0';
	return board_load_changed(&board, "mcuboot {", text, &error);
}

static int load_with_properties(const char *properties)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "cell { compatible = \"slotwise,modem\"; %s };",
		       properties);
	return load_with(text);
}

/* The extra partition becomes room for modem files; the nodes lie in it. */
static int load_with_room(const char *nodes)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "fmfu_storage: partition@30000 { reg = <0x30000 0x1000>; %s };", nodes);
	error.text[0] = '\0';
	return board_load_changed(&board, "partition@30000 { reg = <0x30000 0x1000>; };", text,
				  &error);
}

static void assert_modem(uint32_t area, uint32_t erase_ms, uint32_t capacity, const char *version)
{
	assert_true(board.modem.present);
	assert_int_equal(board.modem.area, area);
	assert_int_equal(board.modem.erase_ms, erase_ms);
	assert_int_equal(board.modem.capacity, capacity);
	assert_string_equal(board.modem.version, version);
}

static void a_board_has_no_modem_of_itself(void **state)
{
	(void)state;
	assert_int_equal(load_with(""), 0);
	assert_false(board.modem.present);
}

static void a_node_without_properties_is_a_modem_with_the_defaults(void **state)
{
	(void)state;
	assert_int_equal(load_with_properties(""), 0);
	assert_modem(0x50000, 20000, 0x400000, "1.0.0");
	assert_false(board.modem.is_assumed);
}

static void every_property_is_read(void **state)
{
	(void)state;
	assert_int_equal(load_with_properties("patch-area-size = <0x1234>; erase-time-ms = <7>;"
					      "firmware-size = <0x5678>;"
					      "firmware-version = \"2.0.1-rc1\";"),
			 0);
	assert_modem(0x1234, 7, 0x5678, "2.0.1-rc1");
}

static void properties_reach_to_their_borders(void **state)
{
	(void)state;
	assert_int_equal(load_with_properties("patch-area-size = <1>; erase-time-ms = <0>;"
					      "firmware-size = <1024>; firmware-version = \"1\";"),
			 0);
	assert_modem(1, 0, 1024, "1");
	assert_int_equal(
		load_with_properties("patch-area-size = <2621439>; erase-time-ms = <0xffffffff>;"
				     "firmware-size = <0x1000000>;"
				     "firmware-version = \"1234567890123456789012345678901\";"),
		0);
	assert_modem(2621439, UINT32_MAX, 16u << 20, "1234567890123456789012345678901");
}

static void a_property_that_makes_no_sense_is_refused_by_node_and_name(void **state)
{
	static const struct {
		const char *property;
		const char *words;
	} rows[] = {
		{"patch-area-size = <0>;", "/cell: patch-area-size: 0 is not 1 to 2621439"},
		{"patch-area-size = <2621440>;", "/cell: patch-area-size: 2621440 is not 1 to"},
		{"patch-area-size = <1 2>;", "/cell: patch-area-size: is not one cell"},
		{"patch-area-size = \"large\";", "/cell: patch-area-size: is not one cell"},
		{"erase-time-ms;", "/cell: erase-time-ms: is not one cell"},
		{"firmware-size = <1023>;", "/cell: firmware-size: 1023 is not 1024 to 16777216"},
		{"firmware-size = <0x1000001>;", "/cell: firmware-size: 16777217 is not 1024 to"},
		{"firmware-size = [00 01];", "/cell: firmware-size: is not one cell"},
		{"firmware-version = <1>;", "/cell: firmware-version: is not one string"},
		{"firmware-version = \"1\", \"2\";", "/cell: firmware-version: is not one string"},
		{"firmware-version = \"\";", "/cell: firmware-version: \"\" is not 1 to 31"},
		{"firmware-version = \"12345678901234567890123456789012\";",
		 "/cell: firmware-version: \"12345678901234567890123456789012\" is not 1 to 31"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int rc = load_with_properties(rows[i].property);

		if (rc != -EINVAL || strstr(error.text, rows[i].words) == NULL) {
			fail_msg("\"%s\" gave %d and \"%s\"", rows[i].property, rc, error.text);
		}
	}
}

static void a_board_has_one_modem(void **state)
{
	(void)state;
	assert_int_equal(load_with("cell { compatible = \"slotwise,modem\"; };"
				   "more { compatible = \"slotwise,modem\"; };"),
			 -EINVAL);
	assert_string_equal(error.text,
			    "/more: is not the only node compatible with slotwise,modem");
	assert_int_equal(
		load_with("cell { compatible = \"slotwise,modem\"; status = \"disabled\"; };"
			  "more { compatible = \"slotwise,modem\"; erase-time-ms = <9>; };"),
		0);
	assert_modem(0x50000, 9, 0x400000, "1.0.0");
}

static void room_for_modem_files_stands_for_a_modem(void **state)
{
	(void)state;
	assert_int_equal(load_with_room(""), 0);
	assert_modem(0x50000, 20000, 0x400000, "1.0.0");
	assert_true(board.modem.is_assumed);
}

static void a_node_that_is_disabled_says_that_there_is_none(void **state)
{
	(void)state;
	assert_int_equal(load_with_properties("status = \"disabled\";"), 0);
	assert_false(board.modem.present);
	assert_int_equal(load_with_room("cell { compatible = \"slotwise,modem\";"
					"status = \"disabled\"; };"),
			 0);
	assert_non_null(sim_board_slot(&board, 17));
	assert_false(board.modem.present);
}

static void no_flash_has_the_name_of_the_modem(void **state)
{
	char *text = text_changed(board_source, "inner: flash", "modem: flash");
	char *both = text_changed(text, "mcuboot {",
				  "cell { compatible = \"slotwise,modem\"; }; mcuboot {");
	size_t len;
	void *blob = board_compile_text(both, &len);

	(void)state;
	assert_int_equal(sim_board_load(&board, blob, &error), -EINVAL);
	assert_non_null(strstr(error.text, "modem: a flash device has this label"));
	free(blob);
	blob = board_compile_text(text, &len);
	assert_int_equal(sim_board_load(&board, blob, &error), 0);
	assert_string_equal(board.flash[0].label, "modem");
	free(blob);
	free(both);
	free(text);
}

static void nrf9160dk_has_a_modem_as_the_defaults_are(void **state)
{
	void *blob;
	size_t len;

	(void)state;
	assert_int_equal(sim_devicetree_compile(BOARDS "/nrf9160dk.dts", &blob, &len, &error), 0);
	assert_int_equal(sim_board_load(&board, blob, &error), 0);
	free(blob);
	assert_modem(0x50000, 20000, 0x400000, "1.0.0");
	assert_false(board.modem.is_assumed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_board_has_no_modem_of_itself),
		cmocka_unit_test(a_node_without_properties_is_a_modem_with_the_defaults),
		cmocka_unit_test(every_property_is_read),
		cmocka_unit_test(properties_reach_to_their_borders),
		cmocka_unit_test(a_property_that_makes_no_sense_is_refused_by_node_and_name),
		cmocka_unit_test(a_board_has_one_modem),
		cmocka_unit_test(room_for_modem_files_stands_for_a_modem),
		cmocka_unit_test(a_node_that_is_disabled_says_that_there_is_none),
		cmocka_unit_test(no_flash_has_the_name_of_the_modem),
		cmocka_unit_test(nrf9160dk_has_a_modem_as_the_defaults_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
