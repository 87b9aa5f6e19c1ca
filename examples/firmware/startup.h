/* SPDX-License-Identifier: Apache-2.0 */
/* What the program supplies to the vector table. */
#ifndef STARTUP_H
#define STARTUP_H

int main(void);
void systick_handler(void);

#endif
