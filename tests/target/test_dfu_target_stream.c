/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/dfu_target_stream.h>
#include <settings/settings_ram.h> /* ports/ */

#include "support/test_flash.h"

#define PAGE 1024
#define PAGES 8

static struct test_flash flash;
static uint8_t buf[64];
static uint8_t data[3 * PAGE];

static int open_flash(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{PAGES, PAGE}},
		.write_block_size = 4,
		.erase_value = 0xff,
	};

	(void)state;
	test_flash_init(&flash, &geometry);
	memset(flash.memory, 0x44, flash.size);
	test_pattern(data, sizeof(data), 7);
	return 0;
}

static int close_flash(void **state)
{
	(void)state;
	flash.nor.fail_after = -1;
	assert_int_equal(dfu_target_stream_reset(), 0);
	test_flash_free(&flash);
	return 0;
}

static struct dfu_target_stream_init args(size_t offset, size_t size)
{
	return (struct dfu_target_stream_init){
		.id = "TEST",
		.fdev = flash.dev,
		.buf = buf,
		.len = sizeof(buf),
		.offset = offset,
		.size = size,
	};
}

static size_t offset_now(void)
{
	size_t offset;

	assert_int_equal(dfu_target_stream_offset_get(&offset), 0);
	return offset;
}

static size_t buffered_now(void)
{
	size_t buffered;

	assert_int_equal(dfu_target_stream_bytes_buffered_get(&buffered), 0);
	return buffered;
}

static void arguments_are_checked(void **state)
{
	struct dfu_target_stream_init init = args(0, PAGE);

	(void)state;
	assert_int_equal(dfu_target_stream_init(NULL), -EINVAL);
	init.id = NULL;
	assert_int_equal(dfu_target_stream_init(&init), -EINVAL);
	init.id = "";
	assert_int_equal(dfu_target_stream_init(&init), -EINVAL);
	init.id = "1234567890123456789012345678"; /* one more than fits upstream's key */
	assert_int_equal(dfu_target_stream_init(&init), -EINVAL);
	init = args(0, PAGE);
	init.fdev = NULL;
	assert_int_equal(dfu_target_stream_init(&init), -EINVAL);
	init = args(0, PAGE);
	init.buf = NULL;
	assert_int_equal(dfu_target_stream_init(&init), -EINVAL);
	assert_int_equal(dfu_target_stream_offset_get(NULL), -EINVAL);
	assert_int_equal(dfu_target_stream_bytes_buffered_get(NULL), -EINVAL);
}

static void a_failed_init_leaves_no_stream_open(void **state)
{
	struct dfu_target_stream_init init = args(0, (PAGES + 1) * PAGE);

	(void)state;
	assert_int_equal(dfu_target_stream_init(&init), -EFAULT);
	init = args(PAGES * PAGE, 0);
	assert_int_equal(dfu_target_stream_init(&init), -EFAULT);
	assert_int_equal(dfu_target_stream_write(data, 1), -EACCES);
	init = args(0, PAGE);
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_init(&init), -EFAULT);
}

static void without_a_stream_calls_are_refused(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_stream_write(data, 1), -EACCES);
	assert_int_equal(dfu_target_stream_done(true), -EACCES);
	assert_int_equal(dfu_target_stream_done(false), -EACCES);
	assert_int_equal(dfu_target_stream_reset(), 0);
}

static void bytes_arrive_and_the_offset_counts_what_flash_holds(void **state)
{
	const struct dfu_target_stream_init init = args(2 * PAGE, 4 * PAGE);

	(void)state;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, 100), 0);
	assert_int_equal(offset_now(), 64);
	assert_int_equal(buffered_now(), 36);
	assert_ptr_equal(dfu_target_stream_get_stream()->fdev, flash.dev);
	assert_int_equal(dfu_target_stream_write(data + 100, 2001), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(flash.memory + 2 * PAGE, data, 2101);
	assert_int_equal(flash.memory[2 * PAGE - 1], 0x44);
	assert_int_equal(flash.memory[5 * PAGE], 0x44);
	/* Complete: nothing is left of it, and the next one begins at 0. */
	assert_int_equal(offset_now(), 0);
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(offset_now() + buffered_now(), 0);
}

/* Only a call that one buffer takes may leave a full one to the next, so as not to erase twice. */
static void a_call_larger_than_the_buffer_leaves_no_full_one(void **state)
{
	const struct dfu_target_stream_init init = args(2 * PAGE, 4 * PAGE);

	(void)state;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, 128), 0);
	assert_int_equal(offset_now(), 128);
	assert_int_equal(buffered_now(), 0);
}

static void size_0_is_the_rest_of_the_device(void **state)
{
	const struct dfu_target_stream_init init = args(6 * PAGE, 0);

	(void)state;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, 2 * PAGE + 1), -ENOMEM);
	assert_int_equal(dfu_target_stream_write(data, 2 * PAGE), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(flash.memory + 6 * PAGE, data, 2 * PAGE);
}

static void a_paused_stream_goes_on_with_its_buffer(void **state)
{
	const struct dfu_target_stream_init init = args(PAGE, 4 * PAGE);

	(void)state;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, 1111), 0);
	assert_int_equal(dfu_target_stream_done(false), 0);
	assert_int_equal(dfu_target_stream_write(data, 1), -EACCES);
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(offset_now() + buffered_now(), 1111);
	assert_int_equal(dfu_target_stream_write(data + 1111, 1000), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(flash.memory + PAGE, data, 2111);
	assert_string_equal(flash.nor.violation, "");
}

static void anything_else_begins_at_0(void **state)
{
	const struct dfu_target_stream_init first = args(PAGE, 4 * PAGE);
	struct dfu_target_stream_init others[] = {first, first, first, first, first};
	static uint8_t other_buf[64];

	(void)state;
	others[0].id = "OTHER";
	others[1].offset = 2 * PAGE;
	others[2].size = 3 * PAGE;
	others[3].buf = other_buf;
	others[4].len = 32;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(dfu_target_stream_init(&first), 0);
		assert_int_equal(dfu_target_stream_write(data, 500), 0);
		assert_int_equal(dfu_target_stream_done(false), 0);
		assert_int_equal(dfu_target_stream_init(&others[i]), 0);
		assert_int_equal(offset_now() + buffered_now(), 0);
		assert_int_equal(dfu_target_stream_done(false), 0);
	}
	/* Zeroed, a paused stream is forgotten. */
	assert_int_equal(dfu_target_stream_init(&first), 0);
	assert_int_equal(dfu_target_stream_write(data, 500), 0);
	assert_int_equal(dfu_target_stream_done(false), 0);
	memset(dfu_target_stream_get_stream(), 0, sizeof(struct stream_flash_ctx));
	assert_int_equal(dfu_target_stream_init(&first), 0);
	assert_int_equal(offset_now() + buffered_now(), 0);
}

static void a_flush_error_reaches_the_caller_and_done_may_be_repeated(void **state)
{
	const struct dfu_target_stream_init init = args(0, PAGE);

	(void)state;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, 10), 0);
	flash.nor.fail_after = 1;
	flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(dfu_target_stream_done(true), -ETIMEDOUT);
	assert_int_equal(offset_now(), 0);
	assert_int_equal(buffered_now(), 10);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(flash.memory, data, 10);
}

static int callback_rc;

static int on_program(uint8_t *read_back, size_t len, size_t offset)
{
	assert_memory_equal(read_back, flash.memory + offset, len);
	return callback_rc;
}

static void the_callback_sees_what_flash_holds(void **state)
{
	struct dfu_target_stream_init init = args(PAGE, PAGE);

	(void)state;
	init.cb = on_program;
	callback_rc = 0;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, 64), 0);
	callback_rc = -EPROTO;
	assert_int_equal(dfu_target_stream_write(data + 64, 64), -EPROTO);
}

/* The buffer then has what was read back: nothing of it may be taken for the stream's. */
static void after_a_failed_callback_a_pause_goes_back_to_the_page_start(void **state)
{
	struct dfu_target_stream_init init = args(PAGE, 4 * PAGE);

	(void)state;
	init.cb = on_program;
	callback_rc = 0;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, PAGE + 10), 0);
	callback_rc = -EPROTO;
	assert_int_equal(dfu_target_stream_write(data + PAGE + 10, 64), -EPROTO);
	assert_int_equal(dfu_target_stream_done(false), 0);
	callback_rc = 0;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(offset_now() + buffered_now(), PAGE);
	assert_int_equal(dfu_target_stream_write(data + PAGE, PAGE), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(flash.memory + PAGE, data, 2 * PAGE);
	assert_string_equal(flash.nor.violation, "");
}

static void reset_erases_the_first_page_wherever_it_lies(void **state)
{
	static const size_t offsets[] = {0, PAGE, 6 * PAGE};

	(void)state;
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		const struct dfu_target_stream_init init = args(offsets[i], 2 * PAGE);

		assert_int_equal(dfu_target_stream_init(&init), 0);
		assert_int_equal(dfu_target_stream_write(data, PAGE + 100), 0);
		assert_int_equal(dfu_target_stream_reset(), 0);
		for (size_t k = 0; k < PAGE; k++) {
			assert_int_equal(flash.memory[offsets[i] + k], 0xff);
		}
		assert_int_equal(offset_now() + buffered_now(), 0);
		assert_int_equal(dfu_target_stream_init(&init), 0);
		assert_int_equal(offset_now() + buffered_now(), 0);
		/* Forgotten even if the erase fails. */
		flash.nor.fail_after = 0;
		flash.nor.fail_rc = -EIO;
		assert_int_equal(dfu_target_stream_reset(), -EIO);
		assert_int_equal(dfu_target_stream_reset(), 0);
	}
}

static void reset_spares_a_page_that_it_shares(void **state)
{
	const struct dfu_target_stream_init init = args(PAGE + 256, 2 * PAGE);

	(void)state;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_reset(), 0);
	assert_int_equal(flash.memory[PAGE], 0x44);
	assert_int_equal(flash.nor.stats.erases, 0);
}

static void reset_without_explicit_erase_clears_the_first_block(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{PAGES, PAGE}},
		.write_block_size = 16,
		.erase_value = 0xff,
		.no_explicit_erase = true,
	};
	const struct dfu_target_stream_init *init;

	(void)state;
	test_flash_free(&flash);
	test_flash_init(&flash, &geometry);
	memset(flash.memory, 0x44, flash.size);
	const struct dfu_target_stream_init here = args(PAGE, PAGE);
	init = &here;
	assert_int_equal(dfu_target_stream_init(init), 0);
	assert_int_equal(dfu_target_stream_reset(), 0);
	assert_int_equal(flash.memory[PAGE + 15], 0xff);
	assert_int_equal(flash.memory[PAGE + 16], 0x44);
}

/* At the start of a page, and the buffer does not divide it: its first program is a short one. */
static void a_pause_that_cannot_program_leaves_no_more_than_the_buffer_takes(void **state)
{
	static uint8_t odd[2 * 96];
	struct dfu_target_stream_init init = args(PAGE, 4 * PAGE);

	(void)state;
	memset(odd, 0x77, sizeof(odd));
	init.buf = odd;
	init.len = 96;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, PAGE + 90), 0);
	assert_int_equal(offset_now(), PAGE);
	flash.nor.fail_rc = -ETIMEDOUT;
	flash.nor.fail_after = 1; /* the page is erased, and not programmed */
	assert_int_equal(dfu_target_stream_done(false), 0);
	flash.nor.fail_after = -1;
	assert_int_equal(dfu_target_stream_init(&init), 0);
	const size_t at = offset_now() + buffered_now();
	assert_in_range(at, PAGE, PAGE + 90);
	assert_int_equal(dfu_target_stream_write(data + at, 2 * PAGE - at), 0);
	for (size_t i = 96; i < sizeof(odd); i++) {
		assert_int_equal(odd[i], 0x77);
	}
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(flash.memory + PAGE, data, 2 * PAGE);
	assert_string_equal(flash.nor.violation, "");
}

/* Nothing is erased there, so a buffer may be longer than a page; programs still end with it. */
static void without_explicit_erase_pages_may_be_smaller_than_the_buffer(void **state)
{
	static uint8_t large[320];
	static uint8_t memory[512];
	static struct settings_ram settings;
	const struct test_geometry geometry = {
		.runs = {{64, 64}},
		.write_block_size = 4,
		.erase_value = 0xff,
		.no_explicit_erase = true,
	};
	struct dfu_target_stream_init init;
	uint8_t record[64];

	(void)state;
	test_flash_free(&flash);
	test_flash_init(&flash, &geometry);
	settings_ram_init(&settings, memory, sizeof(memory));
	settings_backend_set(&settings.backend);
	init = args(64, 32 * 64);
	init.buf = large;
	init.len = sizeof(large);
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(data, 63), 0);
	assert_int_equal(settings_load_one("dfu/TEST", record, sizeof(record)), -ENOENT);
	assert_int_equal(dfu_target_stream_write(data + 63, 593), 0);
	const ssize_t len = settings_load_one("dfu/TEST", record, sizeof(record));
	assert_int_equal(len, 32);
	assert_int_equal(record[16] | record[17] << 8, 640);
	/* As after a reset: without what a pause saves. */
	assert_int_equal(dfu_target_stream_done(false), 0);
	assert_int_equal(settings_save_one("dfu/TEST", record, (size_t)len), 0);
	*dfu_target_stream_get_stream() = (struct stream_flash_ctx){0};
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(offset_now() + buffered_now(), 640);
	assert_int_equal(dfu_target_stream_write(data + 640, 1000), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(flash.memory + 64, data, 1640);
	assert_string_equal(flash.nor.violation, "");
	settings_backend_set(NULL);
}

int main(void)
{
#define ON_FLASH(test) cmocka_unit_test_setup_teardown(test, open_flash, close_flash)
	const struct CMUnitTest tests[] = {
		ON_FLASH(arguments_are_checked),
		ON_FLASH(a_failed_init_leaves_no_stream_open),
		ON_FLASH(without_a_stream_calls_are_refused),
		ON_FLASH(bytes_arrive_and_the_offset_counts_what_flash_holds),
		ON_FLASH(a_call_larger_than_the_buffer_leaves_no_full_one),
		ON_FLASH(size_0_is_the_rest_of_the_device),
		ON_FLASH(a_paused_stream_goes_on_with_its_buffer),
		ON_FLASH(anything_else_begins_at_0),
		ON_FLASH(a_flush_error_reaches_the_caller_and_done_may_be_repeated),
		ON_FLASH(the_callback_sees_what_flash_holds),
		ON_FLASH(after_a_failed_callback_a_pause_goes_back_to_the_page_start),
		ON_FLASH(reset_erases_the_first_page_wherever_it_lies),
		ON_FLASH(reset_spares_a_page_that_it_shares),
		ON_FLASH(reset_without_explicit_erase_clears_the_first_block),
		ON_FLASH(a_pause_that_cannot_program_leaves_no_more_than_the_buffer_takes),
		ON_FLASH(without_explicit_erase_pages_may_be_smaller_than_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
