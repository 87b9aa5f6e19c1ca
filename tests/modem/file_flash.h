/* SPDX-License-Identifier: Apache-2.0 */
/* A flash device that is only read, of any size to the byte, with a read that fails. */
#ifndef TESTS_MODEM_FILE_FLASH_H
#define TESTS_MODEM_FILE_FLASH_H

#include <drivers/flash.h>

struct file_flash {
	struct device dev;
	const uint8_t *memory;
	struct flash_pages_layout pages;
	unsigned long reads;
	size_t bytes;        /* that were read */
	unsigned long fails; /* number of the read that fails, from 1; 0: none */
	int rc;
	unsigned long spoils; /* number of the read that gives wrong bits */
	int size_rc;          /* of get_size */
};

/* Must not move from here on. */
void file_flash_open(struct file_flash *flash, const uint8_t *memory, size_t size);

#endif
