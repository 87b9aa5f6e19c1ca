/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three image pairs and a scratch area on strict flash whose reads are counted and can be made to
 * fail, and images to put there.
 */
#ifndef TESTS_BOOT_JUDGE_RIG_H
#define TESTS_BOOT_JUDGE_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/boot_rules.h>

#include "image/image_maker.h"
#include "support/test_flash.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define JUDGE_PAGE 1024
#define JUDGE_SLOT (16 * JUDGE_PAGE)
#define JUDGE_SLOTS 6
#define JUDGE_OFF(slot) (JUDGE_PAGE + (slot) * JUDGE_SLOT) /* on the device */

struct judge_rig {
	struct test_flash flash;
	struct device dev; /* counts, then the strict flash */
	unsigned int reads;
	unsigned int failing_read; /* counted from 1; 0: none */
	int read_error;
	struct boot_judgement judgement; /* the last one */
};

extern struct judge_rig judge_rig;

/* All erased, no rules but those of a bootloader that looks at the hash only. */
void judge_rig_open(enum boot_mode mode, uint8_t images);
void judge_rig_close(void);

/* Rules until the rig is closed. */
void judge_rig_rules(const struct boot_rules *rules);

/* An image without TLVs of this version; add protected ones, then maker_hash(). */
void judge_image_begin(struct image_maker *maker, unsigned int major, unsigned int minor,
		       unsigned int revision, unsigned int build, uint32_t flags);
void judge_image_load_at(struct image_maker *maker, uint32_t address);
/* A whole one, no more to it. */
void judge_image(struct image_maker *maker, unsigned int major, unsigned int minor,
		 unsigned int revision);
/* A protected dependency. */
void judge_image_needs(struct image_maker *maker, unsigned int image, unsigned int major,
		       unsigned int minor, unsigned int revision, unsigned int build);
void judge_image_counter(struct image_maker *maker, uint32_t counter);

/* Put an image into a slot, `off` bytes up. */
void judge_put(unsigned int slot, size_t off, const struct image_maker *maker);
/* One that is whole, without a name of its own. */
void judge_put_version(unsigned int slot, unsigned int major, unsigned int minor,
		       unsigned int revision);
/* Trailer fields at the end of a slot, fields 8 bytes apart. */
void judge_put_magic(unsigned int slot);
void judge_put_image_ok(unsigned int slot);
void judge_put_copy_done(unsigned int slot);

/* Judge bytes in memory for an image pair. Errno and fault must go together. */
enum dfu_image_fault judge_memory(int image_index, unsigned int together,
				  const struct image_maker *maker);

/* The same call where it is not the image that is at fault; the errno. */
int judge_memory_rc(int image_index, const struct image_maker *maker);

#endif
