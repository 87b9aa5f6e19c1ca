/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <stdalign.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/crypto.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_full_modem.h>
#include <dfu/dfu_target_mcuboot.h>
#include <storage/flash_map.h>

#include "output.h"
#include "target/download_record.h"
#include "target/mcuboot_id.h"
#include "target/target_settings.h"

#define BUFFER_SIZE 4096u

/* No more than the smallest page that has to be erased, and than len. */
static size_t limit_to_pages(size_t len, const struct sim_flash *flash)
{
	for (size_t i = 0; i < flash->layout_size && !flash->no_explicit_erase; i++) {
		len = flash->layout[i].pages_size < len ? flash->layout[i].pages_size : len;
	}
	return len;
}

/* And whole write blocks. */
static size_t buffer_len(const struct sim_flash *flash)
{
	const size_t len = limit_to_pages(BUFFER_SIZE, flash);

	return len - len % flash->write_block;
}

/* Lowest common multiple of two lengths. */
static size_t common_block(size_t a, size_t b)
{
	size_t block = a;

	while (block % b != 0) {
		block += a;
	}
	return block;
}

/* Of all flash devices with slots. */
static size_t buffer_len_for_all(const struct sim_board *board)
{
	size_t len = BUFFER_SIZE;
	size_t block = 1;

	for (unsigned int id = 0; id < SIM_SLOTS_MAX; id++) {
		const struct sim_partition *slot = sim_board_slot(board, id);
		const struct sim_flash *flash = slot != NULL ? &board->flash[slot->flash] : NULL;

		if (flash != NULL) {
			len = limit_to_pages(len, flash);
			block = common_block(block, flash->write_block);
		}
	}
	return len - len % block;
}

/* One target writes in a run. */
static alignas(4) uint8_t buffer[BUFFER_SIZE];

enum cli_status cli_target_ready(struct cli *cli, unsigned int image, unsigned int slot,
				 const struct dfu_image_key *key)
{
	const struct sim_board *board = sim_device_board(cli->device);
	const struct sim_partition *partition = sim_board_slot(board, 2 * image + slot);
	int rc = dfu_target_mcuboot_set_buf(buffer, buffer_len(&board->flash[partition->flash]));

	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "%s", strerror(-rc));
	}
	dfu_target_mcuboot_set_key(key);
	return CLI_DONE;
}

enum cli_status cli_target_ready_for_all(struct cli *cli, const struct dfu_image_key *key)
{
	const size_t len = buffer_len_for_all(sim_device_board(cli->device));
	const int rc = len > 0 ? dfu_target_mcuboot_set_buf(buffer, len) : -EINVAL;

	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "no buffer suits all slots: %s",
				strerror(-rc));
	}
	dfu_target_mcuboot_set_key(key);
	return CLI_DONE;
}

enum cli_status cli_target_store_ready(struct cli *cli, const struct sim_partition *store)
{
	const struct flash_area *fa;
	int rc = flash_area_open(store->id, &fa);

	if (rc == 0) {
		struct dfu_target_fmfu_fdev place = {
			.dev = fa->fa_dev,
			.offset = fa->fa_off,
			.size = fa->fa_size,
		};
		const struct dfu_target_full_modem_params params = {
			.buf = buffer,
			.len = buffer_len(&sim_device_board(cli->device)->flash[store->flash]),
			.dev = &place,
		};

		rc = dfu_target_full_modem_cfg(&params);
	}
	return rc == 0 ? CLI_DONE : cli_fail(cli, store->name, "%s", strerror(-rc));
}

static int digest_file(const struct cli_file *file, uint8_t digest[DFU_HASH_MAX_SIZE])
{
	struct dfu_hash hash;
	int rc = dfu_hash_begin(&hash, DFU_HASH_SHA256);

	if (rc != 0) {
		return rc;
	}
	rc = dfu_hash_update(&hash, file->data, file->len);
	if (rc != 0) {
		dfu_hash_abort(&hash);
		return rc;
	}
	return dfu_hash_end(&hash, digest);
}

enum cli_status cli_target_name_file(struct cli *cli, const struct cli_file *file)
{
	uint8_t digest[DFU_HASH_MAX_SIZE];
	int rc = digest_file(file, digest);

	rc = rc != 0 ? rc : dfu_target_identity_set(digest, dfu_hash_size(DFU_HASH_SHA256));
	return rc == 0 ? CLI_DONE : cli_fail(cli, cli->operand[1], "SHA-256: %s", strerror(-rc));
}

bool cli_target_has_progress(const char *id)
{
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	struct download_record record;
	const ssize_t len = target_settings_load(id, TARGET_PROGRESS, raw, sizeof(raw));

	return len > 0 && download_record_decode(&record, raw, (size_t)len) == 0 &&
	       record.written > 0;
}

bool cli_target_has_image_progress(unsigned int image)
{
	return cli_target_has_progress(mcuboot_id((int)image));
}

const char *cli_schedule_word(bool permanent)
{
	switch (boot_arrangement_get()->mode) {
	case BOOT_MODE_DIRECT_XIP:
	case BOOT_MODE_RAM_LOAD:
	case BOOT_MODE_FIRMWARE_LOADER:
		return "starts";
	case BOOT_MODE_OVERWRITE_ONLY:
		return "installs";
	default:
		return permanent ? "installs" : "tests";
	}
}
