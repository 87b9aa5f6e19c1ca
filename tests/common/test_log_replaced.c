/* SPDX-License-Identifier: Apache-2.0 */
/* An application's own dfu_log_write() takes the place of the archive's, by linking alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include <dfu/log.h>

_Static_assert(CONFIG_DFU_LOG_LEVEL == 3, "the test expects INF on, DBG off");

static char line[64];
static enum dfu_log_level line_level;
static int lines;

void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	line_level = level;
	lines++;
}

static int evaluated(void)
{
	fail_msg("argument of a line below the level was evaluated");
	return 0;
}

static void lines_reach_the_application(void **state)
{
	(void)state;
	DFU_WRN("page %d redone", 7);
	assert_int_equal(lines, 1);
	assert_int_equal(line_level, DFU_LOG_WRN);
	assert_string_equal(line, "page 7 redone");
	DFU_ERR("e");
	DFU_INF("i");
	assert_int_equal(lines, 3);
}

static void lines_below_the_level_cost_nothing(void **state)
{
	(void)state;
	lines = 0;
	DFU_DBG("%d", evaluated());
	assert_int_equal(lines, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_reach_the_application),
		cmocka_unit_test(lines_below_the_level_cost_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
