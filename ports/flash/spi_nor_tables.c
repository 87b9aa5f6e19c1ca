/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The standard counts the double words of the basic table (BFPT) from 1, and so do the names here:
 * DW(1) is the first.
 *
 * Beyond 16 MiB opcodes of their own for 4-byte addresses (a table, 4BAIT) are preferred to the
 * mode that B7h enters: a chip keeps that mode when the CPU is reset without it, and the first
 * stage of a boot that reads with 3 bytes then finds nothing.
 */
#include <flash/spi_nor_tables.h>

#include <errno.h>
#include <stdbool.h>

#include <dfu/log.h>

#define BASIC_MIN 9u    /* double words of the first edition */
#define BASIC_TIMES 11u /* that say page and times */
#define BASIC_ENTER 16u /* that say how to enter 4-byte addresses */

#define SIZE_3_BYTE 0x1000000u
#define PAGE_DEFAULT 256u

#define DW(n) (tables->basic[(n) - 1])

static uint32_t bits(uint32_t word, unsigned int last, unsigned int first)
{
	return word >> first & (uint32_t)(((uint64_t)1 << (last - first + 1)) - 1);
}

int spi_nor_refuse(int rc, const char *why)
{
	DFU_ERR("spi nor: %s", why);
	return rc;
}

static int take_size(const struct spi_nor_tables *tables, struct spi_nor_chip *chip)
{
	const uint32_t word = DW(2);
	uint64_t size_bits = (uint64_t)word + 1;

	if ((word & 0x80000000u) != 0) {
		const uint32_t exponent = word & 0x7fffffffu;

		/* Up to 2 GiB: the last byte has a 4-byte address, and an off_t of 32 bits. */
		size_bits = exponent < 32 || exponent > 34 ? 0 : (uint64_t)1 << exponent;
	}
	if (size_bits < 8 * 256 || size_bits % 8 != 0) {
		return spi_nor_refuse(-EBADMSG, "SFDP says an impossible size");
	}
	chip->size = (size_t)(size_bits / 8);
	return 0;
}

/* Erase type 1 to 4: a double word holds two of them. */
static int take_erase(const struct spi_nor_tables *tables, unsigned int type,
		      struct spi_nor_erase *erase)
{
	static const uint32_t units_ms[] = {1, 16, 128, 1000};
	static const unsigned int time_at[] = {4, 11, 18, 25};
	const uint32_t half = DW(type <= 2 ? 8 : 9) >> (type % 2 == 0 ? 16 : 0);
	const uint32_t exponent = bits(half, 7, 0);
	const uint32_t time = DW(10) >> time_at[type - 1];

	*erase = (struct spi_nor_erase){0};
	if (exponent == 0) {
		return 0;
	}
	if (exponent < 8 || exponent > 30) {
		return spi_nor_refuse(-EBADMSG, "SFDP says an erase of an impossible size");
	}
	erase->size = (size_t)1 << exponent;
	erase->opcode = (uint8_t)bits(half, 15, 8);
	if (tables->basic_len >= BASIC_TIMES) {
		erase->typical_ms = (bits(time, 4, 0) + 1) * units_ms[bits(time, 6, 5)];
		erase->max_ms = 2 * (bits(DW(10), 3, 0) + 1) * erase->typical_ms;
	}
	return 0;
}

/* The list is in order of size; none of a size twice. */
static void insert_erase(struct spi_nor_chip *chip, const struct spi_nor_erase *erase)
{
	size_t at = 0;

	while (chip->erases[at].size != 0 && chip->erases[at].size < erase->size) {
		at++;
	}
	if (erase->size == 0 || chip->erases[at].size == erase->size) {
		return;
	}
	for (size_t i = SPI_NOR_ERASES_MAX - 1; i > at; i--) {
		chip->erases[i] = chip->erases[i - 1];
	}
	chip->erases[at] = *erase;
}

static int take_erases(const struct spi_nor_tables *tables, struct spi_nor_chip *chip)
{
	struct spi_nor_erase erase;
	int rc = 0;

	for (unsigned int type = 1; rc == 0 && type <= SPI_NOR_ERASES_MAX; type++) {
		rc = take_erase(tables, type, &erase);
		if (rc == 0) {
			insert_erase(chip, &erase);
		}
	}
	if (rc == 0 && (chip->erases[0].size == 0 || chip->size % chip->erases[0].size != 0)) {
		return spi_nor_refuse(-EBADMSG, "SFDP says no erase that suits the size");
	}
	return rc;
}

static int take_page(const struct spi_nor_tables *tables, struct spi_nor_chip *chip)
{
	chip->page_size = PAGE_DEFAULT;
	if (tables->basic_len >= BASIC_TIMES) {
		const uint32_t unit_us = bits(DW(11), 13, 13) != 0 ? 64 : 8;

		chip->page_size = (size_t)1 << bits(DW(11), 7, 4);
		chip->program_us = (bits(DW(11), 12, 8) + 1) * unit_us;
		chip->program_max_us = 2 * (bits(DW(11), 3, 0) + 1) * chip->program_us;
	}
	if (chip->erases[0].size % chip->page_size != 0) {
		return spi_nor_refuse(-EBADMSG, "SFDP says an impossible page");
	}
	return 0;
}

/* Opcodes for 4-byte addresses: erase types without one are left out. Not all chips have them. */
static bool take_4_byte_opcodes(const struct spi_nor_tables *tables, struct spi_nor_chip *chip)
{
	struct spi_nor_chip with = *chip;
	struct spi_nor_erase erase;

	if ((tables->four[0] & 0x41u) != 0x41u) { /* 13h and 12h */
		return false;
	}
	for (unsigned int i = 0; i < SPI_NOR_ERASES_MAX; i++) {
		with.erases[i] = (struct spi_nor_erase){0};
	}
	for (unsigned int type = 1; type <= SPI_NOR_ERASES_MAX; type++) {
		if (bits(tables->four[0], 8 + type, 8 + type) != 0 &&
		    take_erase(tables, type, &erase) == 0) {
			erase.opcode = (uint8_t)(tables->four[1] >> 8 * (type - 1));
			insert_erase(&with, &erase);
		}
	}
	if (with.erases[0].size != chip->erases[0].size) {
		return false;
	}
	*chip = with;
	chip->read_opcode = 0x13;
	chip->program_opcode = 0x12;
	return true;
}

static int take_addresses(const struct spi_nor_tables *tables, struct spi_nor_chip *chip)
{
	const uint32_t enter = tables->basic_len >= BASIC_ENTER ? bits(DW(16), 31, 24) : 0;
	const uint32_t bytes = bits(DW(1), 18, 17); /* 0: three, 1: both, 2: four */

	chip->read_opcode = 0x03;
	chip->program_opcode = 0x02;
	chip->enter = SPI_NOR_ENTER_NONE;
	chip->address_len = bytes == 2 || chip->size > SIZE_3_BYTE ? 4 : 3;
	if (chip->address_len == 3 || bytes == 2 || (enter & 0x40u) != 0 ||
	    take_4_byte_opcodes(tables, chip)) {
		return 0;
	}
	if ((enter & 0x3u) == 0) {
		return spi_nor_refuse(-ENOTSUP, "no way to address all of the chip");
	}
	chip->enter = (enter & 0x1u) != 0 ? SPI_NOR_ENTER_B7 : SPI_NOR_ENTER_WREN_B7;
	return 0;
}

int spi_nor_tables_decode(struct spi_nor_chip *chip, const struct spi_nor_tables *tables)
{
	struct spi_nor_chip found = {0};
	int rc;

	if (tables->basic_len < BASIC_MIN) {
		return spi_nor_refuse(-EBADMSG, "SFDP without a whole basic table");
	}
	rc = take_size(tables, &found);
	if (rc == 0) {
		rc = take_erases(tables, &found);
	}
	if (rc == 0) {
		rc = take_page(tables, &found);
	}
	if (rc == 0) {
		rc = take_addresses(tables, &found);
	}
	if (rc == 0) {
		*chip = found;
	}
	return rc;
}
