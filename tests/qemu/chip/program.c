/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <stdint.h>

#include "semihosting.h"

extern uint32_t program_data_start[], program_data_end[], program_data_load[];
extern uint32_t program_bss_start[], program_bss_end[];

_Noreturn void program_run(void)
{
	const uint32_t *from = program_data_load;

	for (uint32_t *to = program_data_start; to < program_data_end; to++) {
		*to = *from++;
	}
	for (uint32_t *to = program_bss_start; to < program_bss_end; to++) {
		*to = 0;
	}
	console_open();
	semihosting_exit(main());
}
