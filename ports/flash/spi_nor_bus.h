/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of an SPI NOR chip, over the two functions of the board. */
#ifndef PORTS_SPI_NOR_BUS_H
#define PORTS_SPI_NOR_BUS_H

#include <flash/flash_spi_nor.h>

#define SPI_NOR_COMMAND_MAX 5

/* What is waited for: the status register is asked every sixteenth of the typical time, twice the
 * longest at most. */
struct spi_nor_time {
	uint32_t typical_us;
	uint32_t max_us;
};

/* An opcode with its address, most significant byte first; gives the length. */
size_t spi_nor_put_address(uint8_t raw[SPI_NOR_COMMAND_MAX], uint8_t opcode, size_t address,
			   size_t len);

/* Each is 0, an error of the bus, or what is said. */
DFU_MUST_CHECK int spi_nor_transfer(const struct flash_spi_nor_config *board,
				    const struct spi_nor_transfer *transfer);
DFU_MUST_CHECK int spi_nor_command(const struct flash_spi_nor_config *board, uint8_t opcode);
/* -ENODEV: nothing answers. -ETIMEDOUT. */
DFU_MUST_CHECK int spi_nor_wait_idle(const struct flash_spi_nor_config *board,
				     struct spi_nor_time time);
/* -EIO: the chip does not take it. */
DFU_MUST_CHECK int spi_nor_enable_write(const struct flash_spi_nor_config *board);
/* Write enable, a program or an erase, and the wait for its end. */
DFU_MUST_CHECK int spi_nor_change(const struct flash_spi_nor_config *board,
				  const struct spi_nor_transfer *transfer,
				  struct spi_nor_time time);

#endif
