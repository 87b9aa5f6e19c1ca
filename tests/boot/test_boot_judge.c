/* SPDX-License-Identifier: Apache-2.0 */
/* What the bootloader was built for: hash, signature, keys, size; the order of reasons; errors. */
#include "judge_rig.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/mcuboot.h>

#include "support/test_key.h"

#define SHA256 DFU_IMAGE_TLV_SHA256
#define SHA384 DFU_IMAGE_TLV_SHA384
#define SHA512 DFU_IMAGE_TLV_SHA512

static struct test_key ec256_a, ec256_b, ec384_a, ed25519_a;

static void begin(struct image_maker *maker)
{
	judge_image_begin(maker, 1, 0, 0, 0, 0);
}

static void sign(struct image_maker *maker, uint16_t hash, const char *key)
{
	uint8_t sig[128];
	size_t len;
	uint8_t *der = test_key_der(key, &len);

	maker_key_hash(maker, hash, der, len);
	maker_tlv(maker, DFU_IMAGE_TLV_ECDSA_SIG, sig, maker_ecdsa(maker, hash, key, sig));
	free(der);
}

/* Signed with P-256 or P-384, by the hash. */
static void make_signed(struct image_maker *maker, uint16_t hash, const char *key)
{
	begin(maker);
	maker_hash(maker, hash);
	sign(maker, hash, key);
}

static void expect(const struct image_maker *maker, enum dfu_image_fault fault)
{
	assert_string_equal(dfu_image_fault_str(judge_memory(0, 0, maker)),
			    dfu_image_fault_str(fault));
}

static enum dfu_image_fault judge_with(const struct image_maker *maker,
				       const struct dfu_image_key *key)
{
	const struct dfu_image_source source = dfu_image_source_memory(maker->bytes, maker->len);
	uint8_t buf[64];
	const int rc = boot_judge(0, &source, key, 0, buf, sizeof(buf), &judge_rig.judgement);

	assert_int_equal(rc, dfu_image_fault_errno(judge_rig.judgement.report.fault));
	return judge_rig.judgement.report.fault;
}

static void build(enum boot_signature signature, uint16_t hash, const struct test_key *key)
{
	judge_rig_rules(&(struct boot_rules){
		.signature = signature, .hash = hash, .key = key != NULL ? &key->key : NULL});
}

static void only_the_hash_of_the_build_counts(void **state)
{
	static const uint16_t hashes[] = {SHA256, SHA384, SHA512};
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	for (size_t have = 0; have < 3; have++) {
		begin(&image);
		maker_hash(&image, hashes[have]);
		for (size_t want = 0; want < 3; want++) {
			build(BOOT_SIGNATURE_NONE, hashes[want], NULL);
			expect(&image, have == want ? DFU_IMAGE_OK : DFU_IMAGE_HASH_TYPE);
			assert_int_equal(judge_rig.judgement.report.hash_type, hashes[have]);
		}
		build(BOOT_SIGNATURE_NONE, 0, NULL);
		expect(&image, DFU_IMAGE_OK);
	}
	judge_rig_close();
}

/* A TLV of each type that is no signature at all, in an image of the right hash. */
static void a_signature_of_the_demanded_type_must_be_there(void **state)
{
	static const struct {
		enum boot_signature signature;
		uint16_t type;
	} kinds[] = {
		{BOOT_SIGNATURE_ECDSA_P256, DFU_IMAGE_TLV_ECDSA_SIG},
		{BOOT_SIGNATURE_ECDSA_P384, DFU_IMAGE_TLV_ECDSA_SIG},
		{BOOT_SIGNATURE_RSA_2048, DFU_IMAGE_TLV_RSA2048_PSS},
		{BOOT_SIGNATURE_RSA_3072, DFU_IMAGE_TLV_RSA3072_PSS},
		{BOOT_SIGNATURE_ED25519, DFU_IMAGE_TLV_ED25519},
	};
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	for (size_t want = 0; want < ARRAY_LEN(kinds); want++) {
		build(kinds[want].signature, 0, NULL);
		begin(&image);
		maker_hash(&image, SHA256);
		expect(&image, DFU_IMAGE_NO_SIGNATURE);
		for (size_t have = 0; have < ARRAY_LEN(kinds); have++) {
			begin(&image);
			maker_hash(&image, SHA256);
			maker_tlv(&image, kinds[have].type, "none", 4);
			/* Without a key the value is not judged. */
			expect(&image, kinds[have].type == kinds[want].type
					       ? DFU_IMAGE_OK
					       : DFU_IMAGE_SIGNATURE_TYPE);
			/* The right one may be any of several. */
			maker_tlv(&image, kinds[want].type, "none", 4);
			expect(&image, DFU_IMAGE_OK);
		}
	}
	judge_rig_close();
}

static void a_hash_only_bootloader_does_not_look_at_signatures(void **state)
{
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	build(BOOT_SIGNATURE_NONE, SHA256, &ec256_b);
	make_signed(&image, SHA256, "ec256-a");
	expect(&image, DFU_IMAGE_OK);
	image.bytes[image.len - 1] ^= 1;
	expect(&image, DFU_IMAGE_OK);
	begin(&image);
	maker_hash(&image, SHA256);
	expect(&image, DFU_IMAGE_OK);
	judge_rig_close();
}

static void an_unknown_bootloader_takes_any_kind(void **state)
{
	static const uint8_t mark = 1;
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	build(BOOT_SIGNATURE_UNKNOWN, 0, NULL);
	begin(&image);
	maker_hash(&image, SHA512);
	expect(&image, DFU_IMAGE_OK);
	maker_tlv(&image, DFU_IMAGE_TLV_SIG_PURE, &mark, 1);
	maker_tlv(&image, DFU_IMAGE_TLV_ED25519, "none", 4);
	expect(&image, DFU_IMAGE_OK);
	judge_rig_close();
}

static void the_key_of_the_bootloader_must_have_signed(void **state)
{
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	build(BOOT_SIGNATURE_ECDSA_P256, SHA256, &ec256_a);
	make_signed(&image, SHA256, "ec256-a");
	expect(&image, DFU_IMAGE_OK);
	assert_int_equal(judge_rig.judgement.report.signature_finding, DFU_IMAGE_VALID);
	image.bytes[image.len - 1] ^= 1;
	expect(&image, DFU_IMAGE_SIGNATURE_MISMATCH);
	image.bytes[image.len - 1] ^= 1;
	build(BOOT_SIGNATURE_ECDSA_P256, SHA256, &ec256_b);
	expect(&image, DFU_IMAGE_NO_SIGNATURE);
	judge_rig_close();
}

static void a_further_key_must_have_signed_besides(void **state)
{
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	make_signed(&image, SHA256, "ec256-a");
	for (enum boot_signature signature = BOOT_SIGNATURE_UNKNOWN;
	     signature <= BOOT_SIGNATURE_NONE; signature++) {
		build(signature, SHA256, NULL);
		assert_int_equal(judge_with(&image, &ec256_a.key), DFU_IMAGE_OK);
		assert_int_equal(judge_with(&image, &ec256_b.key), DFU_IMAGE_NO_SIGNATURE);
	}
	build(BOOT_SIGNATURE_ECDSA_P256, SHA256, &ec256_a);
	assert_int_equal(judge_with(&image, &ec256_a.key), DFU_IMAGE_OK);
	assert_int_equal(judge_with(&image, &ec256_b.key), DFU_IMAGE_NO_SIGNATURE);
	assert_int_equal(judge_rig.judgement.report.signature_finding, DFU_IMAGE_UNKNOWN);
	build(BOOT_SIGNATURE_ECDSA_P256, SHA256, &ec256_b);
	assert_int_equal(judge_with(&image, &ec256_a.key), DFU_IMAGE_NO_SIGNATURE);
	judge_rig_close();
}

/* The same key once more is no further one: the image's bytes tell how often it is judged. */
static void the_same_key_is_judged_once(void **state)
{
	struct image_maker image;
	struct test_key twin;
	unsigned int reads[2];

	(void)state;
	test_key_load(&twin, "ec256-a");
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	build(BOOT_SIGNATURE_ECDSA_P256, SHA256, &ec256_a);
	make_signed(&image, SHA256, "ec256-a");
	judge_put(1, 0, &image);
	const struct flash_area *slot;

	assert_int_equal(flash_area_open(1, &slot), 0);
	const struct dfu_image_source source = dfu_image_source_flash(slot, 0, slot->fa_size);

	for (int i = 0; i < 2; i++) {
		uint8_t buf[64];

		judge_rig.reads = 0;
		assert_int_equal(boot_judge(0, &source, i == 0 ? NULL : &twin.key, 0, buf,
					    sizeof(buf), &judge_rig.judgement),
				 0);
		reads[i] = judge_rig.reads;
	}
	assert_int_equal(reads[0], reads[1]);
	judge_rig_close();
	test_key_free(&twin);
}

/* The mark of a pure signature stands where only bootloaders built for it let it. */
static void a_pure_signature_is_for_a_bootloader_of_pure_ones(void **state)
{
	static const uint8_t mark = 1;
	struct image_maker plain, pure;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	begin(&plain);
	maker_hash(&plain, SHA512);
	maker_tlv(&plain, DFU_IMAGE_TLV_ED25519, "none", 4);
	begin(&pure);
	maker_hash(&pure, SHA512);
	maker_tlv(&pure, DFU_IMAGE_TLV_SIG_PURE, &mark, 1);
	maker_tlv(&pure, DFU_IMAGE_TLV_ED25519, "none", 4);
	build(BOOT_SIGNATURE_ED25519_PURE, SHA512, NULL);
	expect(&plain, DFU_IMAGE_SIGNATURE_TYPE);
	expect(&pure, DFU_IMAGE_OK);
	assert_true(judge_rig.judgement.report.is_pure);
	build(BOOT_SIGNATURE_ED25519, SHA512, NULL);
	expect(&plain, DFU_IMAGE_OK);
	expect(&pure, DFU_IMAGE_SIGNATURE_TYPE);
	build(BOOT_SIGNATURE_NONE, SHA512, NULL);
	expect(&plain, DFU_IMAGE_OK);
	expect(&pure, DFU_IMAGE_SIGNATURE_TYPE);
	judge_rig_close();
}

static void a_pure_signature_needs_the_signature(void **state)
{
	static const uint8_t mark = 1;
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	build(BOOT_SIGNATURE_ED25519_PURE, SHA512, &ed25519_a);
	begin(&image);
	maker_hash(&image, SHA512);
	maker_tlv(&image, DFU_IMAGE_TLV_SIG_PURE, &mark, 1);
	expect(&image, DFU_IMAGE_NO_SIGNATURE);
	maker_tlv(&image, DFU_IMAGE_TLV_ED25519, "none", 4);
	expect(&image, DFU_IMAGE_NO_SIGNATURE);
	judge_rig_close();
}

static void an_engine_that_cannot_verify_refuses_the_best_signature(void **state)
{
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_OVERWRITE_ONLY, 1);
	make_signed(&image, SHA384, "ec384-a");
	build(BOOT_SIGNATURE_ECDSA_P384, SHA384, &ec384_a);
	expect(&image, DFU_IMAGE_OK);
	struct boot_rules rules = *boot_rules_get();

	rules.no_p384 = true;
	judge_rig_rules(&rules);
	expect(&image, DFU_IMAGE_ENGINE);
	assert_int_equal(judge_rig.judgement.report.signature_finding, DFU_IMAGE_VALID);
	image.bytes[image.len - 1] ^= 1;
	expect(&image, DFU_IMAGE_SIGNATURE_MISMATCH);
	/* Others are not touched by it. */
	rules.signature = BOOT_SIGNATURE_ECDSA_P256;
	rules.hash = SHA256;
	rules.key = &ec256_a.key;
	judge_rig_rules(&rules);
	make_signed(&image, SHA256, "ec256-a");
	expect(&image, DFU_IMAGE_OK);
	judge_rig_close();
}

/* Header, payload, one hash TLV of zeros: as long as asked for. */
static uint8_t *make_long(size_t size)
{
	static const uint8_t tlvs[8] = {0x07, 0x69, 40, 0, 0x10, 0, 32, 0};
	struct image_maker head;
	uint8_t *bytes = calloc(1, size);
	const size_t payload = size - 32 - 40;

	assert_non_null(bytes);
	maker_begin(&head, 32, 0, 0);
	memcpy(bytes, head.bytes, 32);
	for (size_t i = 0; i < 4; i++) {
		bytes[12 + i] = (uint8_t)(payload >> (8 * i));
	}
	memcpy(bytes + 32 + payload, tlvs, sizeof(tlvs));
	return bytes;
}

static void an_image_too_large_for_the_mode_is_refused_before_it_is_hashed(void **state)
{
	static const struct {
		enum boot_mode mode;
		size_t most; /* of 16 KiB, fields 8 bytes apart, write block 4, pages of 1 KiB */
	} cases[] = {
		{BOOT_MODE_SWAP_SCRATCH, 16384 - 3 * 128 * 4 - 48},
		{BOOT_MODE_SWAP_MOVE, 16384 - 2048 - 1024},
		{BOOT_MODE_SWAP_OFFSET, 16384 - 2048 - 1024},
		{BOOT_MODE_OVERWRITE_ONLY, 16384 - 40},
		{BOOT_MODE_DIRECT_XIP, 16384 - 40},
	};
	uint8_t buf[64];

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		const size_t size = cases[i / 2].most + i % 2;
		uint8_t *bytes = make_long(size);
		const struct dfu_image_source source = dfu_image_source_memory(bytes, size);

		judge_rig_open(cases[i / 2].mode, 1);
		const int rc =
			boot_judge(0, &source, NULL, 0, buf, sizeof(buf), &judge_rig.judgement);

		assert_int_equal(rc, i % 2 == 0 ? -EILSEQ : -EFBIG);
		assert_int_equal(judge_rig.judgement.report.fault,
				 i % 2 == 0 ? DFU_IMAGE_HASH_MISMATCH : DFU_IMAGE_TOO_LARGE);
		assert_int_equal(judge_rig.judgement.image.total_size, size);
		judge_rig_close();
		free(bytes);
	}
}

/* Each image has all the faults from its own place in the order on. */
static void the_first_reason_in_order_is_the_one_that_is_named(void **state)
{
	static const enum dfu_image_fault order[] = {
		DFU_IMAGE_FLAGS,          DFU_IMAGE_HASH_TYPE,          DFU_IMAGE_HASH_MISMATCH,
		DFU_IMAGE_SIGNATURE_TYPE, DFU_IMAGE_SIGNATURE_MISMATCH, DFU_IMAGE_NOT_BOOTABLE,
		DFU_IMAGE_OLDER,          DFU_IMAGE_DEPENDENCY,
	};
	struct image_maker image;
	uint8_t *byte;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 2);
	judge_rig_rules(&(struct boot_rules){.signature = BOOT_SIGNATURE_ECDSA_P256,
					     .hash = SHA256,
					     .key = &ec256_a.key,
					     .downgrade = BOOT_DOWNGRADE_BY_VERSION});
	judge_put_version(0, 2, 0, 0);
	judge_put_version(2, 1, 0, 0);
	for (size_t first = 0; first < ARRAY_LEN(order); first++) {
		const uint32_t flags = (first == 0 ? 0x0c : 0) | (first <= 5 ? 0x10 : 0);
		const uint16_t hash = first <= 1 ? SHA512 : SHA256;

		judge_image_begin(&image, first <= 6 ? 1 : 2, 0, 0, 0, flags);
		judge_image_needs(&image, 1, 1, 1, 0, 0);
		maker_hash(&image, hash);
		byte = &image.bytes[100];
		if (first <= 3) {
			maker_tlv(&image, DFU_IMAGE_TLV_ED25519, "none", 4);
		} else {
			sign(&image, hash, "ec256-a");
		}
		if (first == 4) {
			byte = &image.bytes[image.len - 1];
		}
		if (first <= 2 || first == 4) {
			*byte ^= 1;
		}
		expect(&image, order[first]);
	}
	judge_rig_close();
}

static void no_such_image_pair_is_an_argument_error(void **state)
{
	struct image_maker image;

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 2);
	judge_image(&image, 1, 0, 0);
	assert_int_equal(judge_memory_rc(-1, &image), -EINVAL);
	assert_int_equal(judge_memory_rc(2, &image), -EINVAL);
	assert_int_equal(judge_memory_rc(1, &image), 0);
	judge_rig_close();
}

static void a_work_buffer_below_64_bytes_is_an_argument_error(void **state)
{
	struct image_maker image;
	uint8_t buf[64];

	(void)state;
	judge_rig_open(BOOT_MODE_SWAP_MOVE, 1);
	judge_image(&image, 1, 0, 0);
	const struct dfu_image_source source = dfu_image_source_memory(image.bytes, image.len);

	assert_int_equal(boot_judge(0, &source, NULL, 0, buf, 63, &judge_rig.judgement), -EINVAL);
	assert_int_equal(judge_rig.judgement.report.fault, DFU_IMAGE_OK);
	judge_rig_close();
}

/* A device full of what there is to be read: counters, dependencies, trailers. */
static void fill(enum boot_mode mode)
{
	const uint32_t flags = boot_mode_is_direct(mode) ? DFU_IMAGE_F_RAM_LOAD : 0;
	struct image_maker image;

	judge_rig_open(mode, 3);
	judge_rig_rules(&(struct boot_rules){.signature = BOOT_SIGNATURE_NONE,
					     .hash = SHA256,
					     .downgrade = BOOT_DOWNGRADE_BY_SECURITY_COUNTER,
					     .ram_start = 0x20000000,
					     .ram_size = 0x40000});
	for (unsigned int slot = 0; slot < JUDGE_SLOTS; slot++) {
		judge_image_begin(&image, 1, slot, 0, 0, flags);
		judge_image_load_at(&image, flags != 0 ? 0x20000000 + 0x1000 * (slot / 2) : 0);
		judge_image_counter(&image, 7);
		judge_image_needs(&image, (slot / 2 + 1) % 3, 1, 0, 0, 0);
		maker_hash(&image, SHA256);
		judge_put(slot, mode == BOOT_MODE_SWAP_OFFSET && slot % 2 == 1 ? JUDGE_PAGE : 0,
			  &image);
		judge_put_magic(slot);
		judge_put_image_ok(slot);
	}
}

static int judge_slot(uint8_t area, size_t off)
{
	const struct flash_area *slot;
	uint8_t buf[128];

	assert_int_equal(flash_area_open(area, &slot), 0);
	const struct dfu_image_source source =
		dfu_image_source_flash(slot, off, slot->fa_size - off);

	return boot_judge(0, &source, NULL, 0, buf, sizeof(buf), &judge_rig.judgement);
}

/*
 * Whatever the code: -ENOENT must not look like an area that is not there, -EBADMSG or -EACCES not
 * like a fault of the image.
 */
static void a_read_error_is_passed_through_and_is_never_an_absent_image(void **state)
{
	static const enum boot_mode modes[] = {
		BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY,
		BOOT_MODE_DIRECT_XIP_REVERT, BOOT_MODE_RAM_LOAD_REVERT};
	static const int codes[] = {-EIO, -ENOENT, -EACCES, -EBADMSG, -ENOTSUP};

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		fill(modes[m]);
		const size_t off = modes[m] == BOOT_MODE_SWAP_OFFSET ? JUDGE_PAGE : 0;

		judge_rig.reads = 0;
		assert_int_equal(judge_slot(1, off), 0);
		const unsigned int all = judge_rig.reads;

		assert_true(all > 20);
		for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
			judge_rig.read_error = codes[i];
			for (unsigned int n = 1; n <= all; n++) {
				judge_rig.reads = 0;
				judge_rig.failing_read = n;
				assert_int_equal(judge_slot(1, off), codes[i]);
				assert_int_equal(judge_rig.judgement.report.fault, DFU_IMAGE_OK);
			}
			judge_rig.failing_read = 0;
		}
		judge_rig_close();
	}
}

static int setup(void **state)
{
	(void)state;
	test_key_load(&ec256_a, "ec256-a");
	test_key_load(&ec256_b, "ec256-b");
	test_key_load(&ec384_a, "ec384-a");
	test_key_load(&ed25519_a, "ed25519-a");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_key_free(&ec256_a);
	test_key_free(&ec256_b);
	test_key_free(&ec384_a);
	test_key_free(&ed25519_a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_hash_of_the_build_counts),
		cmocka_unit_test(a_signature_of_the_demanded_type_must_be_there),
		cmocka_unit_test(a_hash_only_bootloader_does_not_look_at_signatures),
		cmocka_unit_test(an_unknown_bootloader_takes_any_kind),
		cmocka_unit_test(the_key_of_the_bootloader_must_have_signed),
		cmocka_unit_test(a_further_key_must_have_signed_besides),
		cmocka_unit_test(the_same_key_is_judged_once),
		cmocka_unit_test(a_pure_signature_is_for_a_bootloader_of_pure_ones),
		cmocka_unit_test(a_pure_signature_needs_the_signature),
		cmocka_unit_test(an_engine_that_cannot_verify_refuses_the_best_signature),
		cmocka_unit_test(an_image_too_large_for_the_mode_is_refused_before_it_is_hashed),
		cmocka_unit_test(the_first_reason_in_order_is_the_one_that_is_named),
		cmocka_unit_test(no_such_image_pair_is_an_argument_error),
		cmocka_unit_test(a_work_buffer_below_64_bytes_is_an_argument_error),
		cmocka_unit_test(a_read_error_is_passed_through_and_is_never_an_absent_image),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
