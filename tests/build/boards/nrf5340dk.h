/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What boards/nrf5340dk.dts says, typed by hand. FLASH(name), PARTITION(label, text, flash, id,
 * offset, address, size).
 */
#define FLASHES(FLASH) FLASH(flash0) FLASH(flash1)
#define PARTITIONS(PARTITION)                                                                      \
	PARTITION(boot_partition, "b0", flash0, 20, 0x0, 0x0, 0x8000)                              \
	PARTITION(s0_partition, "s0", flash0, 18, 0x8000, 0x8000, 0xc000)                          \
	PARTITION(s1_partition, "s1", flash0, 19, 0x14000, 0x14000, 0xc000)                        \
	PARTITION(slot0_partition, "image-0", flash0, 0, 0x20000, 0x20000, 0x48000)                \
	PARTITION(slot1_partition, "image-1", flash0, 1, 0x68000, 0x68000, 0x48000)                \
	PARTITION(slot3_partition, "image-3", flash0, 3, 0xb0000, 0xb0000, 0x3c000)                \
	PARTITION(slot5_partition, "image-5", flash0, 5, 0xec000, 0xec000, 0xd000)                 \
	PARTITION(scratch_partition, "image-scratch", flash0, 16, 0xf9000, 0xf9000, 0x3000)        \
	PARTITION(storage_partition, "storage", flash0, 21, 0xfc000, 0xfc000, 0x4000)              \
	PARTITION(b0n_partition, "b0n", flash1, 22, 0x0, 0x1000000, 0x4000)                        \
	PARTITION(slot2_partition, "image-2", flash1, 2, 0x4000, 0x1004000, 0x3c000)
#define ENTRIES 11
#define HAS_SCRATCH 1
#define HAS_SECOND_IMAGE 1
