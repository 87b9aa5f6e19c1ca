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
 *
 * Lengths are believed as the bootloader believes them: an entry may reach beyond its area, and the
 * next one is looked for behind it. Only the end of the slot stops a read.
 */
#include "boot_check.h"

#include <string.h>

#include "common/bytes.h"
#include "image/der.h"

#define TLV_LEN 4
#define INFO_MAGIC 0x6907
#define INFO_MAGIC_PROTECTED 0x6908

#define SIGNATURE_LEN_MAX 384
#define DEPENDENCY_LEN 12

#define FLAGS_REFUSED                                                                              \
	(DFU_IMAGE_F_ENCRYPTED_AES128 | DFU_IMAGE_F_ENCRYPTED_AES256 |                             \
	 DFU_IMAGE_F_COMPRESSED_LZMA1 | DFU_IMAGE_F_COMPRESSED_LZMA2 |                             \
	 DFU_IMAGE_F_COMPRESSED_ARM_THUMB)

/* Allowed outside the protected area, SIG_PURE besides where signatures are pure. */
static const uint16_t allowed[] = {
	DFU_IMAGE_TLV_KEYHASH,
	DFU_IMAGE_TLV_PUBKEY,
	DFU_IMAGE_TLV_SHA256,
	DFU_IMAGE_TLV_SHA384,
	DFU_IMAGE_TLV_SHA512,
	DFU_IMAGE_TLV_RSA2048_PSS,
	0x21 /* ECDSA-224 */,
	DFU_IMAGE_TLV_ECDSA_SIG,
	DFU_IMAGE_TLV_RSA3072_PSS,
	DFU_IMAGE_TLV_ED25519,
	0x30,
	0x31,
	0x32,
	0x33,
	0x34 /* kinds of encryption */,
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

#define ECDSA_LEN_MAX 128 /* the bootloader's buffer */

/* The TLV areas; offsets from the start of the image. */
struct areas {
	size_t start;         /* of the first area */
	size_t protected_end; /* start if there is none */
	size_t end;
};

struct tlv {
	uint16_t type;
	uint16_t len;
	size_t off; /* of the value */
};

/* A look at the TLVs under way. */
struct check {
	const struct sim_boot_view *view;
	const struct boot_rules *rules;
	struct areas areas;
	uint16_t hash_type;
	uint8_t digest[DFU_HASH_MAX_SIZE];
	size_t digest_len;
	bool has_hash;
	bool is_named; /* by the KEYHASH before */
	bool is_signed;
};

static uint16_t header_size(const struct sim_boot_view *view)
{
	return get_le16(&view->bytes[8]);
}

static uint16_t protected_size(const struct sim_boot_view *view)
{
	return get_le16(&view->bytes[10]);
}

static uint32_t payload_size(const struct sim_boot_view *view)
{
	return get_le32(&view->bytes[12]);
}

static struct dfu_image_version version_at(const uint8_t *bytes)
{
	return (struct dfu_image_version){
		.major = bytes[0],
		.minor = bytes[1],
		.revision = get_le16(&bytes[2]),
		.build = get_le32(&bytes[4]),
	};
}

/* Two numbers of 16 bits, of an info or of an entry. */
static bool read_pair(const struct sim_boot_view *view, size_t off, uint16_t pair[2])
{
	if (!range_fits(off, TLV_LEN, view->len)) {
		return false;
	}
	pair[0] = get_le16(&view->bytes[off]);
	pair[1] = get_le16(&view->bytes[off + 2]);
	return true;
}

static bool find_areas(const struct sim_boot_view *view, struct areas *areas)
{
	const uint64_t start = (uint64_t)header_size(view) + payload_size(view);
	const uint16_t protected_len = protected_size(view);
	uint16_t info[2];

	if (start > view->len || !read_pair(view, (size_t)start, info)) {
		return false;
	}
	if (info[0] == INFO_MAGIC_PROTECTED) {
		if (info[1] != protected_len ||
		    !read_pair(view, (size_t)start + protected_len, info)) {
			return false;
		}
	} else if (protected_len != 0) {
		return false;
	}
	areas->start = (size_t)start;
	areas->protected_end = areas->start + protected_len;
	areas->end = areas->protected_end + info[1];
	return info[0] == INFO_MAGIC;
}

/* Entry at *at, which moves on; *at is 0 to begin. 1, 0: no more, -1: beyond the slot. */
static int next_tlv(const struct sim_boot_view *view, const struct areas *areas, size_t *at,
		    struct tlv *tlv)
{
	uint16_t pair[2];

	if (*at == 0) {
		*at = areas->start + TLV_LEN;
	}
	if (*at >= areas->end) {
		return 0;
	}
	if (areas->protected_end > areas->start && *at == areas->protected_end) {
		*at += TLV_LEN;
	}
	if (!read_pair(view, *at, pair)) {
		return -1;
	}
	*tlv = (struct tlv){.type = pair[0], .len = pair[1], .off = *at + TLV_LEN};
	*at = tlv->off + tlv->len;
	return 1;
}

/* An empty one at the end of the protected area lies, by its value, already behind it. */
static bool is_protected(const struct areas *areas, const struct tlv *tlv)
{
	return tlv->off < areas->protected_end;
}

static bool is_allowed(const struct check *check, uint16_t type)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if (type == allowed[i]) {
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
	struct tlv tlv;

	if (check->rules->hash != 0) {
		return check->rules->hash;
	}
	while (next_tlv(check->view, &check->areas, &at, &tlv) == 1) {
		if (is_hash(tlv.type)) {
			return tlv.type;
		}
	}
	return DFU_IMAGE_TLV_SHA256;
}

static const char *check_hash(struct check *check, const struct tlv *tlv)
{
	if (tlv->len != check->digest_len ||
	    memcmp(&check->view->bytes[tlv->off], check->digest, tlv->len) != 0) {
		return "its hash is wrong";
	}
	check->has_hash = true;
	return NULL;
}

/* The beginning of a hash names the key, too. */
static const char *check_key_hash(struct check *check, const struct tlv *tlv)
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

static bool signature_is_right(const struct check *check, const struct tlv *tlv)
{
	const struct signature *kind = &signatures[check->rules->signature];
	const struct dfu_image_key *key = check->rules->key;
	const bool is_pure = check->rules->signature == BOOT_SIGNATURE_ED25519_PURE;
	const uint8_t *value = &check->view->bytes[tlv->off];
	uint8_t rs[2 * 48];
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

static const char *check_signature(struct check *check, const struct tlv *tlv)
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

static const char *check_tlv(struct check *check, const struct tlv *tlv)
{
	const bool by_key = demands_signature(check->rules);
	const bool is_whole = range_fits(tlv->off, tlv->len, check->view->len);

	if (!is_protected(&check->areas, tlv) && !is_allowed(check, tlv->type)) {
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
	struct tlv tlv;

	while (next_tlv(check->view, &check->areas, &at, &tlv) == 1) {
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
	struct tlv tlv;
	int more;

	while ((more = next_tlv(check->view, &check->areas, &at, &tlv)) == 1) {
		const char *why = check_tlv(check, &tlv);

		if (why != NULL) {
			return why;
		}
	}
	return more < 0 ? "its TLVs pass the end of the slot" : NULL;
}

uint32_t sim_boot_view_magic(const struct sim_boot_view *view)
{
	return get_le32(view->bytes);
}

uint32_t sim_boot_view_load_addr(const struct sim_boot_view *view)
{
	return get_le32(&view->bytes[4]);
}

uint32_t sim_boot_view_flags(const struct sim_boot_view *view)
{
	return get_le32(&view->bytes[16]);
}

struct dfu_image_version sim_boot_view_version(const struct sim_boot_view *view)
{
	return version_at(&view->bytes[20]);
}

bool sim_boot_view_is_blank(const struct sim_boot_view *view)
{
	return bytes_are(view->bytes, sizeof(uint32_t), view->erased);
}

bool sim_boot_view_is_empty(const struct sim_boot_view *view)
{
	return sim_boot_view_is_blank(view) ||
	       (sim_boot_view_flags(view) & DFU_IMAGE_F_NON_BOOTABLE) != 0;
}

const char *sim_boot_check_header(const struct sim_boot_view *view)
{
	const uint64_t size =
		(uint64_t)header_size(view) + payload_size(view) + protected_size(view);

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

	if (!find_areas(view, &check.areas)) {
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

size_t sim_boot_view_size(const struct sim_boot_view *view)
{
	struct areas areas;

	return find_areas(view, &areas) ? areas.end : 0;
}

bool sim_boot_view_security_counter(const struct sim_boot_view *view, uint32_t *counter)
{
	struct areas areas;
	struct tlv tlv;
	size_t at = 0;

	if (!find_areas(view, &areas)) {
		return false;
	}
	while (next_tlv(view, &areas, &at, &tlv) == 1 && tlv.off - TLV_LEN < areas.protected_end) {
		if (tlv.type == DFU_IMAGE_TLV_SEC_CNT) {
			if (tlv.len != sizeof(*counter) ||
			    !range_fits(tlv.off, tlv.len, view->len)) {
				return false;
			}
			*counter = get_le32(&view->bytes[tlv.off]);
			return true;
		}
	}
	return false;
}

int sim_boot_view_dependency(const struct sim_boot_view *view, size_t *at,
			     struct sim_boot_dependency *dependency)
{
	struct areas areas;
	struct tlv tlv;
	int more;

	if (!find_areas(view, &areas)) {
		return -1;
	}
	while ((more = next_tlv(view, &areas, at, &tlv)) == 1 &&
	       tlv.off - TLV_LEN < areas.protected_end) {
		if (tlv.type != DFU_IMAGE_TLV_DEPENDENCY) {
			continue;
		}
		if (tlv.len != DEPENDENCY_LEN || !range_fits(tlv.off, tlv.len, view->len)) {
			return -1;
		}
		dependency->image = view->bytes[tlv.off];
		dependency->version = version_at(&view->bytes[tlv.off + 4]);
		return 1;
	}
	return more < 0 ? -1 : 0;
}

int sim_boot_version_compare(const struct dfu_image_version *a, const struct dfu_image_version *b)
{
	if (a->major != b->major) {
		return a->major < b->major ? -1 : 1;
	}
	if (a->minor != b->minor) {
		return a->minor < b->minor ? -1 : 1;
	}
	return a->revision == b->revision ? 0 : a->revision < b->revision ? -1 : 1;
}
