/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for an update, confirming, taking back.
 *
 * A request is image_ok (permanent only), swap_info, magic, in this order: without the magic the
 * bootloader looks at nothing else, so the last program commits, and a cut before it leaves no
 * request, least of all a stronger one. What a cut can leave, seen by the next call:
 *
 *     magic unset, rest erased             nothing was begun: write
 *     magic unset, something programmed    cut before the magic: wipe, write
 *     magic bad                            cut inside the magic: wipe, write
 *     magic good, image_ok unset           a test; or a cut before the program that raises it
 *     magic good, image_ok bad             cut inside that program, ignored at boot: wipe, write
 *
 * A wipe takes whole pages, so it is refused where the image reaches into them. swap_info is only
 * ever written in the secondary: in a primary with a magic and without copy_done the bootloader
 * would act on it.
 */
#include <dfu/image.h>

#include "boot/boot_slot.h"

static int program(const struct flash_area *fa, enum trailer_field field, uint8_t value)
{
	const uint8_t align = boot_arrangement_get()->max_align;
	uint8_t block[TRAILER_ALIGN_MAX];
	const size_t len = trailer_encode(block, field, value, align, flash_area_align(fa),
					  flash_area_erased_val(fa));

	return flash_area_write(fa, (off_t)(fa->fa_size - trailer_distance(align, field)), block,
				len);
}

static bool is_clean(const struct boot_tail *tail)
{
	return bytes_are(tail->bytes, tail->len, tail->erased);
}

/* The magic is good, and image_ok is this. */
static bool is_in_force(const struct boot_tail *tail, uint8_t image_ok)
{
	return tail->state.magic == BOOT_MAGIC_GOOD && tail->state.image_ok == image_ok;
}

/*
 * Whether image_ok beside a good magic can be programmed: it is unset as the bootloader reads it,
 * and the rest of its write block is erased, too.
 */
static bool can_raise(const struct boot_tail *tail)
{
	const size_t off = trailer_distance(tail->align, TRAILER_SWAP_INFO) -
			   trailer_distance(tail->align, TRAILER_IMAGE_OK);

	return tail->state.magic == BOOT_MAGIC_GOOD &&
	       bytes_are(&tail->bytes[off], tail->block, tail->erased);
}

static int wipe_beside_image(const struct flash_area *fa)
{
	const struct dfu_image_source source = dfu_image_source_flash(fa, 0, fa->fa_size);
	enum dfu_image_fault fault = DFU_IMAGE_OK;
	struct dfu_image image;
	size_t start;
	int rc = boot_slot_trailer_start(fa, &start);

	if (rc != 0) {
		return rc;
	}
	rc = dfu_image_open(&image, &source, &fault);
	if (rc != 0 && fault == DFU_IMAGE_OK) {
		return rc;
	}
	/* Of a header whose image cannot be followed to its end nobody knows where that is. */
	if (fault != DFU_IMAGE_NOT_AN_IMAGE && (rc != 0 || image.total_size > start)) {
		return -EUCLEAN;
	}
	return boot_trailer_wipe(fa, NULL);
}

static int write_request(const struct flash_area *fa, const struct boot_tail *tail, bool permanent)
{
	const unsigned int type = permanent ? BOOT_SWAP_TYPE_PERM : BOOT_SWAP_TYPE_TEST;
	int rc = is_clean(tail) ? 0 : wipe_beside_image(fa);

	if (rc == 0 && permanent) {
		rc = program(fa, TRAILER_IMAGE_OK, BOOT_FLAG_SET);
	}
	if (rc == 0) {
		rc = program(fa, TRAILER_SWAP_INFO, (uint8_t)(type | (fa->fa_id / 2u) << 4));
	}
	return rc == 0 ? program(fa, TRAILER_MAGIC, 0) : rc;
}

static int request(const struct flash_area *fa, struct boot_tail *tail, bool permanent)
{
	const uint8_t wanted = permanent ? BOOT_FLAG_SET : BOOT_FLAG_UNSET;
	int rc;

	if (is_in_force(tail, wanted)) {
		return 0;
	}
	if (is_in_force(tail, BOOT_FLAG_SET)) {
		return -EALREADY;
	}
	if (can_raise(tail)) {
		rc = program(fa, TRAILER_IMAGE_OK, BOOT_FLAG_SET);
	} else {
		rc = write_request(fa, tail, permanent);
	}
	if (rc == 0) {
		rc = boot_slot_read_tail(fa, tail);
	}
	return rc == 0 && !is_in_force(tail, wanted) ? -EIO : rc;
}

static int confirm(const struct flash_area *fa, const struct boot_tail *tail)
{
	if (tail->state.magic == BOOT_MAGIC_UNSET || is_in_force(tail, BOOT_FLAG_SET)) {
		return 0;
	}
	return can_raise(tail) ? program(fa, TRAILER_IMAGE_OK, BOOT_FLAG_SET) : -EUCLEAN;
}

int boot_set_next(const struct flash_area *fa, bool active, bool confirm_it)
{
	const struct boot_arrangement *arrangement = boot_arrangement_get();
	const bool is_known = active ? boot_mode_has_primary(arrangement->mode)
				     : arrangement->mode == BOOT_MODE_SWAP_MOVE;
	struct boot_tail tail;

	if (!is_known) {
		return -ENOTSUP;
	}
	if (fa->fa_id >= 2 * arrangement->images || (fa->fa_id % 2 == BOOT_PRIMARY) != active) {
		return -EINVAL;
	}
	const int rc = boot_slot_read_tail(fa, &tail);
	if (rc != 0) {
		return rc;
	}
	return active ? confirm(fa, &tail) : request(fa, &tail, confirm_it);
}

int boot_cancel_upgrade_multi(int image_index)
{
	const struct flash_area *fa;
	struct boot_tail tail;
	int rc = boot_slot_open_secondary(image_index, &fa);

	if (rc == 0 && boot_arrangement_get()->mode != BOOT_MODE_SWAP_MOVE) {
		rc = -ENOTSUP;
	}
	if (rc == 0) {
		rc = boot_slot_read_tail(fa, &tail);
	}
	if (rc != 0) {
		return rc;
	}
	return is_clean(&tail) ? -ENOENT : wipe_beside_image(fa);
}
