/* SPDX-License-Identifier: Apache-2.0 */
/* Between start-up, which differs from core to core, and the programs. */
#ifndef PROGRAM_H
#define PROGRAM_H

/** Set RAM up, open the console, run main(); its result is the emulator's exit status. */
_Noreturn void program_run(void);

/** Reset the chip. Cortex-M only. */
_Noreturn void program_reset(void);

int main(void);

#endif
