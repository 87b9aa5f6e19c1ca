/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <inttypes.h>
#include <stdio.h>

struct word {
	uint32_t value;
	const char *name;
};

static const struct word flag_words[] = {
	{DFU_IMAGE_F_PIC, "pic"},
	{DFU_IMAGE_F_ENCRYPTED_AES128, "aes128"},
	{DFU_IMAGE_F_ENCRYPTED_AES256, "aes256"},
	{DFU_IMAGE_F_NON_BOOTABLE, "non-bootable"},
	{DFU_IMAGE_F_RAM_LOAD, "ram-load"},
	{DFU_IMAGE_F_ROM_FIXED, "rom-fixed"},
	{DFU_IMAGE_F_COMPRESSED_LZMA1, "lzma1"},
	{DFU_IMAGE_F_COMPRESSED_LZMA2, "lzma2"},
	{DFU_IMAGE_F_COMPRESSED_ARM_THUMB, "arm-thumb"},
};

static const struct word tlv_words[] = {
	{DFU_IMAGE_TLV_KEYHASH, "keyhash"},
	{DFU_IMAGE_TLV_PUBKEY, "pubkey"},
	{DFU_IMAGE_TLV_SHA256, "sha256"},
	{DFU_IMAGE_TLV_SHA384, "sha384"},
	{DFU_IMAGE_TLV_SHA512, "sha512"},
	{DFU_IMAGE_TLV_RSA2048_PSS, "rsa2048"},
	{0x21, "ecdsa224"},
	{DFU_IMAGE_TLV_ECDSA_SIG, "ecdsa"},
	{DFU_IMAGE_TLV_RSA3072_PSS, "rsa3072"},
	{DFU_IMAGE_TLV_ED25519, "ed25519"},
	{DFU_IMAGE_TLV_SIG_PURE, "sig-pure"},
	{0x30, "enc-rsa2048"},
	{0x31, "enc-kw"},
	{0x32, "enc-ec256"},
	{0x33, "enc-x25519"},
	{0x34, "enc-x25519-sha512"},
	{DFU_IMAGE_TLV_DEPENDENCY, "dependency"},
	{DFU_IMAGE_TLV_SEC_CNT, "sec-cnt"},
	{0x60, "boot-record"},
	{0x70, "decomp-size"},
	{0x71, "decomp-sha"},
	{0x72, "decomp-signature"},
	{0x73, "comp-dec-size"},
	{0x74, "uuid-vid"},
	{0x75, "uuid-cid"},
};

json_t *cli_flag_names(uint32_t flags)
{
	json_t *names = json_array();

	for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
		if ((flags & flag_words[i].value) != 0) {
			(void)json_array_append_new(names, json_string(flag_words[i].name));
			flags &= ~flag_words[i].value;
		}
	}
	if (flags != 0) {
		(void)json_array_append_new(names, json_sprintf("0x%08" PRIx32, flags));
	}
	return names;
}

json_t *cli_tlv_name(uint16_t type)
{
	for (size_t i = 0; i < sizeof(tlv_words) / sizeof(tlv_words[0]); i++) {
		if (tlv_words[i].value == type) {
			return json_string(tlv_words[i].name);
		}
	}
	return json_sprintf("0x%04x", (unsigned int)type);
}

const char *cli_hash_name(uint16_t type)
{
	switch (type) {
	case DFU_IMAGE_TLV_SHA256:
		return "sha256";
	case DFU_IMAGE_TLV_SHA384:
		return "sha384";
	case DFU_IMAGE_TLV_SHA512:
		return "sha512";
	default:
		return NULL;
	}
}

const char *cli_signature_name(const struct dfu_image_report *report, bool pure)
{
	switch (report->signature_type) {
	case DFU_IMAGE_TLV_ECDSA_SIG:
		return report->hash_type == DFU_IMAGE_TLV_SHA384 ? "ecdsa-p384" : "ecdsa-p256";
	case DFU_IMAGE_TLV_RSA2048_PSS:
		return "rsa-2048";
	case DFU_IMAGE_TLV_RSA3072_PSS:
		return "rsa-3072";
	case DFU_IMAGE_TLV_ED25519:
		return pure ? "ed25519-pure" : "ed25519";
	default:
		return NULL;
	}
}
