/* SPDX-License-Identifier: Apache-2.0 */
/* Starts of the modem: the new firmware, the old one again, and patches that cannot be applied. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "modem_files.h"
#include "sim/modem_rig.h"

static struct sim_modem_status status;

static void ask_for_the_patch(void)
{
	assert_int_equal(rig_download(777), 0);
	assert_int_equal(rig.port->delta->apply(rig.port), 0);
}

static void update(void)
{
	ask_for_the_patch();
	assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
	assert_true(rig_has(1));
}

static void a_patch_makes_the_new_firmware_and_keeps_the_way_back(void **state)
{
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	char uuid[DFU_MODEM_UUID_LEN + 1];

	(void)state;
	ask_for_the_patch();
	rig_reset();
	assert_int_equal(rig_state(), SIM_MODEM_PENDING);
	assert_true(rig_has(0));
	assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
	assert_true(rig_has(1));
	assert_int_equal(sim_modem_firmware_digest(&rig.firmware[1], digest), 0);
	sim_modem_firmware_uuid(digest, uuid);
	sim_modem_status_get(&rig.modem, &status);
	assert_int_equal(status.state, SIM_MODEM_OK);
	assert_string_equal(status.uuid, uuid);
	assert_string_equal(status.version, "2.0.0");
	assert_memory_equal(status.digest, digest, sizeof(digest));
	assert_int_equal(status.offset, DFU_MODEM_OFFSET_DIRTY);
	assert_true(status.can_roll_back);
	assert_int_equal(rig.port->delta->apply(rig.port), DFU_MODEM_INCOMPLETE_DATA);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(1));
}

static void rolling_back_brings_the_old_firmware_back_once(void **state)
{
	(void)state;
	update();
	rig_reset();
	assert_int_equal(rig.port->delta->rollback(rig.port), 0);
	assert_int_equal(rig.power.operations, 1);
	assert_int_equal(rig.port->delta->rollback(rig.port), 0);
	assert_int_equal(rig.power.operations, 1);
	assert_int_equal(rig_state(), SIM_MODEM_PENDING);
	assert_int_equal(rig_start(), SIM_MODEM_ROLLED_BACK);
	assert_true(rig_has(0));
	sim_modem_status_get(&rig.modem, &status);
	assert_int_equal(status.state, SIM_MODEM_OK);
	assert_string_equal(status.version, "1.0.0");
	assert_int_equal(status.offset, DFU_MODEM_OFFSET_DIRTY);
	assert_false(status.can_roll_back);
	assert_int_equal(rig.port->delta->rollback(rig.port), DFU_MODEM_INVALID_OPERATION);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(0));
}

static void updates_follow_one_another(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		update();
		assert_int_equal(rig.port->delta->rollback(rig.port), 0);
		assert_int_equal(rig_start(), SIM_MODEM_ROLLED_BACK);
		rig_erase();
	}
	update();
	rig_erase();
	assert_int_equal(rig_load(512), 0);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(1));
}

static void an_erase_takes_the_way_back_and_the_wish_for_it_away(void **state)
{
	(void)state;
	update();
	assert_int_equal(rig.port->delta->rollback(rig.port), 0);
	rig_erase();
	sim_modem_status_get(&rig.modem, &status);
	assert_false(status.can_roll_back);
	assert_int_equal(status.state, SIM_MODEM_OK);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(1));
}

static void a_full_update_takes_the_way_back_away(void **state)
{
	(void)state;
	update();
	assert_int_equal(rig.port->delta->rollback(rig.port), 0);
	assert_int_equal(rig_load(4096), 0);
	sim_modem_status_get(&rig.modem, &status);
	assert_false(status.can_roll_back);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(1));
}

static void assert_refused(void)
{
	assert_int_equal(rig_start(), SIM_MODEM_REFUSED);
	assert_int_equal(rig_state(), SIM_MODEM_OK);
	assert_int_equal(rig_offset(), DFU_MODEM_OFFSET_DIRTY);
	assert_int_equal(rig.port->delta->rollback(rig.port), DFU_MODEM_INVALID_OPERATION);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
}

static void a_patch_that_was_damaged_meanwhile_is_refused(void **state)
{
	(void)state;
	ask_for_the_patch();
	sim_modem_block_area(rig.block)[rig.patch_len - 1] ^= 1;
	assert_refused();
	assert_true(rig_has(0));
	rig_erase();
	update();
}

/* Another digest in the header, which is sound. */
static void tell_another_digest(void)
{
	const size_t head =
		SIM_MODEM_PATCH_OFF_TABLE + SIM_MODEM_PATCH_ROW_LEN * rig.firmware[1].count;
	uint32_t crc;

	rig.patch[SIM_MODEM_PATCH_OFF_DIGEST] ^= 1;
	crc = crc32_ieee(0, rig.patch, SIM_MODEM_PATCH_OFF_CRC);
	crc = crc32_ieee(crc, &rig.patch[SIM_MODEM_PATCH_OFF_DIGEST],
			 head - SIM_MODEM_PATCH_OFF_DIGEST);
	put_le32(&rig.patch[SIM_MODEM_PATCH_OFF_CRC], crc);
}

static void a_patch_that_makes_another_firmware_than_it_tells_is_refused(void **state)
{
	(void)state;
	tell_another_digest();
	ask_for_the_patch();
	assert_refused();
	assert_true(rig_has(0));
	tell_another_digest();
	rig_erase();
	update();
}

static void a_patch_for_a_firmware_that_was_damaged_is_refused(void **state)
{
	uint8_t *bank = sim_modem_block_bank(rig.block, &rig.modem.record, 0);

	(void)state;
	ask_for_the_patch();
	bank[4000] ^= 1;
	assert_refused();
	bank[4000] ^= 1;
	assert_true(rig_has(0));
}

static void an_erase_and_a_session_end_with_a_start(void **state)
{
	enum sim_modem_started started;
	size_t offset;

	(void)state;
	assert_int_equal(rig.port->delta->write(rig.port, rig.patch, 10), 0);
	assert_int_equal(rig.port->delta->erase(rig.port), 0);
	assert_int_equal(sim_modem_start(&rig.modem, &started), 0);
	assert_int_equal(started, SIM_MODEM_STARTED);
	sim_modem_pass(&rig.modem, RIG_ERASE_MS);
	assert_int_equal(rig.port->delta->offset(rig.port, &offset), 0);
	assert_int_equal(offset, DFU_MODEM_OFFSET_DIRTY);
	assert_int_equal(rig.port->full->begin(rig.port), 0);
	assert_int_equal(sim_modem_start(&rig.modem, &started), 0);
	assert_int_equal(rig.port->delta->offset(rig.port, &offset), 0);
}

#define MODEM_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODEM_TEST(a_patch_makes_the_new_firmware_and_keeps_the_way_back),
		MODEM_TEST(rolling_back_brings_the_old_firmware_back_once),
		MODEM_TEST(updates_follow_one_another),
		MODEM_TEST(an_erase_takes_the_way_back_and_the_wish_for_it_away),
		MODEM_TEST(a_full_update_takes_the_way_back_away),
		MODEM_TEST(a_patch_that_was_damaged_meanwhile_is_refused),
		MODEM_TEST(a_patch_that_makes_another_firmware_than_it_tells_is_refused),
		MODEM_TEST(a_patch_for_a_firmware_that_was_damaged_is_refused),
		MODEM_TEST(an_erase_and_a_session_end_with_a_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
