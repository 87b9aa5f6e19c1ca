/* SPDX-License-Identifier: Apache-2.0 */
#include "invariants.h"

/* Bytes of a trailer that the bootloader uses in a mode: status, sizes, flags, magic. */
static size_t trailer_len(const struct device_config *config)
{
	const struct geometry *geometry = config->geometry;
	const size_t status = (size_t)geometry->sectors * geometry->flash[0].block;
	const size_t fields = raw_fields_len(geometry->align);

	switch (config->mode) {
	case BOOT_MODE_SWAP_SCRATCH:
	case BOOT_MODE_SWAP_MOVE:
		return 3 * status + geometry->align + fields;
	case BOOT_MODE_SWAP_OFFSET:
		return 2 * status + 2 * (size_t)geometry->align + fields;
	default:
		return fields;
	}
}

static void collect_slot(const struct powercut_world *world, int slot, struct evidence_slot *where)
{
	const struct device_config *config = device_config(world);
	const enum geometry_part_kind kind = (enum geometry_part_kind)(PART_SLOT0 + slot);
	const struct device_area area = device_area(config->geometry, kind);
	const struct geometry_flash *flash = &config->geometry->flash[area.flash];
	const size_t trailer = area.size - trailer_len(config);

	*where = (struct evidence_slot){
		.raw = device_raw(world, kind),
		.before = device_before(world, slot),
		.cells = device_cells(world, slot),
		.block = flash->block,
		.start = device_upload_start(config, slot),
		.hold = device_hold(config, slot),
		.trailer = flash->no_erase ? trailer / flash->block * flash->block
					   : device_page_at(config->geometry, slot, trailer).start,
	};
}

/* Slots without a trailer. */
static void collect_bootloaders(const struct powercut_world *world, struct evidence *evidence)
{
	const int last = GEOMETRY_SLOTS_MAX + 1;
	const int runs = device_running_of(world, (unsigned int)evidence->first / 2);

	collect_slot(world, runs == last ? last : last - 1, &evidence->slot[0]);
	collect_slot(world, runs == last ? last - 1 : last, &evidence->idle);
	evidence->slot[0].trailer = evidence->slot[0].raw.len - raw_fields_len(evidence->align);
	evidence->running = 0;
}

void evidence_collect_pair(const struct powercut_world *world, unsigned int pair,
			   struct evidence *evidence)
{
	const struct device_config *config = device_config(world);
	const int first = 2 * (int)pair;

	*evidence = (struct evidence){
		.mode = config->mode,
		.align = config->geometry->align,
		.geometry = config->geometry,
		.file = device_files(config, pair),
		.first = first,
		.running = device_running_of(world, pair) - first,
		.restarted = device_may_have_restarted(world),
		.scratch = device_raw(world, PART_SCRATCH),
	};
	if (device_takes_bootloaders(config->geometry, pair)) {
		collect_bootloaders(world, evidence);
	} else {
		collect_slot(world, first, &evidence->slot[0]);
	}
	collect_slot(world, first + 1, &evidence->slot[1]);
	for (size_t i = 0; i < GEOMETRY_PARTS_MAX && config->geometry->parts[i].pages > 0; i++) {
		if (config->geometry->parts[i].kind == PART_NEIGHBOUR &&
		    evidence->others < EVIDENCE_OTHERS) {
			evidence->other[evidence->others++] = device_raw_part(world, i);
		}
	}
}

void evidence_collect(const struct powercut_world *world, struct evidence *evidence)
{
	evidence_collect_pair(world, 0, evidence);
}

void invariants_report(const struct powercut_world *world, const char *invariant, const char *found)
{
	if (found != NULL) {
		powercut_violation(world, invariant, "%s", found);
	}
}

void invariants_check(const struct powercut_world *world)
{
	const unsigned int pairs = device_pairs(device_config(world)->geometry);
	struct evidence evidence;

	for (unsigned int pair = 0; pair < pairs; pair++) {
		evidence_collect_pair(world, pair, &evidence);
		invariants_report(world, "I1", invariant_asked_is_whole(&evidence));
		invariants_report(world, "I2", invariant_running_is_whole(&evidence));
		invariants_report(world, "I3", invariant_no_splice(&evidence));
		invariants_report(world, "I4", invariant_others_are_untouched(&evidence));
	}
}
