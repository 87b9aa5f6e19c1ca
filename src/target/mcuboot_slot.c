/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which slot, where in it, and how it is emptied.
 *
 * An upload goes to the slot that does not run, at its start. A swap-offset bootloader wants it one
 * page up, and takes a header in the first page for an image at the wrong address: it erases the
 * slot. While it is about to revert it is the other way round, the old image lies in the first
 * page; nothing may begin there even then, for a complete image that is found one page up would be
 * reverted to, and the primary shifted by a page.
 *
 * Emptying takes first what makes the old content count:
 *
 *   fields of the trailer -> page of the image's header -> first page -> rest of the trailer
 *   page of the image's header -> trailer        where the bootloader reads no trailer
 *
 * Urgent, before a program may come, are the page of the header, fields of a trailer that has some
 * or, as settings tell, may have, and a first page with something in it. What is not no bootloader
 * looks at; it goes before somebody can ask for the image.
 *
 * The first page goes after that of the header: with an unconfirmed image running it holds the
 * header of the fallback, and without it a remainder one page up could be taken for that. Each page
 * is erased once; slots may be so small that trailer and header share one, and an image may reach
 * into the pages of a trailer that is but fields. The trailer goes in every mode that could have
 * one, also where the bootloader does not read it (direct-xip, ram-load, firmware-loader): its few
 * pages cost less than a request left over for the day the bootloader is another one.
 */
#include "target/mcuboot_slot.h"

#include <string.h>

#include <dfu/boot.h>
#include <dfu/boot_rules.h>
#include <dfu/log.h>

#include "boot/boot_bootloader.h"
#include "boot/boot_repair.h"
#include "boot/boot_slot.h"
#include "common/bytes.h"
#include "flash/flash_caps.h"

#define HEADER_MAGIC_LEN 4 /* what the bootloader knows a header by */

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

static int check_edge(const struct flash_area *area, size_t off)
{
	size_t start;
	const int rc = boot_slot_page_start(area, off, &start);

	if (rc == -EINVAL) {
		DFU_ERR("slot %u: the page with its byte %lu is not the slot's alone", area->fa_id,
			(unsigned long)off);
	}
	return rc;
}

static int check_edges(const struct flash_area *area)
{
	const int rc = check_edge(area, 0);

	return rc == 0 ? check_edge(area, area->fa_size - 1) : rc;
}

static bool can_be_updated(const struct flash_area *area)
{
	return !boot_needs_trailer() || boot_slot_can_have_trailer(area);
}

int mcuboot_slot_open(int img_num, struct mcuboot_slot *slot)
{
	const int id = boot_upload_area(img_num);
	const struct flash_area *area;

	if (id < 0) {
		return id;
	}
	int rc = flash_area_open((uint8_t)id, &area);
	if (rc != 0) {
		return -EFAULT; /* the area is there, so its device is not ready */
	}
	if (!can_be_updated(area)) {
		return -ENOTSUP;
	}
	rc = boot_slot_upload_start(area, &slot->start);
	if (rc == 0) {
		slot->area = area;
		slot->hold_len = (uint16_t)round_up(DFU_IMAGE_HEADER_LEN, flash_area_align(area));
	}
	return rc;
}

int mcuboot_slot_check_pages(int img_num, const struct mcuboot_slot *slot)
{
	const struct flash_area *primary;
	int rc = check_edges(slot->area);

	if (rc == 0 && !boot_is_direct() && !boot_pair_is_bootloaders(img_num)) {
		rc = flash_area_open((uint8_t)(2 * img_num), &primary);
		rc = rc == 0 ? check_edges(primary) : rc;
	}
	return rc;
}

int mcuboot_slot_refuse_unconfirmed(int img_num)
{
	const int rc = boot_is_unconfirmed_multi(img_num);

	return rc > 0 ? -EBUSY : rc;
}

/* Lowest byte of the trailer's pages; the end of the slot if there is no trailer. */
static int trailer_start(const struct mcuboot_slot *slot, size_t *start)
{
	if (boot_trailer_size(slot->area) < 0) {
		*start = slot->area->fa_size;
		return 0;
	}
	return boot_slot_trailer_start(slot->area, start);
}

/*
 * The page below `tail`, or without explicit erase all that there is; none below `head`. 1: more is
 * left.
 */
static int clear_trailer(const struct mcuboot_slot *slot, struct mcuboot_clearing *clearing)
{
	size_t lowest;
	size_t start;
	int rc = trailer_start(slot, &lowest);

	if (rc == 0 && lowest < clearing->head) {
		lowest = clearing->head;
	}
	if (rc == 0 && clearing->tail > lowest) {
		if (!flash_needs_erase(slot->area->fa_dev)) {
			rc = boot_trailer_wipe(slot->area, &start);
		} else {
			rc = boot_slot_page_start(slot->area, clearing->tail - 1, &start);
			if (rc == 0) {
				rc = flash_area_erase(slot->area, (off_t)start,
						      clearing->tail - start);
			}
		}
		if (rc == 0) {
			clearing->tail = start;
		}
	}
	return rc != 0 ? rc : clearing->tail > lowest;
}

struct mcuboot_clearing mcuboot_clearing_begin(const struct mcuboot_slot *slot)
{
	const bool has_front = boot_mode_in(BOOT_MODE_BIT(SWAP_OFFSET));
	const uint8_t parts = MCUBOOT_CLEAR_TRAILER | MCUBOOT_CLEAR_HEADER |
			      (has_front ? MCUBOOT_CLEAR_FRONT : 0);

	return (struct mcuboot_clearing){
		.head = slot->start,
		.tail = slot->area->fa_size,
		.left = parts,
		.urgent = parts,
	};
}

/* Of what is left, what counts most. */
static uint8_t next_part(const struct mcuboot_clearing *clearing)
{
	const uint8_t parts = clearing->urgent != 0 ? clearing->urgent : clearing->left;
	const bool is_header = (parts & MCUBOOT_CLEAR_HEADER) != 0;

	if ((parts & MCUBOOT_CLEAR_TRAILER) != 0 && (boot_needs_trailer() || !is_header)) {
		return MCUBOOT_CLEAR_TRAILER;
	}
	return is_header ? MCUBOOT_CLEAR_HEADER : parts & MCUBOOT_CLEAR_FRONT;
}

int mcuboot_slot_clear_step(const struct mcuboot_slot *slot, struct mcuboot_clearing *clearing)
{
	const uint8_t part = next_part(clearing);
	size_t first_page = 0;
	int rc = 0;

	switch (part) {
	case MCUBOOT_CLEAR_TRAILER:
		rc = clear_trailer(slot, clearing);
		break;
	case MCUBOOT_CLEAR_HEADER:
		rc = boot_slot_clear_header(slot->area, slot->start, clearing->tail,
					    &clearing->head);
		break;
	case MCUBOOT_CLEAR_FRONT:
		rc = boot_slot_clear_header(slot->area, 0, clearing->tail, &first_page);
		break;
	default:
		break;
	}
	if (rc == 0) {
		clearing->left &= (uint8_t)~part;
	}
	if (rc == 0 || (rc > 0 && clearing->tail <= slot->area->fa_size - boot_tail_len())) {
		clearing->urgent &= (uint8_t)~part;
	}
	return rc < 0 ? rc : 0;
}

int mcuboot_slot_clear(const struct mcuboot_slot *slot)
{
	struct mcuboot_clearing clearing = mcuboot_clearing_begin(slot);
	int rc = 0;

	while (rc == 0 && clearing.left != 0) {
		rc = mcuboot_slot_clear_step(slot, &clearing);
	}
	return rc;
}

/* Whether a page of the slot begins there, or the slot ends. */
static bool is_edge(const struct flash_area *area, size_t off)
{
	size_t start;

	return off == area->fa_size ||
	       (off < area->fa_size && boot_slot_page_start(area, off, &start) == 0 &&
		start == off);
}

int mcuboot_slot_reads_clear(const struct mcuboot_slot *slot, struct mcuboot_clearing *clearing)
{
	struct flash_pages_info page;
	size_t head = slot->start;
	size_t tail;
	int rc = trailer_start(slot, &tail);

	if (rc == 0) {
		rc = boot_slot_page(slot->area, slot->start, &page);
	}
	if (rc != 0) {
		return rc;
	}
	if ((clearing->left & MCUBOOT_CLEAR_HEADER) == 0) {
		head += page.size;
	}
	if ((clearing->left & MCUBOOT_CLEAR_TRAILER) != 0) {
		tail = clearing->tail;
		if (!is_edge(slot->area, tail)) {
			return 0;
		}
	}
	/* In swap-offset the page before the image, too. */
	rc = boot_slot_is_erased(
		slot->area, (clearing->left & MCUBOOT_CLEAR_FRONT) == 0 ? 0 : slot->start, head);
	if (rc == 1) {
		rc = boot_slot_is_erased(slot->area, tail, slot->area->fa_size);
	}
	if (rc == 1) {
		clearing->head = head;
		clearing->tail = tail;
	}
	return rc;
}

int mcuboot_slot_has_header(const struct mcuboot_slot *slot)
{
	const int rc = boot_slot_is_erased(slot->area, slot->start,
					   slot->start + flash_area_align(slot->area));

	return rc < 0 ? rc : !rc;
}

int mcuboot_slot_has_front(const struct mcuboot_slot *slot)
{
	const int rc = boot_mode_in(BOOT_MODE_BIT(SWAP_OFFSET))
			       ? boot_slot_is_erased(slot->area, 0, HEADER_MAGIC_LEN)
			       : 1;

	return rc < 0 ? rc : !rc;
}

/* 1: the fields of its trailer read erased, 0 or -errno. */
static int has_blank_tail(const struct mcuboot_slot *slot)
{
	struct boot_tail tail;
	const int rc = boot_slot_read_tail(slot->area, &tail);

	return rc != 0 ? rc : boot_tail_is_blank(&tail);
}

bool mcuboot_slot_may_have_request(const struct mcuboot_slot *slot)
{
	return has_blank_tail(slot) != 1;
}

int mcuboot_slot_is_clear(const struct mcuboot_slot *slot)
{
	const int rc = mcuboot_slot_has_front(slot);

	if (rc != 0 || !boot_needs_trailer()) {
		return rc < 0 ? rc : !rc;
	}
	return has_blank_tail(slot);
}

bool mcuboot_slot_is_torn(const struct mcuboot_slot *slot)
{
	struct boot_tail tail;

	if (boot_slot_read_tail(slot->area, &tail) != 0 || boot_tail_is_blank(&tail)) {
		return false;
	}
	return tail.state.magic != BOOT_MAGIC_GOOD || tail.state.image_ok == BOOT_FLAG_BAD ||
	       tail.state.copy_done == BOOT_FLAG_BAD;
}

struct dfu_image_source mcuboot_slot_source(const struct mcuboot_slot *slot, size_t size,
					    const uint8_t *head)
{
	struct dfu_image_source source = dfu_image_source_flash(slot->area, slot->start, size);

	source.head = head;
	source.head_len = head == NULL ? 0 : slot->hold_len;
	return source;
}

int mcuboot_slot_judge(int img_num, const struct mcuboot_slot *slot, size_t size,
		       const uint8_t *head, const struct mcuboot_slot_set *set,
		       const struct mcuboot_slot_verifier *verifier, enum dfu_image_fault *fault)
{
	const struct dfu_image_source source = mcuboot_slot_source(slot, size, head);
	struct boot_judgement judgement;
	const int rc = boot_judge_beside(img_num, &source, verifier->signer, set->images,
					 set->header, verifier->buf, verifier->buf_len, &judgement);
	*fault = judgement.report.fault;
	if (*fault == DFU_IMAGE_OK) {
		return rc;
	}
	DFU_ERR("slot %u: %s", slot->area->fa_id, dfu_image_fault_str(*fault));
	return verdict_errno(rc);
}

/* Where the image ends in the slot; 0: it cannot be told. Apart, for its stack is not small. */
static DFU_NOINLINE size_t image_end(const struct mcuboot_slot *slot, const uint8_t *head)
{
	const struct dfu_image_source source =
		mcuboot_slot_source(slot, slot->area->fa_size - slot->start, head);
	struct dfu_image image;

	return dfu_image_open(&image, &source, NULL) == 0 ? slot->start + image.total_size : 0;
}

int mcuboot_slot_request(const struct mcuboot_slot *slot, const uint8_t *head, bool permanent)
{
	return boot_slot_request(slot->area, permanent, image_end(slot, head));
}

int mcuboot_slot_clear_trailer(const struct mcuboot_slot *slot, const uint8_t *head)
{
	struct mcuboot_clearing clearing = mcuboot_clearing_begin(slot);
	const size_t end = image_end(slot, head);
	struct flash_pages_info page;
	int rc = end == 0 ? -EUCLEAN : boot_slot_page(slot->area, end - 1, &page);

	if (rc == 0) {
		clearing.head = (size_t)page.start_offset + page.size;
		do {
			rc = clear_trailer(slot, &clearing);
		} while (rc > 0);
	}
	return rc;
}

int mcuboot_slot_forget_request(const struct mcuboot_slot *slot, const uint8_t *head)
{
	size_t first;
	const int rc = boot_repair_check(slot->area, image_end(slot, head));

	return rc == 0 ? boot_trailer_wipe(slot->area, &first) : rc;
}

/* Whether len bytes from the image's start are those of another area: 1, 0 or -errno. */
static int is_same(const struct mcuboot_slot *slot, const struct flash_area *other, size_t len)
{
	uint8_t bytes[2][32];
	size_t n;

	for (size_t done = 0; done < len; done += n) {
		n = min_size(sizeof(bytes[0]), len - done);
		int rc = flash_area_read(slot->area, (off_t)(slot->start + done), bytes[0], n);
		if (rc == 0) {
			rc = flash_area_read(other, (off_t)done, bytes[1], n);
		}
		if (rc != 0) {
			return rc;
		}
		if (memcmp(bytes[0], bytes[1], n) != 0) {
			return 0;
		}
	}
	return 1;
}

int mcuboot_slot_is_remainder(int img_num, const struct mcuboot_slot *slot)
{
	enum dfu_image_fault fault = DFU_IMAGE_OK;
	const struct flash_area *primary;
	struct dfu_image image;
	int rc = mcuboot_slot_has_front(slot);

	if (rc <= 0 || boot_pair_is_bootloaders(img_num)) {
		return rc < 0 ? rc : 0;
	}
	const struct dfu_image_source source =
		mcuboot_slot_source(slot, slot->area->fa_size - slot->start, NULL);
	rc = dfu_image_open(&image, &source, &fault);
	if (rc != 0) {
		return fault != DFU_IMAGE_OK ? 0 : rc;
	}
	rc = flash_area_open((uint8_t)(2 * img_num), &primary);
	if (rc != 0) {
		return rc;
	}
	return image.total_size > primary->fa_size ? 0 : is_same(slot, primary, image.total_size);
}

int mcuboot_slot_free_first_page(const struct mcuboot_slot *slot)
{
	size_t end = 0;
	const int rc = mcuboot_slot_has_front(slot);

	return rc <= 0 ? rc : boot_slot_clear_header(slot->area, 0, slot->area->fa_size, &end);
}
