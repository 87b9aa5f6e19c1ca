/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bootloader's look at an image. In this order:
 *
 *     header   magic; sizes whose sum is below the slot's; not encrypted, not compressed
 *     areas    [protected info of the size that the header says] info of the rest
 *     size     end of the TLVs not above the limit
 *     TLVs     one after the other; the first that is wrong ends it:
 *                 one outside the protected area that is not on the allow list
 *                 the hash of the bootloader's kind: its length, its value
 *                 a KEYHASH, which may name the key, and the signature after it
 *     at last  a hash has been seen, and the last signature by the key was right
 */
#include "boot_check.h"

#include <string.h>

#include "boot_view.h"
#include "common/bytes.h"
#include "image/der.h"

#define ECDSA_LEN_MAX 128 /* the bootloader's buffer */
#define ECDSA_HALF_MAX 48 /* P-384 */

#define FLAGS_REFUSED                                                                              \
	(DFU_IMAGE_F_ENCRYPTED_AES128 | DFU_IMAGE_F_ENCRYPTED_AES256 |                             \
	 DFU_IMAGE_F_COMPRESSED_LZMA1 | DFU_IMAGE_F_COMPRESSED_LZMA2 |                             \
	 DFU_IMAGE_F_COMPRESSED_ARM_THUMB)

/* Allowed outside the protected area, first to last; SIG_PURE besides, where signatures are pure.
 */
static const struct {
	uint16_t first;
	uint16_t last;
} allowed[] = {
	{DFU_IMAGE_TLV_KEYHASH, DFU_IMAGE_TLV_PUBKEY},
	{DFU_IMAGE_TLV_SHA256, DFU_IMAGE_TLV_SHA512},
	{DFU_IMAGE_TLV_RSA2048_PSS, DFU_IMAGE_TLV_ED25519},
	{DFU_IMAGE_TLV_ENC_FIRST, DFU_IMAGE_TLV_ENC_LAST},
};

/* How the bootloader of each kind of signature looks for it; len 0: as the format says. */
static const struct signature {
	uint16_t type;
	uint16_t len;
	uint8_t half; /* bytes of each number of an ECDSA signature */
	enum dfu_sig_alg alg;
} signatures[BOOT_SIGNATURE_COUNT] = {
	[BOOT_SIGNATURE_ECDSA_P256] = {DFU_IMAGE_TLV_ECDSA_SIG, 0, 32, DFU_SIG_ECDSA_P256},
	[BOOT_SIGNATURE_ECDSA_P384] = {DFU_IMAGE_TLV_ECDSA_SIG, 0, 48, DFU_SIG_ECDSA_P384},
	[BOOT_SIGNATURE_RSA_2048] = {DFU_IMAGE_TLV_RSA2048_PSS, 256, 0, DFU_SIG_RSA2048_PSS},
	[BOOT_SIGNATURE_RSA_3072] = {DFU_IMAGE_TLV_RSA3072_PSS, 384, 0, DFU_SIG_RSA3072_PSS},
	[BOOT_SIGNATURE_ED25519] = {DFU_IMAGE_TLV_ED25519, 64, 0, DFU_SIG_ED25519},
	[BOOT_SIGNATURE_ED25519_PURE] = {DFU_IMAGE_TLV_ED25519, 64, 0, DFU_SIG_ED25519},
};

/* A look at the TLVs under way. */
struct check {
	const struct sim_boot_view *view;
	const struct boot_rules *rules;
	struct sim_boot_areas areas;
	uint16_t hash_type;
	uint8_t digest[DFU_HASH_MAX_SIZE];
	size_t digest_len;
	bool has_hash;
	bool is_named; /* by the KEYHASH before */
	bool is_signed;
};

static bool is_allowed(const struct check *check, uint16_t type)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if (type >= allowed[i].first && type <= allowed[i].last) {
			return true;
		}
	}
	return type == DFU_IMAGE_TLV_SIG_PURE &&
	       check->rules->signature == BOOT_SIGNATURE_ED25519_PURE;
}

static bool is_hash(uint16_t type)
{
	return type >= DFU_IMAGE_TLV_SHA256 && type <= DFU_IMAGE_TLV_SHA512;
}

static bool make_digest(uint16_t hash_type, const uint8_t *data, size_t len, uint8_t *digest)
{
	struct dfu_hash hash;

	if (dfu_hash_begin(&hash, (enum dfu_hash_alg)(hash_type - DFU_IMAGE_TLV_SHA256)) != 0) {
		return false;
	}
	if (dfu_hash_update(&hash, data, len) != 0) {
		dfu_hash_abort(&hash);
		return false;
	}
	return dfu_hash_end(&hash, digest) == 0;
}

/* The bootloader's kind; where that is not known, the one of the image's first hash. */
static uint16_t hash_type_of(const struct check *check)
{
	size_t at = 0;
	struct sim_boot_tlv tlv;

	if (check->rules->hash != 0) {
		return check->rules->hash;
	}
	while (sim_boot_tlv_next(check->view, &check->areas, &at, &tlv) == 1) {
		if (is_hash(tlv.type)) {
			return tlv.type;
		}
	}
	return DFU_IMAGE_TLV_SHA256;
}

static const char *check_hash(struct check *check, const struct sim_boot_tlv *tlv)
{
	if (tlv->len != check->digest_len ||
	    memcmp(&check->view->bytes[tlv->off], check->digest, tlv->len) != 0) {
		return "its hash is wrong";
	}
	check->has_hash = true;
	return NULL;
}

/* The beginning of a hash names the key, too. */
static const char *check_key_hash(struct check *check, const struct sim_boot_tlv *tlv)
{
	const struct dfu_image_key *key = check->rules->key;
	uint8_t digest[DFU_HASH_MAX_SIZE];

	if (tlv->len > check->digest_len) {
		return "its key hash is too long";
	}
	check->is_named = make_digest(check->hash_type, key->hashed, key->hashed_len, digest) &&
			  memcmp(&check->view->bytes[tlv->off], digest, tlv->len) == 0;
	return NULL;
}

static bool signature_is_right(const struct check *check, const struct sim_boot_tlv *tlv)
{
	const struct signature *kind = &signatures[check->rules->signature];
	const struct dfu_image_key *key = check->rules->key;
	const bool is_pure = check->rules->signature == BOOT_SIGNATURE_ED25519_PURE;
	const uint8_t *value = &check->view->bytes[tlv->off];
	uint8_t rs[2 * ECDSA_HALF_MAX];
	size_t len = tlv->len;

	if (check->rules->no_p384 && kind->alg == DFU_SIG_ECDSA_P384) {
		return false;
	}
	if (kind->half != 0) {
		if (!der_ecdsa_signature(value, len, rs, kind->half)) {
			return false;
		}
		value = rs;
		len = 2u * kind->half;
	}
	return dfu_signature_verify(kind->alg, key->raw, key->raw_len,
				    is_pure ? check->view->bytes : check->digest,
				    is_pure ? check->areas.protected_end : check->digest_len, value,
				    len) == 0;
}

static const char *check_signature(struct check *check, const struct sim_boot_tlv *tlv)
{
	const struct signature *kind = &signatures[check->rules->signature];

	if (!check->is_named) {
		return NULL;
	}
	if (kind->len != 0 ? tlv->len != kind->len : tlv->len > ECDSA_LEN_MAX) {
		return "its signature has a wrong length";
	}
	check->is_named = false;
	check->is_signed = signature_is_right(check, tlv);
	return NULL;
}

static bool demands_signature(const struct boot_rules *rules)
{
	return signatures[rules->signature].type != 0 && rules->key != NULL;
}

static const char *check_tlv(struct check *check, const struct sim_boot_tlv *tlv)
{
	const bool by_key = demands_signature(check->rules);
	const bool is_whole = range_fits(tlv->off, tlv->len, check->view->len);

	if (!sim_boot_tlv_is_protected(&check->areas, tlv) && !is_allowed(check, tlv->type)) {
		return "a TLV is not allowed where it is";
	}
	if (tlv->type == check->hash_type &&
	    check->rules->signature != BOOT_SIGNATURE_ED25519_PURE) {
		return is_whole ? check_hash(check, tlv) : "its hash is beyond the slot";
	}
	if (by_key && tlv->type == DFU_IMAGE_TLV_KEYHASH) {
		return is_whole ? check_key_hash(check, tlv) : "its key hash is beyond the slot";
	}
	if (by_key && tlv->type == signatures[check->rules->signature].type) {
		return is_whole ? check_signature(check, tlv) : "its signature is beyond the slot";
	}
	return NULL;
}

/* With pure signatures the first TLV of that type must say so, and no hash is asked for. */
static bool says_pure(const struct check *check)
{
	size_t at = 0;
	struct sim_boot_tlv tlv;

	while (sim_boot_tlv_next(check->view, &check->areas, &at, &tlv) == 1) {
		if (tlv.type == DFU_IMAGE_TLV_SIG_PURE) {
			return tlv.len == 1 && range_fits(tlv.off, 1, check->view->len) &&
			       check->view->bytes[tlv.off] != 0;
		}
	}
	return false;
}

static const char *check_tlvs(struct check *check)
{
	size_t at = 0;
	struct sim_boot_tlv tlv;
	int more;

	while ((more = sim_boot_tlv_next(check->view, &check->areas, &at, &tlv)) == 1) {
		const char *why = check_tlv(check, &tlv);

		if (why != NULL) {
			return why;
		}
	}
	return more < 0 ? "its TLVs pass the end of the slot" : NULL;
}

const char *sim_boot_check_header(const struct sim_boot_view *view)
{
	const uint64_t size = (uint64_t)sim_boot_view_header_size(view) +
			      sim_boot_view_payload_size(view) + sim_boot_view_protected_size(view);

	if (sim_boot_view_magic(view) != DFU_IMAGE_MAGIC) {
		return "it has no header";
	}
	if (size >= view->slot_size) {
		return "its header tells of more than the slot";
	}
	return (sim_boot_view_flags(view) & FLAGS_REFUSED) != 0 ? "it is encrypted or compressed"
								: NULL;
}

const char *sim_boot_check_image(const struct sim_boot_view *view, const struct boot_rules *rules,
				 size_t limit)
{
	struct check check = {.view = view, .rules = rules};
	const char *why;

	if (!sim_boot_tlv_areas(view, &check.areas)) {
		return "it has no TLVs";
	}
	if (check.areas.end > limit) {
		return "it is too large";
	}
	check.hash_type = hash_type_of(&check);
	check.digest_len =
		dfu_hash_size((enum dfu_hash_alg)(check.hash_type - DFU_IMAGE_TLV_SHA256));
	check.has_hash = rules->signature == BOOT_SIGNATURE_ED25519_PURE;
	if (check.has_hash && !says_pure(&check)) {
		return "its signature is not pure";
	}
	if (!make_digest(check.hash_type, view->bytes, check.areas.protected_end, check.digest)) {
		return "its hash cannot be made";
	}
	why = check_tlvs(&check);
	if (why != NULL) {
		return why;
	}
	if (!check.has_hash) {
		return "it has no hash of the bootloader's kind";
	}
	return demands_signature(rules) && !check.is_signed ? "it is not signed by the key" : NULL;
}

const char *sim_boot_check(const struct sim_boot_view *view, const struct boot_rules *rules,
			   size_t limit)
{
	const char *why = sim_boot_check_header(view);

	return why != NULL ? why : sim_boot_check_image(view, rules, limit);
}
