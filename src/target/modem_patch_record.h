/* SPDX-License-Identifier: Apache-2.0 */
/* The record of which file the patch in the modem is: FORMATS.md, "Patch of a modem". */
#ifndef TARGET_MODEM_PATCH_RECORD_H
#define TARGET_MODEM_PATCH_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "target/download_record.h"

/* What a patch is known by. */
struct modem_patch {
	uint32_t size; /* bytes of the file; 0: not known */
	uint32_t area; /* bytes of the modem's area; 0: the modem has not said yet */
	uint32_t id;   /* what the application names the file by */
	uint8_t known; /* of the first bytes; 0: none has been written */
	bool is_saved; /* settings know, too */
	uint8_t first[DOWNLOAD_FIRST_LEN];
};

/* 0: settings know of this patch, and of no other. Else not of this one. */
int modem_patch_record_save(const struct modem_patch *patch);

/*
 * Whether settings know of a patch of this size, area and id; the other members are its, then, else
 * unchanged.
 */
bool modem_patch_record_load(struct modem_patch *patch);

/* 0: settings know of no patch. */
int modem_patch_record_delete(void);

#endif
