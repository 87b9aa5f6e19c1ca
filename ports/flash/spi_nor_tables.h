/* SPDX-License-Identifier: Apache-2.0 */
/* The double words of a chip's tables, and what they mean. */
#ifndef PORTS_SPI_NOR_TABLES_H
#define PORTS_SPI_NOR_TABLES_H

#include <flash/spi_nor_sfdp.h>

#define SPI_NOR_BASIC_WORDS 16
#define SPI_NOR_4_BYTE_WORDS 2

/* What the chip does not have reads 0. */
struct spi_nor_tables {
	size_t basic_len; /* double words of it that the chip has; may be more than are here */
	uint32_t basic[SPI_NOR_BASIC_WORDS];
	uint32_t four[SPI_NOR_4_BYTE_WORDS]; /* opcodes for 4-byte addresses */
};

/* Says why in the log, and gives `rc`. */
DFU_MUST_CHECK int spi_nor_refuse(int rc, const char *why);

/* 0, and `chip` is set; -EBADMSG or -ENOTSUP as of spi_nor_sfdp(). */
DFU_MUST_CHECK int spi_nor_tables_decode(struct spi_nor_chip *chip,
					 const struct spi_nor_tables *tables);

#endif
