/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of an SPI NOR chip, from data sheets: opcodes, write enable, programs that wrap in their
 * page and only clear bits, erases of several sizes, and a time in which it answers nothing but its
 * status. What a driver must not do fails the test.
 */
#ifndef TESTS_PORTS_FAKE_SPI_NOR_H
#define TESTS_PORTS_FAKE_SPI_NOR_H

#include <flash/flash_spi_nor.h>

#define FAKE_SPI_NOR_ERASES 3

/*
 * Basic tables: of a MX25R6435F, as the chip has it; of a GigaDevice chip of 32 MiB (JEDEC id c8 60
 * 19), put together from its size, its times (4 KiB 30 ms, 32 KiB 112 ms, 64 KiB 160 ms, a page 256
 * us, each up to ten times as long) and its opcodes; and the table of those for 4 bytes of address.
 */
extern const uint32_t fake_mx25r[16];
extern const uint32_t fake_gd25[16];
extern const uint32_t fake_gd25_four[2];

/* Opcodes with 3 bytes of address, or 4 in that mode; and those with 4 always. */
struct fake_spi_nor_erase {
	size_t size;
	uint8_t opcode;
	uint8_t opcode_4;
	uint32_t time_us;
	unsigned int count; /* done so far */
};

struct fake_spi_nor {
	/* The chip. */
	uint8_t *memory; /* malloc'ed */
	size_t size;
	size_t page_size;
	struct fake_spi_nor_erase erases[FAKE_SPI_NOR_ERASES];
	uint32_t program_us;
	const uint8_t *sfdp;
	size_t sfdp_len;
	uint32_t wake_us; /* if it sleeps; it is deaf until ABh and so long after */
	bool only_4_byte; /* takes no other */
	/* What it does. */
	bool enabled;
	bool mode_4_byte;
	bool asleep;
	uint64_t busy_us;
	uint32_t deaf_us; /* until it is awake */
	uint64_t time_us; /* waited by the driver */
	unsigned int programs;
	/* What goes wrong with it. */
	bool absent;          /* every bit reads 1 */
	bool write_protected; /* takes no write enable */
	bool stuck;           /* busy for ever after the next program or erase */
	bool cut;             /* power goes in the next one */
	bool off;             /* and is gone */
	long fail_after;      /* transfers until the bus fails with -ECOMM; negative: never */
};

/* A blank chip of that size; pages of 256, erases of 4, 32 and 64 KiB as most have, no SFDP. */
void fake_spi_nor_init(struct fake_spi_nor *chip, size_t size);
void fake_spi_nor_free(struct fake_spi_nor *chip);

/* The board: `arg` is the chip. */
int fake_spi_nor_transfer(void *arg, const struct spi_nor_transfer *transfer);
void fake_spi_nor_wait_us(void *arg, uint32_t us);

/* Header, a list of one table or two, the basic one of `words`, and that of 4-byte opcodes if it is
 * not NULL. Gives the length; `raw` has room for 128 bytes. */
size_t fake_spi_nor_sfdp(uint8_t *raw, const uint32_t *words, size_t count, const uint32_t four[2]);

#endif
