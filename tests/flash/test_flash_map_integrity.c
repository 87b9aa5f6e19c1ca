/* SPDX-License-Identifier: Apache-2.0 */
/* Digests were made with another program: `printf abc | sha256sum`, and Python's hashlib over the
 * pattern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <crypto/crypto_backends.h>
#include <storage/flash_map.h>

#include "support/test_flash.h"

#define AREA_OFF 4096
#define AREA_SIZE 8192

static const uint8_t sha256_abc[32] = {
	0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
	0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
	0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
};
/* Of bytes(i % 251 for i in range(8192)). */
static const uint8_t sha256_pattern[32] = {
	0x25, 0xdf, 0x24, 0x49, 0xb2, 0xe5, 0xa3, 0x5f, 0xea, 0x14, 0xe0,
	0x2a, 0x71, 0x58, 0xe2, 0x83, 0x80, 0x1a, 0x10, 0x69, 0xc9, 0xf8,
	0x46, 0x31, 0xb9, 0xa9, 0xda, 0xcb, 0x2f, 0x80, 0x9a, 0x7f,
};

/* No area is opened here. */
const struct flash_area *flash_map;
const int flash_map_entries;

/* PSA with a switch for each way to fail. */
static int begin_rc;
static int update_rc;
static int end_rc;
static int hashes_open;

static int flaky_begin(struct dfu_hash *hash)
{
	int rc = begin_rc != 0 ? begin_rc : dfu_crypto_psa.hash_begin(hash);

	hashes_open += rc == 0 ? 1 : 0;
	return rc;
}

static int flaky_update(struct dfu_hash *hash, const uint8_t *data, size_t len)
{
	return update_rc != 0 ? update_rc : dfu_crypto_psa.hash_update(hash, data, len);
}

static int flaky_end(struct dfu_hash *hash, uint8_t *digest)
{
	int rc = dfu_crypto_psa.hash_end(hash, digest);

	hashes_open--;
	return end_rc != 0 ? end_rc : rc;
}

static void flaky_abort(struct dfu_hash *hash)
{
	hashes_open--;
	dfu_crypto_psa.hash_abort(hash);
}

static const struct dfu_crypto_backend flaky = {
	.hash_begin = flaky_begin,
	.hash_update = flaky_update,
	.hash_end = flaky_end,
	.hash_abort = flaky_abort,
};

const struct dfu_crypto_backend *const dfu_crypto_backends[] = {&flaky, NULL};

struct fixture {
	struct test_flash flash;
	struct flash_area area;
	uint8_t buf[100];
	struct flash_area_check check; /* of the whole area */
};

static int setup(void **state)
{
	static const struct test_geometry geometry = {
		.runs = {{4, 4096}}, .write_block_size = 4, .erase_value = 0xff};
	static struct fixture fixture;

	begin_rc = 0;
	update_rc = 0;
	end_rc = 0;
	hashes_open = 0;
	test_flash_init(&fixture.flash, &geometry);
	test_pattern(fixture.flash.memory + AREA_OFF, AREA_SIZE, 0);
	fixture.area = (struct flash_area){
		.fa_off = AREA_OFF, .fa_size = AREA_SIZE, .fa_dev = fixture.flash.dev};
	fixture.check = (struct flash_area_check){.match = sha256_pattern,
						  .clen = AREA_SIZE,
						  .rbuf = fixture.buf,
						  .rblen = sizeof(fixture.buf)};
	*state = &fixture;
	return 0;
}

/* Whatever happened, no hash is left open. */
static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hashes_open, 0);
	test_flash_free(&f->flash);
	return 0;
}

static void equal_digest_is_0_whatever_the_buffer(void **state)
{
	struct fixture *f = *state;
	static const size_t sizes[] = {1, 7, 64, 100};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		f->check.rblen = sizes[i];
		assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), 0);
	}
}

static void hashes_from_off_on(void **state)
{
	struct fixture *f = *state;

	memcpy(f->flash.memory + AREA_OFF + AREA_SIZE - 3, "abc", 3);
	f->check.match = sha256_abc;
	f->check.off = AREA_SIZE - 3;
	f->check.clen = 3;
	assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), 0);
}

static void one_bit_makes_it_unequal(void **state)
{
	struct fixture *f = *state;

	f->flash.memory[AREA_OFF + AREA_SIZE - 1] ^= 0x80;
	assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), -EILSEQ);
}

static void reads_each_byte_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), 0);
	assert_int_equal(f->flash.nor.stats.reads,
			 (AREA_SIZE + sizeof(f->buf) - 1) / sizeof(f->buf));
}

static void bad_arguments_read_nothing(void **state)
{
	struct fixture *f = *state;
	struct flash_area_check bad[] = {f->check, f->check, f->check, f->check,
					 f->check, f->check, f->check, f->check};

	bad[0].match = NULL;
	bad[1].rbuf = NULL;
	bad[2].clen = 0;
	bad[3].rblen = 0;
	bad[4].clen = AREA_SIZE + 1;
	bad[5].off = 1;
	bad[6].off = SIZE_MAX;
	bad[7].clen = SIZE_MAX;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(flash_area_check_int_sha256(&f->area, &bad[i]), -EINVAL);
	}
	assert_int_equal(flash_area_check_int_sha256(NULL, &f->check), -EINVAL);
	assert_int_equal(flash_area_check_int_sha256(&f->area, NULL), -EINVAL);
	assert_int_equal(f->flash.nor.stats.reads, 0);
}

static void read_error_passes_through(void **state)
{
	struct fixture *f = *state;

	f->flash.nor.fail_rc = -ETIMEDOUT;
	f->flash.nor.fail_reads = true;
	f->flash.nor.fail_after = 5;
	assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), -ETIMEDOUT);
}

static void failure_of_the_engine_passes_through(void **state)
{
	struct fixture *f = *state;

	begin_rc = -ESRCH;
	assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), -ESRCH);
	begin_rc = -ENOTSUP;
	assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), -ENOTSUP);
	begin_rc = 0;
	update_rc = -ESRCH;
	assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), -ESRCH);
	update_rc = 0;
	end_rc = -ESRCH;
	assert_int_equal(flash_area_check_int_sha256(&f->area, &f->check), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(equal_digest_is_0_whatever_the_buffer, setup,
						teardown),
		cmocka_unit_test_setup_teardown(hashes_from_off_on, setup, teardown),
		cmocka_unit_test_setup_teardown(one_bit_makes_it_unequal, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_each_byte_once, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_arguments_read_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(read_error_passes_through, setup, teardown),
		cmocka_unit_test_setup_teardown(failure_of_the_engine_passes_through, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
