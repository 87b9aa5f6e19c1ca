/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to the tables: a header at address 0, then a list of eight bytes a table, which tell its
 * kind, edition, length in double words and address. Needed is the basic one; of several, the last
 * edition. What their double words say is the matter of spi_nor_tables.c.
 */
#include <flash/spi_nor_sfdp.h>

#include <errno.h>
#include <stdbool.h>

#include <flash/spi_nor_tables.h>

#include "common/bytes.h"

#define HEADER_LEN 8u
#define SIGNATURE 0x50444653u /* "SFDP" */
#define ID_BASIC 0xff00u
#define ID_SECTORS 0xff81u
#define ID_4_BYTE 0xff84u

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
};

static void take_table(struct sfdp *sfdp, const uint8_t *header)
{
	const uint32_t id = (uint32_t)header[7] << 8 | header[0];
	const struct table table = {
		.address = get_le32(&header[4]) & 0xffffffu, .len = header[3], .minor = header[1]};
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
	if (get_le32(header) != SIGNATURE) {
		return spi_nor_refuse(-ENODEV, "no SFDP");
	}
	if (header[5] != 1) {
		return spi_nor_refuse(-ENOTSUP, "SFDP of an unknown edition");
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

/* As many of the words as the chip has. */
static int read_words(const struct sfdp *sfdp, const struct table *table, uint32_t *words,
		      size_t count)
{
	uint8_t raw[4 * SPI_NOR_BASIC_WORDS];
	const size_t len = min_size(table->len, count);
	int rc = len == 0 ? 0 : sfdp->read(sfdp->arg, table->address, raw, 4 * len);

	for (size_t i = 0; rc == 0 && i < len; i++) {
		words[i] = get_le32(&raw[4 * i]);
	}
	return rc;
}

int spi_nor_sfdp(struct spi_nor_chip *chip, spi_nor_sfdp_read_fn read, void *arg)
{
	struct sfdp sfdp = {.read = read, .arg = arg};
	struct spi_nor_tables tables = {0};
	int rc = find_tables(&sfdp);

	if (rc == 0 && sfdp.has_sectors) {
		rc = spi_nor_refuse(-ENOTSUP, "sectors of several sizes");
	}
	if (rc == 0) {
		tables.basic_len = sfdp.basic.len;
		rc = read_words(&sfdp, &sfdp.basic, tables.basic, SPI_NOR_BASIC_WORDS);
	}
	if (rc == 0 && sfdp.four.len >= SPI_NOR_4_BYTE_WORDS) {
		rc = read_words(&sfdp, &sfdp.four, tables.four, SPI_NOR_4_BYTE_WORDS);
	}
	return rc != 0 ? rc : spi_nor_tables_decode(chip, &tables);
}
