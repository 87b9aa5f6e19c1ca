/* SPDX-License-Identifier: Apache-2.0 */
/* What a log has to hold: a table, and random changes of it. */
#ifndef TESTS_SETTINGS_LOG_MODEL_H
#define TESTS_SETTINGS_LOG_MODEL_H

#include "log_rig.h"

#define LOG_MODEL_NAMES 6
#define LOG_MODEL_LEN 255 /* longest value */

struct log_model {
	size_t lens[LOG_MODEL_NAMES]; /* 0: no such name */
	uint8_t values[LOG_MODEL_NAMES][LOG_MODEL_LEN];
};

struct log_change {
	size_t name;
	size_t len;
	unsigned int pattern;
};

/* The next of a series. */
struct log_change log_change_random(uint64_t *series);
size_t log_random(uint64_t *series, size_t limit);
void log_model_apply(struct log_model *model, const struct log_change *change);
/* The same in the store; its result. */
int log_change_save(const struct log_change *change);
/* Whether the store holds this and nothing else; false also where it cannot be read. */
bool log_model_is_stored(const struct log_model *model);

#endif
