/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sample application: it updates a simulated flash in RAM as firmware updates its second slot,
 * with a pause in the middle, verifies hash and signature, and asks the bootloader for the image.
 * Then it is offered two images that somebody has changed.
 *
 * Small enough for 16 KiB of RAM, flash included.
 */
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <flash/flash_ram.h>
#include <settings/settings_log.h>
#include <storage/flash_map.h>

#include "crypto.h"
#include "image.h"
#include "key.h"
#include "tap.h"

#define PAGE 512
#define SLOT_PAGES 5
#define SLOT_SIZE (SLOT_PAGES * PAGE)
#define STORAGE_PAGES 2
#define PAGES (2 * SLOT_PAGES + STORAGE_PAGES)

#define CHUNK 100
#define MAGIC_LEN 16

static uint8_t memory[PAGES * PAGE];
static const struct flash_pages_layout layout = {.pages_count = PAGES, .pages_size = PAGE};
static const struct flash_ram_config config = {
	.memory = memory,
	.parameters = {.write_block_size = 4, .erase_value = 0xff},
	.layout = &layout,
	.layout_size = 1,
};
static const struct device ram = {.name = "ram", .config = &config, .api = &flash_ram_api};

static const struct flash_area areas[] = {
	{.fa_id = 0, .fa_off = 0, .fa_size = SLOT_SIZE, .fa_dev = &ram},
	{.fa_id = 1, .fa_off = SLOT_SIZE, .fa_size = SLOT_SIZE, .fa_dev = &ram},
	{.fa_id = 20, .fa_off = 2 * SLOT_SIZE, .fa_size = STORAGE_PAGES * PAGE, .fa_dev = &ram},
};
const struct flash_area *flash_map = areas;
const int flash_map_entries = sizeof(areas) / sizeof(areas[0]);

static const uint8_t *const slot1 = &memory[SLOT_SIZE];

/* The bootloader's mark of a request, as MCUboot's documentation has it. */
static const uint8_t magic[MAGIC_LEN] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
					 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};

static uint8_t buffer[256] __attribute__((aligned(4)));
static struct settings_log store;
static struct dfu_image_key key;

/* The update, with one bit changed at a place of the file; a place behind its end changes none. */
static int send(size_t from, size_t to, size_t changed)
{
	uint8_t chunk[CHUNK];
	int rc = 0;

	for (size_t at = from; rc == 0 && at < to;) {
		size_t len = to - at < CHUNK ? to - at : CHUNK;

		memcpy(chunk, image_begin + at, len);
		if (changed - at < len) {
			chunk[changed - at] ^= 1u;
		}
		rc = dfu_target_write(chunk, len);
		at += len;
	}
	return rc;
}

static int begin(void)
{
	enum dfu_target_image_type type = dfu_target_img_type(image_begin, 32);

	return dfu_target_init((int)type, 0, image_size(), NULL);
}

static bool is_blank(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != 0xff) {
			return false;
		}
	}
	return true;
}

static void an_image_is_downloaded_verified_and_scheduled(void)
{
	size_t half = image_size() / 2;
	size_t offset = 0;

	tap_returns(begin(), 0, "a download begins");
	tap_returns(send(0, half, SIZE_MAX), 0, "half of the image is written");
	tap_returns(dfu_target_done(false), 0, "the download pauses");
	tap_returns(begin(), 0, "the download goes on");
	tap_returns(dfu_target_offset_get(&offset), 0, "the target tells where");
	tap_ok(offset == half, "the pause has lost nothing");
	tap_returns(send(offset, image_size(), SIZE_MAX), 0, "the rest is written");
	tap_ok(is_blank(slot1, 32), "until it is verified the slot shows no header");
	tap_returns(dfu_target_done(true), 0, "the image is verified");
	tap_ok(memcmp(slot1, image_begin, image_size()) == 0, "the slot holds the file");
	tap_ok(is_blank(slot1 + SLOT_SIZE - MAGIC_LEN, MAGIC_LEN), "nothing is asked for yet");
	tap_returns(dfu_target_schedule_update(0), 0, "the update is scheduled");
	tap_ok(memcmp(slot1 + SLOT_SIZE - MAGIC_LEN, magic, MAGIC_LEN) == 0,
	       "the bootloader is asked");
	tap_returns(mcuboot_swap_type(), BOOT_SWAP_TYPE_TEST, "it will test the image");
	tap_ok(is_blank(memory, SLOT_SIZE), "the slot that runs is untouched");
}

static void a_changed_image_is_refused(size_t changed, int code, const char *what)
{
	tap_returns(begin(), 0, "another download begins");
	tap_returns(send(0, image_size(), changed), 0, "a changed image is written");
	tap_returns(dfu_target_done(true), code, what);
	tap_ok(is_blank(slot1, 32), "its header stays out");
	tap_ok(is_blank(slot1 + SLOT_SIZE - MAGIC_LEN, MAGIC_LEN), "nothing is asked for");
}

int main(void)
{
	crypto_open();
	memset(memory, 0xff, sizeof(memory));
	tap_returns(settings_log_init(&store, &areas[2]), 0, "settings are ready");
	settings_backend_set(&store.backend);
	tap_returns(dfu_image_key_parse(&key, ecdsa_pub_key, ecdsa_pub_key_len), 0,
		    "the key is one");
	dfu_target_mcuboot_set_key(&key);
	tap_returns(dfu_target_mcuboot_set_buf(buffer, sizeof(buffer)), 0, "the buffer is taken");
	an_image_is_downloaded_verified_and_scheduled();
	a_changed_image_is_refused(image_size() / 2, -EBADMSG, "the hash tells");
	a_changed_image_is_refused(image_size() - 1, -EACCES, "the signature tells");
	return tap_end();
}
