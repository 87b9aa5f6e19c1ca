/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file @brief Settings back-end in memory the application lends: for tests, and for devices that
 * need no persistence.
 */
#ifndef PORTS_SETTINGS_RAM_H
#define PORTS_SETTINGS_RAM_H

#include <settings/settings.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A back-end instance; the application owns it. */
struct settings_ram {
	struct settings_backend backend; /**< For settings_backend_set(). */
	uint8_t *memory;                 /**< Entries, packed; the implementation's own format. */
	size_t size;                     /**< Its bytes. */
	size_t used;                     /**< Of them in use. */
};

/** Begin empty in @p memory. A save that does not fit is -ENOSPC and changes nothing. */
void settings_ram_init(struct settings_ram *settings, uint8_t *memory, size_t size);

#ifdef __cplusplus
}
#endif

#endif
