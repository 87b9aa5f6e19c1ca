/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device whose bootloader lies in S0 and S1, on strict flash, and bootloaders made byte by byte.
 */
#ifndef TESTS_BOOT_BOOTLOADER_RIG_H
#define TESTS_BOOT_BOOTLOADER_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/boot_rules.h>
#include <dfu/bootloader.h>

#include "image/image_maker.h"
#include "support/test_flash.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define BL_PAGE 1024u
#define BL_BASE 0x10000000u /* CPU address of the flash */
#define BL_SCRATCH_OFF (65 * BL_PAGE)
#define BL_NOWHERE 200 /* an area that nobody asks for */

/* Which pair takes bootloaders. */
enum bl_pair {
	BL_SHARED, /* 0, which is the application's, and the only one */
	BL_ALONE,  /* 1, which has slot 3 and no slot 2 */
};

struct bl_rig {
	struct test_flash flash;
	struct device dev; /* counts reads, then the strict flash */
	enum bl_pair pair;
	int image;      /* that takes bootloaders */
	uint8_t upload; /* its upload slot */
	unsigned int reads;
	unsigned int failing_read;       /* counted from 1; 0: none */
	struct boot_judgement judgement; /* the last one */
};

extern struct bl_rig bl_rig;

/* All erased; slots 0 and 1, and for BL_ALONE 3, of 16 pages, S0 and S1 of 8. */
void bl_open(enum boot_mode mode, enum bl_pair pair);
void bl_close(void);

/* Take an area out of the map, or leave it so many pages. */
void bl_remove(uint8_t area_id);
void bl_shrink(uint8_t area_id, size_t pages);
/* Take the last write blocks of an area away, so that it shares its last page. */
void bl_share_page(uint8_t area_id);

/* An area's first byte in the content of the flash, its offset, its bytes. */
uint8_t *bl_bytes(uint8_t area_id);
uint32_t bl_off(uint8_t area_id);
size_t bl_size(uint8_t area_id);

/* An image whose code begins at an address: header of 0x200 bytes, payload; without TLVs. */
void bl_begin(struct image_maker *maker, uint32_t address, uint32_t payload, uint32_t flags);
/* fw_info at an offset from the start of the image. */
void bl_info(struct image_maker *maker, size_t off, uint32_t version);
/* A whole bootloader for S0 or S1, fw_info at 0x400. */
void bl_make(struct image_maker *maker, uint8_t area_id, uint32_t version);
/* The application's, linked for slot 0. */
void bl_make_application(struct image_maker *maker, uint8_t major);

/* Put an image at the start of an area. */
void bl_put(uint8_t area_id, const struct image_maker *maker);
/* A bootloader in its place. */
void bl_put_version(uint8_t area_id, uint32_t version);
/* A trailer that asks for a test. */
void bl_put_magic(uint8_t area_id);

/* Judge it for the pair; errno and fault must go together. */
enum dfu_image_fault bl_judge(const struct image_maker *maker);
/* Where it is not the image that is at fault: the errno. */
int bl_judge_rc(const struct image_maker *maker);

#endif
