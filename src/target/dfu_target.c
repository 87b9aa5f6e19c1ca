/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facade: which target is chosen, and whether its download is under way.
 *
 *              init ok                 done ok
 *   no target ---------> downloading ----------> over
 *       ^                    |  ^  \               |
 *       |  init failed       |  |   done failed:   | init
 *       +--------------------+  |   may repeat     |
 *       |        reset          +------------------+
 *       +------------------------------------------+
 *
 * The target stays chosen after done, so that schedule_update and reset find it. An init is skipped
 * only while a download of the same type, pair, size and name is under way, and neither done nor
 * img_type was called since: no failed init, nothing after done and no other file can be taken for
 * it. Otherwise the target decides, which has seen the file's first bytes. A modem is always asked:
 * only it knows what it has of a patch. A download of another target is paused first, for there is
 * one stream.
 */
#include <dfu/config.h>
#include <dfu/dfu_target.h>
#include <dfu/log.h>
#if IS_ENABLED(CONFIG_DFU_TARGET_MCUBOOT)
#include <dfu/dfu_target_mcuboot.h>
#endif
#if IS_ENABLED(CONFIG_DFU_TARGET_MODEM_DELTA)
#include <dfu/dfu_target_modem_delta.h>
#endif
#if IS_ENABLED(CONFIG_DFU_TARGET_FULL_MODEM)
#include <dfu/dfu_target_full_modem.h>
#endif

#include "target/identity.h"

#define IDENTIFY_LEN 32 /* first bytes of a file that the identify functions may read */

struct target_entry {
	enum dfu_target_image_type type;
	bool (*identify)(const void *const buf);
	struct dfu_target functions;
};

/*
 * In the order of probing; ended by type NONE. A target that is not in the build has no row and no
 * code.
 */
static const struct target_entry targets[] = {
#if IS_ENABLED(CONFIG_DFU_TARGET_MCUBOOT)
	{
		DFU_TARGET_IMAGE_TYPE_MCUBOOT,
		dfu_target_mcuboot_identify,
		{
			.init = dfu_target_mcuboot_init,
			.offset_get = dfu_target_mcuboot_offset_get,
			.write = dfu_target_mcuboot_write,
			.done = dfu_target_mcuboot_done,
			.schedule_update = dfu_target_mcuboot_schedule_update,
			.reset = dfu_target_mcuboot_reset,
		},
	},
#endif
#if IS_ENABLED(CONFIG_DFU_TARGET_MODEM_DELTA)
	{
		DFU_TARGET_IMAGE_TYPE_MODEM_DELTA,
		dfu_target_modem_delta_identify,
		{
			.init = dfu_target_modem_delta_init,
			.offset_get = dfu_target_modem_delta_offset_get,
			.write = dfu_target_modem_delta_write,
			.done = dfu_target_modem_delta_done,
			.schedule_update = dfu_target_modem_delta_schedule_update,
			.reset = dfu_target_modem_delta_reset,
		},
	},
#endif
#if IS_ENABLED(CONFIG_DFU_TARGET_FULL_MODEM)
	{
		DFU_TARGET_IMAGE_TYPE_FULL_MODEM,
		dfu_target_full_modem_identify,
		{
			.init = dfu_target_full_modem_init,
			.offset_get = dfu_target_full_modem_offset_get,
			.write = dfu_target_full_modem_write,
			.done = dfu_target_full_modem_done,
			.schedule_update = dfu_target_full_modem_schedule_update,
			.reset = dfu_target_full_modem_reset,
		},
	},
#endif
	{.type = DFU_TARGET_IMAGE_TYPE_NONE},
};

static const struct dfu_target *current; /* NULL: no target is chosen */
static size_t current_size;
static int current_img_num;
static uint32_t current_identity;
static bool skip_same_init;
static bool over;

static const struct dfu_target *find_target(int img_type)
{
	for (const struct target_entry *entry = targets; entry->type != DFU_TARGET_IMAGE_TYPE_NONE;
	     entry++) {
		if ((int)entry->type == img_type) {
			return &entry->functions;
		}
	}
	return NULL;
}

int dfu_target_register(const struct dfu_target_registration *registration)
{
	(void)registration;
	return -ENOMEM;
}

enum dfu_target_image_type dfu_target_img_type(const void *const buf, size_t len)
{
	const struct target_entry *entry = targets;

	if (buf == NULL || len < IDENTIFY_LEN) {
		return DFU_TARGET_IMAGE_TYPE_NONE;
	}
	skip_same_init = false;
	while (entry->type != DFU_TARGET_IMAGE_TYPE_NONE && !entry->identify(buf)) {
		entry++;
	}
	return entry->type;
}

int dfu_target_init(int img_type, int img_num, size_t file_size, dfu_target_callback_t cb)
{
	const struct dfu_target *target = find_target(img_type);
	int rc;

	if (target == NULL) {
		return -ENOTSUP;
	}
	if (skip_same_init && target == current && img_type != DFU_TARGET_IMAGE_TYPE_MODEM_DELTA &&
	    img_num == current_img_num && file_size == current_size &&
	    current_identity == target_identity()) {
		return 0;
	}
	if (current != NULL && current != target && !over) {
		rc = current->done(false);
		if (rc != 0) {
			DFU_WRN("init: download before not paused: %d", rc);
		}
	}
	current = NULL;
	skip_same_init = false;
	rc = target->init(file_size, img_num, cb);
	if (rc != 0) {
		return rc;
	}
	current = target;
	current_img_num = img_num;
	current_size = file_size;
	current_identity = target_identity();
	skip_same_init = true;
	over = false;
	return 0;
}

int dfu_target_offset_get(size_t *offset)
{
	return current == NULL ? -EACCES : current->offset_get(offset);
}

int dfu_target_write(const void *const buf, size_t len)
{
	if (current == NULL || buf == NULL) {
		return -EACCES;
	}
	return over ? -EPERM : current->write(buf, len);
}

int dfu_target_done(bool successful)
{
	if (current == NULL) {
		return -EACCES;
	}
	if (over) {
		return -EALREADY;
	}
	skip_same_init = false;
	int rc = current->done(successful);
	over = rc == 0;
	return rc;
}

int dfu_target_reset(void)
{
	if (current == NULL) {
		return -EACCES;
	}
	int rc = current->reset();
	if (rc == 0) {
		current = NULL;
		skip_same_init = false;
	}
	return rc;
}

int dfu_target_schedule_update(int img_num)
{
	return current == NULL ? -EACCES : current->schedule_update(img_num);
}
