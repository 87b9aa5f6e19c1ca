/* SPDX-License-Identifier: Apache-2.0 */
#include "boot_slot.h"

#include <stdlib.h>
#include <string.h>

static int load_sectors(struct sim_boot_slot *slot)
{
	uint32_t count = (uint32_t)flash_get_page_count(slot->fa->fa_dev);
	int rc;

	slot->sectors = calloc(count, sizeof(*slot->sectors));
	if (slot->sectors == NULL) {
		return -ENOMEM;
	}
	rc = flash_area_sectors(slot->fa, &count, slot->sectors);
	slot->sector_count = count;
	return rc;
}

static int load_bytes(struct sim_boot_slot *slot)
{
	const size_t size = slot->fa->fa_size;
	int rc;

	slot->bytes = malloc(size);
	slot->was = malloc(size);
	if (slot->bytes == NULL || slot->was == NULL) {
		return -ENOMEM;
	}
	rc = flash_area_read(slot->fa, 0, slot->was, size);
	if (rc == 0) {
		memcpy(slot->bytes, slot->was, size);
	}
	return rc;
}

/* Blank blocks stay unprogrammed: the application programs some of them later. */
static int program_sector(const struct sim_boot_slot *slot, size_t off, size_t end)
{
	const size_t block = flash_area_align(slot->fa);
	int rc = 0;

	while (rc == 0 && off < end) {
		size_t len = 0;

		while (off + len < end &&
		       !bytes_are(&slot->bytes[off + len], block, slot->erased)) {
			len += block;
		}
		if (len > 0) {
			rc = flash_area_write(slot->fa, (off_t)off, &slot->bytes[off], len);
		}
		off += len > 0 ? len : block;
	}
	return rc;
}

int sim_boot_slot_load(struct sim_boot_slot *slot, const struct flash_area *fa, uint8_t align)
{
	int rc;

	*slot = (struct sim_boot_slot){
		.fa = fa, .align = align, .erased = flash_area_erased_val(fa)};
	rc = load_sectors(slot);
	if (rc == 0) {
		rc = load_bytes(slot);
	}
	if (rc != 0) {
		sim_boot_slot_free(slot);
	}
	return rc;
}

int sim_boot_slot_store(const struct sim_boot_slot *slot)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < slot->sector_count; i++) {
		const size_t off = (size_t)slot->sectors[i].fs_off;
		const size_t len = slot->sectors[i].fs_size;

		if (memcmp(&slot->bytes[off], &slot->was[off], len) == 0) {
			continue;
		}
		rc = flash_area_flatten(slot->fa, (off_t)off, len);
		if (rc == 0) {
			rc = program_sector(slot, off, off + len);
		}
	}
	return rc;
}

bool sim_boot_slot_is_changed(const struct sim_boot_slot *slot)
{
	return slot->fa != NULL && memcmp(slot->bytes, slot->was, slot->fa->fa_size) != 0;
}

bool sim_boot_slot_has_whole_pages(const struct sim_boot_slot *slot)
{
	const struct flash_area *fa = slot->fa;
	const off_t end = fa->fa_off + (off_t)fa->fa_size;
	struct flash_pages_info first;
	struct flash_pages_info last;

	return flash_get_page_info_by_offs(fa->fa_dev, fa->fa_off, &first) == 0 &&
	       flash_get_page_info_by_offs(fa->fa_dev, end - 1, &last) == 0 &&
	       first.start_offset == fa->fa_off && last.start_offset + (off_t)last.size == end;
}

void sim_boot_slot_free(struct sim_boot_slot *slot)
{
	free(slot->bytes);
	free(slot->was);
	free(slot->sectors);
	memset(slot, 0, sizeof(*slot));
}

size_t sim_boot_slot_field(const struct sim_boot_slot *slot, enum trailer_field field)
{
	return slot->fa->fa_size - trailer_distance(slot->align, field);
}

struct boot_swap_state sim_boot_slot_state(const struct sim_boot_slot *slot)
{
	struct boot_swap_state state;

	trailer_decode(&state, &slot->bytes[sim_boot_slot_field(slot, TRAILER_SWAP_INFO)],
		       slot->align, slot->erased);
	return state;
}

void sim_boot_slot_put(struct sim_boot_slot *slot, enum trailer_field field, uint8_t value)
{
	(void)trailer_encode(&slot->bytes[sim_boot_slot_field(slot, field)], field, value,
			     slot->align, flash_area_align(slot->fa), slot->erased);
}

void sim_boot_slot_erase(struct sim_boot_slot *slot)
{
	memset(slot->bytes, slot->erased, slot->fa->fa_size);
}

void sim_boot_slot_erase_end(struct sim_boot_slot *slot, size_t len)
{
	uint32_t i = slot->sector_count;
	size_t start = slot->fa->fa_size;

	while (i > 0 && slot->fa->fa_size - start < len) {
		i--;
		start = (size_t)slot->sectors[i].fs_off;
	}
	memset(&slot->bytes[start], slot->erased, slot->fa->fa_size - start);
}

struct sim_boot_view sim_boot_slot_view(const struct sim_boot_slot *slot, size_t off)
{
	return (struct sim_boot_view){
		.bytes = &slot->bytes[off],
		.len = slot->fa->fa_size - off,
		.slot_size = slot->fa->fa_size,
		.erased = slot->erased,
	};
}
