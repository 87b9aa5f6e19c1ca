/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Full files are written here byte by byte, from the grammar in FORMATS.md, so that no encoder and
 * decoder agree on something wrong. Patches have the simulated modem's own format, and it makes
 * them.
 */
#include "modem_files.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>
#include <modem_files.h> /* sim/ */

#define SCALES_MAX 8
#define SEGMENTS 2
#define WRAPPER_MAX 512
#define HASH_LEN 32
#define STRETCH 64

static struct {
	unsigned int scale;
	struct modem_files files;
} made[SCALES_MAX];

static uint8_t *allocate(size_t size)
{
	uint8_t *bytes = malloc(size);

	if (bytes == NULL) {
		abort();
	}
	return bytes;
}

/*
 * Every other stretch is in all firmwares, elsewhere in each. At no place have two the same byte:
 * what a store holds of one is never taken for the other.
 */
static void fill(uint8_t *bytes, size_t len, uint32_t number)
{
	for (size_t i = 0; i < len; i++) {
		const bool is_own = i / STRETCH % 2 == 0;
		const size_t at = is_own ? i : i + 13 * (size_t)number;

		bytes[i] = (uint8_t)((at * 31 + at / 251 * 17 + (is_own ? number * 83 : 0)) % 251);
	}
}

static void make_segment(struct sim_modem_segment *segment, uint32_t addr, size_t len,
			 uint32_t number)
{
	uint8_t *bytes = allocate(len);

	fill(bytes, len, number);
	*segment = (struct sim_modem_segment){addr, (uint32_t)len, bytes};
}

/* None a multiple of anything. The new one and the other have full files of the same size. */
static void make_firmware(struct modem_files *files, unsigned int scale)
{
	static const size_t lens[MODEM_VERSIONS][SEGMENTS] = {{307, 251}, {331, 283}, {303, 311}};

	for (uint32_t i = 0; i < MODEM_VERSIONS; i++) {
		struct sim_modem_firmware *firmware = &files->firmware[i];

		firmware->count = SEGMENTS;
		make_segment(&firmware->segment[0], 0x6000, lens[i][0] * scale, i + 1);
		make_segment(&firmware->segment[1], 0x8000, lens[i][1] * scale, i + 11);
		make_segment(&files->bootloader[i], 0x1000, 149 * scale, i + 21);
		const size_t len = (lens[i][0] + lens[i][1]) * scale;

		files->capacity = len > files->capacity ? len : files->capacity;
	}
}

/* CBOR as it is written. */
struct writer {
	uint8_t bytes[WRAPPER_MAX];
	size_t len;
};

static void put(struct writer *writer, const void *bytes, size_t len)
{
	if (len > WRAPPER_MAX - writer->len) {
		abort();
	}
	memcpy(&writer->bytes[writer->len], bytes, len);
	writer->len += len;
}

/* Type and number of an item, in as few bytes as can be. */
static void put_head(struct writer *writer, unsigned int type, uint32_t number)
{
	const uint8_t wide[5] = {0, (uint8_t)(number >> 24), (uint8_t)(number >> 16),
				 (uint8_t)(number >> 8), (uint8_t)number};
	const size_t len = number < 24 ? 0 : number < 256 ? 1 : number < 65536 ? 2 : 4;
	const uint8_t widths[5] = {0, 24, 25, 0, 26};
	const uint8_t first = (uint8_t)(type << 5 | (len == 0 ? number : (uint32_t)widths[len]));

	put(writer, &first, 1);
	put(writer, &wide[5 - len], len);
}

static void put_bytes(struct writer *writer, const void *bytes, size_t len)
{
	put_head(writer, 2, (uint32_t)len);
	put(writer, bytes, len);
}

static const struct sim_modem_segment *segment_of(const struct modem_files *files, int version,
						  size_t i)
{
	return i == 0 ? &files->bootloader[version] : &files->firmware[version].segment[i - 1];
}

static void put_segments(struct writer *manifest, const struct modem_files *files, int version)
{
	struct writer list = {.len = 0};

	put_head(&list, 4, 2 * (SEGMENTS + 1));
	for (size_t i = 0; i <= SEGMENTS; i++) {
		put_head(&list, 0, segment_of(files, version, i)->addr);
		put_head(&list, 0, segment_of(files, version, i)->len);
	}
	put_bytes(manifest, list.bytes, list.len);
}

static void put_manifest(struct writer *writer, const struct modem_files *files, int version,
			 const uint8_t hash[HASH_LEN])
{
	struct writer manifest = {.len = 0};

	put_head(&manifest, 4, 4);
	put_head(&manifest, 0, 1);
	put_head(&manifest, 0, 0);
	put_bytes(&manifest, hash, HASH_LEN);
	put_segments(&manifest, files, version);
	put_bytes(writer, manifest.bytes, manifest.len);
}

static void make_full(const struct modem_files *files, int version, uint8_t signature,
		      struct device_file *file)
{
	static const uint8_t beginning[] = {0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x24, 0xa0};
	uint8_t signed_by[256];
	struct writer writer = {.len = 0};
	uint8_t hash[HASH_LEN];
	size_t len = 0;

	uint8_t *blob = allocate(files->bootloader[version].len + files->capacity);
	for (size_t i = 0; i <= SEGMENTS; i++) {
		const struct sim_modem_segment *segment = segment_of(files, version, i);

		memcpy(&blob[len], segment->bytes, segment->len);
		len += segment->len;
	}
	if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), blob, len, hash) != 0) {
		abort();
	}
	put(&writer, beginning, sizeof(beginning));
	put_manifest(&writer, files, version, hash);
	memset(signed_by, signature, sizeof(signed_by));
	put_bytes(&writer, signed_by, sizeof(signed_by));
	uint8_t *bytes = allocate(writer.len + len);
	memcpy(bytes, writer.bytes, writer.len);
	memcpy(&bytes[writer.len], blob, len);
	free(blob);
	*file = (struct device_file){bytes, writer.len + len};
}

static void make_patches(struct modem_files *files)
{
	for (int from = 0; from < MODEM_VERSIONS; from++) {
		for (int to = 0; to < MODEM_VERSIONS; to++) {
			uint8_t *bytes;
			size_t len;

			if (from == to) {
				continue;
			}
			if (sim_modem_make_delta(&files->firmware[from], &files->firmware[to],
						 &bytes, &len) != 0) {
				abort();
			}
			files->patch[from][to] = (struct device_file){bytes, len};
			files->longest_patch = len > files->longest_patch ? len
									  : files->longest_patch;
		}
	}
}

const struct modem_files *modem_files_get(unsigned int scale)
{
	size_t i = 0;

	while (i < SCALES_MAX && made[i].scale != 0 && made[i].scale != scale) {
		i++;
	}
	if (i == SCALES_MAX) {
		abort();
	}
	struct modem_files *files = &made[i].files;
	if (made[i].scale == 0) {
		made[i].scale = scale;
		make_firmware(files, scale);
		make_patches(files);
		for (int version = 0; version < MODEM_VERSIONS; version++) {
			make_full(files, version, 0xff, &files->full[version]);
		}
		make_full(files, MODEM_OTHER, 0x00, &files->unsigned_other);
	}
	return files;
}
