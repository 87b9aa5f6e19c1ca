/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/arrangement.h"

const struct boot_arrangement *boot_arrangement_get(void)
{
	static const struct boot_arrangement arrangement = BOOT_ARRANGEMENT_KCONFIG;

	return &arrangement;
}
