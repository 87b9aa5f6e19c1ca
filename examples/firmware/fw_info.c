/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes the demo firmware stand in for a bootloader: the version by which a first stage
 * chooses between S0 and S1. Behind the vector table it is where that one looks.
 */
#include <stdint.h>

#define FW_INFO_MAGIC_COMMON 0x281ee6deu
#define FW_INFO_MAGIC_FIRMWARE 0x8fcebb4cu
#define FW_INFO_MAGIC_CHIP 0x00003502u
#define FW_INFO_VALID 0x9102ffffu

struct fw_info {
	uint32_t magic[3];
	uint32_t total_size;
	const uint8_t *size; /* an address, as linkers tell sizes */
	uint32_t version;
	const uint8_t *address;
	const uint8_t *boot_address;
	uint32_t valid;
	uint32_t reserved[4];
	uint32_t ext_api_num;
	uint32_t ext_api_request_num;
};
_Static_assert(sizeof(struct fw_info) == 60, "the format has no padding");

extern const uint8_t firmware_text_start[], firmware_text_size[];

__attribute__((section(".fw_info"), aligned(0x200), used)) static const struct fw_info info = {
	.magic = {FW_INFO_MAGIC_COMMON, FW_INFO_MAGIC_FIRMWARE, FW_INFO_MAGIC_CHIP},
	.total_size = sizeof(struct fw_info),
	.size = firmware_text_size,
	.version = FIRMWARE_MONOTONIC_VERSION,
	.address = firmware_text_start,
	.boot_address = firmware_text_start,
	.valid = FW_INFO_VALID,
};
