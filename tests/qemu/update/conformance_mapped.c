/* SPDX-License-Identifier: Apache-2.0 */
/* The flash of the update test, with cuts: what that test says of the library hangs on this driver.
 */
#include "conformance.h"
#include "flash_mapped.h"

#define SCRATCH 0x100000

static struct flash_mapped flash;
static const struct device flash0 = {.name = "flash0", .api = &flash_mapped_api, .data = &flash};

static int reopen(void *arg)
{
	(void)arg;
	flash = (struct flash_mapped){0};
	return 0;
}

/* The middle of an operation, so that there is something torn. */
static int cut(void *arg)
{
	(void)arg;
	flash.cut_at = flash.operations + 1;
	flash.tear = FLASH_MAPPED_HALF;
	return 0;
}

int main(void)
{
	static uint8_t buf[4200];
	const struct flash_conformance suite = {
		.dev = &flash0,
		.offset = SCRATCH,
		.size = 6 * FLASH_MAPPED_PAGE,
		.buf = buf,
		.buf_size = sizeof(buf),
		.device_size = FLASH_MAPPED_SIZE,
		.again = FLASH_CONFORMANCE_UNDEFINED,
		.print = conformance_print,
		.reopen = reopen,
		.cut = cut,
	};

	return conformance_status(&suite);
}
