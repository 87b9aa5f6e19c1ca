/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Settings back-end in one file of a host. POSIX hosts. */
#ifndef PORTS_SETTINGS_FILE_H
#define PORTS_SETTINGS_FILE_H

#include <settings/settings.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A back-end instance; the application owns it. The file holds a line "name=hex" an entry. A save
 * writes a new file, syncs it and renames it over the old one: a cut leaves the old file or the new
 * one.
 */
struct settings_file {
	struct settings_backend backend; /**< For settings_backend_set(). */
	const char *path;                /**< Outlives the instance. */
};

/**
 * Use the file at @p path; it need not exist. A line that is no entry is -EBADMSG at each load and
 * save: a damaged store is neither used nor overwritten. A name with a line end in it is -EINVAL,
 * as is a path that is neither a file nor a folder (-EISDIR). Other errors are those of the file
 * system. "<path>.tmp" is taken while a save runs. Uses the heap.
 */
void settings_file_init(struct settings_file *settings, const char *path);

#ifdef __cplusplus
}
#endif

#endif
