/* SPDX-License-Identifier: Apache-2.0 */
/* The example in FORMATS.md is what the log programs, and is read as what it says. */
#include "log_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define MARK "<!-- settings-log -->"

static const struct log_geometry two_pages = {.flash = {{{2, PAGE}}, 4, 0xff, false}};
static struct log_rig rig;
static uint8_t documented[2 * PAGE]; /* erased where nothing is said */

/* Lines "    offset  bytes  comment"; bytes are apart by one space, or by two in their middle. */
static void take_line(const char *line)
{
	char *end;
	unsigned long offset = strtoul(line, &end, 16);

	assert_true(end != line);
	while (end[0] == ' ' && strspn(end + 1 + (end[1] == ' '), "0123456789abcdef") == 2) {
		assert_in_range(offset, 0, sizeof(documented) - 1);
		documented[offset++] = (uint8_t)strtoul(end, &end, 16);
	}
}

static int read_example(void **state)
{
	FILE *file = fopen(VECTORS "/../../FORMATS.md", "r");
	char line[256];
	unsigned int lines = 0;
	bool inside = false;

	(void)state;
	assert_non_null(file);
	memset(documented, 0xff, sizeof(documented));
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, MARK, strlen(MARK)) == 0) {
			inside = true;
		} else if (inside && strncmp(line, "    ", 4) == 0 && line[4] != ' ') {
			take_line(line);
			lines++;
		} else if (line[0] != '\n' && line[0] != ' ') {
			inside = false;
		}
	}
	assert_int_equal(fclose(file), 0);
	return lines > 8 ? 0 : -1;
}

static void the_example_is_what_the_log_programs(void **state)
{
	(void)state;
	log_rig_init(&rig, &two_pages);
	assert_int_equal(settings_save_one("app/mode", "on", 2), 0);
	assert_int_equal(settings_save_one("app/id", "\x01\x02\x03\x04\x05", 5), 0);
	assert_int_equal(settings_save_one("app/mode", "off", 3), 0);
	assert_int_equal(settings_delete("app/id"), 0);
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_int_equal(settings_save_one("app/id", "\x06", 1), 0);
	assert_memory_equal(log_rig_bytes(&rig, 0), documented, sizeof(documented));
	log_rig_free(&rig);
}

static void the_example_is_read(void **state)
{
	(void)state;
	log_rig_blank(&rig, &two_pages);
	memcpy(log_rig_bytes(&rig, 0), documented, PAGE);
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_setting("app/mode", "off", 3);
	assert_setting("app/id", NULL, 0);
	memcpy(log_rig_bytes(&rig, PAGE), documented + PAGE, PAGE);
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_setting("app/mode", "off", 3);
	assert_setting("app/id", "\x06", 1);
	log_rig_free(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_is_what_the_log_programs),
		cmocka_unit_test(the_example_is_read),
	};

	return cmocka_run_group_tests(tests, read_example, NULL);
}
