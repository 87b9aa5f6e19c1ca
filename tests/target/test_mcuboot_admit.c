/* SPDX-License-Identifier: Apache-2.0 */
/* What a download needs; the refusals of slots and modes are in test_dfu_target_refusals.c. */
#include "target_device.h"

#include <errno.h>

#include <dfu/boot.h>

#include "target/mcuboot_admit.h"

static uint32_t memory[64];
static struct mcuboot_slot_verifier verifier;

static int setup(void **state)
{
	verifier =
		(struct mcuboot_slot_verifier){.buf = (uint8_t *)memory, .buf_len = sizeof(memory)};
	return target_device_setup(state);
}

static int admit(size_t file_size, size_t *limit)
{
	struct mcuboot_slot slot;

	return mcuboot_admit(0, file_size, &verifier, &slot, limit);
}

static void the_limit_is_the_file_or_what_can_be_installed(void **state)
{
	const size_t most = (size_t)boot_get_max_image_size(0);
	size_t limit;

	(void)state;
	assert_int_equal(admit(1000, &limit), 0);
	assert_int_equal(limit, 1000);
	assert_int_equal(admit(most, &limit), 0);
	assert_int_equal(limit, most);
	assert_int_equal(admit(0, &limit), 0);
	assert_int_equal(limit, most);
	assert_int_equal(admit(most + 1, &limit), -EFBIG);
	assert_int_equal(admit(SIZE_MAX, &limit), -EFBIG);
}

static void the_slot_is_the_one_that_does_not_run(void **state)
{
	struct mcuboot_slot slot;
	size_t limit;

	(void)state;
	assert_int_equal(mcuboot_admit(0, 0, &verifier, &slot, &limit), 0);
	assert_ptr_equal(slot.area, &target_device_areas[1]);
	assert_int_equal(slot.start, 0);
	assert_int_equal(slot.hold_len, 32);
}

static void the_buffer_has_to_be_there_and_of_a_size(void **state)
{
	size_t limit;

	(void)state;
	verifier.buf_len = 64;
	assert_int_equal(admit(0, &limit), 0);
	verifier.buf_len = 64 - dut.what->write_block_size;
	assert_int_equal(admit(0, &limit), -EINVAL);
	verifier.buf_len = 64 + dut.what->write_block_size / 2;
	assert_int_equal(admit(0, &limit), -EINVAL);
	verifier.buf = NULL;
	assert_int_equal(admit(0, &limit), -ENODEV);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, target_device_teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_limit_is_the_file_or_what_can_be_installed),
		TEST(the_slot_is_the_one_that_does_not_run),
		TEST(the_buffer_has_to_be_there_and_of_a_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
