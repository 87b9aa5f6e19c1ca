/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patches of the simulated modem, put together and taken apart byte by byte from their description
 * in FORMATS.md: with offsets that are typed here, and zlib's CRC-32.
 */
#ifndef TESTS_SIM_PATCH_BYTES_H
#define TESTS_SIM_PATCH_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <modem_firmware.h> /* sim/ */

#define PATCH_ROOM 4096

struct patch_bytes {
	uint8_t bytes[PATCH_ROOM];
	size_t len;
};

/* A header without length and checksum, for segments of the addresses and lengths in `to`. */
void patch_begin(struct patch_bytes *patch, const char *uuid, const uint8_t digest[32],
		 const struct sim_modem_firmware *to);

void patch_bring(struct patch_bytes *patch, const void *bytes, size_t len);
void patch_copy(struct patch_bytes *patch, uint32_t addr, uint32_t len);

/* Any block, whatever it says. */
void patch_block(struct patch_bytes *patch, uint32_t offset, unsigned int kind, const void *body,
		 size_t len);

/* Put length and checksum into the header. */
void patch_end(struct patch_bytes *patch);
/* Only the checksum, after the header was changed. */
void patch_sum(struct patch_bytes *patch);

/*
 * Apply a patch, with nothing of the code under test. Every offset and checksum is asserted.
 * Returns bytes of all segments, at most `room_len`.
 */
size_t patch_play(const uint8_t *patch, size_t len, const struct sim_modem_firmware *from,
		  uint8_t *room, size_t room_len);

/* SHA-256 by Mbed TLS. */
void digest_of(const void *bytes, size_t len, uint8_t digest[32]);

#endif
