/* SPDX-License-Identifier: Apache-2.0 */
/* The modes that run everything from the primary slot: what sets them apart, and what they share.
 */
#ifndef SIM_BOOT_SWAP_H
#define SIM_BOOT_SWAP_H

#include "boot_check.h"
#include "boot_mode.h"

/* What is a mode's own. Where an image is handed over, both of its slots are there, unless it says
 * otherwise. */
struct sim_boot_install {
	/* Whether the bootloader installs anything at all in these slots. */
	bool (*is_compatible)(const struct sim_boot_run *run, const struct sim_boot_image *image);
	/*
	 * Largest image that it takes. Incompatible slots, or no secondary: only the primary
	 * limits.
	 */
	size_t (*limit)(const struct sim_boot_run *run, const struct sim_boot_image *image,
			bool is_compatible);
	/* Whether the trailers are those of a swap under way. NULL: nothing is swapped. */
	bool (*is_begun)(const struct sim_boot_image *image);
	/* Put the candidate into the primary slot. False: the bootloader stops. */
	bool (*install)(struct sim_boot_run *run, struct sim_boot_image *image);
	bool needs_running; /* nothing is installed over a primary without a header */
	bool is_offset;     /* a candidate lies one sector up; what is reverted to does not */
};

extern const struct sim_boot_install sim_boot_swap_scratch;
extern const struct sim_boot_install sim_boot_swap_move;
extern const struct sim_boot_install sim_boot_swap_offset;
extern const struct sim_boot_install sim_boot_overwrite;

/* The running image, and what the secondary slot has for it. */
struct sim_boot_view sim_boot_running(const struct sim_boot_image *image);
struct sim_boot_view sim_boot_candidate(const struct sim_boot_image *image);

/*
 * BOOT_SWAP_TYPE_* for an image whose slots are compatible; also 0 or above 5, if a swap under way
 * says so. Sets is_begun and candidate_off, and erases what it refuses.
 */
int sim_boot_decide(const struct sim_boot_run *run, struct sim_boot_image *image);

/*
 * Whether a candidate that is asked for is a bootloader. If so it is to be copied (copy_to), or it
 * was refused and is erased.
 */
bool sim_boot_takes_bootloader(const struct sim_boot_run *run, struct sim_boot_image *image);

/* Copy the candidate to S0 or S1. */
void sim_boot_copy_bootloader(struct sim_boot_run *run, struct sim_boot_image *image);

/* Whether downgrade prevention keeps the candidate out. */
bool sim_boot_is_downgrade(const struct sim_boot_run *run, const struct sim_boot_image *image);

/* The primary's magic good, copy_done unset, and nothing asked for. */
bool sim_boot_swap_is_begun(const struct sim_boot_image *image);

/* Where the primary's trailer has the size of a swap. */
size_t sim_boot_swap_size_off(const struct sim_boot_run *run, const struct sim_boot_image *image);

/* Make the primary's trailer the one that tells a later reset where this swap stands. */
void sim_boot_swap_begin(const struct sim_boot_run *run, struct sim_boot_image *image, size_t size);

/* image_ok where no test is begun, then copy_done. */
void sim_boot_swap_finish(struct sim_boot_image *image);

/*
 * Bytes of both images; 0 for a running one without a header. False: stopped, a header that leads
 * to no TLVs, or beyond the slot.
 */
bool sim_boot_swap_sizes(struct sim_boot_run *run, const struct sim_boot_image *image,
			 size_t *old_size, size_t *new_size);

/*
 * False, and not modelled: sectors of several sizes, which the bootloader takes for as large as the
 * first one when it moves images by one.
 */
bool sim_boot_swap_has_equal_sectors(struct sim_boot_run *run, const struct sim_boot_slot *slot);

/* Whether two slots have sectors of the same sizes, as many, or one more in the larger. */
bool sim_boot_sectors_pair(const struct sim_boot_slot *larger, const struct sim_boot_slot *other);

/* Bytes of a slot beside those that are taken; 0 if there are none. */
size_t sim_boot_slot_room(const struct sim_boot_slot *slot, size_t taken);

/*
 * Whether whole sectors of one slot always make up whole ones of the other.
 *
 * largest: bytes of the largest such group
 */
bool sim_boot_sectors_match(const struct sim_boot_image *image, bool forgets, size_t *largest);

/* Program image_ok, unless something is there. */
void sim_boot_set_image_ok(struct sim_boot_slot *slot);

#endif
