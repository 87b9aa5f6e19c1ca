/* SPDX-License-Identifier: Apache-2.0 */
/* The images of a package and their writers. */
#ifndef PACKAGE_PACKAGE_IMAGES_H
#define PACKAGE_PACKAGE_IMAGES_H

#include "package/package.h"

/*
 * Come to the next byte needed: close what is whole, pass over images without a writer, take up
 * those that were begun. -errno from a writer, whose image stays the one under way.
 */
int package_settle(struct package *package);

/*
 * Give bytes to the image under way; *taken of them. After an error package->offset is where its
 * writer is.
 */
int package_give(struct package *package, const uint8_t *bytes, size_t len, size_t *taken);

/* Close the writer, if it is open, with its image unfinished. */
int package_pause(struct package *package);

/* Take away the images that were begun (all: every one); the first error, all were tried. */
int package_take_away(struct package *package, bool all);

#endif
