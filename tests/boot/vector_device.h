/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flash, the flash map and the bootloader's build that a record of the vectors describes;
 * strict flash in RAM.
 */
#ifndef TESTS_BOOT_VECTOR_DEVICE_H
#define TESTS_BOOT_VECTOR_DEVICE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include <storage/flash_map.h>

#include "support/test_flash.h"

#define VECTOR_FLASHES_MAX 2
#define VECTOR_AREAS_MAX 17 /* the slots of eight images, a scratch area */

struct vector_device {
	struct test_flash flash[VECTOR_FLASHES_MAX];
	size_t flashes;
	size_t areas;
};

extern struct vector_device vector_device;

/*
 * Make it, erased, from a record's "flash" and "mcuboot"; the arrangement is set. Close it after.
 */
void vector_device_open(const json_t *record);
void vector_device_close(void);

/* The area of a node label, such as "slot0_partition"; fails the test if there is none. */
const struct flash_area *vector_area(const char *part);
/* The area of a slot, counted over all images. */
const struct flash_area *vector_slot(size_t slot);
/* Its content in RAM. */
uint8_t *vector_bytes(const struct flash_area *fa);

/* No operation so far broke a rule of flash. */
void vector_assert_no_violation(const char *id);

/* Bytes written as hexadecimal digits; returns their number. */
size_t vector_hex(const char *hex, uint8_t *bytes, size_t room);

/* A member that must be there. */
const char *vector_string(const json_t *object, const char *key);
long vector_number(const json_t *object, const char *key);

#endif
