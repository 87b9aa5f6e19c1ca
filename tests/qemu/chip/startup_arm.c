/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vector table and start of a program for any Cortex-M: by the emulator's own loader, by the stub
 * of a board, or by a bootloader. What is not a reset ends the emulator with status 99.
 */
#include <stdint.h>

#include "program.h"
#include "semihosting.h"

#define SCB_VTOR (*(volatile uint32_t *)0xe000ed08u)
#define SCB_AIRCR (*(volatile uint32_t *)0xe000ed0cu)
#define AIRCR_SYSRESETREQ 0x05fa0004u

#define EXCEPTIONS 16

extern uint32_t program_stack_top[];

void reset_handler(void);

union vector {
	uint32_t *stack;
	void (*handler)(void);
};

static void fault_handler(void)
{
	semihosting_say("Bail out! exception\n");
	semihosting_exit(99);
}

__attribute__((section(".vectors"), used)) static const union vector vectors[EXCEPTIONS] = {
	{.stack = program_stack_top},
	{.handler = reset_handler},
	{.handler = fault_handler}, /* NMI */
	{.handler = fault_handler}, /* hard fault */
	{.handler = fault_handler}, /* memory management */
	{.handler = fault_handler}, /* bus fault */
	{.handler = fault_handler}, /* usage fault */
	{.handler = fault_handler}, /* secure fault */
	{.handler = 0},
	{.handler = 0},
	{.handler = 0},
	{.handler = fault_handler}, /* SVCall */
	{.handler = fault_handler}, /* debug monitor */
	{.handler = 0},
	{.handler = fault_handler}, /* PendSV */
	{.handler = fault_handler}, /* SysTick */
};

void reset_handler(void)
{
	/* Cortex-M0 has none and ignores it: there the table lies at 0. */
	SCB_VTOR = (uint32_t)(uintptr_t)vectors;
	program_run();
}

void program_reset(void)
{
	SCB_AIRCR = AIRCR_SYSRESETREQ;
	for (;;) {
	}
}
