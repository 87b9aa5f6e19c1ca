/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each mode: where a download goes, when the bootloader can see it, what scheduling writes and in
 * which order, and which pages are erased how often.
 */
#include "mode_cases.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

#include "op_log.h"

static struct op_log op_log;

/* From now on. */
static void log_operations(void)
{
	op_log_init(&op_log, dut.flash.dev);
	for (size_t i = 0; i < ARRAY_LEN(target_device_areas); i++) {
		target_device_areas[i].fa_dev = &op_log.device;
	}
}

/* Of a byte of the upload slot, from the start of the device; negative: from the slot's end. */
static size_t place(ptrdiff_t off)
{
	const size_t slot = (size_t)target_device_areas[dut.upload].fa_off;

	return off < 0 ? slot + dut.slot_size - (size_t)-off : slot + (size_t)off;
}

static void a_download_goes_to_the_slot_that_does_not_run(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			mode_case_open(c, &device_cases[i]);
			uint8_t *other = malloc(dut.slot_size);
			assert_non_null(other);
			memcpy(other, dut.slot[c->running], dut.slot_size);
			assert_int_equal(target_device_stream(dut.image_len, 244), 0);
			target_device_assert_no_header();
			assert_int_equal(dfu_target_done(true), 0);
			assert_memory_equal(dut.slot[c->running], other, dut.slot_size);
			assert_false(target_device_has_magic(dut.upload));
			mode_case_assert_next(c, 0);
			free(other);
			target_device_close();
		}
	}
}

static void the_header_is_there_once_the_bootloader_may_see_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			mode_case_open(c, &device_cases[i]);
			assert_int_equal(target_device_download(100), 0);
			if (c->is_direct) {
				target_device_assert_no_header();
			}
			target_device_assert_body(c->is_direct ? 32 : 0);
			assert_int_equal(dfu_target_schedule_update(0), 0);
			target_device_assert_body(0);
			mode_case_assert_next(c, 1);
			target_device_close();
		}
	}
}

/* Oracle: the published layout. */
static void assert_trailer(const struct mode_case *c, bool permanent)
{
	const uint8_t erased = dut.what->erase_value;
	const bool by_trailer = !c->is_direct || c->has_revert;
	const uint8_t *end = dut.slot[dut.upload] + dut.slot_size;
	const size_t len = dut.what->max_align == 32 ? 128 : 16 + 3 * (size_t)dut.what->max_align;

	assert_int_equal(target_device_has_magic(dut.upload), by_trailer);
	assert_int_equal(target_device_image_ok(dut.upload), by_trailer && permanent);
	assert_int_equal(target_device_copy_done(dut.upload), c->has_revert && permanent);
	assert_int_equal(target_device_swap_info(dut.upload),
			 c->is_direct ? erased : (permanent ? 3 : 2));
	for (size_t k = 1; !by_trailer && k <= len; k++) {
		assert_int_equal(end[-(ptrdiff_t)k], erased);
	}
}

static void a_request_has_the_fields_of_the_mode(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			for (int permanent = 0; permanent < 2; permanent++) {
				mode_case_open(c, &device_cases[i]);
				assert_int_equal(target_device_download(512), 0);
				assert_int_equal(dfu_target_mcuboot_schedule(0, permanent), 0);
				assert_trailer(c, permanent != 0);
				/* Once more is no more. */
				dut.flash.nor.stats = (struct sim_nor_stats){0};
				assert_int_equal(dfu_target_mcuboot_schedule(0, permanent), 0);
				assert_int_equal(dut.flash.nor.stats.programs +
							 dut.flash.nor.stats.erases,
						 0);
				target_device_close();
			}
		}
	}
}

/* The write block that commits: the header's first, or the one with the end of the magic. */
static size_t committing_byte(const struct mode_case *c)
{
	return c->is_direct ? place(0) : place(-1);
}

static void the_last_write_commits(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			mode_case_open(c, &device_cases[i]);
			log_operations();
			assert_int_equal(target_device_download(512), 0);
			op_log.count = 0;
			assert_int_equal(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT), 0);
			assert_int_equal(op_log_find(&op_log, 'p', committing_byte(c)),
					 op_log.count - 1);
			target_device_close();
		}
	}
}

/* Without a trailer for the bootloader to read, the header is what counts. */
static bool reads_trailer(const struct mode_case *c)
{
	return !c->is_direct || c->has_revert;
}

static void where_the_bootloader_reads_no_trailer_the_header_goes_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			if (device_cases[i].no_explicit_erase || reads_trailer(c)) {
				continue;
			}
			mode_case_open(c, &device_cases[i]);
			log_operations();
			assert_int_equal(target_device_stream(dut.image_len, 512), 0);
			assert_int_equal(op_log_find(&op_log, 'e', place(0)), 0);
			assert_int_equal(op_log_find(&op_log, 'e', place(-1)), 1);
			target_device_close();
		}
	}
}

static void the_old_content_stops_counting_before_a_byte_of_the_new_comes(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		if (device_cases[i].no_explicit_erase) {
			continue; /* the next test */
		}
		FOR_EACH_MODE(c)
		{
			if (!reads_trailer(c)) {
				continue;
			}
			mode_case_open(c, &device_cases[i]);
			log_operations();
			assert_int_equal(target_device_stream(dut.image_len, 512), 0);
			/* The page of the magic, that of the header, that before it. */
			size_t n = 0;
			assert_int_equal(op_log_find(&op_log, 'e', place(-1)), n++);
			assert_int_equal(op_log_find(&op_log, 'e', place((ptrdiff_t)dut.start)),
					 n++);
			if (dut.start > 0) {
				assert_int_equal(op_log_find(&op_log, 'e', place(0)), n++);
			}
			assert_int_equal(op_log.ops[n].what, 'p');
			target_device_close();
		}
	}
}

/* Fields of a trailer may take two pages: no program comes before both are erased. */
static void all_fields_of_a_trailer_go_first(void **state)
{
	const struct device_case what = {"", 64, 128, 8, 0xff, false, 32, false};

	(void)state;
	FOR_EACH_MODE(c)
	{
		if (c->mode == BOOT_MODE_SWAP_SCRATCH) {
			continue; /* a scratch area of one page could not hold them */
		}
		mode_case_open(c, &what);
		log_operations();
		assert_int_equal(target_device_init(0, 0), 0);
		assert_int_equal(dfu_target_write(dut.image, 1000), 0);
		const size_t program = op_log_find(&op_log, 'p', place((ptrdiff_t)dut.start + 32));
		assert_true(op_log_find(&op_log, 'e', place(-1)) < program);
		assert_true(op_log_find(&op_log, 'e', place(-1) - what.page_size) < program);
		target_device_close();
	}
}

/* The end of the download erases the trailer's pages that no image reaches into, from the top. */
static void the_rest_of_a_trailer_goes_with_the_end(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &mode_case_small_pages);
		const size_t below = place(-1) - dut.what->page_size;
		log_operations();
		assert_int_equal(target_device_stream(dut.image_len, 512), 0);
		assert_int_equal(op_log_erases_at(&op_log, place(-1)), 1);
		assert_int_equal(op_log_erases_at(&op_log, below), 0);
		op_log.count = 0;
		assert_int_equal(dfu_target_done(true), 0);
		assert_int_equal(op_log_erases_at(&op_log, place(-1)), 0);
		assert_int_equal(op_log_find(&op_log, 'e', below) == 0, mode_case_has_status(c));
		mode_case_assert_no_trailer(c);
		assert_string_equal(dut.flash.nor.violation, "");
		target_device_close();
	}
}

static void without_erase_the_magic_and_the_headers_are_overwritten(void **state)
{
	const struct device_case what = {"", 4096, 8, 16, 0xff, true, 16, false};

	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &what);
		log_operations();
		const int rc = target_device_init(0, dut.image_len);
		if (rc != 0) {
			fail_msg("%s: %d", c->name, rc);
		}
		for (size_t n = 0; n < 3; n++) {
			assert_int_equal(dfu_target_write(dut.image + n, 1), 0);
		}
		const size_t first = reads_trailer(c) ? 0 : op_log_find(&op_log, 'p', place(-1));
		assert_int_equal(op_log.ops[first].what, 'p');
		assert_int_equal(op_log.ops[first].off, place(-16));
		assert_int_equal(op_log.ops[first].len, 16);
		target_device_assert_no_header();
		/* Only what may be a header, and what may be a trailer. */
		assert_int_equal(dut.slot[dut.upload][dut.start + 32], 0x33);
		assert_false(target_device_has_magic(dut.upload));
		target_device_close();
	}
}

/* The largest image that the mode takes, wherever it ends; its content does not matter here. */
static void assert_every_page_erased_once(const struct mode_case *c, const struct device_case *what)
{
	uint8_t junk[512];
	int rc = 0;

	mode_case_open(c, what);
	log_operations();
	memset(junk, 0x21, sizeof(junk));
	const ssize_t max = boot_get_max_image_size(0);
	assert_true(max > 0);
	assert_int_equal(target_device_init(0, (size_t)max), 0);
	for (size_t sent = 0; rc == 0 && sent < (size_t)max; sent += sizeof(junk)) {
		const size_t left = (size_t)max - sent;

		rc = dfu_target_write(junk, left < sizeof(junk) ? left : sizeof(junk));
	}
	assert_int_equal(rc, 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	for (size_t off = 0; off < dut.slot_size; off += what->page_size) {
		const unsigned int n = op_log_erases_at(&op_log, place((ptrdiff_t)off));

		if (n > 1) {
			fail_msg("%s on %s: page at %zu erased %u times", c->name, what->name, off,
				 n);
		}
	}
	assert_string_equal(dut.flash.nor.violation, "");
	target_device_close();
}

static void no_page_is_erased_twice_by_the_largest_image(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			assert_every_page_erased_once(c, &device_cases[i]);
		}
	}
}

/* Trailer and header, or even all of the image, in one page. */
static void no_page_of_a_tiny_slot_is_erased_twice(void **state)
{
	static const struct device_case tiny[] = {
		{"one page", 16384, 1, 4, 0xff, false, 8, false},
		{"two pages", 8192, 2, 4, 0xff, false, 8, false},
		{"trailer of two pages", 2048, 4, 8, 0x00, false, 8, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tiny); i++) {
		FOR_EACH_MODE(c)
		{
			if (c->is_direct) {
				assert_every_page_erased_once(c, &tiny[i]);
			}
		}
	}
}

static void a_download_is_cleared_once_and_again_when_it_restarts(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &device_cases[0]);
		log_operations();
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(op_log.count, 0);
		assert_int_equal(dfu_target_write(dut.image, 10), 0);
		assert_int_equal(op_log_erases_at(&op_log, reads_trailer(c) ? place(-1) : place(0)),
				 1);
		assert_int_equal(dfu_target_done(false), 0);
		assert_int_equal(op_log_erases_at(&op_log, place(-1)), 1);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(dfu_target_write(dut.image + 10, 1000), 0);
		assert_int_equal(op_log_erases_at(&op_log, place(-1)), 1);
		/* Another file. */
		assert_int_equal(target_device_init(0, dut.image_len - 4), 0);
		for (size_t n = 0; n < 3; n++) {
			assert_int_equal(dfu_target_write(dut.image + n, 1), 0);
		}
		/* Nothing asks for the slot any more. */
		assert_int_equal(op_log_erases_at(&op_log, place(-1)), 1);
		assert_int_equal(op_log_erases_at(&op_log, place((ptrdiff_t)dut.start)), 2);
		target_device_close();
	}
}

static void a_cancelled_update_does_not_start(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		/* What a loader has published is not asked for: it is the application. */
		const bool can_cancel = c->mode != BOOT_MODE_FIRMWARE_LOADER;

		mode_case_open(c, &device_cases[0]);
		assert_int_equal(target_device_download(512), 0);
		assert_int_equal(dfu_target_mcuboot_cancel(0), can_cancel ? -ENOENT : -ENODEV);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_int_equal(dfu_target_mcuboot_cancel(0), can_cancel ? 0 : -ENODEV);
		mode_case_assert_next(c, !can_cancel);
		if (can_cancel) {
			assert_int_equal(dfu_target_mcuboot_cancel(0), -ENOENT);
		}
		/* Where it has lost its header, it does not come back. */
		assert_int_equal(dfu_target_mcuboot_schedule_update(0),
				 can_cancel && c->is_direct ? -ENOENT : 0);
		target_device_close();
	}
}

static void reset_leaves_nothing_to_see_or_schedule(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		for (int scheduled = 0; scheduled < 2; scheduled++) {
			mode_case_open(c, &device_cases[0]);
			uint8_t *other = malloc(dut.slot_size);
			assert_non_null(other);
			memcpy(other, dut.slot[c->running], dut.slot_size);
			assert_int_equal(target_device_download(512), 0);
			assert_int_equal(scheduled ? dfu_target_schedule_update(0) : 0, 0);
			assert_int_equal(dfu_target_reset(), 0);
			target_device_assert_no_header();
			assert_false(target_device_has_magic(dut.upload));
			assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
			target_device_power_cycle();
			assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
			assert_memory_equal(dut.slot[c->running], other, dut.slot_size);
			mode_case_assert_next(c, 0);
			free(other);
			target_device_close();
		}
	}
}

static void reset_never_takes_a_slot_that_runs_by_now(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (!c->is_direct || c->mode == BOOT_MODE_FIRMWARE_LOADER) {
			continue;
		}
		mode_case_open(c, &device_cases[0]);
		assert_int_equal(target_device_download(512), 0);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_int_equal(boot_running_slot_set(0, dut.upload), 0);
		target_device_put_trailer(dut.upload, false, true, true); /* and is confirmed */
		assert_int_equal(dfu_target_reset(), -EBUSY);
		target_device_assert_body(0);
		target_device_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_download_goes_to_the_slot_that_does_not_run),
		cmocka_unit_test(the_header_is_there_once_the_bootloader_may_see_it),
		cmocka_unit_test(a_request_has_the_fields_of_the_mode),
		cmocka_unit_test(the_last_write_commits),
		cmocka_unit_test(where_the_bootloader_reads_no_trailer_the_header_goes_first),
		cmocka_unit_test(the_old_content_stops_counting_before_a_byte_of_the_new_comes),
		cmocka_unit_test(all_fields_of_a_trailer_go_first),
		cmocka_unit_test(the_rest_of_a_trailer_goes_with_the_end),
		cmocka_unit_test(without_erase_the_magic_and_the_headers_are_overwritten),
		cmocka_unit_test(no_page_is_erased_twice_by_the_largest_image),
		cmocka_unit_test(no_page_of_a_tiny_slot_is_erased_twice),
		cmocka_unit_test(a_download_is_cleared_once_and_again_when_it_restarts),
		cmocka_unit_test(a_cancelled_update_does_not_start),
		cmocka_unit_test(reset_leaves_nothing_to_see_or_schedule),
		cmocka_unit_test(reset_never_takes_a_slot_that_runs_by_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
