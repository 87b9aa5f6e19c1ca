/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Flash map: named areas of flash devices.
 *
 * The application supplies the map, by hand or generated from its devicetree
 * (scripts/gen_flash_map.py):
 *
 *     const struct flash_area *flash_map;   // first of an array
 *     const int flash_map_entries;          // its length
 *
 * Area ids 0 to 15 are slot0_partition to slot15_partition: the boot layer opens image n's slots as
 * areas 2n and 2n + 1. 16 is scratch_partition, 17 the partition for modem files. All other areas
 * may have any id from 18 to 255. Offsets in these calls count
 * from the start of the area; every call checks its range against the area before it reaches the
 * device.
 */
#ifndef STORAGE_FLASH_MAP_H
#define STORAGE_FLASH_MAP_H

#include <drivers/flash.h>

#include <dfu/config.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One area. Constant; the map's owner keeps it for the life of the program. */
struct flash_area {
	uint8_t fa_id;               /**< Id, unique in the map. */
	uint16_t pad16;              /**< Unused; upstream's layout has it. */
	off_t fa_off;                /**< Bytes from the start of the device. */
	size_t fa_size;              /**< Bytes. */
	const struct device *fa_dev; /**< Device that holds it. */
	const char *fa_label; /**< Label of the devicetree, such as "image-0"; may be NULL. */
};

/** An erase page as far as it belongs to an area. */
struct flash_sector {
	off_t fs_off;   /**< Bytes from the start of the area. */
	size_t fs_size; /**< Bytes. */
};

/** What flash_area_check_int_sha256() compares. */
struct flash_area_check {
	const uint8_t *match; /**< Expected SHA-256, 32 bytes. */
	size_t clen;          /**< Bytes to hash, > 0. */
	size_t off;           /**< Where they begin. */
	uint8_t *rbuf;        /**< Work buffer of the caller. */
	size_t rblen;         /**< Its bytes, > 0. */
};

typedef void (*flash_area_cb_t)(const struct flash_area *fa, void *user_data);

/**
 * @brief Look an area up.
 *
 * @retval 0        @p fa points into the map.
 * @retval -EACCES  There is no map.
 * @retval -ENOENT  No area has this id.
 * @retval -ENODEV  The area's device is not ready.
 *
 * @p fa is unchanged on error. Cost: one pass over the map.
 */
DFU_MUST_CHECK int flash_area_open(uint8_t id, const struct flash_area **fa);

/** Does nothing, also for NULL; an area holds no resource. */
void flash_area_close(const struct flash_area *fa);

/** @return true if the area's device can be used; false for NULL. */
static inline bool flash_area_device_is_ready(const struct flash_area *fa)
{
	return fa != NULL && device_is_ready(fa->fa_dev);
}

/** flash_read() in an area; -EINVAL outside it. */
DFU_MUST_CHECK int flash_area_read(const struct flash_area *fa, off_t off, void *dst, size_t len);
/** flash_write() in an area; -EINVAL outside it, flash unchanged. */
DFU_MUST_CHECK int flash_area_write(const struct flash_area *fa, off_t off, const void *src,
				    size_t len);
/** flash_erase() in an area; -EINVAL outside it, flash unchanged. */
DFU_MUST_CHECK int flash_area_erase(const struct flash_area *fa, off_t off, size_t len);
/** flash_flatten() in an area; -EINVAL outside it, flash unchanged. */
DFU_MUST_CHECK int flash_area_flatten(const struct flash_area *fa, off_t off, size_t len);
/** flash_copy() between areas; -EINVAL where a range leaves its area, flash unchanged. */
DFU_MUST_CHECK int flash_area_copy(const struct flash_area *src_fa, off_t src_off,
				   const struct flash_area *dst_fa, off_t dst_off, off_t len,
				   uint8_t *buf, size_t buf_size);

/** @return Bytes of the write block of the area's device. */
uint32_t flash_area_align(const struct flash_area *fa);

/** @return Value of an erased byte of the area's device. */
uint8_t flash_area_erased_val(const struct flash_area *fa);

/** @return 1 if the area's device is ready, else -ENODEV. */
int flash_area_has_driver(const struct flash_area *fa);

/** @return The area's device. */
const struct device *flash_area_get_device(const struct flash_area *fa);

/** @return The area's label, "" if it has none. */
const char *flash_area_label(const struct flash_area *fa);

/**
 * @brief List the erase pages of an area, in order.
 *
 * A page that the area shares with a neighbour is listed with the part that is the area's.
 *
 * @param count  In: room in @p sectors. Out: sectors filled in, also with -ENOMEM.
 *
 * @retval 0        The list is whole.
 * @retval -ENOMEM  The area has more pages; the first ones are listed.
 * @retval -EINVAL  The area does not lie on its device; nothing set.
 */
DFU_MUST_CHECK int flash_area_sectors(const struct flash_area *fa, uint32_t *count,
				      struct flash_sector *sectors);

/** flash_area_sectors() by area id; -EINVAL also when the area cannot be opened. */
DFU_MUST_CHECK int flash_area_get_sectors(int fa_id, uint32_t *count, struct flash_sector *sectors);

/** Call @p cb for every area of the map, in order. */
void flash_area_foreach(flash_area_cb_t cb, void *user_data);

/**
 * @brief Compare the SHA-256 of a range with an expected value. Only with
 * CONFIG_FLASH_AREA_CHECK_INTEGRITY.
 *
 * @retval 0        Equal.
 * @retval -EINVAL  NULL where a pointer is needed, clen or rblen 0, or a range outside the area.
 *                  Nothing read.
 * @retval -ESRCH   The hash engine failed.
 * @retval -ENOTSUP No crypto back-end has SHA-256. Nothing read.
 * @retval -EILSEQ  Not equal.
 * @retval -errno   From the device.
 *
 * Reads the range once, @p rblen bytes at a time.
 */
DFU_MUST_CHECK int flash_area_check_int_sha256(const struct flash_area *fa,
					       const struct flash_area_check *fac);

/*
 * Partitions by node label, from the generated header: `DFU_PARTITION_<label>_ID` and so on.
 * PARTITION_* is the newer spelling of FIXED_PARTITION_*; a node is named by its label here.
 * `-DSLOTWISE_FLASH_MAP_HEADER='"flash_map_gen.h"'` names that header. It declares areas, so it
 * comes after their type.
 */
#ifdef SLOTWISE_FLASH_MAP_HEADER
#include SLOTWISE_FLASH_MAP_HEADER
#endif

#ifndef DT_NODELABEL
#define DT_NODELABEL(label) label
#endif
#ifndef DT_CHOSEN
#define DT_CHOSEN(property) DFU_CHOSEN_##property
#endif

/*
 * The words are pasted whole (_ID), because an application may well have a macro named ID or SIZE.
 */
#define DFU_PARTITION_(label, what) DFU_PARTITION_##label##what
#define DFU_PARTITION_GET(label, what) DFU_PARTITION_(label, what)

#define FIXED_PARTITION_EXISTS(label) IS_ENABLED(DFU_PARTITION_GET(label, _EXISTS))
#define FIXED_PARTITION_ID(label) DFU_PARTITION_GET(label, _ID)
#define FIXED_PARTITION_OFFSET(label) DFU_PARTITION_GET(label, _OFFSET)
#define FIXED_PARTITION_ADDRESS(label) DFU_PARTITION_GET(label, _ADDRESS)
#define FIXED_PARTITION_SIZE(label) DFU_PARTITION_GET(label, _SIZE)
#define FIXED_PARTITION_MTD(label) DFU_PARTITION_GET(label, _MTD)
#define FIXED_PARTITION_DEVICE(label) DFU_PARTITION_GET(label, _DEVICE)
#define FIXED_PARTITION(label) DFU_PARTITION_GET(label, _AREA)
#define FIXED_PARTITION_NODE_ID(node) FIXED_PARTITION_ID(node)
#define FIXED_PARTITION_NODE_OFFSET(node) FIXED_PARTITION_OFFSET(node)
#define FIXED_PARTITION_NODE_SIZE(node) FIXED_PARTITION_SIZE(node)
#define FIXED_PARTITION_NODE_MTD(node) FIXED_PARTITION_MTD(node)
#define FIXED_PARTITION_NODE_DEVICE(node) FIXED_PARTITION_DEVICE(node)
#define FIXED_PARTITION_BY_NODE(node) FIXED_PARTITION(node)
#define PARTITION_EXISTS(label) FIXED_PARTITION_EXISTS(label)
#define PARTITION_ID(label) FIXED_PARTITION_ID(label)
#define PARTITION_OFFSET(label) FIXED_PARTITION_OFFSET(label)
#define PARTITION_ADDRESS(label) FIXED_PARTITION_ADDRESS(label)
#define PARTITION_SIZE(label) FIXED_PARTITION_SIZE(label)
#define PARTITION_MTD(label) FIXED_PARTITION_MTD(label)
#define PARTITION_DEVICE(label) FIXED_PARTITION_DEVICE(label)
#define PARTITION(label) FIXED_PARTITION(label)
#define PARTITION_NODE_ID(node) FIXED_PARTITION_ID(node)
#define PARTITION_NODE_OFFSET(node) FIXED_PARTITION_OFFSET(node)
#define PARTITION_NODE_SIZE(node) FIXED_PARTITION_SIZE(node)
#define PARTITION_NODE_MTD(node) FIXED_PARTITION_MTD(node)
#define PARTITION_NODE_DEVICE(node) FIXED_PARTITION_DEVICE(node)
#define PARTITION_BY_NODE(node) FIXED_PARTITION(node)
#define FLASH_AREA_DEVICE(label) FIXED_PARTITION_DEVICE(label)

#ifdef __cplusplus
}
#endif

#endif
