/* SPDX-License-Identifier: Apache-2.0 */
#include "fmfu_maker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

enum { UINT, NINT, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };

struct bytes {
	uint8_t at[MAKER_WRAPPER_MAX];
	size_t len;
};

static void put(struct bytes *to, const void *from, size_t len)
{
	assert(len <= sizeof(to->at) - to->len);
	memcpy(&to->at[to->len], from, len);
	to->len += len;
}

static void put_byte(struct bytes *to, uint8_t byte)
{
	put(to, &byte, 1);
}

static unsigned int width_of(uint64_t number)
{
	return number < 24                      ? 0
	       : number < 0x100                 ? 1
	       : number < 0x10000               ? 2
	       : number < UINT64_C(0x100000000) ? 4
						: 8;
}

/* @return Whether 0xff has to follow the content. */
static bool head(struct maker *maker, struct bytes *to, unsigned int type, uint64_t number)
{
	const bool is_odd = ++maker->heads == maker->odd.head;
	unsigned int width;

	if (is_odd) {
		type = (type + maker->odd.types) % 8;
		number += (uint64_t)maker->odd.more;
	}
	width = is_odd && maker->odd.width != 0 ? maker->odd.width : width_of(number);
	if (is_odd && maker->odd.is_indefinite) {
		put_byte(to, (uint8_t)(type << 5 | 31));
		return true;
	}
	if (width == 0) {
		put_byte(to, (uint8_t)(type << 5 | number));
		return false;
	}
	put_byte(to, (uint8_t)(type << 5 | (width == 1   ? 24U
					    : width == 2 ? 25U
					    : width == 4 ? 26U
							 : 27U)));
	while (width-- > 0) {
		put_byte(to, (uint8_t)(number >> (8 * width)));
	}
	return false;
}

static void end(struct bytes *to, bool is_indefinite)
{
	if (is_indefinite) {
		put_byte(to, 0xff);
	}
}

/* An indefinite string is one definite piece, and the end. */
static void string(struct maker *maker, struct bytes *to, const void *from, size_t len)
{
	const bool is_indefinite = head(maker, to, BYTES, len);

	if (is_indefinite) {
		maker->odd.head = 0;
		head(maker, to, BYTES, len);
	}
	put(to, from, len);
	end(to, is_indefinite);
}

static void extra(struct bytes *to, size_t len)
{
	while (len-- > 0) {
		put_byte(to, 0);
	}
}

static void make_list(struct maker *maker, struct bytes *list)
{
	const bool is_indefinite = head(maker, list, ARRAY, 2 * maker->count);

	for (size_t i = 0; i < maker->count; i++) {
		head(maker, list, UINT, maker->segments[i].addr);
		head(maker, list, UINT, maker->segments[i].len);
	}
	end(list, is_indefinite);
	extra(list, maker->list_extra);
}

static void make_manifest(struct maker *maker, const uint8_t hash[32], struct bytes *manifest)
{
	uint8_t padded[64] = {0};
	struct bytes list = {.len = 0};
	bool is_indefinite;

	make_list(maker, &list);
	is_indefinite = head(maker, manifest, ARRAY, 4);
	maker->version_at = manifest->len;
	head(maker, manifest, UINT, maker->version);
	maker->compat_at = manifest->len;
	head(maker, manifest, UINT, maker->compat);
	memcpy(padded, hash, 32);
	string(maker, manifest, padded, maker->hash_len);
	maker->hash_at = manifest->len - maker->hash_len;
	string(maker, manifest, list.at, list.len);
	maker->list_at = manifest->len - list.len;
	end(manifest, is_indefinite);
	extra(manifest, maker->manifest_extra);
}

static void make_algorithm(struct maker *maker, struct bytes *algorithm)
{
	const bool is_indefinite = head(maker, algorithm, MAP, 1);

	head(maker, algorithm, UINT, 1);
	head(maker, algorithm, NINT, 36); /* -37 */
	end(algorithm, is_indefinite);
	extra(algorithm, maker->algorithm_extra);
}

void maker_wrap(struct maker *maker, const uint8_t hash[32])
{
	uint8_t signature[300];
	struct bytes algorithm = {.len = 0};
	struct bytes manifest = {.len = 0};
	struct bytes all = {.len = 0};
	bool is_indefinite;

	maker->heads = 0;
	make_algorithm(maker, &algorithm);
	make_manifest(maker, hash, &manifest);
	head(maker, &all, TAG, maker->tag);
	is_indefinite = head(maker, &all, ARRAY, 4);
	string(maker, &all, algorithm.at, algorithm.len);
	end(&all, head(maker, &all, MAP, 0));
	string(maker, &all, manifest.at, manifest.len);
	maker->payload_at = all.len - manifest.len;
	memset(signature, 0xff, sizeof(signature));
	string(maker, &all, signature, maker->signature_len);
	maker->signature_at = all.len - maker->signature_len;
	end(&all, is_indefinite);
	maker->version_at += maker->payload_at;
	maker->compat_at += maker->payload_at;
	maker->hash_at += maker->payload_at;
	maker->list_at += maker->payload_at;
	memcpy(maker->wrapper, all.at, all.len);
	maker->wrapper_len = all.len;
}

void maker_begin(struct maker *maker, size_t segments)
{
	*maker = (struct maker){
		.count = segments,
		.version = 1,
		.tag = 18,
		.hash_len = 32,
		.signature_len = 256,
	};
	for (size_t i = 0; i < segments; i++) {
		maker->segments[i].addr = (uint32_t)(i == 0 ? 0x20000000 : 0x1000 * i);
		maker->segments[i].len = (uint32_t)(i % 3 * 40 + 7 + i % 5);
	}
}

uint8_t maker_blob(size_t at)
{
	return (uint8_t)(at % 251 + at / 251);
}

void maker_make(struct maker *maker)
{
	crypto_hash_sha256_state state;
	size_t len = 0;

	for (size_t i = 0; i < maker->count; i++) {
		len += maker->segments[i].len;
	}
	maker->file = malloc(MAKER_WRAPPER_MAX + len);
	assert(maker->file != NULL);
	for (size_t i = 0; i < len; i++) {
		maker->file[MAKER_WRAPPER_MAX + i] = maker_blob(i);
	}
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, &maker->file[MAKER_WRAPPER_MAX], len);
	crypto_hash_sha256_final(&state, maker->blob_hash);
	maker_wrap(maker, maker->blob_hash);
	memcpy(maker->file, maker->wrapper, maker->wrapper_len);
	memmove(&maker->file[maker->wrapper_len], &maker->file[MAKER_WRAPPER_MAX], len);
	maker->file_len = maker->wrapper_len + len;
}

void maker_free(struct maker *maker)
{
	free(maker->file);
	maker->file = NULL;
}
