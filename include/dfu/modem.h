/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The port to a cellular modem whose firmware is updated.
 *
 * A modem keeps its firmware in flash of its own, which only it can write. It takes updates in two
 * ways, each an ops struct of a port:
 *
 * - delta: a patch is collected in an area of the modem, piece by piece, while the modem is in use.
 *   What it has of a patch outlives resets; the modem itself knows how far it is. It applies the
 *   patch when it is started next.
 * - full: the modem is put into its bootloader, and all of its firmware is written. From the first
 *   write to the end the modem has no firmware that could be started.
 *
 * Ports: ports/modem/modem_nrf*.c (the vendor's library on nRF91), sim/modem*.c (simulated).
 */
#ifndef DFU_MODEM_H
#define DFU_MODEM_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DFU_MODEM_UUID_LEN 36          /**< Characters of a firmware's UUID, not terminated. */
#define DFU_MODEM_DIGEST_LEN 32        /**< Bytes of a digest (SHA-256). */
#define DFU_MODEM_OFFSET_DIRTY 2621440 /**< Offset of a patch area that must be erased first. */

/** What a modem answers to a delta call; the numbers are the modem's. */
enum dfu_modem_code {
	DFU_MODEM_OK = 0,
	DFU_MODEM_OUT_OF_MEMORY = 1,
	DFU_MODEM_BLOCK_TOO_LARGE = 2,
	DFU_MODEM_INVALID_HEADER = 3,
	DFU_MODEM_INTERNAL_00 = 4,
	DFU_MODEM_INVALID_DATA = 5,
	DFU_MODEM_INTERNAL_01 = 6,
	DFU_MODEM_INTERNAL_02 = 7,
	DFU_MODEM_INTERNAL_03 = 8,
	DFU_MODEM_INVALID_UUID = 9,
	DFU_MODEM_INVALID_ADDRESS = 10,
	DFU_MODEM_AREA_NOT_BLANK = 11,
	DFU_MODEM_WRITE_ERROR = 12,
	DFU_MODEM_ERASE_ERROR = 13,
	DFU_MODEM_INVALID_FILE_OFFSET = 14,
	DFU_MODEM_PROGRESS_LOG_INVALID = 15,
	DFU_MODEM_INVALID_RESUME = 16,
	DFU_MODEM_ERASE_PENDING = 17,
	DFU_MODEM_NOT_ALLOWED = 18,
	DFU_MODEM_INCOMPLETE_DATA = 19,
	DFU_MODEM_INTERRUPTED_WRITE = 20,
	DFU_MODEM_INVALID_OPERATION = 21,
	DFU_MODEM_INTERNAL_04 = 22,
	DFU_MODEM_POWER_WARNING = 23, /**< Its supply is failing. */
	DFU_MODEM_CODES
};

struct dfu_modem;

/**
 * Patches. Each call but the last two returns 0, a negative errno of the port, or a positive enum
 * dfu_modem_code; while an erase is under way any of them may return DFU_MODEM_ERASE_PENDING. None
 * but `write` (flash speed) takes more than some milliseconds.
 */
struct dfu_modem_delta_api {
	/** UUID of the firmware that runs. */
	int (*uuid)(const struct dfu_modem *modem, uint8_t uuid[DFU_MODEM_UUID_LEN]);
	/** Bytes of the patch area. */
	int (*area)(const struct dfu_modem *modem, size_t *size);
	/** Bytes of a patch that the area holds, kept by the modem over resets and power cuts; 0:
	 *  empty and ready; DFU_MODEM_OFFSET_DIRTY: to be erased first. */
	int (*offset)(const struct dfu_modem *modem, size_t *offset);
	/** Begin to erase the area, a patch that is to be applied included; offset() tells when it
	 *  is over, up to minutes later. An erase that a power cut ends leaves the area dirty. */
	int (*erase)(const struct dfu_modem *modem);
	/** Append @p len bytes (not 0) to the patch. Opens a session with the modem if there is
	 *  none. After an error offset() tells what the area holds. */
	int (*write)(const struct dfu_modem *modem, const void *src, size_t len);
	/** End the session, if there is one: the modem takes back the memory it lent. The patch
	 *  stays. */
	int (*finish)(const struct dfu_modem *modem);
	/** Have the patch applied when the modem is started next. Outlives power cuts. */
	int (*apply)(const struct dfu_modem *modem);
	/** Have the firmware before the last patch put back when the modem is started next;
	 *  possible until the area is erased. */
	int (*rollback)(const struct dfu_modem *modem);
	/** Let other work go on for so long. NULL: the port cannot wait; needed where erases block
	 *  (CONFIG_DFU_TARGET_MODEM_ERASE_ASYNC unset). */
	void (*sleep_ms)(const struct dfu_modem *modem, uint32_t ms);
	/** Milliseconds since some moment; wraps. NULL: no clock, and no time-out events where
	 *  erases do not block. */
	uint32_t (*uptime_ms)(const struct dfu_modem *modem);
};

/** A range of the modem's flash; @p end is its last byte. */
struct dfu_modem_range {
	uint32_t start;
	uint32_t end;
};

/**
 * The whole firmware. Each call returns 0 or a negative errno. From the first write on nothing the
 * modem had can be started, until finish(); it outlives power cuts in that state.
 */
struct dfu_modem_full_api {
	/** Put the modem into its bootloader: it is off the network from then on. Seconds. NULL:
	 * the application has done it. */
	int (*begin)(const struct dfu_modem *modem);
	/** Append to the bootloader's own program, the first segment. */
	int (*bootloader_write)(const struct dfu_modem *modem, const void *src, size_t len);
	/** Start that program, and have it check the signature of the manifest; @p wrapper is the
	 *  whole COSE item. Minutes. -EACCES: refused; the modem is as before begin(). */
	int (*verify)(const struct dfu_modem *modem, const void *wrapper, size_t len);
	/** Write to an address that is not 0. What lies side by side may be collected. */
	int (*firmware_write)(const struct dfu_modem *modem, uint32_t addr, const void *src,
			      size_t len);
	/** SHA-256 over @p count ranges of the firmware, in that order, as the modem holds it. */
	int (*digest)(const struct dfu_modem *modem, const struct dfu_modem_range *ranges,
		      size_t count, uint8_t digest[DFU_MODEM_DIGEST_LEN]);
	/** Write what was collected, and end: the modem has the new firmware. Seconds. */
	int (*finish)(const struct dfu_modem *modem);
};

/** A modem; one const instance of a port. */
struct dfu_modem {
	const struct dfu_modem_delta_api *delta; /**< NULL: takes no patches. */
	const struct dfu_modem_full_api *full;   /**< NULL: takes no whole firmware. */
	void *data;                              /**< The port's own. */
};

/**
 * @brief Name the modem of this device.
 * @param modem  Used until the next call; NULL: none.
 */
void dfu_modem_set(const struct dfu_modem *modem);

/** @return The modem of this device; NULL: none. */
const struct dfu_modem *dfu_modem_get(void);

#ifdef __cplusplus
}
#endif

#endif
