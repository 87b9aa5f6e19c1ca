/* SPDX-License-Identifier: Apache-2.0 */
#include "power.h"

#include <stddef.h>

static bool is_due(const struct sim_power *power, unsigned long operation, enum sim_cut when)
{
	return power->planned && power->when == when && power->cut_at == operation;
}

void sim_power_init(struct sim_power *power)
{
	*power = (struct sim_power){0};
}

void sim_power_cut(struct sim_power *power, unsigned long k, enum sim_cut when, int rc)
{
	*power = (struct sim_power){.planned = true, .cut_at = k, .when = when, .rc = rc};
}

int sim_power_check(const struct sim_power *power)
{
	return power != NULL && power->fired ? power->rc : 0;
}

int sim_power_begin(struct sim_power *power)
{
	if (power != NULL && !power->fired) {
		power->fired = is_due(power, power->operations, SIM_CUT_BEFORE);
		power->operations += power->fired ? 0 : 1;
	}
	return sim_power_check(power);
}

int sim_power_end(struct sim_power *power, int rc)
{
	if (power != NULL && !power->fired) {
		power->fired = is_due(power, power->operations - 1, SIM_CUT_AFTER);
	}
	return power != NULL && power->fired ? power->rc : rc;
}
