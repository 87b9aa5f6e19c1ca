/* SPDX-License-Identifier: Apache-2.0 */
#include "target/mcuboot_admit.h"

#include <dfu/boot.h>
#include <dfu/bootloader.h>
#include <dfu/config.h>
#include <dfu/log.h>

#include "boot/arrangement.h"

/* What a download to a slot needs of the two buffers. */
static int check_buffers(const struct mcuboot_slot *slot,
			 const struct mcuboot_slot_verifier *verifier)
{
	if (slot->hold_len > CONFIG_DFU_TARGET_HEADER_HOLD) {
		DFU_ERR("CONFIG_DFU_TARGET_HEADER_HOLD: %u bytes needed", slot->hold_len);
		return -EINVAL;
	}
	if (verifier->buf_len < MCUBOOT_SLOT_WORK_BUF ||
	    verifier->buf_len % flash_area_align(slot->area) != 0) {
		DFU_ERR("buffer of %lu bytes", (unsigned long)verifier->buf_len);
		return -EINVAL;
	}
	return 0;
}

/*
 * Swap and overwrite-only bootloaders keep a running image whose fallback is gone; the direct ones
 * erase it, so there nothing may touch the other slot.
 */
static bool must_be_confirmed(void)
{
	return !IS_ENABLED(CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED) || boot_is_direct();
}

static int find_slot(int img_num, const struct mcuboot_slot_verifier *verifier,
		     struct mcuboot_slot *slot)
{
	if (verifier->buf == NULL) {
		return -ENODEV;
	}
	int rc = mcuboot_slot_open(img_num, slot);
	if (rc == 0) {
		rc = mcuboot_slot_check_pages(img_num, slot);
	}
	if (rc == 0) {
		rc = check_buffers(slot, verifier);
	}
	return rc == 0 && must_be_confirmed() ? mcuboot_slot_refuse_unconfirmed(img_num) : rc;
}

int mcuboot_admit(int img_num, size_t file_size, const struct mcuboot_slot_verifier *verifier,
		  struct mcuboot_slot *slot, size_t *limit)
{
	const int rc = find_slot(img_num, verifier, slot);

	if (rc != 0) {
		return rc;
	}
	const ssize_t max_size = boot_get_max_image_size(img_num);
	if (max_size < 0) {
		return (int)max_size;
	}
	*limit = file_size != 0 ? file_size : (size_t)max_size;
	return *limit > (size_t)max_size || *limit > UINT32_MAX ? -EFBIG : 0;
}

int mcuboot_admit_first(int img_num, const uint8_t first[DFU_IMAGE_HEADER_LEN])
{
	struct dfu_image_header header;
	bool s0_active;

	if (!IS_ENABLED(CONFIG_SECURE_BOOT) || img_num != boot_bootloader_image() ||
	    dfu_image_header_decode(&header, first) != 0 ||
	    (header.flags & DFU_IMAGE_F_ROM_FIXED) == 0) {
		return 0;
	}
	const int slot = boot_link_slot(header.load_addr);
	const int rc = slot < 0 ? 0 : boot_s0_active_get(&s0_active);
	if (slot < 0 || rc != 0) {
		return rc;
	}
	return (slot == BOOT_S0_AREA_ID) == s0_active ? -EADDRINUSE : 0;
}
