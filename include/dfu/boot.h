/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Which bootloader this is, and the state it keeps in slot trailers. Ours, beneath
 * <dfu/mcuboot.h>.
 *
 * Image n has its primary slot in flash area 2n and its secondary in 2n + 1.
 */
#ifndef DFU_BOOT_H
#define DFU_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/mcuboot.h>
#include <storage/flash_map.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOOT_IMAGES_MAX 8       /**< Most image pairs. */
#define BOOT_SCRATCH_AREA_ID 16 /**< Area of scratch_partition, for swap-scratch. */

/** How the bootloader installs and starts images. */
enum boot_mode {
	BOOT_MODE_SWAP_SCRATCH,
	BOOT_MODE_SWAP_MOVE,
	BOOT_MODE_SWAP_OFFSET,
	BOOT_MODE_OVERWRITE_ONLY,
	BOOT_MODE_DIRECT_XIP,
	BOOT_MODE_DIRECT_XIP_REVERT,
	BOOT_MODE_RAM_LOAD,
	BOOT_MODE_RAM_LOAD_REVERT,
	BOOT_MODE_SINGLE_SLOT,
	BOOT_MODE_FIRMWARE_LOADER,
	BOOT_MODE_COUNT
};

/** What must be known of the bootloader's build. */
struct boot_arrangement {
	enum boot_mode mode;
	uint8_t max_align;    /**< BOOT_MAX_ALIGN: 8, 16 or 32. */
	uint8_t images;       /**< Image pairs, 1 to BOOT_IMAGES_MAX. */
	uint16_t max_sectors; /**< BOOT_MAX_IMG_SECTORS: most sectors of a slot. 0 when it is set:
				 CONFIG_BOOT_MAX_IMG_SECTORS. */
};

/**
 * @return The bootloader's build: constants from Kconfig, or what boot_arrangement_set() gave.
 *         Never NULL.
 */
const struct boot_arrangement *boot_arrangement_get(void);

/**
 * @brief Set the arrangement at run time. Only with CONFIG_BOOT_ARRANGEMENT_RUNTIME (the host
 * build).
 *
 * Until the first call the arrangement is the one of Kconfig. What boot_running_slot_set() was told
 * is forgotten. Nothing else is needed for the calls of <dfu/mcuboot.h> to act on a flash map.
 *
 * @param arrangement  Copied.
 * @retval 0        Set.
 * @retval -EINVAL  A field outside its range; the old arrangement stays.
 */
DFU_MUST_CHECK int boot_arrangement_set(const struct boot_arrangement *arrangement);

/** @return The mode's name in devicetree and messages, such as "swap-move"; NULL for no mode. */
const char *boot_mode_name(enum boot_mode mode);

/**
 * @brief Whether a bootloader of this mode starts what it finds: direct-xip, ram-load, their revert
 * variants, and firmware-loader.
 *
 * An image runs where it lies (or from RAM), so the header alone makes it count: it is programmed
 * when the image is scheduled. In all other modes an image is asked for by a trailer.
 */
bool boot_mode_is_direct(enum boot_mode mode);

/**
 * @brief Whether this mode needs trailers: all but direct-xip, ram-load, single-slot and
 * firmware-loader.
 *
 * On flash that cannot have one (a write block larger than max_align) nothing is updated in it.
 */
bool boot_mode_needs_trailer(enum boot_mode mode);

/**
 * @brief Tell which slot an image runs from, where the library cannot know: direct-xip, ram-load,
 * their revert variants, firmware-loader.
 *
 * Untold, it is CONFIG_BOOT_CODE_SLOT (the slot the application is linked for) in direct-xip,
 * direct-xip-revert and firmware-loader; in ram-load and ram-load-revert for image 0 what the
 * bootloader's shared data say (<retention/blinfo.h>), else unknown. boot_arrangement_set() forgets
 * what was told.
 *
 * @param slot  0 primary, 1 secondary; -1: unknown, whatever there is to be known.
 * @retval 0        Kept until the next call.
 * @retval -EINVAL  No such image or slot.
 */
DFU_MUST_CHECK int boot_running_slot_set(int image_index, int slot);

/**
 * @return Slot that an image runs from, 0 or 1; -EINVAL no such image; -ENODEV unknown. Always 0 in
 *         swap, overwrite-only and single-slot modes.
 */
int boot_running_slot(int image_index);

/**
 * @brief Which area an upload for an image goes to: the slot that does not run.
 *
 * In firmware-loader that is slot 0, and only while the loader runs, from slot 1.
 *
 * @return Area id; -EINVAL no such image; -ENODEV: single-slot, the application asks in
 *         firmware-loader, the running slot is unknown, or there is no such area.
 */
int boot_upload_area(int image_index);

/**
 * @brief Where in a slot the bootloader looks for an update: the size of the first page in a
 * secondary of swap-offset, else 0.
 *
 * Unlike boot_get_image_start_offset() whatever the slot holds now.
 *
 * @param start  Offset from the start of the slot.
 * @retval 0       @p start is set.
 * @retval -errno  From the device; @p start is unchanged.
 */
DFU_MUST_CHECK int boot_slot_upload_start(const struct flash_area *fa, size_t *start);

/**
 * boot_fetch_active_slot() for image @p image_index; BOOT_INVALID_SLOT_ID also if there is none, or
 * nothing runs from that pair.
 */
uint8_t boot_fetch_active_slot_multi(int image_index);

/** boot_is_img_confirmed() for image @p image_index; false if there is no such image. */
bool boot_is_img_confirmed_multi(int image_index);

/** Magic of a trailer. */
enum boot_magic { BOOT_MAGIC_GOOD = 1, BOOT_MAGIC_BAD = 2, BOOT_MAGIC_UNSET = 3 };

/** Flag of a trailer. */
enum boot_flag { BOOT_FLAG_SET = 1, BOOT_FLAG_BAD = 2, BOOT_FLAG_UNSET = 3 };

/** The fields of a trailer, as MCUboot reads them. */
struct boot_swap_state {
	uint8_t magic;     /**< enum boot_magic. */
	uint8_t swap_type; /**< Low nibble of swap_info, 0 as it is; BOOT_SWAP_TYPE_NONE if erased
			      or above 4. */
	uint8_t copy_done; /**< enum boot_flag. */
	uint8_t image_ok;  /**< enum boot_flag. */
	uint8_t image_num; /**< High nibble of swap_info; 0 if the type is none. */
};

/**
 * @brief Read the trailer of a slot.
 *
 * @retval 0         @p state is set.
 * @retval -ENOTSUP  The bootloader cannot have a trailer on this flash: the slot is too small for
 *                   one or no multiple of max_align, or max_align is no multiple of its write
 *                   block.
 * @retval -errno    From the device. @p state is unchanged on error.
 *
 * Reads 40, 64 or 128 bytes.
 */
DFU_MUST_CHECK int boot_read_swap_state(const struct flash_area *fa, struct boot_swap_state *state);

/**
 * boot_read_swap_state() by area id; -errno from flash_area_open(), -ENOENT also outside 0 to 255.
 */
DFU_MUST_CHECK int boot_read_swap_state_by_id(int flash_area_id, struct boot_swap_state *state);

/**
 * @brief What the bootloader would do with two trailers.
 *
 * @param primary, secondary  As read; secondary NULL if there is none.
 * @return BOOT_SWAP_TYPE_NONE, _TEST, _PERM or _REVERT.
 */
int boot_swap_type_of(const struct boot_swap_state *primary,
		      const struct boot_swap_state *secondary);

/**
 * @brief Mark the image of a slot for the next reset.
 *
 * direct-xip, ram-load and their revert variants take any slot of their images; one that is said to
 * run, or that might (boot_running_slot()), is not repaired in the revert variants.
 *
 * @param active   true: the slot runs; confirm it, as boot_write_img_confirmed().
 *                 false: ask for it, as boot_request_upgrade(), with @p confirm as "permanent".
 * @param confirm  Ignored (true) when @p active.
 *
 * @retval -EINVAL  Not a slot of the arrangement's images; in other modes also if a slot that does
 *                  not run is said to, or one that runs is asked for. Flash unchanged.
 * @retval -ENODEV  single-slot or firmware-loader, and not @p active. Flash unchanged.
 *
 * Other results as those two calls.
 */
DFU_MUST_CHECK int boot_set_next(const struct flash_area *fa, bool active, bool confirm);

/**
 * @brief Whether image @p image_index runs a test that has not been confirmed: at the next reset it
 * is given up.
 *
 * swap modes: the primary's magic is good, copy_done set, image_ok unset. overwrite-only: likewise,
 * and at the next reset the bootloader installs whatever valid image the secondary holds; it does
 * not get there by itself. direct-xip and ram-load with revert: the running slot's copy_done is set
 * and image_ok is not. All others: never, nothing is read.
 *
 * @return 1, 0, or a negative errno: -EINVAL no such image; -ENODEV the running slot is not known;
 *         or as boot_read_swap_state(), else from flash_area_open() or the device.
 */
DFU_MUST_CHECK int boot_is_unconfirmed_multi(int image_index);

/**
 * @brief Whether another image is due at the next reset.
 *
 * swap modes, overwrite-only: the trailers ask for a test or a permanent installation. direct-xip,
 * ram-load and their revert variants: the slot that does not run has the header of an image that
 * would be started: its version is above the running one's, or equal and it is the primary slot,
 * and in the revert variants its magic is good and not (copy_done set and image_ok not set). Only
 * the header is looked at. single-slot and firmware-loader: never.
 *
 * @return 1, 0, or a negative errno: -EINVAL no such image; -ENODEV as boot_upload_area(); as
 *         mcuboot_swap_type_multi(); else from the device.
 */
DFU_MUST_CHECK int boot_is_pending_multi(int image_index);

/**
 * @brief Take a pending image back.
 *
 * swap modes, overwrite-only: the secondary slot's trailer is erased, the page of the magic first.
 * What a cut has left of a request (a torn magic, flags without one) is taken back, too. The image
 * stays and can be asked for again.
 *
 * direct-xip, ram-load and their revert variants: where boot_is_pending_multi() says 1, the trailer
 * is erased (revert variants), then the page that holds the header, without explicit erase the
 * header. An older image in that slot, which is no candidate, stays.
 *
 * Power cut: the image is pending or not; repeat the call. On flash whose erase can be torn, a
 * permanent request may be left as one for a test. In the revert variants a header without its
 * trailer may be left, which the bootloader erases.
 *
 * @retval 0         Taken back.
 * @retval -ENOENT   Nothing was pending; swap modes, overwrite-only: the trailer is erased from
 *                   swap_info on. Flash unchanged.
 * @retval -EINVAL   No such image, or a page of the trailer or of the header is also another
 *                   area's. Flash unchanged.
 * @retval -ENODEV   There is no such slot; or single-slot, firmware-loader; or the running slot is
 *                   not known.
 * @retval -ENOTSUP  The bootloader needs a trailer and cannot have one on this flash. Flash
 *                   unchanged.
 * @retval -EUCLEAN  The trailer's page also holds bytes of the image, or the end of the image
 *                   cannot be found. Flash unchanged. Way out: boot_erase_img_bank().
 * @retval -errno    From the device.
 */
DFU_MUST_CHECK int boot_cancel_upgrade_multi(int image_index);

/**
 * @brief Bytes of a slot's trailer, as far as the bootloader uses it in this mode.
 *
 * swap modes: status, swap size, flags, magic. The status is counted in write blocks of the image's
 * primary slot for both slots, in swap-scratch of the scratch area if its are larger. single-slot,
 * firmware-loader: without status. overwrite-only, direct-xip, ram-load and their revert variants:
 * from swap_info on.
 *
 * @return Bytes up to the end of the slot; -ENOTSUP as boot_read_swap_state(), or if the slot is
 *         smaller.
 */
ssize_t boot_trailer_size(const struct flash_area *fa);

/**
 * @brief Erase what pages of a slot hold trailer, the page of the magic first, and no byte before
 * them.
 *
 * Without explicit erase the trailer's write blocks are brought to the erased value, last one
 * first.
 *
 * Power cut: the magic is good or gone; repeat the call.
 *
 * @param first  If not NULL: set to the offset from which the slot is erased to its end.
 *
 * @retval 0         Erased.
 * @retval -EINVAL   One of the pages is also another area's. Flash unchanged.
 * @retval -ENOTSUP  As boot_trailer_size(). Flash unchanged.
 * @retval -errno    From the device.
 */
DFU_MUST_CHECK int boot_trailer_wipe(const struct flash_area *fa, size_t *first);

/**
 * @brief Largest image, header to last TLV, that the bootloader can install, or start, for an image
 * pair.
 *
 *     mode              largest image                        slots
 *     swap-scratch      below the trailer, and below what    of one size; a page of one against
 *                       the scratch area's own trailer       whole pages of the other, and none of
 *                       needs of the piece that holds the    these pieces larger than the scratch
 *                       trailer's first byte                 area (area 16, if it is in the map)
 *     swap-move         below the trailer's pages, in the    pages of one size, as many, or one
 *                       primary one page less                more in the primary
 *     swap-offset       below the trailer's pages, in the    pages of one size, as many, or one
 *                       secondary one page less              more in the secondary
 *     overwrite-only    up to swap_info                      of one size; a page of one against
 *                                                            whole pages of the other
 *     direct-xip,       up to swap_info of the slot that     any
 *     ram-load, revert  does not run
 *     single-slot,      in slot 0, below the trailer         any
 *     firmware-loader
 *
 * In the first four no slot may have more pages than max_sectors. The bootloader never installs
 * anything otherwise, or does not boot. A pair that only takes bootloaders (<dfu/bootloader.h>) has
 * room below the trailer of its upload slot (overwrite-only: up to swap_info), and not more than
 * the larger one of S0 and S1; in other modes than these four -ENOTSUP.
 *
 * @return Bytes; -EINVAL no such image, or a page is also another area's; -ENODEV there is no such
 *         slot, or the running one is not known; -ENOTSUP nothing can ever be installed: slots
 *         that do not go together, too small, or that need a trailer and cannot have one; else
 *         from flash_area_open() or the device.
 *
 * Cost: one look at each page of the slots.
 */
ssize_t boot_get_max_image_size(int image_index);

#ifdef __cplusplus
}
#endif

#endif
