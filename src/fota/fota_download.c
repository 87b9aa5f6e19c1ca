/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file from a server (fota_source.h) to its target (fota_delivery.h), a step with each call.
 *
 *   IDLE --start--> OPENING --at 0--> GATHERING --32 bytes--> FETCHING --end--> FINISHING
 *                    ^  |              |    ^                  ^  |
 *                    |  \--behind the bytes that the target has/  |
 *                    \--- broken, or the target goes on ----------/
 *
 * GATHERING asks the target where it goes on: there the file is opened anew, for
 * only then the server has said which content it would be. A file that begins at 0 again, although
 * the target has bytes of it, passes GATHERING once more. Where the server has nothing behind the
 * target's bytes, and the length is not known, FINISHING tells whether they are all of the file.
 *
 * Events come when a step has left everything in order, so a callback may cancel or start. Those of
 * the target come in the middle of its call: a cancellation waits for the end of the step.
 */
#include <net/fota_download.h>

#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <dfu/log.h>

#include "common/bytes.h"
#include "fota/fota_cause.h"
#include "fota/fota_delivery.h"
#include "fota/fota_source.h"

_Static_assert(CONFIG_FOTA_DOWNLOAD_BUF_SZ >= FOTA_DELIVERY_FIRST_LEN,
	       "CONFIG_FOTA_DOWNLOAD_BUF_SZ: too small");
_Static_assert(CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX > 0 &&
		       CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX <= UINT8_MAX,
	       "CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX");

enum download_state { IDLE, OPENING, GATHERING, FETCHING, FINISHING, OVER };

static struct {
	struct fota_source source;
	struct fota_delivery delivery;
	struct fota_download_evt end; /* of state OVER */
	size_t fill;                  /* bytes in the buffer that the target does not have */
	size_t resumed_at;
	int error;
	uint8_t state;
	int8_t percent;    /* that was told last; negative: none */
	bool begins_again; /* what the target had is of no use any more */
	bool may_be_whole; /* the server has no more bytes, and has never told how many there are */
	bool is_in_step;
	bool is_cancelled;
} download;

static int image_pair = -1; /* as fota_download_image_set() says */
static bool is_scheduled_here = IS_ENABLED(CONFIG_FOTA_CLIENT_AUTOSCHEDULE_UPDATE);
static fota_download_callback_t callback;
static const struct fota_transport *port;
static char host_name[CONFIG_FOTA_DOWNLOAD_HOST_NAME_LENGTH];
static char file_name[CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH];
static int sec_tags[CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX];
static uint8_t buffer[CONFIG_FOTA_DOWNLOAD_BUF_SZ];

static void tell(enum fota_download_evt_id id)
{
	const struct fota_download_evt event = {.id = id};

	callback(&event);
}

static void on_target_event(enum dfu_target_evt_id id)
{
	switch (id) {
	case DFU_TARGET_EVT_ERASE_PENDING:
		tell(FOTA_DOWNLOAD_EVT_ERASE_PENDING);
		break;
	case DFU_TARGET_EVT_TIMEOUT:
		tell(FOTA_DOWNLOAD_EVT_ERASE_TIMEOUT);
		break;
	case DFU_TARGET_EVT_ERASE_DONE:
		tell(FOTA_DOWNLOAD_EVT_ERASE_DONE);
		break;
	}
}

static void fail(enum fota_download_error_cause cause, int rc)
{
	DFU_ERR("download: cause %d, %d", (int)cause, rc);
	download.error = rc;
	download.end.id = FOTA_DOWNLOAD_EVT_ERROR;
	download.end.cause = cause;
	download.state = OVER;
}

/* The transfer is broken: again from what the target has, or not at all. */
static void lose(int rc)
{
	download.fill = 0;
	if (fota_source_retry(&download.source, rc)) {
		DFU_WRN("download: broken at %lu: %d", (unsigned long)download.source.taken, rc);
		download.state = OPENING;
		return;
	}
	fail(fota_cause(rc), rc);
}

static int percent_of(size_t part, size_t whole)
{
	return (int)(whole <= SIZE_MAX / 100 ? part * 100 / whole : part / (whole / 100));
}

static void report_progress(void)
{
	const size_t size = download.source.content.size;

	if (!IS_ENABLED(CONFIG_FOTA_DOWNLOAD_PROGRESS_EVT) || size == 0) {
		return;
	}
	const int percent = percent_of(download.source.taken, size);
	if (percent != download.percent) {
		const struct fota_download_evt event = {
			.id = FOTA_DOWNLOAD_EVT_PROGRESS,
			.progress = percent,
		};

		download.percent = (int8_t)percent;
		callback(&event);
	}
}

/* The target has something to say about the file's first bytes: where it goes on. */
static void take_file(void)
{
	struct fota_source *source = &download.source;
	size_t offset = 0;

	if (!fota_delivery_begin(&download.delivery, &source->content, buffer, download.fill,
				 download.begins_again, on_target_event, &offset)) {
		fail(download.delivery.cause, download.delivery.error);
		return;
	}
	download.resumed_at = offset;
	download.state = FETCHING;
	if (offset > 0) {
		download.fill = 0;
		fota_source_take(source, offset);
		fota_source_close(source);
		download.state = offset == source->content.size ? FINISHING : OPENING;
	}
	report_progress();
}

static void begin_again(void)
{
	const int rc = fota_source_restart(&download.source);

	download.begins_again = true;
	download.may_be_whole = false;
	download.resumed_at = 0;
	download.state = OPENING;
	if (rc != 0) {
		fail(fota_cause(rc), rc);
	}
}

static void end_at_what_is_there(void)
{
	if (!fota_delivery_misses_bytes(&download.delivery)) {
		begin_again();
		return;
	}
	download.may_be_whole = true;
	download.state = FINISHING;
}

static void open_file(void)
{
	const size_t wanted = download.source.taken;
	const int rc = fota_source_open(&download.source);

	if (rc == -ERANGE && wanted > 0 && download.source.taken == wanted) {
		end_at_what_is_there();
		return;
	}
	if (download.source.taken != wanted) {
		download.begins_again = true;
		download.resumed_at = 0;
	}
	if (rc != 0) {
		lose(rc);
		return;
	}
	download.state = download.source.taken == 0 ? GATHERING : FETCHING;
}

static ssize_t read_fragment(size_t room)
{
	return fota_source_read(&download.source, &buffer[download.fill],
				min_size(download.source.request.fragment_size, room));
}

static void gather(void)
{
	const ssize_t n = read_fragment(sizeof(buffer) - download.fill);

	if (n < 0) {
		lose((int)n);
		return;
	}
	download.fill += (size_t)n;
	if (n == 0) {
		fail(FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_UPDATE, -ENODATA);
	} else if (download.fill >= FOTA_DELIVERY_FIRST_LEN) {
		take_file();
	}
}

static void deliver(void)
{
	switch (fota_delivery_write(&download.delivery, buffer, download.fill)) {
	case FOTA_DELIVERY_TAKEN:
		fota_source_take(&download.source, download.source.taken + download.fill);
		download.fill = 0;
		report_progress();
		break;
	case FOTA_DELIVERY_BUSY:
		break;
	case FOTA_DELIVERY_FAILED:
		fail(download.delivery.cause, download.delivery.error);
		break;
	}
}

static void fetch(void)
{
	if (download.fill == 0) {
		const ssize_t n = read_fragment(sizeof(buffer));

		if (n < 0) {
			lose((int)n);
			return;
		}
		if (n == 0) {
			download.state = FINISHING;
			return;
		}
		download.fill = (size_t)n;
	}
	deliver();
}

static void finish(void)
{
	fota_source_close(&download.source);
	if (!fota_delivery_finish(&download.delivery, is_scheduled_here)) {
		if (download.may_be_whole && download.delivery.error == -EBADMSG) {
			begin_again();
			return;
		}
		fail(download.delivery.cause, download.delivery.error);
		return;
	}
	download.end.id = FOTA_DOWNLOAD_EVT_FINISHED;
	download.state = OVER;
}

/* First the transport, then the target, then the event. */
static void end_download(void)
{
	const struct fota_download_evt event = download.end;

	fota_source_close(&download.source);
	if (event.id != FOTA_DOWNLOAD_EVT_FINISHED) {
		fota_delivery_pause(&download.delivery);
	}
	fota_delivery_forget_name();
	download.state = IDLE;
	callback(&event);
}

static void cancel(void)
{
	download.end.id = FOTA_DOWNLOAD_EVT_CANCELLED;
	download.state = OVER;
}

static void step(void)
{
	switch (download.state) {
	case OPENING:
		open_file();
		break;
	case GATHERING:
		gather();
		break;
	case FETCHING:
		fetch();
		break;
	case FINISHING:
		finish();
		break;
	default:
		break;
	}
}

static bool copy_name(char *to, size_t room, const char *from)
{
	const char *end = memchr(from, '\0', room);

	if (end == NULL) {
		return false;
	}
	memcpy(to, from, (size_t)(end - from) + 1);
	return true;
}

/* Into file_name: the one, if there are two. */
static int choose_file(const char *file, bool *is_dual)
{
	if (!copy_name(file_name, sizeof(file_name), file)) {
		return -ENAMETOOLONG;
	}
	const int rc = fota_download_b1_file_parse(file_name);
	if (rc != 0 && rc != -EOPNOTSUPP && rc != -ENOMSG) {
		return rc;
	}
	*is_dual = rc == 0;
	return 0;
}

static void begin(uint8_t sec_tag_count, uint8_t pdn_id, size_t fragment_size,
		  enum dfu_target_image_type expected, bool is_dual)
{
	const size_t most = sizeof(buffer);
	const struct fota_request request = {
		.host = host_name,
		.file = file_name + strspn(file_name, "/"),
		.sec_tag_list = sec_tags,
		.sec_tag_count = sec_tag_count,
		.pdn_id = pdn_id,
		.fragment_size = fragment_size == 0 ? most : min_size(fragment_size, most),
	};

	memset(&download, 0, sizeof(download));
	fota_source_init(&download.source, port, &request);
	download.delivery = (struct fota_delivery){
		.expected = (int)expected,
		.image = image_pair,
		.for_boot = is_dual,
	};
	download.percent = -1;
	download.state = OPENING;
}

int fota_download_transport_set(const struct fota_transport *transport)
{
	if (download.state != IDLE) {
		return -EALREADY;
	}
	if (transport == NULL || transport->ops == NULL || transport->ops->open == NULL ||
	    transport->ops->read == NULL || transport->ops->close == NULL) {
		return -EINVAL;
	}
	port = transport;
	return 0;
}

int fota_download_init(fota_download_callback_t cb)
{
	if (cb == NULL) {
		return -EINVAL;
	}
	callback = cb;
	return 0;
}

int fota_download(const char *host, const char *file, const int *sec_tag_list,
		  uint8_t sec_tag_count, uint8_t pdn_id, size_t fragment_size,
		  const enum dfu_target_image_type expected_type)
{
	const unsigned int tags = sec_tag_count; /* 255 of them may be allowed */
	bool is_dual = false;

	if (host == NULL || file == NULL || (sec_tag_list == NULL && sec_tag_count > 0) ||
	    callback == NULL || port == NULL) {
		return -EINVAL;
	}
	if (download.state != IDLE) {
		return -EALREADY;
	}
	if (tags > CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX) {
		return -E2BIG;
	}
	if (!copy_name(host_name, sizeof(host_name), host)) {
		return -ENAMETOOLONG;
	}
	const int rc = choose_file(file, &is_dual);
	if (rc != 0) {
		return rc;
	}
	if (sec_tag_count > 0) {
		memcpy(sec_tags, sec_tag_list, sec_tag_count * sizeof(sec_tags[0]));
	}
	begin(sec_tag_count, pdn_id, fragment_size, expected_type, is_dual);
	return 0;
}

int fota_download_any(const char *host, const char *file, const int *sec_tag_list,
		      uint8_t sec_tag_count, uint8_t pdn_id, size_t fragment_size)
{
	return fota_download(host, file, sec_tag_list, sec_tag_count, pdn_id, fragment_size,
			     DFU_TARGET_IMAGE_TYPE_ANY);
}

int fota_download_start(const char *host, const char *file, int sec_tag, uint8_t pdn_id,
			size_t fragment_size)
{
	return fota_download_start_with_image_type(host, file, sec_tag, pdn_id, fragment_size,
						   DFU_TARGET_IMAGE_TYPE_ANY);
}

int fota_download_start_with_image_type(const char *host, const char *file, int sec_tag,
					uint8_t pdn_id, size_t fragment_size,
					const enum dfu_target_image_type expected_type)
{
	return fota_download(host, file, &sec_tag, sec_tag < 0 ? 0 : 1, pdn_id, fragment_size,
			     expected_type);
}

int fota_download_process(void)
{
	if (download.is_in_step || download.state == IDLE) {
		return download.state != IDLE;
	}
	download.is_in_step = true;
	step();
	download.is_in_step = false;
	if (download.is_cancelled && download.end.id != FOTA_DOWNLOAD_EVT_FINISHED) {
		cancel();
	}
	if (download.state == OVER) {
		end_download();
	}
	return download.state != IDLE;
}

int fota_download_cancel(void)
{
	if (download.state == IDLE) {
		return -EAGAIN;
	}
	if (download.is_in_step) {
		download.is_cancelled = true;
		return 0;
	}
	cancel();
	end_download();
	return 0;
}

int fota_download_image_set(int img_num)
{
	if (img_num < -1) {
		return -EINVAL;
	}
	if (download.state != IDLE) {
		return -EALREADY;
	}
	image_pair = img_num;
	return 0;
}

void fota_download_autoschedule_set(bool enabled)
{
	is_scheduled_here = enabled;
}

int fota_download_target(void)
{
	return download.delivery.type;
}

size_t fota_download_progress(size_t *size)
{
	if (size != NULL) {
		*size = download.source.content.size;
	}
	return download.source.taken;
}

size_t fota_download_resumed_at(void)
{
	return download.resumed_at;
}

int fota_download_error(void)
{
	return download.error;
}
