/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device of reset_rig.h with a store for modem files in place of slot 1. new_file is a modem
 * file, written here byte by byte and hashed by Mbed TLS alone.
 */
#ifndef TESTS_TARGET_FULL_MODEM_RIG_H
#define TESTS_TARGET_FULL_MODEM_RIG_H

#include <dfu/dfu_target_full_modem.h>

#include "reset_rig.h"

#define FULL_MODEM_RECORD "dfu/DFU_FULL_MODEM"
#define FULL_MODEM_TAIL "dfu/DFU_FULL_MODEM/t"

struct full_modem_case {
	struct reset_case flash;
	size_t size; /* of the file: some pages */
};

/* Small pages, write block 4, a buffer of 512. */
extern const struct full_modem_case full_modem_plain;
/* Serial flash and others, write blocks 1 to 32, without erase, erased to 0. */
extern const struct full_modem_case full_modem_cases[];
extern const size_t full_modem_case_count;

/* What the first full_modem_cfg() of a run says; full_modem_open() sets it to the whole of slot 1.
 */
extern struct dfu_target_fmfu_fdev full_modem_store;
extern size_t full_modem_buffer_len;

/* Make a modem file of so many bytes, of which those behind the wrapper depend on `seed`. */
void full_modem_make(struct image_file *file, size_t size, uint8_t seed);

/* Its wrapper's length: the blob begins there. */
size_t full_modem_wrapper_len(const struct image_file *file);

/* reset_open() with such a file of the case's size, seed 1, as new_file. reset_close() after it. */
void full_modem_open(const struct full_modem_case *what);

/* A run of full_modem_plain, opened for it. */
void full_modem_run_plain(void (*body)(void));

/* For bodies: configure, if the run has not yet, and dfu_target_init(). */
void full_modem_cfg(void);
int full_modem_init(size_t size);

/* The same after dfu_target_img_type() of the first 32 bytes of new_file. */
int full_modem_init_seen(void);

/* Bodies: finish new_file from wherever it stands; what init says, left in dev->offset. */
void full_modem_finish(void);
void full_modem_ask(void);
void full_modem_ask_seen(void);
/* ... and take away what is stored, without an init. */
void full_modem_reset(void);

/* Parent: what full_modem_ask_seen() finds after a reset. */
size_t full_modem_next_offset(void);

/* The store has new_file. */
void full_modem_assert_stored(void);

#endif
