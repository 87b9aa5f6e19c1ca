/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an image put where the library may find them. */
#ifndef TESTS_IMAGE_SUBJECT_H
#define TESTS_IMAGE_SUBJECT_H

#include <dfu/image.h>

#include "support/test_flash.h"
#include "support/test_key.h"

enum subject_kind {
	SUBJECT_MEMORY,
	SUBJECT_FLASH, /* behind other bytes of an area that is not the first of its device */
	SUBJECT_HELD,  /* the same; flash lacks the first 32 bytes, which lie in RAM */
	SUBJECT_KINDS
};

struct subject {
	struct dfu_image_source source;
	struct test_flash flash;
	struct flash_area area;
	uint8_t *bytes; /* a block of exactly the image's length */
};

void subject_init(struct subject *subject, enum subject_kind kind, const uint8_t *bytes,
		  size_t len);
void subject_free(struct subject *subject);

/* Open and verify. rc is of the call that failed, report.fault the fault of either. */
struct subject_verdict {
	int rc;
	struct dfu_image image;
	struct dfu_image_report report;
};
struct subject_verdict subject_verify(const struct dfu_image_source *source,
				      const struct dfu_image_key *key);

#endif
