/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A download that is complete stays complete; one that is refused or reset leaves nothing; and what
 * all that costs in operations.
 */
#include "reset_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_mcuboot.h>

#define SIZE 2000

static bool is_size_known = true;
static size_t at;

static void download_to_the_pause(void)
{
	assert_int_equal(reset_init(is_size_known ? SIZE : 0), 0);
	assert_int_equal(reset_write(at, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void download_all(void)
{
	assert_int_equal(reset_init(is_size_known ? SIZE : 0), 0);
	assert_int_equal(reset_write(SIZE, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
}

static void verify_again_and_schedule(void)
{
	reset_forget_ops();
	assert_int_equal(reset_init(is_size_known ? SIZE : 0), 0);
	assert_int_equal(reset_offset(), SIZE);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EFBIG);
	assert_int_equal(reset_offset(), SIZE);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(reset_count(SIM_ERASE) + reset_count(SIM_PROGRAM), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	reset_assert_slot_is_file();
}

static void what_is_complete_after_a_reset_wants_no_byte(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (int known = 0; known < 2; known++) {
			is_size_known = known != 0;
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(download_all), 0);
			assert_int_equal(reset_run(verify_again_and_schedule), 0);
			reset_close();
		}
	}
}

static void look_and_pause(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), SIZE);
	assert_int_equal(dfu_target_done(false), 0);
}

static void it_outlives_any_number_of_looks(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_all), 0);
		for (int n = 0; n < 3; n++) {
			assert_int_equal(reset_run(look_and_pause), 0);
		}
		assert_int_equal(reset_run(verify_again_and_schedule), 0);
		reset_close();
	}
}

static void download_again_in_the_same_run(void)
{
	download_all();
	for (int n = 0; n < 3; n++) {
		assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
		assert_int_equal(reset_init(SIZE), 0);
		assert_int_equal(reset_offset(), 0);
		assert_int_equal(dfu_target_done(false), 0);
	}
	at = 999;
	download_to_the_pause();
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), at);
	reset_finish();
}

/* Who begins again there knows that it is complete. */
static void in_the_run_that_made_it_visible_it_begins_at_0(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		if (reset_cases[c].mode == BOOT_MODE_DIRECT_XIP ||
		    reset_cases[c].mode == BOOT_MODE_DIRECT_XIP_REVERT) {
			continue; /* only scheduling makes it visible */
		}
		is_size_known = true;
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_again_in_the_same_run), 0);
		reset_close();
	}
}

static void schedule(void)
{
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
	reset_assert_slot_is_file();
}

static void scheduling_after_a_reset_needs_no_init_and_ends_the_records(void **state)
{
	size_t len;

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_all), 0);
		assert_int_equal(reset_run(schedule), 0);
		assert_null(reset_setting("dfu/MCUBOOT0", &len));
		assert_null(reset_setting("dfu/MCUBOOT0/h", &len));
		assert_null(reset_setting("dfu/MCUBOOT0/t", &len));
		reset_close();
	}
}

static void what_is_complete_and_touched_begins_again(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_all), 0);
		reset_snapshot();
		for (size_t off = reset_hold(); off < SIZE; off += 37) {
			reset_restore();
			reset_slot(1)[reset_start() + off] ^= 4;
			assert_int_equal(reset_next_offset(), 0);
		}
		assert_int_equal(reset_run(reset_finish), 0);
		reset_close();
	}
}

/* Bytes of the file that are not what its hash says. */
static void download_a_damaged_file(void)
{
	new_file.bytes[SIZE - 60] ^= 1;
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(SIZE, 100), 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	assert_int_equal(dfu_target_done(true), -EALREADY);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), 0);
}

/* What can only be known when the file is whole. */
static void download_too_little(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(SIZE - 1, 100), 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
}

static void what_is_refused_leaves_no_record(void **state)
{
	void (*const bodies[])(void) = {download_a_damaged_file, download_too_little};
	size_t len;

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
			reset_open(&reset_cases[c], SIZE);
			at = 1001;
			assert_int_equal(reset_run(download_to_the_pause), 0);
			assert_int_equal(reset_run(bodies[i]), 0);
			assert_null(reset_setting("dfu/MCUBOOT0", &len));
			assert_null(reset_setting("dfu/MCUBOOT0/h", &len));
			assert_null(reset_setting("dfu/MCUBOOT0/t", &len));
			assert_int_equal(reset_next_offset(), 0);
			assert_int_equal(reset_run(reset_finish), 0);
			reset_close();
		}
	}
}

static void complete_it_but_for_a_read(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(SIZE, 100), 0);
	dev->nor.fail_reads = true;
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = 3;
	assert_int_equal(dfu_target_done(true), -ETIMEDOUT);
	dev->nor.fail_after = -1;
	dev->nor.fail_reads = false;
}

static void a_device_that_fails_to_verify_has_refused_nothing(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(complete_it_but_for_a_read), 0);
		assert_int_equal(reset_run(reset_finish), 0);
		reset_close();
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(complete_it_but_for_a_read), 0);
		assert_int_equal(reset_next_offset(), SIZE);
		reset_close();
	}
}

static void reset_after_init(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(dfu_target_reset(), 0);
}

static void schedule_and_reset(void)
{
	download_all();
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_int_equal(dfu_target_reset(), 0);
}

static void assert_nothing_is_left(void)
{
	const uint8_t *head = reset_slot(1) + reset_start();
	const uint8_t *tail = reset_slot(1) + reset_slot_size() - 2 * (size_t)dev->what.align;
	size_t len;

	for (size_t i = 0; i < 32; i++) {
		assert_int_equal(head[i], dev->what.erased);
	}
	/* Where the bootloader has no trailer, there is none to clear. */
	for (size_t i = 0; i < 16 && dev->what.block <= dev->what.align; i++) {
		assert_int_equal(tail[i], dev->what.erased);
	}
	assert_null(reset_setting("dfu/MCUBOOT0", &len));
	assert_null(reset_setting("dfu/MCUBOOT0/h", &len));
	assert_null(reset_setting("dfu/MCUBOOT0/t", &len));
	assert_int_equal(reset_next_offset(), 0);
}

static void a_reset_of_the_target_leaves_nothing(void **state)
{
	static const size_t offsets[] = {20, 70, 1001};
	void (*const bodies[])(void) = {download_all, schedule_and_reset};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
			reset_open(&reset_cases[c], SIZE);
			at = offsets[i];
			assert_int_equal(reset_run(download_to_the_pause), 0);
			assert_int_equal(reset_run(reset_after_init), 0);
			assert_nothing_is_left();
			reset_close();
		}
		for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(bodies[i]), 0);
			assert_int_equal(reset_run(reset_after_init), 0);
			assert_nothing_is_left();
			reset_close();
		}
	}
}

/* Index of the first program of the held-back bytes; op_count if there is none. */
static size_t find_head_program(void)
{
	const size_t head = (size_t)(reset_slot(1) - dev->memory) + reset_start();
	size_t i = 0;

	while (i < dev->op_count && !(dev->ops[i].kind == SIM_PROGRAM && dev->ops[i].off >= head &&
				      dev->ops[i].off < head + reset_hold())) {
		i++;
	}
	return i;
}

static bool is_torn_head(void)
{
	const uint8_t *head = reset_slot(1) + reset_start();
	const size_t block = dev->what.block;

	for (size_t off = 0; off < reset_hold(); off += block) {
		size_t erased = 0;

		while (erased < block && head[off + erased] == dev->what.erased) {
			erased++;
		}
		if (erased < block && memcmp(head + off, new_file.bytes + off, block) != 0) {
			return true;
		}
	}
	return false;
}

/* Swap modes: done(true) programs them. A torn block is mended if the rest of its page fits. */
static unsigned int tear_heads(const struct reset_case *what, bool fits)
{
	unsigned int torn = 0;

	reset_open(what, SIZE);
	reset_snapshot();
	assert_int_equal(reset_run(download_all), 0);
	const size_t k = find_head_program();
	assert_true(k < dev->op_count);
	for (uint32_t seed = 0; seed < 64; seed++) {
		reset_restore();
		assert_int_equal(reset_run_cut(download_all, k + seed / 8, SIM_CUT_INSIDE, seed),
				 RESET_CUT);
		const bool is_torn = is_torn_head();
		torn += is_torn;
		assert_int_equal(reset_next_offset(), is_torn && !fits ? 0 : SIZE);
		assert_int_equal(reset_run(reset_finish), 0);
	}
	reset_close();
	return torn;
}

static void a_torn_header_is_mended_where_its_page_fits_the_buffer(void **state)
{
	struct reset_case small = reset_plain;
	struct reset_case large = reset_plain;

	(void)state;
	small.buffer = 476;
	large.buffer = 480;
	assert_true(tear_heads(&small, false) > 5);
	assert_true(tear_heads(&large, true) > 5);
}

static int init_small(void)
{
	return reset_init(is_size_known ? new_file.size : 0);
}

static void pause_small(void)
{
	assert_int_equal(init_small(), 0);
	assert_int_equal(reset_write(at, 100), 0);
	assert_int_equal(reset_offset(), at);
	assert_int_equal(dfu_target_done(false), 0);
}

static void complete_small(void)
{
	assert_int_equal(init_small(), 0);
	assert_int_equal(reset_offset(), at);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
}

static void verify_small(void)
{
	assert_int_equal(init_small(), 0);
	assert_int_equal(reset_offset(), new_file.size);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EFBIG);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	reset_assert_slot_is_file();
}

static void complete_again(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(SIZE, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
	reset_assert_slot_is_file();
}

/* A page that is erased and not written again is not the file's any more. */
static void a_cut_while_it_is_mended_begins_again(void **state)
{
	struct reset_case what = reset_plain;
	size_t lost = 0;
	bool has_fired = true;

	(void)state;
	what.buffer = 480;
	reset_open(&what, SIZE);
	assert_int_equal(reset_run(download_all), 0);
	const size_t head = find_head_program();
	reset_close();
	reset_open(&what, SIZE);
	uint32_t seed = 0;
	reset_snapshot();
	do {
		reset_restore();
		assert_int_equal(reset_run_cut(download_all, head + 2, SIM_CUT_INSIDE, seed++),
				 RESET_CUT);
	} while (!is_torn_head());
	reset_snapshot();
	for (unsigned long k = 0; has_fired; k++) {
		for (enum sim_cut when = SIM_CUT_BEFORE; has_fired && when <= SIM_CUT_AFTER;
		     when++) {
			reset_restore();
			reset_forget_ops();
			has_fired = reset_run_cut(complete_again, k, when, seed + (uint32_t)k) != 0;
			const bool is_last = dev->ops[dev->op_count - 1].kind == SIM_SAVE;
			const bool is_rewriting = reset_count_deletions("0") > 0 &&
						  reset_count_saves("0") <= (is_last ? 1 : 0);
			const size_t offset = reset_next_offset();
			lost += offset == 0;
			assert_true(offset == SIZE || (offset == 0 && is_rewriting));
			assert_int_equal(reset_run(reset_finish), 0);
		}
	}
	assert_true(lost > 0);
	reset_close();
}

static void a_file_may_end_before_or_with_what_is_held_back(void **state)
{
	static const size_t sizes[] = {72, 100, 511, 512, 513, 600};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			for (int n = 0; n < 2; n++) {
				reset_open(&reset_cases[c], sizes[i]);
				at = sizes[i] - (size_t)n;
				is_size_known = n == 0;
				assert_int_equal(reset_run(pause_small), 0);
				assert_int_equal(reset_run(complete_small), 0);
				assert_int_equal(reset_run(verify_small), 0);
				reset_close();
			}
		}
	}
	is_size_known = true;
}

static size_t pages_of_file(void)
{
	return (SIZE + dev->what.page - 1) / dev->what.page;
}

/* Erased at most once, each page of the slot. */
static void assert_erases_are_at_the_floor(void)
{
	for (size_t i = 0; i < dev->op_count; i++) {
		for (size_t k = 0; k < i; k++) {
			assert_false(dev->ops[i].kind == SIM_ERASE &&
				     dev->ops[k].kind == SIM_ERASE &&
				     dev->ops[i].off == dev->ops[k].off);
		}
	}
}

static void a_download_costs_a_record_a_page_and_two(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_all), 0);
		assert_true(reset_count_saves("0") + reset_count_saves("0/h") <=
			    pages_of_file() + 2);
		assert_int_equal(reset_count_saves("0/h"), 1);
		assert_int_equal(reset_count_saves("0/t"), 0);
		assert_erases_are_at_the_floor();
		reset_close();
	}
}

/* An erase of the trailer that is cut may look whole: the record says that it was begun. */
static void the_record_says_that_a_slot_is_cleared_before_it_is(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		size_t held = 0;

		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_all), 0);
		assert_int_equal(dev->ops[0].kind, SIM_SAVE);
		assert_string_equal(dev->ops[0].name, "0");
		assert_int_equal(dev->ops[0].len, 32);
		while (strcmp(dev->ops[held].name, "0/h") != 0) {
			held++;
		}
		/* All that is programmed before the held-back bytes are saved is to clear the slot.
		 */
		const size_t start = (size_t)(reset_slot(1) - dev->memory) + reset_start();
		for (size_t i = 0; i < held; i++) {
			assert_true(dev->ops[i].kind != SIM_PROGRAM || dev->what.no_erase ||
				    dev->ops[i].off < start || dev->ops[i].off >= start + SIZE);
		}
		reset_close();
	}
}

static void pause_and_go_on(void)
{
	download_to_the_pause();
	reset_forget_ops();
	download_all();
}

static void a_pause_costs_two_records_and_going_on_one(void **state)
{
	(void)state;
	at = 1001;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_to_the_pause), 0);
		const size_t page = dev->what.page;
		const size_t pages_before = at / page;
		/* The page that had been begun is gone on with: it is not erased again. */
		const bool is_begun = at / dev->what.block * dev->what.block % page != 0;
		const size_t erases = pages_of_file() - pages_before - is_begun;
		assert_true(reset_count_saves("0") + reset_count_saves("0/h") <=
			    pages_before + 2 + 1);
		assert_true(reset_count_saves("0/t") <= 1);
		reset_forget_ops();
		assert_int_equal(reset_run(download_all), 0);
		assert_true(reset_count_saves("0") <= pages_of_file() - pages_before + 1);
		assert_int_equal(reset_count_saves("0/h"), 0);
		assert_int_equal(reset_count_saves("0/t"), 0);
		assert_true(reset_count(SIM_ERASE) <= erases);
		reset_close();
		/* The same in one run. */
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(pause_and_go_on), 0);
		assert_true(reset_count_saves("0") <= pages_of_file() - pages_before + 1);
		assert_true(reset_count(SIM_ERASE) <= erases);
		reset_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_complete_after_a_reset_wants_no_byte),
		cmocka_unit_test(it_outlives_any_number_of_looks),
		cmocka_unit_test(in_the_run_that_made_it_visible_it_begins_at_0),
		cmocka_unit_test(scheduling_after_a_reset_needs_no_init_and_ends_the_records),
		cmocka_unit_test(what_is_complete_and_touched_begins_again),
		cmocka_unit_test(what_is_refused_leaves_no_record),
		cmocka_unit_test(a_device_that_fails_to_verify_has_refused_nothing),
		cmocka_unit_test(a_reset_of_the_target_leaves_nothing),
		cmocka_unit_test(a_torn_header_is_mended_where_its_page_fits_the_buffer),
		cmocka_unit_test(a_cut_while_it_is_mended_begins_again),
		cmocka_unit_test(a_file_may_end_before_or_with_what_is_held_back),
		cmocka_unit_test(a_download_costs_a_record_a_page_and_two),
		cmocka_unit_test(the_record_says_that_a_slot_is_cleared_before_it_is),
		cmocka_unit_test(a_pause_costs_two_records_and_going_on_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
