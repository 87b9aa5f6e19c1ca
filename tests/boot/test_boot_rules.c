/* SPDX-License-Identifier: Apache-2.0 */
/* The rules set at run time; the constants of Kconfig are tested where a library is built from
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/boot_rules.h>
#include <storage/flash_map.h>

/* No test looks areas up. */
extern const struct flash_area *flash_map;
extern const int flash_map_entries;
const struct flash_area *flash_map;
const int flash_map_entries;

static const struct boot_rules wide = {
	.signature = BOOT_SIGNATURE_RSA_3072,
	.hash = DFU_IMAGE_TLV_SHA512,
	.downgrade = BOOT_DOWNGRADE_BY_SECURITY_COUNTER,
	.ram_start = 0x10000000,
	.ram_size = 0xf0000000,
	.no_p384 = true,
	.check_build_number = true,
	.check_link_address = true,
	.check_signature = true,
};

static void assert_wide(void)
{
	const struct boot_rules *rules = boot_rules_get();

	assert_int_equal(rules->signature, wide.signature);
	assert_int_equal(rules->hash, wide.hash);
	assert_int_equal(rules->downgrade, wide.downgrade);
	assert_null(rules->key);
	assert_int_equal(rules->ram_start, wide.ram_start);
	assert_int_equal(rules->ram_size, wide.ram_size);
	assert_true(rules->no_p384);
	assert_true(rules->check_build_number);
	assert_true(rules->check_link_address);
	assert_true(rules->check_signature);
}

/* Those of configs/host.conf. */
static void untold_the_rules_are_those_of_kconfig(void **state)
{
	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		const struct boot_rules *rules = boot_rules_get();

		assert_int_equal(rules->signature, BOOT_SIGNATURE_UNKNOWN);
		assert_int_equal(rules->hash, 0);
		assert_int_equal(rules->downgrade, BOOT_DOWNGRADE_ALLOWED);
		assert_null(rules->key);
		assert_int_equal(rules->ram_start, 0x20000000);
		assert_int_equal(rules->ram_size, 0x40000);
		assert_false(rules->no_p384);
		assert_false(rules->check_build_number);
		assert_false(rules->check_link_address);
		assert_false(rules->check_signature);
		assert_int_equal(boot_rules_set(&wide), 0);
		assert_int_equal(boot_rules_set(NULL), 0);
	}
}

static void rules_are_copied(void **state)
{
	struct boot_rules rules = wide;

	(void)state;
	assert_int_equal(boot_rules_set(&rules), 0);
	memset(&rules, 0, sizeof(rules));
	assert_wide();
	assert_int_equal(boot_rules_set(NULL), 0);
}

static void a_field_outside_its_range_changes_nothing(void **state)
{
	struct boot_rules wrong[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		wrong[i] = (struct boot_rules){.signature = BOOT_SIGNATURE_NONE};
	}
	wrong[0].signature = BOOT_SIGNATURE_COUNT;
	wrong[1].signature = (enum boot_signature) - 1;
	wrong[2].downgrade = BOOT_DOWNGRADE_COUNT;
	wrong[3].downgrade = (enum boot_downgrade) - 1;
	wrong[4].hash = DFU_IMAGE_TLV_SHA256 - 1;
	wrong[5].hash = DFU_IMAGE_TLV_SHA512 + 1;
	wrong[6].hash = 1;
	wrong[7].hash = 0xffff;
	assert_int_equal(boot_rules_set(&wide), 0);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(boot_rules_set(&wrong[i]), -EINVAL);
		assert_wide();
	}
	assert_int_equal(boot_rules_set(NULL), 0);
}

static const struct {
	enum boot_signature signature;
	const char *name;
	int alg; /* of its keys; -1: any */
} signatures[] = {
	{BOOT_SIGNATURE_UNKNOWN, NULL, -1},
	{BOOT_SIGNATURE_NONE, NULL, -1},
	{BOOT_SIGNATURE_ECDSA_P256, "ecdsa-p256", DFU_SIG_ECDSA_P256},
	{BOOT_SIGNATURE_ECDSA_P384, "ecdsa-p384", DFU_SIG_ECDSA_P384},
	{BOOT_SIGNATURE_RSA_2048, "rsa-2048", DFU_SIG_RSA2048_PSS},
	{BOOT_SIGNATURE_RSA_3072, "rsa-3072", DFU_SIG_RSA3072_PSS},
	{BOOT_SIGNATURE_ED25519, "ed25519", DFU_SIG_ED25519},
	{BOOT_SIGNATURE_ED25519_PURE, "ed25519-pure", DFU_SIG_ED25519},
};
#define SIGNATURES (sizeof(signatures) / sizeof(signatures[0]))

static void a_key_must_be_of_the_signature_that_is_demanded(void **state)
{
	(void)state;
	assert_int_equal(SIGNATURES, BOOT_SIGNATURE_COUNT);
	for (size_t i = 0; i < SIGNATURES; i++) {
		for (int alg = DFU_SIG_ECDSA_P256; alg <= DFU_SIG_ED25519; alg++) {
			const struct dfu_image_key key = {.alg = (enum dfu_sig_alg)alg};
			const struct boot_rules rules = {.signature = signatures[i].signature,
							 .key = &key};
			const bool fits = signatures[i].alg < 0 || signatures[i].alg == alg;

			assert_int_equal(boot_rules_set(NULL), 0);
			assert_int_equal(boot_rules_set(&rules), fits ? 0 : -EINVAL);
			assert_ptr_equal(boot_rules_get()->key, fits ? &key : NULL);
		}
	}
	assert_int_equal(boot_rules_set(NULL), 0);
}

static void every_signature_has_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIGNATURES; i++) {
		const char *name = boot_signature_name(signatures[i].signature);

		if (signatures[i].name == NULL) {
			assert_null(name);
		} else {
			assert_string_equal(name, signatures[i].name);
		}
	}
	assert_null(boot_signature_name(BOOT_SIGNATURE_COUNT));
	assert_null(boot_signature_name((enum boot_signature) - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(untold_the_rules_are_those_of_kconfig),
		cmocka_unit_test(rules_are_copied),
		cmocka_unit_test(a_field_outside_its_range_changes_nothing),
		cmocka_unit_test(a_key_must_be_of_the_signature_that_is_demanded),
		cmocka_unit_test(every_signature_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
