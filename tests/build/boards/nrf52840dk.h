/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What boards/nrf52840dk.dts says, typed by hand. FLASH(name), PARTITION(label, text, flash, id,
 * offset, address, size).
 */
#define FLASHES(FLASH) FLASH(flash0)
#define PARTITIONS(PARTITION)                                                                      \
	PARTITION(boot_partition, "mcuboot", flash0, 20, 0x0, 0x0, 0xc000)                         \
	PARTITION(slot0_partition, "image-0", flash0, 0, 0xc000, 0xc000, 0x76000)                  \
	PARTITION(slot1_partition, "image-1", flash0, 1, 0x82000, 0x82000, 0x76000)                \
	PARTITION(storage_partition, "storage", flash0, 21, 0xf8000, 0xf8000, 0x8000)
#define ENTRIES 4
#define HAS_SCRATCH 0
#define HAS_SECOND_IMAGE 0
