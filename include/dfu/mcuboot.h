/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The MCUboot API of applications. Source compatible with Zephyr.
 *
 * The low level of boot control: these calls write the trailer they are asked for, image or none.
 * Verification comes before them in dfu_target_schedule_update(). What they read and write is in
 * FORMATS.md, "Trailer"; which bootloader it is for, in <dfu/boot.h>. Calls without an image index
 * are for image 0.
 */
#ifndef DFU_MCUBOOT_H
#define DFU_MCUBOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOOT_SWAP_TYPE_NONE 1 /**< The running image stays. */
#define BOOT_SWAP_TYPE_TEST                                                                        \
	2 /**< The secondary runs once; unless confirmed, reverted at the next reset. */
#define BOOT_SWAP_TYPE_PERM 3   /**< The secondary is installed for good. */
#define BOOT_SWAP_TYPE_REVERT 4 /**< The unconfirmed image goes back. */
#define BOOT_SWAP_TYPE_FAIL 5   /**< The image to boot is not valid. */

#define BOOT_IMG_VER_STRLEN_MAX 25 /**< "255.255.65535.4294967295" with terminator. */
#define BOOT_INVALID_SLOT_ID 255   /**< No area: the running slot is not known. */

#define SWAP_USING_OFFSET_SECTOR_UPDATE_BEGIN 1 /**< swap-offset: sector an update begins in. */

#define BOOT_UPGRADE_TEST 0
#define BOOT_UPGRADE_PERMANENT 1

/** Version of an image. */
struct mcuboot_img_sem_ver {
	uint8_t major;
	uint8_t minor;
	uint16_t revision;
	uint32_t build_num;
};

/** What boot_read_bank_header() gives of a header of format 1. */
struct mcuboot_img_header_v1 {
	uint32_t image_size; /**< Payload in bytes, without header and TLVs. */
	struct mcuboot_img_sem_ver sem_ver;
};

struct mcuboot_img_header {
	uint32_t mcuboot_version; /**< Which member of @p h is set: 1. */
	union {
		struct mcuboot_img_header_v1 v1;
	} h;
};

/**
 * @brief Read version and size of the image in an area.
 *
 * @param header_size  Bytes of @p header, at least those of version 1.
 *
 * @retval 0        @p header is set.
 * @retval -ENOMEM  @p header_size is too small.
 * @retval -EIO     There is no image header.
 * @retval -errno   From flash_area_open() or the device. @p header is unchanged on every error.
 */
DFU_MUST_CHECK int boot_read_bank_header(uint8_t area_id, struct mcuboot_img_header *header,
					 size_t header_size);

/**
 * @return Area id of the slot that image 0 runs from; BOOT_INVALID_SLOT_ID in modes that run images
 *         from either slot.
 */
uint8_t boot_fetch_active_slot(void);

/**
 * @brief Whether the running image stays at the next reset.
 *
 * true if its trailer has no magic (a factory image) or image_ok is set. false otherwise, also when
 * the trailer cannot be read.
 */
bool boot_is_img_confirmed(void);

/**
 * @brief Keep the running image: write image_ok into its trailer.
 *
 * Nothing to do, and 0, if it is set already, or if the trailer has no magic. One program; a cut
 * inside it leaves image_ok unset, set, or bad.
 *
 * @retval 0         The running image is confirmed.
 * @retval -EIO      The slot cannot be opened.
 * @retval -EUCLEAN  The magic or image_ok is bad, flash unchanged. Way out: install an image again.
 * @retval -ENOTSUP  A mode that runs images from either slot, or the bootloader cannot have a
 *                   trailer on this flash.
 * @retval -errno    From the device.
 */
DFU_MUST_CHECK int boot_write_img_confirmed(void);

/** boot_write_img_confirmed() for image @p image_index; -EINVAL if there is no such image. */
DFU_MUST_CHECK int boot_write_img_confirmed_multi(int image_index);

/**
 * @return What the bootloader would do at a reset, BOOT_SWAP_TYPE_*, or a negative errno when a
 *         trailer cannot be read;
 *         -ENOTSUP in modes that run images from either slot.
 */
int mcuboot_swap_type(void);

/** mcuboot_swap_type() for image @p image_index; -EINVAL if there is no such image. */
int mcuboot_swap_type_multi(int image_index);

/**
 * @brief Ask the bootloader to install the secondary slot's image at the next reset.
 *
 * Writes image_ok (permanent only) and swap_info first and the magic last, so the last write
 * commits. A left-over of an earlier request (torn magic, flags without magic) is erased before,
 * where no byte of an image is in that page. A pending test is raised to permanent.
 *
 * Power cut: nothing is asked for until the last write; what a cut leaves, the same call repairs.
 *
 * @param permanent  BOOT_UPGRADE_TEST or BOOT_UPGRADE_PERMANENT.
 *
 * @retval 0          The request is in force as asked.
 * @retval -EALREADY  A test was asked for, and a permanent request is in force. Unchanged;
 *                    boot_cancel_upgrade_multi() first.
 * @retval -ENODEV    There is no secondary slot.
 * @retval -ENOTSUP   A mode other than swap-move, or the bootloader cannot have a trailer on this
 *                    flash. Flash unchanged.
 * @retval -EINVAL    There is something to repair, and a page of the trailer is also another
 *                    area's. Flash unchanged.
 * @retval -EIO       Written, and it does not read back.
 * @retval -EUCLEAN   The trailer holds something else, and its page also holds bytes of the image,
 *                    or the end of the image cannot be found. Flash unchanged. Way out: download
 * again, or boot_erase_img_bank().
 * @retval -errno     From the device; no request is in force unless one was before.
 *
 * Blocks for up to three programs, and the trailer pages' erase if there is something to repair.
 */
DFU_MUST_CHECK int boot_request_upgrade(int permanent);

/** boot_request_upgrade() for image @p image_index; -EINVAL if there is no such image. */
DFU_MUST_CHECK int boot_request_upgrade_multi(int image_index, int permanent);

/**
 * @brief Erase a whole area. Does as told: no question whether it is a slot, or the running one.
 * @retval 0       Erased.
 * @retval -errno  From flash_area_open() or the device; parts may be erased.
 */
DFU_MUST_CHECK int boot_erase_img_bank(uint8_t area_id);

/**
 * @brief Where the flags begin that bootloader and application share: copy_done, image_ok, magic.
 *
 * Upstream's value for max_align 8 and 16, where it is that of copy_done; for 32, where upstream's
 * lies inside copy_done, the right one. The whole trailer is longer: boot_trailer_size().
 *
 * @param area_size  Bytes of the slot.
 * @return Offset of copy_done from the start of the slot; -EFAULT if it does not fit.
 */
ssize_t boot_get_trailer_status_offset(size_t area_size);

/** boot_get_trailer_status_offset() of an area; -errno from flash_area_open(). */
ssize_t boot_get_area_trailer_status_offset(uint8_t area_id);

/** @return Bytes from the start of the area to the image in it: 0 in swap-move. */
size_t boot_get_image_start_offset(uint8_t area_id);

#ifdef __cplusplus
}
#endif

#endif
