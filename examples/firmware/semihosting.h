/* SPDX-License-Identifier: Apache-2.0 */
/* Console output through the debugger. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

/* Call once before the first byte is printed to stdout. */
void semihosting_stdout_open(void);

#endif
