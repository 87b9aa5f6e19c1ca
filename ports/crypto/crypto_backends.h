/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file @brief Crypto back-ends for the list dfu_crypto_backends that each program has;
 * crypto_host.c is that of a host.
 */
#ifndef PORTS_CRYPTO_BACKENDS_H
#define PORTS_CRYPTO_BACKENDS_H

#include <dfu/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

/** PSA Crypto: hashes, ECDSA, RSA, as far as the implementation has them. No Ed25519. */
extern const struct dfu_crypto_backend dfu_crypto_psa;

/** libsodium: Ed25519 alone. */
extern const struct dfu_crypto_backend dfu_crypto_sodium;

#ifdef __cplusplus
}
#endif

#endif
