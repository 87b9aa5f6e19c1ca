/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the stream of dfu_target_stream has come: kept in the settings, so that it goes on after
 * a reset. Without CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS (stream_progress_none.c) it is known in
 * RAM alone.
 */
#ifndef TARGET_STREAM_PROGRESS_H
#define TARGET_STREAM_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/dfu_target_stream.h>

/* Which file a stream is of; lives as long as the stream. */
struct stream_file {
	uint8_t type;  /* DFU_TARGET_IMAGE_TYPE_* */
	uint8_t image; /* image pair */
	uint32_t size; /* 0: not known */
	uint32_t id;   /* target_identity() */
	uint8_t *left; /* of its slot, to be cleared: kept with the record; NULL: nothing ever is */
	/* DOWNLOAD_FIRST_LEN bytes, erased ones for those that are not known; NULL: none is */
	const uint8_t *first;
	/* What the first bytes of the stream have to be to go on with it; NULL: any will do */
	const uint8_t *seen;
};

/*
 * Whether a stream of which flash holds `written` bytes, and its buffer so many more, begins with
 * these DOWNLOAD_FIRST_LEN bytes as far as it goes.
 */
bool dfu_target_stream_begins_with(const struct stream_flash_ctx *stream, size_t written,
				   size_t buffered, const uint8_t *first);

/*
 * dfu_target_stream_init() for a file. Goes on with that file where RAM or settings know how far it
 * is and flash still holds that; otherwise begins at 0. file NULL: the id stands for it. Nothing of
 * init may be missing, its size neither.
 */
int dfu_target_stream_open(const struct dfu_target_stream_init *init,
			   const struct stream_file *file);

/* dfu_target_stream_write() by a call that has erased a page of the slot already, or has not. */
int dfu_target_stream_append(const uint8_t *buf, size_t len, bool has_erased);

/* Close the stream, if it is open, and forget it; settings keep what they have. */
void dfu_target_stream_drop(void);

/*
 * The stream has just been initialised at 0, or is a paused one (was_paused): find where it goes
 * on.
 */
void stream_progress_open(struct stream_flash_ctx *stream, const char *id,
			  const struct stream_file *file, bool was_paused);

/* Whether the stream that was opened last goes on, and whether with nothing left to be written. */
bool stream_progress_goes_on(void);
bool stream_progress_is_complete(void);

/* Put the stream back to 0, whatever was found. */
void stream_progress_restart(struct stream_flash_ctx *stream);

/*
 * What comes before the stream, which is at 0, is known to the settings: a record, if that is a
 * whole page.
 */
void stream_progress_begin(struct stream_flash_ctx *stream);

/*
 * Trailer and header of the slot that a stream of this id goes to are about to be erased, and
 * nothing of it can be gone on with. An erase that is cut can look like a whole one; until a record
 * takes the place of this, or it is forgotten, stream_progress_is_clearing().
 */
void stream_progress_clearing(const char *id);
bool stream_progress_is_clearing(const char *id);

/*
 * How far settings say that a stream of this id is, of whatever file: enum download_record_state;
 * 0: they say nothing.
 */
uint8_t stream_progress_stored_state(const char *id);

/* And what they say is left to be cleared of its slot. */
uint8_t stream_progress_stored_left(const char *id);

/* Before a program: a record that there may be of something else is deleted. */
void stream_progress_begins(void);

/*
 * Count what the last program, if there was one, took out of the buffer, which still has it, and
 * save a record where a page is whole.
 */
void stream_progress_note(struct stream_flash_ctx *stream);

/* The flush that ends a stream. */
int stream_progress_flush(struct stream_flash_ctx *stream);

/* Make the present position outlive a reset, as far as flash and settings let. */
void stream_progress_pause(struct stream_flash_ctx *stream);

/* All of the stream has been flushed. */
void stream_progress_complete(struct stream_flash_ctx *stream);

/* Delete what settings keep of a stream. */
void stream_progress_forget(const char *id);

#endif
