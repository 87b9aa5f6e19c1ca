/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers that are the MCUboot target, one image pair after the other. An image for S0 or S1 goes
 * to the pair that takes bootloaders.
 *
 * The target knows a complete image after a reset: its offset is its size, and done(true) verifies
 * it again. In the run that has completed it an init begins anew, because nobody but a caller who
 * wants that would ask; here the package asks, when it is begun again, so the sizes of what was
 * finished are kept, for as long as the target says that it is still there.
 *
 * MCUboot does not look behind the last TLV; a package has padding there and nothing else. That is
 * read from flash, once the target has verified the image: only then the end of it is to be
 * believed. An image with anything else there is taken away again; one where it cannot be read
 * stays open, finished for the target, and the next close reads it.
 */
#include <dfu/dfu_multi_image.h>

#include <errno.h>

#include <dfu/boot.h>
#include <dfu/bootloader.h>
#include <dfu/config.h>
#include <dfu/dfu_target.h>
#include <dfu/image.h>
#include <dfu/log.h>

#include "boot/boot_bootloader.h"
#include "common/bytes.h"
#include "package/package.h"
#include "target/mcuboot_download.h"
#include "target/mcuboot_slot.h"

static struct {
	int pair;
	size_t size;
	bool is_kept; /* open, and finished before: the target is not asked */
	size_t finished[BOOT_IMAGES_MAX];
	uint8_t unchecked; /* of these: bit n, what is behind the image of pair n was not read */
} writer;

static int pair_of(int image_id)
{
	if (image_id >= 0) {
		return image_id;
	}
	return IS_ENABLED(CONFIG_SECURE_BOOT) ? boot_bootloader_image() : -ENOENT;
}

static int open_image(int image_id, size_t image_size)
{
	const int pair = pair_of(image_id);

	if (pair < 0 || pair >= BOOT_IMAGES_MAX) {
		return pair < 0 ? pair : -EINVAL;
	}
	writer.pair = pair;
	writer.size = image_size;
	writer.is_kept = image_size > 0 && writer.finished[pair] == image_size &&
			 mcuboot_download_known(pair) == MCUBOOT_COMPLETE;
	if (writer.is_kept) {
		return 0;
	}
	writer.finished[pair] = 0;
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, pair, image_size, NULL);
}

static int write_image(const uint8_t *chunk, size_t chunk_size)
{
	return dfu_target_write(chunk, chunk_size);
}

static int get_offset(size_t *offset)
{
	if (writer.is_kept) {
		*offset = writer.size;
		return 0;
	}
	return dfu_target_offset_get(offset);
}

/* Whether all from `end` on, where the image ends, is padding: 0, -EBADMSG or from the device. */
static int check_fill(const struct mcuboot_slot *slot, size_t end)
{
	uint8_t chunk[64];
	size_t n;

	if (writer.size - end > package_fill_max()) {
		return -EBADMSG;
	}
	for (size_t at = end; at < writer.size; at += n) {
		n = min_size(sizeof(chunk), writer.size - at);
		const int rc = flash_area_read(slot->area, (off_t)(slot->start + at), chunk, n);
		if (rc != 0) {
			return rc;
		}
		if (!bytes_are(chunk, n, 0xff)) {
			return -EBADMSG;
		}
	}
	return 0;
}

/* A verified image, its first bytes in flash or held back. */
static int check_end(void)
{
	uint8_t held[CONFIG_DFU_TARGET_HEADER_HOLD];
	struct mcuboot_slot slot;
	struct dfu_image image;
	int rc = mcuboot_slot_open(writer.pair, &slot);

	if (rc != 0) {
		return rc;
	}
	const bool is_held = mcuboot_download_get_held(writer.pair, held);
	const struct dfu_image_source source =
		mcuboot_slot_source(&slot, writer.size, is_held ? held : NULL);
	rc = dfu_image_open(&image, &source, NULL);
	return rc == 0 ? check_fill(&slot, image.total_size) : rc;
}

static int reset_image(void)
{
	if (writer.is_kept) {
		writer.is_kept = false;
		const int rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, writer.pair, 0, NULL);
		if (rc != 0) {
			return rc;
		}
	}
	writer.finished[writer.pair] = 0;
	return dfu_target_reset();
}

static int finish_image(void)
{
	const uint8_t bit = (uint8_t)(1U << writer.pair);

	if (!writer.is_kept) {
		const int rc = dfu_target_done(true);

		if (rc != 0) {
			return rc;
		}
		writer.finished[writer.pair] = writer.size;
		writer.unchecked |= bit;
		writer.is_kept = true;
	}
	const int rc = (writer.unchecked & bit) != 0 ? check_end() : 0;
	if (rc == 0) {
		writer.unchecked &= (uint8_t)~bit;
	} else if (rc == -EBADMSG) {
		DFU_ERR("image pair %d: more behind the image than padding", writer.pair);
		const int reset = reset_image();
		if (reset != 0) {
			DFU_ERR("image pair %d: not taken away: %d", writer.pair, reset);
		}
	}
	return rc;
}

static int close_image(bool success)
{
	int rc = 0;

	if (success) {
		rc = finish_image();
	} else if (!writer.is_kept) {
		rc = dfu_target_done(false);
	}
	writer.is_kept = writer.is_kept && rc != 0;
	return rc;
}

static int register_id(int image_id)
{
	const struct dfu_image_writer functions = {
		.image_id = image_id,
		.open = open_image,
		.write = write_image,
		.close = close_image,
		.offset = get_offset,
		.reset = reset_image,
	};

	return dfu_multi_image_register_writer(&functions);
}

static int register_bootloader(void)
{
	bool s0_active;
	int rc = boot_bootloader_image() < 0 ? -ENOENT : boot_s0_active_get(&s0_active);

	if (rc == 0) {
		rc = register_id(s0_active ? DFU_MULTI_IMAGE_S1 : DFU_MULTI_IMAGE_S0);
		package_leave_out(s0_active ? DFU_MULTI_IMAGE_S0 : DFU_MULTI_IMAGE_S1);
	}
	return rc == -ENOENT ? 0 : rc; /* it cannot be updated */
}

int dfu_multi_image_register_mcuboot(void)
{
	int rc = IS_ENABLED(CONFIG_SECURE_BOOT) ? register_bootloader() : 0;

	for (int i = 0; i < boot_arrangement_get()->images && rc == 0; i++) {
		rc = boot_pair_is_bootloaders(i) ? 0 : register_id(i);
	}
	return rc;
}
