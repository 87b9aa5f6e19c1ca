/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the kinds of update share: options, the file, the way of its bytes. */
#ifndef CLI_UPDATE_H
#define CLI_UPDATE_H

#include <dfu/dfu_target.h>

#include "cli.h"
#include "image.h"

/** Rows of the verb's options. */
enum update_option {
	UPDATE_CHUNK,
	UPDATE_IMAGE,
	UPDATE_PERMANENT,
	UPDATE_KEY,
	UPDATE_NO_SCHEDULE,
	UPDATE_RESTART,
	UPDATE_S0,
	UPDATE_S1,
	UPDATE_CACERT
};

/** A file that is to update something; its bytes are the verb's. Its name is the second operand. */
struct update {
	struct cli_file file;
	unsigned long chunk;
	bool is_bootloader; /**< Chosen of two for S0 and S1: nothing else will do. */
};

/** How the file goes to its target. */
struct update_way {
	int image;                      /**< Image pair; 0 for a modem. */
	dfu_target_callback_t callback; /**< May be NULL. */
	const char *place;              /**< Where it is kept, in words. */
	bool had_progress;              /**< Something of an earlier download is there. */
	const char *(*why)(int rc);     /**< Errors of the target in words. */
	/** Those of its beginning, before any byte; NULL: as `why`. */
	const char *(*why_not_begun)(int rc);
};

/** The kinds of update: judge the file in memory, then write it and ask for it. */
DFU_MUST_CHECK enum cli_status update_mcuboot(struct cli *cli, const struct update *update);
DFU_MUST_CHECK enum cli_status update_modem_delta(struct cli *cli, const struct update *update);
DFU_MUST_CHECK enum cli_status update_full_modem(struct cli *cli, const struct update *update);
DFU_MUST_CHECK enum cli_status update_package(struct cli *cli, const struct update *update);

/**
 * The same with a file on a server, whose URL is the second operand, from opening the device on.
 * @p update gets what had to be in memory of it. A program that fetches nothing itself hands over
 * to the one beside it that does.
 */
DFU_MUST_CHECK enum cli_status update_url(struct cli *cli, struct update *update);

/** From now on tell of the erase of a modem's patch area: the callback of its target. */
void update_modem_delta_watch(struct cli *cli, const struct sim_modem *modem);
void update_modem_delta_event(enum dfu_target_evt_id event);

/** Ask the modem for the patch that it has, unless --no-schedule says otherwise. */
DFU_MUST_CHECK enum cli_status update_modem_delta_schedule(struct cli *cli);

/** Of --s0 and --s1 the file for the slot that does not run becomes the second operand. */
DFU_MUST_CHECK enum cli_status update_choose_bootloader(struct cli *cli);

/**
 * The image pair of the file: as --image says, else the one that takes bootloaders if the image is
 * linked for one of their slots, else 0.
 */
DFU_MUST_CHECK enum cli_status update_find_pair(struct cli *cli, const struct update *update,
						unsigned int *image);

/** Say where writing begins, and report it; `given_up`: bytes of the same file. */
void update_say_beginning(struct cli *cli, const struct update *update,
			  const struct update_way *way, size_t offset, size_t given_up);

/** Refuse options that mean nothing for a file for the modem. */
DFU_MUST_CHECK enum cli_status update_refuse_image_options(struct cli *cli);

/** Begin, or go on where this file stopped, and write all of it; not yet done. */
DFU_MUST_CHECK enum cli_status update_write(struct cli *cli, const struct update *update,
					    const struct update_way *way);

#endif
