/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_POWERCUT_SCENARIOS_KEY_H
#define TESTS_POWERCUT_SCENARIOS_KEY_H

#include <dfu/image.h>

/* A public key of tests/vectors/images/keys by name, such as "ec256-a". Once for each; kept. */
void scenarios_key_load(struct dfu_image_key *key, const char *name);

#endif
