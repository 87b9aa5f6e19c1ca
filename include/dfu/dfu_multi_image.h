/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Packages of several images. Source compatible with the nRF Connect SDK.
 *
 * A package (FORMATS.md) is a header that names images and their sizes, and then the images. It may
 * arrive in chunks of any size, across any border. Each image goes to the writer that was
 * registered for its id; one without a writer is skipped: dfu_multi_image_offset() then points
 * behind it, and the caller may go on there or send the bytes all the same.
 *
 *     dfu_multi_image_init(buffer, sizeof(buffer));
 *     dfu_multi_image_register_writer(&app);          or dfu_multi_image_register_mcuboot()
 *     dfu_multi_image_write(offset, chunk, len);      from dfu_multi_image_offset() on
 *     dfu_multi_image_done(true);
 *     dfu_target_mcuboot_schedule_update(-1);
 *
 * With CONFIG_DFU_MULTI_IMAGE_SAVE_PROGRESS an interrupted package goes on after a reset: which
 * package it is (its header, the first 32 bytes of each image that was begun, and the name that
 * dfu_target_identity_set() gave before the first call) and how many images are finished is kept in
 * the settings under "dfumi"; how far an image is, its writer knows. Settings that fail cost
 * progress, never the update.
 *
 * Another package takes away what the one before has begun, and begins at 0. It is known by its
 * name, or by its bytes when it is sent from 0. Who goes on at dfu_multi_image_offset() without
 * either has to know that it is the same.
 */
#ifndef DFU_DFU_MULTI_IMAGE_H
#define DFU_DFU_MULTI_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Ids of packages: image pairs are 0 to 7. */
#define DFU_MULTI_IMAGE_S0 (-2) /**< Bootloader image for S0. */
#define DFU_MULTI_IMAGE_S1 (-1) /**< Bootloader image for S1. */

/**
 * Begin an image, or go on with it; image_size 0: only to be reset. 0, or -errno: then it is not
 * open.
 */
typedef int (*dfu_image_open_t)(int image_id, size_t image_size);
/** The next bytes of the image. 0 or -errno; offset() says what was consumed. */
typedef int (*dfu_image_write_t)(const uint8_t *chunk, size_t chunk_size);
/**
 * The image is whole (true), or given up for now (false). 0 or -errno. After an error of true it is
 * still open: to be closed again if offset() is at its end, else to be opened and written again.
 */
typedef int (*dfu_image_close_t)(bool success);
/** Bytes of the open image that the writer has; all of one that was closed with true. */
typedef int (*dfu_image_offset_t)(size_t *offset);
/** Take the open image away, and close it. 0, or -errno: then it is closed with false. */
typedef int (*dfu_image_reset_t)(void);

/** Where images with an id go. Functions may be shared by writers. */
struct dfu_image_writer {
	int image_id;
	dfu_image_open_t open;
	dfu_image_write_t write;
	dfu_image_close_t close;
	dfu_image_offset_t offset; /**< May be NULL: nothing that failed was consumed, and a reset
				      cannot be gone on after. */
	/** May be NULL: dfu_multi_image_reset() then calls close(true), another package
	 * close(false), and an image that the writer had before cannot begin. */
	dfu_image_reset_t reset;
};

/**
 * @brief Begin anew: forget package and writers (not what settings know).
 *
 * A writer that is open is not closed: dfu_multi_image_done(false) pauses it first.
 *
 * @param buffer       For the header of the package; the library's until the next init.
 * @param buffer_size  Bytes, at least 2: the longest header there may be.
 * @retval 0        Ready.
 * @retval -EINVAL  NULL, or less than 2 bytes.
 */
DFU_MUST_CHECK int dfu_multi_image_init(uint8_t *buffer, size_t buffer_size);

/**
 * @brief Register a writer. Copied; of several for one id the first counts.
 * @retval 0        Registered.
 * @retval -EINVAL  NULL, or open, write or close is.
 * @retval -ENOMEM  CONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT writers are registered.
 */
DFU_MUST_CHECK int dfu_multi_image_register_writer(const struct dfu_image_writer *writer);

/**
 * @brief Register writers for what this device has: its image pairs, and of S0 and S1 the one that
 * does not run. Ours.
 *
 * They are the MCUboot target's (<dfu/dfu_target_mcuboot.h>), which needs its buffer. Images for
 * the bootloader that runs have no writer, and are skipped, also if they were begun before it ran.
 * Where bootloaders go through the slot of an application, a package with both is for the caller to
 * refuse: the later one would replace the other.
 *
 * An image in the package may be followed by dfu_multi_image_fill_max() bytes of 0xFF. Anything
 * else behind it makes close(true) of its writer -EBADMSG, after which the image is taken away.
 * After another error there close(true) reads it again.
 *
 * @retval 0        Registered.
 * @retval -ENOMEM  As dfu_multi_image_register_writer(); some may be registered.
 * @retval -errno   It cannot be told which bootloader runs.
 */
DFU_MUST_CHECK int dfu_multi_image_register_mcuboot(void);

/**
 * @brief Write bytes of the package.
 *
 * What was consumed before is dropped, after it was compared with what is known of it. Another
 * package takes away the images that were begun, those of a package that has ended (done(true))
 * excepted, and begins at 0; what of it was sent in one go up to here is consumed.
 *
 * Power cut: progress is saved when the header is whole, when the first bytes of an image are there
 * (before its writer gets them) and when one is finished.
 *
 * @param offset  Of the chunk in the package.
 *
 * @retval 0          Consumed; dfu_multi_image_offset() may be beyond the chunk.
 * @retval -EINVAL    @p chunk is NULL and @p chunk_size is not 0, or there was no init.
 * @retval -ESPIPE    @p offset is beyond dfu_multi_image_offset(), nothing consumed; or the chunk
 *                    passes the end of the package, what belongs to it consumed.
 * @retval -ESTALE    Another package, which shows only now, behind bytes that it needs: what was
 *                    begun is taken away, and dfu_multi_image_offset() is 0. Send it from there.
 * @retval -ENOMEM    The header does not fit the buffer, or names more than
 *                    CONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT images.
 * @retval -EBADMSG   The header is no header: not CBOR of the shortest form, other keys, something
 *                    behind it that is not 0xFF, no image.
 * @retval -EEXIST    Two images have one id.
 * @retval -ENODATA   An image of no bytes.
 * @retval -EOVERFLOW The package passes 32 bits.
 * @retval -EPIPE     Progress is to be gone on with, and the writer of an image, or its offset
 *                    function, is missing. Another package, or dfu_multi_image_reset(), ends that.
 * @retval -EIO       Also: a writer has bytes of something else, and reset() does not take them
 *                    away, or is missing.
 * @retval -errno     From a writer, whose image stays the one under way: the same call again goes
 *                    on, or is -ESPIPE if the writer went back; dfu_multi_image_offset() tells.
 *
 * After a refused header every write is refused, until the next init or reset.
 */
DFU_MUST_CHECK int dfu_multi_image_write(size_t offset, const uint8_t *chunk, size_t chunk_size);

/**
 * @return Offset in the package of the next byte needed; with progress saved, also before the first
 *         write: then the first call takes images up, as a write would. 0 without an init.
 */
size_t dfu_multi_image_offset(void);

/**
 * @brief End the package.
 *
 * @param success  true: it has to be complete; progress is deleted. false: pause; the writer of the
 *                 image under way is closed with false, and the next write opens it again.
 * @retval 0        Done. After true another package may follow without taking this one away.
 * @retval -ESPIPE  Images are missing. What is there stays, as after false.
 * @retval -errno   From the writer, or the settings if that is all that failed. Repeat the call:
 *                  where true has not deleted progress, another package takes this one's images
 *                  away after a reset, scheduled or not.
 */
DFU_MUST_CHECK int dfu_multi_image_done(bool success);

/**
 * @brief Take away what was written: every image of the header, also of one that only settings
 * know, is opened with size 0 and reset, and progress is deleted. An init is needed after it.
 * @retval 0       Done; also without a package.
 * @retval -errno  The first error of a writer, all were tried and progress was kept: init, register
 *                 and reset again. Or of the settings.
 */
DFU_MUST_CHECK int dfu_multi_image_reset(void);

/** An image of a package. Ours. */
struct dfu_multi_image_item {
	int32_t id;
	uint32_t size;   /**< Bytes, with padding behind it. */
	uint32_t offset; /**< In the package. */
};

/**
 * @brief Read the header of a package in memory, without a writer. Ours.
 *
 * The images are not looked at, nor whether they are there.
 *
 * @param header  The first bytes of a package, @p len of them.
 * @param items   Room for @p room images; may be NULL with 0, to learn how many there are.
 * @param count   Images of the header, which may be more than @p room.
 * @param total   Bytes of the whole package.
 * @retval 0         Read.
 * @retval -ENOBUFS  @p len is less than the header.
 * @retval -ENOMEM   More than 255 images.
 * @retval -EBADMSG, -EEXIST, -ENODATA, -EOVERFLOW  As dfu_multi_image_write().
 */
DFU_MUST_CHECK int dfu_multi_image_parse(const uint8_t *header, size_t len,
					 struct dfu_multi_image_item *items, size_t room,
					 size_t *count, uint64_t *total);

#define DFU_MULTI_IMAGE_FILL_MAX 511   /**< Bytes 0xFF behind an image, alignment apart. */
#define DFU_MULTI_IMAGE_ALIGN_MAX 4096 /**< Alignment that readers go by. */

/**
 * @brief Most bytes 0xFF that may follow an image inside its size. Ours.
 *
 * DFU_MULTI_IMAGE_FILL_MAX, and before another image what fills it up to the alignment. A package
 * does not tell that: the largest power of two, up to DFU_MULTI_IMAGE_ALIGN_MAX, that the header
 * and the images but the last keep counts as it.
 *
 * @param items       Images of a package, @p count of them, with their sizes.
 * @param header_len  Bytes before the first image.
 * @param index       Of the image in @p items.
 */
size_t dfu_multi_image_fill_max(const struct dfu_multi_image_item *items, size_t count,
				size_t header_len, size_t index);

/**
 * @brief Make the header of a package. Ours; for tools.
 *
 * @param items  Ids and sizes with padding; @p offset of each is set, if 0 is returned.
 * @param align  The images begin at a multiple of it, behind 0xFF; 1: no padding. The writers of
 *               dfu_multi_image_register_mcuboot() know powers of two up to
 *               DFU_MULTI_IMAGE_ALIGN_MAX.
 * @param len    Bytes of @p out; set to those used.
 * @retval 0        Made.
 * @retval -ENOMEM  @p out is too small, or the header longer than its 16 bits of length can tell.
 * @retval -EINVAL  No image, more than 255, or @p align is 0 or above 65535.
 * @retval -EEXIST, -ENODATA, -EOVERFLOW  The items make no header.
 */
DFU_MUST_CHECK int dfu_multi_image_make(struct dfu_multi_image_item *items, size_t count,
					size_t align, uint8_t *out, size_t *len);

#ifdef __cplusplus
}
#endif

#endif
