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
 * it. Otherwise the target decides, which has seen the file's first bytes. A target that keeps
 * elsewhere what it has is asked always (always_init): a modem alone knows what it has of a patch.
 * A download of another target is paused first, for there is one stream.
 *
 * The targets of the build and those of the application are rows of the same kind: first the
 * former, the custom target last of them, then what was registered, in that order.
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
#if IS_ENABLED(CONFIG_DFU_TARGET_CUSTOM)
#include <dfu/dfu_target_custom.h>
#endif

#include "target/identity.h"
#include "target/target_current.h"
#include "target/target_stats.h"

#define IDENTIFY_LEN 32 /* first bytes of a file that the identify functions may read */
#define OWN_TYPES (DFU_TARGET_IMAGE_TYPE_ANY | DFU_TARGET_IMAGE_TYPE_SMP)

/*
 * In the order of probing; ended by type NONE. A target that is not in the build has no row and no
 * code.
 */
static const struct dfu_target_registration targets[] = {
#if IS_ENABLED(CONFIG_DFU_TARGET_MCUBOOT)
	{
		.type = DFU_TARGET_IMAGE_TYPE_MCUBOOT,
		.identify = dfu_target_mcuboot_identify,
		.target =
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
		.type = DFU_TARGET_IMAGE_TYPE_MODEM_DELTA,
		.identify = dfu_target_modem_delta_identify,
		.target =
			{
				.init = dfu_target_modem_delta_init,
				.offset_get = dfu_target_modem_delta_offset_get,
				.write = dfu_target_modem_delta_write,
				.done = dfu_target_modem_delta_done,
				.schedule_update = dfu_target_modem_delta_schedule_update,
				.reset = dfu_target_modem_delta_reset,
			},
		.always_init = true,
	},
#endif
#if IS_ENABLED(CONFIG_DFU_TARGET_FULL_MODEM)
	{
		.type = DFU_TARGET_IMAGE_TYPE_FULL_MODEM,
		.identify = dfu_target_full_modem_identify,
		.target =
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
#if IS_ENABLED(CONFIG_DFU_TARGET_CUSTOM)
	{
		.type = DFU_TARGET_IMAGE_TYPE_CUSTOM,
		.identify = dfu_target_custom_identify,
		.target =
			{
				.init = dfu_target_custom_init,
				.offset_get = dfu_target_custom_offset_get,
				.write = dfu_target_custom_write,
				.done = dfu_target_custom_done,
				.schedule_update = dfu_target_custom_schedule_update,
				.reset = dfu_target_custom_reset,
			},
	},
#endif
	{.type = DFU_TARGET_IMAGE_TYPE_NONE},
};

/* The application's, in the order of registration; NULL where there is none yet. */
static const struct dfu_target_registration *registered[CONFIG_DFU_TARGET_REGISTRATIONS];

static struct {
	const struct dfu_target_registration *target; /* NULL: no target is chosen */
	size_t size;
	int img_num;
	uint32_t identity;
	bool skip_same_init;
	bool over;
} current;
static const struct dfu_target_registration *counted; /* of a download that may go on, or NULL */
static bool may_go_on;                                /* it is counted on, unless at offset 0 */

/* The targets by number; NULL after the last one. */
static const struct dfu_target_registration *target_at(size_t i)
{
	const size_t own = sizeof(targets) / sizeof(targets[0]) - 1;

	if (i < own) {
		return &targets[i];
	}
	return i - own < CONFIG_DFU_TARGET_REGISTRATIONS ? registered[i - own] : NULL;
}

static const struct dfu_target_registration *find_target(int img_type)
{
	const struct dfu_target_registration *target;

	for (size_t i = 0; (target = target_at(i)) != NULL; i++) {
		if (target->type == img_type) {
			return target;
		}
	}
	return NULL;
}

static bool is_whole(const struct dfu_target *target)
{
	return target->init != NULL && target->offset_get != NULL && target->write != NULL &&
	       target->done != NULL && target->schedule_update != NULL && target->reset != NULL;
}

static bool is_free_type(int type)
{
	return type > 0 && (type & (type - 1)) == 0 && (type & OWN_TYPES) == 0;
}

int dfu_target_register(const struct dfu_target_registration *registration)
{
	if (registration == NULL || !is_free_type(registration->type) ||
	    !is_whole(&registration->target)) {
		return -EINVAL;
	}
	if (find_target(registration->type) != NULL) {
		return -EEXIST;
	}
	for (size_t i = 0; i < CONFIG_DFU_TARGET_REGISTRATIONS; i++) {
		if (registered[i] == NULL) {
			registered[i] = registration;
			return 0;
		}
	}
	return -ENOMEM;
}

enum dfu_target_image_type dfu_target_img_type(const void *const buf, size_t len)
{
	const struct dfu_target_registration *target;

	if (buf == NULL || len < IDENTIFY_LEN) {
		return DFU_TARGET_IMAGE_TYPE_NONE;
	}
	current.skip_same_init = false;
	for (size_t i = 0; (target = target_at(i)) != NULL; i++) {
		if (target->identify != NULL && target->identify(buf)) {
			return (enum dfu_target_image_type)target->type;
		}
	}
	return DFU_TARGET_IMAGE_TYPE_NONE;
}

/* What is counted from here on: another download, or the same, which the offset may still tell. */
static void count_for(const struct dfu_target_registration *target, int img_num, size_t file_size)
{
	if (IS_ENABLED(CONFIG_DFU_TARGET_STATS)) {
		may_go_on = target == counted && img_num == current.img_num &&
			    file_size == current.size && target_identity() == current.identity;
		counted = target;
		target_stats_init_done(!may_go_on);
	}
}

int dfu_target_init(int img_type, int img_num, size_t file_size, dfu_target_callback_t cb)
{
	const struct dfu_target_registration *target = find_target(img_type);
	int rc;

	if (target == NULL) {
		return -ENOTSUP;
	}
	if (current.skip_same_init && target == current.target && !target->always_init &&
	    img_num == current.img_num && file_size == current.size &&
	    current.identity == target_identity()) {
		return 0;
	}
	if (IS_ENABLED(CONFIG_DFU_TARGET_STATS)) {
		target_stats_init_begins();
	}
	if (current.target != NULL && current.target != target && !current.over) {
		rc = current.target->target.done(false);
		if (rc != 0) {
			DFU_WRN("init: download before not paused: %d", rc);
		}
	}
	current.target = NULL;
	current.skip_same_init = false;
	rc = target->target.init(file_size, img_num, cb);
	if (rc != 0) {
		return rc;
	}
	count_for(target, img_num, file_size);
	current.target = target;
	current.img_num = img_num;
	current.size = file_size;
	current.identity = target_identity();
	current.skip_same_init = true;
	current.over = false;
	return 0;
}

int target_under_way(const struct dfu_target_registration **target)
{
	if (current.target == NULL || current.over) {
		return current.target == NULL ? -EACCES : -EPERM;
	}
	*target = current.target;
	return 0;
}

int dfu_target_offset_get(size_t *offset)
{
	if (current.target == NULL) {
		return -EACCES;
	}
	const int rc = current.target->target.offset_get(offset);
	if (IS_ENABLED(CONFIG_DFU_TARGET_STATS) && rc == 0 && may_go_on) {
		may_go_on = false;
		target_stats_init_done(*offset == 0);
	}
	return rc;
}

int dfu_target_write(const void *const buf, size_t len)
{
	if (current.target == NULL || buf == NULL) {
		return -EACCES;
	}
	if (current.over) {
		return -EPERM;
	}
	const int rc = current.target->target.write(buf, len);
	if (IS_ENABLED(CONFIG_DFU_TARGET_STATS) && rc == 0) {
		target_stats_received(len);
	}
	return rc;
}

int dfu_target_done(bool successful)
{
	if (current.target == NULL) {
		return -EACCES;
	}
	if (current.over) {
		return -EALREADY;
	}
	current.skip_same_init = false;
	int rc = current.target->target.done(successful);
	current.over = rc == 0;
	if (current.over && successful) {
		counted = NULL;
	}
	return rc;
}

int dfu_target_reset(void)
{
	if (current.target == NULL) {
		return -EACCES;
	}
	int rc = current.target->target.reset();
	if (rc == 0) {
		current.target = NULL;
		counted = NULL;
		current.skip_same_init = false;
	}
	return rc;
}

int dfu_target_schedule_update(int img_num)
{
	return current.target == NULL ? -EACCES : current.target->target.schedule_update(img_num);
}
