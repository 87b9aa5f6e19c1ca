/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flash of the devices that lose power. Each is after one of the project's boards, scaled down so
 * that a device is copied in microseconds: what a cut can do depends on how pages, write blocks,
 * buffer and image lie to each other, not on their size.
 */
#ifndef TESTS_POWERCUT_GEOMETRIES_H
#define TESTS_POWERCUT_GEOMETRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/boot.h>

#define GEOMETRY_FLASHES 2
#define GEOMETRY_PARTS_MAX 12
#define GEOMETRY_PAIRS_MAX 3
#define GEOMETRY_SLOTS_MAX (2 * GEOMETRY_PAIRS_MAX)
#define GEOMETRY_STAGES 2 /* S0 and S1, numbered behind the slots */

enum geometry_part_kind {
	PART_SLOT0, /* slots of image pair n: 2n and 2n + 1; or 2n + 1 alone, for bootloaders */
	PART_SLOT1,
	PART_SLOT2,
	PART_SLOT3,
	PART_SLOT4,
	PART_SLOT5,
	PART_S0, /* a bootloader that is itself updated */
	PART_S1,
	PART_SCRATCH,
	PART_SETTINGS,
	PART_STORE,     /* of modem files */
	PART_NEIGHBOUR, /* of somebody else: never to change */
	PART_KINDS
};

/* A run of equal pages; parts of one kind lie side by side and are one area. */
struct geometry_part {
	enum geometry_part_kind kind;
	uint8_t flash;
	uint16_t pages; /* 0 ends the list */
	uint32_t page_size;
};

struct geometry_flash {
	uint16_t block; /* write block */
	uint8_t erased;
	bool no_erase;
};

/* How a geometry is meant to be used. */
enum geometry_use {
	GEOMETRY_IN_MASS,    /* in every scenario */
	GEOMETRY_FOR_PAIRS,  /* there, too: so few operations that every pair can be cut */
	GEOMETRY_FOR_SIGNED, /* with the signed files, as they are */
	GEOMETRY_FOR_LARGE,
	GEOMETRY_FOR_BLOCKS, /* so many pages that several are erased at once, if an option lets
				that */
};

struct geometry {
	const char *name;
	const char *after; /* the board, and how it was scaled */
	enum geometry_use use;
	struct geometry_flash flash[GEOMETRY_FLASHES];
	struct geometry_part parts[GEOMETRY_PARTS_MAX]; /* from the start of each flash up */
	uint8_t align;                                  /* max-align of the bootloader */
	uint8_t sectors;                                /* most sectors of a slot in its build */
	uint16_t buf_len;                               /* of the target's buffer */
	uint32_t swap_size;   /* bytes of an image where sectors change places */
	uint32_t direct_size; /* and where it may take the slot up to the trailer */
	bool at_once;         /* several pages that flash 1 is asked to erase are torn together */
	bool unequal;         /* pages of the slots differ: no swap-move, no swap-offset */
};

extern const struct geometry geometries[];
extern const size_t geometry_count;

/* Whether the bootloader of that mode can install anything on it. */
bool geometry_has_mode(const struct geometry *geometry, enum boot_mode mode);

/* How large a new image is in that mode. */
size_t geometry_image_size(const struct geometry *geometry, enum boot_mode mode);

#endif
