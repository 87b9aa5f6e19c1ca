/* SPDX-License-Identifier: Apache-2.0 */
/* Every mode in which a slot is updated, and a device in it with an older image that runs. */
#ifndef TESTS_TARGET_MODE_CASES_H
#define TESTS_TARGET_MODE_CASES_H

#include <boot_model.h> /* sim/ */

#include "target_device.h"

struct mode_case {
	const char *name;
	enum boot_mode mode;
	int running;     /* slot */
	bool is_direct;  /* starts what it finds */
	bool has_revert; /* direct, by trailer */
	const char *old_image;
	const char *new_image;
};

extern const struct mode_case mode_cases[];
extern const size_t mode_case_count;

/* A device whose trailers with swap status take several pages. */
extern const struct device_case mode_case_small_pages;

/* Whether the mode's trailers have swap status. */
bool mode_case_has_status(const struct mode_case *c);

/* Of a trailer in the slot for uploads nothing is there, on that device. */
void mode_case_assert_no_trailer(const struct mode_case *c);

/*
 * The device with its old image confirmed, the new one as dut.image, and something else, an old
 * trailer included, in the slot for uploads.
 */
void mode_case_open(const struct mode_case *c, const struct device_case *what);

/* What a reset would start, without one. */
struct sim_boot_result mode_case_look(void);

/* A reset; the target forgets what it knows, and what runs now is told. */
struct sim_boot_result mode_case_boot(void);

/* A reset starts the old image (0), or the new one (1). */
void mode_case_assert_next(const struct mode_case *c, int is_new);

/* Fails of a test in a loop name the case. */
#define FOR_EACH_MODE(c)                                                                           \
	for (const struct mode_case *c = mode_cases; c < mode_cases + mode_case_count; c++)

#endif
