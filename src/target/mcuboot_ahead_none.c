/* SPDX-License-Identifier: Apache-2.0 */
#include "target/mcuboot_ahead.h"

void mcuboot_ahead_save(int img_num, const struct stream_flash_ctx *stream,
			enum erased_record_state state, const struct mcuboot_clearing *clearing)
{
	(void)img_num;
	(void)stream;
	(void)state;
	(void)clearing;
}

bool mcuboot_ahead_find(int img_num, const struct mcuboot_slot *slot,
			struct stream_flash_ctx *stream, bool goes_on,
			struct mcuboot_clearing *clearing)
{
	(void)img_num;
	(void)slot;
	(void)stream;
	(void)goes_on;
	(void)clearing;
	return false;
}

int mcuboot_ahead_delete(int img_num)
{
	(void)img_num;
	return 0;
}
