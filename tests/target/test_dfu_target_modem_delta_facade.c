/* SPDX-License-Identifier: Apache-2.0 */
/* The same five calls as for every image, beside a target of MCUboot that records them. */
#include "target/patch_modem.h"

#include <errno.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

#define HALF 300

static struct {
	int init, done;
	bool done_arg;
} fake;

bool dfu_target_mcuboot_identify(const void *const buf)
{
	return *(const uint8_t *)buf == 0x3d;
}

int dfu_target_mcuboot_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	(void)file_size;
	(void)img_num;
	(void)cb;
	fake.init++;
	return 0;
}

int dfu_target_mcuboot_offset_get(size_t *offset)
{
	*offset = 77;
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
	fake.done++;
	fake.done_arg = successful;
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

static int begin_image(void)
{
	fake.done = 0;
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 5000, NULL);
}

static int begin_patch(size_t size)
{
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MODEM_DELTA, 0, size, patch_on_event);
}

static size_t offset_now(void)
{
	size_t offset = SIZE_MAX;

	assert_int_equal(dfu_target_offset_get(&offset), 0);
	return offset;
}

static void write_up_to(const uint8_t *file, size_t end)
{
	for (size_t off = offset_now(); off < end; off += 100) {
		assert_int_equal(dfu_target_write(file + off, 100), 0);
	}
}

static void update(void)
{
	const int type = (int)dfu_target_img_type(patch_old, 32);

	assert_int_equal(type, DFU_TARGET_IMAGE_TYPE_MODEM_DELTA);
	assert_true((type & DFU_TARGET_IMAGE_TYPE_ANY) != 0);
	assert_true((type & DFU_TARGET_IMAGE_TYPE_ANY_MODEM) != 0);
	assert_false((type & DFU_TARGET_IMAGE_TYPE_ANY_APPLICATION) != 0);
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	write_up_to(patch_old, PATCH_FILE);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_done(true), -EALREADY);
	assert_int_equal(dfu_target_write(patch_old, 8), -EPERM);
	assert_int_equal(offset_now(), PATCH_FILE);
	assert_int_equal(dfu_target_schedule_update(-1), 0);
	assert_true(dut->is_scheduled);
	patch_assert_has(patch_old, PATCH_FILE);
	assert_int_equal(dfu_target_reset(), 0);
	assert_false(dut->is_scheduled);
	assert_int_equal(dfu_target_write(patch_old, 8), -EACCES);
	assert_int_equal(dfu_target_reset(), -EACCES);
	assert_string_equal(dut->story, "hrwwwwwwwwwwfaRHe");
	/* The next one waits for the erase. */
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	assert_int_equal(offset_now(), 0);
	assert_int_equal(dut->event_count, 2);
}

static void a_patch_is_an_update_like_any_other(void **state)
{
	(void)state;
	assert_int_equal(patch_run(update), 0);
}

static void recognise(void)
{
	uint8_t file[32] = {0};

	assert_int_equal(dfu_target_img_type(patch_old, 31), DFU_TARGET_IMAGE_TYPE_NONE);
	assert_int_equal(dfu_target_img_type(file, 32), DFU_TARGET_IMAGE_TYPE_NONE);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_ANY, 0, 1, NULL), -ENOTSUP);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_ANY_MODEM, 0, 1, NULL), -ENOTSUP);
}

static void sets_of_types_are_no_type(void **state)
{
	(void)state;
	assert_int_equal(patch_run(recognise), 0);
}

static void init_again_and_again(void)
{
	for (unsigned int i = 1; i <= 3; i++) {
		assert_int_equal(begin_patch(PATCH_FILE), 0);
		assert_int_equal(dut->calls[PATCH_UUID], i);
		write_up_to(patch_old, i * 100);
	}
	/* What somebody else did to the area meanwhile is seen. */
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->is_open = false;
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	assert_int_equal(offset_now(), 0);
	assert_int_equal(fake.init, 0);
}

static void every_init_reaches_the_modem(void **state)
{
	(void)state;
	assert_int_equal(patch_run(init_again_and_again), 0);
}

static void switch_targets(void)
{
	assert_int_equal(begin_image(), 0);
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	assert_int_equal(fake.done, 1);
	assert_false(fake.done_arg);
	write_up_to(patch_old, HALF);
	assert_true(dut->is_open);
	assert_int_equal(begin_image(), 0);
	assert_false(dut->is_open);
	assert_int_equal(offset_now(), 77);
	patch_assert_has(patch_old, HALF);
	assert_int_equal(dfu_target_done(true), 0);
	/* And back: what is over is not paused. */
	fake.done = 0;
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	assert_int_equal(fake.done, 0);
	assert_int_equal(offset_now(), HALF);
	write_up_to(patch_old, PATCH_FILE);
	patch_assert_has(patch_old, PATCH_FILE);
	assert_int_equal(dut->calls[PATCH_ERASE], 0);
	/* A session that does not end keeps nobody from beginning. */
	patch_fault(PATCH_FINISH, -EIO, 0, 1);
	assert_int_equal(begin_image(), 0);
}

static void who_begins_pauses_the_other(void **state)
{
	(void)state;
	assert_int_equal(patch_run(switch_targets), 0);
}

static void fail_init(void)
{
	assert_int_equal(begin_image(), 0);
	assert_int_equal(begin_patch(PATCH_AREA + 1), -EFBIG);
	assert_int_equal(dfu_target_write(patch_old, 8), -EACCES);
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	write_up_to(patch_old, HALF);
	/* The file that is under way, called too large: it is still there. */
	assert_int_equal(begin_patch(PATCH_AREA + 1), -EFBIG);
	assert_int_equal(dfu_target_schedule_update(0), -EACCES);
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	assert_int_equal(offset_now(), HALF);
	write_up_to(patch_old, PATCH_FILE);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void a_failed_init_poisons_nothing(void **state)
{
	(void)state;
	assert_int_equal(patch_run(fail_init), 0);
}

static void refuse(void)
{
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	write_up_to(patch_old, HALF);
	patch_fault(PATCH_WRITE, DFU_MODEM_INVALID_FILE_OFFSET, 0, 1);
	assert_int_equal(dfu_target_write(patch_old + HALF, 100), -EINVAL);
	assert_int_equal(dfu_target_write(patch_old + HALF, 100), -EINVAL);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	assert_int_equal(offset_now(), 0);
	write_up_to(patch_old, PATCH_FILE);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void after_a_refusal_a_fresh_init_begins_again(void **state)
{
	(void)state;
	assert_int_equal(patch_run(refuse), 0);
}

static void fail_reset(void)
{
	assert_int_equal(begin_patch(PATCH_FILE), 0);
	write_up_to(patch_old, PATCH_FILE);
	patch_fault(PATCH_ERASE, DFU_MODEM_ERASE_ERROR, 0, 1);
	assert_int_equal(dfu_target_reset(), -EFAULT);
	assert_int_equal(dfu_target_reset(), 0);
	assert_true(dut->is_erasing);
}

static void a_failed_reset_may_be_repeated(void **state)
{
	(void)state;
	assert_int_equal(patch_run(fail_reset), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_patch_is_an_update_like_any_other, patch_setup),
		cmocka_unit_test_setup(sets_of_types_are_no_type, patch_setup),
		cmocka_unit_test_setup(every_init_reaches_the_modem, patch_setup),
		cmocka_unit_test_setup(who_begins_pauses_the_other, patch_setup),
		cmocka_unit_test_setup(a_failed_init_poisons_nothing, patch_setup),
		cmocka_unit_test_setup(after_a_refusal_a_fresh_init_begins_again, patch_setup),
		cmocka_unit_test_setup(a_failed_reset_may_be_repeated, patch_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
