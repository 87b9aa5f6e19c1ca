/* SPDX-License-Identifier: Apache-2.0 */
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

/*
 * What a shipped board has to be, from the data sheets and the boards of the same name elsewhere.
 */
struct shipped {
	const char *file;
	const char *label;
	uint32_t size;
	uint32_t write_block;
	uint8_t max_align;
	bool no_explicit_erase;
	size_t slot1_flash;
	uint32_t slot_size;
	uint16_t max_sectors;
};

static const struct shipped shipped[] = {
	{BOARDS "/nrf52840dk.dts", "flash0", 1u << 20, 4, 8, false, 0, 472u << 10, 128},
	{BOARDS "/nrf9160dk.dts", "flash0", 1u << 20, 4, 8, false, 1, 928u << 10, 232},
	{BOARDS "/stm32f4.dts", "flash0", 1u << 20, 1, 8, false, 0, 384u << 10, 128},
	{BOARDS "/stm32h7.dts", "flash0", 2u << 20, 32, 32, false, 0, 768u << 10, 128},
	{BOARDS "/nrf54l15.dts", "cpuapp_rram", 1428u << 10, 16, 16, true, 0, 664u << 10, 166},
};

static void load_file(const char *path)
{
	void *blob;
	size_t len;

	assert_int_equal(sim_devicetree_compile(path, &blob, &len, &error), 0);
	assert_int_equal(sim_board_load(&board, blob, &error), 0);
	free(blob);
}

static void every_shipped_board_is_what_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		const struct shipped *want = &shipped[i];
		const struct sim_partition *slot[2];

		load_file(want->file);
		assert_string_equal(board.flash[0].label, want->label);
		assert_int_equal(board.flash[0].size, want->size);
		assert_int_equal(board.flash[0].write_block, want->write_block);
		assert_int_equal(board.flash[0].erase_value, 0xff);
		assert_int_equal(board.flash[0].no_explicit_erase, want->no_explicit_erase);
		assert_int_equal(board.arrangement.mode, BOOT_MODE_SWAP_MOVE);
		assert_int_equal(board.arrangement.max_align, want->max_align);
		assert_int_equal(board.arrangement.images, 1);
		assert_int_equal(board.arrangement.max_sectors, want->max_sectors);
		for (unsigned int s = 0; s < 2; s++) {
			slot[s] = sim_board_slot(&board, s);
			assert_non_null(slot[s]);
			assert_int_equal(slot[s]->flash, s == 0 ? 0 : want->slot1_flash);
			assert_int_equal(slot[s]->size, want->slot_size);
			assert_string_equal(slot[s]->label, s == 0 ? "image-0" : "image-1");
		}
	}
}

static void the_modem_storage_of_nrf9160dk_lies_on_the_external_flash(void **state)
{
	const struct sim_partition *last;

	(void)state;
	load_file(BOARDS "/nrf9160dk.dts");
	assert_int_equal(board.flashes, 2);
	assert_string_equal(board.flash[1].label, "mx25r64");
	assert_int_equal(board.flash[1].size, 8u << 20);
	assert_int_equal(board.flash[1].write_block, 1);
	assert_int_equal(board.flash[1].layout[0].pages_size, 4096);
	last = &board.partition[board.partitions - 1];
	assert_string_equal(last->name, "fmfu_storage");
	assert_int_equal(last->id, 17);
	assert_int_equal(last->flash, 1);
}

static void unequal_pages_are_kept_in_order(void **state)
{
	static const struct flash_pages_layout want[] = {{4, 16384}, {1, 65536}, {7, 131072}};

	(void)state;
	load_file(BOARDS "/stm32f4.dts");
	assert_int_equal(board.flash[0].layout_size, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(board.flash[0].layout[i].pages_count, want[i].pages_count);
		assert_int_equal(board.flash[0].layout[i].pages_size, want[i].pages_size);
	}
}

static void a_board_is_read_wherever_its_nodes_lie(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "", "", &error), 0);
	assert_int_equal(board.flashes, 2);
	assert_string_equal(board.flash[0].label, "inner");
	assert_int_equal(board.flash[0].size, 0x40000);
	assert_int_equal(board.flash[0].erase_value, 0x00);
	assert_int_equal(board.flash[0].write_block, 8);
	assert_string_equal(board.flash[1].label, "outer");
	assert_int_equal(board.flash[1].size, 0x40000);
	assert_int_equal(board.flash[1].erase_value, 0xff);
	assert_int_equal(board.arrangement.max_align, 16);
	assert_int_equal(board.arrangement.max_sectors, 200);
}

static void serial_nor_has_defaults_for_page_and_write_block(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "", "", &error), 0);
	assert_int_equal(board.flash[1].write_block, 1);
	assert_int_equal(board.flash[1].layout_size, 1);
	assert_int_equal(board.flash[1].layout[0].pages_size, 4096);
	assert_int_equal(board.flash[1].layout[0].pages_count, 64);
}

static void partitions_stand_in_the_order_of_flash_with_ids_of_their_own(void **state)
{
	static const char *const names[] = {"boot_partition", "slot0_partition", "partition@30000",
					    "slot1_partition"};

	(void)state;
	assert_int_equal(board_load_changed(&board, "", "", &error), 0);
	assert_int_equal(board.partitions, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(board.partition[i].name, names[i]);
	}
	assert_int_equal(board.partition[0].id, 20);
	assert_int_equal(board.partition[1].id, 0);
	assert_int_equal(board.partition[2].id, 21);
	assert_int_equal(board.partition[3].id, 1);
	assert_string_equal(board.partition[2].label, "partition@30000");
}

static void disabled_partitions_and_tables_are_left_out(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "reg = <0x30000 0x1000>;",
					    "reg = <0x10000 0x1000>; status = \"disabled\";",
					    &error),
			 0);
	assert_int_equal(board.partitions, 3);
	assert_string_equal(board.partition[1].name, "slot0_partition");
	assert_string_equal(board.partition[2].name, "slot1_partition");
	assert_int_equal(
		board_load_changed(&board, "bus@0 {",
				   "old { compatible = \"fixed-partitions\"; "
				   "status = \"disabled\"; slot9_partition: a { }; }; bus@0 {",
				   &error),
		0);
	assert_int_equal(board.partitions, 4);
}

static void erase_layout_wins_over_erase_block_size(void **state)
{
	const char *both = "erase-block-size = <3>; erase-layout = <2 0x10000 1 0x20000>;";

	(void)state;
	assert_int_equal(board_load_changed(&board, "erase-block-size = <4096>;", both, &error), 0);
	assert_int_equal(board.flash[0].layout_size, 2);
	assert_int_equal(board.flash[0].layout[1].pages_size, 0x20000);
}

static void what_may_be_missing_has_its_default(void **state)
{
	static const struct {
		const char *from;
		const char *to;
	} optional[] = {
		{"chosen { zephyr,code-partition = &slot0_partition; };", ""},
		{"max-align = <16>;", ""},
		{"images = <1>;", ""},
		{"max-sectors = <200>;", ""},
		{"erase-value = <0x00>;", ""},
		{"slot1_partition: partition@0", "partition@0"},
		{"boot_partition: partition@0", "partition@0"},
		{"label = \"image-0\";", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		error.text[0] = '\0';
		(void)board_load_changed(&board, optional[i].from, optional[i].to, &error);
		assert_string_equal(error.text, "");
		assert_non_null(sim_board_slot(&board, 0));
		assert_int_equal(board.arrangement.images, 1);
	}
	assert_int_equal(board_load_changed(&board, "max-align = <16>;", "", &error), 0);
	assert_int_equal(board.arrangement.max_align, 8);
	assert_int_equal(board_load_changed(&board, "erase-value = <0x00>;", "", &error), 0);
	assert_int_equal(board.flash[0].erase_value, 0xff);
	assert_int_equal(board_load_changed(&board, "max-sectors = <200>;", "", &error), 0);
	assert_int_equal(board.arrangement.max_sectors, 128);
}

static void only_the_first_primary_slot_is_needed(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "images = <1>;", "images = <8>;", &error), 0);
	assert_int_equal(board.arrangement.images, 8);
	assert_non_null(sim_board_slot(&board, 0));
	assert_null(sim_board_slot(&board, 2));
}

static void a_disabled_flash_and_its_partitions_are_left_out(void **state)
{
	const char *disabled = "status = \"disabled\"; size = <0x200000>;";

	(void)state;
	assert_int_equal(board_load_changed(&board, "size = <0x200000>;", disabled, &error), 0);
	assert_int_equal(board.flashes, 1);
	assert_null(sim_board_slot(&board, 1));
}

static void no_explicit_erase_is_a_property_of_the_device(void **state)
{
	const char *rram = "write-block-size = <8>; no-explicit-erase;";

	(void)state;
	assert_int_equal(board_load_changed(&board, "write-block-size = <8>;", rram, &error), 0);
	assert_true(board.flash[0].no_explicit_erase);
	assert_false(board.flash[1].no_explicit_erase);
}

static uint32_t page_without_erase(const char *from, const char *to)
{
	char *text = text_changed(board_source, "erase-block-size = <4096>;", "no-explicit-erase;");
	char *changed = text_changed(text, from, to);
	size_t len;
	void *blob = board_compile_text(changed, &len);

	assert_int_equal(sim_board_load(&board, blob, &error), 0);
	free(blob);
	free(changed);
	free(text);
	assert_int_equal(board.flash[0].layout_size, 1);
	assert_int_equal((uint32_t)board.flash[0].layout[0].pages_size *
				 board.flash[0].layout[0].pages_count,
			 board.flash[0].size);
	return (uint32_t)board.flash[0].layout[0].pages_size;
}

static void flash_without_erase_needs_no_page_size(void **state)
{
	(void)state;
	assert_int_equal(page_without_erase("", ""), 4096);
	/* 0x40200 bytes are no whole pages of 4096. */
	assert_int_equal(page_without_erase("<0x8000000 0x40000>", "<0x8000000 0x40200>"), 8);
}

static void partitions_of_an_unknown_flash_are_left_out_if_no_slot_is_among_them(void **state)
{
	static const char extra[] = "other@5 { compatible = \"vendor,fram\"; reg = <5 1>;"
				    "partitions { compatible = \"fixed-partitions\";"
				    "#address-cells = <1>; #size-cells = <1>;"
				    "log: partition@0 { reg = <0 0x100>; }; }; };"
				    "inner: flash@8000000 {";

	(void)state;
	assert_int_equal(board_load_changed(&board, "inner: flash@8000000 {", extra, &error), 0);
	assert_int_equal(board.flashes, 2);
	assert_int_equal(board.partitions, 4);
}

static void pages_of_a_partition_are_counted_where_it_lies(void **state)
{
	static const struct {
		uint32_t offset;
		uint32_t size;
		uint32_t pages;
		uint32_t page_size;
		bool whole;
	} cases[] = {
		{0, 0x10000, 4, 0x4000, true},
		{0x4000, 0x4000, 1, 0x4000, true},
		{0, 0x20000, 5, 0, true},
		{0x10000, 0x10000, 1, 0x10000, true},
		{0x20000, 0xe0000, 7, 0x20000, true},
		{0x2000, 0x6000, 2, 0x4000, false},
		{0x4000, 0x4100, 2, 0x4000, false},
		{0x10000, 0x20000, 2, 0, false},
		{0xe0000, 0x1ffff, 1, 0x20000, false},
		{0x18000, 0x8000, 1, 0x10000, false},
	};

	(void)state;
	load_file(BOARDS "/stm32f4.dts");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sim_partition partition = {.offset = cases[i].offset,
							.size = cases[i].size};
		uint32_t size;

		assert_int_equal(sim_board_pages(&board, &partition, &size), cases[i].pages);
		assert_int_equal(size, cases[i].page_size);
		assert_int_equal(sim_board_has_whole_pages(&board, &partition), cases[i].whole);
	}
}

static void every_mode_is_read_and_kept(void **state)
{
	static const char *const modes[] = {
		"swap-scratch", "swap-move",         "swap-offset", "overwrite-only",
		"direct-xip",   "direct-xip-revert", "ram-load",    "ram-load-revert",
		"single-slot",  "firmware-loader",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		size_t len;
		char *text = board_compile_text(board_source, &len);
		void *blob = text;

		assert_int_equal(sim_board_set_mode(&blob, &len, modes[i], &error), 0);
		if (i == BOOT_MODE_SWAP_SCRATCH) {
			assert_int_equal(sim_board_load(&board, blob, &error), -EINVAL);
			assert_non_null(strstr(error.text, "scratch_partition: is missing"));
		} else {
			assert_int_equal(sim_board_load(&board, blob, &error), 0);
			assert_int_equal(board.arrangement.mode, i);
		}
		free(blob);
	}
}

static void an_unknown_mode_leaves_the_blob_alone(void **state)
{
	size_t len;
	void *blob = board_compile_text(board_source, &len);
	void *same = blob;

	(void)state;
	assert_int_equal(sim_board_set_mode(&blob, &len, "swap-sideways", &error), -EINVAL);
	assert_ptr_equal(blob, same);
	assert_non_null(strstr(error.text, "\"swap-sideways\""));
	assert_int_equal(sim_board_load(&board, blob, &error), 0);
	assert_int_equal(board.arrangement.mode, BOOT_MODE_SWAP_MOVE);
	free(blob);
}

static void a_slot_with_many_pages_raises_the_number_of_sectors(void **state)
{
	char *text;
	char *small;
	void *blob;
	size_t len;

	(void)state;
	assert_int_equal(board_load_changed(&board, "max-sectors = <200>;", "", &error), 0);
	assert_int_equal(board.arrangement.max_sectors, 128);
	/* 0x20000 bytes at 0x10000 in pages of 512: 256 of them. */
	text = text_changed(board_source, "max-sectors = <200>;", "");
	small = text_changed(text, "erase-block-size = <4096>;", "erase-block-size = <512>;");
	blob = board_compile_text(small, &len);
	assert_int_equal(sim_board_load(&board, blob, &error), 0);
	free(text);
	free(small);
	free(blob);
	assert_int_equal(board.arrangement.max_sectors, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_board_is_what_it_says),
		cmocka_unit_test(the_modem_storage_of_nrf9160dk_lies_on_the_external_flash),
		cmocka_unit_test(unequal_pages_are_kept_in_order),
		cmocka_unit_test(a_board_is_read_wherever_its_nodes_lie),
		cmocka_unit_test(serial_nor_has_defaults_for_page_and_write_block),
		cmocka_unit_test(partitions_stand_in_the_order_of_flash_with_ids_of_their_own),
		cmocka_unit_test(erase_layout_wins_over_erase_block_size),
		cmocka_unit_test(what_may_be_missing_has_its_default),
		cmocka_unit_test(only_the_first_primary_slot_is_needed),
		cmocka_unit_test(a_disabled_flash_and_its_partitions_are_left_out),
		cmocka_unit_test(disabled_partitions_and_tables_are_left_out),
		cmocka_unit_test(no_explicit_erase_is_a_property_of_the_device),
		cmocka_unit_test(flash_without_erase_needs_no_page_size),
		cmocka_unit_test(
			partitions_of_an_unknown_flash_are_left_out_if_no_slot_is_among_them),
		cmocka_unit_test(pages_of_a_partition_are_counted_where_it_lies),
		cmocka_unit_test(every_mode_is_read_and_kept),
		cmocka_unit_test(an_unknown_mode_leaves_the_blob_alone),
		cmocka_unit_test(a_slot_with_many_pages_raises_the_number_of_sectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
