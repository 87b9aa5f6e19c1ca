/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of boot_judge(). */
#ifndef BOOT_BOOT_JUDGE_H
#define BOOT_BOOT_JUDGE_H

#include <dfu/boot_rules.h>

#include "image/image_demand.h"

/*
 * The header of an upload that is still held back from flash. 0: raw is set; -ENOENT: nothing is
 * held back, flash has what there is; else negative.
 */
typedef int (*boot_held_header)(int image_index, uint8_t raw[DFU_IMAGE_HEADER_LEN]);

/* An image that is whole and signed as the bootloader wants it. */
struct boot_candidate {
	const struct dfu_image *image;
	int image_index;
	unsigned int together; /* as boot_judge() */
	uint8_t *buf;          /* work buffer, len bytes */
	size_t len;
	boot_held_header held; /* of the others among them; NULL: nothing is held back */
	const struct dfu_image_source *files; /* by image: they are not on flash yet; NULL: are */
	enum dfu_image_fault *fault;
};

/* An image on flash, as far as its header says. */
struct boot_found {
	const struct flash_area *fa;
	struct dfu_image_source source;
	struct dfu_image_header header;
	uint8_t held[DFU_IMAGE_HEADER_LEN]; /* source's, where the header is held back */
};

/*
 * Look for a header in an area. 1: found; 0: no header, or no such area; negative: from the device.
 */
int boot_find_image(int area_id, size_t base, struct boot_found *found);

/*
 * Look for an image at the start of a slot that a bootloader of the direct modes would consider: it
 * is made for this place, and with revert its trailer lets it start. Results as boot_find_image().
 */
int boot_find_startable(int area_id, struct boot_found *found);

/*
 * What a pair will run after the next reset, as things stand: the image that is pending, or about
 * to be made so together with the candidate, else the one that runs. Results as boot_find_image().
 */
int boot_find_next(int image_index, const struct boot_candidate *candidate,
		   struct boot_found *found);

/* boot_judge() beside other uploads whose headers are held back; signer NULL: no further key. */
int boot_judge_beside(int image_index, const struct dfu_image_source *source,
		      const struct image_signer *signer, unsigned int together,
		      boot_held_header held, uint8_t *buf, size_t len,
		      struct boot_judgement *judgement);

/* Rules of the mode and the device; 0, the fault's errno, or a negative errno with no fault. */
int boot_judge_device(const struct boot_candidate *candidate);
int boot_judge_dependencies(const struct boot_candidate *candidate);

/* 1: a bootloader, which is taken and has no other rules; 0: an application's image; else as above.
 */
int boot_judge_bootloader(const struct boot_candidate *candidate);
/* What is asked beyond the bootloader: build number and link address, if they are. */
int boot_judge_strict(const struct boot_candidate *candidate);

#endif
