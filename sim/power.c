/* SPDX-License-Identifier: Apache-2.0 */
#include "power.h"

/* Whether operation number @p operation is the planned one. */
static bool is_due(const struct sim_power *power, unsigned long operation, enum sim_cut when)
{
	return power->plan == SIM_PLAN_CUT && power->when == when && power->at == operation;
}

static bool is_off(const struct sim_power *power)
{
	return power->fired && power->plan == SIM_PLAN_CUT;
}

/* The counting begins again; who is called stays. */
static void plan(struct sim_power *power, enum sim_plan what, unsigned long k, int rc)
{
	power->operations = 0;
	power->fired = false;
	power->is_counted = false;
	power->plan = what;
	power->at = k;
	power->when = SIM_CUT_BEFORE;
	power->seed = 0;
	power->rc = rc;
}

/* Whether the operation that has begun is the planned one. */
static bool is_this_due(const struct sim_power *power, enum sim_cut when)
{
	return power->is_counted && is_due(power, power->operations - 1, when);
}

static bool counts(const struct sim_power *power, enum sim_operation_kind kind)
{
	return power->counts == SIM_ALL_KINDS || (power->counts & (1u << kind)) != 0;
}

static int go_off(struct sim_power *power)
{
	power->fired = true;
	if (power->off != NULL) {
		power->off(power->arg);
	}
	return power->rc;
}

void sim_power_init(struct sim_power *power)
{
	*power = (struct sim_power){0};
}

void sim_power_cut(struct sim_power *power, unsigned long k, enum sim_cut when, uint32_t seed,
		   int rc)
{
	plan(power, SIM_PLAN_CUT, k, rc);
	power->when = when;
	power->seed = seed;
}

void sim_power_fail(struct sim_power *power, unsigned long k, int rc)
{
	plan(power, SIM_PLAN_FAIL, k, rc);
}

int sim_power_check(const struct sim_power *power)
{
	return power != NULL && is_off(power) ? power->rc : 0;
}

int sim_power_begin(struct sim_power *power, const struct sim_operation *operation)
{
	if (power == NULL) {
		return 0;
	}
	if (is_off(power)) {
		return power->rc;
	}
	if (power->watch != NULL) {
		power->watch(power->arg, operation);
	}
	power->is_counted = counts(power, operation->kind);
	if (!power->is_counted) {
		return 0;
	}
	if (is_due(power, power->operations, SIM_CUT_BEFORE)) {
		return go_off(power);
	}
	if (power->plan == SIM_PLAN_FAIL && power->operations == power->at) {
		power->fired = true;
		return power->rc;
	}
	power->operations++;
	return 0;
}

bool sim_power_tears(const struct sim_power *power)
{
	return power != NULL && is_this_due(power, SIM_CUT_INSIDE);
}

int sim_power_end(struct sim_power *power, int rc)
{
	if (power == NULL) {
		return rc;
	}
	if (sim_power_tears(power) || is_this_due(power, SIM_CUT_AFTER)) {
		return go_off(power);
	}
	return rc;
}
