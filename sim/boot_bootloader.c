/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bootloader that is itself updated.
 *
 * First, before anything of this model's rest, the first stage starts the MCUboot in S0 or S1: of
 * the valid ones that of the higher version, S0's if they are equal. Valid is one with a fw_info;
 * if it begins with the header of an image, its hash must hold.
 *
 * Then that MCUboot finds images that are no application's: by the address they are linked for. One
 * for its own slot is erased. One for the other slot has to pass as any image has, and is copied
 * there, unless dependencies keep all pending images waiting. It is never compared with what it
 * replaces, and what it replaces is gone. The upload slot loses its trailer and the image's first
 * sector.
 */
#include <string.h>

#include "boot_swap.h"
#include "boot_view.h"
#include "common/bytes.h"

#define FW_INFO_STEP 0x200
#define FW_INFO_LAST 0x1200
#define FW_INFO_LEN 60
#define FW_INFO_VERSION 20

#define VECTORS_LEN 8

static const uint8_t fw_info_magic[] = {0xde, 0xe6, 0x1e, 0x28, 0x4c, 0xbb, 0xce, 0x8f};

static bool find_version(const struct sim_boot_slot *slot, uint32_t *version)
{
	const size_t size = slot->fa->fa_size;

	for (size_t off = 0; off <= FW_INFO_LAST && range_fits(off, FW_INFO_LEN, size);
	     off += FW_INFO_STEP) {
		if (memcmp(&slot->bytes[off], fw_info_magic, sizeof(fw_info_magic)) == 0) {
			*version = get_le32(&slot->bytes[off + FW_INFO_VERSION]);
			return true;
		}
	}
	return false;
}

/* Why the first stage does not start a slot; NULL: it would, and the version is set. */
static const char *check_stage(const struct sim_boot_slot *slot, uint32_t *version)
{
	static const struct boot_rules any_hash = {.signature = BOOT_SIGNATURE_NONE};

	if (slot->fa == NULL) {
		return "it is not there";
	}
	if (!find_version(slot, version)) {
		return "no fw_info";
	}
	const struct sim_boot_view view = sim_boot_slot_view(slot, 0);

	return sim_boot_view_magic(&view) == DFU_IMAGE_MAGIC
		       ? sim_boot_check(&view, &any_hash, slot->fa->fa_size)
		       : NULL;
}

bool sim_boot_first_stage(struct sim_boot_run *run)
{
	const char *why[SIM_BOOT_STAGES];
	uint32_t version[SIM_BOOT_STAGES];

	run->stage_running = -1;
	if (run->stage[0].fa == NULL) {
		return true;
	}
	for (int i = 0; i < SIM_BOOT_STAGES; i++) {
		why[i] = check_stage(&run->stage[i], &version[i]);
	}
	if (why[0] != NULL && why[1] != NULL) {
		return sim_boot_stop(run,
				     "no bootloader starts: s0_partition: %s; s1_partition: %s",
				     why[0], why[1]);
	}
	run->stage_running = why[0] != NULL || (why[1] == NULL && version[1] > version[0]);
	run->result->bootloader = BOOT_S0_AREA_ID + run->stage_running;
	run->result->bootloader_version = version[run->stage_running];
	return true;
}

bool sim_boot_has_no_primary(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	return image->primary.fa == NULL && image->secondary.fa != NULL &&
	       run->stage[1].fa != NULL && image - run->images == run->rules->bootloader_image;
}

/* Where the code of an image begins; false: that cannot be told. */
static bool find_entry(const struct sim_boot_view *view, uint32_t *address)
{
	const size_t vectors = sim_boot_view_header_size(view);

	if ((sim_boot_view_flags(view) & DFU_IMAGE_F_ROM_FIXED) != 0) {
		*address = sim_boot_view_load_addr(view);
		return true;
	}
	if (sim_boot_view_payload_size(view) < VECTORS_LEN ||
	    !range_fits(vectors, VECTORS_LEN, view->len)) {
		return false;
	}
	*address = get_le32(&view->bytes[vectors + 4]);
	return true;
}

/* S0 (0) or S1 (1), if the candidate is linked for it; else -1. */
static int stage_of(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_view view = sim_boot_candidate(image);
	uint32_t address;

	if (run->stage[1].fa == NULL || image - run->images != run->rules->bootloader_image ||
	    sim_boot_view_magic(&view) != DFU_IMAGE_MAGIC || sim_boot_view_is_empty(&view) ||
	    !find_entry(&view, &address)) {
		return -1;
	}
	for (int i = 0; i < SIM_BOOT_STAGES; i++) {
		const struct flash_area *fa = run->stage[i].fa;
		const uint64_t start = run->rules->flash_base + (uint64_t)fa->fa_off;

		if (address >= start && address - start < fa->fa_size) {
			return i;
		}
	}
	return -1;
}

bool sim_boot_takes_bootloader(const struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_view candidate = sim_boot_candidate(image);
	const int stage = stage_of(run, image);

	if (stage < 0) {
		return false;
	}
	const size_t limit = min_size(image->limit, run->stage[stage].fa->fa_size);

	if (stage == run->stage_running || sim_boot_check(&candidate, run->rules, limit) != NULL) {
		sim_boot_slot_erase(&image->secondary);
	} else {
		image->copy_to = stage;
	}
	return true;
}

static void erase_sector_at(struct sim_boot_slot *slot, size_t off)
{
	for (uint32_t i = 0; i < slot->sector_count; i++) {
		const size_t start = (size_t)slot->sectors[i].fs_off;

		if (off >= start && off - start < slot->sectors[i].fs_size) {
			memset(&slot->bytes[start], slot->erased, slot->sectors[i].fs_size);
		}
	}
}

void sim_boot_copy_bootloader(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_view candidate = sim_boot_candidate(image);
	struct sim_boot_slot *stage = &run->stage[image->copy_to];
	const size_t size = sim_boot_view_size(&candidate);

	sim_boot_slot_erase(stage);
	memcpy(stage->bytes, candidate.bytes, size);
	sim_boot_slot_erase_end(&image->secondary, image->trailer_len);
	erase_sector_at(&image->secondary, image->candidate_off);
}
