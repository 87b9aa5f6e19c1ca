/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no recorded boot shows of the modes that start what they find: flash without room for a
 * trailer, without erase, shared with others, with errors; and what the model says.
 */
#include "boot_rig.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <boot_model.h>

#include "support/test_files.h"

#define IMAGE_SIZE 2856 /* of the smaller ones used here */
#define NON_BOOTABLE 0x10

#define LOAD_1_0 "images/tiny-1.0.0-none-load20010000.bin"
#define LOAD_1_1 "extra/tiny-1.1.0-none-load20010000.bin"

static const enum boot_mode modes[] = {BOOT_MODE_DIRECT_XIP, BOOT_MODE_DIRECT_XIP_REVERT,
				       BOOT_MODE_RAM_LOAD, BOOT_MODE_RAM_LOAD_REVERT};

static struct sim_boot_result result;

static uint8_t *slot_start(int slot)
{
	return rig_end(slot) - rig.areas[slot].fa_size;
}

static void put_file(int slot, const char *name)
{
	size_t len;
	uint8_t *file = test_read_file(name, &len);

	memcpy(slot_start(slot), file, len);
	free(file);
}

static bool is_erased(int slot)
{
	return trailer_is_blank(rig_end(slot), rig.areas[slot].fa_size, rig.what->erased);
}

/* Both slots with an image that any of the modes starts, the newer one in slot 1; confirmed. */
static void open_case(const struct rig_case *what, enum boot_mode mode)
{
	struct boot_arrangement arrangement;

	rig_open(what);
	arrangement = *boot_arrangement_get();
	arrangement.mode = mode;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	put_file(0, LOAD_1_0);
	put_file(1, LOAD_1_1);
	for (int slot = 0; slot < 2; slot++) {
		rig_put_magic(slot);
		rig_put(slot, rig.layout->image_ok, 1);
	}
	rig_start(-1, false);
}

static void open_mode(enum boot_mode mode)
{
	open_case(&rig_cases[0], mode);
}

static int boot(void)
{
	return sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result);
}

static void expect_start(int slot)
{
	assert_int_equal(boot(), 0);
	assert_string_equal(result.error, "");
	assert_int_equal(result.booted, 0);
	assert_int_equal(result.active[0], slot);
	assert_int_equal(result.version.minor, slot);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_NONE);
}

static void expect_nothing(const char *why)
{
	assert_int_equal(boot(), 0);
	if (strstr(result.error, why) == NULL) {
		fail_msg("\"%s\" does not say \"%s\"", result.error, why);
	}
	assert_int_equal(result.booted, -1);
	assert_int_equal(result.active[0], -1);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_NONE);
}

static void without_a_secondary_slot_the_primary_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		open_mode(modes[i]);
		rig.areas[1].fa_id = 77;
		expect_start(0);
		rig_close();
	}
}

static void flip_payload(void)
{
	slot_start(1)[600] ^= 1;
}

static void clear_slot(void)
{
	memset(slot_start(1), rig.what->erased, rig.areas[1].fa_size);
}

static void set_not_bootable(void)
{
	slot_start(1)[16] |= NON_BOOTABLE;
}

static void clear_flags(void)
{
	slot_start(1)[16] = 0;
}

static void link_elsewhere(void)
{
	put_file(1, "images/tiny-1.1.0-none-rom08048000.bin");
}

static void load_beside(void)
{
	slot_start(1)[7] = 0x40;
}

static void hide_tlvs(void)
{
	slot_start(1)[12] ^= 1;
}

/* Its size is asked for before it is loaded, so the flag does not save it. */
static void hide_tlvs_of_what_is_not_bootable(void)
{
	set_not_bootable();
	hide_tlvs();
}

static void break_magic(void)
{
	rig_end(1)[-1] ^= 1;
}

static void start_before(void)
{
	rig_put(1, rig.layout->copy_done, 1);
	rig_put(1, rig.layout->image_ok, rig.what->erased);
}

static void spoil_image_ok(void)
{
	rig_put(1, rig.layout->copy_done, 1);
	rig_put(1, rig.layout->image_ok, 0x55);
}

/* What is wrong with slot 1, and what becomes of it. */
static const struct fault {
	enum boot_mode mode;
	void (*put)(void);
	const char *why;
	bool is_erased;
} faults[] = {
	{BOOT_MODE_DIRECT_XIP, clear_slot, "it has no header", true},
	{BOOT_MODE_DIRECT_XIP, link_elsewhere, "it is linked for another address", false},
	{BOOT_MODE_DIRECT_XIP, set_not_bootable, "it is not bootable", false},
	{BOOT_MODE_DIRECT_XIP, flip_payload, "its hash is wrong", true},
	{BOOT_MODE_DIRECT_XIP_REVERT, link_elsewhere, "it is linked for another address", false},
	{BOOT_MODE_DIRECT_XIP_REVERT, break_magic, "its trailer has no magic", true},
	{BOOT_MODE_DIRECT_XIP_REVERT, start_before, "started before and not confirmed", true},
	{BOOT_MODE_DIRECT_XIP_REVERT, spoil_image_ok, "started before and not confirmed", true},
	{BOOT_MODE_DIRECT_XIP_REVERT, set_not_bootable, "it is not bootable", false},
	{BOOT_MODE_DIRECT_XIP_REVERT, flip_payload, "its hash is wrong", true},
	{BOOT_MODE_RAM_LOAD, clear_flags, "it is not made for RAM", true},
	{BOOT_MODE_RAM_LOAD, load_beside, "it loads beside the executable RAM", true},
	{BOOT_MODE_RAM_LOAD, hide_tlvs, "it has no TLVs", true},
	{BOOT_MODE_RAM_LOAD, hide_tlvs_of_what_is_not_bootable, "it has no TLVs", true},
	{BOOT_MODE_RAM_LOAD, set_not_bootable, "it is not bootable", false},
	{BOOT_MODE_RAM_LOAD, flip_payload, "its hash is wrong", true},
	{BOOT_MODE_RAM_LOAD_REVERT, break_magic, "its trailer has no magic", true},
	{BOOT_MODE_RAM_LOAD_REVERT, start_before, "started before and not confirmed", true},
	{BOOT_MODE_RAM_LOAD_REVERT, clear_flags, "it is not made for RAM", true},
};

static void a_slot_that_does_not_start_leaves_it_to_the_other_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		open_mode(faults[i].mode);
		faults[i].put();
		expect_start(0);
		assert_int_equal(is_erased(1), faults[i].is_erased);
		rig_close();
	}
}

static void when_neither_slot_starts_the_reason_of_each_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		open_mode(faults[i].mode);
		memset(slot_start(0), rig.what->erased, rig.areas[0].fa_size);
		faults[i].put();
		expect_nothing(faults[i].why);
		assert_non_null(strstr(result.error, "image 0: in slot 0, it has no header; in"));
		rig_close();
	}
}

static void an_image_may_load_only_where_the_rules_say(void **state)
{
	static const struct {
		uint32_t start;
		uint32_t size;
		int slot;
	} cases[] = {
		{0x20010000, 4252, 1},        /* just the newer one */
		{0x20010000, 4251, 0},        /* not all of it */
		{0x20010001, 0x10000, -1},    /* behind the first byte */
		{0x20010000, 0xffffffffu, 1}, /* up to the end of all addresses */
	};
	struct boot_rules rules = *boot_rules_get();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_mode(BOOT_MODE_RAM_LOAD);
		rules.ram_start = cases[i].start;
		rules.ram_size = cases[i].size;
		assert_int_equal(sim_boot(boot_arrangement_get(), &rules, false, &result), 0);
		assert_int_equal(result.active[0], cases[i].slot);
		rig_close();
	}
}

/* As MCUboot: the file names are of images that it is known to install. */
static void odd_header_sizes_do_not_keep_an_image_from_running(void **state)
{
	static const char *const files[] = {"images/odd/hdr-size-0.bin",
					    "images/odd/hdr-size-31.bin"};
	const struct boot_rules rules = {.signature = BOOT_SIGNATURE_NONE};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		open_mode(BOOT_MODE_DIRECT_XIP);
		put_file(1, files[i]);
		assert_int_equal(sim_boot(boot_arrangement_get(), &rules, false, &result), 0);
		assert_int_equal(result.booted, 0);
		assert_int_equal(result.active[0], 1);
		assert_int_equal(result.version.minor, 1);
		rig_close();
	}
}

static const struct rig_case no_trailer = {.name = "block 16, fields 8 apart",
					   .page = 4096,
					   .pages = 8,
					   .write = 16,
					   .erased = 0xff,
					   .align = 8};

static void without_a_possible_trailer_the_plain_modes_work(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (boot_mode_needs_trailer(modes[i])) {
			continue;
		}
		open_case(&no_trailer, modes[i]);
		expect_start(1);
		assert_int_equal(rig.op_count, 0);
		flip_payload();
		expect_start(0);
		assert_true(is_erased(1));
		rig_close();
	}
}

static void without_a_possible_trailer_the_revert_modes_stop_in_an_assertion(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (!boot_mode_needs_trailer(modes[i])) {
			continue;
		}
		open_case(&no_trailer, modes[i]);
		break_magic();
		expect_nothing("assertion");
		assert_true(is_erased(1)); /* before that */
		assert_false(is_erased(0));
		rig_close();
	}
}

static void a_slot_that_is_no_multiple_of_a_field_stops_the_revert_modes(void **state)
{
	(void)state;
	open_mode(BOOT_MODE_DIRECT_XIP_REVERT);
	rig.areas[1].fa_size -= 4;
	expect_nothing("assertion");
	assert_int_equal(rig.op_count, 0);
	rig_close();
	open_mode(BOOT_MODE_DIRECT_XIP);
	rig.areas[1].fa_size -= 4;
	expect_start(1);
	rig_close();
}

static void an_image_may_reach_up_to_swap_info(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		open_mode(BOOT_MODE_DIRECT_XIP);
		rig.areas[1].fa_id = 77;
		rig.areas[0].fa_size = IMAGE_SIZE + 40 - i;
		assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), true, &result),
				 i == 0 ? 0 : -ENOTSUP);
		assert_int_equal(result.booted, i == 0 ? 0 : -1);
		rig_close();
	}
}

/* One of 72 bytes whose hash is right, with fields so far apart that they take 128. */
static void a_trailer_larger_than_the_slot_leaves_no_room_for_an_image(void **state)
{
	static const struct {
		size_t size;
		bool starts;
	} cases[] = {{72 + 128, true}, {72 + 127, false}, {127, false}, {96, false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_case(&rig_cases[4], BOOT_MODE_DIRECT_XIP);
		rig.areas[1].fa_id = 77;
		rig.areas[0].fa_size = cases[i].size;
		rig_put_image(0, 72);
		crypto_hash_sha256(slot_start(0) + 40, slot_start(0), 32);
		/* It would be erased, but ends inside a page. */
		assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), true, &result),
				 cases[i].starts ? 0 : -ENOTSUP);
		assert_int_equal(result.booted, cases[i].starts ? 0 : -1);
		rig_close();
	}
}

static void slots_of_a_few_bytes_hold_nothing(void **state)
{
	static const struct {
		size_t size;
		const char *why;
	} cases[] = {
		{4, "it is too small"},
		{31, "it is too small"},
		{32, "its header tells of more"},
		{40, "its header tells of more"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_mode(BOOT_MODE_DIRECT_XIP);
		rig.areas[0].fa_size = cases[i].size;
		rig.areas[1].fa_size = cases[i].size;
		expect_nothing(cases[i].why);
		assert_int_equal(rig.op_count, 0);
		rig_close();
	}
}

static void the_first_start_sets_copy_done_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		uint8_t *before;

		open_case(&rig_cases[i], BOOT_MODE_RAM_LOAD_REVERT);
		before = malloc(rig.flash.size);
		assert_non_null(before);
		memcpy(before, rig.flash.memory, rig.flash.size);
		before[rig_end(1) - rig.layout->copy_done - rig.flash.memory] = 1;
		expect_start(1);
		assert_memory_equal(rig.flash.memory, before, rig.flash.size);
		rig_start(-1, false);
		expect_start(1);
		assert_int_equal(rig.op_count, 0);
		free(before);
		rig_close();
	}
}

/* Flash refuses to program what is not erased, and MCUboot starts the image all the same. */
static void a_copy_done_that_cannot_be_programmed_stays_as_it_is(void **state)
{
	(void)state;
	open_mode(BOOT_MODE_DIRECT_XIP_REVERT);
	rig_put(1, rig.layout->copy_done, 0x55);
	expect_start(1);
	assert_int_equal(rig_end(1)[-(ptrdiff_t)rig.layout->copy_done], 0x55);
	rig_put(1, rig.layout->copy_done, 0xff);
	rig_put(1, rig.layout->copy_done - 3, 0x00); /* in the same write block */
	expect_start(1);
	assert_int_equal(rig_end(1)[-(ptrdiff_t)rig.layout->copy_done], 0xff);
	assert_int_equal(rig.op_count, 0);
	rig_close();
}

static void without_erase_a_bad_copy_done_is_overwritten(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		if (!rig_cases[i].no_erase) {
			continue;
		}
		open_case(&rig_cases[i], BOOT_MODE_DIRECT_XIP_REVERT);
		rig_put(1, rig.layout->copy_done, 0x55);
		expect_start(1);
		assert_int_equal(rig_end(1)[-(ptrdiff_t)rig.layout->copy_done], 1);
		rig_close();
	}
}

static void a_refused_slot_is_erased_as_a_whole_on_any_flash(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		open_case(&rig_cases[i], BOOT_MODE_DIRECT_XIP);
		flip_payload();
		expect_start(0);
		assert_true(is_erased(1));
		assert_false(is_erased(0));
		rig_close();
	}
}

static void a_slot_in_a_shared_page_is_read_but_not_written(void **state)
{
	(void)state;
	open_mode(BOOT_MODE_DIRECT_XIP);
	rig.areas[1].fa_size -= 2048;
	expect_start(1);
	flip_payload();
	assert_int_equal(boot(), -ENOTSUP);
	assert_non_null(strstr(result.error, "page boundaries"));
	assert_int_equal(result.booted, -1);
	assert_int_equal(rig.op_count, 0);
	rig_close();
}

static void errors_of_the_flash_pass_through(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		open_mode(modes[i]);
		for (long read = 0; read < 2; read++) {
			rig.flash.nor.fail_reads = true;
			rig.flash.nor.fail_after = read;
			rig.flash.nor.fail_rc = -ETIMEDOUT;
			assert_int_equal(boot(), -ETIMEDOUT);
			assert_int_equal(result.booted, -1);
		}
		rig.flash.nor.fail_after = -1;
		flip_payload();
		rig_start(0, false);
		assert_int_equal(boot(), -EINTR);
		rig_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_secondary_slot_the_primary_runs),
		cmocka_unit_test(a_slot_that_does_not_start_leaves_it_to_the_other_one),
		cmocka_unit_test(when_neither_slot_starts_the_reason_of_each_is_told),
		cmocka_unit_test(an_image_may_load_only_where_the_rules_say),
		cmocka_unit_test(odd_header_sizes_do_not_keep_an_image_from_running),
		cmocka_unit_test(without_a_possible_trailer_the_plain_modes_work),
		cmocka_unit_test(without_a_possible_trailer_the_revert_modes_stop_in_an_assertion),
		cmocka_unit_test(a_slot_that_is_no_multiple_of_a_field_stops_the_revert_modes),
		cmocka_unit_test(an_image_may_reach_up_to_swap_info),
		cmocka_unit_test(a_trailer_larger_than_the_slot_leaves_no_room_for_an_image),
		cmocka_unit_test(slots_of_a_few_bytes_hold_nothing),
		cmocka_unit_test(the_first_start_sets_copy_done_and_nothing_else),
		cmocka_unit_test(a_copy_done_that_cannot_be_programmed_stays_as_it_is),
		cmocka_unit_test(without_erase_a_bad_copy_done_is_overwritten),
		cmocka_unit_test(a_refused_slot_is_erased_as_a_whole_on_any_flash),
		cmocka_unit_test(a_slot_in_a_shared_page_is_read_but_not_written),
		cmocka_unit_test(errors_of_the_flash_pass_through),
	};

	return cmocka_run_group_tests_name("boot_model_direct_edges", tests, NULL, NULL);
}
