/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PSA Crypto, as Mbed TLS 2.28 has it and TF-M and the chip makers' libraries offer it.
 *
 * A hash in progress is a psa_hash_operation_t in the caller's struct dfu_hash, so that nothing is
 * kept here. A key lives as long as one verification: an implementation has few slots (Mbed TLS
 * 32), and one that is not destroyed is lost until the reset. psa_crypto_init() is called before
 * each use: only the first call does anything.
 */
#include <crypto/crypto_backends.h>

#include <psa/crypto.h>

_Static_assert(sizeof(psa_hash_operation_t) <= DFU_HASH_STATE_SIZE,
	       "DFU_HASH_STATE_SIZE: too small for this PSA Crypto");
_Static_assert(_Alignof(psa_hash_operation_t) <= _Alignof(uint64_t),
	       "struct dfu_hash: not aligned enough for this PSA Crypto");

struct kind {
	psa_key_type_t type;
	size_t bits;
	psa_algorithm_t alg;
	size_t digest_len;
};

/* By enum dfu_sig_alg; Ed25519, the last one, has no row. */
static const struct kind kinds[] = {
	[DFU_SIG_ECDSA_P256] = {PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), 256,
				PSA_ALG_ECDSA(PSA_ALG_SHA_256), 32},
	[DFU_SIG_ECDSA_P384] = {PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), 384,
				PSA_ALG_ECDSA(PSA_ALG_SHA_384), 48},
	/* The salt is as long as the hash, which is MCUboot's rule, too. */
	[DFU_SIG_RSA2048_PSS] = {PSA_KEY_TYPE_RSA_PUBLIC_KEY, 2048,
				 PSA_ALG_RSA_PSS(PSA_ALG_SHA_256), 32},
	[DFU_SIG_RSA3072_PSS] = {PSA_KEY_TYPE_RSA_PUBLIC_KEY, 3072,
				 PSA_ALG_RSA_PSS(PSA_ALG_SHA_256), 32},
};

static int status_errno(psa_status_t status)
{
	switch (status) {
	case PSA_SUCCESS:
		return 0;
	case PSA_ERROR_INVALID_SIGNATURE:
		return -EACCES;
	case PSA_ERROR_INVALID_ARGUMENT:
		return -EINVAL;
	case PSA_ERROR_NOT_SUPPORTED:
		return -ENOTSUP;
	default:
		return -ESRCH;
	}
}

/* Nobody else looks into the state, so that it is only ever of this type. */
static psa_hash_operation_t *operation(struct dfu_hash *hash)
{
	return (void *)hash->state;
}

static int hash_begin(struct dfu_hash *hash)
{
	static const psa_algorithm_t algs[] = {
		[DFU_HASH_SHA256] = PSA_ALG_SHA_256,
		[DFU_HASH_SHA384] = PSA_ALG_SHA_384,
		[DFU_HASH_SHA512] = PSA_ALG_SHA_512,
	};
	psa_status_t status = psa_crypto_init();

	if (status == PSA_SUCCESS) {
		*operation(hash) = psa_hash_operation_init();
		status = psa_hash_setup(operation(hash), algs[hash->alg]);
	}
	return status_errno(status);
}

static int hash_update(struct dfu_hash *hash, const uint8_t *data, size_t len)
{
	return psa_hash_update(operation(hash), data, len) == PSA_SUCCESS ? 0 : -ESRCH;
}

static void hash_abort(struct dfu_hash *hash)
{
	(void)psa_hash_abort(operation(hash));
}

static int hash_end(struct dfu_hash *hash, uint8_t *digest)
{
	size_t size = dfu_hash_size(hash->alg);
	size_t len;
	psa_status_t status = psa_hash_finish(operation(hash), digest, size, &len);

	if (status != PSA_SUCCESS) {
		hash_abort(hash);
		return -ESRCH;
	}
	return 0;
}

static psa_status_t key_import(const struct kind *kind, const uint8_t *key, size_t key_len,
			       psa_key_id_t *id)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;

	psa_set_key_type(&attributes, kind->type);
	psa_set_key_bits(&attributes, kind->bits);
	psa_set_key_algorithm(&attributes, kind->alg);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
	return psa_import_key(&attributes, key, key_len, id);
}

static int verify(enum dfu_sig_alg alg, const uint8_t *key, size_t key_len, const uint8_t *msg,
		  size_t msg_len, const uint8_t *sig, size_t sig_len)
{
	psa_key_id_t id;

	if ((size_t)alg >= sizeof(kinds) / sizeof(kinds[0])) {
		return -ENOTSUP;
	}
	const struct kind *kind = &kinds[alg];

	if (msg_len != kind->digest_len) {
		return -EINVAL;
	}
	psa_status_t status = psa_crypto_init();

	if (status == PSA_SUCCESS) {
		status = key_import(kind, key, key_len, &id);
	}
	if (status != PSA_SUCCESS) {
		return status_errno(status);
	}
	status = psa_verify_hash(id, kind->alg, msg, msg_len, sig, sig_len);
	/* The key was taken: what is invalid now is the signature, such as an RSA one of all ones.
	 */
	if (status == PSA_ERROR_INVALID_ARGUMENT) {
		status = PSA_ERROR_INVALID_SIGNATURE;
	}
	return psa_destroy_key(id) == PSA_SUCCESS ? status_errno(status) : -ESRCH;
}

const struct dfu_crypto_backend dfu_crypto_psa = {
	.hash_begin = hash_begin,
	.hash_update = hash_update,
	.hash_end = hash_end,
	.hash_abort = hash_abort,
	.verify = verify,
};
