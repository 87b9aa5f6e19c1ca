/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/modem_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "modem_files.h"

struct modem_rig rig;

static void make_files(void)
{
	static uint8_t bootloader[SIM_MODEM_BOOTLOADER_LEN];
	struct sim_modem_full full = {.firmware = &rig.firmware[1]};
	struct sim_error error;

	assert_int_equal(sim_modem_make_delta(&rig.firmware[0], &rig.firmware[1], &rig.patch,
					      &rig.patch_len),
			 0);
	sim_modem_bootloader_make(&full.bootloader, bootloader);
	assert_int_equal(sim_modem_make_full(&full, &rig.file, &rig.file_len, &error), 0);
	rig.bootloader = full.bootloader;
	rig.wrapper_len = rig.file_len - SIM_MODEM_BOOTLOADER_LEN - RIG_FIRMWARE;
}

int rig_set_up(void **state)
{
	static const char *const versions[] = {"1.0.0", "2.0.0"};

	(void)state;
	rig = (struct modem_rig){
		.config = {.area = RIG_AREA, .erase_ms = RIG_ERASE_MS, .capacity = RIG_CAPACITY},
	};
	for (size_t i = 0; i < 2; i++) {
		sim_modem_firmware_make(&rig.firmware[i], rig.room[i], RIG_FIRMWARE, versions[i]);
	}
	/* So that a patch has many blocks that bring bytes. */
	for (size_t i = 1000; i < 5000; i++) {
		rig.room[1][i] = (uint8_t)(i % 251);
	}
	make_files();
	rig.len = sim_modem_block_len(&rig.config);
	rig.block = malloc(rig.len);
	assert_non_null(rig.block);
	memset(rig.block, 0xa5, rig.len);
	assert_int_equal(sim_modem_make(rig.block, &rig.config, &rig.firmware[0]), 0);
	rig_reset();
	return 0;
}

int rig_tear_down(void **state)
{
	(void)state;
	free(rig.block);
	free(rig.patch);
	free(rig.file);
	return 0;
}

void rig_reset(void)
{
	sim_power_init(&rig.power);
	assert_int_equal(sim_modem_open(&rig.modem, rig.block, rig.len, &rig.power), 0);
	rig.port = &rig.modem.port;
}

enum sim_modem_started rig_start(void)
{
	enum sim_modem_started started;

	rig_reset();
	assert_int_equal(sim_modem_start(&rig.modem, &started), 0);
	return started;
}

uint8_t *rig_take(void)
{
	uint8_t *copy = malloc(rig.len);

	assert_non_null(copy);
	memcpy(copy, rig.block, rig.len);
	return copy;
}

void rig_put(const uint8_t *copy)
{
	memcpy(rig.block, copy, rig.len);
	rig_reset();
}

int rig_download(size_t piece)
{
	int rc = 0;

	for (size_t pos = rig_offset(); rc == 0 && pos < rig.patch_len; pos += piece) {
		const size_t left = rig.patch_len - pos;

		rc = rig.port->delta->write(rig.port, &rig.patch[pos], left < piece ? left : piece);
	}
	return rc;
}

static int load_segment(const struct sim_modem_segment *segment, size_t piece, bool is_bootloader)
{
	const struct dfu_modem_full_api *full = rig.port->full;
	int rc = 0;

	for (size_t pos = 0; rc == 0 && pos < segment->len; pos += piece) {
		const size_t left = segment->len - pos;
		const size_t len = left < piece ? left : piece;

		rc = is_bootloader ? full->bootloader_write(rig.port, &segment->bytes[pos], len)
				   : full->firmware_write(rig.port, segment->addr + (uint32_t)pos,
							  &segment->bytes[pos], len);
	}
	return rc;
}

int rig_load(size_t piece)
{
	const struct dfu_modem_full_api *full = rig.port->full;
	int rc = full->begin(rig.port);

	rc = rc != 0 ? rc : load_segment(&rig.bootloader, piece, true);
	rc = rc != 0 ? rc : full->verify(rig.port, rig.file, rig.wrapper_len);
	for (size_t i = 0; rc == 0 && i < rig.firmware[1].count; i++) {
		rc = load_segment(&rig.firmware[1].segment[i], piece, false);
	}
	return rc != 0 ? rc : full->finish(rig.port);
}

void rig_erase(void)
{
	assert_int_equal(rig.port->delta->erase(rig.port), 0);
	rig.port->delta->sleep_ms(rig.port, RIG_ERASE_MS);
	assert_int_equal(rig_offset(), 0);
}

size_t rig_offset(void)
{
	struct sim_modem_status status;

	sim_modem_status_get(&rig.modem, &status);
	return status.offset;
}

enum sim_modem_state rig_state(void)
{
	struct sim_modem_status status;

	sim_modem_status_get(&rig.modem, &status);
	return status.state;
}

bool rig_has(unsigned int number)
{
	const struct sim_modem_firmware *want = &rig.firmware[number];
	struct sim_modem_firmware got;

	sim_modem_firmware_get(&rig.modem, &got);
	if (got.count != want->count) {
		return false;
	}
	for (size_t i = 0; i < got.count; i++) {
		if (got.segment[i].addr != want->segment[i].addr ||
		    got.segment[i].len != want->segment[i].len ||
		    memcmp(got.segment[i].bytes, want->segment[i].bytes, got.segment[i].len) != 0) {
			return false;
		}
	}
	return true;
}
