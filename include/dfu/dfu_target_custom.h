/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A target of the application's own, image type DFU_TARGET_IMAGE_TYPE_CUSTOM. Source
 * compatible with the nRF Connect SDK.
 *
 * With CONFIG_DFU_TARGET_CUSTOM the facade <dfu/dfu_target.h> calls these functions; the
 * application defines all seven. It is asked last when a file is to be recognised. An init of the
 * download under way, of the same type, pair, size and name, does not reach it (dfu_target_init()).
 * For more than one target of its own, or one that has to see every init, see
 * dfu_target_register().
 */
#ifndef DFU_DFU_TARGET_CUSTOM_H
#define DFU_DFU_TARGET_CUSTOM_H

#include <stdbool.h>
#include <stddef.h>

#include <dfu/dfu_target.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @param buf  The first 32 bytes of the file. @return Whether it is for this target. */
bool dfu_target_custom_identify(const void *const buf);

/** Begin or go on; 0 or -errno. The arguments are those of dfu_target_init(). */
int dfu_target_custom_init(size_t file_size, int img_num, dfu_target_callback_t cb);

/** Offset of the next byte needed; 0 or -errno. */
int dfu_target_custom_offset_get(size_t *offset);

/** The next bytes; 0 or -errno. */
int dfu_target_custom_write(const void *const buf, size_t len);

/** Complete and verify (true), or pause; 0 or -errno. */
int dfu_target_custom_done(bool successful);

/** Have it applied; 0 or -errno. */
int dfu_target_custom_schedule_update(int img_num);

/** Give it up and clear it; 0 or -errno. */
int dfu_target_custom_reset(void);

#ifdef __cplusplus
}
#endif

#endif
