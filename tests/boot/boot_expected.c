/* SPDX-License-Identifier: Apache-2.0 */
#include "boot_expected.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "trailer_bytes.h"

#define MAGIC_WORD 0x96f3b83du

/* What lies in a slot, by an own reading. */
struct found {
	char version[40];
	long at;
	char sha256[2 * crypto_hash_sha256_BYTES + 1];
};

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t le16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

/* Null and "" are the same here. */
static void expect_text(struct boot_difference *difference, const char *where, const char *what,
			const char *found, const json_t *expected)
{
	const char *text = json_is_string(expected) ? json_string_value(expected) : "";

	if (strcmp(found, text) != 0) {
		boot_differs(difference, "%s%s is \"%s\", MCUboot has \"%s\"", where, what, found,
			     text);
	}
}

static void version_text(char *text, size_t room, const uint8_t *v)
{
	snprintf(text, room, "%u.%u.%u+%u", v[0], v[1], le16(&v[2]), le32(&v[4]));
}

/* Header to last TLV; 0 if the TLV area cannot be read. */
static size_t image_extent(const uint8_t *image, size_t size)
{
	size_t end = (size_t)le16(&image[8]) + le32(&image[12]);
	const uint32_t protected_len = le16(&image[10]);

	if (end > size - 4 || (le16(&image[end]) == 0x6908) != (protected_len != 0)) {
		return 0;
	}
	if (protected_len != 0 && le16(&image[end + 2]) != protected_len) {
		return 0;
	}
	end += protected_len;
	if (end > size - 4 || le16(&image[end]) != 0x6907 || le16(&image[end + 2]) > size - end) {
		return 0;
	}
	return end + le16(&image[end + 2]);
}

static bool describe_image(struct found *found, const uint8_t *slot, size_t at, size_t size)
{
	const uint8_t *image = slot + at;
	uint8_t digest[crypto_hash_sha256_BYTES];
	size_t len;

	if (le32(image) != MAGIC_WORD || le16(&image[8]) < 32 ||
	    (uint64_t)at + le16(&image[8]) + le32(&image[12]) + le16(&image[10]) >= size) {
		return false;
	}
	version_text(found->version, sizeof(found->version), &image[20]);
	found->at = (long)at;
	len = image_extent(image, size - at);
	if (len > 0) {
		crypto_hash_sha256(digest, image, len);
		sodium_bin2hex(found->sha256, sizeof(found->sha256), digest, sizeof(digest));
	}
	return true;
}

/* In swap-offset an image may lie one page up in the secondary slot. */
static struct found describe_slot(const struct flash_area *fa)
{
	const uint8_t *slot = vector_bytes(fa);
	struct flash_pages_info page;
	struct found found = {.at = 0};

	if (!describe_image(&found, slot, 0, fa->fa_size) && fa->fa_id % 2 == 1 &&
	    boot_arrangement_get()->mode == BOOT_MODE_SWAP_OFFSET) {
		assert_int_equal(flash_get_page_info_by_offs(fa->fa_dev, fa->fa_off, &page), 0);
		(void)describe_image(&found, slot, page.size, fa->fa_size);
	}
	return found;
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

static void check_trailer(struct boot_difference *difference, const struct flash_area *fa,
			  const json_t *expected)
{
	const struct trailer_bytes *layout = trailer_bytes(boot_arrangement_get()->max_align);
	const uint8_t erased = flash_area_erased_val(fa);
	const uint8_t *end = vector_bytes(fa) + fa->fa_size;
	const char *where = vector_string(expected, "part");

	expect_text(difference, where, " magic", magic_text(layout, end, erased),
		    json_object_get(expected, "magic"));
	expect_text(difference, where, " swap_type", type_text(*(end - layout->swap_info), erased),
		    json_object_get(expected, "swap_type"));
	expect_text(difference, where, " copy_done", flag_text(*(end - layout->copy_done), erased),
		    json_object_get(expected, "copy_done"));
	expect_text(difference, where, " image_ok", flag_text(*(end - layout->image_ok), erased),
		    json_object_get(expected, "image_ok"));
}

static void check_slot(struct boot_difference *difference, const json_t *expected)
{
	const char *where = vector_string(expected, "part");
	const struct flash_area *fa = vector_area(where);
	const uint8_t *end = vector_bytes(fa) + fa->fa_size;
	const struct found found = describe_slot(fa);

	expect_text(difference, where, " header", found.version,
		    json_object_get(expected, "header"));
	expect_text(difference, where, " sha256", found.sha256,
		    json_object_get(expected, "sha256"));
	if (found.at != vector_number(expected, "at")) {
		boot_differs(difference, "%s header at %ld, MCUboot has it at %ld", where, found.at,
			     vector_number(expected, "at"));
	}
	check_trailer(difference, fa, expected);
	if (trailer_is_blank(end, fa->fa_size, flash_area_erased_val(fa)) !=
	    json_is_true(json_object_get(expected, "erased"))) {
		boot_differs(difference, "%s is not erased, or should not be", where);
	}
}

static void check_ran(struct boot_difference *difference, const struct sim_boot_result *result,
		      const json_t *ran)
{
	char version[40] = "";

	if (result->booted != (json_is_object(ran) ? 0 : -1)) {
		boot_differs(difference, "booted %d (%s)", result->booted, result->error);
	}
	if ((result->error[0] != '\0') != (result->booted < 0)) {
		boot_differs(difference, "booted %d and \"%s\"", result->booted, result->error);
	}
	if (json_is_object(ran)) {
		snprintf(version, sizeof(version), "%u.%u.%u+%u", result->version.major,
			 result->version.minor, result->version.revision, result->version.build);
		expect_text(difference, "", "version", version, json_object_get(ran, "version"));
		assert_int_equal(vector_number(ran, "image"), 0);
	}
}

/* Where the modes name them, the slots of all images; else everything runs from one slot. */
static void check_active(struct boot_difference *difference, const json_t *step,
			 const struct sim_boot_result *result)
{
	const json_t *slots = json_object_get(step, "active");
	const json_t *ran = json_object_get(step, "ran");

	for (unsigned int i = 0; i < result->images; i++) {
		const json_t *slot = slots != NULL ? json_array_get(slots, i)
						   : json_object_get(ran, "slot");
		const long expected = json_is_integer(slot) ? (long)json_integer_value(slot) : -1;

		if (result->active[i] != expected) {
			boot_differs(difference, "image %u runs from %d, in MCUboot from %ld", i,
				     result->active[i], expected);
		}
	}
}

static void check_types(struct boot_difference *difference, const struct sim_boot_result *result,
			const json_t *types)
{
	static const char *const words[] = {"", "none", "test", "permanent", "revert", "fail"};

	assert_int_equal(json_array_size(types), result->images);
	for (unsigned int i = 0; i < result->images; i++) {
		assert_in_range(result->swap_type[i], 1, 5);
		expect_text(difference, "", "swap type", words[result->swap_type[i]],
			    json_array_get(types, i));
	}
}

void boot_differs(struct boot_difference *difference, const char *format, ...)
{
	va_list args;

	if (difference->text[0] == '\0') {
		va_start(args, format);
		vsnprintf(difference->text, sizeof(difference->text), format, args);
		va_end(args);
	}
}

void boot_expected_check(struct boot_difference *difference, const json_t *step,
			 const struct sim_boot_result *result)
{
	const json_t *slots = json_object_get(step, "slots");

	check_ran(difference, result, json_object_get(step, "ran"));
	check_active(difference, step, result);
	if (json_object_get(step, "died") != NULL) {
		if (strstr(result->error, "assertion") == NULL) {
			boot_differs(difference, "no assertion");
		}
		return;
	}
	check_types(difference, result, json_object_get(step, "swap_type"));
	for (size_t i = 0; i < json_array_size(slots); i++) {
		check_slot(difference, json_array_get(slots, i));
	}
}
