/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The block of memory that a simulated modem keeps everything in, as a pure codec.
 *
 * Two copies of a record, of which the younger sound one counts, then the patch area, then two
 * banks of firmware. All numbers little endian. What the record does not speak of, bytes of the
 * area behind its patch or of a bank without firmware, has no meaning.
 */
#ifndef SIM_MODEM_BLOCK_H
#define SIM_MODEM_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#include "modem_firmware.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_MODEM_KEY_MAX 300 /**< Bytes of an RSA-2048 key, PKCS#1 in DER. */
#define SIM_MODEM_BLOCK_VERSION 1
#define SIM_MODEM_RECORD_LEN 4096 /**< Bytes of a copy. */
#define SIM_MODEM_BANKS 2

/** What the next start of the modem is to do. */
enum sim_modem_request { SIM_MODEM_NOTHING, SIM_MODEM_APPLY_PATCH, SIM_MODEM_GO_BACK };

/** How far a full update has got. */
enum sim_modem_stage {
	SIM_MODEM_WHOLE,         /**< None is under way. */
	SIM_MODEM_IN_BOOTLOADER, /**< No chunk of firmware was written: the old one is still there.
				  */
	SIM_MODEM_IN_FIRMWARE,
};

/** A segment of firmware in a bank. */
struct sim_modem_row {
	uint32_t addr;
	uint32_t len;
	uint32_t at; /**< Of its bytes, from the start of the bank. */
};

/** A bank's firmware. */
struct sim_modem_bank {
	uint16_t count;
	struct sim_modem_row row[SIM_MODEM_SEGMENTS_MAX]; /**< By address. */
	uint8_t digest[DFU_MODEM_DIGEST_LEN];             /**< Zeros while it is being written. */
};

/** What a modem keeps beside the bytes of area and banks. */
struct sim_modem_record {
	uint32_t number; /**< One more than that of the record before. */
	uint32_t area;
	uint32_t erase_ms;
	uint32_t capacity; /**< Bytes of a bank. */
	uint16_t key_len;  /**< 0: there is no key. */
	uint8_t key[SIM_MODEM_KEY_MAX];
	uint32_t offset; /**< Bytes of a patch in the area. */
	bool is_dirty;   /**< The area has to be erased. */
	bool has_back;   /**< The other bank holds the firmware before the last patch. */
	uint8_t active;  /**< The bank of the firmware that runs. */
	enum sim_modem_request request;
	enum sim_modem_stage stage; /**< IN_FIRMWARE: the other bank is being written. */
	struct sim_modem_bank bank[SIM_MODEM_BANKS];
};

/** Bytes of a block for these sizes. */
size_t sim_modem_block_size(size_t area, size_t capacity);

/** Write a record over the older copy in a block of the right size. */
void sim_modem_block_put(uint8_t *block, const struct sim_modem_record *record);

/**
 * @brief Read the record that counts.
 * @retval 0         @p record is set.
 * @retval -EBADMSG  There is none, or it is not one of a block of @p len bytes.
 */
DFU_MUST_CHECK int sim_modem_block_get(struct sim_modem_record *record, const uint8_t *block,
				       size_t len);

/** The patch area. */
uint8_t *sim_modem_block_area(uint8_t *block);

/** The bytes of a bank. */
uint8_t *sim_modem_block_bank(uint8_t *block, const struct sim_modem_record *record,
			      unsigned int bank);

#ifdef __cplusplus
}
#endif

#endif
