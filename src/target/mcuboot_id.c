/* SPDX-License-Identifier: Apache-2.0 */
#include "target/mcuboot_id.h"

#include <dfu/boot.h>
#include <dfu/config.h>

_Static_assert(BOOT_IMAGES_MAX == 8, "a name for each image");

const char *mcuboot_id(int img_num)
{
	static const char ids[][sizeof("MCUBOOT0")] = {
		"MCUBOOT0",
#if CONFIG_UPDATEABLE_IMAGE_NUMBER > 1 || IS_ENABLED(CONFIG_BOOT_ARRANGEMENT_RUNTIME)
		"MCUBOOT1", "MCUBOOT2", "MCUBOOT3", "MCUBOOT4", "MCUBOOT5", "MCUBOOT6", "MCUBOOT7",
#endif
	};

	return ids[img_num];
}
