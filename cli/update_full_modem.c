/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole firmware for the modem: stored on flash and verified there. Nothing asks for it at the
 * next boot: `slotwise modem apply` writes it when the application finds the time, for the modem is
 * off the network then.
 */
#include <string.h>

#include "modem_files.h"
#include "modem_view.h"
#include "output.h"
#include "session.h"
#include "slots.h"
#include "target.h"
#include "update.h"

#define STORE_ID "DFU_FULL_MODEM"

static enum cli_status judge_file(struct cli *cli, const struct update *update,
				  const struct sim_partition *store,
				  struct sim_modem_firmware *firmware)
{
	const char *path = cli->operand[1];
	struct sim_modem_segment bootloader;
	struct sim_error error;

	if (sim_modem_read_full(update->file.data, update->file.len, &bootloader, firmware,
				&error) != 0) {
		return cli_fail(cli, path, "%s", error.text);
	}
	if (update->file.len > store->size) {
		return cli_fail(cli, path, "%zu bytes, but %s has %zu: %s", update->file.len,
				store->name, (size_t)store->size, strerror(EFBIG));
	}
	return cli_modem_has_room(cli, path, &bootloader, firmware);
}

static const char *why(int rc)
{
	return rc == -EBUSY ? cli_modem_why(rc) : strerror(-rc);
}

static enum cli_status carry_out(struct cli *cli, const struct update *update,
				 const struct sim_partition *store)
{
	const struct update_way way = {
		.place = store->name,
		.had_progress = cli_target_has_progress(STORE_ID),
		.why = why,
	};
	enum cli_status status = cli_target_store_ready(cli, store);
	int rc;

	status = status != CLI_DONE ? status : cli_target_name_file(cli, &update->file);
	status = status != CLI_DONE ? status : update_write(cli, update, &way);
	if (status != CLI_DONE) {
		return status;
	}
	rc = dfu_target_done(true);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "what flash holds is not the file: %s",
				cli_modem_file_why(rc));
	}
	cli_say(cli, "stored and verified: %zu bytes as flash holds them", update->file.len);
	cli_say(cli, "slotwise modem apply %s writes it to the modem", cli->operand[0]);
	return CLI_DONE;
}

static void tell(struct cli *cli, const struct update *update, const struct sim_partition *store,
		 const struct sim_modem_firmware *firmware)
{
	char version[SIM_MODEM_VERSION_LEN];

	sim_modem_firmware_version(firmware, version);
	cli_report(cli, "version", version[0] != '\0' ? json_string(version) : NULL);
	cli_report(cli, "size", json_integer((json_int_t)update->file.len));
	if (firmware->count == 0) {
		cli_say(cli, "modem: a bootloader without firmware, into %s", store->name);
	} else {
		cli_say(cli, "modem: a whole firmware, %s, into %s",
			version[0] != '\0' ? version : "of unknown version", store->name);
	}
}

enum cli_status update_full_modem(struct cli *cli, const struct update *update)
{
	static struct sim_modem_firmware firmware;
	const struct sim_partition *store;
	struct sim_modem *modem;
	enum cli_status status = cli_need_modem(cli, &modem);

	status = status != CLI_DONE ? status : cli_need_store(cli, &store);
	status = status != CLI_DONE ? status : update_refuse_image_options(cli);
	status = status != CLI_DONE ? status : cli_need_whole_pages(cli, store);
	status = status != CLI_DONE ? status : judge_file(cli, update, store, &firmware);
	if (status != CLI_DONE) {
		return status;
	}
	/* Without settings it cannot be known whether the stored file is still needed. */
	(void)cli_check_settings(cli);
	tell(cli, update, store, &firmware);
	return carry_out(cli, update, store);
}
