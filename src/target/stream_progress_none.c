/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only RAM knows: a paused stream is as it was left, and nothing outlives a reset. One that an
 * error has left unsure of its last page begins again: where that page began is not known here.
 */
#include "target/stream_progress.h"

#include "stream/stream_position.h"

static bool goes_on;

void stream_progress_open(struct stream_flash_ctx *stream, const char *id,
			  const struct stream_file *file, bool was_paused)
{
	(void)id;
	(void)file;
	goes_on = was_paused && stream_is_sure(stream);
	if (!goes_on) {
		stream_progress_restart(stream);
	}
}

bool stream_progress_goes_on(void)
{
	return goes_on;
}

bool stream_progress_is_complete(void)
{
	return false;
}

void stream_progress_restart(struct stream_flash_ctx *stream)
{
	const struct stream_position start = {0, 0};

	stream_set_position(stream, &start);
	goes_on = false;
}

void stream_progress_begin(struct stream_flash_ctx *stream)
{
	(void)stream;
}

void stream_progress_clearing(const char *id)
{
	(void)id;
}

bool stream_progress_is_clearing(const char *id)
{
	(void)id;
	return false;
}

uint8_t stream_progress_stored_state(const char *id)
{
	(void)id;
	return 0;
}

uint8_t stream_progress_stored_left(const char *id)
{
	(void)id;
	return 0;
}

void stream_progress_begins(void)
{
}

void stream_progress_note(struct stream_flash_ctx *stream)
{
	(void)stream;
}

int stream_progress_flush(struct stream_flash_ctx *stream)
{
	return stream_flash_buffered_write(stream, NULL, 0, true);
}

void stream_progress_pause(struct stream_flash_ctx *stream)
{
	(void)stream;
}

void stream_progress_complete(struct stream_flash_ctx *stream)
{
	(void)stream;
}

void stream_progress_forget(const char *id)
{
	(void)id;
}
