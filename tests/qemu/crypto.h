/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_H
#define CRYPTO_H

/** Once, before the first hash. */
void crypto_open(void);

#endif
