/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the `make` verbs share: firmwares of the modem from files, and their report.
 */
#ifndef CLI_MAKE_H
#define CLI_MAKE_H

#include "image.h"
#include "modem_firmware.h"

/** Files that hold the segments of a firmware. */
struct cli_segments {
	size_t count;
	struct cli_file file[SIM_MODEM_SEGMENTS_MAX];
};

/** Read "ADDR:FILE,ADDR:FILE...". @p files is to be freed in every case. */
DFU_MUST_CHECK enum cli_status cli_segments_read(struct cli *cli, const char *list,
						 struct cli_segments *files,
						 struct sim_modem_firmware *firmware);

void cli_segments_free(struct cli_segments *files);

/** Read a full file that has firmware; @p file, which @p firmware points into, is to be freed in
 * every case. */
DFU_MUST_CHECK enum cli_status cli_full_read(struct cli *cli, const char *path,
					     struct cli_file *file,
					     struct sim_modem_firmware *firmware);

/** Digest and UUID of a firmware. */
struct cli_firmware_name {
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	char uuid[DFU_MODEM_UUID_LEN + 1];
};

DFU_MUST_CHECK enum cli_status cli_firmware_name(struct cli *cli, const char *path,
						 const struct sim_modem_firmware *firmware,
						 struct cli_firmware_name *name);

/** A line for people, and `digest` of the report. */
void cli_report_digest(struct cli *cli, const struct cli_firmware_name *name);

#endif
