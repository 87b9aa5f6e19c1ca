/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trailers, told a second time: the offsets as published, typed from the table, and MCUboot's rules
 * in plain words. What the code under test writes is judged by this.
 */
#ifndef TESTS_BOOT_TRAILER_BYTES_H
#define TESTS_BOOT_TRAILER_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Distances from the slot's end. */
struct trailer_bytes {
	uint8_t align;
	size_t image_ok;
	size_t copy_done;
	size_t swap_info;
	uint8_t magic[16];
};

/* For alignment 8, 16 or 32. */
const struct trailer_bytes *trailer_bytes(uint8_t align);

/* `end` points behind the slot's last byte. */
bool trailer_has_magic(const struct trailer_bytes *layout, const uint8_t *end);
bool trailer_is_blank(const uint8_t *end, size_t len, uint8_t erased);

/*
 * "none", "test", "permanent", "revert": what two trailers mean, swap-offset's first row aside.
 * NULL: no such slot.
 */
const char *trailer_meaning(const struct trailer_bytes *layout, const uint8_t *primary_end,
			    uint8_t primary_erased, const uint8_t *secondary_end,
			    uint8_t secondary_erased);

#endif
