/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device whose resets are real: what runs between two of them is a process of its own, forked
 * before the library was touched. Flash, its cells, settings and what is counted lie in memory that
 * the processes share; nothing else outlives one.
 *
 * Flash: a neighbour's page, slots 0 to 3, a page of scratch, a neighbour's page.
 */
#ifndef TESTS_TARGET_RESET_RIG_H
#define TESTS_TARGET_RESET_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/boot.h>
#include <dfu/dfu_target.h>
#include <flash/flash_ram.h> /* ports/ */
#include <nor.h>             /* sim/ */
#include <settings/settings_ram.h>
#include <settings_power.h>

#include "sweep/images.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define RESET_OPS_MAX 2048
#define RESET_NAME_MAX 24
#define RESET_CUT 77 /* what reset_run() returns if the power went */

struct reset_case {
	const char *name;
	enum boot_mode mode;
	size_t page;
	size_t pages; /* of a slot */
	size_t block;
	size_t buffer;
	uint8_t erased;
	bool no_erase;
	uint8_t align;
};

/* Swap-move, pages of 512, write block 4, a buffer of 64. */
extern const struct reset_case reset_plain;
/* One of each kind of flash and mode. */
extern const struct reset_case reset_cases[];
extern const size_t reset_case_count;

struct reset_op {
	enum sim_operation_kind kind;
	size_t off;
	size_t len;
	char name[RESET_NAME_MAX]; /* of a setting, without "dfu/MCUBOOT" */
};

enum reset_settings_call { RESET_LOAD = 1, RESET_SAVE = 2, RESET_DELETE = 4 };

/* What outlives a reset. */
struct reset_device {
	struct reset_case what;
	struct device ram;
	struct flash_ram_config config;
	struct flash_pages_layout layout;
	struct sim_nor nor;
	struct sim_power power;
	struct sim_cells cells;
	uint32_t noise;
	uint8_t *memory;
	size_t size;
	struct settings_ram store;
	uint8_t store_memory[4096];
	struct sim_settings settings;
	struct settings_backend sick; /* what the library gets */
	unsigned int sick_calls;      /* enum reset_settings_call: those that may fail */
	long sick_at;                 /* the call of these that does, from 0; negative: all do */
	int sick_rc;                  /* 0: none fails */
	long settings_calls;          /* of these kinds, so far */
	unsigned int warnings;        /* log lines of that level or worse */
	char last_warning[200];
	size_t op_count;
	struct reset_op ops[RESET_OPS_MAX];
	uint8_t images;
	int result; /* for a body to leave something behind */
	size_t offset;
};

extern struct reset_device *dev;
extern struct image_file new_file;

/* Old image in slot 0, old bytes in slot 1 (and 3); new_file of `size` bytes. */
void reset_open(const struct reset_case *what, size_t size);
void reset_close(void);

/*
 * A run of the device from its start to its next reset: 0, or RESET_CUT. An assertion that fails in
 * it, and flash used against its rules, fail the test.
 */
int reset_run(void (*body)(void));

/* The same, and the power goes at operation k. */
int reset_run_cut(void (*body)(void), unsigned long k, enum sim_cut when, uint32_t seed);

/* Remember all that outlives a reset; go back to that. */
void reset_snapshot(void);
void reset_restore(void);

/* Bytes of a slot, where its image begins in it, and its size. */
uint8_t *reset_slot(int slot);
size_t reset_start(void);
size_t reset_slot_size(void);
size_t reset_hold(void);

/* Slot 1 has new_file where the bootloader wants it, but for what may be held back. */
void reset_assert_slot_is_file(void);
void reset_assert_body_is_file(void);

/* Let the area of a slot begin and end elsewhere, or be another one; flash stays as it is. */
void reset_move_area(int slot, off_t from, size_t size);
void reset_name_area(int slot, uint8_t id);

/* An entry of the settings: its value in place, *len bytes; NULL if there is none. */
uint8_t *reset_setting(const char *name, size_t *len);

/* Operations since they were forgotten last: of a kind, and saves (or deletions) of a name. */
void reset_forget_ops(void);
size_t reset_count(enum sim_operation_kind kind);
size_t reset_count_saves(const char *name);
size_t reset_count_deletions(const char *name);

/* For bodies: dfu_target_init() of image 0, its offset, and bytes of new_file up to `end`. */
int reset_init(size_t size);
size_t reset_offset(void);
int reset_write(size_t end, size_t chunk);

/* Bodies: finish new_file from wherever it stands; in direct modes by scheduling. */
void reset_finish(void);
/* What init says, left in dev->offset; nothing else. */
void reset_ask(void);

/* Parent: what reset_ask() finds after a reset. */
size_t reset_next_offset(void);

/* Whether it is an erase in slot 1, and how many erases, of all pages, there were since `from`. */
bool reset_is_slot_erase(const struct reset_op *op);
size_t reset_erases_since(size_t from);

#endif
