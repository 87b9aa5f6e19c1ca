/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each program and erase is: write enable, see that the chip took it, the command, wait until the
 * chip is done. Nothing is left running, so a read finds the chip idle. Init finds it at work when
 * only the CPU was reset, so it waits first.
 *
 * spi_nor_bus.c has the commands and that wait; spi_nor_sfdp.c finds what the chip says of itself,
 * and spi_nor_tables.c understands it.
 */
#include <flash/flash_spi_nor.h>

#include <flash/spi_nor_bus.h>

#define OP_READ_SFDP 0x5a
#define OP_ENTER_4_BYTE 0xb7
#define OP_WAKE 0xab

/* For chips that do not say: above what any data sheet has for an erase and a page. */
#define ERASE_MS 100u
#define ERASE_MAX_MS 10000u
#define PROGRAM_US 500u
#define PROGRAM_MAX_US 10000u

static const struct flash_spi_nor_config *board(const struct flash_spi_nor *nor)
{
	return nor->device.config;
}

static struct spi_nor_time program_time(const struct spi_nor_chip *chip)
{
	return (struct spi_nor_time){
		.typical_us = chip->program_us != 0 ? chip->program_us : PROGRAM_US,
		.max_us = chip->program_max_us != 0 ? chip->program_max_us : PROGRAM_MAX_US};
}

static struct spi_nor_time erase_time(const struct spi_nor_erase *erase)
{
	return (struct spi_nor_time){
		.typical_us = 1000 * (erase->typical_ms != 0 ? erase->typical_ms : ERASE_MS),
		.max_us = 1000 * (erase->max_ms != 0 ? erase->max_ms : ERASE_MAX_MS)};
}

static int spi_nor_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	const struct flash_spi_nor *nor = dev->data;
	uint8_t raw[SPI_NOR_COMMAND_MAX];
	size_t raw_len = spi_nor_put_address(raw, nor->chip.read_opcode, (size_t)offset,
					     nor->chip.address_len);

	return spi_nor_transfer(board(nor), &(struct spi_nor_transfer){.command = raw,
								       .command_len = raw_len,
								       .in = data,
								       .len = len});
}

/* Within a page; behind its end the chip would go on at its start. */
static int program_page(const struct flash_spi_nor *nor, size_t at, const uint8_t *data, size_t len)
{
	uint8_t raw[SPI_NOR_COMMAND_MAX];
	size_t raw_len =
		spi_nor_put_address(raw, nor->chip.program_opcode, at, nor->chip.address_len);

	return spi_nor_change(
		board(nor),
		&(struct spi_nor_transfer){
			.command = raw, .command_len = raw_len, .out = data, .len = len},
		program_time(&nor->chip));
}

static int spi_nor_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	const struct flash_spi_nor *nor = dev->data;
	const uint8_t *src = data;
	size_t at = (size_t)offset;
	int rc = 0;

	while (rc == 0 && len > 0) {
		size_t part = nor->chip.page_size - at % nor->chip.page_size;

		part = part < len ? part : len;
		rc = program_page(nor, at, src, part);
		at += part;
		src += part;
		len -= part;
	}
	return rc;
}

/* The largest erase that begins at `at` and ends within `len`; the smallest always does. */
static const struct spi_nor_erase *choose_erase(const struct spi_nor_chip *chip, size_t at,
						size_t len)
{
	const struct spi_nor_erase *chosen = &chip->erases[0];

	for (size_t i = 1; i < SPI_NOR_ERASES_MAX && chip->erases[i].size != 0; i++) {
		if (at % chip->erases[i].size == 0 && chip->erases[i].size <= len) {
			chosen = &chip->erases[i];
		}
	}
	return chosen;
}

static int spi_nor_erase(const struct device *dev, off_t offset, size_t size)
{
	const struct flash_spi_nor *nor = dev->data;
	size_t at = (size_t)offset;
	int rc = 0;

	while (rc == 0 && size > 0) {
		const struct spi_nor_erase *erase = choose_erase(&nor->chip, at, size);
		uint8_t raw[SPI_NOR_COMMAND_MAX];
		size_t raw_len = spi_nor_put_address(raw, erase->opcode, at, nor->chip.address_len);

		rc = spi_nor_change(
			board(nor),
			&(struct spi_nor_transfer){.command = raw, .command_len = raw_len},
			erase_time(erase));
		at += erase->size;
		size -= erase->size;
	}
	return rc;
}

static const struct flash_parameters *spi_nor_get_parameters(const struct device *dev)
{
	static const struct flash_parameters parameters = {.write_block_size = 1,
							   .erase_value = 0xff};

	(void)dev;
	return &parameters;
}

static void spi_nor_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
				size_t *layout_size)
{
	const struct flash_spi_nor *nor = dev->data;

	*layout = &nor->layout;
	*layout_size = 1;
}

const struct flash_driver_api flash_spi_nor_api = {
	.read = spi_nor_read,
	.write = spi_nor_write,
	.erase = spi_nor_erase,
	.get_parameters = spi_nor_get_parameters,
	.page_layout = spi_nor_page_layout,
};

/* Three bytes of address and eight cycles of nothing. */
static int read_sfdp(void *arg, uint32_t address, uint8_t *data, size_t len)
{
	const struct flash_spi_nor *nor = arg;
	uint8_t raw[SPI_NOR_COMMAND_MAX] = {0};
	size_t raw_len = spi_nor_put_address(raw, OP_READ_SFDP, address, 3) + 1;

	return spi_nor_transfer(board(nor), &(struct spi_nor_transfer){.command = raw,
								       .command_len = raw_len,
								       .in = data,
								       .len = len});
}

static int wake(const struct flash_spi_nor_config *config)
{
	int rc = 0;

	if (config->wake_us != 0) {
		rc = spi_nor_command(config, OP_WAKE);
		config->wait_us(config->arg, config->wake_us);
	}
	return rc != 0 ? rc : spi_nor_wait_idle(config, erase_time(&(struct spi_nor_erase){0}));
}

static int enter_4_byte(const struct flash_spi_nor *nor)
{
	int rc = 0;

	if (nor->chip.enter == SPI_NOR_ENTER_WREN_B7) {
		rc = spi_nor_enable_write(board(nor));
	}
	if (rc == 0 && nor->chip.enter != SPI_NOR_ENTER_NONE) {
		rc = spi_nor_command(board(nor), OP_ENTER_4_BYTE);
	}
	return rc;
}

/* What a data sheet says was typed: it must not divide by 0, nor pass the end of a command. */
static int take_chip(struct spi_nor_chip *chip, const struct spi_nor_chip *sheet)
{
	if ((sheet->address_len != 3 && sheet->address_len != 4) || sheet->page_size == 0 ||
	    sheet->size == 0 || sheet->erases[0].size == 0 ||
	    sheet->size % sheet->erases[0].size != 0) {
		return -EINVAL;
	}
	*chip = *sheet;
	return 0;
}

int flash_spi_nor_init(struct flash_spi_nor *nor, const struct flash_spi_nor_config *config)
{
	int rc = wake(config);

	*nor = (struct flash_spi_nor){.device = {.name = "spi-nor", .config = config, .data = nor}};
	if (rc == 0 && config->chip != NULL) {
		rc = take_chip(&nor->chip, config->chip);
	} else if (rc == 0) {
		rc = spi_nor_sfdp(&nor->chip, read_sfdp, nor);
	}
	if (rc == 0) {
		rc = enter_4_byte(nor);
	}
	if (rc == 0) {
		nor->layout = (struct flash_pages_layout){.pages_count = nor->chip.size /
									 nor->chip.erases[0].size,
							  .pages_size = nor->chip.erases[0].size};
		nor->device.api = &flash_spi_nor_api;
	}
	return rc;
}
