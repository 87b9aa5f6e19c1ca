/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Stream flash: write a stream of bytes of any chunk size into a region of a flash device.
 *
 * The caller owns the context and the buffer. A context may be zeroed and initialised again, and
 * may be copied by assignment to snapshot it (the copy shares the buffer). With
 * CONFIG_STREAM_FLASH_ERASE a page is erased when the first byte for it is about to be programmed,
 * and no earlier. A page that the region shares with a neighbour (the region begins or ends inside
 * it) is never erased: bytes go into the region's part of it only if that part reads erased.
 * Devices without explicit erase are never erased.
 *
 * Two options believe what flash reads, for fewer erases: CONFIG_STREAM_FLASH_TRUST_BLANK takes a
 * page that reads erased for an erased one, CONFIG_STREAM_FLASH_SKIP_EQUAL neither erases nor
 * programs a page that reads as it should become, if the buffer holds all of it. The page at which
 * a stream goes on by a record is never believed. A stream that begins again without one has no
 * such page: what a cut has left where it was is believed like the rest.
 */
#ifndef STORAGE_STREAM_FLASH_H
#define STORAGE_STREAM_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @brief Called after each program with what flash then holds.
 *
 * @param buf     The stream's buffer, filled by reading back.
 * @param len     Bytes of the stream in it (without padding).
 * @param offset  Where they lie, from the start of the device.
 * @return 0 or a negative errno, which the write call returns.
 */
typedef int (*stream_flash_callback_t)(uint8_t *buf, size_t len, size_t offset);

/** A stream. All offsets but @p offset count from the start of the region. */
struct stream_flash_ctx {
	uint8_t *buf;     /**< Caller's buffer. */
	size_t buf_len;   /**< Its bytes: a multiple of the write block. */
	size_t buf_bytes; /**< Bytes in it that flash does not hold yet. */
	size_t buf_fill;  /**< Bytes at which it is programmed: up to the next multiple of buf_len
			     on the device, or to the end of the page where the owner wants it. */
	const struct device *fdev; /**< Device. */
	size_t bytes_written; /**< Bytes of the stream that flash holds, padding not counted. */
	size_t offset;        /**< Start of the region, from the start of the device. */
	size_t available;     /**< Bytes of the region. */
	stream_flash_callback_t callback; /**< May be NULL. */
	size_t erased_up_to; /**< Pages that begin below this are ready to be programmed. */
	size_t erased_from;  /**< The owner has erased the whole region from here on; `available` if
				not. */
	size_t known_from;   /**< A record says that pages from here on are erased; each is read
				before it is believed. */
	size_t known_to;     /**< Pages of which it says so begin below this. */
	size_t erase_end;    /**< An erase of several pages ends here; `available` if not known. */
	size_t write_block_size; /**< Bytes. */
	uint8_t erase_value;     /**< 0xff or 0x00. */
	bool suspect; /**< A program at bytes_written failed: look before the next one. */
	bool spent; /**< The read-back or callback failed: the buffer is not the stream's any more.
		     */
	bool in_doubt; /**< The page of bytes_written may hold a program that was cut. */
};

/**
 * @brief Begin a stream.
 *
 * @param buf      Owned by the caller, used until the last write; at least one write block, at most
 *                 one page of the region (of any length without explicit erase).
 * @param offset   Start of the region on the device, bytes, a multiple of the write block.
 * @param size     Bytes of the region, a multiple of the write block, not 0.
 * @param cb       May be NULL.
 *
 * @retval 0        Every field of @p ctx is set.
 * @retval -EFAULT  NULL @p ctx or @p buf; @p fdev NULL or not ready; @p buf_len 0, no multiple of
 *                  the write block or larger than a page that is erased; @p offset or @p size off
 *                  the rules above or outside the device. @p ctx unchanged.
 *
 * Touches no flash. Cost: a look-up for each page of the region.
 */
DFU_MUST_CHECK int stream_flash_init(struct stream_flash_ctx *ctx, const struct device *fdev,
				     uint8_t *buf, size_t buf_len, size_t offset, size_t size,
				     stream_flash_callback_t cb);

/** @return Bytes of the stream that flash holds; those in the buffer are not among them. */
size_t stream_flash_bytes_written(const struct stream_flash_ctx *ctx);

/** @return Bytes of the stream that wait in the buffer. */
size_t stream_flash_bytes_buffered(const struct stream_flash_ctx *ctx);

/**
 * @brief Append bytes to the stream.
 *
 * The buffer is programmed whenever it is full; the rest waits in it. @p flush programs the rest,
 * too, padded with the erased value to a whole write block. After a flush that needed padding the
 * stream is finished.
 *
 * Power cut: flash holds a prefix of the stream, possibly with torn blocks of one buffer after it.
 *
 * @param data   @p len bytes; not kept after return. May be NULL if @p len is 0.
 *
 * @retval 0        All bytes accepted.
 * @retval -EFAULT  @p ctx is NULL, or @p data NULL with @p len > 0.
 * @retval -ENOMEM  Would pass the end of the region; nothing consumed.
 * @retval -EINVAL  The stream is finished (see above); nothing consumed.
 * @retval -EEXIST  The next page is shared with a neighbour and not erased; nothing of the buffer
 *                  was programmed.
 * @retval -EIO     Repeated after an error, and flash is no longer erased where the failed program
 *                  went, or the callback (or reading back for it) had failed: nothing programmed.
 *                  Begin again at the start of that page.
 * @retval -errno   From the driver or the callback.
 *
 * After an error the stream stands at bytes_written + buf_bytes: none of the bytes from there on is
 * consumed. If the call failed on its first buffer (always if @p len bytes fit into one), that is
 * where it stood before, and the same call may be repeated.
 *
 * Blocks for one erase at most, of a page (or a block: CONFIG_STREAM_FLASH_ERASE_BLOCK), and one
 * program, for each buffer filled. Cost: one copy into the buffer.
 */
DFU_MUST_CHECK int stream_flash_buffered_write(struct stream_flash_ctx *ctx, const uint8_t *data,
					       size_t len, bool flush);

/**
 * @brief Erase the page that holds a byte of the region, unless it is ready already, or
 * is believed to be (CONFIG_STREAM_FLASH_TRUST_BLANK).
 *
 * Deprecated upstream; pages are erased by the write calls. Only with CONFIG_STREAM_FLASH_ERASE.
 * With CONFIG_STREAM_FLASH_ERASE_BLOCK the pages behind it go with it, as for a write, where it
 * begins a block of the region.
 *
 * @param off  From the start of the device.
 *
 * @retval 0        The page may be programmed.
 * @retval -EFAULT  @p ctx is NULL.
 * @retval -ERANGE  @p off is outside the region. Flash unchanged.
 * @retval -EINVAL  The page holds bytes of the stream already (or may, after a failed program), or
 *                  is not the next one. Flash unchanged.
 * @retval -EEXIST  The page is shared with a neighbour and not erased. Flash unchanged.
 * @retval -errno   From the driver.
 */
DFU_MUST_CHECK int stream_flash_erase_page(struct stream_flash_ctx *ctx, off_t off);

/**
 * @brief Continue where a saved stream stood. Only with CONFIG_STREAM_FLASH_PROGRESS, as the next
 * two.
 *
 * The record (FORMATS.md, "Stream progress") must be of the same region. If the saved position lies
 * inside a page whose rest does not read erased, or inside a write block, the stream goes on at the
 * start of that page, and the record is saved again with that position, 0 included; without
 * CONFIG_STREAM_FLASH_ERASE erasing that page is then up to the caller.
 *
 * A stream that starts over instead must clear the record before its first write.
 *
 * Power cut: the record has its old or its new position, both right until the next write. A cut
 * inside a later program can leave blocks that read erased and are not: only a position saved at a
 * page start, or with no write after it, is beyond that doubt.
 *
 * @param settings_key  Key of the record.
 *
 * @retval 0         The stream stands at that position, nothing in the buffer; also when there is
 *                   no record, or one that is no further than the present position: the context is
 *                   unchanged then, but for the doubt about its page.
 * @retval -EFAULT   NULL argument.
 * @retval -EBADMSG  The record is damaged, of another version or of another region. @p ctx
 *                   unchanged.
 * @retval -errno    From the settings back-end or the driver. @p ctx unchanged.
 */
DFU_MUST_CHECK int stream_flash_progress_load(struct stream_flash_ctx *ctx,
					      const char *settings_key);

/**
 * @brief Save bytes_written with the region it belongs to. Bytes in the buffer are not counted.
 * @retval 0        Saved.
 * @retval -EFAULT  NULL argument.
 * @retval -errno   From the settings back-end; the old record may still be there.
 */
DFU_MUST_CHECK int stream_flash_progress_save(const struct stream_flash_ctx *ctx,
					      const char *settings_key);

/**
 * @brief Delete the record; no record is no error.
 * @retval 0        Gone.
 * @retval -EFAULT  NULL argument.
 * @retval -errno   From the settings back-end.
 */
DFU_MUST_CHECK int stream_flash_progress_clear(const struct stream_flash_ctx *ctx,
					       const char *settings_key);

#ifdef __cplusplus
}
#endif

#endif
