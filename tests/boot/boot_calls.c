/* SPDX-License-Identifier: Apache-2.0 */
#include "boot_calls.h"

#include <string.h>

#include <dfu/boot.h>

#include "trailer_bytes.h"

/* What MCUboot returns. */
#define RC_FLASH 1
#define RC_BAD_IMAGE 3
#define RC_BAD_VECTOR 4

struct trailer {
	const struct trailer_bytes *layout;
	uint8_t *end;
	size_t block;
	uint8_t erased;
};

static struct trailer trailer_of(long slot)
{
	const struct flash_area *fa = vector_slot((size_t)slot);

	return (struct trailer){
		.layout = trailer_bytes(boot_arrangement_get()->max_align),
		.end = vector_bytes(fa) + fa->fa_size,
		.block = flash_area_align(fa),
		.erased = flash_area_erased_val(fa),
	};
}

/* Programs one write block as strict flash does. */
static long program(const struct trailer *trailer, size_t distance, uint8_t value)
{
	uint8_t *at = trailer->end - distance;

	if (!trailer_is_blank(at + trailer->block, trailer->block, trailer->erased)) {
		return RC_FLASH;
	}
	*at = value;
	return 0;
}

/* The direct-xip flavour of both calls: magic, then copy_done and image_ok. */
static long set_next_direct(const struct trailer *trailer, bool confirm)
{
	uint8_t *magic = trailer->end - 16;
	long rc = 0;

	if (!trailer_has_magic(trailer->layout, trailer->end)) {
		if (!trailer_is_blank(trailer->end, 16, trailer->erased)) {
			return RC_BAD_IMAGE;
		}
		memcpy(magic, trailer->layout->magic, 16);
	}
	if (confirm && *(trailer->end - trailer->layout->copy_done) == trailer->erased) {
		rc = program(trailer, trailer->layout->copy_done, 1);
	}
	if (confirm && rc == 0 && *(trailer->end - trailer->layout->image_ok) == trailer->erased) {
		rc = program(trailer, trailer->layout->image_ok, 1);
	}
	return rc;
}

/* Magic, then image_ok, then swap_info. */
static long set_pending(const struct trailer *trailer, bool permanent, long image)
{
	long rc = 0;

	if (trailer_has_magic(trailer->layout, trailer->end)) {
		return 0;
	}
	if (!trailer_is_blank(trailer->end, 16, trailer->erased)) {
		return RC_BAD_IMAGE;
	}
	memcpy(trailer->end - 16, trailer->layout->magic, 16);
	if (permanent) {
		rc = program(trailer, trailer->layout->image_ok, 1);
	}
	return rc != 0 ? rc
		       : program(trailer, trailer->layout->swap_info,
				 (uint8_t)((permanent ? 3 : 2) | image << 4));
}

/* image_ok, where there is a magic and image_ok is unset. */
static long set_confirmed(const struct trailer *trailer)
{
	if (!trailer_has_magic(trailer->layout, trailer->end)) {
		return trailer_is_blank(trailer->end, 16, trailer->erased) ? 0 : RC_BAD_VECTOR;
	}
	if (*(trailer->end - trailer->layout->image_ok) != trailer->erased) {
		return 0;
	}
	return program(trailer, trailer->layout->image_ok, 1);
}

/* "slot" counts the two of the image; without it the call has its own. */
static long slot_of(const json_t *step, long own)
{
	return 2 * vector_number(step, "image") +
	       (json_object_get(step, "slot") != NULL ? vector_number(step, "slot") : own);
}

long boot_call_pending(const json_t *step)
{
	const struct trailer trailer = trailer_of(slot_of(step, 1));
	const bool permanent = json_is_true(json_object_get(step, "permanent"));

	return boot_mode_is_direct(boot_arrangement_get()->mode)
		       ? set_next_direct(&trailer, permanent)
		       : set_pending(&trailer, permanent, vector_number(step, "image"));
}

long boot_call_confirm(const json_t *step)
{
	const struct trailer trailer = trailer_of(slot_of(step, 0));

	return boot_mode_is_direct(boot_arrangement_get()->mode) ? set_next_direct(&trailer, true)
								 : set_confirmed(&trailer);
}
