/* SPDX-License-Identifier: Apache-2.0 */
/* Start of a program for RV32 in machine mode. A trap ends the emulator with status 99. */
#include "program.h"
#include "semihosting.h"

void reset_handler(void);
void trap_handler(void);

__attribute__((aligned(4), used)) void trap_handler(void)
{
	semihosting_say("Bail out! trap\n");
	semihosting_exit(99);
}

__attribute__((naked, section(".vectors"), used)) void reset_handler(void)
{
	__asm volatile(".option push\n\t"
		       ".option norelax\n\t"
		       "la gp, __global_pointer$\n\t"
		       ".option pop\n\t"
		       "la sp, program_stack_top\n\t"
		       "la t0, trap_handler\n\t"
		       ".option push\n\t"
		       ".option arch, +zicsr\n\t"
		       "csrw mtvec, t0\n\t"
		       ".option pop\n\t"
		       "j program_run");
}
