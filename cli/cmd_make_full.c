/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A full modem firmware, as its maker makes it: the factory firmware of a version, which a new
 * device has, too, or segments from files.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "file_write.h"
#include "make.h"
#include "modem_files.h"
#include "output.h"
#include "sign.h"
#include "verbs.h"

enum { OPTION_VERSION, OPTION_SIZE, OPTION_SEGMENTS, OPTION_BOOTLOADER, OPTION_COMPAT, OPTION_KEY };

#define FACTORY_LEN_MIN 1024u
#define FACTORY_LEN_MAX (16u << 20)

static const struct cli_option options[] = {
	{"version", "V", "the factory's firmware of this version; default 1.0.0"},
	{"size", "N", "bytes of it, 1024 to 16777216; default 262144"},
	{"segments", "LIST", "firmware from files instead: ADDR:FILE,ADDR:FILE..., 1 to 127"},
	{"bootloader", "FILE", "bootloader from a file instead of the factory's"},
	{"compat", "N", "a number for the manifest, without meaning here; default 0"},
	{"key", "PRIV.pem", "sign by this RSA-2048 key; default: the dummy signature"},
	{NULL, NULL, NULL},
};

/* All that a file is made of. */
struct making {
	struct sim_modem_full full;
	struct sim_modem_firmware firmware;
	struct cli_segments segments;
	struct cli_file bootloader;
	struct cli_signer signer;
	uint8_t factory_bootloader[SIM_MODEM_BOOTLOADER_LEN];
	uint8_t *factory; /* firmware */
	unsigned long factory_len;
};

static bool is_version(const char *text)
{
	size_t len = 0;

	while (text[len] > ' ' && text[len] <= '~') {
		len++;
	}
	return len > 0 && len < SIM_MODEM_VERSION_LEN && text[len] == '\0';
}

static enum cli_status read_numbers(struct cli *cli, struct making *making)
{
	const char *version = cli->option[OPTION_VERSION];
	unsigned long compat = 0;
	enum cli_status status;

	making->factory_len = SIM_MODEM_FACTORY_LEN;
	status = cli_number(cli, OPTION_SIZE, FACTORY_LEN_MIN, FACTORY_LEN_MAX,
			    &making->factory_len);
	if (status == CLI_DONE) {
		status = cli_number(cli, OPTION_COMPAT, 0, UINT32_MAX, &compat);
	}
	if (status != CLI_DONE) {
		return status;
	}
	making->full.compat = (uint32_t)compat;
	if (cli->option[OPTION_SEGMENTS] != NULL &&
	    (version != NULL || cli->option[OPTION_SIZE] != NULL)) {
		return cli_usage(cli->verb, "--segments stands in place of --version and --size");
	}
	if (version != NULL && !is_version(version)) {
		return cli_usage(cli->verb, "--version %s: not 1 to %d characters without blanks",
				 version, SIM_MODEM_VERSION_LEN - 1);
	}
	return CLI_DONE;
}

static enum cli_status get_firmware(struct cli *cli, struct making *making)
{
	const char *version = cli->option[OPTION_VERSION];

	if (cli->option[OPTION_SEGMENTS] != NULL) {
		return cli_segments_read(cli, cli->option[OPTION_SEGMENTS], &making->segments,
					 &making->firmware);
	}
	making->factory = malloc(making->factory_len);
	if (making->factory == NULL) {
		return cli_fail(cli, cli->operand[0], "%s", strerror(ENOMEM));
	}
	sim_modem_firmware_make(&making->firmware, making->factory, making->factory_len,
				version != NULL ? version : SIM_MODEM_FACTORY_VERSION);
	return CLI_DONE;
}

static enum cli_status get_bootloader(struct cli *cli, struct making *making)
{
	const char *path = cli->option[OPTION_BOOTLOADER];
	struct sim_modem_segment *bootloader = &making->full.bootloader;
	enum cli_status status;

	sim_modem_bootloader_make(bootloader, making->factory_bootloader);
	if (path == NULL) {
		return CLI_DONE;
	}
	status = cli_file_read(cli, path, &making->bootloader);
	if (status != CLI_DONE) {
		return status;
	}
	if (making->bootloader.len == 0) {
		return cli_fail(cli, path, "empty, but a bootloader has bytes");
	}
	bootloader->bytes = making->bootloader.data;
	bootloader->len = (uint32_t)making->bootloader.len;
	return CLI_DONE;
}

static enum cli_status get_key(struct cli *cli, struct making *making)
{
	const char *path = cli->option[OPTION_KEY];

	if (path == NULL) {
		return CLI_DONE;
	}
	making->full.sign = cli_sign;
	making->full.arg = &making->signer;
	return cli_signer_read(cli, path, &making->signer);
}

static json_t *range(const struct sim_modem_segment *segment)
{
	return json_pack("{s:I, s:I}", "address", (json_int_t)segment->addr, "size",
			 (json_int_t)segment->len);
}

static void say_range(const struct cli *cli, const char *what,
		      const struct sim_modem_segment *segment)
{
	cli_say(cli, "%-10s 0x%08" PRIx32 ", %" PRIu32 " bytes", what, segment->addr, segment->len);
}

static void report(struct cli *cli, const struct making *making, size_t len,
		   const struct cli_firmware_name *name)
{
	const struct sim_modem_full *full = &making->full;
	const char *signature = full->sign != NULL ? "rsa-2048" : "dummy";
	const size_t blob_len =
		(size_t)(full->bootloader.len + sim_modem_firmware_len(full->firmware));
	char version[SIM_MODEM_VERSION_LEN];
	json_t *segments = json_array();

	sim_modem_firmware_version(full->firmware, version);
	cli_report(cli, "size", json_integer((json_int_t)len));
	cli_report(cli, "wrapper_size", json_integer((json_int_t)(len - blob_len)));
	cli_report(cli, "version", version[0] != '\0' ? json_string(version) : NULL);
	cli_report(cli, "bootloader", range(&full->bootloader));
	cli_say(cli, "%s: %zu bytes, %zu of them wrapper", cli->operand[0], len, len - blob_len);
	if (version[0] != '\0') {
		cli_say(cli, "version    %s", version);
	}
	say_range(cli, "bootloader", &full->bootloader);
	for (size_t i = 0; i < full->firmware->count; i++) {
		(void)json_array_append_new(segments, range(&full->firmware->segment[i]));
		say_range(cli, "segment", &full->firmware->segment[i]);
	}
	cli_report(cli, "segments", segments);
	cli_report(cli, "uuid", json_string(name->uuid));
	cli_say(cli, "uuid       %s", name->uuid);
	cli_report_digest(cli, name);
	cli_report(cli, "signature", json_string(signature));
	cli_say(cli, "signature  %s", signature);
}

static enum cli_status make(struct cli *cli, const struct making *making)
{
	const char *path = cli->operand[0];
	struct cli_firmware_name name;
	struct sim_error error;
	uint8_t *file = NULL;
	enum cli_status status;
	size_t len = 0;

	if (sim_modem_make_full(&making->full, &file, &len, &error) != 0) {
		return cli_fail(cli, path, "%s", error.text);
	}
	status = cli_firmware_name(cli, path, &making->firmware, &name);
	status = status != CLI_DONE ? status : cli_file_write(cli, path, file, len);
	if (status == CLI_DONE) {
		report(cli, making, len, &name);
	}
	free(file);
	return status;
}

static enum cli_status run(struct cli *cli)
{
	static const char *const keys[] = {"size",       "wrapper_size", "version",
					   "bootloader", "segments",     "uuid",
					   "digest",     "signature",    NULL};
	static struct making making; /* a run has one, and it is large */
	enum cli_status status = read_numbers(cli, &making);

	cli_report_nothing(cli, keys);
	making.full.firmware = &making.firmware;
	status = status != CLI_DONE ? status : get_firmware(cli, &making);
	status = status != CLI_DONE ? status : get_bootloader(cli, &making);
	status = status != CLI_DONE ? status : get_key(cli, &making);
	status = status != CLI_DONE ? status : make(cli, &making);
	cli_segments_free(&making.segments);
	cli_file_free(&making.bootloader);
	cli_signer_end(&making.signer);
	free(making.factory);
	return status;
}

const struct cli_verb cli_verb_make_full = {
	.name = "make modem-full",
	.operands = {"OUT"},
	.options = options,
	.summary = "make a full firmware for the modem",
	.help = "OUT is overwritten. A new device has the factory's firmware 1.0.0. ADDR is "
		"decimal, or\n"
		"hexadecimal after 0x; a FILE of LIST has no comma in its name.",
	.run = run,
};
