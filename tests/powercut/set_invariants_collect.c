/* SPDX-License-Identifier: Apache-2.0 */
#include "set_invariants.h"

#include "set_device.h"

void set_state_collect(const struct powercut_world *world, struct set_state *state)
{
	const struct set_config *config = set_config(world);

	*state = (struct set_state){
		.kind = config->kind,
		.is_direct = boot_mode_is_direct(config->device.mode),
	};
	for (unsigned int pair = 0; pair < config->kind->pairs; pair++) {
		struct evidence evidence;

		evidence_collect_pair(world, pair, &evidence);
		const struct raw *raw = &evidence.slot[evidence.running].raw;
		if (device_takes_bootloaders(evidence.geometry, pair)) {
			state->runs[pair] = evidence_next_bootloader(&evidence);
			continue; /* nothing takes it back */
		}
		state->runs[pair] = evidence_file_at(&evidence, evidence.running, 0);
		state->is_confirmed[pair] = boot_mode_needs_trailer(evidence.mode) &&
					    raw_has_magic(raw, evidence.align) == RAW_YES &&
					    raw_image_ok(raw, evidence.align) == RAW_SET;
		state->is_on_trial[pair] = invariant_running_stays(&evidence) != NULL ||
					   (state->is_direct && set_mode_reverts(evidence.mode) &&
					    !state->is_confirmed[pair]);
	}
}
