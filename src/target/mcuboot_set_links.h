/* SPDX-License-Identifier: Apache-2.0 */
/* Which images cannot run one without the other, and the order that follows from it. */
#ifndef TARGET_MCUBOOT_SET_LINKS_H
#define TARGET_MCUBOOT_SET_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include <dfu/boot.h>

#include "target/image_bits.h"

struct mcuboot_links {
	/* Bit j of image i's: new image i cannot run beside what pair j has without its own. */
	uint8_t needs[BOOT_IMAGES_MAX];
	uint8_t bootloaders; /* bit n: new image n is one; links nothing */
};

struct mcuboot_order {
	uint8_t image[BOOT_IMAGES_MAX];
	uint8_t count;
	bool is_linked; /* before the last one none counts */
};

/* Sets of images in all of this: bit n, image n. */

/* New images against those that run. torn: those whose header is to be taken for torn. */
int mcuboot_links_of_new(unsigned int images, unsigned int torn, struct mcuboot_links *links);

/* Running images against those that unconfirmed ones would go back to. */
int mcuboot_links_of_running(unsigned int unconfirmed, struct mcuboot_links *links);

/*
 * The order to ask for images in. present: others that are asked for already. lasts: those of the
 * images that may commit a set.
 */
void mcuboot_links_order(const struct mcuboot_links *links, unsigned int images,
			 unsigned int present, unsigned int lasts, struct mcuboot_order *order);

/* All that hang together with an image, itself included, among these. */
unsigned int mcuboot_links_around(const struct mcuboot_links *links, int img_num,
				  unsigned int images);

/* Whether any image needs another one. */
bool mcuboot_links_any(const struct mcuboot_links *links);

#endif
