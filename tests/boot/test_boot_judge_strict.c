/* SPDX-License-Identifier: Apache-2.0 */
/* What the maker asks beyond the bootloader: build number, link address, a signature. */
#include "judge_rig.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/mcuboot.h>

#include "support/test_key.h"

#define BUS 0x08000000u
#define SHA256 DFU_IMAGE_TLV_SHA256

static const enum boot_mode updating[] = {
	BOOT_MODE_SWAP_SCRATCH,   BOOT_MODE_SWAP_MOVE,       BOOT_MODE_SWAP_OFFSET,
	BOOT_MODE_OVERWRITE_ONLY, BOOT_MODE_DIRECT_XIP,      BOOT_MODE_DIRECT_XIP_REVERT,
	BOOT_MODE_RAM_LOAD,       BOOT_MODE_RAM_LOAD_REVERT,
};
static const enum boot_mode swaps[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
				       BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY};
static const enum boot_mode xips[] = {BOOT_MODE_DIRECT_XIP, BOOT_MODE_DIRECT_XIP_REVERT};
static const enum boot_mode rams[] = {BOOT_MODE_RAM_LOAD, BOOT_MODE_RAM_LOAD_REVERT};

/* None that refuses anything here by itself. */
static struct boot_rules rules;

static void open_rig(enum boot_mode mode, uint8_t images)
{
	judge_rig_open(mode, images);
	rules = (struct boot_rules){.signature = BOOT_SIGNATURE_NONE,
				    .hash = SHA256,
				    .ram_size = 0xffffffff,
				    .flash_base = BUS};
	judge_rig_rules(&rules);
}

static void expect_for(int image_index, const struct image_maker *maker, enum dfu_image_fault fault)
{
	assert_string_equal(dfu_image_fault_str(judge_memory(image_index, 0, maker)),
			    dfu_image_fault_str(fault));
}

static void expect(const struct image_maker *maker, enum dfu_image_fault fault)
{
	expect_for(0, maker, fault);
}

static void make_version(struct image_maker *maker, const unsigned int version[4])
{
	judge_image_begin(maker, version[0], version[1], version[2], version[3],
			  DFU_IMAGE_F_RAM_LOAD);
	maker_hash(maker, SHA256);
}

static const struct {
	unsigned int running[4];
	unsigned int candidate[4];
	int above; /* without the build number */
	bool is_below;
} versions[] = {
	{{1, 2, 3, 4}, {1, 2, 3, 4}, 0, false},
	{{1, 2, 3, 4}, {1, 2, 3, 5}, 0, false},
	{{1, 2, 3, 4}, {1, 2, 3, 3}, 0, true},
	{{1, 2, 3, 4}, {1, 2, 3, 0}, 0, true},
	{{1, 2, 3, 0x7fffffff}, {1, 2, 3, 0x80000000}, 0, false},
	{{1, 2, 3, 0x80000000}, {1, 2, 3, 0x7fffffff}, 0, true},
	{{1, 2, 3, 0xffffffff}, {1, 2, 3, 0}, 0, true},
	{{1, 2, 3, 4}, {1, 2, 4, 0}, 1, false},
	{{1, 2, 3, 4}, {1, 3, 0, 0}, 1, false},
	{{1, 2, 3, 4}, {2, 0, 0, 0}, 1, false},
	{{1, 2, 3, 4}, {1, 2, 2, 5}, -1, true},
	{{1, 2, 3, 4}, {0, 255, 65535, 0xffffffff}, -1, true},
};

/* In each mode, for each slot that may be the running one. */
static void a_version_below_the_running_one_is_refused_build_number_included(void **state)
{
	struct image_maker running, candidate;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions) * ARRAY_LEN(updating) * 2; i++) {
		const size_t row = i / 2 / ARRAY_LEN(updating);
		const enum boot_mode mode = updating[i / 2 % ARRAY_LEN(updating)];
		const int slot = (int)(i % 2);
		const int above = versions[row].above;
		enum dfu_image_fault plain = DFU_IMAGE_OK;

		if (!boot_mode_is_direct(mode) && slot == 1) {
			continue;
		}
		if (boot_mode_is_direct(mode) && (above < 0 || (above == 0 && slot == 0))) {
			plain = DFU_IMAGE_OLDER; /* never started, or not for sure */
		}
		open_rig(mode, 1);
		assert_int_equal(boot_running_slot_set(0, boot_mode_is_direct(mode) ? slot : 0), 0);
		make_version(&running, versions[row].running);
		make_version(&candidate, versions[row].candidate);
		judge_put((unsigned int)slot, 0, &running);
		expect(&candidate, plain);
		rules.check_build_number = true;
		judge_rig_rules(&rules);
		expect(&candidate, plain != DFU_IMAGE_OK    ? plain
				   : versions[row].is_below ? DFU_IMAGE_OLDER_BUILD
							    : DFU_IMAGE_OK);
		judge_rig_close();
	}
}

static void downgrade_prevention_speaks_first(void **state)
{
	struct image_maker candidate;

	(void)state;
	open_rig(BOOT_MODE_SWAP_MOVE, 1);
	rules.check_build_number = true;
	rules.downgrade = BOOT_DOWNGRADE_BY_VERSION;
	judge_rig_rules(&rules);
	judge_put_version(0, 2, 0, 0);
	judge_image(&candidate, 1, 0, 0);
	expect(&candidate, DFU_IMAGE_OLDER);
	judge_rig_close();
}

static void a_build_number_is_compared_with_that_of_its_own_pair(void **state)
{
	struct image_maker running, candidate;

	(void)state;
	make_version(&running, (const unsigned int[]){1, 0, 0, 5});
	make_version(&candidate, (const unsigned int[]){1, 0, 0, 4});
	open_rig(BOOT_MODE_SWAP_MOVE, 2);
	rules.check_build_number = true;
	judge_rig_rules(&rules);
	judge_put(0, 0, &running);
	judge_put(2, 0, &candidate);
	expect_for(0, &candidate, DFU_IMAGE_OLDER_BUILD);
	expect_for(1, &candidate, DFU_IMAGE_OK);
	judge_rig_close();
}

static void no_build_number_is_compared_with_an_image_that_is_not_there(void **state)
{
	struct image_maker running, candidate;

	(void)state;
	make_version(&running, (const unsigned int[]){1, 0, 0, 5});
	make_version(&candidate, (const unsigned int[]){0, 0, 0, 0});
	for (size_t m = 0; m < ARRAY_LEN(updating); m++) {
		open_rig(updating[m], 1);
		rules.check_build_number = true;
		judge_rig_rules(&rules);
		/* Left over from before; it is not what runs. */
		judge_put(1, 0, &running);
		expect(&candidate, DFU_IMAGE_OK);
		judge_rig_close();
	}
	/* A loader has not the image's version. */
	open_rig(BOOT_MODE_FIRMWARE_LOADER, 1);
	rules.check_build_number = true;
	judge_rig_rules(&rules);
	assert_int_equal(boot_running_slot_set(0, 1), 0);
	judge_put(0, 0, &running);
	judge_put(1, 0, &running);
	expect(&candidate, DFU_IMAGE_OK);
	judge_rig_close();
}

static void a_running_image_that_cannot_be_read_says_nothing_of_the_candidate(void **state)
{
	struct image_maker candidate;

	(void)state;
	judge_image(&candidate, 1, 0, 0);
	open_rig(BOOT_MODE_SWAP_MOVE, 1);
	rules.check_build_number = true;
	judge_rig_rules(&rules);
	judge_put_version(0, 1, 0, 0);
	judge_rig.reads = 0;
	expect(&candidate, DFU_IMAGE_OK);
	const unsigned int reads = judge_rig.reads;

	assert_true(reads > 0);
	for (unsigned int i = 1; i <= reads; i++) {
		judge_rig.reads = 0;
		judge_rig.failing_read = i;
		judge_rig.read_error = -ETIMEDOUT;
		assert_int_equal(judge_memory_rc(0, &candidate), -ETIMEDOUT);
	}
	judge_rig_close();
}

/* The first two words of the payload: stack pointer, reset vector. */
static void link_at(struct image_maker *maker, uint32_t vector)
{
	for (size_t i = 0; i < 4; i++) {
		maker->bytes[32 + 4 + i] = (uint8_t)(vector >> (8 * i));
	}
}

static void make_linked(struct image_maker *maker, uint32_t vector, uint32_t flags, uint32_t load)
{
	judge_image_begin(maker, 1, 0, 0, 0, flags);
	judge_image_load_at(maker, load);
	link_at(maker, vector);
	maker_hash(maker, SHA256);
}

/* Whether one that is linked for an address, as Thumb code or not, passes for a slot of 16 KiB. */
static void expect_slot(int image_index, uint32_t start)
{
	const struct {
		uint32_t vector;
		enum dfu_image_fault fault;
	} cases[] = {
		{start, DFU_IMAGE_OK},
		{start + 1, DFU_IMAGE_OK},
		{start + 0x201, DFU_IMAGE_OK},
		{start + JUDGE_SLOT - 2, DFU_IMAGE_OK},
		{start + JUDGE_SLOT - 1, DFU_IMAGE_OK},
		{start + JUDGE_SLOT, DFU_IMAGE_LINK_ADDRESS},
		{start + JUDGE_SLOT + 1, DFU_IMAGE_LINK_ADDRESS},
		{start - 1, DFU_IMAGE_LINK_ADDRESS},
		{start - 2, DFU_IMAGE_LINK_ADDRESS},
		{start - BUS, DFU_IMAGE_LINK_ADDRESS},
		{start + BUS, DFU_IMAGE_LINK_ADDRESS},
		{0, DFU_IMAGE_LINK_ADDRESS},
		{0xffffffff, DFU_IMAGE_LINK_ADDRESS},
	};
	struct image_maker image;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_linked(&image, cases[i].vector, 0, 0);
		rules.check_link_address = false;
		judge_rig_rules(&rules);
		expect_for(image_index, &image, DFU_IMAGE_OK);
		rules.check_link_address = true;
		judge_rig_rules(&rules);
		expect_for(image_index, &image, cases[i].fault);
	}
}

static void an_image_for_a_primary_slot_must_be_linked_for_it(void **state)
{
	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(swaps); m++) {
		open_rig(swaps[m], 3);
		for (int image = 0; image < 3; image++) {
			expect_slot(image, BUS + JUDGE_OFF(2 * (unsigned int)image));
		}
		judge_rig_close();
	}
	open_rig(BOOT_MODE_FIRMWARE_LOADER, 1);
	assert_int_equal(boot_running_slot_set(0, 1), 0);
	expect_slot(0, BUS + JUDGE_OFF(0));
	judge_rig_close();
}

static void in_direct_xip_an_image_must_be_linked_for_the_slot_it_is_uploaded_to(void **state)
{
	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(xips); m++) {
		for (int running = 0; running < 2; running++) {
			open_rig(xips[m], 1);
			assert_int_equal(boot_running_slot_set(0, running), 0);
			expect_slot(0, BUS + JUDGE_OFF(1 - (unsigned int)running));
			judge_rig_close();
		}
	}
}

/* 32 bytes of header, 500 of payload, 40 of TLVs. */
#define TOTAL 572u

static void in_ram_load_an_image_must_be_linked_for_where_it_is_loaded(void **state)
{
	static const struct {
		uint32_t load;
		uint32_t vector;
		enum dfu_image_fault fault;
	} cases[] = {
		{0x20000000, 0x20000021, DFU_IMAGE_OK},
		{0x20000000, 0x20000000, DFU_IMAGE_OK},
		{0x20000000, 0x20000000 + TOTAL - 1, DFU_IMAGE_OK},
		{0x20000000, 0x20000000 + TOTAL, DFU_IMAGE_LINK_ADDRESS},
		{0x20000000, 0x1fffffff, DFU_IMAGE_LINK_ADDRESS},
		{0x20000000, BUS + JUDGE_OFF(1) + 1, DFU_IMAGE_LINK_ADDRESS},
		{0, 1, DFU_IMAGE_OK},
		{0, 0xffffffff, DFU_IMAGE_LINK_ADDRESS},
	};
	struct image_maker image;

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		make_linked(&image, cases[i / 2].vector, DFU_IMAGE_F_RAM_LOAD, cases[i / 2].load);
		open_rig(rams[i % 2], 1);
		expect(&image, DFU_IMAGE_OK);
		rules.check_link_address = true;
		judge_rig_rules(&rules);
		expect(&image, cases[i / 2].fault);
		judge_rig_close();
	}
}

/* A bootloader of direct-xip compares the offset on the device; others compare nothing. */
static void an_image_for_a_fixed_place_must_name_that_slot_and_be_linked_for_it(void **state)
{
	const struct {
		enum boot_mode mode;
		uint32_t place;
		uint32_t vector;
		enum dfu_image_fault fault;
	} cases[] = {
		{BOOT_MODE_SWAP_MOVE, JUDGE_OFF(0), BUS + JUDGE_OFF(0), DFU_IMAGE_OK},
		{BOOT_MODE_SWAP_MOVE, BUS + JUDGE_OFF(0), BUS + JUDGE_OFF(0), DFU_IMAGE_OK},
		{BOOT_MODE_SWAP_MOVE, JUDGE_OFF(1), BUS + JUDGE_OFF(0), DFU_IMAGE_LINK_ADDRESS},
		{BOOT_MODE_SWAP_MOVE, JUDGE_OFF(0) + 1, BUS + JUDGE_OFF(0), DFU_IMAGE_LINK_ADDRESS},
		{BOOT_MODE_SWAP_MOVE, JUDGE_OFF(0), BUS + JUDGE_OFF(1), DFU_IMAGE_LINK_ADDRESS},
		{BOOT_MODE_DIRECT_XIP, JUDGE_OFF(1), BUS + JUDGE_OFF(1), DFU_IMAGE_OK},
		{BOOT_MODE_DIRECT_XIP, JUDGE_OFF(1), BUS + JUDGE_OFF(0), DFU_IMAGE_LINK_ADDRESS},
		{BOOT_MODE_DIRECT_XIP, BUS + JUDGE_OFF(1), BUS + JUDGE_OFF(1), DFU_IMAGE_ADDRESS},
	};
	struct image_maker image;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_linked(&image, cases[i].vector, DFU_IMAGE_F_ROM_FIXED, cases[i].place);
		open_rig(cases[i].mode, 1);
		rules.check_link_address = true;
		judge_rig_rules(&rules);
		expect(&image, cases[i].fault);
		judge_rig_close();
	}
}

static void an_image_without_a_reset_vector_is_linked_for_nothing(void **state)
{
	struct image_maker image;

	(void)state;
	for (uint32_t size = 0; size <= 9; size++) {
		open_rig(BOOT_MODE_SWAP_MOVE, 1);
		rules.check_link_address = true;
		judge_rig_rules(&rules);
		maker_begin(&image, 32, size, 0);
		if (size >= 8) {
			link_at(&image, BUS + JUDGE_OFF(0));
		}
		maker_hash(&image, SHA256);
		expect(&image, size >= 8 ? DFU_IMAGE_OK : DFU_IMAGE_LINK_ADDRESS);
		judge_rig_close();
	}
}

/* Its place on the bus is not known. */
static void of_a_slot_on_another_flash_device_nothing_is_said(void **state)
{
	const struct flash_area *slot;
	struct device other;
	struct image_maker image;

	(void)state;
	make_linked(&image, 0x12345679, 0, 0);
	open_rig(BOOT_MODE_DIRECT_XIP, 1);
	rules.check_link_address = true;
	judge_rig_rules(&rules);
	expect(&image, DFU_IMAGE_LINK_ADDRESS);
	other = judge_rig.dev;
	assert_int_equal(flash_area_open(1, &slot), 0);
	/* The rig's table is not const; it is filled anew when the rig is opened. */
	((struct flash_area *)(uintptr_t)slot)->fa_dev = &other;
	expect(&image, DFU_IMAGE_OK);
	judge_rig_close();
}

static void with_an_unknown_running_slot_nothing_is_said_of_the_image(void **state)
{
	struct image_maker image;

	(void)state;
	make_linked(&image, BUS + JUDGE_OFF(1), 0, 0);
	open_rig(BOOT_MODE_DIRECT_XIP, 1);
	rules.check_link_address = true;
	rules.check_build_number = true;
	judge_rig_rules(&rules);
	assert_int_equal(boot_running_slot_set(0, -1), 0);
	assert_int_equal(judge_memory_rc(0, &image), -ENODEV);
	judge_rig_close();
}

static void sign(struct image_maker *maker, const char *key)
{
	uint8_t sig[128];
	size_t len;
	uint8_t *der = test_key_der(key, &len);

	maker_key_hash(maker, SHA256, der, len);
	maker_tlv(maker, DFU_IMAGE_TLV_ECDSA_SIG, sig, maker_ecdsa(maker, SHA256, key, sig));
	free(der);
}

static enum dfu_image_fault judge_with(const struct image_maker *maker,
				       const struct dfu_image_key *key)
{
	const struct dfu_image_source source = dfu_image_source_memory(maker->bytes, maker->len);
	uint8_t buf[64];
	const int rc = boot_judge(0, &source, key, 0, buf, sizeof(buf), &judge_rig.judgement);

	assert_int_equal(rc, dfu_image_fault_errno(judge_rig.judgement.report.fault));
	return judge_rig.judgement.report.fault;
}

/* By a bootloader that asks for none, or of which nothing is known. */
static void a_signature_can_be_demanded_where_the_bootloader_asks_for_none(void **state)
{
	static const enum boot_signature lax[] = {BOOT_SIGNATURE_UNKNOWN, BOOT_SIGNATURE_NONE};
	struct image_maker plain, any, by_a;
	struct test_key a, b;

	(void)state;
	test_key_load(&a, "ec256-a");
	test_key_load(&b, "ec256-b");
	judge_image(&plain, 1, 0, 0);
	any = plain;
	maker_tlv(&any, DFU_IMAGE_TLV_ED25519, "none", 4);
	by_a = plain;
	sign(&by_a, "ec256-a");
	for (size_t i = 0; i < 2 * ARRAY_LEN(updating); i++) {
		/* One that nothing else is wrong with in the mode. */
		if (updating[i / 2] == BOOT_MODE_RAM_LOAD ||
		    updating[i / 2] == BOOT_MODE_RAM_LOAD_REVERT) {
			continue;
		}
		open_rig(updating[i / 2], 1);
		rules.signature = lax[i % 2];
		rules.key = &a.key;
		judge_rig_rules(&rules);
		expect(&plain, DFU_IMAGE_OK);
		rules.key = NULL;
		rules.check_signature = true;
		judge_rig_rules(&rules);
		expect(&plain, DFU_IMAGE_UNSIGNED);
		expect(&any, DFU_IMAGE_OK);
		expect(&by_a, DFU_IMAGE_OK);
		rules.key = &a.key;
		judge_rig_rules(&rules);
		expect(&plain, DFU_IMAGE_UNSIGNED);
		expect(&any, DFU_IMAGE_UNSIGNED);
		expect(&by_a, DFU_IMAGE_OK);
		assert_int_equal(judge_rig.judgement.report.signature_finding, DFU_IMAGE_VALID);
		rules.key = &b.key;
		judge_rig_rules(&rules);
		expect(&by_a, DFU_IMAGE_UNSIGNED);
		/* A further key counts as much. */
		rules.key = NULL;
		judge_rig_rules(&rules);
		assert_int_equal(judge_with(&by_a, &a.key), DFU_IMAGE_OK);
		assert_int_equal(judge_with(&by_a, &b.key), DFU_IMAGE_UNSIGNED);
		assert_int_equal(judge_with(&plain, &a.key), DFU_IMAGE_UNSIGNED);
		judge_rig_close();
	}
	test_key_free(&a);
	test_key_free(&b);
}

static void a_damaged_signature_is_none(void **state)
{
	struct image_maker image;
	struct test_key a;

	(void)state;
	test_key_load(&a, "ec256-a");
	judge_image(&image, 1, 0, 0);
	sign(&image, "ec256-a");
	image.bytes[image.len - 1] ^= 1;
	open_rig(BOOT_MODE_SWAP_MOVE, 1);
	rules.check_signature = true;
	rules.key = &a.key;
	judge_rig_rules(&rules);
	expect(&image, DFU_IMAGE_UNSIGNED);
	assert_int_equal(judge_rig.judgement.report.signature_finding, DFU_IMAGE_INVALID);
	judge_rig_close();
	test_key_free(&a);
}

static void a_bootloader_that_demands_a_signature_speaks_for_itself(void **state)
{
	struct image_maker image;
	struct test_key a, b;

	(void)state;
	test_key_load(&a, "ec256-a");
	test_key_load(&b, "ec256-b");
	judge_image(&image, 1, 0, 0);
	open_rig(BOOT_MODE_SWAP_MOVE, 1);
	rules.signature = BOOT_SIGNATURE_ECDSA_P256;
	rules.check_signature = true;
	rules.key = &a.key;
	judge_rig_rules(&rules);
	expect(&image, DFU_IMAGE_NO_SIGNATURE);
	sign(&image, "ec256-a");
	expect(&image, DFU_IMAGE_OK);
	rules.key = &b.key;
	judge_rig_rules(&rules);
	expect(&image, DFU_IMAGE_NO_SIGNATURE);
	judge_rig_close();
	test_key_free(&a);
	test_key_free(&b);
}

static void what_is_wrong_for_another_reason_keeps_its_name(void **state)
{
	struct image_maker image;

	(void)state;
	open_rig(BOOT_MODE_SWAP_MOVE, 2);
	rules.check_signature = true;
	rules.check_build_number = true;
	rules.check_link_address = true;
	judge_rig_rules(&rules);
	judge_put_version(0, 1, 0, 0);
	judge_put_version(2, 1, 0, 0);
	judge_image(&image, 0, 1, 0);
	image.bytes[100] ^= 1;
	expect(&image, DFU_IMAGE_HASH_MISMATCH);
	image.bytes[100] ^= 1;
	expect(&image, DFU_IMAGE_UNSIGNED);
	maker_tlv(&image, DFU_IMAGE_TLV_ED25519, "none", 4);
	expect(&image, DFU_IMAGE_OLDER_BUILD);
	judge_image_begin(&image, 1, 0, 0, 0, 0);
	judge_image_needs(&image, 1, 2, 0, 0, 0);
	link_at(&image, 0);
	maker_hash(&image, SHA256);
	maker_tlv(&image, DFU_IMAGE_TLV_ED25519, "none", 4);
	expect(&image, DFU_IMAGE_LINK_ADDRESS);
	rules.check_link_address = false;
	judge_rig_rules(&rules);
	expect(&image, DFU_IMAGE_DEPENDENCY);
	judge_rig_close();
}

static void each_has_an_errno_and_words_of_its_own(void **state)
{
	static const enum dfu_image_fault strict[] = {DFU_IMAGE_OLDER_BUILD, DFU_IMAGE_LINK_ADDRESS,
						      DFU_IMAGE_UNSIGNED};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strict); i++) {
		for (int other = 0; other < DFU_IMAGE_FAULT_COUNT; other++) {
			const enum dfu_image_fault fault = (enum dfu_image_fault)other;

			if (fault != strict[i]) {
				assert_int_not_equal(dfu_image_fault_errno(fault),
						     dfu_image_fault_errno(strict[i]));
				assert_string_not_equal(dfu_image_fault_str(fault),
							dfu_image_fault_str(strict[i]));
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_below_the_running_one_is_refused_build_number_included),
		cmocka_unit_test(downgrade_prevention_speaks_first),
		cmocka_unit_test(a_build_number_is_compared_with_that_of_its_own_pair),
		cmocka_unit_test(no_build_number_is_compared_with_an_image_that_is_not_there),
		cmocka_unit_test(a_running_image_that_cannot_be_read_says_nothing_of_the_candidate),
		cmocka_unit_test(an_image_for_a_primary_slot_must_be_linked_for_it),
		cmocka_unit_test(
			in_direct_xip_an_image_must_be_linked_for_the_slot_it_is_uploaded_to),
		cmocka_unit_test(in_ram_load_an_image_must_be_linked_for_where_it_is_loaded),
		cmocka_unit_test(
			an_image_for_a_fixed_place_must_name_that_slot_and_be_linked_for_it),
		cmocka_unit_test(an_image_without_a_reset_vector_is_linked_for_nothing),
		cmocka_unit_test(of_a_slot_on_another_flash_device_nothing_is_said),
		cmocka_unit_test(with_an_unknown_running_slot_nothing_is_said_of_the_image),
		cmocka_unit_test(a_signature_can_be_demanded_where_the_bootloader_asks_for_none),
		cmocka_unit_test(a_damaged_signature_is_none),
		cmocka_unit_test(a_bootloader_that_demands_a_signature_speaks_for_itself),
		cmocka_unit_test(what_is_wrong_for_another_reason_keeps_its_name),
		cmocka_unit_test(each_has_an_errno_and_words_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
