/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The stream beneath targets that write to flash. Source compatible with the nRF Connect
 * SDK.
 *
 * One stream at a time. It writes in order and holds nothing back; dfu_target_mcuboot builds on it.
 *
 * With CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS the settings know under "dfu/<id>" how far it is: one
 * record for each erase page that is whole, one for a pause (FORMATS.md, "Download progress"). A
 * stream of the same id and region goes on there after a reset, if flash still reads as it was
 * left. Settings that fail are logged and cost progress alone.
 */
#ifndef DFU_DFU_TARGET_STREAM_H
#define DFU_DFU_TARGET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <storage/stream_flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Characters of an id: "dfu/" and it fill upstream's 32-byte key. */
#define DFU_TARGET_STREAM_ID_MAX 27

/** Arguments of dfu_target_stream_init(). */
struct dfu_target_stream_init {
	const char *id;            /**< Name of the stream; stays the caller's and is not copied. */
	const struct device *fdev; /**< Flash device. */
	uint8_t *buf;              /**< Write buffer, the caller's until done or reset. */
	size_t len;                /**< Its bytes. */
	size_t offset;             /**< Start of the region on the device. */
	size_t size;               /**< Bytes of the region; 0: the rest of the device. */
	stream_flash_callback_t cb; /**< Called after each program; may be NULL. */
};

/**
 * @return The stream's context, never NULL. Zeroing it while no stream is open forgets a paused
 *         one.
 */
struct stream_flash_ctx *dfu_target_stream_get_stream(void);

/**
 * @brief Begin a stream, or go on with the one that dfu_target_stream_done(false) left (same id,
 * device, region and buffer) or that the settings know (same id and region).
 *
 * A position inside a page is taken back to the page's start in the settings; if that fails, the
 * stream goes back there. What is not gone on with is forgotten with the first program.
 *
 * Touches no flash but the settings'. Cost: reads all that the stream has written.
 *
 * @retval 0        Ready; dfu_target_stream_offset_get() says where.
 * @retval -EFAULT  A stream is open, or the region or buffer is not usable (see
 *                  stream_flash_init()).
 * @retval -EINVAL  NULL @p init, id, fdev or buf, or an id that is empty or too long.
 * @retval -errno   From the device.
 *
 * After an error no stream is open but one that was before.
 */
DFU_MUST_CHECK int dfu_target_stream_init(const struct dfu_target_stream_init *init);

/** Bytes that flash holds. -EINVAL if @p offset is NULL. */
DFU_MUST_CHECK int dfu_target_stream_offset_get(size_t *offset);

/** Bytes that wait in the buffer. -EINVAL if @p out is NULL. */
DFU_MUST_CHECK int dfu_target_stream_bytes_buffered_get(size_t *out);

/**
 * @brief Append bytes: stream_flash_buffered_write() without a flush; its errors and states.
 *
 * A call that has erased a page, with no more bytes than the buffer's length, leaves a buffer that
 * it fills exactly to the next call, to a pause or to the end.
 *
 * @retval -EACCES  No stream is open.
 */
DFU_MUST_CHECK int dfu_target_stream_write(const uint8_t *buf, size_t len);

/**
 * @brief End the stream: true programs what the buffer holds and forgets the record, false pauses
 * it.
 *
 * With progress saved, a pause programs the whole write blocks in the buffer and saves the rest;
 * where that fails, the log says so, and a reset costs what lies behind the last whole page.
 * Without, the buffer stays as it is, and a reset costs the stream.
 *
 * @retval 0        Ended: after true the next init begins at 0; after false one with the same
 *                  arguments goes on.
 * @retval -EACCES  No stream is open.
 * @retval -errno   From stream_flash_buffered_write(); the stream stays open, repeat the call or
 *                  pause it.
 */
DFU_MUST_CHECK int dfu_target_stream_done(bool successful);

/**
 * @brief Forget the stream, open or paused, with its record, and erase the first page of its
 * region.
 *
 * On a device without explicit erase the first write block is brought to the erased value. A first
 * page that the region shares with a neighbour stays.
 *
 * @retval 0       Forgotten; also if there was no stream.
 * @retval -errno  From the device; forgotten all the same.
 */
DFU_MUST_CHECK int dfu_target_stream_reset(void);

#ifdef __cplusplus
}
#endif

#endif
