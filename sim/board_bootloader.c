/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bootloader's node: how it arranges the slots, and which images it takes. All but the mode may
 * be left out. Words that say "none" may be written, too; a word that is not known is an error,
 * because a board that means something else by it would be judged by the wrong rules.
 *
 * Of the key only the name of its file is in the blob.
 */
#include "board_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <libfdt.h>

#define BOOTLOADER "slotwise,mcuboot"
#define MAX_ALIGN_DEFAULT 8u
#define MAX_SECTORS_DEFAULT 128u
#define RAM_START_DEFAULT 0x20000000u
#define RAM_SIZE_DEFAULT 0x40000u

/* A property that is one word of a few. */
struct word {
	const char *word;
	uint16_t value;
};

/* A bootloader built without a number takes 128, or as many as its largest slot has. */
static uint32_t default_sectors(const struct sim_board *board)
{
	uint32_t sectors = MAX_SECTORS_DEFAULT;

	for (size_t i = 0; i < board->partitions; i++) {
		if (board->partition[i].id < SIM_SLOTS_MAX) {
			uint32_t size;
			uint32_t own = sim_board_pages(board, &board->partition[i], &size);

			sectors = own > sectors ? own : sectors;
		}
	}
	return sectors < UINT16_MAX ? sectors : UINT16_MAX;
}

static int read_in_range(const struct sim_node *node, const char *property, uint32_t *value,
			 uint32_t most, struct sim_error *error)
{
	int rc = sim_node_u32(node, property, value, error);

	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	if (*value == 0 || *value > most) {
		return sim_node_fail(node, property, error, "%" PRIu32 " is not 1 to %" PRIu32,
				     *value, most);
	}
	return 0;
}

static int read_mode(struct sim_board *board, const struct sim_node *node, struct sim_error *error)
{
	const char *name;
	int rc = sim_node_string(node, "mode", &name, error);

	if (rc == -ENOENT) {
		return sim_node_fail(node, "mode", error, "is missing");
	}
	if (rc != 0) {
		return rc;
	}
	board->arrangement.mode = sim_board_mode(name);
	if (board->arrangement.mode == BOOT_MODE_COUNT) {
		return sim_node_fail(node, "mode", error, "\"%s\" is no mode of the bootloader",
				     name);
	}
	return 0;
}

static int read_max_align(struct sim_board *board, const struct sim_node *node,
			  struct sim_error *error)
{
	uint32_t value = MAX_ALIGN_DEFAULT;
	int rc = sim_node_u32(node, "max-align", &value, error);

	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	if (value != 8 && value != 16 && value != 32) {
		return sim_node_fail(node, "max-align", error, "%" PRIu32 " is not 8, 16 or 32",
				     value);
	}
	board->arrangement.max_align = (uint8_t)value;
	return 0;
}

/* A property that names one of @p count words; left out, the value stays. */
static int read_word(const struct sim_node *node, const char *property, const struct word *words,
		     size_t count, uint16_t *value, struct sim_error *error)
{
	const char *text;
	int rc = sim_node_string(node, property, &text, error);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i].word, text) == 0) {
			*value = words[i].value;
			return 0;
		}
	}
	return sim_node_fail(node, property, error, "\"%s\" is not known", text);
}

static int read_signature(struct boot_rules *rules, const struct sim_node *node,
			  struct sim_error *error)
{
	const char *name;
	int rc = sim_node_string(node, "signature-type", &name, error);

	rules->signature = BOOT_SIGNATURE_NONE;
	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	if (strcmp(name, "none") == 0) {
		return 0;
	}
	for (int i = BOOT_SIGNATURE_NONE + 1; i < BOOT_SIGNATURE_COUNT; i++) {
		if (strcmp(boot_signature_name((enum boot_signature)i), name) == 0) {
			rules->signature = (enum boot_signature)i;
			return 0;
		}
	}
	return sim_node_fail(node, "signature-type", error, "\"%s\" is not known", name);
}

static int read_hash(struct boot_rules *rules, const struct sim_node *node, struct sim_error *error)
{
	static const struct word words[] = {
		{"sha256", DFU_IMAGE_TLV_SHA256},
		{"sha384", DFU_IMAGE_TLV_SHA384},
		{"sha512", DFU_IMAGE_TLV_SHA512},
	};

	rules->hash = rules->signature == BOOT_SIGNATURE_ECDSA_P384 ? DFU_IMAGE_TLV_SHA384
								    : DFU_IMAGE_TLV_SHA256;
	return read_word(node, "hash", words, sizeof(words) / sizeof(words[0]), &rules->hash,
			 error);
}

static int read_downgrade(struct boot_rules *rules, const struct sim_node *node,
			  struct sim_error *error)
{
	static const struct word words[] = {
		{"none", BOOT_DOWNGRADE_ALLOWED},
		{"version", BOOT_DOWNGRADE_BY_VERSION},
		{"security-counter", BOOT_DOWNGRADE_BY_SECURITY_COUNTER},
	};
	uint16_t value = BOOT_DOWNGRADE_ALLOWED;
	int rc = read_word(node, "downgrade-prevention", words, sizeof(words) / sizeof(words[0]),
			   &value, error);

	rules->downgrade = (enum boot_downgrade)value;
	return rc;
}

static int read_ram(struct boot_rules *rules, const struct sim_node *node, struct sim_error *error)
{
	int rc;

	rules->ram_start = RAM_START_DEFAULT;
	rules->ram_size = RAM_SIZE_DEFAULT;
	rc = sim_node_u32(node, "ram-start", &rules->ram_start, error);
	if (rc == 0 || rc == -ENOENT) {
		rc = sim_node_u32(node, "ram-size", &rules->ram_size, error);
	}
	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	if (rules->ram_size > 0 && rules->ram_start > UINT32_MAX - (rules->ram_size - 1)) {
		return sim_node_fail(node, "ram-size", error,
				     "0x%" PRIx32 " bytes at 0x%" PRIx32 " pass 32 bits",
				     rules->ram_size, rules->ram_start);
	}
	return 0;
}

static int read_public_key(struct sim_board *board, const struct sim_node *node,
			   struct sim_error *error)
{
	const char *name;
	int rc = sim_node_string(node, "public-key", &name, error);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	const size_t len = strlen(name);
	if (len == 0 || len >= sizeof(board->public_key)) {
		return sim_node_fail(node, "public-key", error,
				     "is not the name of a file, 1 to %zu characters",
				     sizeof(board->public_key) - 1);
	}
	if (board->rules.signature == BOOT_SIGNATURE_NONE && !board->rules.check_signature) {
		return 0; /* nobody has a use for it */
	}
	memcpy(board->public_key, name, len + 1);
	return 0;
}

static bool has_mark(const struct sim_node *node, const char *property)
{
	return fdt_getprop(node->fdt, node->offset, property, NULL) != NULL;
}

static int read_rules(struct sim_board *board, const struct sim_node *node, struct sim_error *error)
{
	struct boot_rules *rules = &board->rules;
	int rc = read_signature(rules, node, error);

	rc = rc != 0 ? rc : read_hash(rules, node, error);
	rc = rc != 0 ? rc : read_downgrade(rules, node, error);
	rc = rc != 0 ? rc : read_ram(rules, node, error);
	rules->no_p384 = rules->signature == BOOT_SIGNATURE_ECDSA_P384 &&
			 !has_mark(node, "p384-works");
	rules->check_build_number = has_mark(node, "check-build-number");
	rules->check_link_address = has_mark(node, "check-link-address");
	rules->check_signature = has_mark(node, "check-signature");
	return rc != 0 ? rc : read_public_key(board, node, error);
}

static int read_arrangement(struct sim_board *board, const struct sim_node *node,
			    struct sim_error *error)
{
	uint32_t images = 1;
	uint32_t sectors = default_sectors(board);
	int rc = read_mode(board, node, error);

	rc = rc != 0 ? rc : read_max_align(board, node, error);
	rc = rc != 0 ? rc : read_in_range(node, "images", &images, BOOT_IMAGES_MAX, error);
	rc = rc != 0 ? rc : read_in_range(node, "max-sectors", &sectors, UINT16_MAX, error);
	if (rc != 0) {
		return rc;
	}
	board->arrangement.images = (uint8_t)images;
	board->arrangement.max_sectors = (uint16_t)sectors;
	return 0;
}

static int read_bootloader_image(struct sim_board *board, const struct sim_node *node,
				 struct sim_error *error)
{
	uint32_t image = 0;
	int rc = sim_node_u32(node, "mcuboot-image-number", &image, error);

	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	if (image >= board->arrangement.images) {
		return sim_node_fail(node, "mcuboot-image-number", error,
				     "%" PRIu32 " is not one of %u images", image,
				     board->arrangement.images);
	}
	board->rules.bootloader_image = (uint8_t)image;
	return 0;
}

int sim_board_find_bootloader(struct sim_node *node, const void *fdt, struct sim_error *error)
{
	int offset = fdt_node_offset_by_compatible(fdt, -1, BOOTLOADER);
	int rc;

	if (offset < 0) {
		return sim_fail(error, -EINVAL, "no node is compatible with " BOOTLOADER);
	}
	rc = sim_node_at(node, fdt, offset, error);
	if (rc == 0 && fdt_node_offset_by_compatible(fdt, offset, BOOTLOADER) >= 0) {
		return sim_node_fail(node, NULL, error,
				     "is not the only node compatible with " BOOTLOADER);
	}
	return rc;
}

int sim_board_load_bootloader(struct sim_board *board, const void *fdt, struct sim_error *error)
{
	struct sim_node node;
	int rc = sim_board_find_bootloader(&node, fdt, error);

	rc = rc != 0 ? rc : read_arrangement(board, &node, error);
	rc = rc != 0 ? rc : read_bootloader_image(board, &node, error);
	return rc != 0 ? rc : read_rules(board, &node, error);
}
