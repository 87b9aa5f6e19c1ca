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
#define BIT(n) (1u << (n))

_Static_assert(BOOT_IMAGES_MAX <= 8, "a bit for each image");

static bool has(unsigned int images, unsigned int n)
{
	return (images >> n & 1) != 0;
}

/*
 * Whether image i would not run beside image b of pair j (NULL: it has none): 1, 0 or negative. In
 * the direct modes an old image that fits no more is the one that is not started, and no image is
 * older than the one it follows.
 */
static int clash(unsigned int i, const struct dfu_image *a, unsigned int j,
		 const struct dfu_image *b)
{
	const int rc = boot_needs(a, (int)j, b != NULL ? &b->header.version : NULL);

	if (rc != 0 || b == NULL || boot_is_direct()) {
		return rc;
	}
	return boot_needs(b, (int)i, &a->header.version);
}

/* A pair that does not tell what runs: none of its images is asked for, and none goes back. */
static bool is_unknown(unsigned int n)
{
	return boot_pair_is_bootloaders((int)n) || boot_running_slot((int)n) < 0;
}

/* Which of some other pairs an image needs, by what these have now. */
static int find_needs(struct mcuboot_links *links, unsigned int i, const struct dfu_image *image,
		      unsigned int others, int (*open)(int img_num, struct dfu_image *image))
{
	struct dfu_image other;

	for (unsigned int j = 0; j < boot_arrangement()->images; j++) {
		if (j == i || !has(others, j) || is_unknown(j)) {
			continue;
		}
		int rc = open((int)j, &other);
		if (rc >= 0) {
			rc = clash(i, image, j, rc == 1 ? &other : NULL);
		}
		if (rc == -EBADMSG) {
			rc = 0; /* what is damaged will not run */
		}
		if (rc < 0) {
			return rc;
		}
		links->needs[i] |= (uint8_t)(rc == 1 ? BIT(j) : 0);
	}
	return 0;
}

static DFU_NOINLINE int find_needs_of_new(struct mcuboot_links *links, unsigned int i, bool is_torn)
{
	struct mcuboot_candidate candidate;
	struct dfu_image image;
	int rc = mcuboot_image_new((int)i, is_torn, &candidate, &image);

	if (rc <= 0) {
		return rc;
	}
	rc = mcuboot_image_is_bootloader((int)i, &image);
	if (rc != 0) {
		links->bootloaders |= (uint8_t)(rc == 1 ? BIT(i) : 0);
		return rc < 0 ? rc : 0;
	}
	return find_needs(links, i, &image, ~0u, mcuboot_image_running);
}

int mcuboot_links_of_new(unsigned int images, unsigned int torn, struct mcuboot_links *links)
{
	int rc = 0;

	*links = (struct mcuboot_links){0};
	for (unsigned int i = 0; rc == 0 && i < boot_arrangement()->images; i++) {
		if (has(images, i)) {
			rc = find_needs_of_new(links, i, has(torn, i));
		}
	}
	return rc;
}

int mcuboot_links_of_running(unsigned int unconfirmed, struct mcuboot_links *links)
{
	struct dfu_image image;
	int rc = 0;

	*links = (struct mcuboot_links){0};
	for (unsigned int i = 0; rc == 0 && i < boot_arrangement()->images; i++) {
		if (is_unknown(i)) {
			continue;
		}
		rc = mcuboot_image_running((int)i, &image);
		if (rc == 1) {
			rc = find_needs(links, i, &image, unconfirmed, mcuboot_image_fallback);
		}
	}
	return rc;
}

/* Whether all others need it, directly or by way of each other. */
static bool is_needed_by_all(const struct mcuboot_links *links, unsigned int last,
			     unsigned int images, unsigned int present)
{
	unsigned int waiting = BIT(last);
	unsigned int before = 0;

	while (waiting != before) {
		before = waiting;
		for (unsigned int i = 0; i < BOOT_IMAGES_MAX; i++) {
			if (has(images | present, i) && (links->needs[i] & before) != 0) {
				waiting |= BIT(i);
			}
		}
	}
	return (images & ~waiting) == 0;
}

/* Somebody who needs one of these; of those who wait already, if there is one. */
static unsigned int find_needy(const struct mcuboot_links *links, unsigned int images,
			       unsigned int present, unsigned int needed)
{
	unsigned int found = NOBODY;

	for (unsigned int i = 0; i < BOOT_IMAGES_MAX; i++) {
		if (has(images | present, i) && (links->needs[i] & needed & ~BIT(i)) != 0 &&
		    (found == NOBODY || !has(images, i))) {
			found = i;
		}
	}
	return found;
}

/* What commits the set, and who keeps it waiting until then (NOBODY: nobody has to). */
static bool find_ends(const struct mcuboot_links *links, unsigned int images, unsigned int present,
		      unsigned int lasts, unsigned int *first, unsigned int *last)
{
	*first = NOBODY;
	for (*last = 0; *last < NOBODY; (*last)++) {
		if (!has(lasts, *last)) {
			continue;
		}
		if (boot_is_direct()) {
			if (is_needed_by_all(links, *last, images, present)) {
				return true;
			}
			continue;
		}
		*first = find_needy(links, images, present, BIT(*last));
		if (*first != NOBODY) {
			return true;
		}
	}
	if (!boot_is_direct()) {
		/* What a cut has left of a set: it waits for what is not there. */
		*first = find_needy(links, images, present, ~(images | present));
	}
	return *first != NOBODY;
}

static void append(struct mcuboot_order *order, unsigned int *rest, unsigned int n)
{
	if (n < NOBODY && has(*rest, n)) {
		order->image[order->count++] = (uint8_t)n;
		*rest &= ~BIT(n);
	}
}

/* The next of them: nobody who is left needs it, no bootloader before the others. */
static unsigned int next_of(const struct mcuboot_links *links, unsigned int rest)
{
	const unsigned int others = rest & ~(unsigned int)links->bootloaders;
	const unsigned int among = others != 0 ? others : rest;
	unsigned int fallback = NOBODY;

	for (unsigned int n = 0; n < BOOT_IMAGES_MAX; n++) {
		if (!has(among, n)) {
			continue;
		}
		if (find_needy(links, rest, 0, BIT(n)) == NOBODY) {
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
	unsigned int first;
	unsigned int last;

	*order = (struct mcuboot_order){0};
	order->is_linked = find_ends(links, images, present, lasts, &first, &last);
	if (!order->is_linked) {
		last = NOBODY;
	}
	append(order, &rest, first);
	while (rest != 0 && rest != BIT(last)) {
		append(order, &rest, next_of(links, last < NOBODY ? rest & ~BIT(last) : rest));
	}
	append(order, &rest, last);
}

unsigned int mcuboot_links_around(const struct mcuboot_links *links, int img_num,
				  unsigned int images)
{
	unsigned int around = BIT(img_num);
	unsigned int before = 0;

	while (around != before) {
		before = around;
		for (unsigned int i = 0; i < BOOT_IMAGES_MAX; i++) {
			if (has(images, i) && (has(around, i) || (links->needs[i] & around) != 0)) {
				around |= BIT(i) | (links->needs[i] & images);
			}
		}
	}
	return around;
}

bool mcuboot_links_any(const struct mcuboot_links *links)
{
	for (unsigned int i = 0; i < BOOT_IMAGES_MAX; i++) {
		if (links->needs[i] != 0) {
			return true;
		}
	}
	return false;
}
