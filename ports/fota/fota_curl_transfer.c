/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl pushes; a transport is pulled. The transfer of a file is one of a multi handle of its
 * own, which runs only until there are some bytes in the buffer or it is over.
 *
 * Bytes that do not fit are refused with CURL_WRITEFUNC_PAUSE, and come again. Between the calls
 * the transfer is paused, so that the time that a flash takes is not held against the server; the
 * server meets a full window.
 */
#include "fota/fota_curl_parts.h"

#include <errno.h>
#include <string.h>

#define POLL_MS 1000 /* at most: libcurl knows its own timers */

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

static int set_paused(struct fota_curl *curl, bool paused)
{
	const CURLcode code = curl->is_over ? CURLE_OK
					    : curl_easy_pause(curl->easy, paused ? CURLPAUSE_RECV
										 : CURLPAUSE_CONT);

	return code == CURLE_OK ? 0 : fota_curl_fail_as(curl, code);
}

/* 0, or -errno of the run itself: how the transfer ended is in `result`. */
static int run(struct fota_curl *curl)
{
	while (!fota_curl_has_bytes(curl) && !curl->is_over) {
		int running;
		CURLMcode code = curl_multi_perform(curl->multi, &running);

		if (code == CURLM_OK) {
			hear_of_end(curl);
		}
		if (code == CURLM_OK && !fota_curl_has_bytes(curl) && !curl->is_over) {
			code = curl_multi_poll(curl->multi, NULL, 0, POLL_MS, NULL);
		}
		if (code != CURLM_OK) {
			return fota_curl_fail(curl, code == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO,
					      curl_multi_strerror(code));
		}
	}
	return set_paused(curl, true);
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

int fota_curl_begin(struct fota_curl *curl)
{
	int rc;

	if (curl_multi_add_handle(curl->multi, curl->easy) != CURLM_OK) {
		return fota_curl_fail(curl, -ENOMEM, "out of memory");
	}
	curl->is_open = true;
	rc = run(curl);
	if (rc == 0 && !fota_curl_has_bytes(curl) && curl->result != CURLE_OK) {
		rc = fota_curl_fail_as(curl, curl->result);
	}
	return rc;
}

int fota_curl_go_on(struct fota_curl *curl)
{
	const int rc = set_paused(curl, false);

	return rc != 0 ? rc : run(curl);
}

void fota_curl_end(struct fota_curl *curl)
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
