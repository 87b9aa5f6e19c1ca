/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of devices with several image pairs. New images of a set depend on each other, or not;
 * MCUboot's rule for each kind of set is written down by hand here, for the checks.
 */
#ifndef TESTS_POWERCUT_SET_FILES_H
#define TESTS_POWERCUT_SET_FILES_H

#include "device.h"

struct set_kind {
	const char *name;
	unsigned int pairs;                /* of the device */
	bool has_bootloader;               /* the last of them takes bootloaders alone */
	uint8_t members;                   /* bit n: image n has an update */
	uint8_t needs[GEOMETRY_PAIRS_MAX]; /* bit j of needs[i]: new image i depends on new j */
	/* Whether an order of the requests keeps MCUboot from installing a part: */
	bool is_linked;        /* where it holds all images back while one misses another */
	bool is_linked_direct; /* and where it sets each one aside by itself */
};

static inline bool set_has(const struct set_kind *kind, unsigned int pair)
{
	return (kind->members & 1u << pair) != 0;
}

extern const struct set_kind set_kinds[];
extern const size_t set_kind_count;

/* From one pair's place in RAM to the next one's. */
#define SET_RAM_STEP 0x1000u

struct set_files {
	struct device_file of[GEOMETRY_PAIRS_MAX][FILES];
};

/*
 * The files of all pairs, made once for each kind, geometry and size; they live as long as the
 * program. Where a bootloader lies, it is linked for.
 */
const struct set_files *set_files_make(const struct set_kind *kind, const struct geometry *geometry,
				       size_t size, bool for_ram);

#endif
