/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power goes at every operation of a run of saves, before, inside in many ways and after it;
 * and every operation fails. Then each name has its old or its new value, the log goes on, and no
 * rule of flash is broken.
 */
#include "log_model.h"

#include <stdio.h>
#include <string.h>

#define SEEDS 12         /* ways to tear an operation */
#define CHANGES 30       /* of a run that is cut */
#define CHANGES_AFTER 8  /* of the device afterwards */
#define SECOND_CUTS 6    /* operations of the recovery that are cut, too */
#define USED 500         /* changes before a run on a log that has rotated */
#define RANDOM_CUTS 3000 /* of the long run */

static struct log_rig rig;
static struct log_shot start;
static struct log_model before; /* what the log holds at the start */
static char where[160];         /* for messages */

/* The changes of a run by their series. Returns the number of those that were saved. */
static unsigned int run(struct log_model *model, uint64_t series, unsigned int count)
{
	for (unsigned int n = 0; n < count; n++) {
		const struct log_change change = log_change_random(&series);

		if (log_change_save(&change) != 0) {
			return n;
		}
		log_model_apply(model, &change);
	}
	return count;
}

static void expect(bool holds, const char *what)
{
	if (!holds) {
		fail_msg("%s: %s; %s", where, what, rig.flash.nor.violation);
	}
}

static bool is_sound(void)
{
	return rig.flash.nor.violation[0] == '\0';
}

/*
 * After a run that ended early: `model` has what was saved, the change after it was under way.
 * Takes into the model what became of it.
 */
static void check_after_cut(struct log_model *model, uint64_t series, unsigned int saved)
{
	struct log_model with = *model;
	struct log_change change = {0};

	expect(log_rig_reset(&rig) == 0, "does not open");
	for (unsigned int n = 0; n <= saved; n++) {
		change = log_change_random(&series);
	}
	log_model_apply(&with, &change);
	if (!log_model_is_stored(model)) {
		expect(log_model_is_stored(&with), "neither old nor new");
		*model = with;
	}
	/* The same again: unstable bits may read otherwise. */
	expect(log_rig_reset(&rig) == 0 && log_model_is_stored(model), "changed by looking");
}

static void check_goes_on(struct log_model *model, uint64_t series)
{
	expect(run(model, series, CHANGES_AFTER) == CHANGES_AFTER, "does not go on");
	expect(log_model_is_stored(model), "wrong after going on");
	expect(log_rig_reset(&rig) == 0 && log_model_is_stored(model), "wrong after a reset");
	expect(is_sound(), "rule broken");
}

/* One cut, and if `second` is not negative another one in what comes after. False: no operation. */
static bool cut_once(unsigned long k, enum sim_cut when, uint32_t seed, uint64_t series,
		     long second)
{
	struct log_model model = before;
	unsigned int saved;

	(void)snprintf(where, sizeof(where),
		       "operation %lu, cut %d, seed %u, series %llu, then %ld", k, (int)when,
		       (unsigned int)seed, (unsigned long long)series, second);
	log_shot_restore(&start, &rig);
	rig.noise += seed;
	assert_int_equal(log_rig_reset(&rig), 0);
	sim_power_cut(&rig.power, k, when, seed, -EIO);
	saved = run(&model, series, CHANGES);
	if (!rig.power.fired) {
		expect(saved == CHANGES, "not all saved");
		return false;
	}
	if (saved < CHANGES) {
		check_after_cut(&model, series, saved);
	}
	if (second >= 0) {
		assert_int_equal(log_rig_reset(&rig), 0);
		sim_power_cut(&rig.power, (unsigned long)second, when, seed + 3, -EIO);
		saved = run(&model, ~series, CHANGES_AFTER);
		if (saved < CHANGES_AFTER) {
			check_after_cut(&model, ~series, saved);
		}
	}
	check_goes_on(&model, series + 1);
	return true;
}

/* Blank, or with two sectors behind it. */
static void prepare(const struct log_geometry *geometry, unsigned int changes)
{
	log_rig_init(&rig, geometry);
	memset(&before, 0, sizeof(before));
	assert_int_equal(run(&before, 77, changes), changes);
	log_shot_init(&start, &rig);
	log_shot_take(&start, &rig);
}

static void done(void)
{
	log_shot_free(&start);
	log_rig_free(&rig);
}

static unsigned long cut_everywhere(uint64_t series)
{
	unsigned long cuts = 0;
	bool more = true;

	for (unsigned long k = 0; more; k++) {
		more = cut_once(k, SIM_CUT_BEFORE, 0, series, -1);
		(void)cut_once(k, SIM_CUT_AFTER, 0, series, -1);
		for (uint32_t seed = 0; more && seed < SEEDS; seed++) {
			(void)cut_once(k, SIM_CUT_INSIDE, seed, series, -1);
			cuts++;
		}
	}
	return cuts;
}

static void every_operation_of_a_new_log_can_be_cut(void **state)
{
	prepare(*state, 0);
	assert_true(cut_everywhere(5) > CHANGES * SEEDS);
	done();
}

static void every_operation_of_a_used_log_can_be_cut(void **state)
{
	prepare(*state, USED);
	assert_true(rig.log.sequence > 2);
	assert_true(cut_everywhere(11) > CHANGES * SEEDS);
	done();
}

static void a_cut_can_follow_a_cut(void **state)
{
	prepare(*state, USED);
	for (unsigned long k = 0; cut_once(k, SIM_CUT_BEFORE, 0, 13, -1); k++) {
		for (long second = 0; second < SECOND_CUTS; second++) {
			(void)cut_once(k, SIM_CUT_INSIDE, (uint32_t)(k + (unsigned long)second), 13,
				       second);
		}
	}
	done();
}

static void random_cuts_never_harm_a_long_life(void **state)
{
	struct log_model model = {0};
	uint64_t random = 0x9e3779b97f4a7c15;

	log_rig_init(&rig, *state);
	for (unsigned int n = 0; n < RANDOM_CUTS; n++) {
		const uint64_t series = random;
		const unsigned int count = 1 + (unsigned int)log_random(&random, 12);
		const unsigned long k = log_random(&random, 18);
		const enum sim_cut when = (enum sim_cut)log_random(&random, 3);
		const uint32_t seed = (uint32_t)log_random(&random, UINT32_MAX);
		unsigned int saved;

		(void)snprintf(where, sizeof(where), "life %u", n);
		sim_power_cut(&rig.power, k, when, seed, -EIO);
		saved = run(&model, series, count);
		if (saved < count) {
			check_after_cut(&model, series, saved);
		} else {
			expect(log_rig_reset(&rig) == 0 && log_model_is_stored(&model), "wrong");
		}
		expect(is_sound(), "rule broken");
	}
	assert_true(rig.log.sequence > RANDOM_CUTS / 10);
	log_rig_free(&rig);
}

/* One operation fails; the log goes on in the same run, as after a reset. */
static bool fail_once(long k, uint64_t series, bool reset)
{
	struct log_model model = before;
	struct log_model with;
	unsigned int saved;

	(void)snprintf(where, sizeof(where), "operation %ld fails, series %llu, reset %d", k,
		       (unsigned long long)series, reset);
	log_shot_restore(&start, &rig);
	assert_int_equal(log_rig_reset(&rig), 0);
	rig.flash.nor.fail_after = k;
	rig.flash.nor.fail_rc = -EDOM;
	saved = run(&model, series, CHANGES);
	if (saved == CHANGES) {
		rig.flash.nor.fail_after = -1;
		return false;
	}
	with = model;
	if (reset) {
		check_after_cut(&model, series, saved);
	} else {
		uint64_t again = series;
		struct log_change change = {0};

		for (unsigned int n = 0; n <= saved; n++) {
			change = log_change_random(&again);
		}
		expect(log_model_is_stored(&model), "the old value is gone");
		log_model_apply(&with, &change);
		expect(log_change_save(&change) == 0, "no repetition");
		expect(log_model_is_stored(&with), "repeated, but not stored");
		model = with;
	}
	check_goes_on(&model, series + 1);
	return true;
}

static void every_operation_can_fail(void **state)
{
	long k = 0;

	prepare(*state, USED);
	for (; fail_once(k, 17, false); k++) {
		(void)fail_once(k, 17, true);
	}
	assert_true(k > CHANGES);
	done();
}

/* One operation is torn and returns an error, but the device stays on and saves again. */
static bool tear_once(unsigned long k, uint32_t seed, uint64_t series)
{
	struct log_model model = before;
	struct log_model with;
	struct log_change change = {0};
	uint64_t again = series;
	unsigned int saved;

	(void)snprintf(where, sizeof(where), "operation %lu is torn, seed %u, and power stays", k,
		       (unsigned int)seed);
	log_shot_restore(&start, &rig);
	assert_int_equal(log_rig_reset(&rig), 0);
	sim_power_cut(&rig.power, k, SIM_CUT_INSIDE, seed, -EDOM);
	saved = run(&model, series, CHANGES);
	if (!rig.power.fired) {
		return false;
	}
	sim_power_init(&rig.power);
	for (unsigned int n = 0; n <= saved; n++) {
		change = log_change_random(&again);
	}
	with = model;
	log_model_apply(&with, &change);
	if (!log_model_is_stored(&model)) {
		expect(log_model_is_stored(&with), "neither old nor new");
	}
	/* Back to the old value, which a look at RAM would take for unchanged. */
	change.len = model.lens[change.name];
	change.pattern = change.len == 0 ? 0 : model.values[change.name][0];
	expect(log_change_save(&change) == 0, "no way back");
	expect(run(&model, series + 2, 3) == 3, "not in the same run");
	expect(log_rig_reset(&rig) == 0 && log_model_is_stored(&model), "not back");
	check_goes_on(&model, series + 1);
	return true;
}

static void an_operation_can_be_torn_without_a_reset(void **state)
{
	unsigned long k = 0;

	prepare(*state, USED);
	while (tear_once(k, 0, 23)) {
		for (uint32_t seed = 1; seed < SEEDS; seed++) {
			(void)tear_once(k, seed, 23);
		}
		k++;
	}
	assert_true(k > CHANGES);
	done();
}

/* The device's own code comes back, whatever was under way, and again as long as it fails. */
static void the_error_of_the_device_is_returned(void **state)
{
	struct log_model model;

	prepare(*state, USED);
	for (unsigned long k = 0; k < 8; k++) {
		const struct log_change last = {.name = 3, .len = 99, .pattern = 250};

		log_shot_restore(&start, &rig);
		assert_int_equal(log_rig_reset(&rig), 0);
		sim_power_fail(&rig.power, k, -EDOM);
		model = before;
		(void)run(&model, 19, CHANGES);
		assert_true(rig.power.fired);
		assert_int_equal(log_change_save(&last), -EDOM);
		assert_int_equal(log_change_save(&last), -EDOM);
		assert_int_equal(settings_subsys_init(), 0); /* reads work */
		assert_true(log_model_is_stored(&model));
	}
	done();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_of_a_new_log_can_be_cut),
		cmocka_unit_test(every_operation_of_a_used_log_can_be_cut),
		cmocka_unit_test(a_cut_can_follow_a_cut),
		cmocka_unit_test(random_cuts_never_harm_a_long_life),
		cmocka_unit_test(every_operation_can_fail),
		cmocka_unit_test(an_operation_can_be_torn_without_a_reset),
		cmocka_unit_test(the_error_of_the_device_is_returned),
	};
	const size_t count = sizeof(tests) / sizeof(tests[0]);
	int failed = 0;

	for (size_t i = 0; i < LOG_GEOMETRIES; i++) {
		struct CMUnitTest here[sizeof(tests) / sizeof(tests[0])];

		memcpy(here, tests, sizeof(tests));
		for (size_t t = 0; t < count; t++) {
			here[t].initial_state = (void *)(uintptr_t)&log_geometries[i];
		}
		failed += _cmocka_run_group_tests(log_geometries[i].name, here, count, NULL, NULL);
	}
	return failed;
}
