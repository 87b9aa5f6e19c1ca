/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file on a server, read over a transport that may break, from a server that may change it, cut
 * it, or not know how to begin anywhere but at 0. Whoever reads says which bytes it has taken for
 * good; the file is opened again behind those.
 */
#ifndef FOTA_FOTA_SOURCE_H
#define FOTA_FOTA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <net/fota_transport.h>

struct fota_source {
	const struct fota_transport *transport;
	struct fota_request request;
	struct fota_content content; /* the file as the server told it; its offset is not used */
	size_t taken;                /* for good; where open begins */
	size_t read;                 /* offset of the next byte to read */
	int attempts;                /* to open it again, in a row */
	int beginnings;              /* at 0, although bytes were taken */
	bool is_open;
};

/* A file that nothing was taken of yet; request's offset and same_as are not used. */
void fota_source_init(struct fota_source *source, const struct fota_transport *transport,
		      const struct fota_request *request);

/*
 * Open it behind what was taken. Where that cannot be, or is not the same content any more, it
 * begins at 0: taken is 0 then, also after an error. -EBADMSG: too often; else the port's errno.
 * -ERANGE with bytes taken: nothing follows them in a file of unknown size; they may be all of it.
 */
int fota_source_open(struct fota_source *source);

/* Nothing that was taken can be gone on with: open begins at 0. 0; -EBADMSG: too often. */
int fota_source_restart(struct fota_source *source);

/*
 * Up to len of the next bytes; 0 at the end of the file. -ECONNRESET: the server ended it before;
 * -EBADMSG: it has more bytes than it said, of which none is given; else the port's errno.
 */
ssize_t fota_source_read(struct fota_source *source, void *buf, size_t len);

/* The reader goes on at an offset, in this connection or another one. */
void fota_source_take(struct fota_source *source, size_t offset);

void fota_source_close(struct fota_source *source);

/* Close it, and whether it is worth while to open it again after an error: then wait first. */
bool fota_source_retry(struct fota_source *source, int rc);

#endif
