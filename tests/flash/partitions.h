/* SPDX-License-Identifier: Apache-2.0 */
/* What the generated header of a board looks like, by hand. */
#ifndef TESTS_FLASH_PARTITIONS_H
#define TESTS_FLASH_PARTITIONS_H

extern const struct device board_flash0;
extern const struct flash_area board_areas[];

#define DFU_PARTITION_slot0_partition_EXISTS 1
#define DFU_PARTITION_slot0_partition_ID 0
#define DFU_PARTITION_slot0_partition_OFFSET 0xc000
#define DFU_PARTITION_slot0_partition_ADDRESS 0x800c000
#define DFU_PARTITION_slot0_partition_SIZE 0x36000
#define DFU_PARTITION_slot0_partition_DEVICE (&board_flash0)
#define DFU_PARTITION_slot0_partition_AREA (&board_areas[0])

#define DFU_PARTITION_storage_partition_EXISTS 1
#define DFU_PARTITION_storage_partition_ID 16
#define DFU_PARTITION_storage_partition_OFFSET 0x78000
#define DFU_PARTITION_storage_partition_ADDRESS 0x8078000
#define DFU_PARTITION_storage_partition_SIZE 0x8000
#define DFU_PARTITION_storage_partition_DEVICE (&board_flash0)
#define DFU_PARTITION_storage_partition_AREA (&board_areas[1])

#define DFU_CHOSEN_zephyr_code_partition slot0_partition

#endif
