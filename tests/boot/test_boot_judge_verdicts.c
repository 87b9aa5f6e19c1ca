/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts of the real MCUboot on image files, each on a device made from its record: the
 * bootloader it was recorded with, an older unsigned image in the primary slot. The file is judged
 * where it lies in the slot, and from memory as before an upload. No image that MCUboot found
 * invalid may pass; what it took must pass, but for the few listed files about which we are
 * stricter.
 */
#include "vector_device.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/boot_rules.h>

#include "support/test_records.h"
#include "vector_rules.h"

#define PAGE 4096

static bool is_stricter_here(const char *file)
{
	static const char *const files[] = {
		"odd/hdr-size-0.bin",
		"odd/hdr-size-31.bin",
		"odd/two-hashes-same.bin",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(files[i], file) == 0) {
			return true;
		}
	}
	return false;
}

/* The flash that the records do not spell out: one device; the slots, then a page of scratch. */
static void open_device(const json_t *record)
{
	const long slot = vector_number(record, "slot_size");
	json_t *whole = json_pack(
		"{s:O, s:[{s:i, s:i, s:i, s:i, s:[[ssii], [ssii], [ssii]]}]}", "mcuboot",
		json_object_get(record, "mcuboot"), "flash", "size", (int)(2 * slot) + PAGE, "page",
		PAGE, "write", (int)vector_number(record, "write"), "erased", 255, "parts",
		"slot0_partition", "image-0", 0, (int)slot, "slot1_partition", "image-1", (int)slot,
		(int)slot, "scratch_partition", "image-scratch", (int)(2 * slot), PAGE);

	assert_non_null(whole);
	vector_device_open(whole);
	json_decref(whole);
}

static enum dfu_image_fault judge(const struct dfu_image_source *source)
{
	struct boot_judgement judgement;
	uint8_t buf[512];
	const int rc = boot_judge(0, source, NULL, 0, buf, sizeof(buf), &judgement);

	/* No fault without a refusal, no refusal without a fault. */
	assert_int_equal(rc, dfu_image_fault_errno(judgement.report.fault));
	return judgement.report.fault;
}

static enum dfu_image_fault judge_file(const json_t *record)
{
	size_t len, old_len;

	open_device(record);
	vector_rules_set(json_object_get(record, "mcuboot"));
	uint8_t *old = test_records_read_file("tiny-0.9.0-none.bin", &old_len);
	uint8_t *file = test_records_read_file(vector_string(record, "file"), &len);
	const struct flash_area *slot = vector_slot(1);
	const struct dfu_image_source here = dfu_image_source_memory(file, len);
	const bool is_offset = boot_arrangement_get()->mode == BOOT_MODE_SWAP_OFFSET;
	const size_t start = is_offset ? PAGE : 0;
	const struct dfu_image_source there =
		dfu_image_source_flash(slot, start, slot->fa_size - start);

	memcpy(vector_bytes(vector_slot(0)), old, old_len);
	assert_true(len <= slot->fa_size - start);
	memcpy(vector_bytes(slot) + start, file, len);
	const enum dfu_image_fault fault = judge(&here);
	const enum dfu_image_fault in_slot = judge(&there);
	/* Of a file that ends too early the slot's erased bytes are looked at. */
	if (fault != in_slot &&
	    (fault == DFU_IMAGE_OK || in_slot == DFU_IMAGE_OK ||
	     (fault != DFU_IMAGE_TRUNCATED && fault != DFU_IMAGE_NOT_AN_IMAGE))) {
		fail_msg("%s: %s, but in the slot %s", vector_string(record, "id"),
			 dfu_image_fault_str(fault), dfu_image_fault_str(in_slot));
	}
	free(file);
	free(old);
	vector_rules_end();
	vector_assert_no_violation(vector_string(record, "id"));
	vector_device_close();
	return fault;
}

static void what_mcuboot_refuses_never_passes_and_what_it_takes_does(void **state)
{
	json_t *records = test_records_read("verdicts.jsonl.gz");
	size_t i, valid = 0, invalid = 0, wrong = 0;
	json_t *record;

	(void)state;
	json_array_foreach(records, i, record)
	{
		const char *file = vector_string(record, "file");
		const bool is_valid = strcmp(vector_string(record, "verdict"), "valid") == 0;
		const enum dfu_image_fault fault = judge_file(record);

		if ((fault == DFU_IMAGE_OK) != (is_valid && !is_stricter_here(file))) {
			print_error("%s: %s is %s for MCUboot (%s), and here: %s\n",
				    vector_string(record, "id"), file,
				    vector_string(record, "verdict"), vector_string(record, "why"),
				    dfu_image_fault_str(fault));
			wrong++;
		}
		valid += is_valid;
		invalid += !is_valid;
	}
	json_decref(records);
	assert_int_equal(wrong, 0);
	if (test_records_are_known()) {
		assert_int_equal(valid, 151);
		assert_int_equal(invalid, 560);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_mcuboot_refuses_never_passes_and_what_it_takes_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
