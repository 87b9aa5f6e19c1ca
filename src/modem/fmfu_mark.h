/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mark of an update that was begun, in the settings; fmfu_mark_none.c without them. It is there
 * before the modem gets the first byte, and goes when the modem has the last.
 */
#ifndef MODEM_FMFU_MARK_H
#define MODEM_FMFU_MARK_H

#include <stdint.h>

#include <dfu/compiler.h>

/* How far that update may have got; the numbers are the format's. */
enum fmfu_mark {
	FMFU_MARK_NONE,
	FMFU_MARK_BOOTLOADER = 1, /* the signature has not been checked */
	FMFU_MARK_FIRMWARE = 2,   /* firmware may have been written */
	FMFU_MARK_REFUSED = 3,    /* the same, and the modem has refused another file since */
};

/*
 * What cannot be read, and what is no mark of ours, is FMFU_MARK_FIRMWARE. *taken: CRC-32 of
 * the wrapper that the modem took last, 0 if that is not known.
 */
enum fmfu_mark fmfu_mark_load(uint32_t *taken);

/* 0 or a negative errno, which is logged. */
DFU_MUST_CHECK int fmfu_mark_save(enum fmfu_mark mark, uint32_t taken);

/* A failure is logged: the update would be done once more, which does no harm. */
void fmfu_mark_delete(void);

#endif
