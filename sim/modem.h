/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A simulated modem: what <dfu/modem.h> says a modem does, and nothing else.
 *
 * All that survives a power cut lies in one block of memory: the firmware, the patch area and their
 * state. The block of a device folder is a mapped file, that of the power-cut runner its shared
 * memory. Time is simulated: only sleep_ms() of the port, and sim_modem_pass(), let it pass.
 *
 * Changes of the block are operations of the device's power (power.h): a write to the patch area,
 * its erase, a request to apply or to roll back, a chunk of bootloader or firmware, the end of a
 * full update, and what a start applies. One that is cut inside leaves what a seed says: a part of
 * a patch's bytes, or an area that is dirty; a part of a chunk; a request that counts or does not.
 *
 * Its patches are of a format of its own (modem_files.h). Its UUID is made from the digest of its
 * firmware, so that equal firmwares have equal UUIDs.
 *
 * What it answers, beside ERASE_PENDING to every call while it erases:
 *
 *     write     NOT_ALLOWED: the patch is to be applied. AREA_NOT_BLANK: dirty. BLOCK_TOO_LARGE:
 *               beyond the area, at the latest when the header tells. OUT_OF_MEMORY: it makes more
 *               than the modem holds. INVALID_HEADER, INVALID_UUID, INVALID_FILE_OFFSET,
 *               INVALID_ADDRESS, INVALID_DATA: of the patch. INVALID_RESUME, INVALID_UUID: what
 *               the area holds is not, or no more, the beginning of a patch for this firmware.
 *               Bytes of a write that is refused are not in the area.
 *     apply     INCOMPLETE_DATA; what a write would say of the patch
 *     rollback  INVALID_OPERATION: there is no way back
 *     any       -EPERM: it is unbootable, or in its bootloader. -EFAULT, -EINVAL: of arguments
 *
 * The bootloader's calls: -EPERM out of their order; -EINVAL arguments, and chunks that run into a
 * segment; -ENOEXEC no room, or finish() of an update without firmware for a modem that has none
 * any more; -EACCES a signature, or no wrapper. A new firmware ends what was asked of the one
 * before; what the area holds of a patch stays.
 */
#ifndef SIM_MODEM_H
#define SIM_MODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/modem.h>

#include "modem_block.h"
#include "modem_firmware.h"
#include "modem_patch.h"
#include "power.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a modem is made as. */
struct sim_modem_config {
	size_t area;        /**< Bytes of the patch area, below DFU_MODEM_OFFSET_DIRTY. */
	uint32_t erase_ms;  /**< An erase of all of it takes so long. */
	size_t capacity;    /**< Most bytes of firmware, of all segments together. */
	const uint8_t *key; /**< Takes only files signed by it; NULL: only those with the dummy
			     *   signature of 256 bytes 0xff. */
	size_t key_len;
};

/** Calls of the port, for faults. */
enum sim_modem_call {
	SIM_MODEM_UUID,
	SIM_MODEM_AREA,
	SIM_MODEM_OFFSET,
	SIM_MODEM_ERASE,
	SIM_MODEM_WRITE,
	SIM_MODEM_END, /**< delta->finish */
	SIM_MODEM_APPLY,
	SIM_MODEM_ROLLBACK,
	SIM_MODEM_BEGIN,
	SIM_MODEM_BOOTLOADER_WRITE,
	SIM_MODEM_VERIFY,
	SIM_MODEM_FIRMWARE_WRITE,
	SIM_MODEM_DIGEST,
	SIM_MODEM_FINISH,
	SIM_MODEM_CALLS
};

/** A call that fails; the modem does nothing of it then, but what -EACCES of verify says. */
struct sim_modem_fault {
	enum sim_modem_call call;
	int rc;              /**< What it returns: a code, or a negative errno. */
	unsigned long after; /**< So many calls of this kind work first. */
	bool lasts;          /**< And every one after it fails, too. */
};

/** A modem of this process; the caller owns it, the members are the modem's. Must not move. */
struct sim_modem {
	struct dfu_modem port;
	uint8_t *block;
	struct sim_power *power;
	struct sim_modem_record record; /* what the block says */
	uint64_t now_ms;
	uint64_t erased_at_ms; /* the erase under way ends then */
	bool is_erasing;
	bool has_session;                   /* of delta writes */
	struct sim_modem_patch_check check; /* of the session */
	bool is_begun;                      /* in its bootloader; what follows is since then */
	size_t bootloader_len;
	bool is_verified;
	bool has_written; /* firmware */
	struct sim_modem_fault fault;
	bool has_fault;
	unsigned long calls[SIM_MODEM_CALLS];
};

enum sim_modem_state {
	SIM_MODEM_OK,
	SIM_MODEM_PENDING,    /**< A patch or the way back is applied at the next start. */
	SIM_MODEM_UNBOOTABLE, /**< A full update was begun and not ended. */
};

/** What a modem is like. */
struct sim_modem_status {
	enum sim_modem_state state;
	char uuid[DFU_MODEM_UUID_LEN + 1];    /**< While unbootable of the last one that ran. */
	char version[SIM_MODEM_VERSION_LEN];  /**< Of its firmware; "": it does not tell. */
	uint8_t digest[DFU_MODEM_DIGEST_LEN]; /**< Segments in ascending order of address; as
					       *   `uuid`. */
	size_t segments; /**< Of sim_modem_firmware_get(); side by side they may be one. */
	size_t area;
	size_t offset; /**< As the port tells it, an erase under way taken for dirty. */
	bool can_roll_back;
	bool has_key;
};

/** What a start of the modem did. */
enum sim_modem_started {
	SIM_MODEM_STARTED,
	SIM_MODEM_UPDATED, /**< The patch was applied. */
	SIM_MODEM_ROLLED_BACK,
	SIM_MODEM_REFUSED, /**< The patch could not be applied; the firmware is the old one. */
	SIM_MODEM_DEAD,    /**< Unbootable. */
};

/** Bytes that the block of a modem takes. */
size_t sim_modem_block_len(const struct sim_modem_config *config);

/**
 * @brief Make a modem in a block of sim_modem_block_len() bytes, with a firmware from the factory.
 * @retval 0        Made.
 * @retval -EFBIG   The firmware has more bytes or segments than the modem.
 * @retval -EINVAL  The key is no RSA-2048 key.
 * @retval -errno   From the hash's engine.
 */
DFU_MUST_CHECK int sim_modem_make(uint8_t *block, const struct sim_modem_config *config,
				  const struct sim_modem_firmware *firmware);

/**
 * @brief The modem as a reset of the device finds it; does not start it.
 *
 * An erase that was under way has left the area dirty.
 *
 * @param power  Of the device; NULL: never cut.
 * @retval 0         modem->port is it, for dfu_modem_set().
 * @retval -EBADMSG  The block is not one of a modem.
 */
DFU_MUST_CHECK int sim_modem_open(struct sim_modem *modem, uint8_t *block, size_t len,
				  struct sim_power *power);

/**
 * @brief Start the modem, as a boot of the device does: applies what was asked for.
 *
 * Power cut: the old firmware, and the request still stands; or the new one.
 *
 * @retval 0       @p started is set.
 * @retval -errno  Of the power.
 */
DFU_MUST_CHECK int sim_modem_start(struct sim_modem *modem, enum sim_modem_started *started);

/** Let simulated time pass. */
void sim_modem_pass(struct sim_modem *modem, uint32_t ms);

/** Have a call fail; NULL: none any more. Counts calls from 0 again. Gone after sim_modem_open().
 */
void sim_modem_set_fault(struct sim_modem *modem, const struct sim_modem_fault *fault);

/** @return The name of a call ("firmware-write"), as on the command line. */
const char *sim_modem_call_name(enum sim_modem_call call);

/** @return The name of a code from 1 on ("area-not-blank"); NULL: not one. */
const char *sim_modem_code_name(int code);

void sim_modem_status_get(const struct sim_modem *modem, struct sim_modem_status *status);

/** The firmware as it lies in the block; while unbootable what there is of it. */
void sim_modem_firmware_get(const struct sim_modem *modem, struct sim_modem_firmware *firmware);

#ifdef __cplusplus
}
#endif

#endif
