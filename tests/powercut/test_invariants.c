/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each checker is shown bytes that are right, and then bytes that are wrong: one that never
 * complains proves nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "invariants.h"
#include "scenarios_files.h"

#define SLOT_MAX 4096
#define BLOCKS_MAX (SLOT_MAX / 4)

/* A device of the geometry "small", of which only bytes exist. */
static struct {
	struct evidence evidence;
	struct device_file file[FILES];
	uint8_t slot[2][SLOT_MAX];
	uint8_t before[2][SLOT_MAX];
	uint8_t unstable[2][SLOT_MAX];
	uint8_t cells[2][BLOCKS_MAX];
	uint8_t neighbour[256];
	uint8_t scratch[256];
	struct device_log log;
} the;

static const struct geometry *geometry_named(const char *name)
{
	for (size_t i = 0; i < geometry_count; i++) {
		if (strcmp(geometries[i].name, name) == 0) {
			return &geometries[i];
		}
	}
	abort();
}

static const uint8_t magic[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
				  0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};

static void put(int slot, size_t off, int file)
{
	memcpy(&the.slot[slot][off], the.file[file].bytes, the.file[file].size);
}

static void put_magic(int slot)
{
	memcpy(&the.slot[slot][the.evidence.slot[slot].raw.len - 16], magic, 16);
}

static void erase(int slot)
{
	memset(the.slot[slot], 0xff, SLOT_MAX);
}

/* The device goes live with what the slots hold now. */
static void go_live(void)
{
	memcpy(the.before, the.slot, sizeof(the.slot));
}

static int setup(void **state)
{
	const struct geometry *geometry = geometry_named("small");

	(void)state;
	memset(&the, 0, sizeof(the));
	files_make(the.file, geometry->swap_size, geometry->flash[0].erased);
	the.evidence = (struct evidence){
		.mode = BOOT_MODE_SWAP_MOVE,
		.align = geometry->align,
		.geometry = geometry,
		.file = the.file,
		.other = {{the.neighbour, NULL, sizeof(the.neighbour), 0xff}},
		.others = 1,
		.scratch = {the.scratch, NULL, sizeof(the.scratch), 0xff},
	};
	for (int slot = 0; slot < 2; slot++) {
		const size_t size = device_area(geometry, slot == 0 ? PART_SLOT0 : PART_SLOT1).size;

		erase(slot);
		the.evidence.slot[slot] = (struct evidence_slot){
			.raw = {the.slot[slot], the.unstable[slot], size, 0xff},
			.before = the.before[slot],
			.cells = the.cells[slot],
			.block = geometry->flash[0].block,
			.hold = 32,
			.trailer = size - 256,
		};
	}
	memset(the.neighbour, DEVICE_NEIGHBOUR, sizeof(the.neighbour));
	memset(the.scratch, 0xff, sizeof(the.scratch));
	put(0, 0, FILE_OLD);
	go_live();
	return 0;
}

static void the_files_are_images_by_the_parser(void **state)
{
	(void)state;
	for (int i = 0; i < FILES; i++) {
		erase(1);
		put(1, 0, i);
		assert_int_equal(raw_image_len(&the.evidence.slot[1].raw, 0), the.file[i].size);
	}
	assert_memory_equal(the.file[FILE_TWIN].bytes, the.file[FILE_NEW].bytes, 32);
	assert_memory_not_equal(the.file[FILE_TWIN].bytes + 32, the.file[FILE_NEW].bytes + 32, 32);
}

static void most_of_the_hollow_file_reads_erased(void **state)
{
	const size_t size = the.file[FILE_HOLLOW].size;

	(void)state;
	erase(1);
	put(1, 0, FILE_HOLLOW);
	assert_true(raw_is_blank(&the.evidence.slot[1].raw, 32, size * 3 / 4 - 32));
	assert_false(raw_is_blank(&the.evidence.slot[1].raw, size * 3 / 4, 32));
}

static void the_parser_takes_no_image_with_a_wrong_bit(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	for (size_t i = 0; i < the.file[FILE_NEW].size; i++) {
		the.slot[1][i] ^= 0x40;
		assert_int_equal(raw_image_len(&the.evidence.slot[1].raw, 0), 0);
		the.slot[1][i] ^= 0x40;
	}
	the.unstable[1][100] = 1;
	assert_int_equal(raw_image_len(&the.evidence.slot[1].raw, 0), 0);
}

static void a_request_for_a_whole_file_is_right(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	put_magic(1);
	assert_null(invariant_asked_is_whole(&the.evidence));
}

static void a_request_for_half_a_file_is_wrong(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	the.slot[1][200] ^= 1;
	assert_null(invariant_asked_is_whole(&the.evidence));
	put_magic(1);
	assert_non_null(invariant_asked_is_whole(&the.evidence));
}

static void a_request_that_may_be_read_is_one(void **state)
{
	(void)state;
	put_magic(1);
	the.slot[1][the.evidence.slot[1].raw.len - 3] ^= 0x10;
	assert_null(invariant_asked_is_whole(&the.evidence));
	the.unstable[1][the.evidence.slot[1].raw.len - 3] = 0x10;
	assert_non_null(invariant_asked_is_whole(&the.evidence));
}

static void a_requested_file_with_unstable_bits_is_wrong(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	put_magic(1);
	the.unstable[1][300] = 1;
	assert_non_null(invariant_asked_is_whole(&the.evidence));
}

static void where_headers_ask_one_without_its_file_is_wrong(void **state)
{
	(void)state;
	the.evidence.mode = BOOT_MODE_DIRECT_XIP;
	memcpy(the.slot[1], the.file[FILE_NEW].bytes, 32);
	assert_non_null(invariant_asked_is_whole(&the.evidence));
	put(1, 0, FILE_NEW);
	assert_null(invariant_asked_is_whole(&the.evidence));
}

static void an_old_file_that_is_being_erased_may_show_its_header(void **state)
{
	(void)state;
	the.evidence.mode = BOOT_MODE_DIRECT_XIP;
	put(1, 0, FILE_PRIOR);
	go_live();
	memset(&the.slot[1][40], 0xff, 100);
	assert_null(invariant_asked_is_whole(&the.evidence));
	assert_null(invariant_no_splice(&the.evidence));
	the.slot[1][60] = 0; /* an erase sets bits */
	assert_non_null(invariant_asked_is_whole(&the.evidence));
	assert_non_null(invariant_no_splice(&the.evidence));
}

static void the_block_that_shows_a_file_may_be_torn(void **state)
{
	(void)state;
	the.evidence.mode = BOOT_MODE_DIRECT_XIP;
	the.evidence.slot[1].block = 16;
	put(1, 0, FILE_NEW);
	the.slot[1][8] |= 0x80;
	assert_null(invariant_asked_is_whole(&the.evidence));
	assert_null(invariant_no_splice(&the.evidence));
	the.slot[1][16] |= 0x80;
	assert_non_null(invariant_asked_is_whole(&the.evidence));
	assert_non_null(invariant_no_splice(&the.evidence));
}

static void what_runs_is_a_whole_file(void **state)
{
	(void)state;
	assert_null(invariant_running_is_whole(&the.evidence));
	the.slot[0][77] ^= 2;
	assert_non_null(invariant_running_is_whole(&the.evidence));
	the.slot[0][77] ^= 2;
	the.unstable[0][77] = 2;
	assert_non_null(invariant_running_is_whole(&the.evidence));
}

static void an_image_on_trial_is_not_there_to_stay(void **state)
{
	uint8_t *end = &the.slot[0][the.evidence.slot[0].raw.len];

	(void)state;
	end[-32] = 1; /* copy_done */
	assert_non_null(invariant_running_stays(&the.evidence));
	end[-24] = 1; /* image_ok */
	assert_null(invariant_running_stays(&the.evidence));
	end[-24] = 3;
	assert_null(invariant_running_stays(&the.evidence));
	end[-32] = 0xff;
	end[-24] = 0xff;
	assert_null(invariant_running_stays(&the.evidence));
}

static void a_header_over_two_files_is_wrong(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	assert_null(invariant_no_splice(&the.evidence));
	memcpy(&the.slot[1][256], the.file[FILE_TWIN].bytes + 256, the.file[FILE_TWIN].size - 256);
	assert_non_null(invariant_no_splice(&the.evidence));
	memset(the.slot[1], 0xff, 32);
	assert_null(invariant_no_splice(&the.evidence));
}

static void a_splice_is_seen_where_swap_offset_looks_too(void **state)
{
	(void)state;
	the.evidence.mode = BOOT_MODE_SWAP_OFFSET;
	the.evidence.slot[1].start = 256;
	memcpy(&the.slot[1][256], the.file[FILE_NEW].bytes, 40);
	assert_non_null(invariant_no_splice(&the.evidence));
	put(1, 256, FILE_NEW);
	assert_null(invariant_no_splice(&the.evidence));
}

static void a_changed_neighbour_is_wrong(void **state)
{
	(void)state;
	assert_null(invariant_others_are_untouched(&the.evidence));
	the.neighbour[255] = 0xff;
	assert_non_null(invariant_others_are_untouched(&the.evidence));
}

static void changed_scratch_is_wrong(void **state)
{
	(void)state;
	the.scratch[17] = 0;
	assert_non_null(invariant_others_are_untouched(&the.evidence));
}

static void of_the_running_slot_only_fields_of_the_trailer_change(void **state)
{
	const size_t fields = the.evidence.slot[0].raw.len - 40;

	(void)state;
	the.slot[0][fields] = 1;
	assert_null(invariant_others_are_untouched(&the.evidence));
	the.slot[0][fields - 1] = 1;
	assert_non_null(invariant_others_are_untouched(&the.evidence));
}

static void a_downloaded_slot_is_the_file_and_nothing_else(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	assert_null(invariant_slot_is_file(&the.evidence, 1, FILE_NEW, false));
	assert_non_null(invariant_slot_is_file(&the.evidence, 1, FILE_OTHER, false));
	assert_non_null(invariant_slot_is_file(&the.evidence, 1, FILE_NEW, true));
	the.slot[1][the.file[FILE_NEW].size] = 0; /* the last write block's filling */
	assert_non_null(invariant_slot_is_file(&the.evidence, 1, FILE_NEW, false));
	the.slot[1][the.file[FILE_NEW].size] = 0xff;
	the.slot[1][the.file[FILE_NEW].size + 50] = 0;
	assert_non_null(invariant_slot_is_file(&the.evidence, 1, FILE_NEW, false));
}

static void held_back_bytes_are_not_in_flash(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	memset(the.slot[1], 0xff, 32);
	assert_null(invariant_slot_is_file(&the.evidence, 1, FILE_NEW, true));
	the.slot[1][31] = the.file[FILE_NEW].bytes[31] ^ 1;
	assert_non_null(invariant_slot_is_file(&the.evidence, 1, FILE_NEW, true));
}

static void bytes_of_before_may_stay_beside_a_file(void **state)
{
	(void)state;
	memset(the.slot[1], 0x33, SLOT_MAX);
	go_live();
	put(1, 0, FILE_NEW);
	memset(&the.slot[1][the.file[FILE_NEW].size], 0xff, 4);
	assert_null(invariant_slot_is_file(&the.evidence, 1, FILE_NEW, false));
	the.slot[1][600] = 0x34;
	assert_non_null(invariant_slot_is_file(&the.evidence, 1, FILE_NEW, false));
}

static void a_cleared_slot_shows_nothing(void **state)
{
	(void)state;
	assert_null(invariant_slot_is_clear(&the.evidence, 1));
	put(1, 0, FILE_NEW);
	assert_non_null(invariant_slot_is_clear(&the.evidence, 1));
	erase(1);
	the.slot[1][the.evidence.slot[1].raw.len - 24] = 1;
	assert_non_null(invariant_slot_is_clear(&the.evidence, 1));
	erase(1);
	the.unstable[1][the.evidence.slot[1].raw.len - 24] = 1;
	assert_non_null(invariant_slot_is_clear(&the.evidence, 1));
}

static void add_op(bool is_erase, size_t off, size_t len)
{
	const struct device_area area = device_area(the.evidence.geometry, PART_SLOT1);

	the.log.op[the.log.count++] = (struct device_op){0, is_erase, area.off + off, len};
}

/* The floor of a download of 389 bytes into four pages of 256. */
static void log_floor(void)
{
	const size_t end = (the.file[FILE_NEW].size + 3) / 4 * 4;

	memset(&the.log, 0, sizeof(the.log));
	add_op(true, 768, 256); /* trailer */
	add_op(true, 0, 256);
	add_op(false, 32, 256 - 32);
	add_op(true, 256, 256);
	add_op(false, 256, end - 256);
	add_op(false, 0, 32);
	the.log.saves = 4; /* two pages, two at the start */
}

static const char *cost(void)
{
	return invariant_cost_is_floor(&the.evidence, 1, FILE_NEW, &the.log, false);
}

static void a_download_at_the_floor_is_right(void **state)
{
	(void)state;
	log_floor();
	assert_null(cost());
}

static void a_page_erased_twice_is_too_much(void **state)
{
	(void)state;
	log_floor();
	add_op(true, 256, 256);
	assert_non_null(cost());
}

static void a_page_erased_without_need_is_too_much(void **state)
{
	(void)state;
	log_floor();
	add_op(true, 512, 256);
	assert_non_null(cost());
}

static void a_page_not_erased_is_too_little(void **state)
{
	(void)state;
	log_floor();
	the.log.op[3].is_erase = false;
	the.log.op[3].len = 0;
	assert_non_null(cost());
}

static void a_block_programmed_twice_is_too_much(void **state)
{
	(void)state;
	log_floor();
	add_op(false, 128, 4);
	assert_non_null(cost());
}

static void a_block_not_programmed_is_too_little(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	log_floor();
	the.log.op[2].len -= 4;
	assert_non_null(cost());
}

static void a_block_programmed_beside_the_file_is_too_much(void **state)
{
	(void)state;
	log_floor();
	add_op(false, 512, 4);
	assert_non_null(cost());
}

static void an_operation_outside_the_slot_is_too_much(void **state)
{
	const struct device_area settings = device_area(the.evidence.geometry, PART_SETTINGS);

	(void)state;
	log_floor();
	the.log.op[the.log.count++] = (struct device_op){0, false, settings.off, 16};
	assert_null(cost());
	the.log.op[the.log.count++] = (struct device_op){0, false, 0, 16};
	assert_non_null(cost());
}

static void a_record_too_many_is_too_much(void **state)
{
	(void)state;
	log_floor();
	the.log.saves++;
	assert_non_null(cost());
}

/* Each call may save one, and the first program takes the last one back. */
static void calls_to_erase_ahead_may_save_records(void **state)
{
	(void)state;
	log_floor();
	the.log.prepares = 3;
	the.log.saves += 4;
	assert_null(cost());
	the.log.saves++;
	assert_non_null(cost());
}

static const char *erased_since(size_t from)
{
	return invariant_nothing_is_erased(&the.evidence, 1, &the.log, from);
}

static void erases_of_the_slot_behind_those_ahead_are_too_much(void **state)
{
	const struct device_area settings = device_area(the.evidence.geometry, PART_SETTINGS);

	(void)state;
	log_floor();
	const size_t behind = the.log.count;
	the.log.op[the.log.count++] = (struct device_op){0, true, settings.off, 256};
	add_op(false, 0, 32);
	assert_null(erased_since(behind));
	add_op(true, 512, 256);
	assert_non_null(erased_since(behind));
	assert_null(erased_since(the.log.count));
	the.log.count = DEVICE_OPS_MAX + 1;
	assert_non_null(erased_since(the.log.count));
}

static void where_nothing_is_erased_programs_of_erased_bytes_are_none(void **state)
{
	struct geometry rram = *the.evidence.geometry;

	(void)state;
	rram.flash[0].no_erase = true;
	the.evidence.geometry = &rram;
	log_floor();
	assert_null(erased_since(0));
}

/* Flash holds the first len bytes of the new file, but for those held back. */
static void hold(size_t len)
{
	erase(1);
	memcpy(&the.slot[1][32], the.file[FILE_NEW].bytes + 32, len - 32);
}

static const char *goes_on(size_t offset, unsigned int cuts)
{
	return invariant_progress_is_kept(&the.evidence, 1, FILE_NEW, offset, cuts);
}

static void a_page_may_be_lost_and_not_two(void **state)
{
	(void)state;
	hold(256);
	assert_null(goes_on(256, 1));
	assert_null(goes_on(0, 1));
	hold(300);
	assert_null(goes_on(300, 1));
	assert_null(goes_on(256, 1));
	assert_non_null(goes_on(255, 1));
	assert_non_null(goes_on(0, 1));
}

static void nothing_is_counted_that_flash_does_not_hold(void **state)
{
	(void)state;
	hold(300);
	assert_null(goes_on(303, 1)); /* less than a write block, which the settings keep */
	assert_non_null(goes_on(305, 1));
	erase(1);
	assert_null(goes_on(20, 1));
	assert_non_null(goes_on(40, 1));
}

static void bytes_of_another_file_do_not_count(void **state)
{
	(void)state;
	erase(1);
	memcpy(&the.slot[1][32], the.file[FILE_OTHER].bytes + 32, 256);
	assert_null(goes_on(0, 1));
	assert_non_null(goes_on(256, 1));
}

static void a_torn_head_may_cost_the_download(void **state)
{
	(void)state;
	hold(the.file[FILE_NEW].size);
	assert_non_null(goes_on(0, 1));
	the.slot[1][4] = 0;
	assert_null(goes_on(0, 1));
	the.slot[1][4] = 0xff;
	the.cells[1][1] = SIM_CELL_BEGUN;
	assert_null(goes_on(0, 1));
}

static void after_a_new_beginning_flash_does_not_tell_progress(void **state)
{
	(void)state;
	hold(300);
	assert_non_null(goes_on(0, 2));
	the.evidence.restarted = true;
	assert_null(goes_on(0, 2));
	assert_non_null(goes_on(400, 2));
}

static void a_torn_head_costs_nothing_where_its_page_fits_the_buffer(void **state)
{
	static struct geometry roomy;

	(void)state;
	roomy = *the.evidence.geometry;
	roomy.buf_len = 256;
	the.evidence.geometry = &roomy;
	hold(the.file[FILE_NEW].size);
	the.slot[1][4] = 0;
	assert_non_null(goes_on(0, 1));
	assert_null(goes_on(0, 2));
	assert_null(goes_on(the.file[FILE_NEW].size, 1));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_files_are_images_by_the_parser),
		TEST(most_of_the_hollow_file_reads_erased),
		TEST(the_parser_takes_no_image_with_a_wrong_bit),
		TEST(a_request_for_a_whole_file_is_right),
		TEST(a_request_for_half_a_file_is_wrong),
		TEST(a_request_that_may_be_read_is_one),
		TEST(a_requested_file_with_unstable_bits_is_wrong),
		TEST(where_headers_ask_one_without_its_file_is_wrong),
		TEST(an_old_file_that_is_being_erased_may_show_its_header),
		TEST(the_block_that_shows_a_file_may_be_torn),
		TEST(what_runs_is_a_whole_file),
		TEST(an_image_on_trial_is_not_there_to_stay),
		TEST(a_header_over_two_files_is_wrong),
		TEST(a_splice_is_seen_where_swap_offset_looks_too),
		TEST(a_changed_neighbour_is_wrong),
		TEST(changed_scratch_is_wrong),
		TEST(of_the_running_slot_only_fields_of_the_trailer_change),
		TEST(a_downloaded_slot_is_the_file_and_nothing_else),
		TEST(held_back_bytes_are_not_in_flash),
		TEST(bytes_of_before_may_stay_beside_a_file),
		TEST(a_cleared_slot_shows_nothing),
		TEST(a_download_at_the_floor_is_right),
		TEST(a_page_erased_twice_is_too_much),
		TEST(a_page_erased_without_need_is_too_much),
		TEST(a_page_not_erased_is_too_little),
		TEST(a_block_programmed_twice_is_too_much),
		TEST(a_block_not_programmed_is_too_little),
		TEST(a_block_programmed_beside_the_file_is_too_much),
		TEST(an_operation_outside_the_slot_is_too_much),
		TEST(a_record_too_many_is_too_much),
		TEST(calls_to_erase_ahead_may_save_records),
		TEST(erases_of_the_slot_behind_those_ahead_are_too_much),
		TEST(where_nothing_is_erased_programs_of_erased_bytes_are_none),
		TEST(a_page_may_be_lost_and_not_two),
		TEST(nothing_is_counted_that_flash_does_not_hold),
		TEST(bytes_of_another_file_do_not_count),
		TEST(a_torn_head_may_cost_the_download),
		TEST(after_a_new_beginning_flash_does_not_tell_progress),
		TEST(a_torn_head_costs_nothing_where_its_page_fits_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
