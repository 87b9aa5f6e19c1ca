/* SPDX-License-Identifier: Apache-2.0 */
/* Firmwares of the simulated modem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <modem_firmware.h> /* sim/ */

#include "patch_bytes.h"

static void the_factorys_firmware_fills_its_room(void **state)
{
	static const size_t sizes[] = {1024, 1025, 4096, 100003, 256 << 10, 16 << 20};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct sim_modem_firmware firmware;
		uint8_t *room = calloc(1, sizes[i]);

		assert_non_null(room);
		sim_modem_firmware_make(&firmware, room, sizes[i], "1.0.0");
		assert_int_equal(firmware.count, 2);
		assert_true(firmware.segment[0].addr > 0 && firmware.segment[0].len > 64);
		assert_true(firmware.segment[0].addr + firmware.segment[0].len <
			    firmware.segment[1].addr);
		assert_int_equal(firmware.segment[0].len + firmware.segment[1].len, sizes[i]);
		assert_int_equal(sim_modem_firmware_len(&firmware), sizes[i]);
		assert_ptr_equal(firmware.segment[0].bytes, room);
		assert_ptr_equal(firmware.segment[1].bytes, room + firmware.segment[0].len);
		assert_memory_equal(room, "mfw 1.0.0", 10);
		assert_true(room[sizes[i] - 1] != 0 || room[sizes[i] - 2] != 0 ||
			    room[sizes[i] - 3] != 0);
		free(room);
	}
}

/* Patches are made from it for devices that were made by another build. */
static void the_factorys_firmware_stays_what_it_is(void **state)
{
	static const uint8_t known[] = {0xce, 0x4e, 0x61, 0xaf, 0xfd, 0x11, 0x0a, 0xa0,
					0xe7, 0x9c, 0x63, 0xf6, 0xb8, 0x5b, 0x6e, 0x43,
					0x9d, 0xe1, 0x19, 0xe5, 0xcb, 0xbd, 0x34, 0xca,
					0x38, 0x44, 0xdd, 0x15, 0xb4, 0xcd, 0x90, 0xe1};
	static uint8_t room[SIM_MODEM_FACTORY_LEN];
	struct sim_modem_firmware firmware;
	uint8_t digest[32];

	(void)state;
	memset(room, 0x55, sizeof(room));
	sim_modem_firmware_make(&firmware, room, sizeof(room), SIM_MODEM_FACTORY_VERSION);
	digest_of(room, sizeof(room), digest);
	assert_memory_equal(digest, known, sizeof(known));
}

static void versions_have_most_bytes_in_common_and_some_not(void **state)
{
	static uint8_t one[64 << 10], two[64 << 10];
	struct sim_modem_firmware firmware;
	size_t same = 0;

	(void)state;
	sim_modem_firmware_make(&firmware, one, sizeof(one), "1.0.0");
	sim_modem_firmware_make(&firmware, two, sizeof(two), "1.0.1");
	for (size_t i = 0; i < firmware.segment[0].len; i++) {
		same += one[i] == two[i];
	}
	assert_in_range(same, firmware.segment[0].len / 10 * 8, firmware.segment[0].len - 1024);
	/* The second segment has moved. */
	same = 0;
	for (size_t i = firmware.segment[0].len; i < sizeof(one); i++) {
		same += one[i] == two[i];
	}
	assert_in_range(same, 0, firmware.segment[1].len / 10);
}

static void the_bootloader_is_always_the_same(void **state)
{
	static uint8_t one[SIM_MODEM_BOOTLOADER_LEN], two[SIM_MODEM_BOOTLOADER_LEN];
	struct sim_modem_segment bootloader;
	size_t zeros = 0;

	(void)state;
	sim_modem_bootloader_make(&bootloader, one);
	sim_modem_bootloader_make(&bootloader, two);
	assert_memory_equal(one, two, sizeof(one));
	assert_ptr_equal(bootloader.bytes, two);
	assert_int_equal(bootloader.len, SIM_MODEM_BOOTLOADER_LEN);
	assert_int_equal(bootloader.addr, SIM_MODEM_BOOTLOADER_ADDR);
	for (size_t i = 0; i < sizeof(one); i++) {
		zeros += one[i] == 0;
	}
	assert_in_range(zeros, 1, sizeof(one) / 64);
}

static void a_version_is_read_where_one_is_told(void **state)
{
	static const char longest[] = "mfw 1234567890123456789012345678901"; /* 31 and the end */
	static const struct {
		const char *bytes;
		uint32_t len;
		const char *version;
	} firmwares[] = {
		{"mfw 1.2.3\0xyz", 13, "1.2.3"},
		{"mfw 1.2.3", 10, "1.2.3"},
		{"mfw 1.2.3", 9, ""}, /* no end */
		{"mfw 1 ~2", 9, "1 ~2"},
		{"mfw 1.\x1b[2J", 11, ""}, /* nothing for a terminal */
		{"mfw 1.\x7f", 8, ""},
		{"mfw 1.\xc3\xa9", 9, ""},
		{"mfw ", 5, ""},
		{"mfw ", 4, ""},
		{"mfw", 3, ""},
		{"mfx 1.2.3", 10, ""},
		{longest, sizeof(longest), "1234567890123456789012345678901"},
		{longest, sizeof(longest) - 1, ""},
		{"mfw 12345678901234567890123456789012", 37, ""}, /* one too long */
	};
	char version[SIM_MODEM_VERSION_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(firmwares) / sizeof(firmwares[0]); i++) {
		uint8_t *bytes = malloc(firmwares[i].len);
		const struct sim_modem_firmware firmware = {
			.count = 1, .segment = {{0x100, firmwares[i].len, bytes}}};

		assert_non_null(bytes);
		memcpy(bytes, firmwares[i].bytes, firmwares[i].len);
		sim_modem_firmware_version(&firmware, version);
		assert_string_equal(version, firmwares[i].version);
		free(bytes);
	}
	sim_modem_firmware_version(&(struct sim_modem_firmware){.count = 0}, version);
	assert_string_equal(version, "");
}

static void bytes_are_found_in_one_segment_or_not_at_all(void **state)
{
	static const uint8_t bytes[48];
	static const struct sim_modem_firmware firmware = {
		.count = 3,
		.segment = {{0x10, 16, bytes},
			    {0x20, 16, bytes + 16},
			    {0xfffffff0, 16, bytes + 32}},
	};
	static const struct {
		uint32_t addr, len;
		int at;
	} wanted[] = {
		{0x10, 16, 0},          {0x10, 17, -1},         {0xf, 1, -1},
		{0x1f, 1, 15},          {0x1f, 2, -1},          {0x20, 16, 16},
		{0x2f, 1, 31},          {0x30, 1, -1},          {0xffffffef, 1, -1},
		{0xfffffff0, 16, 32},   {0xffffffff, 1, 47},    {0xffffffff, 2, -1},
		{0x10, 0xffffffff, -1}, {0x1f, 0xfffffff2, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const uint8_t *found =
			sim_modem_firmware_at(&firmware, wanted[i].addr, wanted[i].len);

		assert_ptr_equal(found, wanted[i].at < 0 ? NULL : &bytes[wanted[i].at]);
	}
	assert_int_equal(sim_modem_firmware_len(&firmware), 48);
}

static void the_digest_is_of_all_segments_in_their_order(void **state)
{
	uint8_t bytes[1000], digest[32], known[32];
	const struct sim_modem_firmware firmware = {
		.count = 3,
		.segment = {{1, 10, bytes}, {100, 500, bytes + 10}, {800, 490, bytes + 510}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(i % 251);
	}
	digest_of(bytes, sizeof(bytes), known);
	assert_int_equal(sim_modem_firmware_digest(&firmware, digest), 0);
	assert_memory_equal(digest, known, sizeof(known));
}

static void a_sum_above_32_bits_does_not_wrap(void **state)
{
	const struct sim_modem_firmware firmware = {
		.count = 2, .segment = {{1, 0xffffffff, NULL}, {1, 0xffffffff, NULL}}};

	(void)state;
	assert_true(sim_modem_firmware_len(&firmware) == 0x1fffffffe);
}

/* 8-4-4-4-12 digits of the first 16 bytes, with version 8 and the variant in their places. */
static void a_uuid_is_made_of_the_digest(void **state)
{
	uint8_t digest[32];
	char uuid[DFU_MODEM_UUID_LEN + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(digest); i++) {
		digest[i] = (uint8_t)(i * 17);
	}
	sim_modem_firmware_uuid(digest, uuid);
	assert_string_equal(uuid, "00112233-4455-8677-8899-aabbccddeeff");
	memset(digest, 0xff, sizeof(digest));
	sim_modem_firmware_uuid(digest, uuid);
	assert_string_equal(uuid, "ffffffff-ffff-8fff-bfff-ffffffffffff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_factorys_firmware_fills_its_room),
		cmocka_unit_test(the_factorys_firmware_stays_what_it_is),
		cmocka_unit_test(versions_have_most_bytes_in_common_and_some_not),
		cmocka_unit_test(the_bootloader_is_always_the_same),
		cmocka_unit_test(a_version_is_read_where_one_is_told),
		cmocka_unit_test(bytes_are_found_in_one_segment_or_not_at_all),
		cmocka_unit_test(the_digest_is_of_all_segments_in_their_order),
		cmocka_unit_test(a_sum_above_32_bits_does_not_wrap),
		cmocka_unit_test(a_uuid_is_made_of_the_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
