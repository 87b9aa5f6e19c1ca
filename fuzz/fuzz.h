/* SPDX-License-Identifier: Apache-2.0 */
/* What fuzzers share. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <settings/settings.h>
#include <settings/settings_ram.h>

/* The fuzzer's entry, called by libFuzzer or by replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* End the process, as fuzzers want it, if a condition does not hold. */
void fuzz_check(bool holds, const char *condition, int line);

/* Settings in RAM; a save asks `fail` first. What is deleted, is. */
struct fuzz_settings {
	struct settings_backend backend;
	struct settings_ram store;
	int (*fail)(void);
	uint8_t memory[2048];
};

/* Empty, and the library's. */
void fuzz_settings_begin(struct fuzz_settings *settings, int (*fail)(void));

#endif
