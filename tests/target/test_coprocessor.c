/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example's target on a wire that does what wires do. What the coprocessor has is held against
 * the file.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/dfu_target.h>
#include <storage/flash_map.h>

#include <coprocessor.h> /* examples/coprocessor/ */
#include <frame.h>
#include "fake_coprocessor.h"

#define PAYLOAD 1000
#define LEN (32 + PAYLOAD)
#define REQUESTS 15 /* BEGIN, QUERY, 11 times DATA in chunks of 300, END, APPLY */

/* The application has no flash here. */
extern const struct flash_area *flash_map;
extern const int flash_map_entries;
const struct flash_area *flash_map;
const int flash_map_entries;

static uint8_t file[LEN];

static void le32(uint8_t *p, uint32_t value)
{
	for (size_t i = 0; i < 4; i++) {
		p[i] = (uint8_t)(value >> (8 * i));
	}
}

static void make_file(uint8_t seed)
{
	memset(file, 0, sizeof(file));
	memcpy(file, "COPR", 4);
	for (size_t i = 0; i < PAYLOAD; i++) {
		file[32 + i] = (uint8_t)((i * 7 + seed) % 251);
	}
	/* Bytes that the wire has to escape, alone and in rows. */
	memset(&file[200], 0xc0, 150);
	memset(&file[400], 0xdb, 150);
	le32(&file[4], PAYLOAD);
	le32(&file[8], fake_crc(&file[32], PAYLOAD));
}

static const struct coprocessor_pipe the_pipe = {fake_write, fake_read};

static int register_once(void **state)
{
	(void)state;
	/* Before a file was seen there is nothing to say to the coprocessor. */
	int rc = coprocessor_register(&the_pipe);

	return rc != 0 ? rc : dfu_target_init(COPROCESSOR_IMAGE_TYPE, 0, LEN, NULL) != -EINVAL;
}

static int set_up(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	make_file(1);
	return 0;
}

static int begin(void)
{
	assert_int_equal(dfu_target_img_type(file, sizeof(file)), COPROCESSOR_IMAGE_TYPE);
	return dfu_target_init(COPROCESSOR_IMAGE_TYPE, 0, LEN, NULL);
}

static size_t offset_now(void)
{
	size_t offset;

	assert_int_equal(dfu_target_offset_get(&offset), 0);
	return offset;
}

/* As an application goes on after errors: from the offset, so often. */
static int send_to(size_t end, size_t chunk, int turns)
{
	int rc = 0;

	for (; turns > 0; turns--) {
		size_t offset;

		rc = dfu_target_offset_get(&offset);
		while (rc == 0 && offset < end) {
			const size_t n = chunk < end - offset ? chunk : end - offset;

			rc = dfu_target_write(&file[offset], n);
			offset += n;
		}
		if (rc == 0) {
			return 0;
		}
	}
	return rc;
}

static void assert_applied(void)
{
	assert_memory_equal(fake.flash, file, LEN);
	assert_true(fake.is_asked);
	fake_restart();
	assert_int_equal(fake.runs, PAYLOAD);
}

static void a_file_is_known_by_its_magic(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_img_type(file, 32), COPROCESSOR_IMAGE_TYPE);
	assert_int_equal(dfu_target_img_type(file, 31), DFU_TARGET_IMAGE_TYPE_NONE);
	for (size_t i = 0; i < 4; i++) {
		file[i] ^= 1;
		assert_int_equal(dfu_target_img_type(file, 32), DFU_TARGET_IMAGE_TYPE_NONE);
		file[i] ^= 1;
	}
}

static void a_file_arrives_whatever_the_chunks(void **state)
{
	static const size_t chunks[] = {1, 3, 31, 127, 128, 129, 500, LEN};

	(void)state;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		(void)set_up(NULL);
		assert_int_equal(begin(), 0);
		assert_int_equal(send_to(LEN, chunks[i], 1), 0);
		assert_int_equal(offset_now(), LEN);
		assert_int_equal(dfu_target_done(true), 0);
		assert_false(fake.is_asked);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_applied();
		assert_int_equal(fake.waited_ms, 0);
	}
}

/* Each trouble at each request of an update, which goes on by itself. */
static void no_trouble_of_the_wire_harms_an_update(void **state)
{
	(void)state;
	for (unsigned int i = FAKE_NONE; i < FAKE_RESTART; i++) {
		for (unsigned int at = 1; at <= REQUESTS; at++) {
			(void)set_up(NULL);
			fake.trouble = (enum fake_trouble)i;
			fake.trouble_at = at;
			fake.bit = 5 * 8 + at;
			assert_int_equal(begin(), 0);
			assert_int_equal(send_to(LEN, 300, 1), 0);
			assert_int_equal(dfu_target_done(true), 0);
			assert_int_equal(dfu_target_schedule_update(0), 0);
			assert_true(fake.requests >= REQUESTS);
			assert_applied();
		}
	}
}

static void no_bit_that_is_damaged_passes(void **state)
{
	static const enum fake_trouble troubles[] = {FAKE_DAMAGE_REQUEST, FAKE_DAMAGE_ANSWER};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		/* More than a request of 128 bytes that are all escaped has. */
		for (size_t bit = 0; bit < (size_t)(i == 0 ? 278 : 24) * 8; bit++) {
			(void)set_up(NULL);
			fake.trouble = troubles[i];
			fake.trouble_at = 4; /* BEGIN, QUERY, DATA, DATA */
			fake.bit = bit;
			assert_int_equal(begin(), 0);
			assert_int_equal(send_to(LEN, 300, 1), 0);
			assert_int_equal(dfu_target_done(true), 0);
			assert_memory_equal(fake.flash, file, LEN);
		}
	}
}

static void a_dead_wire_ends_in_a_time_out_and_the_update_goes_on_later(void **state)
{
	(void)state;
	assert_int_equal(begin(), 0);
	assert_int_equal(send_to(500, 100, 1), 0);
	fake.is_dead = true;
	size_t offset = 77;

	assert_int_equal(dfu_target_write(&file[500], 100), -ETIMEDOUT);
	assert_int_equal(fake.waited_ms, 5 * 500);
	assert_int_equal(dfu_target_offset_get(&offset), -ETIMEDOUT);
	assert_int_equal(offset, 77);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	fake.is_dead = false;
	assert_int_equal(offset_now(), 500);
	assert_int_equal(send_to(LEN, 100, 1), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_memory_equal(fake.flash, file, LEN);
}

/* The coprocessor has the bytes, and nobody heard of it. */
static void after_lost_answers_the_offset_tells_the_truth(void **state)
{
	(void)state;
	assert_int_equal(begin(), 0);
	fake.trouble = FAKE_LOSE_ANSWER;
	fake.trouble_at = fake.requests + 1;
	fake.trouble_for = 5;
	assert_int_equal(dfu_target_write(file, 100), -ETIMEDOUT);
	assert_int_equal(fake.offset, 100);
	assert_int_equal(offset_now(), 100);
	assert_int_equal(send_to(LEN, 100, 1), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_memory_equal(fake.flash, file, LEN);
}

/* Stale, ahead, beyond the file, beyond all numbers. */
static void an_offset_that_is_wrong_costs_no_byte(void **state)
{
	static const uint32_t lies[] = {1, 99, 101, 300, LEN, LEN + 1, 0x80000000, 0xffffffff};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		(void)set_up(NULL);
		assert_int_equal(begin(), 0);
		fake.lie = lies[i];
		assert_int_equal(dfu_target_write(file, 100), -EAGAIN);
		assert_int_equal(dfu_target_done(true), lies[i] == LEN ? -EPERM : -EBADMSG);
		fake.lie = 0;
		assert_int_equal(offset_now(), 100);
		assert_int_equal(send_to(LEN, 100, 1), 0);
		assert_int_equal(dfu_target_done(true), 0);
		assert_memory_equal(fake.flash, file, LEN);
	}
}

static void noise_is_not_listened_to_for_ever(void **state)
{
	(void)state;
	fake.is_noisy = true;
	assert_int_equal(begin(), -ETIMEDOUT);
	assert_int_equal(fake.requests, 5);
	fake.is_noisy = false;
	fake.out_len = 0;
	assert_int_equal(begin(), 0);
}

static void a_pipe_may_have_errors_of_its_own(void **state)
{
	(void)state;
	fake.pipe_rc = -ENXIO;
	assert_int_equal(begin(), -ENXIO);
	fake.pipe_rc = 0;
	assert_int_equal(begin(), 0);
	fake.pipe_rc = -EBUSY;
	assert_int_equal(dfu_target_write(file, 1), -EBUSY);
}

static void a_restart_of_the_coprocessor_costs_what_is_no_whole_page(void **state)
{
	(void)state;
	for (unsigned int at = 1; at < REQUESTS; at++) {
		(void)set_up(NULL);
		fake.trouble = FAKE_RESTART;
		fake.trouble_at = at;
		assert_int_equal(begin(), 0);
		assert_int_equal(send_to(LEN, 300, 2), 0);
		int rc = dfu_target_done(true);

		if (at == REQUESTS - 1) { /* it was complete, and is no more */
			assert_int_equal(rc, -EPERM);
			assert_int_equal(offset_now(), LEN - LEN % FAKE_PAGE);
			assert_int_equal(send_to(LEN, 300, 1), 0);
			rc = dfu_target_done(true);
		}
		assert_int_equal(rc, 0);
		assert_memory_equal(fake.flash, file, LEN);
	}
	(void)set_up(NULL);
	assert_int_equal(begin(), 0);
	assert_int_equal(send_to(400, 100, 1), 0);
	fake_restart();
	assert_int_equal(dfu_target_write(&file[400], 100), -EAGAIN);
	assert_int_equal(offset_now(), FAKE_PAGE);
	assert_int_equal(send_to(LEN, 100, 1), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_memory_equal(fake.flash, file, LEN);
}

static void a_paused_file_goes_on_and_another_one_begins_at_0(void **state)
{
	(void)state;
	assert_int_equal(begin(), 0);
	assert_int_equal(send_to(600, 100, 1), 0);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(begin(), 0);
	assert_int_equal(offset_now(), 600);
	/* As long, and other content: the CRC in its header tells. */
	make_file(2);
	assert_int_equal(begin(), 0);
	assert_int_equal(offset_now(), 0);
	assert_int_equal(send_to(LEN, 100, 1), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_memory_equal(fake.flash, file, LEN);
	/* Complete, and not applied yet. */
	assert_int_equal(begin(), 0);
	assert_int_equal(offset_now(), LEN);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_applied();
}

static void a_damaged_file_is_refused_with_nothing_left(void **state)
{
	(void)state;
	file[900] ^= 1;
	assert_int_equal(begin(), 0);
	assert_int_equal(send_to(LEN, 100, 1), 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	assert_int_equal(dfu_target_schedule_update(0), -EPERM);
	assert_int_equal(begin(), 0);
	assert_int_equal(offset_now(), 0);
}

static void missing_and_surplus_bytes_are_refused(void **state)
{
	(void)state;
	assert_int_equal(begin(), 0);
	assert_int_equal(send_to(LEN - 1, 100, 1), 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	assert_int_equal(dfu_target_write(&file[LEN - 2], 2), -EFBIG);
	assert_int_equal(offset_now(), LEN - 1);
	assert_int_equal(dfu_target_write(&file[LEN - 1], 1), 0);
	assert_int_equal(dfu_target_write(file, 1), -EFBIG);
	assert_int_equal(dfu_target_write(file, 0), 0);
	assert_int_equal(dfu_target_done(true), 0);
}

static void what_the_coprocessor_refuses_has_its_error(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_img_type(file, 32), COPROCESSOR_IMAGE_TYPE);
	assert_int_equal(dfu_target_init(COPROCESSOR_IMAGE_TYPE, 0, FAKE_FLASH + 1, NULL), -EFBIG);
	assert_int_equal(dfu_target_init(COPROCESSOR_IMAGE_TYPE, 0, 0, NULL), -EINVAL);
	if (sizeof(size_t) > 4) {
		assert_int_equal(dfu_target_init(COPROCESSOR_IMAGE_TYPE, 0, SIZE_MAX, NULL),
				 -EFBIG);
	}
	assert_int_equal(begin(), 0);
	assert_int_equal(dfu_target_schedule_update(0), -EPERM);
	fake.flash_fails = true;
	assert_int_equal(dfu_target_write(file, 10), -EIO);
	fake.flash_fails = false;
	assert_int_equal(dfu_target_write(file, 10), 0);
	fake.foreign_status = 99;
	assert_int_equal(dfu_target_write(file, 10), -EPROTO);
}

static int no_write(const uint8_t *bytes, size_t len)
{
	(void)bytes;
	(void)len;
	return -EIO;
}

static void a_second_registration_leaves_the_first_one_its_pipe(void **state)
{
	static const struct coprocessor_pipe other = {no_write, fake_read};

	(void)state;
	assert_int_equal(coprocessor_register(&other), -EEXIST);
	assert_int_equal(begin(), 0);
}

static void a_reset_forgets_the_file_there_too(void **state)
{
	(void)state;
	assert_int_equal(begin(), 0);
	assert_int_equal(send_to(LEN, 100, 1), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_int_equal(dfu_target_reset(), 0);
	fake_restart();
	assert_int_equal(fake.runs, 0);
	assert_int_equal(begin(), 0);
	assert_int_equal(offset_now(), 0);
}

/* The length of the frame that the last of these bytes ends; no other one may end any. */
static size_t receive(struct frame_receiver *receiver, const uint8_t *bytes, size_t len)
{
	for (size_t n = 0; n + 1 < len; n++) {
		assert_int_equal(frame_receive(receiver, bytes[n]), 0);
	}
	return frame_receive(receiver, bytes[len - 1]);
}

static void what_is_no_frame_is_dropped_and_the_next_one_is_not(void **state)
{
	static const struct {
		uint8_t bytes[8];
		size_t len;
	} cases[] = {
		{{0xc0, 0xc0}, 2},
		{{0xc0, 1, 0xc0}, 3},
		{{0xc0, 1, 2, 3, 4, 0xc0}, 6},
		{{0xc0, 0, 0, 0, 0, 0xc0}, 6}, /* a CRC of nothing */
	};
	struct frame_receiver receiver = {0};
	uint8_t wire[FRAME_WIRE_MAX + 1];
	uint8_t frame[FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(receive(&receiver, cases[i].bytes, cases[i].len), 0);
	}
	/* The longest there is, all escaped. */
	memset(frame, 0xdb, sizeof(frame));
	size_t len = frame_encode(wire, frame, sizeof(frame));

	assert_true(len <= FRAME_WIRE_MAX);
	assert_int_equal(receive(&receiver, wire, len), sizeof(frame));
	assert_memory_equal(receiver.bytes, frame, sizeof(frame));
	/* One byte longer, though what fits has the right CRC. */
	wire[len - 1] = 0x11;
	wire[len++] = 0xc0;
	assert_int_equal(receive(&receiver, wire, len), 0);
	/* An escape of what needs none, in its place; one of nothing at the end. */
	len = frame_encode(wire, frame, 1);
	assert_int_equal(receive(&receiver, wire, len), 1);
	wire[2] = 0x01;
	assert_int_equal(receive(&receiver, wire, len), 0);
	wire[2] = 0xdd;
	wire[len - 1] = 0xdb;
	wire[len++] = 0xc0;
	assert_int_equal(receive(&receiver, wire, len), 0);
	len = frame_encode(wire, frame, 1);
	assert_int_equal(receive(&receiver, wire, len), 1);
}

static void the_crc_is_the_usual_one(void **state)
{
	(void)state;
	assert_int_equal(frame_crc((const uint8_t *)"123456789", 9), 0xcbf43926);
	assert_int_equal(fake_crc((const uint8_t *)"123456789", 9), 0xcbf43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_file_is_known_by_its_magic, set_up),
		cmocka_unit_test_setup(a_file_arrives_whatever_the_chunks, set_up),
		cmocka_unit_test_setup(no_trouble_of_the_wire_harms_an_update, set_up),
		cmocka_unit_test_setup(no_bit_that_is_damaged_passes, set_up),
		cmocka_unit_test_setup(a_dead_wire_ends_in_a_time_out_and_the_update_goes_on_later,
				       set_up),
		cmocka_unit_test_setup(after_lost_answers_the_offset_tells_the_truth, set_up),
		cmocka_unit_test_setup(an_offset_that_is_wrong_costs_no_byte, set_up),
		cmocka_unit_test_setup(noise_is_not_listened_to_for_ever, set_up),
		cmocka_unit_test_setup(a_pipe_may_have_errors_of_its_own, set_up),
		cmocka_unit_test_setup(a_restart_of_the_coprocessor_costs_what_is_no_whole_page,
				       set_up),
		cmocka_unit_test_setup(a_paused_file_goes_on_and_another_one_begins_at_0, set_up),
		cmocka_unit_test_setup(a_damaged_file_is_refused_with_nothing_left, set_up),
		cmocka_unit_test_setup(missing_and_surplus_bytes_are_refused, set_up),
		cmocka_unit_test_setup(what_the_coprocessor_refuses_has_its_error, set_up),
		cmocka_unit_test_setup(a_second_registration_leaves_the_first_one_its_pipe, set_up),
		cmocka_unit_test_setup(a_reset_forgets_the_file_there_too, set_up),
		cmocka_unit_test(what_is_no_frame_is_dropped_and_the_next_one_is_not),
		cmocka_unit_test(the_crc_is_the_usual_one),
	};

	return cmocka_run_group_tests(tests, register_once, NULL);
}
