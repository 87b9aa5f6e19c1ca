/* SPDX-License-Identifier: Apache-2.0 */
#include <crypto/crypto_backends.h>

#include <stdbool.h>
#include <string.h>

#include <sodium.h>

#define POINT crypto_core_ed25519_BYTES
#define SCALAR crypto_core_ed25519_SCALARBYTES

_Static_assert(2 * SCALAR == crypto_core_ed25519_NONREDUCEDSCALARBYTES &&
		       SCALAR + POINT == crypto_sign_BYTES && POINT == DFU_ED25519_KEY_SIZE,
	       "not the sizes of Ed25519");

static int verify(enum dfu_sig_alg alg, const uint8_t *key, size_t key_len, const uint8_t *msg,
		  size_t msg_len, const uint8_t *sig, size_t sig_len)
{
	if (alg != DFU_SIG_ED25519) {
		return -ENOTSUP;
	}
	if (key_len != crypto_sign_PUBLICKEYBYTES) {
		return -EINVAL;
	}
	/* Does its work once, however often it is called. */
	if (sodium_init() < 0) {
		return -ESRCH;
	}
	if (sig_len != crypto_sign_BYTES ||
	    crypto_sign_verify_detached(sig, msg, msg_len, key) != 0) {
		return -EACCES;
	}
	return 0;
}

/* Below the order of the group: the same signature with a higher one would verify, too. */
static bool is_canonical(const uint8_t scalar[SCALAR])
{
	uint8_t wide[2 * SCALAR] = {0};
	uint8_t reduced[SCALAR];

	memcpy(wide, scalar, SCALAR);
	crypto_core_ed25519_scalar_reduce(reduced, wide);
	return memcmp(reduced, scalar, SCALAR) == 0;
}

/*
 * Of a signature R, s: whether s times the base, less digest times the key, is R. The
 * multiplication refuses a key that is no point of the group.
 */
static int verify_ed25519(const uint8_t key[DFU_ED25519_KEY_SIZE],
			  const uint8_t digest[DFU_HASH_MAX_SIZE],
			  const uint8_t sig[DFU_ED25519_SIG_SIZE])
{
	const uint8_t *s = sig + POINT;
	uint8_t k[SCALAR];
	uint8_t base[POINT];
	uint8_t point[POINT];
	uint8_t r[POINT];

	if (sodium_init() < 0) {
		return -ESRCH;
	}
	crypto_core_ed25519_scalar_reduce(k, digest);
	if (!is_canonical(s) || crypto_scalarmult_ed25519_noclamp(point, k, key) != 0 ||
	    crypto_scalarmult_ed25519_base_noclamp(base, s) != 0 ||
	    crypto_core_ed25519_sub(r, base, point) != 0 || memcmp(r, sig, POINT) != 0) {
		return -EACCES;
	}
	return 0;
}

const struct dfu_crypto_backend dfu_crypto_sodium = {
	.verify = verify,
	.verify_ed25519 = verify_ed25519,
};
