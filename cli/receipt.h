/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What an update has cost the device's flash. */
#ifndef CLI_RECEIPT_H
#define CLI_RECEIPT_H

#include "cli.h"

/** Have the library measure by the times of the board's flash parts. */
void cli_receipt_begin(void);

/** A line for people, and `receipt` in the report; all 0 where everything had been done before. */
void cli_receipt(struct cli *cli);

#endif
