/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that applications know, on top of <dfu/boot.h>. */
#include <dfu/image.h>

#include "boot/boot_bootloader.h"
#include "boot/boot_slot.h"

int boot_read_bank_header(uint8_t area_id, struct mcuboot_img_header *header, size_t header_size)
{
	uint8_t raw[DFU_IMAGE_HEADER_LEN];
	struct dfu_image_header found;
	const struct flash_area *fa;
	int rc;

	if (header_size < sizeof(*header)) {
		return -ENOMEM;
	}
	rc = flash_area_open(area_id, &fa);
	if (rc == 0) {
		rc = flash_area_read(fa, (off_t)boot_get_image_start_offset(area_id), raw,
				     sizeof(raw));
	}
	if (rc != 0) {
		return rc;
	}
	if (dfu_image_header_decode(&found, raw) != 0) {
		return -EIO;
	}
	header->mcuboot_version = 1;
	header->h.v1.image_size = found.img_size;
	header->h.v1.sem_ver = (struct mcuboot_img_sem_ver){
		.major = found.version.major,
		.minor = found.version.minor,
		.revision = found.version.revision,
		.build_num = found.version.build,
	};
	return 0;
}

bool boot_is_img_confirmed(void)
{
	return boot_is_img_confirmed_multi(0);
}

int boot_write_img_confirmed(void)
{
	return boot_write_img_confirmed_multi(0);
}

int boot_write_img_confirmed_multi(int image_index)
{
	const int slot = boot_running_slot(image_index);
	const struct flash_area *fa;

	if (slot < 0) {
		return slot;
	}
	if (boot_pair_is_bootloaders(image_index)) {
		return 0;
	}
	return boot_slot_open(image_index, (enum boot_slot)slot, &fa) == 0
		       ? boot_set_next(fa, true, true)
		       : -EIO;
}

int mcuboot_swap_type(void)
{
	return mcuboot_swap_type_multi(0);
}

/* The trailer of an image that runs; where nothing does, as if it were erased. */
static int read_primary(int image_index, struct boot_swap_state *state)
{
	const struct flash_area *fa;

	if (boot_pair_is_bootloaders(image_index)) {
		*state = (struct boot_swap_state){.magic = BOOT_MAGIC_UNSET,
						  .swap_type = BOOT_SWAP_TYPE_NONE,
						  .copy_done = BOOT_FLAG_UNSET,
						  .image_ok = BOOT_FLAG_UNSET};
		return 0;
	}
	const int rc = boot_slot_open(image_index, BOOT_PRIMARY, &fa);
	return rc == 0 ? boot_read_swap_state(fa, state) : rc;
}

static int swap_type_of_pair(int image_index)
{
	struct boot_swap_state primary;
	struct boot_swap_state secondary;
	const struct flash_area *fa;
	int rc = read_primary(image_index, &primary);

	if (rc != 0) {
		return rc;
	}
	rc = boot_slot_open(image_index, BOOT_SECONDARY, &fa);
	if (rc == -ENOENT) {
		return boot_swap_type_of(&primary, NULL);
	}
	if (rc == 0) {
		rc = boot_read_swap_state(fa, &secondary);
	}
	return rc == 0 ? boot_swap_type_of(&primary, &secondary) : rc;
}

int mcuboot_swap_type_multi(int image_index)
{
	int type;

	if (!boot_takes_requests()) {
		return boot_image_exists(image_index) ? BOOT_SWAP_TYPE_NONE : -EINVAL;
	}
	type = swap_type_of_pair(image_index);
	/* Where no trailer can be and none is needed, none asks for anything. */
	return type == -ENOTSUP && !boot_needs_trailer() ? BOOT_SWAP_TYPE_NONE : type;
}

int boot_request_upgrade(int permanent)
{
	return boot_request_upgrade_multi(0, permanent);
}

int boot_request_upgrade_multi(int image_index, int permanent)
{
	const struct flash_area *fa;

	if (boot_image_exists(image_index) && !boot_takes_requests()) {
		return -ENODEV;
	}
	const int area = boot_upload_area(image_index);
	const int rc = area < 0 ? area : flash_area_open((uint8_t)area, &fa);
	return rc == 0 ? boot_set_next(fa, false, permanent != BOOT_UPGRADE_TEST) : rc;
}

int boot_erase_img_bank(uint8_t area_id)
{
	const struct flash_area *fa;
	const int rc = flash_area_open(area_id, &fa);

	return rc == 0 ? flash_area_flatten(fa, 0, fa->fa_size) : rc;
}

ssize_t boot_get_trailer_status_offset(size_t area_size)
{
	const size_t len = trailer_distance(boot_arrangement()->max_align, TRAILER_COPY_DONE);

	return area_size >= len ? (ssize_t)(area_size - len) : -EFAULT;
}

ssize_t boot_get_area_trailer_status_offset(uint8_t area_id)
{
	const struct flash_area *fa;
	const int rc = flash_area_open(area_id, &fa);

	return rc == 0 ? boot_get_trailer_status_offset(fa->fa_size) : rc;
}

size_t boot_get_image_start_offset(uint8_t area_id)
{
	const struct flash_area *fa;
	size_t start;

	if (flash_area_open(area_id, &fa) != 0 || boot_slot_upload_start(fa, &start) != 0) {
		return 0;
	}
	/* What a test swap has put there, and a revert takes back, lies at the start. */
	return start != 0 && mcuboot_swap_type_multi(area_id / 2) == BOOT_SWAP_TYPE_REVERT ? 0
											   : start;
}
