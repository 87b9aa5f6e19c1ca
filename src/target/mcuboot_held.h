/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What settings keep of a slot besides the progress of its download: the held-back bytes, and
 * erases that may be cut. Without CONFIG_SETTINGS they live in RAM alone; the calls are inline, so
 * that compilers see that nothing is asked for then, and mcuboot_held.c is not linked.
 */
#ifndef TARGET_MCUBOOT_HELD_H
#define TARGET_MCUBOOT_HELD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/config.h>

#include "target/target_settings.h"

/* What a record has before and behind the bytes: they are kept where the record will have them. */
#define MCUBOOT_HELD_FRONT 4
#define MCUBOOT_HELD_BACK 4
#define MCUBOOT_HELD_RECORD (MCUBOOT_HELD_FRONT + CONFIG_DFU_TARGET_HEADER_HOLD + MCUBOOT_HELD_BACK)

/*
 * Save the len bytes at record[MCUBOOT_HELD_FRONT]; fills in what surrounds them, so that what lies
 * behind them is lost. A failure is logged, and costs no more than that the bytes do not outlive a
 * reset.
 */
void held_record_save(int img_num, uint8_t *record, size_t len);

static inline void mcuboot_held_save(int img_num, uint8_t *record, size_t len)
{
	if (IS_ENABLED(CONFIG_SETTINGS)) {
		held_record_save(img_num, record, len);
	}
}

/*
 * Number of bytes, at most max_len, that are then at record[MCUBOOT_HELD_FRONT]; -ENOENT: there is
 * no record, or a damaged one; else from the settings. What of the record is not theirs is
 * undefined.
 */
int held_record_load(int img_num, uint8_t *record, size_t max_len);

static inline int mcuboot_held_load(int img_num, uint8_t *record, size_t max_len)
{
	return IS_ENABLED(CONFIG_SETTINGS) ? held_record_load(img_num, record, max_len) : -ENOENT;
}

/*
 * A page is about to be erased, of the slot's trailer for a request or instead of one
 * (TARGET_ERASING), or of a torn header to be written again (TARGET_MENDING). An erase that is cut
 * can look like a whole one; until it is over, whoever programs that page has to erase it again.
 * TARGET_UNTRIED: the image in the slot was given up for the sake of its set alone, and still is an
 * update.
 */
void held_mark_set(int img_num, const char *name);
bool held_mark_is_set(int img_num, const char *name);
void held_mark_clear(int img_num, const char *name);

static inline void mcuboot_mark_set(int img_num, const char *name)
{
	if (IS_ENABLED(CONFIG_SETTINGS)) {
		held_mark_set(img_num, name);
	}
}

static inline bool mcuboot_mark_is_set(int img_num, const char *name)
{
	return IS_ENABLED(CONFIG_SETTINGS) && held_mark_is_set(img_num, name);
}

static inline void mcuboot_mark_clear(int img_num, const char *name)
{
	if (IS_ENABLED(CONFIG_SETTINGS)) {
		held_mark_clear(img_num, name);
	}
}

/* A failure is logged: a record left behind is taken for no slot that has a whole header. */
static inline void mcuboot_held_delete(int img_num)
{
	mcuboot_mark_clear(img_num, TARGET_HELD);
}

#endif
