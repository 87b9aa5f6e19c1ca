/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share. */
#ifndef IMAGE_IMAGE_INTERNAL_H
#define IMAGE_IMAGE_INTERNAL_H

#include <dfu/image.h>

/*
 * The info header of a TLV area {magic, total}, and the header of an entry {type, length}: two u16
 * each.
 */
#define TLV_HEADER_LEN 4

/* Read bytes of the image, those held back in RAM included. The range must lie in the source. */
DFU_MUST_CHECK int image_read(const struct dfu_image_source *source, size_t off, void *dst,
			      size_t len);

/* Check both TLV areas of an image whose hashed_size is set; sets its total_size. */
DFU_MUST_CHECK int image_tlv_areas_check(struct dfu_image *image, enum dfu_image_fault *fault);

/*
 * dfu_image_tlv_next(), but 1: there is one; 0: there are no more. -ENOENT could also be a
 * device's; a signature TLV that could not be read must not look like the end.
 */
DFU_MUST_CHECK int image_tlv_step(const struct dfu_image *image, struct dfu_image_tlv *tlv);

/* Add all that an image's hash covers to a hash begun; aborts it when that fails. */
DFU_MUST_CHECK int image_hash_update(const struct dfu_image *image, struct dfu_hash *hash,
				     uint8_t *buf, size_t len);

/* Set *fault to why; returns its errno. */
int image_refuse(enum dfu_image_fault *fault, enum dfu_image_fault why);

/* Pass a result of <dfu/crypto.h> on; an algorithm that nobody has is a fault of the image. */
int image_crypto_result(enum dfu_image_fault *fault, int rc);

#endif
