/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers that mean no good, or do not know better, before the real MCUboot target. Whatever they
 * do, the slot has the server's file after FINISHED, nothing is visible after anything else, and an
 * honest server is all that the next download needs.
 */
#ifndef TESTS_FOTA_HOSTILE_RIG_H
#define TESTS_FOTA_HOSTILE_RIG_H

#include "fota/fake_server.h"
#include "target/reset_rig.h"

#define HOSTILE_SIZE 2500
#define HOSTILE_HALF 1200

/* The server of the next run, and what becomes of a download from it. */
extern struct hostile {
	size_t fragment;
	struct server_connection plan[8];
	unsigned int planned;
	bool repeats_last;
	size_t most_at_once;
	const char *validator;
	const char *events;
	int error;
} hostile;

/* Setup of each test: an honest server. */
int hostile_setup(void **state);

/* The next connection; the first one, which gives HOSTILE_HALF bytes and breaks. */
void hostile_add(const struct server_connection *connection);
void hostile_add_half(void);

/* Bodies: a download from the server that is planned, which ends as it should; from an honest one.
 */
void hostile_fetch(void);
void hostile_fetch_honestly(void);

bool hostile_has_header(void);

/* On a new device: what is planned is an error, invisible to the bootloader, and honesty heals it.
 */
void hostile_assert_refused(const struct reset_case *what);
/* Or it is the file. */
void hostile_assert_accepted(const struct reset_case *what);

#endif
