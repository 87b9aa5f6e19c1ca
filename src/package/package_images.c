/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One image at a time:
 *
 *   waiting --first byte--> open --last byte--> closed (true): the next one
 *                           |  ^
 *         pause, failed close  |
 *                           v  |  next call
 *                          begun
 *
 * An image that was begun, in this run or in one that settings know of, is opened again and its
 * writer asked how much it has. One that was not may not find anything: what a writer then has is
 * of something else, and is reset. Finished images are taken up like the one under way, from the
 * first on: one that its writer has no longer whole is the one under way again.
 */
#include "package/package_images.h"

#include <errno.h>

#include <dfu/log.h>

#include "common/bytes.h"
#include "package/package_lead.h"
#include "package/package_progress.h"

static const struct dfu_image_writer *find_writer(const struct package *package, size_t image)
{
	for (size_t i = 0; i < package->writer_count; i++) {
		if (package->writers[i].image_id == package->items[image].id) {
			return &package->writers[i];
		}
	}
	return NULL;
}

static size_t end_of(const struct dfu_multi_image_item *item)
{
	return (size_t)item->offset + item->size;
}

/* What the writer has; without the function, what it was given in this run. */
static int ask(const struct package *package, const struct dfu_image_writer *writer, size_t *have)
{
	const size_t start = package->items[package->current].offset;

	if (writer->offset != NULL) {
		return writer->offset(have);
	}
	*have = package->offset > start ? package->offset - start : 0;
	return 0;
}

/* Whether an open writer has bytes of something else. */
static bool is_foreign(const struct package *package, size_t have)
{
	return have > package->items[package->current].size ||
	       (have > 0 && package->leads[package->current].len == 0);
}

/* Open the writer of the image under way, and ask what it has; after an error it is not open. */
static int open_and_ask(const struct package *package, const struct dfu_image_writer *writer,
			size_t *have)
{
	const struct dfu_multi_image_item *item = &package->items[package->current];
	int rc = writer->open(item->id, item->size);

	if (rc != 0) {
		return rc;
	}
	rc = ask(package, writer, have);
	if (rc != 0) {
		(void)writer->close(false); /* its error would hide the first one */
	}
	return rc;
}

/* An open writer that has bytes of something else: open it without them. */
static int begin_again(struct package *package, const struct dfu_image_writer *writer, size_t *have)
{
	int rc = writer->reset != NULL ? writer->reset() : -EIO;

	if (rc != 0) {
		(void)writer->close(false); /* its error would hide the first one */
		return rc;
	}
	package->leads[package->current] = (struct package_lead){.len = 0};
	rc = open_and_ask(package, writer, have);
	if (rc == 0 && *have != 0) {
		(void)writer->close(false); /* what is wrong is that there is something */
		rc = -EIO;
	}
	return rc;
}

static int open_image(struct package *package, const struct dfu_image_writer *writer)
{
	const struct dfu_multi_image_item *item = &package->items[package->current];
	size_t have = 0;
	int rc = open_and_ask(package, writer, &have);

	if (rc == 0 && is_foreign(package, have)) {
		DFU_WRN("image %ld: %lu bytes of another one", (long)item->id, (unsigned long)have);
		rc = begin_again(package, writer, &have);
	}
	if (rc != 0) {
		return rc;
	}
	package->is_open = true;
	package->leads[package->current].is_resumed = false;
	package->offset = item->offset + have;
	return 0;
}

/* Where a writer is that has failed and was given bytes up to `most`. It is closed if it cannot
 * tell: then it is asked again. */
static void look_back(struct package *package, const struct dfu_image_writer *writer, size_t most)
{
	const size_t start = package->items[package->current].offset;
	size_t have;

	if (writer->offset == NULL) {
		return;
	}
	if (writer->offset(&have) != 0 || have > most - start) {
		(void)writer->close(false); /* its error would hide the first one */
		package->is_open = false;
		return;
	}
	package->offset = start + have;
}

int package_pause(struct package *package)
{
	if (!package->is_open) {
		return 0;
	}
	package->is_open = false;
	return find_writer(package, package->current)->close(false);
}

/* A refused image is not closed, but its writer begins again: it is opened anew, too. */
static int finish(struct package *package, const struct dfu_image_writer *writer)
{
	const size_t end = end_of(&package->items[package->current]);
	const int rc = writer->close(true);

	if (rc != 0) {
		look_back(package, writer, end);
		if (package->offset < end) {
			(void)package_pause(package); /* its error would hide the first one */
		}
		return rc;
	}
	package->is_open = false;
	package->current++;
	package_progress_finished(package);
	return 0;
}

static void skip(struct package *package)
{
	package->offset = end_of(&package->items[package->current]);
	package->current++;
}

/* An image that was begun. */
static int take_up(struct package *package, const struct dfu_image_writer *writer)
{
	const struct package_lead *lead = &package->leads[package->current];

	if (writer == NULL || (lead->is_resumed && writer->offset == NULL)) {
		return -EPIPE;
	}
	return open_image(package, writer);
}

int package_settle(struct package *package)
{
	while (package->current < package->count) {
		const struct dfu_image_writer *writer = find_writer(package, package->current);
		const bool was_begun = package->leads[package->current].len > 0;
		int rc = 0;

		if (!package->is_open && !was_begun && writer == NULL) {
			skip(package);
			continue;
		}
		if (!package->is_open && !was_begun) {
			package->offset = package->items[package->current].offset;
			return 0;
		}
		if (!package->is_open) {
			rc = take_up(package, writer);
		}
		if (rc != 0 || package->offset < end_of(&package->items[package->current])) {
			return rc;
		}
		rc = finish(package, writer);
		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

int package_give(struct package *package, const uint8_t *bytes, size_t len, size_t *taken)
{
	const struct dfu_multi_image_item *item = &package->items[package->current];
	const struct dfu_image_writer *writer = find_writer(package, package->current);
	int rc = 0;

	*taken = 0;
	if (!package->is_open) {
		rc = open_image(package, writer);
		if (rc != 0) {
			return rc;
		}
	}
	const size_t n = min_size(len, end_of(item) - package->offset);
	if (package_lead_add(package, bytes, n)) {
		package_progress_leads(package);
	}
	rc = writer->write(bytes, n);
	if (rc != 0) {
		look_back(package, writer, package->offset + n);
		return rc;
	}
	package->offset += n;
	*taken = n;
	return 0;
}

/* By dfu_multi_image_reset(), as its callers know it from upstream, or for another package. */
static int reset_open(const struct dfu_image_writer *writer, bool all)
{
	if (writer->reset == NULL) {
		return writer->close(all);
	}
	const int rc = writer->reset();
	if (rc != 0) {
		(void)writer->close(false); /* its error would hide the first one */
	}
	return rc;
}

static int take_away_image(struct package *package, size_t image, bool all)
{
	const struct dfu_image_writer *writer = find_writer(package, image);
	int rc = 0;

	if (writer == NULL) {
		return 0;
	}
	if (package->is_open && image == package->current) {
		package->is_open = false;
	} else {
		rc = writer->open(package->items[image].id, 0);
	}
	return rc == 0 ? reset_open(writer, all) : rc;
}

int package_take_away(struct package *package, bool all)
{
	const size_t open = package->is_open ? package->current : SIZE_MAX;
	int first = package->is_open ? take_away_image(package, open, all) : 0;

	for (size_t i = 0; i < package->count; i++) {
		if (i == open || (!all && package->leads[i].len == 0)) {
			continue;
		}
		const int rc = take_away_image(package, i, all);
		if (first == 0) {
			first = rc;
		}
	}
	return first;
}
