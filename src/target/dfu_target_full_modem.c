/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The download of a whole modem firmware into its store, in the order of its bytes.
 *
 * What a file is known by are its size, the application's name for it and its first 32 bytes. The
 * first two are in the record of its progress; the last lie in flash, from the first byte on, and
 * what identify has seen is compared with them there. Nothing else has to be kept.
 *
 *   IDLE --init--> ACTIVE --done(false)--> IDLE     the stream is paused; init goes on with it
 *                    |  \---done(true)---> IDLE     the next init of this run begins at 0
 *                    \----- refused -----> FAILED   nothing is left to go on with
 *
 * While the modem needs the stored file, because its update was begun and not ended, nothing may
 * touch it. Whether it is whole only a look at all of it tells. That takes the buffer, so a
 * download is paused first, and forgotten by RAM: the settings have what waits in the buffer.
 */
#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <dfu/dfu_target_full_modem.h>
#include <dfu/dfu_target_stream.h>
#include <dfu/fmfu_fdev.h>
#include <dfu/log.h>
#include <storage/flash_map.h>

#include "common/bytes.h"
#include "flash/flash_caps.h"
#include "modem/fmfu_file.h"
#include "stream/stream_position.h"
#include "target/download_record.h"
#include "target/identity.h"
#include "target/stream_progress.h"

#define STREAM_ID "DFU_FULL_MODEM"
#define COSE_SIGN1_TAG 0xd2 /* CBOR, what a file begins with */
#define ARRAY_OF_4 0x84

enum download_state { IDLE, ACTIVE, FAILED };

static struct {
	struct dfu_target_fmfu_fdev fdev;
	uint8_t *buf; /* NULL: not configured */
	size_t len;
} store;

static struct {
	struct stream_file file;
	size_t limit;      /* bytes of the file; SIZE_MAX: not known, the store's end is it */
	uint8_t state;     /* enum download_state */
	bool has_seen;     /* since the last init */
	bool is_completed; /* by this run, which has begun no other */
} download;

static uint8_t seen[DOWNLOAD_FIRST_LEN]; /* by identify: the first bytes of the file to come */

/* Bytes of the store; -EFAULT if it does not lie on the device. */
static int get_store_size(size_t *size)
{
	const uint64_t start = (uint64_t)store.fdev.offset;
	uint64_t end;

	if (!device_is_ready(store.fdev.dev)) {
		return -EFAULT;
	}
	const int rc = flash_get_size(store.fdev.dev, &end);
	if (rc != 0) {
		return rc;
	}
	if (start >= end || start != (size_t)start || store.fdev.size > end - start) {
		return -EFAULT;
	}
	*size = store.fdev.size != 0 ? store.fdev.size : (size_t)(end - start);
	return 0;
}

/*
 * Bytes at the start of the store that take a file away when they are erased. -EFAULT: a neighbour
 * has some of them.
 */
static int get_start_len(size_t store_size, size_t *len)
{
	const struct device *dev = store.fdev.dev;
	struct flash_pages_info page;

	if (!flash_needs_erase(dev)) {
		*len = flash_get_write_block_size(dev);
		return 0;
	}
	const int rc = flash_get_page_info_by_offs(dev, store.fdev.offset, &page);
	if (rc != 0) {
		return rc;
	}
	if (page.start_offset != store.fdev.offset || page.size > store_size) {
		return -EFAULT;
	}
	*len = page.size;
	return 0;
}

/* The stream, open or paused, is of this store: somebody else may have begun one since a pause. */
static bool owns_stream(void)
{
	const struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	return stream->fdev == store.fdev.dev && stream->offset == (size_t)store.fdev.offset;
}

static size_t bytes_received(void)
{
	const struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	return owns_stream()
		       ? stream_flash_bytes_written(stream) + stream_flash_bytes_buffered(stream)
		       : 0;
}

static bool is_open(void)
{
	return download.state == ACTIVE && owns_stream();
}

static void pause_download(void)
{
	if (is_open()) {
		const int rc = dfu_target_stream_done(false);
		(void)rc; /* 0: the stream of an active download is open */
	}
	download.state = IDLE;
}

/* RAM knows of no stream any more. */
static void drop_stream(void)
{
	if (owns_stream()) {
		dfu_target_stream_drop();
	}
}

/* Whether what was received begins as the file that identify has seen, if it has seen one. */
static bool begins_as_seen(void)
{
	const struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	return !download.has_seen ||
	       dfu_target_stream_begins_with(stream, stream_flash_bytes_written(stream),
					     stream_flash_bytes_buffered(stream), seen);
}

/*
 * Whether RAM has the download of this file. One that no byte has arrived for is of none: settings
 * may know more.
 */
static bool is_same_file(size_t file_size)
{
	return bytes_received() > 0 && download.file.size == file_size &&
	       download.file.id == target_identity() && begins_as_seen();
}

static struct fmfu_fdev_file stored_file(size_t size)
{
	return (struct fmfu_fdev_file){
		.fdev = store.fdev.dev, .offset = (size_t)store.fdev.offset, .size = size};
}

/* -EBUSY: the modem needs the stored file. Other codes: whether it does is not known. */
static int refuse_needed_file(size_t store_size)
{
	if (!fmfu_fdev_needs_file()) {
		return 0;
	}
	pause_download();
	drop_stream();
	const struct fmfu_fdev_file file = stored_file(store_size);
	const int rc = fmfu_fdev_check(store.buf, store.len, &file, NULL);
	if (rc == 0) {
		return -EBUSY;
	}
	return fmfu_is_verdict(rc) ? 0 : rc;
}

/* Begin again, unless what goes on is this file and this run has not completed it already. */
static void check_what_goes_on(void)
{
	struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	if (!stream_progress_goes_on() || download.is_completed ||
	    bytes_received() > download.limit) {
		stream_progress_restart(stream);
	} else if (stream_progress_is_complete()) {
		download.limit = bytes_received();
	}
}

static int open_stream(size_t store_size)
{
	const struct dfu_target_stream_init init = {
		.id = STREAM_ID,
		.fdev = store.fdev.dev,
		.buf = store.buf,
		.len = store.len,
		.offset = (size_t)store.fdev.offset,
		.size = store_size,
	};
	const int rc = dfu_target_stream_open(&init, &download.file);

	if (rc == 0) {
		stream_set_end(dfu_target_stream_get_stream(), download.limit);
		check_what_goes_on();
		download.state = ACTIVE;
	}
	return rc;
}

static int begin(size_t file_size, size_t store_size)
{
	if (!is_same_file(file_size)) {
		pause_download();
		drop_stream();
		download.file = (struct stream_file){
			.type = DFU_TARGET_IMAGE_TYPE_FULL_MODEM,
			.size = (uint32_t)file_size,
			.id = target_identity(),
			.seen = download.has_seen ? seen : NULL, /* read only as it is opened */
		};
	}
	if (is_open()) {
		return 0;
	}
	download.state = IDLE;
	download.limit = file_size != 0 ? file_size : SIZE_MAX;
	return open_stream(store_size);
}

/* What has to be known of the store before a file is begun in it or taken out of it. */
static int look_at_store(size_t file_size, size_t *store_size, size_t *start_len)
{
	size_t size;
	int rc = get_store_size(&size);

	if (rc == 0 && (file_size > size || (uint32_t)file_size != file_size)) {
		rc = -EFBIG;
	}
	if (rc == 0) {
		rc = get_start_len(size, start_len);
	}
	if (rc == 0) {
		rc = refuse_needed_file(size);
	}
	if (rc == 0) {
		*store_size = size;
	}
	return rc;
}

/* Nothing of the download can be gone on with. */
static void forget_download(enum download_state state)
{
	drop_stream();
	stream_progress_forget(STREAM_ID);
	download.is_completed = false;
	download.state = (uint8_t)state;
}

static int verify(size_t received)
{
	const struct fmfu_fdev_file file = stored_file(received);
	struct fmfu_fdev_info info;
	const int rc = fmfu_fdev_check(store.buf, store.len, &file, &info);

	if (rc != 0) {
		return rc == -EFBIG ? -EMSGSIZE : rc;
	}
	return info.wrapper_len + info.blob_len == received ? 0 : -EMSGSIZE;
}

static int flush(void)
{
	struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	if (stream_progress_is_complete()) {
		return 0;
	}
	const int rc = stream_progress_flush(stream);
	if (rc == 0) {
		stream_progress_complete(stream);
		download.limit = bytes_received();
	}
	return rc;
}

static int refuse_download(size_t received, int rc)
{
	DFU_ERR("modem file of %lu bytes refused: %d", (unsigned long)received, rc);
	forget_download(FAILED);
	return rc;
}

static int complete(void)
{
	const size_t received = bytes_received();

	if (received == 0 || received < download.file.size) {
		return refuse_download(received, -EMSGSIZE);
	}
	int rc = flush();
	if (rc == 0 && IS_ENABLED(CONFIG_DFU_TARGET_FULL_MODEM_VERIFY)) {
		rc = verify(received);
		if (rc == -EMSGSIZE || fmfu_is_verdict(rc)) {
			return refuse_download(received, rc);
		}
	}
	if (rc == 0) {
		drop_stream();
		download.is_completed = true;
		download.state = IDLE;
	}
	return rc;
}

static int find_partition(struct dfu_target_fmfu_fdev *fdev)
{
	const struct flash_area *area;

	if (flash_area_open(DFU_TARGET_FULL_MODEM_AREA_ID, &area) != 0) {
		return -ENODEV;
	}
	*fdev = (struct dfu_target_fmfu_fdev){area->fa_dev, area->fa_off, area->fa_size};
	flash_area_close(area);
	return 0;
}

static int choose_fdev(const struct dfu_target_full_modem_params *params,
		       struct dfu_target_fmfu_fdev *fdev)
{
	if (IS_ENABLED(CONFIG_DFU_TARGET_FULL_MODEM_USE_EXT_PARTITION)) {
		return find_partition(fdev);
	}
	if (params->dev == NULL || params->dev->dev == NULL) {
		return -EINVAL;
	}
	*fdev = *params->dev;
	return 0;
}

int dfu_target_full_modem_cfg(const struct dfu_target_full_modem_params *params)
{
	size_t size;

	if (store.buf != NULL) {
		return -EALREADY;
	}
	if (params == NULL || params->buf == NULL || params->len == 0) {
		return -EINVAL;
	}
	const int rc = choose_fdev(params, &store.fdev);
	if (rc != 0) {
		return rc;
	}
	store.buf = params->buf;
	store.len = params->len;
	if (get_store_size(&size) == 0 && size < DFU_TARGET_FULL_MODEM_SIZE_WANTED) {
		DFU_WRN("modem files may need %lu bytes; the store has %lu",
			(unsigned long)DFU_TARGET_FULL_MODEM_SIZE_WANTED, (unsigned long)size);
	}
	return 0;
}

int dfu_target_full_modem_fdev_get(struct dfu_target_fmfu_fdev *const fdev)
{
	if (store.buf == NULL) {
		return -EPERM;
	}
	if (fdev == NULL) {
		return -EINVAL;
	}
	*fdev = store.fdev;
	return 0;
}

bool dfu_target_full_modem_identify(const void *const buf)
{
	const uint8_t *first = buf;

	if (first[0] != COSE_SIGN1_TAG || first[1] != ARRAY_OF_4) {
		return false;
	}
	memcpy(seen, first, sizeof(seen));
	download.has_seen = true;
	return true;
}

int dfu_target_full_modem_init(size_t file_size, int img_num, dfu_target_callback_t callback)
{
	size_t store_size;
	size_t start_len;

	(void)img_num;
	(void)callback;
	if (store.buf == NULL) {
		return -EPERM;
	}
	int rc = look_at_store(file_size, &store_size, &start_len);
	if (rc != 0) {
		pause_download();
		return rc;
	}
	rc = begin(file_size, store_size);
	if (rc == 0) {
		download.has_seen = false;
	}
	return rc;
}

int dfu_target_full_modem_offset_get(size_t *offset)
{
	if (store.buf == NULL) {
		return -EPERM;
	}
	if (offset == NULL) {
		return -EINVAL;
	}
	*offset = bytes_received();
	return 0;
}

int dfu_target_full_modem_write(const void *const buf, size_t len)
{
	if (store.buf == NULL) {
		return -EPERM;
	}
	if (buf == NULL) {
		return -EINVAL;
	}
	if (!is_open()) {
		return -EACCES;
	}
	if (len > download.limit - bytes_received()) {
		return -EFBIG;
	}
	download.is_completed = download.is_completed && len == 0;
	return dfu_target_stream_write(buf, len);
}

int dfu_target_full_modem_done(bool successful)
{
	if (store.buf == NULL) {
		return -EPERM;
	}
	if (download.state == FAILED) {
		return successful ? -EALREADY : 0;
	}
	if (!is_open()) {
		return -EACCES;
	}
	if (successful) {
		return complete();
	}
	pause_download();
	return 0;
}

int dfu_target_full_modem_schedule_update(int img_num)
{
	(void)img_num;
	return store.buf == NULL ? -EPERM : 0;
}

int dfu_target_full_modem_reset(void)
{
	size_t store_size;
	size_t start_len;

	if (store.buf == NULL) {
		return -EPERM;
	}
	const int rc = look_at_store(0, &store_size, &start_len);
	if (rc != 0) {
		return rc;
	}
	forget_download(IDLE);
	return flash_flatten(store.fdev.dev, store.fdev.offset, start_len);
}
