/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches file descriptor 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <dfu/log.h>

static char written[256];

static void log_all(void)
{
	dfu_log_write(DFU_LOG_ERR, "offset %#x of %s", 0x1000, "slot1");
	dfu_log_write(DFU_LOG_WRN, "w");
	dfu_log_write(DFU_LOG_INF, "i");
	dfu_log_write(DFU_LOG_DBG, "100%%");
}

/* Runs `body` with stderr in a file, and reads that file. */
static void capture(void (*body)(void))
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t len;

	assert_non_null(file);
	assert_true(saved >= 0);
	assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
	body();
	(void)fflush(stderr);
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	(void)close(saved);
	rewind(file);
	len = fread(written, 1, sizeof(written) - 1, file);
	written[len] = '\0';
	(void)fclose(file);
}

static void writes_a_line_with_the_level_in_words(void **state)
{
	(void)state;
	capture(log_all);
	assert_string_equal(written, "slotwise: error: offset 0x1000 of slot1\n"
				     "slotwise: warning: w\n"
				     "slotwise: info: i\n"
				     "slotwise: debug: 100%\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_line_with_the_level_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
