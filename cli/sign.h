/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Private keys, for signatures of the files that `make` makes. */
#ifndef CLI_SIGN_H
#define CLI_SIGN_H

#include <stdint.h>

#include "cli.h"

#define CLI_SIGN_DER_MAX 2048 /**< Bytes of an RSA-2048 key in DER, with room. */

/** An RSA-2048 key: PKCS#1 in DER. */
struct cli_signer {
	uint8_t der[CLI_SIGN_DER_MAX];
	size_t len;
};

/** Read a private key in PEM, PKCS#1 or PKCS#8. To be ended with cli_signer_end() in every case. */
DFU_MUST_CHECK enum cli_status cli_signer_read(struct cli *cli, const char *path,
					       struct cli_signer *signer);

/** Sign a SHA-256 digest with RSASSA-PSS, salt 32; a sim_modem_sign_t of a struct cli_signer. */
DFU_MUST_CHECK int cli_sign(void *signer, const uint8_t digest[32], uint8_t signature[256]);

/** Forget the key. */
void cli_signer_end(struct cli_signer *signer);

#endif
