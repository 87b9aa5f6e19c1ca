/* SPDX-License-Identifier: Apache-2.0 */
/* What the bootloader takes, as Kconfig tells it; inline, so that what never applies goes away. */
#ifndef BOOT_RULES_H
#define BOOT_RULES_H

#include <dfu/boot_rules.h>
#include <dfu/config.h>

#if IS_ENABLED(CONFIG_BOOT_SIGNATURE_TYPE_NONE)
#define BOOT_RULES_SIGNATURE BOOT_SIGNATURE_NONE
#elif IS_ENABLED(CONFIG_BOOT_SIGNATURE_TYPE_ECDSA_P256)
#define BOOT_RULES_SIGNATURE BOOT_SIGNATURE_ECDSA_P256
#elif IS_ENABLED(CONFIG_BOOT_SIGNATURE_TYPE_ECDSA_P384)
#define BOOT_RULES_SIGNATURE BOOT_SIGNATURE_ECDSA_P384
#elif IS_ENABLED(CONFIG_BOOT_SIGNATURE_TYPE_RSA_2048)
#define BOOT_RULES_SIGNATURE BOOT_SIGNATURE_RSA_2048
#elif IS_ENABLED(CONFIG_BOOT_SIGNATURE_TYPE_RSA_3072)
#define BOOT_RULES_SIGNATURE BOOT_SIGNATURE_RSA_3072
#elif IS_ENABLED(CONFIG_BOOT_SIGNATURE_TYPE_ED25519)
#define BOOT_RULES_SIGNATURE BOOT_SIGNATURE_ED25519
#elif IS_ENABLED(CONFIG_BOOT_SIGNATURE_TYPE_ED25519_PURE)
#define BOOT_RULES_SIGNATURE BOOT_SIGNATURE_ED25519_PURE
#else
#define BOOT_RULES_SIGNATURE BOOT_SIGNATURE_UNKNOWN
#endif

#if IS_ENABLED(CONFIG_BOOT_IMG_HASH_ALG_SHA256)
#define BOOT_RULES_HASH DFU_IMAGE_TLV_SHA256
#elif IS_ENABLED(CONFIG_BOOT_IMG_HASH_ALG_SHA384)
#define BOOT_RULES_HASH DFU_IMAGE_TLV_SHA384
#elif IS_ENABLED(CONFIG_BOOT_IMG_HASH_ALG_SHA512)
#define BOOT_RULES_HASH DFU_IMAGE_TLV_SHA512
#else
#define BOOT_RULES_HASH 0
#endif

#if IS_ENABLED(CONFIG_MCUBOOT_DOWNGRADE_PREVENTION_SECURITY_COUNTER)
#define BOOT_RULES_DOWNGRADE BOOT_DOWNGRADE_BY_SECURITY_COUNTER
#elif IS_ENABLED(CONFIG_MCUBOOT_DOWNGRADE_PREVENTION) ||                                           \
	IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_NO_DOWNGRADE)
#define BOOT_RULES_DOWNGRADE BOOT_DOWNGRADE_BY_VERSION
#else
#define BOOT_RULES_DOWNGRADE BOOT_DOWNGRADE_ALLOWED
#endif

#define BOOT_RULES_KCONFIG                                                                         \
	{                                                                                          \
		.signature = BOOT_RULES_SIGNATURE,                                                 \
		.hash = BOOT_RULES_HASH,                                                           \
		.downgrade = BOOT_RULES_DOWNGRADE,                                                 \
		.ram_start = CONFIG_BOOT_RAM_START,                                                \
		.ram_size = CONFIG_BOOT_RAM_SIZE,                                                  \
		.bootloader_image = CONFIG_MCUBOOT_MCUBOOT_IMAGE_NUMBER,                           \
		.flash_base = CONFIG_FLASH_BASE_ADDRESS,                                           \
		.check_build_number = IS_ENABLED(CONFIG_DFU_TARGET_CHECK_BUILD_NUMBER),            \
		.check_link_address = IS_ENABLED(CONFIG_DFU_TARGET_CHECK_LINK_ADDRESS),            \
		.check_signature = IS_ENABLED(CONFIG_DFU_TARGET_CHECK_SIGNATURE),                  \
	}

/* boot_rules_get() */
static inline const struct boot_rules *boot_rules(void)
{
	static const struct boot_rules kconfig = BOOT_RULES_KCONFIG;

	return IS_ENABLED(CONFIG_BOOT_ARRANGEMENT_RUNTIME) ? boot_rules_get() : &kconfig;
}

#endif
