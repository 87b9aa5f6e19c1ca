/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A modem for the tests of its patches, scripted, and the device around it, whose resets are real:
 * what runs between two of them is a process of its own. The modem, the settings and what is
 * recorded lie in memory that the processes share; nothing else outlives one.
 *
 * The modem is strict: it erases only without a session, and writes only to what is empty or was
 * left by it; while it erases every call is "erase pending". Time passes in its sleep_ms() and in
 * patch_pass() alone.
 */
#ifndef TESTS_TARGET_PATCH_MODEM_H
#define TESTS_TARGET_PATCH_MODEM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dfu/dfu_target.h>
#include <dfu/modem.h>
#include <settings/settings_ram.h> /* ports/ */

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PATCH_AREA 4096
#define PATCH_EVENTS_MAX 64
#define PATCH_STORY_MAX 16384
#define PATCH_CUT 77 /* what patch_run() returns if the power went */

enum patch_call {
	PATCH_UUID,
	PATCH_AREA_SIZE,
	PATCH_OFFSET,
	PATCH_ERASE,
	PATCH_WRITE,
	PATCH_FINISH,
	PATCH_APPLY,
	PATCH_CALLS
};

/* Where an operation is cut: a write, an erase, a request, a saved or deleted setting. */
enum patch_cut { PATCH_BEFORE, PATCH_INSIDE, PATCH_AFTER, PATCH_CUTS };

struct patch_event {
	enum dfu_target_evt_id id;
	uint32_t at_ms;
};

/* What outlives a reset; a test may change all of it. */
struct patch_device {
	struct dfu_modem modem;
	struct dfu_modem_delta_api api;
	uint8_t area[PATCH_AREA];
	size_t area_size;
	size_t offset; /* as the modem tells it */
	bool is_scheduled;
	bool is_open; /* a session, until a reset */
	bool is_erasing;
	uint32_t now_ms;
	uint32_t erase_ms;         /* an erase takes so long */
	uint32_t erased_at_ms;     /* the one under way ends then */
	unsigned int dirty_erases; /* so many erases leave the area dirty */
	int busy_answer;           /* of offset() while it erases; erase pending at first */

	/* A call answers `rc`, and does nothing, after `after` that work; so often. */
	struct {
		int rc;
		unsigned int after;
		unsigned int times;
		size_t takes; /* of a write: bytes that it has taken nevertheless */
	} faults[PATCH_CALLS];
	unsigned int calls[PATCH_CALLS];

	struct settings_ram store;
	uint8_t store_memory[1024];
	struct settings_backend settings; /* what the library gets, if has_settings */
	bool has_settings;
	int load_rc; /* what loads, saves and deletions give, without doing it */
	int save_rc;
	int delete_rc;

	/* What happened, a letter each: r, h the record and the first bytes are saved; R, H
	 * deleted; e an erase begins, w a write, f the end of a session, a a request; P, T, D the
	 * events. */
	char story[PATCH_STORY_MAX];
	struct patch_event events[PATCH_EVENTS_MAX];
	size_t event_count;

	long cut_at; /* operations until the power goes; negative: never */
	enum patch_cut cut;
	size_t offset_found; /* for bodies to leave something behind */
	int result;
};

extern struct patch_device *dut;

/* Files of PATCH_FILE bytes: old and new begin alike, other differs from byte 31 on. */
#define PATCH_FILE 1000
extern uint8_t patch_old[PATCH_FILE];
extern uint8_t patch_new[PATCH_FILE];
extern uint8_t patch_other[PATCH_FILE];

/* Setup of each test: an idle modem with an empty area, empty settings. */
int patch_setup(void **state);

/* A run of the device from its start to its next reset: 0, or PATCH_CUT. An assertion that fails in
 * it fails the test. */
int patch_run(void (*body)(void));

/* The same, and the power goes at operation k. */
int patch_run_cut(void (*body)(void), long k, enum patch_cut cut);

/* Remember all that outlives a reset; go back to that. */
void patch_snapshot(void);
void patch_restore(void);

void patch_fault(enum patch_call call, int rc, unsigned int after, unsigned int times);
void patch_pass(uint32_t ms);
void patch_forget_story(void);

/* Records the event. */
void patch_on_event(enum dfu_target_evt_id id);

/* For bodies. Init with `size`, patch_on_event, and look at the first bytes before if not NULL. */
int patch_init(const uint8_t *seen, size_t size);
size_t patch_offset(void);
/* Write from where the modem is to `end`, in chunks; the first code that is not 0. */
int patch_write(const uint8_t *file, size_t end, size_t chunk);
/* All of a file: identify, init, write. */
int patch_download(const uint8_t *file, size_t chunk);

/* The area has the first bytes of a file, and the modem says so. */
void patch_assert_has(const uint8_t *file, size_t len);

#endif
