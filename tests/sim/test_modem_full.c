/* SPDX-License-Identifier: Apache-2.0 */
/* Whole firmwares: the calls in and out of their order, signatures, and where bytes may go. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <mbedtls/pem.h>
#include <psa/crypto.h>

#include "modem_files.h"
#include "sim/modem_rig.h"

#define ADDR 0x1000u

static struct sim_modem_status status;

static const struct dfu_modem_full_api *full(void)
{
	return rig.port->full;
}

static int verify(void)
{
	return full()->verify(rig.port, rig.file, rig.wrapper_len);
}

static int write_at(uint32_t addr, const void *src, size_t len)
{
	return full()->firmware_write(rig.port, addr, src, len);
}

/* To where firmware may be written. */
static void come_to_firmware(void)
{
	assert_int_equal(full()->begin(rig.port), 0);
	assert_int_equal(full()->bootloader_write(rig.port, rig.bootloader.bytes, 100), 0);
	assert_int_equal(verify(), 0);
}

static void assert_firmware(const struct sim_modem_segment *want, size_t count)
{
	struct sim_modem_firmware got;

	sim_modem_firmware_get(&rig.modem, &got);
	assert_int_equal(got.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(got.segment[i].addr, want[i].addr);
		assert_int_equal(got.segment[i].len, want[i].len);
		assert_memory_equal(got.segment[i].bytes, want[i].bytes, want[i].len);
	}
}

static void a_file_is_written_in_chunks_of_any_size(void **state)
{
	static const size_t chunks[] = {1, 3, 20, 512, 4096, 100000};

	(void)state;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		uint8_t digest[DFU_MODEM_DIGEST_LEN];

		assert_int_equal(rig_load(chunks[i]), 0);
		assert_true(rig_has(1));
		assert_int_equal(rig_state(), SIM_MODEM_OK);
		assert_int_equal(rig_start(), SIM_MODEM_STARTED);
		assert_true(rig_has(1));
		sim_modem_status_get(&rig.modem, &status);
		assert_int_equal(sim_modem_firmware_digest(&rig.firmware[1], digest), 0);
		assert_memory_equal(status.digest, digest, sizeof(digest));
		assert_string_equal(status.version, "2.0.0");
		assert_false(status.can_roll_back);
	}
}

static void calls_out_of_their_order_are_not_permitted(void **state)
{
	(void)state;
	assert_int_equal(full()->bootloader_write(rig.port, "x", 1), -EPERM);
	assert_int_equal(verify(), -EPERM);
	assert_int_equal(write_at(ADDR, "x", 1), -EPERM);
	assert_int_equal(full()->finish(rig.port), -EPERM);
	assert_int_equal(full()->begin(rig.port), 0);
	assert_int_equal(verify(), -EPERM);
	assert_int_equal(write_at(ADDR, "x", 1), -EPERM);
	assert_int_equal(full()->finish(rig.port), -EPERM);
	assert_int_equal(rig_state(), SIM_MODEM_OK);
	assert_int_equal(full()->bootloader_write(rig.port, "x", 1), 0);
	assert_int_equal(rig_state(), SIM_MODEM_UNBOOTABLE);
	assert_int_equal(write_at(ADDR, "x", 1), -EPERM);
	assert_int_equal(full()->finish(rig.port), -EPERM);
	assert_int_equal(verify(), 0);
	assert_int_equal(full()->bootloader_write(rig.port, "x", 1), -EPERM);
	assert_int_equal(write_at(ADDR, "x", 1), 0);
	assert_int_equal(full()->finish(rig.port), 0);
	assert_int_equal(write_at(ADDR, "x", 1), -EPERM);
	assert_int_equal(full()->finish(rig.port), -EPERM);
}

static void arguments_that_are_none_are_told(void **state)
{
	static const struct dfu_modem_range range = {ADDR, ADDR};
	uint8_t digest[DFU_MODEM_DIGEST_LEN];

	(void)state;
	assert_int_equal(full()->begin(rig.port), 0);
	assert_int_equal(full()->bootloader_write(rig.port, NULL, 1), -EINVAL);
	assert_int_equal(full()->bootloader_write(rig.port, "x", 0), -EINVAL);
	assert_int_equal(full()->bootloader_write(rig.port, rig.block, RIG_CAPACITY + 1), -EINVAL);
	assert_int_equal(rig_state(), SIM_MODEM_OK);
	assert_int_equal(full()->bootloader_write(rig.port, rig.block, RIG_CAPACITY), 0);
	assert_int_equal(full()->bootloader_write(rig.port, rig.block, 1), -EINVAL);
	assert_int_equal(full()->verify(rig.port, NULL, 1), -EINVAL);
	assert_int_equal(full()->verify(rig.port, rig.file, 0), -EINVAL);
	assert_int_equal(verify(), 0);
	assert_int_equal(write_at(0, "x", 1), -EINVAL);
	assert_int_equal(write_at(ADDR, NULL, 1), -EINVAL);
	assert_int_equal(write_at(ADDR, "x", 0), -EINVAL);
	assert_int_equal(write_at(UINT32_MAX, "xy", 2), -EINVAL);
	assert_int_equal(write_at(UINT32_MAX, "x", 1), 0);
	assert_int_equal(full()->digest(rig.port, NULL, 1, digest), -EINVAL);
	assert_int_equal(full()->digest(rig.port, &range, 0, digest), -EINVAL);
	assert_int_equal(full()->digest(rig.port, &range, 1, NULL), -EINVAL);
}

static void the_modem_is_unbootable_from_the_first_chunk_until_the_end(void **state)
{
	(void)state;
	assert_int_equal(full()->begin(rig.port), 0);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	come_to_firmware();
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rig_start(), SIM_MODEM_DEAD);
		assert_int_equal(rig_state(), SIM_MODEM_UNBOOTABLE);
		come_to_firmware();
		assert_int_equal(write_at(ADDR, rig.room[0], (size_t)i + 1), 0);
	}
	/* What the one before had written is no part of the firmware. */
	assert_int_equal(rig_load(512), 0);
	assert_true(rig_has(1));
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
}

static void segments_are_what_was_written_side_by_side_in_any_order(void **state)
{
	const uint8_t *bytes = rig.room[0];
	const struct sim_modem_segment want[] = {
		{ADDR, 30, &bytes[100]},
		{ADDR + 30, 20, &bytes[50]},
		{ADDR + 60, 50, &bytes[0]},
		{ADDR + 110, 9, &bytes[300]},
	};

	(void)state;
	come_to_firmware();
	assert_int_equal(write_at(ADDR + 60, &bytes[0], 25), 0);
	assert_int_equal(write_at(ADDR + 85, &bytes[25], 25), 0);
	assert_int_equal(write_at(ADDR + 30, &bytes[50], 20), 0);
	assert_int_equal(write_at(ADDR, &bytes[100], 10), 0);
	assert_int_equal(write_at(ADDR + 10, &bytes[110], 20), 0);
	/* Others lie behind it meanwhile. */
	assert_int_equal(write_at(ADDR + 110, &bytes[300], 9), 0);
	assert_firmware(want, 4);
	assert_int_equal(full()->finish(rig.port), 0);
	rig_reset();
	assert_firmware(want, 4);
}

static void what_was_written_may_be_written_again_but_not_be_run_into(void **state)
{
	const uint8_t *bytes = rig.room[0];
	uint8_t now[40];
	const struct sim_modem_segment want[] = {{ADDR, 40, now}, {ADDR + 50, 10, &bytes[0]}};

	(void)state;
	memcpy(now, bytes, sizeof(now));
	memcpy(&now[5], &bytes[200], 35);
	come_to_firmware();
	assert_int_equal(write_at(ADDR, bytes, 40), 0);
	assert_int_equal(write_at(ADDR + 50, bytes, 10), 0);
	assert_int_equal(write_at(ADDR + 5, &bytes[200], 35), 0);
	assert_int_equal(write_at(ADDR + 5, bytes, 36), -EINVAL);
	assert_int_equal(write_at(ADDR + 39, bytes, 2), -EINVAL);
	assert_int_equal(write_at(ADDR - 1, bytes, 2), -EINVAL);
	assert_int_equal(write_at(ADDR - 1, bytes, 100), -EINVAL);
	assert_int_equal(write_at(ADDR + 40, bytes, 11), -EINVAL);
	assert_firmware(want, 2);
}

static void more_bytes_or_segments_than_the_modem_has_are_refused(void **state)
{
	uint8_t *large = calloc(1, RIG_CAPACITY);

	(void)state;
	assert_non_null(large);
	come_to_firmware();
	assert_int_equal(write_at(ADDR, large, RIG_CAPACITY - 1), 0);
	assert_int_equal(write_at(ADDR + RIG_CAPACITY, large, 2), -ENOEXEC);
	assert_int_equal(write_at(ADDR + RIG_CAPACITY - 1, large, 2), -ENOEXEC);
	assert_int_equal(write_at(ADDR + RIG_CAPACITY - 1, large, 1), 0);
	assert_int_equal(write_at(4, large, 1), -ENOEXEC);

	rig_reset();
	come_to_firmware();
	for (uint32_t i = 0; i < SIM_MODEM_SEGMENTS_MAX; i++) {
		assert_int_equal(write_at(ADDR + 2 * i, large, 1), 0);
	}
	assert_int_equal(write_at(4, large, 1), -ENOEXEC);
	assert_int_equal(write_at(ADDR + 2 * SIM_MODEM_SEGMENTS_MAX - 1, large, 3), 0);
	assert_int_equal(full()->finish(rig.port), 0);
	free(large);
}

/* The whole item is judged, so the bytes of the manifest count with a key. */
static void without_a_key_only_the_dummy_signature_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < 256; i += 5) {
		uint8_t *last = &rig.file[rig.wrapper_len - 256 + i];

		*last ^= 0x10;
		assert_int_equal(rig_load(4096), -EACCES);
		assert_int_equal(rig_state(), SIM_MODEM_OK);
		assert_true(rig_has(0));
		*last ^= 0x10;
	}
	assert_int_equal(rig_load(4096), 0);
}

static void what_is_no_wrapper_is_refused(void **state)
{
	(void)state;
	for (size_t len = 1; len < rig.wrapper_len; len += 13) {
		assert_int_equal(full()->begin(rig.port), 0);
		assert_int_equal(full()->bootloader_write(rig.port, "x", 1), 0);
		assert_int_equal(full()->verify(rig.port, rig.file, len), -EACCES);
		assert_int_equal(rig_state(), SIM_MODEM_OK);
	}
	rig.file[0] ^= 1;
	assert_int_equal(rig_load(4096), -EACCES);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(0));
}

/* After a refusal the bootloader is left. */
static void a_refusal_gives_the_old_firmware_back_unless_firmware_was_written(void **state)
{
	uint8_t uuid[DFU_MODEM_UUID_LEN];

	(void)state;
	rig.file[rig.wrapper_len - 1] ^= 1;
	assert_int_equal(rig_load(4096), -EACCES);
	assert_int_equal(rig.port->delta->uuid(rig.port, uuid), 0);
	assert_int_equal(write_at(ADDR, "x", 1), -EPERM);
	assert_int_equal(full()->bootloader_write(rig.port, "x", 1), -EPERM);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(0));

	rig.file[rig.wrapper_len - 1] ^= 1;
	come_to_firmware();
	assert_int_equal(write_at(ADDR, "x", 1), 0);
	rig_reset();
	rig.file[rig.wrapper_len - 1] ^= 1;
	assert_int_equal(rig_load(4096), -EACCES);
	assert_int_equal(rig_state(), SIM_MODEM_UNBOOTABLE);
	assert_int_equal(rig_start(), SIM_MODEM_DEAD);
}

static void a_refusal_by_a_fault_is_one_like_any_other(void **state)
{
	const struct sim_modem_fault fault = {.call = SIM_MODEM_VERIFY, .rc = -EACCES};

	(void)state;
	sim_modem_set_fault(&rig.modem, &fault);
	assert_int_equal(rig_load(4096), -EACCES);
	assert_int_equal(write_at(ADDR, "x", 1), -EPERM);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(0));
	come_to_firmware();
	assert_int_equal(write_at(ADDR, "x", 1), 0);
	sim_modem_set_fault(&rig.modem, &fault);
	assert_int_equal(rig_load(4096), -EACCES);
	assert_int_equal(rig_start(), SIM_MODEM_DEAD);
}

static size_t read_key(const char *name, uint8_t *der, size_t room)
{
	static const char *const kinds[][2] = {
		{"-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"},
		{"-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"}};
	const char *const *kind = kinds[strstr(name, ".pub.") != NULL];
	unsigned char text[4096];
	char path[512];
	mbedtls_pem_context pem;
	size_t len;
	FILE *file;

	(void)snprintf(path, sizeof(path), VECTORS "/images/keys/%s", name);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	mbedtls_pem_init(&pem);
	assert_int_equal(mbedtls_pem_read_buffer(&pem, kind[0], kind[1], text, NULL, 0, &len), 0);
	assert_in_range(pem.buflen, 1, room);
	len = pem.buflen;
	memcpy(der, pem.buf, len);
	mbedtls_pem_free(&pem);
	return len;
}

/* The bare key behind what says of which kind it is (RFC 5958, RFC 5280). */
static size_t read_bare_key(const char *name, uint8_t *der, size_t room)
{
	const size_t skip = strstr(name, ".pub.") != NULL ? 24 : 26;
	const size_t len = read_key(name, der, room) - skip;

	memmove(der, &der[skip], len);
	return len;
}

static psa_key_id_t private_key(void)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	uint8_t der[2048];
	const size_t len = read_bare_key("rsa2048-a.pem", der, sizeof(der));

	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_RSA_KEY_PAIR);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
	psa_set_key_algorithm(&attributes, PSA_ALG_RSA_PSS(PSA_ALG_SHA_256));
	assert_int_equal(psa_import_key(&attributes, der, len, &id), PSA_SUCCESS);
	return id;
}

static int sign(void *arg, const uint8_t digest[DFU_MODEM_DIGEST_LEN],
		uint8_t signature[SIM_MODEM_SIGNATURE_LEN])
{
	size_t len;

	assert_int_equal(psa_sign_hash(*(psa_key_id_t *)arg, PSA_ALG_RSA_PSS(PSA_ALG_SHA_256),
				       digest, DFU_MODEM_DIGEST_LEN, signature,
				       SIM_MODEM_SIGNATURE_LEN, &len),
			 PSA_SUCCESS);
	assert_int_equal(len, SIM_MODEM_SIGNATURE_LEN);
	return 0;
}

static void sign_file(void)
{
	psa_key_id_t key = private_key();
	const struct sim_modem_full what = {.bootloader = rig.bootloader,
					    .firmware = &rig.firmware[1],
					    .sign = sign,
					    .arg = &key};
	struct sim_error error;

	free(rig.file);
	assert_int_equal(sim_modem_make_full(&what, &rig.file, &rig.file_len, &error), 0);
	assert_int_equal(psa_destroy_key(key), PSA_SUCCESS);
}

static void make_with_key(const uint8_t *der, size_t len)
{
	struct sim_modem_config config = rig.config;

	config.key = der;
	config.key_len = len;
	assert_int_equal(sim_modem_make(rig.block, &config, &rig.firmware[0]), 0);
	rig_reset();
	sim_modem_status_get(&rig.modem, &status);
	assert_true(status.has_key);
}

static void with_a_key_only_its_signatures_are_taken(void **state)
{
	uint8_t der[512];
	const size_t len = read_bare_key("rsa2048-a.pub.pem", der, sizeof(der));

	(void)state;
	make_with_key(der, len);
	assert_int_equal(rig_load(4096), -EACCES);
	sign_file();
	/* The signature is of the manifest, which the last byte before it belongs to. */
	rig.file[rig.wrapper_len - 256 - 4] ^= 1;
	assert_int_equal(rig_load(4096), -EACCES);
	rig.file[rig.wrapper_len - 256 - 4] ^= 1;
	rig.file[rig.wrapper_len - 1] ^= 1;
	assert_int_equal(rig_load(4096), -EACCES);
	rig.file[rig.wrapper_len - 1] ^= 1;
	assert_true(rig_has(0));
	assert_int_equal(rig_load(4096), 0);
	assert_true(rig_has(1));

	/* Another modulus. */
	der[100] ^= 1;
	make_with_key(der, len);
	assert_int_equal(rig_load(4096), -EACCES);
	assert_true(rig_has(0));
}

static void a_key_of_another_kind_or_in_another_wrapping_is_refused(void **state)
{
	static const char *const names[] = {"rsa3072-a.pub.pem", "ec256-a.pub.pem",
					    "ed25519-a.pub.pem", "rsa2048-a.pub.pem"};
	uint8_t der[512];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		rig.config.key = der;
		rig.config.key_len = read_key(names[i], der, sizeof(der));
		assert_int_equal(sim_modem_make(rig.block, &rig.config, &rig.firmware[0]), -EINVAL);
	}
}

static void sha256(const uint8_t *bytes, size_t len, uint8_t digest[DFU_MODEM_DIGEST_LEN])
{
	size_t got;

	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	assert_int_equal(
		psa_hash_compute(PSA_ALG_SHA_256, bytes, len, digest, DFU_MODEM_DIGEST_LEN, &got),
		PSA_SUCCESS);
}

static void digests_are_of_what_the_modem_holds_now(void **state)
{
	const uint8_t *bytes = rig.room[0];
	static const struct dfu_modem_range ranges[] = {
		{ADDR + 5, ADDR + 44}, {ADDR, ADDR + 9}, {UINT32_MAX - 1, UINT32_MAX}};
	uint8_t want[DFU_MODEM_DIGEST_LEN];
	uint8_t got[DFU_MODEM_DIGEST_LEN];
	uint8_t text[52];

	(void)state;
	come_to_firmware();
	/* Two segments side by side: a range may go over both. */
	assert_int_equal(write_at(ADDR + 20, &bytes[20], 30), 0);
	assert_int_equal(write_at(ADDR, &bytes[0], 20), 0);
	assert_int_equal(write_at(UINT32_MAX - 1, &bytes[200], 2), 0);
	memcpy(&text[0], &bytes[5], 40);
	memcpy(&text[40], &bytes[0], 10);
	memcpy(&text[50], &bytes[200], 2);
	sha256(text, sizeof(text), want);
	assert_int_equal(full()->digest(rig.port, ranges, 3, got), 0);
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(full()->finish(rig.port), 0);
	memset(got, 0, sizeof(got));
	assert_int_equal(full()->digest(rig.port, ranges, 3, got), 0);
	assert_memory_equal(got, want, sizeof(want));
}

static void ranges_that_the_firmware_does_not_have_have_no_digest(void **state)
{
	static const struct dfu_modem_range ranges[] = {
		{ADDR - 1, ADDR},      {ADDR + 9, ADDR + 10}, {ADDR + 10, ADDR + 20},
		{ADDR + 5, ADDR + 4},  {0, UINT32_MAX},       {ADDR + 19, ADDR + 40},
		{ADDR + 50, ADDR + 50}};
	uint8_t digest[DFU_MODEM_DIGEST_LEN] = {1};

	(void)state;
	come_to_firmware();
	assert_int_equal(write_at(ADDR, rig.room[0], 10), 0);
	assert_int_equal(write_at(ADDR + 19, rig.room[0], 10), 0);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		assert_int_equal(full()->digest(rig.port, &ranges[i], 1, digest), -EINVAL);
	}
	assert_int_equal(digest[0], 1);
}

/* A program alone changes nothing, but it does not bring back what an earlier update destroyed. */
static void a_bootloader_without_firmware_leaves_the_modem_as_it_was(void **state)
{
	(void)state;
	come_to_firmware();
	assert_int_equal(full()->finish(rig.port), 0);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(0));
	come_to_firmware();
	assert_int_equal(write_at(ADDR, "x", 1), 0);
	rig_reset();
	come_to_firmware();
	assert_int_equal(full()->finish(rig.port), -ENOEXEC);
	assert_int_equal(rig_start(), SIM_MODEM_DEAD);
}

static void an_update_ends_what_was_asked_of_the_old_firmware(void **state)
{
	(void)state;
	assert_int_equal(rig_download(4096), 0);
	assert_int_equal(rig.port->delta->apply(rig.port), 0);
	come_to_firmware();
	assert_int_equal(rig_state(), SIM_MODEM_UNBOOTABLE);
	assert_int_equal(rig_load(4096), 0);
	assert_int_equal(rig_state(), SIM_MODEM_OK);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(1));
}

static void a_refused_update_ends_nothing(void **state)
{
	(void)state;
	assert_int_equal(rig_download(4096), 0);
	assert_int_equal(rig.port->delta->apply(rig.port), 0);
	rig.file[rig.wrapper_len - 1] ^= 1;
	assert_int_equal(rig_load(4096), -EACCES);
	assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
	assert_true(rig_has(1));
}

static void the_bootloader_ends_an_erase_and_a_session(void **state)
{
	(void)state;
	assert_int_equal(rig.port->delta->write(rig.port, rig.patch, 10), 0);
	assert_int_equal(rig.port->delta->erase(rig.port), 0);
	assert_int_equal(full()->begin(rig.port), 0);
	sim_modem_pass(&rig.modem, RIG_ERASE_MS);
	assert_int_equal(rig_offset(), DFU_MODEM_OFFSET_DIRTY);
}

#define MODEM_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODEM_TEST(a_file_is_written_in_chunks_of_any_size),
		MODEM_TEST(calls_out_of_their_order_are_not_permitted),
		MODEM_TEST(arguments_that_are_none_are_told),
		MODEM_TEST(the_modem_is_unbootable_from_the_first_chunk_until_the_end),
		MODEM_TEST(segments_are_what_was_written_side_by_side_in_any_order),
		MODEM_TEST(what_was_written_may_be_written_again_but_not_be_run_into),
		MODEM_TEST(more_bytes_or_segments_than_the_modem_has_are_refused),
		MODEM_TEST(without_a_key_only_the_dummy_signature_is_taken),
		MODEM_TEST(what_is_no_wrapper_is_refused),
		MODEM_TEST(a_refusal_gives_the_old_firmware_back_unless_firmware_was_written),
		MODEM_TEST(a_refusal_by_a_fault_is_one_like_any_other),
		MODEM_TEST(with_a_key_only_its_signatures_are_taken),
		MODEM_TEST(a_key_of_another_kind_or_in_another_wrapping_is_refused),
		MODEM_TEST(digests_are_of_what_the_modem_holds_now),
		MODEM_TEST(ranges_that_the_firmware_does_not_have_have_no_digest),
		MODEM_TEST(a_bootloader_without_firmware_leaves_the_modem_as_it_was),
		MODEM_TEST(an_update_ends_what_was_asked_of_the_old_firmware),
		MODEM_TEST(a_refused_update_ends_nothing),
		MODEM_TEST(the_bootloader_ends_an_erase_and_a_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
