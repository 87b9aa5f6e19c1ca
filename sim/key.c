/* SPDX-License-Identifier: Apache-2.0 */
#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/pem.h>

#include "regular.h"

/* The text, with a zero byte behind it. 0, or why not. */
static int read_text(const char *path, char text[SIM_KEY_TEXT_MAX + 1], struct sim_error *error)
{
	const int fd = sim_open_regular(path, O_RDONLY);
	size_t len = 0;
	ssize_t got;

	if (fd < 0) {
		return sim_fail(error, fd, "%s", sim_open_why(fd));
	}
	do {
		got = read(fd, &text[len], SIM_KEY_TEXT_MAX - len);
		len += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	const int rc = got < 0 ? -errno : 0;
	(void)close(fd);
	text[len] = '\0';
	return rc == 0 ? 0 : sim_fail(error, rc, "%s", strerror(-rc));
}

/* DER out of PEM. 0 or -EINVAL. */
static int decode_pem(const char *text, uint8_t *der, size_t room, size_t *len)
{
	static const char *const kinds[] = {"PUBLIC KEY", "RSA PUBLIC KEY"};
	int rc = -EINVAL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && rc != 0; i++) {
		mbedtls_pem_context pem;
		char header[40];
		char footer[40];
		size_t used;

		(void)snprintf(header, sizeof(header), "-----BEGIN %s-----", kinds[i]);
		(void)snprintf(footer, sizeof(footer), "-----END %s-----", kinds[i]);
		mbedtls_pem_init(&pem);
		if (mbedtls_pem_read_buffer(&pem, header, footer, (const unsigned char *)text, NULL,
					    0, &used) == 0 &&
		    pem.buflen <= room) {
			memcpy(der, pem.buf, pem.buflen);
			*len = pem.buflen;
			rc = 0;
		}
		mbedtls_pem_free(&pem);
	}
	return rc;
}

int sim_key_read(struct sim_key *key, const char *path, struct sim_error *error)
{
	char text[SIM_KEY_TEXT_MAX + 1];
	size_t len = 0;
	int rc = read_text(path, text, error);

	if (rc != 0) {
		return rc;
	}
	rc = decode_pem(text, key->der, sizeof(key->der), &len);
	rc = rc != 0 ? rc : dfu_image_key_parse(&key->key, key->der, len);
	if (rc == -ENOTSUP) {
		return sim_fail(error, rc, "a public key of a kind or size that is not supported");
	}
	return rc == 0 ? 0 : sim_fail(error, rc, "not a public key in PEM");
}

bool sim_key_is_for(const struct sim_key *key, enum boot_signature signature)
{
	switch (signature) {
	case BOOT_SIGNATURE_ECDSA_P256:
		return key->key.alg == DFU_SIG_ECDSA_P256;
	case BOOT_SIGNATURE_ECDSA_P384:
		return key->key.alg == DFU_SIG_ECDSA_P384;
	case BOOT_SIGNATURE_RSA_2048:
		return key->key.alg == DFU_SIG_RSA2048_PSS;
	case BOOT_SIGNATURE_RSA_3072:
		return key->key.alg == DFU_SIG_RSA3072_PSS;
	case BOOT_SIGNATURE_ED25519:
	case BOOT_SIGNATURE_ED25519_PURE:
		return key->key.alg == DFU_SIG_ED25519;
	case BOOT_SIGNATURE_NONE:
		return true; /* it counts where a signature is demanded beyond the bootloader */
	default:
		return false;
	}
}
