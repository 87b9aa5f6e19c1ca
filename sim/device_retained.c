/* SPDX-License-Identifier: Apache-2.0 */
#include "device_retained.h"

#include <dfu/boot.h>
#include <retention/blinfo.h>
#include <retention/retention.h>

#include "common/bytes.h"
#include "retention/shared_data.h"

/* The MCUboot whose records judge the boot model: 2.4.0. */
static const uint8_t version[8] = {2, 4};

static const uint8_t modes[BOOT_MODE_COUNT] = {
	[BOOT_MODE_SWAP_SCRATCH] = MCUBOOT_MODE_SWAP_USING_SCRATCH,
	[BOOT_MODE_SWAP_MOVE] = MCUBOOT_MODE_SWAP_USING_MOVE,
	[BOOT_MODE_SWAP_OFFSET] = MCUBOOT_MODE_SWAP_USING_OFFSET,
	[BOOT_MODE_OVERWRITE_ONLY] = MCUBOOT_MODE_UPGRADE_ONLY,
	[BOOT_MODE_DIRECT_XIP] = MCUBOOT_MODE_DIRECT_XIP,
	[BOOT_MODE_DIRECT_XIP_REVERT] = MCUBOOT_MODE_DIRECT_XIP_WITH_REVERT,
	/* MCUboot has one number for both. */
	[BOOT_MODE_RAM_LOAD] = MCUBOOT_MODE_RAM_LOAD,
	[BOOT_MODE_RAM_LOAD_REVERT] = MCUBOOT_MODE_RAM_LOAD,
	[BOOT_MODE_SINGLE_SLOT] = MCUBOOT_MODE_SINGLE_SLOT,
	[BOOT_MODE_FIRMWARE_LOADER] = MCUBOOT_MODE_FIRMWARE_LOADER,
};

static const uint8_t signatures[BOOT_SIGNATURE_COUNT] = {
	[BOOT_SIGNATURE_ECDSA_P256] = 2,   [BOOT_SIGNATURE_RSA_2048] = 1,
	[BOOT_SIGNATURE_RSA_3072] = 1,     [BOOT_SIGNATURE_ED25519] = 3,
	[BOOT_SIGNATURE_ED25519_PURE] = 3, /* P-384 has no number: 0, as none. */
};

void sim_retained_use(struct sim_retained *retained)
{
	const struct retention_region shared = {retained->shared, sizeof(retained->shared)};
	const struct retention_region boot_mode = {retained->boot_mode,
						   sizeof(retained->boot_mode)};

	blinfo_region_set(&shared);
	bootmode_region_set(&boot_mode);
}

void sim_retained_drop(void)
{
	blinfo_region_set(NULL);
	bootmode_region_set(NULL);
}

static int append(struct sim_retained *retained, unsigned int key, const void *value, size_t len)
{
	return shared_data_append(retained->shared, sizeof(retained->shared),
				  SHARED_DATA_TYPE(SHARED_DATA_BLINFO, key), value, len);
}

static int append_largest_image(struct sim_retained *retained)
{
	const ssize_t most = boot_get_max_image_size(0);
	uint8_t value[4];

	if (most < 0) {
		return 0;
	}
	put_le32(value, (uint32_t)most);
	return append(retained, BLINFO_MAX_APPLICATION_SIZE, value, sizeof(value));
}

static int append_running_slot(struct sim_retained *retained, int slot)
{
	const uint8_t value = (uint8_t)slot;

	return slot < 0 ? 0 : append(retained, BLINFO_RUNNING_SLOT, &value, sizeof(value));
}

int sim_retained_fill(struct sim_retained *retained, const struct sim_board *board, int slot)
{
	const uint8_t none = 0;
	int rc = shared_data_begin(retained->shared, sizeof(retained->shared));

	rc = rc != 0 ? rc : append(retained, BLINFO_MODE, &modes[board->arrangement.mode], 1);
	rc = rc != 0 ? rc
		     : append(retained, BLINFO_SIGNATURE_TYPE, &signatures[board->rules.signature],
			      1);
	rc = rc != 0 ? rc : append(retained, BLINFO_RECOVERY, &none, 1);
	rc = rc != 0 ? rc : append_running_slot(retained, slot);
	rc = rc != 0 ? rc : append(retained, BLINFO_BOOTLOADER_VERSION, version, sizeof(version));
	return rc != 0 ? rc : append_largest_image(retained);
}
