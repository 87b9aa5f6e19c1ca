/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A device too small to be wrong unnoticed: what the runner itself is tested with.
 *
 * Two erase pages, of which one holds a version and its seal. An update erases the other page,
 * writes the new version and then its seal; a device starts the sealed page with the higher
 * version. Each defect breaks it in a way that the runner has to notice.
 */
#ifndef TEST_POWERCUT_TOY_H
#define TEST_POWERCUT_TOY_H

#include "powercut.h"

enum toy_defect {
	TOY_SOUND,
	TOY_SEALS_FIRST,   /* Before what it seals. */
	TOY_NEVER_ERASES,  /* The page that was torn. */
	TOY_CRASHES,       /* In finish(), where an update was cut. */
	TOY_EXITS,         /* As above. */
	TOY_HANGS,         /* As above. */
	TOY_NEVER_ENDS,    /* As above: one reset after the other. */
	TOY_FAILS,         /* As above. */
	TOY_REMEMBERS,     /* Beside the block, so a second run differs from the recording. */
	TOY_HIDES_ERRORS,  /* Reports success if flash fails. */
	TOY_CHECK_CRASHES, /* In the parent. */
	TOY_CHECK_HANGS,   /* As above. */
	TOY_CANNOT_PREPARE,
	TOY_CANNOT_RUN,
	TOY_TOO_LARGE,      /* For the block. */
	TOY_SAVES_OUTSIDE,  /* A setting that is not in the block. */
	TOY_WASTES,         /* In a run that nothing interrupts. */
	TOY_GADGET,         /* Sound, and has a part whose operations only it knows. */
	TOY_GADGET_TRUSTS,  /* That part, after a cut inside one of them. */
	TOY_GADGET_FORGETS, /* It changes with the process. */
	TOY_GADGET_OUTSIDE, /* It is not in the block. */
	TOY_DEFECTS
};

/** The cases: number n has defect n. */
extern const struct powercut_case toy_cases[TOY_DEFECTS];

/** Operations of the update. */
#define TOY_OPERATIONS 6
/** Those of the gadget, before them. */
#define TOY_GADGET_OPERATIONS 3

#endif
