/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file is asked for, the answer's header is judged, and the body is given out as it is read:
 *
 *     open   ask, judge the answer's header
 *     read   what is in the buffer, or else what comes next
 *     close  libcurl closes the connection, or keeps it if the answer is complete
 *
 * fota_curl_request.c says what is asked for, fota_curl_transfer.c has libcurl run,
 * fota_curl_answer.c judges the header, whose fields http_answer.c reads, and fota_curl_error.c
 * names what goes wrong.
 *
 * The validator of an answer goes into the If-Range of the next request for the same content if it
 * is a strong one (RFC 9110, 13.1.5): an ETag without W/, or a Last-Modified at least a second
 * before the answer's Date. A server that heeds it answers with the whole of the new file, 200.
 * One that does not, or a validator that could not be sent, is found out by the validator of the
 * 206; then, and after any 206 that makes no sense, the whole is asked for in a second request.
 */
#include "fota/fota_curl_parts.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "fota/http_answer.h"

#define CONNECT_TIMEOUT_MS 10000u
#define STALL_TIMEOUT_S 10u
#define WAIT_MS 500u
#define WAIT_MAX_MS 30000u

static struct fota_curl *curl_of(const struct fota_transport *transport)
{
	return transport->data;
}

/* Ask, and take the answer's header. On failure nothing is open. */
static int ask(struct fota_curl *curl, const struct fota_request *request, size_t offset,
	       struct fota_content *content)
{
	int rc;

	fota_curl_end(curl);
	curl->error[0] = '\0';
	rc = fota_curl_request(curl, request, offset);
	rc = rc != 0 ? rc : fota_curl_begin(curl);
	rc = rc != 0 ? rc : fota_curl_answer(curl, request, offset, content);
	if (rc != 0) {
		fota_curl_end(curl);
	}
	return rc;
}

/* Whether a part is of another content, or an answer that makes no sense as a part. */
static bool is_of_no_use(int rc, const struct fota_request *request,
			 const struct fota_content *found)
{
	if (rc != 0) {
		return rc == -EBADMSG;
	}
	return found->offset > 0 && request->same_as != NULL && request->same_as->len > 0 &&
	       !fota_curl_is_same(request->same_as, &found->validator);
}

static int open_file(const struct fota_transport *transport, const struct fota_request *request,
		     struct fota_content *content)
{
	struct fota_curl *curl = curl_of(transport);
	struct fota_content found;
	int rc = ask(curl, request, request->offset, &found);

	if (request->offset > 0 && is_of_no_use(rc, request, &found)) {
		rc = ask(curl, request, 0, &found);
	}
	if (rc == 0) {
		*content = found;
	}
	return rc;
}

/* Nothing is in the buffer, and the transfer is over. 0 at the end of the file, else -errno. */
static int judge_end(struct fota_curl *curl)
{
	if (curl->result != CURLE_OK) {
		return fota_curl_fail_as(curl, curl->result);
	}
	if (curl->left != HTTP_NOT_TOLD && curl->left > 0) {
		return fota_curl_fail(curl, -ECONNRESET, "the answer ended before its end");
	}
	return curl->is_cut_short
		       ? fota_curl_fail(curl, -ECONNRESET, "the server gave a part of what is left")
		       : 0;
}

static ssize_t take(struct fota_curl *curl, uint8_t *to, size_t len)
{
	const size_t there = curl->end - curl->begin;
	size_t n = there < len ? there : len;

	if (curl->left == 0) {
		return fota_curl_fail(curl, -EBADMSG, "more bytes than the answer announced");
	}
	n = n < curl->left ? n : curl->left;
	memcpy(to, &curl->buffer[curl->begin], n);
	curl->begin += n;
	if (curl->left != HTTP_NOT_TOLD) {
		curl->left -= n;
	}
	if (!fota_curl_has_bytes(curl)) {
		curl->begin = 0;
		curl->end = 0;
	}
	return (ssize_t)n;
}

static ssize_t read_file(const struct fota_transport *transport, void *buf, size_t len)
{
	struct fota_curl *curl = curl_of(transport);
	int rc = 0;

	if (!curl->is_open) {
		return fota_curl_fail(curl, -EINVAL, "no file is open");
	}
	if (!fota_curl_has_bytes(curl) && !curl->is_over) {
		rc = fota_curl_go_on(curl);
	}
	if (rc != 0) {
		return rc;
	}
	return fota_curl_has_bytes(curl) ? take(curl, buf, len) : judge_end(curl);
}

static void close_file(const struct fota_transport *transport)
{
	fota_curl_end(curl_of(transport));
}

static void wait_before(const struct fota_transport *transport, unsigned int attempt)
{
	const struct fota_curl_config *config = &curl_of(transport)->config;
	unsigned int ms = config->wait_ms;
	struct timespec left;

	while (attempt > 1 && ms <= config->wait_max_ms / 2) {
		ms *= 2;
		attempt--;
	}
	/* What is left to double passes the most. */
	ms = attempt > 1 || ms > config->wait_max_ms ? config->wait_max_ms : ms;
	left = (struct timespec){(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
	while (nanosleep(&left, &left) != 0 && errno == EINTR) {
	}
}

static const struct fota_transport_ops ops = {
	.open = open_file,
	.read = read_file,
	.close = close_file,
	.wait = wait_before,
};

static unsigned int or_default(unsigned int value, unsigned int otherwise)
{
	return value != 0 ? value : otherwise;
}

int fota_curl_init(struct fota_curl *curl, const struct fota_curl_config *config)
{
	*curl = (struct fota_curl){.transport = {.ops = &ops, .data = curl}};
	if (config != NULL) {
		curl->config = *config;
	}
	curl->config.connect_timeout_ms =
		or_default(curl->config.connect_timeout_ms, CONNECT_TIMEOUT_MS);
	curl->config.stall_timeout_s = or_default(curl->config.stall_timeout_s, STALL_TIMEOUT_S);
	curl->config.wait_ms = or_default(curl->config.wait_ms, WAIT_MS);
	curl->config.wait_max_ms = or_default(curl->config.wait_max_ms, WAIT_MAX_MS);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		return -ENOMEM;
	}
	curl->multi = curl_multi_init();
	curl->easy = curl_easy_init();
	if (curl->multi == NULL || curl->easy == NULL) {
		fota_curl_free(curl);
		return -ENOMEM;
	}
	return 0;
}

void fota_curl_free(struct fota_curl *curl)
{
	fota_curl_end(curl);
	curl_easy_cleanup(curl->easy);
	(void)curl_multi_cleanup(curl->multi);
	curl->easy = NULL;
	curl->multi = NULL;
	curl_global_cleanup();
}
