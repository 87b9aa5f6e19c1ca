/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the core runs first: it starts the image that slot 0 holds, as a bootloader does that has
 * nothing to install. Which image that is decides `slotwise boot`, on the same flash, between the
 * runs. Without an image the emulator ends with status 3.
 */
#include <stdint.h>

#include "semihosting_call.h"

#define SLOT0 0x21000000u
#define IMAGE_MAGIC 0x96f3b83du
#define SYS_EXIT_EXTENDED 0x20

struct header {
	uint32_t magic;
	uint32_t load_address;
	uint16_t header_size;
};

void reset_handler(void);

extern uint32_t program_stack_top[];

__attribute__((section(".vectors"), used)) static const struct {
	uint32_t *stack;
	void (*reset)(void);
} vectors = {program_stack_top, reset_handler};

void reset_handler(void)
{
	const struct header *header = (const struct header *)SLOT0;
	const uintptr_t no_image[] = {0x20026, 3};

	if (header->magic != IMAGE_MAGIC) {
		(void)semihosting_call(SYS_EXIT_EXTENDED, no_image);
	}
	const uint32_t *table = (const uint32_t *)(SLOT0 + header->header_size);

	__asm volatile("msr msp, %0\n\tbx %1" : : "r"(table[0]), "r"(table[1]));
	__builtin_unreachable();
}
