/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for an image, and confirming one.
 *
 * What is wanted of a trailer is image_ok, copy_done (direct modes), swap_info (all others), magic;
 * what of that is not there yet is programmed in this order. Without the magic the bootloader looks
 * at nothing else, so the last program commits, and a cut before it leaves no request, least of all
 * a stronger one. Nor is copy_done ever set before image_ok: that would give the image up. What a
 * cut can leave, seen by the next call:
 *
 *     magic unset, rest as wanted or erased   cut before the magic: go on
 *     magic unset, something else             another request was cut: wipe, write; or write, if
 *                                             nothing may be wiped and it changes nothing
 *     magic bad                               cut inside the magic: wipe, write
 *     magic good, image_ok unset              a test; or a cut before the program that raises it
 *     magic good, image_ok bad                cut inside that program, ignored at boot: wipe, write
 *     the same, copy_done set                 cut inside a confirmation, which counts all the same
 *
 * A wipe takes whole pages, so it is refused where the image reaches into them, and in the slot
 * that runs wherever the bootloader would not start it without its magic. swap_info is only ever
 * written in the secondary: in a primary with a magic and without copy_done the bootloader would
 * act on it.
 *
 * Which fields count, and what they mean, differs:
 *
 *     swap modes       request: image_ok says test or permanent; swap-offset takes a copy_done in
 *                      the secondary for a revert. Confirmation: image_ok, if there is a magic.
 *     overwrite-only   likewise, but test and permanent are the same
 *     direct modes     any slot: magic, and for good copy_done and image_ok; copy_done without
 *                      image_ok makes the revert variants erase the slot
 */
#include "boot/boot_repair.h"

#include "flash/flash_caps.h"

#define FIELDS (TRAILER_SWAP_INFO + 1)

/* What fields should hold, by trailer_field; 0: stay erased. The magic is always wanted. */
struct wish {
	uint8_t field[FIELDS];
};

/* In which they are programmed: the last one commits. */
static const uint8_t order[FIELDS] = {
	TRAILER_IMAGE_OK,
	TRAILER_COPY_DONE,
	TRAILER_SWAP_INFO,
	TRAILER_MAGIC,
};

/* A flag's or swap_info's write block, or all that is programmed with the magic. */
static bool is_blank(const struct boot_tail *tail, enum trailer_field field)
{
	const size_t len = field == TRAILER_MAGIC
				   ? trailer_magic_room(boot_arrangement()->max_align)
				   : tail->block;

	return bytes_are(&tail->bytes[boot_tail_place(field)], len, tail->erased);
}

/* No magic yet, and nothing in the tail that is not wanted. */
static bool is_begun(const struct boot_tail *tail, const struct wish *wish)
{
	for (enum trailer_field i = TRAILER_IMAGE_OK; i <= TRAILER_SWAP_INFO; i++) {
		const uint8_t *found = &tail->bytes[boot_tail_place(i)];
		const bool is_wanted = wish->field[i] != 0 && found[0] == wish->field[i];

		if ((found[0] != tail->erased && !is_wanted) ||
		    !bytes_are(&found[1], boot_arrangement()->max_align - 1u, tail->erased)) {
			return false;
		}
	}
	return is_blank(tail, TRAILER_MAGIC);
}

/*
 * The padding before a magic is left out where it is whole write blocks: a cut behind them would
 * leave blocks that read erased and are not.
 */
static int program(const struct flash_area *fa, struct boot_tail *tail, enum trailer_field field,
		   uint8_t value)
{
	size_t len = boot_tail_put(tail, field, value);
	size_t place = boot_tail_place(field);

	while (flash_needs_erase(fa->fa_dev) &&
	       bytes_are(&tail->bytes[place], tail->block, tail->erased)) {
		place += tail->block;
		len -= tail->block;
	}
	return flash_area_write(fa, (off_t)(fa->fa_size - boot_tail_len() + place),
				&tail->bytes[place], len);
}

static bool lacks(const struct boot_tail *tail, const struct wish *wish, enum trailer_field field)
{
	return (field == TRAILER_MAGIC || wish->field[field] != 0) && is_blank(tail, field);
}

/* All that is wanted and not there; then the tail as it is now. */
static int complete(const struct flash_area *fa, struct boot_tail *tail, const struct wish *wish)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < FIELDS; i++) {
		if (lacks(tail, wish, order[i])) {
			rc = program(fa, tail, order[i], wish->field[order[i]]);
		}
	}
	return rc == 0 ? boot_slot_read_tail(fa, tail) : rc;
}

/* The same in RAM. */
static void complete_copy(struct boot_tail *tail, const struct wish *wish)
{
	for (size_t i = 0; i < FIELDS; i++) {
		if (lacks(tail, wish, order[i])) {
			(void)boot_tail_put(tail, order[i], wish->field[order[i]]);
		}
	}
}

/*
 * Wipe, where nothing is against it. Else what is there may be gone on from, if that gets what is
 * wanted although there are bytes that nobody wants.
 */
static int make_way(const struct flash_area *fa, struct boot_tail *tail, int refusal,
		    bool can_go_on)
{
	if (refusal == 0) {
		const int rc = boot_trailer_wipe(fa, NULL);

		return rc == 0 ? boot_slot_read_tail(fa, tail) : rc;
	}
	return can_go_on && (refusal == -EUCLEAN || refusal == -EINVAL || refusal == -ENOTSUP)
		       ? 0
		       : refusal;
}

/* 0: as wanted; -EALREADY: more than that is in force; -EIO: less. */
static int compare(const struct boot_tail *tail, int wanted)
{
	const int type = boot_slot_asks_for(&tail->state);

	if (type == wanted ||
	    (boot_arrangement()->mode == BOOT_MODE_OVERWRITE_ONLY && type != BOOT_SWAP_TYPE_NONE)) {
		return 0;
	}
	return type == BOOT_SWAP_TYPE_PERM ? -EALREADY : -EIO;
}

/* Whether complete() would get it. Apart, as below: a second tail on the stack is too much. */
static DFU_NOINLINE bool gets_request(const struct boot_tail *tail, const struct wish *wish,
				      int wanted)
{
	struct boot_tail after = *tail;

	complete_copy(&after, wish);
	return compare(&after, wanted) == 0;
}

static int request(const struct flash_area *fa, struct boot_tail *tail, bool permanent,
		   size_t image_end)
{
	const int type = permanent ? BOOT_SWAP_TYPE_PERM : BOOT_SWAP_TYPE_TEST;
	struct wish wish = {
		.field[TRAILER_IMAGE_OK] = permanent ? BOOT_FLAG_SET : 0,
		.field[TRAILER_SWAP_INFO] = (uint8_t)(type | (fa->fa_id / 2) << 4),
	};
	int rc = compare(tail, type);

	if (rc != -EIO) {
		return rc;
	}
	if (permanent && tail->state.magic == BOOT_MAGIC_GOOD && is_blank(tail, TRAILER_IMAGE_OK)) {
		wish.field[TRAILER_SWAP_INFO] = 0; /* a test is raised by its flag alone */
	} else if (!is_begun(tail, &wish)) {
		rc = make_way(fa, tail, boot_repair_check(fa, image_end),
			      gets_request(tail, &wish, type));
		if (rc != 0) {
			return rc;
		}
	}
	rc = complete(fa, tail, &wish);
	return rc == 0 ? compare(tail, type) : rc;
}

static int confirm(const struct flash_area *fa, struct boot_tail *tail)
{
	static const struct wish wish = {.field[TRAILER_IMAGE_OK] = BOOT_FLAG_SET};

	if (tail->state.magic == BOOT_MAGIC_UNSET ||
	    (tail->state.magic == BOOT_MAGIC_GOOD && tail->state.image_ok == BOOT_FLAG_SET)) {
		return 0;
	}
	if (tail->state.magic == BOOT_MAGIC_GOOD && is_blank(tail, TRAILER_IMAGE_OK)) {
		const int rc = complete(fa, tail, &wish);

		return rc == 0 && tail->state.image_ok != BOOT_FLAG_SET ? -EIO : rc;
	}
	if (boot_is_torn_confirmation(&tail->state)) {
		/* Nothing gives that image up; a cut while the trailer is erased could cost it. */
		return flash_needs_erase(fa->fa_dev)
			       ? 0
			       : program(fa, tail, TRAILER_IMAGE_OK, BOOT_FLAG_SET);
	}
	return boot_repair_forget(fa);
}

/*
 * In a direct mode: it would be started, or started for good, and there is nothing left to write. A
 * bad copy_done does no harm beside a good image_ok.
 */
static bool is_startable(const struct boot_tail *tail, bool for_good)
{
	if (tail->state.magic != BOOT_MAGIC_GOOD) {
		return false;
	}
	return for_good
		       ? tail->state.image_ok == BOOT_FLAG_SET && !is_blank(tail, TRAILER_COPY_DONE)
		       : !boot_is_given_up(&tail->state);
}

static DFU_NOINLINE bool gets_startable(const struct boot_tail *tail, const struct wish *wish,
					bool for_good)
{
	struct boot_tail after = *tail;

	complete_copy(&after, wish);
	return is_startable(&after, for_good);
}

/* -EUCLEAN also where the image is given up without its trailer, so at a cut of the repair. */
static int check_direct(const struct flash_area *fa, bool runs, size_t image_end)
{
	if (runs && boot_needs_trailer()) {
		return -EUCLEAN;
	}
	return boot_repair_check(fa, image_end);
}

static int set_direct(const struct flash_area *fa, struct boot_tail *tail, bool for_good, bool runs,
		      size_t image_end)
{
	const struct wish wish = {
		.field[TRAILER_IMAGE_OK] = for_good ? BOOT_FLAG_SET : 0,
		.field[TRAILER_COPY_DONE] = for_good ? BOOT_FLAG_SET : 0,
	};
	/* A left-over image_ok would make more of a test. */
	const bool can_go_on = gets_startable(tail, &wish, for_good) &&
			       (for_good || runs || is_blank(tail, TRAILER_IMAGE_OK));
	int rc = 0;

	if (is_startable(tail, for_good)) {
		return 0;
	}
	if (!is_begun(tail, &wish) && !(can_go_on && tail->state.magic == BOOT_MAGIC_GOOD)) {
		rc = make_way(fa, tail, check_direct(fa, runs, image_end), can_go_on);
	}
	if (rc == 0) {
		rc = complete(fa, tail, &wish);
	}
	return rc == 0 && !is_startable(tail, for_good) ? -EIO : rc;
}

/* Whether a slot runs, or might. */
static bool may_run(const struct flash_area *fa)
{
	const int running = boot_slot_running(fa->fa_id / 2);

	return running < 0 || running == fa->fa_id % 2;
}

/* What is asked of which slot, before anything is read. */
static int check_call(const struct flash_area *fa, bool active)
{
	const struct boot_arrangement *arrangement = boot_arrangement();
	const bool takes_requests = boot_takes_requests();

	if (fa->fa_id >= 2 * arrangement->images) {
		return -EINVAL;
	}
	if (!takes_requests && !active) {
		return -ENODEV;
	}
	if (takes_requests && boot_is_direct()) {
		return 0;
	}
	return (boot_slot_running(fa->fa_id / 2) == fa->fa_id % 2) == active ? 0 : -EINVAL;
}

static int set_next(const struct flash_area *fa, bool active, bool for_good, size_t image_end)
{
	struct boot_tail tail;
	int rc = check_call(fa, active);

	if (rc != 0) {
		return rc;
	}
	rc = boot_slot_read_tail(fa, &tail);
	if (rc == -ENOTSUP && !boot_needs_trailer()) {
		return 0; /* there is none that the bootloader would look at */
	}
	if (rc != 0) {
		return rc;
	}
	if (boot_is_direct() && boot_takes_requests()) {
		return set_direct(fa, &tail, for_good || active, active || may_run(fa), image_end);
	}
	return active ? confirm(fa, &tail) : request(fa, &tail, for_good, image_end);
}

int boot_set_next(const struct flash_area *fa, bool active, bool confirm_it)
{
	return set_next(fa, active, confirm_it, 0);
}

int boot_slot_request(const struct flash_area *fa, bool permanent, size_t image_end)
{
	return set_next(fa, false, permanent, image_end);
}
