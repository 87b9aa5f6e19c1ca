/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The MCUboot API of applications. Source compatible with Zephyr.
 *
 * The low level of boot control: these calls write the trailer they are asked for, image or none.
 * Verification comes before them in dfu_target_schedule_update(). What they read and write is in
 * FORMATS.md, "Trailer"; which bootloader it is for, in <dfu/boot.h>. Calls without an image index
 * are for image 0.
 *
 * What they mean depends on the bootloader's mode. "Direct" is direct-xip, ram-load and their
 * revert variants: there a slot is what runs or what does not, by boot_running_slot().
 *
 *     call                 swap modes, overwrite-only   direct               single-slot,
 *                                                                            firmware-loader
 *     request_upgrade      secondary: image_ok, if      the other slot:      -ENODEV
 *                          permanent; swap_info; magic  image_ok, copy_done,
 *                                                       if permanent; magic
 *     write_img_confirmed  primary: image_ok, if there  running slot:        running slot:
 *                          is a magic                   image_ok, copy_done, as in swap modes
 *                                                       magic
 *     is_img_confirmed     no magic, or image_ok        likewise; revert:    no magic, or image_ok
 *                                                       magic and image_ok
 *     swap_type            what the bootloader will do  the same table, but  none
 *                                                       the bootloader does
 *                                                       not ask it
 *     image_start_offset   swap-offset: a page into     0                    0
 *                          the secondary; else 0
 *     fetch_active_slot    the primary                  the running slot     the running slot
 *
 * Whether a new image is due, in any mode: boot_is_pending_multi() in <dfu/boot.h>.
 *
 * On flash whose write block is larger than the bootloader's max_align no trailer can be written.
 * direct-xip and ram-load (without revert), single-slot and firmware-loader do without: there
 * requests and confirmations write nothing and return 0. In all other modes they are -ENOTSUP.
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
 * @return Area id of the slot that image 0 runs from: the primary, or what boot_running_slot() says
 *         in modes that run images from either slot; BOOT_INVALID_SLOT_ID if that is not known.
 */
uint8_t boot_fetch_active_slot(void);

/**
 * @brief Whether the running image stays at the next reset.
 *
 * true if its trailer has no magic (a factory image) or image_ok is set, or torn where images run
 * from primary slots; in the revert variants of
 * direct-xip and ram-load, where an image without magic is erased, only if both are there. Also
 * true where no trailer can be and none is needed. false otherwise, also when the trailer cannot be
 * read or the running slot is not known.
 */
bool boot_is_img_confirmed(void);

/**
 * @brief Keep the running image: write image_ok into the trailer of the slot it runs from.
 *
 * Nothing to do, and 0, if it is set already or, where the running image has a fixed slot, if the
 * trailer has no magic. direct-xip, ram-load and their revert variants: copy_done and the magic are
 * written, too, if they are not there.
 *
 * A torn magic or flag is repaired: in a primary slot the trailer is erased, since without a magic
 * the image counts as one of the factory; in direct-xip and ram-load it is written anew. But an
 * image_ok that a cut of this call has torn after a swap stays on flash with explicit erase: the
 * bootloader keeps that image, and a cut of the erase could cost it.
 *
 * Power cut: the image runs after it, confirmed or not; repeat the call. A cut inside the program
 * leaves image_ok unset, set, or bad, which counts as set where images run from primary slots.
 *
 * @retval 0         The running image is confirmed.
 * @retval -EIO      The slot cannot be opened, or what was written does not read back.
 * @retval -ENODEV   The running slot is not known: boot_running_slot_set().
 * @retval -EUCLEAN  The magic or image_ok is bad, and a repair would erase bytes of the image, or
 *                   the end of the image cannot be found, or a cut of the repair could keep the
 *                   image from booting: always in the revert variants, and in swap-scratch where
 *                   the page of the flags also holds status of a swap. Flash unchanged. Way
 *                   out: none is needed where the bootloader keeps such an image, and the next one
 *                   that is installed brings a trailer of its own; a revert variant goes back to
 *                   the other slot's image at the next reset: install from there.
 * @retval -EINVAL   There is something to repair, and a page of the trailer is also another
 *                   area's. Flash unchanged.
 * @retval -ENOTSUP  The bootloader needs a trailer and cannot have one on this flash.
 * @retval -errno    From the device.
 */
DFU_MUST_CHECK int boot_write_img_confirmed(void);

/** boot_write_img_confirmed() for image @p image_index; -EINVAL if there is no such image. */
DFU_MUST_CHECK int boot_write_img_confirmed_multi(int image_index);

/**
 * @brief What the trailers of both slots ask for.
 *
 * In the swap modes that is what the bootloader does at the next reset. overwrite-only: any type
 * but none copies the secondary. direct-xip, ram-load and their revert variants: the same table
 * over the same slots, which the bootloader does not ask; none where no trailer can be and none is
 * needed. single-slot and firmware-loader: always none, nothing is read.
 *
 * @return BOOT_SWAP_TYPE_NONE, _TEST, _PERM or _REVERT, or a negative errno: as
 *         boot_read_swap_state(), else from flash_area_open() or the device.
 */
int mcuboot_swap_type(void);

/** mcuboot_swap_type() for image @p image_index; -EINVAL if there is no such image. */
int mcuboot_swap_type_multi(int image_index);

/**
 * @brief Ask the bootloader to install, or start, the image in the slot that does not run.
 *
 * Writes image_ok (permanent only), then copy_done (permanent, direct-xip and ram-load) or
 * swap_info (all others), and the magic last, so the last write commits.
 * What an earlier call has left behind when it was cut is completed if it is the same request. Else
 * (torn magic, flags that nobody wants) it is erased before, where no byte of the slot's image is
 * in those pages; where one is, the request is still written if what is left does not change it. A
 * pending test is raised to permanent; in overwrite-only there is no difference. In swap-offset a
 * copy_done in the secondary, which would make the request a revert, is erased likewise.
 *
 * direct-xip, ram-load and their revert variants: the slot is marked, but what starts it is its
 * header and version. A request for a test where a permanent one is in force is 0 there.
 *
 * Power cut: nothing is asked for until the last write; what a cut leaves, the same call repairs.
 *
 * @param permanent  BOOT_UPGRADE_TEST or BOOT_UPGRADE_PERMANENT.
 *
 * @retval 0          The request is in force as asked.
 * @retval -EALREADY  A test was asked for, and a permanent request is in force. Unchanged;
 *                    boot_cancel_upgrade_multi() first.
 * @retval -ENODEV    There is no such slot; or single-slot, firmware-loader; or the running slot is
 *                    not known.
 * @retval -ENOTSUP   The bootloader needs a trailer and cannot have one on this flash. Flash
 *                    unchanged.
 * @retval -EINVAL    There is something to repair, and a page of the trailer is also another
 *                    area's. Flash unchanged.
 * @retval -EIO       Written, and it does not read back.
 * @retval -EUCLEAN   The trailer holds something else, and its page also holds bytes of the image,
 *                    or the end of the image cannot be found. Flash unchanged. Way out: download
 *                    again, or boot_erase_img_bank().
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

/**
 * @return Bytes from the start of the area to the image in it: in swap-offset, for the secondary of
 *         one of its images, the size of the slot's first page, unless that image is to be
 *         reverted: then what lies in the secondary lies at its start. Else, and if anything
 *         cannot be read, 0.
 */
size_t boot_get_image_start_offset(uint8_t area_id);

#ifdef __cplusplus
}
#endif

#endif
