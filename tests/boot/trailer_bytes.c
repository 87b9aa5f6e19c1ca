/* SPDX-License-Identifier: Apache-2.0 */
#include "trailer_bytes.h"

#include <string.h>

static const struct trailer_bytes layouts[] = {
	{8,
	 24,
	 32,
	 40,
	 {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79,
	  0x80}},
	{16,
	 32,
	 48,
	 64,
	 {0x10, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f,
	  0x8a}},
	{32,
	 64,
	 96,
	 128,
	 {0x20, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f,
	  0x8a}},
};

const struct trailer_bytes *trailer_bytes(uint8_t align)
{
	return &layouts[align == 8 ? 0 : align == 16 ? 1 : 2];
}

bool trailer_has_magic(const struct trailer_bytes *layout, const uint8_t *end)
{
	return memcmp(end - 16, layout->magic, 16) == 0;
}

bool trailer_is_blank(const uint8_t *end, size_t len, uint8_t erased)
{
	for (size_t i = 1; i <= len; i++) {
		if (end[-(ptrdiff_t)i] != erased) {
			return false;
		}
	}
	return true;
}

const char *trailer_meaning(const struct trailer_bytes *layout, const uint8_t *primary_end,
			    uint8_t primary_erased, const uint8_t *secondary_end,
			    uint8_t secondary_erased)
{
	const ptrdiff_t ok = (ptrdiff_t)layout->image_ok;
	const ptrdiff_t done = (ptrdiff_t)layout->copy_done;

	if (secondary_end != NULL && trailer_has_magic(layout, secondary_end)) {
		if (secondary_end[-ok] == secondary_erased) {
			return "test";
		}
		if (secondary_end[-ok] == 1) {
			return "permanent";
		}
	}
	if (trailer_has_magic(layout, primary_end) && primary_end[-ok] == primary_erased &&
	    primary_end[-done] == 1) {
		return "revert";
	}
	return "none";
}
