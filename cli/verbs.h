/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief The verbs, a file each. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli.h"

extern const struct cli_verb cli_verb_new;
extern const struct cli_verb cli_verb_flash;
extern const struct cli_verb cli_verb_update;
extern const struct cli_verb cli_verb_schedule;
extern const struct cli_verb cli_verb_boot;
extern const struct cli_verb cli_verb_confirm;
extern const struct cli_verb cli_verb_cancel;
extern const struct cli_verb cli_verb_status;
extern const struct cli_verb cli_verb_modem;
extern const struct cli_verb cli_verb_modem_apply;
extern const struct cli_verb cli_verb_modem_rollback;
extern const struct cli_verb cli_verb_inspect;
extern const struct cli_verb cli_verb_make_full;
extern const struct cli_verb cli_verb_make_delta;
extern const struct cli_verb cli_verb_make_package;

#endif
