/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of boot_judge(). */
#ifndef BOOT_BOOT_JUDGE_H
#define BOOT_BOOT_JUDGE_H

#include <dfu/boot_rules.h>

/* An image that is whole and signed as the bootloader wants it. */
struct boot_candidate {
	const struct dfu_image *image;
	int image_index;
	unsigned int together; /* as boot_judge() */
	enum dfu_image_fault *fault;
};

/* An image on flash, as far as its header says. */
struct boot_found {
	const struct flash_area *fa;
	struct dfu_image_source source;
	struct dfu_image_header header;
};

/*
 * Look for a header in an area. 1: found; 0: no header, or no such area; negative: from the device.
 */
int boot_find_image(int area_id, size_t base, struct boot_found *found);

/*
 * What a pair will run after the next reset, as things stand: the image that is pending, or about
 * to be made so together with the candidate, else the one that runs. Results as boot_find_image().
 */
int boot_find_next(int image_index, unsigned int together, struct boot_found *found);

/* Why a bootloader that runs images where they lie, or from RAM, never starts one from this slot.
 */
enum dfu_image_fault boot_place_fault(const struct dfu_image_header *header,
				      const struct flash_area *fa);

/* Rules of the mode and the device; 0, the fault's errno, or a negative errno with no fault. */
int boot_judge_device(const struct boot_candidate *candidate);
int boot_judge_dependencies(const struct boot_candidate *candidate);

#endif
