/* SPDX-License-Identifier: Apache-2.0 */
/* As tests/support/test_key.h has it, without a test framework: the program is static. */
#include "scenarios_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/pem.h>

#include "support/test_files.h"

void scenarios_key_load(struct dfu_image_key *key, const char *name)
{
	char path[64];
	size_t len;
	uint8_t *file;
	char *text;
	uint8_t *der;
	mbedtls_pem_context pem;

	(void)snprintf(path, sizeof(path), "images/keys/%s.pub.pem", name);
	file = test_read_file(path, &len);
	text = calloc(1, len + 1);
	mbedtls_pem_init(&pem);
	if (text == NULL) {
		abort();
	}
	memcpy(text, file, len);
	if (mbedtls_pem_read_buffer(&pem, "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----",
				    (const uint8_t *)text, NULL, 0, &len) != 0) {
		abort();
	}
	der = malloc(pem.buflen);
	if (der == NULL) {
		abort();
	}
	memcpy(der, pem.buf, pem.buflen);
	if (dfu_image_key_parse(key, der, pem.buflen) != 0) {
		abort();
	}
	mbedtls_pem_free(&pem);
	free(text);
	free(file);
}
