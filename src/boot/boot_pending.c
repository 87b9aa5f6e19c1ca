/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a new image is due at the next reset, and taking that back.
 *
 * Where a trailer asks for the image, the trailer says it and is erased. Where the bootloader
 * starts what it finds, the image itself says it: it lies in the slot that does not run, its
 * version wins against the running one's (of equal ones the primary's), and in the revert variants
 * its trailer lets it start. There the header is taken out, after the trailer: an older image,
 * which may be the one to fall back to, is not pending and stays.
 */
#include "boot/boot_judge.h"
#include "boot/boot_repair.h"
#include "flash/flash_caps.h"

/* As boot_is_pending_multi(); if 1, the slot. */
static int find_pending(int image_index, const struct flash_area **fa)
{
	const int upload = boot_upload_area(image_index);
	struct boot_found candidate;
	struct boot_found running;

	if (upload < 0) {
		return upload;
	}
	int rc = boot_find_startable(upload, &candidate);
	if (rc != 1) {
		return rc;
	}
	*fa = candidate.fa;
	rc = boot_find_image(upload ^ 1, 0, &running);
	if (rc != 1) {
		return rc < 0 ? rc : 1;
	}
	const int above =
		dfu_image_version_compare(&candidate.header.version, &running.header.version);
	return above > 0 || (above == 0 && upload % 2 == BOOT_PRIMARY);
}

int boot_is_pending_multi(int image_index)
{
	const struct flash_area *fa;

	if (!boot_takes_requests()) {
		return boot_image_exists(image_index) ? 0 : -EINVAL;
	}
	if (boot_is_direct()) {
		return find_pending(image_index, &fa);
	}
	const int type = mcuboot_swap_type_multi(image_index);
	return type < 0 ? type : type == BOOT_SWAP_TYPE_TEST || type == BOOT_SWAP_TYPE_PERM;
}

static int cancel_direct(int image_index)
{
	const struct flash_area *fa;
	size_t start = 0;
	size_t end = 0;
	int rc = find_pending(image_index, &fa);

	if (rc != 1) {
		return rc == 0 ? -ENOENT : rc;
	}
	rc = flash_needs_erase(fa->fa_dev) ? boot_slot_page_start(fa, 0, &start) : 0;
	if (rc == 0 && boot_needs_trailer()) {
		rc = boot_trailer_wipe(fa, NULL);
	}
	return rc == 0 ? boot_slot_clear_header(fa, 0, fa->fa_size, &end) : rc;
}

static int cancel_request(int image_index)
{
	const struct flash_area *fa;
	struct boot_tail tail;
	int rc = boot_slot_open_secondary(image_index, &fa);

	if (rc == 0) {
		rc = boot_slot_read_tail(fa, &tail);
	}
	if (rc != 0) {
		return rc;
	}
	if (boot_tail_is_blank(&tail)) {
		return -ENOENT;
	}
	rc = boot_repair_check(fa, 0);
	return rc == 0 ? boot_trailer_wipe(fa, NULL) : rc;
}

int boot_cancel_upgrade_multi(int image_index)
{
	if (!boot_takes_requests()) {
		return boot_image_exists(image_index) ? -ENODEV : -EINVAL;
	}
	return boot_is_direct() ? cancel_direct(image_index) : cancel_request(image_index);
}
