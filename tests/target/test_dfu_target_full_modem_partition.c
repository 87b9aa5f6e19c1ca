/* SPDX-License-Identifier: Apache-2.0 */
/* With the partition for modem files as the store. */
#include "full_modem_rig.h"

#include <errno.h>
#include <string.h>

#define SIZE 1500

static uint8_t buffer[512];
static struct dfu_target_fmfu_fdev other = {NULL, 4096, 512};
static struct dfu_target_full_modem_params params = {buffer, sizeof(buffer), NULL};

/* Slot 3 is the partition, and is moved to begin behind the first page. */
static void put_partition(size_t size)
{
	reset_name_area(3, DFU_TARGET_FULL_MODEM_AREA_ID);
	reset_move_area(3, dev->memory + 512 - reset_slot(3), size);
}

static void configure_and_download(void)
{
	struct dfu_target_fmfu_fdev fdev;

	assert_int_equal(dfu_target_full_modem_cfg(&params), 0);
	assert_int_equal(dfu_target_full_modem_fdev_get(&fdev), 0);
	assert_ptr_equal(fdev.dev, &dev->nor.device);
	assert_int_equal(fdev.offset, 512);
	assert_int_equal(fdev.size, 3 * 512);
	assert_non_null(strstr(dev->last_warning, "1536"));
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_FULL_MODEM, 0, 1537, NULL), -EFBIG);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_FULL_MODEM, 0, SIZE, NULL), 0);
	assert_int_equal(reset_write(SIZE, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_memory_equal(dev->memory + 512, new_file.bytes, SIZE);
}

static void the_store_is_the_partition_whatever_the_arguments_say(void **state)
{
	struct dfu_target_fmfu_fdev *const devs[] = {NULL, &other};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(devs); i++) {
		full_modem_open(&full_modem_plain);
		full_modem_make(&new_file, SIZE, 1);
		put_partition(1536);
		params.dev = devs[i];
		assert_int_equal(reset_run(configure_and_download), 0);
		reset_close();
	}
}

static void configure_in_vain(void)
{
	struct dfu_target_full_modem_params bad = params;
	struct dfu_target_fmfu_fdev fdev;

	assert_int_equal(dfu_target_full_modem_cfg(NULL), -EINVAL);
	bad.buf = NULL;
	assert_int_equal(dfu_target_full_modem_cfg(&bad), -EINVAL);
	bad = params;
	bad.len = 0;
	assert_int_equal(dfu_target_full_modem_cfg(&bad), -EINVAL);
	assert_int_equal(dfu_target_full_modem_cfg(&params), -ENODEV);
	assert_int_equal(dfu_target_full_modem_fdev_get(&fdev), -EPERM);
	put_partition(512);
	assert_int_equal(dfu_target_full_modem_cfg(&params), 0);
	assert_int_equal(dfu_target_full_modem_cfg(&params), -EALREADY);
}

static void without_the_partition_there_is_no_store(void **state)
{
	(void)state;
	full_modem_run_plain(configure_in_vain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_store_is_the_partition_whatever_the_arguments_say),
		cmocka_unit_test(without_the_partition_there_is_no_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
