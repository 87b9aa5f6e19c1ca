/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the parts of the port to libcurl share; none of it is for applications. */
#ifndef PORTS_FOTA_FOTA_CURL_PARTS_H
#define PORTS_FOTA_FOTA_CURL_PARTS_H

#include "fota/fota_curl.h"

/** Keep the reason of an error. @return @p rc. */
int fota_curl_fail(struct fota_curl *curl, int rc, const char *why);

/** Keep the reason that libcurl has told, or else the name of its error. @return Its class. */
int fota_curl_fail_as(struct fota_curl *curl, CURLcode code);

/** @return Whether a request may be tied to this content: @p validator may be NULL. */
bool fota_curl_can_tie(const struct fota_curl *curl, const struct fota_validator *validator);

/** @return Whether two contents have the same name; two without one do. */
bool fota_curl_is_same(const struct fota_validator *a, const struct fota_validator *b);

/** For libcurl: take bytes of the body, all or, with CURL_WRITEFUNC_PAUSE, none. */
size_t fota_curl_receive(char *data, size_t size, size_t count, void *arg);

/** @return Whether bytes of the body wait in the buffer. */
static inline bool fota_curl_has_bytes(const struct fota_curl *curl)
{
	return curl->begin < curl->end;
}

/**
 * Begin the transfer that was asked for, until the first bytes of its body are in the buffer or it
 * is over. 0, or -errno, also of a transfer that failed before them.
 */
DFU_MUST_CHECK int fota_curl_begin(struct fota_curl *curl);

/** The next ones. 0, also where it is over: `result` says how; or -errno of the run itself. */
DFU_MUST_CHECK int fota_curl_go_on(struct fota_curl *curl);

/** End it, if there is one. */
void fota_curl_end(struct fota_curl *curl);

/** Set the options of a transfer that asks for a file from @p offset on. 0, or -errno. */
DFU_MUST_CHECK int fota_curl_request(struct fota_curl *curl, const struct fota_request *request,
				     size_t offset);

/** Judge the header of the answer to that, which has arrived. 0, and @p content is set, or -errno.
 */
DFU_MUST_CHECK int fota_curl_answer(struct fota_curl *curl, const struct fota_request *request,
				    size_t offset, struct fota_content *content);

#endif
