/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request is repeated until its answer has come; an answer with another number belongs to a
 * request before and is skipped. Nothing here has to be undone when a call fails: the coprocessor's
 * offset is the truth, and dfu_target_offset_get() asks for it.
 */
#include "coprocessor.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <dfu/dfu_target.h>

#include "frame.h"

#define TRIES 5
#define TIMEOUT_MS 500    /* an erase of one page, and a frame each way */
#define LISTEN_BYTES 1024 /* noise is not listened to for ever */

static const uint8_t magic[4] = {'C', 'O', 'P', 'R'};

static const struct coprocessor_pipe *the_pipe;
static uint8_t request[FRAME_MAX]; /* the body begins at 2 */
static uint8_t wire[FRAME_WIRE_MAX];
static struct frame_receiver receiver;
static uint8_t number;

static uint32_t seen_crc; /* of the first bytes that identify() saw */
static bool has_seen;
static size_t file_size;
static size_t next; /* byte that the coprocessor needs, as far as it has said */

static int status_errno(uint8_t status)
{
	switch (status) {
	case FRAME_OK:
		return 0;
	case FRAME_TOO_LARGE:
		return -EFBIG;
	case FRAME_NOT_NOW:
		return -EPERM;
	case FRAME_BAD_FILE:
		return -EBADMSG;
	case FRAME_FLASH_FAILED:
		return -EIO;
	default:
		return -EPROTO;
	}
}

static bool is_answer(size_t len)
{
	return len == FRAME_ANSWER_LEN && receiver.bytes[0] == (request[0] | FRAME_ANSWER) &&
	       receiver.bytes[1] == number;
}

/* 0: the answer lies in the receiver. */
static int await(void)
{
	uint8_t bytes[16];

	for (size_t heard = 0; heard < LISTEN_BYTES;) {
		const int n = the_pipe->read(bytes, sizeof(bytes), TIMEOUT_MS);

		if (n <= 0) {
			return n == 0 ? -ETIMEDOUT : n;
		}
		heard += (size_t)n;
		for (int i = 0; i < n; i++) {
			if (is_answer(frame_receive(&receiver, bytes[i]))) {
				return 0; /* what may follow answers nothing that will be asked */
			}
		}
	}
	return -ETIMEDOUT;
}

/* The answer's status as an errno; `next` as it says. */
static int ask(enum frame_kind kind, size_t body_len)
{
	int rc = -ETIMEDOUT;

	request[0] = (uint8_t)kind;
	request[1] = ++number;
	const size_t len = frame_encode(wire, request, 2 + body_len);

	for (int i = 0; i < TRIES && rc == -ETIMEDOUT; i++) {
		rc = the_pipe->write(wire, len);
		if (rc == 0) {
			rc = await();
		}
	}
	if (rc != 0) {
		return rc;
	}
	next = frame_get_u32(&receiver.bytes[3]);
	return status_errno(receiver.bytes[2]);
}

static bool identify(const void *const buf)
{
	if (memcmp(buf, magic, sizeof(magic)) != 0) {
		return false;
	}
	seen_crc = frame_crc(buf, FRAME_FILE_HEADER_LEN);
	has_seen = true;
	return true;
}

/* The coprocessor is asked each time: it alone knows which file it has, and how much of it. */
static int init(size_t size, int img_num, dfu_target_callback_t cb)
{
	(void)img_num;
	(void)cb;
	if (size == 0 || !has_seen) {
		return -EINVAL;
	}
	if (size != (uint32_t)size) {
		return -EFBIG;
	}
	file_size = size;
	frame_put_u32(&request[2], (uint32_t)size);
	frame_put_u32(&request[6], seen_crc);
	return ask(FRAME_BEGIN, 8);
}

static int offset_get(size_t *offset)
{
	const int rc = ask(FRAME_QUERY, 0);

	if (rc == 0) {
		*offset = next;
	}
	return rc;
}

static int write_part(const uint8_t *bytes, size_t len)
{
	const size_t start = next;

	frame_put_u32(&request[2], (uint32_t)start);
	memcpy(&request[6], bytes, len);
	const int rc = ask(FRAME_DATA, 4 + len);

	return rc == 0 && next != start + len ? -EAGAIN : rc;
}

static int write_all(const void *const buf, size_t len)
{
	const uint8_t *bytes = buf;
	int rc = 0;

	if (next > file_size || len > file_size - next) {
		return -EFBIG;
	}
	for (size_t n; rc == 0 && len > 0; bytes += n, len -= n) {
		n = len < FRAME_DATA_MAX ? len : FRAME_DATA_MAX;
		rc = write_part(bytes, n);
	}
	return rc;
}

/* A pause needs nothing: what has arrived is kept over there. */
static int done(bool successful)
{
	if (!successful) {
		return 0;
	}
	return next == file_size ? ask(FRAME_END, 0) : -EBADMSG;
}

static int schedule_update(int img_num)
{
	(void)img_num;
	return ask(FRAME_APPLY, 0);
}

static int reset(void)
{
	return ask(FRAME_ABORT, 0);
}

int coprocessor_register(const struct coprocessor_pipe *pipe)
{
	static const struct dfu_target_registration target = {
		.type = COPROCESSOR_IMAGE_TYPE,
		.identify = identify,
		.target = {init, offset_get, write_all, done, schedule_update, reset},
		.always_init = true,
	};

	const int rc = dfu_target_register(&target);

	if (rc == 0) {
		the_pipe = pipe;
	}
	return rc;
}
