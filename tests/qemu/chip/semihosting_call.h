/* SPDX-License-Identifier: Apache-2.0 */
/* The one instruction that differs. */
#ifndef SEMIHOSTING_CALL_H
#define SEMIHOSTING_CALL_H

#include <stdint.h>

#if defined(__riscv)
static inline int32_t semihosting_call(uint32_t operation, const void *argument)
{
	register uint32_t a0 __asm("a0") = operation;
	register const void *a1 __asm("a1") = argument;

	/* The three instructions together are the mark, none of them compressed, all on one page.
	 */
	__asm volatile(".balign 16\n\t"
		       ".option push\n\t"
		       ".option norvc\n\t"
		       "slli zero, zero, 0x1f\n\t"
		       "ebreak\n\t"
		       "srai zero, zero, 7\n\t"
		       ".option pop"
		       : "+r"(a0)
		       : "r"(a1)
		       : "memory");
	return (int32_t)a0;
}
#else
static inline int32_t semihosting_call(uint32_t operation, const void *argument)
{
	register uint32_t r0 __asm("r0") = operation;
	register const void *r1 __asm("r1") = argument;

	__asm volatile("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
	return (int32_t)r0;
}
#endif

#endif
