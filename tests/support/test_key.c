/* SPDX-License-Identifier: Apache-2.0 */
#include "support/test_key.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <mbedtls/pem.h>

#include "support/test_files.h"
#include "support/test_records.h"

/* Takes the file over. */
static uint8_t *der_of(uint8_t *file, size_t *len)
{
	size_t used;
	mbedtls_pem_context pem;
	uint8_t *text = calloc(1, *len + 1);

	assert_non_null(text);
	memcpy(text, file, *len);
	mbedtls_pem_init(&pem);
	assert_int_equal(mbedtls_pem_read_buffer(&pem, "-----BEGIN PUBLIC KEY-----",
						 "-----END PUBLIC KEY-----", text, NULL, 0, &used),
			 0);
	uint8_t *der = malloc(pem.buflen);

	assert_non_null(der);
	memcpy(der, pem.buf, pem.buflen);
	*len = pem.buflen;
	mbedtls_pem_free(&pem);
	free(text);
	free(file);
	return der;
}

uint8_t *test_key_der(const char *name, size_t *len)
{
	char path[128];

	snprintf(path, sizeof(path), "images/keys/%s.pub.pem", name);
	return der_of(test_read_file(path, len), len);
}

void test_key_load(struct test_key *key, const char *name)
{
	size_t len;

	key->der = test_key_der(name, &len);
	assert_int_equal(dfu_image_key_parse(&key->key, key->der, len), 0);
}

void test_key_load_recorded(struct test_key *key, const char *name)
{
	size_t len;
	uint8_t *file = test_records_read_file(name, &len);

	key->der = der_of(file, &len);
	assert_int_equal(dfu_image_key_parse(&key->key, key->der, len), 0);
}

void test_key_free(struct test_key *key)
{
	free(key->der);
}
