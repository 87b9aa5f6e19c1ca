/* SPDX-License-Identifier: Apache-2.0 */
#include "vector_rules.h"

#include <string.h>

#include "support/test_key.h"
#include "vector_device.h"

#define EXECUTABLE_RAM 0x20000000
#define EXECUTABLE_RAM_SIZE 0x40000

static struct test_key key;

static enum boot_signature signature_of(const char *name)
{
	for (unsigned int i = 0; i < BOOT_SIGNATURE_COUNT; i++) {
		const char *known = boot_signature_name((enum boot_signature)i);

		if (known != NULL && strcmp(name, known) == 0) {
			return (enum boot_signature)i;
		}
	}
	assert_string_equal(name, "none");
	return BOOT_SIGNATURE_NONE;
}

static uint16_t hash_of(const char *name)
{
	static const char *const names[] = {"sha256", "sha384", "sha512"};

	for (size_t i = 0; i < 3; i++) {
		if (strcmp(name, names[i]) == 0) {
			return (uint16_t)(DFU_IMAGE_TLV_SHA256 + i);
		}
	}
	fail_msg("no hash %s", name);
	return 0;
}

static enum boot_downgrade downgrade_of(const char *name)
{
	static const char *const names[] = {"none", "version", "security-counter"};

	for (unsigned int i = 0; i < BOOT_DOWNGRADE_COUNT; i++) {
		if (strcmp(name, names[i]) == 0) {
			return (enum boot_downgrade)i;
		}
	}
	fail_msg("no downgrade %s", name);
	return BOOT_DOWNGRADE_ALLOWED;
}

void vector_rules_set(const json_t *mcuboot)
{
	struct boot_rules rules = {
		.signature = signature_of(vector_string(mcuboot, "signature")),
		.hash = hash_of(vector_string(mcuboot, "hash")),
		.downgrade = downgrade_of(vector_string(mcuboot, "downgrade")),
		.ram_start = EXECUTABLE_RAM,
		.ram_size = EXECUTABLE_RAM_SIZE,
	};

	if (json_is_string(json_object_get(mcuboot, "key"))) {
		test_key_load_recorded(&key, vector_string(mcuboot, "key"));
		rules.key = &key.key;
	}
	rules.no_p384 = rules.signature == BOOT_SIGNATURE_ECDSA_P384;
	assert_int_equal(boot_rules_set(&rules), 0);
}

void vector_rules_end(void)
{
	assert_int_equal(boot_rules_set(NULL), 0);
	test_key_free(&key);
	key = (struct test_key){0};
}
