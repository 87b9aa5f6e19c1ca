/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each checker of sets is shown what is right, and then what is wrong: one that never complains
 * proves nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "set_geometries.h"
#include "set_invariants.h"

#define SLOT_MAX 1024
#define SLOT_LEN 1024

/* Image 1 of a device of the first geometry, of which only bytes exist. */
static struct {
	struct evidence evidence;
	const struct set_files *files;
	uint8_t slot[2][SLOT_MAX];
} the;

static const uint8_t magic[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
				  0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};

static const struct set_kind *kind_named(const char *name)
{
	for (size_t i = 0; i < set_kind_count; i++) {
		if (strcmp(set_kinds[i].name, name) == 0) {
			return &set_kinds[i];
		}
	}
	abort();
}

static void put(int slot, size_t off, int file)
{
	memcpy(&the.slot[slot][off], the.files->of[1][file].bytes, the.files->of[1][file].size);
}

static void put_magic(int slot)
{
	memcpy(&the.slot[slot][SLOT_LEN - 16], magic, 16);
}

static void put_image_ok(int slot)
{
	the.slot[slot][SLOT_LEN - 24] = 1;
}

static int setup(void **state)
{
	const struct geometry *geometry = &set_geometries[0];

	(void)state;
	memset(&the, 0, sizeof(the));
	memset(the.slot, 0xff, sizeof(the.slot));
	the.files = set_files_make(kind_named("up"), geometry, geometry->swap_size, false);
	the.evidence = (struct evidence){
		.mode = BOOT_MODE_SWAP_MOVE,
		.align = 8,
		.geometry = geometry,
		.file = the.files->of[1],
		.first = 2,
	};
	for (int slot = 0; slot < 2; slot++) {
		the.evidence.slot[slot] = (struct evidence_slot){
			.raw = {the.slot[slot], NULL, SLOT_LEN, 0xff}, .block = 8};
	}
	put(0, 0, FILE_OLD);
	return 0;
}

static struct set_state running(const char *kind, bool is_direct, int first, int second)
{
	return (struct set_state){.kind = kind_named(kind),
				  .is_direct = is_direct,
				  .runs = {first, second, FILE_OLD}};
}

static uint32_t word_at(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void the_files_are_images_by_the_parser(void **state)
{
	(void)state;
	for (size_t k = 0; k < set_kind_count; k++) {
		const struct set_files *files =
			set_files_make(&set_kinds[k], &set_geometries[0], 229, k % 2 == 1);

		for (unsigned int i = 0; i < set_kinds[k].pairs * FILES; i++) {
			const struct device_file *file = &files->of[i / FILES][i % FILES];
			const struct raw raw = {file->bytes, NULL, file->size, 0xff};

			assert_int_equal(file->size == 0 ? 0 : raw_image_len(&raw, 0), file->size);
		}
	}
}

static void only_new_images_depend_and_on_new_versions(void **state)
{
	const struct device_file *needs = &the.files->of[1][FILE_NEW];
	const size_t guarded = needs->bytes[10];
	const uint8_t *area = needs->bytes + needs->size - 40 - guarded;

	(void)state;
	assert_int_equal(guarded, 20);
	assert_int_equal(word_at(area), 0x00146908);
	assert_int_equal(word_at(area + 4), 0x000c0040);
	assert_int_equal(area[8], 0);
	assert_int_equal(area[12], 1);
	assert_int_equal(area[13], 2);
	assert_int_equal(the.files->of[0][FILE_NEW].bytes[10], 0);
	assert_int_equal(the.files->of[1][FILE_OLD].bytes[10], 0);
	assert_int_equal(the.files->of[0][FILE_NEW].bytes[21], 2);
}

static const struct geometry *geometry_named(const char *name)
{
	for (size_t i = 0; i < set_geometry_count; i++) {
		if (strcmp(set_geometries[i].name, name) == 0) {
			return &set_geometries[i];
		}
	}
	abort();
}

static void bootloaders_are_linked_for_the_slots_they_go_to(void **state)
{
	const struct geometry *geometry = geometry_named("set-boot");
	const struct set_files *files = set_files_make(kind_named("boot"), geometry, 241, false);

	(void)state;
	for (unsigned int i = FILE_PRIOR; i <= FILE_OTHER; i++) {
		const struct device_file *file = &files->of[1][i];
		/* One neighbour's page, then three of S0 and three of S1. */
		const uint32_t start = 0x10000000 + (i == FILE_OLD ? 256 : 256 + 768);
		const uint32_t reset = word_at(file->bytes + 32 + 4);

		assert_true(reset >= start && reset < start + 768);
		assert_int_equal(word_at(file->bytes + 0x200), 0x281ee6de);
		assert_int_equal(word_at(file->bytes + 0x200 + 4), 0x8fcebb4c);
		assert_int_equal(word_at(file->bytes + 0x200 + 20), i);
	}
}

/* The slot that runs is slot[0] of the evidence; only the bootloader itself changes the other. */
static void a_bootloader_may_wait_in_the_slot_that_does_not_run(void **state)
{
	static uint8_t before[SLOT_LEN];

	(void)state;
	the.evidence.slot[0].before = the.slot[0];
	the.evidence.idle = (struct evidence_slot){.raw = {the.slot[1], NULL, SLOT_LEN, 0xff},
						   .before = before};
	put(1, 0, FILE_PRIOR);
	memcpy(before, the.slot[1], sizeof(before));
	assert_int_equal(evidence_next_bootloader(&the.evidence), FILE_OLD);
	assert_null(invariant_others_are_untouched(&the.evidence));
	assert_null(invariant_running_is_whole(&the.evidence));
	memset(the.slot[1], 0xff, 8);
	assert_non_null(invariant_others_are_untouched(&the.evidence));
	put(1, 0, FILE_NEW);
	assert_int_equal(evidence_next_bootloader(&the.evidence), FILE_NEW);
	assert_non_null(invariant_others_are_untouched(&the.evidence));
	the.slot[1][100] ^= 1;
	assert_int_equal(evidence_next_bootloader(&the.evidence), FILE_OLD);
	the.slot[0][100] ^= 1;
	assert_int_equal(evidence_next_bootloader(&the.evidence), -1);
	assert_non_null(invariant_running_is_whole(&the.evidence));
}

static void linked_sets_are_linked_where_the_mode_holds_images_back(void **state)
{
	struct set_state some = running("some", false, FILE_OLD, FILE_OLD);

	(void)state;
	assert_true(set_is_linked(&some));
	some.is_direct = true;
	assert_false(set_is_linked(&some));
}

static void a_linked_mixture_is_never_right(void **state)
{
	struct set_state mixed = running("down", false, FILE_NEW, FILE_OLD);

	(void)state;
	mixed.has_intent = true;
	assert_non_null(set_is_no_mixture(&mixed));
	mixed.runs[1] = FILE_NEW;
	assert_null(set_is_no_mixture(&mixed));
	mixed.runs[0] = FILE_OLD;
	assert_non_null(set_is_no_mixture(&mixed));
	mixed.runs[1] = FILE_OLD;
	assert_null(set_is_no_mixture(&mixed));
}

static void another_mixture_is_right_while_an_intent_tells_of_it(void **state)
{
	struct set_state mixed = running("loose", true, FILE_NEW, FILE_OLD);

	(void)state;
	assert_non_null(set_is_no_mixture(&mixed));
	mixed.has_intent = true;
	assert_null(set_is_no_mixture(&mixed));
}

static void the_third_image_counts(void **state)
{
	struct set_state mixed = running("row", false, FILE_NEW, FILE_NEW);

	(void)state;
	assert_non_null(set_is_no_mixture(&mixed));
	assert_false(set_all_new(&mixed));
	mixed.runs[2] = FILE_NEW;
	assert_null(set_is_no_mixture(&mixed));
	assert_true(set_all_new(&mixed));
	assert_true(set_any_new(&mixed));
}

static void an_image_that_has_no_update_stays_as_it_is(void **state)
{
	struct set_state outer = running("outer-up", false, FILE_NEW, FILE_OLD);

	(void)state;
	outer.runs[2] = FILE_NEW;
	assert_true(set_all_new(&outer));
	assert_null(set_is_no_mixture(&outer));
	assert_null(set_runs_images(&outer));
	outer.runs[1] = FILE_NEW;
	assert_non_null(set_runs_images(&outer));
	outer.runs[2] = FILE_OLD;
	assert_non_null(set_is_no_mixture(&outer));
}

static void settled_is_all_or_none_without_an_intent(void **state)
{
	struct set_state settled = running("loose", false, FILE_OLD, FILE_OLD);

	(void)state;
	assert_null(set_is_settled(&settled));
	settled.has_intent = true;
	assert_non_null(set_is_settled(&settled));
	settled.has_intent = false;
	settled.runs[1] = FILE_NEW;
	assert_non_null(set_is_settled(&settled));
	settled.runs[0] = FILE_NEW;
	assert_null(set_is_settled(&settled));
}

static void what_was_never_asked_for_does_not_run(void **state)
{
	struct set_state strange = running("loose", false, FILE_OLD, FILE_NEW);

	(void)state;
	assert_null(set_runs_images(&strange));
	strange.runs[1] = FILE_OTHER;
	assert_non_null(set_runs_images(&strange));
	strange.runs[1] = -1;
	assert_non_null(set_runs_images(&strange));
	strange.runs[1] = FILE_PRIOR;
	assert_non_null(set_runs_images(&strange));
}

static void one_image_on_trial_is_seen(void **state)
{
	struct set_state trial = running("row", false, FILE_NEW, FILE_NEW);

	(void)state;
	assert_false(set_any_on_trial(&trial));
	trial.is_on_trial[2] = true;
	assert_true(set_any_on_trial(&trial));
}

static void a_part_is_on_trial_when_all_of_it_is(void **state)
{
	struct set_state part = running("row", false, FILE_NEW, FILE_NEW);

	(void)state;
	part.is_on_trial[0] = true;
	assert_false(set_part_is_on_trial(&part));
	part.is_on_trial[1] = true;
	assert_true(set_part_is_on_trial(&part));
	part.is_on_trial[2] = true;
	part.runs[2] = FILE_NEW;
	assert_false(set_part_is_on_trial(&part));
	part = running("row", false, FILE_OLD, FILE_OLD);
	assert_false(set_part_is_on_trial(&part));
}

static void a_request_is_a_whole_new_file_with_a_magic_of_the_right_kind(void **state)
{
	(void)state;
	put_magic(1);
	assert_non_null(set_pair_is_asked_for_a_test(&the.evidence));
	put(1, 0, FILE_NEW);
	assert_null(set_pair_is_asked_for_a_test(&the.evidence));
	assert_non_null(set_pair_is_asked_for_good(&the.evidence));
	put_image_ok(1);
	assert_null(set_pair_is_asked_for_good(&the.evidence));
	assert_non_null(set_pair_is_asked_for_a_test(&the.evidence));
	the.evidence.mode = BOOT_MODE_OVERWRITE_ONLY;
	assert_null(set_pair_is_asked_for_a_test(&the.evidence));
	the.slot[1][SLOT_LEN - 1] = 0xff;
	assert_non_null(set_pair_is_asked_for_a_test(&the.evidence));
	the.slot[1][100] ^= 1;
	put_magic(1);
	assert_non_null(set_pair_is_asked_for_a_test(&the.evidence));
}

static void nothing_is_asked_for_without_a_magic(void **state)
{
	(void)state;
	put(1, 0, FILE_NEW);
	assert_null(set_pair_is_not_asked(&the.evidence));
	put_magic(1);
	assert_non_null(set_pair_is_not_asked(&the.evidence));
}

static void where_headers_ask_a_whole_new_file_is_a_request(void **state)
{
	(void)state;
	the.evidence.mode = BOOT_MODE_DIRECT_XIP;
	put(1, 0, FILE_PRIOR);
	assert_null(set_pair_is_not_asked(&the.evidence));
	put(1, 0, FILE_NEW);
	assert_non_null(set_pair_is_not_asked(&the.evidence));
	assert_null(set_pair_is_asked_for_a_test(&the.evidence));
	the.evidence.running = 1;
	assert_null(set_pair_is_not_asked(&the.evidence));
}

static void
in_the_revert_variants_a_trailer_belongs_to_it_that_is_not_of_a_started_image(void **state)
{
	(void)state;
	the.evidence.mode = BOOT_MODE_DIRECT_XIP_REVERT;
	put(1, 0, FILE_NEW);
	assert_null(set_pair_is_not_asked(&the.evidence));
	put_magic(1);
	assert_non_null(set_pair_is_not_asked(&the.evidence));
	the.slot[1][SLOT_LEN - 32] = 1;
	assert_null(set_pair_is_not_asked(&the.evidence));
	put_image_ok(1);
	assert_non_null(set_pair_is_not_asked(&the.evidence));
}

static void a_confirmation_is_the_flag_of_what_runs(void **state)
{
	(void)state;
	put_image_ok(1);
	assert_non_null(set_pair_is_confirmed(&the.evidence));
	put_image_ok(0);
	assert_null(set_pair_is_confirmed(&the.evidence));
	the.slot[0][SLOT_LEN - 24] = 3;
	assert_non_null(set_pair_is_confirmed(&the.evidence));
	the.evidence.mode = BOOT_MODE_DIRECT_XIP;
	assert_null(set_pair_is_confirmed(&the.evidence));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_files_are_images_by_the_parser, setup),
		cmocka_unit_test_setup(only_new_images_depend_and_on_new_versions, setup),
		cmocka_unit_test_setup(bootloaders_are_linked_for_the_slots_they_go_to, setup),
		cmocka_unit_test_setup(a_bootloader_may_wait_in_the_slot_that_does_not_run, setup),
		cmocka_unit_test_setup(linked_sets_are_linked_where_the_mode_holds_images_back,
				       setup),
		cmocka_unit_test_setup(a_linked_mixture_is_never_right, setup),
		cmocka_unit_test_setup(another_mixture_is_right_while_an_intent_tells_of_it, setup),
		cmocka_unit_test_setup(the_third_image_counts, setup),
		cmocka_unit_test_setup(an_image_that_has_no_update_stays_as_it_is, setup),
		cmocka_unit_test_setup(settled_is_all_or_none_without_an_intent, setup),
		cmocka_unit_test_setup(what_was_never_asked_for_does_not_run, setup),
		cmocka_unit_test_setup(one_image_on_trial_is_seen, setup),
		cmocka_unit_test_setup(a_part_is_on_trial_when_all_of_it_is, setup),
		cmocka_unit_test_setup(a_request_is_a_whole_new_file_with_a_magic_of_the_right_kind,
				       setup),
		cmocka_unit_test_setup(nothing_is_asked_for_without_a_magic, setup),
		cmocka_unit_test_setup(where_headers_ask_a_whole_new_file_is_a_request, setup),
		cmocka_unit_test_setup(
			in_the_revert_variants_a_trailer_belongs_to_it_that_is_not_of_a_started_image,
			setup),
		cmocka_unit_test_setup(a_confirmation_is_the_flag_of_what_runs, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
