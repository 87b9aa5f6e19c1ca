/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for the secondary's image and taking that back: in every mode that has one, on every
 * geometry, with a cut before and inside every operation.
 */
#include "boot_rig.h"

#include <stdio.h>
#include <string.h>

#include <storage/flash_map.h>

#include "boot/boot_slot.h"

static const enum boot_mode modes[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
				       BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY};

static void for_each_case(void (*check)(void))
{
	for (size_t i = 0; i < ARRAY_LEN(modes) * rig_case_count; i++) {
		rig_open_mode(&rig_cases[i / ARRAY_LEN(modes)], modes[i % ARRAY_LEN(modes)]);
		check();
		rig_close();
	}
}

/* overwrite-only installs for good, whatever the request says. */
static bool is_overwrite(void)
{
	return rig.mode == BOOT_MODE_OVERWRITE_ONLY;
}

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0 ||
	       (is_overwrite() && strcmp(a, "none") != 0 && strcmp(b, "none") != 0);
}

static size_t op_distance(size_t op, int slot)
{
	return (size_t)rig.areas[slot].fa_off + rig.areas[slot].fa_size - rig.ops[op].off;
}

/* With its padding, where that is no whole write block, or has to be cleared. */
static size_t magic_len(void)
{
	const bool padded = rig.what->write == 32 || rig.what->no_erase;

	return rig.what->align == 32 && padded ? 32 : 16;
}

static void check_order(void)
{
	const size_t magic = magic_len();

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
	assert_int_equal(op_distance(1, 1), magic_len());
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
	assert_int_equal(rig.op_count, is_overwrite() ? 0 : 1);
	if (!is_overwrite()) {
		assert_int_equal(op_distance(0, 1), rig.layout->image_ok);
		assert_string_equal(rig_meaning(), "permanent");
	}
}

static void
a_pending_test_is_raised_to_permanent_by_one_program_if_that_makes_a_difference(void **state)
{
	(void)state;
	for_each_case(check_raise);
}

static void check_lower(void)
{
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_PERMANENT), 0);
	rig_start(-1, false);
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), is_overwrite() ? 0 : -EALREADY);
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
	       is_same(meaning, wanted);
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

#define REMAINS 8

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
	case 5: /* of a direct mode, or of the swap before: swap-offset reads a revert */
		rig_put_magic(1);
		rig_put(1, rig.layout->copy_done, 1);
		break;
	case 6: /* of the swap before */
		rig_put(1, rig.layout->copy_done, 1);
		break;
	case 7: /* of a bootloader with another alignment */
		memcpy(rig_end(1) - 16, trailer_bytes(rig.what->align == 8 ? 16 : 8)->magic, 16);
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
			assert_true(is_same(rig_meaning(), wanted));
			assert_true(cut > 0 || is_same(before, wanted));
			return;
		}
		assert_int_equal(rc, -EINTR);
		assert_true(is_one_of(rig_meaning(), before, wanted));
		rig_start(-1, false);
		rc = call();
		assert_true(rc == 0 || (rc == -ENOENT && call == take_back));
		assert_true(is_same(rig_meaning(), wanted));
	}
}

static void check_cuts(void)
{
	for (int torn = 0; torn < 2; torn++) {
		for (int remains = 0; remains < REMAINS; remains++) {
			if (remains != 1 && (remains != 5 || rig.mode == BOOT_MODE_SWAP_OFFSET)) {
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
	uint8_t *slot = rig_end(1) - rig.areas[1].fa_size + rig_base(1);

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

	rig_put_image(1, rig.areas[1].fa_size - (size_t)trailer + 1 - rig_base(1));
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

	if (block == 1 || is_overwrite()) {
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

/* The image goes as far as it may: the trailer's page is its own, too. */
static void check_own_cut(void)
{
	const bool shares_page = rig.mode == BOOT_MODE_SWAP_SCRATCH;
	const ssize_t most = boot_get_max_image_size(0);

	for (int written = 1; written < 3; written++) {
		test_flash_blank(&rig.flash);
		rig_put_image(1, (size_t)most);
		rig_put(1, rig.layout->image_ok, 1);
		if (written == 2) {
			rig_put(1, rig.layout->swap_info, 3);
		}
		rig_start(-1, false);
		if (shares_page && !rig.what->no_erase) {
			assert_int_equal(ask_test(), -EUCLEAN);
			assert_int_equal(rig.op_count, 0);
		}
		assert_int_equal(ask_permanent(), 0);
		assert_int_equal(rig.op_count, 3 - written);
		assert_string_equal(rig_meaning(), "permanent");
	}
}

static void a_request_that_was_cut_before_the_magic_is_gone_on_with_beside_any_image(void **state)
{
	(void)state;
	for_each_case(check_own_cut);
}

/* What a swap has left, or nobody knows: with no room to wipe, and nothing that it would change. */
static void check_idle_remains(void)
{
	const ssize_t most = boot_get_max_image_size(0);

	if (rig.mode == BOOT_MODE_SWAP_OFFSET || rig.what->no_erase) {
		return;
	}
	for (int permanent = 0; permanent < 2; permanent++) {
		test_flash_blank(&rig.flash);
		rig_put_image(1, (size_t)most);
		rig_put(1, rig.layout->copy_done, 1);
		rig_put(1, rig.layout->swap_info, permanent ? 2 : 3);
		assert_int_equal(boot_request_upgrade(permanent), 0);
		assert_true(is_same(rig_meaning(), permanent ? "permanent" : "test"));
	}
}

static void remains_that_change_nothing_do_not_keep_a_request_out(void **state)
{
	(void)state;
	for_each_case(check_idle_remains);
}

static void a_slot_too_small_for_status_is_still_marked(void **state)
{
	const struct rig_case what = {
		.page = 4096, .pages = 2, .write = 32, .erased = 0xff, .align = 32};

	(void)state;
	rig_open(&what);
	rig_put(1, rig.layout->copy_done, 1);
	assert_int_equal(ask_test(), 0);
	assert_string_equal(rig_meaning(), "test");
	rig_put(1, 16, 0x5a);
	rig_start(-1, false);
	assert_int_equal(ask_test(), -ENOTSUP);
	assert_int_equal(rig.op_count, 0);
	rig_close();
}

static void check_image_end(void)
{
	/* No header in flash yet, but bytes of the image as far as the trailer's page. */
	const size_t start = rig.areas[1].fa_size - (size_t)boot_trailer_size(&rig.areas[1]);
	const size_t first = rig.what->no_erase ? start : start - start % rig.what->page;

	rig_put(1, 16, rig.layout->magic[0]);
	rig_start(-1, false);
	assert_int_equal(boot_slot_request(&rig.areas[1], false, first + 1), -EUCLEAN);
	assert_int_equal(rig.op_count, 0);
	assert_int_equal(boot_slot_request(&rig.areas[1], false, first), 0);
	assert_string_equal(rig_meaning(), "test");
}

static void whoever_knows_the_end_of_the_image_needs_no_header_in_flash(void **state)
{
	(void)state;
	for_each_case(check_image_end);
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
		cmocka_unit_test(
			a_pending_test_is_raised_to_permanent_by_one_program_if_that_makes_a_difference),
		cmocka_unit_test(a_permanent_request_is_not_lowered_to_a_test),
		cmocka_unit_test(after_any_cut_nothing_stronger_holds_and_the_same_call_completes),
		cmocka_unit_test(a_repair_leaves_the_largest_image_whole),
		cmocka_unit_test(no_repair_where_the_image_reaches_into_the_trailer),
		cmocka_unit_test(no_repair_where_the_end_of_the_image_cannot_be_found),
		cmocka_unit_test(a_flag_whose_block_is_not_erased_is_written_after_a_repair),
		cmocka_unit_test(
			a_request_that_was_cut_before_the_magic_is_gone_on_with_beside_any_image),
		cmocka_unit_test(remains_that_change_nothing_do_not_keep_a_request_out),
		cmocka_unit_test(a_slot_too_small_for_status_is_still_marked),
		cmocka_unit_test(whoever_knows_the_end_of_the_image_needs_no_header_in_flash),
		cmocka_unit_test(taking_back_what_was_not_asked_for_says_so),
		cmocka_unit_test(read_errors_pass_through_unchanged),
		cmocka_unit_test(a_request_that_does_not_read_back_is_an_error),
		cmocka_unit_test(set_next_takes_the_primary_as_running_and_the_secondary_as_wanted),
	};

	return cmocka_run_group_tests_name("boot_request", tests, NULL, NULL);
}
