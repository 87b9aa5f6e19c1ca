/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a device after a cut: the bootloader starts something, the application confirms what
 * is on trial, runs the body of its scenario again from the top, and then does what any application
 * can do to get the new image: schedules it, downloading it first where that is refused.
 */
#include "scenarios_life.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>

_Static_assert(sizeof(struct scenario_seen) <= POWERCUT_SEEN, "what is seen has its place");

struct scenario_seen *life_seen(const struct powercut_world *world)
{
	return (void *)world->seen;
}

const struct scenario *life_scenario(const struct powercut_world *world)
{
	const struct scenario_config *config = world->config;

	return config->scenario;
}

static const struct device_file *file_of(const struct powercut_world *world, int file)
{
	return &device_config(world)->file[file];
}

int life_upload_slot(const struct powercut_world *world)
{
	return boot_mode_is_direct(device_config(world)->mode) ? 1 - device_running(world) : 1;
}

int life_running_file(const struct powercut_world *world)
{
	struct evidence evidence;

	evidence_collect(world, &evidence);
	const int file = evidence_file_at(&evidence, device_running(world), 0);
	if (file < 0 || file == FILE_PRIOR) {
		powercut_violation(world, "I2", "slot %d was started, and holds %s",
				   device_running(world),
				   file < 0 ? "no whole file" : "an image of long ago");
		return -1;
	}
	return file;
}

bool life_flash_fails(const struct powercut_world *world)
{
	return world->power->fired;
}

static void judge_offset(const struct powercut_world *world, int file, size_t offset)
{
	struct scenario_seen *seen = life_seen(world);
	struct evidence evidence;

	seen->went_on = offset > 0;
	if (life_flash_fails(world)) {
		seen->paused = false;
		return;
	}
	if (seen->paused && offset != seen->paused_at) {
		powercut_violation(world, "I6", "paused at %zu, goes on at %zu", seen->paused_at,
				   offset);
	}
	seen->paused = false;
	if (!life_scenario(world)->keeps_progress) {
		return;
	}
	evidence_collect(world, &evidence);
	invariants_report(world, "I6",
			  invariant_progress_is_kept(&evidence, life_upload_slot(world), file,
						     offset, world->cuts));
}

int life_begin(const struct powercut_world *world, int file, size_t *offset)
{
	const struct device_file *what = file_of(world, file);
	const enum dfu_target_image_type type = dfu_target_img_type(what->bytes, 32);
	int rc = type == DFU_TARGET_IMAGE_TYPE_MCUBOOT ? 0 : -EINVAL;

	if (rc == 0 && life_scenario(world)->names_files) {
		rc = dfu_target_identity_set(what->bytes + what->size - 32, 32);
	}
	if (rc == 0) {
		rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, what->size, NULL);
	}
	if (rc == 0) {
		rc = dfu_target_offset_get(offset);
	}
	if (rc == 0) {
		powercut_say(world, "download of file %d at %zu of %zu", file, *offset, what->size);
		judge_offset(world, file, *offset);
	}
	return rc;
}

int life_write(const struct powercut_world *world, int file, size_t *offset, size_t end)
{
	const size_t chunk = life_scenario(world)->chunk;
	const struct device_file *what = file_of(world, file);
	int rc = 0;

	while (rc == 0 && *offset < end) {
		const size_t n = end - *offset < chunk ? end - *offset : chunk;

		rc = dfu_target_write(what->bytes + *offset, n);
		*offset += n;
	}
	return rc;
}

int life_download(const struct powercut_world *world, int file)
{
	size_t offset;
	int rc = life_begin(world, file, &offset);

	if (rc == 0) {
		rc = life_write(world, file, &offset, file_of(world, file)->size);
	}
	if (rc == 0) {
		rc = dfu_target_done(true);
	}
	powercut_say(world, "download: %d", rc);
	return rc;
}

int life_download_part(const struct powercut_world *world, int file, unsigned int percent)
{
	size_t offset;
	int rc = life_begin(world, file, &offset);

	if (rc == 0) {
		rc = life_write(world, file, &offset, file_of(world, file)->size * percent / 100);
	}
	return rc;
}

/* Whether scheduling is all that is missing. */
static bool is_there(const struct powercut_world *world, int file)
{
	const int slot = life_upload_slot(world);
	struct evidence evidence;

	evidence_collect(world, &evidence);
	return evidence_holds(&evidence, slot, evidence.slot[slot].start, file);
}

int life_bring_up(const struct powercut_world *world, int file)
{
	const bool there = is_there(world, file);
	int rc = there ? dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT) : -ENOENT;

	if (there && rc != 0) {
		powercut_violation(world, "I6", "a whole image cannot be scheduled: %d", rc);
	}
	if (rc != 0) {
		rc = life_download(world, file);
		if (rc == 0) {
			rc = dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT);
		}
	}
	powercut_say(world, "schedule: %d", rc);
	if (rc == 0) {
		invariants_check(world);
		rc = device_boot(world) < 0 ? -EIO : 0;
	}
	if (rc == 0 && life_running_file(world) != file) {
		powercut_violation(world, "I2", "what was scheduled does not run");
	}
	return rc;
}

static void note_restart(const struct powercut_world *world)
{
	struct evidence evidence;

	const int slot = life_upload_slot(world);

	evidence_collect(world, &evidence);
	if (evidence_head_is_begun(&evidence, slot) &&
	    evidence_progress(&evidence, slot, (int)life_scenario(world)->goal) > 0) {
		device_set_restarted(world);
	}
}

static int start(const struct powercut_world *world)
{
	const int rc = device_open(world);

	if (rc != 0 || device_boot(world) < 0) {
		return rc != 0 ? rc : -EIO;
	}
	if (world->cuts > 0) {
		note_restart(world);
	}
	return 0;
}

/* What a factory tool writes for a mode that would refuse the image without. */
static int factory_trailer(const struct powercut_world *world)
{
	const struct geometry *geometry = device_config(world)->geometry;
	const size_t align = geometry->align;
	const size_t padded = align == 32 ? 32 : 16;
	const size_t len = padded + 2 * align;
	const size_t size = device_area(geometry, PART_SLOT0).size;
	uint8_t bytes[96];

	if (device_config(world)->mode != BOOT_MODE_DIRECT_XIP_REVERT) {
		return 0;
	}
	memset(bytes, geometry->flash[0].erased, sizeof(bytes));
	bytes[0] = 1;     /* copy_done */
	bytes[align] = 1; /* image_ok */
	memcpy(&bytes[len - 16], raw_magic(geometry->align), 16);
	return device_program(world, PART_SLOT0, size - len, bytes, len);
}

static int program_file(const struct powercut_world *world, enum geometry_part_kind kind, int file)
{
	const struct device_file *what = file_of(world, file);
	const struct geometry *geometry = device_config(world)->geometry;
	const struct geometry_flash *flash = &geometry->flash[device_area(geometry, kind).flash];
	const size_t whole = what->size / flash->block * flash->block;
	uint8_t last[64];
	int rc = device_program(world, kind, 0, what->bytes, whole);

	if (rc == 0 && whole < what->size) {
		memset(last, flash->erased, sizeof(last));
		memcpy(last, what->bytes + whole, what->size - whole);
		rc = device_program(world, kind, whole, last, flash->block);
	}
	return rc;
}

/* Flash as the factory and one update, long ago, have left it. */
static int program_factory(const struct powercut_world *world)
{
	int rc = program_file(world, PART_SLOT0, FILE_OLD);

	if (rc == 0) {
		rc = factory_trailer(world);
	}
	if (rc == 0) {
		rc = program_file(world, PART_SLOT1, FILE_PRIOR);
	}
	return rc;
}

int life_prepare(const struct powercut_world *world)
{
	const struct scenario *scenario = life_scenario(world);

	device_fill(world);
	int rc = device_open(world);
	if (rc == 0) {
		rc = program_factory(world);
	}
	if (rc == 0 && scenario->prepare != NULL) {
		rc = device_boot(world) < 0 ? -EIO : scenario->prepare(world);
	}
	return rc;
}

int life_run(const struct powercut_world *world)
{
	const struct scenario *scenario = life_scenario(world);
	int rc = start(world);

	if (rc == 0 && life_running_file(world) < 0) {
		rc = -EIO;
	}
	if (rc == 0 && scenario->before != NULL) {
		rc = scenario->before(world);
	}
	if (rc != 0) {
		return rc;
	}
	life_seen(world)->is_run = true;
	device_live(world);
	return scenario->body(world);
}

/*
 * A cut in a confirmation can leave a flag that cannot be mended without risk to what runs. Most
 * bootloaders keep such an image; those that do not go back to the other one at the next reset.
 */
static int confirm(const struct powercut_world *world)
{
	const int rc = boot_is_img_confirmed() ? 0 : boot_write_img_confirmed();

	powercut_say(world, "confirm: %d", rc);
	if (rc != -EUCLEAN) {
		return rc;
	}
	return device_config(world)->mode == BOOT_MODE_DIRECT_XIP_REVERT ? POWERCUT_RESET : 0;
}

int life_finish(const struct powercut_world *world)
{
	const struct scenario *scenario = life_scenario(world);
	int rc = start(world);
	const int file = rc == 0 ? life_running_file(world) : -1;

	if (file < 0) {
		return -EIO;
	}
	device_live(world);
	powercut_say(world, "file %d runs, from slot %d", file, device_running(world));
	rc = confirm(world);
	if (rc != 0 || file == (int)scenario->goal) {
		return rc;
	}
	rc = scenario->body(world);
	if (rc == 0) {
		invariants_check(world);
		if (scenario->brings_all) {
			scenario->check(world);
		}
		rc = life_bring_up(world, (int)scenario->goal);
	}
	return rc;
}

void life_check_ran(const struct powercut_world *world)
{
	const struct scenario *scenario = life_scenario(world);

	invariants_check(world);
	if (scenario->check != NULL) {
		scenario->check(world);
	}
}

void life_check_cut(const struct powercut_world *world)
{
	const struct scenario *scenario = life_scenario(world);

	invariants_check(world);
	if (scenario->check_cut != NULL) {
		scenario->check_cut(world);
	}
}

void life_check_end(const struct powercut_world *world)
{
	struct evidence evidence;

	evidence_collect(world, &evidence);
	if (evidence_file_at(&evidence, evidence.running, 0) != (int)life_scenario(world)->goal) {
		powercut_violation(world, "I2", "the new image does not run in the end");
	}
	invariants_report(world, "I2", invariant_running_stays(&evidence));
}
