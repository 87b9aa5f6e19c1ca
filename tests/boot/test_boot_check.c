/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no recorded verdict shows of the model's look at an image: boundaries, and TLVs that no tool
 * makes. The slot is as long as the image maker's room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <boot_check.h>

#include "image/image_maker.h"
#include "support/test_key.h"

#define SHA256 DFU_IMAGE_TLV_SHA256
#define SIG DFU_IMAGE_TLV_ECDSA_SIG

static struct image_maker maker;
static struct test_key key;
static struct boot_rules rules;

static int setup(void **state)
{
	(void)state;
	test_key_load(&key, "ec256-a");
	rules = (struct boot_rules){
		.signature = BOOT_SIGNATURE_ECDSA_P256, .hash = SHA256, .key = &key.key};
	maker_begin(&maker, 32, 100, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_key_free(&key);
	return 0;
}

static struct sim_boot_view view_of(size_t slot_size)
{
	return (struct sim_boot_view){
		.bytes = maker.bytes, .len = slot_size, .slot_size = slot_size, .erased = 0xff};
}

static void expect(const char *why)
{
	const struct sim_boot_view view = view_of(sizeof(maker.bytes));
	const char *found = sim_boot_check(&view, &rules, sizeof(maker.bytes));

	if (why == NULL) {
		assert_null(found);
	} else {
		assert_non_null(found);
		assert_string_equal(found, why);
	}
}

static void add_signature(void)
{
	uint8_t sig[80];
	const uint16_t len = maker_ecdsa(&maker, SHA256, "ec256-a", sig);

	maker_tlv(&maker, SIG, sig, len);
}

static void add_wrong_signature(void)
{
	static const uint8_t zeros[70];

	maker_tlv(&maker, SIG, zeros, sizeof(zeros));
}

static void add_key_hash(size_t len)
{
	uint8_t digest[64];
	struct image_maker other = {.len = 0};

	maker_begin(&other, 32, 0, 0);
	maker_open_area(&other);
	maker_key_hash(&other, SHA256, key.key.hashed, key.key.hashed_len);
	memset(digest, 0, sizeof(digest));
	memcpy(digest, &other.bytes[other.len - 32], 32);
	maker_tlv(&maker, DFU_IMAGE_TLV_KEYHASH, digest, (uint16_t)len);
}

static void a_header_that_tells_of_the_whole_slot_is_refused(void **state)
{
	const struct sim_boot_view fits = view_of(133);
	const struct sim_boot_view full = view_of(132);

	(void)state;
	assert_null(sim_boot_check_header(&fits));
	assert_non_null(sim_boot_check_header(&full));
}

static void an_image_may_be_as_long_as_the_limit(void **state)
{
	const struct sim_boot_view view = view_of(sizeof(maker.bytes));

	(void)state;
	maker_hash(&maker, SHA256);
	rules.signature = BOOT_SIGNATURE_NONE;
	assert_int_equal(sim_boot_view_size(&view), maker.len);
	assert_null(sim_boot_check(&view, &rules, maker.len));
	assert_string_equal(sim_boot_check(&view, &rules, maker.len - 1), "it is too large");
}

static void the_beginning_of_a_hash_names_the_key_and_too_long_a_one_ends_the_look(void **state)
{
	(void)state;
	maker_hash(&maker, SHA256);
	add_key_hash(31);
	add_signature();
	expect(NULL);
	add_key_hash(33);
	expect("its key hash is too long");
}

static void each_key_hash_speaks_for_one_signature_and_the_last_verdict_counts(void **state)
{
	(void)state;
	maker_hash(&maker, SHA256);
	add_key_hash(32);
	add_signature();
	add_wrong_signature();
	expect(NULL);
	add_key_hash(32);
	add_wrong_signature();
	expect("it is not signed by the key");
}

static void a_signature_longer_than_the_bootloaders_buffer_ends_the_look(void **state)
{
	static const uint8_t zeros[129];

	(void)state;
	maker_hash(&maker, SHA256);
	add_key_hash(32);
	maker_tlv(&maker, SIG, zeros, 128);
	expect("it is not signed by the key");
	add_key_hash(32);
	maker_tlv(&maker, SIG, zeros, 129);
	expect("its signature has a wrong length");
}

static void pure_signatures_must_be_announced(void **state)
{
	static const uint8_t no = 0;

	(void)state;
	rules.signature = BOOT_SIGNATURE_ED25519_PURE;
	maker_hash(&maker, SHA256);
	expect("its signature is not pure");
	maker_tlv(&maker, DFU_IMAGE_TLV_SIG_PURE, &no, 1);
	expect("its signature is not pure");
}

static void an_announcement_of_a_pure_signature_is_only_allowed_where_it_is_asked_for(void **state)
{
	static const uint8_t yes = 1;

	(void)state;
	maker_hash(&maker, SHA256);
	maker_tlv(&maker, DFU_IMAGE_TLV_SIG_PURE, &yes, 1);
	expect("a TLV is not allowed where it is");
	rules.signature = BOOT_SIGNATURE_ED25519_PURE;
	expect("it is not signed by the key");
}

static void the_protected_area_must_be_as_long_as_the_header_says(void **state)
{
	static const uint8_t value[4];

	(void)state;
	rules.signature = BOOT_SIGNATURE_NONE;
	maker_protected(&maker, DFU_IMAGE_TLV_SEC_CNT, value, sizeof(value));
	maker_hash(&maker, SHA256);
	expect(NULL);
	maker.bytes[32 + 100 + 2] ^= 1;
	expect("it has no TLVs");
}

/* Of the kind that its first hash has. */
static void where_the_hash_is_not_known_any_kind_passes(void **state)
{
	(void)state;
	rules = (struct boot_rules){.signature = BOOT_SIGNATURE_UNKNOWN};
	maker_hash(&maker, DFU_IMAGE_TLV_SHA512);
	expect(NULL);
	maker.bytes[60] ^= 1;
	expect("its hash is wrong");
}

static void a_security_counter_has_four_bytes_and_is_protected(void **state)
{
	static const uint8_t value[5] = {7};
	const struct sim_boot_view view = view_of(sizeof(maker.bytes));
	uint32_t counter = 1;

	(void)state;
	maker_protected(&maker, DFU_IMAGE_TLV_SEC_CNT, value, 4);
	maker_hash(&maker, SHA256);
	assert_true(sim_boot_view_security_counter(&view, &counter));
	assert_int_equal(counter, 7);
	maker_begin(&maker, 32, 100, 0);
	maker_protected(&maker, DFU_IMAGE_TLV_SEC_CNT, value, 5);
	maker_hash(&maker, SHA256);
	assert_false(sim_boot_view_security_counter(&view, &counter));
	maker_begin(&maker, 32, 100, 0);
	maker_tlv(&maker, DFU_IMAGE_TLV_SEC_CNT, value, 4);
	assert_false(sim_boot_view_security_counter(&view, &counter));
}

static void dependencies_are_read_one_by_one_and_a_bad_length_is_an_error(void **state)
{
	static const uint8_t value[12] = {3, 0, 0, 0, 1, 2, 3, 0, 4};
	const struct sim_boot_view view = view_of(sizeof(maker.bytes));
	struct sim_boot_dependency dependency;
	size_t at = 0;

	(void)state;
	maker_protected(&maker, DFU_IMAGE_TLV_SEC_CNT, value, 4);
	maker_protected(&maker, DFU_IMAGE_TLV_DEPENDENCY, value, 12);
	maker_protected(&maker, DFU_IMAGE_TLV_DEPENDENCY, value, 11);
	maker_hash(&maker, SHA256);
	assert_int_equal(sim_boot_view_dependency(&view, &at, &dependency), 1);
	assert_int_equal(dependency.image, 3);
	assert_int_equal(dependency.version.major, 1);
	assert_int_equal(dependency.version.minor, 2);
	assert_int_equal(dependency.version.revision, 3);
	assert_int_equal(dependency.version.build, 4);
	assert_int_equal(sim_boot_view_dependency(&view, &at, &dependency), -1);
	at = 0;
	maker_begin(&maker, 32, 100, 0);
	maker_hash(&maker, SHA256);
	assert_int_equal(sim_boot_view_dependency(&view, &at, &dependency), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_header_that_tells_of_the_whole_slot_is_refused),
		TEST(an_image_may_be_as_long_as_the_limit),
		TEST(the_beginning_of_a_hash_names_the_key_and_too_long_a_one_ends_the_look),
		TEST(each_key_hash_speaks_for_one_signature_and_the_last_verdict_counts),
		TEST(a_signature_longer_than_the_bootloaders_buffer_ends_the_look),
		TEST(pure_signatures_must_be_announced),
		TEST(an_announcement_of_a_pure_signature_is_only_allowed_where_it_is_asked_for),
		TEST(the_protected_area_must_be_as_long_as_the_header_says),
		TEST(where_the_hash_is_not_known_any_kind_passes),
		TEST(a_security_counter_has_four_bytes_and_is_protected),
		TEST(dependencies_are_read_one_by_one_and_a_bad_length_is_an_error),
	};

	return cmocka_run_group_tests_name("boot_check", tests, NULL, NULL);
}
