/* SPDX-License-Identifier: Apache-2.0 */
/* Patches, call by call and code by code; what the area holds is known from the bytes put in. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "modem_files.h"
#include "sim/modem_rig.h"

static struct sim_modem_status status;

static const struct dfu_modem_delta_api *delta(void)
{
	return rig.port->delta;
}

static int write_bytes(const void *src, size_t len)
{
	return delta()->write(rig.port, src, len);
}

static size_t offset_now(void)
{
	size_t offset = 12345;

	assert_int_equal(delta()->offset(rig.port, &offset), 0);
	return offset;
}

/* The whole patch, with other bytes in a part of it, written in pieces: what the modem said. */
static int write_changed(size_t at, const void *bytes, size_t len, size_t piece)
{
	uint8_t *copy = malloc(rig.patch_len);
	int rc = 0;

	assert_non_null(copy);
	memcpy(copy, rig.patch, rig.patch_len);
	memcpy(&copy[at], bytes, len);
	for (size_t pos = 0; rc == 0 && pos < rig.patch_len; pos += piece) {
		const size_t left = rig.patch_len - pos;

		rc = write_bytes(&copy[pos], left < piece ? left : piece);
	}
	free(copy);
	return rc;
}

static void it_tells_uuid_area_and_offset(void **state)
{
	uint8_t uuid[DFU_MODEM_UUID_LEN];
	size_t size;

	(void)state;
	sim_modem_status_get(&rig.modem, &status);
	assert_int_equal(delta()->uuid(rig.port, uuid), 0);
	assert_memory_equal(uuid, status.uuid, sizeof(uuid));
	assert_int_equal(delta()->area(rig.port, &size), 0);
	assert_int_equal(size, RIG_AREA);
	assert_int_equal(offset_now(), 0);
}

static void arguments_that_are_none_are_told(void **state)
{
	(void)state;
	assert_int_equal(delta()->uuid(rig.port, NULL), -EFAULT);
	assert_int_equal(delta()->area(rig.port, NULL), -EFAULT);
	assert_int_equal(delta()->offset(rig.port, NULL), -EFAULT);
	assert_int_equal(write_bytes(NULL, 1), -EFAULT);
	assert_int_equal(write_bytes(rig.patch, 0), -EINVAL);
	assert_int_equal(offset_now(), 0);
}

static void a_patch_arrives_in_pieces_of_any_size(void **state)
{
	static const size_t pieces[] = {1, 7, 20, 83, 84, 85, 244, 512, 4096, RIG_AREA};

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t done = 0;

		for (; done < rig.patch_len; done += pieces[i]) {
			const size_t left = rig.patch_len - done;

			assert_int_equal(offset_now(), done);
			assert_int_equal(
				write_bytes(&rig.patch[done], left < pieces[i] ? left : pieces[i]),
				0);
		}
		assert_int_equal(offset_now(), rig.patch_len);
		assert_int_equal(delta()->finish(rig.port), 0);
		assert_int_equal(delta()->apply(rig.port), 0);
		assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
		assert_true(rig_has(1));
		rig_tear_down(NULL);
		rig_set_up(NULL);
	}
}

static void what_has_arrived_outlives_resets_and_the_end_of_the_session(void **state)
{
	(void)state;
	for (size_t pos = 0; pos < rig.patch_len; pos++) {
		assert_int_equal(write_bytes(&rig.patch[pos], 1), 0);
		if (pos % 3 == 0) {
			rig_reset();
		} else if (pos % 3 == 1) {
			assert_int_equal(delta()->finish(rig.port), 0);
		}
		assert_int_equal(offset_now(), pos + 1);
	}
	assert_int_equal(delta()->finish(rig.port), 0);
	assert_int_equal(delta()->finish(rig.port), 0);
	assert_int_equal(delta()->apply(rig.port), 0);
	assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
	assert_true(rig_has(1));
}

/* Whatever the size of the pieces: bytes that are refused are not in the area. */
static void what_is_no_patch_is_refused_with_its_code(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
		int code;
	} rows[] = {
		{SIM_MODEM_PATCH_OFF_MAGIC, 'x', DFU_MODEM_INVALID_HEADER},
		{SIM_MODEM_PATCH_OFF_MAGIC + 3, 'x', DFU_MODEM_INVALID_HEADER},
		{SIM_MODEM_PATCH_OFF_VERSION, 2, DFU_MODEM_INVALID_HEADER},
		{SIM_MODEM_PATCH_OFF_DIGEST, 0xa5, DFU_MODEM_INVALID_HEADER},
		{SIM_MODEM_PATCH_OFF_CRC, 0xa5, DFU_MODEM_INVALID_HEADER},
	};
	static const size_t pieces[] = {1, 20, 4096};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			assert_int_not_equal(rig.patch[rows[i].at], rows[i].byte);
			assert_int_equal(write_changed(rows[i].at, &rows[i].byte, 1, pieces[k]),
					 rows[i].code);
			assert_in_range(offset_now(), 0, 84 + 8 * 2);
			assert_int_equal(offset_now() % pieces[k], 0);
			assert_int_equal(delta()->apply(rig.port), DFU_MODEM_INCOMPLETE_DATA);
			rig_erase();
		}
	}
	assert_int_equal(rig_download(100), 0);
}

static void a_patch_for_another_firmware_is_refused(void **state)
{
	uint8_t *back;
	size_t len;

	(void)state;
	assert_int_equal(sim_modem_make_delta(&rig.firmware[1], &rig.firmware[0], &back, &len), 0);
	assert_int_equal(write_bytes(back, len), DFU_MODEM_INVALID_UUID);
	assert_int_equal(offset_now(), 0);
	for (size_t pos = 0; pos < SIM_MODEM_PATCH_OFF_UUID; pos++) {
		assert_int_equal(write_bytes(&back[pos], 1), 0);
	}
	assert_int_equal(
		write_bytes(&back[SIM_MODEM_PATCH_OFF_UUID], len - SIM_MODEM_PATCH_OFF_UUID),
		DFU_MODEM_INVALID_UUID);
	assert_int_equal(offset_now(), SIM_MODEM_PATCH_OFF_UUID);
	free(back);
}

static bool is_refusal_of_a_block(int code)
{
	return code == DFU_MODEM_INVALID_FILE_OFFSET || code == DFU_MODEM_INVALID_DATA ||
	       code == DFU_MODEM_INVALID_ADDRESS;
}

static size_t header_len(void)
{
	return SIM_MODEM_PATCH_OFF_TABLE + SIM_MODEM_PATCH_ROW_LEN * rig.firmware[1].count;
}

/* A chunk left out, or written twice: the area keeps what was right. */
static void blocks_that_are_not_at_their_offset_are_refused(void **state)
{
	const size_t head = header_len();
	const size_t half = rig.patch_len / 2;

	(void)state;
	assert_int_equal(write_bytes(rig.patch, head), 0);
	assert_true(is_refusal_of_a_block(write_bytes(&rig.patch[half], rig.patch_len - half)));
	assert_int_equal(offset_now(), head);
	assert_int_equal(write_bytes(rig.patch, half), DFU_MODEM_INVALID_FILE_OFFSET);
	assert_int_equal(offset_now(), head);
	assert_int_equal(rig_download(512), 0);
	assert_int_equal(delta()->apply(rig.port), 0);
}

static void a_block_with_any_byte_changed_is_refused(void **state)
{
	const size_t head = header_len();
	uint8_t *begun;

	(void)state;
	assert_int_equal(write_bytes(rig.patch, head), 0);
	begun = rig_take();
	for (size_t at = head; at < rig.patch_len; at += 3) {
		const uint8_t wrong = rig.patch[at] ^ 1;
		size_t held;

		rig_put(begun);
		if (at > head) {
			assert_int_equal(write_bytes(&rig.patch[head], at - head), 0);
		}
		held = write_bytes(&wrong, 1) == 0 ? at + 1 : at;
		if (held > at) {
			assert_true(at + 1 < rig.patch_len);
			assert_true(is_refusal_of_a_block(
				write_bytes(&rig.patch[at + 1], rig.patch_len - at - 1)));
		}
		assert_int_equal(offset_now(), held);
		assert_int_not_equal(delta()->apply(rig.port), 0);
	}
	free(begun);
}

static void bytes_behind_the_patch_are_refused(void **state)
{
	(void)state;
	assert_int_equal(rig_download(512), 0);
	assert_int_equal(write_bytes("x", 1), DFU_MODEM_INVALID_DATA);
	assert_int_equal(offset_now(), rig.patch_len);
	assert_int_equal(delta()->apply(rig.port), 0);
}

static void bytes_behind_the_area_are_refused(void **state)
{
	uint8_t *large = calloc(1, RIG_AREA + 1);

	(void)state;
	assert_non_null(large);
	memcpy(large, rig.patch, rig.patch_len);
	assert_int_equal(write_bytes(large, RIG_AREA + 1), DFU_MODEM_BLOCK_TOO_LARGE);
	assert_int_equal(write_bytes(rig.patch, 3), 0);
	assert_int_equal(write_bytes(large, RIG_AREA - 2), DFU_MODEM_BLOCK_TOO_LARGE);
	assert_int_equal(write_bytes(large, SIZE_MAX), DFU_MODEM_BLOCK_TOO_LARGE);
	assert_int_equal(offset_now(), 3);
	free(large);
}

/* It is told as soon as the header is there. */
static void a_patch_larger_than_area_or_modem_is_refused_at_its_header(void **state)
{
	struct sim_modem_config config = rig.config;

	(void)state;
	config.area = rig.patch_len - 1;
	assert_int_equal(sim_modem_make(rig.block, &config, &rig.firmware[0]), 0);
	rig.len = sim_modem_block_len(&config);
	rig_reset();
	assert_int_equal(rig_download(200), DFU_MODEM_BLOCK_TOO_LARGE);
	assert_int_equal(offset_now(), 0);

	free(rig.patch);
	config = rig.config;
	config.capacity = RIG_FIRMWARE - 4096;
	rig.firmware[0].count = 1;
	rig.firmware[0].segment[0].len = RIG_FIRMWARE - 4096;
	assert_int_equal(sim_modem_make_delta(&rig.firmware[0], &rig.firmware[1], &rig.patch,
					      &rig.patch_len),
			 0);
	assert_int_equal(sim_modem_make(rig.block, &config, &rig.firmware[0]), 0);
	rig.len = sim_modem_block_len(&config);
	rig_reset();
	assert_int_equal(rig_download(200), DFU_MODEM_OUT_OF_MEMORY);
	assert_int_equal(offset_now(), 0);
}

static void an_erase_takes_its_time_and_answers_nothing_else_meanwhile(void **state)
{
	uint8_t uuid[DFU_MODEM_UUID_LEN];
	size_t size = 77;

	(void)state;
	assert_int_equal(write_bytes(rig.patch, 100), 0);
	assert_int_equal(delta()->uptime_ms(rig.port), 0);
	assert_int_equal(delta()->erase(rig.port), 0);
	assert_int_equal(rig_offset(), DFU_MODEM_OFFSET_DIRTY);
	for (uint32_t ms = 0; ms < RIG_ERASE_MS; ms += RIG_ERASE_MS / 5) {
		assert_int_equal(delta()->uptime_ms(rig.port), ms);
		assert_int_equal(delta()->uuid(rig.port, uuid), DFU_MODEM_ERASE_PENDING);
		assert_int_equal(delta()->area(rig.port, &size), DFU_MODEM_ERASE_PENDING);
		assert_int_equal(delta()->offset(rig.port, &size), DFU_MODEM_ERASE_PENDING);
		assert_int_equal(delta()->erase(rig.port), DFU_MODEM_ERASE_PENDING);
		assert_int_equal(write_bytes(rig.patch, 1), DFU_MODEM_ERASE_PENDING);
		assert_int_equal(delta()->finish(rig.port), DFU_MODEM_ERASE_PENDING);
		assert_int_equal(delta()->apply(rig.port), DFU_MODEM_ERASE_PENDING);
		assert_int_equal(delta()->rollback(rig.port), DFU_MODEM_ERASE_PENDING);
		assert_int_equal(size, 77);
		sim_modem_pass(&rig.modem, RIG_ERASE_MS / 5);
	}
	assert_int_equal(offset_now(), 0);
	rig_reset();
	assert_int_equal(offset_now(), 0);
	assert_int_equal(rig_download(100), 0);
}

static void an_erase_that_a_reset_ends_leaves_the_area_dirty(void **state)
{
	(void)state;
	assert_int_equal(write_bytes(rig.patch, 100), 0);
	assert_int_equal(delta()->erase(rig.port), 0);
	sim_modem_pass(&rig.modem, RIG_ERASE_MS - 1);
	rig_reset();
	assert_int_equal(offset_now(), DFU_MODEM_OFFSET_DIRTY);
	assert_int_equal(write_bytes(rig.patch, 1), DFU_MODEM_AREA_NOT_BLANK);
	assert_int_equal(delta()->apply(rig.port), DFU_MODEM_INCOMPLETE_DATA);
	rig_erase();
	assert_int_equal(rig_download(100), 0);
}

static void the_session_goes_on_behind_an_erase(void **state)
{
	(void)state;
	assert_int_equal(write_bytes(rig.patch, rig.patch_len / 2), 0);
	rig_erase();
	rig.patch[SIM_MODEM_PATCH_OFF_MAGIC] ^= 1;
	assert_int_equal(write_bytes(rig.patch, rig.patch_len), DFU_MODEM_INVALID_HEADER);
	rig.patch[SIM_MODEM_PATCH_OFF_MAGIC] ^= 1;
	assert_int_equal(write_bytes(rig.patch, rig.patch_len), 0);
	assert_int_equal(delta()->apply(rig.port), 0);
}

static void only_a_whole_patch_is_applied(void **state)
{
	(void)state;
	assert_int_equal(delta()->apply(rig.port), DFU_MODEM_INCOMPLETE_DATA);
	assert_int_equal(write_bytes(rig.patch, rig.patch_len - 1), 0);
	assert_int_equal(delta()->apply(rig.port), DFU_MODEM_INCOMPLETE_DATA);
	assert_int_equal(rig_state(), SIM_MODEM_OK);
	assert_int_equal(write_bytes(&rig.patch[rig.patch_len - 1], 1), 0);
	assert_int_equal(delta()->apply(rig.port), 0);
	assert_int_equal(rig_state(), SIM_MODEM_PENDING);
}

static void a_patch_that_is_to_be_applied_takes_no_more_bytes(void **state)
{
	(void)state;
	assert_int_equal(rig_download(512), 0);
	assert_int_equal(delta()->apply(rig.port), 0);
	assert_int_equal(write_bytes("x", 1), DFU_MODEM_NOT_ALLOWED);
	rig.power.operations = 0;
	assert_int_equal(delta()->apply(rig.port), 0);
	assert_int_equal(rig.power.operations, 0);
}

static void an_erase_takes_the_request_away(void **state)
{
	(void)state;
	assert_int_equal(rig_download(512), 0);
	assert_int_equal(delta()->apply(rig.port), 0);
	rig_erase();
	assert_int_equal(rig_state(), SIM_MODEM_OK);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(0));
}

static void without_a_way_back_there_is_no_rolling_back(void **state)
{
	(void)state;
	assert_int_equal(delta()->rollback(rig.port), DFU_MODEM_INVALID_OPERATION);
	assert_int_equal(rig_download(512), 0);
	assert_int_equal(delta()->apply(rig.port), 0);
	assert_int_equal(delta()->rollback(rig.port), DFU_MODEM_INVALID_OPERATION);
	assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
	rig_erase();
	assert_int_equal(delta()->rollback(rig.port), DFU_MODEM_INVALID_OPERATION);
}

static void an_area_whose_bytes_have_changed_takes_none(void **state)
{
	(void)state;
	assert_int_equal(write_bytes(rig.patch, rig.patch_len - 1), 0);
	sim_modem_block_area(rig.block)[SIM_MODEM_PATCH_OFF_DIGEST] ^= 1;
	rig_reset();
	assert_int_equal(write_bytes(&rig.patch[rig.patch_len - 1], 1), DFU_MODEM_INVALID_RESUME);
	assert_int_equal(delta()->apply(rig.port), DFU_MODEM_INVALID_HEADER);
	assert_int_equal(offset_now(), rig.patch_len - 1);
}

/* The firmware became another one meanwhile. */
static void a_patch_for_the_firmware_before_takes_no_more_bytes(void **state)
{
	(void)state;
	assert_int_equal(write_bytes(rig.patch, rig.patch_len - 1), 0);
	assert_int_equal(rig_load(4096), 0);
	assert_int_equal(offset_now(), rig.patch_len - 1);
	assert_int_equal(write_bytes(&rig.patch[rig.patch_len - 1], 1), DFU_MODEM_INVALID_UUID);
	assert_int_equal(delta()->apply(rig.port), DFU_MODEM_INVALID_UUID);
}

static void no_call_is_answered_while_there_is_no_firmware(void **state)
{
	uint8_t uuid[DFU_MODEM_UUID_LEN];
	size_t size;

	(void)state;
	assert_int_equal(rig.port->full->begin(rig.port), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(delta()->uuid(rig.port, uuid), -EPERM);
		assert_int_equal(delta()->area(rig.port, &size), -EPERM);
		assert_int_equal(delta()->offset(rig.port, &size), -EPERM);
		assert_int_equal(delta()->erase(rig.port), -EPERM);
		assert_int_equal(write_bytes(rig.patch, 1), -EPERM);
		assert_int_equal(delta()->finish(rig.port), -EPERM);
		assert_int_equal(delta()->apply(rig.port), -EPERM);
		assert_int_equal(delta()->rollback(rig.port), -EPERM);
		assert_int_equal(rig.port->full->begin(rig.port), 0);
		assert_int_equal(rig.port->full->bootloader_write(rig.port, "x", 1), 0);
		rig_reset();
	}
}

#define MODEM_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODEM_TEST(it_tells_uuid_area_and_offset),
		MODEM_TEST(arguments_that_are_none_are_told),
		MODEM_TEST(a_patch_arrives_in_pieces_of_any_size),
		MODEM_TEST(what_has_arrived_outlives_resets_and_the_end_of_the_session),
		MODEM_TEST(what_is_no_patch_is_refused_with_its_code),
		MODEM_TEST(a_patch_for_another_firmware_is_refused),
		MODEM_TEST(blocks_that_are_not_at_their_offset_are_refused),
		MODEM_TEST(a_block_with_any_byte_changed_is_refused),
		MODEM_TEST(bytes_behind_the_patch_are_refused),
		MODEM_TEST(bytes_behind_the_area_are_refused),
		MODEM_TEST(a_patch_larger_than_area_or_modem_is_refused_at_its_header),
		MODEM_TEST(an_erase_takes_its_time_and_answers_nothing_else_meanwhile),
		MODEM_TEST(an_erase_that_a_reset_ends_leaves_the_area_dirty),
		MODEM_TEST(the_session_goes_on_behind_an_erase),
		MODEM_TEST(only_a_whole_patch_is_applied),
		MODEM_TEST(a_patch_that_is_to_be_applied_takes_no_more_bytes),
		MODEM_TEST(an_erase_takes_the_request_away),
		MODEM_TEST(without_a_way_back_there_is_no_rolling_back),
		MODEM_TEST(an_area_whose_bytes_have_changed_takes_none),
		MODEM_TEST(a_patch_for_the_firmware_before_takes_no_more_bytes),
		MODEM_TEST(no_call_is_answered_while_there_is_no_firmware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
