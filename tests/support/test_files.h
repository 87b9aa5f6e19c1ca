/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files below tests/vectors. A file that cannot be read ends the program with its name: no test
 * goes on without.
 */
#ifndef TESTS_SUPPORT_TEST_FILES_H
#define TESTS_SUPPORT_TEST_FILES_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/*
 * Names are relative to tests/vectors, or absolute. One that ends in .gz gives the unpacked bytes.
 * The block has no slack behind *len, so that the address sanitizer sees reads past the end; free()
 * it.
 */
uint8_t *test_read_file(const char *name, size_t *len);

/* The same of any path. */
uint8_t *test_read_path(const char *path, size_t *len);

/* A JSON document; json_decref() it. */
json_t *test_read_json(const char *name);

#endif
