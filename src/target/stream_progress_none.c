/* SPDX-License-Identifier: Apache-2.0 */
/* Only RAM knows: a paused stream is as it was left, and nothing outlives a reset. */
#include "target/stream_progress.h"

static bool goes_on;

void stream_progress_open(struct stream_flash_ctx *stream, const char *id,
			  const struct stream_file *file, bool was_paused)
{
	(void)stream;
	(void)id;
	(void)file;
	goes_on = was_paused;
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
	(void)stream; /* what goes on was never anything else but this stream */
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

int stream_progress_write(struct stream_flash_ctx *stream, const uint8_t *buf, size_t len)
{
	return stream_flash_buffered_write(stream, buf, len, false);
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
