/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Would the bootloader take this image? First what the image is by itself, as for any bootloader;
 * then what the device's one was built for; then the device: what it holds and how it starts.
 *
 * The first no is reported. All is read from where the bytes lie now: a judgement is as old as the
 * flash it was made on.
 */
#include "boot/boot_judge.h"

#include <string.h>

#include "boot/rules.h"
#include "image/image_demand.h"
#include "image/image_internal.h"

/* What a signature looks like in an image. */
static const struct {
	uint16_t type;
	enum image_signing signing;
} kinds[] = {
	[BOOT_SIGNATURE_UNKNOWN] = {0, IMAGE_SIGNING_ANY},
	[BOOT_SIGNATURE_NONE] = {0, IMAGE_SIGNING_HASH},
	[BOOT_SIGNATURE_ECDSA_P256] = {DFU_IMAGE_TLV_ECDSA_SIG, IMAGE_SIGNING_HASH},
	[BOOT_SIGNATURE_ECDSA_P384] = {DFU_IMAGE_TLV_ECDSA_SIG, IMAGE_SIGNING_HASH},
	[BOOT_SIGNATURE_RSA_2048] = {DFU_IMAGE_TLV_RSA2048_PSS, IMAGE_SIGNING_HASH},
	[BOOT_SIGNATURE_RSA_3072] = {DFU_IMAGE_TLV_RSA3072_PSS, IMAGE_SIGNING_HASH},
	[BOOT_SIGNATURE_ED25519] = {DFU_IMAGE_TLV_ED25519, IMAGE_SIGNING_HASH},
	[BOOT_SIGNATURE_ED25519_PURE] = {DFU_IMAGE_TLV_ED25519, IMAGE_SIGNING_PURE},
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == BOOT_SIGNATURE_COUNT,
	       "a signature without a row");

static bool is_same_key(const struct dfu_image_key *a, const struct dfu_image_key *b)
{
	return a == b || (a->alg == b->alg && a->raw_len == b->raw_len &&
			  memcmp(a->raw, b->raw, a->raw_len) == 0);
}

/* own: by the key of the rules. */
static struct image_demand demand_of(const struct boot_rules *rules, const struct image_signer *own,
				     const struct image_signer *further)
{
	/* A bootloader that demands no signature has no key that counts, unless the maker wants it.
	 */
	const bool counts = rules->key != NULL &&
			    (kinds[rules->signature].type != 0 || rules->check_signature);
	const bool is_counted = counts && further != NULL && is_same_key(own->key, further->key);

	return (struct image_demand){
		.hash = rules->hash,
		.signature = kinds[rules->signature].type,
		.signing = kinds[rules->signature].signing,
		.no_engine = rules->signature == BOOT_SIGNATURE_ECDSA_P384 && rules->no_p384,
		.signers = {counts ? own : NULL, is_counted ? NULL : further},
	};
}

/* A signature that the maker demands, not the bootloader; rc is what verification said. */
static int judge_signed(int rc, struct dfu_image_report *report)
{
	const struct boot_rules *rules = boot_rules();

	if (!rules->check_signature || kinds[rules->signature].type != 0) {
		return rc;
	}
	const bool is_signed = rc == 0 ? report->signature_type != 0
				       : report->fault != DFU_IMAGE_NO_SIGNATURE &&
						 report->fault != DFU_IMAGE_SIGNATURE_MISMATCH;

	return is_signed ? rc : image_refuse(&report->fault, DFU_IMAGE_UNSIGNED);
}

static int judge_size(int image_index, const struct dfu_image *image, enum dfu_image_fault *fault)
{
	const ssize_t room = boot_get_max_image_size(image_index);

	if (room < 0) {
		return (int)room;
	}
	return image->total_size > (size_t)room ? image_refuse(fault, DFU_IMAGE_TOO_LARGE) : 0;
}

static int judge(const struct boot_candidate *candidate, const struct dfu_image_source *source,
		 const struct image_signer *signer, struct boot_judgement *judgement)
{
	const struct boot_rules *rules = boot_rules();
	const struct image_signer own = {.key = rules->key, .check = image_signature_check};
	const struct image_demand demand = demand_of(rules, &own, signer);
	int rc;

	*judgement = (struct boot_judgement){0};
	rc = dfu_image_open(&judgement->image, source, &judgement->report.fault);
	if (rc == 0) {
		rc = judge_size(candidate->image_index, &judgement->image,
				&judgement->report.fault);
	}
	if (rc == 0) {
		rc = image_verify(&judgement->image, &demand, candidate->buf, candidate->len,
				  &judgement->report);
		rc = judge_signed(rc, &judgement->report);
	}
	return rc == 0 ? boot_judge_device(candidate) : rc;
}

int boot_judge_beside(int image_index, const struct dfu_image_source *source,
		      const struct image_signer *signer, unsigned int together,
		      boot_held_header held, uint8_t *buf, size_t len,
		      struct boot_judgement *judgement)
{
	const struct boot_candidate candidate = {
		.image = &judgement->image,
		.image_index = image_index,
		.together = together,
		.held = held,
		.buf = buf,
		.len = len,
		.fault = &judgement->report.fault,
	};

	return judge(&candidate, source, signer, judgement);
}

int boot_judge(int image_index, const struct dfu_image_source *source,
	       const struct dfu_image_key *key, unsigned int together, uint8_t *buf, size_t len,
	       struct boot_judgement *judgement)
{
	const struct image_signer signer = {.key = key, .check = image_signature_check};

	return boot_judge_beside(image_index, source, key != NULL ? &signer : NULL, together, NULL,
				 buf, len, judgement);
}

int boot_judge_files(int image_index, const struct dfu_image_source *files, unsigned int together,
		     const struct dfu_image_key *key, uint8_t *buf, size_t len,
		     struct boot_judgement *judgement)
{
	const struct image_signer signer = {.key = key, .check = image_signature_check};
	const struct boot_candidate candidate = {
		.image = &judgement->image,
		.image_index = image_index,
		.together = together,
		.files = files,
		.buf = buf,
		.len = len,
		.fault = &judgement->report.fault,
	};

	return judge(&candidate, &files[image_index], key != NULL ? &signer : NULL, judgement);
}
