/* SPDX-License-Identifier: Apache-2.0 */
/* A modem that takes whole firmwares: it writes down what it is called with, and fails on demand.
 */
#ifndef TESTS_MODEM_FAKE_MODEM_H
#define TESTS_MODEM_FAKE_MODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/modem.h>

#define FAKE_MODEM_CALLS_MAX 4096

enum fake_modem_name {
	FAKE_BEGIN = 1,
	FAKE_BOOTLOADER_WRITE,
	FAKE_VERIFY,
	FAKE_FIRMWARE_WRITE,
	FAKE_DIGEST,
	FAKE_FINISH,
};

struct fake_modem_call {
	enum fake_modem_name name;
	uint32_t addr; /* of firmware */
	size_t len;
	size_t at; /* of the bytes in `bytes` */
};

struct fake_modem {
	struct dfu_modem port; /* for dfu_modem_set() */
	struct fake_modem_call calls[FAKE_MODEM_CALLS_MAX];
	size_t count;
	uint8_t *bytes; /* all that was written, wrappers included */
	size_t len;
	size_t fails; /* number of the call that fails, from 1; 0: none */
	int rc;
	void (*on_call)(void *arg, enum fake_modem_name name); /* before it; may be NULL */
	void *arg;
};

/* Must not move from here on. */
void fake_modem_open(struct fake_modem *modem);
void fake_modem_close(struct fake_modem *modem);

/* The same without begin(). */
extern const struct dfu_modem_full_api fake_modem_begun_api;

#endif
