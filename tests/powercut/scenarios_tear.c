/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power goes while the last write of a request is programmed: in the trailer's magic, or in the
 * header where that is the last one. Some ways to tear leave nothing, or all of it; the first that
 * leaves a part is taken.
 */
#include "scenarios_bodies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>

#define SEEDS 16

static bool is_torn(const struct evidence *evidence, int slot)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	const size_t last = where->raw.len - 16;

	if (evidence->mode == BOOT_MODE_DIRECT_XIP) {
		return !raw_is_blank(&where->raw, where->start, where->block) &&
		       raw_shows_header(&where->raw, where->start) == RAW_NO;
	}
	return !raw_is_blank(&where->raw, last, 16) &&
	       raw_has_magic(&where->raw, evidence->align) == RAW_NO;
}

/*
 * In a process of its own, as with any cut. How many operations the request had, or -1: the power
 * went, or no process.
 */
static long request(const struct powercut_world *world, unsigned long cut, uint32_t seed)
{
	const pid_t child = fork();
	int status = 0;

	if (child == 0) {
		sim_power_cut(world->power, cut, SIM_CUT_INSIDE, seed, -EIO);
		const int rc = dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT);
		_exit(rc != 0 ? UINT8_MAX : (int)world->power->operations);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == UINT8_MAX) {
		return -1;
	}
	return WEXITSTATUS(status);
}

/* The last operation whose tear is one of what asks the bootloader; settings may follow it. */
static bool tear(const struct powercut_world *world, const uint8_t *before)
{
	const int slot = life_upload_slot(world);
	const long operations = request(world, UINT8_MAX, 0);
	struct evidence evidence;

	evidence_collect(world, &evidence);
	for (long cut = operations - 1; cut >= 0; cut--) {
		for (uint32_t seed = 0; seed < SEEDS; seed++) {
			memcpy(world->block, before, world->layout->used);
			(void)request(world, (unsigned long)cut, seed);
			if (is_torn(&evidence, slot)) {
				return true;
			}
		}
	}
	return false;
}

int scenario_tear_request(const struct powercut_world *world)
{
	const int rc = life_download(world, FILE_NEW);
	uint8_t *before = rc == 0 ? malloc(world->layout->used) : NULL;

	if (before == NULL) {
		return rc != 0 ? rc : -ENOMEM;
	}
	memcpy(before, world->block, world->layout->used);
	const bool torn = tear(world, before);
	free(before);
	return torn ? 0 : -ENODATA;
}
