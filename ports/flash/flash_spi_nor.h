/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Any SPI NOR chip that keeps JEDEC's rules, over two functions of the board.
 *
 *     static int transfer(void *arg, const struct spi_nor_transfer *transfer)
 *     {
 *             select; send transfer->command; then send transfer->out or receive into
 *             transfer->in; deselect
 *     }
 *
 *     static void wait_us(void *arg, uint32_t us) ...
 *
 *     static const struct flash_spi_nor_config config = {.transfer = transfer, .wait_us = wait_us};
 *     static struct flash_spi_nor my_flash;
 *
 *     rc = flash_spi_nor_init(&my_flash, &config);
 *     ... &my_flash.device ...
 *
 * The chip says its size, pages, erases and times by SFDP. A page of the library is the smallest
 * erase (4 KiB on most); flash_erase() of more takes the largest erases that are aligned and fit,
 * so that 64 KiB on MX25R6435F take 480 ms and not 768. Reads are plain ones (03h), for which many
 * chips allow 33 to 50 MHz. Sectors that a chip locks by its status register stay as they are,
 * without an error; reading back, as the library does, shows it.
 */
#ifndef PORTS_FLASH_SPI_NOR_H
#define PORTS_FLASH_SPI_NOR_H

#include <drivers/flash.h>
#include <flash/spi_nor_sfdp.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What happens while the chip is selected once: a command, then data in one direction or none. A
 * read is as long as what the library asks for, so a DMA with a shorter limit goes on with the chip
 * still selected; `out` lies wherever the library's caller has it, which may be flash that a DMA
 * cannot read.
 */
struct spi_nor_transfer {
	const uint8_t *command;
	size_t command_len; /**< 1 to 5 bytes. */
	const uint8_t *out; /**< NULL: nothing to send. */
	uint8_t *in;        /**< NULL: nothing to receive. */
	size_t len;         /**< Bytes of either. */
};

/** The board; constant, and outlives the device. */
struct flash_spi_nor_config {
	/** 0 or an errno, which passes through. SPI mode 0 or 3, the bus's own until it returns. */
	int (*transfer)(void *arg, const struct spi_nor_transfer *transfer);
	/** Wait so long at least; other threads may run. */
	void (*wait_us)(void *arg, uint32_t us);
	void *arg; /**< Of both. */
	/** What the chip takes to leave deep power-down, by its data sheet: ABh is sent at init.
	 *  0: it does not sleep. */
	uint32_t wake_us;
	/** For a chip without SFDP, by its data sheet; NULL: the chip is asked. */
	const struct spi_nor_chip *chip;
};

/** A chip; the application owns it and does not move it while `device` is in use. */
struct flash_spi_nor {
	struct device device; /**< For the library. */
	/** Erases with their times, page and the time of its program: for plans and time models. */
	struct spi_nor_chip chip;
	struct flash_pages_layout layout;
};

/**
 * @brief Wake the chip, wait for what it may still be doing, ask it what it is.
 *
 * @retval 0         `device` is ready.
 * @retval -ENODEV   No chip answers, or it has no SFDP.
 * @retval -EINVAL   `config->chip` has no size, page or erase, sizes that do not fit, or addresses
 *                   of other than 3 or 4 bytes.
 * @retval -EBADMSG, -ENOTSUP, -errno  As spi_nor_sfdp() and `transfer`.
 * @retval -ETIMEDOUT  The chip stays busy.
 *
 * After an error `device` is not ready. May be repeated.
 *
 * Later, of programs and erases: -EIO, the chip does not take the write enable (write protected or
 * gone), nothing more is done; -ETIMEDOUT, it stays busy for twice its longest time; -ENODEV, it
 * answers no more. Flash is as after a power cut.
 */
DFU_MUST_CHECK int flash_spi_nor_init(struct flash_spi_nor *nor,
				      const struct flash_spi_nor_config *config);

/** `api` of the device: write block 1 byte, erased value 0xff. */
extern const struct flash_driver_api flash_spi_nor_api;

#ifdef __cplusplus
}
#endif

#endif
