/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What settings keep of pages that were erased ahead of a download (dfu_target_prepare()). Without
 * CONFIG_SETTINGS (mcuboot_ahead_none.c) RAM alone knows of them.
 */
#ifndef TARGET_MCUBOOT_AHEAD_H
#define TARGET_MCUBOOT_AHEAD_H

#include <stdbool.h>

#include <storage/stream_flash.h>

#include "target/erased_record.h"
#include "target/mcuboot_slot.h"

/* Of a stream of this image; a failure is logged, and costs no more than erases after a reset. */
void mcuboot_ahead_save(int img_num, const struct stream_flash_ctx *stream,
			enum erased_record_state state, const struct mcuboot_clearing *clearing);

/*
 * A stream has been opened: tell it what there is a record of, if it goes on, or its slot was
 * cleared, or in part, and has seen no program since. True: the latter, *clearing goes on there.
 */
bool mcuboot_ahead_find(int img_num, const struct mcuboot_slot *slot,
			struct stream_flash_ctx *stream, bool goes_on,
			struct mcuboot_clearing *clearing);

/* 0, or -errno of the settings. */
int mcuboot_ahead_delete(int img_num);

#endif
