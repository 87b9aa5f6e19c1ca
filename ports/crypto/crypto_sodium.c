/* SPDX-License-Identifier: Apache-2.0 */
#include <crypto/crypto_backends.h>

#include <sodium.h>

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

const struct dfu_crypto_backend dfu_crypto_sodium = {
	.verify = verify,
};
