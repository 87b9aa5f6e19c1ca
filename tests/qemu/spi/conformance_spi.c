/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port of SPI NOR over a controller of the board. Argument phase=1: all rules, then a reset,
 * which ends the emulator; phase=2, in another emulator on the same file: what must have outlived
 * it. Argument size=N: bytes of the chip by its data sheet.
 */
#include "conformance.h"
#include "program.h"
#include "semihosting.h"
#include "spi_board.h"

#define SCRATCH 0x200000

static struct flash_spi_nor nor;

static int reopen(void *arg)
{
	(void)arg;
	return flash_spi_nor_init(&nor, &spi_board);
}

int main(void)
{
	static uint8_t buf[600];
	struct flash_conformance suite = {
		.dev = &nor.device,
		.offset = SCRATCH,
		.buf = buf,
		.buf_size = sizeof(buf),
		.device_size = semihosting_argument("size", 0),
		.again = FLASH_CONFORMANCE_CLEARS_BITS,
		.phase = FLASH_CONFORMANCE_BEFORE_RESET,
		.print = conformance_print,
		.reopen = reopen,
	};
	int rc;

	spi_board_open();
	rc = flash_spi_nor_init(&nor, &spi_board);
	if (rc != 0) {
		printf("Bail out! no chip: %d\n", rc);
		return 1;
	}
	suite.size = 4 * nor.chip.erases[0].size;
	if (semihosting_argument("phase", 1) == 2) {
		suite.phase = FLASH_CONFORMANCE_AFTER_RESET;
	}
	if (conformance_status(&suite) != 0) {
		return 1;
	}
	/* The emulator writes the last bytes of the file at a reset, not when a program exits. */
	program_reset();
}
