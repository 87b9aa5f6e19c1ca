/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bootloader tells about itself, from the region that a port names.
 *
 * The bootloader wrote the region before this program began and nobody writes it afterwards, so
 * plain reads see all of it and no lock is needed. Nothing is kept but where the region is: each
 * call decodes it again, some hundred bytes at most.
 */
#include <retention/blinfo.h>
#include <retention/retention.h>

#include <string.h>

#include <dfu/config.h>

#include "retention/blinfo_settings.h"
#include "retention/shared_data.h"

static struct retention_region the_region;

void blinfo_region_set(const struct retention_region *region)
{
	the_region = region == NULL ? (struct retention_region){0} : *region;
	if (IS_ENABLED(CONFIG_RETENTION_BOOTLOADER_INFO_OUTPUT_SETTINGS)) {
		blinfo_settings_add();
	}
}

int blinfo_lookup(uint16_t key, char *val, int val_len_max)
{
	const uint8_t *data;
	size_t len;

	if (val == NULL || val_len_max < 0) {
		return -EINVAL;
	}
	if (key > SHARED_DATA_MINOR_MAX || the_region.bytes == NULL ||
	    shared_data_find(the_region.bytes, the_region.size,
			     SHARED_DATA_TYPE(SHARED_DATA_BLINFO, key), &data, &len) != 0) {
		return -EIO;
	}
	if (len > (size_t)val_len_max) {
		return -EOVERFLOW;
	}
	memcpy(val, data, len);
	return (int)len;
}
