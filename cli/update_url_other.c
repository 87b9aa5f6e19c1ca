/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl brings some thirty libraries with it, and loading them takes five times as long as all
 * that most runs do. So the program that people start is linked without it, and becomes another
 * one, the same but for this file, when there is something to fetch. That one lies beside it in the
 * build folder, and where programs for programs are once it is installed.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "update.h"

#define PROGRAM "slotwise-url"

static const char *const places[] = {PROGRAM, SLOTWISE_LIBEXEC_FROM_BIN "/" PROGRAM};

/* The folder of the running program, with '/' at its end. 0, or -errno. */
static int find_own_folder(char *folder, size_t room)
{
	const ssize_t len = readlink("/proc/self/exe", folder, room - 1);

	if (len < 0) {
		return -errno;
	}
	folder[len] = '\0';
	strrchr(folder, '/')[1] = '\0';
	return 0;
}

enum cli_status update_url(struct cli *cli, struct update *update)
{
	char folder[PATH_MAX];
	char path[PATH_MAX + sizeof(SLOTWISE_LIBEXEC_FROM_BIN "/" PROGRAM)];
	int rc = find_own_folder(folder, sizeof(folder));

	(void)update;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && rc == 0; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", folder, places[i]);
		(void)execv(path, cli->argv);
		rc = errno == ENOENT ? 0 : -errno;
	}
	return cli_fail(cli, cli->operand[1], PROGRAM ", which fetches files: %s",
			strerror(rc == 0 ? ENOENT : -rc));
}
