/* SPDX-License-Identifier: Apache-2.0 */
/* What a settings log is asked beyond the conformance suite; cuts are in test_settings_log_cuts.c.
 */
#include "log_rig.h"

#include <string.h>

#include "suite.h"

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
		log_save("a", "1");
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

static void a_save_is_one_program_and_an_unchanged_one_none(void **state)
{
	(void)state;
	log_save("a", "1");
	assert_operations(1, 2); /* the header of the first sector, too */
	log_save("a", "2");
	assert_operations(0, 1);
	log_save("a", "2");
	assert_operations(0, 0);
	assert_int_equal(settings_delete("a"), 0);
	assert_operations(0, 1);
	assert_int_equal(settings_delete("a"), 0);
	assert_int_equal(settings_delete("b"), 0);
	assert_operations(0, 0);
	log_save("a", "2");
	assert_operations(0, 1);
	log_save("a", "23"); /* longer with the same start */
	assert_operations(0, 1);
}

/* The end of the log may hide a program that was torn before it showed. */
static void the_first_save_after_a_reset_begins_a_sector(void **state)
{
	(void)state;
	log_save("a", "1");
	log_save("b", "1");
	assert_operations(1, 3);
	assert_int_equal(log_rig_reset(&rig), 0);
	log_save("a", "1");
	assert_int_equal(settings_delete("c"), 0);
	assert_operations(0, 0); /* nothing to save */
	log_save("a", "2");
	assert_operations(1, 3); /* b copied, a, header */
	log_save("a", "3");
	assert_operations(0, 1);
	assert_int_equal(settings_subsys_init(), 0); /* is no reset */
	log_save("a", "4");
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
	log_save("b", "other");
	for (; stats().used < PAGE - 64; records++) {
		text[records % 2]++;
		log_save("a", text);
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
	log_save("b", "1");
	log_save("a", "1");
	log_save("a", "2");
	rig.flash.nor.stats = (struct sim_nor_stats){0};
	log_save("a", "3");
	assert_int_equal(rig.flash.nor.stats.reads, 2); /* the record, the value */
	assert_operations(0, 1);
	log_save("a", "3");
	assert_operations(0, 0);
	log_save("b", "1");
	assert_operations(0, 0); /* is not the last one, and as it was */
	assert_int_equal(settings_delete("a"), 0);
	assert_operations(0, 1);
	assert_int_equal(settings_delete("a"), 0);
	assert_operations(0, 0);
	log_save("a", "3");
	assert_operations(0, 1);
	assert_setting("a", "3", 1);
	assert_setting("b", "1", 1);
}

/* What lies below the name is not asked for, and a record that is saved again not looked for. */
static void a_save_reads_each_record_once_at_most(void **state)
{
	(void)state;
	log_save("dfu/x/h", "1");
	log_save("dfu/x/t", "2");
	log_save("dfu/x", "3");
	log_save("dfu/x/h", "4");
	rig.flash.nor.stats.reads = 0;
	log_save("dfu/x", "5");
	assert_in_range(rig.flash.nor.stats.reads, 5, 6); /* the last one twice; the value */
	rig.flash.nor.stats.reads = 0;
	log_save("dfu/x", "6");
	assert_in_range(rig.flash.nor.stats.reads, 2, 6);
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

/* The header takes 28, an entry of name 1 and value 520: 528 with its padding; so seven fit, and
 * 344 bytes. */
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

/* On flash a prefix of it may be left, in RAM nothing of it is. */
static void a_record_longer_than_the_buffer_is_several_programs(void **state)
{
	uint8_t value[SETTINGS_MAX_VAL_LEN];

	(void)state;
	test_pattern(value, sizeof(value), 1);
	log_save("a", "1");
	assert_int_equal(settings_save_one("a", value, sizeof(value)), 0);
	assert_operations(1, 2 + 2);
	rig.flash.nor.fail_rc = -EDOM;
	for (long k = 0; k < 2; k++) {
		value[0]++;
		rig.flash.nor.fail_after = k;
		assert_int_equal(settings_save_one("a", value, sizeof(value)), -EDOM);
		value[0]--;
		assert_setting("a", value, sizeof(value));
		value[0]++;
		assert_int_equal(settings_save_one("a", value, sizeof(value)), 0);
		assert_setting("a", value, sizeof(value));
	}
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
		LOG_TEST(a_save_reads_each_record_once_at_most),
		LOG_TEST(pages_wear_evenly_and_are_counted),
		LOG_TEST(a_full_log_keeps_what_it_has),
		LOG_TEST(a_record_longer_than_the_buffer_is_several_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
