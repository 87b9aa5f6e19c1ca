/* SPDX-License-Identifier: Apache-2.0 */
/* The TLVs of an image as the bootloader walks them: lengths are believed. */
#ifndef SIM_BOOT_VIEW_H
#define SIM_BOOT_VIEW_H

#include "boot_check.h"

/* The TLV areas; offsets from the start of the image. */
struct sim_boot_areas {
	size_t start;         /* of the first area */
	size_t protected_end; /* start if there is none */
	size_t end;           /* may lie beyond the slot */
};

struct sim_boot_tlv {
	uint16_t type;
	uint16_t len;
	size_t off; /* of the value */
};

uint16_t sim_boot_view_header_size(const struct sim_boot_view *view);
uint16_t sim_boot_view_protected_size(const struct sim_boot_view *view);
uint32_t sim_boot_view_payload_size(const struct sim_boot_view *view);

/* False: there are none where the header says, or they contradict it. */
bool sim_boot_tlv_areas(const struct sim_boot_view *view, struct sim_boot_areas *areas);

/* Entry at *at, which moves on; *at is 0 to begin. 1, 0: no more, -1: beyond the slot. */
int sim_boot_tlv_next(const struct sim_boot_view *view, const struct sim_boot_areas *areas,
		      size_t *at, struct sim_boot_tlv *tlv);

/* An empty one at the end of the protected area lies, by its value, already behind it. */
bool sim_boot_tlv_is_protected(const struct sim_boot_areas *areas, const struct sim_boot_tlv *tlv);

#endif
