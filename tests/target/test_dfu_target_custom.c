/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facade built with the custom target, whose seven functions are the test's; with MCUboot's,
 * also the test's, before it, and one that is registered behind it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/dfu_target_custom.h>
#include <dfu/dfu_target_mcuboot.h>

#define BEHIND 256

static struct {
	int init, done, pause, write, schedule, reset;
	int init_rc, write_rc, done_rc, schedule_rc, reset_rc;
	int img_num;
	size_t file_size;
	size_t offset;
	dfu_target_callback_t cb;
} custom;
static int mcuboot_inits, mcuboot_pauses, behind_inits;

bool dfu_target_custom_identify(const void *const buf)
{
	return ((const uint8_t *)buf)[31] == 'c';
}

int dfu_target_custom_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	custom.init++;
	custom.file_size = file_size;
	custom.img_num = img_num;
	custom.cb = cb;
	return custom.init_rc;
}

int dfu_target_custom_offset_get(size_t *offset)
{
	*offset = custom.offset;
	return 0;
}

int dfu_target_custom_write(const void *const buf, size_t len)
{
	(void)buf;
	custom.write++;
	if (custom.write_rc == 0) {
		custom.offset += len;
	}
	return custom.write_rc;
}

int dfu_target_custom_done(bool successful)
{
	custom.done += successful;
	custom.pause += !successful;
	return custom.done_rc;
}

int dfu_target_custom_schedule_update(int img_num)
{
	custom.schedule++;
	custom.img_num = img_num;
	return custom.schedule_rc;
}

int dfu_target_custom_reset(void)
{
	custom.reset++;
	return custom.reset_rc;
}

bool dfu_target_mcuboot_identify(const void *const buf)
{
	return ((const uint8_t *)buf)[0] == 'm';
}

int dfu_target_mcuboot_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	(void)file_size;
	(void)img_num;
	(void)cb;
	mcuboot_inits++;
	return 0;
}

int dfu_target_mcuboot_offset_get(size_t *offset)
{
	*offset = 0;
	return 0;
}

int dfu_target_mcuboot_write(const void *const buf, size_t len)
{
	(void)buf;
	(void)len;
	return 0;
}

int dfu_target_mcuboot_done(bool successful)
{
	mcuboot_pauses += !successful;
	return 0;
}

int dfu_target_mcuboot_schedule_update(int img_num)
{
	(void)img_num;
	return 0;
}

int dfu_target_mcuboot_reset(void)
{
	return 0;
}

static bool behind_identify(const void *const buf)
{
	return ((const uint8_t *)buf)[30] == 'b';
}

static int behind_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	(void)file_size;
	(void)img_num;
	(void)cb;
	behind_inits++;
	return 0;
}

static const struct dfu_target_registration behind = {
	.type = BEHIND,
	.identify = behind_identify,
	.target = {behind_init, dfu_target_mcuboot_offset_get, dfu_target_mcuboot_write,
		   dfu_target_mcuboot_done, dfu_target_mcuboot_schedule_update,
		   dfu_target_mcuboot_reset},
};

static int register_one(void **state)
{
	(void)state;
	return dfu_target_register(&behind);
}

/* No target is chosen, whatever the test before did. */
static int fresh(void **state)
{
	(void)state;
	memset(&custom, 0, sizeof(custom));
	if (dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 1, NULL) == 0) {
		assert_int_equal(dfu_target_reset(), 0);
	}
	memset(&custom, 0, sizeof(custom));
	mcuboot_inits = 0;
	mcuboot_pauses = 0;
	behind_inits = 0;
	return 0;
}

static void on_event(enum dfu_target_evt_id evt_id)
{
	(void)evt_id;
}

static int begin(int img_num, size_t size)
{
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_CUSTOM, img_num, size, on_event);
}

static void
it_is_asked_after_the_other_targets_of_the_build_and_before_registered_ones(void **state)
{
	static const struct {
		char first, last, before_last;
		int type;
	} cases[] = {
		{'m', 'c', 'b', DFU_TARGET_IMAGE_TYPE_MCUBOOT},
		{'m', 0, 0, DFU_TARGET_IMAGE_TYPE_MCUBOOT},
		{0, 'c', 'b', DFU_TARGET_IMAGE_TYPE_CUSTOM},
		{0, 'c', 0, DFU_TARGET_IMAGE_TYPE_CUSTOM},
		{0, 0, 'b', BEHIND},
		{0, 0, 0, DFU_TARGET_IMAGE_TYPE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t file[32] = {0};

		file[0] = (uint8_t)cases[i].first;
		file[30] = (uint8_t)cases[i].before_last;
		file[31] = (uint8_t)cases[i].last;
		assert_int_equal(dfu_target_img_type(file, sizeof(file)), cases[i].type);
		assert_int_equal(dfu_target_img_type(file, sizeof(file) - 1),
				 DFU_TARGET_IMAGE_TYPE_NONE);
	}
}

static void every_call_reaches_it_with_its_arguments(void **state)
{
	size_t offset;

	(void)state;
	assert_int_equal(begin(3, 1234), 0);
	assert_int_equal(custom.img_num, 3);
	assert_int_equal(custom.file_size, 1234);
	assert_ptr_equal(custom.cb, on_event);
	assert_int_equal(dfu_target_write("abc", 3), 0);
	assert_int_equal(dfu_target_offset_get(&offset), 0);
	assert_int_equal(offset, 3);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(custom.done, 1);
	assert_int_equal(dfu_target_schedule_update(5), 0);
	assert_int_equal(custom.img_num, 5);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(custom.reset, 1);
}

static void its_errors_are_the_callers(void **state)
{
	(void)state;
	custom.init_rc = -ENODEV;
	assert_int_equal(begin(0, 1), -ENODEV);
	assert_int_equal(dfu_target_write("x", 1), -EACCES);
	custom.init_rc = 0;
	assert_int_equal(begin(0, 1), 0);
	assert_int_equal(custom.init, 2);
	custom.write_rc = -ETIMEDOUT;
	assert_int_equal(dfu_target_write("x", 1), -ETIMEDOUT);
	custom.write_rc = 0;
	assert_int_equal(dfu_target_write("x", 1), 0);
	custom.done_rc = -EILSEQ;
	assert_int_equal(dfu_target_done(true), -EILSEQ);
	custom.done_rc = 0;
	assert_int_equal(dfu_target_done(true), 0);
	custom.schedule_rc = -EPERM;
	assert_int_equal(dfu_target_schedule_update(0), -EPERM);
	custom.reset_rc = -EIO;
	assert_int_equal(dfu_target_reset(), -EIO);
	custom.reset_rc = 0;
	assert_int_equal(dfu_target_reset(), 0);
}

static void the_same_init_is_skipped_while_downloading(void **state)
{
	(void)state;
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(custom.init, 1);
	assert_int_equal(begin(0, 101), 0);
	assert_int_equal(custom.init, 2);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(begin(0, 101), 0);
	assert_int_equal(custom.init, 3);
}

static void it_and_the_others_pause_each_other(void **state)
{
	(void)state;
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 100, NULL), 0);
	assert_int_equal(custom.pause, 1);
	assert_int_equal(mcuboot_inits, 1);
	assert_int_equal(begin(0, 100), 0);
	assert_int_equal(mcuboot_pauses, 1);
	assert_int_equal(custom.init, 2);
	assert_int_equal(dfu_target_init(BEHIND, 0, 100, NULL), 0);
	assert_int_equal(custom.pause, 2);
	assert_int_equal(behind_inits, 1);
	assert_int_equal(custom.done, 0);
}

static void its_type_cannot_be_registered_besides(void **state)
{
	struct dfu_target_registration twin = behind;

	(void)state;
	twin.type = DFU_TARGET_IMAGE_TYPE_CUSTOM;
	assert_int_equal(dfu_target_register(&twin), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			it_is_asked_after_the_other_targets_of_the_build_and_before_registered_ones,
			fresh),
		cmocka_unit_test_setup(every_call_reaches_it_with_its_arguments, fresh),
		cmocka_unit_test_setup(its_errors_are_the_callers, fresh),
		cmocka_unit_test_setup(the_same_init_is_skipped_while_downloading, fresh),
		cmocka_unit_test_setup(it_and_the_others_pause_each_other, fresh),
		cmocka_unit_test_setup(its_type_cannot_be_registered_besides, fresh),
	};

	return cmocka_run_group_tests(tests, register_one, NULL);
}
