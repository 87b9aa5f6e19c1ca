/* SPDX-License-Identifier: Apache-2.0 */
#include "modem_invariants.h"

#include <string.h>

#define BLOCKS_MAX 8192
#define FIRST_LEN 32 /* of a patch: no two have the same */

/* How often each write block of the store was erased, and programmed. */
static struct {
	uint8_t erased[BLOCKS_MAX];
	uint8_t programmed[BLOCKS_MAX];
} tally;

static const struct geometry *geometry_of(const struct powercut_world *world)
{
	return device_config(world)->geometry;
}

static size_t block_of(const struct powercut_world *world)
{
	const struct geometry *geometry = geometry_of(world);

	return geometry->flash[device_area(geometry, PART_STORE).flash].block;
}

const char *modem_is_whole(const struct powercut_world *world)
{
	if (modem_running(world) == MODEM_BROKEN) {
		return invariant_wrong("the modem has no whole firmware");
	}
	return NULL;
}

static bool begins(const struct powercut_world *world, const struct device_file *file, size_t len)
{
	return file->bytes != NULL && len <= file->size &&
	       memcmp(modem_area(world), file->bytes, len) == 0;
}

const char *modem_area_is_one_file(const struct powercut_world *world)
{
	const struct modem_files *files = modem_config(world)->files;
	struct sim_modem_record record;

	if (!modem_record(world, &record) || record.is_dirty) {
		return NULL;
	}
	for (int from = 0; from < MODEM_VERSIONS; from++) {
		for (int to = 0; to < MODEM_VERSIONS; to++) {
			if (begins(world, &files->patch[from][to], record.offset)) {
				return NULL;
			}
		}
	}
	return invariant_wrong("the %u bytes of the patch area begin no file",
			       (unsigned int)record.offset);
}

const char *modem_neighbours_are_untouched(const struct powercut_world *world)
{
	const struct geometry *geometry = geometry_of(world);

	for (size_t i = 0; i < GEOMETRY_PARTS_MAX && geometry->parts[i].pages > 0; i++) {
		const struct raw raw = device_raw_part(world, i);

		if (geometry->parts[i].kind == PART_NEIGHBOUR &&
		    !raw_is_filled(&raw, 0, raw.len, DEVICE_NEIGHBOUR)) {
			return invariant_wrong("neighbour %zu changed", i);
		}
	}
	return NULL;
}

const char *modem_area_is(const struct powercut_world *world, const struct device_file *file)
{
	struct sim_modem_record record;

	if (!modem_record(world, &record) || record.is_dirty || record.offset != file->size ||
	    !begins(world, file, file->size)) {
		return invariant_wrong("the patch area does not hold the file");
	}
	return NULL;
}

const char *modem_store_is(const struct powercut_world *world, const struct device_file *file)
{
	const struct raw raw = device_raw(world, PART_STORE);
	const size_t block = block_of(world);
	const size_t padded = (file->size + block - 1) / block * block;
	const uint8_t *before = modem_store_before(world);

	if (raw_is(&raw, 0, file->bytes, file->size) != RAW_YES) {
		return invariant_wrong("the store does not hold the file");
	}
	if (!raw_is_blank(&raw, file->size, padded - file->size)) {
		return invariant_wrong("no erased bytes fill the last write block");
	}
	if (!raw_is_remainder(&raw, padded, before + padded, raw.len - padded)) {
		return invariant_wrong("bytes behind the file changed");
	}
	return NULL;
}

const struct device_file *modem_store_file(const struct powercut_world *world)
{
	const struct modem_files *files = modem_config(world)->files;
	const struct raw raw = device_raw(world, PART_STORE);

	for (int i = 0; i <= MODEM_VERSIONS; i++) {
		const struct device_file *file = i < MODEM_VERSIONS ? &files->full[i]
								    : &files->unsigned_other;

		if (raw_is(&raw, 0, file->bytes, file->size) == RAW_YES) {
			return file;
		}
	}
	return NULL;
}

/* Of operations outside the settings. */
static const char *count(const struct powercut_world *world, const struct device_log *log)
{
	const struct device_area store = device_area(geometry_of(world), PART_STORE);
	const struct device_area settings = device_area(geometry_of(world), PART_SETTINGS);
	const size_t block = block_of(world);

	for (size_t i = 0; i < log->count; i++) {
		const struct device_op *op = &log->op[i];
		uint8_t *tallies = op->is_erase ? tally.erased : tally.programmed;

		if (op->flash == settings.flash && op->off >= settings.off &&
		    op->off - settings.off < settings.size) {
			continue;
		}
		if (op->flash != store.flash || op->off < store.off ||
		    op->off - store.off + op->len > store.size) {
			return invariant_wrong("%s at %#zx of flash %u, outside the store",
					       op->is_erase ? "erase" : "program", op->off,
					       op->flash);
		}
		for (size_t b = 0; b < op->len / block; b++) {
			tallies[(op->off - store.off) / block + b]++;
		}
	}
	return NULL;
}

static const char *check_block(const struct powercut_world *world, size_t off, size_t end)
{
	const struct geometry *geometry = geometry_of(world);
	const bool no_erase = geometry->flash[device_area(geometry, PART_STORE).flash].no_erase;
	const struct raw raw = device_raw(world, PART_STORE);
	const size_t block = block_of(world);
	const unsigned int erases = tally.erased[off / block];
	const unsigned int programs = tally.programmed[off / block];
	const unsigned int due = device_page_in(geometry, PART_STORE, off).start < end ? 1 : 0;
	const unsigned int most = off < end ? 1 : 0;
	/* A block of erased bytes need not be programmed. */
	const unsigned int least = off < end && !raw_is_blank(&raw, off, block) ? 1 : 0;

	if (no_erase ? erases > due : erases != due) {
		return invariant_wrong("%#zx of the store was erased %u times, %u needed", off,
				       erases, due);
	}
	if (programs < least || programs > most) {
		return invariant_wrong("the block at %#zx of the store was programmed %u times",
				       off, programs);
	}
	return NULL;
}

const char *modem_store_cost_is_floor(const struct powercut_world *world,
				      const struct device_file *file, const struct device_log *log)
{
	const struct device_area store = device_area(geometry_of(world), PART_STORE);
	const size_t block = block_of(world);
	const size_t last = device_page_in(geometry_of(world), PART_STORE, file->size - 1).start;
	const size_t pages = last / device_page_in(geometry_of(world), PART_STORE, 0).size + 1;
	const char *found;

	if (log->count > DEVICE_OPS_MAX || store.size / block > BLOCKS_MAX) {
		return invariant_wrong("too much to count");
	}
	memset(&tally, 0, sizeof(tally));
	found = count(world, log);
	for (size_t off = 0; found == NULL && off < store.size; off += block) {
		found = check_block(world, off, file->size);
	}
	if (found == NULL && log->saves > pages + 2) {
		found = invariant_wrong("%u records for %zu pages", log->saves, pages);
	}
	return found;
}

const char *modem_store_is_begun_by(const struct powercut_world *world,
				    const struct device_file *file, size_t offset)
{
	const struct raw raw = device_raw(world, PART_STORE);
	const size_t there = raw_prefix(&raw, 0, file->bytes, file->size);

	/* A pause keeps less than a write block in its record. */
	if (offset > there && offset - there >= block_of(world)) {
		return invariant_wrong("goes on at %zu, and the store holds %zu", offset, there);
	}
	return NULL;
}

const char *modem_store_progress_is_kept(const struct powercut_world *world,
					 const struct device_file *file, size_t offset)
{
	const struct raw raw = device_raw(world, PART_STORE);
	const size_t there = raw_prefix(&raw, 0, file->bytes, file->size);

	if (there > 0 && offset < device_page_in(geometry_of(world), PART_STORE, there - 1).start) {
		return invariant_wrong(
			"goes on at %zu, though the store holds %zu: more than a page is lost",
			offset, there);
	}
	return NULL;
}

size_t modem_area_progress(const struct powercut_world *world, const struct device_file *file)
{
	struct sim_modem_record record;

	if (!modem_record(world, &record) || record.is_dirty || record.offset < FIRST_LEN ||
	    !begins(world, file, record.offset)) {
		return 0;
	}
	return record.offset;
}

const char *modem_area_is_begun_by(const struct powercut_world *world,
				   const struct device_file *file, size_t offset)
{
	struct sim_modem_record record;

	if (!modem_record(world, &record) || record.is_dirty || record.offset != offset ||
	    !begins(world, file, offset)) {
		return invariant_wrong(
			"goes on at %zu, and the area does not end there as it should", offset);
	}
	return NULL;
}

void modem_invariants_check(const struct powercut_world *world)
{
	invariants_report(world, "I2", modem_is_whole(world));
	invariants_report(world, "I3", modem_area_is_one_file(world));
	invariants_report(world, "I4", modem_neighbours_are_untouched(world));
}
