/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Firmware of a simulated modem: segments at addresses. */
#ifndef SIM_MODEM_FIRMWARE_H
#define SIM_MODEM_FIRMWARE_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/fmfu_fdev.h>
#include <dfu/modem.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_MODEM_VERSION_LEN 32 /**< Room for a version. */

/** Segments of a firmware: those that a full file holds beside the bootloader. */
#define SIM_MODEM_SEGMENTS_MAX (FMFU_FDEV_SEGMENTS_MAX - 1)

/** What the factory makes, unless told otherwise. */
#define SIM_MODEM_FACTORY_VERSION "1.0.0"
#define SIM_MODEM_FACTORY_LEN (256u << 10)

#define SIM_MODEM_BOOTLOADER_ADDR 0x20000000 /**< Of the factory's bootloader. */
#define SIM_MODEM_BOOTLOADER_LEN 6608

struct sim_modem_segment {
	uint32_t addr;
	uint32_t len;
	const uint8_t *bytes; /**< Somebody else's. */
};

/** All but the bootloader, in ascending order of address, without overlaps. */
struct sim_modem_firmware {
	size_t count;
	struct sim_modem_segment segment[SIM_MODEM_SEGMENTS_MAX];
};

/**
 * @brief The firmware of a version as the factory makes it: what `slotwise make modem-full` and a
 * new device have.
 *
 * Two segments; the first begins with "mfw " and the version, terminated. Most of the bytes are the
 * same in all versions, as of real ones.
 *
 * @param room      Memory of @p room_len bytes, 1 KiB to 16 MiB; all of it is used.
 * @param version   Up to SIM_MODEM_VERSION_LEN - 1 characters.
 */
void sim_modem_firmware_make(struct sim_modem_firmware *firmware, uint8_t *room, size_t room_len,
			     const char *version);

/** The factory's bootloader, the same for all versions. */
void sim_modem_bootloader_make(struct sim_modem_segment *bootloader,
			       uint8_t room[SIM_MODEM_BOOTLOADER_LEN]);

/** Bytes of all segments together. */
uint64_t sim_modem_firmware_len(const struct sim_modem_firmware *firmware);

/** The bytes at an address, if one segment has all of them; NULL otherwise. */
const uint8_t *sim_modem_firmware_at(const struct sim_modem_firmware *firmware, uint32_t addr,
				     uint32_t len);

/** The version that a firmware tells of itself, in ASCII; "" if it does not. */
void sim_modem_firmware_version(const struct sim_modem_firmware *firmware,
				char version[SIM_MODEM_VERSION_LEN]);

/** SHA-256 of the segments in this order; 0 or an errno of the engine. */
DFU_MUST_CHECK int sim_modem_firmware_digest(const struct sim_modem_firmware *firmware,
					     uint8_t digest[DFU_MODEM_DIGEST_LEN]);

/** The UUID that follows from a digest. */
void sim_modem_firmware_uuid(const uint8_t digest[DFU_MODEM_DIGEST_LEN],
			     char uuid[DFU_MODEM_UUID_LEN + 1]);

#ifdef __cplusplus
}
#endif

#endif
