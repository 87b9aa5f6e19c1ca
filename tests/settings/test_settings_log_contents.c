/* SPDX-License-Identifier: Apache-2.0 */
/* What a settings log is asked beyond the conformance suite; cuts are in test_settings_log_cuts.c.
 */
#include "log_model.h"

#include <string.h>

#include "suite.h"

#define HEADER 28 /* of a sector, padded */

static struct log_rig rig;

static int setup(void **state)
{
	(void)state;
	log_rig_init(&rig, &log_words);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_rig_free(&rig);
	return 0;
}

static void assert_operations(unsigned long erases, unsigned long programs)
{
	assert_int_equal(rig.flash.nor.stats.erases, erases);
	assert_int_equal(rig.flash.nor.stats.programs, programs);
	rig.flash.nor.stats.erases = 0;
	rig.flash.nor.stats.programs = 0;
}

static struct settings_log_stats stats(void)
{
	struct settings_log_stats all;

	memset(&all, 0xa5, sizeof(all));
	settings_log_stats(&rig.log, &all);
	return all;
}

/* What is in the log: the header, then these. */
static size_t record_at(size_t n)
{
	return HEADER + n * 12; /* 2 + 1 + 3 + 4, padded */
}

static void save_three(void)
{
	log_save("a", "one");
	log_save("b", "two");
	log_save("c", "six");
	assert_int_equal(stats().used, record_at(3));
}

static void a_torn_record_is_its_old_value(void **state)
{
	(void)state;
	save_three();
	log_save("a", "new");
	log_rig_bytes(&rig, record_at(3))[10] ^= 0x80; /* of the padding: not looked at */
	log_rig_bytes(&rig, record_at(3))[9] ^= 0x10;
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_setting("a", "one", 3);
	assert_setting("c", "six", 3);
	log_save("a", "now");
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_setting("a", "now", 3);
}

/* Nothing can be torn before something whole. */
static void a_record_that_has_changed_is_corrupt(void **state)
{
	uint8_t before[PAGE];

	(void)state;
	for (size_t n = 0; n < 3; n++) {
		log_rig_free(&rig);
		log_rig_init(&rig, &log_words);
		save_three();
		log_save("d", "end");
		log_rig_bytes(&rig, record_at(n))[4] ^= 0x01;
		memcpy(before, log_rig_bytes(&rig, 0), PAGE);
		rig.flash.nor.stats = (struct sim_nor_stats){0};
		assert_int_equal(log_rig_reset(&rig), -EBADMSG);
		assert_int_equal(settings_subsys_init(), -EBADMSG);
		assert_int_equal(settings_save_one("a", "1", 1), -EBADMSG);
		assert_int_equal(settings_delete("zz"), -EBADMSG);
		assert_int_equal(settings_load_one("d", before, 3), -EBADMSG);
		assert_operations(0, 0);
		assert_int_equal(settings_log_format(&rig.log), 0);
		assert_operations(1, 1);
		assert_setting("d", NULL, 0);
		log_save("a", "1");
		assert_int_equal(log_rig_reset(&rig), 0);
		assert_setting("a", "1", 1);
		assert_setting("d", NULL, 0);
	}
}

/* Records that were there when the sector began cannot be torn, the last one neither. */
static void a_lost_record_of_a_snapshot_is_corrupt(void **state)
{
	(void)state;
	save_three();
	assert_int_equal(log_rig_reset(&rig), 0);
	log_save("c", "new"); /* header, a, b, c */
	assert_int_equal(stats().sequence, 2);
	log_rig_bytes(&rig, PAGE + record_at(2))[4] ^= 0x01;
	assert_int_equal(log_rig_reset(&rig), -EBADMSG);
}

static void foreign_contents_are_not_destroyed(void **state)
{
	static const size_t places[] = {0, 30, PAGE - 1, 2 * PAGE, 4 * PAGE - 1};
	uint8_t before[4 * PAGE];

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		log_rig_free(&rig);
		log_rig_blank(&rig, &log_words);
		memcpy(log_rig_bytes(&rig, places[i]), "another store's contents",
		       places[i] % PAGE == PAGE - 1 ? 1 : 24);
		memcpy(log_rig_bytes(&rig, 600), "more", 4);
		memcpy(before, log_rig_bytes(&rig, 0), sizeof(before));
		assert_int_equal(log_rig_reset(&rig), -EILSEQ);
		assert_int_equal(settings_save_one("a", "1", 1), -EILSEQ);
		assert_int_equal(settings_load_one("a", &before[0], 0), -EILSEQ);
		assert_int_equal(settings_subsys_init(), -EILSEQ);
		assert_memory_equal(before, log_rig_bytes(&rig, 0), sizeof(before));
		/* The other store is as it was; only the call takes the area. */
		rig.flash.nor.cells = NULL;
		assert_int_equal(settings_log_format(&rig.log), 0);
		log_save("a", "1");
		for (unsigned int n = 0; n < 2000; n++) {
			assert_int_equal(settings_save_one("b", &n, sizeof(n)), 0);
		}
		assert_int_equal(log_rig_reset(&rig), 0);
		assert_setting("a", "1", 1);
	}
}

static void a_log_of_another_geometry_is_foreign(void **state)
{
	static const struct log_geometry small = {.flash = {{{4, 1024}}, 4, 0xff, false}};
	static const struct log_geometry blocks = {.flash = {{{4, 1024}}, 2, 0xff, false}};
	uint8_t bytes[4096];

	(void)state;
	log_rig_free(&rig);
	log_rig_init(&rig, &small); /* two sectors of two pages */
	save_three();
	rig.area.fa_size = 2048; /* two sectors of one */
	assert_int_equal(log_rig_reset(&rig), -EILSEQ);
	rig.area.fa_size = 4096;
	assert_int_equal(log_rig_reset(&rig), 0);
	memcpy(bytes, log_rig_bytes(&rig, 0), sizeof(bytes));
	log_rig_free(&rig);
	log_rig_blank(&rig, &blocks);
	memcpy(log_rig_bytes(&rig, 0), bytes, sizeof(bytes));
	assert_int_equal(log_rig_reset(&rig), -EILSEQ);
}

/* Sectors in force or not do not care what lies behind them. */
static void the_area_of_a_log_may_end_elsewhere(void **state)
{
	(void)state;
	save_three();
	rig.area.fa_size = 2 * PAGE;
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_setting("c", "six", 3);
}

/* Whatever is damaged: an answer, and a way out. */
static void damage_anywhere_has_an_end(void **state)
{
	struct log_shot shot;
	uint64_t random = 0x2545f4914f6cdd1d;

	(void)state;
	for (unsigned int n = 0; n < 600; n++) {
		char text[] = "value 000";

		text[6] = (char)('0' + n % 10);
		text[7] = (char)('0' + n / 10 % 10);
		log_save(n % 3 == 0 ? "a/long/name" : "b", text + n % 7);
	}
	log_shot_init(&shot, &rig);
	log_shot_take(&shot, &rig);
	for (unsigned int n = 0; n < 6000; n++) {
		uint8_t value[SETTINGS_MAX_VAL_LEN];
		int rc;

		log_shot_restore(&shot, &rig);
		for (size_t hits = 1 + log_random(&random, 4); hits > 0; hits--) {
			*log_rig_bytes(&rig, log_random(&random, rig.flash.size)) ^=
				(uint8_t)(1 << log_random(&random, 8));
		}
		rc = log_rig_reset(&rig);
		assert_true(rc == 0 || rc == -EBADMSG);
		assert_int_equal(settings_save_one("c", "new", 3), rc);
		assert_int_equal(settings_load_one("c", value, sizeof(value)), rc == 0 ? 3 : rc);
		assert_int_equal(settings_log_format(&rig.log), 0);
		log_save("d", "1");
		assert_int_equal(log_rig_reset(&rig), 0);
		assert_setting("d", "1", 1);
		assert_setting("b", NULL, 0);
	}
	log_shot_free(&shot);
}

static void formatting_empties_a_good_log(void **state)
{
	(void)state;
	save_three();
	assert_int_equal(settings_log_format(&rig.log), 0);
	assert_int_equal(stats().sequence, 2);
	assert_setting("a", NULL, 0);
	assert_setting("c", NULL, 0);
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_setting("a", NULL, 0);
	assert_int_equal(settings_log_format(&rig.log), 0);
	assert_int_equal(settings_log_format(&rig.log), 0);
	log_save("a", "1");
	assert_setting("a", "1", 1);
}

/* The log holds what it held, or nothing. */
static void formatting_can_be_cut(void **state)
{
	struct log_shot shot;
	bool fired = true;

	(void)state;
	save_three();
	log_shot_init(&shot, &rig);
	log_shot_take(&shot, &rig);
	for (unsigned long k = 0; fired; k++) {
		for (uint32_t seed = 0; fired && seed < 16; seed++) {
			char value[3];
			ssize_t len;
			int rc;

			log_shot_restore(&shot, &rig);
			assert_int_equal(log_rig_reset(&rig), 0);
			sim_power_cut(&rig.power, k, SIM_CUT_INSIDE, seed, -EIO);
			rc = settings_log_format(&rig.log);
			fired = rig.power.fired;
			assert_int_equal(rc, fired ? -EIO : 0);
			assert_int_equal(log_rig_reset(&rig), 0);
			len = settings_load_one("a", value, 3);
			assert_true((len == 3 && fired) || len == -ENOENT);
			assert_int_equal(settings_load_one("c", value, 3), len);
			assert_int_equal(settings_log_format(&rig.log), 0);
			assert_setting("a", NULL, 0);
		}
	}
	log_shot_free(&shot);
}

static void an_error_of_reading_is_no_empty_log(void **state)
{
	char value[3];
	long k;

	(void)state;
	save_three();
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_rc = -EDOM;
	for (k = 0; rig.flash.nor.fail_after < 0; k++) {
		rig.flash.nor.fail_after = k;
		if (log_rig_reset(&rig) == 0) {
			break;
		}
		assert_int_equal(rig.flash.nor.fail_after, -1);
		rig.flash.nor.fail_after = 0;
		assert_int_equal(settings_load_one("a", value, 3), -EDOM);
		rig.flash.nor.fail_after = 0;
		assert_int_equal(settings_save_one("a", "1", 1), -EDOM);
		rig.flash.nor.fail_after = 0;
		assert_int_equal(settings_log_format(&rig.log), -EDOM);
		assert_int_equal(settings_subsys_init(), 0); /* tries again */
		assert_setting("a", "one", 3);
	}
	assert_true(k > 8);
}

static int read_fails(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		      void *param)
{
	char value[8];

	(void)key;
	(void)param;
	rig.flash.nor.fail_after = 0;
	assert_int_equal(read_cb(cb_arg, value, len), -EDOM);
	assert_int_equal(read_cb(cb_arg, value, len), 3);
	return 0;
}

static void an_error_of_reading_a_value_is_the_readers(void **state)
{
	(void)state;
	save_three();
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_rc = -EDOM;
	assert_int_equal(settings_load_subtree_direct("b", read_fails, NULL), 0);
}

static void a_save_that_cannot_compare_fails(void **state)
{
	(void)state;
	save_three();
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_rc = -EDOM;
	for (long k = 0; k < 4; k++) {
		rig.flash.nor.fail_after = k; /* three records, a value */
		assert_int_equal(settings_save_one("a", "new", 3), -EDOM);
	}
	log_save("a", "new");
}

/* Nothing is left of what RAM knew before the error. */
static void a_log_that_was_wiped_is_blank_after_an_error(void **state)
{
	struct log_shot blank;

	(void)state;
	log_shot_init(&blank, &rig);
	log_shot_take(&blank, &rig);
	save_three();
	assert_int_equal(settings_log_format(&rig.log), 0);
	save_three();
	rig.flash.nor.fail_rc = -EDOM;
	rig.flash.nor.fail_after = 0;
	assert_int_equal(settings_save_one("a", "1", 1), -EDOM);
	log_shot_restore(&blank, &rig);
	log_shot_free(&blank);
	assert_int_equal(settings_subsys_init(), 0);
	assert_int_equal(stats().sequence, 0);
	assert_int_equal(stats().used, 0);
	log_save("a", "one");
	assert_setting("a", "one", 3);
}

static void sequence_numbers_wrap(void **state)
{
	uint32_t n = 0;

	(void)state;
	log_save("a", "1");
	rig.log.sequence = UINT32_MAX - 6;
	for (size_t sector = 0; sector < 4; sector++) {
		assert_int_equal(settings_log_format(&rig.log), 0);
	}
	log_save("a", "1");
	for (; rig.log.sequence != 4; n++) {
		assert_int_equal(settings_save_one("n", &n, sizeof(n)), 0);
		assert_int_equal(log_rig_reset(&rig), 0);
		assert_setting("n", &n, sizeof(n));
	}
	assert_int_equal(n, 8); /* one each: UINT32_MAX - 2 to 4 */
	assert_setting("a", "1", 1);
}

int main(void)
{
#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		LOG_TEST(a_torn_record_is_its_old_value),
		LOG_TEST(a_record_that_has_changed_is_corrupt),
		LOG_TEST(a_lost_record_of_a_snapshot_is_corrupt),
		LOG_TEST(foreign_contents_are_not_destroyed),
		LOG_TEST(a_log_of_another_geometry_is_foreign),
		LOG_TEST(the_area_of_a_log_may_end_elsewhere),
		LOG_TEST(damage_anywhere_has_an_end),
		LOG_TEST(formatting_empties_a_good_log),
		LOG_TEST(formatting_can_be_cut),
		LOG_TEST(an_error_of_reading_is_no_empty_log),
		LOG_TEST(an_error_of_reading_a_value_is_the_readers),
		LOG_TEST(a_save_that_cannot_compare_fails),
		LOG_TEST(a_log_that_was_wiped_is_blank_after_an_error),
		LOG_TEST(sequence_numbers_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
