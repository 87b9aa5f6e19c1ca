/* SPDX-License-Identifier: Apache-2.0 */
/* What the bootloader tells, from bytes typed by hand; by key and as settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <retention/blinfo.h>
#include <retention/retention.h>
#include <settings/settings.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
static const uint8_t dump[] = {
	0x16, 0x20, 0x9b, 0x00,                               /* 155 bytes in all */
	0x00, 0x10, 0x02, 0x00, 0xee, 0xee,                   /* of a measured boot: not ours */
	0x00, 0x20, 0x01, 0x00, 0x06,
	0x01, 0x20, 0x01, 0x00, 0x02,
	0x02, 0x20, 0x01, 0x00, 0x01,
	0x03, 0x20, 0x01, 0x00, 0x0f,
	0x04, 0x20, 0x08, 0x00, 2, 4, 1, 0, 0x78, 0x56, 0x34, 0x12,
	0x05, 0x20, 0x04, 0x00, 0x00, 0xf0, 0x03, 0x00,
	0x06, 0x20, 0x04, 0x00, 0x01, 0xf0, 0x03, 0x00,
	0x07, 0x20, 0x04, 0x00, 0x02, 0xf0, 0x03, 0x00,
	0x08, 0x20, 0x04, 0x00, 0x03, 0xf0, 0x03, 0x00,
	0x09, 0x20, 0x04, 0x00, 0x04, 0xf0, 0x03, 0x00,
	0x10, 0x20, 0x04, 0x00, 0x10, 0x00, 0x00, 0x80,
	0x11, 0x20, 0x04, 0x00, 0x11, 0x00, 0x00, 0x80,
	0x12, 0x20, 0x04, 0x00, 0x12, 0x00, 0x00, 0x80,
	0x13, 0x20, 0x04, 0x00, 0x13, 0x00, 0x00, 0x80,
	0x14, 0x20, 0x04, 0x00, 0x14, 0x00, 0x00, 0x80,
	0x0a, 0x20, 0x00, 0x00,                               /* a key of the future, empty */
	0x7b, 0x20, 0x05, 0x00, 1, 2, 3, 4, 5,                /* another one */
	0xff, 0x2f, 0x10, 0x00,                               /* the last minor there is */
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
};
/* clang-format on */
_Static_assert(sizeof(dump) == 0x9b, "the total in the dump");

struct expectation {
	uint16_t key;
	int len;
	uint8_t bytes[16];
};

/* By key, upwards. */
static const struct expectation expected[] = {
	{BLINFO_MODE, 1, {MCUBOOT_MODE_RAM_LOAD}},
	{BLINFO_SIGNATURE_TYPE, 1, {2}},
	{BLINFO_RECOVERY, 1, {1}},
	{BLINFO_RUNNING_SLOT, 1, {15}},
	{BLINFO_BOOTLOADER_VERSION, 8, {2, 4, 1, 0, 0x78, 0x56, 0x34, 0x12}},
	{BLINFO_MAX_APPLICATION_SIZE, 4, {0x00, 0xf0, 0x03, 0x00}},
	{BLINFO_MAX_APPLICATION_SIZE_IMAGE_1, 4, {0x01, 0xf0, 0x03, 0x00}},
	{BLINFO_MAX_APPLICATION_SIZE_IMAGE_2, 4, {0x02, 0xf0, 0x03, 0x00}},
	{BLINFO_MAX_APPLICATION_SIZE_IMAGE_3, 4, {0x03, 0xf0, 0x03, 0x00}},
	{BLINFO_MAX_APPLICATION_SIZE_IMAGE_4, 4, {0x04, 0xf0, 0x03, 0x00}},
	{0x0a, 0, {0}},
	{BLINFO_SECURITY_COUNTER_IMAGE_0, 4, {0x10, 0x00, 0x00, 0x80}},
	{BLINFO_SECURITY_COUNTER_IMAGE_0 + 1, 4, {0x11, 0x00, 0x00, 0x80}},
	{BLINFO_SECURITY_COUNTER_IMAGE_0 + 2, 4, {0x12, 0x00, 0x00, 0x80}},
	{BLINFO_SECURITY_COUNTER_IMAGE_0 + 3, 4, {0x13, 0x00, 0x00, 0x80}},
	{BLINFO_SECURITY_COUNTER_IMAGE_0 + 4, 4, {0x14, 0x00, 0x00, 0x80}},
	{0x7b, 5, {1, 2, 3, 4, 5}},
	{0xfff, 16, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
};

/* An allocation of the very size, so that a sanitizer sees any access beyond. */
static uint8_t *name_region(const uint8_t *bytes, size_t size)
{
	struct retention_region region = {.bytes = malloc(size == 0 ? 1 : size), .size = size};

	assert_non_null(region.bytes);
	memcpy(region.bytes, bytes, size);
	blinfo_region_set(&region);
	return region.bytes;
}

static void forget_region(uint8_t *bytes)
{
	blinfo_region_set(NULL);
	free(bytes);
}

/* The call fails, and leaves the caller's bytes as they were. */
static void assert_refused(uint16_t key, int val_len_max, int rc)
{
	char val[32];
	char before[sizeof(val)];

	memset(val, 0x5a, sizeof(val));
	memcpy(before, val, sizeof(val));
	assert_int_equal(blinfo_lookup(key, val, val_len_max), rc);
	assert_memory_equal(val, before, sizeof(val));
}

/* Exactly the value is written, whatever the room for it. */
static void every_key_gives_its_bytes(void **state)
{
	uint8_t *region = name_region(dump, sizeof(dump));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct expectation *e = &expected[i];
		char val[17];

		for (int max = e->len; max <= 16; max++) {
			memset(val, 0x5a, sizeof(val));
			assert_int_equal(blinfo_lookup(e->key, val, max), e->len);
			assert_memory_equal(val, e->bytes, (size_t)e->len);
			assert_int_equal(val[e->len], 0x5a);
		}
		assert_int_equal(blinfo_lookup(e->key, val, INT_MAX), e->len);
	}
	assert_memory_equal(region, dump, sizeof(dump));
	forget_region(region);
}

static void too_little_room_is_eoverflow(void **state)
{
	uint8_t *region = name_region(dump, sizeof(dump));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		for (int max = 0; max < expected[i].len; max++) {
			assert_refused(expected[i].key, max, -EOVERFLOW);
		}
	}
	forget_region(region);
}

/* A key above the minors is not the major of another entry: 0x1000 would be type 0x3000. */
static void a_key_that_is_not_there_is_eio(void **state)
{
	uint8_t *region = name_region(dump, sizeof(dump));
	size_t there = 0;

	(void)state;
	for (unsigned int key = 0; key <= 0xffff; key++) {
		if (there < ARRAY_SIZE(expected) && key == expected[there].key) {
			there++;
		} else {
			assert_refused((uint16_t)key, 32, -EIO);
		}
	}
	assert_int_equal(there, ARRAY_SIZE(expected));
	forget_region(region);
}

static void impossible_arguments_are_einval(void **state)
{
	uint8_t *region = name_region(dump, sizeof(dump));

	(void)state;
	assert_int_equal(blinfo_lookup(BLINFO_MODE, NULL, 1), -EINVAL);
	assert_refused(BLINFO_MODE, -1, -EINVAL);
	assert_refused(BLINFO_MODE, INT_MIN, -EINVAL);
	forget_region(region);
}

static void without_a_region_all_is_eio(void **state)
{
	static const struct retention_region no_bytes = {.bytes = NULL, .size = 64};

	(void)state;
	blinfo_region_set(NULL);
	assert_refused(BLINFO_MODE, 1, -EIO);
	blinfo_region_set(&no_bytes);
	assert_refused(BLINFO_MODE, 1, -EIO);
	blinfo_region_set(NULL);
}

static void a_region_cut_at_any_byte_is_eio(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(dump); size++) {
		uint8_t *region = name_region(dump, size);

		assert_refused(BLINFO_MODE, 1, -EIO);
		forget_region(region);
	}
}

static void a_damaged_region_is_eio(void **state)
{
	static const uint16_t totals[] = {0, 1, 2, 3, 5, 7, 0x9a, 0x9c, 0xffff};
	uint8_t bytes[sizeof(dump)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(totals); i++) {
		memcpy(bytes, dump, sizeof(dump));
		bytes[2] = (uint8_t)totals[i];
		bytes[3] = (uint8_t)(totals[i] >> 8);
		uint8_t *region = name_region(bytes, sizeof(bytes));

		assert_refused(BLINFO_MODE, 1, -EIO);
		forget_region(region);
	}
}

/* The bootloader's bytes are read at each call, not when the region is named. */
static void the_region_may_be_named_before_it_is_filled(void **state)
{
	static const uint8_t nothing[sizeof(dump)];
	uint8_t *region = name_region(nothing, sizeof(nothing));
	char mode;

	(void)state;
	assert_refused(BLINFO_MODE, 1, -EIO);
	memcpy(region, dump, sizeof(dump));
	assert_int_equal(blinfo_lookup(BLINFO_MODE, &mode, 1), 1);
	assert_int_equal(mode, MCUBOOT_MODE_RAM_LOAD);
	forget_region(region);
}

static void the_settings_tree_tells_the_same(void **state)
{
	static const struct {
		const char *name;
		size_t expected;
	} names[] = {
		{"blinfo/mode", 0},
		{"blinfo/signature_type", 1},
		{"blinfo/recovery", 2},
		{"blinfo/running_slot", 3},
		{"blinfo/bootloader_version", 4},
		{"blinfo/max_application_size", 5},
	};
	uint8_t *region = name_region(dump, sizeof(dump));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct expectation *e = &expected[names[i].expected];
		char val[17];

		memset(val, 0x5a, sizeof(val));
		assert_int_equal(settings_runtime_get(names[i].name, val, 16), e->len);
		assert_memory_equal(val, e->bytes, (size_t)e->len);
		assert_int_equal(val[e->len], 0x5a);
		memset(val, 0x5a, sizeof(val));
		assert_int_equal(settings_runtime_get(names[i].name, val, (size_t)e->len - 1),
				 -EOVERFLOW);
		assert_int_equal(val[0], 0x5a);
	}
	forget_region(region);
}

static void other_settings_of_the_tree_do_not_exist(void **state)
{
	static const char *const names[] = {"blinfo",       "blinfo/",      "blinfo/mod",
					    "blinfo/modes", "blinfo/mode/", "blinfo/mode/x"};
	uint8_t *region = name_region(dump, sizeof(dump));
	char val = 0x5a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(settings_runtime_get(names[i], &val, 1), -ENOENT);
	}
	assert_int_equal(settings_runtime_get("blinfos/mode", &val, 1), -EINVAL);
	assert_int_equal(val, 0x5a);
	forget_region(region);
}

static void the_settings_tree_follows_the_region(void **state)
{
	uint8_t *region = name_region(dump, sizeof(dump));
	char val = 0x5a;

	(void)state;
	forget_region(region);
	assert_int_equal(settings_runtime_get("blinfo/mode", &val, 1), -EIO);
	assert_int_equal(val, 0x5a);
	assert_int_equal(settings_runtime_get("blinfo/mode", NULL, 0), -EINVAL);
}

/* Runs first: a tree cannot be taken out again. */
static void no_tree_is_there_before_a_region_was_named(void **state)
{
	char val;

	(void)state;
	assert_int_equal(settings_runtime_get("blinfo/mode", &val, 1), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_tree_is_there_before_a_region_was_named),
		cmocka_unit_test(every_key_gives_its_bytes),
		cmocka_unit_test(too_little_room_is_eoverflow),
		cmocka_unit_test(a_key_that_is_not_there_is_eio),
		cmocka_unit_test(impossible_arguments_are_einval),
		cmocka_unit_test(without_a_region_all_is_eio),
		cmocka_unit_test(a_region_cut_at_any_byte_is_eio),
		cmocka_unit_test(a_damaged_region_is_eio),
		cmocka_unit_test(the_region_may_be_named_before_it_is_filled),
		cmocka_unit_test(the_settings_tree_tells_the_same),
		cmocka_unit_test(other_settings_of_the_tree_do_not_exist),
		cmocka_unit_test(the_settings_tree_follows_the_region),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
