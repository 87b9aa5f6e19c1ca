/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Image files and keys of the command line, and judging an image wherever it lies. */
#ifndef CLI_IMAGE_H
#define CLI_IMAGE_H

#include <dfu/image.h>

#include "cli.h"
#include "key.h"

/** A file in memory. */
struct cli_file {
	uint8_t *data;
	size_t len;
};

/** What is known of an image. */
struct cli_image {
	struct dfu_image image;         /**< Set if @p found. */
	struct dfu_image_header header; /**< Set if @p header_found. */
	struct dfu_image_report report;
	bool header_found;
	bool found;        /**< Header and TLV areas fit together. */
	bool is_for_board; /**< Judged by the bootloader's rules alone. */
	int rc;            /**< 0: valid. */
	/** Bytes that an image has which passes its end; else 0. At least so many unless @p exact.
	 */
	uint64_t needed;
	bool exact;
	size_t there; /**< Bytes that there are. */
	size_t slot;  /**< Bytes of the slot that it lies in or shall go to; 0: none. */
	char why[160];
};

/** Read a file whole. @p file is to be freed with cli_file_free() in every case. */
DFU_MUST_CHECK enum cli_status cli_file_read(struct cli *cli, const char *path,
					     struct cli_file *file);

void cli_file_free(struct cli_file *file);

/** Read a public key in PEM. */
DFU_MUST_CHECK enum cli_status cli_key_read(struct cli *cli, const char *path, struct sim_key *key);

/** Judge an image by itself; @p key may be NULL. */
void cli_image_judge(struct cli_image *image, const struct dfu_image_source *source,
		     const struct dfu_image_key *key);

/**
 * Judge an image as the bootloader would that is to install or start it as the next one of a pair;
 * @p key may be NULL: demands nothing more.
 */
void cli_image_judge_for(struct cli_image *image, unsigned int pair,
			 const struct dfu_image_source *source, const struct dfu_image_key *key);

/**
 * The same for an image of several files that are to be scheduled together: those of the pairs in
 * @p together, and @p pair's, are in @p files, by their pair.
 */
void cli_image_judge_files(struct cli_image *image, unsigned int pair,
			   const struct dfu_image_source *files, unsigned int together,
			   const struct dfu_image_key *key);

/**
 * @return Whether nothing is wrong with an image but that no update takes it: it is encrypted,
 *         compressed or marked as not bootable.
 */
bool cli_image_is_only_unwanted(const struct cli_image *image);

/** @return Why an image is not valid, in words; lives as long as @p image. */
const char *cli_image_why(struct cli_image *image);

/** @return Whether the image has a TLV of this type. */
bool cli_image_has_tlv(const struct cli_image *image, uint16_t type);

/**
 * Judge the image in a slot by itself: hash, and a signature if the bootloader's key is known.
 *
 * @param swap_type  Of the pair: in swap-offset the one that is pending lies a sector up, the one
 *                   to go back to at the start.
 */
void cli_image_judge_slot(struct cli_image *image, const struct flash_area *fa, int swap_type);

#endif
