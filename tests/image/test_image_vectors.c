/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every image of the vectors, from memory, from flash, and with its first bytes held back in RAM,
 * against what an independent parser says about it (images.json), and the damaged ones against the
 * fault that each must be refused for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/subject.h"
#include "support/test_files.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What verification must say about a damaged or unusual file, without a key and with one. */
struct expectation {
	const char *file;
	enum dfu_image_fault unkeyed;
	const char *key; /* NULL: not tried with one */
	enum dfu_image_fault keyed;
};

static const struct expectation bad[] = {
	{"31-bytes", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"big-endian", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"block-twice", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"both-enc-flags", DFU_IMAGE_FLAGS, NULL, 0},
	{"byte-lost", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"empty", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"flip-flags", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"flip-hash-type", DFU_IMAGE_HASH_COUNT, NULL, 0},
	{"flip-hash", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"flip-hdr-size", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"flip-header-padding", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"flip-img-size", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"flip-magic", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"flip-pad1", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"flip-payload-middle", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"flip-prot-tlv", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"flip-ver-major", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"flip-ver-revision", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"gzip", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"hash-empty", DFU_IMAGE_HASH_LENGTH, NULL, 0},
	{"hash-missing", DFU_IMAGE_HASH_COUNT, NULL, 0},
	{"hdrsize-ffff", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"imgsize-ffffffff", DFU_IMAGE_SIZE_OVERFLOW, NULL, 0},
	{"imgsize-minus-one", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"imgsize-plus-one", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"imgsize-slot", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"imgsize-wraps-to-zero", DFU_IMAGE_SIZE_OVERFLOW, NULL, 0},
	{"imgsize-zero", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"intel-hex", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"magic-v1", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"no-tlvs", DFU_IMAGE_HASH_COUNT, NULL, 0},
	{"one-byte", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"page-erased", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"pages-swapped", DFU_IMAGE_HASH_MISMATCH, NULL, 0},
	{"prot-area-alone", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"prot-size-mismatch", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"raw-payload", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"text", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"tlv-len-overruns", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"tlv-magic-protected", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"tlvtotal-3", DFU_IMAGE_TLV_FORMAT, NULL, 0},
	{"tlvtotal-too-large", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"trunc-header-area", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"trunc-header-only", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"trunc-header", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
	{"trunc-one-byte", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"trunc-payload-1", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"trunc-payload-4096", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"trunc-payload-half", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"trunc-payload-last", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"trunc-tlv-info", DFU_IMAGE_TRUNCATED, NULL, 0},
	{"two-hashes-second-wrong", DFU_IMAGE_HASH_COUNT, NULL, 0},
	{"zeros", DFU_IMAGE_NOT_AN_IMAGE, NULL, 0},
};

static const struct expectation badkey[] = {
	{"ec384-flip", DFU_IMAGE_OK, "ec384-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"keyhash-flip", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_NO_SIGNATURE},
	{"rsa3072-short", DFU_IMAGE_OK, "rsa3072-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"sig-empty", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"sig-flip-der", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"sig-flip-r", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"sig-flip-s", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"sig-of-other-image", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"sig-removed", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_NO_SIGNATURE},
	{"sig-type-ed25519", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_NO_SIGNATURE},
	{"sig-zero", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"signed-by-a-names-b", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_NO_SIGNATURE},
	{"version-changed-rehashed", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_SIGNATURE_MISMATCH},
};

static const struct expectation odd[] = {
	/*
	 * What the bootloader's rules for updates judge is not for verification: its dependencies
	 * and counters.
	 */
	{"dependency-on-itself", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"dependency-short", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"sec-cnt-short", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"sec-cnt-twice", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	/* Neither the bootloader nor we have a reason to refuse these. */
	{"empty-payload", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"hash-last", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"pad1-set", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"pic-flag", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"rom-fixed-zero", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"trailing-ff", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"trailing-garbage", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"trailing-image", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	{"version-max", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_OK},
	/*
	 * A type that only the protected area may hold, where the bootloader's list is on, as it is
	 * by default.
	 */
	{"dependency-unprotected", DFU_IMAGE_TLV_NOT_ALLOWED, "ec256-a", DFU_IMAGE_TLV_NOT_ALLOWED},
	{"junk-tlv-unprotected", DFU_IMAGE_TLV_NOT_ALLOWED, "ec256-a", DFU_IMAGE_TLV_NOT_ALLOWED},
	/*
	 * The bootloader takes these; no signing tool makes them, and each is a sign of damage or
	 * of an attack.
	 */
	{"hdr-size-0", DFU_IMAGE_HEADER_SIZE, "ec256-a", DFU_IMAGE_HEADER_SIZE},
	{"hdr-size-31", DFU_IMAGE_HEADER_SIZE, "ec256-a", DFU_IMAGE_HEADER_SIZE},
	{"stray-bytes-in-area", DFU_IMAGE_TLV_FORMAT, "ec256-a", DFU_IMAGE_TLV_FORMAT},
	{"two-hashes-same", DFU_IMAGE_HASH_COUNT, "ec256-a", DFU_IMAGE_HASH_COUNT},
	/* A signature counts if its KEYHASH comes before it. */
	{"sig-missing", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_NO_SIGNATURE},
	{"tlv-order-reversed", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_NO_SIGNATURE},
	/* The last one by the key decides. */
	{"two-signatures-last-wrong", DFU_IMAGE_OK, "ec256-a", DFU_IMAGE_SIGNATURE_MISMATCH},
	{"two-signatures", DFU_IMAGE_OK, "ec256-b", DFU_IMAGE_OK},
};

struct image_file {
	const char *name;
	const char *kind;
	json_t *facts;
	uint8_t *bytes;
	size_t len;
};

typedef void (*file_check)(const struct image_file *file, const struct dfu_image_source *source);

static const char *text(const struct image_file *file, const char *field)
{
	return json_string_value(json_object_get(file->facts, field));
}

static json_int_t number(const struct image_file *file, const char *field)
{
	return json_integer_value(json_object_get(file->facts, field));
}

static bool has_flag(const struct image_file *file, const char *prefix)
{
	size_t i;
	json_t *flag;

	json_array_foreach(json_object_get(file->facts, "flags"), i, flag)
	{
		if (strncmp(json_string_value(flag), prefix, strlen(prefix)) == 0) {
			return true;
		}
	}
	return false;
}

/*
 * Call check for every file of the kinds, each named between spaces, wherever its bytes may lie;
 * returns the number of files.
 */
static size_t for_each_file(const char *kinds, file_check check)
{
	json_t *all = test_read_json("images/images.json");
	size_t i, count = 0;
	json_t *facts;

	json_array_foreach(json_object_get(all, "images"), i, facts)
	{
		struct image_file file = {.facts = facts};
		char path[256];

		file.name = text(&file, "file");
		file.kind = text(&file, "kind");
		snprintf(path, sizeof(path), " %s ", file.kind);
		if (strstr(kinds, path) == NULL) {
			continue;
		}
		snprintf(path, sizeof(path), "images/%s", file.name);
		file.bytes = test_read_file(path, &file.len);
		for (int kind = 0; kind < SUBJECT_KINDS; kind++) {
			struct subject subject;

			subject_init(&subject, (enum subject_kind)kind, file.bytes, file.len);
			check(&file, &subject.source);
			subject_free(&subject);
		}
		free(file.bytes);
		count++;
	}
	json_decref(all);
	return count;
}

/* Whole files that cannot be opened: what the bootloader refuses before it looks at a hash. */
static enum dfu_image_fault fault_of_areas(const struct image_file *file)
{
	static const struct {
		const char *name;
		enum dfu_image_fault fault;
	} refused[] = {
		/* the last protected TLV has no value; the bootloader's iterator trips over it */
		{"tiny-1.1.0-none-custom-empty.bin", DFU_IMAGE_TLV_FORMAT},
		{"odd/dependency-unprotected.bin", DFU_IMAGE_TLV_NOT_ALLOWED},
		{"odd/junk-tlv-unprotected.bin", DFU_IMAGE_TLV_NOT_ALLOWED},
	};

	for (size_t i = 0; i < COUNT(refused); i++) {
		if (strcmp(refused[i].name, file->name) == 0) {
			return refused[i].fault;
		}
	}
	return DFU_IMAGE_OK;
}

static uint32_t flags_of(const struct image_file *file)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} names[] = {
		{"pic", 0x1},           {"aes128", 0x4},    {"aes256", 0x8},
		{"non-bootable", 0x10}, {"ram-load", 0x20}, {"rom-fixed", 0x100},
		{"lzma1", 0x200},       {"lzma2", 0x400},   {"arm-thumb", 0x800},
	};
	json_t *flags = json_object_get(file->facts, "flags");
	uint32_t all = 0;
	size_t known = 0;

	for (size_t i = 0; i < COUNT(names); i++) {
		if (has_flag(file, names[i].name)) {
			all |= names[i].flag;
			known++;
		}
	}
	assert_int_equal(known, json_array_size(flags));
	return all;
}

/* The parser refuses some files that it then says nothing about, and opens some that we refuse. */
static bool has_facts(const struct image_file *file)
{
	return json_object_get(file->facts, "tlvs") != NULL && fault_of_areas(file) == DFU_IMAGE_OK;
}

static void header_is_as_the_parser_says(const struct image_file *file,
					 const struct dfu_image_source *source)
{
	struct dfu_image image;
	enum dfu_image_fault fault;
	char version[40];

	if (!has_facts(file)) {
		return;
	}
	assert_int_equal(dfu_image_open(&image, source, &fault), 0);
	assert_int_equal(fault, DFU_IMAGE_OK);
	const struct dfu_image_header *header = &image.header;

	snprintf(version, sizeof(version), "%u.%u.%u+%lu", header->version.major,
		 header->version.minor, header->version.revision,
		 (unsigned long)header->version.build);
	assert_string_equal(version, text(file, "version"));
	assert_int_equal(header->hdr_size, number(file, "header_size"));
	assert_int_equal(header->img_size, number(file, "image_size"));
	assert_int_equal(header->load_addr, number(file, "load_addr"));
	assert_int_equal(header->protect_tlv_size, number(file, "protected_size"));
	assert_int_equal(header->flags, flags_of(file));
	assert_int_equal(image.total_size, number(file, "total"));
	assert_int_equal(image.hashed_size,
			 header->hdr_size + header->img_size + header->protect_tlv_size);
}

static uint16_t tlv_type(const char *name)
{
	static const struct {
		const char *name;
		uint16_t type;
	} names[] = {
		{"keyhash", 0x01},    {"pubkey", 0x02},           {"sha256", 0x10},
		{"sha384", 0x11},     {"sha512", 0x12},           {"rsa2048", 0x20},
		{"ecdsa", 0x22},      {"rsa3072", 0x23},          {"ed25519", 0x24},
		{"enc-ec256", 0x32},  {"enc-x25519", 0x33},       {"dependency", 0x40},
		{"sec-cnt", 0x50},    {"boot-record", 0x60},      {"decomp-size", 0x70},
		{"decomp-sha", 0x71}, {"decomp-signature", 0x72},
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(names[i].name, name) == 0) {
			return names[i].type;
		}
	}
	assert_int_equal(strncmp(name, "0x", 2), 0);
	return (uint16_t)strtoul(name, NULL, 16);
}

static void value_is(const uint8_t *value, size_t len, const json_t *expected)
{
	char hex[513] = "";

	if (json_is_integer(expected)) {
		uint32_t low = (uint32_t)value[0] | ((uint32_t)value[1] << 8) |
			       ((uint32_t)value[2] << 16) | ((uint32_t)value[3] << 24);

		assert_int_equal(low, json_integer_value(expected));
		return;
	}
	assert_true(len <= 256);
	for (size_t i = 0; i < len; i++) {
		snprintf(hex + 2 * i, 3, "%02x", value[i]);
	}
	assert_string_equal(hex, json_string_value(expected));
}

static void tlvs_are_as_the_parser_says(const struct image_file *file,
					const struct dfu_image_source *source)
{
	struct dfu_image image;
	struct dfu_image_tlv tlv = {0};
	uint8_t value[512];
	size_t i;
	json_t *expected;

	if (!has_facts(file)) {
		return;
	}
	assert_int_equal(dfu_image_open(&image, source, NULL), 0);
	json_array_foreach(json_object_get(file->facts, "tlvs"), i, expected)
	{
		json_t *content = json_object_get(expected, "value");

		assert_int_equal(dfu_image_tlv_next(&image, &tlv), 0);
		assert_int_equal(tlv.type,
				 tlv_type(json_string_value(json_object_get(expected, "type"))));
		assert_int_equal(tlv.len, json_integer_value(json_object_get(expected, "len")));
		assert_int_equal(tlv.is_protected,
				 json_is_true(json_object_get(expected, "protected")));
		assert_int_equal(dfu_image_tlv_read(&image, &tlv, value, sizeof(value)), 0);
		assert_memory_equal(value, file->bytes + tlv.off, tlv.len);
		if (content != NULL) {
			value_is(value, tlv.len, content);
		}
	}
	assert_int_equal(dfu_image_tlv_next(&image, &tlv), -ENOENT);
}

static void expect(const struct image_file *file, const struct dfu_image_source *source,
		   const char *key_name, enum dfu_image_fault fault)
{
	struct test_key key = {0};

	if (key_name != NULL) {
		test_key_load(&key, key_name);
	}
	struct subject_verdict verdict = subject_verify(source, key_name != NULL ? &key.key : NULL);

	if (verdict.report.fault != fault || verdict.rc != dfu_image_fault_errno(fault)) {
		fail_msg("%s, key %s: %d, %s; expected %s", file->name,
			 key_name != NULL ? key_name : "none", verdict.rc,
			 dfu_image_fault_str(verdict.report.fault), dfu_image_fault_str(fault));
	}
	test_key_free(&key);
}

static bool names_a_key(const struct image_file *file)
{
	json_t *tlv;
	size_t i;

	json_array_foreach(json_object_get(file->facts, "tlvs"), i, tlv)
	{
		if (strcmp(json_string_value(json_object_get(tlv, "type")), "keyhash") == 0) {
			return true;
		}
	}
	return false;
}

static enum dfu_image_fault fault_of_whole(const struct image_file *file, bool is_keyed)
{
	bool is_clear = strcmp(text(file, "hash_of"), "plain payload") == 0;

	if (fault_of_areas(file) != DFU_IMAGE_OK) {
		return fault_of_areas(file);
	}
	if (has_flag(file, "aes") && !is_clear) {
		return DFU_IMAGE_ENCRYPTED;
	}
	/* A whole key in place of its hash is for bootloaders that hold the hash of the key. */
	if (is_keyed && !names_a_key(file)) {
		return DFU_IMAGE_NO_SIGNATURE;
	}
	if (has_flag(file, "aes")) {
		return DFU_IMAGE_ENCRYPTED;
	}
	if (has_flag(file, "lzma")) {
		return DFU_IMAGE_COMPRESSED;
	}
	return has_flag(file, "non-bootable") ? DFU_IMAGE_NOT_BOOTABLE : DFU_IMAGE_OK;
}

static void whole_image_passes(const struct image_file *file, const struct dfu_image_source *source)
{
	const char *key = text(file, "key");

	expect(file, source, NULL, fault_of_whole(file, false));
	expect(file, source, key != NULL ? key : "ec256-a", fault_of_whole(file, true));
}

static void report_is_as_the_parser_says(const struct image_file *file,
					 const struct dfu_image_source *source)
{
	struct subject_verdict verdict = subject_verify(source, NULL);
	const struct dfu_image_report *report = &verdict.report;
	bool is_clear = strcmp(text(file, "hash_of"), "plain payload") == 0;
	const char *signature = text(file, "signature");

	if (fault_of_areas(file) != DFU_IMAGE_OK) {
		return;
	}
	assert_int_equal(report->hash_type, tlv_type(text(file, "hash")));
	assert_int_equal(report->hash_finding, is_clear ? DFU_IMAGE_VALID : DFU_IMAGE_UNKNOWN);
	assert_int_equal(report->signature_type,
			 strcmp(signature, "none") == 0 ? 0 : tlv_type(signature));
	assert_int_equal(report->signature_finding, DFU_IMAGE_UNKNOWN);
}

static void expect_by(const struct expectation *table, size_t rows, const char *folder,
		      const struct image_file *file, const struct dfu_image_source *source)
{
	for (size_t i = 0; i < rows; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s/%s.bin", folder, table[i].file);
		if (strcmp(name, file->name) != 0) {
			continue;
		}
		expect(file, source, NULL, table[i].unkeyed);
		if (table[i].key != NULL) {
			expect(file, source, table[i].key, table[i].keyed);
		}
		return;
	}
	fail_msg("%s is in no table", file->name);
}

static void bad_is_refused(const struct image_file *file, const struct dfu_image_source *source)
{
	expect_by(bad, COUNT(bad), "bad", file, source);
}

static void badkey_is_refused(const struct image_file *file, const struct dfu_image_source *source)
{
	expect_by(badkey, COUNT(badkey), "badkey", file, source);
}

static void odd_is_as_decided(const struct image_file *file, const struct dfu_image_source *source)
{
	expect_by(odd, COUNT(odd), "odd", file, source);
}

static void headers_decode_to_what_an_independent_parser_says(void **state)
{
	(void)state;
	assert_int_equal(
		for_each_file(" image fit padded odd badkey ", header_is_as_the_parser_says), 160);
}

static void tlvs_are_listed_as_an_independent_parser_lists_them(void **state)
{
	(void)state;
	assert_int_equal(
		for_each_file(" image fit padded odd badkey ", tlvs_are_as_the_parser_says), 160);
}

static void whole_images_pass_without_a_key_and_signed_ones_with_theirs(void **state)
{
	(void)state;
	assert_int_equal(for_each_file(" image fit padded ", whole_image_passes), 124);
}

static void reports_name_hash_and_signature(void **state)
{
	(void)state;
	assert_int_equal(for_each_file(" image fit padded ", report_is_as_the_parser_says), 124);
}

static void damaged_images_are_refused_for_the_right_reason(void **state)
{
	(void)state;
	assert_int_equal(for_each_file(" bad ", bad_is_refused), COUNT(bad));
}

static void forged_images_pass_only_where_no_key_is_given(void **state)
{
	(void)state;
	assert_int_equal(for_each_file(" badkey ", badkey_is_refused), COUNT(badkey));
}

static void unusual_images_are_judged_as_decided(void **state)
{
	(void)state;
	assert_int_equal(for_each_file(" odd ", odd_is_as_decided), COUNT(odd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_decode_to_what_an_independent_parser_says),
		cmocka_unit_test(tlvs_are_listed_as_an_independent_parser_lists_them),
		cmocka_unit_test(whole_images_pass_without_a_key_and_signed_ones_with_theirs),
		cmocka_unit_test(reports_name_hash_and_signature),
		cmocka_unit_test(damaged_images_are_refused_for_the_right_reason),
		cmocka_unit_test(forged_images_pass_only_where_no_key_is_given),
		cmocka_unit_test(unusual_images_are_judged_as_decided),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
