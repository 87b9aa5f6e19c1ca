/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts of the real MCUboot on image files. No image that it found invalid may pass here; what
 * it took must pass, but for the few listed files about which we are stricter.
 *
 * A bootloader is built for one hash, one kind of signature and one slot. Verification is given the
 * key and the bytes; the test adds the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/subject.h"
#include "support/test_files.h"

static const char *text(const json_t *object, const char *field)
{
	return json_string_value(json_object_get(object, field));
}

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

/*
 * The recorded build for P-384 refuses each image, well signed ones too: it tells of its engine,
 * not of the images.
 */
static bool is_about_the_image(const json_t *record)
{
	const json_t *mcuboot = json_object_get(record, "mcuboot");

	return strcmp(text(mcuboot, "signature"), "ecdsa-p384") != 0;
}

static bool has_tlv(const struct dfu_image *image, uint16_t type)
{
	struct dfu_image_tlv tlv = {0};

	while (dfu_image_tlv_next(image, &tlv) == 0) {
		if (tlv.type == type) {
			return true;
		}
	}
	return false;
}

/* Whether a bootloader built for this hash and signature would still say yes. */
static bool fits_build(const struct subject_verdict *verdict, const json_t *mcuboot)
{
	bool wants_sha512 = strcmp(text(mcuboot, "hash"), "sha512") == 0;
	bool wants_sha384 = strcmp(text(mcuboot, "hash"), "sha384") == 0;
	bool wants_pure = strcmp(text(mcuboot, "signature"), "ed25519-pure") == 0;
	uint16_t hash_type = wants_sha512   ? DFU_IMAGE_TLV_SHA512
			     : wants_sha384 ? DFU_IMAGE_TLV_SHA384
					    : DFU_IMAGE_TLV_SHA256;

	return verdict->report.hash_type == hash_type &&
	       has_tlv(&verdict->image, DFU_IMAGE_TLV_SIG_PURE) == wants_pure;
}

/*
 * What the trailer leaves of the slot; all records have 4 KiB pages, 128 sectors and fields 8 bytes
 * apart.
 */
static size_t largest_image(const json_t *record)
{
	const char *mode = text(json_object_get(record, "mcuboot"), "mode");
	size_t slot_size = (size_t)json_integer_value(json_object_get(record, "slot_size"));
	size_t write = (size_t)json_integer_value(json_object_get(record, "write"));

	if (strcmp(mode, "overwrite-only") == 0) {
		return slot_size - 40;
	}
	if (strcmp(mode, "swap-move") == 0) {
		return slot_size - 2 * 4096;
	}
	assert_string_equal(mode, "swap-scratch");
	return slot_size - (3 * 128 * write + 48);
}

static bool passes(const json_t *record)
{
	const json_t *mcuboot = json_object_get(record, "mcuboot");
	const char *key_file = text(mcuboot, "key");
	const char *file = text(record, "file");
	struct test_key key = {0};
	char name[256];
	size_t len;

	if (key_file != NULL) {
		assert_int_equal(sscanf(key_file, "keys/%200[^.]", name), 1);
		test_key_load(&key, name);
	}
	snprintf(name, sizeof(name), "%s%s", strncmp(file, "extra/", 6) == 0 ? "" : "images/",
		 file);
	uint8_t *bytes = test_read_file(name, &len);
	struct dfu_image_source source = dfu_image_source_memory(bytes, len);
	struct subject_verdict verdict =
		subject_verify(&source, key_file != NULL ? &key.key : NULL);
	bool is_good = verdict.rc == 0 && fits_build(&verdict, mcuboot) &&
		       verdict.image.total_size <= largest_image(record);

	test_key_free(&key);
	free(bytes);
	return is_good;
}

static void what_mcuboot_refuses_never_passes_and_what_it_takes_does(void **state)
{
	json_t *records = test_read_jsonl("verdicts.jsonl.gz");
	size_t i, valid = 0, invalid = 0, wrong = 0;
	json_t *record;

	(void)state;
	json_array_foreach(records, i, record)
	{
		const char *file = text(record, "file");
		bool is_valid = strcmp(text(record, "verdict"), "valid") == 0;

		if (!is_about_the_image(record)) {
			continue;
		}
		if (passes(record) != (is_valid && !is_stricter_here(file))) {
			print_error("%s: %s is %s for MCUboot (%s)\n", text(record, "id"), file,
				    text(record, "verdict"), text(record, "why"));
			wrong++;
		}
		valid += is_valid;
		invalid += !is_valid;
	}
	json_decref(records);
	assert_int_equal(wrong, 0);
	assert_int_equal(valid, 151);
	assert_int_equal(invalid, 554);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_mcuboot_refuses_never_passes_and_what_it_takes_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
