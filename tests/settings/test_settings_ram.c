/* SPDX-License-Identifier: Apache-2.0 */
#include "suite.h"

#include <string.h>

#include <settings/settings_ram.h>

static uint8_t memory[8192];
static struct settings_ram ram;

static const struct settings_backend *open_ram(void)
{
	settings_ram_init(&ram, memory, sizeof(memory));
	return &ram.backend;
}

static void close_ram(void)
{
	memset(memory, 0xa5, sizeof(memory));
}

/* Room for less than was asked is room for nothing of it. */
static void full_store_refuses_and_keeps_what_it_has(void **state)
{
	uint8_t small[40];
	uint8_t value[40] = {0};
	size_t used;

	(void)state;
	memset(small, 0x5a, sizeof(small));
	settings_ram_init(&ram, small, 32);
	settings_backend_set(&ram.backend);
	assert_int_equal(settings_save_one("a", "first", 5), 0);
	used = ram.used;
	assert_int_equal(settings_save_one("b", value, 40), -ENOSPC);
	assert_int_equal(settings_save_one("a", value, 40), -ENOSPC);
	assert_int_equal(ram.used, used);
	assert_setting("a", "first", 5);
	assert_setting("b", NULL, 0);
	for (size_t i = 32; i < sizeof(small); i++) {
		assert_int_equal(small[i], 0x5a);
	}
	settings_backend_set(NULL);
}

/* The old value's room counts as free, to the last byte. */
static void replacing_uses_the_room_of_the_old_value(void **state)
{
	uint8_t small[32];
	uint8_t value[32] = {7};
	size_t longest = 0;

	(void)state;
	settings_ram_init(&ram, small, sizeof(small));
	settings_backend_set(&ram.backend);
	for (size_t len = 1; len <= sizeof(value); len++) {
		if (settings_save_one("a", value, len) == 0) {
			longest = len;
		}
	}
	assert_in_range(longest, 20, 31);
	assert_int_equal(ram.used, sizeof(small));
	assert_int_equal(settings_save_one("a", value, longest), 0);
	assert_setting("a", value, longest);
	assert_int_equal(settings_delete("a"), 0);
	assert_int_equal(ram.used, 0);
	settings_backend_set(NULL);
}

static void no_memory_is_a_full_store(void **state)
{
	(void)state;
	settings_ram_init(&ram, NULL, 0);
	settings_backend_set(&ram.backend);
	assert_int_equal(settings_save_one("a", "1", 1), -ENOSPC);
	assert_int_equal(settings_delete("a"), 0);
	assert_setting("a", NULL, 0);
	settings_backend_set(NULL);
}

int main(void)
{
	const struct settings_suite suite = {"settings in RAM", open_ram, close_ram};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_store_refuses_and_keeps_what_it_has),
		cmocka_unit_test(replacing_uses_the_room_of_the_old_value),
		cmocka_unit_test(no_memory_is_a_full_store),
	};

	return run_settings_suite(&suite) + cmocka_run_group_tests(tests, NULL, NULL);
}
