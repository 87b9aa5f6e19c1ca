/* SPDX-License-Identifier: Apache-2.0 */
/* What the mode and the device ask of an image that is whole: versions, counters, addresses. */
#include "judge_rig.h"

#include <dfu/mcuboot.h>

static const enum boot_mode swaps[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
				       BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY};
static const enum boot_mode xips[] = {BOOT_MODE_DIRECT_XIP, BOOT_MODE_DIRECT_XIP_REVERT};
static const enum boot_mode directs[] = {BOOT_MODE_DIRECT_XIP, BOOT_MODE_DIRECT_XIP_REVERT,
					 BOOT_MODE_RAM_LOAD, BOOT_MODE_RAM_LOAD_REVERT};
static const enum boot_mode rams[] = {BOOT_MODE_RAM_LOAD, BOOT_MODE_RAM_LOAD_REVERT};

struct version {
	unsigned int major, minor, revision, build;
};

static void make(struct image_maker *maker, const struct version *version, uint32_t flags)
{
	judge_image_begin(maker, version->major, version->minor, version->revision, version->build,
			  flags);
	maker_hash(maker, DFU_IMAGE_TLV_SHA256);
}

static void expect(const struct image_maker *maker, enum dfu_image_fault fault)
{
	assert_string_equal(dfu_image_fault_str(judge_memory(0, 0, maker)),
			    dfu_image_fault_str(fault));
}

static void prevent(enum boot_downgrade downgrade)
{
	judge_rig_rules(
		&(struct boot_rules){.signature = BOOT_SIGNATURE_NONE, .downgrade = downgrade});
}

static const struct {
	struct version running;
	struct version candidate;
	int above;
} versions[] = {
	{{1, 2, 3, 4}, {1, 2, 3, 4}, 0},          {{1, 2, 3, 4}, {1, 2, 3, 0}, 0},
	{{1, 2, 3, 4}, {1, 2, 3, 0xffffffff}, 0}, {{1, 2, 3, 4}, {1, 2, 2, 5}, -1},
	{{1, 2, 3, 4}, {1, 1, 65535, 0}, -1},     {{1, 2, 3, 4}, {0, 255, 65535, 0xffffffff}, -1},
	{{1, 2, 3, 4}, {1, 2, 4, 0}, 1},          {{1, 2, 3, 4}, {1, 3, 0, 0}, 1},
	{{1, 2, 3, 4}, {2, 0, 0, 0}, 1},          {{0, 0, 0, 0}, {0, 0, 0, 0}, 0},
	{{0, 0, 0, 0}, {255, 255, 65535, 0}, 1},  {{255, 255, 65535, 0}, {255, 255, 65535, 0}, 0},
	{{255, 255, 65535, 0}, {0, 0, 0, 0}, -1}, {{127, 0, 0, 0}, {128, 0, 0, 0}, 1},
	{{0, 0, 32767, 0}, {0, 0, 32768, 0}, 1},
};

static void downgrade_prevention_by_version_lets_equal_and_higher_ones_in(void **state)
{
	struct image_maker running, candidate;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(swaps); m++) {
		for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
			judge_rig_open(swaps[m], 1);
			make(&running, &versions[i].running, 0);
			make(&candidate, &versions[i].candidate, 0);
			judge_put(0, 0, &running);
			expect(&candidate, DFU_IMAGE_OK);
			prevent(BOOT_DOWNGRADE_BY_VERSION);
			expect(&candidate, versions[i].above < 0 ? DFU_IMAGE_OLDER : DFU_IMAGE_OK);
			judge_rig_close();
		}
	}
}

static void the_direct_modes_start_higher_versions_and_equal_ones_of_the_primary(void **state)
{
	struct image_maker running, candidate;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(directs); m++) {
		for (size_t i = 0; i < 2 * ARRAY_LEN(versions); i++) {
			const int slot = (int)(i % 2); /* that runs */
			const int above = versions[i / 2].above;

			judge_rig_open(directs[m], 1);
			judge_rig_rules(&(struct boot_rules){.signature = BOOT_SIGNATURE_NONE,
							     .ram_size = 0x1000});
			assert_int_equal(boot_running_slot_set(0, slot), 0);
			make(&running, &versions[i / 2].running, DFU_IMAGE_F_RAM_LOAD);
			make(&candidate, &versions[i / 2].candidate, DFU_IMAGE_F_RAM_LOAD);
			judge_put((unsigned int)slot, 0, &running);
			expect(&candidate, above > 0 || (above == 0 && slot == 1)
						   ? DFU_IMAGE_OK
						   : DFU_IMAGE_OLDER);
			judge_rig_close();
		}
	}
}

static void nothing_is_compared_with_a_running_image_that_is_not_there(void **state)
{
	struct image_maker candidate;

	(void)state;
	make(&candidate, &(struct version){0, 0, 0, 0}, 0);
	for (unsigned int rule = 0; rule < BOOT_DOWNGRADE_COUNT; rule++) {
		judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
		prevent((enum boot_downgrade)rule);
		expect(&candidate, DFU_IMAGE_OK);
		/* A header whose image leads nowhere has a version, but no counter. */
		judge_put_version(0, 2, 0, 0);
		judge_rig.flash.memory[JUDGE_OFF(0) + 13] = 0xff;
		expect(&candidate,
		       rule == BOOT_DOWNGRADE_BY_VERSION ? DFU_IMAGE_OLDER : DFU_IMAGE_OK);
		judge_rig_close();
	}
	judge_rig_open(BOOT_MODE_DIRECT_XIP, 1);
	expect(&candidate, DFU_IMAGE_OK);
	judge_rig_close();
}

/* They do not have it, whatever they were built with. */
static void downgrade_prevention_is_not_for_the_direct_modes(void **state)
{
	struct image_maker running, candidate;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(directs); m++) {
		judge_rig_open(directs[m], 1);
		judge_rig_rules(
			&(struct boot_rules){.signature = BOOT_SIGNATURE_NONE,
					     .downgrade = BOOT_DOWNGRADE_BY_SECURITY_COUNTER,
					     .ram_size = 0x1000});
		judge_image_begin(&running, 1, 0, 0, 0, DFU_IMAGE_F_RAM_LOAD);
		judge_image_counter(&running, 7);
		maker_hash(&running, DFU_IMAGE_TLV_SHA256);
		judge_put(0, 0, &running);
		make(&candidate, &(struct version){2, 0, 0, 0}, DFU_IMAGE_F_RAM_LOAD);
		expect(&candidate, DFU_IMAGE_OK);
		judge_rig_close();
	}
}

/* The loader is updated by nobody, and starts what it has loaded. */
static void a_firmware_loader_takes_any_version(void **state)
{
	struct image_maker candidate;

	(void)state;
	make(&candidate, &(struct version){1, 0, 0, 0}, DFU_IMAGE_F_ROM_FIXED);
	judge_rig_open(BOOT_MODE_FIRMWARE_LOADER, 1);
	assert_int_equal(boot_running_slot_set(0, 1), 0);
	prevent(BOOT_DOWNGRADE_BY_VERSION);
	judge_put_version(0, 2, 0, 0);
	judge_put_version(1, 2, 0, 0);
	expect(&candidate, DFU_IMAGE_OK);
	judge_rig_close();
}

struct counters {
	const char *what;
	int64_t running; /* negative: none */
	int64_t candidate;
	enum dfu_image_fault fault;
};

static void a_security_counter_must_not_fall(void **state)
{
	static const struct counters cases[] = {
		{"none, none", -1, -1, DFU_IMAGE_OK},
		{"none, one", -1, 0, DFU_IMAGE_OK},
		{"one, none", 0, -1, DFU_IMAGE_SECURITY_COUNTER},
		{"equal", 7, 7, DFU_IMAGE_OK},
		{"higher", 7, 8, DFU_IMAGE_OK},
		{"lower", 7, 6, DFU_IMAGE_SECURITY_COUNTER},
		{"zero", 0, 0, DFU_IMAGE_OK},
		{"from zero to the last", 0, 0xffffffff, DFU_IMAGE_OK},
		{"the last one stays", 0xffffffff, 0xffffffff, DFU_IMAGE_OK},
		{"below the last", 0xffffffff, 0xfffffffe, DFU_IMAGE_SECURITY_COUNTER},
		{"back to zero", 0xffffffff, 0, DFU_IMAGE_SECURITY_COUNTER},
		{"over the sign", 0x7fffffff, 0x80000000, DFU_IMAGE_OK},
	};
	struct image_maker running, candidate;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(swaps); m++) {
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			judge_rig_open(swaps[m], 1);
			/* By counter the version does not matter. */
			judge_image_begin(&running, 9, 0, 0, 0, 0);
			judge_image_begin(&candidate, 1, 0, 0, 0, 0);
			if (cases[i].running >= 0) {
				judge_image_counter(&running, (uint32_t)cases[i].running);
			}
			if (cases[i].candidate >= 0) {
				judge_image_counter(&candidate, (uint32_t)cases[i].candidate);
			}
			maker_hash(&running, DFU_IMAGE_TLV_SHA256);
			maker_hash(&candidate, DFU_IMAGE_TLV_SHA256);
			judge_put(0, 0, &running);
			prevent(BOOT_DOWNGRADE_ALLOWED);
			expect(&candidate, DFU_IMAGE_OK);
			prevent(BOOT_DOWNGRADE_BY_SECURITY_COUNTER);
			expect(&candidate, cases[i].fault);
			judge_rig_close();
		}
	}
}

static void of_several_security_counters_the_first_one_counts(void **state)
{
	static const uint32_t counters[] = {5, 9};
	struct image_maker image;

	(void)state;
	for (size_t first = 0; first < 2; first++) {
		judge_rig_open(BOOT_MODE_SWAP_SCRATCH, 1);
		prevent(BOOT_DOWNGRADE_BY_SECURITY_COUNTER);
		judge_image_begin(&image, 1, 0, 0, 0, 0);
		judge_image_counter(&image, 7);
		maker_hash(&image, DFU_IMAGE_TLV_SHA256);
		judge_put(0, 0, &image);
		judge_image_begin(&image, 1, 0, 0, 0, 0);
		judge_image_counter(&image, counters[first]);
		judge_image_counter(&image, counters[1 - first]);
		maker_hash(&image, DFU_IMAGE_TLV_SHA256);
		expect(&image, first == 0 ? DFU_IMAGE_SECURITY_COUNTER : DFU_IMAGE_OK);
		/* As the running one's. */
		judge_put(0, 0, &image);
		judge_image_begin(&image, 1, 0, 0, 0, 0);
		judge_image_counter(&image, 7);
		maker_hash(&image, DFU_IMAGE_TLV_SHA256);
		expect(&image, first == 0 ? DFU_IMAGE_OK : DFU_IMAGE_SECURITY_COUNTER);
		judge_rig_close();
	}
}

static void a_security_counter_of_another_length_is_none(void **state)
{
	static const uint8_t zeros[8] = {0};
	struct image_maker image, odd;

	(void)state;
	judge_image_begin(&image, 1, 0, 0, 0, 0);
	judge_image_counter(&image, 0);
	maker_hash(&image, DFU_IMAGE_TLV_SHA256);
	for (uint16_t len = 0; len <= sizeof(zeros); len++) {
		judge_image_begin(&odd, 1, 0, 0, 0, 0);
		maker_protected(&odd, DFU_IMAGE_TLV_SEC_CNT, zeros, len);
		/* Not the last one: it must not be empty. */
		maker_protected(&odd, 0xa0, zeros, 1);
		maker_hash(&odd, DFU_IMAGE_TLV_SHA256);
		judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
		prevent(BOOT_DOWNGRADE_BY_SECURITY_COUNTER);
		judge_put(0, 0, &image);
		expect(&odd, len == 4 ? DFU_IMAGE_OK : DFU_IMAGE_SECURITY_COUNTER);
		judge_put(0, 0, &odd);
		expect(&image, DFU_IMAGE_OK);
		judge_rig_close();
	}
}

static void a_security_counter_that_anybody_could_add_is_not_allowed(void **state)
{
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	prevent(BOOT_DOWNGRADE_BY_SECURITY_COUNTER);
	judge_image_begin(&image, 1, 0, 0, 0, 0);
	maker_hash(&image, DFU_IMAGE_TLV_SHA256);
	maker_tlv(&image, DFU_IMAGE_TLV_SEC_CNT, "\7\0\0\0", 4);
	expect(&image, DFU_IMAGE_TLV_NOT_ALLOWED);
	judge_rig_close();
}

static void a_rom_fixed_image_must_be_made_for_the_upload_slot(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(xips); m++) {
		for (int running = 0; running < 2; running++) {
			const uint32_t right = (uint32_t)JUDGE_OFF(1 - running);
			const struct {
				uint32_t flags;
				uint32_t address;
				enum dfu_image_fault fault;
			} cases[] = {
				{DFU_IMAGE_F_ROM_FIXED, right, DFU_IMAGE_OK},
				{DFU_IMAGE_F_ROM_FIXED, right + 1, DFU_IMAGE_ADDRESS},
				{DFU_IMAGE_F_ROM_FIXED, (uint32_t)JUDGE_OFF(running),
				 DFU_IMAGE_ADDRESS},
				{DFU_IMAGE_F_ROM_FIXED, 0x08000000 + right, DFU_IMAGE_ADDRESS},
				{DFU_IMAGE_F_ROM_FIXED, 0, DFU_IMAGE_ADDRESS},
				{DFU_IMAGE_F_ROM_FIXED, 0xffffffff, DFU_IMAGE_ADDRESS},
				{0, 0, DFU_IMAGE_OK},
				{0, 0x08000000, DFU_IMAGE_OK},
				{DFU_IMAGE_F_RAM_LOAD, 0, DFU_IMAGE_OK},
			};

			judge_rig_open(xips[m], 1);
			assert_int_equal(boot_running_slot_set(0, running), 0);
			for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
				judge_image_begin(&image, 1, 0, 0, 0, cases[i].flags);
				judge_image_load_at(&image, cases[i].address);
				maker_hash(&image, DFU_IMAGE_TLV_SHA256);
				expect(&image, cases[i].fault);
			}
			judge_rig_close();
		}
	}
}

/* 32 bytes of header, 500 of payload, 40 of TLVs. */
#define TOTAL 572u

static void a_ram_image_must_be_made_for_ram_that_is_there(void **state)
{
	static const struct {
		uint32_t flags;
		uint32_t address;
		uint32_t ram_start;
		uint32_t ram_size;
		enum dfu_image_fault fault;
	} cases[] = {
		{DFU_IMAGE_F_RAM_LOAD, 0x1000, 0x1000, 0x1000, DFU_IMAGE_OK},
		{DFU_IMAGE_F_RAM_LOAD, 0x0fff, 0x1000, 0x1000, DFU_IMAGE_LOAD_RANGE},
		{DFU_IMAGE_F_RAM_LOAD, 0, 0x1000, 0x1000, DFU_IMAGE_LOAD_RANGE},
		{DFU_IMAGE_F_RAM_LOAD, 0x2000 - TOTAL, 0x1000, 0x1000, DFU_IMAGE_OK},
		{DFU_IMAGE_F_RAM_LOAD, 0x2000 - TOTAL + 1, 0x1000, 0x1000, DFU_IMAGE_LOAD_RANGE},
		{DFU_IMAGE_F_RAM_LOAD, 0x2000, 0x1000, 0x1000, DFU_IMAGE_LOAD_RANGE},
		{DFU_IMAGE_F_RAM_LOAD, 0xffffff00, 0x1000, 0x1000, DFU_IMAGE_LOAD_RANGE},
		{DFU_IMAGE_F_RAM_LOAD, 0xffffff00, 0x1000, 0xfffff000, DFU_IMAGE_LOAD_RANGE},
		{DFU_IMAGE_F_RAM_LOAD, 0xffffffff, 0, 0xffffffff, DFU_IMAGE_LOAD_RANGE},
		/* RAM up to the last address */
		{DFU_IMAGE_F_RAM_LOAD, 0u - TOTAL, 0xfffff000, 0x1000, DFU_IMAGE_OK},
		{DFU_IMAGE_F_RAM_LOAD, 1u - TOTAL, 0xfffff000, 0x1000, DFU_IMAGE_LOAD_RANGE},
		{DFU_IMAGE_F_RAM_LOAD, 0x1000, 0x1000, TOTAL, DFU_IMAGE_OK},
		{DFU_IMAGE_F_RAM_LOAD, 0x1000, 0x1000, TOTAL - 1, DFU_IMAGE_LOAD_RANGE},
		{DFU_IMAGE_F_RAM_LOAD, 0x1000, 0x1000, 0, DFU_IMAGE_LOAD_RANGE},
		/* RAM that is said to pass the last address does not go on at the first. */
		{DFU_IMAGE_F_RAM_LOAD, 0x1000, 0xf0000000, 0x20000000, DFU_IMAGE_LOAD_RANGE},
		{0, 0x1000, 0x1000, 0x1000, DFU_IMAGE_NOT_RAM_LOAD},
		{DFU_IMAGE_F_ROM_FIXED, 0x1000, 0x1000, 0x1000, DFU_IMAGE_NOT_RAM_LOAD},
		{DFU_IMAGE_F_RAM_LOAD | DFU_IMAGE_F_ROM_FIXED, 0x1000, 0x1000, 0x1000,
		 DFU_IMAGE_OK},
	};
	struct image_maker image;

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		judge_rig_open(rams[i % 2], 1);
		judge_rig_rules(&(struct boot_rules){.signature = BOOT_SIGNATURE_NONE,
						     .ram_start = cases[i / 2].ram_start,
						     .ram_size = cases[i / 2].ram_size});
		judge_image_begin(&image, 1, 0, 0, 0, cases[i / 2].flags);
		judge_image_load_at(&image, cases[i / 2].address);
		maker_hash(&image, DFU_IMAGE_TLV_SHA256);
		assert_int_equal(image.len, TOTAL);
		expect(&image, cases[i / 2].fault);
		judge_rig_close();
	}
}

static void addresses_do_not_matter_where_a_primary_is_run(void **state)
{
	struct image_maker image;

	(void)state;
	judge_image_begin(&image, 1, 0, 0, 0, DFU_IMAGE_F_ROM_FIXED | DFU_IMAGE_F_RAM_LOAD);
	judge_image_load_at(&image, 0xfffffff0);
	maker_hash(&image, DFU_IMAGE_TLV_SHA256);
	for (size_t m = 0; m < ARRAY_LEN(swaps); m++) {
		judge_rig_open(swaps[m], 1);
		expect(&image, DFU_IMAGE_OK);
		judge_rig_close();
	}
}

/* Nobody knows which slot an upload would go to; that is no fault of the image. */
static void with_an_unknown_running_slot_nothing_is_said_of_the_image(void **state)
{
	struct image_maker image;

	(void)state;
	judge_image_begin(&image, 1, 0, 0, 0, DFU_IMAGE_F_RAM_LOAD);
	judge_image_load_at(&image, 0x20000000);
	maker_hash(&image, DFU_IMAGE_TLV_SHA256);
	judge_rig_open(BOOT_MODE_RAM_LOAD, 1);
	assert_int_equal(boot_running_slot_set(0, -1), 0);
	assert_int_equal(judge_memory_rc(0, &image), -ENODEV);
	judge_rig_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(downgrade_prevention_by_version_lets_equal_and_higher_ones_in),
		cmocka_unit_test(
			the_direct_modes_start_higher_versions_and_equal_ones_of_the_primary),
		cmocka_unit_test(nothing_is_compared_with_a_running_image_that_is_not_there),
		cmocka_unit_test(downgrade_prevention_is_not_for_the_direct_modes),
		cmocka_unit_test(a_firmware_loader_takes_any_version),
		cmocka_unit_test(a_security_counter_must_not_fall),
		cmocka_unit_test(of_several_security_counters_the_first_one_counts),
		cmocka_unit_test(a_security_counter_of_another_length_is_none),
		cmocka_unit_test(a_security_counter_that_anybody_could_add_is_not_allowed),
		cmocka_unit_test(a_rom_fixed_image_must_be_made_for_the_upload_slot),
		cmocka_unit_test(a_ram_image_must_be_made_for_ram_that_is_there),
		cmocka_unit_test(addresses_do_not_matter_where_a_primary_is_run),
		cmocka_unit_test(with_an_unknown_running_slot_nothing_is_said_of_the_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
