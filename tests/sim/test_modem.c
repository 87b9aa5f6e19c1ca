/* SPDX-License-Identifier: Apache-2.0 */
/* Made, opened, looked at; and its faults, which are the same for all calls. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/modem_rig.h"

static struct sim_modem_status status;

static void a_new_modem_runs_the_firmware_from_the_factory(void **state)
{
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	char uuid[DFU_MODEM_UUID_LEN + 1];

	(void)state;
	assert_true(rig_has(0));
	assert_int_equal(sim_modem_firmware_digest(&rig.firmware[0], digest), 0);
	sim_modem_firmware_uuid(digest, uuid);
	sim_modem_status_get(&rig.modem, &status);
	assert_int_equal(status.state, SIM_MODEM_OK);
	assert_string_equal(status.uuid, uuid);
	assert_string_equal(status.version, "1.0.0");
	assert_memory_equal(status.digest, digest, sizeof(digest));
	assert_int_equal(status.segments, rig.firmware[0].count);
	assert_int_equal(status.area, RIG_AREA);
	assert_int_equal(status.offset, 0);
	assert_false(status.can_roll_back);
	assert_false(status.has_key);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(0));
}

static void a_firmware_larger_than_the_modem_is_refused(void **state)
{
	struct sim_modem_config config = rig.config;

	(void)state;
	config.capacity = RIG_FIRMWARE;
	assert_int_equal(sim_modem_make(rig.block, &config, &rig.firmware[0]), 0);
	config.capacity = RIG_FIRMWARE - 1;
	assert_int_equal(sim_modem_make(rig.block, &config, &rig.firmware[0]), -EFBIG);
}

static void a_firmware_of_too_many_segments_is_refused(void **state)
{
	static struct sim_modem_firmware firmware;

	(void)state;
	for (uint32_t i = 0; i < SIM_MODEM_SEGMENTS_MAX; i++) {
		firmware.segment[i] = (struct sim_modem_segment){
			.addr = 4 + 4 * i, .len = 2, .bytes = rig.room[0]};
	}
	firmware.count = SIM_MODEM_SEGMENTS_MAX;
	assert_int_equal(sim_modem_make(rig.block, &rig.config, &firmware), 0);
	rig_reset();
	sim_modem_status_get(&rig.modem, &status);
	assert_int_equal(status.segments, SIM_MODEM_SEGMENTS_MAX);
	firmware.count++;
	assert_int_equal(sim_modem_make(rig.block, &rig.config, &firmware), -EFBIG);
}

static void what_is_no_rsa_2048_key_is_refused(void **state)
{
	static const uint8_t noise[SIM_MODEM_KEY_MAX + 1] = {0x30, 0x82, 0x01, 0x0a};
	static const size_t lens[] = {0, 1, 32, 65, 270, SIM_MODEM_KEY_MAX + 1};
	struct sim_modem_config config = rig.config;

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		config.key = noise;
		config.key_len = lens[i];
		assert_int_equal(sim_modem_make(rig.block, &config, &rig.firmware[0]), -EINVAL);
	}
	/* None of these calls has made anything. */
	rig_reset();
	assert_true(rig_has(0));
}

static void a_block_of_another_length_is_none(void **state)
{
	static const size_t lens[] = {0, 1, SIM_MODEM_RECORD_LEN, 2 * SIM_MODEM_RECORD_LEN};
	struct sim_modem modem;

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		assert_int_equal(sim_modem_open(&modem, rig.block, lens[i], NULL), -EBADMSG);
	}
	assert_int_equal(sim_modem_open(&modem, rig.block, rig.len - 1, NULL), -EBADMSG);
}

/* The older record counts then; with both damaged there is no modem. */
static void a_damaged_record_is_never_taken(void **state)
{
	uint8_t *young = &rig.block[SIM_MODEM_RECORD_LEN];

	(void)state;
	assert_int_equal(rig_download(1000), 0);
	assert_int_equal(rig.port->delta->apply(rig.port), 0);
	if (rig.modem.record.number % 2 == 0) {
		young = rig.block;
	}
	for (size_t i = 0; i < 100; i++) {
		young[i] ^= 0x40;
		rig_reset();
		assert_int_equal(rig_state(), SIM_MODEM_OK);
		assert_int_equal(rig_offset(), rig.patch_len);
		young[i] ^= 0x40;
	}
	rig_reset();
	assert_int_equal(rig_state(), SIM_MODEM_PENDING);
	rig.block[20] ^= 1;
	rig.block[SIM_MODEM_RECORD_LEN + 20] ^= 1;
	assert_int_equal(sim_modem_open(&rig.modem, rig.block, rig.len, NULL), -EBADMSG);
}

static void a_block_that_is_made_anew_knows_nothing_of_what_it_was(void **state)
{
	(void)state;
	assert_int_equal(rig_load(512), 0);
	assert_int_equal(sim_modem_make(rig.block, &rig.config, &rig.firmware[0]), 0);
	rig.block[20] ^= 1;
	rig_reset();
	assert_true(rig_has(0));
}

/* The way through with either is in the order in which a caller goes. */
static int call(enum sim_modem_call which)
{
	const struct dfu_modem_delta_api *delta = rig.port->delta;
	const struct dfu_modem_full_api *full = rig.port->full;
	const struct sim_modem_segment *segment = &rig.firmware[1].segment[0];
	const struct dfu_modem_range range = {segment->addr, segment->addr + 9};
	uint8_t uuid[DFU_MODEM_UUID_LEN];
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	size_t size;

	switch (which) {
	case SIM_MODEM_UUID:
		return delta->uuid(rig.port, uuid);
	case SIM_MODEM_AREA:
		return delta->area(rig.port, &size);
	case SIM_MODEM_OFFSET:
		return delta->offset(rig.port, &size);
	case SIM_MODEM_ERASE:
		return delta->erase(rig.port);
	case SIM_MODEM_WRITE:
		return delta->write(rig.port, rig.patch, 10);
	case SIM_MODEM_END:
		return delta->finish(rig.port);
	case SIM_MODEM_APPLY:
		return delta->apply(rig.port);
	case SIM_MODEM_ROLLBACK:
		return delta->rollback(rig.port);
	case SIM_MODEM_BEGIN:
		return full->begin(rig.port);
	case SIM_MODEM_BOOTLOADER_WRITE:
		return full->bootloader_write(rig.port, rig.bootloader.bytes, 10);
	case SIM_MODEM_VERIFY:
		return full->verify(rig.port, rig.file, rig.wrapper_len);
	case SIM_MODEM_FIRMWARE_WRITE:
		return full->firmware_write(rig.port, segment->addr, segment->bytes, 10);
	case SIM_MODEM_DIGEST:
		return full->digest(rig.port, &range, 1, digest);
	default:
		return full->finish(rig.port);
	}
}

/* Up to where this call works. */
static void come_to(enum sim_modem_call which)
{
	if (which == SIM_MODEM_APPLY || which == SIM_MODEM_ROLLBACK) {
		assert_int_equal(rig_download(1000), 0);
	}
	if (which == SIM_MODEM_ROLLBACK) {
		assert_int_equal(rig.port->delta->apply(rig.port), 0);
		assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
	}
	for (enum sim_modem_call c = SIM_MODEM_BEGIN; c < which && c != SIM_MODEM_DIGEST; c++) {
		assert_int_equal(call(c), 0);
	}
}

static void a_call_that_fails_as_planned_does_nothing(void **state)
{
	(void)state;
	for (enum sim_modem_call c = SIM_MODEM_UUID; c < SIM_MODEM_CALLS; c++) {
		uint8_t *before;

		come_to(c);
		before = rig_take();
		sim_modem_set_fault(&rig.modem, &(struct sim_modem_fault){
							.call = c, .rc = -EIO, .lasts = true});
		rig.power.operations = 0;
		for (int i = 0; i < 3; i++) {
			assert_int_equal(call(c), -EIO);
		}
		assert_int_equal(rig.power.operations, 0);
		assert_memory_equal(rig.block, before, rig.len);
		sim_modem_set_fault(&rig.modem, NULL);
		assert_int_equal(call(c), 0);
		free(before);
		rig_tear_down(NULL);
		rig_set_up(NULL);
	}
}

static void a_fault_comes_after_so_many_calls_of_its_kind(void **state)
{
	const struct sim_modem_fault once = {
		.call = SIM_MODEM_OFFSET, .rc = DFU_MODEM_INTERNAL_02, .after = 2};
	struct sim_modem_fault always = once;

	(void)state;
	always.lasts = true;
	assert_int_equal(call(SIM_MODEM_OFFSET), 0);
	sim_modem_set_fault(&rig.modem, &once);
	for (unsigned int i = 0; i < 6; i++) {
		assert_int_equal(call(SIM_MODEM_OFFSET), i == 2 ? DFU_MODEM_INTERNAL_02 : 0);
		assert_int_equal(call(SIM_MODEM_AREA), 0);
	}
	sim_modem_set_fault(&rig.modem, &always);
	for (unsigned int i = 0; i < 6; i++) {
		assert_int_equal(call(SIM_MODEM_OFFSET), i >= 2 ? DFU_MODEM_INTERNAL_02 : 0);
		assert_int_equal(call(SIM_MODEM_AREA), 0);
	}
}

static void without_power_every_call_fails_and_does_nothing(void **state)
{
	enum sim_modem_started started;
	uint8_t *before;

	(void)state;
	assert_int_equal(rig_download(1000), 0);
	sim_power_cut(&rig.power, 0, SIM_CUT_BEFORE, 0, -EINTR);
	assert_int_equal(rig.port->delta->apply(rig.port), -EINTR);
	before = rig_take();
	for (enum sim_modem_call c = SIM_MODEM_UUID; c < SIM_MODEM_CALLS; c++) {
		assert_int_equal(call(c), -EINTR);
	}
	assert_int_equal(sim_modem_start(&rig.modem, &started), -EINTR);
	assert_memory_equal(rig.block, before, rig.len);
	free(before);
}

static void calls_and_codes_have_names_of_their_own(void **state)
{
	(void)state;
	for (enum sim_modem_call c = SIM_MODEM_UUID; c < SIM_MODEM_CALLS; c++) {
		assert_non_null(sim_modem_call_name(c));
		for (enum sim_modem_call d = SIM_MODEM_UUID; d < c; d++) {
			assert_string_not_equal(sim_modem_call_name(c), sim_modem_call_name(d));
		}
	}
	for (int c = 1; c < DFU_MODEM_CODES; c++) {
		assert_non_null(sim_modem_code_name(c));
		for (int d = 1; d < c; d++) {
			assert_string_not_equal(sim_modem_code_name(c), sim_modem_code_name(d));
		}
	}
	assert_string_equal(sim_modem_call_name(SIM_MODEM_FIRMWARE_WRITE), "firmware-write");
	assert_string_equal(sim_modem_code_name(11), "area-not-blank");
	assert_string_equal(sim_modem_code_name(23), "power-warning");
	assert_null(sim_modem_code_name(0));
	assert_null(sim_modem_code_name(-1));
	assert_null(sim_modem_code_name(24));
}

#define MODEM_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODEM_TEST(a_new_modem_runs_the_firmware_from_the_factory),
		MODEM_TEST(a_firmware_larger_than_the_modem_is_refused),
		MODEM_TEST(a_firmware_of_too_many_segments_is_refused),
		MODEM_TEST(what_is_no_rsa_2048_key_is_refused),
		MODEM_TEST(a_block_of_another_length_is_none),
		MODEM_TEST(a_damaged_record_is_never_taken),
		MODEM_TEST(a_block_that_is_made_anew_knows_nothing_of_what_it_was),
		MODEM_TEST(a_call_that_fails_as_planned_does_nothing),
		MODEM_TEST(a_fault_comes_after_so_many_calls_of_its_kind),
		MODEM_TEST(without_power_every_call_fails_and_does_nothing),
		MODEM_TEST(calls_and_codes_have_names_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
