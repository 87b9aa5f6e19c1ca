/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a modem: the application of examples/modem, the library, the port, and a maker's
 * library of the tests' own at the end. What arrives there is held against the files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <dfu/crypto.h>
#include <dfu/fmfu_fdev.h>
#include <modem/modem_nrf.h> /* ports/ */
#include <nrf_errno.h>
#include <settings/settings_ram.h>
#include <storage/flash_map.h>

#include <updater.h> /* examples/modem/ */
#include "fake_nrf_modem.h"
#include "support/test_flash.h"

#define WRAPPER_LEN 333
#define BOOTLOADER_LEN 6608
#define FIRST_LEN 9000
#define SECOND_LEN 300
#define FULL_LEN (WRAPPER_LEN + BOOTLOADER_LEN + FIRST_LEN + SECOND_LEN)
#define HASH_AT 15
#define SIGNATURE_AT (WRAPPER_LEN - 256)
#define PATCH_LEN 5000
#define ERASE_CALLS 40

/* All of a wrapper but hash and signature, by hand from the format: three segments. */
static const uint8_t wrapper[] =
	{0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x24, 0xa0, 0x58, 0x40, /* payload of 64 bytes */
	 0x84, 0x01, 0x00, 0x58, 0x20, /* version, compat, the hash: */
	 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
	 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
	 0,    0,    0,    0,    0,    0,    0,    0,    0x58, 0x19, 0x86, /* the list: */
	 0x1a, 0x20, 0x00, 0x00, 0x00, 0x19, 0x19, 0xd0,                   /* 0x20000000, 6608 */
	 0x1a, 0x00, 0x01, 0x00, 0x00, 0x19, 0x23, 0x28,                   /* 0x10000, 9000 */
	 0x1a, 0x00, 0x01, 0x80, 0x00, 0x19, 0x01, 0x2c,                   /* 0x18000, 300 */
	 0x59, 0x01, 0x00};

_Static_assert(sizeof(wrapper) == SIGNATURE_AT, "the signature follows");

/* The store is named by device and offset. */
const struct flash_area *flash_map = NULL;
const int flash_map_entries = 0;

static const struct nrf_modem_bootloader_init_params params = {.priority = 3};
static struct dfu_modem_nrf nrf;
static struct test_flash flash;
static struct settings_ram settings;
static uint8_t settings_memory[1024];
static uint8_t file[FULL_LEN];
static size_t file_len;
static size_t link_breaks_at; /* so many bytes of a file are read, then reads fail */
static unsigned int slept;

static void sleep_ms(uint32_t ms)
{
	assert_int_equal(ms, 1000);
	slept++;
}

static uint32_t uptime_ms(void)
{
	return slept * 1000;
}

static const struct dfu_modem_nrf_config config = {
	.bootloader = &params,
	.sleep_ms = sleep_ms,
	.uptime_ms = uptime_ms,
};

static int modem_on(void)
{
	return fake_nrf_start() == 0 ? 0 : -EIO;
}

static int modem_off(void)
{
	fake_nrf.mode = FAKE_NRF_OFF;
	return 0;
}

static int read_file(size_t offset, void *chunk, size_t len)
{
	if (offset >= link_breaks_at) {
		return -ENETDOWN;
	}
	len = len < file_len - offset ? len : file_len - offset;
	memcpy(chunk, file + offset, len);
	return (int)len;
}

static struct updater_board board = {
	.modem = &nrf.port,
	.modem_on = modem_on,
	.modem_off = modem_off,
	.sleep_ms = sleep_ms,
};

static int fetch(void)
{
	const struct updater_file remote = {.size = file_len, .read = read_file};

	fake_nrf.log[0] = '\0';
	return updater_fetch(&remote);
}

static void make_patch(unsigned int seed)
{
	file_len = PATCH_LEN;
	test_pattern(file, file_len, seed);
	memcpy(file + 4, "meDu", 4);
}

static void make_full(unsigned int seed)
{
	struct dfu_hash hash;

	file_len = FULL_LEN;
	memcpy(file, wrapper, sizeof(wrapper));
	memset(file + SIGNATURE_AT, 0xff, 256);
	test_pattern(file + WRAPPER_LEN, FULL_LEN - WRAPPER_LEN, seed);
	assert_int_equal(dfu_hash_begin(&hash, DFU_HASH_SHA256), 0);
	assert_int_equal(dfu_hash_update(&hash, file + WRAPPER_LEN, FULL_LEN - WRAPPER_LEN), 0);
	assert_int_equal(dfu_hash_end(&hash, file + HASH_AT), 0);
}

static void assert_modem_has_firmware(void)
{
	const uint8_t *blob = file + WRAPPER_LEN;

	assert_int_equal(fake_nrf.bootloader_len, BOOTLOADER_LEN);
	assert_memory_equal(fake_nrf.bootloader, blob, BOOTLOADER_LEN);
	assert_int_equal(fake_nrf.wrapper_len, WRAPPER_LEN);
	assert_memory_equal(fake_nrf.wrapper, file, WRAPPER_LEN);
	assert_memory_equal(fake_nrf.firmware, blob + BOOTLOADER_LEN, FIRST_LEN);
	assert_int_equal(fake_nrf.firmware[FIRST_LEN], 0xff);
	assert_memory_equal(fake_nrf.firmware + 0x8000, blob + BOOTLOADER_LEN + FIRST_LEN,
			    SECOND_LEN);
	assert_int_equal(fake_nrf.firmware[0x8000 + SECOND_LEN], 0xff);
}

static int fail_to_begin(const struct settings_backend *backend)
{
	(void)backend;
	return -EIO;
}

static int setup(void **state)
{
	static const struct test_geometry geometry = {
		.runs = {{16, 4096}}, .write_block_size = 4, .erase_value = 0xff};

	(void)state;
	link_breaks_at = SIZE_MAX;
	slept = 0;
	fake_nrf_reset();
	if (flash.dev == NULL) { /* the application says once where files go */
		test_flash_init(&flash, &geometry);
		board.store = (struct dfu_target_fmfu_fdev){.dev = flash.dev};
	}
	test_flash_blank(&flash);
	settings_ram_init(&settings, settings_memory, sizeof(settings_memory));
	settings_backend_set(&settings.backend);
	if (dfu_modem_nrf_init(&nrf, &config) != 0) {
		return -1;
	}
	return updater_start(&board);
}

static void a_patch_reaches_the_modem_and_is_applied(void **state)
{
	(void)state;
	make_patch(1);
	assert_int_equal(fetch(), 0);
	assert_int_equal(fake_nrf.offset, PATCH_LEN);
	assert_memory_equal(fake_nrf.patch, file, PATCH_LEN);
	assert_true(fake_nrf.is_applied);
	assert_int_equal(fake_nrf.mode, FAKE_NRF_RUNS);
	assert_null(strstr(fake_nrf.log, "erase"));
}

static void a_patch_goes_on_where_the_link_broke(void **state)
{
	(void)state;
	make_patch(2);
	link_breaks_at = 2048;
	assert_int_equal(fetch(), -ENETDOWN);
	assert_int_equal(fake_nrf.offset, 2048);
	assert_false(fake_nrf.has_session);
	assert_false(fake_nrf.is_applied);
	link_breaks_at = SIZE_MAX;
	assert_int_equal(fetch(), 0);
	assert_null(strstr(fake_nrf.log, "erase"));
	assert_memory_equal(fake_nrf.patch, file, PATCH_LEN);
	assert_true(fake_nrf.is_applied);
}

static void another_patch_waits_until_the_modem_has_erased_the_first(void **state)
{
	(void)state;
	make_patch(3);
	assert_int_equal(fetch(), 0);
	make_patch(4);
	fake_nrf.erase_calls = ERASE_CALLS;
	assert_int_equal(fetch(), 0);
	assert_non_null(strstr(fake_nrf.log, "erase"));
	assert_in_range(slept, ERASE_CALLS - 1, ERASE_CALLS);
	assert_int_equal(fake_nrf.offset, PATCH_LEN);
	assert_memory_equal(fake_nrf.patch, file, PATCH_LEN);
}

static void a_refused_patch_gives_its_memory_back_and_the_next_begins_afresh(void **state)
{
	(void)state;
	make_patch(5);
	fake_nrf.answers[FAKE_NRF_WRITE] = DFU_MODEM_INVALID_UUID;
	assert_int_equal(fetch(), -EINVAL);
	assert_false(fake_nrf.has_session);
	fake_nrf.answers[FAKE_NRF_WRITE] = 0;
	make_patch(6);
	assert_int_equal(fetch(), 0);
	assert_memory_equal(fake_nrf.patch, file, PATCH_LEN);
}

static void a_whole_firmware_is_stored_checked_and_written(void **state)
{
	(void)state;
	make_full(7);
	assert_int_equal(fetch(), 0);
	assert_string_equal(fake_nrf.log,
			    "bootloader_init bl_write(4096) bl_write(2512) update verify(333) "
			    "fw_write(0x10000,4096) fw_write(0x11000,4096) fw_write(0x12000,808) "
			    "fw_write(0x18000,300) update ");
	assert_modem_has_firmware();
	assert_false(fmfu_fdev_pending());
	assert_int_equal(fake_nrf.mode, FAKE_NRF_RUNS);
}

static void a_damaged_firmware_never_reaches_the_modem(void **state)
{
	(void)state;
	make_full(8);
	file[FULL_LEN - 1] ^= 1;
	assert_int_equal(fetch(), -EILSEQ);
	assert_string_equal(fake_nrf.log, "");
	assert_int_equal(fake_nrf.mode, FAKE_NRF_RUNS);
}

static void assert_refused(enum fake_nrf_call call, int answer, const char *log)
{
	make_full(9);
	fake_nrf.answers[call] = answer;
	assert_int_equal(fetch(), -EACCES);
	assert_string_equal(fake_nrf.log, log);
	assert_false(fmfu_fdev_pending());
	assert_int_equal(fake_nrf.mode, FAKE_NRF_RUNS);
}

/* Of the manifest, of one that may not be installed, or of the bootloader's own program. */
static void a_refused_signature_leaves_the_old_firmware_running(void **state)
{
	static const char verified[] =
		"bootloader_init bl_write(4096) bl_write(2512) update verify(333) ";
	static const char not_started[] = "bootloader_init bl_write(4096) bl_write(2512) update ";

	assert_refused(FAKE_NRF_VERIFY, -NRF_EACCES, verified);
	assert_int_equal(setup(state), 0);
	assert_refused(FAKE_NRF_VERIFY, -NRF_EPERM, verified);
	assert_int_equal(setup(state), 0);
	assert_refused(FAKE_NRF_UPDATE, -NRF_EACCES, not_started);
}

/* What a reset leaves: the modem, flash and settings. */
static int reset_device(void)
{
	fake_nrf.mode = FAKE_NRF_OFF;
	if (dfu_modem_nrf_init(&nrf, &config) != 0) {
		return -1;
	}
	return updater_start(&board);
}

/* Calls of an update fail; the first start after that fails, too, and the second completes it. */
static void an_update_that_broke_off_is_completed_by_a_start(void **state)
{
	static const struct {
		enum fake_nrf_call call;
		int answer, rc;
		bool runs; /* no byte was written */
	} breaks[] = {
		{FAKE_NRF_BL_WRITE, -NRF_EINVAL, -EINVAL, true},
		{FAKE_NRF_UPDATE, -NRF_ETIMEDOUT, -ETIMEDOUT, false},
		{FAKE_NRF_VERIFY, -NRF_EIO, -EIO, false},
		{FAKE_NRF_FW_WRITE, -NRF_ENOEXEC, -ENOEXEC, false},
	};

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		assert_int_equal(setup(state), 0);
		make_full(10 + (unsigned int)i);
		fake_nrf.answers[breaks[i].call] = breaks[i].answer;
		assert_int_equal(fetch(), breaks[i].rc);
		assert_true(fmfu_fdev_pending());
		assert_int_equal(fake_nrf.mode == FAKE_NRF_RUNS, breaks[i].runs);
		assert_int_equal(reset_device(), breaks[i].rc);
		assert_true(fmfu_fdev_pending());
		fake_nrf.answers[breaks[i].call] = 0;
		assert_int_equal(reset_device(), 0);
		assert_modem_has_firmware();
		assert_false(fmfu_fdev_pending());
		assert_int_equal(fake_nrf.mode, FAKE_NRF_RUNS);
	}
}

/* Settings that cannot be read count as pending; a modem that has a firmware is started anyway. */
static void a_start_without_settings_and_without_a_file_starts_the_modem(void **state)
{
	static const struct settings_backend_api broken = {.init = fail_to_begin};
	static const struct settings_backend backend = {&broken};

	(void)state;
	settings_backend_set(&backend);
	assert_int_equal(reset_device(), -ENOENT);
	assert_int_equal(fake_nrf.mode, FAKE_NRF_RUNS);
}

static void a_modem_that_was_not_shut_down_is_not_written(void **state)
{
	(void)state;
	make_full(20);
	fake_nrf.answers[FAKE_NRF_BOOTLOADER_INIT] = -NRF_EPERM;
	assert_int_equal(fetch(), -EPERM);
	assert_string_equal(fake_nrf.log, "bootloader_init ");
	assert_false(fmfu_fdev_pending());
	assert_int_equal(fake_nrf.mode, FAKE_NRF_RUNS);
}

static void a_file_of_another_kind_is_refused(void **state)
{
	(void)state;
	make_patch(21);
	file[4] ^= 1;
	assert_int_equal(fetch(), -ENOTSUP);
	assert_string_equal(fake_nrf.log, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_patch_reaches_the_modem_and_is_applied, setup),
		cmocka_unit_test_setup(a_patch_goes_on_where_the_link_broke, setup),
		cmocka_unit_test_setup(another_patch_waits_until_the_modem_has_erased_the_first,
				       setup),
		cmocka_unit_test_setup(
			a_refused_patch_gives_its_memory_back_and_the_next_begins_afresh, setup),
		cmocka_unit_test_setup(a_whole_firmware_is_stored_checked_and_written, setup),
		cmocka_unit_test_setup(a_damaged_firmware_never_reaches_the_modem, setup),
		cmocka_unit_test_setup(a_refused_signature_leaves_the_old_firmware_running, setup),
		cmocka_unit_test_setup(an_update_that_broke_off_is_completed_by_a_start, setup),
		cmocka_unit_test_setup(a_start_without_settings_and_without_a_file_starts_the_modem,
				       setup),
		cmocka_unit_test_setup(a_modem_that_was_not_shut_down_is_not_written, setup),
		cmocka_unit_test_setup(a_file_of_another_kind_is_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
