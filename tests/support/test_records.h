/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of the real MCUboot: those of tests/vectors, or of another folder of the same form
 * that the environment names in SLOTWISE_VECTORS. What cannot be read ends the program.
 */
#ifndef TESTS_SUPPORT_TEST_RECORDS_H
#define TESTS_SUPPORT_TEST_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* A file of one JSON object a line, such as "boots.jsonl.gz", as an array; json_decref() it. */
json_t *test_records_read(const char *name);

/* A file that a record names, of that folder or of the test images; free() it. */
uint8_t *test_records_read_file(const char *name, size_t *len);

/* Whether they are those of tests/vectors: only of them is known how many there are. */
bool test_records_are_known(void);

#endif
