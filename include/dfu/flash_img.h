/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Flash image: write an image, in order, into a slot. Source compatible with Zephyr.
 *
 * The bytes go to flash as they come, header first: a cut leaves a visible header in the slot. The
 * MCUboot target of <dfu/dfu_target.h> holds it back and verifies; this is the low level.
 */
#ifndef DFU_FLASH_IMG_H
#define DFU_FLASH_IMG_H

#include <dfu/config.h>
#include <storage/flash_map.h>
#include <storage/stream_flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A write in progress; the caller owns it. */
struct flash_img_context {
	uint8_t buf[CONFIG_IMG_BLOCK_BUF_SIZE]; /**< The stream's buffer. */
	const struct flash_area *flash_area;    /**< The slot; NULL when the write is finished. */
	struct stream_flash_ctx stream;         /**< The stream into it. */
};

/** What flash_img_check() compares. */
struct flash_img_check {
	const uint8_t *match; /**< Expected SHA-256, 32 bytes. */
	size_t clen;          /**< Bytes to hash from the start of the image. */
};

/**
 * @brief Begin a write into an area, at boot_get_image_start_offset(): in swap-offset one page up
 * in a secondary slot.
 *
 * Does as told: while the running image is unconfirmed the other slot is what it goes back to, and
 * what is written there would be gone back to, untested. Ask boot_is_img_confirmed() before, or use
 * dfu_target, which does.
 *
 * @retval 0        Ready at offset 0.
 * @retval -EINVAL  @p ctx is NULL.
 * @retval -EFAULT  The area cannot hold a stream (see stream_flash_init()).
 * @retval -errno   From flash_area_open(). @p ctx is unchanged after an error.
 *
 * Touches no flash.
 */
DFU_MUST_CHECK int flash_img_init_id(struct flash_img_context *ctx, uint8_t area_id);

/** flash_img_init_id() with flash_img_get_upload_slot(); -ENODEV where that is none. */
DFU_MUST_CHECK int flash_img_init(struct flash_img_context *ctx);

/** @return Bytes of the image that flash holds; those in the buffer are not among them. */
size_t flash_img_bytes_written(struct flash_img_context *ctx);

/**
 * @brief Append bytes of the image.
 *
 * With CONFIG_IMG_ERASE_PROGRESSIVELY the slot's trailer (where the flash can have one), and in
 * swap-offset the page before the image, are erased once, before the first byte.
 *
 * Power cut: as stream_flash_buffered_write(); the trailer is gone before any byte of the image
 * changes.
 *
 * @param data   @p len bytes; not kept. May be NULL if @p len is 0.
 * @param flush  true on the last call: programs what the buffer holds and ends the write. After an
 *               error of that call it may be repeated.
 *
 * @retval 0        All bytes accepted.
 * @retval -EINVAL  @p ctx is NULL.
 * @retval -EACCES  The write was ended by a flush before. Nothing done.
 * @retval -errno   From stream_flash_buffered_write() (with its state), or from erasing the
 *                  trailer: nothing consumed.
 *
 * Blocks for a page erase and a program for each buffer filled, and once for the trailer's pages.
 */
DFU_MUST_CHECK int flash_img_buffered_write(struct flash_img_context *ctx, const uint8_t *data,
					    size_t len, bool flush);

/**
 * @brief Compare the SHA-256 of an image's first bytes with an expected value. Only with
 * CONFIG_IMG_ENABLE_IMAGE_CHECK.
 *
 * @param ctx  Not looked at; upstream needs its buffer. May be uninitialised, or of a write, which
 * is not disturbed.
 *
 * @retval 0        Equal.
 * @retval -EINVAL  NULL argument or match, clen 0 or above the area.
 * @retval -EILSEQ  Not equal.
 * @retval -errno   From flash_area_open(), the device or the hash (-ESRCH).
 */
DFU_MUST_CHECK int flash_img_check(struct flash_img_context *ctx, const struct flash_img_check *fic,
				   uint8_t area_id);

/**
 * @return Area id of the slot of image 0 that is not running, boot_upload_area(0): where an upload
 *         goes. BOOT_INVALID_SLOT_ID where there is none, or where the running slot is not known:
 *         never the slot that may be running.
 */
uint8_t flash_img_get_upload_slot(void);

#ifdef __cplusplus
}
#endif

#endif
