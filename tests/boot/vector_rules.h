/* SPDX-License-Identifier: Apache-2.0 */
/* What the bootloader of a record takes: its "mcuboot" as rules. */
#ifndef TESTS_BOOT_VECTOR_RULES_H
#define TESTS_BOOT_VECTOR_RULES_H

#include <jansson.h>

#include <dfu/boot_rules.h>

/* Set the library's rules from a record's "mcuboot"; its key is kept until the end. */
void vector_rules_set(const json_t *mcuboot);

/* Forget the key. */
void vector_rules_end(void);

#endif
