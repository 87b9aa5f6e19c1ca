/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing ahead: one erase a call, none by the writes that follow, none twice, also over resets and
 * after cuts anywhere. The device counts, and refuses a program of what is not erased.
 */
#include "reset_rig.h"

#include <string.h>

#include <dfu/dfu_target_mcuboot.h>

#define SIZE 1300
#define SEEDS 2

static size_t calls; /* of prepare, for a body to make */

/* Of the slot. */
static void assert_no_page_was_erased_twice(size_t from)
{
	for (size_t i = from; i < dev->op_count; i++) {
		for (size_t k = from; reset_is_slot_erase(&dev->ops[i]) && k < i; k++) {
			assert_false(reset_is_slot_erase(&dev->ops[k]) &&
				     dev->ops[k].off == dev->ops[i].off);
		}
	}
}

static int prepare_once(void)
{
	const size_t before = dev->op_count;
	const int rc = dfu_target_prepare(0);

	assert_true(rc == 0 || rc == 1);
	assert_true(reset_erases_since(before) <= 1);
	return rc;
}

static void prepare_some(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	for (size_t i = 0; i < calls; i++) {
		assert_int_equal(prepare_once(), 1);
	}
}

static void prepare_all(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	while (prepare_once() == 1) {
	}
	const size_t before = dev->op_count;
	assert_int_equal(dfu_target_prepare(0), 0);
	assert_int_equal(dev->op_count, before);
}

static void prepare_all_and_write(void)
{
	prepare_all();
	const size_t before = dev->op_count;
	assert_int_equal(reset_write(new_file.size, 100), 0);
	assert_int_equal(reset_erases_since(before), 0);
	assert_int_equal(dfu_target_prepare(0), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_prepare(0), -EPERM);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	reset_assert_slot_is_file();
}

static void finish_without_erasing(void)
{
	const size_t before = dev->op_count;

	reset_finish();
	assert_int_equal(reset_erases_since(before), 0);
}

static void writes_after_it_erase_nothing_in_every_geometry(void **state)
{
	(void)state;
	for (size_t i = 0; i < reset_case_count; i++) {
		reset_open(&reset_cases[i], 3 * reset_cases[i].page + 20);
		assert_int_equal(reset_run(prepare_all_and_write), 0);
		assert_no_page_was_erased_twice(0);
		/* Pages of the file, and of trailer, header and the page before them. */
		assert_true(reset_cases[i].no_erase ? reset_count(SIM_ERASE) == 0
						    : reset_count(SIM_ERASE) >= 4);
		reset_close();
	}
}

static void a_reset_forgets_no_erase(void **state)
{
	(void)state;
	for (size_t i = 0; i < reset_case_count; i++) {
		if (reset_cases[i].no_erase) {
			continue;
		}
		for (calls = 1; calls < 4; calls++) {
			reset_open(&reset_cases[i], 5 * reset_cases[i].page + 20);
			assert_int_equal(reset_run(prepare_some), 0);
			assert_int_equal(reset_run(prepare_some), 0);
			assert_int_equal(reset_run(prepare_all), 0);
			assert_no_page_was_erased_twice(0);
			assert_int_equal(reset_run(finish_without_erasing), 0);
			reset_close();
		}
	}
}

/* 256-byte pages, of which the trailer takes seven. */
static const struct reset_case long_trailer = {
	"long trailer", BOOT_MODE_SWAP_MOVE, 256, 64, 8, 256, 0xff, false, 8};

static void prepare_a_step(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	dev->result = prepare_once();
}

/* A device that has time for one erase at each start, while the slot is cleared, too. */
static void a_step_at_each_start_comes_to_an_end(void **state)
{
	(void)state;
	for (size_t i = 0; i <= reset_case_count; i++) {
		const struct reset_case *what = i == reset_case_count ? &long_trailer
								      : &reset_cases[i];
		size_t starts = 0;

		if (what->no_erase) {
			continue;
		}
		reset_open(what, 3 * what->page + 20);
		do {
			assert_int_equal(reset_run(prepare_a_step), 0);
			assert_true(++starts < 40);
		} while (dev->result == 1);
		assert_no_page_was_erased_twice(0);
		assert_int_equal(reset_run(finish_without_erasing), 0);
		reset_close();
	}
}

/* What was cleared in part is read, too: the trailer's magic, or the header where that is first. */
static void a_part_that_is_not_clear_is_cleared_again(void **state)
{
	(void)state;
	for (int is_direct = 0; is_direct < 2; is_direct++) {
		struct reset_case what = reset_plain;

		what.mode = is_direct ? BOOT_MODE_DIRECT_XIP : what.mode;
		reset_open(&what, SIZE);
		assert_int_equal(reset_run(prepare_a_step), 0);
		const size_t at = is_direct ? 0 : reset_slot_size() - 1;
		reset_slot(1)[at] = 0x12;
		assert_int_equal(reset_run(prepare_a_step), 0);
		assert_int_equal(reset_slot(1)[at], 0xff);
		assert_int_equal(reset_run(reset_finish), 0);
		reset_close();
	}
}

/* Another file than the one that was prepared for, as nothing was written yet. */
static void finish_a_shorter_file(void)
{
	const size_t before = dev->op_count;

	assert_int_equal(dfu_target_identity_set("shorter", 7), 0);
	assert_int_equal(reset_init(0), 0);
	assert_int_equal(reset_write(600, 100), 0);
	assert_int_equal(reset_erases_since(before), 0);
}

static void what_is_erased_serves_any_file(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(prepare_all), 0);
	assert_int_equal(reset_run(finish_a_shorter_file), 0);
	reset_close();
}

static void write_a_part(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(600, 100), 0);
	for (size_t i = 0; i < calls; i++) {
		assert_int_equal(prepare_once(), 1);
	}
}

static void pages_ahead_of_a_download_outlive_a_reset(void **state)
{
	(void)state;
	reset_open(&reset_plain, 4000);
	calls = 3;
	assert_int_equal(reset_run(write_a_part), 0);
	const size_t from = dev->op_count;
	assert_int_equal(reset_run(reset_finish), 0);
	/* 4000 bytes are 8 pages: 2 were reached, 3 more prepared; the second is begun again. */
	assert_int_equal(reset_erases_since(from), 8 - 5 + 1);
	reset_close();
}

static size_t part; /* of the file, to be written */

static void prepare_all_and_write_a_part(void)
{
	prepare_all();
	assert_int_equal(reset_write(part, 10), 0);
}

/* Its page is not believed, though it may read erased: a program there may have been cut. */
static void the_page_of_the_position_is_erased_again(void **state)
{
	(void)state;
	reset_open(&reset_plain, 4000);
	part = 512 + 30; /* of the second page nothing has left the buffer */
	assert_int_equal(reset_run(prepare_all_and_write_a_part), 0);
	const size_t from = dev->op_count;
	assert_int_equal(reset_run(reset_finish), 0);
	assert_int_equal(reset_erases_since(from), 1);
	reset_close();
}

static uint8_t record_state(void)
{
	size_t len = 0;
	const uint8_t *record = reset_setting("dfu/MCUBOOT0/a", &len);

	return record == NULL ? 0 : record[1];
}

static void before_the_first_program_the_record_gives_the_first_page_up(void **state)
{
	(void)state;
	reset_open(&reset_plain, 4000);
	part = 31;
	assert_int_equal(reset_run(prepare_all_and_write_a_part), 0);
	assert_int_equal(record_state(), 1);
	part = 32;
	assert_int_equal(reset_run(prepare_all_and_write_a_part), 0);
	assert_int_equal(record_state(), 2);
	reset_close();
}

static void write_a_little(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(200, 10), 0);
}

static void finish_without_pages(void)
{
	const size_t before = dev->op_count;

	reset_finish();
	assert_true(reset_erases_since(before) < 7);
}

/* However often: trailer and header are cleared again, and no page behind. */
static void cuts_in_the_first_page_cost_no_page_behind_it(void **state)
{
	(void)state;
	reset_open(&reset_plain, 4000);
	part = 200;
	assert_int_equal(reset_run(prepare_all_and_write_a_part), 0);
	const size_t all = reset_erases_since(0);
	for (int i = 0; i < 3; i++) {
		const size_t from = dev->op_count;

		assert_int_equal(reset_run(prepare_all_and_write_a_part), 0);
		assert_int_equal(reset_erases_since(from), all - 7);
	}
	for (int i = 0; i < 3; i++) {
		const size_t from = dev->op_count;

		assert_int_equal(reset_run(write_a_little), 0);
		assert_int_equal(reset_erases_since(from), all - 7);
	}
	assert_int_equal(reset_run(finish_without_pages), 0);
	reset_close();
}

static void what_is_known_is_not_saved_again(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(prepare_all), 0);
	const size_t before = dev->op_count;
	assert_int_equal(reset_run(prepare_all), 0);
	assert_int_equal(dev->op_count, before);
	reset_close();
}

static void begin_another_file(void)
{
	assert_int_equal(dfu_target_identity_set("other", 5), 0);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(reset_write(1, 1), 0);
}

static void another_file_believes_nothing_of_a_download_that_was_begun(void **state)
{
	(void)state;
	reset_open(&reset_plain, 4000);
	part = 1200;
	assert_int_equal(reset_run(prepare_all_and_write_a_part), 0);
	assert_int_equal(record_state(), 2);
	assert_int_equal(reset_run(begin_another_file), 0);
	assert_int_equal(record_state(), 0);
	reset_close();
}

/*
 * The record of erased pages and one that says "clearing" are of a download that has only begun. So
 * if the former cannot be deleted, the latter is not saved.
 */
static void what_cannot_be_deleted_is_not_left_beside_what_would_have_it_believed(void **state)
{
	uint8_t before[64];
	size_t len;

	(void)state;
	reset_open(&reset_plain, 4000);
	part = 1200;
	assert_int_equal(reset_run(prepare_all_and_write_a_part), 0);
	const uint8_t *record = reset_setting("dfu/MCUBOOT0", &len);
	assert_true(record != NULL && len <= sizeof(before));
	memcpy(before, record, len);
	dev->sick_calls = RESET_DELETE;
	dev->sick_at = -1;
	dev->sick_rc = -EIO;
	assert_int_equal(reset_run(begin_another_file), 0);
	dev->sick_rc = 0;
	assert_int_equal(record_state(), 2);
	assert_memory_equal(reset_setting("dfu/MCUBOOT0", &len), before, len);
	reset_close();
}

/* A record that lies, as if settings had failed before the slot was written to. */
static void spoil_slot(void)
{
	memset(reset_slot(1) + 2 * dev->what.page, 0x3c, dev->what.page);
}

static void a_page_that_reads_programmed_is_erased_whatever_the_record_says(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(prepare_all), 0);
	spoil_slot();
	const size_t from = dev->op_count;
	assert_int_equal(reset_run(reset_finish), 0);
	assert_int_equal(reset_erases_since(from), 1);
	reset_close();
}

static void assert_all_is_erased_again(void)
{
	const size_t from = dev->op_count;
	size_t trailer = 0;

	assert_int_equal(reset_run(reset_finish), 0);
	for (size_t i = from; i < dev->op_count; i++) {
		const size_t slot = (size_t)(reset_slot(1) - dev->memory);

		trailer += reset_is_slot_erase(&dev->ops[i]) &&
			   dev->ops[i].off >= slot + 3 * dev->what.page;
	}
	assert_int_equal(reset_erases_since(from) - trailer, 3);
	assert_true(trailer > 0);
}

static void without_a_record_blank_pages_are_erased(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(prepare_all), 0);
	size_t len;
	uint8_t *record = reset_setting("dfu/MCUBOOT0/a", &len);
	assert_non_null(record);
	assert_int_equal(len, 24);
	record[12] ^= 1;
	assert_all_is_erased_again();
	reset_close();
}

/* All of it reads blank, but the slot has another start, or another end, than the record says. */
static void pages_of_a_slot_that_was_moved_are_erased(void **state)
{
	(void)state;
	for (unsigned int moved = 1; moved < 4; moved++) {
		const size_t less = (moved & 2) != 0 ? reset_plain.page : 0;
		const size_t from = (moved & 1) != 0 ? reset_plain.page : 0;

		reset_open(&reset_plain, SIZE);
		assert_int_equal(reset_run(prepare_all), 0);
		reset_move_area(1, (off_t)from, reset_slot_size() - less);
		memset(reset_slot(1), 0xff, reset_slot_size() - less);
		assert_all_is_erased_again();
		reset_close();
	}
}

/* The first program of the slot, of those since the device was opened. */
static unsigned long find_first_program(void)
{
	const size_t slot = (size_t)(reset_slot(1) - dev->memory);
	unsigned long k = 0;

	while (k < dev->op_count && (dev->ops[k].kind != SIM_PROGRAM || dev->ops[k].off < slot)) {
		k++;
	}
	assert_true(k < dev->op_count);
	return k;
}

/* A program there may have begun, and been cut so early that the page still reads blank. */
static void a_first_page_that_was_given_up_is_erased_though_it_reads_blank(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	reset_snapshot();
	part = SIZE;
	assert_int_equal(reset_run(prepare_all_and_write_a_part), 0);
	const unsigned long first = find_first_program();
	reset_restore();
	assert_int_equal(reset_run_cut(prepare_all_and_write_a_part, first, SIM_CUT_BEFORE, 0),
			 RESET_CUT);
	assert_int_equal(record_state(), 2);
	const size_t from = dev->op_count;
	assert_int_equal(reset_run(reset_finish), 0);
	size_t erases = 0;
	for (size_t i = from; i < dev->op_count; i++) {
		erases += reset_is_slot_erase(&dev->ops[i]) &&
			  dev->ops[i].off == (size_t)(reset_slot(1) - dev->memory);
	}
	assert_int_equal(erases, 1);
	reset_close();
}

/* A trailer that is there again, and a header. */
static void a_slot_that_is_not_clear_is_cleared(void **state)
{
	(void)state;
	for (int place = 0; place < 3; place++) {
		struct reset_case what = reset_plain;

		/* Where the first page comes before the image's. */
		what.mode = place == 2 ? BOOT_MODE_SWAP_OFFSET : what.mode;
		reset_open(&what, SIZE);
		assert_int_equal(reset_run(prepare_all), 0);
		reset_slot(1)[place == 1 ? reset_slot_size() - 1 : 0] = 0x12;
		const size_t from = dev->op_count;
		assert_int_equal(reset_run(reset_finish), 0);
		assert_true(reset_erases_since(from) > 1);
		reset_close();
	}
}

static void give_up(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(dfu_target_prepare(0), -EACCES);
}

static void what_is_given_up_or_scheduled_has_no_record(void **state)
{
	size_t len;

	(void)state;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(prepare_all), 0);
	assert_non_null(reset_setting("dfu/MCUBOOT0/a", &len));
	assert_int_equal(reset_run(give_up), 0);
	assert_null(reset_setting("dfu/MCUBOOT0/a", &len));
	assert_int_equal(reset_run(prepare_all_and_write), 0);
	assert_null(reset_setting("dfu/MCUBOOT0/a", &len));
	reset_close();
}

/* Prepare, and write, in turns, from wherever it stands. */
static void in_turns(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	int rc = prepare_once();
	rc = rc == 1 ? prepare_once() : rc;
	for (size_t end = reset_offset(); end < new_file.size;) {
		rc = rc == 1 ? prepare_once() : rc;
		end = end + 150 < new_file.size ? end + 150 : new_file.size;
		assert_int_equal(reset_write(end, 150), 0);
		dev->offset = end;
	}
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	reset_assert_slot_is_file();
}

/* At most a page is lost, but for a header that was torn. */
static void assert_little_is_lost(const struct reset_case *what)
{
	const size_t had = dev->offset;
	const size_t have = reset_next_offset();

	if (had < new_file.size) {
		assert_true(have + what->page + what->buffer >= had);
	}
}

static void a_cut_at_any_operation_loses_no_more_than_without_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < reset_case_count; i++) {
		bool fired = true;

		reset_open(&reset_cases[i], 3 * reset_cases[i].page + 20);
		reset_snapshot();
		for (unsigned long k = 0; fired; k++) {
			for (uint32_t seed = 0; seed < SEEDS + 2 && fired; seed++) {
				const enum sim_cut when = seed < SEEDS    ? SIM_CUT_INSIDE
							  : seed == SEEDS ? SIM_CUT_BEFORE
									  : SIM_CUT_AFTER;

				reset_restore();
				dev->offset = 0;
				fired = reset_run_cut(in_turns, k, when, seed) == RESET_CUT;
				if (fired) {
					assert_little_is_lost(&reset_cases[i]);
					assert_int_equal(reset_run(in_turns), 0);
				}
			}
		}
		reset_close();
	}
}

static void prepare_with_errors(void)
{
	assert_int_equal(dfu_target_prepare(0), -EACCES);
	assert_int_equal(dfu_target_mcuboot_prepare(0), -EACCES);
	assert_int_equal(reset_init(new_file.size), 0);
	for (int i = 0; i < 12; i++) {
		dev->nor.fail_after = 0;
		dev->nor.fail_rc = -EIO;
		const int rc = dfu_target_prepare(0);
		assert_true(rc == -EIO || rc == 0);
		dev->nor.fail_after = -1;
		assert_true(dfu_target_prepare(0) >= 0);
	}
	assert_int_equal(dfu_target_prepare(0), 0);
	reset_finish();
	assert_int_equal(dfu_target_mcuboot_prepare(0), -EPERM);
}

static void an_erase_that_fails_is_made_by_the_next_call(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(prepare_with_errors), 0);
	reset_close();
}

static int never(void)
{
	return -ENOTSUP;
}

static int prepare_rc;
static uint32_t prepare_budget;

static int own_prepare(uint32_t budget_ms)
{
	prepare_budget = budget_ms;
	return prepare_rc;
}

static int own_init(size_t size, int img_num, dfu_target_callback_t cb)
{
	(void)size;
	(void)img_num;
	(void)cb;
	return 0;
}

static int own_offset(size_t *offset)
{
	*offset = 0;
	return 0;
}

static int own_write(const void *const buf, size_t len)
{
	(void)buf;
	(void)len;
	return 0;
}

static int own_done(bool successful)
{
	(void)successful;
	return 0;
}

static int own_schedule(int img_num)
{
	(void)img_num;
	return 0;
}

static void ask_targets_of_the_application(void)
{
	static const struct dfu_target own = {own_init, own_offset,   own_write,
					      own_done, own_schedule, never};
	static const struct dfu_target_registration with = {
		.type = 16, .target = own, .prepare = own_prepare};
	static const struct dfu_target_registration without = {.type = 32, .target = own};

	assert_int_equal(dfu_target_register(&with), 0);
	assert_int_equal(dfu_target_register(&without), 0);
	assert_int_equal(dfu_target_init(16, 0, 1, NULL), 0);
	prepare_rc = -EIO;
	assert_int_equal(dfu_target_prepare(77), -EIO);
	assert_int_equal(prepare_budget, 77);
	assert_int_equal(dfu_target_init(32, 0, 1, NULL), 0);
	assert_int_equal(dfu_target_prepare(0), -ENOTSUP);
}

static void a_target_of_the_application_may_have_its_own(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(ask_targets_of_the_application), 0);
	reset_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_after_it_erase_nothing_in_every_geometry),
		cmocka_unit_test(a_reset_forgets_no_erase),
		cmocka_unit_test(a_step_at_each_start_comes_to_an_end),
		cmocka_unit_test(a_part_that_is_not_clear_is_cleared_again),
		cmocka_unit_test(what_is_erased_serves_any_file),
		cmocka_unit_test(pages_ahead_of_a_download_outlive_a_reset),
		cmocka_unit_test(the_page_of_the_position_is_erased_again),
		cmocka_unit_test(before_the_first_program_the_record_gives_the_first_page_up),
		cmocka_unit_test(cuts_in_the_first_page_cost_no_page_behind_it),
		cmocka_unit_test(what_is_known_is_not_saved_again),
		cmocka_unit_test(another_file_believes_nothing_of_a_download_that_was_begun),
		cmocka_unit_test(a_page_that_reads_programmed_is_erased_whatever_the_record_says),
		cmocka_unit_test(without_a_record_blank_pages_are_erased),
		cmocka_unit_test(pages_of_a_slot_that_was_moved_are_erased),
		cmocka_unit_test(a_first_page_that_was_given_up_is_erased_though_it_reads_blank),
		cmocka_unit_test(a_slot_that_is_not_clear_is_cleared),
		cmocka_unit_test(
			what_cannot_be_deleted_is_not_left_beside_what_would_have_it_believed),
		cmocka_unit_test(what_is_given_up_or_scheduled_has_no_record),
		cmocka_unit_test(a_cut_at_any_operation_loses_no_more_than_without_it),
		cmocka_unit_test(an_erase_that_fails_is_made_by_the_next_call),
		cmocka_unit_test(a_target_of_the_application_may_have_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
