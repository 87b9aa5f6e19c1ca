/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a device with a modem after a cut: it starts the modem, which applies what it was
 * asked for. If an update is pending, it does it again. Otherwise it runs the body of its scenario
 * again from the top, and then does what any application can do to get the new firmware.
 */
#include "modem_life.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_full_modem.h>
#include <dfu/fmfu_fdev.h>

_Static_assert(sizeof(struct modem_seen) <= POWERCUT_SEEN, "what is seen has its place");

struct modem_seen *modem_life_seen(const struct powercut_world *world)
{
	return (void *)world->seen;
}

const struct modem_scenario *modem_life_scenario(const struct powercut_world *world)
{
	return modem_config(world)->scenario;
}

const struct device_file *modem_life_patch(const struct powercut_world *world,
					   enum modem_version version)
{
	const int running = modem_running(world);

	return &modem_config(world)->files->patch[running < 0 ? MODEM_OLD : running][version];
}

/* Nothing is promised of what could not be saved. */
static bool all_fails(const struct powercut_world *world)
{
	return world->power->fired;
}

static bool is_full(const struct device_file *file)
{
	return file->bytes[0] == 0xd2;
}

static void judge_offset(const struct powercut_world *world, const struct device_file *file,
			 size_t offset, size_t kept)
{
	struct modem_seen *seen = modem_life_seen(world);
	const bool was_paused = seen->paused;

	seen->went_on = offset > 0;
	seen->paused = false;
	if (all_fails(world)) {
		return;
	}
	if (was_paused && offset != seen->paused_at) {
		powercut_violation(world, "I6", "paused at %zu, goes on at %zu", seen->paused_at,
				   offset);
	}
	if (!is_full(file)) {
		invariants_report(world, "I3", modem_area_is_begun_by(world, file, offset));
	} else if (!modem_life_scenario(world)->unseen) {
		invariants_report(world, "I3", modem_store_is_begun_by(world, file, offset));
	}
	if (!modem_life_scenario(world)->keeps_progress) {
		return;
	}
	if (is_full(file)) {
		invariants_report(world, "I6", modem_store_progress_is_kept(world, file, offset));
	} else if (offset < kept) {
		powercut_violation(world, "I6", "goes on at %zu, though the modem had %zu", offset,
				   kept);
	}
}

/* The type is found by the first bytes, which the target remembers; or known from elsewhere. */
static int init(const struct powercut_world *world, const struct device_file *file)
{
	const enum dfu_target_image_type type = is_full(file) ? DFU_TARGET_IMAGE_TYPE_FULL_MODEM
							      : DFU_TARGET_IMAGE_TYPE_MODEM_DELTA;

	if (!modem_life_scenario(world)->unseen && dfu_target_img_type(file->bytes, 32) != type) {
		return -EINVAL;
	}
	return dfu_target_init((int)type, 0, file->size, NULL);
}

int modem_life_begin(const struct powercut_world *world, const struct device_file *file,
		     size_t *offset)
{
	const size_t kept = is_full(file) ? 0 : modem_area_progress(world, file);
	int rc = init(world, file);

	if (rc == 0) {
		rc = dfu_target_offset_get(offset);
	}
	if (rc == 0) {
		powercut_say(world, "download of a %s at %zu of %zu",
			     is_full(file) ? "full file" : "patch", *offset, file->size);
		judge_offset(world, file, *offset, kept);
	}
	return rc;
}

int modem_life_write(const struct powercut_world *world, const struct device_file *file,
		     size_t *offset, size_t end)
{
	const size_t chunk = modem_life_scenario(world)->chunk;
	int rc = 0;

	while (rc == 0 && *offset < end) {
		const size_t n = end - *offset < chunk ? end - *offset : chunk;

		rc = dfu_target_write(file->bytes + *offset, n);
		*offset += n;
	}
	return rc;
}

int modem_life_download_part(const struct powercut_world *world, const struct device_file *file,
			     size_t end)
{
	size_t offset = 0;
	const int rc = modem_life_begin(world, file, &offset);

	return rc == 0 ? modem_life_write(world, file, &offset, end) : rc;
}

/* An update that nothing interrupts writes a patch once, and saves two records of it. */
static void judge_patch_costs(const struct powercut_world *world, size_t len)
{
	const struct modem_scenario *scenario = modem_life_scenario(world);
	const struct sim_modem *modem = modem_device_sim();
	const unsigned long writes = (len + scenario->chunk - 1) / scenario->chunk;

	if (modem->calls[SIM_MODEM_WRITE] != writes ||
	    modem->calls[SIM_MODEM_ERASE] != scenario->erases || device_log.saves > 2) {
		powercut_violation(world, "I5", "%lu writes of %lu, %lu erases, %u records",
				   modem->calls[SIM_MODEM_WRITE], writes,
				   modem->calls[SIM_MODEM_ERASE], device_log.saves);
	}
}

static void judge_costs(const struct powercut_world *world, const struct device_file *file,
			size_t from)
{
	if (!world->uninterrupted || !modem_life_seen(world)->is_run ||
	    modem_life_scenario(world)->settings_fail) {
		return;
	}
	if (!is_full(file)) {
		judge_patch_costs(world, file->size - from);
	} else if (from == 0) {
		invariants_report(world, "I5", modem_store_cost_is_floor(world, file, &device_log));
	}
}

int modem_life_download(const struct powercut_world *world, const struct device_file *file)
{
	size_t offset = 0;
	int rc = modem_life_begin(world, file, &offset);
	const size_t from = offset;

	if (rc == 0) {
		rc = modem_life_write(world, file, &offset, file->size);
	}
	if (rc == 0) {
		rc = dfu_target_done(true);
	}
	powercut_say(world, "download: %d", rc);
	if (rc == 0) {
		judge_costs(world, file, from);
	}
	return rc;
}

int modem_life_download_afresh(const struct powercut_world *world, const struct device_file *file)
{
	const int rc = modem_life_download(world, file);

	if (rc == 0 && modem_life_seen(world)->went_on) {
		powercut_violation(world, "I3", "a download goes on where nothing of it should be");
	}
	return rc;
}

/* Behind the first bytes, behind a page and a buffer, in the middle of both, before the last byte.
 */
static size_t next_pause(const struct powercut_world *world, const struct device_file *file,
			 size_t offset, bool *resets)
{
	const struct geometry *geometry = device_config(world)->geometry;
	const size_t page = device_page_in(geometry, PART_STORE, 0).size;
	const size_t points[] = {
		20, 33, page / 2 + 7, page, page + geometry->buf_len + 3, file->size - 1,
	};

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		if (points[i] > offset && points[i] < file->size) {
			*resets = i % 2 == 0;
			return points[i];
		}
	}
	return file->size;
}

int modem_life_pauses(const struct powercut_world *world, const struct device_file *file)
{
	struct modem_seen *seen = modem_life_seen(world);
	bool resets = false;
	size_t offset = 0;
	int rc = modem_life_begin(world, file, &offset);

	while (rc == 0) {
		rc = modem_life_write(world, file, &offset,
				      next_pause(world, file, offset, &resets));
		if (rc != 0 || offset == file->size) {
			break;
		}
		rc = dfu_target_done(false);
		powercut_say(world, "paused at %zu: %d", offset, rc);
		seen->paused = rc == 0 && !all_fails(world);
		seen->paused_at = offset;
		if (rc == 0 && resets) {
			return all_fails(world) ? -EIO : POWERCUT_RESET;
		}
		rc = rc == 0 ? modem_life_begin(world, file, &offset) : rc;
	}
	return rc == 0 ? dfu_target_done(true) : rc;
}

int modem_life_schedule(const struct powercut_world *world)
{
	const int rc = dfu_target_schedule_update(0);

	powercut_say(world, "schedule: %d", rc);
	return rc == 0 ? POWERCUT_RESET : rc;
}

int modem_life_load(const struct powercut_world *world)
{
	const int rc = modem_device_load(world);

	if (rc == 0 && !all_fails(world) &&
	    modem_running(world) != (int)modem_life_scenario(world)->goal) {
		powercut_violation(world, "I2", "what was loaded does not run");
	}
	return rc == 0 ? POWERCUT_RESET : rc;
}

int modem_life_start(const struct powercut_world *world)
{
	enum sim_modem_started started;
	const int rc = sim_modem_start(modem_device_sim(), &started);

	powercut_say(world, "modem: started %d: %d, firmware %d", (int)started, rc,
		     modem_running(world));
	if (rc == 0 && started == SIM_MODEM_REFUSED) {
		powercut_violation(world, "I1", "what was scheduled cannot be applied");
	}
	return rc;
}

/* The file that an update needs stays as it is, and nothing else is lost by asking. */
static void check_is_busy(const struct powercut_world *world)
{
	const struct device_file *file = modem_store_file(world);

	if (file == NULL) {
		powercut_violation(world, "I2", "an update is pending, and its file is gone");
		return;
	}
	const int init = dfu_target_full_modem_init(file->size, 0, NULL);
	const int reset = dfu_target_full_modem_reset();

	if (init != -EBUSY || reset != -EBUSY || modem_store_file(world) != file) {
		powercut_violation(world, "I7",
				   "the file of a pending update is given up: init %d, reset %d",
				   init, reset);
	}
}

/* What was cut is done again; of a refused file nothing is left to be done. */
static int redo(const struct powercut_world *world)
{
	int rc;

	check_is_busy(world);
	device_break_settings(false);
	const bool refused = modem_store_file(world) == &modem_config(world)->files->unsigned_other;

	rc = modem_device_load(world);
	if (refused && rc == -EACCES && !fmfu_fdev_pending()) {
		rc = 0;
	}
	return rc == 0 ? POWERCUT_RESET : rc;
}

/* Whether the modem's state and what is remembered of it fit together. */
static bool is_pending(const struct powercut_world *world)
{
	const bool pending = fmfu_fdev_pending();

	if (modem_running(world) == MODEM_DEAD && !pending) {
		powercut_violation(world, "I2", "the modem is unbootable, and nothing is pending");
	}
	return pending;
}

static int prepare(const struct powercut_world *world)
{
	const struct modem_scenario *scenario = modem_life_scenario(world);
	int rc = modem_device_make(world);

	if (rc == 0) {
		rc = modem_device_open(world);
	}
	if (rc == 0 && scenario->prepare != NULL) {
		rc = modem_life_start(world);
		rc = rc == 0 ? scenario->prepare(world) : rc;
	}
	return rc;
}

static int live(const struct powercut_world *world)
{
	modem_device_live(world);
	return modem_life_start(world);
}

static int run(const struct powercut_world *world)
{
	const struct modem_scenario *scenario = modem_life_scenario(world);
	int rc = modem_device_open(world);

	if (rc == 0 && scenario->before != NULL) {
		rc = modem_life_start(world);
		rc = rc == 0 ? scenario->before(world) : rc;
		modem_device_live(world);
	} else if (rc == 0) {
		rc = live(world);
	}
	if (rc != 0) {
		return rc;
	}
	sim_modem_set_fault(modem_device_sim(), NULL);
	device_break_settings(scenario->settings_fail);
	modem_life_seen(world)->is_run = true;
	return scenario->body(world);
}

static void check_all(const struct powercut_world *world)
{
	const struct modem_scenario *scenario = modem_life_scenario(world);

	modem_invariants_check(world);
	if (scenario->check != NULL) {
		scenario->check(world);
	}
}

static int go_on(const struct powercut_world *world)
{
	const struct modem_scenario *scenario = modem_life_scenario(world);
	int rc;

	device_break_settings(scenario->settings_fail);
	rc = scenario->body(world);
	if (rc != 0) {
		return rc;
	}
	modem_invariants_check(world);
	if (scenario->brings_all) {
		check_all(world);
	}
	return scenario->bring_up(world);
}

static int finish(const struct powercut_world *world)
{
	const struct modem_scenario *scenario = modem_life_scenario(world);
	int rc = modem_device_open(world);

	if (rc == 0) {
		rc = live(world);
	}
	if (rc != 0) {
		return rc;
	}
	modem_invariants_check(world);
	if (is_pending(world)) {
		rc = redo(world);
	} else if (modem_running(world) != (int)scenario->goal) {
		rc = go_on(world);
	}
	if (rc < 0) {
		powercut_violation(world, "I7", "what is documented does not help: %d", rc);
	}
	return rc;
}

static void check_end(const struct powercut_world *world)
{
	modem_invariants_check(world);
	if (modem_running(world) != (int)modem_life_scenario(world)->goal) {
		powercut_violation(world, "I2", "the new firmware does not run in the end");
	}
}

const struct powercut_scenario modem_life = {
	.layout = modem_lay_out,
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.check_ran = check_all,
	.check_cut = modem_invariants_check,
	.check_end = check_end,
};
