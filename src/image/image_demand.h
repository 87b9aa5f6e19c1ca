/* SPDX-License-Identifier: Apache-2.0 */
/* Verification by the build of a bootloader, which dfu_image_verify() knows nothing of. */
#ifndef IMAGE_IMAGE_DEMAND_H
#define IMAGE_IMAGE_DEMAND_H

#include <dfu/image.h>

#define IMAGE_DEMAND_SIGNERS 2

/* How a signature is made: over the hash, or over the image itself, which SIG_PURE tells. */
enum image_signing { IMAGE_SIGNING_ANY, IMAGE_SIGNING_HASH, IMAGE_SIGNING_PURE };

/*
 * Who must have signed, and what judges that: image_signature_check(). Whoever has a key names it,
 * so that a program without keys links none of it.
 */
struct image_signer {
	const struct dfu_image_key *key;
	int (*check)(const struct dfu_image *image, const struct dfu_image_key *key, uint8_t *buf,
		     size_t len, struct dfu_image_report *report);
};

/* What is demanded beyond a whole image. All zero: nothing. */
struct image_demand {
	uint16_t hash;      /* type of the hash TLV; 0: any */
	uint16_t signature; /* type of a signature TLV that must be there; 0: none */
	enum image_signing signing;
	bool no_engine; /* nothing that verifies signatures: the best one is refused */
	const struct image_signer *signers[IMAGE_DEMAND_SIGNERS]; /* all of them; NULL: none */
};

/*
 * Judge the signatures by a key over the digest in the report, which must be known to be right, or,
 * pure ones, over the image, which is read through the work buffer.
 */
DFU_MUST_CHECK int image_signature_check(const struct dfu_image *image,
					 const struct dfu_image_key *key, uint8_t *buf, size_t len,
					 struct dfu_image_report *report);

/*
 * As dfu_image_verify(). The type of the hash is looked at before it is made; the type of the
 * signature before the signatures; the engine after them.
 */
DFU_MUST_CHECK int image_verify(const struct dfu_image *image, const struct image_demand *demand,
				uint8_t *buf, size_t len, struct dfu_image_report *report);

#endif
