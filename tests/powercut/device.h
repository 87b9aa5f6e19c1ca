/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device whose power fails: one image pair or more, scratch and settings on strict flash,
 * neighbours between. All that survives lies in the one block of its world; the rest is of a
 * process, and each boot is one. Slots are numbered as flash areas are: 2n and 2n + 1 for pair n.
 */
#ifndef TESTS_POWERCUT_DEVICE_H
#define TESTS_POWERCUT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/boot.h>
#include <dfu/boot_rules.h>
#include <powercut.h> /* sim/ */

#include "geometries.h"
#include "parser.h"

/* Where images may be loaded. */
#define DEVICE_RAM_START 0x20000000u
#define DEVICE_RAM_SIZE 0x10000u

#define DEVICE_FLASH_BASE 0x10000000u /* where the first flash begins for the CPU */

#define DEVICE_NEIGHBOUR 0x5a /* every byte of a neighbour */

/* The files of a device's life, each one newer than the one before. */
enum device_file_number {
	FILE_PRIOR, /* what lay in the other slot when all began */
	FILE_OLD,   /* what ran then */
	FILE_NEW,
	FILE_OTHER,  /* comes in place of the new one */
	FILE_TWIN,   /* begins like the new one, is as long, and another */
	FILE_HOLLOW, /* three quarters of it are bytes of erased flash */
	FILES
};

struct device_file {
	const uint8_t *bytes;
	size_t size;
};

/* What a world's config begins with. */
struct device_config {
	const struct geometry *geometry;
	enum boot_mode mode;
	enum boot_signature signature;           /* that the bootloader demands */
	const struct dfu_image_key *key;         /* its key */
	struct device_file file[FILES];          /* of pair 0 */
	const struct device_file (*more)[FILES]; /* of pair 1 and so on; NULL: there is none */
};

struct device_page {
	size_t start; /* from the start of the area */
	size_t size;
};

/* A part of flash. */
struct device_area {
	unsigned int flash;
	size_t off;
	size_t size; /* 0: there is none */
};

/* For parent and children: raw bytes, and what the configuration says. */

/* powercut_scenario.layout */
int device_lay_out(const struct powercut_world *world, size_t size, struct powercut_layout *layout);

const struct device_config *device_config(const struct powercut_world *world);
struct device_area device_area(const struct geometry *geometry, enum geometry_part_kind kind);
struct device_page device_page_in(const struct geometry *geometry, enum geometry_part_kind kind,
				  size_t off);
struct device_page device_page_at(const struct geometry *geometry, int slot, size_t off);

/* How many image pairs there are. */
unsigned int device_pairs(const struct geometry *geometry);

/* Whether a pair takes bootloaders alone; it runs from S0 or S1. */
bool device_takes_bootloaders(const struct geometry *geometry, unsigned int pair);

/* Where an upload begins in a slot: one page up in a secondary of swap-offset. */
size_t device_upload_start(const struct device_config *config, int slot);

/* How many bytes the target holds back. */
size_t device_hold(const struct device_config *config, int slot);

/* The slot that the bootloader started last, of pair 0 and of any; or S0 or S1. */
int device_running(const struct powercut_world *world);
int device_running_of(const struct powercut_world *world, unsigned int pair);

/*
 * Whether a boot has found the upload slot such that a download may have begun at 0 since: later
 * pages then hold bytes of the same file that are no progress, and flash does not tell.
 */
bool device_may_have_restarted(const struct powercut_world *world);
void device_set_restarted(const struct powercut_world *world);

struct raw device_raw(const struct powercut_world *world, enum geometry_part_kind kind);
/* One part of the geometry's list; neighbours are several. */
struct raw device_raw_part(const struct powercut_world *world, size_t part);
/* A byte for each write block of a slot: enum sim_cell. */
const uint8_t *device_cells(const struct powercut_world *world, int slot);
/* A slot's bytes when the device went live. */
const uint8_t *device_before(const struct powercut_world *world, int slot);

/* For children. */

void device_set_running(const struct powercut_world *world, unsigned int pair, int slot);

/* A program or an erase of flash. */
struct device_op {
	unsigned int flash;
	bool is_erase; /* also a program of erased bytes, where nothing needs an erase */
	size_t off;
	size_t len;
};

#define DEVICE_OPS_MAX 4096

/* What the application did since it went live. */
struct device_log {
	unsigned int saves; /* of settings, as often as the library asked */
	unsigned int deletes;
	unsigned int prepares; /* calls of dfu_target_prepare() */
	size_t count;          /* of op; goes on beyond DEVICE_OPS_MAX */
	struct device_op op[DEVICE_OPS_MAX];
};

extern struct device_log device_log;

/* Flash and its map, for a device without slots. */
void device_open_flash(const struct powercut_world *world);
/* The settings log on it. */
int device_open_settings(void);
/* Every save from now on is -EIO, as on a log that is worn out; or works again. */
void device_break_settings(bool broken);
/* A flash device, as the library gets it. */
const struct device *device_flash(unsigned int flash);

/* Everything that a start of the application sets up, but settings. */
int device_open(const struct powercut_world *world);

/* The files of a pair. */
const struct device_file *device_files(const struct device_config *config, unsigned int pair);

/*
 * A reset: the bootloader does its work, which no cut interrupts. The slot of pair 0 that runs
 * then, or -1 with the violation reported.
 */
int device_boot(const struct powercut_world *world);

/*
 * The file that each pair would run after a reset now, or -1; nothing is changed. 0, or -EIO:
 * nothing would boot.
 */
int device_find_next(const struct powercut_world *world, int runs[GEOMETRY_PAIRS_MAX]);

/* The application begins: from here on the power may go. */
void device_live(const struct powercut_world *world);

/* Erased flash with its neighbours: how prepare() begins. */
void device_fill(const struct powercut_world *world);

/* Factory programming, before the device goes live. */
int device_program(const struct powercut_world *world, enum geometry_part_kind kind, size_t off,
		   const uint8_t *bytes, size_t len);

#endif
