/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record "dfu/SET". Only one set is on its way at a time: it has no number. What it says is a
 * promise, all or none, that only flash can tell the state of, so it has no stages either: it is
 * saved before the first write that a cut could leave alone, and deleted after the last one.
 */
#include "target/mcuboot_intent.h"

#include <errno.h>

#include <dfu/log.h>

#include "target/target_settings.h"

#define ID "SET"

int mcuboot_intent_load(struct mcuboot_intent *intent)
{
	struct mcuboot_intent found;
	uint8_t raw[MCUBOOT_INTENT_MAX];
	const ssize_t len = target_settings_load(ID, TARGET_PROGRESS, raw, sizeof(raw));

	if (len < 0 && len != -EOVERFLOW) {
		return (int)len;
	}
	if (len < 0 || mcuboot_intent_decode(&found, raw, (size_t)len) != 0 ||
	    found.images >> boot_arrangement_get()->images != 0) {
		/* A warning: nobody is told by a code. */
		DFU_WRN("dfu/SET is damaged: a set of images may stay incomplete");
		(void)mcuboot_intent_delete(); /* nobody could ever go by it */
		return -ENOENT;
	}
	*intent = found;
	return 0;
}

int mcuboot_intent_save(const struct mcuboot_intent *intent)
{
	uint8_t raw[MCUBOOT_INTENT_MAX];
	const int rc =
		target_settings_save(ID, TARGET_PROGRESS, raw, mcuboot_intent_encode(raw, intent));

	return rc == -ENOENT ? -ENOTSUP : rc;
}

int mcuboot_intent_delete(void)
{
	const int rc = target_settings_save(ID, TARGET_PROGRESS, NULL, 0);

	return rc == -ENOENT ? 0 : rc;
}
