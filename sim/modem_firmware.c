/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmwares of the simulated modem are noise, as the encrypted ones of real modems are: nothing
 * about them compresses, and no two pages are alike. So that patches between versions are as small
 * as real ones, the noise is the same in all versions but for a part of each page; and the second
 * segment begins with some bytes more or less, which moves all that follows.
 */
#include "modem_firmware.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "digest.h"
#include "tear.h"

#define FIRST_ADDR 0x6000u
#define PAGE 4096u
#define CHANGED 512u    /* bytes of a page that are the version's own */
#define SHIFT_MAX 1024u /* bytes that the second segment may begin with */
#define BOOTLOADER_SEED 0x626f6f74u

static const char title[] = "mfw ";

/* Byte `at` of the noise of a seed. */
static uint8_t noise(uint32_t seed, uint32_t at)
{
	return (uint8_t)(sim_tear_mix(seed ^ sim_tear_mix(at / 4)) >> (8 * (at % 4)));
}

static void fill(uint8_t *bytes, size_t len, uint32_t version_seed, uint32_t from)
{
	for (size_t i = 0; i < len; i++) {
		const uint32_t at = from + (uint32_t)i;
		const bool is_own = at % PAGE >= PAGE - CHANGED;

		bytes[i] = noise(is_own ? version_seed : 0, at);
	}
}

void sim_modem_firmware_make(struct sim_modem_firmware *firmware, uint8_t *room, size_t room_len,
			     const char *version)
{
	const size_t version_len = strlen(version);
	const uint32_t seed = crc32_ieee(0, (const uint8_t *)version, version_len) | 1;
	const size_t first = room_len / 4;
	const size_t second = room_len - first;
	const size_t shift = seed % (uint32_t)min_size(SHIFT_MAX, second / 4);

	fill(room, first, seed, 0);
	memcpy(room, title, sizeof(title) - 1);
	memcpy(&room[sizeof(title) - 1], version, version_len + 1);
	for (size_t i = 0; i < shift; i++) {
		room[first + i] = noise(~seed, (uint32_t)i);
	}
	fill(&room[first + shift], second - shift, seed, (uint32_t)round_up(first, PAGE));
	*firmware = (struct sim_modem_firmware){
		.count = 2,
		.segment = {{.addr = FIRST_ADDR, .len = (uint32_t)first, .bytes = room},
			    {.addr = FIRST_ADDR + (uint32_t)round_up(first, PAGE) + PAGE,
			     .len = (uint32_t)second,
			     .bytes = &room[first]}},
	};
}

void sim_modem_bootloader_make(struct sim_modem_segment *bootloader,
			       uint8_t room[SIM_MODEM_BOOTLOADER_LEN])
{
	for (uint32_t i = 0; i < SIM_MODEM_BOOTLOADER_LEN; i++) {
		room[i] = noise(BOOTLOADER_SEED, i);
	}
	*bootloader = (struct sim_modem_segment){
		.addr = SIM_MODEM_BOOTLOADER_ADDR, .len = SIM_MODEM_BOOTLOADER_LEN, .bytes = room};
}

uint64_t sim_modem_firmware_len(const struct sim_modem_firmware *firmware)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < firmware->count; i++) {
		sum += firmware->segment[i].len;
	}
	return sum;
}

const uint8_t *sim_modem_firmware_at(const struct sim_modem_firmware *firmware, uint32_t addr,
				     uint32_t len)
{
	for (size_t i = 0; i < firmware->count; i++) {
		const struct sim_modem_segment *segment = &firmware->segment[i];

		/* An address below the segment wraps to one far behind it. */
		if (range_fits(addr - segment->addr, len, segment->len)) {
			return &segment->bytes[addr - segment->addr];
		}
	}
	return NULL;
}

void sim_modem_firmware_version(const struct sim_modem_firmware *firmware,
				char version[SIM_MODEM_VERSION_LEN])
{
	const struct sim_modem_segment *first = &firmware->segment[0];
	const size_t skip = sizeof(title) - 1;

	version[0] = '\0';
	if (firmware->count == 0 || first->len < skip || memcmp(first->bytes, title, skip) != 0) {
		return;
	}
	const size_t most = min_size(first->len - skip, SIM_MODEM_VERSION_LEN);
	const uint8_t *text = &first->bytes[skip];
	size_t len = 0;

	while (len < most && text[len] >= ' ' && text[len] <= '~') {
		len++;
	}
	if (len < most && text[len] == '\0') {
		memcpy(version, text, len + 1);
	}
}

int sim_modem_firmware_digest(const struct sim_modem_firmware *firmware,
			      uint8_t digest[DFU_MODEM_DIGEST_LEN])
{
	struct sim_piece pieces[SIM_MODEM_SEGMENTS_MAX];

	for (size_t i = 0; i < firmware->count; i++) {
		pieces[i] =
			(struct sim_piece){firmware->segment[i].bytes, firmware->segment[i].len};
	}
	return sim_digest(pieces, firmware->count, digest);
}

/* Version 8 of RFC 9562, whose other bits are the maker's own. */
void sim_modem_firmware_uuid(const uint8_t digest[DFU_MODEM_DIGEST_LEN],
			     char uuid[DFU_MODEM_UUID_LEN + 1])
{
	uint8_t raw[16];
	size_t at = 0;

	memcpy(raw, digest, sizeof(raw));
	raw[6] = (uint8_t)((raw[6] & 0x0f) | 0x80);
	raw[8] = (uint8_t)((raw[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(raw); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			uuid[at++] = '-';
		}
		at += (size_t)snprintf(&uuid[at], 3, "%02x", (unsigned int)raw[i]);
	}
}
