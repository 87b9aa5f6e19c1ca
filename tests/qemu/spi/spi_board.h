/* SPDX-License-Identifier: Apache-2.0 */
/* What a board gives the port of SPI NOR. */
#ifndef SPI_BOARD_H
#define SPI_BOARD_H

#include <flash/flash_spi_nor.h>

extern const struct flash_spi_nor_config spi_board;

/** Make the controller ready. */
void spi_board_open(void);

/* Time passes. Waits are rare here: an emulated chip is never busy. */
static inline void spi_board_wait(void *arg, uint32_t us)
{
	(void)arg;
	for (volatile uint32_t left = us * 20u; left > 0; left--) {
	}
}

#endif
