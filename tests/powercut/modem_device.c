/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block goes on behind what device.c lays out:
 *
 *     ... | the store when live | block of the modem
 *
 * The former is no flash: checks of the parent compare with it.
 */
#include "modem_device.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_full_modem.h>
#include <dfu/fmfu_fdev.h>
#include <dfu/modem.h>

#define BUF_MAX 1024
#define ERASE_MS 2500 /* so that its end is found at the third look */
#define AREA_SPARE 37

static struct sim_modem modem;
static uint32_t stream_buf[BUF_MAX / sizeof(uint32_t)];
static uint8_t load_buf[MODEM_LOAD_LEN];

const struct modem_config *modem_config(const struct powercut_world *world)
{
	return world->config;
}

static struct sim_modem_config config_of(const struct powercut_world *world)
{
	const struct modem_files *files = modem_config(world)->files;

	return (struct sim_modem_config){
		.area = files->longest_patch + AREA_SPARE,
		.erase_ms = ERASE_MS,
		.capacity = files->capacity,
	};
}

int modem_lay_out(const struct powercut_world *world, size_t size, struct powercut_layout *layout)
{
	const struct sim_modem_config config = config_of(world);
	const size_t store = device_area(device_config(world)->geometry, PART_STORE).size;
	const size_t len = sim_modem_block_len(&config);
	const int rc = device_lay_out(world, size, layout);

	if (rc != 0 || store + len > size - layout->used) {
		return rc != 0 ? rc : -ENOMEM;
	}
	layout->used += store;
	layout->opaque = (struct powercut_opaque){
		.name = "modem", .bytes = world->block + layout->used, .size = len};
	layout->used += len;
	return 0;
}

const uint8_t *modem_store_before(const struct powercut_world *world)
{
	return world->layout->opaque.bytes -
	       device_area(device_config(world)->geometry, PART_STORE).size;
}

bool modem_record(const struct powercut_world *world, struct sim_modem_record *record)
{
	const struct powercut_opaque *block = &world->layout->opaque;

	return sim_modem_block_get(record, block->bytes, block->size) == 0;
}

const uint8_t *modem_area(const struct powercut_world *world)
{
	return sim_modem_block_area(world->layout->opaque.bytes);
}

static bool has_firmware(const struct powercut_world *world, const struct sim_modem_record *record,
			 const struct sim_modem_firmware *firmware)
{
	const struct sim_modem_bank *bank = &record->bank[record->active];
	const uint8_t *bytes =
		sim_modem_block_bank(world->layout->opaque.bytes, record, record->active);

	if (bank->count != firmware->count) {
		return false;
	}
	for (size_t i = 0; i < firmware->count; i++) {
		const struct sim_modem_segment *segment = &firmware->segment[i];

		if (bank->row[i].addr != segment->addr || bank->row[i].len != segment->len ||
		    memcmp(&bytes[bank->row[i].at], segment->bytes, segment->len) != 0) {
			return false;
		}
	}
	return true;
}

int modem_running(const struct powercut_world *world)
{
	const struct modem_files *files = modem_config(world)->files;
	struct sim_modem_record record;

	if (!modem_record(world, &record)) {
		return MODEM_BROKEN;
	}
	if (record.stage != SIM_MODEM_WHOLE) {
		return MODEM_DEAD;
	}
	for (int version = 0; version < MODEM_VERSIONS; version++) {
		if (has_firmware(world, &record, &files->firmware[version])) {
			return version;
		}
	}
	return MODEM_BROKEN;
}

static int open_targets(const struct powercut_world *world)
{
	const struct geometry *geometry = device_config(world)->geometry;
	const struct device_area store = device_area(geometry, PART_STORE);
	struct dfu_target_fmfu_fdev where = {
		.dev = device_flash(store.flash), .offset = (off_t)store.off, .size = store.size};
	const struct dfu_target_full_modem_params params = {
		.buf = (uint8_t *)stream_buf, .len = geometry->buf_len, .dev = &where};

	return dfu_target_full_modem_cfg(&params);
}

int modem_device_open(const struct powercut_world *world)
{
	const struct powercut_opaque *block = &world->layout->opaque;
	int rc;

	device_open_flash(world);
	rc = device_open_settings();
	if (rc == 0) {
		rc = open_targets(world);
	}
	if (rc == 0) {
		rc = sim_modem_open(&modem, block->bytes, block->size, world->power);
	}
	dfu_modem_set(&modem.port);
	return rc;
}

void modem_device_live(const struct powercut_world *world)
{
	const struct raw store = device_raw(world, PART_STORE);
	uint8_t *before = world->layout->opaque.bytes - store.len;

	memcpy(before, store.bytes, store.len);
	device_live(world);
}

int modem_device_make(const struct powercut_world *world)
{
	const struct sim_modem_config config = config_of(world);

	device_fill(world);
	return sim_modem_make(world->layout->opaque.bytes, &config,
			      &modem_config(world)->files->firmware[MODEM_OLD]);
}

struct sim_modem *modem_device_sim(void)
{
	return &modem;
}

int modem_device_load(const struct powercut_world *world)
{
	const struct device_area store = device_area(device_config(world)->geometry, PART_STORE);
	const int rc =
		fmfu_fdev_load(load_buf, sizeof(load_buf), device_flash(store.flash), store.off);

	powercut_say(world, "load: %d", rc);
	return rc;
}
