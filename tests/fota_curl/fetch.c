/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port on its own, for the tests: opens a file, reads, closes, as its arguments say, and tells
 * what came.
 *
 *     fetch OPTION=VALUE... HOST FILE OUT STEP...
 *
 *     OFFSET    open there; after the first time for the content of the first time
 *     any:OFF   open there, whatever the content
 *     read:N    read N bytes, or all there are if N is 0
 *     sleep:MS  do nothing
 *     ask       tell that it has come to this step, and go on after a line on stdin
 *     wait:N    wait as before attempt N
 *     close
 *
 * Each step prints a line; what was read is appended to OUT. The options are those of the port.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fota/fota_curl.h"

#define PIECE 4096u

struct run {
	struct fota_curl curl;
	struct fota_request request;
	struct fota_validator first;
	bool has_first;
	FILE *out;
};

static const struct fota_transport *port(const struct run *run)
{
	return &run->curl.transport;
}

static void say_error(const struct run *run, const char *what, long rc)
{
	printf("%s %ld %s\n", what, rc, fota_curl_error(&run->curl));
}

static void open_at(struct run *run, size_t offset, const struct fota_validator *same_as)
{
	struct fota_content content;
	int rc;

	run->request.offset = offset;
	run->request.same_as = same_as;
	rc = port(run)->ops->open(port(run), &run->request, &content);
	if (rc != 0) {
		say_error(run, "open", rc);
		return;
	}
	printf("open 0 %zu %zu ", content.size, content.offset);
	for (size_t i = 0; i < content.validator.len; i++) {
		printf("%02x", content.validator.bytes[i]);
	}
	putchar('\n');
	if (!run->has_first) {
		run->first = content.validator;
		run->has_first = true;
	}
}

static void read_some(struct run *run, size_t most)
{
	static char piece[PIECE];
	size_t done = 0;
	ssize_t n = 1;

	while ((most == 0 || done < most) && n > 0) {
		const size_t left = most == 0 ? sizeof(piece) : most - done;

		n = port(run)->ops->read(port(run), piece,
					 left < sizeof(piece) ? left : sizeof(piece));
		if (n > 0) {
			(void)fwrite(piece, 1, (size_t)n, run->out);
			done += (size_t)n;
		}
	}
	printf("read %zu ", done);
	say_error(run, "end", n > 0 ? 0 : (long)n);
}

static void sleep_ms(unsigned long ms)
{
	const struct timespec time = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	(void)nanosleep(&time, NULL);
}

static bool take_step(struct run *run, const char *step)
{
	const char *colon = strchr(step, ':');
	const size_t number = (size_t)strtoull(colon != NULL ? colon + 1 : step, NULL, 10);

	if (strcmp(step, "close") == 0) {
		port(run)->ops->close(port(run));
		puts("close");
	} else if (strcmp(step, "ask") == 0) {
		puts("ask");
		(void)fflush(stdout);
		(void)getchar();
	} else if (strncmp(step, "read:", 5) == 0) {
		read_some(run, number);
	} else if (strncmp(step, "sleep:", 6) == 0) {
		sleep_ms(number);
	} else if (strncmp(step, "wait:", 5) == 0) {
		port(run)->ops->wait(port(run), (unsigned int)number);
	} else if (strncmp(step, "any:", 4) == 0) {
		open_at(run, number, NULL);
	} else if (colon == NULL) {
		open_at(run, number, run->has_first ? &run->first : NULL);
	} else {
		return false;
	}
	return true;
}

static bool take_option(struct fota_curl_config *config, const char *option)
{
	const char *value = strchr(option, '=');
	unsigned int number;

	if (value == NULL) {
		return false;
	}
	value++;
	number = (unsigned int)strtoul(value, NULL, 10);
	if (strncmp(option, "ca=", 3) == 0) {
		config->ca_file = value;
	} else if (strncmp(option, "connect=", 8) == 0) {
		config->connect_timeout_ms = number;
	} else if (strncmp(option, "stall=", 6) == 0) {
		config->stall_timeout_s = number;
	} else if (strncmp(option, "wait=", 5) == 0) {
		config->wait_ms = number;
	} else if (strncmp(option, "most=", 5) == 0) {
		config->wait_max_ms = number;
	} else {
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct run run;
	struct fota_curl_config config = {.ca_file = NULL};
	int at = 1;
	bool ok = true;

	while (at < argc && take_option(&config, argv[at])) {
		at++;
	}
	if (argc - at < 3 || fota_curl_init(&run.curl, &config) != 0) {
		return EXIT_FAILURE;
	}
	run.request.host = argv[at];
	run.request.file = argv[at + 1];
	run.out = fopen(argv[at + 2], "wb");
	for (at += 3; at < argc && run.out != NULL && ok; at++) {
		ok = take_step(&run, argv[at]);
	}
	ok = ok && run.out != NULL && fclose(run.out) == 0;
	fota_curl_free(&run.curl);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
