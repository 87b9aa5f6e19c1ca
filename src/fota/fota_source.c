/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A download ends, whatever the server does: a connection that breaks counts as an attempt, and
 * only bytes that were taken begin that count anew; each time that bytes taken are of no use any
 * more counts as a beginning, and nothing begins that count anew. In between the file grows by a
 * byte at least, up to what its target can hold.
 *
 * Bytes from an offset on are only taken from an answer that begins there, of the same length and
 * validator as the bytes before. All else begins at 0: a server that ignores the offset or begins
 * beside it, a file that has another validator or length by now, or none at that offset. Of a file
 * whose length nobody has told the last case is its end, too. What a server lies about without
 * contradicting itself the image's hash will show.
 *
 * The last bytes are held back until the server has shown that nothing follows: the same file fails
 * in the same way, however it is cut into fragments.
 */
#include "fota/fota_source.h"

#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <dfu/log.h>

#define BEGINNINGS_MAX 3

static bool is_same(const struct fota_content *a, const struct fota_content *b)
{
	return a->validator.len == b->validator.len &&
	       memcmp(a->validator.bytes, b->validator.bytes, a->validator.len) == 0 &&
	       (a->size == b->size || a->size == 0 || b->size == 0);
}

/* Ask for the bytes from `taken` on; open only after 0. */
static int ask(struct fota_source *source, struct fota_content *content)
{
	const struct fota_transport *transport = source->transport;

	source->request.offset = source->taken;
	source->request.same_as = source->taken > 0 && source->content.validator.len > 0
					  ? &source->content.validator
					  : NULL;
	*content = (struct fota_content){.size = 0};
	const int rc = transport->ops->open(transport, &source->request, content);
	if (rc != 0) {
		return rc;
	}
	source->is_open = true;
	if (content->validator.len > FOTA_VALIDATOR_MAX ||
	    (content->offset != 0 &&
	     (content->offset != source->taken || !is_same(content, &source->content)))) {
		fota_source_close(source);
		return -EBADMSG;
	}
	return 0;
}

void fota_source_init(struct fota_source *source, const struct fota_transport *transport,
		      const struct fota_request *request)
{
	*source = (struct fota_source){.transport = transport, .request = *request};
}

int fota_source_restart(struct fota_source *source)
{
	DFU_WRN("download: not the same file at %lu: begins at 0", (unsigned long)source->taken);
	source->taken = 0;
	source->beginnings++;
	return source->beginnings > BEGINNINGS_MAX ? -EBADMSG : 0;
}

int fota_source_open(struct fota_source *source)
{
	struct fota_content content;
	int rc = ask(source, &content);

	if (rc == -ERANGE && source->taken > 0 && source->content.size == 0) {
		return rc;
	}
	if (source->taken > 0 && (rc == -EBADMSG || rc == -ERANGE)) {
		rc = fota_source_restart(source);
		if (rc == 0) {
			rc = ask(source, &content);
		}
	} else if (rc == 0 && content.offset != source->taken) {
		rc = fota_source_restart(source);
	}
	if (rc != 0) {
		fota_source_close(source);
		return rc;
	}
	if (source->taken > 0 && content.size == 0) {
		content.size = source->content.size;
	}
	source->content = content;
	source->read = source->taken;
	return 0;
}

static ssize_t read_some(const struct fota_source *source, void *buf, size_t len)
{
	const ssize_t n = source->transport->ops->read(source->transport, buf, len);

	return n > 0 && (size_t)n > len ? -EBADMSG : n;
}

/* Whether the server has a byte behind the last one of the file. */
static bool has_more(const struct fota_source *source)
{
	uint8_t byte;

	return read_some(source, &byte, 1) > 0;
}

ssize_t fota_source_read(struct fota_source *source, void *buf, size_t len)
{
	const size_t size = source->content.size;
	const size_t left = size - source->read;

	if (size != 0 && left == 0) {
		return 0;
	}
	const ssize_t n = read_some(source, buf, len);
	if (n < 0) {
		return n;
	}
	if (size != 0 && n == 0) {
		return -ECONNRESET;
	}
	if (size != 0 && ((size_t)n > left || ((size_t)n == left && has_more(source)))) {
		return -EBADMSG;
	}
	source->read += (size_t)n;
	return n;
}

void fota_source_take(struct fota_source *source, size_t offset)
{
	source->taken = offset;
	source->attempts = 0;
}

void fota_source_close(struct fota_source *source)
{
	if (source->is_open) {
		source->transport->ops->close(source->transport);
		source->is_open = false;
	}
}

bool fota_source_retry(struct fota_source *source, int rc)
{
	const struct fota_transport *transport = source->transport;

	fota_source_close(source);
	if (rc != -ECONNRESET && rc != -ETIMEDOUT && rc != -EAGAIN && rc != -ENETDOWN) {
		return false;
	}
	if (source->attempts >= CONFIG_FOTA_SOCKET_RETRIES) {
		return false;
	}
	source->attempts++;
	if (transport->ops->wait != NULL) {
		transport->ops->wait(transport, (unsigned int)source->attempts);
	}
	return true;
}
