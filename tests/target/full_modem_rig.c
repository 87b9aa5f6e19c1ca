/* SPDX-License-Identifier: Apache-2.0 */
#include "full_modem_rig.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

#define SIGNATURE_LEN 256
#define HASH_LEN 32
#define SEGMENTS 3

/* clang-format off */
const struct full_modem_case full_modem_plain =
	{{"plain",        BOOT_MODE_SWAP_MOVE, 512,  16, 4,  512,  0xff, false, 8},  2500};
const struct full_modem_case full_modem_cases[] = {
	{{"plain",        BOOT_MODE_SWAP_MOVE, 512,  16, 4,  512,  0xff, false, 8},  2500},
	{{"serial flash", BOOT_MODE_SWAP_MOVE, 4096, 8,  1,  1024, 0xff, false, 8},  9500},
	{{"block 4",      BOOT_MODE_SWAP_MOVE, 4096, 8,  4,  512,  0xff, false, 8},  9500},
	{{"block 8",      BOOT_MODE_SWAP_MOVE, 1024, 12, 8,  488,  0xff, false, 8},  2501},
	{{"block 32",     BOOT_MODE_SWAP_MOVE, 1024, 12, 32, 480,  0xff, false, 32}, 2502},
	{{"erased 0",     BOOT_MODE_SWAP_MOVE, 512,  16, 8,  512,  0x00, false, 8},  2503},
	{{"no erase",     BOOT_MODE_SWAP_MOVE, 4096, 8,  16, 512,  0xff, true,  16}, 5000},
};
/* clang-format on */
const size_t full_modem_case_count = ARRAY_LEN(full_modem_cases);

struct dfu_target_fmfu_fdev full_modem_store;
size_t full_modem_buffer_len;

static uint32_t buffer[1024 / sizeof(uint32_t)];
static bool is_configured; /* in this run: it is forked before */

/* A CBOR number with its major type, in the shortest form. */
static uint8_t *put(uint8_t *to, uint8_t major, size_t number)
{
	const uint8_t type = (uint8_t)(major << 5);

	if (number < 24) {
		*to++ = (uint8_t)(type | number);
		return to;
	}
	const unsigned int bytes = number < 0x100 ? 1 : number < 0x10000 ? 2 : 4;
	*to++ = (uint8_t)(type | (bytes == 1 ? 24 : bytes == 2 ? 25 : 26));
	for (unsigned int shift = 8 * bytes; shift > 0; shift -= 8) {
		*to++ = (uint8_t)(number >> (shift - 8));
	}
	return to;
}

static uint8_t *put_bytes(uint8_t *to, const uint8_t *bytes, size_t len)
{
	to = put(to, 2, len);
	memcpy(to, bytes, len);
	return to + len;
}

static size_t make_manifest(uint8_t *to, const uint8_t hash[HASH_LEN], size_t blob_len)
{
	const size_t lens[SEGMENTS] = {100, 300, blob_len - 400};
	uint8_t segments[64];
	uint8_t *end = put(segments, 4, 2 * SEGMENTS);
	const uint8_t *const start = to;

	for (size_t i = 0; i < SEGMENTS; i++) {
		end = put(put(end, 0, i * 0x100000), 0, lens[i]);
	}
	to = put(put(put(to, 4, 4), 0, 1), 0, 0);
	to = put_bytes(to, hash, HASH_LEN);
	to = put_bytes(to, segments, (size_t)(end - segments));
	return (size_t)(to - start);
}

static size_t make_wrapper(uint8_t *to, const uint8_t hash[HASH_LEN], size_t blob_len)
{
	static const uint8_t head[] = {0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x24, 0xa0};
	const uint8_t *const start = to;
	uint8_t signature[SIGNATURE_LEN];
	uint8_t manifest[200];

	memset(signature, 0xff, sizeof(signature));
	memcpy(to, head, sizeof(head));
	to = put_bytes(to + sizeof(head), manifest, make_manifest(manifest, hash, blob_len));
	to = put_bytes(to, signature, sizeof(signature));
	return (size_t)(to - start);
}

void full_modem_make(struct image_file *file, size_t size, uint8_t seed)
{
	uint8_t hash[HASH_LEN] = {0};
	uint8_t scratch[500];
	/* As long as the numbers of the blob's length are the same. */
	const size_t wrapper_len = make_wrapper(scratch, hash, size - sizeof(scratch));

	file->bytes = realloc(file->bytes, size);
	assert_non_null(file->bytes);
	file->size = size;
	for (size_t i = wrapper_len; i < size; i++) {
		file->bytes[i] = (uint8_t)((i * 7 + i / 251 + seed) % 251);
	}
	assert_int_equal(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
				    file->bytes + wrapper_len, size - wrapper_len, hash),
			 0);
	assert_int_equal(make_wrapper(file->bytes, hash, size - wrapper_len), wrapper_len);
}

size_t full_modem_wrapper_len(const struct image_file *file)
{
	uint8_t hash[HASH_LEN] = {0};
	uint8_t scratch[500];

	return make_wrapper(scratch, hash, file->size - sizeof(scratch));
}

void full_modem_open(const struct full_modem_case *what)
{
	reset_open(&what->flash, what->size);
	full_modem_make(&new_file, what->size, 1);
	full_modem_store = (struct dfu_target_fmfu_fdev){
		.dev = &dev->nor.device,
		.offset = reset_slot(1) - dev->memory,
		.size = reset_slot_size(),
	};
	full_modem_buffer_len = what->flash.buffer;
}

void full_modem_run_plain(void (*body)(void))
{
	full_modem_open(&full_modem_plain);
	assert_int_equal(reset_run(body), 0);
	reset_close();
}

void full_modem_cfg(void)
{
	const struct dfu_target_full_modem_params params = {
		.buf = (uint8_t *)buffer, .len = full_modem_buffer_len, .dev = &full_modem_store};

	if (!is_configured) {
		assert_int_equal(dfu_target_full_modem_cfg(&params), 0);
		is_configured = true;
	}
}

int full_modem_init(size_t size)
{
	full_modem_cfg();
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_FULL_MODEM, 0, size, NULL);
}

int full_modem_init_seen(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, 32), DFU_TARGET_IMAGE_TYPE_FULL_MODEM);
	return full_modem_init(new_file.size);
}

void full_modem_finish(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
	full_modem_assert_stored();
}

void full_modem_ask(void)
{
	assert_int_equal(full_modem_init(new_file.size), 0);
	dev->offset = reset_offset();
}

void full_modem_ask_seen(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	dev->offset = reset_offset();
}

void full_modem_reset(void)
{
	full_modem_cfg();
	assert_int_equal(dfu_target_full_modem_reset(), 0);
	assert_int_equal(dev->memory[full_modem_store.offset], dev->what.erased);
}

size_t full_modem_next_offset(void)
{
	assert_int_equal(reset_run(full_modem_ask_seen), 0);
	return dev->offset;
}

void full_modem_assert_stored(void)
{
	assert_memory_equal(dev->memory + full_modem_store.offset, new_file.bytes, new_file.size);
}
