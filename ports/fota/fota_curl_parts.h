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

/** Set the options of a transfer that asks for a file from @p offset on. 0, or -errno. */
DFU_MUST_CHECK int fota_curl_request(struct fota_curl *curl, const struct fota_request *request,
				     size_t offset);

/** Judge the header of the answer to that, which has arrived. 0, and @p content is set, or -errno.
 */
DFU_MUST_CHECK int fota_curl_answer(struct fota_curl *curl, const struct fota_request *request,
				    size_t offset, struct fota_content *content);

#endif
