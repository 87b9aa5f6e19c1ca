/* SPDX-License-Identifier: Apache-2.0 */
/* What the bootloader was built to take: constants of Kconfig, or set at run time. */
#include "boot/rules.h"

static const char *const names[] = {
	[BOOT_SIGNATURE_ECDSA_P256] = "ecdsa-p256", [BOOT_SIGNATURE_ECDSA_P384] = "ecdsa-p384",
	[BOOT_SIGNATURE_RSA_2048] = "rsa-2048",     [BOOT_SIGNATURE_RSA_3072] = "rsa-3072",
	[BOOT_SIGNATURE_ED25519] = "ed25519",       [BOOT_SIGNATURE_ED25519_PURE] = "ed25519-pure",
};

const char *boot_signature_name(enum boot_signature signature)
{
	return (unsigned int)signature < BOOT_SIGNATURE_COUNT ? names[signature] : NULL;
}

#if IS_ENABLED(CONFIG_BOOT_ARRANGEMENT_RUNTIME)

static struct boot_rules current = BOOT_RULES_KCONFIG;

const struct boot_rules *boot_rules_get(void)
{
	return &current;
}

/* Whether the key is one of the signature that is demanded, where one is. */
static bool key_fits(const struct boot_rules *rules)
{
	static const enum dfu_sig_alg algs[BOOT_SIGNATURE_COUNT] = {
		[BOOT_SIGNATURE_ECDSA_P256] = DFU_SIG_ECDSA_P256,
		[BOOT_SIGNATURE_ECDSA_P384] = DFU_SIG_ECDSA_P384,
		[BOOT_SIGNATURE_RSA_2048] = DFU_SIG_RSA2048_PSS,
		[BOOT_SIGNATURE_RSA_3072] = DFU_SIG_RSA3072_PSS,
		[BOOT_SIGNATURE_ED25519] = DFU_SIG_ED25519,
		[BOOT_SIGNATURE_ED25519_PURE] = DFU_SIG_ED25519,
	};

	return rules->key == NULL || names[rules->signature] == NULL ||
	       rules->key->alg == algs[rules->signature];
}

int boot_rules_set(const struct boot_rules *rules)
{
	static const struct boot_rules kconfig = BOOT_RULES_KCONFIG;

	if (rules == NULL) {
		rules = &kconfig;
	}
	if ((unsigned int)rules->signature >= BOOT_SIGNATURE_COUNT ||
	    (unsigned int)rules->downgrade >= BOOT_DOWNGRADE_COUNT ||
	    (rules->hash != 0 &&
	     (rules->hash < DFU_IMAGE_TLV_SHA256 || rules->hash > DFU_IMAGE_TLV_SHA512)) ||
	    !key_fits(rules)) {
		return -EINVAL;
	}
	current = *rules;
	return 0;
}

#else

const struct boot_rules *boot_rules_get(void)
{
	static const struct boot_rules rules = BOOT_RULES_KCONFIG;

	return &rules;
}

#endif
