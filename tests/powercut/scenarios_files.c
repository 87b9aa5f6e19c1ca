/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios_files.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

#include "scenarios_key.h"
#include "support/test_files.h"
#include "sweep/images.h"

#define HEADER 32
#define AREA 40 /* its header, a TLV's header, the hash */
#define SIZES_MAX 32

/* Files of a size are the same wherever they are needed, but for what one has of erased flash. */
static struct {
	size_t size;
	uint8_t erased;
	struct device_file file[FILES];
} made[SIZES_MAX];

static void make(struct device_file *file, size_t size, uint8_t minor)
{
	struct image_file image = {0};

	image_file_make(&image, size, minor, 0);
	*file = (struct device_file){image.bytes, image.size};
}

static void put_hash(uint8_t *bytes, size_t size)
{
	const size_t area = size - AREA;

	if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), bytes, area,
		       &bytes[area + 8]) != 0) {
		abort();
	}
}

/* The same header; behind it no byte is where the other file has one. */
static void make_twin(struct device_file *file, const struct device_file *like)
{
	uint8_t *bytes = malloc(like->size);

	if (bytes == NULL) {
		abort();
	}
	memcpy(bytes, like->bytes, like->size);
	for (size_t i = HEADER; i < like->size - AREA; i++) {
		bytes[i] = (uint8_t)((like->bytes[i] + 100) % 251);
	}
	put_hash(bytes, like->size);
	*file = (struct device_file){bytes, like->size};
}

static void make_hollow(struct device_file *file, size_t size, uint8_t erased)
{
	struct image_file image = {0};

	image_file_make(&image, size, 4, 0);
	memset(&image.bytes[HEADER], erased, size * 3 / 4 - HEADER);
	put_hash(image.bytes, size);
	*file = (struct device_file){image.bytes, size};
}

void files_make(struct device_file file[FILES], size_t size, uint8_t erased)
{
	size_t i = 0;

	while (made[i].size != 0 && (made[i].size != size || made[i].erased != erased)) {
		i++;
	}
	if (i + 1 == SIZES_MAX) {
		abort();
	}
	if (made[i].size == 0) {
		made[i].size = size;
		made[i].erased = erased;
		make(&made[i].file[FILE_PRIOR], size - size / 5, 0);
		make(&made[i].file[FILE_OLD], size - size / 9, 1);
		make(&made[i].file[FILE_NEW], size, 2);
		make(&made[i].file[FILE_OTHER], size - 13, 3);
		make_twin(&made[i].file[FILE_TWIN], &made[i].file[FILE_NEW]);
		make_hollow(&made[i].file[FILE_HOLLOW], size, erased);
	}
	memcpy(file, made[i].file, sizeof(made[i].file));
}

static void read_file(struct device_file *file, const char *name)
{
	file->bytes = test_read_file(name, &file->size);
}

void files_read(struct device_config *config, enum files_signature signature)
{
	static struct dfu_image_key keys[2];
	static bool loaded[2];
	const bool is_p256 = signature == FILES_P256;
	struct dfu_image_key *key = &keys[is_p256 ? 0 : 1];

	if (!loaded[is_p256 ? 0 : 1]) {
		scenarios_key_load(key, is_p256 ? "ec256-a" : "ed25519-a");
		loaded[is_p256 ? 0 : 1] = true;
	}
	config->key = key;
	config->signature = is_p256 ? BOOT_SIGNATURE_ECDSA_P256 : BOOT_SIGNATURE_ED25519;
	if (is_p256) {
		read_file(&config->file[FILE_PRIOR], "images/tiny-0.9.0-ec256.bin");
		read_file(&config->file[FILE_OLD], "images/tiny-1.0.0-ec256.bin");
		read_file(&config->file[FILE_NEW], "images/tiny-1.1.0-ec256.bin");
	} else {
		read_file(&config->file[FILE_OLD], "images/tiny-1.0.0-ed25519.bin");
		read_file(&config->file[FILE_NEW], "extra/tiny-1.1.0-ed25519.bin");
	}
}
