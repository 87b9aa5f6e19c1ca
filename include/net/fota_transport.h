/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The port that fota_download fetches files through. Ours.
 *
 * Open a file at an offset, read it piece by piece, close it: HTTP, CoAP, a UART. Calls come from
 * one thread, one file at a time.
 */
#ifndef NET_FOTA_TRANSPORT_H
#define NET_FOTA_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FOTA_VALIDATOR_MAX 64 /**< Bytes of what names a file's content. */

/** What names the content of a file: an ETag, or else Last-Modified; none: len 0. */
struct fota_validator {
	uint8_t len;
	uint8_t bytes[FOTA_VALIDATOR_MAX]; /**< A longer one is put in as its hash. */
};

/** What is asked for. Strings are the caller's until close. */
struct fota_request {
	const char *host; /**< Name or address, with a scheme and a port if there is one to name. */
	const char *file; /**< Path on it, with no '/' at its beginning. */
	const int *sec_tag_list;
	uint8_t sec_tag_count;
	uint8_t pdn_id;
	size_t fragment_size; /**< Bytes of a read at most; 0: as the port likes. */
	size_t offset;        /**< First byte wanted. */
	/** With offset > 0: the content that it counts in; NULL: any. */
	const struct fota_validator *same_as;
};

/** What the server gives. */
struct fota_content {
	size_t size;   /**< Bytes of the whole file; 0: not known. */
	size_t offset; /**< Of the first byte that read() gives: as asked, or 0 where the server
			  cannot begin elsewhere, or its content is another one. */
	/** With an answer that the server has bound to same_as (If-Range, If-Match): that one, told
	 *  again or not. */
	struct fota_validator validator;
};

struct fota_transport;

/** Functions of a port. */
struct fota_transport_ops {
	/**
	 * 0, and @p content is set; else -errno, nothing is open. Classes: -EHOSTUNREACH,
	 * -ECONNREFUSED, -ECONNABORTED, -ENETDOWN no connection; -ECONNRESET, -ETIMEDOUT, -EAGAIN
	 * it broke; -ENOENT no such file; -EACCES not allowed; -ERANGE the file has no byte at the
	 * offset; -EBADMSG the answer makes no sense; -EPROTONOSUPPORT scheme; -EINVAL
	 * configuration.
	 */
	int (*open)(const struct fota_transport *transport, const struct fota_request *request,
		    struct fota_content *content);
	/**
	 * Up to @p len of the next bytes; 0 at the end of the file, as the server has it, again and
	 * again; -errno as above, after which close() and open() at what has arrived may go on.
	 * Never more than @p len. Whoever reads asks for bytes behind the size, too, to see that
	 * there are none.
	 */
	ssize_t (*read)(const struct fota_transport *transport, void *buf, size_t len);
	/** Once for each open() that was 0. */
	void (*close)(const struct fota_transport *transport);
	/** Wait before attempt @p attempt (from 1) to open again; NULL: at once. */
	void (*wait)(const struct fota_transport *transport, unsigned int attempt);
};

/** A port. */
struct fota_transport {
	const struct fota_transport_ops *ops;
	void *data; /**< The port's. */
};

#ifdef __cplusplus
}
#endif

#endif
