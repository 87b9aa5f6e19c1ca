/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief A board: flash devices, flash map and bootloader, as its devicetree blob says. */
#ifndef SIM_BOARD_H
#define SIM_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/boot.h>
#include <dfu/boot_rules.h>
#include <drivers/flash.h>

#include "error.h"
#include "modem_firmware.h"
#include "timing.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_FLASHES_MAX 8     /**< Flash devices of a board. */
#define SIM_PARTITIONS_MAX 64 /**< Partitions of a board. */
#define SIM_LAYOUT_MAX 32     /**< Runs of equal pages of a flash device. */
#define SIM_NAME_MAX 64       /**< Characters of a label, with the terminator. */
#define SIM_SLOTS_MAX 16      /**< slot0_partition to slot15_partition: ids in the map. */
#define SIM_KEY_NAME_MAX 1024 /**< Bytes of the name of a key's file, with the terminator. */

/** A flash device. */
struct sim_flash {
	char label[SIM_NAME_MAX]; /**< Node label: letters, digits and '_'. */
	uint32_t base;            /**< CPU address of offset 0; 0 for jedec,spi-nor. */
	uint32_t size;            /**< Bytes; the sum of the pages. */
	uint32_t write_block;     /**< Bytes, 1 to 512; each page is a multiple. */
	uint8_t erase_value;      /**< 0xff or 0x00. */
	bool no_explicit_erase;
	/** How long it takes: the part that the controller's compatible or `jedec-id` names, else
	 *  the nRF52840; nRF54L without explicit erase, MX25R6435F if it is jedec,spi-nor. */
	const struct sim_timing_part *part;
	struct flash_pages_layout layout[SIM_LAYOUT_MAX];
	size_t layout_size;
};

/** A partition. */
struct sim_partition {
	/**
	 * Slot number, or the area id of another partition that has one of its own; above those
	 * in the order of the blob.
	 */
	uint8_t id;
	char name[SIM_NAME_MAX];  /**< Node label, else the name of the node. */
	char label[SIM_NAME_MAX]; /**< `label`, else as @p name. */
	size_t flash;             /**< Index of its device. */
	uint32_t offset;          /**< Bytes from the start of the device. */
	uint32_t size;            /**< Bytes. */
};

/** A modem: node with compatible "slotwise,modem". */
struct sim_board_modem {
	bool present;
	bool is_assumed;   /**< There is no such node, but a partition for modem files. */
	uint32_t area;     /**< Bytes of the patch area; `patch-area-size`. */
	uint32_t erase_ms; /**< An erase of it takes so long; `erase-time-ms`. */
	uint32_t capacity; /**< Most bytes of firmware; `firmware-size`. */
	char version[SIM_MODEM_VERSION_LEN]; /**< From the factory; `firmware-version`. */
};

/** A board. */
struct sim_board {
	struct sim_flash flash[SIM_FLASHES_MAX];
	size_t flashes;
	struct sim_partition partition[SIM_PARTITIONS_MAX]; /**< By device and offset. */
	size_t partitions;
	struct sim_board_modem modem;
	struct boot_arrangement arrangement;
	struct boot_rules rules; /**< Without the key, which lies in the device's folder. */
	/** Name of the key's file, from the folder of the board file on; "": there is no key. */
	char public_key[SIM_KEY_NAME_MAX];
};

/**
 * @brief Read a board from a blob that sim_devicetree_compile() or _read() gave.
 *
 * boards/README.md says what is read. Nodes with `status` other than "okay" are left out.
 *
 * @retval 0        @p board is set.
 * @retval -EINVAL  @p error names node and property. @p board undefined.
 */
DFU_MUST_CHECK int sim_board_load(struct sim_board *board, const void *blob,
				  struct sim_error *error);

/** @return The slot, or other partition, with this id; NULL if there is none. */
const struct sim_partition *sim_board_slot(const struct sim_board *board, unsigned int id);

/**
 * @return Pages that a partition touches. @p size: bytes of each of them; 0 if they are not of one
 *         size.
 */
uint32_t sim_board_pages(const struct sim_board *board, const struct sim_partition *partition,
			 uint32_t *size);

/** @return Whether a partition begins and ends where pages do. */
bool sim_board_has_whole_pages(const struct sim_board *board,
			       const struct sim_partition *partition);

/** @return The mode with this name; BOOT_MODE_COUNT if there is none. */
enum boot_mode sim_board_mode(const char *name);

/**
 * @brief Put another mode into a blob.
 *
 * @param blob  Replaced by a new one, to be free()d in its place.
 * @retval 0        Done.
 * @retval -EINVAL  No such mode, or no bootloader node.
 * @retval -ENOMEM  No memory. @p blob unchanged on every error.
 */
DFU_MUST_CHECK int sim_board_set_mode(void **blob, size_t *len, const char *mode,
				      struct sim_error *error);

#ifdef __cplusplus
}
#endif

#endif
