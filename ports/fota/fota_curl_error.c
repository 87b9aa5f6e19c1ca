/* SPDX-License-Identifier: Apache-2.0 */
#include "fota/fota_curl_parts.h"

#include <errno.h>
#include <stdio.h>

/* Errors of libcurl in the classes of a transport. */
struct curl_class {
	CURLcode code;
	int rc;
};

static const struct curl_class classes[] = {
	{CURLE_UNSUPPORTED_PROTOCOL, -EPROTONOSUPPORT},
	{CURLE_URL_MALFORMAT, -EINVAL},
	{CURLE_SSL_CACERT_BADFILE, -EINVAL},
	{CURLE_COULDNT_RESOLVE_PROXY, -EHOSTUNREACH},
	{CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH},
	{CURLE_COULDNT_CONNECT, -ECONNREFUSED},
	{CURLE_SSL_CONNECT_ERROR, -ECONNABORTED},
	{CURLE_PEER_FAILED_VERIFICATION, -ECONNABORTED},
	{CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT},
	{CURLE_GOT_NOTHING, -ECONNRESET},
	{CURLE_SEND_ERROR, -ECONNRESET},
	{CURLE_RECV_ERROR, -ECONNRESET},
	{CURLE_PARTIAL_FILE, -ECONNRESET},
	{CURLE_OUT_OF_MEMORY, -ENOMEM},
};

int fota_curl_fail(struct fota_curl *curl, int rc, const char *why)
{
	(void)snprintf(curl->error, sizeof(curl->error), "%s", why);
	return rc;
}

int fota_curl_fail_as(struct fota_curl *curl, CURLcode code)
{
	long status = 0;

	if (curl->error[0] == '\0') {
		(void)fota_curl_fail(curl, 0, curl_easy_strerror(code));
	}
	/* An answer that is not HTTP at all has this code, too: no redirect led there. */
	if (code == CURLE_UNSUPPORTED_PROTOCOL && curl->is_open &&
	    curl_easy_getinfo(curl->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
	    status == 0) {
		return -EBADMSG;
	}
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (classes[i].code == code) {
			return classes[i].rc;
		}
	}
	return -EBADMSG;
}

const char *fota_curl_error(const struct fota_curl *curl)
{
	return curl->error;
}
