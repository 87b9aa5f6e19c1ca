/* SPDX-License-Identifier: Apache-2.0 */
/* The decorator's own rules, reached by its ops directly: flash.c would refuse most of these calls
 * before it. */
#include "geometries.h"

#include <string.h>

struct op {
	const struct device *dev;
	const struct flash_driver_api *api;
	size_t block;
	size_t page;
};

static struct op op_of(const struct test_flash *flash)
{
	return (struct op){.dev = flash->dev,
			   .api = flash->dev->api,
			   .block = flash->ram_config->parameters.write_block_size,
			   .page = flash->runs[0].pages_size};
}

/* The rule is named, with the operation; nothing changed; nothing is counted. Clears it for the
 * next. */
static void assert_broken(struct test_flash *flash, int rc, const char *operation, const char *rule)
{
	assert_int_equal(rc, -EIO);
	assert_non_null(strstr(flash->nor.violation, "test_flash: "));
	assert_non_null(strstr(flash->nor.violation, operation));
	assert_non_null(strstr(flash->nor.violation, rule));
	assert_int_equal(
		flash->nor.stats.reads + flash->nor.stats.programs + flash->nor.stats.erases, 0);
	for (size_t i = 0; i < flash->size; i++) {
		assert_int_equal(flash->memory[i], (i + 21) % 251);
	}
	flash->nor.violation[0] = '\0';
}

static void access_outside_the_device_breaks_a_rule(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	struct range ranges[OUTSIDE_COUNT];
	uint8_t buf[512] = {0};

	test_pattern(flash->memory, flash->size, 21);
	ranges_outside(ranges, flash->size, op.block);
	for (size_t i = 0; i < OUTSIDE_COUNT; i++) {
		off_t off = ranges[i].off;
		size_t len = ranges[i].len;

		assert_broken(flash, op.api->read(op.dev, off, buf, len), "read", "outside");
		assert_broken(flash, op.api->write(op.dev, off, buf, len), "program", "outside");
		assert_broken(flash, op.api->erase(op.dev, off, len), "erase", "outside");
	}
}

static void part_of_a_block_breaks_a_rule(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	uint8_t buf[512] = {0};

	if (op.block == 1) {
		return; /* has no parts */
	}
	test_pattern(flash->memory, flash->size, 21);
	assert_broken(flash, op.api->write(op.dev, 1, buf, op.block), "program",
		      "whole write blocks");
	assert_broken(flash, op.api->write(op.dev, 0, buf, op.block - 1), "program",
		      "whole write blocks");
}

static void part_of_a_page_breaks_a_rule(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);

	test_pattern(flash->memory, flash->size, 21);
	assert_broken(flash, op.api->erase(op.dev, 1, op.page - 1), "erase", "whole pages");
	assert_broken(flash, op.api->erase(op.dev, 0, op.page - 1), "erase", "whole pages");
	if (flash->size > op.page) {
		assert_broken(flash, op.api->erase(op.dev, (off_t)op.page / 2, op.page), "erase",
			      "whole pages");
	}
	assert_broken(flash, op.api->erase(op.dev, (off_t)op.page / 2, op.page / 2), "erase",
		      "whole pages");
}

/* Wherever in the program the byte lies, and whatever it would become. */
static void programming_twice_breaks_a_rule(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	const size_t len = flash->size / op.block / 2 * op.block;
	const size_t used[] = {0, len / 2, len - 1};
	uint8_t *before = flash->memory + len; /* erased, and never changed */
	bool strict = !flash->ram_config->parameters.caps.no_explicit_erase;

	for (size_t i = 0; i < ARRAY_SIZE(used); i++) {
		test_flash_blank(flash);
		flash->memory[used[i]] ^= 0x10;
		assert_int_equal(op.api->write(op.dev, 0, before, len), strict ? -EIO : 0);
		assert_int_equal(flash->memory[used[i]], strict ? erased ^ 0x10 : erased);
		assert_int_equal(flash->nor.violation[0] != '\0', strict);
		if (strict) {
			assert_non_null(strstr(flash->nor.violation, "not erased"));
		}
		flash->nor.violation[0] = '\0';
	}
	assert_int_equal(flash->nor.stats.programs, strict ? 0 : ARRAY_SIZE(used));
}

static void first_violation_is_kept(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	char first[sizeof(flash->nor.violation)];

	assert_int_equal(op.api->erase(op.dev, 0, flash->size + 1), -EIO);
	memcpy(first, flash->nor.violation, sizeof(first));
	assert_int_equal(op.api->read(op.dev, -1, first, 1), -EIO);
	assert_string_equal(flash->nor.violation, first);
	flash->nor.violation[0] = '\0';
}

static void counts_what_was_done(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	uint8_t buf[2 * 512] = {0};
	const struct sim_nor_stats *stats = &flash->nor.stats;

	assert_int_equal(flash_write(op.dev, 0, buf, 2 * op.block), 0);
	assert_int_equal(flash_write(op.dev, (off_t)(3 * op.block), buf, op.block), 0);
	assert_int_equal(flash_read(op.dev, 0, buf, 5), 0);
	assert_int_equal(flash_erase(op.dev, 0, flash->size), 0);
	assert_int_equal(stats->programs, 2);
	assert_int_equal(stats->bytes_programmed, 3 * op.block);
	assert_int_equal(stats->reads, 1);
	assert_int_equal(stats->erases, flash_get_page_count(&flash->ram));
	assert_int_equal(stats->bytes_erased, flash->size);
}

static void failure_comes_once_after_the_countdown_and_does_nothing(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	uint8_t buf[512];

	memset(buf, 0x77, sizeof(buf));
	flash->nor.fail_rc = -EBUSY;
	flash->nor.fail_after = 1;
	assert_int_equal(flash_erase(op.dev, 0, flash->size), 0);
	assert_int_equal(flash_read(op.dev, 0, buf, 1), 0); /* reads do not count */
	assert_int_equal(flash_write(op.dev, 0, buf, op.block), -EBUSY);
	assert_int_equal(flash->memory[0], erased);
	assert_int_equal(flash->nor.stats.programs, 0);
	assert_int_equal(flash_write(op.dev, 0, buf, op.block), 0);

	flash->nor.fail_reads = true;
	flash->nor.fail_after = 1;
	assert_int_equal(flash_read(op.dev, 0, buf, 1), 0);
	assert_int_equal(flash_erase(op.dev, 0, flash->size), 0); /* only reads count */
	buf[0] = 0x55;
	assert_int_equal(flash_read(op.dev, 0, buf, 1), -EBUSY);
	assert_int_equal(buf[0], 0x55);
	assert_int_equal(flash_read(op.dev, 0, buf, 1), 0);
}

static void has_the_geometry_of_the_inner_device(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_pages_layout *layout = NULL;
	size_t runs = 0;
	uint64_t size = 0;

	((const struct flash_driver_api *)flash->dev->api)->page_layout(flash->dev, &layout, &runs);
	assert_ptr_equal(layout, flash->runs);
	assert_int_equal(runs, flash->ram_config->layout_size);
	assert_int_equal(flash_get_size(flash->dev, &size), 0);
	assert_int_equal(size, flash->size);
	assert_ptr_equal(flash_get_parameters(flash->dev), &flash->ram_config->parameters);
	assert_string_equal(flash->dev->name, flash->ram.name);
}

static void failure_of_the_inner_device_passes_through_uncounted(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	struct sim_nor outer;
	uint8_t buf[512] = {0};

	sim_nor_init(&outer, flash->dev);
	flash->nor.fail_rc = -ENXIO;
	flash->nor.fail_after = 0;
	assert_int_equal(flash_write(&outer.device, 0, buf, op.block), -ENXIO);
	flash->nor.fail_after = 0;
	assert_int_equal(flash_erase(&outer.device, 0, op.page), -ENXIO);
	flash->nor.fail_reads = true;
	flash->nor.fail_after = 0;
	assert_int_equal(flash_read(&outer.device, 0, buf, 1), -ENXIO);
	if (!flash->ram_config->parameters.caps.no_explicit_erase) {
		flash->nor.fail_after = 0; /* of the look whether the block is erased */
		assert_int_equal(flash_write(&outer.device, 0, buf, op.block), -ENXIO);
	}
	assert_int_equal(outer.stats.reads + outer.stats.programs + outer.stats.erases, 0);
	assert_string_equal(outer.violation, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(access_outside_the_device_breaks_a_rule),
		cmocka_unit_test(part_of_a_block_breaks_a_rule),
		cmocka_unit_test(part_of_a_page_breaks_a_rule),
		cmocka_unit_test(programming_twice_breaks_a_rule),
		cmocka_unit_test(first_violation_is_kept),
		cmocka_unit_test(counts_what_was_done),
		cmocka_unit_test(failure_comes_once_after_the_countdown_and_does_nothing),
		cmocka_unit_test(has_the_geometry_of_the_inner_device),
		cmocka_unit_test(failure_of_the_inner_device_passes_through_uncounted),
	};

	return run_on_geometries("strict nor", tests, ARRAY_SIZE(tests));
}
