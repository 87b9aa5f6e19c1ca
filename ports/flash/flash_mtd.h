/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A flash chip of a Linux device, through its MTD character device.
 *
 *     int fd = open("/dev/mtd3", O_RDWR | O_CLOEXEC);
 *     struct flash_mtd my_flash;
 *
 *     rc = fd < 0 ? -errno : flash_mtd_init(&my_flash, fd);
 *     ... &my_flash.device ...
 *
 * For NOR and for RAM. NAND is refused: its blocks go bad, and a port that steps around them, or
 * does not, is no place for an image that a bootloader reads in one piece; put UBI between, and
 * flash_file.h on a static UBI volume. Pages of several sizes (regions of a CFI chip) are known.
 *
 * Chips that are locked at power-up are unlocked by the application, as with `flash_unlock` of
 * mtd-utils; what is locked fails with the kernel's errno. Reads and writes are of the kernel: no
 * cache is between them and the chip.
 */
#ifndef PORTS_FLASH_MTD_H
#define PORTS_FLASH_MTD_H

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FLASH_MTD_RUNS_MAX 8

/** A device; the application owns it and does not move it while `device` is in use. */
struct flash_mtd {
	struct device device; /**< For the library. */
	int fd;               /**< The caller's, who closes it after the last use. */
	const struct flash_parameters *parameters;
	struct flash_pages_layout layout[FLASH_MTD_RUNS_MAX];
	size_t runs;
};

/**
 * @brief Ask the kernel for the geometry, and make `device` ready.
 *
 * @param fd  An MTD character device, open for reading and writing; it must remain so.
 *
 * @retval 0         Ready.
 * @retval -ENOTSUP  NAND, a UBI volume, a write block that is no power of two up to 512, or
 *                   more than FLASH_MTD_RUNS_MAX regions. A line of the log says which.
 * @retval -EROFS    The kernel does not let it be written.
 * @retval -EBADMSG  The kernel's sizes contradict each other.
 * @retval -ENOTTY, -errno  From the kernel: no MTD device.
 *
 * After an error `device` is not ready.
 *
 * Later calls give the kernel's errno; -EIO of an erase or a write is the chip's.
 */
DFU_MUST_CHECK int flash_mtd_init(struct flash_mtd *mtd, int fd);

/** `api` of the device. */
extern const struct flash_driver_api flash_mtd_api;

#ifdef __cplusplus
}
#endif

#endif
