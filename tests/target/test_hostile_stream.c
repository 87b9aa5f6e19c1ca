/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Callers that do everything wrong: pieces of any length, in any order, sizes that lie, calls that
 * nobody would make. Whatever they do, what shows a header is a whole file, and a caller that does
 * it right afterwards succeeds.
 */
#include "target_device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

#define OTHER_IMAGE "tiny-1.1.0-ec256.bin"

struct piece {
	size_t off;
	size_t len;
};

/* On each kind of flash. */
static void on_each(void (*body)(void))
{
	for (size_t i = 0; i < device_case_count; i++) {
		target_device_open(&device_cases[i]);
		target_device_factory(0, OLD_IMAGE);
		target_device_load(NEW_IMAGE);
		body();
		assert_string_equal(dut.flash.nor.violation, "");
		target_device_close();
	}
}

static void expect_whole(void)
{
	assert_int_equal(target_device_download(300), 0);
	target_device_assert_slot1_is_file();
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_true(target_device_has_magic(1));
	assert_int_equal(dfu_target_reset(), 0);
}

static void expect_nothing_left(void)
{
	target_device_assert_no_header();
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
	assert_false(target_device_has_magic(1));
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 0);
}

/* The first code that is not 0. */
static int write_pieces(const struct piece *pieces, size_t count)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = dfu_target_write(dut.image + pieces[i].off, pieces[i].len);
	}
	return rc;
}

static void first_pieces(void)
{
	static const size_t firsts[] = {0, 1, 3, 31, 32, 33};

	for (size_t i = 0; i < ARRAY_LEN(firsts) * ARRAY_LEN(firsts); i++) {
		const size_t a = firsts[i / ARRAY_LEN(firsts)];
		const size_t b = firsts[i % ARRAY_LEN(firsts)];
		const struct piece pieces[] = {
			{0, a}, {a, 0}, {a, b}, {a + b, dut.image_len - a - b}};

		assert_int_equal(target_device_init(0, i % 2 == 0 ? 0 : dut.image_len), 0);
		assert_int_equal(write_pieces(pieces, ARRAY_LEN(pieces)), 0);
		assert_int_equal(target_device_offset(), dut.image_len);
		assert_int_equal(dfu_target_done(true), 0);
		target_device_assert_slot1_is_file();
	}
}

static void first_pieces_of_0_1_3_and_31_bytes_are_taken(void **state)
{
	(void)state;
	on_each(first_pieces);
}

static void one_piece(void)
{
	assert_int_equal(target_device_download(dut.image_len), 0);
	target_device_assert_slot1_is_file();
}

static void a_piece_may_be_larger_than_buffer_and_page(void **state)
{
	(void)state;
	on_each(one_piece);
}

static void borders(void)
{
	const size_t page = dut.what->page_size;
	const size_t ends[] = {31, 32, 33, 511, 512, 513, page - 1, page, page + 1};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		const size_t end = ends[i] < dut.image_len ? ends[i] : dut.image_len / 2;
		const struct piece pieces[] = {
			{0, end - 1}, {end - 1, 2}, {end + 1, dut.image_len - end - 1}};

		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(write_pieces(pieces, ARRAY_LEN(pieces)), 0);
		assert_int_equal(dfu_target_done(true), 0);
		target_device_assert_slot1_is_file();
	}
	/* And the end of what may be written, which is not the slot's. */
	uint8_t *bytes = calloc(1, dut.slot_size);

	assert_non_null(bytes);
	memcpy(bytes, dut.image, 32);
	assert_int_equal(target_device_init(0, 0), 0);
	assert_int_equal(dfu_target_write(bytes, target_device_max_image() - 1), 0);
	assert_int_equal(dfu_target_write(bytes, 2), -EFBIG);
	assert_int_equal(target_device_offset(), target_device_max_image() - 1);
	assert_int_equal(dfu_target_write(bytes, dut.slot_size), -EFBIG);
	assert_int_equal(dfu_target_write(bytes, SIZE_MAX), -EFBIG);
	assert_int_equal(dfu_target_write(bytes, 1), 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	free(bytes);
	expect_nothing_left();
}

static void a_piece_may_span_the_end_of_header_buffer_and_page_but_not_of_the_slot(void **state)
{
	(void)state;
	on_each(borders);
}

/* Pieces that are no file, with its size told or not. */
static void wrong_orders(void)
{
	const size_t len = dut.image_len;
	const struct {
		struct piece pieces[4];
	} cases[] = {
		{{{0, 1000}, {0, 1000}, {1000, len - 2000}, {0, 0}}},          /* duplicate */
		{{{0, 1000}, {1000, 1000}, {1000, 1000}, {2000, len - 3000}}}, /* later on */
		{{{0, 1000}, {2000, 1000}, {1000, 1000}, {3000, len - 3000}}}, /* reordered */
		{{{1000, 1000}, {0, 1000}, {2000, len - 2000}, {0, 0}}},       /* from the start */
		{{{0, 1000}, {999, len - 1000}, {0, 0}, {0, 0}}},              /* overlap */
		{{{0, 31}, {30, len - 31}, {0, 0}, {0, 0}}},                   /* in the header */
		{{{0, 1000}, {1001, len - 1001}, {0, 1}, {0, 0}}},             /* gap, filled up */
		{{{0, 20}, {24, len - 24}, {0, 4}, {0, 0}}},                   /* in the header */
		{{{0, len - 2}, {len - 1, 1}, {len - 2, 1}, {0, 0}}},          /* at the end */
	};

	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		assert_int_equal(target_device_init(0, i % 2 == 0 ? len : 0), 0);
		assert_int_equal(write_pieces(cases[i / 2].pieces, 4), 0);
		assert_int_equal(target_device_offset(), len);
		assert_int_equal(dfu_target_done(true), -EBADMSG);
		expect_nothing_left();
	}
	expect_whole();
}

static void duplicates_overlaps_gaps_and_wrong_orders_are_refused_with_nothing_left(void **state)
{
	(void)state;
	on_each(wrong_orders);
}

static void lies(void)
{
	const size_t len = dut.image_len;
	const size_t less[] = {1, 31, 32, 33, len / 2, len - 1};
	const size_t more[] = {len + 1, len + 31, target_device_max_image()};

	for (size_t i = 0; i < ARRAY_LEN(less); i++) {
		assert_int_equal(target_device_init(0, less[i]), 0);
		assert_int_equal(dfu_target_write(dut.image, len), -EFBIG);
		assert_int_equal(target_device_offset(), 0);
		assert_int_equal(dfu_target_write(dut.image, less[i]), 0);
		assert_int_equal(dfu_target_write(dut.image + less[i], 1), -EFBIG);
		assert_int_equal(dfu_target_done(true), -EBADMSG);
		expect_nothing_left();
	}
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		assert_int_equal(target_device_init(0, more[i]), 0);
		assert_int_equal(dfu_target_write(dut.image, len), 0);
		assert_int_equal(dfu_target_done(true), -EBADMSG);
		expect_nothing_left();
	}
	assert_int_equal(target_device_init(0, target_device_max_image() + 1), -EFBIG);
	assert_int_equal(target_device_init(0, SIZE_MAX), -EFBIG);
	assert_int_equal(dfu_target_write(dut.image, 1), -EACCES);
	expect_whole();
}

static void sizes_that_lie_are_refused(void **state)
{
	(void)state;
	on_each(lies);
}

/* The header's own sizes, in a file of the size that was told. */
static void header_lies(void)
{
	static const struct {
		size_t at;
		size_t len;
		uint32_t value;
	} cases[] = {
		{8, 2, 0},           {8, 2, 31},          {8, 2, 0xffff},
		{10, 2, 4},          {10, 2, 0xffff},     {12, 4, 0},
		{12, 4, 0xffffffff}, {12, 4, 0x7fffffff}, {12, 4, 0xffffffe0},
	};
	uint8_t saved[4];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t *field = dut.image + cases[i].at;

		memcpy(saved, field, sizeof(saved));
		for (size_t k = 0; k < cases[i].len; k++) {
			field[k] = (uint8_t)(cases[i].value >> (8 * k));
		}
		assert_int_equal(target_device_download(500), -EBADMSG);
		memcpy(field, saved, sizeof(saved));
		expect_nothing_left();
	}
	expect_whole();
}

static void sizes_in_the_header_that_lie_are_refused(void **state)
{
	(void)state;
	on_each(header_lies);
}

/* Filled up to a block, or with what a server adds: no matter to the bootloader, and kept. */
static void surplus(void)
{
	static const size_t more[] = {1, 3, 100, 512};

	for (size_t i = 0; i < 2 * ARRAY_LEN(more); i++) {
		const size_t len = dut.image_len + more[i / 2];
		uint8_t *file = malloc(len);

		assert_non_null(file);
		memcpy(file, dut.image, dut.image_len);
		memset(file + dut.image_len, 0x3d, more[i / 2]);
		assert_int_equal(target_device_init(0, i % 2 == 0 ? len : 0), 0);
		assert_int_equal(dfu_target_write(file, len), 0);
		assert_int_equal(dfu_target_done(true), 0);
		assert_memory_equal(dut.slot[1], file, len);
		assert_int_equal(dfu_target_write(file, 1), -EPERM);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_int_equal(dfu_target_reset(), 0);
		free(file);
	}
}

static void bytes_behind_the_image_are_kept_and_count_for_nothing(void **state)
{
	(void)state;
	on_each(surplus);
}

static void odd_calls(void)
{
	size_t offset = 77;

	/* Nothing was begun. */
	assert_int_equal(dfu_target_write(dut.image, 1), -EACCES);
	assert_int_equal(dfu_target_offset_get(&offset), -EACCES);
	assert_int_equal(dfu_target_done(true), -EACCES);
	assert_int_equal(dfu_target_done(false), -EACCES);
	assert_int_equal(offset, 77);
	/* Twice the same, in the middle. */
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, 1000), 0);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 1000);
	assert_int_equal(dfu_target_write(dut.image + 1000, dut.image_len - 1000), 0);
	assert_int_equal(dfu_target_schedule_update(0), -EBUSY);
	assert_int_equal(dfu_target_done(true), 0);
	/* Afterwards. */
	assert_int_equal(dfu_target_write(dut.image, 1), -EPERM);
	assert_int_equal(dfu_target_write(dut.image, 0), -EPERM);
	assert_int_equal(dfu_target_done(true), -EALREADY);
	assert_int_equal(dfu_target_done(false), -EALREADY);
	target_device_assert_slot1_is_file();
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(dfu_target_reset(), -EACCES);
	assert_int_equal(dfu_target_schedule_update(0), -EACCES);
}

static void calls_out_of_turn_change_nothing(void **state)
{
	(void)state;
	on_each(odd_calls);
}

static uint32_t seed;
static uint32_t run; /* what the seed is made from */

static uint32_t dice(uint32_t sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % sides;
}

static uint8_t *files[2];
static size_t lens[2];

/* A header that can be seen belongs to a whole file. */
static void check_slot(void)
{
	const uint8_t *slot = dut.slot[1];
	const bool has_header = slot[0] == 0x3d && slot[1] == 0xb8 && slot[2] == 0xf3 &&
				slot[3] == 0x96;

	const bool is_whole = memcmp(slot, files[0], lens[0]) == 0 ||
			      memcmp(slot, files[1], lens[1]) == 0;

	if (has_header ? !is_whole : target_device_has_magic(1)) {
		fail_msg("run %u on %s: a header without its file, or a request without a header",
			 (unsigned int)run, dut.what->name);
	}
}

static void any_call(void)
{
	static uint32_t which;

	which = dice(10) == 0 ? 1 - which : which;
	const size_t len = lens[which];
	size_t offset = 0;
	int rc;

	switch (dice(12)) {
	case 0:
		rc = target_device_init(0, dice(6) != 0 ? len : dice((uint32_t)len));
		break;
	case 1:
		rc = target_device_init((int)dice(3), 0);
		break;
	case 2:
		rc = (int)dfu_target_img_type(files[which], len);
		break;
	case 3:
		rc = dfu_target_done(true);
		break;
	case 4:
		rc = dfu_target_done(false);
		break;
	case 5:
		rc = dfu_target_schedule_update((int)dice(3) - 1);
		break;
	case 6:
		rc = dfu_target_reset();
		break;
	case 7: /* anything from anywhere, now and then */
		if (dice(4) != 0) {
			return;
		}
		rc = dfu_target_write(files[which] + dice((uint32_t)len / 2),
				      dice((uint32_t)len / 2));
		break;
	case 8: /* all that is left, as it should be */
		rc = dfu_target_offset_get(&offset);
		if (rc == 0 && offset < len) {
			rc = dfu_target_write(files[which] + offset, len - offset);
		}
		break;
	default: /* the next piece, as it should be */
		rc = dfu_target_offset_get(&offset);
		if (rc == 0 && offset < len) {
			const size_t n = 1 + dice((uint32_t)(len - offset));

			rc = dfu_target_write(files[which] + offset, n);
		}
		break;
	}
	assert_in_range(rc + 4096, 0, 2 * 4096);
	check_slot();
}

static void random_calls(void)
{
	const char *const names[] = {NEW_IMAGE, OTHER_IMAGE};

	for (size_t i = 0; i < 2; i++) {
		target_device_load(names[i]);
		lens[i] = dut.image_len;
		files[i] = malloc(lens[i]);
		assert_non_null(files[i]);
		memcpy(files[i], dut.image, lens[i]);
	}
	for (run = 1; run <= 20; run++) {
		seed = run * 2654435761u;
		for (int i = 0; i < 100; i++) {
			any_call();
		}
	}
	if (dfu_target_done(false) == 0) {
		check_slot();
	}
	target_device_load(NEW_IMAGE);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(target_device_download(300), 0);
	target_device_assert_body(0);
	free(files[0]);
	free(files[1]);
}

static void whatever_is_called_what_shows_a_header_is_a_whole_file(void **state)
{
	(void)state;
	on_each(random_calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_pieces_of_0_1_3_and_31_bytes_are_taken),
		cmocka_unit_test(a_piece_may_be_larger_than_buffer_and_page),
		cmocka_unit_test(
			a_piece_may_span_the_end_of_header_buffer_and_page_but_not_of_the_slot),
		cmocka_unit_test(
			duplicates_overlaps_gaps_and_wrong_orders_are_refused_with_nothing_left),
		cmocka_unit_test(sizes_that_lie_are_refused),
		cmocka_unit_test(sizes_in_the_header_that_lie_are_refused),
		cmocka_unit_test(bytes_behind_the_image_are_kept_and_count_for_nothing),
		cmocka_unit_test(calls_out_of_turn_change_nothing),
		cmocka_unit_test(whatever_is_called_what_shows_a_header_is_a_whole_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
