/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What boards/nrf9160dk.dts says, typed by hand. FLASH(name), PARTITION(label, text, flash, id,
 * offset, address, size).
 */
#define FLASHES(FLASH) FLASH(flash0) FLASH(mx25r64)
#define PARTITIONS(PARTITION)                                                                      \
	PARTITION(boot_partition, "mcuboot", flash0, 20, 0x0, 0x0, 0x10000)                        \
	PARTITION(slot0_partition, "image-0", flash0, 0, 0x10000, 0x10000, 0xe8000)                \
	PARTITION(storage_partition, "storage", flash0, 21, 0xf8000, 0xf8000, 0x8000)              \
	PARTITION(slot1_partition, "image-1", mx25r64, 1, 0x0, 0x0, 0xe8000)                       \
	PARTITION(fmfu_storage, "fmfu_storage", mx25r64, 17, 0x100000, 0x100000, 0x400000)
#define ENTRIES 5
#define HAS_SCRATCH 0
#define HAS_SECOND_IMAGE 0
