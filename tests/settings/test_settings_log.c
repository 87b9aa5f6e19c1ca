/* SPDX-License-Identifier: Apache-2.0 */
/* What a settings log is asked beyond the conformance suite; cuts are in test_settings_log_cuts.c.
 */
#include "log_rig.h"

#include <stdio.h>
#include <string.h>

#include "suite.h"

#define PAGE 4096
#define HEADER 28 /* of a sector with write blocks of 4 */

static const struct log_geometry words = {.flash = {{{4, PAGE}}, 4, 0xff, false}, .room = PAGE};
static struct log_rig rig;

static int setup(void **state)
{
	(void)state;
	log_rig_init(&rig, &words);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_rig_free(&rig);
	return 0;
}

static void save(const char *name, const char *text)
{
	assert_int_equal(settings_save_one(name, text, strlen(text)), 0);
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

/* --- Areas */

static void opening_changes_nothing(void **state)
{
	(void)state;
	assert_operations(0, 0);
	assert_setting("a", NULL, 0);
	assert_int_equal(settings_delete("a"), 0);
	assert_operations(0, 0);
	assert_int_equal(stats().sequence, 0);
	assert_int_equal(stats().sectors, 4);
	assert_int_equal(stats().room, PAGE);
}

static void sectors_are_cut_from_any_pages(void **state)
{
	static const struct {
		struct log_geometry geometry;
		uint32_t sectors;
		size_t room;
	} known[] = {
		{{.flash = {{{2, 4096}}, 4, 0xff, false}}, 2, 4096},
		{{.flash = {{{2, 512}}, 4, 0xff, false}}, 2, 512},
		{{.flash = {{{3, 512}}, 4, 0xff, false}}, 3, 512},
		{{.flash = {{{5, 1024}}, 4, 0xff, false}}, 2, 2048},
		{{.flash = {{{9, 1024}}, 4, 0xff, false}}, 2, 4096},
		{{.flash = {{{12, 1024}}, 4, 0xff, false}}, 3, 4096},
		{{.flash = {{{4, 16384}, {1, 65536}}, 4, 0xff, false}}, 5, 16384},
		{{.flash = {{{1, 512}, {1, 131072}}, 4, 0xff, false}}, 2, 512},
		{{.flash = {{{1, 8192}, {2, 2048}, {3, 512}}, 4, 0xff, false}}, 2, 5632},
		{{.flash = {{{2, 4096}}, 512, 0xff, false}}, 2, 4096},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		log_rig_free(&rig);
		log_rig_init(&rig, &known[i].geometry);
		assert_int_equal(stats().sectors, known[i].sectors);
		assert_int_equal(stats().room, known[i].room);
		save("a", "1");
		assert_int_equal(log_rig_reset(&rig), 0);
		assert_setting("a", "1", 1);
	}
}

static void assert_refused(const struct log_geometry *geometry)
{
	struct settings_log_stats none;

	log_rig_free(&rig);
	log_rig_blank(&rig, geometry);
	assert_int_equal(log_rig_reset(&rig), -EINVAL);
	assert_int_equal(settings_save_one("a", "1", 1), -EINVAL);
	assert_int_equal(settings_subsys_init(), -EINVAL);
	assert_int_equal(settings_load_one("a", &none, 1), -EINVAL);
	assert_int_equal(settings_log_format(&rig.log), -EINVAL);
	none = stats();
	assert_int_equal(none.sectors + none.room + none.used + none.erases + none.sequence, 0);
	assert_operations(0, 0);
}

static void areas_that_cannot_hold_a_log_are_refused(void **state)
{
	static const struct log_geometry wrong[] = {
		{.flash = {{{1, 65536}}, 4, 0xff, false}}, /* one page */
		{.flash = {{{4, 4096}}, 4, 0xff, false},
		 .off = 2048,
		 .size = 8192}, /* begins and */
		{.flash = {{{4, 4096}}, 4, 0xff, false},
		 .off = 4096,
		 .size = 10240}, /* ends in one */
		{.flash = {{{4, 4096}}, 4, 0xff, false},
		 .off = 4096,
		 .size = 16384}, /* off the end */
		{.flash = {{{4, 4096}}, 4, 0xff, false},
		 .off = 65536,
		 .size = 8192},                            /* elsewhere */
		{.flash = {{{2, 512}}, 512, 0xff, false}}, /* room for a header only */
		{.flash = {{{2, 32}}, 1, 0xff, false}},
		{.flash = {{{4, 4096}}, 1024, 0xff, false}}, /* above the buffer */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_refused(&wrong[i]);
	}
}

static void an_area_without_a_device_is_refused(void **state)
{
	const struct device none = {.name = "none"};
	struct flash_area area = rig.area;
	struct settings_log log;

	(void)state;
	assert_int_equal(settings_log_init(NULL, &area), -EINVAL);
	assert_int_equal(settings_log_init(&log, NULL), -EINVAL);
	settings_backend_set(&log.backend);
	assert_int_equal(settings_save_one("a", "1", 1), -EINVAL);
	area.fa_dev = &none;
	assert_int_equal(settings_log_init(&log, &area), -ENODEV);
	assert_int_equal(settings_save_one("a", "1", 1), -ENODEV);
	assert_int_equal(settings_log_format(&log), -ENODEV);
	area.fa_dev = rig.flash.dev;
	area.fa_size = 0;
	assert_int_equal(settings_log_init(&log, &area), -EINVAL);
}

/* The area's neighbours stay as they are. */
static void nothing_outside_the_area_changes(void **state)
{
	static const struct log_geometry inside = {
		.flash = {{{6, PAGE}}, 4, 0xff, false}, .off = PAGE, .size = 3 * PAGE};
	uint8_t text[] = "0123456789";

	(void)state;
	log_rig_free(&rig);
	log_rig_blank(&rig, &inside);
	test_pattern(rig.flash.memory, PAGE, 3);
	test_pattern(rig.flash.memory + 4 * PAGE, 2 * PAGE, 4);
	assert_int_equal(log_rig_reset(&rig), 0);
	for (unsigned int n = 0; n < 1000; n++) {
		text[0]++;
		assert_int_equal(settings_save_one("a", text, sizeof(text)), 0);
	}
	assert_true(stats().sequence > 4);
	for (size_t i = 0; i < 6 * PAGE; i++) {
		if (i < PAGE || i >= 4 * PAGE) {
			assert_int_equal(rig.flash.memory[i],
					 i < PAGE ? (i + 3) % 251 : (i - 4 * PAGE + 4) % 251);
		}
	}
}

/* --- Costs */

static void a_save_is_one_program_and_an_unchanged_one_none(void **state)
{
	(void)state;
	save("a", "1");
	assert_operations(1, 2); /* the header of the first sector, too */
	save("a", "2");
	assert_operations(0, 1);
	save("a", "2");
	assert_operations(0, 0);
	assert_int_equal(settings_delete("a"), 0);
	assert_operations(0, 1);
	assert_int_equal(settings_delete("a"), 0);
	assert_int_equal(settings_delete("b"), 0);
	assert_operations(0, 0);
	save("a", "2");
	assert_operations(0, 1);
	save("a", "23"); /* longer with the same start */
	assert_operations(0, 1);
}

/* The end of the log may hide a program that was torn before it showed. */
static void the_first_save_after_a_reset_begins_a_sector(void **state)
{
	(void)state;
	save("a", "1");
	save("b", "1");
	assert_operations(1, 3);
	assert_int_equal(log_rig_reset(&rig), 0);
	save("a", "1");
	assert_int_equal(settings_delete("c"), 0);
	assert_operations(0, 0); /* nothing to save */
	save("a", "2");
	assert_operations(1, 3); /* b copied, a, header */
	save("a", "3");
	assert_operations(0, 1);
	assert_int_equal(settings_subsys_init(), 0); /* is no reset */
	save("a", "4");
	assert_operations(0, 1);
	assert_int_equal(stats().erases, 1);
	assert_int_equal(stats().sequence, 2);
}

/* 512 KiB in pages of 4 KiB, beside the held-back bytes that were saved before. */
static void the_records_of_a_download_cost_two_erases(void **state)
{
	uint8_t held[38] = {1};
	uint8_t record[32] = {0};

	(void)state;
	assert_int_equal(settings_save_one("dfu/MCUBOOT0/h", held, sizeof(held)), 0);
	rig.flash.nor.stats = (struct sim_nor_stats){0};
	assert_int_equal(log_rig_reset(&rig), 0);
	for (uint8_t page = 1; page <= 128; page++) {
		record[7] = page;
		assert_int_equal(settings_save_one("dfu/MCUBOOT0", record, sizeof(record)), 0);
	}
	assert_true(rig.flash.nor.stats.erases <= 2);
	assert_int_equal(rig.flash.nor.stats.programs, 128 + 2 * 2);
	assert_int_equal(stats().erases, rig.flash.nor.stats.erases);
}

static void a_look_up_reads_each_record_once(void **state)
{
	char text[] = "00";
	unsigned long records = 0;

	(void)state;
	save("b", "other");
	for (; stats().used < PAGE - 64; records++) {
		text[records % 2]++;
		save("a", text);
	}
	assert_true(records > 100);
	assert_int_equal(log_rig_reset(&rig), 0);
	rig.flash.nor.stats.reads = 0;
	assert_setting("a", text, 2);
	assert_int_equal(rig.flash.nor.stats.reads, 1 + records + 1); /* b, all of a, the value */
	rig.flash.nor.stats.reads = 0;
	assert_setting("c", NULL, 0);
	assert_int_equal(rig.flash.nor.stats.reads, 1 + records);
}

static void a_name_that_was_saved_last_is_saved_without_a_look_at_the_others(void **state)
{
	(void)state;
	save("b", "1");
	save("a", "1");
	save("a", "2");
	rig.flash.nor.stats = (struct sim_nor_stats){0};
	save("a", "3");
	assert_int_equal(rig.flash.nor.stats.reads, 2); /* the record, the value */
	assert_operations(0, 1);
	save("a", "3");
	assert_operations(0, 0);
	save("b", "1");
	assert_operations(0, 0); /* is not the last one, and as it was */
	assert_int_equal(settings_delete("a"), 0);
	assert_operations(0, 1);
	assert_int_equal(settings_delete("a"), 0);
	assert_operations(0, 0);
	save("a", "3");
	assert_operations(0, 1);
	assert_setting("a", "3", 1);
	assert_setting("b", "1", 1);
}

static void pages_wear_evenly_and_are_counted(void **state)
{
	unsigned int erases[4] = {0};
	struct settings_log_stats last;

	(void)state;
	for (unsigned int n = 0; n < 5000; n++) {
		const uint32_t sequence = rig.log.sequence;

		assert_int_equal(settings_save_one("a", &n, sizeof(n)), 0);
		erases[rig.log.start / PAGE] += rig.log.sequence - sequence;
	}
	last = stats();
	for (size_t page = 0; page < 4; page++) {
		assert_in_range(erases[page], last.sequence / 4, last.sequence / 4 + 1);
	}
	assert_int_equal(last.erases, rig.flash.nor.stats.erases);
	assert_int_equal(last.sequence, last.erases);
	assert_true(last.sequence > 12);
	assert_true(last.used <= PAGE);
}

/* --- Full */

/* Header 28, entry of name 1 and value 520: 528 with its padding; so seven fit, and 344 bytes. */
static void a_full_log_keeps_what_it_has(void **state)
{
	uint8_t value[SETTINGS_MAX_VAL_LEN];
	const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};

	(void)state;
	test_pattern(value, sizeof(value), 9);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(settings_save_one(names[i], value, sizeof(value)), 0);
	}
	rig.flash.nor.stats = (struct sim_nor_stats){0};
	assert_int_equal(settings_save_one("h", value, 366), -ENOSPC);
	assert_int_equal(settings_save_one("h", value, sizeof(value)), -ENOSPC);
	assert_operations(0, 0);
	assert_int_equal(settings_save_one("h", value, 365), 0); /* to the last byte */
	assert_int_equal(stats().used, PAGE);
	assert_int_equal(settings_save_one("i", value, 1), -ENOSPC);
	value[0]++;
	assert_int_equal(settings_save_one("a", value, sizeof(value)), 0); /* in a's place */
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_setting("a", value, sizeof(value));
	value[0]--;
	assert_setting("g", value, sizeof(value));
	assert_setting("h", value, 365);
	assert_setting("i", NULL, 0);
	assert_int_equal(settings_delete("b"), 0); /* the way out */
	assert_int_equal(settings_save_one("i", value, 1), 0);
}

/* --- Torn, corrupt, foreign */

/* What is in the log: the header, then these. */
static size_t record_at(size_t n)
{
	return HEADER + n * 12; /* 2 + 1 + 3 + 4, padded */
}

static void save_three(void)
{
	save("a", "one");
	save("b", "two");
	save("c", "six");
	assert_int_equal(stats().used, record_at(3));
}

static void a_torn_record_is_its_old_value(void **state)
{
	(void)state;
	save_three();
	save("a", "new");
	log_rig_bytes(&rig, record_at(3))[10] ^= 0x80; /* of the padding: not looked at */
	log_rig_bytes(&rig, record_at(3))[9] ^= 0x10;
	assert_int_equal(log_rig_reset(&rig), 0);
	assert_setting("a", "one", 3);
	assert_setting("c", "six", 3);
	save("a", "now");
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
		log_rig_init(&rig, &words);
		save_three();
		save("d", "end");
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
		save("a", "1");
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
	save("c", "new"); /* header, a, b, c */
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
		log_rig_blank(&rig, &words);
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
		save("a", "1");
		for (unsigned int n = 0; n < 2000; n++) {
			assert_int_equal(settings_save_one("b", &n, sizeof(n)), 0);
		}
		assert_int_equal(log_rig_reset(&rig), 0);
		assert_setting("a", "1", 1);
	}
}

static void a_log_of_another_geometry_is_foreign(void **state)
{
	struct flash_area half;

	(void)state;
	save_three();
	half = rig.area;
	half.fa_size = 2 * PAGE; /* the same sectors, so the same log */
	assert_int_equal(settings_log_init(&rig.log, &half), 0);
	assert_setting("c", "six", 3);
	half.fa_off = PAGE; /* not the place of its header */
	assert_int_equal(settings_log_init(&rig.log, &half), 0);
	assert_setting("c", NULL, 0);
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
	save("a", "1");
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
	save("a", "new");
}

/* --- Sequence numbers */

static void sequence_numbers_wrap(void **state)
{
	uint32_t n = 0;

	(void)state;
	save("a", "1");
	rig.log.sequence = UINT32_MAX - 2;
	while (rig.log.sequence != 3) {
		n++;
		assert_int_equal(settings_save_one("n", &n, sizeof(n)), 0);
		if (n % 100 == 0) {
			assert_int_equal(log_rig_reset(&rig), 0);
			assert_setting("n", &n, sizeof(n));
		}
	}
	assert_setting("a", "1", 1);
}

int main(void)
{
#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		LOG_TEST(opening_changes_nothing),
		LOG_TEST(sectors_are_cut_from_any_pages),
		LOG_TEST(areas_that_cannot_hold_a_log_are_refused),
		LOG_TEST(an_area_without_a_device_is_refused),
		LOG_TEST(nothing_outside_the_area_changes),
		LOG_TEST(a_save_is_one_program_and_an_unchanged_one_none),
		LOG_TEST(the_first_save_after_a_reset_begins_a_sector),
		LOG_TEST(the_records_of_a_download_cost_two_erases),
		LOG_TEST(a_look_up_reads_each_record_once),
		LOG_TEST(a_name_that_was_saved_last_is_saved_without_a_look_at_the_others),
		LOG_TEST(pages_wear_evenly_and_are_counted),
		LOG_TEST(a_full_log_keeps_what_it_has),
		LOG_TEST(a_torn_record_is_its_old_value),
		LOG_TEST(a_record_that_has_changed_is_corrupt),
		LOG_TEST(a_lost_record_of_a_snapshot_is_corrupt),
		LOG_TEST(foreign_contents_are_not_destroyed),
		LOG_TEST(a_log_of_another_geometry_is_foreign),
		LOG_TEST(formatting_empties_a_good_log),
		LOG_TEST(formatting_can_be_cut),
		LOG_TEST(an_error_of_reading_is_no_empty_log),
		LOG_TEST(an_error_of_reading_a_value_is_the_readers),
		LOG_TEST(a_save_that_cannot_compare_fails),
		LOG_TEST(sequence_numbers_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
