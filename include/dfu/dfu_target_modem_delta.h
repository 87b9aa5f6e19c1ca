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
 * network erases slowly, or never ends; after a TIMEOUT take it off the network or restart it.
 * Events come from within the calls of this header: do not call dfu_target from the callback.
 *
 * Erasing also ends the way back to the firmware before the last patch, which the application asks
 * for with the `rollback` of dfu_modem_get()->delta.
 *
 * - Blocking (the default): init returns when the area is ready, or with what the modem said.
 * - CONFIG_DFU_TARGET_MODEM_ERASE_ASYNC: init returns at once, and write is -EAGAIN, nothing
 *   consumed, until the area is ready. Events come out of write and offset_get, which look.
 *   TIMEOUT needs a port with uptime_ms.
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
 *
 * Known modems answer "data" for a while as they erase: as long as an erase is waited for, until
 * the next TIMEOUT would be due, that is taken for "erase pending". An init that meets it before,
 * after a reset for example, is -EINVAL: repeat it.
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

/** @return Whether @p buf, at least 32 bytes, begins a patch: "meDu" at byte 4. Those 32 bytes are
 * then what the next init is for. */
bool dfu_target_modem_delta_identify(const void *const buf);

/**
 * @brief Begin a patch, or go on with it.
 *
 * @param file_size  Bytes; 0 if not known.
 * @param img_num    Not used.
 * @param callback   For events, until done, reset or the next init; may be NULL.
 *
 * A patch that the modem has whole, a scheduled one too, goes on behind its last byte.
 *
 * Power cut: the area is as it was, empty, or to be erased; the next init deals with each.
 *
 * @retval 0        Ready, or erasing (ERASE_ASYNC); offset_get tells where to go on.
 * @retval -ENODEV  There is no modem that takes patches.
 * @retval -EFBIG   @p file_size is more than the area; nothing was touched. Where an erase was
 *                  under way the modem may tell its size only after it: with ERASE_ASYNC write and
 *                  offset_get say this then.
 * @retval -ENOSYS  The area has to be erased, and the port cannot wait (no sleep_ms); nothing was
 *                  touched. Not with ERASE_ASYNC.
 * @retval -EFAULT  Also: the area is not empty after two erases.
 * @retval -errno   The modem's answer, see above.
 *
 * After an error there is no download, and the area keeps what it has, if that was not about to be
 * erased. A new init begins afresh.
 *
 * Blocks for as long as the modem erases; with ERASE_ASYNC for some milliseconds.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_init(size_t file_size, int img_num,
					       dfu_target_callback_t callback);

/**
 * @brief Bytes of the patch that the modem holds; 0 while it erases.
 * @retval 0        @p offset is set.
 * @retval -EINVAL  @p offset is NULL; or what the area has is no patch: init.
 * @retval -EACCES  No init before.
 * @retval -errno   The modem's answer. @p offset unchanged on every error.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_offset_get(size_t *offset);

/**
 * @brief Append to the patch.
 *
 * A call that failed may be repeated: the modem is asked how far it is first. Where it has taken a
 * part of these bytes, or lost some before, the repetition is -EINVAL, unless offset_get has told.
 *
 * @retval 0        The modem has all @p len bytes.
 * @retval -EINVAL  NULL or no bytes: nothing consumed.
 * @retval -EACCES  No init before.
 * @retval -EPERM   The download is over (done was called): init first. Nothing consumed.
 * @retval -EAGAIN  The area is being erased: repeat the call. Nothing consumed.
 * @retval -EINVAL  The modem refused the bytes, see above: not this modem's patch, or not the next
 *                  bytes of it. The transfer is over: write stays -EINVAL until the next
 *                  init, which erases and begins at 0.
 * @retval -errno   The modem's answer; offset_get tells where to go on.
 *
 * Cost: the record of the file is saved before its first bytes reach the modem, once if
 * dfu_target_img_type() saw them, else with each call until 32 bytes are known.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_write(const void *const buf, size_t len);

/**
 * @brief End the session with the modem, which keeps the patch. @p successful makes no difference:
 * whether the patch is whole, the modem says when it is scheduled. An erase goes on without events.
 * @retval 0       Ended, or there was none.
 * @retval -errno  The modem's answer; repeat the call.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_done(bool successful);

/**
 * @brief Have the patch applied when the modem is started next.
 * @retval 0        Scheduled.
 * @retval -ENODEV  There is no modem that takes patches.
 * @retval -EINVAL  The patch is not whole: init, and go on. Or it is not one for this modem: the
 *                  next init erases it.
 * @retval -errno   The modem's answer; repeat the call.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_schedule_update(int img_num);

/**
 * @brief Erase the patch, a scheduled one too, and forget it. The modem erases in its own time; the
 * next init waits for it.
 *
 * Power cut: the patch is still there, and scheduled if it was, but of no known file: the next init
 * erases it; or it is gone.
 *
 * @retval 0        It erases, or the area was empty.
 * @retval -ENODEV  There is no modem that takes patches.
 * @retval -errno   The modem's answer; repeat the call.
 */
DFU_MUST_CHECK int dfu_target_modem_delta_reset(void);

#ifdef __cplusplus
}
#endif

#endif
