/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A transport of fota_download for hosts: HTTP and HTTPS through libcurl.
 *
 * Asks for what is missing with a Range, tied by If-Range to the content that it counts in, and
 * believes no answer that it can check: Content-Range, lengths, validators. Redirects are followed,
 * five of them, to http and https alone, and never from https to http. A server's certificate is
 * always verified. Encodings of content are refused: what arrives is the file.
 *
 * Errors are the classes of <net/fota_transport.h>: 404 and 410 are -ENOENT; 401, 403, 407 and 451
 * -EACCES; 416 -ERANGE; 408, 429 and 500 to 599 -EAGAIN; any other status that is no success, and a
 * certificate that does not hold, -EBADMSG and -ECONNABORTED, which no repetition helps. No memory
 * left is -ENOMEM.
 */
#ifndef PORTS_FOTA_CURL_H
#define PORTS_FOTA_CURL_H

#include <stdbool.h>

#include <curl/curl.h>

#include <net/fota_transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What can be set; 0 or NULL: the default. */
struct fota_curl_config {
	const char *ca_file;             /**< PEM, instead of the system's; outlives the port. */
	unsigned int connect_timeout_ms; /**< To connect, TLS included; 10000. */
	unsigned int stall_timeout_s;    /**< Less than a byte a second for so long: broken; 10. */
	unsigned int wait_ms;            /**< Before the first attempt to open again; 500. */
	unsigned int wait_max_ms;        /**< It doubles with each attempt, up to this; 30000. */
};

/** A port; the application owns it. */
struct fota_curl {
	struct fota_transport transport; /**< For fota_download_transport_set(). */
	/* The rest is its own. */
	struct fota_curl_config config;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	struct fota_validator strong; /* Of the last answer, if it may stand in If-Range. */
	size_t left;                  /* Bytes of the body to come; SIZE_MAX: not told. */
	bool is_cut_short;            /* The file goes on behind this body. */
	bool is_open;
	bool is_over; /* `result` says how. */
	CURLcode result;
	size_t begin; /* Of the bytes that wait in `buffer`. */
	size_t end;
	uint8_t buffer[CURL_MAX_WRITE_SIZE];
	char error[CURL_ERROR_SIZE];
};

/**
 * @brief Make a port.
 *
 * @p curl must stay where it is: it points into itself. Uses the heap. libcurl is initialised with
 * it, which a program with threads does before it has them.
 *
 * @param config  Copied; NULL: all defaults.
 *
 * @retval 0        Ready.
 * @retval -ENOMEM  There is nothing to free.
 */
DFU_MUST_CHECK int fota_curl_init(struct fota_curl *curl, const struct fota_curl_config *config);

/** Close what is open and free what init has taken. */
void fota_curl_free(struct fota_curl *curl);

/** @return What the last error was, in words; "" before the first one. Lives as long as the port.
 */
const char *fota_curl_error(const struct fota_curl *curl);

#ifdef __cplusplus
}
#endif

#endif
