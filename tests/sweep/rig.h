/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device of any geometry: one image pair, all on one strict flash or the secondary slot on a
 * second one. All that is flash, and what happened to it, lies in memory that a forked child
 * shares, so that a child can be cut off and its parent sees what is left.
 */
#ifndef TESTS_SWEEP_RIG_H
#define TESTS_SWEEP_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/boot.h>
#include <flash/flash_ram.h> /* ports/ */
#include <nor.h>             /* sim/ */
#include <settings/settings_ram.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define RIG_RUNS_MAX 64
#define RIG_SLOTS 2 /* of the first image */
#define RIG_SLOTS_MAX 4
#define RIG_OPS_MAX 4096
#define RIG_SETTINGS_SIZE 2048
#define RIG_CUT 77 /* exit status of a process that was cut off */

/* Pages of slots, as "4x16K 1x64K". */
struct rig_layout {
	const char *slot0;
	const char *slot1;
	const char *far; /* of slot 1 on a second flash of other pages */
	const char *scratch;
};

enum rig_place {
	RIG_SAME_FLASH,
	RIG_SECOND_FLASH,       /* other write block and erased value, pages as on the first */
	RIG_SECOND_FLASH_PAGES, /* other pages, too, and the other kind of erase */
	RIG_PLACES
};

struct rig_case {
	enum boot_mode mode;
	const struct rig_layout *layout;
	enum rig_place place;
	size_t block; /* of the first flash */
	uint8_t align;
	uint8_t erased;
	bool no_erase;
	bool has_second_image; /* slots 2 and 3, like 0 and 1, on the first flash */
};

struct rig_op {
	uint8_t flash;
	bool is_erase;
	size_t off; /* on its flash */
	size_t len;
};

/* One flash: what the library gets, then the strict one, then memory. */
struct rig_flash {
	struct device dev;
	struct sim_nor nor;
	struct device ram;
	struct flash_ram_config *config;
	struct flash_pages_layout runs[RIG_RUNS_MAX];
	size_t run_count;
	uint8_t *memory;
	uint8_t *before; /* rig_snapshot() */
	size_t size;
};

/* A slot as the test sees it. */
struct rig_slot {
	struct rig_flash *flash;
	size_t off; /* on its flash */
	size_t size;
	size_t pages;
	size_t page_min;
	size_t page_max;
	size_t block;
	uint8_t erased;
	bool no_erase;
	uint8_t *bytes;
};

/* What a child leaves behind. */
struct rig_shared {
	struct rig_op ops[RIG_OPS_MAX];
	size_t op_count; /* goes on beyond RIG_OPS_MAX */
	char violation[200];
	struct settings_ram settings;
	struct settings_ram settings_before; /* rig_snapshot() */
	uint8_t entries[RIG_SETTINGS_SIZE];
	uint8_t entries_before[RIG_SETTINGS_SIZE];
	uint8_t boot_mode[3];
	long cut; /* the operation at which the process ends, counted from 0; negative: none */
	bool cut_after;  /* it takes place, the process ends then */
	long operations; /* programs, erases and saved settings so far */
	int rc;          /* what a child's call returned */
};

struct rig {
	struct rig_case what;
	struct rig_flash flashes[2];
	struct rig_slot slots[RIG_SLOTS_MAX];
	size_t scratch_page; /* its largest page */
	size_t scratch_size;
	struct settings_backend settings; /* what the library gets */
	struct rig_shared *shared;
};

extern struct rig rig;

/*
 * Erased flash with 0x5a in the pages around the slots, settings empty, the library set to the
 * mode. False: there is no such flash, because a page is smaller than the write block.
 */
bool rig_open(const struct rig_case *what);

/* The name of a case, in a buffer that the next call uses again. */
const char *rig_name(const struct rig_case *what);

/* Remember all flash and settings; go back to that. */
void rig_snapshot(void);
void rig_restore(void);

/*
 * Run a function in a process of its own, cut off before or after operation number `cut` of it.
 * Returns its return value, or RIG_CUT; anything else that ends it early ends the test.
 */
int rig_run(int (*run)(void), long cut, bool cut_after);

/* Whether flash is as remembered: everywhere, or outside one slot (-1: none excepted). */
bool rig_is_unchanged_outside(int slot);

/* Forget what was written down. */
void rig_forget_ops(void);

/*
 * Whether since then every page was erased at most once, and every write block programmed at most
 * once between erases. On flash without explicit erase a program of erased bytes is an erase.
 */
bool rig_ops_are_at_the_floor(void);

struct rig_page {
	size_t start; /* from the start of the slot */
	size_t size;
};

/* The page that holds a byte of a slot. */
struct rig_page rig_page_at(const struct rig_slot *slot, size_t off);

/* Let a slot begin and end elsewhere, as a wrong devicetree would; what it holds stays. */
void rig_move_slot(int slot, size_t start, size_t size);

/* Put bytes into a slot, over whatever is there. */
void rig_put(int slot, size_t off, const void *bytes, size_t len);

#endif
