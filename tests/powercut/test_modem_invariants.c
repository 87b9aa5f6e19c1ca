/* SPDX-License-Identifier: Apache-2.0 */
/* Each checker of devices with a modem is shown bytes that are right, and then bytes that are
 * wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "modem_geometries.h"
#include "modem_invariants.h"

#define BLOCK_SIZE 65536

/* A device of the geometry "nor-4", of which only bytes exist. */
static struct {
	struct modem_config config;
	struct powercut_layout layout;
	struct powercut_world world;
	uint8_t block[BLOCK_SIZE];
	struct sim_modem_record record;
	struct raw store;
	struct device_log log;
} the;

static const struct modem_geometry *geometry_named(const char *name)
{
	for (size_t i = 0; i < modem_geometry_count; i++) {
		if (strcmp(modem_geometries[i].flash.name, name) == 0) {
			return &modem_geometries[i];
		}
	}
	abort();
}

/* The world's own bytes of the store, and of what it was. */
static uint8_t *store(void)
{
	return the.block + (the.store.bytes - the.block);
}

static uint8_t *before(void)
{
	return the.block + (modem_store_before(&the.world) - the.block);
}

static int setup(void **state)
{
	const struct modem_geometry *geometry = geometry_named("nor-4");

	(void)state;
	memset(&the, 0, sizeof(the));
	the.config.device.geometry = &geometry->flash;
	the.config.files = modem_files_get(geometry->scale);
	the.world.config = &the.config;
	the.world.block = the.block;
	the.world.layout = &the.layout;
	assert_int_equal(modem_lay_out(&the.world, BLOCK_SIZE, &the.layout), 0);
	assert_int_equal(modem_device_make(&the.world), 0);
	assert_true(modem_record(&the.world, &the.record));
	the.store = device_raw(&the.world, PART_STORE);
	memset(before(), 0xff, the.store.len);
	return 0;
}

/* The block says so of itself. */
static void commit(void)
{
	the.record.number++;
	sim_modem_block_put(the.layout.opaque.bytes, &the.record);
}

static uint8_t *bank(void)
{
	return sim_modem_block_bank(the.layout.opaque.bytes, &the.record, the.record.active);
}

static uint8_t *area(void)
{
	return sim_modem_block_area(the.layout.opaque.bytes);
}

static const struct device_file *patch_to(enum modem_version version)
{
	return &the.config.files->patch[MODEM_OLD][version];
}

static const struct device_file *full(enum modem_version version)
{
	return &the.config.files->full[version];
}

static void put_patch(enum modem_version version, size_t len)
{
	memcpy(area(), patch_to(version)->bytes, len);
	the.record.offset = (uint32_t)len;
	commit();
}

static void put_file(enum modem_version version, size_t len)
{
	memcpy(store(), full(version)->bytes, len);
}

static void a_firmware_with_a_wrong_byte_is_none(void **state)
{
	(void)state;
	assert_int_equal(modem_running(&the.world), MODEM_OLD);
	assert_null(modem_is_whole(&the.world));
	for (size_t i = 0; i < sim_modem_firmware_len(&the.config.files->firmware[MODEM_OLD]);
	     i++) {
		bank()[i] ^= 0x10;
		assert_int_equal(modem_running(&the.world), MODEM_BROKEN);
		assert_non_null(modem_is_whole(&the.world));
		bank()[i] ^= 0x10;
	}
	the.record.bank[the.record.active].row[1].addr++;
	commit();
	assert_non_null(modem_is_whole(&the.world));
}

static void a_modem_that_is_written_is_dead_and_not_broken(void **state)
{
	(void)state;
	bank()[7] ^= 1;
	the.record.stage = SIM_MODEM_IN_FIRMWARE;
	commit();
	assert_int_equal(modem_running(&the.world), MODEM_DEAD);
	assert_null(modem_is_whole(&the.world));
}

static void a_block_that_says_nothing_is_broken(void **state)
{
	(void)state;
	memset(the.layout.opaque.bytes, 0, the.layout.opaque.size);
	assert_int_equal(modem_running(&the.world), MODEM_BROKEN);
}

static void an_area_holds_the_beginning_of_one_patch(void **state)
{
	const size_t half = patch_to(MODEM_NEW)->size / 2;

	(void)state;
	assert_null(modem_area_is_one_file(&the.world));
	put_patch(MODEM_OTHER, half);
	assert_null(modem_area_is_one_file(&the.world));
	memcpy(area() + half, patch_to(MODEM_NEW)->bytes + half, 8);
	the.record.offset += 8;
	commit();
	assert_non_null(modem_area_is_one_file(&the.world));
	the.record.is_dirty = true;
	commit();
	assert_null(modem_area_is_one_file(&the.world));
}

static void a_patch_is_whole_or_not_there(void **state)
{
	(void)state;
	put_patch(MODEM_NEW, patch_to(MODEM_NEW)->size - 1);
	assert_non_null(modem_area_is(&the.world, patch_to(MODEM_NEW)));
	put_patch(MODEM_NEW, patch_to(MODEM_NEW)->size);
	assert_null(modem_area_is(&the.world, patch_to(MODEM_NEW)));
	assert_non_null(modem_area_is(&the.world, patch_to(MODEM_OTHER)));
	area()[99] ^= 1;
	assert_non_null(modem_area_is(&the.world, patch_to(MODEM_NEW)));
}

static void a_patch_goes_on_where_the_area_ends(void **state)
{
	(void)state;
	put_patch(MODEM_NEW, 100);
	assert_null(modem_area_is_begun_by(&the.world, patch_to(MODEM_NEW), 100));
	assert_non_null(modem_area_is_begun_by(&the.world, patch_to(MODEM_NEW), 99));
	assert_non_null(modem_area_is_begun_by(&the.world, patch_to(MODEM_OTHER), 100));
	assert_int_equal(modem_area_progress(&the.world, patch_to(MODEM_NEW)), 100);
	assert_int_equal(modem_area_progress(&the.world, patch_to(MODEM_OTHER)), 0);
	put_patch(MODEM_NEW, 31);
	assert_int_equal(modem_area_progress(&the.world, patch_to(MODEM_NEW)), 0);
	put_patch(MODEM_NEW, 0);
	assert_null(modem_area_is_begun_by(&the.world, patch_to(MODEM_OTHER), 0));
	the.record.is_dirty = true;
	commit();
	assert_non_null(modem_area_is_begun_by(&the.world, patch_to(MODEM_NEW), 0));
}

static void every_byte_of_a_neighbour_counts(void **state)
{
	const struct geometry *geometry = &geometry_named("nor-4")->flash;
	unsigned int neighbours = 0;

	(void)state;
	assert_null(modem_neighbours_are_untouched(&the.world));
	for (size_t i = 0; i < GEOMETRY_PARTS_MAX && geometry->parts[i].pages > 0; i++) {
		const struct raw raw = device_raw_part(&the.world, i);
		uint8_t *last = the.block + (raw.bytes - the.block) + raw.len - 1;

		*last ^= 1;
		if (geometry->parts[i].kind == PART_NEIGHBOUR) {
			assert_non_null(modem_neighbours_are_untouched(&the.world));
			neighbours++;
		} else {
			assert_null(modem_neighbours_are_untouched(&the.world));
		}
		*last ^= 1;
	}
	assert_int_equal(neighbours, 2);
}

static void a_store_holds_a_file_and_what_was_there(void **state)
{
	const size_t size = full(MODEM_NEW)->size;
	const size_t padded = (size + 3) / 4 * 4;

	(void)state;
	assert_true(padded > size);
	put_file(MODEM_NEW, size);
	assert_null(modem_store_is(&the.world, full(MODEM_NEW)));
	assert_ptr_equal(modem_store_file(&the.world), full(MODEM_NEW));
	assert_non_null(modem_store_is(&the.world, full(MODEM_OTHER)));
	store()[size] = 0x5a;
	assert_non_null(modem_store_is(&the.world, full(MODEM_NEW)));
	store()[size] = 0xff;
	store()[padded] = 0x5a;
	assert_non_null(modem_store_is(&the.world, full(MODEM_NEW)));
	before()[padded] = 0x5a;
	assert_null(modem_store_is(&the.world, full(MODEM_NEW)));
	store()[size / 2] ^= 1;
	assert_non_null(modem_store_is(&the.world, full(MODEM_NEW)));
	assert_null(modem_store_file(&the.world));
}

static void a_file_goes_on_at_most_a_page_before_what_the_store_holds(void **state)
{
	(void)state;
	put_file(MODEM_NEW, 1200);
	for (size_t offset = 0; offset < 1300; offset++) {
		const char *lost =
			modem_store_progress_is_kept(&the.world, full(MODEM_NEW), offset);
		const char *spliced = modem_store_is_begun_by(&the.world, full(MODEM_NEW), offset);

		assert_int_equal(lost != NULL, offset < 1024);
		assert_int_equal(spliced != NULL, offset >= 1204);
	}
	assert_null(modem_store_is_begun_by(&the.world, full(MODEM_OTHER), 0));
	assert_non_null(modem_store_is_begun_by(&the.world, full(MODEM_OTHER), 512));
}

static void note(bool is_erase, size_t off, size_t len)
{
	const struct device_area where = device_area(the.config.device.geometry, PART_STORE);

	the.log.op[the.log.count++] = (struct device_op){
		.flash = where.flash, .is_erase = is_erase, .off = where.off + off, .len = len};
}

static const char *cost(void)
{
	return modem_store_cost_is_floor(&the.world, full(MODEM_NEW), &the.log);
}

static void a_download_costs_its_pages_and_blocks_once(void **state)
{
	const size_t size = full(MODEM_NEW)->size;
	const size_t padded = (size + 3) / 4 * 4;
	const size_t pages = (size + 511) / 512;

	(void)state;
	put_file(MODEM_NEW, size);
	for (size_t page = 0; page < pages; page++) {
		const size_t left = padded - page * 512;

		note(true, page * 512, 512);
		note(false, page * 512, left < 512 ? left : 512);
	}
	the.log.saves = (unsigned int)pages + 2;
	assert_null(cost());
	the.log.saves++;
	assert_non_null(cost());
	the.log.saves = 0;
	the.log.count--;
	assert_non_null(cost()); /* a program is missing */
	the.log.count++;
	note(true, 0, 512);
	assert_non_null(cost()); /* a page twice */
	the.log.count--;
	note(false, 512, 4);
	assert_non_null(cost()); /* a block twice */
	the.log.count--;
	note(true, pages * 512, 512);
	assert_non_null(cost()); /* a page too many */
	the.log.count--;
	note(false, the.store.len, 4);
	assert_non_null(cost()); /* outside */
	the.log.count--;
	assert_null(cost());
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_firmware_with_a_wrong_byte_is_none),
		TEST(a_modem_that_is_written_is_dead_and_not_broken),
		TEST(a_block_that_says_nothing_is_broken),
		TEST(an_area_holds_the_beginning_of_one_patch),
		TEST(a_patch_is_whole_or_not_there),
		TEST(a_patch_goes_on_where_the_area_ends),
		TEST(every_byte_of_a_neighbour_counts),
		TEST(a_store_holds_a_file_and_what_was_there),
		TEST(a_file_goes_on_at_most_a_page_before_what_the_store_holds),
		TEST(a_download_costs_its_pages_and_blocks_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
