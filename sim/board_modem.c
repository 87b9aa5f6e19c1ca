/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The modem's node, all of whose properties have defaults. A board without such a node that has
 * room for whole modem firmwares has a modem, too: the room would have no sense without one. A node
 * that is disabled says that there is none.
 */
#include "board_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <dfu/dfu_target_full_modem.h>

#include <libfdt.h>

#define MODEM "slotwise,modem"
#define AREA_DEFAULT 0x50000u
#define ERASE_MS_DEFAULT 20000u
#define CAPACITY_DEFAULT 0x400000u
#define CAPACITY_MIN 1024u
#define CAPACITY_MAX (16u << 20)
#define VERSION_DEFAULT "1.0.0"

static int read_number(const struct sim_node *node, const char *property, uint32_t *value,
		       uint32_t least, uint32_t most, struct sim_error *error)
{
	const int rc = sim_node_u32(node, property, value, error);

	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	if (*value < least || *value > most) {
		return sim_node_fail(node, property, error,
				     "%" PRIu32 " is not %" PRIu32 " to %" PRIu32, *value, least,
				     most);
	}
	return 0;
}

static int read_version(const struct sim_node *node, char version[SIM_MODEM_VERSION_LEN],
			struct sim_error *error)
{
	const char *text;
	const int rc = sim_node_string(node, "firmware-version", &text, error);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	if (text[0] == '\0' || strlen(text) >= SIM_MODEM_VERSION_LEN) {
		return sim_node_fail(node, "firmware-version", error,
				     "\"%s\" is not 1 to %d characters", text,
				     SIM_MODEM_VERSION_LEN - 1);
	}
	strcpy(version, text);
	return 0;
}

static int read_modem(struct sim_board_modem *modem, const struct sim_node *node,
		      struct sim_error *error)
{
	int rc = read_number(node, "patch-area-size", &modem->area, 1, DFU_MODEM_OFFSET_DIRTY - 1,
			     error);

	rc = rc != 0 ? rc
		     : read_number(node, "erase-time-ms", &modem->erase_ms, 0, UINT32_MAX, error);
	rc = rc != 0 ? rc
		     : read_number(node, "firmware-size", &modem->capacity, CAPACITY_MIN,
				   CAPACITY_MAX, error);
	return rc != 0 ? rc : read_version(node, modem->version, error);
}

/* The one enabled node; -ENOENT if there is no node, -ENODEV if none is enabled. */
static int find_modem(struct sim_node *found, const void *fdt, struct sim_error *error)
{
	int offset = fdt_node_offset_by_compatible(fdt, -1, MODEM);
	int result = -ENOENT;

	while (offset >= 0) {
		struct sim_node node;
		const int rc = sim_node_at(&node, fdt, offset, error);

		if (rc != 0) {
			return rc;
		}
		if (sim_node_enabled(&node)) {
			if (result == 0) {
				return sim_node_fail(&node, NULL, error,
						     "is not the only node compatible with " MODEM);
			}
			*found = node;
			result = 0;
		} else if (result != 0) {
			result = -ENODEV;
		}
		offset = fdt_node_offset_by_compatible(fdt, offset, MODEM);
	}
	return result;
}

/* Both would be modem.bin. */
static int check_names(const struct sim_board *board, struct sim_error *error)
{
	for (size_t i = 0; board->modem.present && i < board->flashes; i++) {
		if (strcmp(board->flash[i].label, "modem") == 0) {
			return sim_fail(
				error, -EINVAL,
				"modem: a flash device has this label, and the board a modem");
		}
	}
	return 0;
}

int sim_board_load_modem(struct sim_board *board, const void *fdt, struct sim_error *error)
{
	struct sim_board_modem *modem = &board->modem;
	struct sim_node node;
	int rc = find_modem(&node, fdt, error);

	*modem = (struct sim_board_modem){
		.area = AREA_DEFAULT,
		.erase_ms = ERASE_MS_DEFAULT,
		.capacity = CAPACITY_DEFAULT,
		.version = VERSION_DEFAULT,
	};
	if (rc == -ENOENT || rc == -ENODEV) {
		modem->is_assumed = rc == -ENOENT &&
				    sim_board_slot(board, DFU_TARGET_FULL_MODEM_AREA_ID) != NULL;
		modem->present = modem->is_assumed;
		rc = 0;
	} else {
		modem->present = rc == 0;
		rc = rc != 0 ? rc : read_modem(modem, &node, error);
	}
	return rc != 0 ? rc : check_names(board, error);
}
