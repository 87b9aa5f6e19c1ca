/* SPDX-License-Identifier: Apache-2.0 */
/* fw_info: where it is looked for, and which bytes are which field. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/bootloader.h>

/* Typed from the description of the format; each field has bytes of its own. */
static const uint8_t fw_info[FW_INFO_LEN] = {
	0xde, 0xe6, 0x1e, 0x28, 0x4c, 0xbb, 0xce, 0x8f, 0x02, 0x35, 0x00, 0x00, /* magic */
	0x11, 0x12, 0x13, 0x14,                                                 /* total size */
	0x21, 0x22, 0x23, 0x24,                                                 /* size */
	0x31, 0x32, 0x33, 0x34,                                                 /* version */
	0x41, 0x42, 0x43, 0x44,                                                 /* address */
	0x51, 0x52, 0x53, 0x54,                                                 /* boot address */
	0x61, 0x62, 0x63, 0x64,                                                 /* valid */
};

#define PLACE_LAST 0x1200
#define FIRMWARE 0x2000

static uint8_t firmware[FIRMWARE];

static int find_in(size_t size, struct fw_info_fields *info)
{
	const struct dfu_image_source source = dfu_image_source_memory(firmware, size);

	return fw_info_find(&source, info);
}

static int begin(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(firmware); i++) {
		firmware[i] = (uint8_t)(i % 251);
	}
	return 0;
}

static void its_fields_are_little_endian_words(void **state)
{
	struct fw_info_fields info;

	(void)state;
	memcpy(&firmware[0x200], fw_info, sizeof(fw_info));
	assert_int_equal(find_in(FIRMWARE, &info), 0);
	assert_int_equal(info.total_size, 0x14131211);
	assert_int_equal(info.size, 0x24232221);
	assert_int_equal(info.version, 0x34333231);
	assert_int_equal(info.address, 0x44434241);
	assert_int_equal(info.boot_address, 0x54535251);
	assert_int_equal(info.valid, 0x64636261);
}

static void it_lies_at_a_multiple_of_0x200_up_to_0x1200(void **state)
{
	struct fw_info_fields info;

	for (size_t off = 0; off + FW_INFO_LEN <= FIRMWARE; off += 4) {
		const bool is_allowed = off % 0x200 == 0 && off <= PLACE_LAST;

		(void)begin(state);
		memcpy(&firmware[off], fw_info, sizeof(fw_info));
		assert_int_equal(find_in(FIRMWARE, &info), is_allowed ? 0 : -ENOENT);
	}
}

static void the_first_one_counts(void **state)
{
	struct fw_info_fields info;

	(void)state;
	memcpy(&firmware[0x400], fw_info, sizeof(fw_info));
	memcpy(&firmware[0x200], fw_info, sizeof(fw_info));
	firmware[0x200 + 20] = 7;
	assert_int_equal(find_in(FIRMWARE, &info), 0);
	assert_int_equal(info.version, 0x34333207);
}

static void two_words_of_its_magic_count_and_the_third_does_not(void **state)
{
	struct fw_info_fields info;

	for (size_t i = 0; i < 12; i++) {
		(void)begin(state);
		memcpy(firmware, fw_info, sizeof(fw_info));
		firmware[i] ^= 0x10;
		assert_int_equal(find_in(FIRMWARE, &info), i < 8 ? -ENOENT : 0);
	}
}

static void one_that_passes_the_end_is_none(void **state)
{
	struct fw_info_fields info = {.version = 5};

	(void)state;
	memcpy(&firmware[0x600], fw_info, sizeof(fw_info));
	assert_int_equal(find_in(0x600 + FW_INFO_LEN, &info), 0);
	info.version = 5;
	for (size_t size = 0; size < 0x600 + FW_INFO_LEN; size++) {
		assert_int_equal(find_in(size, &info), -ENOENT);
	}
	assert_int_equal(info.version, 5);
}

static int fail_at(const struct dfu_image_source *source, size_t off, void *dst, size_t len)
{
	const size_t *failing = source->context;

	if (off == *failing) {
		return -EILSEQ;
	}
	memcpy(dst, &firmware[off], len);
	return 0;
}

static void an_error_of_the_source_is_passed_on(void **state)
{
	(void)state;
	for (size_t off = 0; off <= PLACE_LAST; off += 0x200) {
		const struct dfu_image_source source = {
			.read = fail_at, .context = &off, .size = FIRMWARE};
		struct fw_info_fields info;

		assert_int_equal(fw_info_find(&source, &info), -EILSEQ);
	}
}

static void bytes_that_are_held_back_count(void **state)
{
	struct dfu_image_source source = dfu_image_source_memory(firmware, FIRMWARE);
	struct fw_info_fields info;

	(void)state;
	memcpy(firmware, fw_info, sizeof(fw_info));
	memset(firmware, 0xff, 32);
	source.head = fw_info;
	source.head_len = 32;
	assert_int_equal(fw_info_find(&source, &info), 0);
	assert_int_equal(info.version, 0x34333231);
	assert_int_equal(info.valid, 0x64636261);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(its_fields_are_little_endian_words, begin),
		cmocka_unit_test_setup(it_lies_at_a_multiple_of_0x200_up_to_0x1200, begin),
		cmocka_unit_test_setup(the_first_one_counts, begin),
		cmocka_unit_test_setup(two_words_of_its_magic_count_and_the_third_does_not, begin),
		cmocka_unit_test_setup(one_that_passes_the_end_is_none, begin),
		cmocka_unit_test_setup(an_error_of_the_source_is_passed_on, begin),
		cmocka_unit_test_setup(bytes_that_are_held_back_count, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
