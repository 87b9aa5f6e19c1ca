/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Patches of a modem's firmware as a DFU target. Source compatible with the nRF Connect SDK.
 *
 * The modem (<dfu/modem.h>) keeps the patch and knows how far it is; settings remember under
 * "dfu/MODEM_DELTA" of which file it is. A patch goes on only if that is the same file: same size,
 * same first 32 bytes, same name (dfu_target_identity_set()). In every other case, settings that
 * are missing included, the area is erased first if it is not empty, so no two patches are mixed.
 *
 * Erasing takes the modem up to minutes. Events say how it goes: ERASE_PENDING when it begins,
 * TIMEOUT each CONFIG_DFU_TARGET_MODEM_TIMEOUT seconds, ERASE_DONE. A modem that is busy with the
 * network erases slowly; after a TIMEOUT take it off the network or restart it.
 *
 * - Blocking (the default): init returns when the area is ready, or with what the modem said.
 * - CONFIG_DFU_TARGET_MODEM_ERASE_ASYNC: init returns at once, and write is -EAGAIN, nothing
 *   consumed, until the area is ready. Events come out of write and offset_get, which look.
 *
 * What a modem answers becomes an errno, the same in all calls:
 *
 *     out of memory                                     -ENOMEM
 *     block too large                                   -E2BIG
 *     header, data, UUID, file offset, area not blank,
 *     incomplete data                                   -EINVAL
 *     erase pending                                     -EAGAIN
 *     any other answer                                  -EFAULT
 *     errno of the port                                 passed through
 */
#ifndef DFU_DFU_TARGET_MODEM_DELTA_H
#define DFU_DFU_TARGET_MODEM_DELTA_H

#include <stdbool.h>
#include <stddef.h>

#include <dfu/compiler.h>
#include <dfu/dfu_target.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @return Whether @p buf, at least 32 bytes, begins a patch: "meDu" at byte 4. */
bool dfu_target_modem_delta_identify(const void *const buf);

/**
 * @brief Begin a patch, or go on with it.
 *
 * @param file_size  Bytes; 0 if not known.
 * @param img_num    Not used.
 * @param callback   For events, until done, reset or the next init; may be NULL.
 *
 * Power cut: the area is as it was, empty, or to be erased; the next init deals with each.
 *
 * @retval 0        Ready, or erasing (ERASE_ASYNC); offset_get tells where to go on.
 * @retval -ENODEV  There is no modem that takes patches.
 * @retval -EFBIG   @p file_size is more than the area; nothing was touched.
 * @retval -errno   The modem's answer, see above. A new init begins afresh.
 *
 * Blocks for as long as the modem erases; with ERASE_ASYNC for some milliseconds.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_init(size_t file_size, int img_num,
					       dfu_target_callback_t callback);

/**
 * @brief Bytes of the patch that the modem holds; 0 while it erases.
 * @retval 0        @p offset is set.
 * @retval -EINVAL  @p offset is NULL.
 * @retval -EACCES  No init before.
 * @retval -errno   The modem's answer. @p offset unchanged on every error.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_offset_get(size_t *offset);

/**
 * @brief Append to the patch.
 *
 * @retval 0        The modem has all @p len bytes.
 * @retval -EAGAIN  The area is being erased (ERASE_ASYNC): repeat the call. Nothing consumed.
 * @retval -EACCES  No init before.
 * @retval -EINVAL  NULL or no bytes (nothing consumed); or the modem refused them, see above: not
 *                  this modem's patch, or not the next bytes of it. The transfer is over: write
 *                  stays -EINVAL until the next init, which erases and begins at 0.
 * @retval -errno   The modem's answer; offset_get tells where to go on.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_write(const void *const buf, size_t len);

/**
 * @brief End the session with the modem, which keeps the patch. @p successful makes no difference:
 * whether the patch is whole, the modem says when it is scheduled.
 * @retval 0       Ended, or there was none.
 * @retval -errno  The modem's answer; repeat the call.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_done(bool successful);

/**
 * @brief Have the patch applied when the modem is started next.
 * @retval 0        Scheduled.
 * @retval -ENODEV  There is no modem that takes patches.
 * @retval -EINVAL  The patch is not whole, or not one: init, and go on or begin anew.
 * @retval -errno   The modem's answer.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_schedule_update(int img_num);

/**
 * @brief Erase the patch, a scheduled one too, and forget it. The modem erases in its own time; the
 * next init waits for it.
 * @retval 0        It erases, or the area was empty.
 * @retval -ENODEV  There is no modem that takes patches.
 * @retval -errno   The modem's answer; repeat the call.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_reset(void);

#ifdef __cplusplus
}
#endif

#endif
