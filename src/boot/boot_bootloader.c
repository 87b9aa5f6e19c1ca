/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/bootloader.h>

int boot_s0_active_get(bool *s0_active)
{
	(void)s0_active;
	return -ENOENT;
}

int boot_bootloader_image(void)
{
	return -ENOENT;
}

bool boot_is_bootloader_only(int image_index)
{
	(void)image_index;
	return false;
}

int boot_link_address(const struct dfu_image *image, uint32_t *address)
{
	(void)image;
	(void)address;
	return -ENODATA;
}

int boot_link_slot(uint32_t address)
{
	(void)address;
	return -ENOENT;
}
