/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl pushes; a transport is pulled. The transfer of a file is one of a multi handle of its
 * own, which runs inside open() and read() only, until there are some bytes in the buffer or it is
 * over:
 *
 *     open   add the transfer, run, judge the answer's header, pause
 *     read   buffer not empty: take from there
 *            else: go on, run, pause, take
 *     close  remove it: libcurl closes the connection, or keeps it if the answer is complete
 *
 * Bytes that do not fit are refused with CURL_WRITEFUNC_PAUSE, and come again. Between the calls
 * the transfer is paused, so that the time that a flash takes is not held against the server; the
 * server meets a full window.
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
#define POLL_MS 1000 /* at most: libcurl knows its own timers */

static struct fota_curl *curl_of(const struct fota_transport *transport)
{
	return transport->data;
}

size_t fota_curl_receive(char *data, size_t size, size_t count, void *arg)
{
	struct fota_curl *curl = arg;
	const size_t len = size * count; /* size is 1 */

	if (len > sizeof(curl->buffer) - curl->end) {
		return CURL_WRITEFUNC_PAUSE;
	}
	memcpy(&curl->buffer[curl->end], data, len);
	curl->end += len;
	return len;
}

static bool has_bytes(const struct fota_curl *curl)
{
	return curl->begin < curl->end;
}

static void hear_of_end(struct fota_curl *curl)
{
	const CURLMsg *message;
	int left;

	do {
		message = curl_multi_info_read(curl->multi, &left);
		if (message != NULL && message->msg == CURLMSG_DONE) {
			curl->is_over = true;
			curl->result = message->data.result;
		}
	} while (message != NULL);
}

/* Run the transfer until it has brought something or is over. 0, or -errno of the run itself. */
static int run(struct fota_curl *curl)
{
	while (!has_bytes(curl) && !curl->is_over) {
		int running;
		CURLMcode code = curl_multi_perform(curl->multi, &running);

		if (code == CURLM_OK) {
			hear_of_end(curl);
		}
		if (code == CURLM_OK && !has_bytes(curl) && !curl->is_over) {
			code = curl_multi_poll(curl->multi, NULL, 0, POLL_MS, NULL);
		}
		if (code != CURLM_OK) {
			return fota_curl_fail(curl, code == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO,
					      curl_multi_strerror(code));
		}
	}
	return 0;
}

static int set_paused(struct fota_curl *curl, bool paused)
{
	const CURLcode code = curl->is_over ? CURLE_OK
					    : curl_easy_pause(curl->easy, paused ? CURLPAUSE_RECV
										 : CURLPAUSE_CONT);

	return code == CURLE_OK ? 0 : fota_curl_fail_as(curl, code);
}

static void end_transfer(struct fota_curl *curl)
{
	if (curl->is_open) {
		/* It fails for handles that are not there only. */
		(void)curl_multi_remove_handle(curl->multi, curl->easy);
	}
	curl_slist_free_all(curl->headers);
	curl->headers = NULL;
	curl->is_open = false;
	curl->is_over = false;
	curl->result = CURLE_OK;
	curl->begin = 0;
	curl->end = 0;
}

/* Ask, and take the answer's header. On failure nothing is open. */
static int ask(struct fota_curl *curl, const struct fota_request *request, size_t offset,
	       struct fota_content *content)
{
	int rc;

	end_transfer(curl);
	curl->error[0] = '\0';
	rc = fota_curl_request(curl, request, offset);
	if (rc == 0 && curl_multi_add_handle(curl->multi, curl->easy) != CURLM_OK) {
		rc = fota_curl_fail(curl, -ENOMEM, "out of memory");
	}
	curl->is_open = rc == 0;
	rc = rc != 0 ? rc : run(curl);
	if (rc == 0 && !has_bytes(curl) && curl->result != CURLE_OK) {
		rc = fota_curl_fail_as(curl, curl->result);
	}
	rc = rc != 0 ? rc : fota_curl_answer(curl, request, offset, content);
	rc = rc != 0 ? rc : set_paused(curl, true);
	if (rc != 0) {
		end_transfer(curl);
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
	if (!has_bytes(curl)) {
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
	if (!has_bytes(curl) && !curl->is_over) {
		rc = set_paused(curl, false);
		rc = rc != 0 ? rc : run(curl);
		rc = rc != 0 ? rc : set_paused(curl, true);
	}
	if (rc != 0) {
		return rc;
	}
	return has_bytes(curl) ? take(curl, buf, len) : judge_end(curl);
}

static void close_file(const struct fota_transport *transport)
{
	end_transfer(curl_of(transport));
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
	end_transfer(curl);
	curl_easy_cleanup(curl->easy);
	(void)curl_multi_cleanup(curl->multi);
	curl->easy = NULL;
	curl->multi = NULL;
	curl_global_cleanup();
}
