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

/*
 * Whether what an open writer has is of something else, or may be: with less than the first bytes
 * that are known it cannot be told.
 */
static bool is_foreign(const struct package *package, size_t have)
{
	const struct package_lead *lead = &package->leads[package->current];

	return have > package->items[package->current].size || have < lead->len ||
	       (have > 0 && lead->len == 0);
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

static bool has_later(const struct package *package)
{
	for (size_t i = package->current + 1U; i < package->count; i++) {
		if (package->leads[i].len > 0) {
			return true;
		}
	}
	return false;
}

/* What was begun of the images behind the one under way. No writer is open. */
static int take_away_later(struct package *package)
{
	int rc = 0;

	for (size_t i = package->current + 1U; i < package->count && rc == 0; i++) {
		if (package->leads[i].len > 0) {
			rc = take_away_image(package, i, false);
		}
		if (rc == 0) {
			package->leads[i] = (struct package_lead){.len = 0};
		}
	}
	return rc;
}

/*
 * An open writer that has bytes of something else, or none any more: open it without them. What
 * comes for it may be of another package with the same header, and what is there of later images
 * would stay beside it, uncompared if it is whole: so that goes, too.
 */
static int begin_again(struct package *package, const struct dfu_image_writer *writer, size_t *have)
{
	int rc = 0;

	if (*have > 0) {
		DFU_WRN("image %ld: %lu bytes, perhaps of another one",
			(long)package->items[package->current].id, (unsigned long)*have);
		rc = writer->reset != NULL ? writer->reset() : -EIO;
		if (rc != 0) {
			(void)writer->close(false); /* its error would hide the first one */
		}
	} else if (has_later(package)) {
		rc = writer->close(false);
	} else {
		package->leads[package->current] = (struct package_lead){.len = 0};
		return 0;
	}
	rc = rc == 0 ? take_away_later(package) : rc;
	if (rc != 0) {
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

/* The writer cannot be gone on with as it is. It is opened and asked again by the next call. */
static void close_failed(struct package *package, const struct dfu_image_writer *writer)
{
	(void)writer->close(false); /* its error would hide the first one */
	package->is_open = false;
}

/*
 * Where a writer is that has failed with these bytes. First bytes are only known of what it has:
 * those that come again are compared before it gets more.
 */
static void look_back(struct package *package, const struct dfu_image_writer *writer,
		      const uint8_t *bytes, size_t len)
{
	struct package_lead *lead = &package->leads[package->current];
	const size_t start = package->items[package->current].offset;
	const size_t had = package->offset - start;
	size_t have = had;

	if (writer->offset != NULL && (writer->offset(&have) != 0 || have > had + len)) {
		close_failed(package, writer);
		return;
	}
	if (have > had) {
		(void)package_lead_add(package, bytes, have - had); /* it was saved before */
	}
	package->offset = start + have;
	if (have == 0 && !has_later(package)) {
		*lead = (struct package_lead){.len = 0};
	} else if (have < lead->len) {
		close_failed(package, writer);
	}
}

int package_pause(struct package *package)
{
	if (!package->is_open) {
		return 0;
	}
	package->is_open = false;
	return find_writer(package, package->current)->close(false);
}

/* The writer of a refused image has to begin again: it is opened anew. */
static int finish(struct package *package, const struct dfu_image_writer *writer)
{
	const size_t end = end_of(&package->items[package->current]);
	const int rc = writer->close(true);

	if (rc != 0) {
		look_back(package, writer, NULL, 0);
		if (package->offset < end && package->is_open) {
			close_failed(package, writer);
		}
		return rc;
	}
	package->is_open = false;
	package->current++;
	package_progress_finished(package);
	return 0;
}

/* Whether nobody takes the image under way. One that was begun needs its writer. */
static bool is_unwanted(const struct package *package, const struct dfu_image_writer *writer)
{
	return writer == NULL &&
	       (package->leads[package->current].len == 0 ||
		(package->leaves_out && package->left_out == package->items[package->current].id));
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

		if (!package->is_open && is_unwanted(package, writer)) {
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
	struct package_lead *lead = &package->leads[package->current];
	int rc = 0;

	*taken = 0;
	if (!package->is_open) {
		rc = open_image(package, writer);
		if (rc != 0) {
			return rc;
		}
	}
	const size_t n = min_size(len, end_of(item) - package->offset);
	const struct package_lead before = *lead;
	if (package_lead_add(package, bytes, n)) {
		package_progress_leads(package);
	}
	rc = writer->write(bytes, n);
	if (rc != 0) {
		*lead = before;
		look_back(package, writer, bytes, n);
		return rc;
	}
	package->offset += n;
	*taken = n;
	return 0;
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
