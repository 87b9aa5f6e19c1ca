/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of the example's pipe: a coprocessor with flash of pages, which forgets at a
 * restart what is not a whole page, and a wire that loses, damages and doubles frames. It reads the
 * protocol from its description, with a decoder of its own.
 */
#ifndef TESTS_TARGET_FAKE_COPROCESSOR_H
#define TESTS_TARGET_FAKE_COPROCESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_FLASH 8192
#define FAKE_PAGE 256

enum fake_trouble {
	FAKE_NONE,
	FAKE_LOSE_REQUEST,
	FAKE_LOSE_ANSWER,
	FAKE_DAMAGE_REQUEST, /* one bit, at `bit` */
	FAKE_DAMAGE_ANSWER,
	FAKE_DOUBLE_REQUEST,
	FAKE_DOUBLE_ANSWER,
	FAKE_HALF_REQUEST,
	FAKE_HALF_ANSWER,
	FAKE_LATE_ANSWER, /* it comes with the next one */
	FAKE_NOISE_BEFORE_REQUEST,
	FAKE_NOISE_BEFORE_ANSWER,
	FAKE_RESTART, /* before it has read the request */
	FAKE_TROUBLES
};

struct fake_coprocessor {
	/* What outlives a restart. */
	uint8_t flash[FAKE_FLASH];
	uint32_t size; /* 0: nothing was begun */
	uint32_t crc;
	uint32_t offset;
	bool is_whole;
	bool is_asked; /* to be applied */
	uint32_t runs; /* length of the payload that runs */
	/* The wire. */
	enum fake_trouble trouble;
	unsigned int trouble_at;  /* request, counted from 1 */
	unsigned int trouble_for; /* so many requests; 0: one */
	size_t bit;
	unsigned int requests;
	unsigned int asked_kinds[8];
	uint32_t waited_ms;
	bool is_dead;  /* no byte passes */
	bool is_noisy; /* bytes come for ever */
	bool flash_fails;
	int pipe_rc;            /* both functions give it, unless 0 */
	uint8_t foreign_status; /* answered instead of 0 */
	uint32_t lie;           /* answered instead of the offset, unless 0 */
	uint8_t out[2048];
	size_t out_len;
	uint8_t late[64];
	size_t late_len;
};

extern struct fake_coprocessor fake;

/* The application's ends of the pipe. */
int fake_write(const uint8_t *bytes, size_t len);
int fake_read(uint8_t *bytes, size_t len, uint32_t timeout_ms);

/* It starts again: what was asked for runs now. */
void fake_restart(void);

/* CRC-32 by a table. */
uint32_t fake_crc(const uint8_t *bytes, size_t len);

#endif
