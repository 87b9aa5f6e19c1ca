/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about moments: reads that come at once, the device opened again, and power that goes inside
 * of an operation.
 */
#include <string.h>

#include "conformance/flash_conformance_parts.h"

#define CUTS 8
#define SEED_OF_KEPT 0x5eedu /* known to both runs around a reset */

/* The read comes at once: its room is behind what was programmed, and nothing is computed before.
 */
static void read_at_once(struct conformance_run *run, size_t at, unsigned int seed)
{
	uint8_t *read_back = run->suite->buf + run->block + CONFORMANCE_SKIPS;

	if (!conformance_read(run, at, read_back, run->block)) {
		return;
	}
	for (size_t i = 0; i < run->block; i++) {
		uint8_t expected = conformance_byte(run, at + i, seed);

		if (read_back[i] != expected) {
			conformance_fail_byte(run, at + i, read_back[i], expected);
		}
	}
}

/* Also reports what the rules before it came upon. */
const char *conformance_read_while_busy(struct conformance_run *run)
{
	const unsigned int old = conformance_seed(run);
	const unsigned int seed = conformance_seed(run);
	const size_t last = run->inner + run->inner_page - run->block;

	if (run->stale) {
		conformance_fail_read(run, run->stale_at, " read again gave other bytes");
	}
	if (!conformance_prepare(run, old) ||
	    !conformance_blank(run, run->inner, run->inner_page)) {
		return NULL;
	}
	read_at_once(run, run->inner, CONFORMANCE_BLANK);
	if (conformance_program(run, run->inner, run->block, seed)) {
		read_at_once(run, run->inner, seed);
	}
	if (last > run->inner && conformance_program(run, last, run->block, seed)) {
		read_at_once(run, run->start, old);
		read_at_once(run, last, seed);
	}
	if (conformance_blank(run, run->inner, run->inner_page) &&
	    conformance_program(run, run->inner, run->block, old)) {
		read_at_once(run, run->inner, old);
	}
	return NULL;
}

const char *conformance_before_reset(struct conformance_run *run)
{
	if (conformance_prepare(run, CONFORMANCE_BLANK)) {
		(void)conformance_program(run, run->inner, run->end - run->inner, SEED_OF_KEPT);
	}
	return NULL;
}

const char *conformance_after_reset(struct conformance_run *run)
{
	(void)conformance_expect(run, run->start, run->inner - run->start, CONFORMANCE_BLANK);
	(void)conformance_expect(run, run->inner, run->end - run->inner, SEED_OF_KEPT);
	return NULL;
}

static bool reopen(struct conformance_run *run)
{
	return conformance_ok(run, "reopen", 0, 0, run->suite->reopen(run->suite->arg));
}

const char *conformance_persistence(struct conformance_run *run)
{
	if (run->suite->phase == FLASH_CONFORMANCE_BEFORE_RESET) {
		return "asked after the reset";
	}
	if (run->suite->reopen == NULL) {
		return "no hook to open the device again";
	}
	(void)conformance_before_reset(run);
	if (!run->failed && reopen(run)) {
		(void)conformance_after_reset(run);
	}
	return NULL;
}

static const char *why_no_cuts(const struct conformance_run *run)
{
	return run->suite->cut == NULL || run->suite->reopen == NULL ? "no hook to cut the power"
								     : NULL;
}

static bool cut(struct conformance_run *run)
{
	return conformance_ok(run, "cut", 0, 0, run->suite->cut(run->suite->arg));
}

/* First bytes of [at, end) that have the seed's value. */
static size_t prefix_end(struct conformance_run *run, size_t at, size_t end, unsigned int seed)
{
	const uint8_t *byte = run->suite->buf; /* a port that reads more finds room there */

	while (at < end && flash_read(run->dev, (off_t)at, run->suite->buf, 1) == 0 &&
	       *byte == conformance_byte(run, at, seed)) {
		at++;
	}
	return at;
}

/*
 * New bytes, then one unit of the chip with anything in it, then erased ones. The unit begins at a
 * multiple of its size.
 */
static void check_torn(struct conformance_run *run, size_t at, size_t end, unsigned int seed)
{
	const size_t unit = run->suite->torn_size > run->block ? run->suite->torn_size : run->block;
	size_t torn = prefix_end(run, at, end, seed);

	torn += unit - torn % unit;
	if (torn < end) {
		(void)conformance_expect(run, torn, end - torn, CONFORMANCE_BLANK);
	}
}

/* The page can be used as if nothing had happened. */
static void use_again(struct conformance_run *run)
{
	const unsigned int seed = conformance_seed(run);

	if (conformance_blank(run, run->inner, run->inner_page) &&
	    conformance_expect(run, run->inner, run->inner_page, CONFORMANCE_BLANK) &&
	    conformance_program(run, run->inner, run->inner_page, seed)) {
		(void)conformance_expect(run, run->inner, run->inner_page, seed);
	}
}

static void expect_others(struct conformance_run *run, unsigned int seed)
{
	const size_t second = run->inner + run->inner_page;

	(void)conformance_expect(run, run->start, run->inner - run->start, seed);
	(void)conformance_expect(run, second, run->end - second, seed);
}

static void cut_program(struct conformance_run *run)
{
	const unsigned int old = conformance_seed(run);
	const unsigned int seed = conformance_seed(run);
	const size_t len = run->chunk < run->inner_page ? run->chunk : run->inner_page;

	if (!conformance_prepare(run, old) ||
	    !conformance_blank(run, run->inner, run->inner_page) || !cut(run)) {
		return;
	}
	conformance_fill(run, 0, run->inner, len, seed);
	conformance_refused(run, "without power, flash_write", (long long)run->inner, len,
			    flash_write(run->dev, (off_t)run->inner, run->suite->buf, len));
	if (reopen(run)) {
		expect_others(run, old);
		check_torn(run, run->inner, run->inner + run->inner_page, seed);
		use_again(run);
	}
}

static void cut_erase(struct conformance_run *run)
{
	const unsigned int old = conformance_seed(run);

	if (!conformance_prepare(run, old) || !cut(run)) {
		return;
	}
	conformance_refused(run, "without power, flash_erase", (long long)run->inner,
			    run->inner_page,
			    flash_erase(run->dev, (off_t)run->inner, run->inner_page));
	if (reopen(run)) {
		expect_others(run, old);
		use_again(run);
	}
}

const char *conformance_cut_program(struct conformance_run *run)
{
	const char *why_not = why_no_cuts(run);

	for (int i = 0; why_not == NULL && i < CUTS && !run->failed; i++) {
		cut_program(run);
	}
	return why_not;
}

const char *conformance_cut_erase(struct conformance_run *run)
{
	const struct flash_driver_api *api = run->dev->api;
	const char *why_not = api->erase == NULL ? "the device has no erase" : why_no_cuts(run);

	for (int i = 0; why_not == NULL && i < CUTS && !run->failed; i++) {
		cut_erase(run);
	}
	return why_not;
}
