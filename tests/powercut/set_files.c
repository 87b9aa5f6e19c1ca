/* SPDX-License-Identifier: Apache-2.0 */
#include "set_files.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

#define HEADER 32
#define ENTRY 16 /* a dependency: TLV header, image, three of nothing, version */
#define AREA 40  /* its header, a TLV's header, the hash */
#define MADE_MAX 64
/* A bootloader has a fw_info at the first place there is for one. */
#define FW_INFO 0x200
#define FW_INFO_LEN 60
#define FW_INFO_VERSION 20
#define BOOTLOADER_LEN 660
#define FLAG_RAM_LOAD 0x20u

/*
 * Two pairs: none needs the other, one the other, each the other. Three: none; in a row, both ways;
 * the third needs the first alone, which is enough where all images are held back together, and too
 * little where each is set aside by itself; and two that have an update, beside one that has none.
 * With a bootloader, which nothing can need: one application, and two that are linked.
 */
const struct set_kind set_kinds[] = {
	{.name = "loose", .pairs = 2, .members = 3},
	{"down", 2, false, 3, {2, 0}, true, true},
	{"up", 2, false, 3, {0, 1}, true, true},
	{"both", 2, false, 3, {2, 1}, true, true},
	{.name = "loose3", .pairs = 3, .members = 7},
	{"row", 3, false, 7, {2, 4, 0}, true, true},
	{"row-up", 3, false, 7, {0, 1, 2}, true, true},
	{"some", 3, false, 7, {0, 0, 1}, true, false},
	{.name = "outer", .pairs = 3, .members = 5},
	{"outer-up", 3, false, 5, {0, 0, 1}, true, true},
	{.name = "boot", .pairs = 2, .has_bootloader = true, .members = 3},
	{"boot-down", 3, true, 7, {2, 0, 0}, true, false},
};

const size_t set_kind_count = sizeof(set_kinds) / sizeof(set_kinds[0]);

static struct {
	const struct set_kind *kind;
	const struct geometry *geometry;
	size_t size;
	bool for_ram;
	struct set_files files;
} made[MADE_MAX];

static void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v & 0xff);
	p[1] = (uint8_t)(v >> 8 & 0xff);
}

static void put32(uint8_t *p, size_t v)
{
	put16(p, v & 0xffff);
	put16(p + 2, v >> 16);
}

/* Version 1.minor.0, as headers and dependencies have it. */
static void put_version(uint8_t *p, uint8_t minor)
{
	memset(p, 0, 8);
	p[0] = 1;
	p[1] = minor;
}

/* The protected area, of dependencies alone; its length. */
static size_t put_dependencies(uint8_t *p, unsigned int needs, uint8_t minor)
{
	size_t len = 4;

	for (uint8_t image = 0; image < GEOMETRY_PAIRS_MAX; image++) {
		if ((needs & 1u << image) != 0) {
			memset(&p[len], 0, ENTRY);
			put16(&p[len], 0x40);
			put16(&p[len + 2], ENTRY - 4);
			p[len + 4] = image;
			put_version(&p[len + 8], minor);
			len += ENTRY;
		}
	}
	put16(&p[0], 0x6908);
	put16(&p[2], len);
	return len;
}

static void put_hash(uint8_t *bytes, size_t area)
{
	put16(&bytes[area], 0x6907);
	put16(&bytes[area + 2], AREA);
	put16(&bytes[area + 4], 0x10);
	put16(&bytes[area + 6], 32);
	if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), bytes, area,
		       &bytes[area + 8]) != 0) {
		abort();
	}
}

static size_t guarded_len(unsigned int needs)
{
	size_t len = needs == 0 ? 0 : 4;

	for (unsigned int image = 0; image < GEOMETRY_PAIRS_MAX; image++) {
		len += (needs & 1u << image) != 0 ? ENTRY : 0;
	}
	return len;
}

/* Linked for S0 or S1, of a version that the first stage goes by. */
static void put_bootloader(uint8_t *p, const struct geometry *geometry, uint8_t version)
{
	static const uint8_t magic[] = {0xde, 0xe6, 0x1e, 0x28, 0x4c, 0xbb, 0xce, 0x8f};
	const enum geometry_part_kind stage = version == 1 ? PART_S0 : PART_S1;

	put32(&p[HEADER + 4], DEVICE_FLASH_BASE + device_area(geometry, stage).off + HEADER + 8);
	memset(&p[FW_INFO], 0, FW_INFO_LEN);
	memcpy(&p[FW_INFO], magic, sizeof(magic));
	put32(&p[FW_INFO + FW_INFO_VERSION], version);
}

static void make(struct device_file *file, size_t size, uint8_t minor, unsigned int needs,
		 unsigned int pair, bool for_ram, const struct geometry *geometry)
{
	const size_t guarded = guarded_len(needs);
	const size_t payload = size - HEADER - guarded - AREA;
	uint8_t *p = calloc(1, size);

	if (p == NULL) {
		abort();
	}
	put32(&p[0], 0x96f3b83d);
	put32(&p[4], for_ram ? DEVICE_RAM_START + pair * SET_RAM_STEP : 0);
	put16(&p[8], HEADER);
	put16(&p[10], guarded);
	put32(&p[12], payload);
	put32(&p[16], for_ram ? FLAG_RAM_LOAD : 0);
	put_version(&p[20], minor);
	for (size_t i = 0; i < payload; i++) {
		p[HEADER + i] = (uint8_t)((i + 16u * pair + minor) % 251);
	}
	if (geometry != NULL) {
		put_bootloader(p, geometry, minor);
	}
	if (guarded > 0) {
		(void)put_dependencies(&p[HEADER + payload], needs, minor);
	}
	put_hash(p, HEADER + payload + guarded);
	*file = (struct device_file){p, size};
}

const struct set_files *set_files_make(const struct set_kind *kind, const struct geometry *geometry,
				       size_t size, bool for_ram)
{
	size_t i = 0;

	while (made[i].kind != NULL && (made[i].kind != kind || made[i].geometry != geometry ||
					made[i].size != size || made[i].for_ram != for_ram)) {
		i++;
	}
	if (i + 1 == MADE_MAX) {
		abort();
	}
	for (unsigned int pair = 0; made[i].kind == NULL && pair < kind->pairs; pair++) {
		struct device_file *file = made[i].files.of[pair];
		const bool boots = kind->has_bootloader && pair + 1 == kind->pairs;
		const struct geometry *where = boots ? geometry : NULL;
		const size_t len = boots ? BOOTLOADER_LEN : size;

		make(&file[FILE_PRIOR], len - 29, 0, 0, pair, for_ram, where);
		make(&file[FILE_OLD], len - 17, 1, 0, pair, for_ram, where);
		make(&file[FILE_NEW], len - pair, 2, kind->needs[pair], pair, for_ram, where);
		make(&file[FILE_OTHER], len - 5, 3, 0, pair, for_ram, where);
	}
	made[i].kind = kind;
	made[i].geometry = geometry;
	made[i].size = size;
	made[i].for_ram = for_ram;
	return &made[i].files;
}
