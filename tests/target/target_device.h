/* SPDX-License-Identifier: Apache-2.0 */
/* A device with one image pair, or two, on one strict flash, and what its tests do again and again.
 */
#ifndef TESTS_TARGET_TARGET_DEVICE_H
#define TESTS_TARGET_TARGET_DEVICE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/boot.h>
#include <storage/flash_map.h>

#include "support/test_flash.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Flash: a page that belongs to nobody, slot 0, slot 1, another such page, a page of scratch,
 * slot 2, slot 3. */
struct device_case {
	const char *name;
	size_t page_size;
	size_t slot_pages;
	size_t write_block_size;
	uint8_t erase_value;
	bool no_explicit_erase;
	uint8_t max_align;
	bool slot1_first; /* slot 1 at offset 0 of the device, no page before it */
};

extern const struct device_case device_cases[];
extern const size_t device_case_count;

struct target_device {
	const struct device_case *what;
	struct test_flash flash;
	uint8_t *slot[4]; /* the content */
	size_t slot_size;
	int upload;     /* slot that downloads go to */
	size_t start;   /* where the image begins in it */
	uint8_t before; /* what slot 1 was filled with; erased if not said otherwise */
	uint8_t *image; /* the file under test; see target_device_load() */
	size_t image_len;
};

extern struct target_device dut;

/* The flash map: slot 0 to 3 and scratch. A test may change it. */
extern struct flash_area target_device_areas[5];

void target_device_open(const struct device_case *what);
void target_device_close(void);

/* Another mode of the bootloader than swap-move; with the slot that runs, where that may be either.
 */
void target_device_mode(enum boot_mode mode, int running);

/* Image pairs of the bootloader: 1 at first, at most 2. */
void target_device_images(uint8_t images);

/*
 * A reset of the device: what the target keeps in RAM is gone, flash and settings are as they were.
 */
void target_device_power_cycle(void);

/* Whether the device has settings (in RAM that outlives its resets); it has at first. */
void target_device_settings(bool there);

/* Setup and teardown of a test: the first case, an older image in slot 0, a newer one as dut.image.
 */
#define OLD_IMAGE "tiny-1.0.0-none.bin"
#define NEW_IMAGE "tiny-1.1.0-none.bin"
int target_device_setup(void **state);
int target_device_teardown(void **state);

/* Take an image of tests/vectors/images as dut.image; a NULL name gives the old one back. */
void target_device_load(const char *name);

/* Put a file into a slot as a factory would, trailer erased. */
void target_device_factory(int slot, const char *name);

/* Fields of a trailer, written raw: the test's own knowledge of the layout. */
void target_device_put_trailer(int slot, bool magic, bool image_ok, bool copy_done);
bool target_device_has_magic(int slot);
bool target_device_image_ok(int slot);
bool target_device_copy_done(int slot);
uint8_t target_device_swap_info(int slot);

/* Largest image of the case: pages, less the trailer's and the one that moving needs. */
size_t target_device_max_image(void);

/* dfu_target_init() of an MCUboot image, and the offset it gives. */
int target_device_init(int img_num, size_t file_size);
size_t target_device_offset(void);

/* init, then write all from the offset on in chunks; the first code that is not 0. */
int target_device_stream(size_t file_size, size_t chunk);

/* ... and done(true). */
int target_device_download(size_t chunk);
int target_device_download_image(int img_num, size_t chunk);

/* The upload slot holds the file where the bootloader wants it, but for its first len bytes. */
void target_device_assert_body(size_t len);

/* No place where the bootloader looks for a header has one: they read erased. */
void target_device_assert_no_header(void);

/*
 * Slot 1 holds the file and else what it held before or nothing, its trailer aside; the pages
 * around the slots are as they were.
 */
void target_device_assert_slot1_is_file(void);

#endif
