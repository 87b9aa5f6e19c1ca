/* SPDX-License-Identifier: Apache-2.0 */
/* Segments that cannot be written to a modem: addresses, lengths, sums; and which error comes
 * first. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/fmfu_fdev.h>

#include "file_flash.h"
#include "fmfu_maker.h"

#define GIB4 UINT64_C(0x100000000)

static struct maker maker;
static uint8_t buf[4096];

static int check_with_room(uint64_t blob_room)
{
	static const uint8_t no_hash[32];
	uint8_t flash_bytes[MAKER_WRAPPER_MAX + 8192];
	struct file_flash flash;

	maker_wrap(&maker, no_hash);
	memset(flash_bytes, 0x5a, sizeof(flash_bytes));
	memcpy(flash_bytes, maker.wrapper, maker.wrapper_len);
	file_flash_open(&flash, flash_bytes, maker.wrapper_len + (size_t)blob_room);
	return fmfu_fdev_check(buf, sizeof(buf), &(struct fmfu_fdev_file){.fdev = &flash.dev},
			       NULL);
}

struct list {
	int expected;
	struct maker_segment segments[4];
	size_t count;
};

/* With room for 4096 bytes; -EILSEQ: nothing is wrong with the segments. */
static const struct list lists[] = {
	{-EILSEQ, {{0x1000, 1}}, 1},
	{-EILSEQ, {{0x1000, 4096}}, 1},
	{-EFBIG, {{0x1000, 4097}}, 1},
	/* Lengths of 0. */
	{-EADDRNOTAVAIL, {{0x1000, 0}}, 1},
	{-EADDRNOTAVAIL, {{0, 0}}, 1},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0x2000, 0}}, 2},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0x2000, 4}, {0x3000, 0}}, 3},
	{-EADDRNOTAVAIL, {{0x1000, 0}, {0x2000, 4}}, 2},
	/* Address 0 is the bootloader's only. */
	{-EILSEQ, {{0, 4}, {0x2000, 4}}, 2},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0, 4}}, 2},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0x2000, 4}, {0, 4}}, 3},
	/* The end of the address space. */
	{-EILSEQ, {{0x1000, 4}, {0xffffffff, 1}}, 2},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0xffffffff, 2}}, 2},
	{-EILSEQ, {{0x1000, 4}, {0xfffff800, 0x800}}, 2},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0xfffff800, 0x801}}, 2},
	{-EADDRNOTAVAIL, {{0xfffffff0, 0x11}, {0x1000, 4}}, 2},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {2, 0xffffffff}, {0x2000, 0xffffffff}}, 3},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0xffffffff, 0xffffffff}}, 2},
	/* Neighbours, in any order, and overlaps of one byte. */
	{-EILSEQ, {{0x1000, 16}, {0x1010, 16}, {0x1020, 16}}, 3},
	{-EILSEQ, {{0x1020, 16}, {0x1010, 16}, {0x1000, 16}}, 3},
	{-EADDRINUSE, {{0x1000, 17}, {0x1010, 16}}, 2},
	{-EADDRINUSE, {{0x1010, 16}, {0x1000, 17}}, 2},
	{-EADDRINUSE, {{0x5000, 4}, {0x1000, 17}, {0x2000, 4}, {0x1010, 16}}, 4},
	{-EADDRINUSE, {{0x5000, 4}, {0x1010, 16}, {0x2000, 4}, {0x1000, 17}}, 4},
	{-EADDRINUSE, {{0x1000, 16}, {0x1000, 16}}, 2},
	{-EADDRINUSE, {{0x1000, 16}, {0x1004, 4}}, 2},
	{-EADDRINUSE, {{0x1004, 4}, {0x1000, 16}}, 2},
	{-EADDRINUSE, {{0xffffffff, 1}, {0xfffffff0, 16}}, 2},
	/* The bootloader's range takes part. */
	{-EADDRINUSE, {{0, 0x1001}, {0x1000, 4}}, 2},
	{-EILSEQ, {{0, 0xff0}, {0xff0, 4}}, 2},
	/* Sums: together, of 4 GiB, and more than that of one that is wrong anyway. */
	{-EILSEQ, {{0x1000, 2000}, {0x2000, 2000}, {0x3000, 96}}, 3},
	{-EFBIG, {{0x1000, 2000}, {0x2000, 2000}, {0x3000, 97}}, 3},
	{-EFBIG, {{0, 0x80000000}, {0x80000000, 0x80000000}}, 2},
	{-EFBIG, {{0, 0x80000000}, {0x80000000, 0x7fffffff}}, 2},
	{-EFBIG, {{0, 0xffffffff}}, 1},
	{-EADDRINUSE, {{0, 0xffffffff}, {1, 0xffffffff}}, 2},
	/* Of several the first in the file, and a sum last of all. */
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0, 4}, {0x1000, 4}}, 3},
	{-EADDRINUSE, {{0x1000, 4}, {0x1000, 4}, {0, 4}}, 3},
	{-EADDRNOTAVAIL, {{0x1000, 4}, {0x1000, 0}}, 2},
	{-EADDRINUSE, {{0x1000, 5000}, {0x1001, 5000}}, 2},
	{-EADDRNOTAVAIL, {{0x1000, 5000}, {0, 1}}, 2},
};

static void each_list_has_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		int rc;

		maker_begin(&maker, lists[i].count);
		memcpy(maker.segments, lists[i].segments, sizeof(lists[i].segments));
		rc = check_with_room(4096);
		if (rc != lists[i].expected) {
			fail_msg("list %zu: %d, not %d", i, rc, lists[i].expected);
		}
	}
}

static void segments_far_from_each_other_in_a_list_of_128_are_compared(void **state)
{
	(void)state;
	for (size_t i = 0; i < 128; i += 1 + i % 11) {
		for (size_t j = i + 1; j < 128; j += 1 + j % 7) {
			maker_begin(&maker, 128);
			maker.segments[j].addr = maker.segments[i].addr + maker.segments[i].len - 1;
			assert_int_equal(check_with_room(8192), -EADDRINUSE);
			maker.segments[j].addr++;
			assert_int_equal(check_with_room(8192), -EILSEQ);
		}
	}
}

static void what_is_no_list_is_told_before_what_it_says(void **state)
{
	(void)state;
	maker_begin(&maker, 2);
	maker.segments[0].len = 0;
	assert_int_equal(check_with_room(4096), -EADDRNOTAVAIL);
	maker.list_extra = 1;
	assert_int_equal(check_with_room(4096), -EBADMSG);
	maker.list_extra = 0;
	maker.odd = (struct maker_oddity){.head = HEAD_NUMBERS + 3, .types = 1};
	assert_int_equal(check_with_room(4096), -EBADMSG);
}

static void the_number_is_told_before_the_pairs(void **state)
{
	(void)state;
	maker_begin(&maker, 129);
	maker.segments[0].len = 0;
	assert_int_equal(check_with_room(4096), -ERANGE);
	maker.odd = (struct maker_oddity){.head = HEAD_NUMBERS, .types = 1};
	assert_int_equal(check_with_room(4096), -ERANGE);
}

static void a_list_of_an_odd_count_is_none(void **state)
{
	(void)state;
	for (size_t count = 0; count <= 129; count++) {
		maker_begin(&maker, count);
		maker.odd = (struct maker_oddity){.head = HEAD_LIST, .more = 1};
		assert_int_equal(check_with_room(4096), -EBADMSG);
	}
}

/* Whether or not the machine has numbers of that size. */
static void a_count_of_more_numbers_than_there_are_bytes_is_none(void **state)
{
	static const int64_t more[] = {2000, INT64_C(1) << 31, INT64_C(1) << 32, INT64_C(1) << 62};

	(void)state;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		maker_begin(&maker, 129);
		maker.odd = (struct maker_oddity){.head = HEAD_LIST, .more = more[i]};
		assert_int_equal(check_with_room(4096), -EBADMSG);
	}
}

/* Only a device of so much can tell: one with 32 bits has none. */
static void a_sum_of_4_gib_does_not_wrap(void **state)
{
	static const uint8_t no_hash[32];
	struct file_flash flash;

	(void)state;
	maker_begin(&maker, 2);
	maker.segments[0] = (struct maker_segment){0, 0x80000000};
	maker.segments[1] = (struct maker_segment){0x80000000, 0x80000000};
	maker_wrap(&maker, no_hash);
	for (unsigned int less = 0; less < 2; less++) {
		const uint64_t size = maker.wrapper_len + GIB4 - less;
		const bool fits = size <= SIZE_MAX && less == 0;

		file_flash_open(&flash, maker.wrapper, size < SIZE_MAX ? (size_t)size : SIZE_MAX);
		/* The first of the blob; head, signature and wrapper come before it. */
		flash.fails = 4;
		flash.rc = -EIO;
		assert_int_equal(fmfu_fdev_check(buf, sizeof(buf),
						 &(struct fmfu_fdev_file){.fdev = &flash.dev},
						 NULL),
				 fits ? -EIO : -EFBIG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_list_has_its_verdict),
		cmocka_unit_test(segments_far_from_each_other_in_a_list_of_128_are_compared),
		cmocka_unit_test(what_is_no_list_is_told_before_what_it_says),
		cmocka_unit_test(the_number_is_told_before_the_pairs),
		cmocka_unit_test(a_list_of_an_odd_count_is_none),
		cmocka_unit_test(a_count_of_more_numbers_than_there_are_bytes_is_none),
		cmocka_unit_test(a_sum_of_4_gib_does_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
