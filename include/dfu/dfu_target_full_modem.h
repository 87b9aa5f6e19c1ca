/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Whole modem firmwares as a DFU target, stored on flash. Source compatible with the nRF
 * Connect SDK.
 *
 * The target stores the file and verifies what flash holds; fmfu_fdev_load() writes it to the modem
 * later. Progress is kept under "dfu/DFU_FULL_MODEM" (dfu_target_stream.h). While an update of the
 * modem was begun and not ended (fmfu_fdev_pending()), the file it needs is not touched: init and
 * reset are -EBUSY as long as it is whole.
 */
#ifndef DFU_DFU_TARGET_FULL_MODEM_H
#define DFU_DFU_TARGET_FULL_MODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <dfu/compiler.h>
#include <dfu/dfu_target.h>
#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Id in the flash map of the partition for modem files: chosen `nordic,fmfu-storage-partition`,
 *  else node label `fmfu_storage`. */
#define DFU_TARGET_FULL_MODEM_AREA_ID 17

/** Bytes that files of known modems may need; less is warned of. */
#define DFU_TARGET_FULL_MODEM_SIZE_WANTED 0x400000

/** Where files are stored. */
struct dfu_target_fmfu_fdev {
	const struct device *dev; /**< Flash device. */
	off_t offset;             /**< From its start, at the start of an erase page. */
	size_t size;              /**< Bytes; 0: the rest of the device. */
};

/** Arguments of dfu_target_full_modem_cfg(). */
struct dfu_target_full_modem_params {
	uint8_t *buf; /**< Write buffer, kept for good: whole write blocks, and not less than the
		       *   wrapper of a file (some 350 bytes; 1,700 at most). */
	size_t len;   /**< Its bytes. */
	/** Not looked at, and may be NULL, with CONFIG_DFU_TARGET_FULL_MODEM_USE_EXT_PARTITION. */
	struct dfu_target_fmfu_fdev *dev;
};

/**
 * @brief Say once where files go; for good.
 *
 * A store of less than 4 MiB takes what fits; the log warns of it.
 *
 * @retval 0          Configured.
 * @retval -EALREADY  It has been already; nothing changed.
 * @retval -EINVAL    @p params, its buf or the device is NULL, or len is 0.
 * @retval -ENODEV    The flash map has no partition for modem files.
 */
DFU_MUST_CHECK int dfu_target_full_modem_cfg(const struct dfu_target_full_modem_params *params);

/**
 * @brief Where files go; size as it was configured.
 * @retval 0        @p fdev is set.
 * @retval -EPERM   Not configured.
 * @retval -EINVAL  @p fdev is NULL.
 */
DFU_MUST_CHECK int dfu_target_full_modem_fdev_get(struct dfu_target_fmfu_fdev *const fdev);

/** @return Whether @p buf, at least 32 bytes, begins a whole modem firmware: D2 84. */
bool dfu_target_full_modem_identify(const void *const buf);

/**
 * @brief Begin a file, or go on with it.
 *
 * @param file_size  Bytes; 0 if not known.
 * @param img_num    Not used.
 * @param callback   Not used.
 *
 * @retval 0        Ready; offset_get tells where to go on.
 * @retval -EPERM   Not configured.
 * @retval -EFBIG   @p file_size is more than the store; nothing was touched.
 * @retval -EBUSY   The stored file is needed: see fmfu_fdev_pending(). Nothing was touched.
 * @retval -EFAULT  Another stream is open, or store or buffer do not suit the device.
 * @retval -errno   From the device.
 *
 * Cost: reads what an earlier download left; while an update is pending, the stored file.
 */
DFU_MUST_CHECK int dfu_target_full_modem_init(size_t file_size, int img_num,
					      dfu_target_callback_t callback);

/** Bytes received, those in RAM included. -EPERM: not configured; -EINVAL: @p offset is NULL. */
DFU_MUST_CHECK int dfu_target_full_modem_offset_get(size_t *offset);

/**
 * @brief Append to the file: dfu_target_stream_write(), its errors and states.
 * @retval -EPERM   Not configured.
 * @retval -EINVAL  @p buf is NULL.
 */
DFU_MUST_CHECK int dfu_target_full_modem_write(const void *const buf, size_t len);

/**
 * @brief End the download: complete and verify the file, or pause.
 *
 * @retval 0        Stored, and as fmfu_fdev_check() wants it (CONFIG_DFU_TARGET_FULL_MODEM_VERIFY);
 *                  or paused.
 * @retval -EPERM   Not configured.
 * @retval -EMSGSIZE  The file is longer or shorter than its manifest says. It is forgotten.
 * @retval -errno   From dfu_target_stream_done(), which may be repeated; or from fmfu_fdev_check():
 *                  the file is forgotten, a new init begins at 0.
 */
DFU_MUST_CHECK int dfu_target_full_modem_done(bool successful);

/** Nothing: fmfu_fdev_load() applies the file. 0; -EPERM: not configured. */
DFU_MUST_CHECK int dfu_target_full_modem_schedule_update(int img_num);

/**
 * @brief Forget the download and erase the start of the stored file.
 * @retval 0       Nothing is stored.
 * @retval -EPERM  Not configured.
 * @retval -EBUSY  As for init.
 * @retval -errno  From the device; repeat the call.
 */
DFU_MUST_CHECK int dfu_target_full_modem_reset(void);

#ifdef __cplusplus
}
#endif

#endif
