/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A firmware that executes in place from slot 0 and updates itself: what a product's start-up and
 * its update do, with a file of the host for the network. Each run is the time between two resets,
 * and ends the emulator.
 *
 * Arguments: cut=N tear=T: the power goes in operation N on flash; confirm=0: it never keeps
 * itself.
 */
#include <stdio.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>
#include <flash_map_gen.h>
#include <settings/settings_log.h>

#include "crypto.h"
#include "flash_mapped.h"
#include "key.h"
#include "program.h"
#include "semihosting.h"

#define CHUNK 500
#define STATUS_POWER_CUT 77

static void power_off(void)
{
	semihosting_say("power cut\n");
	semihosting_exit(STATUS_POWER_CUT);
}

static struct flash_mapped flash = {.power_off = power_off};
const struct device flash0 = {.name = "flash0", .api = &flash_mapped_api, .data = &flash};

static struct settings_log store;
static struct dfu_image_key key;
static uint8_t buffer[1024] __attribute__((aligned(4)));

/* The version in an image's header, as text. */
static void version_text(const uint8_t header[32], char text[16])
{
	(void)snprintf(text, 16, "%u.%u.%u", header[20], header[21],
		       (unsigned int)(header[22] | header[23] << 8));
}

static int start_settings(void)
{
	int rc = settings_log_init(&store, FIXED_PARTITION(storage_partition));

	if (rc == 0) {
		settings_backend_set(&store.backend);
	}
	return rc;
}

static int start_target(void)
{
	int rc = dfu_image_key_parse(&key, ecdsa_pub_key, ecdsa_pub_key_len);

	if (rc == 0) {
		dfu_target_mcuboot_set_key(&key);
		rc = dfu_target_mcuboot_set_buf(buffer, sizeof(buffer));
	}
	return rc != 0 ? rc : dfu_target_mcuboot_schedule_recover();
}

static int keep_what_runs(void)
{
	int rc;

	if (boot_is_img_confirmed()) {
		return 0;
	}
	if (semihosting_argument("confirm", 1) == 0) {
		printf("not confirmed\n");
		return 0;
	}
	rc = dfu_target_mcuboot_confirm(0);
	if (rc == 0) {
		printf("confirmed\n");
	}
	return rc;
}

static int download(int32_t file, size_t size)
{
	uint8_t chunk[CHUNK];
	size_t offset = 0;
	int rc = dfu_target_offset_get(&offset);

	if (rc == 0 && offset > 0) {
		printf("going on at %u\n", (unsigned int)offset);
	}
	if (rc == 0 && !semihosting_seek(file, offset)) {
		rc = -EIO;
	}
	while (rc == 0 && offset < size) {
		size_t len = size - offset < CHUNK ? size - offset : CHUNK;

		rc = semihosting_read_all(file, chunk, len) ? dfu_target_write(chunk, len) : -EIO;
		offset += len;
	}
	return rc;
}

static int install(int32_t file, const uint8_t header[32])
{
	size_t size = (size_t)semihosting_length(file);
	int rc = dfu_target_init((int)dfu_target_img_type(header, 32), 0, size, NULL);

	if (rc == 0) {
		rc = download(file, size);
	}
	if (rc == 0) {
		rc = dfu_target_done(true);
	}
	if (rc == 0) {
		printf("verified\n");
		rc = dfu_target_schedule_update(0);
	}
	if (rc == 0) {
		printf("scheduled\n");
	}
	return rc;
}

/* Whatever the host offers that is not what runs. */
static int look_for_update(void)
{
	int32_t file = semihosting_open("update.bin", SEMIHOSTING_READ);
	uint8_t header[32];
	char version[16];

	if (file < 0 || !semihosting_read_all(file, header, sizeof(header))) {
		return -ENOENT;
	}
	version_text(header, version);
	if (strcmp(version, FIRMWARE_VERSION) == 0) {
		printf("up to date\n");
		return 0;
	}
	printf("update to %s\n", version);
	return install(file, header);
}

static int run(void)
{
	int rc = start_settings();

	if (rc == 0) {
		rc = start_target();
	}
	if (rc >= 0) {
		rc = keep_what_runs();
	}
	if (rc == 0 && boot_is_img_confirmed()) {
		rc = look_for_update();
	}
	return rc;
}

int main(void)
{
	int rc;

	flash.cut_at = semihosting_argument("cut", 0);
	flash.tear = (enum flash_mapped_tear)semihosting_argument("tear", 0);
	crypto_open();
	printf("firmware " FIRMWARE_VERSION " at %p\n", (void *)(uintptr_t)run);
	rc = run();
	printf("operations %u\n", (unsigned int)flash.operations);
	if (rc != 0) {
		printf("error %d\n", rc);
		return 1;
	}
	program_reset();
}
