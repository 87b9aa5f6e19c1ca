/* SPDX-License-Identifier: Apache-2.0 */
/* Files for the modem over a hash engine, any of whose calls may fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <crypto/crypto_backends.h> /* ports/ */
#include <digest.h>                 /* sim/ */
#include <modem_files.h>            /* sim/ */
#include <modem_patch.h>            /* sim/ */

/* PSA Crypto with a call, counted from 1, that fails. */
static struct {
	unsigned int calls;
	unsigned int fails;
	int open; /* hashes begun and neither ended nor given up */
} engine;

static bool step(void)
{
	return ++engine.calls == engine.fails;
}

static int hash_begin(struct dfu_hash *hash)
{
	if (step()) {
		return -ESRCH;
	}
	engine.open++;
	return dfu_crypto_psa.hash_begin(hash);
}

static int hash_update(struct dfu_hash *hash, const uint8_t *data, size_t len)
{
	return step() ? -ESRCH : dfu_crypto_psa.hash_update(hash, data, len);
}

static int hash_end(struct dfu_hash *hash, uint8_t *digest)
{
	engine.open--;
	if (step()) {
		dfu_crypto_psa.hash_abort(hash);
		return -ESRCH;
	}
	return dfu_crypto_psa.hash_end(hash, digest);
}

static void hash_abort(struct dfu_hash *hash)
{
	engine.open--;
	dfu_crypto_psa.hash_abort(hash);
}

static const struct dfu_crypto_backend failing = {
	.hash_begin = hash_begin,
	.hash_update = hash_update,
	.hash_end = hash_end,
	.hash_abort = hash_abort,
};
const struct dfu_crypto_backend *const dfu_crypto_backends[] = {&failing, NULL};

static uint8_t old_room[4096], new_room[4096];
static struct sim_modem_firmware old, new;
static uint8_t *patch, *full_file;
static size_t patch_len, full_len;

static int setup(void **state)
{
	struct sim_modem_full full = {.firmware = &new};
	static uint8_t room[SIM_MODEM_BOOTLOADER_LEN];
	struct sim_error error;

	(void)state;
	engine.fails = 0;
	sim_modem_firmware_make(&old, old_room, sizeof(old_room), "1.0.0");
	sim_modem_firmware_make(&new, new_room, sizeof(new_room), "2.0.0");
	sim_modem_bootloader_make(&full.bootloader, room);
	return sim_modem_make_delta(&old, &new, &patch, &patch_len) |
	       sim_modem_make_full(&full, &full_file, &full_len, &error);
}

static int teardown(void **state)
{
	(void)state;
	free(patch);
	free(full_file);
	return 0;
}

/* Every call of the engine fails once; without a failure the work is done. */
static void assert_each_failure_is_told(int (*work)(void))
{
	engine.calls = 0;
	engine.fails = 0;
	assert_int_equal(work(), 0);
	const unsigned int calls = engine.calls;

	assert_true(calls >= 3);
	for (unsigned int k = 1; k <= calls; k++) {
		engine.calls = 0;
		engine.fails = k;
		assert_int_equal(work(), -ESRCH);
		assert_int_equal(engine.open, 0);
	}
}

static int hash_pieces(void)
{
	const struct sim_piece pieces[] = {{old_room, 5}, {new_room, 7}};
	uint8_t digest[SIM_DIGEST_LEN] = {0};
	const int rc = sim_digest(pieces, 2, digest);

	assert_int_equal(rc == 0, (digest[0] | digest[7] | digest[31]) != 0);
	return rc;
}

static int make_delta(void)
{
	uint8_t *file = NULL;
	size_t len;
	const int rc = sim_modem_make_delta(&old, &new, &file, &len);

	assert_int_equal(rc == 0, file != NULL);
	free(file);
	return rc;
}

static int apply(void)
{
	uint8_t room[sizeof(new_room)];
	struct sim_modem_firmware made;

	return sim_modem_patch_apply(patch, patch_len, &old, room, sizeof(room), &made);
}

static int sign(void *arg, const uint8_t digest[DFU_MODEM_DIGEST_LEN],
		uint8_t signature[SIM_MODEM_SIGNATURE_LEN])
{
	(void)arg;
	memcpy(signature, digest, DFU_MODEM_DIGEST_LEN);
	return 0;
}

static int make_full(void)
{
	const struct sim_modem_full full = {
		.bootloader = {0x20000000, 100, old_room}, .firmware = &new, .sign = sign};
	struct sim_error error;
	uint8_t *file = NULL;
	size_t len;
	const int rc = sim_modem_make_full(&full, &file, &len, &error);

	assert_int_equal(rc == 0, file != NULL);
	free(file);
	return rc;
}

static int read_full(void)
{
	struct sim_modem_firmware firmware;
	struct sim_error error;

	return sim_modem_read_full(full_file, full_len, NULL, &firmware, &error);
}

static void pieces_are_hashed_or_not(void **state)
{
	(void)state;
	assert_each_failure_is_told(hash_pieces);
}

static void patches_are_made_or_not(void **state)
{
	(void)state;
	assert_each_failure_is_told(make_delta);
}

static void patches_are_applied_or_not(void **state)
{
	(void)state;
	assert_each_failure_is_told(apply);
}

static void full_files_are_made_or_not(void **state)
{
	(void)state;
	assert_each_failure_is_told(make_full);
}

static void full_files_are_read_or_not(void **state)
{
	(void)state;
	assert_each_failure_is_told(read_full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_hashed_or_not),
		cmocka_unit_test(patches_are_made_or_not),
		cmocka_unit_test(patches_are_applied_or_not),
		cmocka_unit_test(full_files_are_made_or_not),
		cmocka_unit_test(full_files_are_read_or_not),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
