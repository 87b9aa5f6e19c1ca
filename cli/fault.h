/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief --modem-fault: a call of the modem fails. */
#ifndef CLI_FAULT_H
#define CLI_FAULT_H

#include "cli.h"

#define CLI_FAULT_NAME "modem-fault"

/** Row of a verb that may ask the modem. */
#define CLI_FAULT_OPTION                                                                           \
	{CLI_FAULT_NAME, "CALL:CODE[:AFTER]", "have the modem's CALL fail, after AFTER that work"}

/** Read the option, if the verb has it and it was given. CLI_DONE or CLI_USAGE. */
DFU_MUST_CHECK enum cli_status cli_fault_read(struct cli *cli);

/** The device has just been opened: from now on calls of its modem fail, if it has one. */
void cli_fault_plan(struct cli *cli);

#endif
