/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash_img over the real boot control: what the bootloader finds in the slot before, during and
 * after a write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/boot.h>
#include <dfu/flash_img.h>
#include <mbedtls/md.h>

#include "support/test_flash.h"

#define PAGE 4096
#define SLOT_SIZE (8 * PAGE)

static struct test_flash flash;
static struct flash_area areas[2];
const struct flash_area *flash_map = areas;
const int flash_map_entries = 2;

static uint8_t image[SLOT_SIZE];
static struct flash_img_context ctx;

static void prepare(const struct test_geometry *geometry)
{
	test_flash_init(&flash, geometry);
	for (uint8_t i = 0; i < 2; i++) {
		areas[i] = (struct flash_area){.fa_id = i,
					       .fa_off = i * SLOT_SIZE,
					       .fa_size = SLOT_SIZE,
					       .fa_dev = flash.dev};
	}
	test_pattern(image, sizeof(image), 3);
	memcpy(flash.memory + SLOT_SIZE, image, 6 * PAGE); /* an old image */
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_PERMANENT), 0);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_PERM);
	flash.nor.stats = (struct sim_nor_stats){0};
}

static void write_all(size_t len, size_t chunk)
{
	for (size_t at = 0; at < len; at += chunk) {
		size_t n = len - at < chunk ? len - at : chunk;

		assert_int_equal(flash_img_buffered_write(&ctx, image + at, n, at + n == len), 0);
	}
}

static void an_old_request_is_gone_before_the_first_byte_of_the_image_is(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{16, PAGE}}, .write_block_size = 8, .erase_value = 0xff};

	(void)state;
	prepare(&geometry);
	assert_int_equal(flash_img_init(&ctx), 0);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_PERM);
	assert_int_equal(flash_img_buffered_write(&ctx, image, 1, false), 0);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_NONE);
	assert_memory_equal(flash.memory + SLOT_SIZE, image, 6 * PAGE);
	assert_string_equal(flash.nor.violation, "");
	test_flash_free(&flash);
}

static void every_page_is_erased_once_whatever_the_image_covers(void **state)
{
	static const size_t lens[] = {1, PAGE, 3 * PAGE + 5, 7 * PAGE, 7 * PAGE + 1, SLOT_SIZE};
	const struct test_geometry geometry = {
		.runs = {{16, PAGE}}, .write_block_size = 8, .erase_value = 0x00};

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		size_t pages = (lens[i] + PAGE - 1) / PAGE;

		prepare(&geometry);
		assert_int_equal(flash_img_init(&ctx), 0);
		write_all(lens[i], 244);
		assert_memory_equal(flash.memory + SLOT_SIZE, image, lens[i]);
		/* The trailer of 128 sectors lies in the last page. */
		assert_int_equal(flash.nor.stats.erases, pages < 8 ? pages + 1 : 8);
		assert_string_equal(flash.nor.violation, "");
		test_flash_free(&flash);
	}
}

static void without_explicit_erase_only_the_trailer_is_overwritten(void **state)
{
	const struct test_geometry geometry = {.runs = {{16, PAGE}},
					       .write_block_size = 16,
					       .erase_value = 0xff,
					       .no_explicit_erase = true};

	(void)state;
	assert_int_equal(
		boot_arrangement_set(&(struct boot_arrangement){.max_align = 16,
								.images = 1,
								.max_sectors = 128,
								.mode = BOOT_MODE_SWAP_MOVE}),
		0);
	prepare(&geometry);
	assert_int_equal(flash_img_init(&ctx), 0);
	write_all(1000, 20);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_NONE);
	assert_int_equal(flash.nor.stats.erases, 0);
	assert_memory_equal(flash.memory + SLOT_SIZE, image, 1000);
	assert_memory_equal(flash.memory + SLOT_SIZE + 1008, image + 1008, PAGE - 1008);
	test_flash_free(&flash);
}

/* Another mode, the second slot full of something old. */
static void prepare_mode(const struct test_geometry *geometry, enum boot_mode mode)
{
	const struct boot_arrangement arrangement = {
		.max_align = 8, .images = 1, .max_sectors = 128, .mode = mode};

	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	test_flash_init(&flash, geometry);
	for (uint8_t i = 0; i < 2; i++) {
		areas[i] = (struct flash_area){.fa_id = i,
					       .fa_off = i * SLOT_SIZE,
					       .fa_size = SLOT_SIZE,
					       .fa_dev = flash.dev};
	}
	test_pattern(image, sizeof(image), 3);
	memset(flash.memory, 0x33, flash.size);
}

static void swap_offset_wants_the_image_one_page_up_and_nothing_before_it(void **state)
{
	static const size_t lens[] = {1, PAGE, 3 * PAGE + 5, 6 * PAGE + 1, 7 * PAGE};
	const struct test_geometry geometry = {
		.runs = {{16, PAGE}}, .write_block_size = 8, .erase_value = 0xff};

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		const size_t pages = (lens[i] + PAGE - 1) / PAGE;

		prepare_mode(&geometry, BOOT_MODE_SWAP_OFFSET);
		assert_int_equal(flash_img_init(&ctx), 0);
		write_all(lens[i], 244);
		for (size_t k = 0; k < PAGE; k++) {
			assert_int_equal(flash.memory[SLOT_SIZE + k], 0xff);
		}
		assert_memory_equal(flash.memory + SLOT_SIZE + PAGE, image, lens[i]);
		/* First page, image, trailer, each page once. */
		assert_int_equal(flash.nor.stats.erases, pages < 7 ? pages + 2 : 8);
		assert_string_equal(flash.nor.violation, "");
		test_flash_free(&flash);
	}
}

static void without_explicit_erase_swap_offset_loses_only_the_header_before_the_image(void **state)
{
	const struct test_geometry geometry = {.runs = {{16, PAGE}},
					       .write_block_size = 4,
					       .erase_value = 0xff,
					       .no_explicit_erase = true};

	(void)state;
	prepare_mode(&geometry, BOOT_MODE_SWAP_OFFSET);
	assert_int_equal(flash_img_init(&ctx), 0);
	write_all(1000, 100);
	for (size_t k = 0; k < PAGE; k++) {
		assert_int_equal(flash.memory[SLOT_SIZE + k], k < 32 ? 0xff : 0x33);
	}
	assert_memory_equal(flash.memory + SLOT_SIZE + PAGE, image, 1000);
	test_flash_free(&flash);
}

static void write_blocks_too_large_for_a_trailer_are_no_obstacle(void **state)
{
	static const size_t blocks[] = {16, 64, 512};

	(void)state;
	for (int mode = 0; mode < BOOT_MODE_SINGLE_SLOT; mode++) {
		for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
			const struct test_geometry geometry = {.runs = {{16, PAGE}},
							       .write_block_size = blocks[i],
							       .erase_value = 0xff};
			const size_t start = mode == BOOT_MODE_SWAP_OFFSET ? PAGE : 0;

			prepare_mode(&geometry, (enum boot_mode)mode);
			assert_int_equal(boot_running_slot_set(0, 0), 0);
			assert_int_equal(flash_img_init(&ctx), 0);
			write_all(SLOT_SIZE - PAGE, 244);
			assert_memory_equal(flash.memory + SLOT_SIZE + start, image,
					    SLOT_SIZE - PAGE);
			assert_int_equal(flash.nor.stats.erases, start > 0 ? 8 : 7);
			assert_int_equal(flash.memory[SLOT_SIZE - 1], 0x33);
			assert_string_equal(flash.nor.violation, "");
			test_flash_free(&flash);
		}
	}
}

static void the_slot_that_runs_is_never_written(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{16, PAGE}}, .write_block_size = 8, .erase_value = 0xff};

	(void)state;
	for (int running = 0; running < 2; running++) {
		prepare_mode(&geometry, BOOT_MODE_DIRECT_XIP);
		assert_int_equal(boot_running_slot_set(0, running), 0);
		assert_int_equal(flash_img_get_upload_slot(), 1 - running);
		assert_int_equal(flash_img_init(&ctx), 0);
		write_all(1000, 100);
		assert_memory_equal(flash.memory + areas[1 - running].fa_off, image, 1000);
		assert_int_equal(flash.memory[areas[running].fa_off], 0x33);
		test_flash_free(&flash);
	}
	prepare_mode(&geometry, BOOT_MODE_RAM_LOAD);
	assert_int_equal(boot_running_slot_set(0, -1), 0);
	assert_int_equal(flash_img_get_upload_slot(), BOOT_INVALID_SLOT_ID);
	assert_int_equal(flash_img_init(&ctx), -ENODEV);
	test_flash_free(&flash);
	/* The application beside a loader, and one that is alone. */
	for (int mode = BOOT_MODE_SINGLE_SLOT; mode <= BOOT_MODE_FIRMWARE_LOADER; mode++) {
		prepare_mode(&geometry, (enum boot_mode)mode);
		assert_int_equal(flash_img_init(&ctx), -ENODEV);
		test_flash_free(&flash);
	}
}

static void check_looks_where_the_image_begins(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{16, PAGE}}, .write_block_size = 8, .erase_value = 0xff};
	uint8_t hash[32];

	(void)state;
	prepare_mode(&geometry, BOOT_MODE_SWAP_OFFSET);
	assert_int_equal(flash_img_init(&ctx), 0);
	write_all(3000, 100);
	assert_int_equal(
		mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), image, 3000, hash), 0);
	const struct flash_img_check check = {.match = hash, .clen = 3000};
	assert_int_equal(flash_img_check(&ctx, &check, 1), 0);
	assert_int_equal(flash_img_check(&ctx, &check, 0), -EILSEQ);
	test_flash_free(&flash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_request_is_gone_before_the_first_byte_of_the_image_is),
		cmocka_unit_test(every_page_is_erased_once_whatever_the_image_covers),
		cmocka_unit_test(without_explicit_erase_only_the_trailer_is_overwritten),
		cmocka_unit_test(swap_offset_wants_the_image_one_page_up_and_nothing_before_it),
		cmocka_unit_test(
			without_explicit_erase_swap_offset_loses_only_the_header_before_the_image),
		cmocka_unit_test(write_blocks_too_large_for_a_trailer_are_no_obstacle),
		cmocka_unit_test(the_slot_that_runs_is_never_written),
		cmocka_unit_test(check_looks_where_the_image_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
