/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The largest image, by what is known of MCUboot: limits measured byte for byte, and every record
 * in which it installed, started or refused an image because of size or layout.
 */
#include "vector_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>

#include "support/test_records.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SLOT 262144

static json_t *records;

/* Devices whose record holds nothing but a layout. */
static void open_layout(const char *flash, const char *mcuboot)
{
	json_t *record = json_pack("{s:o, s:o}", "flash", json_loads(flash, 0, NULL), "mcuboot",
				   json_loads(mcuboot, 0, NULL));

	assert_non_null(record);
	vector_device_open(record);
	json_decref(record);
}

static ssize_t limit_of(const char *mode, unsigned int align, unsigned int write,
			unsigned int erased)
{
	char flash[512];
	char mcuboot[128];

	snprintf(flash, sizeof(flash),
		 "[{\"label\":\"flash0\",\"size\":528384,\"page\":4096,\"write\":%u,\"erased\":%u,"
		 "\"parts\":[[\"slot0_partition\",\"image-0\",0,262144],"
		 "[\"slot1_partition\",\"image-1\",262144,262144],"
		 "[\"scratch_partition\",\"image-scratch\",524288,4096]]}]",
		 write, erased);
	snprintf(mcuboot, sizeof(mcuboot),
		 "{\"mode\":\"%s\",\"max_align\":%u,\"images\":1,\"max_sectors\":128}", mode,
		 align);
	open_layout(flash, mcuboot);
	const ssize_t limit = boot_get_max_image_size(0);
	vector_device_close();
	return limit;
}

static const struct {
	unsigned int align;
	unsigned int write;
	int scratch, move, offset, below_fields;
} measured[] = {
	{8, 1, 432, 8192, 8192, 40},        {8, 4, 1584, 8192, 8192, 40},
	{8, 8, 3120, 8192, 8192, 40},       {16, 16, 6224, 12288, 12288, 64},
	{32, 32, 12544, 20480, 16384, 128},
};

static void the_limits_are_those_measured_on_the_bootloader(void **state)
{
	static const char *const without_swap[] = {"overwrite-only", "direct-xip",
						   "direct-xip-revert"};

	(void)state;
	for (unsigned int erased = 0; erased <= 255; erased += 255) {
		for (size_t i = 0; i < ARRAY_LEN(measured); i++) {
			const unsigned int a = measured[i].align;
			const unsigned int w = measured[i].write;

			assert_int_equal(limit_of("swap-scratch", a, w, erased),
					 SLOT - measured[i].scratch);
			assert_int_equal(limit_of("swap-move", a, w, erased),
					 SLOT - measured[i].move);
			assert_int_equal(limit_of("swap-offset", a, w, erased),
					 SLOT - measured[i].offset);
			for (size_t m = 0; m < ARRAY_LEN(without_swap); m++) {
				assert_int_equal(limit_of(without_swap[m], a, w, erased),
						 SLOT - measured[i].below_fields);
			}
		}
	}
}

static void the_one_slot_of_a_single_slot_device_keeps_room_for_the_fields(void **state)
{
	(void)state;
	assert_int_equal(limit_of("single-slot", 8, 4, 255), SLOT - 48);
	assert_int_equal(limit_of("firmware-loader", 16, 16, 255), SLOT - 80);
	assert_int_equal(limit_of("firmware-loader", 32, 1, 255), SLOT - 160);
}

static void
a_write_block_above_the_alignment_takes_images_only_where_no_trailer_is_needed(void **state)
{
	static const struct {
		const char *mode;
		int limit;
	} rows[] = {
		{"swap-scratch", -ENOTSUP},      {"swap-move", -ENOTSUP},
		{"swap-offset", -ENOTSUP},       {"overwrite-only", -ENOTSUP},
		{"direct-xip-revert", -ENOTSUP}, {"direct-xip", SLOT - 40},
		{"single-slot", SLOT - 48},      {"firmware-loader", SLOT - 48},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(limit_of(rows[i].mode, 8, 16, 255), rows[i].limit);
		assert_int_equal(limit_of(rows[i].mode, 8, 512, 255), rows[i].limit);
	}
}

static void in_ram_load_the_limit_is_that_of_the_slot_that_does_not_run(void **state)
{
	static const char *const flash =
		"[{\"label\":\"flash0\",\"size\":131072,\"page\":4096,\"write\":4,\"erased\":255,"
		"\"parts\":[[\"slot0_partition\",\"image-0\",0,65536],"
		"[\"slot1_partition\",\"image-1\",65536,32768]]}]";

	(void)state;
	open_layout(flash,
		    "{\"mode\":\"ram-load\",\"max_align\":8,\"images\":1,\"max_sectors\":9}");
	assert_int_equal(boot_get_max_image_size(0), -ENODEV);
	assert_int_equal(boot_running_slot_set(0, 0), 0);
	assert_int_equal(boot_get_max_image_size(0), 32728);
	assert_int_equal(boot_running_slot_set(0, 1), 0);
	assert_int_equal(boot_get_max_image_size(0), 65496);
	assert_int_equal(boot_get_max_image_size(1), -EINVAL);
	vector_device_close();
}

/*
 * Sectors of one slot against several of the other; the last two pairs have groups in which both
 * sides are several, and boundaries that never meet.
 */
static void pages_of_the_slots_must_go_into_each_other(void **state)
{
	static const struct {
		const char *pages;
		int device;
		int size; /* of each slot */
		int scratch;
		int by_scratch, by_copy;
	} rows[] = {
		{"[[4, 4096], [1, 16384], [2, 16384]]", 65536, 16384, 16384, 14800, 16344},
		{"[[4, 4096], [1, 16384], [2, 16384]]", 65536, 16384, 8192, -ENOTSUP, 16344},
		{"[[2, 4096], [1, 8192], [2, 8192], [2, 16384]]", 65536, 16384, 16384, 14800,
		 16344},
		{"[[1, 8192], [2, 16384], [1, 8192], [1, 65536]]", 114688, 24576, 65536, -ENOTSUP,
		 -ENOTSUP},
		{"[[1, 4096], [1, 12288], [2, 8192], [1, 65536]]", 98304, 16384, 65536, -ENOTSUP,
		 -ENOTSUP},
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		const bool is_scratch = i % 2 == 0;
		const int size = rows[i / 2].size;
		char flash[512];

		snprintf(
			flash, sizeof(flash),
			"[{\"label\":\"flash0\",\"size\":%d,\"page\":%s,\"write\":4,\"erased\":255,"
			"\"parts\":[[\"slot0_partition\",\"a\",0,%d],"
			"[\"slot1_partition\",\"b\",%d,%d],"
			"[\"scratch_partition\",\"c\",%d,%d]]}]",
			rows[i / 2].device, rows[i / 2].pages, size, size, size, 2 * size,
			rows[i / 2].scratch);
		open_layout(flash, is_scratch ? "{\"mode\":\"swap-scratch\",\"max_align\":8,"
						"\"images\":1,\"max_sectors\":128}"
					      : "{\"mode\":\"overwrite-only\",\"max_align\":8,"
						"\"images\":1,\"max_sectors\":128}");
		assert_int_equal(boot_get_max_image_size(0),
				 is_scratch ? rows[i / 2].by_scratch : rows[i / 2].by_copy);
		vector_device_close();
	}
}

/* Begins with it. */
static bool is_one_of(const char *scenario, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strncmp(scenario, *names, strlen(*names)) == 0) {
			return true;
		}
	}
	return false;
}

/* The file that is put into the secondary slot and nothing is put over it. */
static const char *candidate_of(const json_t *record)
{
	const char *keys[] = {"before", "steps"};
	const char *file = NULL;

	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		const json_t *list = json_object_get(record, keys[k]);

		for (size_t i = 0; i < json_array_size(list); i++) {
			const json_t *item = json_array_get(list, i);
			const char *part = json_string_value(json_object_get(item, "part"));
			const char *name = json_string_value(json_object_get(item, "file"));

			if (part != NULL && name != NULL && strcmp(part, "slot1_partition") == 0) {
				file = name;
			}
		}
	}
	return file;
}

/* Whether the candidate was installed, or started from its slot, at any reset; was it asked for? */
static bool was_taken(const json_t *record, bool *was_asked_for)
{
	const json_t *steps = json_object_get(record, "steps");
	const char *mode = vector_string(json_object_get(record, "mcuboot"), "mode");
	const bool is_swap = strncmp(mode, "swap", 4) == 0 || mode[0] == 'o';
	bool is_taken = false;

	*was_asked_for = !is_swap;
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *boot = json_array_get(steps, i);
		const json_t *ran = json_object_get(boot, "ran");
		const char *type =
			json_string_value(json_array_get(json_object_get(boot, "swap_type"), 0));
		const char *asked =
			json_string_value(json_array_get(json_object_get(boot, "asked"), 0));

		if (type == NULL) {
			continue;
		}
		*was_asked_for = *was_asked_for || asked[0] == 't' || asked[0] == 'p';
		is_taken = is_taken ||
			   (is_swap ? type[0] == 't' || type[0] == 'p'
				    : json_integer_value(json_object_get(ran, "slot")) == 1);
	}
	return is_taken;
}

static size_t size_of_file(const char *name)
{
	size_t len;

	free(test_records_read_file(name, &len));
	return len;
}

/* 1: it was taken, 0: it was refused, -1: the record says nothing about that. */
static int judge_record(const json_t *record)
{
	const char *id = vector_string(record, "id");
	const char *name = candidate_of(record);
	bool was_asked_for;
	const bool is_taken = was_taken(record, &was_asked_for);

	if (name == NULL || !was_asked_for) {
		return -1;
	}
	vector_device_open(record);
	assert_int_equal(boot_running_slot_set(0, 0), 0);
	const ssize_t most = boot_get_max_image_size(0);
	vector_device_close();
	if (is_taken != (most >= (ssize_t)size_of_file(name))) {
		fail_msg("%s: %s, limit %ld", id, name, (long)most);
	}
	return is_taken;
}

static void every_recorded_size_and_layout_is_taken_as_the_bootloader_took_it(void **state)
{
	static const char *const scenarios[] = {"size-",
						"max-sectors",
						"scratch-size",
						"unequal-slots",
						"unequal-pages-test",
						"unequal-pages-confirm",
						"unequal-pages-permanent",
						"second-device-test",
						"second-device-confirm",
						"second-device-permanent",
						"header-size",
						NULL};
	unsigned int taken = 0;
	unsigned int refused = 0;
	size_t i;
	json_t *record;

	(void)state;
	json_array_foreach(records, i, record)
	{
		if (is_one_of(vector_string(record, "scenario"), scenarios)) {
			const int verdict = judge_record(record);

			taken += verdict == 1;
			refused += verdict == 0;
		}
	}
	if (test_records_are_known()) {
		assert_int_equal(taken, 210);
		assert_int_equal(refused, 62);
	}
}

static int load(void **state)
{
	(void)state;
	records = test_records_read("boots.jsonl.gz");
	return 0;
}

static int unload(void **state)
{
	(void)state;
	json_decref(records);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limits_are_those_measured_on_the_bootloader),
		cmocka_unit_test(the_one_slot_of_a_single_slot_device_keeps_room_for_the_fields),
		cmocka_unit_test(
			a_write_block_above_the_alignment_takes_images_only_where_no_trailer_is_needed),
		cmocka_unit_test(in_ram_load_the_limit_is_that_of_the_slot_that_does_not_run),
		cmocka_unit_test(pages_of_the_slots_must_go_into_each_other),
		cmocka_unit_test(every_recorded_size_and_layout_is_taken_as_the_bootloader_took_it),
	};

	return cmocka_run_group_tests_name("boot_size", tests, load, unload);
}
