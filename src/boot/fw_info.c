/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/bootloader.h>

int fw_info_find(const struct dfu_image_source *source, struct fw_info_fields *info)
{
	(void)source;
	(void)info;
	return -ENOENT;
}
