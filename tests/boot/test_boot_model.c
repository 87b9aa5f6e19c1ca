/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot model against boots of the real MCUboot (boots.jsonl.gz). What the application does
 * between the boots is done here as MCUboot's own functions do it, on the bytes, so that every boot
 * begins with the flash that was recorded.
 */
#include "vector_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <boot_model.h>

#include "support/test_files.h"
#include "trailer_bytes.h"

#define MAGIC_WORD 0x96f3b83du

struct counts {
	unsigned int sequences;
	unsigned int boots;
	unsigned int died;
};

static json_t *records;

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t le16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

/* A file of the vectors: below their own folder, or one of the test images. */
static uint8_t *read_file(const char *name, size_t *len)
{
	char path[512];

	if (strncmp(name, "extra/", 6) == 0) {
		return test_read_file(name, len);
	}
	snprintf(path, sizeof(path), "images/%s", name);
	return test_read_file(path, len);
}

static void put_file(const json_t *piece, uint8_t *dst, size_t room)
{
	size_t len;
	uint8_t *file = read_file(vector_string(piece, "file"), &len);

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

static uint8_t *slot_end(const struct flash_area *fa)
{
	return vector_bytes(fa) + fa->fa_size;
}

/*
 * Programs one write block as strict flash does; 1 as MCUboot returns it where the block is not
 * erased.
 */
static int program_flag(uint8_t *at, uint8_t value, size_t block, uint8_t erased)
{
	if (!trailer_is_blank(at + block, block, erased)) {
		return 1;
	}
	*at = value;
	return 0;
}

/* MCUboot's pending call: magic, then image_ok, then swap_info. */
static int set_pending(const json_t *record, const json_t *step)
{
	const long image = vector_number(step, "image");
	const struct trailer_bytes *layout = trailer_bytes(
		(uint8_t)vector_number(json_object_get(record, "mcuboot"), "max_align"));
	const struct flash_area *fa = vector_slot((size_t)(2 * image + 1));
	uint8_t *end = slot_end(fa);
	const bool permanent = json_is_true(json_object_get(step, "permanent"));
	const uint8_t erased = flash_area_erased_val(fa);
	const size_t block = flash_area_align(fa);
	int rc = 0;

	if (trailer_has_magic(layout, end)) {
		return 0;
	}
	if (!trailer_is_blank(end, 16, erased)) {
		return 3;
	}
	memcpy(end - 16, layout->magic, 16);
	if (permanent) {
		rc = program_flag(end - layout->image_ok, 1, block, erased);
	}
	return rc != 0 ? rc
		       : program_flag(end - layout->swap_info,
				      (uint8_t)((permanent ? 3 : 2) | image << 4), block, erased);
}

/* MCUboot's confirmation: image_ok, where there is a magic and image_ok is unset. */
static int set_confirmed(const json_t *record, const json_t *step)
{
	const long image = vector_number(step, "image");
	const struct trailer_bytes *layout = trailer_bytes(
		(uint8_t)vector_number(json_object_get(record, "mcuboot"), "max_align"));
	const struct flash_area *fa = vector_slot((size_t)(2 * image));
	uint8_t *end = slot_end(fa);
	const uint8_t erased = flash_area_erased_val(fa);

	if (!trailer_has_magic(layout, end)) {
		return trailer_is_blank(end, 16, erased) ? 0 : 4;
	}
	if (*(end - layout->image_ok) != erased) {
		return 0;
	}
	return program_flag(end - layout->image_ok, 1, flash_area_align(fa), erased);
}

/* Null and "" are the same here. */
static void expect_text(const char *id, const char *what, const char *found, const json_t *expected)
{
	const char *text = json_is_string(expected) ? json_string_value(expected) : "";

	if (strcmp(found, text) != 0) {
		fail_msg("%s: %s is \"%s\", MCUboot has \"%s\"", id, what, found, text);
	}
}

static void version_text(char *text, size_t room, const uint8_t *v)
{
	snprintf(text, room, "%u.%u.%u+%u", v[0], v[1], le16(&v[2]), le32(&v[4]));
}

/* Header to last TLV by an own reading; 0 if the TLV area cannot be read. */
static size_t image_extent(const uint8_t *slot, size_t size)
{
	size_t end = (size_t)le16(&slot[8]) + le32(&slot[12]);
	const uint32_t protected_len = le16(&slot[10]);

	if (end > size - 4 || (le16(&slot[end]) == 0x6908) != (protected_len != 0)) {
		return 0;
	}
	if (protected_len != 0 && le16(&slot[end + 2]) != protected_len) {
		return 0;
	}
	end += protected_len;
	if (end > size - 4 || le16(&slot[end]) != 0x6907 || le16(&slot[end + 2]) > size - end) {
		return 0;
	}
	return end + le16(&slot[end + 2]);
}

static void describe_image(const uint8_t *slot, size_t size, char *version, size_t room,
			   char *sha256)
{
	uint8_t digest[crypto_hash_sha256_BYTES];
	size_t len;

	version[0] = '\0';
	sha256[0] = '\0';
	if (le32(slot) != MAGIC_WORD || le16(&slot[8]) < 32 ||
	    (uint64_t)le16(&slot[8]) + le32(&slot[12]) + le16(&slot[10]) >= size) {
		return;
	}
	version_text(version, room, &slot[20]);
	len = image_extent(slot, size);
	if (len > 0) {
		crypto_hash_sha256(digest, slot, len);
		sodium_bin2hex(sha256, 2 * sizeof(digest) + 1, digest, sizeof(digest));
	}
}

static const char *flag_text(uint8_t value, uint8_t erased)
{
	return value == erased ? "unset" : value == 1 ? "set" : "bad";
}

static const char *magic_text(const struct trailer_bytes *layout, const uint8_t *end,
			      uint8_t erased)
{
	if (trailer_has_magic(layout, end)) {
		return "good";
	}
	return trailer_is_blank(end, 16, erased) ? "unset" : "bad";
}

static const char *type_text(uint8_t info, uint8_t erased)
{
	static const char *const words[] = {"none", "none", "test", "permanent", "revert"};

	return info == erased || (info & 0x0f) > 4 ? "none" : words[info & 0x0f];
}

static void check_slot(const char *id, const struct trailer_bytes *layout, const json_t *expected)
{
	const struct flash_area *fa = vector_area(vector_string(expected, "part"));
	const uint8_t erased = flash_area_erased_val(fa);
	const uint8_t *slot = vector_bytes(fa);
	const uint8_t *end = slot + fa->fa_size;
	char version[40];
	char sha256[2 * crypto_hash_sha256_BYTES + 1];

	describe_image(slot, fa->fa_size, version, sizeof(version), sha256);
	expect_text(id, "header", version, json_object_get(expected, "header"));
	expect_text(id, "sha256", sha256, json_object_get(expected, "sha256"));
	assert_int_equal(vector_number(expected, "at"), 0);
	expect_text(id, "magic", magic_text(layout, end, erased),
		    json_object_get(expected, "magic"));
	expect_text(id, "swap_type", type_text(*(end - layout->swap_info), erased),
		    json_object_get(expected, "swap_type"));
	expect_text(id, "copy_done", flag_text(*(end - layout->copy_done), erased),
		    json_object_get(expected, "copy_done"));
	expect_text(id, "image_ok", flag_text(*(end - layout->image_ok), erased),
		    json_object_get(expected, "image_ok"));
	if (trailer_is_blank(end, fa->fa_size, erased) !=
	    json_is_true(json_object_get(expected, "erased"))) {
		fail_msg("%s: %s is not erased, or should not be", id, fa->fa_label);
	}
}

static void check_ran(const char *id, const struct sim_boot_result *result, const json_t *ran)
{
	char version[40] = "";

	if ((result->booted == 0) != json_is_object(ran)) {
		fail_msg("%s: booted %d (%s)", id, result->booted, result->error);
	}
	if ((result->error[0] != '\0') != (result->booted < 0)) {
		fail_msg("%s: booted %d and \"%s\"", id, result->booted, result->error);
	}
	if (json_is_object(ran)) {
		snprintf(version, sizeof(version), "%u.%u.%u+%u", result->version.major,
			 result->version.minor, result->version.revision, result->version.build);
		expect_text(id, "version", version, json_object_get(ran, "version"));
		assert_int_equal(vector_number(ran, "image"), 0);
	}
	for (unsigned int i = 0; i < result->images; i++) {
		assert_int_equal(result->active[i],
				 json_is_object(ran) ? vector_number(ran, "slot") : -1);
	}
}

static void check_types(const char *id, const struct sim_boot_result *result, const json_t *types)
{
	static const char *const words[] = {"", "none", "test", "permanent", "revert", "fail"};

	assert_int_equal(json_array_size(types), result->images);
	for (unsigned int i = 0; i < result->images; i++) {
		assert_in_range(result->swap_type[i], 1, 5);
		expect_text(id, "swap type", words[result->swap_type[i]], json_array_get(types, i));
	}
}

static uint64_t flash_digest(void)
{
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < vector_device.flashes; i++) {
		for (size_t k = 0; k < vector_device.flash[i].size; k++) {
			sum = (sum ^ vector_device.flash[i].memory[k]) * 1099511628211u;
		}
	}
	return sum;
}

static void boot(const json_t *record, const json_t *step, struct counts *counts)
{
	const char *id = vector_string(record, "id");
	const json_t *slots = json_object_get(step, "slots");
	const uint64_t before = flash_digest();
	struct sim_boot_result dry;
	struct sim_boot_result result;

	assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), true, &dry), 0);
	assert_true(flash_digest() == before);
	assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result), 0);
	assert_memory_equal(&dry, &result, sizeof(dry));
	vector_assert_no_violation(id);
	check_ran(id, &result, json_object_get(step, "ran"));
	counts->boots++;
	if (json_object_get(step, "died") != NULL) {
		assert_non_null(strstr(result.error, "assertion"));
		counts->died++;
		return;
	}
	check_types(id, &result, json_object_get(step, "swap_type"));
	for (size_t i = 0; i < json_array_size(slots); i++) {
		check_slot(id, trailer_bytes(boot_arrangement_get()->max_align),
			   json_array_get(slots, i));
	}
}

static void run_step(const json_t *record, const json_t *step, struct counts *counts)
{
	const char *what = vector_string(step, "do");

	if (strcmp(what, "boot") == 0) {
		boot(record, step, counts);
	} else if (strcmp(what, "put") == 0) {
		put(step);
	} else if (strcmp(what, "pending") == 0) {
		assert_int_equal(set_pending(record, step), vector_number(step, "rc"));
	} else if (strcmp(what, "confirm") == 0) {
		assert_int_equal(set_confirmed(record, step), vector_number(step, "rc"));
	} else {
		const struct flash_area *fa = vector_area(vector_string(step, "part"));

		assert_string_equal(what, "erase");
		memset(vector_bytes(fa), flash_area_erased_val(fa), fa->fa_size);
	}
}

static void run_record(const json_t *record, struct counts *counts)
{
	const json_t *item;
	size_t i;

	vector_device_open(record);
	json_array_foreach(json_object_get(record, "before"), i, item)
	{
		put(item);
	}
	json_array_foreach(json_object_get(record, "steps"), i, item)
	{
		run_step(record, item, counts);
	}
	vector_device_close();
	counts->sequences++;
}

static bool has(const json_t *record, const char *key, const char *value)
{
	return strcmp(vector_string(json_object_get(record, "mcuboot"), key), value) == 0;
}

static struct counts run(const char *mode, long images)
{
	struct counts counts = {0};
	const json_t *record;
	size_t i;

	json_array_foreach(records, i, record)
	{
		if (has(record, "mode", mode) && has(record, "signature", "none") &&
		    has(record, "downgrade", "none") &&
		    vector_number(json_object_get(record, "mcuboot"), "images") == images) {
			run_record(record, &counts);
		}
	}
	return counts;
}

static void swap_move_boots_as_recorded(void **state)
{
	const struct counts counts = run("swap-move", 1);

	(void)state;
	assert_int_equal(counts.sequences, 272);
	assert_int_equal(counts.boots, 759);
	assert_int_equal(counts.died, 2);
}

static int load(void **state)
{
	(void)state;
	records = test_read_jsonl("boots.jsonl.gz");
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
		cmocka_unit_test(swap_move_boots_as_recorded),
	};

	return cmocka_run_group_tests_name("boot_model", tests, load, unload);
}
