/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Full modem firmware update from a flash device. fmfu_fdev_load() is source compatible with
 * the nRF Connect SDK; the rest is ours.
 *
 * A file is a COSE_Sign1 wrapper around a manifest, and behind it a blob: the modem's bootloader,
 * then its firmware in segments (FORMATS.md, "Modem firmware"). Whatever can be wrong with it is
 * found out before the modem is touched.
 *
 * From the first byte that the modem takes until the last it has no firmware that could be started.
 * So the settings remember under "dfu/FMFU" that an update is under way. At each start:
 *
 *     if (fmfu_fdev_pending()) {
 *             rc = fmfu_fdev_load(buf, sizeof(buf), flash, offset);
 *     }
 *
 * does it again from the beginning, as the modem demands, until it has succeeded. Where it cannot
 * succeed (nothing usable is stored) start the modem all the same: it may still have firmware.
 * Without CONFIG_SETTINGS nothing is remembered, and nothing is pending.
 */
#ifndef DFU_FMFU_FDEV_H
#define DFU_FMFU_FDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FMFU_FDEV_SEGMENTS_MAX 128 /**< Segments of a file, the bootloader's included. */

/** Where an update is; in this order. */
enum fmfu_fdev_stage {
	FMFU_FDEV_CHECK,      /**< The file is read and hashed. */
	FMFU_FDEV_BEGIN,      /**< The modem's bootloader is started, the mark saved. */
	FMFU_FDEV_BOOTLOADER, /**< Its program is written: from here on the modem is unbootable. */
	FMFU_FDEV_VERIFY,     /**< It checks the signature. Minutes. */
	FMFU_FDEV_FIRMWARE,   /**< The mark is raised, then the firmware written. */
	FMFU_FDEV_FINISH,     /**< The last of it is, and the modem ends the update. */
	FMFU_FDEV_DONE,
};

/**
 * Called when a stage begins (FMFU_FDEV_CHECK: when the wrapper was taken), and after each chunk of
 * it.
 *
 * @param done, total  Bytes of the blob; in the stages without bytes as in the one before.
 */
typedef void (*fmfu_fdev_progress_t)(void *arg, enum fmfu_fdev_stage stage, size_t done,
				     size_t total);

/** Where a file lies. */
struct fmfu_fdev_file {
	const struct device *fdev;
	size_t offset; /**< From the start of the device. */
	size_t size;   /**< Bytes that the file may take; 0: the rest of the device. */
};

/** What a file is. */
struct fmfu_fdev_info {
	size_t wrapper_len; /**< Bytes; the blob begins behind them. */
	size_t blob_len;    /**< Bytes; the sum of the segments. */
	uint32_t segments;  /**< The bootloader's included. */
	uint32_t compat;    /**< As the manifest says; has no meaning here. */
	uint8_t blob_hash[32];
};

/**
 * @brief Check a file, without the modem.
 *
 * @param buf      Scratch, @p buf_len bytes. Not less than the wrapper; more is faster.
 * @param info     Set on success; may be NULL.
 *
 * @retval 0           Whole, and fit to be written.
 * @retval -ENOMEM     NULL @p buf, @p file or its device.
 * @retval -ENOBUFS    @p buf_len is 0, or less than the wrapper, of which no more is known then.
 * @retval -ENOENT     No file: it does not begin with D2 84.
 * @retval -EBADMSG    Wrapper, manifest or segments are not as the format wants them: truncated,
 *                     indefinite, longer than need be, other types, bytes too many.
 * @retval -ENOTSUP    Of another version of the protocol than 1.
 * @retval -ERANGE     No segment, or more than 128.
 * @retval -EADDRNOTAVAIL  A segment of no bytes, one that passes the end of the address space, or
 *                     firmware for address 0.
 * @retval -EADDRINUSE  Segments overlap.
 * @retval -EFBIG      The file would pass the end of @p file (or of the device).
 * @retval -ESRCH      There is no SHA-256, or its engine failed.
 * @retval -EILSEQ     The blob is not the one that was hashed.
 * @retval -errno      From flash (of a read -EIO in place of one above), -EINVAL if the offset is
 *                     behind its end; or the hash's engine.
 *
 * Of several faults the first in FORMATS.md's order counts. Nothing is changed, on success or
 * error. Reads the file once.
 */
DFU_MUST_CHECK int fmfu_fdev_check(uint8_t *buf, size_t buf_len, const struct fmfu_fdev_file *file,
				   struct fmfu_fdev_info *info);

/**
 * @brief Check a file and write it to the modem.
 *
 * Power cut: until the first write the modem is as it was. From then on it is unbootable and
 * fmfu_fdev_pending() is true, until the whole call has been repeated.
 *
 * @param progress  May be NULL.
 *
 * @retval 0           The modem has the new firmware; start it anew. If the mark could not be
 *                     deleted, which the log says, fmfu_fdev_pending() stays true: another call
 *                     does no harm.
 * @retval -ENODEV     There is no modem that takes whole firmwares. Nothing was touched.
 * @retval -ECANCELED  The mark could not be saved. In FMFU_FDEV_BEGIN the modem was begun with, and
 *                     nothing written. In FMFU_FDEV_FIRMWARE the bootloader was; the update is
 *                     pending.
 * @retval -EACCES     In FMFU_FDEV_VERIFY: the modem refused the signature. It has its old
 *                     firmware, and nothing is pending. (But if an earlier update had got as far as
 *                     the firmware, it is unbootable as before, and that one still pending, for
 *                     another file: fmfu_fdev_needs_file() is false. If the mark could not be
 *                     deleted, which the log says, it stays, too.) The file with another signature
 *                     has the same size and the same first bytes: reset its target, or name files.
 * @retval -errno      From fmfu_fdev_check(): the modem was not touched, and what was pending still
 *                     is. Or from modem or flash, as @p progress's stage tells: in FMFU_FDEV_BEGIN
 *                     nothing was written; later it is unbootable, and the call is to be repeated.
 *
 * Then positive codes, -ECANCELED, and an -EACCES that is not to the signature, become -EIO.
 * A modem that never takes this file, whatever is tried, leaves the update pending for good: give
 * it up by loading another one from elsewhere, or by erasing the start of the stored one
 * (flash_erase()). The file is read twice, in chunks as large as the buffer that never cross from
 * one segment to the next. Blocks for minutes, of which the check of the signature tells no
 * progress: a watchdog has to stand that. After it the modem has to be started anew, whatever the
 * result.
 */
DFU_MUST_CHECK int fmfu_fdev_load_file(uint8_t *buf, size_t buf_len,
				       const struct fmfu_fdev_file *file,
				       fmfu_fdev_progress_t progress, void *arg);

/** fmfu_fdev_load_file() of what lies at @p offset of @p fdev. */
DFU_MUST_CHECK int fmfu_fdev_load(uint8_t *buf, size_t buf_len, const struct device *fdev,
				  size_t offset);

/**
 * @return Whether an update was begun that was not ended: the modem is unbootable until
 *         fmfu_fdev_load() of that file succeeds. True, too, where settings cannot be read; without
 *         a back-end (settings_backend_set()) false, so name that first.
 */
bool fmfu_fdev_pending(void);

/**
 * @return Whether it is pending and the stored file is what it needs: keep that. False if the modem
 *         has refused its signature, and not taken it before, so that only another one will do.
 */
bool fmfu_fdev_needs_file(void);

#ifdef __cplusplus
}
#endif

#endif
