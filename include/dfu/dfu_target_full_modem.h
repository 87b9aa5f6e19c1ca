/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Whole modem firmwares as a DFU target, stored on flash. Source compatible with the nRF
 * Connect SDK.
 *
 * The target stores the file and verifies what flash holds; fmfu_fdev_load() writes it to the modem
 * later. Progress is kept under "dfu/DFU_FULL_MODEM" (dfu_target_stream.h). While an update of the
 * modem was begun and not ended (fmfu_fdev_needs_file()), the file it needs is not touched: init
 * and reset are -EBUSY as long as it is whole.
 *
 * One download at a time: another target's init is -EFAULT until this one is done.
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
	size_t size;              /**< Bytes, whole write blocks; 0: the rest of the device. */
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

/**
 * @brief Recognise a whole modem firmware, and remember its first bytes.
 *
 * What the last call saw decides at the next init that succeeds: other first bytes than those of
 * the download make it begin at 0.
 *
 * @param buf  The first 32 bytes of the file.
 * @return true if the file begins with D2 84.
 */
bool dfu_target_full_modem_identify(const void *const buf);

/**
 * @brief Begin a download, or go on with the one of the same file: same size and name, no other
 * first bytes seen by dfu_target_full_modem_identify(), in RAM or in the settings.
 *
 * A file that is complete reports offset = size after a reset: done(true) verifies it again. In the
 * run that completed it an init begins at 0. A stored file stays until the first byte of another.
 *
 * @param file_size  Bytes; 0 if not known: the store's end is the limit then.
 * @param img_num    Not used.
 * @param callback   Not used.
 *
 * @retval 0        Ready; offset_get tells where to go on.
 * @retval -EPERM   Not configured.
 * @retval -EFBIG   @p file_size is more than the store.
 * @retval -EBUSY   The stored file is needed: see fmfu_fdev_needs_file().
 * @retval -ENOBUFS An update is pending, and the buffer is too small to look at the stored file.
 * @retval -EFAULT  Another stream is open, the device is not ready, or store or buffer do not suit
 *                  it: the store begins inside a page, is less than one or passes the end, or the
 *                  buffer is no multiple of the write block or more than a page.
 * @retval -errno   From the device.
 *
 * Touches no flash but the settings': what was under way and is another file is paused. After an
 * error no download is under way; one that was is paused. Cost: reads what an earlier download
 * left; while an update is pending, the stored file.
 */
DFU_MUST_CHECK int dfu_target_full_modem_init(size_t file_size, int img_num,
					      dfu_target_callback_t callback);

/**
 * Bytes received, those in RAM included; 0 without a download. -EPERM: not configured; -EINVAL:
 * @p offset is NULL.
 */
DFU_MUST_CHECK int dfu_target_full_modem_offset_get(size_t *offset);

/**
 * @brief Append to the file: dfu_target_stream_write(), its errors and states.
 * @retval -EPERM   Not configured.
 * @retval -EINVAL  @p buf is NULL.
 * @retval -EACCES  No download is under way.
 * @retval -EFBIG   More than the announced size; nothing consumed.
 * @retval -ENOMEM  More than the store; nothing consumed.
 */
DFU_MUST_CHECK int dfu_target_full_modem_write(const void *const buf, size_t len);

/**
 * @brief End the download: true completes and verifies the file, false pauses.
 *
 * Verified is what flash holds, by fmfu_fdev_check(), with
 * CONFIG_DFU_TARGET_FULL_MODEM_VERIFY; without it, that all announced bytes are there.
 *
 * @retval 0         Stored, and fit for fmfu_fdev_load(); or paused.
 * @retval -EPERM    Not configured.
 * @retval -EACCES   No download is under way.
 * @retval -EALREADY true after a refusal. Nothing done; false is 0 then.
 * @retval -EMSGSIZE Nothing was received, or less than announced; or more or less than the manifest
 *                   says.
 * @retval -ENOBUFS  The buffer is less than the wrapper: the file is stored, but cannot be
 *                   verified.
 * @retval -ENOENT, -EBADMSG, -ENOTSUP, -ERANGE, -EADDRNOTAVAIL, -EADDRINUSE, -EILSEQ
 *                   From fmfu_fdev_check().
 * @retval -errno    From the stream, the device or the hash's engine: repeat the call or pause.
 *
 * A file that is refused (-EMSGSIZE and the codes of fmfu_fdev_check()) is forgotten: the next init
 * begins at 0. Cost: true reads the file once.
 */
DFU_MUST_CHECK int dfu_target_full_modem_done(bool successful);

/** Nothing: fmfu_fdev_load() applies the file. 0; -EPERM: not configured. */
DFU_MUST_CHECK int dfu_target_full_modem_schedule_update(int img_num);

/**
 * @brief Forget the download, then erase the first page of the store (without explicit erase: its
 * first write block), so that no whole file is left.
 *
 * Needs no init.
 *
 * @retval 0       Nothing is stored.
 * @retval -EPERM  Not configured.
 * @retval -EBUSY, -ENOBUFS, -EFAULT  As for init, open streams aside; nothing is erased.
 * @retval -errno  From the device; repeat the call.
 */
DFU_MUST_CHECK int dfu_target_full_modem_reset(void);

#ifdef __cplusplus
}
#endif

#endif
