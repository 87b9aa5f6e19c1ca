/* SPDX-License-Identifier: Apache-2.0 */
/* Which crypto back-ends the programs have, and what Mbed TLS asks of its surroundings. */
#include "crypto.h"

#include <stdlib.h>

#include <crypto/crypto_backends.h>
#include <mbedtls/memory_buffer_alloc.h>
#include <psa/crypto.h>

#include "semihosting.h"

/* P-256 takes some 3 KiB while it verifies. */
#define HEAP_SIZE 4096

static uint8_t heap[HEAP_SIZE] __attribute__((aligned(8)));

const struct dfu_crypto_backend *const dfu_crypto_backends[] = {&dfu_crypto_psa, NULL};

void crypto_open(void)
{
	mbedtls_memory_buffer_alloc_init(heap, sizeof(heap));
}

/* Nothing may ask for random numbers: there are none. */
psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
					     uint8_t *output, size_t output_size,
					     size_t *output_length)
{
	(void)context;
	(void)output;
	(void)output_size;
	(void)output_length;
	return PSA_ERROR_INSUFFICIENT_ENTROPY;
}

/* The C library's has destructors to call. */
void exit(int status)
{
	semihosting_exit(status);
}
