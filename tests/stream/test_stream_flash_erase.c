/* SPDX-License-Identifier: Apache-2.0 */
/* When pages are erased, which are not, and stream_flash_erase_page(). */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

#define PAGE 512
#define BUF 48 /* no divisor of PAGE: buffers reach over page ends */

static const struct test_geometry geometry = {
	.runs = {{6, PAGE}}, .write_block_size = 8, .erase_value = 0xff};

/* Page 1 shared from its byte 100 on, pages 2 and 3 own, page 4 shared to its byte 48. */
#define OFFSET (PAGE + 104)
#define FIRST (PAGE - 104)
#define SIZE (FIRST + 2 * PAGE + 48)

static int setup(void **state)
{
	static struct rig rig;

	rig_init(&rig, &geometry, OFFSET, SIZE, BUF);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void a_page_is_erased_by_its_first_byte_and_not_before(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_feed(rig, FIRST, PAGE), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 0);
	rig_check(rig, FIRST);
	assert_int_equal(rig_feed(rig, FIRST + 8, PAGE), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 1);
	assert_int_equal(rig->ctx.erased_up_to, FIRST + PAGE);
	assert_int_equal(rig_feed(rig, FIRST + PAGE, PAGE), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 1);
	assert_int_equal(rig->ctx.erased_up_to, FIRST + PAGE);
	rig_check(rig, FIRST + PAGE);
}

static void a_shared_page_with_old_bytes_refuses_the_whole_buffer(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < FIRST; i++) {
		rig->before[OFFSET + i] = 0xfe;
		rig_restart(rig);
		assert_int_equal(rig_feed(rig, BUF, BUF), -EEXIST);
		assert_int_equal(rig_position(rig), 0);
		assert_int_equal(rig->flash.nor.stats.programs, 0);
		assert_memory_equal(rig->flash.memory, rig->before, rig->flash.size);
		rig->before[OFFSET + i] = 0xff;
	}
}

/*
 * The buffer begins in a page of the region and ends in the shared one: not even its first part is
 * programmed.
 */
static void a_buffer_that_reaches_into_such_a_page_is_refused_whole(void **state)
{
	struct rig *rig = *state;
	size_t full = (OFFSET + FIRST + 2 * PAGE) / BUF * BUF - OFFSET;

	rig->before[OFFSET + SIZE - 1] = 0;
	rig_restart(rig);
	assert_int_equal(rig_feed(rig, SIZE, BUF), -EEXIST);
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), full);
	rig_check(rig, full);
	/* A stream that ends before that page never looks at it. */
	rig_restart(rig);
	assert_int_equal(rig_feed(rig, FIRST + 2 * PAGE, BUF), 0);
	rig_check(rig, FIRST + 2 * PAGE);
}

static void neighbours_in_a_shared_page_are_not_looked_at(void **state)
{
	struct rig *rig = *state;

	memset(rig->before, 0, OFFSET);
	memset(rig->before + OFFSET + SIZE, 0, rig->flash.size - OFFSET - SIZE);
	rig_restart(rig);
	assert_int_equal(rig_feed(rig, SIZE, 33), 0);
	rig_check(rig, SIZE);
}

static void pages_that_the_owner_has_erased_are_not_erased_again(void **state)
{
	struct rig *rig = *state;

	memset(rig->before + 3 * PAGE, 0xff, OFFSET + SIZE - 3 * PAGE);
	rig_restart(rig);
	rig->ctx.erased_from = 3 * PAGE - OFFSET;
	assert_int_equal(rig_feed(rig, SIZE, BUF), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 1);
	assert_int_equal(rig->flash.nor.stats.reads, (FIRST + 63) / 64);
	rig_check(rig, SIZE);
}

static void a_page_that_the_owner_has_erased_in_part_is_erased(void **state)
{
	struct rig *rig = *state;

	rig->ctx.erased_from = 3 * PAGE - OFFSET + 8;
	assert_int_equal(rig_feed(rig, SIZE, BUF), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 2);
	rig_check(rig, SIZE);
}

static void erase_page_makes_the_next_page_ready(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(stream_flash_erase_page(&rig->ctx, OFFSET), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 0);
	assert_int_equal(rig->ctx.erased_up_to, FIRST);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 2 * PAGE + 100), 0);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 2 * PAGE), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 1);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 4 * PAGE), -EINVAL);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 4 * PAGE - 1), 0);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, OFFSET + SIZE - 1), 0);
	assert_int_equal(rig->ctx.erased_up_to, SIZE);
	assert_int_equal(rig_feed(rig, SIZE, BUF), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 2);
	rig_check(rig, SIZE);
}

static void erase_page_refuses_what_is_not_the_streams_to_erase(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(stream_flash_erase_page(NULL, OFFSET), -EFAULT);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, OFFSET - 1), -ERANGE);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, -1), -ERANGE);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, OFFSET + SIZE), -ERANGE);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 3 * PAGE), -EINVAL);
	assert_int_equal(rig_feed(rig, FIRST + 8, BUF), 0);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, OFFSET), -EINVAL);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 2 * PAGE + 8), -EINVAL);
	rig_check(rig, FIRST + 8);
}

static void erase_page_leaves_a_shared_page_with_old_bytes(void **state)
{
	struct rig *rig = *state;

	rig->before[OFFSET] = 0;
	rig_restart(rig);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, OFFSET), -EEXIST);
	assert_int_equal(rig->ctx.erased_up_to, 0);
	rig_check(rig, 0);
}

static void erase_page_passes_driver_errors_on(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(stream_flash_erase_page(&rig->ctx, OFFSET), 0);
	rig->flash.nor.fail_after = 0;
	rig->flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 2 * PAGE), -ETIMEDOUT);
	assert_int_equal(rig->ctx.erased_up_to, FIRST);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 2 * PAGE), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 1);
}

/* The torn bytes are the stream's although bytes_written does not count them. */
static void erase_page_does_not_call_a_torn_page_ready(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_feed(rig, FIRST, FIRST), 0);
	rig_tear(rig, 0, 8, -ETIMEDOUT);
	assert_int_equal(rig_feed(rig, FIRST + BUF, BUF), -ETIMEDOUT);
	assert_int_equal(stream_flash_erase_page(&rig->ctx, 2 * PAGE), -EINVAL);
}

static void without_explicit_erase_nothing_is_erased_or_looked_at(void **state)
{
	struct test_geometry no_erase = geometry;
	struct rig rig;

	(void)state;
	no_erase.no_explicit_erase = true;
	rig_init(&rig, &no_erase, OFFSET, SIZE, BUF);
	memset(rig.before, 0, rig.flash.size);
	rig_restart(&rig);
	assert_int_equal(stream_flash_erase_page(&rig.ctx, OFFSET), 0);
	assert_int_equal(rig_feed(&rig, SIZE, 50), 0);
	assert_int_equal(rig.flash.nor.stats.erases, 0);
	assert_int_equal(rig.flash.nor.stats.reads, 0);
	rig_check(&rig, SIZE);
	rig_free(&rig);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_is_erased_by_its_first_byte_and_not_before),
		TEST(a_shared_page_with_old_bytes_refuses_the_whole_buffer),
		TEST(a_buffer_that_reaches_into_such_a_page_is_refused_whole),
		TEST(neighbours_in_a_shared_page_are_not_looked_at),
		TEST(pages_that_the_owner_has_erased_are_not_erased_again),
		TEST(a_page_that_the_owner_has_erased_in_part_is_erased),
		TEST(erase_page_makes_the_next_page_ready),
		TEST(erase_page_refuses_what_is_not_the_streams_to_erase),
		TEST(erase_page_leaves_a_shared_page_with_old_bytes),
		TEST(erase_page_passes_driver_errors_on),
		TEST(erase_page_does_not_call_a_torn_page_ready),
		TEST(without_explicit_erase_nothing_is_erased_or_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
