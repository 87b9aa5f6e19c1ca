/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last write of an update that no trailer asks for, and the last but the trailer of one that
 * one does. Blocks go in from the last to the first, which has the header's magic: until it is
 * whole, no image is visible.
 *
 * A cut in one of them leaves a block that may not be programmed again. Reading back finds it: a
 * torn block has some of the bits that its program would have changed. Its page is then erased and
 * written again, the rest of it from what flash held.
 */
#include "target/mcuboot_head.h"

#include <dfu/log.h>

#include "boot/boot_slot.h"
#include "common/bytes.h"
#include "flash/flash_caps.h"
#include "target/mcuboot_download.h"
#include "target/mcuboot_held.h"

/* What a write block looks like: bits. */
#define SAME 1  /* as it is to be */
#define BLANK 2 /* erased */
#define BEGUN 4 /* has no bit but of the one or the other; true of those, too */

/* The bits above, or -errno. */
static int look_at_block(const struct flash_area *area, size_t off, const uint8_t *block)
{
	const size_t block_size = flash_area_align(area);
	const uint8_t erased = flash_area_erased_val(area);
	uint8_t wrong = 0;   /* bits that are not as they are to be */
	uint8_t changed = 0; /* not erased */
	uint8_t strange = 0; /* neither */
	uint8_t found[32];
	size_t n;

	for (size_t done = 0; done < block_size; done += n) {
		n = min_size(sizeof(found), block_size - done);
		const int rc = flash_area_read(area, (off_t)(off + done), found, n);
		if (rc != 0) {
			return rc;
		}
		for (size_t i = 0; i < n; i++) {
			wrong |= found[i] ^ block[done + i];
			changed |= found[i] ^ erased;
			strange |= (found[i] ^ block[done + i]) & (found[i] ^ erased);
		}
	}
	return (wrong == 0 ? SAME : 0) | (changed == 0 ? BLANK : 0) | (strange == 0 ? BEGUN : 0);
}

int mcuboot_head_look(const struct mcuboot_slot *slot, const uint8_t *head)
{
	const size_t block_size = flash_area_align(slot->area);
	int all = SAME | BLANK;
	bool torn = false;

	for (size_t off = 0; off < slot->hold_len; off += block_size) {
		const int look = look_at_block(slot->area, slot->start + off, &head[off]);
		if (look < 0) {
			return look;
		}
		if ((look & BEGUN) == 0) {
			return MCUBOOT_HEAD_OTHER;
		}
		all &= look;
		torn = torn || look == BEGUN;
	}
	if (torn) {
		return MCUBOOT_HEAD_TORN;
	}
	if ((all & SAME) != 0) {
		return MCUBOOT_HEAD_WHOLE;
	}
	return (all & BLANK) != 0 ? MCUBOOT_HEAD_BLANK : MCUBOOT_HEAD_PART;
}

static int program_block(const struct flash_area *area, size_t off, const uint8_t *block)
{
	int look = look_at_block(area, off, block);

	if (look < 0) {
		return look;
	}
	if ((look & SAME) != 0) {
		return 0;
	}
	if ((look & BLANK) == 0 && flash_needs_erase(area->fa_dev)) {
		DFU_INF("slot %u: write block at %lu is torn", area->fa_id, (unsigned long)off);
		return -EUCLEAN;
	}
	const int rc = flash_area_write(area, (off_t)off, block, flash_area_align(area));
	if (rc != 0) {
		return rc;
	}
	look = look_at_block(area, off, block);
	if (look < 0) {
		return look;
	}
	return (look & SAME) != 0 ? 0 : -EUCLEAN;
}

int mcuboot_head_program(const struct mcuboot_slot *slot, const uint8_t *head)
{
	const size_t block_size = flash_area_align(slot->area);

	for (size_t off = slot->hold_len; off > 0; off -= block_size) {
		const size_t at = off - block_size;
		const int rc = program_block(slot->area, slot->start + at, &head[at]);
		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

/* Bytes that their page has behind the held-back ones; SIZE_MAX: that cannot be told. */
static size_t rest_of_page(const struct mcuboot_slot *slot)
{
	struct flash_pages_info page;

	if (boot_slot_page(slot->area, slot->start, &page) != 0 ||
	    page.start_offset != (off_t)slot->start || page.size < slot->hold_len) {
		return SIZE_MAX;
	}
	return page.size - slot->hold_len;
}

bool mcuboot_head_is_mendable(const struct mcuboot_slot *slot, size_t buf_len)
{
	return !flash_needs_erase(slot->area->fa_dev) || rest_of_page(slot) <= buf_len;
}

static int write_again(const struct mcuboot_slot *slot, size_t rest, uint8_t *buf)
{
	const off_t off = (off_t)(slot->start + slot->hold_len);
	size_t len = rest;
	int rc = flash_area_read(slot->area, off, buf, len);
	if (rc != 0) {
		return rc;
	}
	while (len > 0 && buf[len - 1] == flash_area_erased_val(slot->area)) {
		len--;
	}
	rc = flash_area_erase(slot->area, (off_t)slot->start, slot->hold_len + rest);
	if (rc == 0 && len > 0) {
		rc = flash_area_write(slot->area, off, buf,
				      round_up(len, flash_area_align(slot->area)));
	}
	return rc;
}

int mcuboot_head_mend(int img_num, const struct mcuboot_slot *slot, uint8_t *buf, size_t buf_len)
{
	const size_t rest = rest_of_page(slot);

	if (rest > buf_len) {
		return -EIO;
	}
	mcuboot_mark_set(img_num, TARGET_MENDING);
	const int rc = write_again(slot, rest, buf);

	if (rc == 0) {
		mcuboot_mark_clear(img_num, TARGET_MENDING);
	}
	return rc;
}

int mcuboot_head_publish(int img_num, const struct mcuboot_slot *slot, const uint8_t *head,
			 const struct mcuboot_slot_verifier *verifier, bool *mended)
{
	int rc = mcuboot_mark_is_set(img_num, TARGET_MENDING) ? -EUCLEAN
							      : mcuboot_head_program(slot, head);

	*mended = rc == -EUCLEAN;
	if (!*mended) {
		return rc;
	}
	mcuboot_download_forget_progress(img_num);
	rc = mcuboot_head_mend(img_num, slot, verifier->buf, verifier->buf_len);
	if (rc == 0) {
		rc = mcuboot_head_program(slot, head);
	}
	return rc == -EUCLEAN ? -EIO : rc;
}
