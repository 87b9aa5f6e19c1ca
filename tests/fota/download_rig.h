/* SPDX-License-Identifier: Apache-2.0 */
/* A file on the scripted server, for the scripted target. */
#ifndef TESTS_FOTA_DOWNLOAD_RIG_H
#define TESTS_FOTA_DOWNLOAD_RIG_H

#include <dfu/config.h>

#include "fota/fake_server.h"
#include "fota/fake_target.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define DOWNLOAD_SIZE 1000

extern uint8_t download_bytes[2 * CONFIG_FOTA_DOWNLOAD_BUF_SZ + 100];

/* Everything anew, with a file of this size. */
void download_begin(size_t size);

/* Setup of each test: one of DOWNLOAD_SIZE. */
int download_setup(void **state);

/* The target has the file, and nothing else. */
void download_assert_has(size_t size);

#endif
