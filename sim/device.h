/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A simulated device: a folder with a board, a raw file for each flash device, and settings.
 *
 *     DEV/board.dtb      the board
 *     DEV/LABEL.bin      content of the flash device with this node label, byte for byte
 *     DEV/public-key.pem the bootloader's key, if the board names one
 *     DEV/modem.bin      the modem, if the board has one (modem_block.h)
 *     DEV/settings       settings; also remembers which slot each image runs from, and a boot mode
 *
 * Nothing of flash is kept between two openings: any program may read or replace the raw files
 * meanwhile.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include <stddef.h>

#include "board.h"
#include "error.h"
#include "modem.h"
#include "power.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_device;

/** What a device is made with, besides its board. */
struct sim_device_options {
	/** The file that the board was made from: the key that the board names is looked for beside
	 *  it, and copied. NULL: in the working directory. */
	const char *source;
	/** Public key (PEM, RSA-2048) that files for its modem have to be signed by; NULL: none. */
	const char *modem_key;
};

/**
 * @brief Make a device folder with erased flash.
 *
 * Every raw file is written at full size, so a disk too small is found here. The board is written
 * last: a folder that a crash leaves half made is no device.
 *
 * @param path  Does not exist, but its parent; or is an empty folder, which stays if this fails.
 * @param blob     Of a board that sim_board_load() takes.
 * @param options  NULL: none.
 *
 * @retval 0         Made.
 * @retval -EEXIST   @p path exists and is no empty folder; it is unchanged.
 * @retval -EINVAL   The board is not sound, its key is none for its bootloader, or there is a modem
 *                   key but no modem. Nothing made.
 * @retval -ENOTSUP  A key of a kind or size that no bootloader uses. Nothing made.
 * @retval -errno    From the file system, such as -ENOSPC. What was made is removed.
 */
DFU_MUST_CHECK int sim_device_create(const char *path, const void *blob, size_t len,
				     const struct sim_device_options *options,
				     struct sim_error *error);

/**
 * @brief Open a device for this process alone.
 *
 * It becomes the flash map, the bootloader, the settings, the modem and the shared RAM of the
 * library. In modes that run images from either slot, the library is told the slots that are
 * remembered, and that any other one is unknown.
 *
 * One device at a time. Flash is strict NOR.
 *
 * @param device  Set to the device; sim_device_close() it.
 *
 * @retval 0         Open.
 * @retval -ENOTDIR  Not a device folder.
 * @retval -EBUSY    In use by another process.
 * @retval -EINVAL   The board is not sound, a raw file has another size than its flash, or the
 *                   modem's another one or is damaged.
 * @retval -errno    From the file system. @p device unchanged on every error.
 */
DFU_MUST_CHECK int sim_device_open(struct sim_device **device, const char *path,
				   struct sim_error *error);

/** Close; the library has no flash map and no modem then. NULL is allowed. */
void sim_device_close(struct sim_device *device);

/** @return The board; lives as long as @p device. */
const struct sim_board *sim_device_board(const struct sim_device *device);

/**
 * @return The power of its flash, settings and modem, which is on, with nothing planned, at the
 * opening. `flash` of an operation is the number of the flash device in the board. What the device
 *         folder remembers for the simulator is no operation.
 */
struct sim_power *sim_device_power(struct sim_device *device);

/**
 * @return The modem, as the reset of the device finds it; NULL: there is none. A board whose modem
 *         is only assumed has none in a folder without its file: it was made before there were any.
 */
struct sim_modem *sim_device_modem(struct sim_device *device);

/**
 * @return The first NOR rule broken since the opening, with device, operation and offset; NULL if
 * none was.
 */
const char *sim_device_violation(const struct sim_device *device);

/**
 * @brief Slot that an image was last started from.
 * @return 0 or 1; -ENOENT if nothing is remembered; -EBADMSG if the file is damaged, -EISDIR or
 *         -EINVAL if it is a directory or something else; -errno from the settings.
 */
DFU_MUST_CHECK int sim_device_active(const struct sim_device *device, unsigned int image);

/**
 * @brief Remember it, and tell the library, as a reset would; a negative @p slot forgets.
 * @return 0, or -errno as sim_device_active().
 */
DFU_MUST_CHECK int sim_device_set_active(struct sim_device *device, unsigned int image, int slot);

/** Tell the library alone: until the closing, or the next call. 0 or -EINVAL, no such image or
 * slot. */
DFU_MUST_CHECK int sim_device_assume_active(struct sim_device *device, unsigned int image,
					    int slot);

/**
 * @brief Let the boot mode survive the closing, as RAM survives a reset: after bootmode_set() or
 * bootmode_clear().
 * @return 0, or -errno as sim_device_active().
 */
DFU_MUST_CHECK int sim_device_keep_boot_mode(const struct sim_device *device);

#ifdef __cplusplus
}
#endif

#endif
