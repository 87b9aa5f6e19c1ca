/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a set of images that is being changed: FORMATS.md, "Set of images". */
#ifndef TARGET_MCUBOOT_INTENT_RECORD_H
#define TARGET_MCUBOOT_INTENT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/boot.h>

#define MCUBOOT_INTENT_ID_LEN 8 /* bytes of an image's hash that it is known by */
/* Bytes of the largest record: head, ids, checksum. */
#define MCUBOOT_INTENT_MAX (4 + BOOT_IMAGES_MAX * MCUBOOT_INTENT_ID_LEN + 4)

enum mcuboot_intent_kind {
	MCUBOOT_INTENT_TEST = 1,      /* install, to be confirmed later */
	MCUBOOT_INTENT_PERMANENT = 2, /* install for good */
	MCUBOOT_INTENT_CONFIRM = 3,   /* keep what runs */
};

/* What is to be with all of some images, or with none. */
struct mcuboot_intent {
	uint8_t kind;     /* enum mcuboot_intent_kind */
	uint8_t images;   /* bit n: image n is one of them */
	uint8_t reverted; /* those of them whose pair had given an image up before */
	uint8_t id[BOOT_IMAGES_MAX][MCUBOOT_INTENT_ID_LEN]; /* by image; of its new one */
};

/* Returns the record's length. */
size_t mcuboot_intent_encode(uint8_t raw[MCUBOOT_INTENT_MAX], const struct mcuboot_intent *intent);

/* -EBADMSG: no such record, or a damaged one; `intent` is unchanged then. */
int mcuboot_intent_decode(struct mcuboot_intent *intent, const uint8_t *raw, size_t len);

#endif
