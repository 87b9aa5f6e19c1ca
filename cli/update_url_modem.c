/* SPDX-License-Identifier: Apache-2.0 */
/* Files for the modem that come from a server: the modem, or the stored file's check, judge them.
 */
#include <errno.h>
#include <string.h>

#include "modem_view.h"
#include "output.h"
#include "session.h"
#include "slots.h"
#include "target.h"
#include "update_url.h"

static void report_size(struct cli *cli, const struct update_url *url)
{
	cli_report(cli, "size", url->size != 0 ? json_integer((json_int_t)url->size) : NULL);
}

static enum cli_status refuse_size(struct cli *cli, const struct update_url *url, const char *place,
				   size_t room)
{
	return url->size <= room ? CLI_DONE
				 : cli_fail(cli, url->name, "%zu bytes, but %s has %zu: %s",
					    url->size, place, room, strerror(EFBIG));
}

static enum cli_status prepare_patch(struct cli *cli, struct update_url *url)
{
	struct sim_modem_status modem_status;
	struct sim_modem *modem;
	enum cli_status status = cli_need_modem(cli, &modem);

	status = status != CLI_DONE ? status : update_refuse_image_options(cli);
	if (status != CLI_DONE) {
		return status;
	}
	update_modem_delta_watch(cli, modem);
	sim_modem_status_get(modem, &modem_status);
	if (modem_status.state == SIM_MODEM_UNBOOTABLE) {
		return cli_fail(cli, cli->operand[0],
				"the modem has no firmware that could be patched: its full update "
				"was begun and not ended; slotwise modem apply does that");
	}
	status = refuse_size(cli, url, "the modem's patch area", modem_status.area);
	if (status != CLI_DONE) {
		return status;
	}
	(void)cli_check_settings(cli);
	url->place = "the modem";
	url->had_progress = modem_status.offset > 0 && modem_status.offset < DFU_MODEM_OFFSET_DIRTY;
	report_size(cli, url);
	cli_say(cli, "modem: a patch for firmware %s", cli_modem_version(&modem_status));
	return CLI_DONE;
}

static enum cli_status finish_patch(struct cli *cli, const struct update_url *url)
{
	cli_say(cli, "the modem has all %zu bytes", url->size);
	return update_modem_delta_schedule(cli);
}

const struct update_url_kind update_url_modem_delta = {
	.type = DFU_TARGET_IMAGE_TYPE_MODEM_DELTA,
	.word = "modem-delta",
	.prepare = prepare_patch,
	.finish = finish_patch,
	.callback = update_modem_delta_event,
	.why = cli_modem_why,
	.why_refused = cli_modem_why,
};

static enum cli_status prepare_full(struct cli *cli, struct update_url *url)
{
	const struct sim_partition *store;
	struct sim_modem *modem;
	enum cli_status status = cli_need_modem(cli, &modem);

	status = status != CLI_DONE ? status : cli_need_store(cli, &store);
	status = status != CLI_DONE ? status : update_refuse_image_options(cli);
	status = status != CLI_DONE ? status : cli_need_whole_pages(cli, store);
	status = status != CLI_DONE ? status : refuse_size(cli, url, store->name, store->size);
	if (status != CLI_DONE) {
		return status;
	}
	(void)cli_check_settings(cli);
	url->place = store->name;
	url->had_progress = cli_target_has_progress("DFU_FULL_MODEM");
	report_size(cli, url);
	cli_say(cli, "modem: a whole firmware, into %s", store->name);
	return cli_target_store_ready(cli, store);
}

static enum cli_status finish_full(struct cli *cli, const struct update_url *url)
{
	cli_say(cli, "stored and verified: %zu bytes as flash holds them", url->size);
	cli_say(cli, "slotwise modem apply %s writes it to the modem", cli->operand[0]);
	return CLI_DONE;
}

static const char *why_full(int rc)
{
	return rc == -EBUSY ? cli_modem_why(rc) : strerror(-rc);
}

const struct update_url_kind update_url_full_modem = {
	.type = DFU_TARGET_IMAGE_TYPE_FULL_MODEM,
	.word = "full-modem",
	.prepare = prepare_full,
	.finish = finish_full,
	.why = why_full,
	.why_refused = cli_modem_file_why,
};
