/* SPDX-License-Identifier: Apache-2.0 */
#include "boot_records.h"

#include <stdlib.h>
#include <string.h>

#include "boot_calls.h"
#include "boot_expected.h"
#include "support/test_records.h"
#include "vector_rules.h"

static json_t *records;
static boot_records_look look;

static void put_file(const json_t *piece, uint8_t *dst, size_t room)
{
	size_t len;
	uint8_t *file = test_records_read_file(vector_string(piece, "file"), &len);

	/* "len": that many bytes of the file, or all of a shorter one. */
	if (json_object_get(piece, "len") != NULL && (size_t)vector_number(piece, "len") < len) {
		len = (size_t)vector_number(piece, "len");
	}
	assert_true(len <= room);
	memcpy(dst, file, len);
	free(file);
}

/* One piece of "before", or a "put". */
static void put(const json_t *piece)
{
	const struct flash_area *fa = vector_area(vector_string(piece, "part"));
	const long off = vector_number(piece, "off");
	const size_t start = off < 0 ? fa->fa_size - (size_t)-off : (size_t)off;
	uint8_t *dst = vector_bytes(fa) + start;
	const json_t *fill = json_object_get(piece, "fill");

	if (json_object_get(piece, "file") != NULL) {
		put_file(piece, dst, fa->fa_size - start);
	} else if (json_object_get(piece, "hex") != NULL) {
		vector_hex(vector_string(piece, "hex"), dst, fa->fa_size - start);
	} else {
		const size_t len = (size_t)json_integer_value(json_array_get(fill, 1));

		assert_true(len <= fa->fa_size - start);
		memset(dst, (int)json_integer_value(json_array_get(fill, 0)), len);
	}
}

static uint8_t *snapshot(const struct test_flash *flash)
{
	uint8_t *copy = malloc(flash->size);

	assert_non_null(copy);
	memcpy(copy, flash->memory, flash->size);
	return copy;
}

/* A reset of which nothing is written. */
static int rehearse(struct boot_difference *difference, struct sim_boot_result *dry)
{
	uint8_t *before[VECTOR_FLASHES_MAX];
	int rc;

	for (size_t i = 0; i < vector_device.flashes; i++) {
		before[i] = snapshot(&vector_device.flash[i]);
	}
	rc = sim_boot(boot_arrangement_get(), boot_rules_get(), true, dry);
	for (size_t i = 0; i < vector_device.flashes; i++) {
		const struct test_flash *flash = &vector_device.flash[i];

		if (memcmp(before[i], flash->memory, flash->size) != 0) {
			boot_differs(difference, "a dry run wrote");
		}
		free(before[i]);
	}
	return rc;
}

static void boot(struct boot_difference *difference, const json_t *step)
{
	struct sim_boot_result dry;
	struct sim_boot_result result;
	/* One pass over the records is enough for rehearsals: the one in which nobody looks. */
	const int dry_rc = look == NULL ? rehearse(difference, &dry) : 0;

	if (sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result) != 0 ||
	    dry_rc != 0) {
		boot_differs(difference, "not modelled: %s", result.error);
		return;
	}
	if (look == NULL && memcmp(&dry, &result, sizeof(dry)) != 0) {
		boot_differs(difference, "a dry run told something else");
	}
	boot_expected_check(difference, step, &result);
}

static void expect_rc(struct boot_difference *difference, const json_t *step, long rc)
{
	if (rc != vector_number(step, "rc")) {
		boot_differs(difference, "the call returns %ld, MCUboot's %ld", rc,
			     vector_number(step, "rc"));
	}
}

static void run_step(struct boot_difference *difference, const json_t *record, const json_t *step)
{
	const char *what = vector_string(step, "do");

	if (strcmp(what, "boot") == 0) {
		if (look != NULL) {
			look(record, step);
		}
		boot(difference, step);
	} else if (strcmp(what, "put") == 0) {
		put(step);
	} else if (strcmp(what, "pending") == 0) {
		expect_rc(difference, step, boot_call_pending(step));
	} else if (strcmp(what, "confirm") == 0) {
		expect_rc(difference, step, boot_call_confirm(step));
	} else {
		const struct flash_area *fa = vector_area(vector_string(step, "part"));

		assert_string_equal(what, "erase");
		memset(vector_bytes(fa), flash_area_erased_val(fa), fa->fa_size);
	}
}

static void count_step(struct boot_records_counts *counts, const json_t *step)
{
	if (strcmp(vector_string(step, "do"), "boot") == 0) {
		counts->boots++;
		counts->died += json_object_get(step, "died") != NULL ? 1u : 0u;
	}
}

/* Whether it went as recorded; the steps after a difference say nothing. */
static bool run_record(const json_t *record, struct boot_records_counts *counts)
{
	const char *id = vector_string(record, "id");
	struct boot_difference difference = {""};
	const json_t *item;
	size_t i;

	vector_device_open(record);
	vector_rules_set(json_object_get(record, "mcuboot"));
	json_array_foreach(json_object_get(record, "before"), i, item)
	{
		put(item);
	}
	json_array_foreach(json_object_get(record, "steps"), i, item)
	{
		run_step(&difference, record, item);
		if (difference.text[0] != '\0') {
			print_error("%s (%s), step %zu: %s\n", id,
				    vector_string(record, "scenario"), i, difference.text);
			break;
		}
		count_step(counts, item);
	}
	vector_assert_no_violation(id);
	vector_rules_end();
	vector_device_close();
	counts->sequences++;
	return difference.text[0] == '\0';
}

void boot_records_look_before_boots(boot_records_look at)
{
	look = at;
}

struct boot_records_counts boot_records_run(const char *mode)
{
	struct boot_records_counts counts = {0};
	unsigned int different = 0;
	const json_t *record;
	size_t i;

	json_array_foreach(records, i, record)
	{
		if (strcmp(vector_string(json_object_get(record, "mcuboot"), "mode"), mode) == 0) {
			different += run_record(record, &counts) ? 0u : 1u;
		}
	}
	if (different > 0) {
		fail_msg("%s: %u of %u records differ", mode, different, counts.sequences);
	}
	return counts;
}

/* Those that boot_records_run() is called for. */
static bool is_run(const json_t *record)
{
	static const char *const modes[] = {"swap-scratch",   "swap-move",      "swap-offset",
					    "overwrite-only", "direct-xip",     "direct-xip-revert",
					    "ram-load",       "ram-load-revert"};
	const char *mode = vector_string(json_object_get(record, "mcuboot"), "mode");

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(mode, modes[i]) == 0) {
			return true;
		}
	}
	print_error("%s: no test runs the records of %s\n", vector_string(record, "id"), mode);
	return false;
}

int boot_records_load(void **state)
{
	const json_t *record;
	size_t i;

	(void)state;
	records = test_records_read("boots.jsonl.gz");
	json_array_foreach(records, i, record)
	{
		if (!is_run(record)) {
			return -1;
		}
	}
	return 0;
}

int boot_records_unload(void **state)
{
	(void)state;
	json_decref(records);
	return 0;
}
