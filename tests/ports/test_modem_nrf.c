/* SPDX-License-Identifier: Apache-2.0 */
/* Each function of the port, and what becomes of each error, against a library of the tests' own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <modem/modem_nrf.h> /* ports/ */
#include <nrf_errno.h>

#include "fake_nrf_modem.h"

#define UNTOUCHED 0x5a

static const struct nrf_modem_bootloader_init_params params = {.priority = 3};
static uint32_t slept_ms;
static struct dfu_modem_nrf nrf;
static const struct dfu_modem *modem;

static void sleep_ms(uint32_t ms)
{
	slept_ms += ms;
}

static uint32_t uptime_ms(void)
{
	return 0xfffffff0;
}

static const struct dfu_modem_nrf_config with_bootloader = {
	.bootloader = &params,
	.sleep_ms = sleep_ms,
	.uptime_ms = uptime_ms,
};
static const struct dfu_modem_nrf_config without_bootloader = {
	.sleep_ms = sleep_ms,
	.uptime_ms = uptime_ms,
};

static int setup(void **state)
{
	(void)state;
	fake_nrf_reset();
	slept_ms = 0;
	modem = &nrf.port;
	return dfu_modem_nrf_init(&nrf, &with_bootloader);
}

static void assert_calls(const char *expected)
{
	assert_string_equal(fake_nrf.log, expected);
	fake_nrf.log[0] = '\0';
}

static void begin(void)
{
	assert_int_equal(modem->full->begin(modem), 0);
	assert_calls("bootloader_init ");
}

/* Calls with good arguments, by enum fake_nrf_call; each writes its out-parameter. */

static union {
	uint8_t bytes[64];
	size_t size;
} out;
static const uint8_t in[6000] = {1, 2, 3};
static const struct dfu_modem_range one_range = {0x10000, 0x1ffff};

static int call_uuid(void)
{
	return modem->delta->uuid(modem, out.bytes);
}

static int call_area(void)
{
	return modem->delta->area(modem, &out.size);
}

static int call_offset(void)
{
	return modem->delta->offset(modem, &out.size);
}

static int call_erase(void)
{
	return modem->delta->erase(modem);
}

static int call_write(void)
{
	return modem->delta->write(modem, in, 5);
}

static int call_finish_session(void)
{
	return modem->delta->finish(modem);
}

static int call_apply(void)
{
	return modem->delta->apply(modem);
}

static int call_rollback(void)
{
	return modem->delta->rollback(modem);
}

static int call_begin(void)
{
	return modem->full->begin(modem);
}

static int call_bootloader_write(void)
{
	return modem->full->bootloader_write(modem, in, 5);
}

static int call_firmware_write(void)
{
	return modem->full->firmware_write(modem, FAKE_NRF_FIRMWARE_AT, in, 5);
}

static int call_finish(void)
{
	return modem->full->finish(modem);
}

static int call_verify(void)
{
	return modem->full->verify(modem, in, 5);
}

static int call_digest(void)
{
	return modem->full->digest(modem, &one_range, 1, out.bytes);
}

static int (*const calls[FAKE_NRF_CALLS])(void) = {
	[FAKE_NRF_UUID] = call_uuid,
	[FAKE_NRF_AREA_SIZE] = call_area,
	[FAKE_NRF_OFFSET] = call_offset,
	[FAKE_NRF_ERASE] = call_erase,
	[FAKE_NRF_WRITE_INIT] = call_write,
	[FAKE_NRF_WRITE] = call_write,
	[FAKE_NRF_WRITE_DONE] = call_finish_session,
	[FAKE_NRF_APPLY] = call_apply,
	[FAKE_NRF_ROLLBACK] = call_rollback,
	[FAKE_NRF_BOOTLOADER_INIT] = call_begin,
	[FAKE_NRF_BL_WRITE] = call_bootloader_write,
	[FAKE_NRF_FW_WRITE] = call_firmware_write,
	[FAKE_NRF_UPDATE] = call_finish,
	[FAKE_NRF_VERIFY] = call_verify,
	[FAKE_NRF_DIGEST] = call_digest,
};

static bool is_full(enum fake_nrf_call call)
{
	return call >= FAKE_NRF_BOOTLOADER_INIT;
}

/* In the mode that the call wants, with a session; the library then answers so. */
static int answer(enum fake_nrf_call call, int nrf_answer)
{
	fake_nrf_reset();
	assert_int_equal(dfu_modem_nrf_init(&nrf, &with_bootloader), 0);
	if (call == FAKE_NRF_WRITE_DONE) {
		assert_int_equal(fake_nrf_restart(), 0);
		assert_int_equal(call_write(), 0);
	}
	fake_nrf.mode = is_full(call) ? FAKE_NRF_BOOTLOADER_RUNS : FAKE_NRF_RUNS;
	fake_nrf.has_session |= nrf_answer == -NRF_EALREADY;
	fake_nrf.answers[call] = nrf_answer;
	memset(&out, UNTOUCHED, sizeof(out));
	return calls[call]();
}

static void set_up_with_null_is_refused_and_changes_nothing(void **state)
{
	struct dfu_modem_nrf before = nrf;
	struct dfu_modem_nrf_config config = with_bootloader;

	(void)state;
	assert_int_equal(dfu_modem_nrf_init(NULL, &with_bootloader), -EINVAL);
	assert_int_equal(dfu_modem_nrf_init(&nrf, NULL), -EINVAL);
	config.sleep_ms = NULL;
	assert_int_equal(dfu_modem_nrf_init(&nrf, &config), -EINVAL);
	config = with_bootloader;
	config.uptime_ms = NULL;
	assert_int_equal(dfu_modem_nrf_init(&nrf, &config), -EINVAL);
	assert_memory_equal(&nrf, &before, sizeof(nrf));
	assert_calls("");
}

static void set_up_calls_nothing_of_the_library(void **state)
{
	(void)state;
	assert_int_equal(dfu_modem_nrf_init(&nrf, &with_bootloader), 0);
	assert_calls("");
	assert_non_null(modem->delta);
	assert_non_null(modem->full);
}

static void sleep_and_clock_are_the_applications(void **state)
{
	(void)state;
	modem->delta->sleep_ms(modem, 1000);
	assert_int_equal(slept_ms, 1000);
	assert_int_equal(modem->delta->uptime_ms(modem), 0xfffffff0);
}

static void uuid_area_and_offset_are_what_the_modem_says(void **state)
{
	uint8_t uuid[DFU_MODEM_UUID_LEN + 1] = {[DFU_MODEM_UUID_LEN] = UNTOUCHED};
	size_t area;
	size_t offset;

	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	fake_nrf.offset = 0x12345;
	assert_int_equal(modem->delta->uuid(modem, uuid), 0);
	assert_memory_equal(uuid, "25c95751-efa4-40d4-8b4a-1dcaab81fac9", DFU_MODEM_UUID_LEN);
	assert_int_equal(uuid[DFU_MODEM_UUID_LEN], UNTOUCHED);
	assert_int_equal(modem->delta->area(modem, &area), 0);
	assert_int_equal(area, FAKE_NRF_AREA);
	assert_int_equal(modem->delta->offset(modem, &offset), 0);
	assert_int_equal(offset, 0x12345);
	assert_calls("uuid area offset ");
}

static void a_dirty_area_has_the_offset_that_says_so(void **state)
{
	size_t offset = 0;

	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	fake_nrf.offset = 0x280000;
	assert_int_equal(modem->delta->offset(modem, &offset), 0);
	assert_int_equal(offset, DFU_MODEM_OFFSET_DIRTY);
}

static void a_write_opens_a_session_and_the_next_finds_it_open(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(modem->delta->write(modem, "hello", 5), 0);
	assert_int_equal(modem->delta->write(modem, ", modem", 7), 0);
	assert_calls("write_init write(5) write_init write(7) ");
	assert_memory_equal(fake_nrf.patch, "hello, modem", 12);
}

static void a_library_that_was_restarted_gets_a_new_session(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_write(), 0);
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_write(), 0);
	assert_int_equal(fake_nrf.offset, 10);
}

static void nothing_is_written_where_no_session_can_be_opened(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	fake_nrf.answers[FAKE_NRF_WRITE_INIT] = -NRF_ENOMEM;
	assert_int_equal(call_write(), -ENOMEM);
	assert_calls("write_init ");
	assert_int_equal(call_finish_session(), 0);
	assert_calls("");
}

static void a_session_is_ended_once(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_finish_session(), 0);
	assert_calls("");
	assert_int_equal(call_write(), 0);
	assert_int_equal(call_finish_session(), 0);
	assert_int_equal(call_finish_session(), 0);
	assert_calls("write_init write(5) write_init write_done ");
	assert_false(fake_nrf.has_session);
}

static void a_session_that_a_write_error_left_is_ended(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	fake_nrf.answers[FAKE_NRF_WRITE] = DFU_MODEM_INVALID_UUID;
	assert_int_equal(call_write(), DFU_MODEM_INVALID_UUID);
	assert_int_equal(call_finish_session(), 0);
	assert_calls("write_init write(5) write_init write_done ");
}

static void a_session_that_could_not_be_ended_is_ended_by_the_next_call(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_write(), 0);
	fake_nrf.answers[FAKE_NRF_WRITE_DONE] = DFU_MODEM_ERASE_PENDING;
	assert_int_equal(call_finish_session(), DFU_MODEM_ERASE_PENDING);
	fake_nrf.answers[FAKE_NRF_WRITE_DONE] = 0;
	assert_int_equal(call_finish_session(), 0);
	assert_calls("write_init write(5) write_init write_done write_init write_done ");
}

static void a_session_that_a_restart_ended_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_write(), 0);
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_finish_session(), 0);
	assert_false(fake_nrf.has_session);
	assert_int_equal(call_finish_session(), 0);
	assert_calls("write_init write(5) write_init write_done ");
}

static void a_session_goes_with_the_library(void **state)
{
	static const int gone[] = {-NRF_EPERM, -NRF_ESHUTDOWN};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(fake_nrf_restart(), 0);
		assert_int_equal(call_write(), 0);
		fake_nrf.answers[FAKE_NRF_WRITE_DONE] = gone[i];
		assert_int_equal(call_finish_session(), 0);
		assert_int_equal(call_finish_session(), 0);
		assert_calls("write_init write(5) write_init write_done ");
	}
}

static void erase_apply_and_roll_back_are_one_call_each(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_write(), 0);
	assert_int_equal(call_apply(), 0);
	assert_int_equal(call_rollback(), 0);
	assert_int_equal(call_erase(), 0);
	assert_calls("write_init write(5) apply rollback erase ");
}

static void codes_of_the_modem_pass_through_delta_calls(void **state)
{
	(void)state;
	for (int call = FAKE_NRF_UUID; call <= FAKE_NRF_ROLLBACK; call++) {
		for (int code = 1; code <= DFU_MODEM_CODES; code++) {
			assert_int_equal(answer((enum fake_nrf_call)call, code), code);
		}
	}
}

/* Numbers as the library's documents have them, where they do. */
static void errors_of_the_library_become_those_of_the_c_library(void **state)
{
	static const int pairs[][2] = {
		{-2, -ENOENT},          {-5, -EIO},
		{-8, -ENOEXEC},         {-9, -EBADF},
		{-12, -ENOMEM},         {-14, -EFAULT},
		{-22, -EINVAL},         {-35, -EAGAIN},
		{-45, -EOPNOTSUPP},     {-60, -ETIMEDOUT},
		{-NRF_ENOLCK, -ENOLCK}, {-NRF_ENOSYS, -ENOSYS},
		{-9999, -EIO},
	};

	(void)state;
	for (int call = 0; call < FAKE_NRF_CALLS; call++) {
		for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
			assert_int_equal(answer((enum fake_nrf_call)call, pairs[i][0]),
					 pairs[i][1]);
		}
	}
}

/* The rest, where each means something of its own in some calls. */
static void errors_with_a_meaning_have_it_in_their_calls_only(void **state)
{
	(void)state;
	for (int n = 0; n < FAKE_NRF_CALLS; n++) {
		enum fake_nrf_call call = (enum fake_nrf_call)n;
		bool ends = call == FAKE_NRF_WRITE_DONE;
		int not_running = ends ? 0 : call == FAKE_NRF_VERIFY ? -EACCES : -EPERM;

		assert_int_equal(answer(call, -1), not_running);
		assert_int_equal(answer(call, -NRF_ESHUTDOWN), ends ? 0 : -EPERM);
		assert_int_equal(answer(call, -13),
				 call == FAKE_NRF_BOOTLOADER_INIT ? -ENODEV : -EACCES);
		assert_int_equal(answer(call, -114), call == FAKE_NRF_WRITE_INIT ? 0 : -EALREADY);
	}
}

static void a_positive_answer_to_a_full_update_is_a_fault(void **state)
{
	(void)state;
	for (int call = FAKE_NRF_BOOTLOADER_INIT; call < FAKE_NRF_CALLS; call++) {
		assert_int_equal(answer((enum fake_nrf_call)call, 1), -EIO);
		assert_int_equal(answer((enum fake_nrf_call)call, 13), -EIO);
	}
}

static void what_could_not_be_asked_is_not_written(void **state)
{
	static const enum fake_nrf_call asking[] = {FAKE_NRF_UUID, FAKE_NRF_AREA_SIZE,
						    FAKE_NRF_OFFSET, FAKE_NRF_DIGEST};

	(void)state;
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
		for (int rc = -14; rc <= 17; rc += 31) {
			assert_int_not_equal(answer(asking[i], rc), 0);
			for (size_t k = 0; k < sizeof(out); k++) {
				assert_int_equal(out.bytes[k], UNTOUCHED);
			}
		}
	}
}

static void begin_starts_the_bootloader_with_the_applications_parameters(void **state)
{
	(void)state;
	begin();
	assert_ptr_equal(fake_nrf.params, &params);
}

static void begin_leaves_a_bootloader_alone_that_the_application_starts(void **state)
{
	(void)state;
	assert_int_equal(dfu_modem_nrf_init(&nrf, &without_bootloader), 0);
	assert_int_equal(modem->full->begin(modem), 0);
	assert_calls("");
}

static void begin_again_finds_the_bootloader_started(void **state)
{
	(void)state;
	begin();
	fake_nrf.answers[FAKE_NRF_BL_WRITE] = -NRF_EIO;
	assert_int_equal(call_bootloader_write(), -EIO);
	assert_int_equal(call_begin(), 0);
	assert_calls("bl_write(5) bootloader_init ");
}

static void begin_does_not_take_a_running_modem_for_its_bootloader(void **state)
{
	(void)state;
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_begin(), -EPERM);
	assert_int_equal(call_begin(), -EPERM);
}

static void a_bootloader_whose_work_is_over_does_not_count_as_started(void **state)
{
	(void)state;
	begin();
	assert_int_equal(call_finish(), 0);
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_begin(), -EPERM);

	assert_int_equal(setup(state), 0);
	begin();
	fake_nrf.answers[FAKE_NRF_VERIFY] = -NRF_EACCES;
	assert_int_equal(call_verify(), -EACCES);
	assert_int_equal(fake_nrf_restart(), 0);
	assert_int_equal(call_begin(), -EPERM);
}

static void a_bootloader_that_did_not_start_does_not_count_as_started(void **state)
{
	(void)state;
	fake_nrf.answers[FAKE_NRF_BOOTLOADER_INIT] = -NRF_ETIMEDOUT;
	assert_int_equal(call_begin(), -ETIMEDOUT);
	fake_nrf.answers[FAKE_NRF_BOOTLOADER_INIT] = -NRF_EPERM;
	assert_int_equal(call_begin(), -EPERM);
}

static void verify_starts_the_bootloaders_program_first(void **state)
{
	(void)state;
	begin();
	assert_int_equal(call_verify(), 0);
	assert_calls("update verify(5) ");
	assert_int_equal(fake_nrf.wrapper_len, 5);
	assert_memory_equal(fake_nrf.wrapper, in, 5);
}

static void verify_asks_nothing_of_a_program_that_did_not_start(void **state)
{
	(void)state;
	begin();
	fake_nrf.answers[FAKE_NRF_UPDATE] = -NRF_EIO;
	assert_int_equal(call_verify(), -EIO);
	assert_calls("update ");
}

/* NRF_EPERM of update() is no refusal: the bootloader does not run. */
static void a_program_or_a_manifest_with_a_bad_signature_is_refused(void **state)
{
	(void)state;
	begin();
	fake_nrf.answers[FAKE_NRF_UPDATE] = -NRF_EACCES;
	assert_int_equal(call_verify(), -EACCES);
	fake_nrf.answers[FAKE_NRF_UPDATE] = -NRF_EPERM;
	assert_int_equal(call_verify(), -EPERM);
}

static void long_chunks_are_handed_on_in_pieces_of_4096(void **state)
{
	uint8_t chunk[9000];

	(void)state;
	for (size_t i = 0; i < sizeof(chunk); i++) {
		chunk[i] = (uint8_t)(i % 251);
	}
	begin();
	assert_int_equal(modem->full->bootloader_write(modem, chunk, 4096), 0);
	assert_int_equal(modem->full->bootloader_write(modem, chunk + 4096, 9000 - 4096), 0);
	assert_calls("bl_write(4096) bl_write(4096) bl_write(808) ");
	assert_memory_equal(fake_nrf.bootloader, chunk, 9000);
	assert_int_equal(call_verify(), 0);
	assert_calls("update verify(5) ");
	assert_int_equal(modem->full->firmware_write(modem, 0x10100, chunk, 9000), 0);
	assert_calls("fw_write(0x10100,4096) fw_write(0x11100,4096) fw_write(0x12100,808) ");
	assert_memory_equal(fake_nrf.firmware + 0x100, chunk, 9000);
	assert_int_equal(fake_nrf.firmware[0xff], 0xff);
	assert_int_equal(fake_nrf.firmware[0x100 + 9000], 0xff);
}

static void a_piece_that_fails_is_the_last(void **state)
{
	(void)state;
	begin();
	fake_nrf.answers[FAKE_NRF_BL_WRITE] = -NRF_EINVAL;
	assert_int_equal(modem->full->bootloader_write(modem, in, sizeof(in)), -EINVAL);
	assert_calls("bl_write(4096) ");
	fake_nrf.answers[FAKE_NRF_FW_WRITE] = -NRF_ETIMEDOUT;
	assert_int_equal(modem->full->firmware_write(modem, 0x10000, in, sizeof(in)), -ETIMEDOUT);
	assert_calls("fw_write(0x10000,4096) ");
}

/* The example of FIPS 180-2 for SHA-256, B.1, in the words of the algorithm and as bytes. */
static void a_digest_is_the_words_of_sha256_with_the_most_significant_byte_first(void **state)
{
	static const uint32_t words[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
					  0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
	static const uint8_t bytes[DFU_MODEM_DIGEST_LEN] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
		0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
		0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	const struct dfu_modem_range ranges[] = {{0x10000, 0x10fff}, {0x38000, 0x233fff}};

	(void)state;
	begin();
	memcpy(fake_nrf.digest, words, sizeof(words));
	assert_int_equal(modem->full->digest(modem, ranges, 2, out.bytes), 0);
	assert_memory_equal(out.bytes, bytes, sizeof(bytes));
	assert_calls("digest(2) ");
	assert_int_equal(fake_nrf.ranges[0], 0x10000);
	assert_int_equal(fake_nrf.ranges[1], 0x10fff);
	assert_int_equal(fake_nrf.ranges[2], 0x38000);
	assert_int_equal(fake_nrf.ranges[3], 0x233fff);
}

static void a_digest_takes_so_many_ranges_and_no_more(void **state)
{
	struct dfu_modem_range ranges[DFU_MODEM_NRF_RANGES_MAX + 1];

	(void)state;
	begin();
	for (size_t i = 0; i <= DFU_MODEM_NRF_RANGES_MAX; i++) {
		ranges[i] = (struct dfu_modem_range){(uint32_t)i * 16, (uint32_t)i * 16 + 15};
	}
	assert_int_equal(
		modem->full->digest(modem, ranges, DFU_MODEM_NRF_RANGES_MAX + 1, out.bytes),
		-E2BIG);
	assert_calls("");
	assert_int_equal(modem->full->digest(modem, ranges, DFU_MODEM_NRF_RANGES_MAX, out.bytes),
			 0);
	assert_calls("digest(16) ");
	assert_int_equal(fake_nrf.ranges[31], 15 * 16 + 15);
}

static void finish_writes_what_the_library_has_collected(void **state)
{
	(void)state;
	begin();
	assert_int_equal(call_finish(), 0);
	assert_calls("update ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(set_up_with_null_is_refused_and_changes_nothing, setup),
		cmocka_unit_test_setup(set_up_calls_nothing_of_the_library, setup),
		cmocka_unit_test_setup(sleep_and_clock_are_the_applications, setup),
		cmocka_unit_test_setup(uuid_area_and_offset_are_what_the_modem_says, setup),
		cmocka_unit_test_setup(a_dirty_area_has_the_offset_that_says_so, setup),
		cmocka_unit_test_setup(a_write_opens_a_session_and_the_next_finds_it_open, setup),
		cmocka_unit_test_setup(a_library_that_was_restarted_gets_a_new_session, setup),
		cmocka_unit_test_setup(nothing_is_written_where_no_session_can_be_opened, setup),
		cmocka_unit_test_setup(a_session_is_ended_once, setup),
		cmocka_unit_test_setup(a_session_that_a_write_error_left_is_ended, setup),
		cmocka_unit_test_setup(a_session_that_could_not_be_ended_is_ended_by_the_next_call,
				       setup),
		cmocka_unit_test_setup(a_session_that_a_restart_ended_is_no_error, setup),
		cmocka_unit_test_setup(a_session_goes_with_the_library, setup),
		cmocka_unit_test_setup(erase_apply_and_roll_back_are_one_call_each, setup),
		cmocka_unit_test_setup(codes_of_the_modem_pass_through_delta_calls, setup),
		cmocka_unit_test_setup(errors_of_the_library_become_those_of_the_c_library, setup),
		cmocka_unit_test_setup(errors_with_a_meaning_have_it_in_their_calls_only, setup),
		cmocka_unit_test_setup(a_positive_answer_to_a_full_update_is_a_fault, setup),
		cmocka_unit_test_setup(what_could_not_be_asked_is_not_written, setup),
		cmocka_unit_test_setup(begin_starts_the_bootloader_with_the_applications_parameters,
				       setup),
		cmocka_unit_test_setup(begin_leaves_a_bootloader_alone_that_the_application_starts,
				       setup),
		cmocka_unit_test_setup(begin_again_finds_the_bootloader_started, setup),
		cmocka_unit_test_setup(begin_does_not_take_a_running_modem_for_its_bootloader,
				       setup),
		cmocka_unit_test_setup(a_bootloader_whose_work_is_over_does_not_count_as_started,
				       setup),
		cmocka_unit_test_setup(a_bootloader_that_did_not_start_does_not_count_as_started,
				       setup),
		cmocka_unit_test_setup(verify_starts_the_bootloaders_program_first, setup),
		cmocka_unit_test_setup(verify_asks_nothing_of_a_program_that_did_not_start, setup),
		cmocka_unit_test_setup(a_program_or_a_manifest_with_a_bad_signature_is_refused,
				       setup),
		cmocka_unit_test_setup(long_chunks_are_handed_on_in_pieces_of_4096, setup),
		cmocka_unit_test_setup(a_piece_that_fails_is_the_last, setup),
		cmocka_unit_test_setup(
			a_digest_is_the_words_of_sha256_with_the_most_significant_byte_first,
			setup),
		cmocka_unit_test_setup(a_digest_takes_so_many_ranges_and_no_more, setup),
		cmocka_unit_test_setup(finish_writes_what_the_library_has_collected, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
