/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is a file on the host, as NOR flash: a block is programmed once after each erase, or
 * the emulator ends. The power can go in the middle of an operation.
 */
#ifndef FLASH_MAPPED_H
#define FLASH_MAPPED_H

#include <stdint.h>

#include <drivers/flash.h>

/* What an operation has done when the power goes. */
enum flash_mapped_tear { FLASH_MAPPED_NOTHING, FLASH_MAPPED_HALF, FLASH_MAPPED_ALL };

/* `data` of a device; all zero but what is wanted. */
struct flash_mapped {
	uint32_t operations; /* programs and page erases so far */
	uint32_t cut_at;     /* one of them, from 1; 0: none */
	enum flash_mapped_tear tear;
	bool off; /* the power has gone: all fails */
	/* Then called; it need not return. May be NULL. */
	void (*power_off)(void);
};

#define FLASH_MAPPED_PAGE 4096
#define FLASH_MAPPED_SIZE 0x1000000

/* `api` of the one device there is: the whole of the memory. */
extern const struct flash_driver_api flash_mapped_api;

#endif
