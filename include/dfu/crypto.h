/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The narrow interface to hashes and signatures.
 *
 * The build supplies @ref dfu_crypto_backends, back-ends in the order in which they are asked; the
 * first one that does not answer
 * -ENOTSUP has the say. An algorithm that none of them has is -ENOTSUP.
 */
#ifndef DFU_CRYPTO_H
#define DFU_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dfu_hash_alg { DFU_HASH_SHA256, DFU_HASH_SHA384, DFU_HASH_SHA512 };

enum dfu_sig_alg {
	DFU_SIG_ECDSA_P256, /**< Key: 65 bytes, uncompressed point. Hash SHA-256. Signature: r || s.
			     */
	DFU_SIG_ECDSA_P384, /**< Key: 97 bytes, uncompressed point. Hash SHA-384. Signature: r || s.
			     */
	DFU_SIG_RSA2048_PSS, /**< Key: PKCS#1 RSAPublicKey in DER. MGF1 and hash SHA-256, salt of 32
				bytes exactly. */
	DFU_SIG_RSA3072_PSS, /**< The same with 3072 bits. */
	DFU_SIG_ED25519,     /**< Key: 32 bytes. Signature: 64 bytes. */
};

#define DFU_HASH_MAX_SIZE 64 /**< Bytes of the longest digest. */
#define DFU_ED25519_KEY_SIZE 32
#define DFU_ED25519_SIG_SIZE 64
#define DFU_HASH_STATE_SIZE 256 /**< Bytes a back-end may use for a hash in progress. */

struct dfu_crypto_backend;

/** A hash in progress; the caller owns it. */
struct dfu_hash {
	const struct dfu_crypto_backend *backend; /**< Set by dfu_hash_begin(). */
	enum dfu_hash_alg alg;
	uint64_t state[DFU_HASH_STATE_SIZE / sizeof(uint64_t)]; /**< The back-end's own. */
};

/**
 * Operations of a back-end; NULL members are -ENOTSUP. Every call leaves no key and no session
 * behind.
 */
struct dfu_crypto_backend {
	int (*hash_begin)(struct dfu_hash *hash);
	int (*hash_update)(struct dfu_hash *hash, const uint8_t *data, size_t len);
	/** Ends the hash, also when it fails. */
	int (*hash_end)(struct dfu_hash *hash, uint8_t *digest);
	void (*hash_abort)(struct dfu_hash *hash);
	/** ECDSA, RSA: @p msg is the digest. Ed25519: the message. */
	int (*verify)(enum dfu_sig_alg alg, const uint8_t *key, size_t key_len, const uint8_t *msg,
		      size_t msg_len, const uint8_t *sig, size_t sig_len);
	/** dfu_ed25519_verify(). */
	int (*verify_ed25519)(const uint8_t key[DFU_ED25519_KEY_SIZE],
			      const uint8_t digest[DFU_HASH_MAX_SIZE],
			      const uint8_t sig[DFU_ED25519_SIG_SIZE]);
};

/** The build's back-ends, ended by NULL. */
extern const struct dfu_crypto_backend *const dfu_crypto_backends[];

/** @return Bytes of a digest: 32, 48 or 64. */
size_t dfu_hash_size(enum dfu_hash_alg alg);

/**
 * @brief Begin a hash. Every hash begun must be ended or aborted.
 * @retval 0         Begun.
 * @retval -ENOTSUP  No back-end has @p alg.
 * @retval -ESRCH    The engine failed.
 */
DFU_MUST_CHECK int dfu_hash_begin(struct dfu_hash *hash, enum dfu_hash_alg alg);

/** Add bytes. 0, or -ESRCH when the engine failed: abort the hash then. */
DFU_MUST_CHECK int dfu_hash_update(struct dfu_hash *hash, const uint8_t *data, size_t len);

/**
 * End the hash; @p digest gets dfu_hash_size() bytes. 0, or -ESRCH; the hash is over either way.
 */
DFU_MUST_CHECK int dfu_hash_end(struct dfu_hash *hash, uint8_t *digest);

/** Give a hash in progress up. */
void dfu_hash_abort(struct dfu_hash *hash);

/**
 * @brief Check one signature.
 *
 * @retval 0         It is right.
 * @retval -EACCES   It is not.
 * @retval -EINVAL   The key is not one of @p alg, or @p msg not a digest of its hash.
 * @retval -ENOTSUP  No back-end has @p alg.
 * @retval -ESRCH    The engine failed.
 */
DFU_MUST_CHECK int dfu_signature_verify(enum dfu_sig_alg alg, const uint8_t *key, size_t key_len,
					const uint8_t *msg, size_t msg_len, const uint8_t *sig,
					size_t sig_len);

/**
 * @brief Check an Ed25519 signature of a message that does not lie in one piece.
 *
 * @param digest  SHA-512 of the signature's first 32 bytes, the key, and the message (RFC 8032,
 *                5.1.7), made by the caller piece by piece.
 *
 * @retval 0         It is right.
 * @retval -EACCES   It is not, or the key is no point of the group.
 * @retval -ENOTSUP  No back-end can do this.
 * @retval -ESRCH    The engine failed.
 */
DFU_MUST_CHECK int dfu_ed25519_verify(const uint8_t key[DFU_ED25519_KEY_SIZE],
				      const uint8_t digest[DFU_HASH_MAX_SIZE],
				      const uint8_t sig[DFU_ED25519_SIG_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
