/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>
#define BLINFO_RUNNING_SLOT 3
int blinfo_lookup(uint16_t key, char *val, int val_len_max);
