/* SPDX-License-Identifier: Apache-2.0 */
/* The facade against a recording target: what reaches it, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

static struct {
	int init, write, done, reset, schedule;
	int init_rc, done_rc, reset_rc;
	int img_num;
	size_t file_size;
	bool done_arg;
	dfu_target_callback_t cb;
} fake;

bool dfu_target_mcuboot_identify(const void *const buf)
{
	return *(const uint8_t *)buf == 0x3d;
}

int dfu_target_mcuboot_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	fake.init++;
	fake.file_size = file_size;
	fake.img_num = img_num;
	fake.cb = cb;
	return fake.init_rc;
}

int dfu_target_mcuboot_offset_get(size_t *offset)
{
	*offset = 77;
	return 0;
}

int dfu_target_mcuboot_write(const void *const buf, size_t len)
{
	(void)buf;
	fake.write += (int)len;
	return len == 13 ? -EIO : 0;
}

int dfu_target_mcuboot_done(bool successful)
{
	fake.done++;
	fake.done_arg = successful;
	return fake.done_rc;
}

int dfu_target_mcuboot_schedule_update(int img_num)
{
	fake.schedule++;
	fake.img_num = img_num;
	return 0;
}

int dfu_target_mcuboot_reset(void)
{
	fake.reset++;
	return fake.reset_rc;
}

static void on_event(enum dfu_target_evt_id evt_id)
{
	(void)evt_id;
}

/* Leaves no target chosen, whatever the test before did. */
static int fresh(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	if (dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 1, NULL) == 0) {
		assert_int_equal(dfu_target_reset(), 0);
	}
	memset(&fake, 0, sizeof(fake));
	return 0;
}

static int begin(int img_num, size_t size)
{
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, img_num, size, on_event);
}

static void types_have_their_bits(void **state)
{
	(void)state;
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_NONE, 0);
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 1);
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_MODEM_DELTA, 2);
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_FULL_MODEM, 4);
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_SMP, 8);
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_CUSTOM, 128);
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_ANY_APPLICATION, 1);
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_ANY_MODEM, 6);
	assert_int_equal(DFU_TARGET_IMAGE_TYPE_ANY, 135);
	assert_int_equal(DFU_TARGET_EVT_ERASE_PENDING, 0);
	assert_int_equal(DFU_TARGET_EVT_TIMEOUT, 1);
	assert_int_equal(DFU_TARGET_EVT_ERASE_DONE, 2);
}

static void a_file_is_recognised_by_32_bytes_and_no_fewer(void **state)
{
	uint8_t file[32] = {0x3d};

	(void)state;
	assert_int_equal(dfu_target_img_type(file, 32), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(dfu_target_img_type(file, 31), DFU_TARGET_IMAGE_TYPE_NONE);
	assert_int_equal(dfu_target_img_type(NULL, 32), DFU_TARGET_IMAGE_TYPE_NONE);
	file[0] = 0;
	assert_int_equal(dfu_target_img_type(file, 32), DFU_TARGET_IMAGE_TYPE_NONE);
}

static void a_type_without_a_target_is_not_supported(void **state)
{
	static const int types[] = {0,
				    -1,
				    3,
				    DFU_TARGET_IMAGE_TYPE_ANY,
				    DFU_TARGET_IMAGE_TYPE_SMP,
				    DFU_TARGET_IMAGE_TYPE_CUSTOM};
	(void)state;
	assert_int_equal(begin(0, 100), 0);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(dfu_target_init(types[i], 0, 100, NULL), -ENOTSUP);
	}
	/* The download under way is as it was. */
	assert_int_equal(fake.done, 0);
	assert_int_equal(dfu_target_write("x", 1), 0);
}

static void without_init_every_call_is_refused(void **state)
{
	size_t offset = 5;

	(void)state;
	assert_int_equal(dfu_target_offset_get(&offset), -EACCES);
	assert_int_equal(offset, 5);
	assert_int_equal(dfu_target_write("x", 1), -EACCES);
	assert_int_equal(dfu_target_done(true), -EACCES);
	assert_int_equal(dfu_target_schedule_update(0), -EACCES);
	assert_int_equal(dfu_target_reset(), -EACCES);
	assert_int_equal(fake.write + fake.done + fake.schedule + fake.reset, 0);
}

static void arguments_and_results_pass_through(void **state)
{
	size_t offset;

	(void)state;
	assert_int_equal(begin(3, 100), 0);
	assert_int_equal(fake.img_num, 3);
	assert_int_equal(fake.file_size, 100);
	assert_ptr_equal(fake.cb, on_event);
	assert_int_equal(dfu_target_offset_get(&offset), 0);
	assert_int_equal(offset, 77);
	assert_int_equal(dfu_target_write("x", 13), -EIO);
	assert_int_equal(dfu_target_write(NULL, 1), -EACCES);
	assert_int_equal(fake.write, 13);
	assert_int_equal(dfu_target_done(true), 0);
	assert_true(fake.done_arg);
	assert_int_equal(dfu_target_schedule_update(-1), 0);
	assert_int_equal(fake.img_num, -1);
}

static void the_same_init_again_is_skipped_while_downloading(void **state)
{
	(void)state;
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 1);
	assert_int_equal(fake.done, 0);
}

static void after_a_look_at_a_file_the_target_decides(void **state)
{
	uint8_t file[32] = {0x3d};

	(void)state;
	assert_int_equal(begin(0, 0), 0);
	assert_int_equal(dfu_target_img_type(file, 32), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(begin(0, 0), 0);
	assert_int_equal(fake.init, 2);
	assert_int_equal(fake.done, 0);
}

static void an_init_that_differs_reaches_the_target(void **state)
{
	(void)state;
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(begin(0, 101), 0);
	assert_int_equal(fake.init, 2);
	assert_int_equal(begin(1, 101), 0);
	assert_int_equal(fake.init, 3);
	assert_int_equal(fake.done, 0);
}

static void a_file_of_another_name_is_another_file(void **state)
{
	(void)state;
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(dfu_target_identity_set("etag-1", 6), 0);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 2);
	assert_int_equal(dfu_target_identity_set("etag-1", 6), 0);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 2);
	assert_int_equal(dfu_target_identity_set("etag-2", 6), 0);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 3);
	assert_int_equal(dfu_target_identity_set(NULL, 6), -EINVAL);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 3);
	assert_int_equal(dfu_target_identity_set(NULL, 0), 0);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 4);
}

static void a_failed_init_poisons_nothing(void **state)
{
	(void)state;
	fake.init_rc = -42;
	assert_int_equal(begin(0, 100), -42);
	assert_int_equal(dfu_target_write("x", 1), -EACCES);
	assert_int_equal(begin(0, 100), -42);
	assert_int_equal(fake.init, 2);
	fake.init_rc = 0;
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 3);
}

static void after_done_writes_are_refused_and_init_is_fresh(void **state)
{
	(void)state;
	for (int successful = 0; successful <= 1; successful++) {
		assert_int_equal(begin(0, 100), 0);
		assert_int_equal(dfu_target_done(successful), 0);
		assert_int_equal(dfu_target_write("x", 1), -EPERM);
		assert_int_equal(dfu_target_done(true), -EALREADY);
		assert_int_equal(dfu_target_done(false), -EALREADY);
		assert_int_equal(fake.write, 0);
	}
	assert_int_equal(fake.done, 2);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 3);
}

static void a_failed_done_may_be_repeated_and_init_reaches_the_target(void **state)
{
	(void)state;
	assert_int_equal(begin(0, 100), 0);
	fake.done_rc = -EIO;
	assert_int_equal(dfu_target_done(true), -EIO);
	assert_int_equal(dfu_target_done(true), -EIO);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 2);
	fake.done_rc = 0;
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_done(true), -EALREADY);
}

static void reset_releases_the_target_unless_it_fails(void **state)
{
	(void)state;
	assert_int_equal(begin(0, 100), 0);
	fake.reset_rc = -EIO;
	assert_int_equal(dfu_target_reset(), -EIO);
	fake.reset_rc = 0;
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(fake.reset, 2);
	assert_int_equal(dfu_target_reset(), -EACCES);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(fake.init, 2);
	/* Also after done: that is how a scheduled update is taken back. */
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(fake.reset, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_have_their_bits),
		cmocka_unit_test_setup(a_file_is_recognised_by_32_bytes_and_no_fewer, fresh),
		cmocka_unit_test_setup(a_type_without_a_target_is_not_supported, fresh),
		cmocka_unit_test_setup(without_init_every_call_is_refused, fresh),
		cmocka_unit_test_setup(arguments_and_results_pass_through, fresh),
		cmocka_unit_test_setup(the_same_init_again_is_skipped_while_downloading, fresh),
		cmocka_unit_test_setup(after_a_look_at_a_file_the_target_decides, fresh),
		cmocka_unit_test_setup(an_init_that_differs_reaches_the_target, fresh),
		cmocka_unit_test_setup(a_file_of_another_name_is_another_file, fresh),
		cmocka_unit_test_setup(a_failed_init_poisons_nothing, fresh),
		cmocka_unit_test_setup(after_done_writes_are_refused_and_init_is_fresh, fresh),
		cmocka_unit_test_setup(a_failed_done_may_be_repeated_and_init_reaches_the_target,
				       fresh),
		cmocka_unit_test_setup(reset_releases_the_target_unless_it_fails, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
