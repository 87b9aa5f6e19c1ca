/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a settings file. */
#ifndef PORTS_SETTINGS_TEXT_H
#define PORTS_SETTINGS_TEXT_H

#include <settings/settings_ram.h>

struct settings_text {
	char *chars; /* on the heap */
	size_t len;
};

/*
 * Begin a store that holds what the text says, with room for a further entry; its memory is on the
 * heap, too. 0, -ENOMEM, or -EBADMSG for a line that is no entry. The text is no longer one then.
 */
DFU_MUST_CHECK int settings_text_parse(struct settings_ram *store, struct settings_text *text);

/* 0, or -ENOMEM. */
DFU_MUST_CHECK int settings_text_print(const struct settings_ram *store,
				       struct settings_text *text);

#endif
