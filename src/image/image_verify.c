/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bootloader asks of an image before it runs it, in this order; the first no is the fault
 * that is reported:
 *
 *     flags that exclude each other -> one hash TLV of the right length [and type] -> the hash
 *     -> [a signature of the right type] -> the signature by each key [-> an engine for it]
 *     -> what no bootloader of ours runs: encrypted, compressed, not bootable
 *
 * What is in brackets is only known of a bootloader whose build is known (image_demand.h).
 *
 * The last step comes last so that the report about such an image is as full as it can be. The
 * digest of an encrypted image is over the plain payload: where the bytes do not hash to it nothing
 * is known, unless they are wrong for another reason nobody here can tell. Images whose payload was
 * left clear under the flag do hash to it.
 *
 * The TLVs are read once for what is in them and, with a key, once more for the signatures; the
 * hashed bytes once, and once more for each pure signature.
 */
#include <string.h>

#include "common/bytes.h"
#include "image/image_demand.h"
#include "image/image_internal.h"

#define WORK_BUFFER_MIN 64

#define FLAGS_ENCRYPTED (DFU_IMAGE_F_ENCRYPTED_AES128 | DFU_IMAGE_F_ENCRYPTED_AES256)
#define FLAGS_LZMA (DFU_IMAGE_F_COMPRESSED_LZMA1 | DFU_IMAGE_F_COMPRESSED_LZMA2)
#define FLAGS_COMPRESSED (FLAGS_LZMA | DFU_IMAGE_F_COMPRESSED_ARM_THUMB)

#define HASH_TYPE_ALG(type) ((enum dfu_hash_alg)((type) - DFU_IMAGE_TLV_SHA256))

_Static_assert(HASH_TYPE_ALG(DFU_IMAGE_TLV_SHA384) == DFU_HASH_SHA384 &&
		       HASH_TYPE_ALG(DFU_IMAGE_TLV_SHA512) == DFU_HASH_SHA512,
	       "hash TLV types and hash algorithms are not in the same order");

/* What one walk over the TLVs finds besides what the report tells. */
struct contents {
	struct dfu_image_tlv hash; /* the first one */
	unsigned int hash_count;
	bool has_demanded; /* a signature of the type that is demanded */
	bool is_pure_malformed;
};

static int pure_read(const struct dfu_image *image, const struct dfu_image_tlv *tlv,
		     struct contents *contents, struct dfu_image_report *report)
{
	uint8_t value = 0;

	if (tlv->len == 1) {
		int rc = dfu_image_tlv_read(image, tlv, &value, 1);

		if (rc != 0) {
			return rc;
		}
	}
	report->is_pure = true;
	contents->is_pure_malformed |= value != 1;
	return 0;
}

static void contents_add(struct contents *contents, const struct dfu_image_tlv *tlv,
			 uint16_t demanded, struct dfu_image_report *report)
{
	if (tlv->type >= DFU_IMAGE_TLV_SHA256 && tlv->type <= DFU_IMAGE_TLV_SHA512) {
		if (contents->hash_count++ == 0) {
			contents->hash = *tlv;
			report->hash_type = tlv->type;
		}
	} else if (tlv->type >= DFU_IMAGE_TLV_RSA2048_PSS && tlv->type <= DFU_IMAGE_TLV_ED25519) {
		if (report->signature_type == 0) {
			report->signature_type = tlv->type;
		}
		contents->has_demanded |= tlv->type == demanded;
	}
}

static int contents_read(const struct dfu_image *image, uint16_t demanded,
			 struct contents *contents, struct dfu_image_report *report)
{
	struct dfu_image_tlv tlv = {0};
	int rc;

	*contents = (struct contents){0};
	while ((rc = image_tlv_step(image, &tlv)) > 0) {
		if (tlv.type == DFU_IMAGE_TLV_SIG_PURE) {
			rc = pure_read(image, &tlv, contents, report);
			if (rc != 0) {
				return rc;
			}
		}
		contents_add(contents, &tlv, demanded, report);
	}
	return rc;
}

static bool both(uint32_t flags, uint32_t pair)
{
	return (flags & pair) == pair;
}

/* Flags and TLVs, before any byte is hashed; puts the hash TLV's value into the report. */
static int contents_check(const struct dfu_image *image, const struct contents *contents,
			  uint16_t demanded_hash, struct dfu_image_report *report)
{
	uint32_t flags = image->header.flags;
	const struct dfu_image_tlv *tlv = &contents->hash;

	if (both(flags, FLAGS_ENCRYPTED) || both(flags, FLAGS_LZMA)) {
		return image_refuse(&report->fault, DFU_IMAGE_FLAGS);
	}
	if (contents->is_pure_malformed) {
		return image_refuse(&report->fault, DFU_IMAGE_TLV_FORMAT);
	}
	/* A bootloader compares a hash TLV in the protected area, too, which then cannot match. */
	if (contents->hash_count != 1 || tlv->is_protected) {
		return image_refuse(&report->fault, DFU_IMAGE_HASH_COUNT);
	}
	if (tlv->len != dfu_hash_size(HASH_TYPE_ALG(tlv->type))) {
		return image_refuse(&report->fault, DFU_IMAGE_HASH_LENGTH);
	}
	if (demanded_hash != 0 && tlv->type != demanded_hash) {
		return image_refuse(&report->fault, DFU_IMAGE_HASH_TYPE);
	}
	int rc = dfu_image_tlv_read(image, tlv, report->hash, sizeof(report->hash));

	if (rc == 0) {
		report->hash_len = (uint8_t)tlv->len;
	}
	return rc;
}

int image_hash_update(const struct dfu_image *image, struct dfu_hash *hash, uint8_t *buf,
		      size_t len)
{
	for (size_t off = 0, chunk; off < image->hashed_size; off += chunk) {
		chunk = min_size(len, image->hashed_size - off);
		int rc = image_read(&image->source, off, buf, chunk);

		if (rc == 0) {
			rc = dfu_hash_update(hash, buf, chunk);
		}
		if (rc != 0) {
			dfu_hash_abort(hash);
			return rc;
		}
	}
	return 0;
}

static int digest_make(const struct dfu_image *image, uint8_t *buf, size_t len, uint8_t *digest,
		       struct dfu_image_report *report)
{
	struct dfu_hash hash;
	int rc = dfu_hash_begin(&hash, HASH_TYPE_ALG(report->hash_type));

	if (rc != 0) {
		return image_crypto_result(&report->fault, rc);
	}
	rc = image_hash_update(image, &hash, buf, len);
	return rc == 0 ? dfu_hash_end(&hash, digest) : rc;
}

static int hash_check(const struct dfu_image *image, uint8_t *buf, size_t len,
		      struct dfu_image_report *report)
{
	uint8_t digest[DFU_HASH_MAX_SIZE];
	int rc = digest_make(image, buf, len, digest, report);

	if (rc != 0) {
		return rc;
	}
	if (memcmp(digest, report->hash, report->hash_len) == 0) {
		report->hash_finding = DFU_IMAGE_VALID;
		return 0;
	}
	if ((image->header.flags & FLAGS_ENCRYPTED) != 0) {
		return image_refuse(&report->fault, DFU_IMAGE_ENCRYPTED);
	}
	report->hash_finding = DFU_IMAGE_INVALID;
	return image_refuse(&report->fault, DFU_IMAGE_HASH_MISMATCH);
}

static int signature_kind_check(const struct contents *contents, const struct image_demand *demand,
				struct dfu_image_report *report)
{
	if (demand->signature != 0 && report->signature_type == 0) {
		return image_refuse(&report->fault, DFU_IMAGE_NO_SIGNATURE);
	}
	if ((demand->signature != 0 && !contents->has_demanded) ||
	    (demand->signing != IMAGE_SIGNING_ANY &&
	     report->is_pure != (demand->signing == IMAGE_SIGNING_PURE))) {
		return image_refuse(&report->fault, DFU_IMAGE_SIGNATURE_TYPE);
	}
	return 0;
}

static int signatures_check(const struct dfu_image *image, const struct image_demand *demand,
			    uint8_t *buf, size_t len, struct dfu_image_report *report)
{
	for (size_t i = 0; i < IMAGE_DEMAND_SIGNERS; i++) {
		const struct image_signer *signer = demand->signers[i];

		if (signer != NULL) {
			int rc = signer->check(image, signer->key, buf, len, report);

			if (rc != 0) {
				return rc;
			}
		}
	}
	return demand->no_engine ? image_refuse(&report->fault, DFU_IMAGE_ENGINE) : 0;
}

static int policy_check(uint32_t flags, struct dfu_image_report *report)
{
	if ((flags & FLAGS_ENCRYPTED) != 0) {
		return image_refuse(&report->fault, DFU_IMAGE_ENCRYPTED);
	}
	if ((flags & FLAGS_COMPRESSED) != 0) {
		return image_refuse(&report->fault, DFU_IMAGE_COMPRESSED);
	}
	if ((flags & DFU_IMAGE_F_NON_BOOTABLE) != 0) {
		return image_refuse(&report->fault, DFU_IMAGE_NOT_BOOTABLE);
	}
	return 0;
}

int image_verify(const struct dfu_image *image, const struct image_demand *demand, uint8_t *buf,
		 size_t len, struct dfu_image_report *report)
{
	struct contents contents;

	*report = (struct dfu_image_report){.fault = DFU_IMAGE_OK};
	if (buf == NULL || len < WORK_BUFFER_MIN) {
		return -EINVAL;
	}
	int rc = contents_read(image, demand->signature, &contents, report);

	if (rc == 0) {
		rc = contents_check(image, &contents, demand->hash, report);
	}
	if (rc == 0) {
		rc = hash_check(image, buf, len, report);
	}
	if (rc == 0) {
		rc = signature_kind_check(&contents, demand, report);
	}
	if (rc == 0) {
		rc = signatures_check(image, demand, buf, len, report);
	}
	return rc != 0 ? rc : policy_check(image->header.flags, report);
}

int dfu_image_verify(const struct dfu_image *image, const struct dfu_image_key *key, uint8_t *buf,
		     size_t len, struct dfu_image_report *report)
{
	const struct image_signer signer = {.key = key, .check = image_signature_check};
	const struct image_demand demand = {.signers = {key != NULL ? &signer : NULL}};
	struct dfu_image_report unseen;

	return image_verify(image, &demand, buf, len, report != NULL ? report : &unseen);
}
