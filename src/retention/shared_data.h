/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MCUboot's shared data: what the bootloader leaves in RAM for the application (FORMATS.md, "Shared
 * data"). A pure codec over a region of bytes, of any alignment.
 */
#ifndef RETENTION_SHARED_DATA_H
#define RETENTION_SHARED_DATA_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#define SHARED_DATA_MAGIC 0x2016
#define SHARED_DATA_HEADER_SIZE 4 /* u16 magic, u16 bytes in use with this header */
#define SHARED_DATA_ENTRY_SIZE 4  /* u16 type, u16 bytes of data behind it */
#define SHARED_DATA_SIZE_MAX UINT16_MAX

/* Upper four bits of a type; the lower twelve, the minor, are BLINFO_* in SHARED_DATA_BLINFO. */
enum shared_data_major { SHARED_DATA_IAS = 1, SHARED_DATA_BLINFO = 2 };
#define SHARED_DATA_MINOR_MAX 0x0fff
#define SHARED_DATA_TYPE(major, minor) ((uint16_t)((major) << 12 | (minor)))

/*
 * Find the first entry of a type; *data points into the region.
 *
 * The whole region is read: where one entry is damaged, none can be trusted.
 *
 * -ENOENT: there is none. -EBADMSG: the region is not shared data, or damaged: wrong magic, a total
 * that is less than the header or passes the region, an entry that passes the total.
 */
DFU_MUST_CHECK int shared_data_find(const uint8_t *region, size_t size, uint16_t type,
				    const uint8_t **data, size_t *len);

/* Make a region that has no entry yet. -ENOSPC: too small; unchanged. */
DFU_MUST_CHECK int shared_data_begin(uint8_t *region, size_t size);

/*
 * Append an entry.
 *
 * -ENOSPC: it does not fit into the region, or the total not into 16 bits. -EBADMSG: the region has
 * no sound header. The region is unchanged on error.
 */
DFU_MUST_CHECK int shared_data_append(uint8_t *region, size_t size, uint16_t type, const void *data,
				      size_t len);

#endif
