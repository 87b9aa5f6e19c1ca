/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief The parts of the power-cut runner among themselves. */
#ifndef SIM_POWERCUT_PARTS_H
#define SIM_POWERCUT_PARTS_H

#include <stdatomic.h>
#include <sys/types.h>

#include "powercut.h"

#define POWERCUT_TEXT 400
/* Of powercut_entry.flash: no operation, but what the block is from then on. */
#define POWERCUT_WHOLE UINT32_MAX        /* All of it, as a boot found it. */
#define POWERCUT_OPAQUE (UINT32_MAX - 1) /* Its opaque part. */

/* Memory: powercut_memory.c. */

/* Zeroed, shared with children; pages cost nothing before they are touched. */
struct powercut_arena {
	uint8_t *memory;
	size_t size;
	size_t used;
};

/* False: no memory left. */
bool powercut_arena_open(struct powercut_arena *arena, size_t size);
void powercut_arena_close(struct powercut_arena *arena);
/* NULL: none left. */
void *powercut_arena_take(struct powercut_arena *arena, size_t size);
/* What in @p block is at the place of @p pointer in the world's block. */
uint8_t *powercut_within(const struct powercut_world *world, const void *pointer, uint8_t *block);
/* Whether two blocks hold the same, but for noise, which becomes the same. Else @p text says where
 * they differ. */
bool powercut_same(const struct powercut_world *world, uint8_t *one, const uint8_t *other,
		   char text[POWERCUT_TEXT]);

/* Recordings: powercut_record.c. */

struct powercut_entry {
	uint32_t flash; /* Or POWERCUT_WHOLE, POWERCUT_OPAQUE. */
	enum sim_operation_kind kind;
	size_t offset;
	size_t len;
	size_t data; /* Where its bytes are; only a program has some. */
};

struct powercut_recorded {
	size_t entries;
	size_t bytes;
	size_t opaque; /* Where the opaque part is, as it was written down last. */
	unsigned long operations;
	bool full; /* It held no more. */
};

/* What one run() or finish() did; its memory is shared, so a child can write it. */
struct powercut_recording {
	struct powercut_recorded *told;
	struct powercut_entry *entry;
	uint8_t *data;
};

/* A block as it is at a point of a recording. */
struct powercut_cursor {
	uint8_t *block;
	size_t entry;             /* The next one. */
	unsigned long operations; /* Those before it. */
};

/* False: no memory left. */
bool powercut_recording_open(struct powercut_recording *recording, struct powercut_arena *arena);
void powercut_recording_clear(const struct powercut_recording *recording);
void powercut_recording_block(const struct powercut_recording *recording,
			      const struct powercut_world *world);
void powercut_recording_add(const struct powercut_recording *recording,
			    const struct powercut_world *world,
			    const struct sim_operation *operation);
bool powercut_entry_is_operation(const struct powercut_entry *entry);
/* Whether it changes the opaque part: what comes after it in the recording says how. */
bool powercut_entry_is_opaque(const struct powercut_entry *entry);
/* Do @p entry, if it is not opaque, to @p block, so far as @p cut lets it. */
void powercut_entry_apply(const struct powercut_recording *recording,
			  const struct powercut_entry *entry, const struct powercut_world *world,
			  uint8_t *block, const struct powercut_cut *cut);
/* Go on to operation @p k, which is not behind. False: there is none. */
bool powercut_cursor_advance(struct powercut_cursor *cursor,
			     const struct powercut_recording *recording,
			     const struct powercut_world *world, unsigned long k);

/* Children: powercut_child.c. */

/* What children tell their worker, and it them. */
struct powercut_told {
	int rc;
	bool off;                 /* The power went as planned. */
	bool fails;               /* The planned failure has come. */
	unsigned long operations; /* Of all boots of this run() or finish(). */
	bool broken;              /* An invariant is; or the child crashed, or hangs. */
	char invariant[24];
	char text[POWERCUT_TEXT];
};

enum powercut_role { POWERCUT_PREPARE, POWERCUT_RUN, POWERCUT_FINISH };

/* How a run() or finish() goes: to its end, unless `cut`; unheard, unless `recording`. */
struct powercut_way {
	const struct powercut_cut *cut;
	const struct powercut_recording *recording;
};

enum powercut_outcome {
	POWERCUT_DONE,
	POWERCUT_ERROR,  /* told.rc */
	POWERCUT_OFF,    /* As planned. */
	POWERCUT_BROKEN, /* It crashed, hangs or never ends; told.text */
};

/* Boot after boot, each in a child. */
enum powercut_outcome powercut_fly(struct powercut_worker *worker, enum powercut_role role,
				   struct powercut_way way);
/* A check of the parent; NULL: none. If it hangs, it ends the worker. */
void powercut_check(const struct powercut_worker *worker,
		    void (*check)(const struct powercut_world *world));

/* Cuts: powercut_cuts.c. */

/* One run(), or after it a finish(), that gets interrupted. */
struct powercut_level {
	uint8_t *begin; /* The block when it began. */
	struct powercut_cursor at;
	struct powercut_recording recording;
};

/* What all workers share. */
struct powercut_together {
	atomic_ulong next; /* Unit of work. */
	atomic_ulong violations;
	atomic_bool found; /* What the plan waits for. */
};

struct powercut_team; /* powercut.c */

/* One worker, and the case that it is at. */
struct powercut_worker {
	struct powercut_arena arena;
	struct powercut_world world;
	struct powercut_layout layout;
	struct sim_power power;
	struct powercut_way way;
	const struct powercut_plan *plan;
	struct powercut_together *together;
	struct powercut_totals *totals; /* Shared, as told, id and by_case are. */
	unsigned long *by_case;
	struct powercut_id *id; /* Under way. */
	struct powercut_told *told;
	struct powercut_level level[POWERCUT_CUTS + 1];
	uint8_t *expected;
	const struct powercut_case *cases;
	unsigned long operations;         /* Of run() and finish(), uninterrupted. */
	unsigned long lost;               /* By the cut that was judged last. */
	const struct powercut_team *team; /* NULL: alone. */
	bool open;                        /* The case is recorded. */
	bool knows;   /* What is wrong with the case uninterrupted: it is reported. */
	bool replays; /* One ID: every cut runs the whole device, too. */
	bool says;    /* What scenarios say is printed. */
	bool repeats; /* A cut that was judged before does not count again. */
};

/* Memory of a worker for so many cases. False: none left. */
bool powercut_worker_open(struct powercut_worker *worker, size_t cases);
void powercut_worker_close(struct powercut_worker *worker);
/* A process that works until it is done: its number, or -errno. */
pid_t powercut_worker_start(void (*work)(void *arg), void *arg);
/* A worker died of a check, with that status of its process. */
void powercut_report_dead(struct powercut_worker *worker, int status);
/* Prepare a case, record it, and judge it uninterrupted. False: it does not even end. */
bool powercut_case_open(struct powercut_worker *worker, const struct powercut_case *at);
/* Go back to the first operation of a level. */
void powercut_level_rewind(const struct powercut_worker *worker, struct powercut_level *level);
/*
 * Interrupt level @p depth as @p cut says, the levels before it being as worker->id says, and
 * judge.
 * @p further: record the way on as the next level. False: something is broken.
 */
bool powercut_judge(struct powercut_worker *worker, size_t depth, const struct powercut_cut *cut,
		    bool further);
/* Count and print what is broken, if anything is. */
void powercut_report(struct powercut_worker *worker);
/* Whether enough was found. */
bool powercut_stops(const struct powercut_worker *worker);

/* Strategies: powercut_strategy.c. */

/* Operations @p from to @p to of run(), each cut in every way, and failing. */
void powercut_singles(struct powercut_worker *worker, unsigned long from, unsigned long to);
/* Operation @p k of run(), and after it every operation of finish(). */
void powercut_pairs(struct powercut_worker *worker, unsigned long k);
/* So many random chains of cuts. */
void powercut_chains(struct powercut_worker *worker, uint32_t seed, unsigned int count);

/* Texts: powercut_text.c. */

const char *powercut_entry_kind(const struct powercut_entry *entry);
/* The name of an area, or of a flash device, and the offset in it. */
const char *powercut_entry_place(const struct powercut_world *world,
				 const struct powercut_entry *entry, size_t *offset);
/* What an operation is, such as "program of 64 bytes at image-1+0x200". */
void powercut_entry_text(const struct powercut_world *world, const struct powercut_entry *entry,
			 char text[POWERCUT_TEXT]);

#endif
