/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration, sizes, stores and streams; any file passes the check. Whoever is configured is so
 * for good: each body is a run of a device of its own.
 */
#include "full_modem_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_mcuboot.h>
#include <dfu/dfu_target_stream.h>

static void call_everything(void)
{
	struct dfu_target_fmfu_fdev fdev;
	size_t offset;

	assert_int_equal(dfu_target_full_modem_fdev_get(&fdev), -EPERM);
	assert_int_equal(dfu_target_full_modem_fdev_get(NULL), -EPERM);
	assert_int_equal(dfu_target_full_modem_init(100, 0, NULL), -EPERM);
	assert_int_equal(dfu_target_full_modem_offset_get(&offset), -EPERM);
	assert_int_equal(dfu_target_full_modem_write(new_file.bytes, 10), -EPERM);
	assert_int_equal(dfu_target_full_modem_write(NULL, 10), -EPERM);
	assert_int_equal(dfu_target_full_modem_done(true), -EPERM);
	assert_int_equal(dfu_target_full_modem_done(false), -EPERM);
	assert_int_equal(dfu_target_full_modem_schedule_update(0), -EPERM);
	assert_int_equal(dfu_target_full_modem_reset(), -EPERM);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_FULL_MODEM, 0, 100, NULL), -EPERM);
	assert_int_equal(dfu_target_reset(), -EACCES);
}

static void nothing_works_before_it_is_configured(void **state)
{
	(void)state;
	full_modem_run_plain(call_everything);
}

static void refuse_to_configure(void)
{
	uint8_t buf[512];
	struct dfu_target_fmfu_fdev none = {0};
	struct dfu_target_full_modem_params params = {buf, sizeof(buf), &full_modem_store};

	assert_int_equal(dfu_target_full_modem_cfg(NULL), -EINVAL);
	params.buf = NULL;
	assert_int_equal(dfu_target_full_modem_cfg(&params), -EINVAL);
	params.buf = buf;
	params.len = 0;
	assert_int_equal(dfu_target_full_modem_cfg(&params), -EINVAL);
	params.len = sizeof(buf);
	params.dev = NULL;
	assert_int_equal(dfu_target_full_modem_cfg(&params), -EINVAL);
	params.dev = &none;
	assert_int_equal(dfu_target_full_modem_cfg(&params), -EINVAL);
	call_everything();
	full_modem_finish();
}

static void what_is_missing_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	full_modem_run_plain(refuse_to_configure);
}

static void configure_again(void)
{
	uint8_t buf[64];
	struct dfu_target_fmfu_fdev other = {&dev->nor.device, 0, 512};
	const struct dfu_target_full_modem_params params = {buf, sizeof(buf), &other};
	struct dfu_target_fmfu_fdev fdev = {0};

	full_modem_cfg();
	assert_int_equal(dfu_target_full_modem_cfg(&params), -EALREADY);
	assert_int_equal(dfu_target_full_modem_cfg(NULL), -EALREADY);
	assert_int_equal(dfu_target_full_modem_fdev_get(NULL), -EINVAL);
	assert_int_equal(dfu_target_full_modem_fdev_get(&fdev), 0);
	assert_ptr_equal(fdev.dev, full_modem_store.dev);
	assert_int_equal(fdev.offset, full_modem_store.offset);
	assert_int_equal(fdev.size, full_modem_store.size);
	full_modem_finish();
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(dfu_target_full_modem_cfg(&params), -EALREADY);
}

static void it_is_configured_once_and_for_good(void **state)
{
	(void)state;
	full_modem_run_plain(configure_again);
	full_modem_open(&full_modem_plain);
	full_modem_store.size = 0; /* and given back as it was */
	assert_int_equal(reset_run(configure_again), 0);
	reset_close();
}

static const struct flash_pages_layout large_layout = {1025, 4096};

static void get_large_layout(const struct device *flash, const struct flash_pages_layout **layout,
			     size_t *runs)
{
	(void)flash;
	*layout = &large_layout;
	*runs = 1;
}

static void configure_and_count_warnings(void)
{
	full_modem_cfg();
	dev->result = (int)dev->warnings;
}

static void a_store_of_less_than_4_mib_is_warned_of(void **state)
{
	static const struct flash_driver_api api = {.page_layout = get_large_layout};
	static const struct device large = {.name = "large", .api = &api};
	static const struct device not_ready = {.name = "not ready"};
	static const struct {
		struct dfu_target_fmfu_fdev store;
		int warnings;
	} cases[] = {
		{{&large, 0, 0x400000}, 0}, {{&large, 0, 0x400001}, 0},
		{{&large, 0, 0x3fffff}, 1}, {{&large, 0, 4096}, 1},
		{{&large, 0, 0}, 0},        {{&large, 4096, 0}, 0},
		{{&large, 4097, 0}, 1},     {{&large, 0x400000, 0}, 1},
		{{&large, 0x401000, 0}, 0}, /* init says what is wrong with these */
		{{&large, -4096, 0}, 0},    {{&not_ready, 0, 4096}, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		full_modem_open(&full_modem_plain);
		full_modem_store = cases[i].store;
		assert_int_equal(reset_run(configure_and_count_warnings), 0);
		assert_int_equal(dev->result, cases[i].warnings);
		if (cases[i].warnings > 0) {
			assert_non_null(strstr(dev->last_warning, "4194304"));
		}
		reset_close();
	}
}

static void files_begin_with_d2_84(void **state)
{
	uint8_t first[32] = {0xd2, 0x84, 1, 2, 3};

	(void)state;
	assert_true(dfu_target_full_modem_identify(first));
	assert_int_equal(dfu_target_img_type(first, 32), DFU_TARGET_IMAGE_TYPE_FULL_MODEM);
	assert_int_equal(dfu_target_img_type(first, 31), DFU_TARGET_IMAGE_TYPE_NONE);
	for (size_t i = 0; i < 16; i++) {
		first[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(dfu_target_full_modem_identify(first));
		first[i / 8] ^= (uint8_t)(1u << i % 8);
	}
}

static void init_around_the_size(void)
{
	const size_t size = dev->offset;

	assert_int_equal(full_modem_init(size + 1), -EFBIG);
	assert_int_equal(full_modem_init(SIZE_MAX), -EFBIG);
	if (SIZE_MAX > UINT32_MAX) {
		assert_int_equal(full_modem_init((size_t)((uint64_t)UINT32_MAX + 1)), -EFBIG);
	}
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EACCES);
	assert_int_equal(full_modem_init(size), 0);
	assert_int_equal(full_modem_init(0), 0);
	assert_int_equal(dev->op_count, 0);
}

static void a_file_may_be_as_long_as_the_store(void **state)
{
	(void)state;
	full_modem_open(&full_modem_plain);
	dev->offset = full_modem_store.size;
	assert_int_equal(reset_run(init_around_the_size), 0);
	full_modem_store.size = 0;
	dev->offset = dev->size - (size_t)full_modem_store.offset;
	assert_int_equal(reset_run(init_around_the_size), 0);
	reset_close();
}

static void init_and_reset_are_refused(void)
{
	full_modem_cfg();
	assert_int_equal(dfu_target_full_modem_init(0, 0, NULL), -EFAULT);
	assert_int_equal(dfu_target_full_modem_write(new_file.bytes, 10), -EACCES);
	assert_int_equal(dfu_target_full_modem_reset(), -EFAULT);
	assert_int_equal(dev->op_count, 0);
}

static void a_store_that_does_not_suit_its_device_is_refused(void **state)
{
	static const struct device not_ready = {.name = "not ready"};
	static const struct {
		off_t from; /* of slot 1's start */
		size_t size;
	} cases[] = {
		{4, 8188},                         /* begins inside a page */
		{0, 508},                          /* is less than one */
		{0, 1 << 20},                      /* passes the end */
		{0, SIZE_MAX},     {1 << 20, 512}, /* lies behind it */
		{1 << 20, 0},                      /* the rest of nothing */
		{-(1 << 20), 512},                 /* lies before the start */
		{-(1 << 20), 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		full_modem_open(&full_modem_plain);
		full_modem_store.offset += cases[i].from;
		full_modem_store.size = cases[i].size;
		assert_int_equal(reset_run(init_and_reset_are_refused), 0);
		reset_close();
	}
	full_modem_open(&full_modem_plain);
	full_modem_store.dev = &not_ready;
	assert_int_equal(reset_run(init_and_reset_are_refused), 0);
	reset_close();
}

static void init_is_refused(void)
{
	assert_int_equal(full_modem_init(100), -EFAULT);
	assert_int_equal(dev->op_count, 0);
}

static void nor_is_one_taken_that_no_stream_fits(void **state)
{
	static const struct {
		size_t size;
		size_t buffer;
	} cases[] = {
		{8192, 1024}, /* a buffer of more than a page */
		{8192, 510},  /* of no whole write blocks */
		{8190, 512},  /* nor is the store */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		full_modem_open(&full_modem_plain);
		full_modem_store.size = cases[i].size;
		full_modem_buffer_len = cases[i].buffer;
		assert_int_equal(reset_run(init_is_refused), 0);
		reset_close();
	}
}

/* Its last page is only used as far as it reads erased, for it is never erased. */
static void a_store_may_end_inside_a_page(void **state)
{
	(void)state;
	full_modem_open(&full_modem_plain);
	full_modem_store.size = 5 * 512 + 256;
	full_modem_make(&new_file, full_modem_store.size, 1);
	memset(reset_slot(1) + 5 * 512, 0xff, 256);
	assert_int_equal(reset_run(full_modem_finish), 0);
	for (size_t i = full_modem_store.size; i < 6 * 512; i++) {
		assert_int_equal(reset_slot(1)[i], 0x33);
	}
	reset_close();
}

static void write_past_the_end(void)
{
	const size_t size = full_modem_store.size;

	full_modem_make(&new_file, size + 1, 1);
	assert_int_equal(full_modem_init(0), 0);
	assert_int_equal(reset_write(size - 3, 1000), 0);
	assert_int_equal(dfu_target_write(new_file.bytes + size - 3, 4), -ENOMEM);
	assert_int_equal(dfu_target_write(new_file.bytes, SIZE_MAX / 2), -ENOMEM);
	assert_int_equal(reset_offset(), size - 3);
	assert_int_equal(dfu_target_write(new_file.bytes + size - 3, 3), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -ENOMEM);
	assert_int_equal(dfu_target_write(new_file.bytes, 0), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_memory_equal(reset_slot(1), new_file.bytes, size);
}

static void write_more_than_announced(void)
{
	assert_int_equal(full_modem_init(1000), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 1001), -EFBIG);
	assert_int_equal(dfu_target_write(new_file.bytes, 999), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 2), -EFBIG);
	assert_int_equal(dfu_target_write(new_file.bytes, SIZE_MAX), -EFBIG);
	assert_int_equal(reset_offset(), 999);
	assert_int_equal(dfu_target_write(new_file.bytes + 999, 1), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EFBIG);
	assert_int_equal(dfu_target_done(true), 0);
	assert_memory_equal(reset_slot(1), new_file.bytes, 1000);
}

static void more_than_store_or_file_take_is_refused_and_not_consumed(void **state)
{
	(void)state;
	full_modem_run_plain(write_past_the_end);
	full_modem_run_plain(write_more_than_announced);
}

static void use_it_out_of_turn(void)
{
	size_t offset = 1;

	full_modem_cfg();
	assert_int_equal(dfu_target_full_modem_offset_get(NULL), -EINVAL);
	assert_int_equal(dfu_target_full_modem_offset_get(&offset), 0);
	assert_int_equal(offset, 0);
	assert_int_equal(dfu_target_full_modem_write(NULL, 0), -EINVAL);
	assert_int_equal(dfu_target_full_modem_write(new_file.bytes, 10), -EACCES);
	assert_int_equal(dfu_target_full_modem_done(true), -EACCES);
	assert_int_equal(dfu_target_full_modem_done(false), -EACCES);
	assert_int_equal(dfu_target_full_modem_schedule_update(0), 0);
	full_modem_finish();
	assert_int_equal(dfu_target_full_modem_write(new_file.bytes, 10), -EACCES);
	assert_int_equal(dfu_target_full_modem_done(true), -EACCES);
	assert_int_equal(dfu_target_full_modem_done(false), -EACCES);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 10), -EPERM);
	assert_int_equal(dfu_target_done(true), -EALREADY);
}

static void calls_out_of_turn_are_refused_and_scheduling_does_nothing(void **state)
{
	(void)state;
	full_modem_run_plain(use_it_out_of_turn);
}

static uint8_t stream_buf[512];

static int open_stream(void)
{
	const struct dfu_target_stream_init init = {
		.id = "STREAM",
		.fdev = &dev->nor.device,
		.buf = stream_buf,
		.len = sizeof(stream_buf),
		.offset = (size_t)(reset_slot(3) - dev->memory),
		.size = reset_slot_size(),
	};

	return dfu_target_stream_init(&init);
}

static void meet_another_stream(void)
{
	size_t offset;

	full_modem_cfg();
	assert_int_equal(open_stream(), 0);
	assert_int_equal(dfu_target_full_modem_init(new_file.size, 0, NULL), -EFAULT);
	assert_int_equal(dfu_target_full_modem_write(new_file.bytes, 10), -EACCES);
	assert_int_equal(dfu_target_stream_write(new_file.bytes, 600), 0);
	assert_int_equal(dfu_target_stream_done(false), 0);
	assert_int_equal(dfu_target_full_modem_init(new_file.size, 0, NULL), 0);
	assert_int_equal(dfu_target_full_modem_write(new_file.bytes, 1001), 0);
	assert_int_equal(open_stream(), -EFAULT);
	assert_int_equal(dfu_target_mcuboot_init(1000, 0, NULL), -EFAULT);
	assert_int_equal(dfu_target_full_modem_done(false), 0);
	assert_int_equal(open_stream(), 0);
	assert_int_equal(dfu_target_full_modem_write(new_file.bytes, 10), -EACCES);
	assert_int_equal(dfu_target_full_modem_done(false), -EACCES);
	assert_int_equal(dfu_target_full_modem_offset_get(&offset), 0);
	assert_int_equal(offset, 0);
	assert_int_equal(dfu_target_full_modem_init(new_file.size, 0, NULL), -EFAULT);
	assert_int_equal(dfu_target_stream_write(new_file.bytes + 600, 100), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(reset_slot(3), new_file.bytes, 700);
	assert_int_equal(dfu_target_full_modem_init(new_file.size, 0, NULL), 0);
	assert_int_equal(dfu_target_full_modem_offset_get(&offset), 0);
	assert_int_equal(offset, 1001);
}

static void one_stream_is_open_at_a_time(void **state)
{
	(void)state;
	full_modem_run_plain(meet_another_stream);
}

/* An application that closes the stream under the target. */
static void lose_the_stream(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(1001, 100), 0);
	assert_int_equal(dfu_target_stream_reset(), 0);
	assert_int_equal(open_stream(), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 10), -EACCES);
	assert_int_equal(dfu_target_done(true), -EACCES);
	assert_int_equal(dfu_target_full_modem_reset(), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	full_modem_finish();
}

static void a_stream_that_was_taken_away_is_not_written(void **state)
{
	(void)state;
	full_modem_run_plain(lose_the_stream);
}

/* MCUboot's files are not verified as such here: they are only paused. */
static void take_turns_with_mcuboot(void)
{
	static struct image_file image;

	dev->what.buffer = 64;
	image_file_make(&image, 1500, 1, 0);
	reset_move_area(1, (off_t)(2 * reset_slot_size()), reset_slot_size()); /* slot 3 */
	for (size_t turn = 1; turn <= 5; turn++) {
		assert_int_equal(full_modem_init(new_file.size), 0);
		assert_int_equal(reset_offset(), (turn - 1) * 201);
		assert_int_equal(reset_write(turn * 201, 67), 0);
		assert_int_equal(reset_init(1500), 0);
		assert_int_equal(reset_offset(), (turn - 1) * 151);
		assert_int_equal(dfu_target_write(image.bytes + (turn - 1) * 151, 151), 0);
	}
	full_modem_finish();
}

static void targets_take_turns_and_lose_nothing(void **state)
{
	(void)state;
	full_modem_run_plain(take_turns_with_mcuboot);
}

static void fail_in_the_middle(void)
{
	dev->what.buffer = 64;
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(1001, 100), 0);
	assert_int_equal(full_modem_init(full_modem_store.size + 1), -EFBIG);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EACCES);
	reset_move_area(1, (off_t)(2 * reset_slot_size()), reset_slot_size()); /* slot 3 */
	assert_int_equal(reset_init(1500), 0);
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_offset(), 1001);
	full_modem_finish();
}

/* Neither the next one, of any target, nor the download that was under way. */
static void an_init_that_fails_poisons_nothing(void **state)
{
	(void)state;
	full_modem_run_plain(fail_in_the_middle);
}

static long failing_op;

/* What an application does that hears of an error: pause, init, go on. */
static void download_with_an_operation_that_fails(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = failing_op;
	int rc = reset_write(new_file.size, 100);
	rc = rc != 0 ? rc : dfu_target_done(true);
	dev->result = dev->nor.fail_after < 0;
	assert_int_equal(rc, dev->result ? -ETIMEDOUT : 0);
	dev->nor.fail_after = -1;
	if (rc != 0) {
		const size_t before = reset_offset();

		assert_int_equal(dfu_target_done(false), 0);
		assert_int_equal(full_modem_init_seen(), 0);
		assert_true(reset_offset() <= before);
		assert_true(before - reset_offset() <= dev->what.page + dev->what.buffer);
		full_modem_finish();
	}
}

static void every_operation_may_fail(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		failing_op = -1;
		do {
			failing_op++;
			full_modem_open(&full_modem_cases[c]);
			assert_int_equal(reset_run(download_with_an_operation_that_fails), 0);
			full_modem_assert_stored();
			const bool has_failed = dev->result != 0;
			reset_close();
			dev->result = has_failed;
		} while (dev->result != 0);
		assert_true(failing_op > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_works_before_it_is_configured),
		cmocka_unit_test(what_is_missing_is_refused_and_changes_nothing),
		cmocka_unit_test(it_is_configured_once_and_for_good),
		cmocka_unit_test(a_store_of_less_than_4_mib_is_warned_of),
		cmocka_unit_test(files_begin_with_d2_84),
		cmocka_unit_test(a_file_may_be_as_long_as_the_store),
		cmocka_unit_test(a_store_that_does_not_suit_its_device_is_refused),
		cmocka_unit_test(nor_is_one_taken_that_no_stream_fits),
		cmocka_unit_test(a_store_may_end_inside_a_page),
		cmocka_unit_test(more_than_store_or_file_take_is_refused_and_not_consumed),
		cmocka_unit_test(calls_out_of_turn_are_refused_and_scheduling_does_nothing),
		cmocka_unit_test(one_stream_is_open_at_a_time),
		cmocka_unit_test(a_stream_that_was_taken_away_is_not_written),
		cmocka_unit_test(targets_take_turns_and_lose_nothing),
		cmocka_unit_test(an_init_that_fails_poisons_nothing),
		cmocka_unit_test(every_operation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
