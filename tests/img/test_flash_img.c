/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash_img over a boot control that does as each test wants; test_flash_img_trailer.c has the real
 * one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/boot.h>
#include <dfu/flash_img.h>

#include "support/test_flash.h"

#define PAGE 1024
#define SLOT_SIZE (8 * PAGE)
#define BUF CONFIG_IMG_BLOCK_BUF_SIZE
#define TAIL (6 * PAGE) /* where the fake trailer begins */

static const struct test_geometry geometry = {
	.runs = {{20, PAGE}}, .write_block_size = 8, .erase_value = 0xff};

static struct test_flash flash;
static struct device gone = {.name = "gone"};
static struct flash_area areas[4];
const struct flash_area *flash_map = areas;
const int flash_map_entries = 4;

static struct {
	unsigned int wipes;
	int wipe_rc;
	size_t image_start;
	int upload_area;
} boot;

static uint8_t image[SLOT_SIZE + 1];
static struct flash_img_context ctx;

int boot_trailer_wipe(const struct flash_area *fa, size_t *first)
{
	boot.wipes++;
	if (boot.wipe_rc != 0) {
		return boot.wipe_rc;
	}
	assert_int_equal(flash_area_erase(fa, TAIL, fa->fa_size - TAIL), 0);
	*first = TAIL;
	return 0;
}

int boot_upload_area(int image_index)
{
	assert_int_equal(image_index, 0);
	return boot.upload_area;
}

size_t boot_get_image_start_offset(uint8_t area_id)
{
	(void)area_id;
	return boot.image_start;
}

static struct flash_area area(uint8_t id, size_t off, size_t size)
{
	return (struct flash_area){
		.fa_id = id, .fa_off = (off_t)off, .fa_size = size, .fa_dev = flash.dev};
}

static int setup(void **state)
{
	(void)state;
	test_flash_init(&flash, &geometry);
	memset(flash.memory, 0, flash.size);
	memset(&boot, 0, sizeof(boot));
	memset(&ctx, 0, sizeof(ctx));
	areas[0] = area(0, PAGE, SLOT_SIZE);
	areas[1] = area(1, PAGE + SLOT_SIZE, SLOT_SIZE);
	areas[2] = area(20, PAGE + 4, SLOT_SIZE); /* not at a write block */
	areas[3] = area(21, 0, PAGE);
	areas[3].fa_dev = &gone;
	test_pattern(image, sizeof(image), 3);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_string_equal(flash.nor.violation, "");
	test_flash_free(&flash);
	return 0;
}

static int write_image(size_t len, size_t chunk)
{
	size_t at = ctx.stream.bytes_written + ctx.stream.buf_bytes;
	int rc = 0;

	while (at < len && rc == 0) {
		size_t n = len - at < chunk ? len - at : chunk;

		rc = flash_img_buffered_write(&ctx, image + at, n, at + n == len);
		at += n;
	}
	return rc;
}

static void check_slot(uint8_t id, size_t start, size_t len)
{
	const uint8_t *slot = flash.memory + areas[id].fa_off;
	size_t pages_end = (start + len + PAGE - 1) / PAGE * PAGE;

	assert_memory_equal(slot + start, image, len);
	for (size_t i = start + len; i < SLOT_SIZE; i++) {
		assert_int_equal(slot[i], i < pages_end || i >= TAIL ? 0xff : 0);
	}
	for (size_t i = 0; i < start; i++) {
		assert_int_equal(slot[i], 0xff); /* no header may stay there */
	}
	assert_int_equal(slot[-1], 0);
	assert_int_equal(slot[SLOT_SIZE], 0);
}

static void init_begins_at_the_start_of_the_area_and_touches_no_flash(void **state)
{
	(void)state;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_ptr_equal(ctx.flash_area, &areas[1]);
	assert_int_equal(ctx.stream.offset, areas[1].fa_off);
	assert_int_equal(ctx.stream.available, SLOT_SIZE);
	assert_int_equal(flash_img_bytes_written(&ctx), 0);
	assert_int_equal(flash.nor.stats.erases + flash.nor.stats.programs, 0);
}

static void init_errors_leave_the_context_as_it_was(void **state)
{
	static const struct flash_img_context zero;

	(void)state;
	assert_int_equal(flash_img_init_id(NULL, 1), -EINVAL);
	assert_int_equal(flash_img_init(NULL), -EINVAL);
	assert_int_equal(flash_img_init_id(&ctx, 99), -ENOENT);
	assert_int_equal(flash_img_init_id(&ctx, 21), -ENODEV);
	assert_int_equal(flash_img_init_id(&ctx, 20), -EFAULT);
	boot.image_start = SLOT_SIZE;
	assert_int_equal(flash_img_init_id(&ctx, 1), -EFAULT);
	boot.image_start = SLOT_SIZE + PAGE;
	assert_int_equal(flash_img_init_id(&ctx, 1), -EFAULT);
	assert_memory_equal(&ctx, &zero, sizeof(zero));
	assert_int_equal(flash_img_buffered_write(&ctx, image, 1, false), -EACCES);
}

static void a_failed_init_does_not_spoil_the_next(void **state)
{
	(void)state;
	assert_int_equal(flash_img_init_id(&ctx, 20), -EFAULT);
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(write_image(3000, 100), 0);
	check_slot(1, 0, 3000);
}

static void the_upload_goes_to_the_slot_that_does_not_run(void **state)
{
	(void)state;
	for (uint8_t id = 0; id < 2; id++) {
		boot.upload_area = id;
		assert_int_equal(flash_img_get_upload_slot(), id);
		assert_int_equal(flash_img_init(&ctx), 0);
		assert_ptr_equal(ctx.flash_area, &areas[id]);
	}
}

static void without_a_slot_for_uploads_there_is_nothing_to_begin(void **state)
{
	static const struct flash_img_context zero;

	(void)state;
	boot.upload_area = -ENODEV;
	assert_int_equal(flash_img_get_upload_slot(), BOOT_INVALID_SLOT_ID);
	assert_int_equal(flash_img_init(&ctx), -ENODEV);
	assert_memory_equal(&ctx, &zero, sizeof(ctx));
	areas[3].fa_id = BOOT_INVALID_SLOT_ID; /* an entry of the map that is not in use */
	areas[3].fa_dev = flash.dev;
	assert_int_equal(flash_img_init(&ctx), -ENODEV);
}

static void any_chunk_gives_the_image_and_one_wipe_of_the_trailer(void **state)
{
	static const size_t chunks[] = {1, 5, 20, 244, 512, 1024, 4096, SLOT_SIZE};

	(void)state;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		memset(flash.memory, 0, flash.size);
		boot.wipes = 0;
		flash.nor.stats.erases = 0;
		assert_int_equal(flash_img_init_id(&ctx, 1), 0);
		assert_int_equal(write_image(4000, chunks[i]), 0);
		assert_int_equal(flash_img_bytes_written(&ctx), 4000);
		assert_int_equal(boot.wipes, 1);
		assert_int_equal(flash.nor.stats.erases, 4 + 2);
		check_slot(1, 0, 4000);
	}
}

static void an_image_that_reaches_the_wiped_pages_does_not_erase_them_again(void **state)
{
	(void)state;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(write_image(SLOT_SIZE, 100), 0);
	assert_int_equal(flash.nor.stats.erases, 8);
	check_slot(1, 0, SLOT_SIZE);
}

static void an_image_may_begin_behind_the_start_of_its_slot(void **state)
{
	(void)state;
	boot.image_start = PAGE;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(ctx.stream.available, SLOT_SIZE - PAGE);
	assert_int_equal(write_image(SLOT_SIZE - PAGE, 100), 0);
	assert_int_equal(flash.nor.stats.erases, 8);
	check_slot(1, PAGE, SLOT_SIZE - PAGE);
}

static void a_tail_that_begins_before_the_image_is_erased_as_a_whole(void **state)
{
	(void)state;
	boot.image_start = TAIL + PAGE;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(write_image(PAGE, 100), 0);
	assert_int_equal(ctx.stream.erased_from, 0);
	assert_int_equal(flash.nor.stats.erases, 8);
	assert_memory_equal(flash.memory + areas[1].fa_off + TAIL + PAGE, image, PAGE);
}

static void calls_that_bring_nothing_or_are_refused_wipe_nothing(void **state)
{
	(void)state;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(flash_img_buffered_write(&ctx, NULL, 0, false), 0);
	assert_int_equal(flash_img_buffered_write(&ctx, image, 0, false), 0);
	assert_int_equal(flash_img_buffered_write(&ctx, NULL, 5, false), -EFAULT);
	assert_int_equal(flash_img_buffered_write(&ctx, image, SLOT_SIZE + 1, false), -ENOMEM);
	assert_int_equal(flash_img_buffered_write(&ctx, image, SIZE_MAX, true), -ENOMEM);
	assert_int_equal(boot.wipes, 0);
	assert_int_equal(flash.nor.stats.erases + flash.nor.stats.programs, 0);
	assert_int_equal(write_image(100, 100), 0);
	assert_int_equal(boot.wipes, 1);
}

static void where_no_trailer_can_be_the_image_is_written_all_the_same(void **state)
{
	(void)state;
	boot.wipe_rc = -ENOTSUP;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(write_image(SLOT_SIZE, 244), 0);
	assert_int_equal(flash.nor.stats.erases, 8);
	check_slot(1, 0, SLOT_SIZE);
	assert_int_equal(boot.wipes, 1);
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(write_image(SLOT_SIZE, BUF), 0);
	assert_int_equal(boot.wipes, 2);
}

static void a_failed_wipe_consumes_nothing_and_is_repeated(void **state)
{
	(void)state;
	boot.wipe_rc = -ETIMEDOUT;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(flash_img_buffered_write(&ctx, image, 100, false), -ETIMEDOUT);
	assert_int_equal(ctx.stream.buf_bytes, 0);
	assert_int_equal(flash.nor.stats.programs, 0);
	boot.wipe_rc = 0;
	assert_int_equal(write_image(1000, 100), 0);
	assert_int_equal(boot.wipes, 2);
	check_slot(1, 0, 1000);
}

static void a_repeated_first_write_does_not_wipe_again(void **state)
{
	(void)state;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	flash.nor.fail_rc = -ETIMEDOUT;
	flash.nor.fail_after = 2; /* the erase of the wipe and the one of the page go well */
	assert_int_equal(flash_img_buffered_write(&ctx, image, BUF, false), -ETIMEDOUT);
	assert_int_equal(flash_img_bytes_written(&ctx), 0);
	assert_int_equal(write_image(1000, BUF), 0);
	assert_int_equal(boot.wipes, 1);
	check_slot(1, 0, 1000);
}

static void a_flush_ends_the_write(void **state)
{
	(void)state;
	assert_int_equal(flash_img_buffered_write(NULL, image, 1, false), -EINVAL);
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(write_image(100, 50), 0);
	assert_null(ctx.flash_area);
	assert_int_equal(flash_img_buffered_write(&ctx, image, 1, false), -EACCES);
	assert_int_equal(flash_img_buffered_write(&ctx, NULL, 0, true), -EACCES);
	assert_int_equal(flash_img_bytes_written(&ctx), 100);
	check_slot(1, 0, 100);
}

static void an_empty_image_can_be_ended(void **state)
{
	(void)state;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(flash_img_buffered_write(&ctx, NULL, 0, true), 0);
	assert_int_equal(boot.wipes, 0);
	assert_int_equal(flash_img_buffered_write(&ctx, NULL, 0, true), -EACCES);
}

static void a_failed_flush_may_be_repeated(void **state)
{
	(void)state;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(flash_img_buffered_write(&ctx, image, 90, false), 0);
	flash.nor.fail_after = 1;
	flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(flash_img_buffered_write(&ctx, image + 90, 10, true), -ETIMEDOUT);
	assert_ptr_equal(ctx.flash_area, &areas[1]);
	assert_int_equal(flash_img_buffered_write(&ctx, image + 90, 10, true), 0);
	assert_null(ctx.flash_area);
	check_slot(1, 0, 100);
}

/* SHA-256 of "abc" (FIPS 180-4). */
static const uint8_t sha_abc[32] = {
	0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
	0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
	0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
};

static void check_compares_the_first_bytes_of_the_image(void **state)
{
	struct flash_img_check fic = {.match = sha_abc, .clen = 3};

	(void)state;
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(flash_img_buffered_write(&ctx, (const uint8_t *)"abc", 3, true), 0);
	assert_int_equal(flash_img_check(&ctx, &fic, 1), 0);
	fic.clen = 2;
	assert_int_equal(flash_img_check(&ctx, &fic, 1), -EILSEQ);
	fic.clen = 3;
	assert_int_equal(flash_img_check(&ctx, &fic, 0), -EILSEQ);
	boot.image_start = PAGE;
	memcpy(flash.memory + PAGE + PAGE, "abc", 3);
	assert_int_equal(flash_img_check(&ctx, &fic, 0), 0);
}

static void check_leaves_a_write_in_progress_as_it_is(void **state)
{
	struct flash_img_check fic = {.match = sha_abc, .clen = 3};

	(void)state;
	memcpy(flash.memory + PAGE, "abc", 3);
	assert_int_equal(flash_img_init_id(&ctx, 1), 0);
	assert_int_equal(flash_img_buffered_write(&ctx, image, BUF + 1, false), 0);
	assert_int_equal(flash_img_check(&ctx, &fic, 0), 0);
	assert_ptr_equal(ctx.flash_area, &areas[1]);
	assert_int_equal(write_image(3000, 100), 0);
	check_slot(1, 0, 3000);
}

/* Programs check with a context on the stack that they never initialised. */
static void check_needs_no_initialised_context(void **state)
{
	struct flash_img_check fic = {.match = sha_abc, .clen = 3};
	struct flash_img_context unknown;

	(void)state;
	memset(&unknown, 0xa5, sizeof(unknown));
	memcpy(flash.memory + PAGE, "abc", 3);
	assert_int_equal(flash_img_check(&unknown, &fic, 0), 0);
}

static void check_errors_pass_through(void **state)
{
	struct flash_img_check fic = {.match = sha_abc, .clen = 3};

	(void)state;
	assert_int_equal(flash_img_check(NULL, &fic, 1), -EINVAL);
	assert_int_equal(flash_img_check(&ctx, NULL, 1), -EINVAL);
	assert_int_equal(flash_img_check(&ctx, &fic, 99), -ENOENT);
	assert_int_equal(flash_img_check(&ctx, &fic, 21), -ENODEV);
	fic.match = NULL;
	assert_int_equal(flash_img_check(&ctx, &fic, 1), -EINVAL);
	fic = (struct flash_img_check){.match = sha_abc, .clen = 0};
	assert_int_equal(flash_img_check(&ctx, &fic, 1), -EINVAL);
	fic.clen = SLOT_SIZE + 1;
	assert_int_equal(flash_img_check(&ctx, &fic, 1), -EINVAL);
	fic.clen = 3;
	flash.nor.fail_reads = true;
	flash.nor.fail_after = 0;
	flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(flash_img_check(&ctx, &fic, 1), -ETIMEDOUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(init_begins_at_the_start_of_the_area_and_touches_no_flash),
		TEST(init_errors_leave_the_context_as_it_was),
		TEST(a_failed_init_does_not_spoil_the_next),
		TEST(the_upload_goes_to_the_slot_that_does_not_run),
		TEST(without_a_slot_for_uploads_there_is_nothing_to_begin),
		TEST(any_chunk_gives_the_image_and_one_wipe_of_the_trailer),
		TEST(an_image_that_reaches_the_wiped_pages_does_not_erase_them_again),
		TEST(an_image_may_begin_behind_the_start_of_its_slot),
		TEST(a_tail_that_begins_before_the_image_is_erased_as_a_whole),
		TEST(calls_that_bring_nothing_or_are_refused_wipe_nothing),
		TEST(where_no_trailer_can_be_the_image_is_written_all_the_same),
		TEST(a_failed_wipe_consumes_nothing_and_is_repeated),
		TEST(a_repeated_first_write_does_not_wipe_again),
		TEST(a_flush_ends_the_write),
		TEST(an_empty_image_can_be_ended),
		TEST(a_failed_flush_may_be_repeated),
		TEST(check_compares_the_first_bytes_of_the_image),
		TEST(check_leaves_a_write_in_progress_as_it_is),
		TEST(check_needs_no_initialised_context),
		TEST(check_errors_pass_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
