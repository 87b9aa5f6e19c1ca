/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of a stream: arguments, counts, callbacks, and what applications rely on beyond
 * signatures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

#define PAGE 1024
#define BUF 128
#define OFFSET PAGE
#define SIZE (4 * PAGE)

static const struct test_geometry geometry = {
	.runs = {{6, PAGE}}, .write_block_size = 8, .erase_value = 0xff};

static struct {
	unsigned int calls;
	uint8_t *buf;
	size_t len;
	size_t offset;
	uint8_t first;
	int rc;
} callback;

static int record_callback(uint8_t *buf, size_t len, size_t offset)
{
	callback.calls++;
	callback.buf = buf;
	callback.len = len;
	callback.offset = offset;
	callback.first = buf[0];
	return callback.rc;
}

static int setup(void **state)
{
	static struct rig rig;

	rig_init(&rig, &geometry, OFFSET, SIZE, BUF);
	memset(&callback, 0, sizeof(callback));
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static int append(struct rig *rig, const uint8_t *data, size_t len, bool flush)
{
	return stream_flash_buffered_write(&rig->ctx, data, len, flush);
}

static int init(struct stream_flash_ctx *ctx, struct rig *rig, size_t buf_len, size_t offset,
		size_t size)
{
	return stream_flash_init(ctx, rig->flash.dev, rig->buf, buf_len, offset, size, NULL);
}

static void init_sets_every_field_and_touches_no_flash(void **state)
{
	struct rig *rig = *state;
	struct stream_flash_ctx ctx;

	memset(&ctx, 0xa5, sizeof(ctx));
	assert_int_equal(stream_flash_init(&ctx, rig->flash.dev, rig->buf, BUF, OFFSET, SIZE,
					   record_callback),
			 0);
	assert_ptr_equal(ctx.buf, rig->buf);
	assert_int_equal(ctx.buf_len, BUF);
	assert_int_equal(ctx.buf_bytes, 0);
	assert_ptr_equal(ctx.fdev, rig->flash.dev);
	assert_int_equal(ctx.bytes_written, 0);
	assert_int_equal(ctx.offset, OFFSET);
	assert_int_equal(ctx.available, SIZE);
	assert_true(ctx.callback == record_callback);
	assert_int_equal(ctx.erased_up_to, 0);
	assert_int_equal(ctx.erased_from, SIZE);
	assert_int_equal(ctx.write_block_size, 8);
	assert_int_equal(ctx.erase_value, 0xff);
	assert_false(ctx.suspect);
	assert_false(ctx.spent);
	assert_int_equal(rig->flash.nor.stats.reads, 0);
	rig_check(rig, 0);
}

static void init_refuses_bad_arguments_and_leaves_the_context(void **state)
{
	struct rig *rig = *state;
	struct device no_ops = {.name = "no ops"};
	struct stream_flash_ctx before;
	struct stream_flash_ctx ctx;

	memset(&before, 0x5a, sizeof(before));
	memcpy(&ctx, &before, sizeof(ctx));
	assert_int_equal(init(NULL, rig, BUF, OFFSET, SIZE), -EFAULT);
	assert_int_equal(stream_flash_init(&ctx, NULL, rig->buf, BUF, OFFSET, SIZE, NULL), -EFAULT);
	assert_int_equal(stream_flash_init(&ctx, &no_ops, rig->buf, BUF, OFFSET, SIZE, NULL),
			 -EFAULT);
	assert_int_equal(stream_flash_init(&ctx, rig->flash.dev, NULL, BUF, OFFSET, SIZE, NULL),
			 -EFAULT);
	assert_int_equal(init(&ctx, rig, 0, OFFSET, SIZE), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF - 1, OFFSET, SIZE), -EFAULT);
	assert_int_equal(init(&ctx, rig, PAGE + 8, OFFSET, SIZE), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF, OFFSET + 4, SIZE), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF, OFFSET, SIZE - 4), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF, OFFSET, 0), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF, OFFSET, 5 * PAGE + 8), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF, 6 * PAGE, 8), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF, OFFSET, SIZE_MAX - 7), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF, SIZE_MAX - 7, 8), -EFAULT);
	assert_int_equal(init(&ctx, rig, BUF, SIZE_MAX / 2 + 1, 8), -EFAULT);
	assert_memory_equal(&ctx, &before, sizeof(ctx));
}

static void only_pages_of_the_region_limit_the_buffer(void **state)
{
	const struct test_geometry unequal = {
		.runs = {{4, 64}, {2, PAGE}}, .write_block_size = 8, .erase_value = 0xff};
	struct stream_flash_ctx ctx;
	struct rig rig;

	(void)state;
	rig_init(&rig, &unequal, 256, 2 * PAGE, BUF);
	assert_int_equal(init(&ctx, &rig, BUF, 248, PAGE), -EFAULT);
	assert_int_equal(init(&ctx, &rig, BUF, 256, PAGE), 0);
	rig_free(&rig);
}

static void bytes_wait_in_the_buffer_until_it_is_full(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(append(rig, rig->data, BUF - 1, false), 0);
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), 0);
	assert_int_equal(stream_flash_bytes_buffered(&rig->ctx), BUF - 1);
	rig_check(rig, 0);
	assert_int_equal(append(rig, rig->data + BUF - 1, 1, false), 0);
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), BUF);
	assert_int_equal(stream_flash_bytes_buffered(&rig->ctx), 0);
	rig_check(rig, BUF);
}

static void a_flush_with_nothing_to_do_is_no_error(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(append(rig, NULL, 0, true), 0);
	assert_int_equal(append(rig, NULL, 0, false), 0);
	rig_check(rig, 0);
	assert_int_equal(append(rig, rig->data, 13, true), 0);
	assert_int_equal(append(rig, NULL, 0, true), 0);
	assert_int_equal(rig->flash.nor.stats.programs, 1);
	rig_check(rig, 13);
}

static void a_padded_stream_is_finished_an_unpadded_one_is_not(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(append(rig, rig->data, 16, true), 0);
	assert_int_equal(append(rig, rig->data + 16, 5, true), 0);
	assert_int_equal(append(rig, rig->data + 21, 1, false), -EINVAL);
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), 21);
	assert_int_equal(stream_flash_bytes_buffered(&rig->ctx), 0);
	rig_check(rig, 21);
}

static void writes_refuse_null(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(stream_flash_buffered_write(NULL, rig->data, 1, false), -EFAULT);
	assert_int_equal(append(rig, NULL, 1, false), -EFAULT);
	rig_check(rig, 0);
}

static void nothing_passes_the_end_of_the_region(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(append(rig, rig->data, SIZE + 1, true), -ENOMEM);
	assert_int_equal(rig_position(rig), 0);
	assert_int_equal(rig_feed(rig, SIZE - 1, 100), 0);
	assert_int_equal(append(rig, rig->data, 2, true), -ENOMEM);
	rig_check(rig, SIZE - 1);
	rig_restart(rig);
	assert_int_equal(append(rig, rig->data, SIZE - 20, false), 0);
	assert_true(stream_flash_bytes_buffered(&rig->ctx) > 0);
	assert_int_equal(append(rig, rig->data + SIZE - 20, 21, true), -ENOMEM);
	assert_int_equal(append(rig, rig->data + SIZE - 20, 20, true), 0);
	rig_check(rig, SIZE);
}

static void lengths_that_wrap_are_refused(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(append(rig, rig->data, BUF + 5, false), 0);
	assert_int_equal(append(rig, rig->data, SIZE_MAX, false), -ENOMEM);
	assert_int_equal(append(rig, rig->data, SIZE_MAX - BUF - 4, false), -ENOMEM);
	assert_int_equal(stream_flash_bytes_buffered(&rig->ctx), 5);
	rig_check(rig, BUF);
}

static void the_region_can_be_filled_to_its_last_byte(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(append(rig, rig->data, SIZE, false), 0);
	assert_int_equal(append(rig, rig->data, 1, false), -ENOMEM);
	assert_int_equal(append(rig, NULL, 0, true), 0);
	rig_check(rig, SIZE);
}

static void the_callback_gets_what_flash_holds(void **state)
{
	struct rig *rig = *state;

	rig->ctx.callback = record_callback;
	assert_int_equal(append(rig, rig->data, BUF + 13, false), 0);
	assert_int_equal(callback.calls, 1);
	assert_ptr_equal(callback.buf, rig->buf);
	assert_int_equal(callback.len, BUF);
	assert_int_equal(callback.offset, OFFSET);
	assert_int_equal(callback.first, rig->data[0]);
	assert_int_equal(append(rig, NULL, 0, true), 0);
	assert_int_equal(callback.calls, 2);
	assert_int_equal(callback.len, 13);
	assert_int_equal(callback.offset, OFFSET + BUF);
	rig_check(rig, BUF + 13);
}

/* A device that drops programs: the callback must see that. */
static int dropped_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	(void)dev;
	(void)offset;
	(void)data;
	(void)len;
	return 0;
}

static void the_callback_sees_flash_and_not_what_was_meant(void **state)
{
	struct rig *rig = *state;
	struct flash_driver_api api = *(const struct flash_driver_api *)rig->flash.dev->api;

	api.write = dropped_write;
	rig->flash.nor.device.api = &api;
	rig->ctx.callback = record_callback;
	assert_int_equal(append(rig, rig->data, BUF, false), 0);
	assert_int_equal(callback.first, 0xff);
}

static void a_callback_error_is_returned_and_ends_the_stream(void **state)
{
	struct rig *rig = *state;

	rig->ctx.callback = record_callback;
	callback.rc = -EILSEQ;
	assert_int_equal(append(rig, rig->data, 20, false), 0);
	assert_int_equal(append(rig, rig->data + 20, 10, true), -EILSEQ);
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), 0);
	assert_int_equal(stream_flash_bytes_buffered(&rig->ctx), 20);
	callback.rc = 0;
	assert_int_equal(append(rig, rig->data + 20, 10, true), -EIO);
	assert_int_equal(rig->flash.nor.stats.programs, 1);
	assert_int_equal(callback.calls, 1);
	rig_check(rig, 30);
}

/*
 * The read-back has overwritten the bytes of earlier calls, so not even a device that could be
 * programmed again is.
 */
static void a_failed_read_back_is_never_programmed_over(void **state)
{
	struct test_geometry no_erase = geometry;
	struct rig rig;

	(void)state;
	no_erase.no_explicit_erase = true;
	rig_init(&rig, &no_erase, OFFSET, SIZE, BUF);
	rig.ctx.callback = record_callback;
	assert_int_equal(append(&rig, rig.data, 20, false), 0);
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -EILSEQ;
	assert_int_equal(append(&rig, rig.data + 20, 10, true), -EILSEQ);
	memset(rig.buf, 0, BUF);
	assert_int_equal(append(&rig, rig.data + 20, 10, true), -EIO);
	assert_int_equal(callback.calls, 0);
	rig_check(&rig, 30);
	rig_free(&rig);
}

static void a_copied_context_goes_on_where_it_was_copied(void **state)
{
	struct rig *rig = *state;
	struct stream_flash_ctx copy;

	assert_int_equal(append(rig, rig->data, BUF + 9, false), 0);
	copy = rig->ctx;
	memset(&rig->ctx, 0, sizeof(rig->ctx));
	rig->ctx = copy;
	assert_int_equal(append(rig, rig->data + BUF + 9, 3 * PAGE, true), 0);
	rig_check(rig, BUF + 9 + 3 * PAGE);
}

static void a_zeroed_context_can_be_initialised_again(void **state)
{
	struct rig *rig = *state;
	size_t buf_len = rig->ctx.buf_len;

	assert_int_equal(rig_feed(rig, 3 * PAGE, 100), 0);
	memset(&rig->ctx, 0, sizeof(rig->ctx));
	assert_int_equal(init(&rig->ctx, rig, buf_len, OFFSET, SIZE), 0);
	assert_int_equal(rig_feed(rig, 3 * PAGE, 100), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 6);
	rig_check(rig, 3 * PAGE);
}

static unsigned int counted_writes;

static int counted_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	const struct sim_nor *nor = dev->data;

	counted_writes++;
	return flash_write(nor->inner, offset, data, len);
}

static void ops_swapped_between_calls_are_the_ones_used(void **state)
{
	struct rig *rig = *state;
	struct device *dev = &rig->flash.nor.device;
	const void *original = dev->api;
	struct flash_driver_api counting = *(const struct flash_driver_api *)original;

	counting.write = counted_write;
	counted_writes = 0;
	assert_int_equal(append(rig, rig->data, BUF, false), 0);
	dev->api = &counting;
	assert_int_equal(append(rig, rig->data + BUF, 2 * BUF, false), 0);
	dev->api = original;
	assert_int_equal(append(rig, rig->data + 3 * BUF, BUF, false), 0);
	assert_int_equal(counted_writes, 2);
	assert_int_equal(rig->flash.nor.stats.programs, 2);
	rig_check(rig, 4 * BUF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(init_sets_every_field_and_touches_no_flash),
		TEST(init_refuses_bad_arguments_and_leaves_the_context),
		TEST(only_pages_of_the_region_limit_the_buffer),
		TEST(bytes_wait_in_the_buffer_until_it_is_full),
		TEST(a_flush_with_nothing_to_do_is_no_error),
		TEST(a_padded_stream_is_finished_an_unpadded_one_is_not),
		TEST(writes_refuse_null),
		TEST(nothing_passes_the_end_of_the_region),
		TEST(lengths_that_wrap_are_refused),
		TEST(the_region_can_be_filled_to_its_last_byte),
		TEST(the_callback_gets_what_flash_holds),
		TEST(the_callback_sees_flash_and_not_what_was_meant),
		TEST(a_callback_error_is_returned_and_ends_the_stream),
		TEST(a_failed_read_back_is_never_programmed_over),
		TEST(a_copied_context_goes_on_where_it_was_copied),
		TEST(a_zeroed_context_can_be_initialised_again),
		TEST(ops_swapped_between_calls_are_the_ones_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
