/* SPDX-License-Identifier: Apache-2.0 */
#include "fota/fota_curl_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "fota/http_answer.h"

bool fota_curl_is_same(const struct fota_validator *a, const struct fota_validator *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

bool fota_curl_can_tie(const struct fota_curl *curl, const struct fota_validator *validator)
{
	return validator != NULL && http_validator_is_text(validator) &&
	       fota_curl_is_same(validator, &curl->strong);
}

/* Value of a field; NULL: none. -EBADMSG: two of them that differ. */
static int field(struct fota_curl *curl, const char *name, const char **value)
{
	struct curl_header *header;
	char *first;

	*value = NULL;
	if (curl_easy_header(curl->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
		return 0;
	}
	first = header->value;
	for (size_t i = 1; i < header->amount; i++) {
		if (curl_easy_header(curl->easy, name, i, CURLH_HEADER, -1, &header) != CURLHE_OK ||
		    strcmp(first, header->value) != 0) {
			return fota_curl_fail(curl, -EBADMSG,
					      "an answer that says one thing twice, not alike");
		}
	}
	*value = first;
	return 0;
}

static int refuse_encoding(struct fota_curl *curl)
{
	const char *encoding;
	const int rc = field(curl, "Content-Encoding", &encoding);

	if (rc == 0 && encoding != NULL && strcasecmp(encoding, "identity") != 0) {
		return fota_curl_fail(curl, -EBADMSG,
				      "the server gives an encoding of the file, not the file");
	}
	return rc;
}

/* libcurl knows whether the field counts; with chunks it does not. */
static int read_length(struct fota_curl *curl, size_t *length)
{
	const char *text;
	curl_off_t told = -1;
	int rc = field(curl, "Content-Length", &text);

	*length = HTTP_NOT_TOLD;
	if (rc != 0 || text == NULL) {
		return rc;
	}
	if (http_length_read(length, text) != 0) {
		return fota_curl_fail(curl, -EBADMSG, "a length that is no number of bytes");
	}
	if (curl_easy_getinfo(curl->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &told) != CURLE_OK ||
	    told < 0) {
		*length = HTTP_NOT_TOLD;
	}
	return 0;
}

static int read_answer(struct fota_curl *curl, struct http_answer *answer)
{
	const char *range = NULL;
	int rc = refuse_encoding(curl);

	if (curl_easy_getinfo(curl->easy, CURLINFO_RESPONSE_CODE, &answer->status) != CURLE_OK) {
		answer->status = 0;
	}
	/* The body of a refusal is not looked at, however it comes. */
	if (answer->status != 200 && answer->status != 206) {
		return 0;
	}
	rc = rc != 0 ? rc : read_length(curl, &answer->content_length);
	rc = rc != 0 ? rc : field(curl, "Content-Range", &range);
	if (rc == 0 && range != NULL) {
		answer->has_range = http_range_read(&answer->range, range) == 0;
	}
	return rc;
}

/* Whether it was a second old when it was given. */
static bool is_settled(const char *last_modified, const char *date)
{
	const time_t modified = curl_getdate(last_modified, NULL);
	const time_t given = date != NULL ? curl_getdate(date, NULL) : -1;

	return modified >= 0 && modified < given;
}

/* The name of the content, if it has one; *is_strong: it may stand in If-Range. */
static int read_validator(struct fota_curl *curl, struct fota_validator *validator, bool *is_strong)
{
	const char *etag;
	const char *modified;
	const char *date;
	int rc = field(curl, "ETag", &etag);

	rc = rc != 0 ? rc : field(curl, "Last-Modified", &modified);
	rc = rc != 0 ? rc : field(curl, "Date", &date);
	if (rc != 0) {
		return rc;
	}
	*is_strong = false;
	*validator = (struct fota_validator){.len = 0};
	if (etag != NULL && http_etag_is_strong(etag)) {
		*is_strong = true;
		return http_validator_put(validator, etag);
	}
	if (modified != NULL && modified[0] != '\0') {
		*is_strong = is_settled(modified, date);
		return http_validator_put(validator, modified);
	}
	return 0;
}

/*
 * The validator of a part. One that was asked for with If-Range need not be told again (RFC 9110,
 * 15.3.7).
 */
static int name_content(struct fota_curl *curl, const struct fota_request *request,
			struct fota_content *content)
{
	const bool was_tied = content->offset > 0 && fota_curl_can_tie(curl, request->same_as);
	bool is_strong;
	int rc = read_validator(curl, &content->validator, &is_strong);

	if (rc != 0) {
		return rc;
	}
	if (was_tied && content->validator.len == 0) {
		content->validator = *request->same_as;
		is_strong = true;
	}
	curl->strong = is_strong ? content->validator : (struct fota_validator){.len = 0};
	return 0;
}

int fota_curl_answer(struct fota_curl *curl, const struct fota_request *request, size_t offset,
		     struct fota_content *content)
{
	struct http_answer answer = {.content_length = HTTP_NOT_TOLD};
	struct http_body body;
	const char *why;
	int rc = read_answer(curl, &answer);

	if (rc != 0) {
		return rc;
	}
	rc = http_answer_judge(&answer, offset, &body, &why);
	if (rc != 0) {
		(void)snprintf(curl->error, sizeof(curl->error), "%s: status %ld", why,
			       answer.status);
		return rc;
	}
	curl->left = body.length;
	curl->is_cut_short = body.size != HTTP_NOT_TOLD && body.length != HTTP_NOT_TOLD &&
			     body.length < body.size - body.offset;
	*content = (struct fota_content){
		.size = body.size != HTTP_NOT_TOLD ? body.size : 0,
		.offset = body.offset,
	};
	return name_content(curl, request, content);
}
