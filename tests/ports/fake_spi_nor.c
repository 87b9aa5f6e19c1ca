/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_spi_nor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FOREVER UINT64_MAX

const uint32_t fake_mx25r[16] = {0xfff120e5, 0x03ffffff, 0x6b08eb44, 0xbb043b08,
				 0xffffffee, 0xff00ffff, 0xff00ffff, 0x520f200c,
				 0xff00d810, 0x00f57223, 0xcc04ed82, 0x44688344,
				 0xb030b030, 0x5cd5c4f7, 0xff29be00, 0xffffd0f0};

/* Times: 4 KiB 30 ms, 32 KiB 112 ms, 64 KiB 160 ms, page 256 us, each up to ten times as long. */
const uint32_t fake_gd25[16] = {0xfff320e5,
				0x0fffffff,
				0,
				0,
				0,
				0,
				0,
				0x520f200c,
				0x0000d810,
				4u | 29u << 4 | (6u << 11 | 1u << 16) | (9u << 18 | 1u << 23),
				4u | 8u << 4 | 31u << 8,
				0,
				0,
				0,
				0,
				0x21u << 24};
const uint32_t fake_gd25_four[2] = {0x41u | 7u << 9, 0x00dc5c21};

void fake_spi_nor_init(struct fake_spi_nor *chip, size_t size)
{
	*chip = (struct fake_spi_nor){
		.memory = malloc(size),
		.size = size,
		.page_size = 256,
		.erases = {{.size = 4096, .opcode = 0x20, .opcode_4 = 0x21, .time_us = 48000},
			   {.size = 32768, .opcode = 0x52, .opcode_4 = 0x5c, .time_us = 240000},
			   {.size = 65536, .opcode = 0xd8, .opcode_4 = 0xdc, .time_us = 480000}},
		.program_us = 896,
		.fail_after = -1,
	};
	assert_non_null(chip->memory);
	memset(chip->memory, 0xff, size);
}

void fake_spi_nor_free(struct fake_spi_nor *chip)
{
	free(chip->memory);
}

static size_t address_of(const struct fake_spi_nor *chip, const struct spi_nor_transfer *transfer,
			 size_t len)
{
	size_t address = 0;

	assert_int_equal(transfer->command_len, 1 + len);
	for (size_t i = 0; i < len; i++) {
		address = address << 8 | transfer->command[1 + i];
	}
	assert_true(address < chip->size);
	return address;
}

static size_t usual_len(const struct fake_spi_nor *chip)
{
	return chip->mode_4_byte || chip->only_4_byte ? 4 : 3;
}

static void begin(struct fake_spi_nor *chip, uint32_t time_us)
{
	chip->enabled = false;
	chip->busy_us = chip->stuck ? FOREVER : time_us;
	if (chip->cut) {
		chip->cut = false;
		chip->off = true;
	}
}

static void program(struct fake_spi_nor *chip, size_t address,
		    const struct spi_nor_transfer *transfer)
{
	const size_t page = address - address % chip->page_size;
	size_t len = chip->cut ? transfer->len / 2 : transfer->len;

	assert_non_null(transfer->out);
	assert_true(transfer->len > 0);
	if (!chip->enabled) {
		return;
	}
	/* What is sent beyond a page replaces what was sent first. */
	assert_true(transfer->len <= chip->page_size);
	for (size_t i = 0; i < transfer->len; i++) {
		if (i >= len && i % 3 != 0) {
			continue; /* torn: some of those behind have begun, too */
		}
		chip->memory[page + (address + i) % chip->page_size] &= transfer->out[i];
	}
	chip->programs++;
	begin(chip, chip->program_us);
}

static void erase(struct fake_spi_nor *chip, struct fake_spi_nor_erase *erase, size_t address)
{
	if (!chip->enabled) {
		return;
	}
	address -= address % erase->size; /* the chip ignores the low bits */
	memset(&chip->memory[address], 0xff, chip->cut ? erase->size / 3 : erase->size);
	erase->count++;
	begin(chip, erase->time_us);
}

static bool try_erase(struct fake_spi_nor *chip, const struct spi_nor_transfer *transfer)
{
	for (size_t i = 0; i < FAKE_SPI_NOR_ERASES; i++) {
		struct fake_spi_nor_erase *type = &chip->erases[i];

		if (transfer->command[0] == type->opcode) {
			erase(chip, type, address_of(chip, transfer, usual_len(chip)));
			return true;
		}
		if (transfer->command[0] == type->opcode_4) {
			erase(chip, type, address_of(chip, transfer, 4));
			return true;
		}
	}
	return false;
}

static void read_sfdp(const struct fake_spi_nor *chip, const struct spi_nor_transfer *transfer)
{
	const uint8_t *raw = transfer->command;
	const size_t address = (size_t)raw[1] << 16 | (size_t)raw[2] << 8 | raw[3];

	assert_int_equal(transfer->command_len, 5);
	for (size_t i = 0; i < transfer->len; i++) {
		transfer->in[i] = address + i < chip->sfdp_len ? chip->sfdp[address + i]
							       : UINT8_C(0xff);
	}
}

static void obey(struct fake_spi_nor *chip, const struct spi_nor_transfer *transfer)
{
	switch (transfer->command[0]) {
	case 0x05:
		memset(transfer->in, (chip->busy_us > 0 ? 1 : 0) | (chip->enabled ? 2 : 0),
		       transfer->len);
		return;
	case 0x06:
		chip->enabled = !chip->write_protected;
		return;
	case 0x03:
		memcpy(transfer->in, &chip->memory[address_of(chip, transfer, usual_len(chip))],
		       transfer->len);
		return;
	case 0x13:
		memcpy(transfer->in, &chip->memory[address_of(chip, transfer, 4)], transfer->len);
		return;
	case 0x02:
		program(chip, address_of(chip, transfer, usual_len(chip)), transfer);
		return;
	case 0x12:
		program(chip, address_of(chip, transfer, 4), transfer);
		return;
	case 0x5a:
		read_sfdp(chip, transfer);
		return;
	case 0xb7:
		chip->mode_4_byte = true;
		return;
	default:
		if (!try_erase(chip, transfer)) {
			fail_msg("unknown opcode %02x", transfer->command[0]);
		}
	}
}

int fake_spi_nor_transfer(void *arg, const struct spi_nor_transfer *transfer)
{
	struct fake_spi_nor *chip = arg;

	assert_true(transfer->command_len >= 1 && transfer->command_len <= 5);
	assert_true(transfer->in == NULL || transfer->out == NULL);
	if (chip->off) {
		return -EIO;
	}
	if (chip->fail_after >= 0 && chip->fail_after-- == 0) {
		return -ECOMM;
	}
	if (transfer->in != NULL) {
		memset(transfer->in, 0xff, transfer->len);
	}
	if (chip->asleep && transfer->command[0] == 0xab) {
		chip->asleep = false;
		chip->deaf_us = chip->wake_us;
		return 0;
	}
	if (chip->absent || chip->asleep || chip->deaf_us > 0 || transfer->command[0] == 0xab) {
		return 0;
	}
	if (chip->busy_us > 0 && transfer->command[0] != 0x05) {
		fail_msg("opcode %02x while the chip is busy", transfer->command[0]);
	}
	obey(chip, transfer);
	return 0;
}

void fake_spi_nor_wait_us(void *arg, uint32_t us)
{
	struct fake_spi_nor *chip = arg;

	chip->time_us += us;
	chip->deaf_us = us < chip->deaf_us ? chip->deaf_us - us : 0;
	if (chip->busy_us != FOREVER) {
		chip->busy_us = us < chip->busy_us ? chip->busy_us - us : 0;
	}
}

static void put_word(uint8_t *raw, uint32_t word)
{
	for (unsigned int i = 0; i < 4; i++) {
		raw[i] = (uint8_t)(word >> 8 * i);
	}
}

size_t fake_spi_nor_sfdp(uint8_t *raw, const uint32_t *words, size_t count, const uint32_t four[2])
{
	const uint8_t header[] = {'S', 'F', 'D', 'P', 6, 1, four != NULL ? 1 : 0, 0xff};
	const uint8_t basic[] = {0x00, 6, 1, (uint8_t)count, 0x30, 0, 0, 0xff};
	const uint8_t address[] = {0x84, 0, 1, 2, 0x20, 0, 0, 0xff};

	memset(raw, 0xff, 128);
	memcpy(raw, header, 8);
	memcpy(raw + 8, basic, 8);
	for (size_t i = 0; i < count; i++) {
		put_word(raw + 0x30 + 4 * i, words[i]);
	}
	if (four != NULL) {
		memcpy(raw + 16, address, 8);
		put_word(raw + 0x20, four[0]);
		put_word(raw + 0x24, four[1]);
	}
	return 0x30 + 4 * count;
}
