/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges modem files for test_fmfu_cbor2.py. Standard input has, for each, four numbers of 32 bits
 * (bytes of flash, offset and room of the file, bytes of the buffer) and the flash; standard output
 * gets a line for each: an errno's name, or what the file is, with its segments.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/bytes.h"
#include "file_flash.h"
#include "modem/fmfu_file.h"

static const char *name_of(int rc)
{
	static const struct {
		int rc;
		const char *name;
	} names[] = {
		{-ENOENT, "ENOENT"},   {-EBADMSG, "EBADMSG"},
		{-ENOBUFS, "ENOBUFS"}, {-ENOTSUP, "ENOTSUP"},
		{-ERANGE, "ERANGE"},   {-EADDRNOTAVAIL, "EADDRNOTAVAIL"},
		{-EFBIG, "EFBIG"},     {-EADDRINUSE, "EADDRINUSE"},
		{-EILSEQ, "EILSEQ"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].rc == rc) {
			return names[i].name;
		}
	}
	return "another errno";
}

static void print_file(struct fmfu_file *file)
{
	const struct fmfu_fdev_info *info = &file->info;
	struct fmfu_segment seg;

	printf("%zu %zu %lu ", info->wrapper_len, info->blob_len, (unsigned long)info->compat);
	for (size_t i = 0; i < sizeof(info->blob_hash); i++) {
		printf("%02x", info->blob_hash[i]);
	}
	for (uint32_t i = 0; i < info->segments; i++) {
		if (fmfu_file_segment(file, &seg) != 0) {
			printf(" unreadable");
			return;
		}
		printf(" %lu:%lu", (unsigned long)seg.addr, (unsigned long)seg.len);
	}
}

/* Memory that ends where it has to: a sanitizer sees what reads on. */
static uint8_t *exact(size_t len)
{
	uint8_t *memory = malloc(len + (len == 0));

	if (memory == NULL) {
		exit(EXIT_FAILURE);
	}
	return memory;
}

static bool judge_next(void)
{
	uint8_t numbers[16];
	struct file_flash flash;
	struct fmfu_file file = {0};
	uint8_t *memory;
	int rc;

	if (fread(numbers, sizeof(numbers), 1, stdin) != 1) {
		return false;
	}
	memory = exact(get_le32(numbers));
	if (fread(memory, 1, get_le32(numbers), stdin) != get_le32(numbers)) {
		exit(EXIT_FAILURE);
	}
	file_flash_open(&flash, memory, get_le32(numbers));
	file.buf_len = get_le32(&numbers[12]);
	file.buf = exact(file.buf_len);
	rc = fmfu_file_check(&file, &(struct fmfu_fdev_file){
					    .fdev = &flash.dev,
					    .offset = get_le32(&numbers[4]),
					    .size = get_le32(&numbers[8]),
				    });
	if (rc == 0) {
		print_file(&file);
	} else {
		printf("%s", name_of(rc));
	}
	printf("\n");
	free(file.buf);
	free(memory);
	return true;
}

int main(void)
{
	while (judge_next()) {
	}
	return EXIT_SUCCESS;
}
