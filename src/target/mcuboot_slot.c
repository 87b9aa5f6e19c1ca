/* SPDX-License-Identifier: Apache-2.0 */
#include "target/mcuboot_slot.h"

#include <string.h>

#include <dfu/log.h>

#include "boot/boot_slot.h"
#include "common/bytes.h"
#include "flash/flash_caps.h"

/* What is wrong with an image, in the errno classes of the target. */
static int verdict_errno(int rc)
{
	switch (rc) {
	case -ENOEXEC:
		return -ENOENT;
	case -ENODATA:
	case -EOVERFLOW:
	case -EILSEQ:
		return -EBADMSG;
	default:
		return rc;
	}
}

/* What a write block looks like: bits, none for neither. */
#define SAME 1  /* as it is to be */
#define BLANK 2 /* erased */

static int look_at_block(const struct flash_area *slot, size_t off, const uint8_t *block)
{
	const uint8_t erased = flash_area_erased_val(slot);
	const size_t block_size = flash_area_align(slot);
	uint8_t found[32];
	int look = SAME | BLANK;
	size_t n;

	for (size_t done = 0; done < block_size; done += n) {
		n = min_size(sizeof(found), block_size - done);
		const int rc = flash_area_read(slot, (off_t)(off + done), found, n);
		if (rc != 0) {
			return rc;
		}
		if (memcmp(found, &block[done], n) != 0) {
			look &= ~SAME;
		}
		if (!bytes_are(found, n, erased)) {
			look &= ~BLANK;
		}
	}
	return look;
}

static int program_block(const struct flash_area *slot, size_t off, const uint8_t *block)
{
	int look = look_at_block(slot, off, block);

	if (look < 0) {
		return look;
	}
	if ((look & SAME) != 0) {
		return 0;
	}
	if (look == 0 && flash_needs_erase(slot->fa_dev)) {
		DFU_ERR("slot %u: write block at %lu is neither erased nor right", slot->fa_id,
			(unsigned long)off);
		return -EUCLEAN;
	}
	const int rc = flash_area_write(slot, (off_t)off, block, flash_area_align(slot));
	if (rc != 0) {
		return rc;
	}
	look = look_at_block(slot, off, block);
	if (look < 0) {
		return look;
	}
	return (look & SAME) != 0 ? 0 : -EUCLEAN;
}

int mcuboot_slot_open_secondary(int img_num, const struct flash_area **slot)
{
	const int rc = boot_slot_open(img_num, BOOT_SECONDARY, slot);

	switch (rc) {
	case -ENODEV:
		return -EFAULT;
	case -ENOENT:
	case -EACCES:
		return -ENODEV;
	default:
		return rc;
	}
}

int mcuboot_slot_refuse_unconfirmed(int img_num)
{
	const int rc = boot_is_unconfirmed_multi(img_num);

	return rc > 0 ? -EBUSY : rc;
}

/*
 * What must be erased so that an image of before has no header: the first page or, without explicit
 * erase, its first hold_len bytes.
 */
static int header_page(const struct flash_area *slot, size_t hold_len, size_t *size)
{
	struct flash_pages_info page;

	if (!flash_needs_erase(slot->fa_dev)) {
		*size = hold_len;
		return 0;
	}
	const int rc = flash_get_page_info_by_offs(slot->fa_dev, slot->fa_off, &page);
	if (rc != 0) {
		return rc;
	}
	if (page.start_offset != slot->fa_off || page.size > slot->fa_size) {
		DFU_ERR("slot %u does not begin with a page of its own", slot->fa_id);
		return -EINVAL;
	}
	*size = page.size;
	return 0;
}

int mcuboot_slot_clear(const struct flash_area *slot, size_t hold_len, size_t *head)
{
	int rc = header_page(slot, hold_len, head);

	if (rc == 0) {
		rc = boot_trailer_wipe(slot, NULL);
	}
	return rc == 0 ? flash_area_flatten(slot, 0, *head) : rc;
}

int mcuboot_slot_verify(const struct flash_area *slot, size_t size, const uint8_t *head,
			size_t head_len, const struct mcuboot_slot_verifier *verifier,
			size_t *total_size, bool *judged)
{
	struct dfu_image_source source = dfu_image_source_flash(slot, 0, size);
	struct dfu_image_report report;
	struct dfu_image image;

	source.head = head;
	source.head_len = head_len;
	int rc = dfu_image_open(&image, &source, &report.fault);
	if (rc == 0) {
		*total_size = image.total_size;
		rc = dfu_image_verify(&image, verifier->key, verifier->buf, verifier->buf_len,
				      &report);
	}
	*judged = report.fault != DFU_IMAGE_OK;
	if (*judged) {
		DFU_ERR("slot %u: %s", slot->fa_id, dfu_image_fault_str(report.fault));
		rc = verdict_errno(rc);
	}
	return rc;
}

int mcuboot_slot_program_head(const struct flash_area *slot, const uint8_t *head, size_t head_len)
{
	const size_t block_size = flash_area_align(slot);

	for (size_t off = head_len; off > 0; off -= block_size) {
		const int rc = program_block(slot, off - block_size, &head[off - block_size]);
		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}
