/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that answers 206 says by Content-Range where its bytes belong. A file is put together of
 * several such answers, so that one that is off by a byte would cost the whole download, found at
 * the verification at its very end. So a part is taken only if it begins where it was asked to, and
 * if what else is told of its length agrees. It may end before the file does (RFC 9110, 15.3.7).
 */
#include "fota/http_answer.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <dfu/crypto.h>

static const char unit[] = "bytes";

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What follows a decimal number; NULL if there is none, or it does not fit. */
static const char *read_size(const char *text, size_t *number)
{
	size_t n = 0;

	if (!is_digit(*text)) {
		return NULL;
	}
	for (; is_digit(*text); text++) {
		const size_t digit = (size_t)(*text - '0');

		/* HTTP_NOT_TOLD is no number of bytes. */
		if (n > (SIZE_MAX - 1 - digit) / 10) {
			return NULL;
		}
		n = n * 10 + digit;
	}
	*number = n;
	return text;
}

/* What follows a number and this character. */
static const char *read_size_before(const char *text, size_t *number, char end)
{
	text = text != NULL ? read_size(text, number) : NULL;
	return text != NULL && *text == end ? text + 1 : NULL;
}

int http_range_read(struct http_range *range, const char *text)
{
	struct http_range found = {.size = HTTP_NOT_TOLD};

	if (strncasecmp(text, unit, sizeof(unit) - 1) != 0 || text[sizeof(unit) - 1] != ' ') {
		return -EBADMSG;
	}
	text = read_size_before(&text[sizeof(unit)], &found.first, '-');
	text = read_size_before(text, &found.last, '/');
	if (text == NULL) {
		return -EBADMSG;
	}
	text = *text == '*' ? text + 1 : read_size(text, &found.size);
	if (text == NULL || *text != '\0' || found.last < found.first || found.last >= found.size) {
		return -EBADMSG;
	}
	*range = found;
	return 0;
}

int http_length_read(size_t *length, const char *text)
{
	size_t found;

	text = read_size(text, &found);
	if (text == NULL || *text != '\0') {
		return -EBADMSG;
	}
	*length = found;
	return 0;
}

bool http_etag_is_strong(const char *text)
{
	const size_t len = strlen(text);

	return len >= 2 && text[0] == '"' && text[len - 1] == '"' &&
	       memchr(&text[1], '"', len - 2) == NULL;
}

int http_validator_put(struct fota_validator *validator, const char *text)
{
	const size_t len = strlen(text);
	struct fota_validator put = {.len = (uint8_t)len};
	uint8_t digest[DFU_HASH_MAX_SIZE];
	struct dfu_hash hash;
	int rc;

	if (len <= sizeof(put.bytes)) {
		memcpy(put.bytes, text, len);
		*validator = put;
		return 0;
	}
	rc = dfu_hash_begin(&hash, DFU_HASH_SHA256);
	if (rc != 0) {
		return rc;
	}
	rc = dfu_hash_update(&hash, (const uint8_t *)text, len);
	if (rc != 0) {
		dfu_hash_abort(&hash);
		return rc;
	}
	rc = dfu_hash_end(&hash, digest);
	if (rc != 0) {
		return rc;
	}
	put.len = (uint8_t)(1 + dfu_hash_size(DFU_HASH_SHA256));
	put.bytes[0] = 0;
	memcpy(&put.bytes[1], digest, put.len - 1u);
	*validator = put;
	return 0;
}

bool http_validator_is_text(const struct fota_validator *validator)
{
	return validator->len > 0 && validator->bytes[0] != 0;
}

/* Statuses from first to last, other than those that bring the file. */
struct refusal {
	long first;
	long last;
	int rc;
	const char *why;
};

static const struct refusal refusals[] = {
	{401, 401, -EACCES, "the server wants to know who asks"},
	{403, 403, -EACCES, "the server does not allow it"},
	{404, 404, -ENOENT, "the server has no such file"},
	{407, 407, -EACCES, "the proxy wants to know who asks"},
	{408, 408, -EAGAIN, "the server gave up waiting"},
	{410, 410, -ENOENT, "the server has the file no longer"},
	{416, 416, -ERANGE, "the file on the server is shorter"},
	{429, 429, -EAGAIN, "the server was asked too often"},
	{451, 451, -EACCES, "the server may not give it"},
	{500, 599, -EAGAIN, "the server has failed"},
	{0, 999, -EBADMSG, "no answer to a request for a file"},
};

static int judge_refusal(long status, const char **why)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (status >= refusals[i].first && status <= refusals[i].last) {
			*why = refusals[i].why;
			return refusals[i].rc;
		}
	}
	*why = "not a status of HTTP";
	return -EBADMSG;
}

static int judge_part(const struct http_answer *answer, size_t offset, struct http_body *body,
		      const char **why)
{
	const struct http_range *range = &answer->range;

	if (!answer->has_range) {
		*why = "a part of the file, but not which";
		return -EBADMSG;
	}
	if (range->first != offset) {
		*why = "another part of the file than asked for";
		return -EBADMSG;
	}
	/* first <= last < SIZE_MAX: no overflow. */
	if (answer->content_length != HTTP_NOT_TOLD &&
	    answer->content_length != range->last - range->first + 1) {
		*why = "two lengths of one part";
		return -EBADMSG;
	}
	*body = (struct http_body){
		.size = range->size,
		.offset = range->first,
		.length = range->last - range->first + 1,
	};
	return 0;
}

int http_answer_judge(const struct http_answer *answer, size_t offset, struct http_body *body,
		      const char **why)
{
	if (answer->status == 206) {
		return judge_part(answer, offset, body, why);
	}
	if (answer->status != 200) {
		return judge_refusal(answer->status, why);
	}
	*body = (struct http_body){
		.size = answer->content_length,
		.length = answer->content_length,
	};
	return 0;
}
