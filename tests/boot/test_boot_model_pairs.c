/* SPDX-License-Identifier: Apache-2.0 */
/* What no recorded boot shows, or tells in words, of two images that are started where they lie. */
#include "vector_device.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/boot_rules.h>

#include <boot_model.h>

#include "support/test_files.h"

#define LOAD_1_0 "images/tiny-1.0.0-none-load20010000.bin"
#define LOAD_1_1 "extra/tiny-1.1.0-none-load20010000.bin"
#define LOAD_ELSEWHERE "images/tiny-1.0.0-none-load20030000.bin"

static struct sim_boot_result result;

static void open_pairs(const char *mode)
{
	json_t *record = json_pack("{s: [{s: s, s: i, s: i, s: i, s: i,"
				   " s: [[s, s, i, i], [s, s, i, i], [s, s, i, i], [s, s, i, i]]}],"
				   " s: {s: s, s: i, s: i, s: i}}",
				   "flash", "label", "flash0", "size", 0x20000, "page", 4096,
				   "write", 4, "erased", 255, "parts", "slot0_partition", "image-0",
				   0, 0x8000, "slot1_partition", "image-1", 0x8000, 0x8000,
				   "slot2_partition", "image-2", 0x10000, 0x8000, "slot3_partition",
				   "image-3", 0x18000, 0x8000, "mcuboot", "mode", mode, "max_align",
				   8, "images", 2, "max_sectors", 128);

	assert_non_null(record);
	vector_device_open(record);
	json_decref(record);
}

static void close_pairs(void)
{
	vector_assert_no_violation("pairs");
	vector_device_close();
}

static void put_file(size_t slot, const char *name)
{
	size_t len;
	uint8_t *file = test_read_file(name, &len);

	memcpy(vector_bytes(vector_slot(slot)), file, len);
	free(file);
}

static bool is_erased(size_t slot)
{
	const struct flash_area *fa = vector_slot(slot);
	const uint8_t *bytes = vector_bytes(fa);

	for (size_t i = 0; i < fa->fa_size; i++) {
		if (bytes[i] != 0xff) {
			return false;
		}
	}
	return true;
}

static void boot(void)
{
	const struct boot_rules rules = {
		.signature = BOOT_SIGNATURE_NONE, .ram_start = 0x20000000, .ram_size = 0x40000};

	assert_int_equal(sim_boot(boot_arrangement_get(), &rules, false, &result), 0);
}

static void expect_start(int slot_of_0, int slot_of_1)
{
	boot();
	assert_string_equal(result.error, "");
	assert_int_equal(result.booted, 0);
	assert_int_equal(result.active[0], slot_of_0);
	assert_int_equal(result.active[1], slot_of_1);
}

static void expect_nothing(const char *why)
{
	boot();
	assert_string_equal(result.error, why);
	assert_int_equal(result.booted, -1);
	assert_int_equal(result.active[0], -1);
	assert_int_equal(result.active[1], -1);
}

static void a_dependency_that_cannot_be_read_is_not_met(void **state)
{
	(void)state;
	open_pairs("direct-xip");
	put_file(0, "images/tiny-1.0.0-none.bin");
	put_file(1, "images/odd/dependency-short.bin");
	put_file(2, "images/tiny-1.0.0-none.bin");
	expect_start(0, 0);
	assert_false(is_erased(1));
	close_pairs();
}

static void an_image_without_its_dependency_is_named(void **state)
{
	(void)state;
	open_pairs("direct-xip");
	put_file(0, "images/tiny-1.1.0-none-dep1-1.1.0.bin");
	put_file(2, "images/tiny-1.0.0-none.bin");
	expect_nothing("nothing to start for image 0: in slot 0, it needs another image than there "
		       "is; in slot 1, it has no header");
	assert_false(is_erased(0));
	put_file(3, "images/tiny-1.1.0-none.bin");
	expect_start(0, 1);
	close_pairs();
}

static void images_may_not_load_over_each_other(void **state)
{
	(void)state;
	open_pairs("ram-load");
	put_file(0, LOAD_1_0);
	put_file(2, LOAD_1_0);
	put_file(3, LOAD_ELSEWHERE);
	expect_start(0, 1);
	assert_true(is_erased(2));
	put_file(1, LOAD_1_1);
	put_file(3, LOAD_1_0);
	expect_nothing("nothing to start for image 1: in slot 0, it has no header; in slot 1, it "
		       "loads over another image");
	assert_false(is_erased(1));
	assert_true(is_erased(3));
	close_pairs();
}

static void an_image_without_a_slot_keeps_the_other_one_from_running(void **state)
{
	(void)state;
	open_pairs("direct-xip");
	put_file(0, "images/tiny-1.0.0-none.bin");
	expect_nothing("nothing to start for image 1: in slot 0, it has no header; in slot 1, it "
		       "has no header");
	close_pairs();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dependency_that_cannot_be_read_is_not_met),
		cmocka_unit_test(an_image_without_its_dependency_is_named),
		cmocka_unit_test(images_may_not_load_over_each_other),
		cmocka_unit_test(an_image_without_a_slot_keeps_the_other_one_from_running),
	};

	return cmocka_run_group_tests_name("boot_model_pairs", tests, NULL, NULL);
}
