/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Flash devices: the ops struct a driver fills in, and the checked calls on top of it.
 *
 * Offsets and lengths are bytes, offsets count from the start of the device. Every call checks
 * bounds and alignment once, here, and then dispatches through `dev->api` at that moment (nothing
 * is cached, so `.api` may be swapped), so a driver contains no policy. Calls return 0 or a
 * negative errno; codes of the driver pass through unchanged. No call keeps a pointer of the caller
 * after it has returned.
 */
#ifndef DRIVERS_FLASH_H
#define DRIVERS_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A device instance. May be copied; holds no pointer into itself. */
struct device {
	const char *name;   /**< For messages and device look-up. */
	const void *config; /**< The driver's own, constant. */
	const void *api;    /**< `struct flash_driver_api` for a flash device. NULL: not ready. */
	void *data;         /**< The driver's own, mutable. */
};

/** @return true if @p dev can be used; false for NULL and for a device without ops. */
static inline bool device_is_ready(const struct device *dev)
{
	return dev != NULL && dev->api != NULL;
}

/** A run of pages of one size. The runs of a device are SIZE_MAX bytes together at most. */
struct flash_pages_layout {
	size_t pages_count; /**< Pages in the run. */
	size_t pages_size;  /**< Bytes of each: what one erase clears. */
};

/** One erase page. */
struct flash_pages_info {
	off_t start_offset; /**< From the start of the device. */
	size_t size;        /**< Bytes. */
	uint32_t index;     /**< 0 for the first page of the device. */
};

/** What a device is, constant while it lives. */
struct flash_parameters {
	const size_t write_block_size; /**< Bytes; every program is aligned to it and a multiple of
					  it. 1 to 512. */
	struct {
		bool no_explicit_erase : 1; /**< true: any block may be programmed again (RRAM,
					       MRAM). */
	} caps;
	uint8_t erase_value; /**< 0xff or 0x00. */
};

#define FLASH_ERASE_C_EXPLICIT 0x01    /**< Programming needs an erase before it. */
#define FLASH_ERASE_CAPS_UNSET (int)-1 /**< No capability known. */

/**
 * @brief Operations of a flash driver.
 *
 * The core has checked bounds and alignment before each call and never passes a length of 0.
 */
struct flash_driver_api {
	int (*read)(const struct device *dev, off_t offset, void *data, size_t len);
	/** Both multiples of the write block. After an error any prefix may be programmed. */
	int (*write)(const struct device *dev, off_t offset, const void *data, size_t len);
	/** Whole pages. NULL: the device has none; flash_erase() is -ENOSYS. */
	int (*erase)(const struct device *dev, off_t offset, size_t size);
	const struct flash_parameters *(*get_parameters)(const struct device *dev);
	/** Optional; what flash_get_size() answers. NULL: the sum of the pages. */
	int (*get_size)(const struct device *dev, uint64_t *size);
	/**
	 * Runs of pages from offset 0 up, which are also the device's bounds; both stay valid while
	 * it lives.
	 */
	void (*page_layout)(const struct device *dev, const struct flash_pages_layout **layout,
			    size_t *layout_size);
};

/** @return true to go on, false to stop flash_page_foreach(). */
typedef bool (*flash_page_cb)(const struct flash_pages_info *info, void *data);

/**
 * @brief Read; no alignment is asked for.
 *
 * @retval 0        @p data holds @p len bytes (@p len 0 reads nothing and is allowed).
 * @retval -EINVAL  Outside the device, or @p data is NULL with @p len > 0. Nothing read.
 * @retval -errno   From the driver; @p data is undefined.
 */
DFU_MUST_CHECK int flash_read(const struct device *dev, off_t offset, void *data, size_t len);

/**
 * @brief Program whole write blocks.
 *
 * On a device with explicit erase the blocks must be erased; that rule is the caller's.
 * Power cut: a prefix of the blocks is programmed, the next one may be torn.
 *
 * @retval 0        Programmed (@p len 0: nothing done).
 * @retval -EINVAL  Outside the device, not a multiple of the write block, or @p data NULL. Flash
 *                  unchanged.
 * @retval -errno   From the driver; as after a power cut.
 *
 * Blocks for the program time of @p len bytes.
 */
DFU_MUST_CHECK int flash_write(const struct device *dev, off_t offset, const void *data,
			       size_t len);

/**
 * @brief Erase whole pages.
 *
 * Power cut: any of the pages may be erased, old, or undefined.
 *
 * @retval 0        Every byte reads the erased value.
 * @retval -EINVAL  Outside the device, or does not begin and end at page starts. Flash unchanged.
 * @retval -ENOSYS  The driver has no erase.
 * @retval -errno   From the driver; as after a power cut.
 *
 * Blocks for the erase time of all the pages.
 */
DFU_MUST_CHECK int flash_erase(const struct device *dev, off_t offset, size_t size);

/**
 * @brief Program @p val into every byte of a range of whole write blocks.
 *
 * @retval 0        Done.
 * @retval -EINVAL  As flash_write(), or the write block is above CONFIG_FLASH_FILL_BUFFER_SIZE.
 *                  Flash unchanged.
 * @retval -errno   From the driver; a prefix may be programmed.
 */
DFU_MUST_CHECK int flash_fill(const struct device *dev, uint8_t val, off_t offset, size_t size);

/**
 * @brief Bring a range to the erased value the way the device does it.
 *
 * Explicit erase: flash_erase(), so whole pages. Otherwise flash_fill() with the erased value, so
 * whole write blocks. Results as those two.
 */
DFU_MUST_CHECK int flash_flatten(const struct device *dev, off_t offset, size_t size);

/**
 * @brief Copy a range between devices, or within one.
 *
 * The destination must be erased where the device needs it.
 *
 * @param buf  Work buffer of @p buf_size bytes, a multiple of the destination's write block.
 *
 * @retval 0        Copied; also when source and destination are the same place.
 * @retval -EINVAL  A range outside its device, ranges of one device overlap, @p buf NULL, @p
 *                  buf_size 0 or no multiple of the write block, or @p dst_offset or @p size not
 *                  whole write blocks. Flash unchanged.
 * @retval -ENODEV  A device is not ready.
 * @retval -errno   From a driver; a prefix of the destination may be programmed.
 */
DFU_MUST_CHECK int flash_copy(const struct device *src_dev, off_t src_offset,
			      const struct device *dst_dev, off_t dst_offset, off_t size,
			      uint8_t *buf, size_t buf_size);

/**
 * @brief Page that holds a byte.
 * @retval 0        @p info is set.
 * @retval -EINVAL  @p offset is outside the device; @p info unchanged.
 */
DFU_MUST_CHECK int flash_get_page_info_by_offs(const struct device *dev, off_t offset,
					       struct flash_pages_info *info);

/**
 * @brief Page by its index from 0.
 * @retval 0        @p info is set.
 * @retval -EINVAL  No such page; @p info unchanged.
 */
DFU_MUST_CHECK int flash_get_page_info_by_idx(const struct device *dev, uint32_t page_index,
					      struct flash_pages_info *info);

/** @return Pages of the device. */
size_t flash_get_page_count(const struct device *dev);

/** Call @p cb for every page of the device, in order, until it returns false. */
void flash_page_foreach(const struct device *dev, flash_page_cb cb, void *data);

/**
 * @brief Size of the device in bytes.
 * @retval 0       @p size is set.
 * @retval -errno  From the driver; @p size unchanged.
 */
DFU_MUST_CHECK int flash_get_size(const struct device *dev, uint64_t *size);

/** @return The device's constants, valid while it lives. */
const struct flash_parameters *flash_get_parameters(const struct device *dev);

/** @return Bytes of a write block. */
size_t flash_get_write_block_size(const struct device *dev);

/** @return FLASH_ERASE_C_EXPLICIT, or 0 for a device whose blocks may be programmed again. */
int flash_params_get_erase_cap(const struct flash_parameters *parameters);

#ifdef __cplusplus
}
#endif

#endif
