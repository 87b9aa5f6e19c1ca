/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads that go on after a reset need a stream that can be moved: ours, by names of its own. */
#ifdef CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS
#include <dfu/compiler.h>

#include "../../../include/storage/stream_flash.h"
#else
#include <zephyr/storage/stream_flash.h>
#endif
