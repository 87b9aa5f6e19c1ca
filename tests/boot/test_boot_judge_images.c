/* SPDX-License-Identifier: Apache-2.0 */
/* What the other images of a device have to say: dependencies, and RAM that is theirs. */
#include "judge_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/mcuboot.h>

#include "boot/boot_judge.h"

static const enum boot_mode modes[] = {
	BOOT_MODE_SWAP_SCRATCH,      BOOT_MODE_SWAP_MOVE,       BOOT_MODE_SWAP_OFFSET,
	BOOT_MODE_OVERWRITE_ONLY,    BOOT_MODE_DIRECT_XIP,      BOOT_MODE_RAM_LOAD,
	BOOT_MODE_DIRECT_XIP_REVERT, BOOT_MODE_RAM_LOAD_REVERT,
};
#define SWAPS 4 /* the first ones */

static bool loads(enum boot_mode mode)
{
	return mode == BOOT_MODE_RAM_LOAD || mode == BOOT_MODE_RAM_LOAD_REVERT;
}

/* Images of every mode: image n is loaded at a place of its own. */
static void begin(struct image_maker *maker, enum boot_mode mode, unsigned int image,
		  unsigned int minor)
{
	judge_image_begin(maker, 1, minor, 0, 0, loads(mode) ? DFU_IMAGE_F_RAM_LOAD : 0);
	judge_image_load_at(maker, loads(mode) ? 0x20000000 + 0x1000 * image : 0);
}

static void end(struct image_maker *maker)
{
	maker_hash(maker, DFU_IMAGE_TLV_SHA256);
}

/* 1.<minor>.0 in a slot, confirmed where a trailer counts. */
static void put(enum boot_mode mode, unsigned int slot, size_t off, unsigned int minor)
{
	struct image_maker image;

	begin(&image, mode, slot / 2, minor);
	end(&image);
	judge_put(slot, off, &image);
	if (boot_mode_is_direct(mode) && boot_mode_needs_trailer(mode)) {
		judge_put_magic(slot);
		judge_put_image_ok(slot);
	}
}

/* Every pair runs 1.1.0 from its primary. */
static void open_device(enum boot_mode mode, uint8_t images)
{
	judge_rig_open(mode, images);
	for (unsigned int i = 0; i < images && 2 * i < JUDGE_SLOTS; i++) {
		put(mode, 2 * i, 0, 1);
	}
}

static size_t upload_start(enum boot_mode mode)
{
	return mode == BOOT_MODE_SWAP_OFFSET ? JUDGE_PAGE : 0;
}

static void expect(int image, unsigned int together, const struct image_maker *maker,
		   enum dfu_image_fault fault)
{
	assert_string_equal(dfu_image_fault_str(judge_memory(image, together, maker)),
			    dfu_image_fault_str(fault));
}

static void a_dependency_is_met_by_the_version_that_runs(void **state)
{
	static const struct {
		unsigned int major, minor, revision, build;
		enum dfu_image_fault fault;
	} needs[] = {
		{1, 1, 0, 0, DFU_IMAGE_OK},
		{1, 1, 0, 0xffffffff, DFU_IMAGE_OK},
		{1, 0, 65535, 0, DFU_IMAGE_OK},
		{0, 255, 65535, 9, DFU_IMAGE_OK},
		{0, 0, 0, 0, DFU_IMAGE_OK},
		{1, 1, 1, 0, DFU_IMAGE_DEPENDENCY},
		{1, 2, 0, 0, DFU_IMAGE_DEPENDENCY},
		{2, 0, 0, 0, DFU_IMAGE_DEPENDENCY},
		{255, 255, 65535, 0, DFU_IMAGE_DEPENDENCY},
	};
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
			open_device(modes[m], 2);
			begin(&image, modes[m], 0, 2);
			judge_image_needs(&image, 1, needs[i].major, needs[i].minor,
					  needs[i].revision, needs[i].build);
			end(&image);
			expect(0, 0, &image, needs[i].fault);
			judge_rig_close();
		}
	}
}

static void one_image_needs_no_other(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		open_device(modes[m], 1);
		begin(&image, modes[m], 0, 2);
		judge_image_needs(&image, 1, 9, 9, 9, 0);
		maker_protected(&image, DFU_IMAGE_TLV_DEPENDENCY, "short", 5);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_OK);
		judge_rig_close();
	}
}

static void an_image_that_the_bootloader_does_not_have_is_never_there(void **state)
{
	static const unsigned int absent[] = {2, 3, 127, 128, 255};
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		for (size_t i = 0; i < ARRAY_LEN(absent); i++) {
			open_device(modes[m], 2);
			begin(&image, modes[m], 0, 2);
			judge_image_needs(&image, absent[i], 0, 0, 0, 0);
			end(&image);
			expect(0, 0xffffffff, &image, DFU_IMAGE_DEPENDENCY);
			judge_rig_close();
		}
	}
}

static void a_pair_without_an_image_meets_nothing(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		judge_rig_open(modes[m], 2);
		begin(&image, modes[m], 0, 2);
		judge_image_needs(&image, 1, 0, 0, 0, 0);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		judge_rig_close();
	}
}

static void a_pair_that_the_device_lacks_meets_nothing_and_is_no_error(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		open_device(modes[m], JUDGE_SLOTS / 2 + 1);
		begin(&image, modes[m], 0, 2);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_OK);
		begin(&image, modes[m], 0, 2);
		judge_image_needs(&image, JUDGE_SLOTS / 2, 0, 0, 0, 0);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		judge_rig_close();
	}
}

static void a_dependency_on_itself_is_met_by_its_own_version(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		for (unsigned int minor = 1; minor <= 3; minor++) {
			open_device(modes[m], 2);
			begin(&image, modes[m], 1, 2);
			judge_image_needs(&image, 1, 1, minor, 0, 0);
			end(&image);
			expect(1, 0, &image, minor <= 2 ? DFU_IMAGE_OK : DFU_IMAGE_DEPENDENCY);
			judge_rig_close();
		}
	}
}

/* The other image as a candidate: downloaded, or asked for, too. */
static void a_candidate_counts_when_it_is_pending_or_scheduled_together(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < SWAPS; m++) {
		open_device(modes[m], 2);
		begin(&image, modes[m], 0, 2);
		judge_image_needs(&image, 1, 1, 2, 0, 0);
		end(&image);
		put(modes[m], 3, upload_start(modes[m]), 2);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		expect(0, 1, &image, DFU_IMAGE_DEPENDENCY);
		expect(0, 2, &image, DFU_IMAGE_OK);
		expect(0, 0xffffffff, &image, DFU_IMAGE_OK);
		judge_put_magic(3);
		expect(0, 0, &image, DFU_IMAGE_OK);
		judge_put_image_ok(3);
		expect(0, 0, &image, DFU_IMAGE_OK);
		judge_rig_close();
	}
}

static void what_the_direct_modes_would_start_counts(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = SWAPS; m < ARRAY_LEN(modes); m++) {
		open_device(modes[m], 2);
		begin(&image, modes[m], 0, 2);
		judge_image_needs(&image, 1, 1, 2, 0, 0);
		end(&image);
		put(modes[m], 3, 0, 0);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		put(modes[m], 3, 0, 2);
		expect(0, 0, &image, DFU_IMAGE_OK);
		if (boot_mode_needs_trailer(modes[m])) {
			/* It ran and was not confirmed: it will be given up. */
			judge_put_copy_done(3);
			expect(0, 0, &image, DFU_IMAGE_OK);
			judge_rig.flash.memory[JUDGE_OFF(4) - 24] = 0xff;
			expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
			expect(0, 2, &image, DFU_IMAGE_OK);
			judge_put_image_ok(3);
			expect(0, 0, &image, DFU_IMAGE_OK);
			/* Without the magic nothing else counts. */
			judge_rig.flash.memory[JUDGE_OFF(4) - 1] = 0xff;
			expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		}
		judge_rig_close();
	}
}

static void what_will_never_be_started_from_its_slot_does_not_count(void **state)
{
	struct image_maker image, other;

	(void)state;
	for (size_t m = SWAPS; m < ARRAY_LEN(modes); m++) {
		open_device(modes[m], 2);
		begin(&image, modes[m], 0, 2);
		judge_image_needs(&image, 1, 1, 2, 0, 0);
		end(&image);
		put(modes[m], 3, 0, 2);
		expect(0, 0, &image, DFU_IMAGE_OK);
		/* In RAM without leave, or made for the other slot. */
		judge_image_begin(&other, 1, 2, 0, 0, loads(modes[m]) ? 0 : DFU_IMAGE_F_ROM_FIXED);
		judge_image_load_at(&other, (uint32_t)JUDGE_OFF(2));
		end(&other);
		judge_put(3, 0, &other);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		judge_rig_close();
	}
}

/* The higher version may lie in the primary while the lower one of the secondary runs. */
static void of_two_equal_versions_the_primary_is_started(void **state)
{
	struct image_maker image;

	(void)state;
	open_device(BOOT_MODE_DIRECT_XIP, 2);
	begin(&image, BOOT_MODE_DIRECT_XIP, 0, 2);
	judge_image_needs(&image, 1, 1, 3, 0, 0);
	end(&image);
	assert_int_equal(boot_running_slot_set(1, 1), 0);
	put(BOOT_MODE_DIRECT_XIP, 3, 0, 2);
	expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
	put(BOOT_MODE_DIRECT_XIP, 2, 0, 3);
	expect(0, 0, &image, DFU_IMAGE_OK);
	judge_rig_close();
}

/* 1.1.0 is being tested; 1.2.0 comes back, from where the swap has put it: the start of the slot.
 */
static void an_image_about_to_be_reverted_counts_as_what_it_is_reverted_to(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < 3; m++) {
		open_device(modes[m], 2);
		put(modes[m], 3, 0, 2);
		begin(&image, modes[m], 0, 2);
		judge_image_needs(&image, 1, 1, 2, 0, 0);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		judge_put_magic(2);
		judge_put_copy_done(2);
		expect(0, 0, &image, DFU_IMAGE_OK);
		judge_put_image_ok(2);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		judge_rig_close();
	}
}

static void images_may_depend_on_each_other(void **state)
{
	struct image_maker first, second;

	(void)state;
	for (size_t m = 0; m < SWAPS; m++) {
		open_device(modes[m], 2);
		begin(&first, modes[m], 0, 2);
		judge_image_needs(&first, 1, 1, 2, 0, 0);
		end(&first);
		begin(&second, modes[m], 1, 2);
		judge_image_needs(&second, 0, 1, 2, 0, 0);
		end(&second);
		judge_put(1, upload_start(modes[m]), &first);
		judge_put(3, upload_start(modes[m]), &second);
		expect(0, 0, &first, DFU_IMAGE_DEPENDENCY);
		expect(1, 0, &second, DFU_IMAGE_DEPENDENCY);
		expect(0, 3, &first, DFU_IMAGE_OK);
		expect(1, 3, &second, DFU_IMAGE_OK);
		judge_rig_close();
	}
}

static void all_dependencies_must_be_met(void **state)
{
	struct image_maker image;

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		for (unsigned int unmet = 0; unmet < 4; unmet++) {
			open_device(modes[m], 3);
			begin(&image, modes[m], 0, 2);
			for (unsigned int i = 0; i < 3; i++) {
				judge_image_needs(&image, i, 1, i == unmet ? 3 : 1, 0, 0);
			}
			end(&image);
			expect(0, 0, &image, unmet < 3 ? DFU_IMAGE_DEPENDENCY : DFU_IMAGE_OK);
			judge_rig_close();
		}
	}
}

static void a_dependency_of_another_length_is_malformed(void **state)
{
	static const uint8_t zeros[16] = {1};
	struct image_maker image;

	(void)state;
	for (uint16_t len = 0; len <= sizeof(zeros); len++) {
		open_device(BOOT_MODE_SWAP_MOVE, 2);
		begin(&image, BOOT_MODE_SWAP_MOVE, 0, 2);
		maker_protected(&image, DFU_IMAGE_TLV_DEPENDENCY, zeros, len);
		maker_protected(&image, 0xa0, zeros, 1);
		end(&image);
		expect(0, 0, &image, len == 12 ? DFU_IMAGE_OK : DFU_IMAGE_TLV_FORMAT);
		judge_rig_close();
	}
}

static void a_dependency_that_anybody_could_add_is_not_allowed(void **state)
{
	static const uint8_t zeros[12] = {0};
	struct image_maker image;

	(void)state;
	open_device(BOOT_MODE_SWAP_MOVE, 2);
	begin(&image, BOOT_MODE_SWAP_MOVE, 0, 2);
	end(&image);
	maker_tlv(&image, DFU_IMAGE_TLV_DEPENDENCY, zeros, sizeof(zeros));
	expect(0, 0, &image, DFU_IMAGE_TLV_NOT_ALLOWED);
	judge_rig_close();
}

/* What another image could not run with keeps a bootloader with primaries from swapping anything.
 */
static void the_running_images_must_be_able_to_run_with_it(void **state)
{
	struct image_maker image, other;

	(void)state;
	for (size_t m = 0; m < SWAPS; m++) {
		open_device(modes[m], 3);
		begin(&other, modes[m], 1, 1);
		judge_image_needs(&other, 0, 1, 1, 0, 0);
		end(&other);
		judge_put(2, 0, &other);
		begin(&image, modes[m], 0, 1);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_OK);
		begin(&image, modes[m], 0, 0);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		/* Unless the one that needs it is replaced, too. */
		put(modes[m], 3, upload_start(modes[m]), 2);
		expect(0, 2, &image, DFU_IMAGE_OK);
		judge_put_magic(3);
		expect(0, 0, &image, DFU_IMAGE_OK);
		judge_rig_close();
	}
}

static void what_others_lack_keeps_all_updates_waiting(void **state)
{
	struct image_maker image, other;

	(void)state;
	for (size_t m = 0; m < SWAPS; m++) {
		open_device(modes[m], 3);
		begin(&other, modes[m], 1, 1);
		judge_image_needs(&other, 2, 1, 2, 0, 0);
		end(&other);
		judge_put(2, 0, &other);
		begin(&image, modes[m], 0, 2);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_DEPENDENCY);
		/* The image that it lacks is let in. */
		begin(&image, modes[m], 2, 2);
		end(&image);
		expect(2, 0, &image, DFU_IMAGE_OK);
		/* A malformed dependency of another image cannot be met either. */
		begin(&other, modes[m], 1, 1);
		maker_protected(&other, DFU_IMAGE_TLV_DEPENDENCY, "short", 5);
		end(&other);
		judge_put(2, 0, &other);
		expect(2, 0, &image, DFU_IMAGE_DEPENDENCY);
		judge_rig_close();
	}
}

static void the_direct_modes_start_the_rest_without_the_image_that_lacks_one(void **state)
{
	struct image_maker image, other;

	(void)state;
	for (size_t m = SWAPS; m < ARRAY_LEN(modes); m++) {
		open_device(modes[m], 3);
		begin(&other, modes[m], 1, 1);
		judge_image_needs(&other, 2, 1, 2, 0, 0);
		end(&other);
		judge_put(2, 0, &other);
		begin(&image, modes[m], 0, 2);
		end(&image);
		expect(0, 0, &image, DFU_IMAGE_OK);
		judge_rig_close();
	}
}

/* Images of 572 bytes, the other one at 0x20001000. */
static void two_images_in_the_same_ram_do_not_go_together(void **state)
{
	static const struct {
		uint32_t address;
		enum dfu_image_fault fault;
	} cases[] = {
		{0x20001000 - 572, DFU_IMAGE_OK},   {0x20001000 - 571, DFU_IMAGE_LOAD_RANGE},
		{0x20001000, DFU_IMAGE_LOAD_RANGE}, {0x20001000 + 571, DFU_IMAGE_LOAD_RANGE},
		{0x20001000 + 572, DFU_IMAGE_OK},
	};
	struct image_maker image;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_device(BOOT_MODE_RAM_LOAD, 2);
		judge_image_begin(&image, 1, 2, 0, 0, DFU_IMAGE_F_RAM_LOAD);
		judge_image_load_at(&image, cases[i].address);
		end(&image);
		assert_int_equal(image.len, 572);
		expect(0, 0, &image, cases[i].fault);
		judge_rig_close();
	}
}

/* Its version is loaded to where the primary says. */
static void of_two_equal_versions_the_primary_takes_ram(void **state)
{
	struct image_maker image;

	(void)state;
	open_device(BOOT_MODE_RAM_LOAD, 2);
	judge_image_begin(&image, 1, 1, 0, 0, DFU_IMAGE_F_RAM_LOAD);
	judge_image_load_at(&image, 0x20003000);
	end(&image);
	judge_put(3, 0, &image);
	judge_image_begin(&image, 1, 2, 0, 0, DFU_IMAGE_F_RAM_LOAD);
	judge_image_load_at(&image, 0x20003000);
	end(&image);
	expect(0, 0, &image, DFU_IMAGE_OK);
	judge_rig_close();
}

static void an_image_that_is_not_whole_takes_no_ram(void **state)
{
	struct image_maker image, other;

	(void)state;
	open_device(BOOT_MODE_RAM_LOAD, 2);
	judge_image_begin(&image, 1, 2, 0, 0, DFU_IMAGE_F_RAM_LOAD);
	judge_image_load_at(&image, 0x20003000);
	end(&image);
	judge_image_begin(&other, 1, 2, 0, 0, DFU_IMAGE_F_RAM_LOAD);
	judge_image_load_at(&other, 0x20003000);
	end(&other);
	judge_put(3, 0, &other);
	expect(0, 0, &image, DFU_IMAGE_LOAD_RANGE);
	other.bytes[100] ^= 1;
	judge_put(3, 0, &other);
	expect(0, 0, &image, DFU_IMAGE_OK);
	judge_rig_close();
}

static uint8_t held[DFU_IMAGE_HEADER_LEN];

static int get_held(int image_index, uint8_t raw[DFU_IMAGE_HEADER_LEN])
{
	memcpy(raw, held, sizeof(held));
	return image_index == 1 ? 0 : -ENOENT;
}

/* Its first write block is longer than a header: the rest of that cannot be read here either. */
static void an_image_whose_beginning_is_held_back_takes_ram(void **state)
{
	struct image_maker image;
	uint8_t buf[64];

	(void)state;
	open_device(BOOT_MODE_RAM_LOAD, 2);
	judge_image_begin(&image, 1, 2, 0, 0, DFU_IMAGE_F_RAM_LOAD);
	judge_image_load_at(&image, 0x20003000);
	end(&image);
	judge_put(3, 0, &image);
	memcpy(held, image.bytes, sizeof(held));
	memset(judge_rig.flash.memory + JUDGE_OFF(3), 0xff, 64);

	const struct dfu_image_source source = dfu_image_source_memory(image.bytes, image.len);
	const int rc = boot_judge_beside(0, &source, NULL, 3, get_held, buf, sizeof(buf),
					 &judge_rig.judgement);
	assert_int_equal(judge_rig.judgement.report.fault, DFU_IMAGE_LOAD_RANGE);
	assert_int_equal(rc, dfu_image_fault_errno(DFU_IMAGE_LOAD_RANGE));
	judge_rig_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dependency_is_met_by_the_version_that_runs),
		cmocka_unit_test(one_image_needs_no_other),
		cmocka_unit_test(an_image_that_the_bootloader_does_not_have_is_never_there),
		cmocka_unit_test(a_pair_without_an_image_meets_nothing),
		cmocka_unit_test(a_pair_that_the_device_lacks_meets_nothing_and_is_no_error),
		cmocka_unit_test(a_dependency_on_itself_is_met_by_its_own_version),
		cmocka_unit_test(a_candidate_counts_when_it_is_pending_or_scheduled_together),
		cmocka_unit_test(what_the_direct_modes_would_start_counts),
		cmocka_unit_test(what_will_never_be_started_from_its_slot_does_not_count),
		cmocka_unit_test(of_two_equal_versions_the_primary_is_started),
		cmocka_unit_test(an_image_about_to_be_reverted_counts_as_what_it_is_reverted_to),
		cmocka_unit_test(images_may_depend_on_each_other),
		cmocka_unit_test(all_dependencies_must_be_met),
		cmocka_unit_test(a_dependency_of_another_length_is_malformed),
		cmocka_unit_test(a_dependency_that_anybody_could_add_is_not_allowed),
		cmocka_unit_test(the_running_images_must_be_able_to_run_with_it),
		cmocka_unit_test(what_others_lack_keeps_all_updates_waiting),
		cmocka_unit_test(the_direct_modes_start_the_rest_without_the_image_that_lacks_one),
		cmocka_unit_test(two_images_in_the_same_ram_do_not_go_together),
		cmocka_unit_test(of_two_equal_versions_the_primary_takes_ram),
		cmocka_unit_test(an_image_that_is_not_whole_takes_no_ram),
		cmocka_unit_test(an_image_whose_beginning_is_held_back_takes_ram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
