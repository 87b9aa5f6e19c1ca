/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One stream, open, paused or none. A paused one is the context that done(false) leaves: an init
 * with the same id, device, region and buffer opens it again, buffered bytes included. Forgetting
 * it is zeroing the context. What outlives a reset is stream_progress.c's.
 */
#include <string.h>

#include <dfu/dfu_target_stream.h>

#include "common/bytes.h"
#include "flash/flash_caps.h"
#include "stream/stream_position.h"
#include "target/download_record.h"
#include "target/stream_progress.h"

static struct stream_flash_ctx stream;
static const char *stream_id; /* of the open or paused stream */
static bool is_open;

static bool is_paused_one(const struct dfu_target_stream_init *init)
{
	return stream.fdev == init->fdev && stream.offset == init->offset &&
	       stream.available == init->size && stream.buf == init->buf &&
	       stream.buf_len == init->len && strcmp(stream_id, init->id) == 0;
}

static int rest_of_device(const struct device *fdev, size_t offset, size_t *size)
{
	uint64_t device_size;
	int rc = flash_get_size(fdev, &device_size);

	if (rc != 0) {
		return rc;
	}
	if (offset >= device_size) {
		return -EFAULT;
	}
	*size = (size_t)(device_size - offset);
	return 0;
}

struct stream_flash_ctx *dfu_target_stream_get_stream(void)
{
	return &stream;
}

bool dfu_target_stream_begins_with(const struct stream_flash_ctx *ctx, size_t written,
				   size_t buffered, const uint8_t *first)
{
	const size_t n = min_size(written, DOWNLOAD_FIRST_LEN);
	uint8_t found[DOWNLOAD_FIRST_LEN];

	return flash_read(ctx->fdev, (off_t)ctx->offset, found, n) == 0 &&
	       memcmp(first, found, n) == 0 &&
	       memcmp(&first[n], ctx->buf, min_size(buffered, DOWNLOAD_FIRST_LEN - n)) == 0;
}

int dfu_target_stream_open(const struct dfu_target_stream_init *init,
			   const struct stream_file *file)
{
	if (is_open) {
		return -EFAULT;
	}
	const bool was_paused = is_paused_one(init);
	if (was_paused) {
		stream.callback = init->cb;
	} else {
		const int rc = stream_flash_init(&stream, init->fdev, init->buf, init->len,
						 init->offset, init->size, init->cb);
		if (rc != 0) {
			return rc;
		}
	}
	stream_id = init->id;
	is_open = true;
	stream_progress_open(&stream, stream_id, file, was_paused);
	return 0;
}

int dfu_target_stream_init(const struct dfu_target_stream_init *init)
{
	if (init == NULL || init->id == NULL || init->fdev == NULL || init->buf == NULL ||
	    init->id[0] == '\0' || strlen(init->id) > DFU_TARGET_STREAM_ID_MAX) {
		return -EINVAL;
	}
	if (is_open) {
		return -EFAULT;
	}
	struct dfu_target_stream_init whole = *init;
	if (whole.size == 0) {
		const int rc = rest_of_device(init->fdev, init->offset, &whole.size);
		if (rc != 0) {
			return rc;
		}
	}
	return dfu_target_stream_open(&whole, NULL);
}

void dfu_target_stream_drop(void)
{
	memset(&stream, 0, sizeof(stream));
	is_open = false;
}

int dfu_target_stream_offset_get(size_t *offset)
{
	if (offset == NULL) {
		return -EINVAL;
	}
	*offset = stream_flash_bytes_written(&stream);
	return 0;
}

int dfu_target_stream_bytes_buffered_get(size_t *out)
{
	if (out == NULL) {
		return -EINVAL;
	}
	*out = stream_flash_bytes_buffered(&stream);
	return 0;
}

/*
 * A buffer at a time: it still holds what was programmed when that is noted. A call that has erased
 * a page leaves a buffer that its last byte fills to the next call: programming it could take one
 * more erase.
 */
static DFU_NOINLINE int write_through(const uint8_t *buf, size_t len, bool has_erased)
{
	const bool may_wait = len <= stream.buf_len;
	const size_t ready = stream.erased_up_to;

	if (buf == NULL && len > 0) {
		return -EFAULT;
	}
	if (len > stream.available - stream.bytes_written - stream.buf_bytes) {
		return -ENOMEM;
	}
	while (len > 0) {
		const size_t room = stream_room(&stream);
		const size_t n = min_size(len, room);

		has_erased = has_erased || stream.erased_up_to != ready;
		if (n == room && n == len && has_erased && may_wait &&
		    stream_can_hold(&stream, n)) {
			stream_hold(&stream, buf, n);
			return 0;
		}
		stream_progress_begins();
		const int rc = stream_flash_buffered_write(&stream, buf, n, room == 0);
		if (rc != 0) {
			return rc;
		}
		stream_progress_note(&stream);
		buf += n;
		len -= n;
	}
	return 0;
}

int dfu_target_stream_append(const uint8_t *buf, size_t len, bool has_erased)
{
	if (!is_open) {
		return -EACCES;
	}
	if (len < stream_room(&stream)) {
		return stream_flash_buffered_write(&stream, buf, len, false);
	}
	return write_through(buf, len, has_erased);
}

int dfu_target_stream_write(const uint8_t *buf, size_t len)
{
	return dfu_target_stream_append(buf, len, false);
}

int dfu_target_stream_done(bool successful)
{
	if (!is_open) {
		return -EACCES;
	}
	if (successful) {
		const int rc = stream_progress_flush(&stream);
		if (rc != 0) {
			return rc;
		}
		stream_progress_forget(stream_id);
		dfu_target_stream_drop();
		return 0;
	}
	stream_progress_pause(&stream);
	is_open = false;
	return 0;
}

int dfu_target_stream_reset(void)
{
	const struct stream_flash_ctx last = stream;
	struct flash_pages_info page;

	dfu_target_stream_drop();
	if (last.fdev == NULL) {
		return 0;
	}
	stream_progress_forget(stream_id);
	if (!flash_needs_erase(last.fdev)) {
		return flash_flatten(last.fdev, (off_t)last.offset, last.write_block_size);
	}
	int rc = flash_get_page_info_by_offs(last.fdev, (off_t)last.offset, &page);
	if (rc != 0) {
		return rc;
	}
	if ((size_t)page.start_offset != last.offset || page.size > last.available) {
		return 0; /* shared with a neighbour */
	}
	return flash_erase(last.fdev, page.start_offset, page.size);
}
