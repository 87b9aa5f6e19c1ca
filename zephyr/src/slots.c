/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library numbers areas as MCUboot does: slot s of image i is area 2 i + s, the scratch
 * area 16. Zephyr's numbers follow the devicetree. What is opened here is a copy of Zephyr's area
 * with the number that the library knows; Zephyr reads nothing else of the number.
 */
#include <errno.h>

#include <zephyr/devicetree.h>
#include <zephyr/storage/flash_map.h>
#include <zephyr/sys/util.h>

#define NONE -1
#define ID(label)                                                                                  \
	COND_CODE_1(DT_NODE_EXISTS(DT_NODELABEL(label)), (FIXED_PARTITION_ID(label)), (NONE))

static const int16_t ids[] = {
	ID(slot0_partition),   ID(slot1_partition),  ID(slot2_partition),  ID(slot3_partition),
	ID(slot4_partition),   ID(slot5_partition),  ID(slot6_partition),  ID(slot7_partition),
	ID(slot8_partition),   ID(slot9_partition),  ID(slot10_partition), ID(slot11_partition),
	ID(slot12_partition),  ID(slot13_partition), ID(slot14_partition), ID(slot15_partition),
	ID(scratch_partition),
};

static struct flash_area areas[ARRAY_SIZE(ids)];

int slotwise_flash_area_open(uint8_t slot, const struct flash_area **fa)
{
	const struct flash_area *found;

	if (slot >= ARRAY_SIZE(ids) || ids[slot] == NONE) {
		return -ENOENT;
	}
	const int rc = flash_area_open((uint8_t)ids[slot], &found);
	if (rc == 0) {
		areas[slot] = *found;
		areas[slot].fa_id = slot;
		*fa = &areas[slot];
	}
	return rc;
}
