/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware of the demo, for any Cortex-M4 or M33: says what it is and counts the time since it
 * began. Several versions are built from this file, for several slots; 1.1.0 and later also name
 * the core they run on and tell how much of the time they slept.
 *
 * Text goes out by semihosting, so a debugger or an emulator shows it. Without one, nothing is
 * shown and nothing breaks (startup.c steps over the breakpoint).
 */
#include <stdint.h>
#include <stdio.h>

#include "semihosting.h"
#include "startup.h"

#define SYSTICK_CTRL (*(volatile uint32_t *)0xe000e010u)
#define SYSTICK_LOAD (*(volatile uint32_t *)0xe000e014u)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xe000e018u)
#define SYSTICK_CTRL_CORE_CLOCK_IRQ_ON 7u

#define SCB_CPUID (*(volatile uint32_t *)0xe000ed00u)

#define CORE_HZ 64000000u /* nRF52840 */
#define TICK_HZ 10u

#if FIRMWARE_MINOR >= 1
#define REPORTS_CORE_AND_SLEEP 1
#else
#define REPORTS_CORE_AND_SLEEP 0
#endif

static volatile uint32_t ticks;

void systick_handler(void)
{
	ticks++;
}

static void systick_start(void)
{
	SYSTICK_LOAD = CORE_HZ / TICK_HZ - 1u;
	SYSTICK_VALUE = 0;
	SYSTICK_CTRL = SYSTICK_CTRL_CORE_CLOCK_IRQ_ON;
}

static void print_core(void)
{
	uint32_t id = SCB_CPUID;

	printf("core: part %#x r%up%u\n", (unsigned int)((id >> 4) & 0xfffu),
	       (unsigned int)((id >> 20) & 0xfu), (unsigned int)(id & 0xfu));
}

/* Sleeps until the next tick; returns the core cycles it was awake for since the last one. */
static uint32_t wait_for_tick(void)
{
	uint32_t awake = SYSTICK_LOAD - SYSTICK_VALUE;
	uint32_t seen = ticks;

	/*
	 * Masked, or a tick between the look and the sleep would be slept through; a masked one
	 * still wakes.
	 */
	__asm volatile("cpsid i" ::: "memory");
	while (ticks == seen) {
		__asm volatile("wfi\n\tcpsie i\n\tisb\n\tcpsid i" ::: "memory");
	}
	__asm volatile("cpsie i" ::: "memory");
	return awake;
}

int main(void)
{
	uint32_t awake = 0;

	semihosting_stdout_open();
	systick_start();
	printf("slotwise demo " FIRMWARE_NAME " %s\n", FIRMWARE_VERSION);
	if (REPORTS_CORE_AND_SLEEP) {
		print_core();
	}
	for (;;) {
		awake += wait_for_tick();
		if (ticks % TICK_HZ != 0) {
			continue;
		}
		printf("up %lu s", (unsigned long)(ticks / TICK_HZ));
		if (REPORTS_CORE_AND_SLEEP) {
			printf(", asleep %.2f %%", 100.0 - 100.0 * (double)awake / (double)CORE_HZ);
		}
		printf("\n");
		awake = 0;
	}
}
