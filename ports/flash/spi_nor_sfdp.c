/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A header at address 0, then a list of eight bytes a table, which tell its kind, edition, length
 * in double words and address. Needed is the basic one (BFPT); of several, the last edition. The
 * standard counts double words from 1, and so do the names here: DW(1) is the first.
 *
 * Beyond 16 MiB opcodes of their own for 4-byte addresses (a table, 4BAIT) are preferred to the
 * mode that B7h enters: a chip keeps that mode when the CPU is reset without it, and the first
 * stage of a boot that reads with 3 bytes then finds nothing.
 */
#include <flash/spi_nor_sfdp.h>

#include <stdbool.h>

#include <dfu/log.h>

#define HEADER_LEN 8u
#define SIGNATURE 0x50444653u /* "SFDP" */
#define ID_BASIC 0xff00u
#define ID_SECTORS 0xff81u
#define ID_4_BYTE 0xff84u

#define BASIC_MIN 9u    /* double words of the first edition */
#define BASIC_TIMES 11u /* that say page and times */
#define BASIC_ENTER 16u /* that say how to enter 4-byte addresses */
#define BASIC_MAX 16u
#define FOUR_LEN 2u

#define SIZE_3_BYTE 0x1000000u
#define PAGE_DEFAULT 256u

struct table {
	uint32_t address;
	size_t len; /* double words; 0: the chip has no such table */
	uint8_t minor;
};

struct sfdp {
	spi_nor_sfdp_read_fn read;
	void *arg;
	struct table basic;
	struct table four; /* bytes of address */
	bool has_sectors;  /* of several sizes */
	uint32_t words[BASIC_MAX];
};

#define DW(n) (sfdp->words[(n) - 1])

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t bits(uint32_t word, unsigned int last, unsigned int first)
{
	return word >> first & (uint32_t)(((uint64_t)1 << (last - first + 1)) - 1);
}

static int refuse(int rc, const char *why)
{
	DFU_ERR("spi nor: %s", why);
	return rc;
}

static void take_table(struct sfdp *sfdp, const uint8_t *header)
{
	const uint32_t id = (uint32_t)header[7] << 8 | header[0];
	const struct table table = {
		.address = le32(&header[4]) & 0xffffffu, .len = header[3], .minor = header[1]};
	const bool is_known = header[2] == 1; /* edition; a later one may mean anything */

	if (is_known && id == ID_BASIC && table.minor >= sfdp->basic.minor) {
		sfdp->basic = table;
	} else if (is_known && id == ID_4_BYTE) {
		sfdp->four = table;
	} else if (id == ID_SECTORS) {
		sfdp->has_sectors = true;
	}
}

static int find_tables(struct sfdp *sfdp)
{
	uint8_t header[HEADER_LEN];
	int rc = sfdp->read(sfdp->arg, 0, header, sizeof(header));
	uint32_t tables;

	if (rc != 0) {
		return rc;
	}
	if (le32(header) != SIGNATURE) {
		return refuse(-ENODEV, "no SFDP");
	}
	if (header[5] != 1) {
		return refuse(-ENOTSUP, "SFDP of an unknown edition");
	}
	tables = header[6] + 1u;
	for (uint32_t i = 1; rc == 0 && i <= tables; i++) {
		rc = sfdp->read(sfdp->arg, i * HEADER_LEN, header, sizeof(header));
		if (rc == 0) {
			take_table(sfdp, header);
		}
	}
	return rc;
}

/* What the table lacks reads 0. */
static int read_words(struct sfdp *sfdp, const struct table *table)
{
	uint8_t raw[4];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < BASIC_MAX; i++) {
		sfdp->words[i] = 0;
		if (i < table->len) {
			rc = sfdp->read(sfdp->arg, table->address + (uint32_t)(4 * i), raw,
					sizeof(raw));
		}
		if (rc == 0 && i < table->len) {
			sfdp->words[i] = le32(raw);
		}
	}
	return rc;
}

static int take_size(const struct sfdp *sfdp, struct spi_nor_chip *chip)
{
	const uint32_t word = DW(2);
	uint64_t size_bits = (uint64_t)word + 1;

	if ((word & 0x80000000u) != 0) {
		const uint32_t exponent = word & 0x7fffffffu;

		/* Up to 2 GiB: the last byte has a 4-byte address, and an off_t of 32 bits. */
		size_bits = exponent < 32 || exponent > 34 ? 0 : (uint64_t)1 << exponent;
	}
	if (size_bits < 8 * 256 || size_bits % 8 != 0) {
		return refuse(-EBADMSG, "SFDP says an impossible size");
	}
	chip->size = (size_t)(size_bits / 8);
	return 0;
}

/* Erase type 1 to 4: a double word holds two of them. */
static int take_erase(const struct sfdp *sfdp, unsigned int type, struct spi_nor_erase *erase)
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
		return refuse(-EBADMSG, "SFDP says an erase of an impossible size");
	}
	erase->size = (size_t)1 << exponent;
	erase->opcode = (uint8_t)bits(half, 15, 8);
	if (sfdp->basic.len >= BASIC_TIMES) {
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

static int take_erases(const struct sfdp *sfdp, struct spi_nor_chip *chip)
{
	struct spi_nor_erase erase;
	int rc = 0;

	for (unsigned int type = 1; rc == 0 && type <= SPI_NOR_ERASES_MAX; type++) {
		rc = take_erase(sfdp, type, &erase);
		if (rc == 0) {
			insert_erase(chip, &erase);
		}
	}
	if (rc == 0 && (chip->erases[0].size == 0 || chip->size % chip->erases[0].size != 0)) {
		return refuse(-EBADMSG, "SFDP says no erase that suits the size");
	}
	return rc;
}

static int take_page(const struct sfdp *sfdp, struct spi_nor_chip *chip)
{
	chip->page_size = PAGE_DEFAULT;
	if (sfdp->basic.len >= BASIC_TIMES) {
		const uint32_t unit_us = bits(DW(11), 13, 13) != 0 ? 64 : 8;

		chip->page_size = (size_t)1 << bits(DW(11), 7, 4);
		chip->program_us = (bits(DW(11), 12, 8) + 1) * unit_us;
		chip->program_max_us = 2 * (bits(DW(11), 3, 0) + 1) * chip->program_us;
	}
	if (chip->erases[0].size % chip->page_size != 0) {
		return refuse(-EBADMSG, "SFDP says an impossible page");
	}
	return 0;
}

/* Opcodes for 4-byte addresses: erase types without one are left out. Not all chips have them. */
static bool take_4_byte_opcodes(struct sfdp *sfdp, struct spi_nor_chip *chip)
{
	struct spi_nor_chip with = *chip;
	struct spi_nor_erase erase;
	struct sfdp four = *sfdp;

	if (sfdp->four.len < FOUR_LEN || read_words(&four, &sfdp->four) != 0 ||
	    (four.words[0] & 0x41u) != 0x41u) { /* 13h and 12h */
		return false;
	}
	for (unsigned int i = 0; i < SPI_NOR_ERASES_MAX; i++) {
		with.erases[i] = (struct spi_nor_erase){0};
	}
	for (unsigned int type = 1; type <= SPI_NOR_ERASES_MAX; type++) {
		if (bits(four.words[0], 8 + type, 8 + type) != 0 &&
		    take_erase(sfdp, type, &erase) == 0) {
			erase.opcode = (uint8_t)(four.words[1] >> 8 * (type - 1));
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

static int take_addresses(struct sfdp *sfdp, struct spi_nor_chip *chip)
{
	const uint32_t enter = sfdp->basic.len >= BASIC_ENTER ? bits(DW(16), 31, 24) : 0;
	const uint32_t bytes = bits(DW(1), 18, 17); /* 0: three, 1: both, 2: four */

	chip->read_opcode = 0x03;
	chip->program_opcode = 0x02;
	chip->enter = SPI_NOR_ENTER_NONE;
	chip->address_len = bytes == 2 || chip->size > SIZE_3_BYTE ? 4 : 3;
	if (chip->address_len == 3 || bytes == 2 || (enter & 0x40u) != 0 ||
	    take_4_byte_opcodes(sfdp, chip)) {
		return 0;
	}
	if ((enter & 0x3u) == 0) {
		return refuse(-ENOTSUP, "no way to address all of the chip");
	}
	chip->enter = (enter & 0x1u) != 0 ? SPI_NOR_ENTER_B7 : SPI_NOR_ENTER_WREN_B7;
	return 0;
}

int spi_nor_sfdp(struct spi_nor_chip *chip, spi_nor_sfdp_read_fn read, void *arg)
{
	struct sfdp sfdp = {.read = read, .arg = arg};
	struct spi_nor_chip found = {0};
	int rc = find_tables(&sfdp);

	if (rc == 0 && sfdp.basic.len < BASIC_MIN) {
		rc = refuse(-EBADMSG, "SFDP without a whole basic table");
	}
	if (rc == 0 && sfdp.has_sectors) {
		rc = refuse(-ENOTSUP, "sectors of several sizes");
	}
	if (rc == 0) {
		rc = read_words(&sfdp, &sfdp.basic);
	}
	if (rc == 0) {
		rc = take_size(&sfdp, &found);
	}
	if (rc == 0) {
		rc = take_erases(&sfdp, &found);
	}
	if (rc == 0) {
		rc = take_page(&sfdp, &found);
	}
	if (rc == 0) {
		rc = take_addresses(&sfdp, &found);
	}
	if (rc == 0) {
		*chip = found;
	}
	return rc;
}
