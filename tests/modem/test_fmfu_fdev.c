/* SPDX-License-Identifier: Apache-2.0 */
/* What the modem gets of a file, in which order, and what is left when a call fails. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/fmfu_fdev.h>

#include "fake_modem.h"
#include "file_flash.h"
#include "fmfu_maker.h"
#include "marked_settings.h"

#define OFFSET 333
#define EVENTS_MAX 4096

struct event {
	enum fmfu_fdev_stage stage;
	size_t done;
	size_t total;
};

static struct {
	struct maker maker;
	uint8_t *memory; /* the file at OFFSET */
	struct file_flash flash;
	struct fake_modem modem;
	struct marked_settings settings;
	uint8_t buf[4096];
	size_t buf_len;
	struct event events[EVENTS_MAX];
	size_t event_count;
	int marks[FAKE_MODEM_CALLS_MAX]; /* before each call of the modem */
} rig;

static void note_event(void *arg, enum fmfu_fdev_stage stage, size_t done, size_t total)
{
	assert_ptr_equal(arg, &rig);
	assert_true(rig.event_count < EVENTS_MAX);
	rig.events[rig.event_count++] = (struct event){stage, done, total};
}

static void note_mark(void *arg, enum fake_modem_name name)
{
	(void)arg;
	(void)name;
	if (rig.settings.load_rc == 0) {
		rig.marks[rig.modem.count] = marked_settings_stage();
	}
}

static void modem_anew(void)
{
	fake_modem_close(&rig.modem);
	fake_modem_open(&rig.modem);
	rig.modem.on_call = note_mark;
	dfu_modem_set(&rig.modem.port);
	rig.event_count = 0;
}

static void file_anew(size_t segments)
{
	free(rig.memory);
	maker_free(&rig.maker);
	maker_begin(&rig.maker, segments);
	rig.maker.segments[0].len = 1000;
	if (segments > 2) {
		rig.maker.segments[2].len = 2048;
	}
	maker_make(&rig.maker);
	rig.memory = malloc(OFFSET + rig.maker.file_len);
	assert_non_null(rig.memory);
	memset(rig.memory, 0xff, OFFSET);
	memcpy(&rig.memory[OFFSET], rig.maker.file, rig.maker.file_len);
	file_flash_open(&rig.flash, rig.memory, OFFSET + rig.maker.file_len);
}

static int set_up(void **state)
{
	(void)state;
	memset(&rig, 0, sizeof(rig));
	marked_settings_open(&rig.settings);
	modem_anew();
	file_anew(5);
	rig.buf_len = 600;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fake_modem_close(&rig.modem);
	maker_free(&rig.maker);
	free(rig.memory);
	dfu_modem_set(NULL);
	settings_backend_set(NULL);
	return 0;
}

static int load(void)
{
	const struct fmfu_fdev_file file = {.fdev = &rig.flash.dev, .offset = OFFSET};

	return fmfu_fdev_load_file(rig.buf, rig.buf_len, &file, note_event, &rig);
}

static int load_with_failure(size_t call, int rc)
{
	modem_anew();
	rig.modem.fails = call;
	rig.modem.rc = rc;
	return load();
}

static void assert_call(size_t i, enum fake_modem_name name, uint32_t addr, const uint8_t *bytes,
			size_t len)
{
	const struct fake_modem_call *call = &rig.modem.calls[i];

	assert_in_range(i, 0, rig.modem.count - 1);
	assert_int_equal(call->name, name);
	assert_int_equal(call->addr, addr);
	assert_int_equal(call->len, len);
	if (len > 0) {
		assert_memory_equal(&rig.modem.bytes[call->at], bytes, len);
	}
}

/* @return The number of calls that the file has to lead to. */
static size_t assert_whole_update(void)
{
	const uint8_t *blob = &rig.maker.file[rig.maker.wrapper_len];
	size_t call = 0;

	assert_call(call++, FAKE_BEGIN, 0, NULL, 0);
	for (size_t i = 0; i < rig.maker.count; i++) {
		const struct maker_segment *segment = &rig.maker.segments[i];

		for (size_t done = 0; done < segment->len; call++) {
			const size_t len = segment->len - done < rig.buf_len ? segment->len - done
									     : rig.buf_len;

			assert_call(call, i == 0 ? FAKE_BOOTLOADER_WRITE : FAKE_FIRMWARE_WRITE,
				    i == 0 ? 0 : segment->addr + (uint32_t)done, blob, len);
			blob += len;
			done += len;
		}
		if (i == 0) {
			assert_call(call++, FAKE_VERIFY, 0, rig.maker.wrapper,
				    rig.maker.wrapper_len);
		}
	}
	assert_call(call++, FAKE_FINISH, 0, NULL, 0);
	assert_int_equal(rig.modem.count, call);
	return call;
}

static void the_modem_gets_every_byte_in_order(void **state)
{
	static const size_t counts[] = {1, 2, 5, 128};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		file_anew(counts[i]);
		const size_t lens[] = {rig.maker.wrapper_len,
				       rig.maker.wrapper_len + 1,
				       1700,
				       2047,
				       2048,
				       2049,
				       4096};

		for (size_t j = 0; j < sizeof(lens) / sizeof(lens[0]); j++) {
			modem_anew();
			rig.buf_len = lens[j];
			if (rig.buf_len < rig.maker.wrapper_len) {
				continue;
			}
			assert_int_equal(load(), 0);
			assert_whole_update();
			assert_false(fmfu_fdev_pending());
		}
	}
}

static void the_upstream_call_does_the_same(void **state)
{
	(void)state;
	assert_int_equal(fmfu_fdev_load(rig.buf, rig.buf_len, &rig.flash.dev, OFFSET), 0);
	assert_whole_update();
	assert_int_equal(fmfu_fdev_load(NULL, rig.buf_len, &rig.flash.dev, OFFSET), -ENOMEM);
	assert_int_equal(fmfu_fdev_load(rig.buf, 0, &rig.flash.dev, OFFSET), -ENOBUFS);
	assert_int_equal(fmfu_fdev_load(rig.buf, rig.buf_len, NULL, OFFSET), -ENOMEM);
	assert_int_equal(fmfu_fdev_load(rig.buf, rig.buf_len, &rig.flash.dev, OFFSET + 1), -ENOENT);
}

static void a_bootloader_that_runs_already_is_not_begun(void **state)
{
	(void)state;
	rig.modem.port.full = &fake_modem_begun_api;
	assert_int_equal(load(), 0);
	assert_call(0, FAKE_BOOTLOADER_WRITE, 0, &rig.maker.file[rig.maker.wrapper_len], 600);
	assert_int_equal(rig.marks[0], 1);
	assert_false(fmfu_fdev_pending());
}

static void the_mark_is_there_from_before_the_first_write_to_the_end(void **state)
{
	(void)state;
	assert_int_equal(load(), 0);
	for (size_t i = 0; i < rig.modem.count; i++) {
		const enum fake_modem_name name = rig.modem.calls[i].name;
		const int expected = name == FAKE_BEGIN                                     ? 0
				     : name == FAKE_BOOTLOADER_WRITE || name == FAKE_VERIFY ? 1
											    : 2;

		assert_int_equal(rig.marks[i], expected);
	}
	assert_int_equal(marked_settings_stage(), 0);
	assert_int_equal(rig.settings.saves, 3);
}

static void progress_tells_each_stage_and_each_chunk(void **state)
{
	const size_t total = rig.maker.file_len - rig.maker.wrapper_len;
	size_t i = 0;
	size_t done;

	(void)state;
	assert_int_equal(load(), 0);
#define ASSERT_EVENT(wanted, bytes)                                                                \
	do {                                                                                       \
		assert_int_equal(rig.events[i].stage, (wanted));                                   \
		assert_int_equal(rig.events[i].done, (bytes));                                     \
		assert_int_equal(rig.events[i].total, total);                                      \
		i++;                                                                               \
	} while (0)
	for (done = 0; done < total; done += rig.buf_len) {
		ASSERT_EVENT(FMFU_FDEV_CHECK, done);
	}
	ASSERT_EVENT(FMFU_FDEV_CHECK, total);
	ASSERT_EVENT(FMFU_FDEV_BEGIN, total);
	ASSERT_EVENT(FMFU_FDEV_BOOTLOADER, 0);
	ASSERT_EVENT(FMFU_FDEV_BOOTLOADER, 600);
	ASSERT_EVENT(FMFU_FDEV_BOOTLOADER, 1000);
	ASSERT_EVENT(FMFU_FDEV_VERIFY, 1000);
	ASSERT_EVENT(FMFU_FDEV_FIRMWARE, 1000);
	done = 1000;
	for (size_t call = 0; call < rig.modem.count; call++) {
		if (rig.modem.calls[call].name == FAKE_FIRMWARE_WRITE) {
			done += rig.modem.calls[call].len;
			ASSERT_EVENT(FMFU_FDEV_FIRMWARE, done);
		}
	}
	ASSERT_EVENT(FMFU_FDEV_FINISH, total);
	ASSERT_EVENT(FMFU_FDEV_DONE, total);
	assert_int_equal(rig.event_count, i);
#undef ASSERT_EVENT
}

static void a_failure_is_in_the_stage_that_was_told_last(void **state)
{
	static const enum fmfu_fdev_stage stages[] = {
		[FAKE_BEGIN] = FMFU_FDEV_BEGIN,   [FAKE_BOOTLOADER_WRITE] = FMFU_FDEV_BOOTLOADER,
		[FAKE_VERIFY] = FMFU_FDEV_VERIFY, [FAKE_FIRMWARE_WRITE] = FMFU_FDEV_FIRMWARE,
		[FAKE_FINISH] = FMFU_FDEV_FINISH,
	};
	size_t calls;

	(void)state;
	assert_int_equal(load(), 0);
	calls = rig.modem.count;
	for (size_t call = 1; call <= calls; call++) {
		assert_int_equal(load_with_failure(call, -ETIMEDOUT), -ETIMEDOUT);
		assert_int_equal(rig.modem.count, call);
		assert_int_equal(rig.events[rig.event_count - 1].stage,
				 stages[rig.modem.calls[call - 1].name]);
	}
}

static void every_call_may_fail_and_all_of_it_is_done_again(void **state)
{
	static const int codes[][2] = {{-EIO, -EIO}, {-EPERM, -EPERM}, {-ENOEXEC, -ENOEXEC},
				       {5, -EIO},    {1, -EIO},        {-ECANCELED, -EIO}};
	size_t calls;

	(void)state;
	assert_int_equal(load(), 0);
	calls = assert_whole_update();
	for (size_t call = 1; call <= calls; call++) {
		for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
			assert_int_equal(load_with_failure(call, codes[i][0]), codes[i][1]);
			assert_int_equal(rig.modem.count, call);
			assert_int_equal(fmfu_fdev_pending(), call > 1);
			modem_anew();
			assert_int_equal(load(), 0);
			assert_whole_update();
			assert_false(fmfu_fdev_pending());
		}
	}
}

static void every_read_may_fail(void **state)
{
	unsigned long reads;
	unsigned long of_check;
	struct fmfu_fdev_file file = {.fdev = &rig.flash.dev, .offset = OFFSET};

	(void)state;
	assert_int_equal(fmfu_fdev_check(rig.buf, rig.buf_len, &file, NULL), 0);
	of_check = rig.flash.reads;
	rig.flash.reads = 0;
	assert_int_equal(load(), 0);
	reads = rig.flash.reads;
	/* Each segment's pair, the wrapper, and the chunks of both passes. */
	assert_true(reads > of_check + 5);
	for (unsigned long fails = 1; fails <= reads; fails++) {
		modem_anew();
		rig.flash.reads = 0;
		rig.flash.fails = fails;
		/* From flash it is no refusal of the signature. */
		rig.flash.rc = fails % 2 ? -EACCES : -EIO;
		assert_int_equal(load(), fails > of_check ? -EIO : rig.flash.rc);
		assert_int_equal(fmfu_fdev_pending(), fails > of_check);
		assert_int_equal(rig.modem.count > 0, fails > of_check);
		rig.flash.fails = 0;
		modem_anew();
		assert_int_equal(load(), 0);
		assert_whole_update();
		assert_false(fmfu_fdev_pending());
	}
}

static void a_file_that_is_refused_touches_nothing(void **state)
{
	(void)state;
	rig.memory[OFFSET + rig.maker.file_len - 1] ^= 1;
	assert_int_equal(load(), -EILSEQ);
	assert_int_equal(rig.modem.count, 0);
	assert_false(fmfu_fdev_pending());
	rig.memory[OFFSET + rig.maker.file_len - 1] ^= 1;
	assert_int_equal(load_with_failure(4, -EIO), -EIO);
	/* Nor does it end what is pending. */
	rig.memory[OFFSET + 9] ^= 1;
	modem_anew();
	assert_int_equal(load(), -EBADMSG);
	assert_int_equal(rig.modem.count, 0);
	assert_true(fmfu_fdev_pending());
	rig.buf_len = 100;
	assert_int_equal(load(), -EBADMSG);
	rig.memory[OFFSET + 9] ^= 1;
	assert_int_equal(load(), -ENOBUFS);
	assert_true(fmfu_fdev_pending());
	assert_int_equal(rig.event_count, 0);
}

static void without_a_modem_nothing_is_touched(void **state)
{
	const struct dfu_modem patches_only = {0};

	(void)state;
	dfu_modem_set(NULL);
	assert_int_equal(load(), -ENODEV);
	dfu_modem_set(&patches_only);
	assert_int_equal(load(), -ENODEV);
	assert_int_equal(rig.settings.saves, 0);
	rig.memory[OFFSET + 9] ^= 1;
	assert_int_equal(load(), -EBADMSG);
}

static void a_list_that_changes_after_the_check_ends_the_update(void **state)
{
	(void)state;
	assert_int_equal(fmfu_fdev_check(rig.buf, rig.buf_len,
					 &(struct fmfu_fdev_file){&rig.flash.dev, OFFSET, 0}, NULL),
			 0);
	/* The first read behind another check is that of the bootloader's pair. */
	rig.flash.spoils = 2 * rig.flash.reads + 1;
	assert_int_equal(load(), -EBADMSG);
	assert_int_equal(rig.modem.count, 1);
	assert_true(fmfu_fdev_pending());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(the_modem_gets_every_byte_in_order),
		TEST(the_upstream_call_does_the_same),
		TEST(a_bootloader_that_runs_already_is_not_begun),
		TEST(the_mark_is_there_from_before_the_first_write_to_the_end),
		TEST(progress_tells_each_stage_and_each_chunk),
		TEST(a_failure_is_in_the_stage_that_was_told_last),
		TEST(every_call_may_fail_and_all_of_it_is_done_again),
		TEST(every_read_may_fail),
		TEST(a_file_that_is_refused_touches_nothing),
		TEST(without_a_modem_nothing_is_touched),
		TEST(a_list_that_changes_after_the_check_ends_the_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
