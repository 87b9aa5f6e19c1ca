/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bootloader's information as settings that nobody stores: "blinfo/mode" and so on.
 *
 * Nothing here runs before main(): the port's blinfo_region_set() adds the tree, and a program that
 * names no region has none. The tree asks blinfo_lookup() each time, so that a later region, or
 * none, counts at once.
 */
#include "retention/blinfo_settings.h"

#include <string.h>

#include <dfu/compiler.h>
#include <retention/blinfo.h>
#include <settings/settings.h>

struct value {
	const char *name;
	uint16_t key;
};

static const struct value values[] = {
	{"mode", BLINFO_MODE},
	{"signature_type", BLINFO_SIGNATURE_TYPE},
	{"recovery", BLINFO_RECOVERY},
	{"running_slot", BLINFO_RUNNING_SLOT},
	{"bootloader_version", BLINFO_BOOTLOADER_VERSION},
	{"max_application_size", BLINFO_MAX_APPLICATION_SIZE},
};

static int get(const char *key, char *val, int val_len_max)
{
	for (size_t i = 0; key != NULL && i < sizeof(values) / sizeof(values[0]); i++) {
		if (strcmp(key, values[i].name) == 0) {
			return blinfo_lookup(values[i].key, val, val_len_max);
		}
	}
	return -ENOENT;
}

static struct settings_handler tree = {.name = "blinfo", .h_get = get};

void blinfo_settings_add(void)
{
	const int rc = settings_register(&tree);

	/* -EEXIST: added before, or the application has a tree of this name, which then stays. */
	(void)rc;
}
