/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What boards/nrf54l15.dts says, typed by hand. FLASH(name), PARTITION(label, text, flash, id,
 * offset, address, size).
 */
#define FLASHES(FLASH) FLASH(cpuapp_rram)
#define PARTITIONS(PARTITION)                                                                      \
	PARTITION(boot_partition, "mcuboot", cpuapp_rram, 20, 0x0, 0x0, 0x10000)                   \
	PARTITION(slot0_partition, "image-0", cpuapp_rram, 0, 0x10000, 0x10000, 0xa6000)           \
	PARTITION(slot1_partition, "image-1", cpuapp_rram, 1, 0xb6000, 0xb6000, 0xa6000)           \
	PARTITION(storage_partition, "storage", cpuapp_rram, 21, 0x15c000, 0x15c000, 0x9000)
#define ENTRIES 4
#define HAS_SCRATCH 0
#define HAS_SECOND_IMAGE 0
