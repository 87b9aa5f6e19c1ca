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

#define TINY 300 /* less than the largest write block, and no multiple of most */
#define MIDDLE_MAX 9999
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
	{BOOT_MODE_SWAP_SCRATCH, {1148, 1048, 0, 72}},
	{BOOT_MODE_SWAP_MOVE, {560, 1636, 0, 72}},
	{BOOT_MODE_SWAP_OFFSET, {560, 1636, 0, 72}},
	{BOOT_MODE_OVERWRITE_ONLY, {1148, 1048, 0, 72}},
	{BOOT_MODE_DIRECT_XIP, {2196, 0, 0, 72}},
	{BOOT_MODE_DIRECT_XIP_REVERT, {1476, 720, 0, 72}},
	{BOOT_MODE_RAM_LOAD, {2196, 0, 0, 72}},
	{BOOT_MODE_RAM_LOAD_REVERT, {1476, 720, 0, 72}},
	{BOOT_MODE_SINGLE_SLOT, {0, 0, 2196, 72}},
	{BOOT_MODE_FIRMWARE_LOADER, {2196, 0, 0, 72}},
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

static void update(size_t size, int permanent)
{
	life_download(size, chunk_of(&rig.what));
	life_schedule(permanent);
	life_boot_next(permanent);
}

static size_t most(void)
{
	return expect(life_upload_slot()).largest;
}

/* Of several pages, where there are several. */
static size_t middle(void)
{
	return most() / 2 > MIDDLE_MAX ? MIDDLE_MAX : most() / 2 > TINY ? most() / 2 : most();
}

/* Taken back at its largest only where that is quick, or where it must be refused. */
static bool tries_to_cancel(void)
{
	return most() < LIFE_LARGE || expect(life_upload_slot()).cancellable < most();
}

/* An update that nobody confirms; in modes that do not revert, it stays. */
static void try_unconfirmed(void)
{
	const struct mode_rules *rules = &mode_rules[rig.what.mode];
	struct image_file old = {0};
	const int old_slot = life.running;

	image_file_make(&old, life.image.size, life.image.minor, rules->flags);
	update(TINY, BOOT_UPGRADE_TEST);
	if (rules->reverts) {
		life_refuse(TINY, -EBUSY);
		life_boot_reverted(&old, old_slot);
	} else {
		life_boot_same();
	}
	free(old.bytes);
}

/* The largest image: not before it is scheduled, taken back where that can be done, installed. */
static void try_largest(void)
{
	life_refuse(most() + 1, -EFBIG);
	life_download(most(), chunk_of(&rig.what));
	life_boot_same();
	life_schedule(BOOT_UPGRADE_TEST);
	if (tries_to_cancel() && life_cancel()) {
		life_boot_same();
		life_download(most(), chunk_of(&rig.what));
		life_schedule(BOOT_UPGRADE_TEST);
	}
	life_boot_next(BOOT_UPGRADE_TEST);
	life_confirm();
}

/* The largest comes last: whatever runs is hashed at every reset. */
static void live(void)
{
	try_unconfirmed();
	update(middle(), BOOT_UPGRADE_PERMANENT);
	life_boot_same();
	life_download(TINY, chunk_of(&rig.what));
	life_schedule(BOOT_UPGRADE_TEST);
	if (life_cancel()) {
		life_boot_same();
	} else {
		life_boot_next(BOOT_UPGRADE_TEST);
		life_confirm();
	}
	try_largest();
}

/* The application cannot update itself; the loader can, and nothing is ever taken back. */
static void live_by_loader(void)
{
	struct image_file loader = {0};

	image_file_make(&loader, life.image.size, life.image.minor, 0);
	life_refuse(most() + 1, -EFBIG);
	life_download(TINY, chunk_of(&rig.what));
	life_boot_same();
	life_schedule(BOOT_UPGRADE_TEST);
	life_boot_next(BOOT_UPGRADE_TEST);
	life_refuse(TINY, -ENODEV);
	life_boot_same();
	life_enter_loader(&loader);
	update(most(), BOOT_UPGRADE_PERMANENT);
	life_confirm();
	free(loader.bytes);
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
	if (mode_rules[what->mode].by_loader) {
		live_by_loader();
	} else {
		live();
	}
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
