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

void mcuboot_mark_set(int img_num, const char *name)
{
	(void)img_num;
	(void)name;
}

bool mcuboot_mark_is_set(int img_num, const char *name)
{
	(void)img_num;
	(void)name;
	return false;
}

void mcuboot_mark_clear(int img_num, const char *name)
{
	(void)img_num;
	(void)name;
}
