/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target keeps all that outlives a reset: the name of the content joins the record of its
 * progress, so the next download of that content goes on, and no other one. Only size and validator
 * make the name; where the file comes from does not.
 *
 * A target that has to begin again begins at 0 by itself if the name is another one. Under the same
 * name it has to be told to forget what it has.
 */
#include "fota/fota_delivery.h"

#include <string.h>

#include <dfu/bootloader.h>
#include <dfu/config.h>
#include <dfu/log.h>

#include "common/bytes.h"

static bool fail(struct fota_delivery *delivery, enum fota_download_error_cause cause, int rc)
{
	delivery->cause = cause;
	delivery->error = rc;
	return false;
}

static int name_content(const struct fota_content *content)
{
	uint8_t name[sizeof(uint64_t) + FOTA_VALIDATOR_MAX];

	put_le64(name, content->size);
	memcpy(&name[sizeof(uint64_t)], content->validator.bytes, content->validator.len);
	return dfu_target_identity_set(name, sizeof(uint64_t) + content->validator.len);
}

/* Where the application says; else one of two builds where the device takes bootloaders. */
static int image_number(const struct fota_delivery *delivery)
{
	if (delivery->type != DFU_TARGET_IMAGE_TYPE_MCUBOOT) {
		return 0;
	}
	if (delivery->image >= 0) {
		return delivery->image;
	}
	if (!IS_ENABLED(CONFIG_SECURE_BOOT) || !delivery->for_boot) {
		return 0;
	}
	const int image = boot_bootloader_image();
	return image > 0 ? image : 0;
}

static int init_target(struct fota_delivery *delivery, size_t size, dfu_target_callback_t on_event,
		       size_t *offset)
{
	const int rc = dfu_target_init(delivery->type, image_number(delivery), size, on_event);

	delivery->has_target = rc == 0;
	return rc == 0 ? dfu_target_offset_get(offset) : rc;
}

/* Whatever the target has is of no use. */
static int restart_target(struct fota_delivery *delivery, size_t size,
			  dfu_target_callback_t on_event, size_t *offset)
{
	int rc = dfu_target_reset();

	if (rc == 0) {
		rc = init_target(delivery, size, on_event, offset);
	}
	return rc == 0 && *offset != 0 ? -EIO : rc;
}

static bool is_expected(const struct fota_delivery *delivery)
{
	return delivery->expected == DFU_TARGET_IMAGE_TYPE_ANY ||
	       (delivery->type & delivery->expected) == delivery->type;
}

bool fota_delivery_begin(struct fota_delivery *delivery, const struct fota_content *content,
			 const uint8_t *first, size_t len, bool begins_again,
			 dfu_target_callback_t on_event, size_t *offset)
{
	const size_t size = content->size;

	delivery->type = (int)dfu_target_img_type(first, len);
	if (delivery->type == DFU_TARGET_IMAGE_TYPE_NONE) {
		return fail(delivery, FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_UPDATE, -ENOTSUP);
	}
	if (!is_expected(delivery)) {
		return fail(delivery, FOTA_DOWNLOAD_ERROR_CAUSE_TYPE_MISMATCH, -EPERM);
	}
	int rc = name_content(content);
	if (rc == 0) {
		rc = init_target(delivery, size, on_event, offset);
	}
	if (rc == 0 && *offset > 0 && (begins_again || (size != 0 && *offset > size))) {
		rc = restart_target(delivery, size, on_event, offset);
	}
	if (rc != 0) {
		return fail(delivery,
			    rc == -EFBIG ? FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_UPDATE
					 : FOTA_DOWNLOAD_ERROR_CAUSE_DFU,
			    rc);
	}
	return true;
}

/* A target on our own flash is always ready: there -EAGAIN is an error of the device. */
static bool may_be_busy(const struct fota_delivery *delivery)
{
	return delivery->type != DFU_TARGET_IMAGE_TYPE_MCUBOOT &&
	       delivery->type != DFU_TARGET_IMAGE_TYPE_FULL_MODEM;
}

enum fota_delivery_answer fota_delivery_write(struct fota_delivery *delivery, const uint8_t *bytes,
					      size_t len)
{
	const int rc = dfu_target_write(bytes, len);

	if (rc == 0) {
		return FOTA_DELIVERY_TAKEN;
	}
	if (rc == -EAGAIN && may_be_busy(delivery)) {
		return FOTA_DELIVERY_BUSY;
	}
	(void)fail(delivery,
		   rc == -EINVAL || rc == -EFBIG ? FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_UPDATE
						 : FOTA_DOWNLOAD_ERROR_CAUSE_DFU,
		   rc);
	return FOTA_DELIVERY_FAILED;
}

bool fota_delivery_misses_bytes(const struct fota_delivery *delivery)
{
	return IS_ENABLED(CONFIG_DFU_TARGET_VERIFY) &&
	       delivery->type == DFU_TARGET_IMAGE_TYPE_MCUBOOT;
}

bool fota_delivery_finish(struct fota_delivery *delivery, bool schedule)
{
	int rc = dfu_target_done(true);

	if (rc == 0 && schedule) {
		rc = dfu_target_schedule_update(image_number(delivery));
	}
	return rc == 0 || fail(delivery, FOTA_DOWNLOAD_ERROR_CAUSE_DFU, rc);
}

void fota_delivery_pause(const struct fota_delivery *delivery)
{
	const int rc = delivery->has_target ? dfu_target_done(false) : 0;

	if (rc != 0 && rc != -EALREADY) {
		DFU_WRN("download: not paused: %d", rc);
	}
}

void fota_delivery_forget_name(void)
{
	const int rc = dfu_target_identity_set(NULL, 0);

	(void)rc; /* 0: no name is one */
}
