/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking, confirming, taking back: on every geometry, with a cut before and inside every operation.
 */
#include "boot_rig.h"

#include <stdio.h>
#include <string.h>

#include <storage/flash_map.h>

static void for_each_case(void (*check)(void))
{
	for (size_t i = 0; i < rig_case_count; i++) {
		rig_open(&rig_cases[i]);
		check();
		rig_close();
	}
}

static size_t op_distance(size_t op, int slot)
{
	return (size_t)rig.areas[slot].fa_off + rig.areas[slot].fa_size - rig.ops[op].off;
}

static void check_order(void)
{
	const size_t magic = rig.what->align == 32 ? 32 : 16;

	rig_start(-1, false);
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_PERMANENT), 0);
	assert_int_equal(rig.op_count, 3);
	assert_int_equal(op_distance(0, 1), rig.layout->image_ok);
	assert_int_equal(rig.ops[0].len, rig.what->write);
	assert_int_equal(op_distance(1, 1), rig.layout->swap_info);
	assert_int_equal(rig.ops[1].len, rig.what->write);
	assert_int_equal(op_distance(2, 1), magic);
	assert_int_equal(rig.ops[2].len, magic);
	assert_string_equal(rig_meaning(), "permanent");
	assert_int_equal(rig_end(1)[-(ptrdiff_t)rig.layout->swap_info], 3);
}

static void the_magic_is_the_last_program_of_a_permanent_request(void **state)
{
	(void)state;
	for_each_case(check_order);
}

static void check_test_order(void)
{
	rig_start(-1, false);
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
	assert_int_equal(rig.op_count, 2);
	assert_int_equal(op_distance(0, 1), rig.layout->swap_info);
	assert_int_equal(op_distance(1, 1), rig.what->align == 32 ? 32 : 16);
	assert_string_equal(rig_meaning(), "test");
	assert_int_equal(rig_end(1)[-(ptrdiff_t)rig.layout->swap_info], 2);
	/* Nothing in the primary. */
	assert_true(trailer_is_blank(rig_end(0), rig.areas[0].fa_size, rig.what->erased));
}

static void a_test_request_is_two_programs_in_the_secondary(void **state)
{
	(void)state;
	for_each_case(check_test_order);
}

static void check_repeat(void)
{
	for (int permanent = 0; permanent < 2; permanent++) {
		test_flash_blank(&rig.flash);
		assert_int_equal(boot_request_upgrade(permanent), 0);
		rig_start(-1, false);
		assert_int_equal(boot_request_upgrade(permanent), 0);
		assert_int_equal(rig.op_count, 0);
	}
}

static void the_same_request_again_writes_nothing(void **state)
{
	(void)state;
	for_each_case(check_repeat);
}

static void check_raise(void)
{
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
	rig_start(-1, false);
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_PERMANENT), 0);
	assert_int_equal(rig.op_count, 1);
	assert_int_equal(op_distance(0, 1), rig.layout->image_ok);
	assert_string_equal(rig_meaning(), "permanent");
}

static void a_pending_test_is_raised_to_permanent_by_one_program(void **state)
{
	(void)state;
	for_each_case(check_raise);
}

static void check_lower(void)
{
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_PERMANENT), 0);
	rig_start(-1, false);
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), -EALREADY);
	assert_int_equal(rig.op_count, 0);
	assert_string_equal(rig_meaning(), "permanent");
}

static void a_permanent_request_is_not_lowered_to_a_test(void **state)
{
	(void)state;
	for_each_case(check_lower);
}

/* What may be in force after a cut: what was before, nothing, or what was asked for. */
static bool is_one_of(const char *meaning, const char *before, const char *wanted)
{
	return strcmp(meaning, before) == 0 || strcmp(meaning, "none") == 0 ||
	       strcmp(meaning, wanted) == 0;
}

static int ask_test(void)
{
	return boot_request_upgrade(BOOT_UPGRADE_TEST);
}

static int ask_permanent(void)
{
	return boot_request_upgrade(BOOT_UPGRADE_PERMANENT);
}

static int take_back(void)
{
	return boot_cancel_upgrade_multi(0);
}

/* The left-overs that a call may begin with. */
static void put_remains(int kind)
{
	switch (kind) {
	case 1: /* a test */
		rig_put_magic(1);
		rig_put(1, rig.layout->swap_info, 2);
		break;
	case 2: /* cut before the magic */
		rig_put(1, rig.layout->image_ok, 1);
		rig_put(1, rig.layout->swap_info, 3);
		break;
	case 3: /* cut inside the magic */
		rig_put(1, 16, rig.layout->magic[0]);
		break;
	case 4: /* cut inside image_ok */
		rig_put_magic(1);
		rig_put(1, rig.layout->image_ok, 0x55);
		break;
	default:
		break;
	}
}

static void cut_everywhere(int (*call)(void), const char *wanted, int remains, bool torn)
{
	for (long cut = 0;; cut++) {
		char before[16];
		int rc;

		test_flash_blank(&rig.flash);
		rig_put_image(1, rig.what->max_image);
		put_remains(remains);
		snprintf(before, sizeof(before), "%s", rig_meaning());
		rig_start(cut, torn);
		rc = call();
		if ((size_t)cut >= rig.op_count) {
			assert_int_equal(rc, 0);
			assert_string_equal(rig_meaning(), wanted);
			assert_true(cut > 0);
			return;
		}
		assert_int_equal(rc, -EINTR);
		assert_true(is_one_of(rig_meaning(), before, wanted));
		rig_start(-1, false);
		rc = call();
		assert_true(rc == 0 || (rc == -ENOENT && call == take_back));
		assert_string_equal(rig_meaning(), wanted);
	}
}

static void check_cuts(void)
{
	for (int torn = 0; torn < 2; torn++) {
		for (int remains = 0; remains < 5; remains++) {
			if (remains != 1) {
				cut_everywhere(ask_test, "test", remains, torn);
			}
			cut_everywhere(ask_permanent, "permanent", remains, torn);
			if (remains != 0) {
				cut_everywhere(take_back, "none", remains, torn);
			}
		}
	}
}

static void after_any_cut_nothing_stronger_holds_and_the_same_call_completes(void **state)
{
	(void)state;
	for_each_case(check_cuts);
}

static void check_repair_spares_image(void)
{
	uint8_t *slot = rig_end(1) - rig.areas[1].fa_size;

	rig_put_image(1, rig.what->max_image);
	rig_put(1, 16, rig.layout->magic[0]);
	assert_int_equal(ask_test(), 0);
	assert_string_equal(rig_meaning(), "test");
	/* The image is whole: its last byte is the pattern's. */
	assert_int_equal(slot[rig.what->max_image - 1], (31 + 11) % 251);
}

static void a_repair_leaves_the_largest_image_whole(void **state)
{
	(void)state;
	for_each_case(check_repair_spares_image);
}

static void check_image_in_the_way(void)
{
	static uint8_t before[131072 * 8];
	const ssize_t trailer = boot_trailer_size(&rig.areas[1]);

	rig_put_image(1, rig.areas[1].fa_size - (size_t)trailer + 1);
	rig_put(1, 16, rig.layout->magic[0]);
	memcpy(before, rig.flash.memory, rig.flash.size);
	rig_start(-1, false);
	assert_int_equal(ask_test(), -EUCLEAN);
	assert_int_equal(take_back(), -EUCLEAN);
	assert_int_equal(rig.op_count, 0);
	assert_memory_equal(before, rig.flash.memory, rig.flash.size);
}

static void no_repair_where_the_image_reaches_into_the_trailer(void **state)
{
	(void)state;
	for_each_case(check_image_in_the_way);
}

static void no_repair_where_the_end_of_the_image_cannot_be_found(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	rig_put_image(1, 4096);
	rig_put(1, 16, rig.layout->magic[0]);
	/* No TLV area behind the payload. */
	memset(rig_end(1) - rig.areas[1].fa_size + 4096 - 40, 0xff, 40);
	rig_start(-1, false);
	assert_int_equal(ask_test(), -EUCLEAN);
	assert_int_equal(rig.op_count, 0);
	rig_close();
}

static void check_dirty_padding(void)
{
	const size_t block = rig.what->write;

	if (block == 1) {
		return;
	}
	/* image_ok reads unset, but its block cannot be programmed. */
	rig_put_magic(1);
	rig_put(1, rig.layout->image_ok - block + 1, 0x5a);
	assert_int_equal(ask_permanent(), 0);
	assert_string_equal(rig_meaning(), "permanent");
	assert_true(rig_end(1)[-(ptrdiff_t)(rig.layout->image_ok - block + 1)] == rig.what->erased);
}

static void a_flag_whose_block_is_not_erased_is_written_after_a_repair(void **state)
{
	(void)state;
	for_each_case(check_dirty_padding);
}

static void check_confirm(void)
{
	rig_put_magic(0);
	rig_put(0, rig.layout->swap_info, 2);
	rig_put(0, rig.layout->copy_done, 1);
	assert_int_equal(boot_is_unconfirmed_multi(0), 1);
	assert_false(boot_is_img_confirmed());
	rig_start(-1, false);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(rig.op_count, 1);
	assert_int_equal(op_distance(0, 0), rig.layout->image_ok);
	assert_int_equal(rig.ops[0].len, rig.what->write);
	assert_int_equal(boot_is_unconfirmed_multi(0), 0);
	assert_true(boot_is_img_confirmed());
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(rig.op_count, 1);
}

static void confirming_is_one_program_and_again_none(void **state)
{
	(void)state;
	for_each_case(check_confirm);
}

static void check_factory(void)
{
	rig_start(-1, false);
	assert_true(boot_is_img_confirmed());
	assert_int_equal(boot_is_unconfirmed_multi(0), 0);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(rig.op_count, 0);
}

static void a_factory_image_is_confirmed_without_a_write(void **state)
{
	(void)state;
	for_each_case(check_factory);
}

/* Without a magic the image is confirmed as one of the factory is. */
static void assert_mended(void)
{
	rig_put_image(0, rig.what->max_image);
	assert_false(boot_is_img_confirmed());
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_true(boot_is_img_confirmed());
	assert_true(trailer_is_blank(rig_end(0), rig.layout->swap_info, rig.what->erased));
	assert_int_equal(rig_end(0)[-(ptrdiff_t)(rig.areas[0].fa_size - rig.what->max_image + 1)],
			 (31 + 11) % 251);
	test_flash_blank(&rig.flash);
}

static void check_bad_confirm(void)
{
	rig_put(0, 1, 0x5a); /* magic */
	assert_mended();
	rig_put_magic(0);
	rig_put(0, rig.layout->image_ok, 0x5a);
	assert_mended();
	if (rig.what->write > 1) {
		rig_put_magic(0);
		rig_put(0, rig.layout->image_ok - 1, 0x5a);
		assert_mended();
	}
}

static void a_bad_magic_or_flag_of_the_running_image_is_taken_out(void **state)
{
	(void)state;
	for_each_case(check_bad_confirm);
}

static void check_confirm_cut(void)
{
	for (int torn = 0; torn < 2; torn++) {
		test_flash_blank(&rig.flash);
		rig_put_magic(0);
		rig_put(0, rig.layout->copy_done, 1);
		rig_start(0, torn);
		assert_int_equal(boot_write_img_confirmed(), -EINTR);
		assert_int_equal(rig.op_count, 1);
		rig_start(-1, false);
		/* Torn: the first byte counts, and it is there. */
		assert_int_equal(boot_write_img_confirmed(), 0);
		assert_int_equal(rig.op_count, torn ? 0 : 1);
		assert_string_equal(rig_meaning(), "none");
		assert_true(boot_is_img_confirmed());
	}
}

static void confirming_again_after_a_cut_confirms(void **state)
{
	(void)state;
	for_each_case(check_confirm_cut);
}

static void check_nothing_pending(void)
{
	rig_put_image(1, 2000);
	rig_start(-1, false);
	assert_int_equal(take_back(), -ENOENT);
	assert_int_equal(rig.op_count, 0);
}

static void taking_back_what_was_not_asked_for_says_so(void **state)
{
	(void)state;
	for_each_case(check_nothing_pending);
}

static void read_errors_pass_through_unchanged(void **state)
{
	int (*const calls[])(void) = {ask_test, ask_permanent, take_back, boot_write_img_confirmed,
				      mcuboot_swap_type};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		for (long read = 0;; read++) {
			int rc;

			rig_open(&rig_cases[0]);
			rig_put_image(1, 4096);
			rig_put_magic(0);
			rig_put(1, 16, 0x5a);
			rig.flash.nor.fail_reads = true;
			rig.flash.nor.fail_after = read;
			rig.flash.nor.fail_rc = -ETIMEDOUT;
			rc = calls[i]();
			const bool fired = rig.flash.nor.fail_after < 0;
			rig_close();
			if (!fired) {
				assert_true(rc >= 0);
				assert_true(read > 0);
				break;
			}
			assert_int_equal(rc, -ETIMEDOUT);
		}
	}
}

static void a_request_that_does_not_read_back_is_an_error(void **state)
{
	(void)state;
	/* The last program is lost: the magic of a new request, image_ok of a raised one. */
	for (long lost = 0; lost < 2; lost++) {
		rig_open(&rig_cases[0]);
		rig.cut_rc = 0;
		if (lost == 0) {
			assert_int_equal(ask_test(), 0);
		}
		rig_start(lost == 0 ? 0 : 2, false);
		assert_int_equal(ask_permanent(), -EIO);
		assert_string_equal(rig_meaning(), lost == 0 ? "test" : "none");
		rig_close();
	}
}

static void set_next_takes_the_primary_as_running_and_the_secondary_as_wanted(void **state)
{
	const struct flash_area stranger = {.fa_id = 16};

	(void)state;
	rig_open(&rig_cases[0]);
	rig_start(-1, false);
	assert_int_equal(boot_set_next(&rig.areas[0], false, false), -EINVAL);
	assert_int_equal(boot_set_next(&rig.areas[1], true, true), -EINVAL);
	assert_int_equal(boot_set_next(&stranger, true, true), -EINVAL);
	assert_int_equal(rig.op_count, 0);
	assert_int_equal(boot_set_next(&rig.areas[1], false, true), 0);
	assert_string_equal(rig_meaning(), "permanent");
	rig_put_magic(0);
	assert_int_equal(boot_set_next(&rig.areas[0], true, false), 0);
	assert_true(boot_is_img_confirmed());
	rig_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_magic_is_the_last_program_of_a_permanent_request),
		cmocka_unit_test(a_test_request_is_two_programs_in_the_secondary),
		cmocka_unit_test(the_same_request_again_writes_nothing),
		cmocka_unit_test(a_pending_test_is_raised_to_permanent_by_one_program),
		cmocka_unit_test(a_permanent_request_is_not_lowered_to_a_test),
		cmocka_unit_test(after_any_cut_nothing_stronger_holds_and_the_same_call_completes),
		cmocka_unit_test(a_repair_leaves_the_largest_image_whole),
		cmocka_unit_test(no_repair_where_the_image_reaches_into_the_trailer),
		cmocka_unit_test(no_repair_where_the_end_of_the_image_cannot_be_found),
		cmocka_unit_test(a_flag_whose_block_is_not_erased_is_written_after_a_repair),
		cmocka_unit_test(confirming_is_one_program_and_again_none),
		cmocka_unit_test(a_factory_image_is_confirmed_without_a_write),
		cmocka_unit_test(a_bad_magic_or_flag_of_the_running_image_is_taken_out),
		cmocka_unit_test(confirming_again_after_a_cut_confirms),
		cmocka_unit_test(taking_back_what_was_not_asked_for_says_so),
		cmocka_unit_test(read_errors_pass_through_unchanged),
		cmocka_unit_test(a_request_that_does_not_read_back_is_an_error),
		cmocka_unit_test(set_next_takes_the_primary_as_running_and_the_secondary_as_wanted),
	};

	return cmocka_run_group_tests_name("boot_request", tests, NULL, NULL);
}
