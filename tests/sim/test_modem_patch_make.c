/* SPDX-License-Identifier: Apache-2.0 */
/* Patches that the differ makes, played by the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <modem_files.h> /* sim/ */
#include <modem_patch.h> /* sim/ */

#include "patch_bytes.h"

#define ROOM (64u << 10)
#define MARK "<!-- modem-patch -->"

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

static void fill_random(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bytes[i] = (uint8_t)random_below(256);
	}
}

/*
 * Make the patch, play it, have it applied; both must give the new firmware. Returns its length.
 */
static size_t assert_patches(const struct sim_modem_firmware *from,
			     const struct sim_modem_firmware *to)
{
	static uint8_t room[ROOM];
	struct sim_modem_firmware made;
	uint8_t wanted[ROOM];
	uint8_t digest[32];
	uint8_t *patch;
	size_t len, at = 0;

	for (size_t i = 0; i < to->count; i++) {
		memcpy(&wanted[at], to->segment[i].bytes, to->segment[i].len);
		at += to->segment[i].len;
	}
	assert_int_equal(sim_modem_make_delta(from, to, &patch, &len), 0);
	assert_int_equal(patch_play(patch, len, from, room, ROOM), at);
	assert_memory_equal(room, wanted, at);
	digest_of(wanted, at, digest);
	assert_memory_equal(&patch[16], digest, 32);
	memset(room, 0, sizeof(room));
	assert_int_equal(sim_modem_patch_apply(patch, len, from, room, at, &made), 0);
	assert_memory_equal(room, wanted, at);
	assert_int_equal(made.count, to->count);
	for (size_t i = 0; i < to->count; i++) {
		assert_int_equal(made.segment[i].addr, to->segment[i].addr);
		assert_int_equal(made.segment[i].len, to->segment[i].len);
	}
	free(patch);
	return len;
}

static void a_patch_between_versions_is_small(void **state)
{
	static uint8_t one[ROOM], two[ROOM];
	struct sim_modem_firmware from, to;

	(void)state;
	sim_modem_firmware_make(&from, one, sizeof(one), "1.0.0");
	sim_modem_firmware_make(&to, two, sizeof(two), "2.3.4");
	assert_in_range(assert_patches(&from, &to), ROOM / 10, ROOM / 5);
	assert_in_range(assert_patches(&to, &from), ROOM / 10, ROOM / 5);
}

static void the_same_firmware_takes_a_copy_a_segment(void **state)
{
	static uint8_t bytes[ROOM];
	struct sim_modem_firmware firmware;

	(void)state;
	sim_modem_firmware_make(&firmware, bytes, sizeof(bytes), "1.0.0");
	assert_int_equal(assert_patches(&firmware, &firmware), 84 + 2 * 8 + 2 * 20);
}

static void what_is_all_new_costs_twelve_bytes_a_block(void **state)
{
	static uint8_t one[1000], two[1000];
	const struct sim_modem_firmware from = {.count = 1, .segment = {{1, 1000, one}}};
	const struct sim_modem_firmware to = {.count = 1, .segment = {{1, 1000, two}}};

	(void)state;
	random_state = 1;
	fill_random(one, sizeof(one));
	fill_random(two, sizeof(two));
	assert_int_equal(assert_patches(&from, &to), 84 + 8 + 1000 + 4 * 12);
}

/* Bytes put in and taken out in the middle: two copies around what is new. */
static void what_has_moved_is_copied_from_where_it_was(void **state)
{
	static uint8_t one[5000], two[5100];
	const struct sim_modem_firmware from = {.count = 1, .segment = {{0x500, 5000, one}}};

	(void)state;
	random_state = 2;
	fill_random(one, sizeof(one));
	for (uint32_t by = 1; by < 100; by += 7) {
		struct sim_modem_firmware to = {.count = 1, .segment = {{0x500, 5000 + by, two}}};

		memcpy(two, one, 2500);
		memset(&two[2500], one[2499] ^ 0x5a, by);
		memcpy(&two[2500 + by], &one[2500], 2500);
		assert_in_range(assert_patches(&from, &to), 0, 92 + 2 * 20 + 12 + by);
		memcpy(&two[2500], &one[2500 + by], 2500 - by);
		to.segment[0].len = 5000 - by;
		assert_in_range(assert_patches(&from, &to), 0, 92 + 2 * 20);
	}
}

static void segments_shorter_than_a_window_are_brought(void **state)
{
	static uint8_t bytes[100];
	const struct sim_modem_firmware from = {.count = 2,
						.segment = {{0x10, 31, bytes}, {0x50, 1, bytes}}};

	(void)state;
	random_state = 3;
	fill_random(bytes, sizeof(bytes));
	for (uint32_t len = 1; len <= 32; len++) {
		const struct sim_modem_firmware to = {.count = 1, .segment = {{0x10, len, bytes}}};

		assert_int_equal(assert_patches(&from, &to), 92 + 12 + len);
		assert_int_equal(assert_patches(&to, &to), 92 + (len < 32 ? 12 + len : 20));
	}
	const struct sim_modem_firmware moved[] = {
		{.count = 1, .segment = {{0x10, 32, bytes}}},
		{.count = 1, .segment = {{0x100, 32, bytes}}},
	};

	assert_int_equal(assert_patches(&moved[0], &moved[1]), 92 + 20);
}

/* Every window of the old one is alike. */
static void monotonous_firmwares_are_patched(void **state)
{
	static uint8_t one[ROOM], two[ROOM];
	const struct sim_modem_firmware from = {.count = 1, .segment = {{0x100, ROOM, one}}};
	const struct sim_modem_firmware to = {.count = 1, .segment = {{0x100, ROOM, two}}};

	(void)state;
	memset(one, 0xff, sizeof(one));
	memset(two, 0xff, sizeof(two));
	memset(&two[1000], 0, 10);
	memset(&two[30000], 1, 1000);
	assert_in_range(assert_patches(&from, &to), 92 + 3 * 20 + 2 * 12 + 1010, 92 + 1300);
	assert_in_range(assert_patches(&to, &from), 92 + 20, 92 + 6 * 20);
}

/* A firmware of pieces of another one, of zeros and of noise, in up to 127 segments. */
static void make_of(struct sim_modem_firmware *to, uint8_t *bytes, const uint8_t *old)
{
	const uint32_t room = 1 + random_below(ROOM / 4);
	uint32_t made = 0, addr = 1;

	while (made < room) {
		uint32_t len = 1 + random_below(1u << random_below(12));

		len = len < room - made ? len : room - made;
		switch (random_below(4)) {
		case 0:
			fill_random(&bytes[made], len);
			break;
		case 1:
			memset(&bytes[made], 0, len);
			break;
		default:
			memcpy(&bytes[made], &old[random_below(ROOM / 4 - 4096)], len);
			break;
		}
		made += len;
	}
	to->count = 0;
	for (uint32_t at = 0; at < made; to->count++) {
		uint32_t len = 1 + random_below(made);

		len = len < made - at && to->count < SIM_MODEM_SEGMENTS_MAX - 1 ? len : made - at;
		addr += random_below(3) * random_below(5000);
		to->segment[to->count] = (struct sim_modem_segment){addr, len, &bytes[at]};
		addr += len;
		at += len;
	}
}

static void any_firmware_is_made_of_any_other(void **state)
{
	static uint8_t pool[ROOM / 4], one[ROOM / 4], two[ROOM / 4];

	(void)state;
	for (uint32_t seed = 0; seed < 400; seed++) {
		struct sim_modem_firmware from, to;

		random_state = seed;
		fill_random(pool, sizeof(pool));
		make_of(&from, one, pool);
		make_of(&to, two, pool);
		(void)assert_patches(&from, &to);
	}
}

static void a_patch_names_the_firmware_it_is_for(void **state)
{
	static uint8_t bytes[2048];
	struct sim_modem_firmware firmware;
	struct sim_modem_delta delta;
	struct sim_error error;
	uint8_t digest[32], *patch;
	char uuid[DFU_MODEM_UUID_LEN + 1];
	size_t len;

	(void)state;
	sim_modem_firmware_make(&firmware, bytes, sizeof(bytes), "1.0.0");
	digest_of(bytes, sizeof(bytes), digest);
	sim_modem_firmware_uuid(digest, uuid);
	assert_int_equal(sim_modem_make_delta(&firmware, &firmware, &patch, &len), 0);
	assert_int_equal(sim_modem_read_delta(patch, len, &delta, &error), 0);
	assert_string_equal(delta.from_uuid, uuid);
	assert_memory_equal(delta.to_digest, digest, 32);
	free(patch);
}

/* Downloads are known by their first 32 bytes. */
static void patches_to_different_firmwares_differ_in_their_first_bytes(void **state)
{
	static uint8_t one[2048], two[2048];
	struct sim_modem_firmware from, to;
	uint8_t *patches[2];
	size_t len[2];

	(void)state;
	sim_modem_firmware_make(&from, one, sizeof(one), "1.0.0");
	for (int i = 0; i < 2; i++) {
		sim_modem_firmware_make(&to, two, sizeof(two), "1.0.0");
		two[2047] = (uint8_t)~i;
		assert_int_equal(sim_modem_make_delta(&from, &to, &patches[i], &len[i]), 0);
	}
	assert_int_equal(len[0], len[1]);
	assert_memory_not_equal(patches[0], patches[1], 32);
	free(patches[0]);
	free(patches[1]);
}

/* Lines "    offset  bytes  comment" behind the mark; bytes are apart by one space. */
static size_t read_example(uint8_t *bytes, size_t room)
{
	FILE *file = fopen(VECTORS "/../../FORMATS.md", "r");
	char line[256], *end;
	bool inside = false;
	size_t len = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, MARK, strlen(MARK)) == 0) {
			inside = true;
		} else if (inside && strncmp(line, "    ", 4) == 0) {
			assert_int_equal(strtoul(line, &end, 16), len);
			for (end++; end[0] == ' ' && strspn(end + 1, "0123456789abcdef") == 2 &&
				    len < room;) {
				bytes[len++] = (uint8_t)strtoul(end, &end, 16);
			}
		} else if (line[0] != '\n') {
			inside = false;
		}
	}
	assert_int_equal(fclose(file), 0);
	return len;
}

/* 96 bytes become 64 of them at the same address, and four others elsewhere. */
static void the_example_in_the_description_is_what_is_made(void **state)
{
	uint8_t old[96], new[68], documented[512];
	const struct sim_modem_firmware from = {.count = 1, .segment = {{0x1000, 96, old}}};
	const struct sim_modem_firmware to = {
		.count = 2, .segment = {{0x1000, 64, new}, {0x2000, 4, &new[64]}}};
	const size_t documented_len = read_example(documented, sizeof(documented));
	uint8_t *patch;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(old); i++) {
		old[i] = (uint8_t)i;
	}
	memcpy(new, &old[32], 64);
	memcpy(&new[64], "new!", 4);
	(void)assert_patches(&from, &to);
	assert_int_equal(sim_modem_make_delta(&from, &to, &patch, &len), 0);
	assert_int_equal(len, documented_len);
	assert_memory_equal(patch, documented, len);
	free(patch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_patch_between_versions_is_small),
		cmocka_unit_test(the_same_firmware_takes_a_copy_a_segment),
		cmocka_unit_test(what_is_all_new_costs_twelve_bytes_a_block),
		cmocka_unit_test(what_has_moved_is_copied_from_where_it_was),
		cmocka_unit_test(segments_shorter_than_a_window_are_brought),
		cmocka_unit_test(monotonous_firmwares_are_patched),
		cmocka_unit_test(any_firmware_is_made_of_any_other),
		cmocka_unit_test(a_patch_names_the_firmware_it_is_for),
		cmocka_unit_test(patches_to_different_firmwares_differ_in_their_first_bytes),
		cmocka_unit_test(the_example_in_the_description_is_what_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
