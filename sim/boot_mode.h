/* SPDX-License-Identifier: Apache-2.0 */
/* The families of modes of the boot model, a file each. */
#ifndef SIM_BOOT_MODE_H
#define SIM_BOOT_MODE_H

#include "boot_model.h"
#include "boot_slot.h"

#define SIM_BOOT_STAGES 2 /* S0 and S1 */

/* One image pair during a reset. */
struct sim_boot_image {
	struct sim_boot_slot primary;   /* all zero: there is none */
	struct sim_boot_slot secondary; /* all zero: there is none */
	size_t trailer_len;
	size_t limit;         /* largest image */
	size_t candidate_off; /* where the secondary's image begins */
	int type;             /* BOOT_SWAP_TYPE_* */
	int active;           /* slot that runs, 0 or 1; -1: none */
	int copy_to;   /* the candidate is a bootloader for S0 (0) or S1 (1); -1: it is not */
	int copy_type; /* as what it was asked for; type is none then */
	bool is_begun; /* the primary's trailer stands for a swap under way */
};

/* A reset under way. */
struct sim_boot_run {
	const struct boot_arrangement *arrangement;
	const struct boot_rules *rules;
	struct sim_boot_image images[BOOT_IMAGES_MAX];
	struct sim_boot_slot scratch; /* all zero: there is none; never written back */
	struct sim_boot_slot stage[SIM_BOOT_STAGES]; /* all zero: there is none */
	int stage_running;                      /* the one that was started; -1: there is none */
	const struct sim_boot_install *install; /* of the modes that install: what is its own */
	struct sim_boot_result *result;
	bool clears_boot_mode; /* the application's request for the bootloader has been seen */
	int rc;                /* not 0: the reset is not modelled, nothing is written */
};

/*
 * All that a family does from the slots as loaded to the jump: it sets type and active of each
 * image. False: the bootloader starts nothing, and the result's error tells why.
 */
bool sim_boot_swap(struct sim_boot_run *run);
bool sim_boot_direct(struct sim_boot_run *run);
bool sim_boot_single(struct sim_boot_run *run);
bool sim_boot_firmware_loader(struct sim_boot_run *run);

/* Start S0 or S1, if the board has them. False: neither can be; the result's error tells why. */
bool sim_boot_first_stage(struct sim_boot_run *run);

/* Whether nothing runs from a pair that only takes bootloaders. */
bool sim_boot_has_no_primary(const struct sim_boot_run *run, const struct sim_boot_image *image);

/*
 * Write block in which the status of a swap is counted: the primary's, or the scratch area's where
 * that is larger.
 */
size_t sim_boot_write_size(const struct sim_boot_run *run, const struct sim_boot_slot *slot);

/* A step for each image in turn, until one is false. */
bool sim_boot_all_images(struct sim_boot_run *run,
			 bool (*step)(struct sim_boot_run *run, struct sim_boot_image *image));

/* The bootloader stops here: sets the result's error; returns false. */
bool sim_boot_stop(struct sim_boot_run *run, const char *format, ...) DFU_PRINTF(2, 3);

#endif
