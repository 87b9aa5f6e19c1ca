/* SPDX-License-Identifier: Apache-2.0 */
#include "powercut_parts.h"

static const struct powercut_area *area_of(const struct powercut_world *world,
					   const struct powercut_entry *entry)
{
	const struct powercut_layout *layout = world->layout;

	for (size_t i = 0; i < layout->areas; i++) {
		const struct powercut_area *area = &layout->area[i];

		if (area->flash == entry->flash && entry->offset >= area->offset &&
		    entry->offset - area->offset < area->size) {
			return area;
		}
	}
	return NULL;
}

const char *powercut_entry_kind(const struct powercut_entry *entry)
{
	static const char *const names[] = {
		[SIM_PROGRAM] = "program",
		[SIM_ERASE] = "erase",
		[SIM_SAVE] = "save",
		[SIM_MODEM_PATCH] = "patch",
		[SIM_MODEM_CLEAR] = "clear",
		[SIM_MODEM_REQUEST] = "request",
		[SIM_MODEM_UPDATE] = "update",
		[SIM_MODEM_CHUNK] = "chunk",
		[SIM_MODEM_COMPLETE] = "complete",
	};

	return names[entry->kind];
}

const char *powercut_entry_place(const struct powercut_world *world,
				 const struct powercut_entry *entry, size_t *offset)
{
	const struct powercut_area *area = area_of(world, entry);

	if (powercut_entry_is_opaque(entry)) {
		*offset = entry->offset;
		return world->layout->opaque.name;
	}
	*offset = entry->offset - (area == NULL ? 0 : area->offset);
	return area == NULL ? world->layout->flash[entry->flash].name : area->name;
}

void powercut_entry_text(const struct powercut_world *world, const struct powercut_entry *entry,
			 char text[POWERCUT_TEXT])
{
	size_t offset;
	const char *place = powercut_entry_place(world, entry, &offset);

	(void)snprintf(text, POWERCUT_TEXT, "%s of %zu bytes at %s+%#zx",
		       powercut_entry_kind(entry), entry->len, place, offset);
}
