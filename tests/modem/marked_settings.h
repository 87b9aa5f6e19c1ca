/* SPDX-License-Identifier: Apache-2.0 */
/* Settings in RAM whose saves and loads fail on demand, and the mark of an update in them. */
#ifndef TESTS_MODEM_MARKED_SETTINGS_H
#define TESTS_MODEM_MARKED_SETTINGS_H

#include <settings/settings_ram.h> /* ports/ */

struct marked_settings {
	struct settings_backend backend;
	struct settings_ram ram;
	uint8_t memory[512];
	unsigned int saves; /* deletions included */
	unsigned int fails; /* number of the save that fails, from 1; 0: none */
	int load_rc;
	int init_rc;
};

/* Begin empty, and name them the back-end. Must not move. */
void marked_settings_open(struct marked_settings *settings);

/* Second byte of the mark, its first being 1; 0: there is none. */
int marked_settings_stage(void);

#endif
