/* SPDX-License-Identifier: Apache-2.0 */
/* Which operations a device saw, in order: a decorator around any flash device. */
#ifndef TESTS_TARGET_OP_LOG_H
#define TESTS_TARGET_OP_LOG_H

#include <stddef.h>

#include <drivers/flash.h>

#define OP_LOG_MAX 4096

struct op {
	char what; /* 'e' erase, 'p' program */
	size_t off;
	size_t len;
};

struct op_log {
	struct device device; /* to use instead of `inner` */
	const struct device *inner;
	struct flash_driver_api api;
	size_t count;
	struct op ops[OP_LOG_MAX];
};

void op_log_init(struct op_log *log, const struct device *inner);

/* How often a byte was erased. */
unsigned int op_log_erases_at(const struct op_log *log, size_t off);

/* Index of the first operation of this kind that covers a byte; `count` if there is none. */
size_t op_log_find(const struct op_log *log, char what, size_t off);

#endif
