/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vector table and start-up of the demo firmware. MCUboot leaves a core that runs from the image's
 * vector table: stack pointer and reset vector are its first two words. RAM is ours to set up, and
 * VTOR too, so that the image also starts where something else than MCUboot jumps to it.
 */
#include <stdint.h>

#include "startup.h"

#define SCB_VTOR (*(volatile uint32_t *)0xe000ed08u)

#define BKPT_SEMIHOSTING 0xbeabu
#define EXCEPTIONS 16

extern uint32_t firmware_stack_top[];
extern uint32_t firmware_data_start[], firmware_data_end[], firmware_data_load[];
extern uint32_t firmware_bss_start[], firmware_bss_end[];

void reset_handler(void);
void hard_fault_handler(void);
void hard_fault(uint32_t *frame);

union vector {
	uint32_t *stack;
	void (*handler)(void);
};

/* Nothing else is expected: stop where a debugger can see it. */
static void unexpected_handler(void)
{
	for (;;) {
	}
}

__attribute__((section(".vectors"), used)) static const union vector vectors[EXCEPTIONS] = {
	{.stack = firmware_stack_top},
	{.handler = reset_handler},
	{.handler = unexpected_handler}, /* NMI */
	{.handler = hard_fault_handler},
	{.handler = unexpected_handler}, /* memory management */
	{.handler = unexpected_handler}, /* bus fault */
	{.handler = unexpected_handler}, /* usage fault */
	{.handler = 0},
	{.handler = 0},
	{.handler = 0},
	{.handler = 0},
	{.handler = unexpected_handler}, /* SVCall */
	{.handler = unexpected_handler}, /* debug monitor */
	{.handler = 0},
	{.handler = unexpected_handler}, /* PendSV */
	{.handler = systick_handler},
};

/* A semihosting call without a debugger is a hard fault: step over it with "failed" (-1) in r0. */
__attribute__((used)) void hard_fault(uint32_t *frame)
{
	const uint16_t *pc = (const uint16_t *)(uintptr_t)frame[6];

	if (*pc != BKPT_SEMIHOSTING) {
		unexpected_handler();
	}
	frame[0] = UINT32_MAX;
	frame[6] += sizeof(*pc);
}

__attribute__((naked)) void hard_fault_handler(void)
{
	__asm volatile("mrs r0, msp\n\tb hard_fault");
}

void reset_handler(void)
{
	const uint32_t *from = firmware_data_load;

	SCB_VTOR = (uint32_t)(uintptr_t)vectors;
	for (uint32_t *to = firmware_data_start; to < firmware_data_end; to++) {
		*to = *from++;
	}
	for (uint32_t *to = firmware_bss_start; to < firmware_bss_end; to++) {
		*to = 0;
	}
	(void)main();
	unexpected_handler();
}
