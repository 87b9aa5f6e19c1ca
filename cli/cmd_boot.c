/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What will run is found out and remembered before the reset, so that a full disk refuses it with
 * flash untouched. What did run is remembered after it; nothing is written then unless the two
 * differ. The application that runs then starts the modem, which applies a patch that is scheduled;
 * where nothing runs, nobody starts it.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <dfu/boot_rules.h>
#include <dfu/bootloader.h>
#include <dfu/dfu_target_mcuboot.h>
#include <retention/bootmode.h>

#include "fault.h"
#include "modem_view.h"
#include "output.h"
#include "session.h"
#include "target.h"
#include "update_bootloader.h"
#include "verbs.h"

enum { OPTION_LOADER };

static const struct cli_option options[] = {
	{"loader", NULL, "ask for the loader first (mode firmware-loader)"},
	CLI_FAULT_OPTION,
	{NULL, NULL, NULL},
};

static enum cli_status remember(struct cli *cli, const struct sim_boot_result *result)
{
	enum cli_status status = cli_check_memory(cli);

	for (unsigned int image = 0; image < result->images && status == CLI_DONE; image++) {
		int is = result->active[image] < 0 ? -ENOENT : result->active[image];

		if (cli_remembered_slot(cli, image) != is) {
			status = cli_remember_slot(cli, image, is);
		}
	}
	return status;
}

static const char *bootloader_slot(const struct sim_boot_result *result)
{
	return result->bootloader == BOOT_S0_AREA_ID ? "s0" : "s1";
}

static json_t *bootloader_json(const struct sim_boot_result *result)
{
	return result->bootloader < 0
		       ? json_null()
		       : json_pack("{s:s, s:I}", "slot", bootloader_slot(result), "version",
				   (json_int_t)result->bootloader_version);
}

static void report(struct cli *cli, const struct sim_boot_result *result)
{
	json_t *booted = json_null();
	json_t *swap_types = json_array();
	json_t *active = result->booted < 0 ? json_null() : json_array();
	char version[CLI_VERSION_LEN];

	if (result->booted >= 0) {
		booted = json_pack("{s:i, s:i, s:s}", "image", result->booted, "slot",
				   result->active[result->booted], "version",
				   cli_version_text(version, &result->version));
	}
	for (unsigned int i = 0; i < result->images; i++) {
		(void)json_array_append_new(swap_types,
					    json_string(cli_swap_word(result->swap_type[i])));
		if (result->booted >= 0) {
			(void)json_array_append_new(
				active, result->active[i] < 0 ? json_null()
							      : json_integer(result->active[i]));
		}
	}
	cli_report(cli, "booted", booted);
	cli_report(cli, "swap_types", swap_types);
	cli_report(cli, "active", active);
	cli_report(cli, "modem", NULL);
	cli_report(cli, "bootloader", bootloader_json(result));
	cli_report(cli, "recovered", NULL);
}

/* The bootloader slot that an upload waits for; negative: none does. Asked before the reset. */
static int find_waiting_bootloader(void)
{
	const int pair = boot_bootloader_image();
	const struct flash_area *fa = pair < 0 ? NULL : cli_slot_area((unsigned int)pair, 1);

	return fa == NULL ? -ENOENT : update_linked_slot_in(fa);
}

static bool is_installed(int swap_type)
{
	return swap_type == BOOT_SWAP_TYPE_TEST || swap_type == BOOT_SWAP_TYPE_PERM;
}

static const char *did(int swap_type)
{
	switch (swap_type) {
	case BOOT_SWAP_TYPE_TEST:
		return boot_arrangement_get()->mode == BOOT_MODE_OVERWRITE_ONLY
			       ? ": the new image, for good"
			       : ": the new image, for a test";
	case BOOT_SWAP_TYPE_PERM:
		return ": the new image, for good";
	case BOOT_SWAP_TYPE_REVERT:
		return ": the old image is back";
	case BOOT_SWAP_TYPE_FAIL:
		return ": the new image was refused";
	default:
		return "";
	}
}

/* waiting: the slot of the bootloader that was to be copied, negative if there was none. */
static void say_image(const struct cli *cli, const struct sim_boot_result *result, unsigned int i,
		      int waiting)
{
	const bool is_copied = waiting >= 0 && (int)i == boot_bootloader_image() &&
			       is_installed(result->swap_type[i]);
	const char *what = is_copied ? "" : did(result->swap_type[i]);
	char version[CLI_VERSION_LEN];

	if (i == 0) {
		cli_say(cli, "boots %s from slot %d%s", cli_version_text(version, &result->version),
			result->active[0], what);
	} else if (result->active[i] >= 0) {
		cli_say(cli, "image %u: slot %d%s", i, result->active[i], what);
	} else if (result->swap_type[i] == BOOT_SWAP_TYPE_FAIL) {
		cli_say(cli, "image %u%s", i, what);
	}
	if (is_copied) {
		cli_say(cli, "image %u: a bootloader, copied into %s: the next boot starts it", i,
			waiting == BOOT_S0_AREA_ID ? "s0" : "s1");
	}
}

static void say(const struct cli *cli, const struct sim_boot_result *result, int waiting)
{
	if (result->bootloader >= 0) {
		cli_say(cli, "the bootloader in %s starts, version %" PRIu32,
			bootloader_slot(result), result->bootloader_version);
	}
	for (unsigned int i = 0; i < result->images; i++) {
		say_image(cli, result, i, waiting);
	}
}

static const char *why(const struct sim_boot_result *result, const char *otherwise)
{
	return result->error[0] != '\0' ? result->error : otherwise;
}

static enum cli_status reset(struct cli *cli, bool dry_run, struct sim_boot_result *result)
{
	int rc = sim_boot(&sim_device_board(cli->device)->arrangement, boot_rules_get(), dry_run,
			  result);

	return rc == 0 ? CLI_DONE
		       : cli_fail(cli, cli->operand[0], "%s", why(result, strerror(-rc)));
}

static void report_recovery(struct cli *cli, int recovery)
{
	static const char *const words[] = {
		[DFU_TARGET_MCUBOOT_SETTLED] = "settled",
		[DFU_TARGET_MCUBOOT_GOES_BACK] = "goes-back",
		[DFU_TARGET_MCUBOOT_GOES_ON] = "goes-on",
	};
	static const char *const lines[] = {
		[DFU_TARGET_MCUBOOT_SETTLED] = "all of them run, or none",
		[DFU_TARGET_MCUBOOT_GOES_BACK] = "a part of them runs: the next boot takes it back",
		[DFU_TARGET_MCUBOOT_GOES_ON] =
			"a part of them runs: the rest is scheduled for the next boot",
	};

	cli_report(cli, "recovered", json_string(words[recovery]));
	cli_say(cli, "images that were scheduled together: %s", lines[recovery]);
}

/* What the application does at its start, if it has to. */
static enum cli_status recover(struct cli *cli)
{
	enum cli_status status;
	int rc = cli_check_settings(cli) ? dfu_target_mcuboot_has_intent() : 0;

	if (rc <= 0) {
		return rc == 0 ? CLI_DONE
			       : cli_fail(cli, cli->operand[0],
					  "whether images were scheduled together: %s",
					  cli_why(rc));
	}
	status = cli_target_ready_for_all(cli, NULL);
	if (status != CLI_DONE) {
		return status;
	}
	rc = dfu_target_mcuboot_schedule_recover();
	if (rc < 0) {
		return cli_fail(cli, cli->operand[0],
				"a part of the images that were scheduled together runs: %s",
				rc == -ENODATA ? "the rest is no longer there, update it again"
					       : cli_why(rc));
	}
	report_recovery(cli, rc);
	return CLI_DONE;
}

/* As the running application would. */
static enum cli_status ask_for_loader(struct cli *cli)
{
	const enum boot_mode mode = sim_device_board(cli->device)->arrangement.mode;
	int rc;

	if (cli->option[OPTION_LOADER] == NULL) {
		return CLI_DONE;
	}
	if (mode != BOOT_MODE_FIRMWARE_LOADER) {
		return cli_fail(cli, cli->operand[0], "mode %s has no loader",
				boot_mode_name(mode));
	}
	rc = bootmode_set(BOOT_MODE_TYPE_BOOTLOADER);
	rc = rc != 0 ? rc : sim_device_keep_boot_mode(cli->device);
	return rc == 0 ? CLI_DONE : cli_fail_memory(cli, rc);
}

/* The bootloader takes the request back when it has seen it. */
static enum cli_status keep_boot_mode(struct cli *cli)
{
	int rc = sim_device_keep_boot_mode(cli->device);

	return rc == 0 ? CLI_DONE : cli_fail_memory(cli, rc);
}

static void say_modem(struct cli *cli, enum sim_modem_started started)
{
	struct sim_modem_status status;
	const char *version;

	sim_modem_status_get(sim_device_modem(cli->device), &status);
	version = cli_modem_version(&status);
	switch (started) {
	case SIM_MODEM_STARTED:
		cli_say(cli, "modem: runs %s", version);
		break;
	case SIM_MODEM_UPDATED:
		cli_say(cli, "modem: the patch is applied, runs %s", version);
		break;
	case SIM_MODEM_ROLLED_BACK:
		cli_say(cli, "modem: back to the firmware before, runs %s", version);
		break;
	case SIM_MODEM_REFUSED:
		cli_say(cli, "modem: the patch cannot be applied, runs %s as before", version);
		break;
	case SIM_MODEM_DEAD:
		cli_say(cli,
			"modem: unbootable, its full update was begun and not ended: slotwise "
			"modem apply %s does it again",
			cli->operand[0]);
		return;
	}
	if (cli_check_settings(cli) && fmfu_fdev_pending()) {
		cli_say(cli, "modem: a full update is still to be done: slotwise modem apply %s",
			cli->operand[0]);
	}
}

/* As the application does; a modem that does not answer it does not keep it from running. */
static void ask_modem(const struct cli *cli, const struct sim_modem *modem)
{
	uint8_t uuid[DFU_MODEM_UUID_LEN];
	const int rc = modem->port.delta->uuid(&modem->port, uuid);

	if (rc != 0) {
		cli_warn(cli->operand[0], "the modem answers %s: %s",
			 sim_modem_call_name(SIM_MODEM_UUID), cli_modem_code(rc));
	}
}

/* With the device, whatever that starts: a modem has firmware of its own. */
static enum cli_status start_modem(struct cli *cli)
{
	static const char *const words[] = {
		[SIM_MODEM_STARTED] = "started",         [SIM_MODEM_UPDATED] = "updated",
		[SIM_MODEM_ROLLED_BACK] = "rolled-back", [SIM_MODEM_REFUSED] = "refused",
		[SIM_MODEM_DEAD] = "unbootable",
	};
	struct sim_modem *modem = sim_device_modem(cli->device);
	enum sim_modem_started started;
	int rc;

	if (modem == NULL) {
		return CLI_DONE;
	}
	rc = sim_modem_start(modem, &started);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "modem: %s", strerror(-rc));
	}
	cli_report(cli, "modem", json_string(words[started]));
	say_modem(cli, started);
	if (started != SIM_MODEM_DEAD) {
		ask_modem(cli, modem);
	}
	return CLI_DONE;
}

static struct sim_boot_result nothing_yet(const struct cli *cli)
{
	struct sim_boot_result result = {.booted = -1, .bootloader = -1};

	if (cli->device != NULL) {
		result.images = sim_device_board(cli->device)->arrangement.images;
	}
	for (unsigned int i = 0; i < result.images; i++) {
		result.swap_type[i] = BOOT_SWAP_TYPE_NONE;
		result.active[i] = -1;
	}
	return result;
}

static enum cli_status run(struct cli *cli)
{
	struct sim_boot_result result = nothing_yet(cli);
	enum cli_status recovery = CLI_DONE;
	enum cli_status status;
	int waiting;

	report(cli, &result);
	status = cli_open_device(cli);
	result = nothing_yet(cli);
	report(cli, &result);
	if (status != CLI_DONE) {
		return status;
	}
	waiting = find_waiting_bootloader();
	status = ask_for_loader(cli);
	status = status != CLI_DONE ? status : reset(cli, true, &result);
	status = status != CLI_DONE ? status : remember(cli, &result);
	status = status != CLI_DONE ? status : reset(cli, false, &result);
	if (status != CLI_DONE) {
		return status;
	}
	report(cli, &result);
	status = remember(cli, &result);
	status = status != CLI_DONE ? status : keep_boot_mode(cli);
	if (status != CLI_DONE) {
		return status;
	}
	if (result.booted >= 0) {
		say(cli, &result, waiting);
		recovery = recover(cli);
	}
	status = start_modem(cli);
	status = status != CLI_DONE ? status : recovery;
	if (status == CLI_DONE && result.booted < 0) {
		status = cli_fail(cli, cli->operand[0], "%s",
				  why(&result, "no image can be started"));
	}
	return status;
}

const struct cli_verb cli_verb_boot = {
	.name = "boot",
	.operands = {"DEV"},
	.options = options,
	.summary = "do what MCUboot does at a reset",
	.help = "A scheduled image is installed or started, an unconfirmed one given up. Where a\n"
		"cut has let a part of several images run, the application has that taken back,\n"
		"or completed, by the next boot. The modem starts, too, and applies a patch that\n"
		"is scheduled. Exit status 1 if no image can be started.",
	.run = run,
};
