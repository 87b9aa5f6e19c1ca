/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One image pair on a strict flash whose programs and erases are written down and can be cut short.
 */
#ifndef TESTS_BOOT_BOOT_RIG_H
#define TESTS_BOOT_BOOT_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/boot.h>

#include "support/test_flash.h"
#include "trailer_bytes.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define RIG_OPS_MAX 1024

/* Flash: one page that nobody writes, slot 0, slot 1, one page of nobody. */
struct rig_case {
	const char *name;
	size_t page;
	size_t pages; /* of a slot */
	size_t write;
	uint8_t erased;
	bool no_erase;
	uint8_t align;
	size_t max_image; /* by hand */
};

extern const struct rig_case rig_cases[];
extern const size_t rig_case_count;

struct rig_op {
	bool is_erase;
	size_t off; /* on the device */
	size_t len;
};

struct rig {
	const struct rig_case *what;
	enum boot_mode mode;
	const struct trailer_bytes *layout;
	struct test_flash flash;
	struct device dev;          /* records, then the strict flash */
	struct flash_area areas[3]; /* the last one: the first page, for swap-scratch */
	struct rig_op ops[RIG_OPS_MAX];
	size_t op_count;
	long cut;   /* the operation that fails with cut_rc, counted from 0; negative: none */
	int cut_rc; /* -EINTR; 0: the device lies */
	bool torn;  /* half of it takes place */
};

extern struct rig rig;

void rig_open(const struct rig_case *what); /* swap-move */
void rig_open_mode(const struct rig_case *what, enum boot_mode mode);
void rig_close(void);

/* Behind the last byte of a slot. */
uint8_t *rig_end(int slot);

/* Forget what was written down; from here on operation number `cut` fails. */
void rig_start(long cut, bool torn);

/* A byte of a flag or of swap_info, put as a tool would. */
void rig_put(int slot, size_t distance, uint8_t value);
void rig_put_magic(int slot);

/* Where an update begins: in swap-offset a page into the secondary. */
size_t rig_base(int slot);

/* An image of this many bytes there, header to last TLV, version 1.2.3+4, hash not right. */
void rig_put_image(int slot, size_t size);

/* "none", "test", "permanent", "revert" by the second telling of the rules, by mode. */
const char *rig_meaning(void);

void rig_assert_no_violation(void);

#endif
