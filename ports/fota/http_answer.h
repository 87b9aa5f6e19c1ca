/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the fields of an HTTP answer say of a file that was asked for. RFC 9110. */
#ifndef PORTS_FOTA_HTTP_ANSWER_H
#define PORTS_FOTA_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <net/fota_transport.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HTTP_NOT_TOLD SIZE_MAX /**< Instead of a number of bytes. */

/** Content-Range of a part. */
struct http_range {
	size_t first;
	size_t last;
	size_t size; /**< Of the whole; HTTP_NOT_TOLD: "*". */
};

/** An answer, as far as it is looked at. */
struct http_answer {
	long status;
	bool has_range; /**< A Content-Range, and one that makes sense. */
	struct http_range range;
	size_t content_length; /**< Of the body; HTTP_NOT_TOLD. */
};

/** What it gives. */
struct http_body {
	size_t size;   /**< Of the whole file; HTTP_NOT_TOLD. */
	size_t offset; /**< Of the body in it. */
	size_t length; /**< Of the body; HTTP_NOT_TOLD. */
};

/** Read a Content-Range of a part in bytes. 0, or -EBADMSG. */
DFU_MUST_CHECK int http_range_read(struct http_range *range, const char *text);

/** Read a Content-Length. 0, or -EBADMSG: no number, or none that fits. */
DFU_MUST_CHECK int http_length_read(size_t *length, const char *text);

/** @return Whether this is an entity tag that stands for the same bytes, not for similar ones. */
bool http_etag_is_strong(const char *text);

/**
 * Put in what names a content. One that is longer than FOTA_VALIDATOR_MAX becomes 33 bytes: a zero,
 * which no field of a header has, and its SHA-256. 0, or as dfu_hash_begin().
 */
DFU_MUST_CHECK int http_validator_put(struct fota_validator *validator, const char *text);

/** @return Whether a validator is the text itself, not its hash. */
bool http_validator_is_text(const struct fota_validator *validator);

/**
 * @brief Judge the answer to a request for a file from @p offset on; 0: for the whole.
 *
 * @param why  On failure: the reason in words, a literal.
 *
 * @retval 0         @p body is set.
 * @retval -ENOENT, -EACCES, -ERANGE, -EAGAIN  The status says so.
 * @retval -EBADMSG  Another status, or the fields do not fit together or to what was asked.
 */
DFU_MUST_CHECK int http_answer_judge(const struct http_answer *answer, size_t offset,
				     struct http_body *body, const char **why);

#ifdef __cplusplus
}
#endif

#endif
