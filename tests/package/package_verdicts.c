/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads headers of packages for test_package_cbor2.py. Standard input has, for each, its length in
 * 32 bits and its bytes; standard output gets a line for each: an errno's name, or the size of the
 * package and id, size and offset of each image. What is read is made again and has to be the same.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/dfu_multi_image.h>

#include "common/bytes.h"

#define IMAGES 255

static const char *name_of(int rc)
{
	static const struct {
		int rc;
		const char *name;
	} names[] = {
		{-EBADMSG, "EBADMSG"}, {-ENOBUFS, "ENOBUFS"}, {-ENODATA, "ENODATA"},
		{-EEXIST, "EEXIST"},   {-ENOMEM, "ENOMEM"},   {-EOVERFLOW, "EOVERFLOW"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].rc == rc) {
			return names[i].name;
		}
	}
	return "another errno";
}

/* The same items make the same bytes, up to the padding. */
static bool is_made_again(struct dfu_multi_image_item *items, size_t count, const uint8_t *header)
{
	static uint8_t made[2 + UINT16_MAX];
	size_t len = sizeof(made);
	const size_t padded = items[0].offset;

	return dfu_multi_image_make(items, count, 1, made, &len) == 0 && len <= padded &&
	       memcmp(made + 2, header + 2, len - 2) == 0 &&
	       bytes_are(header + len, padded - len, 0xff);
}

static void print_verdict(const uint8_t *header, size_t len)
{
	struct dfu_multi_image_item items[IMAGES];
	uint64_t total;
	size_t count;
	const int rc = dfu_multi_image_parse(header, len, items, IMAGES, &count, &total);

	if (rc != 0) {
		printf("%s\n", name_of(rc));
		return;
	}
	printf("%" PRIu64, total);
	for (size_t i = 0; i < count; i++) {
		printf(" %" PRId32 ":%" PRIu32 "@%" PRIu32, items[i].id, items[i].size,
		       items[i].offset);
	}
	printf("%s\n", is_made_again(items, count, header) ? "" : " made otherwise");
}

static bool judge_next(void)
{
	uint8_t length[4];

	if (fread(length, sizeof(length), 1, stdin) != 1) {
		return false;
	}
	/* Memory that ends where it has to: a sanitizer sees what reads on. */
	const size_t len = get_le32(length);
	uint8_t *header = malloc(len + (len == 0));
	if (header == NULL || fread(header, 1, len, stdin) != len) {
		exit(EXIT_FAILURE);
	}
	print_verdict(header, len);
	free(header);
	return true;
}

int main(void)
{
	while (judge_next()) {
	}
	return EXIT_SUCCESS;
}
