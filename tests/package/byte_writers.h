/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages made by hand, and writers that are byte arrays. Each byte of an image is known from the
 * package it is of and from where it stands, so what a writer has tells whether it is right.
 */
#ifndef TESTS_PACKAGE_BYTE_WRITERS_H
#define TESTS_PACKAGE_BYTE_WRITERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/dfu_multi_image.h>
#include <settings/settings_ram.h>

#define WRITERS_MAX 4
#define IMAGE_MAX 3000
#define PACKAGE_MAX 8000

/* A file; add images, then close it. */
struct package_bytes {
	uint8_t seed; /* what its images are made of */
	size_t count;
	int32_t id[WRITERS_MAX + 1];
	uint32_t size[WRITERS_MAX + 1];
	size_t start[WRITERS_MAX + 1]; /* in the file */
	size_t header_len;
	size_t len;
	uint8_t bytes[PACKAGE_MAX];
};

void package_bytes_begin(struct package_bytes *package, uint8_t seed);
void package_bytes_add(struct package_bytes *package, int32_t id, uint32_t size);
/* Padding of the header, inside its length. */
void package_bytes_end(struct package_bytes *package, size_t padding);
/* An image that has other bytes than the seed gives it, from one of its bytes on. */
void package_bytes_change(struct package_bytes *package, size_t image, size_t from, uint8_t seed);

enum writer_call { WRITER_OPEN, WRITER_WRITE, WRITER_CLOSE, WRITER_OFFSET, WRITER_RESET };

/* What a writer has; it outlives a reset. */
struct byte_writer {
	int id;
	uint8_t bytes[IMAGE_MAX];
	size_t len;
	size_t size;
	unsigned int opened;
	unsigned int finished;
	unsigned int paused;
	unsigned int resets;
};

extern struct byte_writer byte_writers[WRITERS_MAX];

/* No writer has anything, none fails; the settings are empty. */
void byte_writers_begin(void);

/* The n-th call of a kind from now on, from 0, fails with rc after `consumed` bytes. */
void byte_writers_fail(enum writer_call call, unsigned int n, int rc, size_t consumed);

/* A reset of the device: an init, and writers for these ids, in places 0 and on. */
void byte_writers_start(const int *ids, size_t count);

/* The writer for an id, NULL: none; whether it has an image, whole. */
struct byte_writer *byte_writer_of(int id);
bool byte_writer_has(int id, const struct package_bytes *package);

/* Parts that a test takes out of the writers it registers next. */
extern bool byte_writers_without_offset;
extern bool byte_writers_without_reset;

/* The settings, with what they fail with. */
extern struct settings_ram store;
extern int store_fails_saves;
extern int store_fails_deletions;
extern int store_fails_loads;
/* Saves and deletions so far; the one that is the last to happen. */
extern unsigned int store_operations;
extern unsigned int store_last;

/* Feed from an offset to another in chunks; the error that ended it. */
int feed(const struct package_bytes *package, size_t from, size_t to, size_t chunk);

#endif
