/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image file is, and whether it is sound. The report holds whatever could be read, of a
 * damaged file, too. A sound image that no bootloader of ours would start (encrypted, compressed,
 * marked not bootable) is reported, not refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "output.h"
#include "package.h"
#include "verbs.h"
#include "words.h"

enum { OPTION_KEY };

static const struct cli_option options[] = {
	{"key", "PUB.pem", "demand a signature by this key"},
	{NULL, NULL, NULL},
};

static json_t *finding(enum dfu_image_finding found)
{
	return found == DFU_IMAGE_UNKNOWN ? json_null() : json_boolean(found == DFU_IMAGE_VALID);
}

static json_t *tlv_value(const struct dfu_image *image, const struct dfu_image_tlv *tlv)
{
	uint8_t *value = malloc(tlv->len + 1u);
	json_t *hex = NULL;

	if (value != NULL && dfu_image_tlv_read(image, tlv, value, tlv->len) == 0) {
		hex = cli_json_hex(value, tlv->len);
	}
	free(value);
	return hex != NULL ? hex : json_null();
}

static json_t *tlvs(const struct cli_image *image, bool *pure)
{
	struct dfu_image_tlv tlv = {0};
	json_t *list = json_array();

	while (image->found && dfu_image_tlv_next(&image->image, &tlv) == 0) {
		json_t *entry = json_object();

		(void)json_object_set_new(entry, "type", cli_tlv_name(tlv.type));
		(void)json_object_set_new(entry, "protected", json_boolean(tlv.is_protected));
		(void)json_object_set_new(entry, "len", json_integer(tlv.len));
		(void)json_object_set_new(entry, "value", tlv_value(&image->image, &tlv));
		(void)json_array_append_new(list, entry);
		*pure = *pure || tlv.type == DFU_IMAGE_TLV_SIG_PURE;
	}
	return list;
}

static json_t *name_or_null(const char *name)
{
	return name != NULL ? json_string(name) : json_null();
}

/*
 * With a key the question is whether the image is signed by it, and the answer is no, too, where no
 * signature claims to be. Not known it is where the image could not be judged so far.
 */
static enum dfu_image_finding signature_finding(const struct cli_image *image, bool with_key)
{
	bool judged = image->found && image->report.fault != DFU_IMAGE_OK &&
		      image->report.fault != DFU_IMAGE_ENCRYPTED &&
		      image->report.fault != DFU_IMAGE_UNSUPPORTED;

	if (with_key && judged && image->report.signature_finding == DFU_IMAGE_UNKNOWN) {
		return DFU_IMAGE_INVALID;
	}
	return image->report.signature_finding;
}

static void report(struct cli *cli, const struct cli_image *image, bool with_key)
{
	const struct dfu_image_report *found = &image->report;
	char version[CLI_VERSION_LEN];
	bool pure = false;
	json_t *hash = json_object();
	json_t *signature = json_object();

	if (image->header_found) {
		cli_report(cli, "type", json_string("mcuboot"));
		cli_report(cli, "version",
			   json_string(cli_version_text(version, &image->header.version)));
		cli_report(cli, "header_size", json_integer(image->header.hdr_size));
		cli_report(cli, "image_size", json_integer(image->header.img_size));
		cli_report(cli, "flags", cli_flag_names(image->header.flags));
	}
	cli_report(cli, "tlvs", tlvs(image, &pure));
	(void)json_object_set_new(hash, "algorithm", name_or_null(cli_hash_name(found->hash_type)));
	(void)json_object_set_new(hash, "value",
				  found->hash_len > 0 ? cli_json_hex(found->hash, found->hash_len)
						      : json_null());
	(void)json_object_set_new(hash, "valid", finding(found->hash_finding));
	cli_report(cli, "hash", hash);
	(void)json_object_set_new(signature, "type", name_or_null(cli_signature_name(found, pure)));
	(void)json_object_set_new(signature, "valid", finding(signature_finding(image, with_key)));
	cli_report(cli, "signature", signature);
}

static const char *verdict(enum dfu_image_finding found)
{
	static const char *const words[] = {"not checked", "WRONG", "right"};

	return words[found];
}

static void say_flags(const struct cli *cli, uint32_t flags)
{
	json_t *names = cli_flag_names(flags);
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		cli_say(cli, "flag       %s", json_string_value(name));
	}
	json_decref(names);
}

static void say_tlvs(const struct cli *cli)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(cli->report, "tlvs"), i, entry)
	{
		cli_say(cli, "tlv        %-18s %5d bytes%s",
			json_string_value(json_object_get(entry, "type")),
			(int)json_integer_value(json_object_get(entry, "len")),
			json_is_true(json_object_get(entry, "protected")) ? "  protected" : "");
	}
}

static void say(const struct cli *cli, const struct cli_image *image, bool with_key)
{
	const char *hash = cli_hash_name(image->report.hash_type);
	const json_t *found = json_object_get(cli->report, "signature");
	const char *signature = json_string_value(json_object_get(found, "type"));
	char version[CLI_VERSION_LEN];

	if (!image->header_found) {
		return;
	}
	cli_say(cli, "type       mcuboot");
	cli_say(cli, "version    %s", cli_version_text(version, &image->header.version));
	cli_say(cli, "header     %u bytes", (unsigned int)image->header.hdr_size);
	cli_say(cli, "payload    %lu bytes", (unsigned long)image->header.img_size);
	say_flags(cli, image->header.flags);
	say_tlvs(cli);
	cli_say(cli, "hash       %s, %s", hash != NULL ? hash : "none",
		verdict(image->report.hash_finding));
	cli_say(cli, "signature  %s, %s", signature != NULL ? signature : "none",
		verdict(signature_finding(image, with_key)));
}

/* A key was given: then the file is sound only if its signature was found right. */
static bool is_sound(const struct cli_image *image, bool with_key)
{
	if (cli_image_is_only_unwanted(image)) {
		return !with_key || image->report.signature_finding == DFU_IMAGE_VALID;
	}
	return image->rc == 0;
}

static enum cli_status inspect(struct cli *cli, const struct cli_file *file,
			       const struct dfu_image_key *key)
{
	struct dfu_image_source source = dfu_image_source_memory(file->data, file->len);
	struct cli_image image;

	cli_image_judge(&image, &source, key);
	report(cli, &image, key != NULL);
	say(cli, &image, key != NULL);
	if (!is_sound(&image, key != NULL)) {
		return cli_fail(cli, cli->operand[0], "%s", cli_image_why(&image));
	}
	if (image.rc != 0) {
		cli_say(cli, "note       %s", cli_image_why(&image));
	}
	return CLI_DONE;
}

/* Images by themselves: whether a device takes them is not asked. */
static enum cli_status inspect_images(struct cli *cli, const struct cli_package *package,
				      const struct cli_file *file, json_t *images)
{
	enum cli_status status = CLI_DONE;

	for (size_t i = 0; i < package->count && status == CLI_DONE; i++) {
		const struct dfu_multi_image_item *item = &package->items[i];
		const struct cli_file bytes = cli_package_bytes(package, file, i);
		char name[CLI_PACKAGE_NAME_LEN];
		char version[CLI_VERSION_LEN];
		struct cli_image image;
		char what[512];

		(void)snprintf(what, sizeof(what), "%s: %s", cli->operand[0],
			       cli_package_name(name, item->id));
		status = cli_package_judge(cli, what, &bytes, cli_package_fill(package, i), &image);
		if (image.header_found) {
			(void)cli_version_text(version, &image.header.version);
			(void)json_array_append_new(
				images, json_pack("{s:i, s:I, s:I, s:s}", "id", (int)item->id,
						  "offset", (json_int_t)item->offset, "size",
						  (json_int_t)item->size, "version", version));
			cli_say(cli, "%-10s %s, %lu bytes at %lu", name, version,
				(unsigned long)item->size, (unsigned long)item->offset);
		}
	}
	return status;
}

static enum cli_status inspect_package(struct cli *cli, const struct cli_file *file)
{
	json_t *images = json_array();
	struct cli_package package;
	enum cli_status status;

	cli_report(cli, "type", json_string("package"));
	cli_report(cli, "images", images);
	status = cli_package_read(cli, cli->operand[0], file, &package);
	if (status != CLI_DONE) {
		return status;
	}
	cli_report(cli, "header_size", json_integer((json_int_t)package.header_len));
	cli_say(cli, "type       package");
	cli_say(cli, "header     %zu bytes", package.header_len);
	return inspect_images(cli, &package, file, images);
}

static void report_nothing(struct cli *cli)
{
	static const char *const keys[] = {"type", "version", "header_size", "image_size"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		cli_report(cli, keys[i], json_null());
	}
	cli_report(cli, "flags", json_array());
	cli_report(cli, "tlvs", json_array());
	cli_report(cli, "hash", json_pack("{s:n, s:n, s:n}", "algorithm", "value", "valid"));
	cli_report(cli, "signature", json_pack("{s:n, s:n}", "type", "valid"));
	cli_report(cli, "images", NULL);
}

static enum cli_status run(struct cli *cli)
{
	enum cli_status status = CLI_DONE;
	struct cli_file file = {NULL, 0};
	struct sim_key key;

	report_nothing(cli);
	if (cli->option[OPTION_KEY] != NULL) {
		status = cli_key_read(cli, cli->option[OPTION_KEY], &key);
	}
	status = status != CLI_DONE ? status : cli_file_read(cli, cli->operand[0], &file);
	if (status == CLI_DONE && cli_is_package(&file)) {
		status = cli->option[OPTION_KEY] == NULL
				 ? inspect_package(cli, &file)
				 : cli_fail(cli, cli->operand[0],
					    "--key is for a single image, and this file is a "
					    "package");
	} else if (status == CLI_DONE) {
		status = inspect(cli, &file, cli->option[OPTION_KEY] != NULL ? &key.key : NULL);
	}
	cli_file_free(&file);
	return status;
}

const struct cli_verb cli_verb_inspect = {
	.name = "inspect",
	.operands = {"FILE"},
	.options = options,
	.summary = "show header, TLVs, hash and signature of an image file, or a package",
	.help = "Exit status 1 if the image is not sound, or not signed by the key that is given.",
	.run = run,
};
