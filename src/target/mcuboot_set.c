/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

int dfu_target_mcuboot_schedule_set(unsigned int images, int permanent)
{
	(void)images;
	(void)permanent;
	return -ENOTSUP;
}

int dfu_target_mcuboot_schedule_recover(void)
{
	return DFU_TARGET_MCUBOOT_SETTLED;
}

int dfu_target_mcuboot_confirm(int img_num)
{
	return boot_write_img_confirmed_multi(img_num);
}
