/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A modem is a record and the bytes that it speaks of (modem_block.h):
 *
 *     patch area   empty -> holds a part of a patch -> holds all of it -> applied: dirty
 *                  any of them -> being erased, which is dirty to whoever opens the block
 *     banks        one has the firmware that runs; the other gets the next one, and has the last
 *                  one after a patch, until the area is erased
 *
 * Each change writes the bytes first, and then the record that makes them count; so it took place
 * or it did not, and a cut needs no repair.
 */
#include "modem.h"

#include <errno.h>
#include <string.h>

#include <dfu/image.h>

#include "modem_parts.h"
#include "tear.h"

/* Whether the erase under way is over; it is no operation, because nobody asked for it now. */
static void end_erase(struct sim_modem *modem)
{
	struct sim_modem_record next = modem->record;

	if (!modem->is_erasing || modem->now_ms < modem->erased_at_ms ||
	    sim_power_check(modem->power) != 0) {
		return;
	}
	modem->is_erasing = false;
	next.is_dirty = false;
	sim_modem_commit(modem, &next);
}

static bool is_key(const uint8_t *der, size_t len)
{
	struct dfu_image_key key;

	return len <= SIM_MODEM_KEY_MAX && dfu_image_key_parse(&key, der, len) == 0 &&
	       key.alg == DFU_SIG_RSA2048_PSS && key.raw == der && key.raw_len == len;
}

/* Into bank 0. */
static int install(uint8_t *block, struct sim_modem_record *record,
		   const struct sim_modem_firmware *firmware)
{
	struct sim_modem_bank *bank = &record->bank[0];
	uint8_t *bytes = sim_modem_block_bank(block, record, 0);
	uint32_t at = 0;

	if (firmware->count > SIM_MODEM_SEGMENTS_MAX ||
	    sim_modem_firmware_len(firmware) > record->capacity) {
		return -EFBIG;
	}
	for (size_t i = 0; i < firmware->count; i++) {
		const struct sim_modem_segment *segment = &firmware->segment[i];

		memcpy(&bytes[at], segment->bytes, segment->len);
		bank->row[i] = (struct sim_modem_row){segment->addr, segment->len, at};
		at += segment->len;
	}
	bank->count = (uint16_t)firmware->count;
	return sim_modem_firmware_digest(firmware, bank->digest);
}

int sim_modem_enter(struct sim_modem *modem, enum sim_modem_call call)
{
	const int rc = sim_power_check(modem->power);
	const struct sim_modem_fault *fault = &modem->fault;
	unsigned long before;

	if (rc != 0) {
		return rc;
	}
	before = modem->calls[call]++;
	if (modem->has_fault && fault->call == call &&
	    (fault->lasts ? before >= fault->after : before == fault->after)) {
		return fault->rc;
	}
	end_erase(modem);
	return 0;
}

void sim_modem_forget(struct sim_modem *modem)
{
	modem->is_erasing = false;
	modem->has_session = false;
	modem->is_begun = false;
	modem->is_verified = false;
}

void sim_modem_commit(struct sim_modem *modem, const struct sim_modem_record *next)
{
	const uint32_t number = modem->record.number + 1;

	modem->record = *next;
	modem->record.number = number;
	sim_modem_block_put(modem->block, &modem->record);
}

int sim_modem_change(struct sim_modem *modem, enum sim_operation_kind kind,
		     const struct sim_modem_record *next)
{
	const struct sim_operation operation = {.kind = kind};
	int rc = sim_power_begin(modem->power, &operation);

	if (rc != 0) {
		return rc;
	}
	if (!sim_power_tears(modem->power) || sim_tear_saves(modem->power->seed)) {
		sim_modem_commit(modem, next);
	}
	return sim_power_end(modem->power, 0);
}

void sim_modem_bank_firmware(const struct sim_modem *modem, unsigned int bank,
			     struct sim_modem_firmware *firmware)
{
	const struct sim_modem_bank *from = &modem->record.bank[bank];
	const uint8_t *bytes = sim_modem_block_bank(modem->block, &modem->record, bank);

	firmware->count = from->count;
	for (size_t i = 0; i < from->count; i++) {
		firmware->segment[i] = (struct sim_modem_segment){
			from->row[i].addr, from->row[i].len, &bytes[from->row[i].at]};
	}
}

size_t sim_modem_torn_len(size_t len, uint32_t seed)
{
	switch (seed % 8) {
	case 0:
		return 0;
	case 1:
		return len;
	default:
		return sim_tear_mix(seed) % len;
	}
}

size_t sim_modem_block_len(const struct sim_modem_config *config)
{
	return sim_modem_block_size(config->area, config->capacity);
}

int sim_modem_make(uint8_t *block, const struct sim_modem_config *config,
		   const struct sim_modem_firmware *firmware)
{
	struct sim_modem_record record = {
		.area = (uint32_t)config->area,
		.erase_ms = config->erase_ms,
		.capacity = (uint32_t)config->capacity,
	};
	int rc;

	if (config->key != NULL) {
		if (!is_key(config->key, config->key_len)) {
			return -EINVAL;
		}
		record.key_len = (uint16_t)config->key_len;
		memcpy(record.key, config->key, config->key_len);
	}
	rc = install(block, &record, firmware);
	if (rc != 0) {
		return rc;
	}
	/* Both copies: what a block held before is no record of this modem. */
	for (; record.number < 2; record.number++) {
		sim_modem_block_put(block, &record);
	}
	return 0;
}

int sim_modem_open(struct sim_modem *modem, uint8_t *block, size_t len, struct sim_power *power)
{
	const struct sim_modem opened = {
		.port = {.delta = &sim_modem_delta_api, .full = &sim_modem_full_api, .data = modem},
		.block = block,
		.power = power,
	};

	*modem = opened;
	return sim_modem_block_get(&modem->record, block, len);
}

void sim_modem_pass(struct sim_modem *modem, uint32_t ms)
{
	modem->now_ms += ms;
	end_erase(modem);
}

void sim_modem_set_fault(struct sim_modem *modem, const struct sim_modem_fault *fault)
{
	modem->has_fault = fault != NULL;
	if (fault != NULL) {
		modem->fault = *fault;
	}
	memset(modem->calls, 0, sizeof(modem->calls));
}

void sim_modem_status_get(const struct sim_modem *modem, struct sim_modem_status *status)
{
	const struct sim_modem_record *record = &modem->record;
	const struct sim_modem_bank *bank = &record->bank[record->active];
	struct sim_modem_firmware firmware;

	sim_modem_firmware_get(modem, &firmware);
	*status = (struct sim_modem_status){
		.state = record->stage != SIM_MODEM_WHOLE       ? SIM_MODEM_UNBOOTABLE
			 : record->request != SIM_MODEM_NOTHING ? SIM_MODEM_PENDING
								: SIM_MODEM_OK,
		.segments = firmware.count,
		.area = record->area,
		.offset = record->is_dirty ? DFU_MODEM_OFFSET_DIRTY : record->offset,
		.can_roll_back = record->has_back,
		.has_key = record->key_len > 0,
	};
	memcpy(status->digest, bank->digest, sizeof(status->digest));
	sim_modem_firmware_uuid(bank->digest, status->uuid);
	sim_modem_firmware_version(&firmware, status->version);
}

void sim_modem_firmware_get(const struct sim_modem *modem, struct sim_modem_firmware *firmware)
{
	const struct sim_modem_record *record = &modem->record;

	sim_modem_bank_firmware(modem,
				record->stage == SIM_MODEM_IN_FIRMWARE
					? sim_modem_other_bank(record)
					: record->active,
				firmware);
}
