/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options that believe what flash reads: which pages then cost no erase, and no program, and
 * which are never believed. The strict device counts, and refuses a program over old bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <settings/settings.h>
#include <settings/settings_ram.h> /* ports/ */

#include "rig.h"
#include "stream/stream_position.h"

#define PAGE 512
#define PAGES 6
#define AT PAGE /* where the region begins */

static const struct test_geometry plain = {
	.runs = {{8, PAGE}}, .write_block_size = 4, .erase_value = 0xff};

static struct rig rig;

static void begin(size_t buf_len)
{
	rig_init(&rig, &plain, AT, PAGES * PAGE, buf_len);
}

static uint8_t *page(size_t i)
{
	return rig.flash.memory + AT + i * PAGE;
}

static void make_blank(size_t i)
{
	memset(page(i), 0xff, PAGE);
}

static void make_equal(size_t i)
{
	memcpy(page(i), rig.data + i * PAGE, PAGE);
}

/* All of it has to be there in the end, however it came. */
static void finish(size_t chunk, size_t erases, size_t programs)
{
	assert_int_equal(rig_feed(&rig, rig.size, chunk), 0);
	assert_int_equal(rig.ctx.bytes_written, rig.size);
	assert_memory_equal(page(0), rig.data, rig.size);
	assert_int_equal(rig.flash.nor.stats.erases, erases);
	assert_int_equal(rig.flash.nor.stats.programs, programs);
	rig_free(&rig);
}

static void blank_pages_are_not_erased(void **state)
{
	(void)state;
	begin(64);
	make_blank(1);
	make_blank(4);
	finish(100, PAGES - 2, PAGES * PAGE / 64);
}

static void a_page_that_is_blank_but_for_its_last_byte_is_erased(void **state)
{
	(void)state;
	begin(64);
	make_blank(2);
	page(2)[PAGE - 1] = 0;
	finish(100, PAGES, PAGES * PAGE / 64);
}

static void pages_that_are_as_they_should_be_are_left_alone(void **state)
{
	(void)state;
	begin(PAGE);
	make_equal(0);
	make_equal(3);
	make_blank(5);
	finish(100, PAGES - 3, PAGES - 2);
}

static void every_page_may_be_left_alone(void **state)
{
	(void)state;
	begin(PAGE);
	for (size_t i = 0; i < PAGES; i++) {
		make_equal(i);
	}
	finish(3 * PAGE, 0, 0);
}

static void a_page_that_differs_in_its_last_byte_is_written(void **state)
{
	(void)state;
	begin(PAGE);
	make_equal(3);
	page(3)[PAGE - 1] ^= 1;
	finish(100, PAGES, PAGES);
}

/* With less than a page in hand an erase would take what cannot be written again. */
static void a_smaller_buffer_leaves_no_page_alone(void **state)
{
	(void)state;
	begin(PAGE / 2);
	make_equal(1);
	finish(100, PAGES, 2 * PAGES);
}

static void a_last_part_of_a_page_is_written(void **state)
{
	(void)state;
	begin(PAGE);
	make_equal(1);
	assert_int_equal(rig_feed(&rig, PAGE + 100, 100), 0);
	assert_int_equal(rig.flash.nor.stats.erases, 2);
	assert_int_equal(rig.flash.nor.stats.programs, 2);
	rig_check(&rig, PAGE + 100);
	rig_free(&rig);
}

static void go_on_at(size_t written)
{
	struct stream_position position;

	assert_int_equal(stream_find_position(&rig.ctx, written, &position), 0);
	stream_set_position(&rig.ctx, &position);
	memcpy(page(0), rig.data, written);
}

static void where_a_stream_goes_on_no_reading_is_believed(void **state)
{
	(void)state;
	begin(PAGE);
	make_blank(2);
	make_blank(3);
	go_on_at(2 * PAGE);
	finish(100, PAGES - 3, PAGES - 2);

	begin(PAGE);
	make_equal(2);
	make_equal(3);
	go_on_at(2 * PAGE);
	finish(100, PAGES - 3, PAGES - 3);
}

/* A record of nothing, or none: a cut in the first page may have come before there was one. */
static void the_first_page_is_in_doubt_where_progress_is_saved(void **state)
{
	struct settings_ram ram;
	uint8_t memory[256];

	(void)state;
	settings_ram_init(&ram, memory, sizeof(memory));
	settings_backend_set(&ram.backend);
	begin(PAGE);
	make_equal(0);
	make_blank(1);
	assert_int_equal(stream_flash_progress_load(&rig.ctx, "app/pos"), 0);
	finish(100, PAGES - 1, PAGES);
	settings_backend_set(NULL);
}

/* One that begins before the region is not the buffer's, though it is as long, and holds all of it.
 */
static void a_page_is_equal_from_its_start_only(void **state)
{
	static const struct test_geometry odd = {
		.runs = {{1, 512}, {4, 1024}}, .write_block_size = 4, .erase_value = 0xff};

	(void)state;
	rig_init(&rig, &odd, 1024, 2560, 1024);
	memcpy(rig.flash.memory + 1024, rig.data, 1024);
	assert_int_equal(rig_feed(&rig, rig.size, 100), -EEXIST);
	assert_int_equal(rig.flash.nor.stats.erases, 0);
	rig_free(&rig);
}

static void inside_a_page_whose_rest_is_known_to_be_erased_there_is_no_doubt(void **state)
{
	(void)state;
	begin(64);
	make_blank(2);
	make_blank(3);
	go_on_at(2 * PAGE + 64);
	finish(100, 2, (PAGES * PAGE - 2 * PAGE - 64) / 64);
}

static void what_the_owner_has_erased_ends_the_doubt(void **state)
{
	(void)state;
	begin(PAGE);
	go_on_at(0);
	make_blank(0);
	make_blank(1);
	stream_set_erased(&rig.ctx, PAGE, rig.size);
	finish(100, PAGES - 2, PAGES);

	/* Pages at the end say nothing of this one. */
	begin(PAGE);
	go_on_at(0);
	make_blank(0);
	make_blank(PAGES - 1);
	stream_set_erased(&rig.ctx, 0, (PAGES - 1) * PAGE);
	finish(100, PAGES - 1, PAGES);
}

static void an_erase_that_fails_leaves_the_doubt(void **state)
{
	(void)state;
	begin(PAGE);
	make_equal(2);
	go_on_at(2 * PAGE);
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -EIO;
	assert_int_equal(rig_feed(&rig, rig.size, PAGE), -EIO);
	rig.flash.nor.fail_after = -1;
	const size_t failed = rig.flash.nor.stats.erases;
	finish(PAGE, failed + PAGES - 2, PAGES - 2);
}

static void what_cannot_be_read_is_an_error(void **state)
{
	(void)state;
	begin(PAGE);
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -EIO;
	assert_int_equal(rig_feed(&rig, rig.size, PAGE), -EIO);
	assert_int_equal(rig.ctx.bytes_written, 0);
	rig_free(&rig);
}

static int seen;

static int see(uint8_t *buf, size_t len, size_t offset)
{
	assert_memory_equal(buf, rig.data + offset - AT, len);
	seen++;
	return 0;
}

static void the_callback_sees_every_page(void **state)
{
	(void)state;
	begin(PAGE);
	rig.ctx.callback = see;
	seen = 0;
	make_equal(0);
	make_equal(4);
	finish(PAGE, PAGES - 2, PAGES - 2);
	assert_int_equal(seen, PAGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blank_pages_are_not_erased),
		cmocka_unit_test(a_page_that_is_blank_but_for_its_last_byte_is_erased),
		cmocka_unit_test(pages_that_are_as_they_should_be_are_left_alone),
		cmocka_unit_test(every_page_may_be_left_alone),
		cmocka_unit_test(a_page_that_differs_in_its_last_byte_is_written),
		cmocka_unit_test(a_smaller_buffer_leaves_no_page_alone),
		cmocka_unit_test(a_last_part_of_a_page_is_written),
		cmocka_unit_test(where_a_stream_goes_on_no_reading_is_believed),
		cmocka_unit_test(the_first_page_is_in_doubt_where_progress_is_saved),
		cmocka_unit_test(a_page_is_equal_from_its_start_only),
		cmocka_unit_test(inside_a_page_whose_rest_is_known_to_be_erased_there_is_no_doubt),
		cmocka_unit_test(what_the_owner_has_erased_ends_the_doubt),
		cmocka_unit_test(an_erase_that_fails_leaves_the_doubt),
		cmocka_unit_test(what_cannot_be_read_is_an_error),
		cmocka_unit_test(the_callback_sees_every_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
