/* SPDX-License-Identifier: Apache-2.0 */
#include "powercut.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define NONE "none"

static const char *const kinds[POWERCUT_KINDS] = {"before", "inside", "after", "fail"};

const char *powercut_kind_name(enum powercut_kind kind)
{
	return kinds[kind];
}

void powercut_id_print(const struct powercut_id *id, char text[POWERCUT_ID_MAX])
{
	size_t used = (size_t)snprintf(text, POWERCUT_ID_MAX, "%s/%s/%s/%s", id->at->scenario,
				       id->at->mode, id->at->geometry, id->cuts == 0 ? NONE : "");

	for (size_t i = 0; i < id->cuts && used < POWERCUT_ID_MAX; i++) {
		const struct powercut_cut *cut = &id->cut[i];

		used += (size_t)snprintf(text + used, POWERCUT_ID_MAX - used, "%s%s:%lu",
					 i == 0 ? "" : "+", kinds[cut->kind], cut->k);
		if (cut->kind == POWERCUT_INSIDE && used < POWERCUT_ID_MAX) {
			used += (size_t)snprintf(text + used, POWERCUT_ID_MAX - used, ".%lu",
						 (unsigned long)cut->seed);
		}
	}
}

/* Moves @p text past @p word, if that is what stands there. */
static bool skip(const char **text, const char *word)
{
	const size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0) {
		return false;
	}
	*text += len;
	return true;
}

static bool parse_number(const char **text, unsigned long most, unsigned long *number)
{
	char *end;

	if (!isdigit((unsigned char)**text)) {
		return false;
	}
	errno = 0;
	*number = strtoul(*text, &end, 10);
	*text = end;
	return errno == 0 && *number <= most;
}

static bool parse_kind(const char **text, enum powercut_kind *kind)
{
	for (size_t i = 0; i < POWERCUT_KINDS; i++) {
		if (skip(text, kinds[i])) {
			*kind = (enum powercut_kind)i;
			return true;
		}
	}
	return false;
}

static bool parse_cut(const char **text, struct powercut_cut *cut)
{
	unsigned long seed;

	*cut = (struct powercut_cut){0};
	if (!parse_kind(text, &cut->kind) || !skip(text, ":") ||
	    !parse_number(text, LONG_MAX, &cut->k)) {
		return false;
	}
	if (cut->kind != POWERCUT_INSIDE) {
		return true;
	}
	if (!skip(text, ".") || !parse_number(text, UINT32_MAX, &seed)) {
		return false;
	}
	cut->seed = (uint32_t)seed;
	return true;
}

static bool parse_cuts(const char *text, struct powercut_id *id)
{
	if (strcmp(text, NONE) == 0) {
		return true;
	}
	do {
		if (id->cuts == POWERCUT_CUTS || !parse_cut(&text, &id->cut[id->cuts])) {
			return false;
		}
		id->cuts++;
	} while (skip(&text, "+"));
	return *text == '\0';
}

static bool names(const char **text, const struct powercut_case *one)
{
	const char *const parts[] = {one->scenario, "/", one->mode, "/", one->geometry, "/"};
	const char *at = *text;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!skip(&at, parts[i])) {
			return false;
		}
	}
	*text = at;
	return true;
}

int powercut_id_parse(const char *text, const struct powercut_case *cases, size_t count,
		      struct powercut_id *id)
{
	struct powercut_id parsed = {0};

	for (size_t i = 0; i < count && parsed.at == NULL; i++) {
		parsed.at = names(&text, &cases[i]) ? &cases[i] : NULL;
	}
	if (parsed.at == NULL) {
		return -ENOENT;
	}
	if (!parse_cuts(text, &parsed)) {
		return -EINVAL;
	}
	*id = parsed;
	return 0;
}
