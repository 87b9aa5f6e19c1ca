/* SPDX-License-Identifier: Apache-2.0 */
/* What a listener is told, and may do. */
#include <errno.h>
#include <string.h>

#include <dfu/config.h>

#include "fota/download_rig.h"

static void percents_rise_to_a_hundred_and_none_is_told_twice(void **state)
{
	static const size_t fragments[] = {1, 100, 999, 2048};
	static const unsigned int told[] = {98, 10, 2, 1}; /* of one byte: 32 come first */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
		download_begin(DOWNLOAD_SIZE);
		server_download(fragments[i]);
		assert_int_equal(listener.percent, 100);
		/* The first one, 0, is told when the target is ready. */
		assert_int_equal(listener.told, told[i] + 1);
	}
	download_begin(DOWNLOAD_SIZE);
	server_plan(&(struct server_connection){.hides_size = true});
	server_download(100);
	assert_string_equal(listener.story, "F");
	assert_int_equal(listener.told, 0);
}

static void assert_line_is_closed(void)
{
	assert_string_equal(server.story, "o0 c ");
}

static void a_line_is_closed_before_the_target_is_done(void **state)
{
	(void)state;
	for (int after = 0; after < 2; after++) {
		download_begin(DOWNLOAD_SIZE);
		fake_target.on_done = assert_line_is_closed;
		fake_target.write_rc = after == 0 ? 0 : -EIO;
		server_download(100);
		assert_string_equal(fake_target.story, after == 0 ? "iowDs" : "iowd");
	}
}

static void a_cancelled_download_is_closed_then_paused_then_told(void **state)
{
	(void)state;
	for (int steps = 0; steps < 12; steps++) {
		download_begin(DOWNLOAD_SIZE);
		assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
		for (int i = 0; i < steps; i++) {
			assert_int_equal(fota_download_process(), 1);
		}
		assert_int_equal(fota_download_cancel(), 0);
		assert_string_equal(listener.story, "C");
		assert_string_equal(server.story, steps > 0 ? "o0 c " : "");
		assert_string_equal(fake_target.story, steps < 2 ? "" : steps < 3 ? "iod" : "iowd");
		assert_int_equal(fota_download_process(), 0);
		assert_int_equal(fota_download_cancel(), -EAGAIN);
		assert_string_equal(listener.story, "C");
	}
}

static int cancel_rc;
static enum fota_download_evt_id cancel_on;

static void cancel_in_callback(const struct fota_download_evt *event)
{
	if (event->id == cancel_on) {
		assert_int_equal(fota_download_process(),
				 event->id == FOTA_DOWNLOAD_EVT_FINISHED ? 0 : 1);
		cancel_rc = fota_download_cancel();
	}
}

static void a_callback_may_cancel(void **state)
{
	static const struct {
		enum fota_download_evt_id on;
		int told_in;
		int rc;
		const char *story;
		const char *calls;
	} cases[] = {
		{FOTA_DOWNLOAD_EVT_PROGRESS, 0, 0, "C", "iod"},
		{FOTA_DOWNLOAD_EVT_ERASE_PENDING, 'i', 0, "pC", "iod"},
		{FOTA_DOWNLOAD_EVT_ERASE_PENDING, 'w', 0, "pC", "iowd"},
		{FOTA_DOWNLOAD_EVT_FINISHED, 0, -EAGAIN, "F", "iowDs"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		download_begin(DOWNLOAD_SIZE);
		cancel_rc = 1;
		cancel_on = cases[i].on;
		listener.on_event = cancel_in_callback;
		fake_target.told_in = cases[i].told_in;
		fake_target.tells = DFU_TARGET_EVT_ERASE_PENDING;
		server_download(100);
		assert_int_equal(cancel_rc, cases[i].rc);
		assert_string_equal(listener.story, cases[i].story);
		assert_string_equal(fake_target.story, cases[i].calls);
		assert_string_equal(server.story, "o0 c ");
	}
}

static void a_cancellation_is_told_even_if_the_step_fails(void **state)
{
	(void)state;
	cancel_on = FOTA_DOWNLOAD_EVT_ERASE_TIMEOUT;
	listener.on_event = cancel_in_callback;
	fake_target.told_in = 'w';
	fake_target.tells = DFU_TARGET_EVT_TIMEOUT;
	fake_target.write_rc = -EIO;
	server_download(100);
	assert_string_equal(listener.story, "tC");
}

static int starts;

static void start_in_callback(const struct fota_download_evt *event)
{
	if (event->id == FOTA_DOWNLOAD_EVT_FINISHED || event->id == FOTA_DOWNLOAD_EVT_ERROR ||
	    event->id == FOTA_DOWNLOAD_EVT_CANCELLED) {
		if (starts-- > 0) {
			listener.percent = -1;
			fake_target.write_rc = 0;
			assert_int_equal(fota_download_start("next", "file", -1, 0, 100), 0);
		}
	}
}

static void a_callback_may_start_the_next_one(void **state)
{
	(void)state;
	starts = 3;
	listener.on_event = start_in_callback;
	fake_target.write_rc = -EIO;
	assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
	assert_int_equal(fota_download_process(), 1);
	assert_int_equal(fota_download_cancel(), 0);
	assert_string_equal(server.host, "host");
	fake_target.write_rc = -EIO;
	server_run();
	assert_string_equal(listener.story, "CE6FF");
	assert_string_equal(server.host, "next");
}

static void the_target_s_events_reach_the_listener(void **state)
{
	static const char *const stories[] = {"pF", "tF", "dF"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		download_begin(DOWNLOAD_SIZE);
		fake_target.told_in = 'i';
		fake_target.tells = (enum dfu_target_evt_id)i;
		server_download(0);
		assert_string_equal(listener.story, stories[i]);
	}
}

static void progress_counts_what_the_target_has(void **state)
{
	size_t size = 0;
	size_t before = 0;

	(void)state;
	fake_target.goes_on_at = 300;
	server_plan(&(struct server_connection){0});
	server_plan(&(struct server_connection){.gives = 150, .break_rc = -EAGAIN});
	assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
	while (fota_download_process() != 0) {
		const size_t now = fota_download_progress(&size);

		assert_true(now >= before);
		assert_int_equal(now, before == 0 && now == 0 ? 0 : fake_target.offset);
		before = now;
	}
	assert_int_equal(size, DOWNLOAD_SIZE);
	assert_int_equal(fota_download_progress(NULL), DOWNLOAD_SIZE);
	assert_int_equal(fota_download_resumed_at(), 300);
	assert_string_equal(server.story, "o0 c o300= c w1 o450= c ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(percents_rise_to_a_hundred_and_none_is_told_twice,
				       download_setup),
		cmocka_unit_test_setup(a_line_is_closed_before_the_target_is_done, download_setup),
		cmocka_unit_test_setup(a_cancelled_download_is_closed_then_paused_then_told,
				       download_setup),
		cmocka_unit_test_setup(a_callback_may_cancel, download_setup),
		cmocka_unit_test_setup(a_cancellation_is_told_even_if_the_step_fails,
				       download_setup),
		cmocka_unit_test_setup(a_callback_may_start_the_next_one, download_setup),
		cmocka_unit_test_setup(the_target_s_events_reach_the_listener, download_setup),
		cmocka_unit_test_setup(progress_counts_what_the_target_has, download_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
