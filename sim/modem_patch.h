/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The format of the simulated modem's patches: judged while they arrive, and applied.
 *
 * FORMATS.md, "Patch of the simulated modem", has the bytes; modem_files.h what makes patches and
 * reads them as files.
 */
#ifndef SIM_MODEM_PATCH_H
#define SIM_MODEM_PATCH_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#include "modem_firmware.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_MODEM_PATCH_VERSION 1
#define SIM_MODEM_PATCH_BYTES_MAX 256 /**< Bytes that one block brings. */

/** Where the fields of a header are, and how long it is. */
enum sim_modem_patch_header {
	SIM_MODEM_PATCH_OFF_VERSION = 0,
	SIM_MODEM_PATCH_OFF_SEGMENTS = 2,
	SIM_MODEM_PATCH_OFF_MAGIC = 4,
	SIM_MODEM_PATCH_OFF_LEN = 8,
	SIM_MODEM_PATCH_OFF_CRC = 12,
	SIM_MODEM_PATCH_OFF_DIGEST = 16,
	SIM_MODEM_PATCH_OFF_UUID = 48,
	SIM_MODEM_PATCH_OFF_TABLE = 84,
	SIM_MODEM_PATCH_ROW_LEN = 8, /* of the table: address and length of a segment */
};

/** The same of a block. */
enum sim_modem_patch_block {
	SIM_MODEM_PATCH_OFF_OFFSET = 0,
	SIM_MODEM_PATCH_OFF_KIND = 4,
	SIM_MODEM_PATCH_OFF_BODY_LEN = 6,
	SIM_MODEM_PATCH_OFF_BODY = 8,
	SIM_MODEM_PATCH_COPY_LEN = 8, /* body of a copy: address and length in the old firmware */
	SIM_MODEM_PATCH_CRC_LEN = 4,  /* behind the body */
};

enum sim_modem_patch_kind { SIM_MODEM_PATCH_BYTES = 1, SIM_MODEM_PATCH_COPY = 2 };

/** What is to be said of the bytes so far. */
enum sim_modem_patch_verdict {
	SIM_MODEM_PATCH_MORE,     /**< Right so far; there are more to come. */
	SIM_MODEM_PATCH_COMPLETE, /**< Right, and all there. */
	SIM_MODEM_PATCH_BAD_HEADER,
	SIM_MODEM_PATCH_OTHER_UUID,  /**< For another firmware. */
	SIM_MODEM_PATCH_BAD_OFFSET,  /**< A block that stands elsewhere in the file. */
	SIM_MODEM_PATCH_BAD_ADDRESS, /**< It copies what the old firmware does not have. */
	SIM_MODEM_PATCH_BAD_DATA,    /**< A damaged block, or bytes behind the last one. */
};

/** How far a patch was judged. Zeros: not at all; a copy takes back what was judged since. */
struct sim_modem_patch_check {
	size_t judged; /**< Bytes: the header, and blocks that are there as a whole. */
	uint64_t made; /**< Bytes of the new firmware that they make. */
};

/**
 * @brief Judge a patch while it arrives, going on where the last call ended.
 *
 * A field is judged once it is there as a whole, and checksums once what they cover is, so that a
 * verdict may come in the middle of a header or block. Each byte is read once or twice, in however
 * many pieces they come.
 *
 * @param check  Of this patch; after a verdict against it of no more use.
 * @param patch  Its first @p len bytes, those of earlier calls unchanged.
 * @param uuid   Of the firmware that it has to be for; NULL: any.
 * @param from   That firmware; NULL: addresses are not judged.
 */
enum sim_modem_patch_verdict sim_modem_patch_check(struct sim_modem_patch_check *check,
						   const uint8_t *patch, size_t len,
						   const char *uuid,
						   const struct sim_modem_firmware *from);

/** @return Bytes that a patch will have, 0 while its first @p len bytes do not tell. */
size_t sim_modem_patch_len(const uint8_t *patch, size_t len);

/** @return CRC-32 of a header, the field that holds it left out. */
uint32_t sim_modem_patch_header_crc(const uint8_t *patch);

/** @return Bytes of the firmware that a patch makes; its header is there and was found right. */
uint64_t sim_modem_patch_result_len(const uint8_t *patch);

/**
 * @brief Make the new firmware. Checks all of the patch once more.
 *
 * @param room  Gets the bytes of the new firmware, one segment behind the other.
 * @param to    Points into @p room; may be the object that @p from is.
 *
 * @retval 0         Made, and its digest is the one that the patch tells.
 * @retval -EBADMSG  The patch is damaged, or not all there.
 * @retval -ESTALE   It is for another firmware.
 * @retval -EFBIG    @p room is too small.
 * @retval -EILSEQ   What it makes has another digest.
 * @retval -errno    From the hash's engine. @p room holds anything on error.
 */
DFU_MUST_CHECK int sim_modem_patch_apply(const uint8_t *patch, size_t len,
					 const struct sim_modem_firmware *from, uint8_t *room,
					 size_t room_len, struct sim_modem_firmware *to);

#ifdef __cplusplus
}
#endif

#endif
