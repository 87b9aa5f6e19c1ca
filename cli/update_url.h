/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Updates from a server: what the kinds of file have of their own. */
#ifndef CLI_UPDATE_URL_H
#define CLI_UPDATE_URL_H

#include "update.h"

/** A file on a server, of which the first bytes are here. */
struct update_url {
	const char *name;      /**< The URL. */
	struct cli_file first; /**< Up to UPDATE_URL_FIRST bytes. */
	size_t size;           /**< As the server says; 0: it does not. */
	bool is_dual;          /**< One of two names, those of a bootloader's builds. */
	unsigned int image;    /**< Image pair; 0 for a modem. */
	bool had_progress;     /**< Something of an earlier download is there. */
	const char *place;     /**< Where it is kept, in words. */
};

#define UPDATE_URL_FIRST 1024u /**< The reset vector of an image among them. */

/** A kind of file. */
struct update_url_kind {
	int type;         /**< DFU_TARGET_IMAGE_TYPE_*. */
	const char *word; /**< Of the report. */
	/** Judge what can be by the first bytes and the size, and lend the target what it needs. */
	enum cli_status (*prepare)(struct cli *cli, struct update_url *url);
	/** All of it, `size` bytes, is there and verified. */
	enum cli_status (*finish)(struct cli *cli, const struct update_url *url);
	dfu_target_callback_t callback;     /**< May be NULL. */
	const char *(*why)(int rc);         /**< Errors of the target in words. */
	const char *(*why_refused)(int rc); /**< Errors of its last call, with all bytes there. */
};

extern const struct update_url_kind update_url_mcuboot;
extern const struct update_url_kind update_url_modem_delta;
extern const struct update_url_kind update_url_full_modem;

#endif
