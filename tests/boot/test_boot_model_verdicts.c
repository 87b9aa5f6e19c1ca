/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts of the real MCUboot on image files (verdicts.jsonl.gz): the model must have the same
 * opinion of each file, and leave the same of it, when it is asked for as a test over an older
 * image.
 */
#include <stdlib.h>
#include <string.h>

#include <boot_check.h>
#include <boot_model.h>

#include "support/test_records.h"
#include "trailer_bytes.h"
#include "vector_device.h"
#include "vector_rules.h"

#define PAGE 4096
#define SLOT (256 * 1024)
#define HEAD 1024                /* bytes that tell the files apart */
#define TRAILER_PAGES (2 * PAGE) /* covers the trailer of every record */

static json_t *verdicts;

/* Two slots and a scratch area, in the form of the boot records. */
static json_t *device_of(const json_t *verdict)
{
	json_t *device = json_pack("{s:[{s:s,s:i,s:i,s:i,s:i,s:[[ssii],[ssii],[ssii]]}]}", "flash",
				   "label", "flash0", "size", 2 * SLOT + PAGE, "page", PAGE,
				   "write", (int)vector_number(verdict, "write"), "erased", 255,
				   "parts", "slot0_partition", "image-0", 0, SLOT,
				   "slot1_partition", "image-1", SLOT, SLOT, "scratch_partition",
				   "image-scratch", 2 * SLOT, PAGE);

	assert_non_null(device);
	assert_int_equal(json_object_set(device, "mcuboot", json_object_get(verdict, "mcuboot")),
			 0);
	return device;
}

static void put(int slot, size_t off, const uint8_t *file, size_t len)
{
	assert_true(len <= SLOT - off);
	memcpy(vector_bytes(vector_slot((size_t)slot)) + off, file, len);
}

static void put_older(void)
{
	size_t len;
	uint8_t *file = test_records_read_file("tiny-0.9.0-none.bin", &len);

	put(0, 0, file, len);
	free(file);
}

static void ask_for_test(void)
{
	const struct trailer_bytes *layout = trailer_bytes(8);
	uint8_t *end = vector_bytes(vector_slot(1)) + SLOT;

	memcpy(end - 16, layout->magic, 16);
	*(end - layout->swap_info) = 2;
}

static bool is_blank(const uint8_t *bytes, size_t len)
{
	return trailer_is_blank(bytes + len, len, 0xff);
}

/* The primary begins like the file, and has a trailer now. */
static bool is_taken(const uint8_t *file, size_t len)
{
	const uint8_t *slot = vector_bytes(vector_slot(0));

	return memcmp(slot, file, len < HEAD ? len : HEAD) == 0 &&
	       trailer_has_magic(trailer_bytes(8), slot + SLOT);
}

/* What became of the slot, in the words of the records; before: what was in it. */
static const char *slot_after(const uint8_t *file, size_t len, const uint8_t *before)
{
	const uint8_t *slot = vector_bytes(vector_slot(1));

	if (is_taken(file, len)) {
		return "taken";
	}
	if (is_blank(slot, SLOT)) {
		return "erased";
	}
	if (memcmp(slot, before, SLOT) == 0) {
		return "kept";
	}
	return memcmp(slot, before, SLOT - TRAILER_PAGES) == 0 && is_blank(slot + SLOT - 40, 40)
		       ? "trailer-erased"
		       : "something else";
}

static const char *mode_of(const json_t *verdict)
{
	return vector_string(json_object_get(verdict, "mcuboot"), "mode");
}

static size_t start_of(const json_t *verdict)
{
	return strcmp(mode_of(verdict), "swap-offset") == 0 ? PAGE : 0;
}

static size_t largest_image(const json_t *verdict)
{
	const char *mode = mode_of(verdict);

	if (strcmp(mode, "overwrite-only") == 0) {
		return SLOT - 40;
	}
	if (strcmp(mode, "swap-move") == 0 || strcmp(mode, "swap-offset") == 0) {
		return SLOT - 2 * PAGE;
	}
	assert_string_equal(mode, "swap-scratch");
	return SLOT - (3 * 128 * (size_t)vector_number(verdict, "write") + 48);
}

static bool passes(const json_t *verdict)
{
	const size_t start = start_of(verdict);
	const struct sim_boot_view view = {
		.bytes = vector_bytes(vector_slot(1)) + start,
		.len = SLOT - start,
		.slot_size = SLOT,
		.erased = 0xff,
	};

	return !sim_boot_view_is_empty(&view) &&
	       sim_boot_check(&view, boot_rules_get(), largest_image(verdict)) == NULL;
}

/* Whether the model agrees with MCUboot in all. */
static bool check(const json_t *verdict, const uint8_t *file, size_t len)
{
	const bool is_valid = strcmp(vector_string(verdict, "verdict"), "valid") == 0;
	const char *expected = vector_string(verdict, "slot_after");
	uint8_t *before = malloc(SLOT);
	struct sim_boot_result result;
	const char *after;
	bool passed;

	put_older();
	put(1, start_of(verdict), file, len);
	ask_for_test();
	assert_non_null(before);
	memcpy(before, vector_bytes(vector_slot(1)), SLOT);
	passed = passes(verdict);
	assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result), 0);
	after = slot_after(file, len, before);
	free(before);
	if (passed != is_valid || strcmp(after, expected) != 0 ||
	    (result.swap_type[0] == BOOT_SWAP_TYPE_TEST) != is_valid) {
		print_error("%s (%s): %s, slot is %s, in MCUboot %s\n",
			    vector_string(verdict, "id"), vector_string(verdict, "file"),
			    passed ? "passes" : "is refused", after, expected);
		return false;
	}
	return true;
}

static bool run(const json_t *verdict)
{
	json_t *device = device_of(verdict);
	size_t len;
	uint8_t *file = test_records_read_file(vector_string(verdict, "file"), &len);
	bool agrees;

	assert_int_equal(vector_number(verdict, "slot_size"), SLOT);
	vector_device_open(device);
	vector_rules_set(json_object_get(device, "mcuboot"));
	agrees = check(verdict, file, len);
	vector_assert_no_violation(vector_string(verdict, "id"));
	vector_rules_end();
	vector_device_close();
	free(file);
	json_decref(device);
	return agrees;
}

static void the_model_has_the_opinion_of_mcuboot_on_every_file(void **state)
{
	unsigned int valid = 0;
	unsigned int different = 0;
	const json_t *verdict;
	size_t i;

	(void)state;
	json_array_foreach(verdicts, i, verdict)
	{
		different += run(verdict) ? 0u : 1u;
		valid += strcmp(vector_string(verdict, "verdict"), "valid") == 0 ? 1u : 0u;
	}
	assert_int_equal(different, 0);
	if (test_records_are_known()) {
		assert_int_equal(json_array_size(verdicts), 711);
		assert_int_equal(valid, 151);
	}
}

static int load(void **state)
{
	(void)state;
	verdicts = test_records_read("verdicts.jsonl.gz");
	return 0;
}

static int unload(void **state)
{
	(void)state;
	json_decref(verdicts);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_model_has_the_opinion_of_mcuboot_on_every_file),
	};

	return cmocka_run_group_tests_name("boot_model_verdicts", tests, load, unload);
}
