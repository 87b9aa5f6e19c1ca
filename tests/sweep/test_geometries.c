/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every flash, in one boot mode: test_geometries MODE.
 *
 * Each combination of geometry either lives a whole life (download, take back, test, revert,
 * confirm, permanent; smallest, middle and largest image) or is refused as the rules say, flash as
 * it was. The number of each outcome is part of the test: no combination is left out unseen. A
 * layout is tried in a child process of its own, so the library begins fresh.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "life.h"

#define TINY 100
#define ALTERNATING "1x1K 1x2K 1x1K 1x2K 1x1K 1x2K 1x1K 1x2K 1x1K 1x2K"

/* Slot 0, slot 1, slot 1 on a second flash, scratch. */
static const struct rig_layout layouts[] = {
	{"96x256", "96x256", "6x4K", "16x256"},
	{"97x256", "96x256", "24x1K", "16x256"},
	{"24x1K", "25x1K", "7x4K", "4x1K"},
	{"8x4K", "8x4K", "4x8K", "2x4K"},
	{"4x16K", "4x16K", "16x4K", "1x16K"},
	{"4x16K 1x64K 1x128K", "2x128K", "64x4K", "1x128K"},
	{ALTERNATING, ALTERNATING, "15x1K", "1x2K"},
	{"1x64K", "1x64K", "16x4K", "1x64K"},
	{"3x256K", "3x256K", "12x64K", "1x256K"},
};

static const size_t blocks[] = {1, 2, 4, 8, 16, 32, 512};
static const uint8_t aligns[] = {8, 16, 32};

enum outcome { WORKED, REFUSED_ENOTSUP, REFUSED_ENODEV, NO_SUCH_FLASH, OUTCOMES };

static const char *const outcome_names[OUTCOMES] = {"worked", "refused with ENOTSUP",
						    "refused with ENODEV", "no such flash"};

/*
 * How many of each, counted by hand: 2268 combinations a mode; 72 of them are none, because the
 * layouts with pages of 256 bytes cannot have write blocks of 512.
 */
static const struct {
	enum boot_mode mode;
	unsigned int counts[OUTCOMES];
} expected_counts[] = {
	{BOOT_MODE_SWAP_MOVE, {560, 1636, 0, 72}},
};

/* Shared with the children. */
static struct tally {
	unsigned int counts[OUTCOMES];
} *tally;

static size_t chunk_of(const struct rig_case *what)
{
	static const size_t chunks[] = {64, 251, 1021, 4096};

	return chunks[(what->block + what->align + what->erased) % ARRAY_LEN(chunks)];
}

/* An update that nobody confirms; in modes that do not revert, it stays. */
static void try_unconfirmed(size_t chunk)
{
	const struct mode_rules *rules = &mode_rules[rig.what.mode];
	struct image_file old = {0};
	const int old_slot = life.running;

	image_file_make(&old, life.image.size, life.image.minor, rules->flags);
	life_download(TINY, chunk);
	life_schedule(BOOT_UPGRADE_TEST);
	life_boot_next(!rules->reverts);
	if (rules->reverts) {
		life_refuse(TINY, -EBUSY);
		life_boot_reverted(&old, old_slot);
	} else {
		life_boot_same(true);
	}
	free(old.bytes);
}

static void live(const struct expectation *hope)
{
	const size_t chunk = chunk_of(&rig.what);

	life_refuse(hope->largest + 1, -EFBIG);
	life_download(hope->largest, chunk);
	life_boot_same(true);
	life_schedule(BOOT_UPGRADE_TEST);
	if (hope->cancellable >= hope->largest) {
		life_cancel();
		life_boot_same(true);
		life_download(TINY, chunk);
		life_schedule(BOOT_UPGRADE_TEST);
		life_boot_next(!mode_rules[rig.what.mode].reverts);
	} else {
		life_boot_next(!mode_rules[rig.what.mode].reverts);
	}
	life_confirm();
	life_boot_same(true);
	try_unconfirmed(chunk);
	life_download(hope->largest / 2, chunk);
	life_schedule(BOOT_UPGRADE_PERMANENT);
	life_boot_next(true);
	life_boot_same(true);
	life_download(hope->largest, chunk);
	life_schedule(BOOT_UPGRADE_TEST);
	life_boot_next(!mode_rules[rig.what.mode].reverts);
	life_confirm();
	life_boot_same(true);
}

static enum outcome try_case(const struct rig_case *what)
{
	struct expectation hope;

	if (!rig_open(what)) {
		return NO_SUCH_FLASH;
	}
	life_factory(TINY);
	hope = expect(life_upload_slot());
	if (hope.rc != 0) {
		life_refuse(0, hope.rc);
		life_refuse(TINY, hope.rc);
		return hope.rc == -ENODEV ? REFUSED_ENODEV : REFUSED_ENOTSUP;
	}
	live(&hope);
	return WORKED;
}

/* Every write block, erased value and kind of erase. */
static void try_flashes(struct rig_case what)
{
	for (size_t i = 0; i < 4 * ARRAY_LEN(blocks); i++) {
		what.block = blocks[i / 4];
		what.erased = i % 2 == 0 ? 0xff : 0x00;
		what.no_erase = i / 2 % 2 != 0;
		tally->counts[try_case(&what)]++;
	}
}

static bool try_layout(const struct rig_case *what)
{
	const pid_t child = fork();
	int status;

	if (child == 0) {
		try_flashes(*what);
		_Exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static unsigned int try_mode(enum boot_mode mode)
{
	unsigned int failures = 0;

	for (size_t i = 0; i < ARRAY_LEN(layouts) * ARRAY_LEN(aligns) * RIG_PLACES; i++) {
		const struct rig_case what = {
			.mode = mode,
			.layout = &layouts[i / ARRAY_LEN(aligns) / RIG_PLACES],
			.place = (enum rig_place)(i % RIG_PLACES),
			.align = aligns[i / RIG_PLACES % ARRAY_LEN(aligns)],
		};

		failures += try_layout(&what) ? 0 : 1;
	}
	return failures;
}

static bool counts_are_right(enum boot_mode mode)
{
	unsigned int total = 0;
	bool good = false;

	for (size_t i = 0; i < OUTCOMES; i++) {
		printf("%s: %u\n", outcome_names[i], tally->counts[i]);
		total += tally->counts[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(expected_counts); i++) {
		good = good || (expected_counts[i].mode == mode &&
				memcmp(expected_counts[i].counts, tally->counts,
				       sizeof(tally->counts)) == 0);
	}
	printf("of %u\n", total);
	return good;
}

int main(int argc, char **argv)
{
	const enum boot_mode mode = life_mode(argc, argv);

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (tally == MAP_FAILED) {
		return 1;
	}
	const unsigned int failures = try_mode(mode);
	printf("%u layouts with a failure\n", failures);
	return counts_are_right(mode) && failures == 0 ? 0 : 1;
}
