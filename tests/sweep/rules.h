/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must work on which flash, typed by hand from what MCUboot does in each mode. It shares
 * nothing with the library but the names of the modes.
 */
#ifndef TESTS_SWEEP_RULES_H
#define TESTS_SWEEP_RULES_H

#include "rig.h"

struct mode_rules {
	bool has_trailer; /* it cannot update without one */
	bool reverts;     /* an unconfirmed image goes away at the next reset */
	bool confirms;    /* what was installed counts as unconfirmed until confirmed */
	bool is_direct;   /* images stay in the slot they were uploaded to */
	bool alternates;  /* uploads go to whichever slot does not run */
	bool by_loader;   /* the image in slot 1 updates the one in slot 0 */
	uint32_t flags;   /* that an image must have */
};

extern const struct mode_rules mode_rules[BOOT_MODE_COUNT];

/* What an upload comes to on the open rig, uploads going to `slot`. */
struct expectation {
	int rc;          /* 0, or what dfu_target_init() refuses it with */
	const char *why; /* a refusal's reason */
	size_t largest;  /* image in bytes */
	size_t start;    /* of the image in its slot */
	/* Of a longer image no request can be taken back: it shares a page with the trailer. */
	size_t cancellable;
};

struct expectation expect(int slot);

#endif
