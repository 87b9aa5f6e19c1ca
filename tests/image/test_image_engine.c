/* SPDX-License-Identifier: Apache-2.0 */
/* Verification over crypto back-ends that fail, and over a list that lacks Ed25519. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <crypto/crypto_backends.h>

#include "image/image_maker.h"
#include "image/subject.h"
#include "support/test_files.h"

/* PSA Crypto with a call, counted from 1, that fails. */
static struct {
	unsigned int calls;
	unsigned int fails;
	int code;
	int open; /* hashes begun and neither ended nor given up */
} engine;

static int step(void)
{
	return ++engine.calls == engine.fails ? engine.code : 0;
}

static int hash_begin(struct dfu_hash *hash)
{
	int rc = step();

	if (rc == 0) {
		rc = dfu_crypto_psa.hash_begin(hash);
		engine.open++;
	}
	return rc;
}

static int hash_update(struct dfu_hash *hash, const uint8_t *data, size_t len)
{
	int rc = step();

	return rc != 0 ? rc : dfu_crypto_psa.hash_update(hash, data, len);
}

static int hash_end(struct dfu_hash *hash, uint8_t *digest)
{
	int rc = step();

	engine.open--;
	if (rc != 0) {
		dfu_crypto_psa.hash_abort(hash);
		return rc;
	}
	return dfu_crypto_psa.hash_end(hash, digest);
}

static void hash_abort(struct dfu_hash *hash)
{
	engine.open--;
	dfu_crypto_psa.hash_abort(hash);
}

static int verify(enum dfu_sig_alg alg, const uint8_t *key, size_t key_len, const uint8_t *msg,
		  size_t msg_len, const uint8_t *sig, size_t sig_len)
{
	int rc = step();

	return rc != 0 ? rc : dfu_crypto_psa.verify(alg, key, key_len, msg, msg_len, sig, sig_len);
}

static const struct dfu_crypto_backend counted = {
	.hash_begin = hash_begin,
	.hash_update = hash_update,
	.hash_end = hash_end,
	.hash_abort = hash_abort,
	.verify = verify,
};

static int hash_refuse(struct dfu_hash *hash)
{
	(void)hash;
	return -ENOTSUP;
}

/* Those that have nothing, or say so when asked, are passed over. */
static const struct dfu_crypto_backend empty;
static const struct dfu_crypto_backend refusing = {.hash_begin = hash_refuse};

const struct dfu_crypto_backend *const dfu_crypto_backends[] = {&empty, &refusing, &counted, NULL};

static struct subject_verdict verify_file(const char *file, const char *key_name)
{
	size_t len;
	uint8_t *bytes = test_read_file(file, &len);
	struct dfu_image_source source = dfu_image_source_memory(bytes, len);
	struct test_key key;

	test_key_load(&key, key_name);
	struct subject_verdict verdict = subject_verify(&source, &key.key);

	test_key_free(&key);
	free(bytes);
	return verdict;
}

static void an_error_of_each_engine_call_is_passed_through_and_no_hash_is_left_open(void **state)
{
	static const int codes[] = {-ESRCH, -ENOTSUP};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		memset(&engine, 0, sizeof(engine));
		struct subject_verdict verdict =
			verify_file("images/tiny-1.0.0-ec256.bin", "ec256-a");
		unsigned int all = engine.calls;

		assert_int_equal(verdict.rc, 0);
		/* image: begin, a call a chunk, end; key: begin, update, end; signature */
		assert_int_equal(all, 2 + (verdict.image.hashed_size + 508) / 509 + 3 + 1);
		for (unsigned int fails = 1; fails <= all; fails++) {
			memset(&engine, 0, sizeof(engine));
			engine.fails = fails;
			engine.code = codes[i];
			verdict = verify_file("images/tiny-1.0.0-ec256.bin", "ec256-a");
			assert_int_equal(verdict.rc, codes[i]);
			/* An algorithm is missing when it is begun, not in the middle of it. */
			if (codes[i] == -ESRCH) {
				assert_int_equal(verdict.report.fault, DFU_IMAGE_OK);
			} else if (fails == 1 || fails == all) {
				assert_int_equal(verdict.report.fault, DFU_IMAGE_UNSUPPORTED);
			}
			assert_int_equal(verdict.report.hash_finding,
					 fails <= all - 4 ? DFU_IMAGE_UNKNOWN : DFU_IMAGE_VALID);
			assert_int_equal(verdict.report.signature_finding, DFU_IMAGE_UNKNOWN);
			assert_int_equal(engine.open, 0);
		}
	}
}

static void without_ed25519_such_a_signature_is_not_supported(void **state)
{
	(void)state;
	memset(&engine, 0, sizeof(engine));
	struct subject_verdict verdict = verify_file("images/tiny-1.0.0-ed25519.bin", "ed25519-a");

	assert_int_equal(verdict.rc, -ENOTSUP);
	assert_int_equal(verdict.report.fault, DFU_IMAGE_UNSUPPORTED);
	assert_int_equal(verdict.report.hash_finding, DFU_IMAGE_VALID);
	assert_int_equal(verdict.report.signature_finding, DFU_IMAGE_UNKNOWN);
}

/* Signed by nobody; the engine is asked before that could be found out. */
static void without_ed25519_in_pieces_a_pure_signature_on_flash_is_not_supported(void **state)
{
	static const uint8_t mark = 1;
	static const uint8_t sig[64] = {0};
	struct image_maker maker;
	struct subject subject;
	struct test_key key;
	size_t len;

	(void)state;
	memset(&engine, 0, sizeof(engine));
	test_key_load(&key, "ed25519-a");
	uint8_t *der = test_key_der("ed25519-a", &len);

	maker_begin(&maker, 64, 500, 0);
	maker_hash(&maker, 0x12);
	maker_tlv(&maker, 0x25, &mark, 1);
	maker_key_hash(&maker, 0x12, der, len);
	maker_tlv(&maker, 0x24, sig, sizeof(sig));
	subject_init(&subject, SUBJECT_FLASH, maker.bytes, maker.len);
	struct subject_verdict verdict = subject_verify(&subject.source, &key.key);

	assert_int_equal(verdict.rc, -ENOTSUP);
	assert_int_equal(verdict.report.fault, DFU_IMAGE_UNSUPPORTED);
	assert_int_equal(verdict.report.hash_finding, DFU_IMAGE_VALID);
	assert_int_equal(verdict.report.signature_finding, DFU_IMAGE_UNKNOWN);
	const unsigned int all = engine.calls;

	for (unsigned int fails = 1; fails <= all; fails++) {
		memset(&engine, 0, sizeof(engine));
		engine.fails = fails;
		engine.code = -ESRCH;
		verdict = subject_verify(&subject.source, &key.key);
		assert_int_equal(verdict.rc, -ESRCH);
		assert_int_equal(verdict.report.fault, DFU_IMAGE_OK);
		assert_int_equal(engine.open, 0);
	}
	subject_free(&subject);
	free(der);
	test_key_free(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_error_of_each_engine_call_is_passed_through_and_no_hash_is_left_open),
		cmocka_unit_test(without_ed25519_such_a_signature_is_not_supported),
		cmocka_unit_test(
			without_ed25519_in_pieces_a_pure_signature_on_flash_is_not_supported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
