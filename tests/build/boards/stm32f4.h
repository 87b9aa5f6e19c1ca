/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What boards/stm32f4.dts says, typed by hand. FLASH(name), PARTITION(label, text, flash, id,
 * offset, address, size).
 */
#define FLASHES(FLASH) FLASH(flash0)
#define PARTITIONS(PARTITION)                                                                      \
	PARTITION(boot_partition, "mcuboot", flash0, 20, 0x0, 0x8000000, 0x8000)                   \
	PARTITION(storage_partition, "storage", flash0, 21, 0x8000, 0x8008000, 0x8000)             \
	PARTITION(slot0_partition, "image-0", flash0, 0, 0x20000, 0x8020000, 0x60000)              \
	PARTITION(slot1_partition, "image-1", flash0, 1, 0x80000, 0x8080000, 0x60000)              \
	PARTITION(scratch_partition, "image-scratch", flash0, 16, 0xe0000, 0x80e0000, 0x20000)
#define ENTRIES 5
#define HAS_SCRATCH 1
#define HAS_SECOND_IMAGE 0
