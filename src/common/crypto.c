/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facade over the build's crypto back-ends: asks each in turn until one does not answer
 * -ENOTSUP. It keeps nothing, so two images can be hashed at once.
 */
#include <dfu/crypto.h>

size_t dfu_hash_size(enum dfu_hash_alg alg)
{
	switch (alg) {
	case DFU_HASH_SHA384:
		return 48;
	case DFU_HASH_SHA512:
		return 64;
	default:
		return 32;
	}
}

int dfu_hash_begin(struct dfu_hash *hash, enum dfu_hash_alg alg)
{
	hash->alg = alg;
	for (size_t i = 0; dfu_crypto_backends[i] != NULL; i++) {
		hash->backend = dfu_crypto_backends[i];
		if (hash->backend->hash_begin == NULL) {
			continue;
		}
		int rc = hash->backend->hash_begin(hash);
		if (rc != -ENOTSUP) {
			return rc;
		}
	}
	return -ENOTSUP;
}

int dfu_hash_update(struct dfu_hash *hash, const uint8_t *data, size_t len)
{
	return hash->backend->hash_update(hash, data, len);
}

int dfu_hash_end(struct dfu_hash *hash, uint8_t *digest)
{
	return hash->backend->hash_end(hash, digest);
}

void dfu_hash_abort(struct dfu_hash *hash)
{
	hash->backend->hash_abort(hash);
}

int dfu_signature_verify(enum dfu_sig_alg alg, const uint8_t *key, size_t key_len,
			 const uint8_t *msg, size_t msg_len, const uint8_t *sig, size_t sig_len)
{
	for (size_t i = 0; dfu_crypto_backends[i] != NULL; i++) {
		const struct dfu_crypto_backend *backend = dfu_crypto_backends[i];

		if (backend->verify == NULL) {
			continue;
		}
		int rc = backend->verify(alg, key, key_len, msg, msg_len, sig, sig_len);
		if (rc != -ENOTSUP) {
			return rc;
		}
	}
	return -ENOTSUP;
}

int dfu_ed25519_verify(const uint8_t key[DFU_ED25519_KEY_SIZE],
		       const uint8_t digest[DFU_HASH_MAX_SIZE],
		       const uint8_t sig[DFU_ED25519_SIG_SIZE])
{
	for (size_t i = 0; dfu_crypto_backends[i] != NULL; i++) {
		const struct dfu_crypto_backend *backend = dfu_crypto_backends[i];

		if (backend->verify_ed25519 == NULL) {
			continue;
		}
		int rc = backend->verify_ed25519(key, digest, sig);
		if (rc != -ENOTSUP) {
			return rc;
		}
	}
	return -ENOTSUP;
}
