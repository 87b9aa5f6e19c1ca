/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a device with several image pairs after a cut. At its start the application calls the
 * recovery, and resets if that asks for it. Once nothing is left to recover the pairs run all old
 * images or all new ones. New ones are confirmed, where the scenario wants them; with the old ones
 * the body of the scenario runs again from the top.
 */
#include "set_life.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>
#include <settings/settings.h>

#define INTENT "dfu/SET"
#define INTENT_MAX 256
#define CHUNK 97

_Static_assert(sizeof(struct set_seen) <= POWERCUT_SEEN, "what is seen has its place");

static struct set_seen *seen_of(const struct powercut_world *world)
{
	return (void *)world->seen;
}

const struct set_scenario *set_life_scenario(const struct powercut_world *world)
{
	return set_config(world)->scenario;
}

bool set_life_flash_fails(const struct powercut_world *world)
{
	return world->power->fired;
}

void set_life_state(const struct powercut_world *world, struct set_state *state)
{
	uint8_t intent[INTENT_MAX];

	set_state_collect(world, state);
	state->has_intent = settings_load_one(INTENT, intent, sizeof(intent)) != -ENOENT;
}

unsigned int set_life_members(const struct powercut_world *world)
{
	return set_config(world)->kind->members;
}

static const struct device_file *file_of(const struct powercut_world *world, unsigned int pair,
					 int file)
{
	return &device_files(device_config(world), pair)[file];
}

int set_life_begin(const struct powercut_world *world, unsigned int pair, int file, size_t *offset)
{
	const struct device_file *what = file_of(world, pair, file);
	const enum dfu_target_image_type type = dfu_target_img_type(what->bytes, 32);
	int rc = type == DFU_TARGET_IMAGE_TYPE_MCUBOOT ? 0 : -EINVAL;

	if (rc == 0) {
		rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, (int)pair, what->size, NULL);
	}
	if (rc == 0) {
		rc = dfu_target_offset_get(offset);
	}
	powercut_say(world, "download of file %d for image %u at %zu of %zu: %d", file, pair,
		     rc == 0 ? *offset : 0, what->size, rc);
	return rc;
}

int set_life_write(const struct powercut_world *world, unsigned int pair, int file, size_t *offset,
		   size_t end)
{
	const struct device_file *what = file_of(world, pair, file);
	int rc = 0;

	while (rc == 0 && *offset < end) {
		const size_t n = end - *offset < CHUNK ? end - *offset : CHUNK;

		rc = dfu_target_write(what->bytes + *offset, n);
		*offset += n;
	}
	return rc;
}

int set_life_download(const struct powercut_world *world, unsigned int pair, int file)
{
	size_t offset = 0;
	int rc = set_life_begin(world, pair, file, &offset);

	if (rc == 0) {
		rc = set_life_write(world, pair, file, &offset, file_of(world, pair, file)->size);
	}
	if (rc == 0) {
		rc = dfu_target_done(true);
	}
	return rc;
}

/* Whether the new file is there, or runs. */
static bool has_new(const struct powercut_world *world, unsigned int pair)
{
	struct evidence evidence;

	evidence_collect_pair(world, pair, &evidence);
	if (evidence.idle.raw.len > 0 && evidence_next_bootloader(&evidence) == FILE_NEW) {
		return true;
	}
	return evidence_holds(&evidence, evidence.running, 0, FILE_NEW) ||
	       evidence_holds(&evidence, 0, evidence.slot[0].start, FILE_NEW) ||
	       evidence_holds(&evidence, 1, evidence.slot[1].start, FILE_NEW);
}

int set_life_download_missing(const struct powercut_world *world)
{
	int rc = 0;

	for (unsigned int pair = 0; rc == 0 && pair < set_config(world)->kind->pairs; pair++) {
		if (set_has(set_config(world)->kind, pair) && !has_new(world, pair)) {
			rc = set_life_download(world, pair, FILE_NEW);
		}
	}
	return rc;
}

/* What a factory tool writes for a mode that would refuse the image without. */
static int factory_trailer(const struct powercut_world *world, enum geometry_part_kind kind)
{
	const struct geometry *geometry = device_config(world)->geometry;
	const struct device_area area = device_area(geometry, kind);
	const size_t align = geometry->align;
	const size_t len = 16 + 2 * align; /* copy_done, image_ok, magic: for an align of 8 or 16 */
	uint8_t bytes[48];

	if (!boot_mode_is_direct(device_config(world)->mode) ||
	    !boot_mode_needs_trailer(device_config(world)->mode)) {
		return 0;
	}
	memset(bytes, geometry->flash[area.flash].erased, sizeof(bytes));
	bytes[0] = 1;
	bytes[align] = 1;
	memcpy(&bytes[len - 16], raw_magic(geometry->align), 16);
	return device_program(world, kind, area.size - len, bytes, len);
}

static int program_file(const struct powercut_world *world, enum geometry_part_kind kind,
			const struct device_file *what)
{
	const struct geometry *geometry = device_config(world)->geometry;
	const struct geometry_flash *flash = &geometry->flash[device_area(geometry, kind).flash];
	const size_t whole = what->size / flash->block * flash->block;
	uint8_t last[16];
	int rc = device_program(world, kind, 0, what->bytes, whole);

	if (rc == 0 && whole < what->size) {
		memset(last, flash->erased, sizeof(last));
		memcpy(last, what->bytes + whole, what->size - whole);
		rc = device_program(world, kind, whole, last, flash->block);
	}
	return rc;
}

static int program_factory(const struct powercut_world *world)
{
	int rc = 0;

	for (unsigned int pair = 0; rc == 0 && pair < set_config(world)->kind->pairs; pair++) {
		const bool boots = device_takes_bootloaders(device_config(world)->geometry, pair);
		const enum geometry_part_kind kind = boots ? PART_S0
							   : (enum geometry_part_kind)(2 * pair);

		rc = program_file(world, kind, file_of(world, pair, FILE_OLD));
		rc = rc == 0 ? factory_trailer(world, kind) : rc;
		rc = rc == 0 ? program_file(world, kind + 1, file_of(world, pair, FILE_PRIOR)) : rc;
	}
	return rc;
}

/* A reset, and what may never run after one. */
static int start(const struct powercut_world *world)
{
	struct set_state state;
	const int rc = device_open(world);

	if (rc != 0 || device_boot(world) < 0) {
		return rc != 0 ? rc : -EIO;
	}
	set_life_state(world, &state);
	for (unsigned int pair = 0; pair < state.kind->pairs; pair++) {
		powercut_say(world, "image %u runs file %d%s%s", pair, state.runs[pair],
			     state.is_on_trial[pair] ? ", on trial" : "",
			     state.has_intent ? ", an intent" : "");
	}
	invariants_report(world, "I2", set_runs_images(&state));
	invariants_report(world, "I2", set_is_no_mixture(&state));
	if (set_is_linked(&state) && state.has_intent) {
		powercut_violation(world, "I5", "an intent is saved for a linked set");
	}
	if (set_any_new(&state) && !set_all_new(&state)) {
		seen_of(world)->mixtures++;
	}
	if (seen_of(world)->mixtures > 1) {
		powercut_violation(world, "I2", "a mixture still runs after the recovery's reset");
	}
	return 0;
}

/* What the next reset would start, were nothing done any more. */
static void judge_next_reset(const struct powercut_world *world)
{
	struct set_state state;

	if (set_life_flash_fails(world)) {
		return;
	}
	set_life_state(world, &state);
	if (device_find_next(world, state.runs) != 0) {
		powercut_violation(world, "I2", "nothing boots any more");
		return;
	}
	invariants_report(world, "I2", set_is_no_mixture(&state));
}

static int prepare(const struct powercut_world *world)
{
	const struct set_scenario *scenario = set_life_scenario(world);

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

static int do_body(const struct powercut_world *world)
{
	struct set_state state;
	const int rc = set_life_scenario(world)->body(world);

	if (rc != 0 || set_life_flash_fails(world)) {
		return rc;
	}
	set_life_state(world, &state);
	if (state.has_intent) {
		powercut_violation(world, "I2", "the intent stays after what it was for is done");
	}
	invariants_check(world);
	judge_next_reset(world);
	set_life_scenario(world)->check(world);
	return 0;
}

static int run(const struct powercut_world *world)
{
	const struct set_scenario *scenario = set_life_scenario(world);
	int rc = start(world);

	if (rc == 0 && scenario->before != NULL) {
		rc = scenario->before(world);
	}
	if (rc != 0) {
		return rc;
	}
	device_live(world);
	return do_body(world);
}

/* What is going back can be kept no more. */
static void check_goes_back(const struct powercut_world *world)
{
	const unsigned long operations = world->power->operations;
	int rc = dfu_target_mcuboot_confirm(-1);

	for (unsigned int pair = 0; rc == -EBUSY && pair < set_config(world)->kind->pairs; pair++) {
		struct evidence evidence;

		evidence_collect_pair(world, pair, &evidence);
		rc = invariant_running_stays(&evidence) == NULL
			     ? rc
			     : dfu_target_mcuboot_confirm((int)pair);
	}
	if (rc != -EBUSY || world->power->operations != operations) {
		powercut_violation(world, "I2", "a set that goes back is confirmed: %d", rc);
	}
	if (set_life_scenario(world)->permanent || !set_mode_reverts(device_config(world)->mode)) {
		powercut_violation(world, "I2", "what is for good goes back");
	}
}

/* The rest that the recovery needs is gone, or torn, where headers ask: downloaded again. */
static int fetch_the_rest(const struct powercut_world *world)
{
	int rc;

	if (!boot_mode_is_direct(device_config(world)->mode)) {
		powercut_violation(world, "I2", "the rest of the set is lost");
	}
	rc = set_life_download_missing(world);
	if (rc == 0) {
		rc = dfu_target_mcuboot_schedule_recover();
		powercut_say(world, "recover, with all that was missing: %d", rc);
	}
	if (rc == DFU_TARGET_MCUBOOT_SETTLED || rc == DFU_TARGET_MCUBOOT_GOES_BACK) {
		powercut_violation(world, "I2", "a mixture is settled: %d", rc);
	}
	return rc;
}

/* POWERCUT_RESET; or 0: nothing is left to recover. */
static int recover(const struct powercut_world *world)
{
	const unsigned long operations = world->power->operations;
	struct set_state state;
	int rc;

	set_life_state(world, &state);
	rc = dfu_target_mcuboot_schedule_recover();
	powercut_say(world, "recover: %d", rc);
	if (!state.has_intent && (rc != 0 || world->power->operations != operations)) {
		powercut_violation(world, "I2",
				   "without an intent, the recovery does something: %d", rc);
	}
	rc = rc == -ENODATA || rc == -EIO ? fetch_the_rest(world) : rc;
	if (rc == -EUCLEAN && state.is_direct) {
		return POWERCUT_RESET; /* a torn flag, as in confirm() */
	}
	if (rc < 0 || set_life_flash_fails(world)) {
		return rc < 0 ? rc : -EIO;
	}
	if (rc == DFU_TARGET_MCUBOOT_GOES_BACK) {
		check_goes_back(world);
	}
	if (rc == DFU_TARGET_MCUBOOT_GOES_ON && set_part_is_on_trial(&state) &&
	    set_mode_reverts(device_config(world)->mode) && !set_life_scenario(world)->permanent) {
		powercut_violation(world, "I2", "a test goes on for good");
	}
	if (rc != DFU_TARGET_MCUBOOT_SETTLED) {
		return POWERCUT_RESET;
	}
	set_life_state(world, &state);
	invariants_report(world, "I2", set_is_settled(&state));
	judge_next_reset(world);
	return 0;
}

/*
 * A cut in a confirmation can leave a flag that cannot be mended without risk to what runs. Most
 * bootloaders keep such an image; those that do not go back to the other one at the next reset.
 */
static int confirm(const struct powercut_world *world)
{
	const enum boot_mode mode = device_config(world)->mode;

	seen_of(world)->is_good = true;
	const int rc = dfu_target_mcuboot_confirm(-1);

	powercut_say(world, "confirm: %d", rc);
	if (rc != -EUCLEAN) {
		return rc;
	}
	return boot_mode_is_direct(mode) ? POWERCUT_RESET : 0;
}

/* An application that fails before it can say anything; what remains of it is the intent. */
static bool crash(const struct powercut_world *world)
{
	struct set_state state;

	set_life_state(world, &state);
	if (!set_life_scenario(world)->crashes || seen_of(world)->has_crashed ||
	    seen_of(world)->is_good || !state.has_intent || !set_all_new(&state)) {
		return false;
	}
	powercut_say(world, "crash");
	seen_of(world)->has_crashed = true;
	return true;
}

/*
 * What was tried and given up is not asked for by whoever asks for all. Where headers ask it has
 * been erased, which a download that still counts as complete is refused for. After more cuts it
 * may have been tried before: then nobody can tell what was given up now.
 */
static void check_crashed(const struct powercut_world *world)
{
	const bool is_direct = boot_mode_is_direct(device_config(world)->mode);
	const int rc = dfu_target_mcuboot_schedule(-1, BOOT_UPGRADE_TEST);

	if (rc != -ENOENT && !(is_direct && rc == -EBADMSG) && world->cuts == 1) {
		powercut_violation(world, "I2", "a set that failed its test is asked for: %d", rc);
	}
	seen_of(world)->was_asked = true;
}

/* With the old images. */
static int go_on(const struct powercut_world *world)
{
	const struct set_scenario *scenario = set_life_scenario(world);
	int rc;

	if (seen_of(world)->has_crashed && !seen_of(world)->was_asked) {
		check_crashed(world);
	}
	if (seen_of(world)->was_kept) {
		powercut_violation(world, "I2", "a confirmed set is undone");
	}
	if (scenario->is_done != NULL && scenario->is_done(world)) {
		return 0;
	}
	rc = do_body(world);
	return rc == 0 ? POWERCUT_RESET : rc;
}

static int finish(const struct powercut_world *world)
{
	struct set_state state;
	int rc = start(world);

	if (rc != 0) {
		return rc;
	}
	device_live(world);
	if (crash(world)) {
		return POWERCUT_RESET;
	}
	rc = recover(world);
	if (rc != 0) {
		return rc;
	}
	set_life_state(world, &state);
	if (!set_all_new(&state)) {
		return go_on(world);
	}
	if (set_life_scenario(world)->is_done != NULL && set_any_on_trial(&state)) {
		return POWERCUT_RESET; /* nobody keeps what was to be taken back */
	}
	return confirm(world);
}

static void check_ran(const struct powercut_world *world)
{
	invariants_check(world);
	set_life_scenario(world)->check(world);
}

/*
 * What was confirmed in part stays, but where headers ask: there a linked set is given up when one
 * of it is.
 */
static void check_cut(const struct powercut_world *world)
{
	struct set_state state;

	invariants_check(world);
	set_state_collect(world, &state);
	for (unsigned int pair = 0; pair < state.kind->pairs; pair++) {
		seen_of(world)->was_kept |=
			set_has(state.kind, pair) && set_all_new(&state) &&
			state.is_confirmed[pair] &&
			!(state.is_direct && set_is_linked(&state) && set_any_on_trial(&state));
	}
}

static void check_end(const struct powercut_world *world)
{
	struct set_state state;

	set_state_collect(world, &state);
	invariants_report(world, "I2", set_is_settled(&state));
	if (set_life_scenario(world)->is_done == NULL && !set_all_new(&state)) {
		powercut_violation(world, "I2", "the new images do not run in the end");
	}
	for (unsigned int pair = 0; pair < state.kind->pairs; pair++) {
		if (state.is_on_trial[pair]) {
			powercut_violation(world, "I2", "image %u runs on trial", pair);
		}
	}
}

const struct powercut_scenario set_life = {
	.layout = device_lay_out,
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.check_ran = check_ran,
	.check_cut = check_cut,
	.check_end = check_end,
};
