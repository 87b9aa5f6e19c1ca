/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trailers of several slots cannot be one write, but a bootloader that looks at dependencies can be
 * made to see all new images or none:
 *
 *     swap, overwrite-only    one unmet dependency of an image that is to run keeps all from being
 *                             installed: D, which needs L, first; L last; all others between
 *     direct-xip, ram-load    an image whose dependency is unmet is set aside by itself: L, which
 *                             all others need, directly or by way of each other, last
 *
 * Where images run from primary slots an old image may also be what keeps a new one waiting (of two
 * that go back to older versions together): the same, the other way round.
 *
 * An image that is confirmed stays, one that is not goes back, and going back is an installation
 * like any other, dependencies included: so the same order holds for confirming.
 */
#include "target/mcuboot_set_links.h"

#include "boot/arrangement.h"
#include "boot/boot_bootloader.h"
#include "boot/boot_needs.h"
#include "target/mcuboot_set_images.h"

#define NOBODY BOOT_IMAGES_MAX

/*
 * Whether image i would not run beside image b of pair j (NULL: it has none): 1, 0 or negative. In
 * the direct modes an old image that fits no more is the one that is not started, and no image is
 * older than the one it follows.
 */
static int clash(int i, const struct dfu_image *a, int j, const struct dfu_image *b)
{
	const int rc = boot_needs(a, j, b != NULL ? &b->header.version : NULL);

	if (rc != 0 || b == NULL || boot_is_direct()) {
		return rc;
	}
	return boot_needs(b, i, &a->header.version);
}

/* A pair that does not tell what runs: none of its images is asked for, and none goes back. */
static bool is_unknown(int n)
{
	return boot_pair_is_bootloaders(n) || boot_running_slot(n) < 0;
}

/* Which of some other pairs an image needs, by what these have now. */
static int find_needs(struct mcuboot_links *links, int i, const struct dfu_image *image,
		      unsigned int others, int (*open)(int img_num, struct dfu_image *image))
{
	struct dfu_image other;

	for (int j = 0; j < boot_arrangement()->images; j++) {
		if (j == i || !images_have(others, j) || is_unknown(j)) {
			continue;
		}
		int rc = open(j, &other);
		if (rc >= 0) {
			rc = clash(i, image, j, rc == 1 ? &other : NULL);
		}
		if (rc < 0) {
			return rc;
		}
		links->needs[i] |= (uint8_t)(rc == 1 ? image_bit(j) : 0);
	}
	return 0;
}

static DFU_NOINLINE int find_needs_of_new(struct mcuboot_links *links, int i, bool is_torn)
{
	struct mcuboot_candidate candidate;
	struct dfu_image image;
	int rc = mcuboot_image_new(i, is_torn, &candidate, &image);

	if (rc <= 0) {
		return rc;
	}
	rc = mcuboot_image_is_bootloader(i, &image);
	if (rc != 0) {
		links->bootloaders |= (uint8_t)(rc == 1 ? image_bit(i) : 0);
		return rc < 0 ? rc : 0;
	}
	return find_needs(links, i, &image, ~0u, mcuboot_image_running);
}

int mcuboot_links_of_new(unsigned int images, unsigned int torn, struct mcuboot_links *links)
{
	int rc = 0;

	*links = (struct mcuboot_links){0};
	for (int i = 0; rc == 0 && i < boot_arrangement()->images; i++) {
		if (images_have(images, i)) {
			rc = find_needs_of_new(links, i, images_have(torn, i));
		}
	}
	return rc;
}

int mcuboot_links_of_running(unsigned int unconfirmed, struct mcuboot_links *links)
{
	struct dfu_image image;
	int rc = 0;

	*links = (struct mcuboot_links){0};
	for (int i = 0; rc == 0 && i < boot_arrangement()->images; i++) {
		if (is_unknown(i)) {
			continue;
		}
		rc = mcuboot_image_running(i, &image);
		if (rc == 1) {
			rc = find_needs(links, i, &image, unconfirmed, mcuboot_image_fallback);
		}
	}
	return rc;
}

/* Whether all others need it, directly or by way of each other. */
static bool is_needed_by_all(const struct mcuboot_links *links, int last, unsigned int images,
			     unsigned int present)
{
	unsigned int waiting = image_bit(last);
	unsigned int before = 0;

	while (waiting != before) {
		before = waiting;
		for (int i = 0; i < BOOT_IMAGES_MAX; i++) {
			if (images_have(images | present, i) && (links->needs[i] & before) != 0) {
				waiting |= image_bit(i);
			}
		}
	}
	return (images & ~waiting) == 0;
}

/* Somebody who needs one of these; of those who wait already, if there is one. */
static int find_needy(const struct mcuboot_links *links, unsigned int images, unsigned int present,
		      unsigned int needed)
{
	int found = NOBODY;

	for (int i = 0; i < BOOT_IMAGES_MAX; i++) {
		if (images_have(images | present, i) &&
		    (links->needs[i] & needed & ~image_bit(i)) != 0 &&
		    (found == NOBODY || !images_have(images, i))) {
			found = i;
		}
	}
	return found;
}

/* What commits the set, and who keeps it waiting until then (NOBODY: nobody has to). */
static bool find_ends(const struct mcuboot_links *links, unsigned int images, unsigned int present,
		      unsigned int lasts, int *first, int *last)
{
	*first = NOBODY;
	for (*last = 0; *last < NOBODY; (*last)++) {
		if (!images_have(lasts, *last)) {
			continue;
		}
		if (boot_is_direct()) {
			if (is_needed_by_all(links, *last, images, present)) {
				return true;
			}
			continue;
		}
		*first = find_needy(links, images, present, image_bit(*last));
		if (*first != NOBODY) {
			return true;
		}
	}
	if (!boot_is_direct()) {
		/*
		 * Only where it is taken back (what is asked for has been judged, and needs nothing
		 * that is not there): what a cut has left of a set. In the direct modes
		 * mcuboot_set_cancel.c looks for that.
		 */
		*first = find_needy(links, images, present, ~(images | present));
	}
	return *first != NOBODY;
}

static void append(struct mcuboot_order *order, unsigned int *rest, int n)
{
	if (n < NOBODY && images_have(*rest, n)) {
		order->image[order->count++] = (uint8_t)n;
		*rest &= ~image_bit(n);
	}
}

/* The next of them: nobody who is left needs it, no bootloader before the others. */
static int next_of(const struct mcuboot_links *links, unsigned int rest)
{
	const unsigned int others = rest & ~(unsigned int)links->bootloaders;
	const unsigned int among = others != 0 ? others : rest;
	int fallback = NOBODY;

	for (int n = 0; n < BOOT_IMAGES_MAX; n++) {
		if (!images_have(among, n)) {
			continue;
		}
		if (find_needy(links, rest, 0, image_bit(n)) == NOBODY) {
			return n;
		}
		fallback = fallback == NOBODY ? n : fallback;
	}
	return fallback;
}

void mcuboot_links_order(const struct mcuboot_links *links, unsigned int images,
			 unsigned int present, unsigned int lasts, struct mcuboot_order *order)
{
	unsigned int rest = images;
	int first;
	int last;

	*order = (struct mcuboot_order){0};
	order->is_linked = find_ends(links, images, present, lasts, &first, &last);
	if (!order->is_linked) {
		last = NOBODY;
	}
	append(order, &rest, first);
	while (rest != 0 && rest != image_bit(last)) {
		append(order, &rest,
		       next_of(links, last < NOBODY ? rest & ~image_bit(last) : rest));
	}
	append(order, &rest, last);
}

unsigned int mcuboot_links_around(const struct mcuboot_links *links, int img_num,
				  unsigned int images)
{
	unsigned int around = image_bit(img_num);
	unsigned int before = 0;

	while (around != before) {
		before = around;
		for (int i = 0; i < BOOT_IMAGES_MAX; i++) {
			if (images_have(images, i) &&
			    (images_have(around, i) || (links->needs[i] & around) != 0)) {
				around |= image_bit(i) | (links->needs[i] & images);
			}
		}
	}
	return around;
}

bool mcuboot_links_any(const struct mcuboot_links *links)
{
	for (int i = 0; i < BOOT_IMAGES_MAX; i++) {
		if (links->needs[i] != 0) {
			return true;
		}
	}
	return false;
}
