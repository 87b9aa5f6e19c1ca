/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief What an SPI NOR chip says of itself: JESD216's tables of Serial Flash Discoverable
 * Parameters.
 */
#ifndef PORTS_SPI_NOR_SFDP_H
#define PORTS_SPI_NOR_SFDP_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SPI_NOR_ERASES_MAX 4

/** An erase that the chip has. */
struct spi_nor_erase {
	size_t size;         /**< Bytes, a power of two; 0: there is no such erase. */
	uint32_t typical_ms; /**< 0: the chip does not say. */
	uint32_t max_ms;     /**< 0: the chip does not say. */
	uint8_t opcode;
};

/** How a chip comes to take 4-byte addresses. */
enum spi_nor_enter_4_byte {
	SPI_NOR_ENTER_NONE,    /**< It does always, or its opcodes do, or it takes 3 bytes. */
	SPI_NOR_ENTER_B7,      /**< After B7h. */
	SPI_NOR_ENTER_WREN_B7, /**< After 06h, B7h. */
};

/** A chip: what its tables say, or what its data sheet says when it has no tables. */
struct spi_nor_chip {
	size_t size;         /**< Bytes. */
	size_t page_size;    /**< Most bytes of a program, which does not cross a multiple of it. */
	uint32_t program_us; /**< Typical time of a page; 0: the chip does not say. */
	uint32_t program_max_us; /**< 0: the chip does not say. */
	/** The smallest first; it is what the library gets for a page. */
	struct spi_nor_erase erases[SPI_NOR_ERASES_MAX];
	uint8_t address_len;    /**< 3 or 4 bytes in read, program and erase. */
	uint8_t read_opcode;    /**< 03h, or 13h for four bytes of address; no dummy cycles. */
	uint8_t program_opcode; /**< 02h, or 12h. */
	enum spi_nor_enter_4_byte enter;
};

/** Read @p len bytes of the tables; 0 or an errno. */
typedef int (*spi_nor_sfdp_read_fn)(void *arg, uint32_t address, uint8_t *data, size_t len);

/**
 * @brief Read the tables of a chip.
 *
 * Chips of the first edition (2011) do not say their page nor their times; 256 bytes are taken
 * then.
 *
 * @retval 0         @p chip is set.
 * @retval -ENODEV   No tables: another kind of chip, one that sleeps, or none.
 * @retval -EBADMSG  The tables contradict themselves or end too early.
 * @retval -ENOTSUP  A chip whose sectors differ in size, or beyond 16 MiB with no way to address
 *                   it that is known here, or tables of an edition to come.
 * @retval -errno    From @p read.
 *
 * A line of the log says what is wrong; @p chip is unchanged then.
 */
DFU_MUST_CHECK int spi_nor_sfdp(struct spi_nor_chip *chip, spi_nor_sfdp_read_fn read, void *arg);

#ifdef __cplusplus
}
#endif

#endif
