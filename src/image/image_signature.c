/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which signatures of an image count for a key, and what they say. The rules are MCUboot's:
 *
 *     TLVs:   KEYHASH k1  SIG  KEYHASH k2  SIG  ...
 *
 * - A signature counts if the KEYHASH before it is the hash of the key, made with the image's own
 *   hash, and its type is the one of the key. Each KEYHASH speaks for one signature.
 * - Signatures by other keys do not matter. Of several by this key the last one decides.
 * - One that cannot be a signature by its length, and a KEYHASH that is not as long as a hash, end
 *   the search: MCUboot refuses the image then, whatever else is in it.
 * - Each kind of key goes with the hashes that MCUboot has for it. With another hash no signature
 *   by it counts.
 */
#include <string.h>

#include "image/der.h"
#include "image/image_demand.h"
#include "image/image_internal.h"

#define SIGNATURE_LEN_MAX 384 /* RSA-3072 */
#define ECDSA_LEN_MAX 128     /* what MCUboot's buffer takes */
#define ECDSA_HALF_MAX 48     /* P-384 */

#define HASH_BIT(alg) (1u << (alg))

struct kind {
	uint16_t type; /* of the signature TLV */
	uint16_t len_min;
	uint16_t len_max;
	uint8_t half;   /* bytes of each number of an ECDSA signature, 0 for other kinds */
	uint8_t hashes; /* HASH_BITs */
};

static const struct kind kinds[] = {
	[DFU_SIG_ECDSA_P256] = {DFU_IMAGE_TLV_ECDSA_SIG, 0, ECDSA_LEN_MAX, 32,
				HASH_BIT(DFU_HASH_SHA256)},
	[DFU_SIG_ECDSA_P384] = {DFU_IMAGE_TLV_ECDSA_SIG, 0, ECDSA_LEN_MAX, 48,
				HASH_BIT(DFU_HASH_SHA384)},
	[DFU_SIG_RSA2048_PSS] = {DFU_IMAGE_TLV_RSA2048_PSS, 256, 256, 0, HASH_BIT(DFU_HASH_SHA256)},
	[DFU_SIG_RSA3072_PSS] = {DFU_IMAGE_TLV_RSA3072_PSS, 384, 384, 0, HASH_BIT(DFU_HASH_SHA256)},
	[DFU_SIG_ED25519] = {DFU_IMAGE_TLV_ED25519, 64, 64, 0,
			     HASH_BIT(DFU_HASH_SHA256) | HASH_BIT(DFU_HASH_SHA512)},
};

/* What all signatures of one image are judged with. */
struct judge {
	const struct dfu_image *image;
	const struct dfu_image_key *key;
	const struct kind *kind;
	const uint8_t *message; /* NULL: the image, through the work buffer */
	size_t message_len;
	uint8_t *buf; /* work buffer, len bytes */
	size_t len;
	uint8_t key_hash[DFU_HASH_MAX_SIZE];
	size_t hash_len;
};

static int key_hash(const struct dfu_image_key *key, enum dfu_hash_alg alg, uint8_t *digest)
{
	struct dfu_hash hash;
	int rc = dfu_hash_begin(&hash, alg);

	if (rc != 0) {
		return rc;
	}
	rc = dfu_hash_update(&hash, key->hashed, key->hashed_len);
	if (rc != 0) {
		dfu_hash_abort(&hash);
		return rc;
	}
	return dfu_hash_end(&hash, digest);
}

/* A pure signature is over the image itself, which may or may not lie in memory in one piece. */
static int message_set(struct judge *judge, struct dfu_image_report *report)
{
	const struct dfu_image_source *source = &judge->image->source;

	if (!report->is_pure) {
		judge->message = report->hash;
		judge->message_len = report->hash_len;
		return 0;
	}
	if (judge->key->alg != DFU_SIG_ED25519) {
		return image_refuse(&report->fault, DFU_IMAGE_UNSUPPORTED);
	}
	judge->message = source->head == NULL ? source->mapped : NULL;
	judge->message_len = judge->image->hashed_size;
	return 0;
}

static int names_key(const struct judge *judge, const struct dfu_image_tlv *tlv, bool *is_named,
		     enum dfu_image_fault *fault)
{
	uint8_t value[DFU_HASH_MAX_SIZE];

	if (tlv->len != judge->hash_len) {
		return image_refuse(fault, DFU_IMAGE_HASH_LENGTH);
	}
	int rc = dfu_image_tlv_read(judge->image, tlv, value, sizeof(value));

	if (rc != 0) {
		return rc;
	}
	*is_named = memcmp(value, judge->key_hash, judge->hash_len) == 0;
	return 0;
}

/* What Ed25519 signs by, of an image that is read piece by piece; see dfu_ed25519_verify(). */
static int pieces_digest(const struct judge *judge, const uint8_t *sig, uint8_t *digest,
			 enum dfu_image_fault *fault)
{
	struct dfu_hash hash;
	int rc = dfu_hash_begin(&hash, DFU_HASH_SHA512);

	if (rc != 0) {
		return image_crypto_result(fault, rc);
	}
	rc = dfu_hash_update(&hash, sig, DFU_ED25519_SIG_SIZE / 2);
	if (rc == 0) {
		rc = dfu_hash_update(&hash, judge->key->raw, judge->key->raw_len);
	}
	if (rc != 0) {
		dfu_hash_abort(&hash);
		return rc;
	}
	rc = image_hash_update(judge->image, &hash, judge->buf, judge->len);
	return rc == 0 ? dfu_hash_end(&hash, digest) : rc;
}

/* The report's finding says whether the signature is right; an error means that nobody knows. */
static int signature_judge(const struct judge *judge, const struct dfu_image_tlv *tlv,
			   struct dfu_image_report *report)
{
	const struct kind *kind = judge->kind;
	uint8_t value[SIGNATURE_LEN_MAX];
	uint8_t rs[2 * ECDSA_HALF_MAX];
	uint8_t digest[DFU_HASH_MAX_SIZE];
	const uint8_t *sig = value;
	size_t sig_len = tlv->len;
	int rc = dfu_image_tlv_read(judge->image, tlv, value, sizeof(value));

	if (rc != 0) {
		return rc;
	}
	if (kind->half != 0) {
		if (!der_ecdsa_signature(value, tlv->len, rs, kind->half)) {
			report->signature_finding = DFU_IMAGE_INVALID;
			return 0;
		}
		sig = rs;
		sig_len = 2u * kind->half;
	}
	if (judge->message != NULL) {
		rc = dfu_signature_verify(judge->key->alg, judge->key->raw, judge->key->raw_len,
					  judge->message, judge->message_len, sig, sig_len);
	} else {
		rc = pieces_digest(judge, sig, digest, &report->fault);
		if (rc != 0) {
			return rc;
		}
		rc = dfu_ed25519_verify(judge->key->raw, digest, sig);
	}
	if (rc != 0 && rc != -EACCES) {
		return image_crypto_result(&report->fault, rc);
	}
	report->signature_finding = rc == 0 ? DFU_IMAGE_VALID : DFU_IMAGE_INVALID;
	return 0;
}

static int signatures_walk(const struct judge *judge, struct dfu_image_report *report)
{
	struct dfu_image_tlv tlv = {0};
	bool is_named = false;
	int rc;

	while ((rc = image_tlv_step(judge->image, &tlv)) > 0) {
		rc = 0;
		if (tlv.type == DFU_IMAGE_TLV_KEYHASH) {
			rc = names_key(judge, &tlv, &is_named, &report->fault);
		} else if (tlv.type == judge->kind->type && is_named) {
			is_named = false;
			report->signature_type = tlv.type;
			if (tlv.len < judge->kind->len_min || tlv.len > judge->kind->len_max) {
				report->signature_finding = DFU_IMAGE_INVALID;
				return 0;
			}
			rc = signature_judge(judge, &tlv, report);
		}
		if (rc != 0) {
			break;
		}
	}
	if (rc != 0) {
		report->signature_finding = DFU_IMAGE_UNKNOWN;
	}
	return rc;
}

int image_signature_check(const struct dfu_image *image, const struct dfu_image_key *key,
			  uint8_t *buf, size_t len, struct dfu_image_report *report)
{
	enum dfu_hash_alg alg = (enum dfu_hash_alg)(report->hash_type - DFU_IMAGE_TLV_SHA256);
	struct judge judge = {
		.image = image,
		.key = key,
		.kind = &kinds[key->alg],
		.buf = buf,
		.len = len,
		.hash_len = report->hash_len,
	};

	report->signature_finding = DFU_IMAGE_UNKNOWN;
	if ((judge.kind->hashes & HASH_BIT(alg)) == 0) {
		return image_refuse(&report->fault, DFU_IMAGE_NO_SIGNATURE);
	}
	int rc = message_set(&judge, report);

	if (rc == 0) {
		rc = image_crypto_result(&report->fault, key_hash(key, alg, judge.key_hash));
	}
	if (rc == 0) {
		rc = signatures_walk(&judge, report);
	}
	if (rc != 0) {
		return rc;
	}
	switch (report->signature_finding) {
	case DFU_IMAGE_VALID:
		return 0;
	case DFU_IMAGE_INVALID:
		return image_refuse(&report->fault, DFU_IMAGE_SIGNATURE_MISMATCH);
	default:
		return image_refuse(&report->fault, DFU_IMAGE_NO_SIGNATURE);
	}
}
