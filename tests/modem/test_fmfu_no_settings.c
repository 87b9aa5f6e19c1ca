/* SPDX-License-Identifier: Apache-2.0 */
/* Built without settings: nothing is remembered, and an update needs nothing to be. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/fmfu_fdev.h>

#include "fake_modem.h"
#include "file_flash.h"
#include "fmfu_maker.h"

#define VERIFY 3 /* of the calls: begin, bootloader, verify, firmware, finish */

static void an_update_is_made_and_forgotten(void **state)
{
	static uint8_t buf[1024];
	static struct fake_modem modem;
	static struct maker maker;
	struct file_flash flash;

	(void)state;
	maker_begin(&maker, 2);
	maker_make(&maker);
	file_flash_open(&flash, maker.file, maker.file_len);
	for (size_t fails = 0; fails <= 5; fails++) {
		fake_modem_open(&modem);
		dfu_modem_set(&modem.port);
		modem.fails = fails;
		modem.rc = -EACCES;
		assert_int_equal(fmfu_fdev_load(buf, sizeof(buf), &flash.dev, 0), fails == 0 ? 0
										  : fails == VERIFY
											  ? -EACCES
											  : -EIO);
		assert_int_equal(modem.count, fails == 0 ? 5 : fails);
		assert_false(fmfu_fdev_pending());
		fake_modem_close(&modem);
	}
	dfu_modem_set(NULL);
	maker_free(&maker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_update_is_made_and_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
