/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mbed TLS reads the PEM, and PSA Crypto signs, which has the random numbers that a salt takes. A
 * key lives in PSA as long as one signature.
 */
#include "sign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <psa/crypto.h>

#include "image.h"
#include "key.h"
#include "output.h"

#define KEY_BITS 2048u
#define SIGNATURE_LEN (KEY_BITS / 8)

/* DER out of the key that was parsed. Mbed TLS writes it to the end of the room. */
static const char *take(struct cli_signer *signer, mbedtls_pk_context *key)
{
	int len;

	if (mbedtls_pk_get_type(key) != MBEDTLS_PK_RSA || mbedtls_pk_get_bitlen(key) != KEY_BITS) {
		return "not an RSA-2048 key, which the modem's signature needs";
	}
	len = mbedtls_pk_write_key_der(key, signer->der, sizeof(signer->der));
	if (len < 0) {
		return "the key cannot be used";
	}
	memmove(signer->der, &signer->der[sizeof(signer->der) - (size_t)len], (size_t)len);
	signer->len = (size_t)len;
	return NULL;
}

/* NULL, or why not. @p text ends with a zero byte, which is counted. */
static const char *parse(struct cli_signer *signer, const uint8_t *text, size_t len)
{
	mbedtls_pk_context key;
	const char *why;
	int rc;

	mbedtls_pk_init(&key);
	rc = mbedtls_pk_parse_key(&key, text, len, NULL, 0);
	if (rc == MBEDTLS_ERR_PK_PASSWORD_REQUIRED) {
		why = "the key is encrypted";
	} else {
		why = rc != 0 ? "not a private key in PEM (PKCS#1 or PKCS#8)" : take(signer, &key);
	}
	mbedtls_pk_free(&key);
	return why;
}

static const char *parse_file(struct cli_signer *signer, const struct cli_file *file)
{
	uint8_t text[SIM_KEY_TEXT_MAX + 1] = {0};
	const char *why;

	/* Mbed TLS takes DER for a key, too. */
	if (file->len == 0 || file->len > SIM_KEY_TEXT_MAX || file->data[0] == 0x30) {
		return "not a private key in PEM (PKCS#1 or PKCS#8)";
	}
	memcpy(text, file->data, file->len);
	why = parse(signer, text, file->len + 1);
	mbedtls_platform_zeroize(text, sizeof(text));
	return why;
}

enum cli_status cli_signer_read(struct cli *cli, const char *path, struct cli_signer *signer)
{
	struct cli_file file;
	const char *why;

	signer->len = 0;
	if (cli_file_read(cli, path, &file) != CLI_DONE) {
		cli_file_free(&file);
		return CLI_FAILED;
	}
	why = parse_file(signer, &file);
	mbedtls_platform_zeroize(file.data, file.len);
	cli_file_free(&file);
	return why == NULL ? CLI_DONE : cli_fail(cli, path, "%s", why);
}

int cli_sign(void *signer, const uint8_t digest[32], uint8_t signature[256])
{
	const struct cli_signer *const with = signer;
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t key = 0;
	size_t len = 0;
	psa_status_t status;

	psa_set_key_type(&attributes, PSA_KEY_TYPE_RSA_KEY_PAIR);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
	psa_set_key_algorithm(&attributes, PSA_ALG_RSA_PSS(PSA_ALG_SHA_256));
	status = psa_crypto_init();
	status = status != PSA_SUCCESS ? status
				       : psa_import_key(&attributes, with->der, with->len, &key);
	if (status == PSA_SUCCESS) {
		status = psa_sign_hash(key, PSA_ALG_RSA_PSS(PSA_ALG_SHA_256), digest, 32, signature,
				       SIGNATURE_LEN, &len);
		(void)psa_destroy_key(key);
	}
	return status == PSA_SUCCESS && len == SIGNATURE_LEN ? 0 : -ESRCH;
}

void cli_signer_end(struct cli_signer *signer)
{
	mbedtls_platform_zeroize(signer, sizeof(*signer));
}
