/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of the header that the bootloader does not mind: such images are taken, by the judgement
 * and by the model alike.
 */
#include "judge_rig.h"

#include <boot_check.h>

/* By the meaning of each flag; what is not listed has none in a mode that swaps. */
static enum dfu_image_fault fault_of_flag(uint32_t flag)
{
	switch (flag) {
	case 0x4:
	case 0x8:
		return DFU_IMAGE_ENCRYPTED;
	case 0x10:
		return DFU_IMAGE_NOT_BOOTABLE;
	case 0x200:
	case 0x400:
	case 0x800:
		return DFU_IMAGE_COMPRESSED;
	default:
		return DFU_IMAGE_OK;
	}
}

static void expect(const struct image_maker *image, enum dfu_image_fault fault)
{
	const struct boot_rules *rules = boot_rules_get();
	const struct sim_boot_view view = {.bytes = image->bytes,
					   .len = sizeof(image->bytes),
					   .slot_size = sizeof(image->bytes),
					   .erased = 0xff};
	const bool passes = !sim_boot_view_is_empty(&view) &&
			    sim_boot_check(&view, rules, sizeof(image->bytes)) == NULL;

	assert_int_equal(judge_memory(0, 0, image), fault);
	assert_int_equal(passes, fault == DFU_IMAGE_OK);
}

static void flags_without_a_meaning_do_not_matter(void **state)
{
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	for (unsigned int bit = 0; bit < 32; bit++) {
		judge_image_begin(&image, 1, 0, 0, 0, UINT32_C(1) << bit);
		maker_hash(&image, DFU_IMAGE_TLV_SHA256);
		expect(&image, fault_of_flag(UINT32_C(1) << bit));
	}
	judge_rig_close();
}

static void a_header_may_have_any_size_that_holds_its_fields(void **state)
{
	static const uint16_t sizes[] = {32, 33, 47, 255, 511, 1023};
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		maker_begin(&image, sizes[i], 100, 0);
		maker_hash(&image, DFU_IMAGE_TLV_SHA256);
		expect(&image, DFU_IMAGE_OK);
	}
	judge_rig_close();
}

static void padding_of_the_header_does_not_matter(void **state)
{
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	for (size_t at = 28; at < 32; at++) {
		maker_begin(&image, 32, 100, 0);
		image.bytes[at] = 0xa5;
		maker_hash(&image, DFU_IMAGE_TLV_SHA256);
		expect(&image, DFU_IMAGE_OK);
	}
	judge_rig_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_without_a_meaning_do_not_matter),
		cmocka_unit_test(a_header_may_have_any_size_that_holds_its_fields),
		cmocka_unit_test(padding_of_the_header_does_not_matter),
	};

	return cmocka_run_group_tests_name("boot_judge_header", tests, NULL, NULL);
}
