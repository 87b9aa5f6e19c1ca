/* SPDX-License-Identifier: Apache-2.0 */
#include "fota/fota_curl_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REDIRECTS 5L

#define SECURE "https://"
#define PLAIN "http://"

static bool begins(const char *text, const char *with)
{
	return strncasecmp(text, with, strlen(with)) == 0;
}

/* "https://name:port/path" in memory of its own; NULL: out of memory. */
static char *url_of(const struct fota_request *request)
{
	const char *scheme = strstr(request->host, "://") != NULL ? ""
			     : request->sec_tag_count > 0         ? SECURE
								  : PLAIN;
	const size_t room = strlen(scheme) + strlen(request->host) + 1 + strlen(request->file) + 1;
	char *url = malloc(room);

	if (url != NULL) {
		(void)snprintf(url, room, "%s%s/%s", scheme, request->host, request->file);
	}
	return url;
}

static int check_scheme(struct fota_curl *curl, const struct fota_request *request)
{
	if (strstr(request->host, "://") != NULL && !begins(request->host, SECURE) &&
	    !begins(request->host, PLAIN)) {
		return fota_curl_fail(curl, -EPROTONOSUPPORT, "neither http nor https");
	}
	return 0;
}

static int add_header(struct fota_curl *curl, const char *header)
{
	struct curl_slist *longer = curl_slist_append(curl->headers, header);

	if (longer == NULL) {
		return fota_curl_fail(curl, -ENOMEM, "out of memory");
	}
	curl->headers = longer;
	return 0;
}

static int set_headers(struct fota_curl *curl, const struct fota_request *request, size_t offset)
{
	char header[32 + FOTA_VALIDATOR_MAX];
	int rc = add_header(curl, "Accept-Encoding: identity");

	if (rc != 0 || offset == 0) {
		return rc;
	}
	(void)snprintf(header, sizeof(header), "Range: bytes=%zu-", offset);
	rc = add_header(curl, header);
	if (rc != 0 || !fota_curl_can_tie(curl, request->same_as)) {
		return rc;
	}
	(void)snprintf(header, sizeof(header), "If-Range: %.*s", request->same_as->len,
		       (const char *)request->same_as->bytes);
	return add_header(curl, header);
}

static CURLcode set_strings(struct fota_curl *curl, const char *url)
{
	const struct {
		CURLoption option;
		const char *value;
	} strings[] = {
		{CURLOPT_URL, url},
		{CURLOPT_REDIR_PROTOCOLS_STR, begins(url, SECURE) ? "https" : "http,https"},
		{CURLOPT_USERAGENT, "slotwise"},
		{CURLOPT_CAINFO, curl->config.ca_file},
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]) && code == CURLE_OK; i++) {
		/* NULL would take the system's certificates away. */
		if (strings[i].value != NULL) {
			code = curl_easy_setopt(curl->easy, strings[i].option, strings[i].value);
		}
	}
	return code;
}

static CURLcode set_numbers(struct fota_curl *curl)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{CURLOPT_NOSIGNAL, 1},
		{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
		{CURLOPT_FOLLOWLOCATION, 1},
		{CURLOPT_MAXREDIRS, REDIRECTS},
		{CURLOPT_CONNECTTIMEOUT_MS, (long)curl->config.connect_timeout_ms},
		{CURLOPT_LOW_SPEED_LIMIT, 1},
		{CURLOPT_LOW_SPEED_TIME, (long)curl->config.stall_timeout_s},
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && code == CURLE_OK; i++) {
		code = curl_easy_setopt(curl->easy, numbers[i].option, numbers[i].value);
	}
	return code;
}

static CURLcode set_pointers(struct fota_curl *curl)
{
	CURLcode code = curl_easy_setopt(curl->easy, CURLOPT_ERRORBUFFER, curl->error);

	if (code == CURLE_OK) {
		code = curl_easy_setopt(curl->easy, CURLOPT_HTTPHEADER, curl->headers);
	}
	if (code == CURLE_OK) {
		code = curl_easy_setopt(curl->easy, CURLOPT_WRITEDATA, curl);
	}
	return code != CURLE_OK
		       ? code
		       : curl_easy_setopt(curl->easy, CURLOPT_WRITEFUNCTION, fota_curl_receive);
}

static int set_options(struct fota_curl *curl, const struct fota_request *request)
{
	char *url = url_of(request);
	CURLcode code;

	if (url == NULL) {
		return fota_curl_fail(curl, -ENOMEM, "out of memory");
	}
	curl_easy_reset(curl->easy);
	code = set_pointers(curl);
	code = code != CURLE_OK ? code : set_numbers(curl);
	code = code != CURLE_OK ? code : set_strings(curl, url);
	free(url);
	return code == CURLE_OK ? 0 : fota_curl_fail_as(curl, code);
}

int fota_curl_request(struct fota_curl *curl, const struct fota_request *request, size_t offset)
{
	int rc = check_scheme(curl, request);

	rc = rc != 0 ? rc : set_headers(curl, request, offset);
	return rc != 0 ? rc : set_options(curl, request);
}
