/* SPDX-License-Identifier: Apache-2.0 */
#include <flash/spi_nor_bus.h>

#define OP_WRITE_ENABLE 0x06
#define OP_READ_STATUS 0x05

#define STATUS_BUSY 0x01u
#define STATUS_ENABLED 0x02u
#define STATUS_NO_CHIP 0xffu /* nobody drives the line */

#define POLLS 16u

static int read_status(const struct flash_spi_nor_config *board, uint8_t *status)
{
	const uint8_t opcode = OP_READ_STATUS;

	return spi_nor_transfer(
		board, &(struct spi_nor_transfer){
			       .command = &opcode, .command_len = 1, .in = status, .len = 1});
}

size_t spi_nor_put_address(uint8_t raw[SPI_NOR_COMMAND_MAX], uint8_t opcode, size_t address,
			   size_t len)
{
	raw[0] = opcode;
	for (size_t i = 0; i < len; i++) {
		raw[1 + i] = (uint8_t)(address >> 8 * (len - 1 - i));
	}
	return 1 + len;
}

int spi_nor_transfer(const struct flash_spi_nor_config *board,
		     const struct spi_nor_transfer *transfer)
{
	return board->transfer(board->arg, transfer);
}

int spi_nor_command(const struct flash_spi_nor_config *board, uint8_t opcode)
{
	return spi_nor_transfer(board,
				&(struct spi_nor_transfer){.command = &opcode, .command_len = 1});
}

int spi_nor_wait_idle(const struct flash_spi_nor_config *board, struct spi_nor_time time)
{
	const uint32_t step = time.typical_us / POLLS + 1;
	uint8_t status = 0;
	int rc = read_status(board, &status);

	for (uint32_t waited = 0; rc == 0 && (status & STATUS_BUSY) != 0; waited += step) {
		if (status == STATUS_NO_CHIP) {
			return -ENODEV;
		}
		if (waited / 2 >= time.max_us) {
			return -ETIMEDOUT;
		}
		board->wait_us(board->arg, step);
		rc = read_status(board, &status);
	}
	return rc;
}

int spi_nor_enable_write(const struct flash_spi_nor_config *board)
{
	uint8_t status = 0;
	int rc = spi_nor_command(board, OP_WRITE_ENABLE);

	if (rc == 0) {
		rc = read_status(board, &status);
	}
	if (rc == 0 && (status == STATUS_NO_CHIP || (status & STATUS_ENABLED) == 0)) {
		rc = -EIO;
	}
	return rc;
}

int spi_nor_change(const struct flash_spi_nor_config *board,
		   const struct spi_nor_transfer *transfer, struct spi_nor_time time)
{
	int rc = spi_nor_enable_write(board);

	if (rc == 0) {
		rc = spi_nor_transfer(board, transfer);
	}
	return rc != 0 ? rc : spi_nor_wait_idle(board, time);
}
