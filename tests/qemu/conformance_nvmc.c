/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The on-chip flash of nRF51, through its controller: all rules, then a reset, then what must have
 * outlived it. The program lies in the same flash; a page behind the scratch range remembers which
 * start this is, since the emulator puts the program into flash and RAM again at each reset, and
 * nothing else.
 */
#include <flash/flash_nrf_nvmc.h>

#include "conformance.h"
#include "program.h"

#define FLASH_SIZE 0x40000
#define PAGE 1024
#define SCRATCH 0x30000
#define SCRATCH_SIZE (6 * PAGE)
#define MARK (SCRATCH + SCRATCH_SIZE + PAGE)
#define MARKED 0x51f0a77au

static struct flash_nrf_nvmc flash;

static bool is_second_start(void)
{
	uint32_t mark = 0;

	return flash_read(&flash.device, MARK, &mark, sizeof(mark)) == 0 && mark == MARKED;
}

static int mark_start(void)
{
	const uint32_t mark = MARKED;
	int rc = flash_erase(&flash.device, MARK, PAGE);

	return rc != 0 ? rc : flash_write(&flash.device, MARK, &mark, sizeof(mark));
}

int main(void)
{
	static uint8_t buf[1100];
	struct flash_conformance suite = {
		.dev = &flash.device,
		.offset = SCRATCH,
		.size = SCRATCH_SIZE,
		.buf = buf,
		.buf_size = sizeof(buf),
		.device_size = FLASH_SIZE,
		.again = FLASH_CONFORMANCE_CLEARS_BITS,
		.phase = FLASH_CONFORMANCE_BEFORE_RESET,
		.print = conformance_print,
	};

	if (flash_nrf_nvmc_init(&flash) != 0) {
		printf("Bail out! no controller\n");
		return 1;
	}
	if (is_second_start()) {
		suite.phase = FLASH_CONFORMANCE_AFTER_RESET;
		return conformance_status(&suite);
	}
	if (conformance_status(&suite) != 0 || mark_start() != 0) {
		return 1;
	}
	program_reset();
}
