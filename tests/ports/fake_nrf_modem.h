/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library nrf_modem for tests: it notes its calls, does what its documents say where that can be
 * seen from outside, and fails on demand.
 */
#ifndef TESTS_PORTS_FAKE_NRF_MODEM_H
#define TESTS_PORTS_FAKE_NRF_MODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_NRF_AREA 65536
#define FAKE_NRF_BOOTLOADER 16384
#define FAKE_NRF_FIRMWARE_AT 0x10000
#define FAKE_NRF_FIRMWARE 65536

enum fake_nrf_call {
	FAKE_NRF_UUID,
	FAKE_NRF_AREA_SIZE,
	FAKE_NRF_OFFSET,
	FAKE_NRF_ERASE,
	FAKE_NRF_WRITE_INIT,
	FAKE_NRF_WRITE,
	FAKE_NRF_WRITE_DONE,
	FAKE_NRF_APPLY,
	FAKE_NRF_ROLLBACK,
	FAKE_NRF_BOOTLOADER_INIT,
	FAKE_NRF_BL_WRITE,
	FAKE_NRF_FW_WRITE,
	FAKE_NRF_UPDATE,
	FAKE_NRF_VERIFY,
	FAKE_NRF_DIGEST,
	FAKE_NRF_CALLS
};

/* The real one is of no concern to the port. */
struct nrf_modem_bootloader_init_params {
	int priority;
};

struct fake_nrf {
	char log[4096]; /* calls and their lengths, in their order: "write_init write(5) " */
	/* A call that answers this does nothing else; 0: it works. */
	int answers[FAKE_NRF_CALLS];

	enum { FAKE_NRF_OFF, FAKE_NRF_RUNS, FAKE_NRF_BOOTLOADER_RUNS } mode;
	const struct nrf_modem_bootloader_init_params *params;

	uint8_t patch[FAKE_NRF_AREA];
	size_t offset;            /* as the modem tells it */
	unsigned int erasing;     /* so many calls are answered with ERASE_PENDING */
	unsigned int erase_calls; /* an erase takes so many */
	bool has_session;
	bool is_applied;

	uint8_t bootloader[FAKE_NRF_BOOTLOADER];
	size_t bootloader_len;
	bool is_dead;                        /* has no firmware that starts */
	bool is_old_lost;                    /* nor the old one any more */
	uint8_t firmware[FAKE_NRF_FIRMWARE]; /* at FAKE_NRF_FIRMWARE_AT; 0xff where not written */
	uint8_t wrapper[1024];
	size_t wrapper_len;
	uint32_t ranges[32]; /* of the last digest: start, end, start ... */
	uint32_t digest[8];
};

extern struct fake_nrf fake_nrf;

/* A modem from the factory, the library not started. */
void fake_nrf_reset(void);

/*
 * What nrf_modem_lib_init() does. -NRF_EPERM: the library runs already, or the bootloader does;
 * -NRF_EIO: there is no firmware that starts.
 */
int fake_nrf_start(void);

/* nrf_modem_lib_shutdown() and that: sessions are gone. */
int fake_nrf_restart(void);

#endif
