/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a device, a step a call. A step that does not go as it must ends the process, after
 * it has named the case and the line.
 */
#ifndef TESTS_SWEEP_LIFE_H
#define TESTS_SWEEP_LIFE_H

#include <boot_model.h> /* sim/ */

#include "images.h"
#include "rig.h"
#include "rules.h"

/* Above this, hashing an image takes long. */
#define LIFE_LARGE 70000

#define CHECK(condition) life_check((condition), #condition, __FILE__, __LINE__)
#define CHECK_RC(call, expected) life_check_rc((call), (expected), #call, __FILE__, __LINE__)

void life_check(bool good, const char *what, const char *file, int line);
void life_check_rc(int rc, int expected, const char *what, const char *file, int line);

/* The mode named by a program's only argument; ends the process if there is none. */
enum boot_mode life_mode(int argc, char **argv);

/* The slot that runs, and the image in it. */
struct life {
	int running;
	bool confirmed; /* as boot_is_img_confirmed() must say */
	struct image_file image;
	struct image_file next; /* uploaded, not run yet */
};

extern struct life life;

/* Put image 1.0.0 where the mode starts it, as a factory does. */
void life_factory(size_t size);

/* The slot an upload goes to. */
int life_upload_slot(void);

/* Make the next image, download it in chunks, and check every byte and every operation. */
void life_download(size_t size, size_t chunk);

/* A download is refused with this errno, flash as it was. */
void life_refuse(size_t size, int rc);

/* Schedule what was downloaded: BOOT_UPGRADE_TEST or _PERMANENT. */
void life_schedule(int permanent);

/*
 * Take that back. In direct modes the image is gone then; where it shares a page with the trailer
 * the call is refused, and false returned.
 */
bool life_cancel(void);

/* The loader is asked for, and runs after a reset. */
void life_enter_loader(const struct image_file *loader);

/* A reset, after which the same image runs. */
void life_boot_same(void);

/* A reset that starts the next image, which was scheduled so. */
void life_boot_next(int permanent);

/* A reset after which the image of before runs again. */
void life_boot_reverted(const struct image_file *old, int old_slot);

void life_confirm(void);

#endif
