/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a package through writers that are byte arrays, in one run. */
#include "byte_writers.h"

#include <errno.h>
#include <string.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const int both[] = {0, 1};
static struct package_bytes package;
static struct package_bytes other;

/* Two images, larger and smaller than what says which one they are. */
static void make(struct package_bytes *p, uint8_t seed)
{
	package_bytes_begin(p, seed);
	package_bytes_add(p, 0, 1000);
	package_bytes_add(p, 1, 20);
	package_bytes_end(p, 3);
}

static int set_up(void **state)
{
	(void)state;
	byte_writers_begin();
	byte_writers_start(both, LEN(both));
	make(&package, 1);
	make(&other, 101);
	return 0;
}

static void each_chunk_size_delivers_the_same(void **state)
{
	static const size_t chunks[] = {1, 3, 31, 32, 33, 512, PACKAGE_MAX};

	for (size_t i = 0; i < LEN(chunks); i++) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, package.len, chunks[i]), 0);
		assert_int_equal(dfu_multi_image_offset(), package.len);
		assert_int_equal(dfu_multi_image_done(true), 0);
		for (int id = 0; id < 2; id++) {
			assert_true(byte_writer_has(id, &package));
			assert_int_equal(byte_writers[id].opened, 1);
			assert_int_equal(byte_writers[id].finished, 1);
			assert_int_equal(byte_writers[id].paused, 0);
		}
	}
}

/* Any two borders, the ones inside the length and the header among them. */
static void a_chunk_may_end_anywhere(void **state)
{
	for (size_t first = 1; first < package.len; first += first < 100 ? 1 : 37) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, first, first), 0);
		assert_int_equal(dfu_multi_image_offset(), first);
		assert_int_equal(feed(&package, first, package.len, PACKAGE_MAX), 0);
		assert_int_equal(dfu_multi_image_done(true), 0);
		assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
	}
}

static void a_chunk_that_overlaps_and_crosses_is_dropped_once(void **state)
{
	(void)state;
	for (size_t back = 0; back < package.start[1]; back += 13) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, package.start[1] - 5, 512), 0);
		assert_int_equal(feed(&package, back, package.len, PACKAGE_MAX), 0);
		assert_int_equal(dfu_multi_image_done(true), 0);
		assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
	}
}

static void a_chunk_beyond_what_is_needed_is_refused(void **state)
{
	(void)state;
	assert_int_equal(dfu_multi_image_write(1, package.bytes, 1), -ESPIPE);
	assert_int_equal(feed(&package, 0, 300, 100), 0);
	assert_int_equal(dfu_multi_image_write(301, &package.bytes[301], 10), -ESPIPE);
	assert_int_equal(dfu_multi_image_write(301, NULL, 0), -ESPIPE);
	assert_int_equal(dfu_multi_image_write(SIZE_MAX, &package.bytes[301], 10), -ESPIPE);
	assert_int_equal(dfu_multi_image_offset(), 300);
	assert_int_equal(feed(&package, 300, package.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
}

static void a_chunk_of_nothing_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(dfu_multi_image_write(0, NULL, 0), 0);
	assert_int_equal(dfu_multi_image_offset(), 0);
	assert_int_equal(feed(&package, 0, package.start[0], 512), 0);
	assert_int_equal(dfu_multi_image_write(package.start[0], NULL, 0), 0);
	assert_int_equal(byte_writers[0].opened, 0);
	assert_int_equal(dfu_multi_image_offset(), package.start[0]);
}

static void bytes_behind_the_package_are_refused(void **state)
{
	(void)state;
	package.bytes[package.len] = 0xff;
	assert_int_equal(dfu_multi_image_write(0, package.bytes, package.len + 1), -ESPIPE);
	assert_int_equal(dfu_multi_image_offset(), package.len);
	assert_int_equal(dfu_multi_image_write(package.len, &package.bytes[package.len], 1),
			 -ESPIPE);
	assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
}

static void images_without_a_writer_are_skipped_and_may_be_sent(void **state)
{
	static const int second[] = {5, 7};

	(void)state;
	package_bytes_begin(&package, 1);
	package_bytes_add(&package, 4, 50);
	package_bytes_add(&package, 5, 60);
	package_bytes_add(&package, 6, 70);
	package_bytes_add(&package, 7, 80);
	package_bytes_add(&package, 8, 90);
	package_bytes_end(&package, 0);

	/* All in one chunk. */
	byte_writers_start(second, 2);
	assert_int_equal(feed(&package, 0, package.len, PACKAGE_MAX), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(5, &package) && byte_writer_has(7, &package));

	/* Nothing of what is skipped. */
	byte_writers_begin();
	byte_writers_start(second, 2);
	assert_int_equal(feed(&package, 0, package.header_len, 7), 0);
	assert_int_equal(dfu_multi_image_offset(), package.start[1]);
	assert_int_equal(feed(&package, package.start[1], package.start[2], 7), 0);
	assert_int_equal(dfu_multi_image_offset(), package.start[3]);
	assert_int_equal(feed(&package, package.start[3], package.start[4], 7), 0);
	assert_int_equal(dfu_multi_image_offset(), package.len);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(5, &package) && byte_writer_has(7, &package));
}

static void a_package_for_others_is_complete_at_once(void **state)
{
	static const int none[] = {9};

	(void)state;
	byte_writers_start(none, 1);
	assert_int_equal(feed(&package, 0, package.header_len, 512), 0);
	assert_int_equal(dfu_multi_image_offset(), package.len);
	assert_int_equal(dfu_multi_image_done(true), 0);
}

static void a_package_that_lacks_bytes_is_not_done(void **state)
{
	for (size_t end = 0; end < package.len; end += end < 80 ? 7 : 111) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, end, 50), 0);
		assert_int_equal(dfu_multi_image_done(true), -ESPIPE);
		/* And nothing is lost. */
		assert_int_equal(dfu_multi_image_offset(), end);
		assert_int_equal(feed(&package, end, package.len, 50), 0);
		assert_int_equal(dfu_multi_image_done(true), 0);
		assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
	}
}

static void a_pause_closes_the_writer_and_the_next_chunk_opens_it(void **state)
{
	(void)state;
	assert_int_equal(dfu_multi_image_done(false), 0);
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	assert_int_equal(dfu_multi_image_done(false), 0);
	assert_int_equal(byte_writers[0].paused, 1);
	assert_int_equal(dfu_multi_image_done(false), 0);
	assert_int_equal(dfu_multi_image_offset(), 500);
	assert_int_equal(byte_writers[0].opened, 1);
	assert_int_equal(feed(&package, 500, package.len, 100), 0);
	assert_int_equal(byte_writers[0].opened, 2);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
}

static void a_refused_header_refuses_all_until_an_init(void **state)
{
	(void)state;
	package.bytes[3]++;
	assert_int_equal(dfu_multi_image_write(0, package.bytes, package.len), -EBADMSG);
	assert_int_equal(dfu_multi_image_write(0, other.bytes, other.len), -EBADMSG);
	assert_int_equal(dfu_multi_image_done(true), -ESPIPE);
	assert_int_equal(byte_writers[0].opened, 0);
	byte_writers_start(both, LEN(both));
	assert_int_equal(feed(&other, 0, other.len, 99), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
}

static void a_header_of_no_bytes_is_none(void **state)
{
	(void)state;
	assert_int_equal(dfu_multi_image_write(0, (const uint8_t[]){0, 0, 1}, 3), -EBADMSG);
}

static void empty_images_and_one_id_twice_are_refused(void **state)
{
	(void)state;
	package_bytes_begin(&package, 1);
	package_bytes_add(&package, 0, 0);
	package_bytes_end(&package, 0);
	assert_int_equal(feed(&package, 0, package.len, 5), -ENODATA);
	byte_writers_start(both, LEN(both));
	package_bytes_begin(&package, 1);
	package_bytes_add(&package, 0, 5);
	package_bytes_add(&package, 0, 5);
	package_bytes_end(&package, 0);
	assert_int_equal(feed(&package, 0, package.len, PACKAGE_MAX), -EEXIST);
	assert_int_equal(byte_writers[0].opened, 0);
}

static void a_header_has_to_fit_the_buffer(void **state)
{
	uint8_t buffer[64];
	const size_t len = package.header_len - 2;

	(void)state;
	assert_true(len < sizeof(buffer));
	assert_int_equal(dfu_multi_image_init(buffer, len - 1), 0);
	assert_int_equal(feed(&package, 0, package.len, 1), -ENOMEM);
	assert_int_equal(dfu_multi_image_init(buffer, len), 0);
	assert_int_equal(feed(&package, 0, package.len, 1), 0);
}

static void more_images_than_the_build_takes_are_refused(void **state)
{
	static const uint8_t image[] = {0xa2, 0x62, 'i', 'd', 0, 0x64, 's', 'i', 'z', 'e', 1};
	uint8_t header[2 + 6 + 17 * sizeof(image)] = {
		6 + 17 * sizeof(image), 0, 0xa1, 0x63, 'i', 'm', 'g', 0x91};

	(void)state;
	for (size_t i = 0; i < 17; i++) {
		memcpy(&header[8 + i * sizeof(image)], image, sizeof(image));
		header[8 + i * sizeof(image) + 4] = (uint8_t)i;
	}
	assert_int_equal(dfu_multi_image_write(0, header, sizeof(header)), -ENOMEM);
}

static void what_is_no_buffer_chunk_or_writer_is_refused(void **state)
{
	struct dfu_image_writer writer = {0};
	uint8_t buffer[2];

	(void)state;
	assert_int_equal(dfu_multi_image_init(NULL, 10), -EINVAL);
	assert_int_equal(dfu_multi_image_init(buffer, 1), -EINVAL);
	assert_int_equal(dfu_multi_image_write(0, NULL, 1), -EINVAL);
	assert_int_equal(dfu_multi_image_register_writer(NULL), -EINVAL);
	assert_int_equal(dfu_multi_image_register_writer(&writer), -EINVAL);
	assert_int_equal(dfu_multi_image_reset(), 0);
	assert_int_equal(dfu_multi_image_write(0, buffer, 1), -EINVAL);
	assert_int_equal(dfu_multi_image_offset(), 0);
	assert_int_equal(dfu_multi_image_done(false), 0);
	assert_int_equal(dfu_multi_image_done(true), -ESPIPE);
	assert_int_equal(dfu_multi_image_reset(), 0);
}

static int never(int image_id, size_t image_size)
{
	(void)image_id;
	(void)image_size;
	fail();
	return -EIO;
}

static int never_write(const uint8_t *chunk, size_t chunk_size)
{
	(void)chunk;
	(void)chunk_size;
	fail();
	return -EIO;
}

static int never_close(bool success)
{
	(void)success;
	fail();
	return -EIO;
}

static void of_several_writers_for_an_id_the_first_counts(void **state)
{
	const struct dfu_image_writer writer = {
		.image_id = 0, .open = never, .write = never_write, .close = never_close};

	(void)state;
	for (int i = 2; i < 16; i++) {
		assert_int_equal(dfu_multi_image_register_writer(&writer), 0);
	}
	assert_int_equal(dfu_multi_image_register_writer(&writer), -ENOMEM);
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	assert_true(byte_writer_has(0, &package));
}

static void an_image_that_does_not_open_is_opened_by_the_next_call(void **state)
{
	(void)state;
	byte_writers_fail(WRITER_OPEN, 1, -EBUSY, 0);
	assert_int_equal(feed(&package, 0, package.len, PACKAGE_MAX), -EBUSY);
	assert_true(byte_writer_has(0, &package));
	assert_int_equal(dfu_multi_image_offset(), package.start[1]);
	assert_int_equal(feed(&package, 0, package.len, PACKAGE_MAX), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_int_equal(byte_writers[0].finished, 1);
	assert_true(byte_writer_has(1, &package));
}

static void what_a_writer_took_before_it_failed_is_not_sent_again(void **state)
{
	static const size_t takes[] = {0, 5, 31, 32, 50, 100};

	for (size_t i = 0; i < LEN(takes); i++) {
		for (unsigned int n = 0; n < 4; n++) {
			(void)set_up(state);
			byte_writers_fail(WRITER_WRITE, n, -ENOSPC, takes[i]);
			assert_int_equal(feed(&package, 0, package.start[0], 512), 0);
			assert_int_equal(feed(&package, package.start[0], package.len, 100),
					 -ENOSPC);
			const size_t at = dfu_multi_image_offset();
			assert_int_equal(at, package.start[0] + n * 100 + takes[i]);
			assert_int_equal(feed(&package, at, package.len, 100), 0);
			assert_int_equal(dfu_multi_image_done(true), 0);
			assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
		}
	}
}

static void without_an_offset_nothing_was_taken_by_what_failed(void **state)
{
	(void)state;
	byte_writers_without_offset = true;
	byte_writers_start(both, LEN(both));
	for (unsigned int n = 0; n < 3; n++) {
		byte_writers_fail(WRITER_WRITE, n, -ENOSPC, 0);
		(void)feed(&package, dfu_multi_image_offset(), package.len, 100);
	}
	byte_writers_fail(WRITER_WRITE, 0, 0, 0);
	assert_int_equal(feed(&package, dfu_multi_image_offset(), package.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
}

static void a_writer_that_cannot_tell_where_it_is_is_asked_again(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 200, 100), 0);
	/* It takes 7 bytes, fails, and cannot say so. */
	byte_writers_fail(WRITER_WRITE, 0, -ENOSPC, 7);
	assert_int_equal(dfu_multi_image_write(200, &package.bytes[200], 100), -ENOSPC);
	assert_int_equal(dfu_multi_image_done(false), 0);
	byte_writers_fail(WRITER_OFFSET, 0, -EIO, 0);
	assert_int_equal(dfu_multi_image_write(207, &package.bytes[207], 100), -EIO);
	assert_int_equal(dfu_multi_image_write(200, &package.bytes[200], 100), 0);
	assert_int_equal(feed(&package, 300, package.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
}

static void an_image_that_cannot_be_closed_yet_is_closed_by_the_next_call(void **state)
{
	(void)state;
	byte_writers_fail(WRITER_CLOSE, 0, -EIO, 1000);
	assert_int_equal(feed(&package, 0, package.start[1], 100), -EIO);
	assert_int_equal(dfu_multi_image_offset(), package.start[1]);
	assert_int_equal(dfu_multi_image_write(package.start[1], NULL, 0), 0);
	assert_int_equal(byte_writers[0].finished, 1);
	assert_int_equal(byte_writers[0].opened, 1);
	byte_writers_fail(WRITER_CLOSE, 0, -EIO, 20);
	assert_int_equal(feed(&package, package.start[1], package.len, 100), -EIO);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
}

static void a_refused_image_is_wanted_again_from_its_start(void **state)
{
	(void)state;
	byte_writers_fail(WRITER_CLOSE, 1, -EBADMSG, 0);
	assert_int_equal(feed(&package, 0, package.len, 100), -EBADMSG);
	assert_int_equal(dfu_multi_image_offset(), package.start[1]);
	assert_int_equal(dfu_multi_image_done(true), -ESPIPE);
	assert_int_equal(feed(&package, package.start[1], package.len, 100), 0);
	assert_int_equal(byte_writers[1].opened, 2);
	assert_int_equal(byte_writers[0].opened, 1);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(1, &package));
}

static void what_a_writer_has_of_something_else_goes_first(void **state)
{
	(void)state;
	byte_writers[0].size = 1000;
	byte_writers[0].len = 400;
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	assert_int_equal(byte_writers[0].resets, 1);
	assert_true(byte_writer_has(0, &package));
}

static void what_cannot_be_taken_away_stops_the_image(void **state)
{
	(void)state;
	byte_writers[0].size = 1000;
	byte_writers[0].len = 400;
	byte_writers_fail(WRITER_RESET, 0, -EROFS, 0);
	assert_int_equal(feed(&package, 0, package.len, 100), -EROFS);
	assert_int_equal(dfu_multi_image_offset(), package.start[0]);
	byte_writers_without_reset = true;
	byte_writers_start(both, LEN(both));
	assert_int_equal(feed(&package, 0, package.len, 100), -EIO);
	byte_writers_without_reset = false;
	byte_writers_start(both, LEN(both));
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	assert_true(byte_writer_has(0, &package));
}

/* Chunks of any size, from 0, of a package with the same header. */
static void another_package_sent_from_0_begins_again(void **state)
{
	static const size_t chunks[] = {1, 3, 31, 512, PACKAGE_MAX};
	static const size_t ends[] = {1, 30, 60, 90, 500, 1050};

	for (size_t i = 0; i < LEN(chunks) * LEN(ends); i++) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, ends[i / LEN(chunks)], 100), 0);
		assert_int_equal(feed(&other, 0, other.len, chunks[i % LEN(chunks)]), 0);
		assert_int_equal(dfu_multi_image_done(true), 0);
		assert_true(byte_writer_has(0, &other) && byte_writer_has(1, &other));
	}
}

static void another_header_begins_again(void **state)
{
	static const size_t chunks[] = {1, 3, 31, 512, PACKAGE_MAX};

	for (size_t i = 0; i < LEN(chunks); i++) {
		(void)set_up(state);
		package_bytes_begin(&other, 77);
		package_bytes_add(&other, 0, 1001);
		package_bytes_end(&other, 0);
		assert_int_equal(feed(&package, 0, package.len - 3, 100), 0);
		assert_int_equal(feed(&other, 0, other.len, chunks[i]), 0);
		assert_int_equal(dfu_multi_image_done(true), 0);
		assert_true(byte_writer_has(0, &other));
		assert_int_equal(byte_writers[0].resets, 1);
		assert_int_equal(byte_writers[1].resets, 1);
		assert_int_equal(byte_writers[1].len, 0);
	}
}

static void only_what_was_begun_is_taken_away(void **state)
{
	(void)state;
	package_bytes_begin(&other, 77);
	package_bytes_add(&other, 0, 1001);
	package_bytes_end(&other, 0);
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	assert_int_equal(feed(&other, 0, other.len, 100), 0);
	assert_int_equal(byte_writers[0].resets, 1);
	assert_int_equal(byte_writers[1].resets, 0);
	assert_int_equal(byte_writers[1].opened, 0);
}

static void a_call_that_failed_is_compared_again_in_the_same_way(void **state)
{
	const size_t at = other.start[0] + 20;

	(void)state;
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	assert_int_equal(feed(&other, 0, at, 20), 0);
	assert_int_equal(dfu_multi_image_done(false), 0);
	byte_writers_fail(WRITER_OPEN, 0, -EBUSY, 0);
	assert_int_equal(dfu_multi_image_write(at, &other.bytes[at], 5), -EBUSY);
	assert_int_equal(feed(&other, at, other.len, 5), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &other) && byte_writer_has(1, &other));
}

static void another_second_image_is_stale_once_the_first_has_gone_by(void **state)
{
	(void)state;
	make(&other, 1);
	package_bytes_change(&other, 1, 0, 200);
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	assert_int_equal(feed(&other, 0, other.len, 100), -ESTALE);
	assert_int_equal(dfu_multi_image_offset(), 0);
	assert_int_equal(byte_writers[0].len, 0);
	assert_int_equal(byte_writers[1].len, 0);
	assert_int_equal(feed(&other, 0, other.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &other) && byte_writer_has(1, &other));
}

static void other_bytes_where_nothing_says_what_they_are_of_are_stale(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	assert_int_equal(dfu_multi_image_write(other.start[0], &other.bytes[other.start[0]], 100),
			 -ESTALE);
	assert_int_equal(dfu_multi_image_offset(), 0);
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	other.bytes[10]++;
	assert_int_equal(dfu_multi_image_write(10, &other.bytes[10], 10), -ESTALE);
	assert_int_equal(dfu_multi_image_offset(), 0);
}

static void two_packages_mixed_never_make_one(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 600, 100), 0);
	assert_int_equal(feed(&other, 0, 300, 50), 0);
	assert_int_equal(feed(&package, 0, 600, 100), 0);
	assert_int_equal(feed(&other, 0, other.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &other) && byte_writer_has(1, &other));
}

static void a_writer_that_keeps_the_old_image_holds_up_the_new_package(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	byte_writers_fail(WRITER_RESET, 1, -EROFS, 0);
	assert_int_equal(feed(&other, 0, other.len, PACKAGE_MAX), -EROFS);
	assert_int_equal(dfu_multi_image_offset(), 0);
	/* The old one is not what it was any more. */
	assert_int_equal(dfu_multi_image_done(true), -ESPIPE);
	assert_int_equal(feed(&other, 0, other.len, PACKAGE_MAX), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &other) && byte_writer_has(1, &other));
}

static void what_was_done_is_not_taken_away_for_the_next_package(void **state)
{
	(void)state;
	package_bytes_begin(&other, 77);
	package_bytes_add(&other, 1, 500);
	package_bytes_end(&other, 0);
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	assert_int_equal(byte_writers[0].opened, 1);
	assert_int_equal(feed(&other, 0, other.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &other));
}

static void a_reset_takes_every_image_away(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	assert_int_equal(dfu_multi_image_reset(), 0);
	assert_int_equal(byte_writers[0].resets, 1);
	assert_int_equal(byte_writers[1].resets, 1);
	assert_int_equal(dfu_multi_image_write(0, package.bytes, 10), -EINVAL);
	byte_writers_start(both, LEN(both));
	assert_int_equal(dfu_multi_image_offset(), 0);
}

static void a_reset_tries_all_and_tells_the_first_error(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	byte_writers_fail(WRITER_RESET, 0, -EROFS, 0);
	assert_int_equal(dfu_multi_image_reset(), -EROFS);
	assert_int_equal(byte_writers[0].resets, 0);
	assert_int_equal(byte_writers[1].resets, 1);
	byte_writers_start(both, LEN(both));
	assert_int_equal(dfu_multi_image_reset(), 0);
	assert_int_equal(byte_writers[0].resets, 1);
}

static void without_a_reset_images_are_closed_as_upstream_does(void **state)
{
	(void)state;
	byte_writers_without_reset = true;
	byte_writers_start(both, LEN(both));
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	assert_int_equal(dfu_multi_image_reset(), 0);
	assert_int_equal(byte_writers[0].finished, 1);
	assert_int_equal(byte_writers[1].finished, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_chunk_size_delivers_the_same, set_up),
		cmocka_unit_test_setup(a_chunk_may_end_anywhere, set_up),
		cmocka_unit_test_setup(a_chunk_that_overlaps_and_crosses_is_dropped_once, set_up),
		cmocka_unit_test_setup(a_chunk_beyond_what_is_needed_is_refused, set_up),
		cmocka_unit_test_setup(a_chunk_of_nothing_changes_nothing, set_up),
		cmocka_unit_test_setup(bytes_behind_the_package_are_refused, set_up),
		cmocka_unit_test_setup(images_without_a_writer_are_skipped_and_may_be_sent, set_up),
		cmocka_unit_test_setup(a_package_for_others_is_complete_at_once, set_up),
		cmocka_unit_test_setup(a_package_that_lacks_bytes_is_not_done, set_up),
		cmocka_unit_test_setup(a_pause_closes_the_writer_and_the_next_chunk_opens_it,
				       set_up),
		cmocka_unit_test_setup(a_refused_header_refuses_all_until_an_init, set_up),
		cmocka_unit_test_setup(a_header_of_no_bytes_is_none, set_up),
		cmocka_unit_test_setup(empty_images_and_one_id_twice_are_refused, set_up),
		cmocka_unit_test_setup(a_header_has_to_fit_the_buffer, set_up),
		cmocka_unit_test_setup(more_images_than_the_build_takes_are_refused, set_up),
		cmocka_unit_test_setup(what_is_no_buffer_chunk_or_writer_is_refused, set_up),
		cmocka_unit_test_setup(of_several_writers_for_an_id_the_first_counts, set_up),
		cmocka_unit_test_setup(an_image_that_does_not_open_is_opened_by_the_next_call,
				       set_up),
		cmocka_unit_test_setup(what_a_writer_took_before_it_failed_is_not_sent_again,
				       set_up),
		cmocka_unit_test_setup(without_an_offset_nothing_was_taken_by_what_failed, set_up),
		cmocka_unit_test_setup(a_writer_that_cannot_tell_where_it_is_is_asked_again,
				       set_up),
		cmocka_unit_test_setup(
			an_image_that_cannot_be_closed_yet_is_closed_by_the_next_call, set_up),
		cmocka_unit_test_setup(a_refused_image_is_wanted_again_from_its_start, set_up),
		cmocka_unit_test_setup(what_a_writer_has_of_something_else_goes_first, set_up),
		cmocka_unit_test_setup(what_cannot_be_taken_away_stops_the_image, set_up),
		cmocka_unit_test_setup(another_package_sent_from_0_begins_again, set_up),
		cmocka_unit_test_setup(another_header_begins_again, set_up),
		cmocka_unit_test_setup(only_what_was_begun_is_taken_away, set_up),
		cmocka_unit_test_setup(a_call_that_failed_is_compared_again_in_the_same_way,
				       set_up),
		cmocka_unit_test_setup(another_second_image_is_stale_once_the_first_has_gone_by,
				       set_up),
		cmocka_unit_test_setup(other_bytes_where_nothing_says_what_they_are_of_are_stale,
				       set_up),
		cmocka_unit_test_setup(two_packages_mixed_never_make_one, set_up),
		cmocka_unit_test_setup(a_writer_that_keeps_the_old_image_holds_up_the_new_package,
				       set_up),
		cmocka_unit_test_setup(what_was_done_is_not_taken_away_for_the_next_package,
				       set_up),
		cmocka_unit_test_setup(a_reset_takes_every_image_away, set_up),
		cmocka_unit_test_setup(a_reset_tries_all_and_tells_the_first_error, set_up),
		cmocka_unit_test_setup(without_a_reset_images_are_closed_as_upstream_does, set_up),
	};

	return cmocka_run_group_tests_name("dfu_multi_image", tests, NULL, NULL);
}
