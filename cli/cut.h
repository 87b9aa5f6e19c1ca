/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief --cut-after: the power of the device goes in the middle of a verb. */
#ifndef CLI_CUT_H
#define CLI_CUT_H

#include "cli.h"

#define CLI_CUT_NAME "cut-after"

/** Row of a verb that writes flash. */
#define CLI_CUT_OPTION                                                                             \
	{CLI_CUT_NAME, "N[:SEED]", "cut the power after N operations; SEED: inside the next one"}

/** Read the option, if the verb has it and it was given. CLI_DONE or CLI_USAGE. */
DFU_MUST_CHECK enum cli_status cli_cut_read(struct cli *cli);

/**
 * The device has just been opened: from now on its operations count. When the power goes, the
 * process says so, prints its report and ends with CLI_CUT.
 */
void cli_cut_plan(struct cli *cli);

/** The verb is over and the power is on: the report tells that, too, if the option was given. */
void cli_cut_end(struct cli *cli);

#endif
