/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A download that is paused in the middle of the held-back bytes, of a write block, of a page, at a
 * page and before the last byte. Half of the pauses end with a reset, the others with a new init in
 * the same process.
 */
#include "scenarios_bodies.h"

#include <errno.h>

#include <dfu/dfu_target.h>

#define POINTS 6

static void find_points(const struct powercut_world *world, size_t point[POINTS])
{
	const struct device_config *config = device_config(world);
	const int slot = life_upload_slot(world);
	const size_t start = device_upload_start(config, slot);
	const struct device_page page = device_page_at(config->geometry, slot, start);

	point[0] = 20;
	point[1] = device_hold(config, slot) + 1;
	point[2] = page.size / 2 + 7;
	point[3] = page.size;
	point[4] = page.size + config->geometry->buf_len + 3;
	point[5] = config->file[FILE_NEW].size - 1;
}

/* The first one behind offset; the end of the file, if there is none. */
static size_t next_point(const struct powercut_world *world, size_t offset, bool *resets)
{
	const size_t size = device_config(world)->file[FILE_NEW].size;
	size_t point[POINTS];

	find_points(world, point);
	for (size_t i = 0; i < POINTS; i++) {
		if (point[i] > offset && point[i] < size) {
			*resets = i % 2 == 0;
			return point[i];
		}
	}
	return size;
}

static void remember_pause(const struct powercut_world *world, size_t offset)
{
	struct scenario_seen *seen = life_seen(world);

	seen->paused = !life_flash_fails(world);
	seen->paused_at = offset;
}

/*
 * At most one record a page, two at the start, two at a pause and one where it goes on; of this
 * process, which began at `begun` and came to `offset`.
 */
static void check_records(const struct powercut_world *world, size_t begun, size_t offset,
			  unsigned int pauses)
{
	const struct device_config *config = device_config(world);
	const int slot = life_upload_slot(world);
	const size_t start = device_upload_start(config, slot);
	unsigned int most = 2 * pauses + pauses + (begun == 0 ? 2 : 1);

	if (!world->uninterrupted || !life_seen(world)->is_run) {
		return;
	}
	for (size_t off = start + begun; off < start + offset; most++) {
		const struct device_page page = device_page_at(config->geometry, slot, off);

		off = page.start + page.size;
	}
	if (device_log.saves > most) {
		powercut_violation(world, "I5", "%u records from %zu to %zu with %u pauses",
				   device_log.saves, begun, offset, pauses);
	}
}

int scenario_pause_body(const struct powercut_world *world)
{
	const size_t size = device_config(world)->file[FILE_NEW].size;
	bool resets = false;
	unsigned int pauses = 0;
	size_t offset = 0;
	int rc = life_begin(world, FILE_NEW, &offset);
	const size_t begun = offset;

	while (rc == 0 && offset < size) {
		const size_t point = next_point(world, offset, &resets);

		rc = life_write(world, FILE_NEW, &offset, point);
		if (rc != 0 || offset == size) {
			break;
		}
		rc = dfu_target_done(false);
		powercut_say(world, "paused at %zu: %d", offset, rc);
		if (rc == 0) {
			pauses++;
			remember_pause(world, offset);
			check_records(world, begun, offset, pauses);
		}
		if (rc == 0 && resets) {
			return life_flash_fails(world) ? -EIO : POWERCUT_RESET;
		}
		rc = rc == 0 ? life_begin(world, FILE_NEW, &offset) : rc;
	}
	rc = rc == 0 ? dfu_target_done(true) : rc;
	if (rc == 0) {
		check_records(world, begun, size, pauses);
	}
	return rc;
}
