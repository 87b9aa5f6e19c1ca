/* SPDX-License-Identifier: Apache-2.0 */
#include "log_model.h"

#include <string.h>

static const char *const names[LOG_MODEL_NAMES] = {"dfu/MCUBOOT0",
						   "dfu/MCUBOOT0/h",
						   "dfu/MCUBOOT0/t",
						   "a",
						   "ab",
						   "app/radio/a-rather-long-name"};

struct check {
	const struct log_model *model;
	unsigned int seen[LOG_MODEL_NAMES];
	bool differs;
};

size_t log_random(uint64_t *series, size_t limit)
{
	*series ^= *series << 13;
	*series ^= *series >> 7;
	*series ^= *series << 17;
	return (size_t)(*series >> 11) % limit;
}

struct log_change log_change_random(uint64_t *series)
{
	struct log_change change = {.name = log_random(series, LOG_MODEL_NAMES)};

	if (log_random(series, 5) != 0) {
		change.len =
			1 + log_random(series, log_random(series, 3) == 0 ? LOG_MODEL_LEN : 40);
	}
	change.pattern = (unsigned int)log_random(series, 251);
	return change;
}

void log_model_apply(struct log_model *model, const struct log_change *change)
{
	model->lens[change->name] = change->len;
	test_pattern(model->values[change->name], change->len, change->pattern);
}

int log_change_save(const struct log_change *change)
{
	uint8_t value[LOG_MODEL_LEN];

	test_pattern(value, change->len, change->pattern);
	return settings_save_one(names[change->name], value, change->len);
}

static int check_entry(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		       void *param)
{
	struct check *check = param;
	uint8_t value[LOG_MODEL_LEN];
	size_t i = 0;

	while (i < LOG_MODEL_NAMES && strcmp(names[i], key) != 0) {
		i++;
	}
	if (i == LOG_MODEL_NAMES || len != check->model->lens[i] ||
	    read_cb(cb_arg, value, sizeof(value)) != (ssize_t)len ||
	    memcmp(value, check->model->values[i], len) != 0) {
		check->differs = true;
	} else {
		check->seen[i]++;
	}
	return 0;
}

bool log_model_is_stored(const struct log_model *model)
{
	struct check check = {.model = model};

	if (settings_load_subtree_direct(NULL, check_entry, &check) != 0 || check.differs) {
		return false;
	}
	for (size_t i = 0; i < LOG_MODEL_NAMES; i++) {
		if (check.seen[i] != (model->lens[i] > 0 ? 1 : 0)) {
			return false;
		}
	}
	return true;
}
