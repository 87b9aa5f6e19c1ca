/* SPDX-License-Identifier: Apache-2.0 */
/* The public keys of the test images. */
#ifndef TESTS_SUPPORT_TEST_KEY_H
#define TESTS_SUPPORT_TEST_KEY_H

#include <dfu/image.h>

/* A key file of tests/vectors/images/keys by name, such as "ec256-a", as DER; free() it. */
uint8_t *test_key_der(const char *name, size_t *len);

struct test_key {
	uint8_t *der;
	struct dfu_image_key key;
};
void test_key_load(struct test_key *key, const char *name);
/* As a record names it: "keys/ec256-a.pub.pem". */
void test_key_load_recorded(struct test_key *key, const char *name);
void test_key_free(struct test_key *key);

#endif
