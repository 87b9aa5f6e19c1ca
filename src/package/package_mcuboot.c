/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/dfu_multi_image.h>

int dfu_multi_image_register_mcuboot(void)
{
	return -ENOMEM;
}
