/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no recorded boot shows of the modes that install: eight images, flash on which they cannot
 * install, and the middle of a swap.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <boot_model.h>

#include "support/test_files.h"
#include "trailer_bytes.h"
#include "vector_device.h"

#define PAGE 4096
#define SLOT (8 * PAGE)
#define STATUS 432 /* distance of the first status record: 128 sectors, write block 1 */
#define STATUS_OFFSET 312

static const char *const modes[] = {"swap-scratch", "swap-move", "swap-offset", "overwrite-only"};
#define MODES (sizeof(modes) / sizeof(modes[0]))

static struct sim_boot_result result;

/* A device under construction, as a record has it. */
struct layout {
	const char *mode;
	json_t *page; /* NULL: equal pages */
	unsigned int images;
	size_t slot; /* bytes of each slot */
	size_t write;
	size_t scratch; /* bytes; 0: there is none */
};

static void add_part(json_t *parts, const char *label, size_t *at, size_t size)
{
	const json_int_t off = (json_int_t)*at;

	assert_int_equal(json_array_append_new(
				 parts, json_pack("[ssII]", label, label, off, (json_int_t)size)),
			 0);
	*at += size;
}

static json_t *mcuboot_of(const struct layout *layout)
{
	return json_pack("{s:s,s:i,s:i,s:i}", "mode", layout->mode, "max_align", 8, "images",
			 (int)layout->images, "max_sectors", 128);
}

static void open_layout(const struct layout *layout)
{
	json_t *parts = json_array();
	json_t *page = layout->page != NULL ? layout->page : json_integer(PAGE);
	json_t *record;
	char label[32];
	size_t size = 0;

	for (unsigned int i = 0; i < 2 * layout->images; i++) {
		snprintf(label, sizeof(label), "slot%u_partition", i);
		add_part(parts, label, &size, layout->slot);
	}
	if (layout->scratch > 0) {
		add_part(parts, "scratch_partition", &size, layout->scratch);
	}
	record = json_pack("{s:[{s:I,s:o,s:i,s:i,s:o}],s:o}", "flash", "size", (json_int_t)size,
			   "page", page, "write", (int)layout->write, "erased", 255, "parts", parts,
			   "mcuboot", mcuboot_of(layout));
	assert_non_null(record);
	vector_device_open(record);
	json_decref(record);
}

static void close_layout(void)
{
	vector_assert_no_violation("layout");
	vector_device_close();
}

static uint8_t *slot_end(size_t slot)
{
	const struct flash_area *fa = vector_slot(slot);

	return vector_bytes(fa) + fa->fa_size;
}

static void put_file(size_t slot, size_t off, const char *name)
{
	size_t len;
	uint8_t *file = test_read_file(name, &len);

	memcpy(vector_bytes(vector_slot(slot)) + off, file, len);
	free(file);
}

/* Every image has an old one, and a new one where the mode looks for it. */
static void put_images(const struct layout *layout, size_t page)
{
	const bool is_offset = strcmp(layout->mode, "swap-offset") == 0;

	for (unsigned int i = 0; i < layout->images; i++) {
		put_file(2 * i, 0, "images/tiny-1.0.0-none.bin");
		put_file(2 * i + 1, is_offset ? page : 0, "images/tiny-1.1.0-none.bin");
	}
}

static void put_magic(size_t slot)
{
	memcpy(slot_end(slot) - 16, trailer_bytes(8)->magic, 16);
}

static int boot(void)
{
	static const struct boot_rules rules = {.signature = BOOT_SIGNATURE_NONE};

	return sim_boot(boot_arrangement_get(), &rules, false, &result);
}

/* All flash, to be compared with later. */
static uint8_t *snapshot(void)
{
	uint8_t *copy = malloc(vector_device.flash[0].size);

	assert_non_null(copy);
	memcpy(copy, vector_device.flash[0].memory, vector_device.flash[0].size);
	return copy;
}

static void assert_unchanged(uint8_t *copy)
{
	assert_memory_equal(copy, vector_device.flash[0].memory, vector_device.flash[0].size);
	free(copy);
}

static void the_last_of_eight_images_is_installed_under_its_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		const bool swaps = strcmp(modes[i], "overwrite-only") != 0;
		const struct layout layout = {.mode = modes[i],
					      .images = BOOT_IMAGES_MAX,
					      .slot = SLOT,
					      .write = 1,
					      .scratch = PAGE};

		open_layout(&layout);
		put_images(&layout, PAGE);
		put_magic(15);
		assert_int_equal(boot(), 0);
		assert_int_equal(result.images, 8);
		for (size_t k = 0; k < 8; k++) {
			assert_int_equal(result.active[k], 0);
			assert_int_equal(result.swap_type[k],
					 k == 7 ? BOOT_SWAP_TYPE_TEST : BOOT_SWAP_TYPE_NONE);
			assert_int_equal(vector_bytes(vector_slot(2 * k))[21], k == 7 ? 1 : 0);
		}
		assert_true(trailer_has_magic(trailer_bytes(8), slot_end(14)));
		assert_int_equal(*(slot_end(14) - trailer_bytes(8)->swap_info),
				 swaps ? 0x72 : 0xff);
		close_layout();
	}
}

/* A magic, a type, and something where the status of the first step goes. */
static void put_swap_under_way(size_t status)
{
	put_magic(0);
	*(slot_end(0) - trailer_bytes(8)->swap_info) = BOOT_SWAP_TYPE_TEST;
	*(slot_end(0) - status) = 1;
}

static void assert_middle_is_refused(void)
{
	uint8_t *before = snapshot();

	assert_int_equal(boot(), -ENOTSUP);
	assert_non_null(strstr(result.error, "middle of a swap"));
	assert_int_equal(result.booted, -1);
	assert_unchanged(before);
}

static void the_middle_of_a_swap_is_refused_in_every_mode_that_swaps(void **state)
{
	static const size_t status[] = {STATUS, STATUS, STATUS_OFFSET};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct layout layout = {
			.mode = modes[i], .images = 1, .slot = SLOT, .write = 1, .scratch = PAGE};

		open_layout(&layout);
		put_images(&layout, PAGE);
		put_swap_under_way(status[i]);
		assert_middle_is_refused();
		close_layout();
	}
}

static void a_magic_in_the_scratch_area_is_the_middle_of_a_swap(void **state)
{
	const struct layout layout = {
		.mode = "swap-scratch", .images = 1, .slot = SLOT, .write = 1, .scratch = PAGE};
	const struct flash_area *scratch;

	(void)state;
	open_layout(&layout);
	put_images(&layout, PAGE);
	scratch = vector_area("scratch_partition");
	memcpy(vector_bytes(scratch) + scratch->fa_size - 16, trailer_bytes(8)->magic, 16);
	assert_middle_is_refused();
	close_layout();
}

static void without_a_scratch_area_that_is_large_enough_the_request_stays(void **state)
{
	static const size_t sizes[] = {0, PAGE / 2};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct layout layout = {
			.mode = "swap-scratch",
			.images = 1,
			.slot = SLOT,
			.write = 1,
			.scratch = sizes[i],
			.page = json_pack("[[ii],[ii]]", 2 * SLOT / PAGE, PAGE, i, PAGE / 2),
		};
		uint8_t *before;

		open_layout(&layout);
		put_images(&layout, PAGE);
		put_magic(1);
		before = snapshot();
		assert_int_equal(boot(), 0);
		assert_int_equal(result.booted, 0);
		assert_int_equal(result.version.minor, 0);
		assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_NONE);
		assert_unchanged(before);
		close_layout();
	}
}

/* MCUboot reads any trailer, but asserts that a field is a whole number of write blocks. */
static void
where_no_trailer_can_be_written_the_image_runs_until_something_is_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		const struct layout layout = {.mode = modes[i],
					      .images = 1,
					      .slot = 4 * SLOT,
					      .write = 512,
					      .scratch = PAGE};
		struct boot_arrangement few;
		uint8_t *before;

		open_layout(&layout);
		few = *boot_arrangement_get();
		few.max_sectors = 32;
		assert_int_equal(boot_arrangement_set(&few), 0);
		put_images(&layout, PAGE);
		before = snapshot();
		assert_int_equal(boot(), 0);
		assert_int_equal(result.booted, 0);
		assert_unchanged(before);
		put_magic(1);
		before = snapshot();
		assert_int_equal(boot(), 0);
		assert_int_equal(result.booted, -1);
		assert_non_null(strstr(result.error, "assertion: no trailer can be written"));
		assert_unchanged(before);
		close_layout();
	}
}

static void sectors_of_several_sizes_are_only_swapped_by_scratch_and_overwritten(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		const bool installs = i == 0 || i == 3;
		const struct layout layout = {
			.mode = modes[i],
			.images = 1,
			.slot = SLOT,
			.write = 1,
			.scratch = 2 * PAGE,
			.page = json_pack("[[ii],[ii],[ii],[ii]]", 4, PAGE, 2, 2 * PAGE, 4, PAGE, 3,
					  2 * PAGE),
		};
		uint8_t *before;

		open_layout(&layout);
		put_images(&layout, PAGE);
		assert_int_equal(boot(), 0);
		assert_int_equal(result.booted, 0);
		put_magic(1);
		before = snapshot();
		assert_int_equal(boot(), installs ? 0 : -ENOTSUP);
		assert_int_equal(result.version.minor, installs ? 1 : 0);
		if (installs) {
			free(before);
		} else {
			assert_non_null(strstr(result.error, "several sizes"));
			assert_unchanged(before);
		}
		close_layout();
	}
}

static void a_slot_of_one_sector_has_no_place_for_a_candidate_one_sector_up(void **state)
{
	const struct layout layout = {.mode = "swap-offset",
				      .images = 1,
				      .slot = SLOT,
				      .write = 1,
				      .page = json_integer(SLOT)};

	(void)state;
	open_layout(&layout);
	put_file(0, 0, "images/tiny-1.0.0-none.bin");
	put_magic(1);
	assert_int_equal(boot(), 0);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_NONE);
	close_layout();
}

/* Only swaps keep a status in it. */
static void overwrite_only_needs_no_room_for_a_whole_trailer(void **state)
{
	const struct layout layout = {
		.mode = "overwrite-only", .images = 1, .slot = 2 * PAGE, .write = 8};
	struct boot_arrangement many;

	(void)state;
	open_layout(&layout);
	many = *boot_arrangement_get();
	many.max_sectors = 1024;
	assert_int_equal(boot_arrangement_set(&many), 0);
	put_images(&layout, PAGE);
	put_magic(1);
	assert_int_equal(boot(), 0);
	assert_int_equal(result.booted, 0);
	assert_int_equal(result.version.minor, 1);
	close_layout();
}

/* What is erased has no version, whatever its bytes would be as one. */
static void downgrade_prevention_lets_an_image_into_an_erased_primary_slot(void **state)
{
	static const struct boot_rules rules = {.signature = BOOT_SIGNATURE_NONE,
						.downgrade = BOOT_DOWNGRADE_BY_VERSION};
	const struct layout layout = {
		.mode = "overwrite-only", .images = 1, .slot = SLOT, .write = 8};

	(void)state;
	open_layout(&layout);
	put_file(1, 0, "images/tiny-1.1.0-none.bin");
	put_magic(1);
	assert_int_equal(sim_boot(boot_arrangement_get(), &rules, false, &result), 0);
	assert_int_equal(result.booted, 0);
	assert_int_equal(result.version.minor, 1);
	close_layout();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_of_eight_images_is_installed_under_its_number),
		cmocka_unit_test(the_middle_of_a_swap_is_refused_in_every_mode_that_swaps),
		cmocka_unit_test(a_magic_in_the_scratch_area_is_the_middle_of_a_swap),
		cmocka_unit_test(without_a_scratch_area_that_is_large_enough_the_request_stays),
		cmocka_unit_test(
			where_no_trailer_can_be_written_the_image_runs_until_something_is_asked_for),
		cmocka_unit_test(
			sectors_of_several_sizes_are_only_swapped_by_scratch_and_overwritten),
		cmocka_unit_test(a_slot_of_one_sector_has_no_place_for_a_candidate_one_sector_up),
		cmocka_unit_test(overwrite_only_needs_no_room_for_a_whole_trailer),
		cmocka_unit_test(downgrade_prevention_lets_an_image_into_an_erased_primary_slot),
	};

	return cmocka_run_group_tests_name("boot_model_layouts", tests, NULL, NULL);
}
