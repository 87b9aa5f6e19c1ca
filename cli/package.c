/* SPDX-License-Identifier: Apache-2.0 */
#include "package.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "output.h"

#define DEPENDENCY_LEN 12

bool cli_is_package(const struct cli_file *file)
{
	static const uint8_t begins[] = {0xa1, 0x63, 'i', 'm', 'g'};

	return file->len >= 2 + sizeof(begins) &&
	       memcmp(&file->data[2], begins, sizeof(begins)) == 0;
}

static const char *why(int rc)
{
	switch (rc) {
	case -ENOBUFS:
		return "truncated: the package ends within its header";
	case -EBADMSG:
		return "the header of the package is malformed";
	case -EEXIST:
		return "two images of the package have one ID";
	case -ENODATA:
		return "an image of the package has no bytes";
	case -EOVERFLOW:
		return "the sizes of the package pass 32 bits";
	default:
		return strerror(-rc);
	}
}

enum cli_status cli_package_read(struct cli *cli, const char *path, const struct cli_file *file,
				 struct cli_package *package)
{
	uint64_t total;
	int rc = dfu_multi_image_parse(file->data, file->len, package->items, CLI_PACKAGE_MAX,
				       &package->count, &total);

	if (rc != 0) {
		return cli_fail(cli, path, "%s", why(rc));
	}
	if (package->count > CLI_PACKAGE_MAX) {
		return cli_fail(cli, path, "%zu images, but there are only IDs for %d",
				package->count, CLI_PACKAGE_MAX);
	}
	if (total != file->len) {
		return cli_fail(cli, path, "%s: the package has %" PRIu64 " bytes, the file %zu",
				total > file->len ? "truncated" : "too long", total, file->len);
	}
	package->header_len = package->items[0].offset;
	return CLI_DONE;
}

struct cli_file cli_package_bytes(const struct cli_package *package, const struct cli_file *file,
				  size_t item)
{
	return (struct cli_file){
		.data = &file->data[package->items[item].offset],
		.len = package->items[item].size,
	};
}

size_t cli_package_fill(const struct cli_package *package, size_t item)
{
	return dfu_multi_image_fill_max(package->items, package->count, package->header_len, item);
}

enum cli_status cli_package_judge(struct cli *cli, const char *what, const struct cli_file *bytes,
				  size_t fill, struct cli_image *image)
{
	const struct dfu_image_source source = dfu_image_source_memory(bytes->data, bytes->len);
	size_t behind;

	cli_image_judge(image, &source, NULL);
	if (image->rc != 0 && !cli_image_is_only_unwanted(image)) {
		return cli_fail(cli, what, "%s", cli_image_why(image));
	}
	behind = bytes->len - image->image.total_size;
	if (!bytes_are(&bytes->data[image->image.total_size], behind, 0xff)) {
		return cli_fail(cli, what, "bytes behind the image that are not 0xff");
	}
	return behind <= fill
		       ? CLI_DONE
		       : cli_fail(cli, what, "%zu bytes 0xff behind the image, more than %zu",
				  behind, fill);
}

const char *cli_package_name(char text[CLI_PACKAGE_NAME_LEN], int32_t id)
{
	if (id == DFU_MULTI_IMAGE_S0 || id == DFU_MULTI_IMAGE_S1) {
		(void)snprintf(text, CLI_PACKAGE_NAME_LEN, "S%d", id == DFU_MULTI_IMAGE_S0 ? 0 : 1);
	} else {
		(void)snprintf(text, CLI_PACKAGE_NAME_LEN, "image %" PRId32, id);
	}
	return text;
}

bool cli_dependency_next(const struct cli_image *image, struct cli_dependency *dependency)
{
	uint8_t raw[DEPENDENCY_LEN];

	while (image->found && dfu_image_tlv_next(&image->image, &dependency->tlv) == 0) {
		const struct dfu_image_tlv *tlv = &dependency->tlv;

		if (tlv->type == DFU_IMAGE_TLV_DEPENDENCY && tlv->is_protected &&
		    tlv->len == sizeof(raw) &&
		    dfu_image_tlv_read(&image->image, tlv, raw, sizeof(raw)) == 0) {
			dependency->image = raw[0];
			dependency->lowest = (struct dfu_image_version){
				.major = raw[4],
				.minor = raw[5],
				.revision = get_le16(&raw[6]),
			};
			return true;
		}
	}
	return false;
}
