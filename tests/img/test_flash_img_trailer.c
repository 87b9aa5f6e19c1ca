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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_request_is_gone_before_the_first_byte_of_the_image_is),
		cmocka_unit_test(every_page_is_erased_once_whatever_the_image_covers),
		cmocka_unit_test(without_explicit_erase_only_the_trailer_is_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
