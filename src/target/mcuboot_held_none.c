/* SPDX-License-Identifier: Apache-2.0 */
/* Without settings nothing outlives a reset, and none of their code is linked. */
#include <errno.h>

#include "target/mcuboot_held.h"

void mcuboot_held_save(int img_num, uint8_t *record, size_t len)
{
	(void)img_num;
	(void)record;
	(void)len;
}

int mcuboot_held_load(int img_num, uint8_t *record, size_t max_len)
{
	(void)img_num;
	(void)record;
	(void)max_len;
	return -ENOENT;
}

void mcuboot_held_delete(int img_num)
{
	(void)img_num;
}

void mcuboot_erasing_begin(int img_num)
{
	(void)img_num;
}

bool mcuboot_erasing_was_cut(int img_num)
{
	(void)img_num;
	return false;
}

void mcuboot_erasing_end(int img_num)
{
	(void)img_num;
}
