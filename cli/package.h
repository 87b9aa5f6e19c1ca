/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Packages of several images, as files: their header, and what they hold. */
#ifndef CLI_PACKAGE_H
#define CLI_PACKAGE_H

#include <dfu/dfu_multi_image.h>

#include "cli.h"
#include "image.h"

#define CLI_PACKAGE_MAX 10 /**< Most images: S0, S1 and eight pairs. */

/** A package in memory. */
struct cli_package {
	size_t count;
	struct dfu_multi_image_item items[CLI_PACKAGE_MAX];
	size_t header_len;
};

/** @return Whether a file begins like a package. */
bool cli_is_package(const struct cli_file *file);

/** Read the header of a package; the file has all its bytes, and no more. */
DFU_MUST_CHECK enum cli_status cli_package_read(struct cli *cli, const char *path,
						const struct cli_file *file,
						struct cli_package *package);

/**
 * Judge an image of a package by itself, hash included; whether a device takes it is not asked.
 * @param fill  Most bytes 0xff behind it; any other byte is refused.
 */
DFU_MUST_CHECK enum cli_status cli_package_judge(struct cli *cli, const char *what,
						 const struct cli_file *bytes, size_t fill,
						 struct cli_image *image);

/** @return The bytes of an image of a package. */
struct cli_file cli_package_bytes(const struct cli_package *package, const struct cli_file *file,
				  size_t item);

/** @return dfu_multi_image_fill_max() of an image of a package. */
size_t cli_package_fill(const struct cli_package *package, size_t item);

#define CLI_PACKAGE_NAME_LEN 20 /**< Room for a name: "image -2147483648". */

/** "image 0", "S1". @return @p text. */
const char *cli_package_name(char text[CLI_PACKAGE_NAME_LEN], int32_t id);

/** A dependency of an image; zero it to begin. */
struct cli_dependency {
	struct dfu_image_tlv tlv;
	int image;
	struct dfu_image_version lowest;
};

/** @return Whether there is one more dependency of an image. */
bool cli_dependency_next(const struct cli_image *image, struct cli_dependency *dependency);

#endif
