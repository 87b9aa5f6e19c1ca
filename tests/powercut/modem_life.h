/* SPDX-License-Identifier: Apache-2.0 */
/* What an application does with a device that has a modem, a step a call; children. */
#ifndef TESTS_POWERCUT_MODEM_LIFE_H
#define TESTS_POWERCUT_MODEM_LIFE_H

#include "modem_invariants.h"

/* As struct scenario: a body that an application runs again from the top after every reset. */
struct modem_scenario {
	const char *name;
	/* In a process of its own, on a new device whose modem is started; NULL: nothing. */
	int (*prepare)(const struct powercut_world *world);
	/* In the process of run(), the modem started, before anything can be cut; NULL: nothing,
	 * and the modem is started when it can. */
	int (*before)(const struct powercut_world *world);
	/* 0, POWERCUT_RESET, or an error that is a violation. */
	int (*body)(const struct powercut_world *world);
	/* What has to be true when the body is through; also by the parent. NULL: nothing. */
	void (*check)(const struct powercut_world *world);
	/* Have the goal run after the next reset; it is not the body that does. */
	int (*bring_up)(const struct powercut_world *world);
	enum modem_version goal; /* runs in the end */
	size_t chunk;            /* bytes of a write */
	unsigned int erases;     /* of the patch area, by an uninterrupted body */
	bool keeps_progress;     /* I6 is asked of every download: the body gives none up */
	bool brings_all;         /* check holds whenever the body is through, not only at first */
	bool settings_fail;      /* in bodies */
	bool unseen;             /* targets are not shown a file's first bytes before init */
};

/* powercut_world.seen: what later checks want to know, and no device. */
struct modem_seen {
	bool is_run; /* the first time that the body runs */
	bool paused; /* and nothing has been asked of the target since */
	size_t paused_at;
	bool went_on; /* a download did not begin at 0 */
};

struct modem_seen *modem_life_seen(const struct powercut_world *world);
const struct modem_scenario *modem_life_scenario(const struct powercut_world *world);

/* The patch from what runs to a version. */
const struct device_file *modem_life_patch(const struct powercut_world *world,
					   enum modem_version version);

/* dfu_target_init() of a file, and the offset it gives, which is judged. */
int modem_life_begin(const struct powercut_world *world, const struct device_file *file,
		     size_t *offset);
/* Write the bytes of a file up to an offset. */
int modem_life_write(const struct powercut_world *world, const struct device_file *file,
		     size_t *offset, size_t end);
/* Both. */
int modem_life_download_part(const struct powercut_world *world, const struct device_file *file,
			     size_t end);
/* And done(true). */
int modem_life_download(const struct powercut_world *world, const struct device_file *file);
/* With pauses wherever one may fall. */
int modem_life_pauses(const struct powercut_world *world, const struct device_file *file);

/* Have what was downloaded applied, and reset. */
int modem_life_schedule(const struct powercut_world *world);
int modem_life_load(const struct powercut_world *world);
/* modem_life_download(), into what was reset: not a byte of before counts. */
int modem_life_download_afresh(const struct powercut_world *world, const struct device_file *file);
/* The modem, with what it was asked for. */
int modem_life_start(const struct powercut_world *world);

/* How every case goes whose config is a modem_config. */
extern const struct powercut_scenario modem_life;

#endif
