/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a set; the bytes are those of FORMATS.md. */
#include "target/mcuboot_intent_record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

/* Images 0 and 2, for good, of which 2 has given one up; the checksum as any CRC-32 makes it. */
static const uint8_t example[] = {
	0x01, 0x02, 0x05, 0x04, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
	0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x59, 0xe3, 0x4e, 0x05,
};
static const struct mcuboot_intent wanted = {
	.kind = MCUBOOT_INTENT_PERMANENT,
	.images = 5,
	.reverted = 4,
	.id = {[0] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17},
	       [2] = {0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27}},
};

static void the_record_has_the_documented_bytes(void **state)
{
	uint8_t raw[MCUBOOT_INTENT_MAX];

	(void)state;
	assert_int_equal(mcuboot_intent_encode(raw, &wanted), sizeof(example));
	assert_memory_equal(raw, example, sizeof(example));
}

static void what_was_encoded_is_decoded(void **state)
{
	uint8_t raw[MCUBOOT_INTENT_MAX];
	struct mcuboot_intent intent;

	(void)state;
	assert_int_equal(mcuboot_intent_decode(&intent, example, sizeof(example)), 0);
	assert_memory_equal(&intent, &wanted, sizeof(wanted));
	for (unsigned int images = 1; images < 256; images++) {
		struct mcuboot_intent other = {.kind = MCUBOOT_INTENT_CONFIRM,
					       .images = (uint8_t)images,
					       .reverted = (uint8_t)(images & 0x35)};

		for (unsigned int n = 0; n < BOOT_IMAGES_MAX; n++) {
			memset(other.id[n], (images >> n & 1) != 0 ? (int)(7 * n + 1) : 0,
			       MCUBOOT_INTENT_ID_LEN);
		}
		const size_t len = mcuboot_intent_encode(raw, &other);
		assert_true(len <= sizeof(raw));
		assert_int_equal(mcuboot_intent_decode(&intent, raw, len), 0);
		assert_memory_equal(&intent, &other, sizeof(other));
	}
}

static void a_damaged_record_is_none(void **state)
{
	struct mcuboot_intent intent = wanted;
	uint8_t raw[sizeof(example) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(example); i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			memcpy(raw, example, sizeof(example));
			raw[i] ^= (uint8_t)(1u << bit);
			assert_int_equal(mcuboot_intent_decode(&intent, raw, sizeof(example)),
					 -EBADMSG);
		}
	}
	memcpy(raw, example, sizeof(example));
	raw[sizeof(example)] = 0;
	for (size_t len = 0; len <= sizeof(raw); len++) {
		assert_int_equal(mcuboot_intent_decode(&intent, raw, len),
				 len == sizeof(example) ? 0 : -EBADMSG);
	}
	assert_memory_equal(&intent, &wanted, sizeof(wanted));
}

/* Whole, but of no kind, no version, or of no image. */
static void a_record_that_says_nothing_is_none(void **state)
{
	struct mcuboot_intent other = {.kind = MCUBOOT_INTENT_TEST, .images = 0};
	struct mcuboot_intent intent;
	uint8_t raw[MCUBOOT_INTENT_MAX];

	(void)state;
	assert_int_equal(mcuboot_intent_decode(&intent, raw, mcuboot_intent_encode(raw, &other)),
			 -EBADMSG);
	other.images = 5;
	other.reverted = 2;
	assert_int_equal(mcuboot_intent_decode(&intent, raw, mcuboot_intent_encode(raw, &other)),
			 -EBADMSG);
	other.reverted = 0;
	for (unsigned int kind = 0; kind < 256; kind++) {
		other.kind = (uint8_t)kind;
		const size_t len = mcuboot_intent_encode(raw, &other);
		assert_int_equal(mcuboot_intent_decode(&intent, raw, len),
				 kind >= 1 && kind <= 3 ? 0 : -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_has_the_documented_bytes),
		cmocka_unit_test(what_was_encoded_is_decoded),
		cmocka_unit_test(a_damaged_record_is_none),
		cmocka_unit_test(a_record_that_says_nothing_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
