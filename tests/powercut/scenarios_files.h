/* SPDX-License-Identifier: Apache-2.0 */
/* The files that the devices are given; made once, and kept. */
#ifndef TESTS_POWERCUT_SCENARIOS_FILES_H
#define TESTS_POWERCUT_SCENARIOS_FILES_H

#include "device.h"

/*
 * With a hash alone, of that size; those before and after the new one are a little different.
 * `erased` is what the hollow one has in it.
 */
void files_make(struct device_file file[FILES], size_t size, uint8_t erased);

enum files_signature { FILES_P256, FILES_ED25519 };

/* Signed by imgtool; what runs, what lay beside it, and the new one. */
void files_read(struct device_config *config, enum files_signature signature);

#endif
