/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A saved position, and where a stream goes on with it. A reset is: a new context over the flash as
 * it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <settings/settings.h>
#include <settings/settings_ram.h>

#include "rig.h"
#include "stream/progress.h"

#define KEY "dfu/stream"
#define PAGE 512
#define BUF 64

/* Page 1 shared from its byte 104 on, pages 2 and 3 own, page 4 shared to its byte 48. */
#define OFFSET (PAGE + 104)
#define FIRST (PAGE - 104)
#define SIZE (FIRST + 2 * PAGE + 48)

static const struct test_geometry geometry = {
	.runs = {{6, PAGE}}, .write_block_size = 8, .erase_value = 0xff};

static struct settings_ram settings;
static uint8_t settings_memory[256];

/* A back-end whose operations fail with `failing.*` where that is not 0. */
static struct {
	int init;
	int load;
	int read;
	int save;
} failing;

static int failing_init(const struct settings_backend *backend)
{
	(void)backend;
	return failing.init;
}

static ssize_t failing_read(void *cb_arg, void *data, size_t len)
{
	(void)cb_arg;
	assert_int_equal(len, PROGRESS_LEN);
	progress_encode(data, &(struct progress){OFFSET, SIZE, 8});
	return failing.read;
}

static int failing_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	if (failing.load == 0 && failing.read != 0) {
		(void)cb(KEY, PROGRESS_LEN, failing_read, NULL, param);
	}
	return failing.load == 0 && failing.read == 0
		       ? settings.backend.api->load(&settings.backend, cb, param)
		       : failing.load;
}

static int failing_save(const struct settings_backend *backend, const char *name, const void *value,
			size_t len)
{
	(void)backend;
	return failing.save != 0 ? failing.save
				 : settings.backend.api->save(&settings.backend, name, value, len);
}

static const struct settings_backend_api failing_api = {
	.init = failing_init, .load = failing_load, .save = failing_save};
static const struct settings_backend failing_backend = {&failing_api};

static int setup(void **state)
{
	static struct rig rig;

	rig_init(&rig, &geometry, OFFSET, SIZE, BUF);
	settings_ram_init(&settings, settings_memory, sizeof(settings_memory));
	memset(&failing, 0, sizeof(failing));
	settings_backend_set(&failing_backend);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	settings_backend_set(NULL);
	rig_free(*state);
	return 0;
}

static void reset(struct rig *rig)
{
	assert_int_equal(stream_flash_init(&rig->ctx, rig->flash.dev, rig->buf, BUF, rig->offset,
					   rig->size, NULL),
			 0);
}

static void save_position(uint64_t offset, uint64_t size, uint64_t written)
{
	uint8_t raw[PROGRESS_LEN];

	progress_encode(raw, &(struct progress){offset, size, written});
	assert_int_equal(settings_save_one(KEY, raw, sizeof(raw)), 0);
}

/* But for the doubt about the page that it stands at, where no record takes it further. */
static void check_unchanged(struct rig *rig, int rc)
{
	struct stream_flash_ctx before = rig->ctx;

	assert_int_equal(stream_flash_progress_load(&rig->ctx, KEY), rc);
	before.in_doubt = rc == 0 && before.erased_up_to == before.bytes_written;
	assert_memory_equal(&rig->ctx, &before, sizeof(before));
}

static void null_arguments_are_refused(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(stream_flash_progress_load(NULL, KEY), -EFAULT);
	assert_int_equal(stream_flash_progress_load(&rig->ctx, NULL), -EFAULT);
	assert_int_equal(stream_flash_progress_save(NULL, KEY), -EFAULT);
	assert_int_equal(stream_flash_progress_save(&rig->ctx, NULL), -EFAULT);
	assert_int_equal(stream_flash_progress_clear(NULL, KEY), -EFAULT);
	assert_int_equal(stream_flash_progress_clear(&rig->ctx, NULL), -EFAULT);
}

static void without_a_record_nothing_changes(void **state)
{
	struct rig *rig = *state;

	check_unchanged(rig, 0);
	assert_int_equal(settings_save_one(KEY "/below", "x", 1), 0);
	check_unchanged(rig, 0);
	assert_int_equal(stream_flash_progress_clear(&rig->ctx, KEY), 0);
	settings_backend_set(NULL);
	check_unchanged(rig, 0);
}

/*
 * Every position that a flush can leave: saved, reset, loaded, and the stream ends as if nothing
 * had been.
 */
static void an_untouched_rest_lets_the_stream_go_on_exactly(void **state)
{
	struct rig *rig = *state;

	for (size_t at = 8; at <= SIZE; at += 8) {
		rig_restart(rig);
		assert_int_equal(rig_feed(rig, at, 50), 0);
		assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), 0);
		reset(rig);
		assert_int_equal(stream_flash_progress_load(&rig->ctx, KEY), 0);
		assert_int_equal(stream_flash_bytes_written(&rig->ctx), at);
		assert_int_equal(rig_feed(rig, SIZE, 50), 0);
		rig_check(rig, SIZE);
		assert_int_equal(rig->flash.nor.stats.erases, 2);
	}
}

/* What an interrupted erase leaves can read erased. */
static void a_page_that_only_reads_erased_is_erased_again(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_feed(rig, FIRST, 50), 0);
	assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), 0);
	memset(rig->flash.memory + OFFSET + FIRST, 0xff, PAGE);
	reset(rig);
	assert_int_equal(stream_flash_progress_load(&rig->ctx, KEY), 0);
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), FIRST);
	assert_int_equal(rig_feed(rig, SIZE, 50), 0);
	assert_int_equal(rig->flash.nor.stats.erases, 2);
	rig_check(rig, SIZE);
}

static size_t page_of(size_t at)
{
	return at < FIRST ? 0 : at - (at - FIRST) % PAGE;
}

/*
 * More was programmed behind the position, as after a cut: the page is done again, and the record
 * says so.
 */
static void a_touched_rest_takes_the_stream_back_to_the_page_start(void **state)
{
	struct rig *rig = *state;

	for (size_t at = FIRST; at < FIRST + 2 * PAGE; at += 8) {
		rig_restart(rig);
		assert_int_equal(rig_feed(rig, at, 50), 0);
		assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), 0);
		assert_int_equal(rig_feed(rig, at + 8, 50), 0);
		reset(rig);
		assert_int_equal(stream_flash_progress_load(&rig->ctx, KEY), 0);
		assert_int_equal(stream_flash_bytes_written(&rig->ctx), page_of(at));
		/* The page is erased again, and that is cut: what it held is gone. */
		memset(rig->flash.memory + OFFSET + page_of(at), 0xff, PAGE);
		reset(rig);
		assert_int_equal(stream_flash_progress_load(&rig->ctx, KEY), 0);
		assert_int_equal(stream_flash_bytes_written(&rig->ctx), page_of(at));
		assert_int_equal(rig_feed(rig, SIZE, 50), 0);
		rig_check(rig, SIZE);
	}
}

static void a_shared_first_page_that_is_touched_takes_it_back_to_the_start(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_feed(rig, 200, 50), 0);
	assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), 0);
	assert_int_equal(rig_feed(rig, 208, 50), 0);
	reset(rig);
	check_unchanged(rig, 0);
	assert_int_equal(rig_feed(rig, SIZE, 50), -EEXIST);
	rig_check(rig, 208);
}

static void a_position_inside_a_write_block_goes_back_to_the_page_start(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_feed(rig, FIRST + PAGE + 101, 50), 0);
	assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), 0);
	reset(rig);
	assert_int_equal(stream_flash_progress_load(&rig->ctx, KEY), 0);
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), FIRST + PAGE);
	assert_int_equal(rig_feed(rig, SIZE, 50), 0);
	rig_check(rig, SIZE);
}

static void a_region_that_ends_with_the_device_can_be_complete(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &geometry, 4 * PAGE, 2 * PAGE, BUF);
	assert_int_equal(rig_feed(&rig, 2 * PAGE, 50), 0);
	assert_int_equal(stream_flash_progress_save(&rig.ctx, KEY), 0);
	reset(&rig);
	assert_int_equal(stream_flash_progress_load(&rig.ctx, KEY), 0);
	assert_int_equal(stream_flash_bytes_written(&rig.ctx), 2 * PAGE);
	assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, 1, true), -ENOMEM);
	rig_check(&rig, 2 * PAGE);
	rig_free(&rig);
}

static void without_explicit_erase_any_whole_block_will_do(void **state)
{
	struct test_geometry no_erase = geometry;
	struct rig rig;

	(void)state;
	no_erase.no_explicit_erase = true;
	rig_init(&rig, &no_erase, OFFSET, SIZE, BUF);
	assert_int_equal(rig_feed(&rig, 600, 50), 0);
	assert_int_equal(stream_flash_progress_save(&rig.ctx, KEY), 0);
	assert_int_equal(rig_feed(&rig, 640, 50), 0);
	reset(&rig);
	assert_int_equal(stream_flash_progress_load(&rig.ctx, KEY), 0);
	assert_int_equal(stream_flash_bytes_written(&rig.ctx), 600);
	assert_int_equal(rig_feed(&rig, SIZE, 50), 0);
	rig_check(&rig, SIZE);
	rig_free(&rig);
}

static int read_position(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
			 void *param)
{
	uint8_t raw[PROGRESS_LEN];
	struct progress progress;

	assert_null(key);
	assert_int_equal(len, PROGRESS_LEN);
	assert_int_equal(read_cb(cb_arg, raw, sizeof(raw)), PROGRESS_LEN);
	assert_int_equal(progress_decode(&progress, raw, sizeof(raw)), 0);
	*(uint64_t *)param = progress.written;
	return 1;
}

/* Or a cut behind the erase of that page would leave it blank, and the record counting on. */
static void the_record_is_taken_back_with_the_stream_to_the_very_start(void **state)
{
	struct rig own;
	uint64_t recorded = 99;

	(void)state;
	rig_init(&own, &geometry, PAGE, 3 * PAGE, BUF);
	assert_int_equal(rig_feed(&own, 128, 64), 0);
	assert_int_equal(stream_flash_progress_save(&own.ctx, KEY), 0);
	assert_int_equal(rig_feed(&own, 256, 64), 0);
	reset(&own);
	assert_int_equal(stream_flash_progress_load(&own.ctx, KEY), 0);
	assert_int_equal(stream_flash_bytes_written(&own.ctx), 0);
	assert_int_equal(settings_load_subtree_direct(KEY, read_position, &recorded), 0);
	assert_int_equal(recorded, 0);
	rig_free(&own);
}

static void a_position_not_beyond_the_present_one_changes_nothing(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_feed(rig, 1000, 50), 0);
	save_position(OFFSET, SIZE, 1000);
	check_unchanged(rig, 0);
	save_position(OFFSET, SIZE, 992);
	check_unchanged(rig, 0);
	/* Further, but only a page start that lies before the present position may be used. */
	save_position(OFFSET, SIZE, 1001);
	check_unchanged(rig, 0);
}

static void what_waits_in_the_buffer_or_is_suspect_is_dropped_by_a_load(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_feed(rig, FIRST + 8, 50), 0);
	assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), 0);
	reset(rig);
	assert_int_equal(stream_flash_buffered_write(&rig->ctx, rig->data, 5, false), 0);
	rig->ctx.suspect = true;
	rig->ctx.spent = true;
	assert_int_equal(stream_flash_progress_load(&rig->ctx, KEY), 0);
	assert_int_equal(rig_position(rig), FIRST + 8);
	assert_false(rig->ctx.suspect);
	assert_int_equal(rig_feed(rig, SIZE, 50), 0);
	rig_check(rig, SIZE);
}

static void a_record_of_another_region_or_past_its_end_is_refused(void **state)
{
	struct rig *rig = *state;

	save_position(OFFSET + 8, SIZE, 8);
	check_unchanged(rig, -EBADMSG);
	save_position(OFFSET, SIZE - 8, 8);
	check_unchanged(rig, -EBADMSG);
	save_position(OFFSET + ((uint64_t)1 << 32), SIZE, 8);
	check_unchanged(rig, -EBADMSG);
	save_position(OFFSET, SIZE, SIZE + 8);
	check_unchanged(rig, -EBADMSG);
	save_position(OFFSET, SIZE, UINT64_MAX);
	check_unchanged(rig, -EBADMSG);
}

static void a_value_that_is_no_record_is_refused(void **state)
{
	struct rig *rig = *state;
	uint8_t raw[PROGRESS_LEN + 1] = {0};

	assert_int_equal(settings_save_one(KEY, raw, PROGRESS_LEN), 0);
	check_unchanged(rig, -EBADMSG);
	progress_encode(raw, &(struct progress){OFFSET, SIZE, 8});
	assert_int_equal(settings_save_one(KEY, raw, PROGRESS_LEN + 1), 0);
	check_unchanged(rig, -EBADMSG);
	assert_int_equal(settings_save_one(KEY, raw, PROGRESS_LEN - 1), 0);
	check_unchanged(rig, -EBADMSG);
	failing.read = PROGRESS_LEN - 1; /* fewer than the back-end announced */
	check_unchanged(rig, -EBADMSG);
}

static void settings_errors_pass_through(void **state)
{
	struct rig *rig = *state;

	failing.init = -EDEADLK;
	check_unchanged(rig, -EDEADLK);
	assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), -EDEADLK);
	assert_int_equal(stream_flash_progress_clear(&rig->ctx, KEY), -EDEADLK);
	failing.init = 0;
	failing.load = -ETIMEDOUT;
	check_unchanged(rig, -ETIMEDOUT);
	failing.load = 0;
	failing.read = -EPERM;
	check_unchanged(rig, -EPERM);
	failing.read = 0;
	failing.save = -ENOSPC;
	assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), -ENOSPC);
	assert_int_equal(stream_flash_progress_clear(&rig->ctx, KEY), -ENOSPC);
	settings_backend_set(NULL);
	assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), -ENOENT);
}

/* Going back without the record would let a later load count bytes that an erase has taken. */
static void a_stream_does_not_go_back_before_its_record(void **state)
{
	struct rig *rig = *state;

	save_position(OFFSET, SIZE, FIRST + 9);
	failing.save = -ENOSPC;
	check_unchanged(rig, -ENOSPC);
}

static void driver_errors_pass_through(void **state)
{
	struct rig *rig = *state;

	save_position(OFFSET, SIZE, FIRST + 8);
	rig->flash.nor.fail_reads = true;
	rig->flash.nor.fail_after = 0;
	rig->flash.nor.fail_rc = -ETIMEDOUT;
	check_unchanged(rig, -ETIMEDOUT);
}

static void a_cleared_record_is_gone(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_feed(rig, FIRST, 50), 0);
	assert_int_equal(stream_flash_progress_save(&rig->ctx, KEY), 0);
	assert_int_equal(stream_flash_progress_clear(&rig->ctx, KEY), 0);
	assert_int_equal(settings.used, 0);
	reset(rig);
	check_unchanged(rig, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(null_arguments_are_refused),
		TEST(without_a_record_nothing_changes),
		TEST(an_untouched_rest_lets_the_stream_go_on_exactly),
		TEST(a_page_that_only_reads_erased_is_erased_again),
		TEST(a_touched_rest_takes_the_stream_back_to_the_page_start),
		TEST(a_shared_first_page_that_is_touched_takes_it_back_to_the_start),
		TEST(a_position_inside_a_write_block_goes_back_to_the_page_start),
		TEST(a_region_that_ends_with_the_device_can_be_complete),
		TEST(without_explicit_erase_any_whole_block_will_do),
		TEST(the_record_is_taken_back_with_the_stream_to_the_very_start),
		TEST(a_position_not_beyond_the_present_one_changes_nothing),
		TEST(what_waits_in_the_buffer_or_is_suspect_is_dropped_by_a_load),
		TEST(a_record_of_another_region_or_past_its_end_is_refused),
		TEST(a_value_that_is_no_record_is_refused),
		TEST(settings_errors_pass_through),
		TEST(a_stream_does_not_go_back_before_its_record),
		TEST(driver_errors_pass_through),
		TEST(a_cleared_record_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
