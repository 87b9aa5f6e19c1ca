/* SPDX-License-Identifier: Apache-2.0 */
#include <crypto/crypto_backends.h>

const struct dfu_crypto_backend *const dfu_crypto_backends[] = {&dfu_crypto_psa, NULL};
