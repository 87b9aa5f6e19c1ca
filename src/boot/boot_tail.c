/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a slot in RAM: as read, and as it would be with a field more. */
#include "boot/boot_slot.h"

static uint8_t align(void)
{
	return boot_arrangement()->max_align;
}

static void decode(struct boot_tail *tail)
{
	trailer_decode(&tail->state, tail->bytes, align(), tail->erased);
}

bool boot_slot_can_have_trailer(const struct flash_area *fa)
{
	return trailer_fits(align(), flash_area_align(fa), fa->fa_size);
}

int boot_slot_read_tail(const struct flash_area *fa, struct boot_tail *tail)
{
	tail->erased = flash_area_erased_val(fa);
	if (!boot_slot_can_have_trailer(fa)) {
		return -ENOTSUP;
	}
	tail->block = (uint8_t)flash_area_align(fa);
	const int rc = flash_area_read(fa, (off_t)(fa->fa_size - boot_tail_len()), tail->bytes,
				       boot_tail_len());
	if (rc == 0) {
		decode(tail);
	}
	return rc;
}

bool boot_tail_is_blank(const struct boot_tail *tail)
{
	return bytes_are(tail->bytes, boot_tail_len(), tail->erased);
}

size_t boot_tail_put(struct boot_tail *tail, enum trailer_field field, uint8_t value)
{
	const size_t len = trailer_encode(&tail->bytes[boot_tail_place(field)], field, value,
					  align(), tail->block, tail->erased);

	decode(tail);
	return len;
}
