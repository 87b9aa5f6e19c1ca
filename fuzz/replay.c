/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzzer without libFuzzer: the inputs are the files that are named, or as many as -N says from a
 * generator of this file's own, always the same ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define LEN_MAX 400

static uint32_t state = 1;

/* xorshift32 */
static uint8_t random_byte(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return (uint8_t)(state >> 8);
}

static int run_file(const char *name)
{
	uint8_t data[65536];
	FILE *file = fopen(name, "rb");

	if (file == NULL) {
		perror(name);
		return 1;
	}
	const size_t len = fread(data, 1, sizeof(data), file);
	(void)fclose(file);
	return LLVMFuzzerTestOneInput(data, len);
}

static int run_generated(long count)
{
	uint8_t data[LEN_MAX];
	int rc = 0;

	for (long i = 0; i < count && rc == 0; i++) {
		const size_t len = 1 + random_byte() * (LEN_MAX - 1u) / 255;

		for (size_t k = 0; k < len; k++) {
			data[k] = random_byte();
		}
		rc = LLVMFuzzerTestOneInput(data, len);
	}
	(void)printf("%ld inputs\n", count);
	return rc;
}

int main(int argc, char **argv)
{
	int rc = 0;

	for (int i = 1; i < argc && rc == 0; i++) {
		rc = argv[i][0] == '-' ? run_generated(strtol(argv[i] + 1, NULL, 10))
				       : run_file(argv[i]);
	}
	return rc;
}
