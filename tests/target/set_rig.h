/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device with two or three image pairs whose power can be cut, and the bootloader's own answer to
 * which images run. What sets do keeps nothing in RAM, so a cut needs no process of its own here:
 * from then on everything fails until the power is on again.
 */
#ifndef TESTS_TARGET_SET_RIG_H
#define TESTS_TARGET_SET_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/boot.h>
#include <power.h> /* sim/ */

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SET_IMAGES_MAX 3
#define SET_ALL(rig_images) ((1u << (rig_images)) - 1)

/* Which image needs which: bit j of needs[i]. */
struct set_links {
	const char *name;
	uint8_t images;
	uint8_t needs[SET_IMAGES_MAX];
	bool is_linked;        /* where one unmet dependency holds all back */
	bool is_linked_direct; /* where it holds its own image back */
};

extern const struct set_links set_links[];
extern const size_t set_links_count;

extern const enum boot_mode set_modes[];
extern const size_t set_mode_count;

/* Every mode with all links: begin with {0}; false after the last one. */
struct set_case {
	size_t number;
	enum boot_mode mode;
	const struct set_links *links;
	unsigned int all; /* bits of its images */
};
bool set_next(struct set_case *c);

bool set_is_linked(enum boot_mode mode, const struct set_links *links);
bool set_goes_back(enum boot_mode mode); /* an unconfirmed image is given up */
bool set_is_direct(enum boot_mode mode);

/* Old images 1.0 run, confirmed; new ones 1.1 wait in the upload slots, not asked for. */
void set_open(enum boot_mode mode, const struct set_links *links);
void set_close(void);

/* Put the new image of a pair where a download would have left it. */
void set_put_new(int image);
void set_put_version(int image, uint8_t minor, uint8_t needs, uint8_t least);

/* The area of a slot, until the next set_open(). */
struct flash_area *set_area(int slot);

/* Bytes of a slot, its size, and where an upload begins in it. */
uint8_t *set_slot(int slot);
size_t set_slot_size(void);
size_t set_start(void);

/* Fields of a trailer, written raw. */
void set_put_trailer(int slot, bool magic, bool image_ok, bool copy_done);

/* Remember all that outlives a reset; go back to that. There are several of both. */
void set_snapshot(unsigned int number);
void set_restore(unsigned int number);

/* A reset of the bootloader: which new images run then; fails the test if nothing does. */
unsigned int set_boot(void);
/* The same, and all is as it was. */
unsigned int set_would_boot(void);

/* Cut at operation k of what comes next; whether it has fired; power is on again then. */
void set_cut(unsigned long k, enum sim_cut when, uint32_t seed);
/* Operation k fails, and all after it; or the k-th of flash alone; or its k-th read, with rc. */
void set_fail(unsigned long k);
void set_fail_once(long k);
void set_fail_read(long k, int rc);
bool set_power_on(void);
unsigned long set_operations(void);

unsigned int set_pending(void); /* images that are due at the next reset */
bool set_has_intent(void);
/* The record of a set can be read, but neither saved nor deleted; until the next set_open(). */
void set_keep_intent(void);
void set_settings(bool there);

#endif
