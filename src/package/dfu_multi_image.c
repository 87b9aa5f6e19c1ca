/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package in chunks of any size.
 *
 *   length --> header --> image 0 --> ... --> image n - 1 --> end
 *
 * Where it stands is one number, the offset of the next byte needed. A chunk is worked off in
 * steps: what lies before that offset is dropped, the rest goes to what stands there, and that may
 * take less than there is or move the offset away, forward over an image without a writer or back
 * to where a writer stands. So no step assumes what the one before did.
 *
 * What is dropped is compared first (package_lead.c). Another package takes away what was begun,
 * and only when that is done anything of it is taken. If it cannot begin where the difference shows
 * it begins at 0, and -ESTALE says so.
 *
 * What settings know is read at the first call that asks. Images are taken up then, too, but not
 * before a chunk has been compared: another package is not held up by writers of the old one.
 */
#include <dfu/dfu_multi_image.h>

#include <errno.h>
#include <string.h>

#include <dfu/config.h>

#include "common/bytes.h"
#include "package/package_images.h"
#include "package/package_lead.h"
#include "package/package_progress.h"
#include "target/target_stats.h"

static struct package package;
static bool is_loaded;  /* settings have been asked */
static bool is_settled; /* and writers: the offset is the one of the next byte needed */
static bool is_stale;   /* the package is to be taken away before the next one */
static bool is_over;    /* the package was ended: its images are not taken away for another */

/* Only the first kept bytes of the header stay. */
static void forget(size_t kept)
{
	package.offset = kept;
	package.header_len = kept < PACKAGE_LENGTH_LEN ? 0 : package.header_len;
	package.count = 0;
	package.current = 0;
	memset(package.leads, 0, sizeof(package.leads));
	package.pass.first_len = 0;
	is_settled = true;
	is_stale = false;
	is_over = false;
}

/* Whether the inits of targets that follow are those of the package's images. */
static void hold_count(bool holds)
{
	if (IS_ENABLED(CONFIG_DFU_TARGET_STATS)) {
		target_stats_hold(holds);
	}
}

static void load(void)
{
	hold_count(!is_over);
	if (is_loaded) {
		return;
	}
	is_loaded = true;
	is_stale = package_progress_load(&package) == PACKAGE_OTHER;
	package.offset = package.count > 0 && !is_stale ? package.header_len : 0;
}

/* Come to the next byte needed. */
static int settle(void)
{
	const int rc = package_settle(&package);

	is_settled = is_settled || rc == 0;
	return rc;
}

/* Another package begins. What was begun goes first; after an error the next write goes on with
 * that. */
static int give_up(void)
{
	const int rc = is_over ? 0 : package_take_away(&package, false);

	is_stale = rc != 0;
	if (rc == 0) {
		(void)package_progress_delete(&package); /* logged; the next header replaces it */
	} else {
		package.offset = 0;
	}
	return rc;
}

static int refuse(int rc)
{
	package.refused = rc;
	package.count = 0;
	return rc;
}

size_t package_fill_max(void)
{
	return dfu_multi_image_fill_max(package.items, package.count, package.header_len,
					package.current);
}

static int read_length(void)
{
	const size_t len = get_le16(package.length);

	if (len > package.room) {
		return refuse(-ENOMEM);
	}
	package.header_len = PACKAGE_LENGTH_LEN + len;
	return len == 0 ? refuse(-EBADMSG) : 0;
}

/* The header is whole. */
static int read_header(void)
{
	struct package_header header;
	const int rc = package_header_read(package.buffer, package.header_len - PACKAGE_LENGTH_LEN,
					   &header, package.items, PACKAGE_IMAGES);

	if (rc != 0) {
		return refuse(rc);
	}
	if (header.count > PACKAGE_IMAGES) {
		return refuse(-ENOMEM);
	}
	package.cbor_len = header.cbor_len;
	package.count = (uint8_t)header.count;
	package.current = 0;
	package_progress_begin(&package);
	return 0;
}

/* Bytes of the header, or of the length before it. */
static int take_header(const uint8_t *bytes, size_t len, size_t *taken)
{
	const bool is_length = package.offset < PACKAGE_LENGTH_LEN;
	const size_t end = is_length ? PACKAGE_LENGTH_LEN : package.header_len;
	const size_t n = min_size(len, end - package.offset);

	memcpy(is_length ? package.length + package.offset
			 : package.buffer + (package.offset - PACKAGE_LENGTH_LEN),
	       bytes, n);
	package.offset += n;
	*taken = n;
	if (package.offset < end) {
		return 0;
	}
	return is_length ? read_length() : read_header();
}

/* Give the byte that is needed next, and those behind it, to what stands there. */
static int take(const uint8_t *bytes, size_t len, size_t *taken)
{
	if (package.count == 0) {
		return take_header(bytes, len, taken);
	}
	if (package.current == package.count) {
		return -ESPIPE;
	}
	return package_give(&package, bytes, len, taken);
}

static int work_off(struct package_chunk chunk)
{
	int rc = settle();

	while (rc == 0) {
		if (chunk.offset > package.offset) {
			return -ESPIPE;
		}
		if (chunk.len == 0) {
			return 0;
		}
		size_t n = min_size(package.offset - chunk.offset, chunk.len);
		if (n == 0) {
			rc = take(chunk.bytes, chunk.len, &n);
		}
		if (rc == 0) {
			chunk = package_chunk_from(&chunk, chunk.offset + n);
			rc = settle();
		}
	}
	/* Where a writer that was closed goes on is only known when it is open again. */
	is_settled = package.is_open || package.count == 0;
	return rc;
}

/* The other package has the same header, and its first image begins with what the pass has. */
static int begin_images(void)
{
	const struct package_pass *pass = &package.pass;
	const size_t count = package.count;
	struct package_chunk first = {.bytes = pass->first, .len = pass->first_len};
	size_t image = 0;

	while (package.leads[image].len == 0) {
		image++;
	}
	first.offset = package.items[image].offset;
	forget(package.header_len);
	package.count = (uint8_t)count;
	package_progress_begin(&package);
	return work_off(first);
}

/* A chunk shows another package than the one that was begun. */
static int begin_other(enum package_verdict verdict, size_t at)
{
	int rc = give_up();

	if (rc != 0) {
		return rc;
	}
	switch (verdict) {
	case PACKAGE_HEADER_DIFFERS:
		forget(at);
		break;
	case PACKAGE_IMAGE_DIFFERS:
		rc = begin_images();
		break;
	default:
		forget(0);
		rc = -ESTALE;
		break;
	}
	return rc;
}

static int write_chunk(const struct package_chunk *chunk)
{
	size_t at = chunk->offset;
	const enum package_verdict verdict = package_compare(&package, chunk, &at);
	int rc = 0;

	if (verdict != PACKAGE_IS_SAME) {
		rc = begin_other(verdict, at);
	} else {
		at = chunk->offset;
	}
	return rc == 0 ? work_off(package_chunk_from(chunk, at)) : rc;
}

/* Loaded. */
static int end(bool success)
{
	if (!success || is_stale) {
		const int rc = package_pause(&package);
		return success && rc == 0 ? -ESPIPE : rc;
	}
	int rc = settle();
	if (rc != 0) {
		return rc;
	}
	if (package.count == 0 || package.current < package.count) {
		rc = package_pause(&package);
		return rc == 0 ? -ESPIPE : rc;
	}
	is_over = true;
	return package_progress_delete(&package);
}

int dfu_multi_image_init(uint8_t *buffer, size_t buffer_size)
{
	if (buffer == NULL || buffer_size < PACKAGE_LENGTH_LEN) {
		return -EINVAL;
	}
	memset(&package, 0, sizeof(package));
	package.buffer = buffer;
	package.room = buffer_size;
	is_loaded = false;
	is_settled = false;
	is_stale = false;
	is_over = false;
	if (IS_ENABLED(CONFIG_DFU_TARGET_STATS)) {
		target_stats_begin();
	}
	return 0;
}

int dfu_multi_image_register_writer(const struct dfu_image_writer *writer)
{
	if (writer == NULL || writer->open == NULL || writer->write == NULL ||
	    writer->close == NULL) {
		return -EINVAL;
	}
	if (package.writer_count == PACKAGE_IMAGES) {
		return -ENOMEM;
	}
	package.writers[package.writer_count++] = *writer;
	return 0;
}

void package_leave_out(int image_id)
{
	package.left_out = image_id;
	package.leaves_out = true;
}

int dfu_multi_image_write(size_t offset, const uint8_t *chunk, size_t chunk_size)
{
	const struct package_chunk bytes = {offset, chunk, chunk_size};

	if (package.buffer == NULL || (chunk == NULL && chunk_size > 0)) {
		return -EINVAL;
	}
	if (package.refused != 0) {
		return package.refused;
	}
	load();
	if (is_stale) {
		const int rc = give_up();

		if (rc != 0) {
			return rc;
		}
		forget(0);
	}
	if ((is_settled && offset > package.offset) || chunk_size > SIZE_MAX - offset) {
		return -ESPIPE;
	}
	const struct package_pass before = package.pass;
	const int rc = write_chunk(&bytes);
	if (rc != 0) {
		package.pass = before; /* the same call again is compared in the same way */
	}
	return rc;
}

size_t dfu_multi_image_offset(void)
{
	if (package.buffer == NULL) {
		return 0;
	}
	load();
	if (!is_stale && !is_settled) {
		(void)settle(); /* the next write fails the same way */
	}
	return package.offset;
}

int dfu_multi_image_done(bool success)
{
	if (package.buffer == NULL) {
		return success ? -ESPIPE : 0;
	}
	load();
	const int rc = end(success);
	hold_count(false);
	return rc;
}

int dfu_multi_image_reset(void)
{
	if (package.buffer == NULL) {
		return 0;
	}
	load();
	int rc = package_take_away(&package, true);
	if (rc == 0) {
		rc = package_progress_delete(&package);
	}
	memset(&package, 0, sizeof(package));
	hold_count(false);
	return rc;
}
