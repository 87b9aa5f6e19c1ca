/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What a verb says: errors, lines for people, the report for programs. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/image.h>

#include "cli.h"

/** "slotwise: WHAT: why" on stderr, and `error` in the report. @return CLI_FAILED. */
enum cli_status cli_fail(struct cli *cli, const char *what, const char *format, ...)
	DFU_PRINTF(3, 4);

/** "slotwise: WHAT: warning: why" on stderr; the verb goes on. */
void cli_warn(const char *what, const char *format, ...) DFU_PRINTF(2, 3);

/** A line for people on stdout; nothing with --json. */
void cli_say(const struct cli *cli, const char *format, ...) DFU_PRINTF(2, 3);

/**
 * Set a member of the report; @p value is taken over. Members keep the order in which they were
 * first set.
 */
void cli_report(struct cli *cli, const char *key, json_t *value);

/** Set members, up to a NULL, to null: so each is in the report, and in its place. */
void cli_report_nothing(struct cli *cli, const char *const *keys);

/** Write out what stdout holds, or say that it cannot be written. @return Whether it could. */
bool cli_flush(void);

/** Print the report. */
void cli_print_report(const struct cli *cli);

/** @return Whether stdout is a terminal that wants colours: NO_COLOR and TERM=dumb say no. */
bool cli_wants_color(void);

/** @return A new JSON string of @p len bytes in lower-case hex. */
json_t *cli_json_hex(const uint8_t *bytes, size_t len);

#define CLI_VERSION_LEN 32 /**< Room for a version. */

/** "major.minor.revision+build". @return @p text. */
const char *cli_version_text(char text[CLI_VERSION_LEN], const struct dfu_image_version *version);

/** @return none, test, permanent, revert or fail for BOOT_SWAP_TYPE_*. */
const char *cli_swap_word(int swap_type);

#endif
