/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief The modem of the open device: what is known of it, and its errors in words. */
#ifndef CLI_MODEM_VIEW_H
#define CLI_MODEM_VIEW_H

#include <dfu/fmfu_fdev.h>

#include "cli.h"

/** What the verbs tell of a modem. */
struct cli_modem_view {
	struct sim_modem_status status;
	bool is_stored;             /**< A whole file lies in the store. */
	struct fmfu_fdev_info file; /**< Of that. */
	bool is_full_pending;       /**< A full update was begun and not ended. */
};

/** The modem; refused where the board has none. */
DFU_MUST_CHECK enum cli_status cli_need_modem(struct cli *cli, struct sim_modem **modem);

/** The partition for modem files; refused where the board has none. */
DFU_MUST_CHECK enum cli_status cli_need_store(struct cli *cli, const struct sim_partition **store);

/** @return Where a stored file lies. */
struct fmfu_fdev_file cli_store_file(const struct sim_partition *store);

/** Refuse a firmware that the modem could only take a part of; @p what names its file. */
DFU_MUST_CHECK enum cli_status cli_modem_has_room(struct cli *cli, const char *what,
						  const struct sim_modem_segment *bootloader,
						  const struct sim_modem_firmware *firmware);

/** Look at the modem, which there is, and at the store. Asks nothing of the modem's port. */
void cli_modem_look(struct cli *cli, struct cli_modem_view *view);

/** @return A new object, as `status` reports it. */
json_t *cli_modem_json(const struct cli_modem_view *view);

/** Tell people of it. */
void cli_modem_say(const struct cli *cli, const struct cli_modem_view *view);

/** @return "ok", "pending" or "unbootable". */
const char *cli_modem_state_word(enum sim_modem_state state);

/** @return Version of its firmware; "of unknown version". */
const char *cli_modem_version(const struct sim_modem_status *status);

#define CLI_HOLDS_LEN 80 /**< Room for what a whole file holds. */

/** @return @p text: what a whole file holds, in words. */
const char *cli_modem_file_holds(char text[CLI_HOLDS_LEN], const struct fmfu_fdev_info *info);

/** @return What a call of the port has returned, in words: a code's name, or an errno. */
const char *cli_modem_code(int rc);

/** @return Why an update of the modem failed, in words. */
const char *cli_modem_why(int rc);

/** @return Why fmfu_fdev_check() did not take the stored file, in words. */
const char *cli_modem_file_why(int rc);

#endif
