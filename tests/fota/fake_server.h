/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server and the port to it, scripted connection by connection, and a listener that writes down
 * what a download tells. The port asserts that it is used as its header says.
 */
#ifndef TESTS_FOTA_FAKE_SERVER_H
#define TESTS_FOTA_FAKE_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/fota_download.h>
#include <net/fota_transport.h>

#define SERVER_CONNECTIONS_MAX 64
#define SERVER_TEXT_MAX 512

struct server_file {
	const uint8_t *bytes;
	size_t size;
	const char *validator; /* NULL: the server tells none */
};

/* What a connection does; all zero: serve the file as it should. */
struct server_connection {
	int open_rc;                    /* not 0: it is not made */
	const struct server_file *file; /* from now on */
	size_t gives;                   /* bytes before it breaks; 0: it does not */
	int break_rc;                   /* what read gives then: 0 ends the file */
	bool breaks_at_once;            /* before the first byte */
	bool ignores_offset;
	bool ignores_same_as; /* serves from the offset on whatever the content is by now */
	bool hides_size;
	int told_shift;  /* begins so far beside the offset, and says so */
	int lying_shift; /* the same, and does not say so */
	int size_lie;    /* added to the size that is told */
	size_t extra;    /* bytes behind the end of the file */
};

extern struct server {
	struct server_file file;
	struct server_connection connections[SERVER_CONNECTIONS_MAX];
	unsigned int planned;        /* connections that are scripted */
	bool repeats_last;           /* beyond those: like the last one; else as it should */
	size_t most_at_once;         /* bytes that a read gives; 0: all that are asked for */
	unsigned int opened;         /* connections that were asked for */
	unsigned int reads;          /* calls of read */
	size_t served;               /* bytes given */
	size_t fragment;             /* that the last request told */
	char story[SERVER_TEXT_MAX]; /* o<offset>, o<offset>= with same_as, w<attempt>, c */
	char host[128];
	char path[512];
	int tags[255];
	uint8_t tag_count;
	uint8_t pdn_id;
} server;

extern struct server_listener {
	char story[SERVER_TEXT_MAX]; /* F, E<cause>, C, p t d for the target's */
	int percent;                 /* last one told; -1: none */
	unsigned int told;           /* progress events */
	void (*on_event)(const struct fota_download_evt *event); /* may be NULL */
} listener;

extern const struct fota_transport server_port;

/* A server with this file and nothing scripted, an empty story; port and listener are named. */
void server_begin(const uint8_t *bytes, size_t size, const char *validator);

/* Script the next connection. */
void server_plan(const struct server_connection *connection);

/* Steps until it is over. */
void server_run(void);

/* Start "file" of "host" by fragments, and run it. */
void server_download(size_t fragment_size);

#endif
