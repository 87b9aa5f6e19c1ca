/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board file is devicetree source with C preprocessor lines, as Zephyr writes it. The compiler
 * driver preprocesses it, dtc compiles it. Each runs to its end with its streams in unnamed
 * temporary files, so neither can block the other and no name of a file ever passes through a
 * shell. The line markers stay in, so dtc names the file and line the person wrote.
 *
 * dtc's output is checked like any foreign blob: everything behind this file may rely on its
 * structure.
 */
#include "devicetree.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libfdt.h>

#include "regular.h"

#define PATH_ROOM 4096

extern char **environ;

/* The streams of the two programs. */
struct pipeline {
	FILE *source; /* Preprocessed. */
	FILE *blob;
	FILE *messages;
};

static int read_all(FILE *file, void **data, size_t *len)
{
	char *bytes = malloc(SIM_BLOB_MAX);
	size_t got;

	if (bytes == NULL) {
		return -ENOMEM;
	}
	rewind(file);
	got = fread(bytes, 1, SIM_BLOB_MAX, file);
	if (ferror(file)) {
		free(bytes);
		return -EIO;
	}
	*data = bytes;
	*len = got;
	return 0;
}

static int check_blob(const char *path, const void *blob, size_t len, struct sim_error *error)
{
	int rc = len < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED : fdt_check_full(blob, len);

	if (rc != 0) {
		return sim_fail(error, -EINVAL, "%s: not a devicetree blob: %s", path,
				fdt_strerror(rc));
	}
	return 0;
}

/*
 * The first line that tells of an error, which is the one to mend; without such a line, the first
 * of all.
 */
static void keep_error(struct sim_error *error, FILE *messages)
{
	char line[1024];

	(void)sim_fail(error, 0, "the program gave no reason");
	rewind(messages);
	for (bool first = true; fgets(line, sizeof(line), messages) != NULL; first = false) {
		bool tells = strstr(line, "rror") != NULL && strstr(line, "FATAL") == NULL &&
			     strstr(line, "aborting") == NULL;

		line[strcspn(line, "\n")] = '\0';
		if (first || tells) {
			(void)sim_fail(error, 0, "%s", line);
		}
		if (tells) {
			return;
		}
	}
}

/* 0 when the program ran and succeeded, its exit status when it did not, or a negative errno. */
static int run(const char *const argv[], FILE *in, FILE *out, FILE *messages)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0) {
		return -rc;
	}
	if (in != NULL) {
		rewind(in);
		rc = posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
	} else {
		rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
						      0);
	}
	rc = rc != 0 ? rc : posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
	rc = rc != 0 ? rc
		     : posix_spawn_file_actions_adddup2(&actions, fileno(messages), STDERR_FILENO);
	if (rc == 0) {
		rc = posix_spawnp(&child, argv[0], &actions, NULL, (char *const *)argv, environ);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	if (rc != 0) {
		return -rc;
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR) {
			return -errno;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

static int preprocess(const char *path, struct pipeline *pipeline, struct sim_error *error)
{
	static const char *const compilers[] = {"cc", "gcc", "clang"};
	int rc = -ENOENT;

	for (size_t i = 0; i < sizeof(compilers) / sizeof(compilers[0]) && rc == -ENOENT; i++) {
		const char *const argv[] = {compilers[i], "-E", "-nostdinc",          "-undef",
					    "-D__DTS__",  "-x", "assembler-with-cpp", path,
					    NULL};

		rc = run(argv, NULL, pipeline->source, pipeline->messages);
	}
	if (rc < 0) {
		return sim_fail(error, rc, "cannot run a C preprocessor: %s", strerror(-rc));
	}
	if (rc > 0) {
		keep_error(error, pipeline->messages);
		return -EINVAL;
	}
	return 0;
}

/* The folder of a file; @p folder is as large as the path's own buffer. */
static void folder_of(char *folder, const char *path)
{
	const char *end = strrchr(path, '/');
	size_t len = end == NULL ? 0 : (size_t)(end - path) + 1;

	memcpy(folder, path, len);
	memcpy(&folder[len], ".", sizeof("."));
}

/* dtc reads a pipe: what the source includes by dtc's own directive lies beside the source. */
static int compile(const char *path, struct pipeline *pipeline, struct sim_error *error)
{
	char folder[PATH_ROOM + 1];
	const char *const argv[] = {
		"dtc", "-@",  "-i", folder, "-E", "reg_format", "-E", "avoid_default_addr_size",
		"-I",  "dts", "-O", "dtb",  "-",  NULL};
	int rc;

	folder_of(folder, path);
	rc = run(argv, pipeline->source, pipeline->blob, pipeline->messages);

	if (rc < 0) {
		return sim_fail(error, rc, "cannot run dtc: %s", strerror(-rc));
	}
	if (rc > 0) {
		keep_error(error, pipeline->messages);
		return -EINVAL;
	}
	return 0;
}

static int close_pipeline(struct pipeline *pipeline, int rc)
{
	FILE *files[] = {pipeline->source, pipeline->blob, pipeline->messages};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i] != NULL) {
			(void)fclose(files[i]);
		}
	}
	return rc;
}

int sim_devicetree_compile(const char *path, void **blob, size_t *len, struct sim_error *error)
{
	struct pipeline pipeline = {tmpfile(), tmpfile(), tmpfile()};
	char name[PATH_ROOM];
	void *bytes = NULL;
	size_t count = 0;
	int rc;

	if (pipeline.source == NULL || pipeline.blob == NULL || pipeline.messages == NULL) {
		rc = -errno;
		(void)sim_fail(error, rc, "cannot make a temporary file: %s", strerror(-rc));
		return close_pipeline(&pipeline, rc);
	}
	rc = sim_open_regular(path, O_RDONLY);
	if (rc < 0) {
		return close_pipeline(&pipeline, sim_fail(error, rc, "%s", sim_open_why(rc)));
	}
	(void)close(rc);
	/* "./" so that a name which begins with '-' is not taken for an option. */
	if (snprintf(name, sizeof(name), "%s%s", path[0] == '-' ? "./" : "", path) >=
	    (int)sizeof(name)) {
		return close_pipeline(&pipeline,
				      sim_fail(error, -ENAMETOOLONG, "%s", strerror(ENAMETOOLONG)));
	}
	rc = preprocess(name, &pipeline, error);
	rc = rc != 0 ? rc : compile(name, &pipeline, error);
	if (rc == 0) {
		rc = read_all(pipeline.blob, &bytes, &count);
		if (rc != 0) {
			(void)sim_fail(error, rc, "%s", strerror(-rc));
		}
	}
	rc = close_pipeline(&pipeline, rc);
	rc = rc != 0 ? rc : check_blob(path, bytes, count, error);
	if (rc != 0) {
		free(bytes);
		return rc;
	}
	*blob = bytes;
	*len = count;
	return 0;
}

int sim_devicetree_read(const char *path, void **blob, size_t *len, struct sim_error *error)
{
	int fd = sim_open_regular(path, O_RDONLY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");
	void *bytes = NULL;
	size_t count = 0;
	int rc;

	if (fd < 0) {
		return sim_fail(error, fd, "%s: %s", path, sim_open_why(fd));
	}
	if (file == NULL) {
		(void)close(fd);
		return sim_fail(error, -ENOMEM, "%s: %s", path, strerror(ENOMEM));
	}
	rc = read_all(file, &bytes, &count);
	(void)fclose(file);
	if (rc != 0) {
		return sim_fail(error, rc, "%s: %s", path, strerror(-rc));
	}
	rc = check_blob(path, bytes, count, error);
	if (rc != 0) {
		free(bytes);
		return rc;
	}
	*blob = bytes;
	*len = count;
	return 0;
}
