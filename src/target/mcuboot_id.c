/* SPDX-License-Identifier: Apache-2.0 */
#include "target/mcuboot_id.h"

#include <string.h>

#include <dfu/boot.h>

_Static_assert(BOOT_IMAGES_MAX <= 10, "one digit for the image");

void mcuboot_make_id(char id[MCUBOOT_ID_SIZE], int img_num)
{
	memcpy(id, "MCUBOOT0", MCUBOOT_ID_SIZE);
	id[MCUBOOT_ID_SIZE - 2] = (char)('0' + img_num);
}
