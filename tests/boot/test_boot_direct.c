/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bootloader starts what it finds: marking a slot, confirming the one that runs, whether
 * an image is pending, and taking it back. Of every call every cut.
 */
#include "boot_rig.h"

#include <string.h>

#include <storage/flash_map.h>

static const enum boot_mode modes[] = {BOOT_MODE_DIRECT_XIP, BOOT_MODE_DIRECT_XIP_REVERT,
				       BOOT_MODE_RAM_LOAD, BOOT_MODE_RAM_LOAD_REVERT};

static int running; /* slot, by turns */

static void for_each_case(void (*check)(void))
{
	for (size_t i = 0; i < 2 * ARRAY_LEN(modes) * rig_case_count; i++) {
		rig_open_mode(&rig_cases[i / 2 / ARRAY_LEN(modes)],
			      modes[i / 2 % ARRAY_LEN(modes)]);
		running = (int)(i % 2);
		assert_int_equal(boot_running_slot_set(0, running), 0);
		check();
		rig_close();
	}
}

static bool is_revert(void)
{
	return rig.mode == BOOT_MODE_DIRECT_XIP_REVERT || rig.mode == BOOT_MODE_RAM_LOAD_REVERT;
}

static uint8_t byte_of(int slot, size_t distance)
{
	return rig_end(slot)[-(ptrdiff_t)distance];
}

/* Whether the bootloader gives a slot up or erases it, in words: a start that was not confirmed. */
static bool is_given_up(int slot)
{
	return byte_of(slot, rig.layout->copy_done) == 1 &&
	       byte_of(slot, rig.layout->image_ok) != 1;
}

/* "none": not marked; "given up"; "good": for good; "test". */
static const char *mark_of(int slot)
{
	if (!trailer_has_magic(rig.layout, rig_end(slot))) {
		return "none";
	}
	if (is_given_up(slot)) {
		return "given up";
	}
	return byte_of(slot, rig.layout->image_ok) == 1 ? "good" : "test";
}

/* An image as the mode starts it, with version 1.2.3, and the one version more or less. */
static void put_image(int slot, size_t size, uint8_t revision)
{
	uint8_t *start = rig_end(slot) - rig.areas[slot].fa_size;

	rig_put_image(slot, size);
	start[22] = revision;
	if (rig.mode == BOOT_MODE_RAM_LOAD || rig.mode == BOOT_MODE_RAM_LOAD_REVERT) {
		start[16] = 0x20;
	}
}

static size_t op_distance(size_t op, int slot)
{
	return (size_t)rig.areas[slot].fa_off + rig.areas[slot].fa_size - rig.ops[op].off;
}

static int ask_test(void)
{
	return boot_request_upgrade(BOOT_UPGRADE_TEST);
}

static int ask_good(void)
{
	return boot_request_upgrade(BOOT_UPGRADE_PERMANENT);
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
	const int other = 1 - running;

	rig_start(-1, false);
	assert_int_equal(ask_test(), 0);
	assert_int_equal(rig.op_count, 1);
	assert_int_equal(op_distance(0, other), magic);
	assert_string_equal(mark_of(other), "test");
	assert_int_equal(ask_test(), 0);
	assert_int_equal(rig.op_count, 1);

	assert_int_equal(ask_good(), 0);
	assert_int_equal(rig.op_count, 3);
	assert_int_equal(op_distance(1, other), rig.layout->image_ok);
	assert_int_equal(op_distance(2, other), rig.layout->copy_done);
	assert_string_equal(mark_of(other), "good");
	/* A weaker request is met by it. */
	assert_int_equal(ask_test(), 0);
	assert_int_equal(rig.op_count, 3);

	test_flash_blank(&rig.flash);
	rig_start(-1, false);
	assert_int_equal(ask_good(), 0);
	assert_int_equal(rig.op_count, 3);
	assert_int_equal(op_distance(0, other), rig.layout->image_ok);
	assert_int_equal(op_distance(1, other), rig.layout->copy_done);
	assert_int_equal(op_distance(2, other), magic);
	assert_string_equal(mark_of(other), "good");
	assert_int_equal(byte_of(other, rig.layout->swap_info), rig.what->erased);
	assert_true(
		trailer_is_blank(rig_end(running), rig.areas[running].fa_size, rig.what->erased));
}

static void a_request_marks_the_slot_that_does_not_run_and_the_magic_comes_last(void **state)
{
	(void)state;
	for_each_case(check_order);
}

#define REMAINS 10

/* What an earlier call, or somebody else, has left behind. */
static void put_remains(int slot, int kind)
{
	switch (kind) {
	case 1: /* cut inside the magic */
		memcpy(rig_end(slot) - 16, rig.layout->magic, 7);
		break;
	case 2:
		rig_put(slot, rig.layout->image_ok, 1);
		break;
	case 3:
		rig_put(slot, rig.layout->copy_done, 1);
		break;
	case 4: /* started once and not confirmed */
		rig_put_magic(slot);
		rig_put(slot, rig.layout->copy_done, 1);
		break;
	case 5: /* cut inside image_ok */
		rig_put_magic(slot);
		rig_put(slot, rig.layout->image_ok, 0x5a);
		break;
	case 6:
		rig_put(slot, rig.layout->swap_info, 2);
		break;
	case 7: /* of a bootloader with another alignment */
		memcpy(rig_end(slot) - 16, trailer_bytes(rig.what->align == 8 ? 16 : 8)->magic, 16);
		break;
	case 8:
		rig_put_magic(slot);
		break;
	case 9:
		rig_put(slot, rig.layout->copy_done, 0x5a);
		rig_put(slot, rig.layout->image_ok, 0x5a);
		break;
	default:
		break;
	}
}

static bool is_one_of(const char *mark, const char *before, const char *wanted)
{
	return strcmp(mark, "none") == 0 || strcmp(mark, before) == 0 || strcmp(mark, wanted) == 0;
}

/* Torn or not, nothing but what was, nothing at all, or what is wanted; and then it is completed.
 */
static void cut_request(int (*call)(void), const char *wanted, int remains, bool torn)
{
	const int other = 1 - running;

	for (long cut = 0;; cut++) {
		test_flash_blank(&rig.flash);
		put_image(other, rig.what->max_image, 4);
		put_remains(other, remains);
		const char *before = mark_of(other);
		rig_start(cut, torn);
		const int rc = call();
		if ((size_t)cut >= rig.op_count) {
			assert_int_equal(rc, 0);
			assert_string_equal(mark_of(other), wanted);
			return;
		}
		assert_int_equal(rc, -EINTR);
		/* A test on its way to good may have its image_ok, torn or not. */
		assert_true(is_one_of(mark_of(other), before, wanted));
		rig_start(-1, false);
		assert_int_equal(call(), 0);
		assert_string_equal(mark_of(other), wanted);
	}
}

static void check_request_cuts(void)
{
	for (int remains = 0; remains < REMAINS; remains++) {
		for (int torn = 0; torn < 2; torn++) {
			/* A test with a bad image_ok is still one. */
			cut_request(ask_test, "test", remains, torn);
			cut_request(ask_good, "good", remains, torn);
		}
	}
}

static void
after_any_cut_of_a_request_nothing_stronger_holds_and_the_same_call_completes(void **state)
{
	(void)state;
	for_each_case(check_request_cuts);
}

static void check_confirm(void)
{
	/* Started by the bootloader for the first time. */
	put_remains(running, 4);
	assert_int_equal(boot_is_unconfirmed_multi(0), is_revert());
	assert_false(boot_is_img_confirmed());
	rig_start(-1, false);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(rig.op_count, 1);
	assert_int_equal(op_distance(0, running), rig.layout->image_ok);
	assert_int_equal(boot_is_unconfirmed_multi(0), 0);
	assert_true(boot_is_img_confirmed());
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(rig.op_count, 1);
	assert_true(trailer_is_blank(rig_end(1 - running), rig.areas[0].fa_size, rig.what->erased));

	/* Without a trailer: nobody erases it but a revert variant. */
	test_flash_blank(&rig.flash);
	assert_int_equal(boot_is_img_confirmed(), !is_revert());
	assert_int_equal(boot_is_unconfirmed_multi(0), 0);
	rig_start(-1, false);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(rig.op_count, 3);
	assert_int_equal(op_distance(0, running), rig.layout->image_ok);
	assert_int_equal(op_distance(1, running), rig.layout->copy_done);
	assert_string_equal(mark_of(running), "good");
	assert_int_equal(byte_of(running, rig.layout->swap_info), rig.what->erased);
}

static void confirming_marks_the_slot_that_runs(void **state)
{
	(void)state;
	for_each_case(check_confirm);
}

/* Never given up at a cut, if it was not before. */
static void check_confirm_cuts(void)
{
	for (int remains = 0; remains < REMAINS; remains++) {
		for (long cut = 0;; cut++) {
			test_flash_blank(&rig.flash);
			put_image(running, rig.what->max_image, 4);
			put_remains(running, remains);
			const char *before = mark_of(running);
			rig_start(cut, false);
			const int rc = boot_write_img_confirmed();
			if (rc == -EUCLEAN) {
				assert_true(is_revert() && rig.op_count == 0);
				break;
			}
			if ((size_t)cut >= rig.op_count) {
				assert_int_equal(rc, 0);
				assert_string_equal(mark_of(running), "good");
				break;
			}
			if (is_revert()) {
				assert_true(strcmp(mark_of(running), before) == 0 ||
					    strcmp(mark_of(running), "good") == 0);
			}
			rig_start(-1, false);
			assert_int_equal(boot_write_img_confirmed(), 0);
		}
	}
}

static void no_cut_of_a_confirmation_gives_the_running_image_up(void **state)
{
	(void)state;
	for_each_case(check_confirm_cuts);
}

static void check_bad_confirm(void)
{
	static const int bad[] = {1, 5, 7, 9};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		test_flash_blank(&rig.flash);
		put_image(running, rig.what->max_image, 4);
		put_remains(running, bad[i]);
		rig_start(-1, false);
		if (is_revert()) {
			assert_int_equal(boot_write_img_confirmed(), -EUCLEAN);
			assert_int_equal(rig.op_count, 0);
			assert_false(boot_is_img_confirmed());
		} else {
			assert_int_equal(boot_write_img_confirmed(), 0);
			assert_string_equal(mark_of(running), "good");
			assert_true(boot_is_img_confirmed());
			assert_int_equal(byte_of(running, rig.areas[running].fa_size -
								  rig.what->max_image + 1),
					 (31 + 11) % 251);
		}
	}
}

static void
a_torn_trailer_of_the_running_slot_is_repaired_only_where_it_does_not_count(void **state)
{
	(void)state;
	for_each_case(check_bad_confirm);
}

/* Whoever says that the other slot runs may be right. */
static void check_active(void)
{
	const int other = 1 - running;

	put_remains(other, 5);
	rig_start(-1, false);
	assert_int_equal(boot_set_next(&rig.areas[other], true, false), is_revert() ? -EUCLEAN : 0);
	assert_int_equal(rig.op_count == 0, is_revert());
	test_flash_blank(&rig.flash);
	assert_int_equal(boot_set_next(&rig.areas[other], true, false), 0);
	assert_string_equal(mark_of(other), "good");
	test_flash_blank(&rig.flash);
	assert_int_equal(boot_set_next(&rig.areas[running], false, false), 0);
	assert_string_equal(mark_of(running), "test");
}

static void any_slot_can_be_marked_but_none_that_may_run_is_put_at_risk(void **state)
{
	(void)state;
	for_each_case(check_active);
}

static void check_image_in_the_way(void)
{
	const int other = 1 - running;
	const size_t most = rig.areas[other].fa_size - rig.layout->swap_info;

	assert_int_equal(boot_get_max_image_size(0), most);
	if (rig.what->no_erase) {
		return; /* no erase, nothing in the way */
	}
	put_image(other, most, 4);
	put_remains(other, 1);
	rig_start(-1, false);
	assert_int_equal(ask_test(), -EUCLEAN);
	/* A left-over image_ok does not turn the test into more. */
	memset(rig_end(other) - 16, rig.what->erased, 16);
	rig_put(other, rig.layout->image_ok, 1);
	assert_int_equal(ask_test(), -EUCLEAN);
	assert_int_equal(rig.op_count, 0);
	assert_int_equal(ask_good(), 0);
	assert_string_equal(mark_of(other), "good");
}

static void no_repair_where_the_image_reaches_into_the_trailers_page(void **state)
{
	(void)state;
	for_each_case(check_image_in_the_way);
}

static void check_unknown(void)
{
	put_image(0, 2000, 3);
	put_image(1, 2000, 4);
	assert_int_equal(boot_running_slot_set(0, -1), 0);
	rig_start(-1, false);
	assert_int_equal(ask_test(), -ENODEV);
	assert_int_equal(boot_write_img_confirmed(), -ENODEV);
	assert_int_equal(boot_cancel_upgrade_multi(0), -ENODEV);
	assert_int_equal(boot_is_pending_multi(0), -ENODEV);
	assert_int_equal(boot_is_unconfirmed_multi(0), is_revert() ? -ENODEV : 0);
	assert_false(boot_is_img_confirmed());
	assert_int_equal(boot_fetch_active_slot(), BOOT_INVALID_SLOT_ID);
	assert_int_equal(rig.op_count, 0);
	/* Either slot might run. */
	put_remains(0, 5);
	assert_int_equal(boot_set_next(&rig.areas[0], false, true), is_revert() ? -EUCLEAN : 0);
}

static void without_knowing_what_runs_nothing_is_done_by_guess(void **state)
{
	(void)state;
	for_each_case(check_unknown);
}

/* What the upload slot holds, against 1.2.3 that runs. */
static void check_pending(void)
{
	static const struct {
		uint8_t revision;
		bool wins_as_primary, wins_as_secondary;
	} rows[] = {{2, false, false}, {3, true, false}, {4, true, true}};
	const int other = 1 - running;

	assert_int_equal(boot_is_pending_multi(0), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int marked = 0; marked < 4; marked++) {
			const bool wins = other == 0 ? rows[i].wins_as_primary
						     : rows[i].wins_as_secondary;

			test_flash_blank(&rig.flash);
			put_image(running, 2000, 3);
			put_image(other, 2000, rows[i].revision);
			/* Not at all; for a test; started and not confirmed; for good. */
			put_remains(other, marked == 0 ? 0 : marked == 2 ? 4 : 8);
			if (marked == 3) {
				rig_put(other, rig.layout->image_ok, 1);
			}
			assert_int_equal(boot_is_pending_multi(0),
					 wins && (!is_revert() || marked == 1 || marked == 3));
		}
	}
	/* Nothing to compare with. */
	rig_end(running)[-(ptrdiff_t)rig.areas[running].fa_size] ^= 0x10;
	assert_int_equal(boot_is_pending_multi(0), 1);
}

static void an_image_is_pending_if_it_would_be_started_instead_of_the_running_one(void **state)
{
	(void)state;
	for_each_case(check_pending);
}

static void check_skipped(void)
{
	const int other = 1 - running;
	uint8_t *header = rig_end(other) - rig.areas[other].fa_size;

	put_image(running, 2000, 3);
	put_image(other, 2000, 4);
	put_remains(other, 8);
	header[16] ^= 0x20; /* not to be loaded into RAM: those modes want it to be */
	assert_int_equal(boot_is_pending_multi(0), rig.mode == BOOT_MODE_DIRECT_XIP ||
							   rig.mode == BOOT_MODE_DIRECT_XIP_REVERT);
	header[16] ^= 0x20;
	header[17] = 1; /* for address 0, where it does not lie */
	assert_int_equal(boot_is_pending_multi(0),
			 rig.mode == BOOT_MODE_RAM_LOAD || rig.mode == BOOT_MODE_RAM_LOAD_REVERT);
}

static void an_image_that_the_bootloader_skips_is_not_pending(void **state)
{
	(void)state;
	for_each_case(check_skipped);
}

static void check_cancel(void)
{
	static uint8_t before[131072 * 8];
	const int other = 1 - running;

	put_image(running, 2000, 3);
	put_image(other, rig.what->max_image, 2);
	put_remains(other, 8);
	memcpy(before, rig.flash.memory, rig.flash.size);
	rig_start(-1, false);
	assert_int_equal(boot_cancel_upgrade_multi(0), -ENOENT);
	assert_int_equal(rig.op_count, 0);
	assert_memory_equal(before, rig.flash.memory, rig.flash.size);
}

static void an_older_image_is_not_taken_out(void **state)
{
	(void)state;
	for_each_case(check_cancel);
}

static void check_cancel_cuts(void)
{
	const int other = 1 - running;
	const size_t header_len = rig.what->no_erase ? 32 : rig.what->page;
	const uint8_t *slot = rig_end(other) - rig.areas[other].fa_size;

	for (long cut = 0;; cut++) {
		test_flash_blank(&rig.flash);
		put_image(running, 2000, 3);
		put_image(other, rig.what->max_image, 4);
		put_remains(other, 8);
		rig_start(cut, false);
		const int rc = boot_cancel_upgrade_multi(0);
		if ((size_t)cut >= rig.op_count) {
			assert_int_equal(rc, 0);
			assert_int_equal(boot_is_pending_multi(0), 0);
			assert_true(
				trailer_is_blank(slot + header_len, header_len, rig.what->erased));
			assert_int_equal(trailer_has_magic(rig.layout, rig_end(other)),
					 !is_revert());
			if (rig.what->max_image > header_len) {
				assert_int_equal(slot[header_len], (header_len - 32 + 7) % 251);
			}
			assert_true(cut > 0);
			return;
		}
		assert_int_equal(rc, -EINTR);
		rig_start(-1, false);
		const int pending = boot_is_pending_multi(0);
		assert_int_equal(boot_cancel_upgrade_multi(0), pending == 1 ? 0 : -ENOENT);
		assert_int_equal(boot_is_pending_multi(0), 0);
	}
}

static void a_pending_image_loses_its_trailer_and_then_its_header(void **state)
{
	(void)state;
	for_each_case(check_cancel_cuts);
}

static void a_header_in_a_page_that_is_also_anothers_is_not_erased(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		rig_open_mode(&rig_cases[0], modes[i]);
		assert_int_equal(boot_running_slot_set(0, 0), 0);
		rig.areas[1].fa_off += 512;
		rig.areas[1].fa_size -= 512;
		put_image(1, 2000, 4);
		put_remains(1, 8);
		rig_start(-1, false);
		assert_int_equal(boot_is_pending_multi(0), 1);
		assert_int_equal(boot_cancel_upgrade_multi(0), -EINVAL);
		assert_int_equal(rig.op_count, 0);
		rig_close();
	}
}

static void without_room_for_trailers_the_plain_modes_do_all_and_the_others_nothing(void **state)
{
	static const size_t blocks[] = {16, 32, 64, 512};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(blocks) * ARRAY_LEN(modes); i++) {
		const struct rig_case what = {.page = 4096,
					      .pages = 8,
					      .write = blocks[i / ARRAY_LEN(modes)],
					      .erased = 0xff,
					      .align = 8};

		rig_open_mode(&what, modes[i % ARRAY_LEN(modes)]);
		running = 0;
		assert_int_equal(boot_running_slot_set(0, 0), 0);
		put_image(0, 2000, 3);
		put_image(1, 2000, 4);
		rig_start(-1, false);
		assert_int_equal(ask_good(), is_revert() ? -ENOTSUP : 0);
		assert_int_equal(boot_write_img_confirmed(), is_revert() ? -ENOTSUP : 0);
		assert_int_equal(boot_is_img_confirmed(), !is_revert());
		assert_int_equal(boot_is_unconfirmed_multi(0), is_revert() ? -ENOTSUP : 0);
		assert_int_equal(mcuboot_swap_type(), is_revert() ? -ENOTSUP : BOOT_SWAP_TYPE_NONE);
		assert_int_equal(boot_is_pending_multi(0), is_revert() ? -ENOTSUP : 1);
		assert_int_equal(rig.op_count, 0);
		assert_int_equal(boot_cancel_upgrade_multi(0), is_revert() ? -ENOTSUP : 0);
		assert_int_equal(rig.op_count, is_revert() ? 0 : 1);
		rig_close();
	}
}

static void errors_of_reads_pass_through(void **state)
{
	int (*const calls[])(void) = {ask_test, ask_good, boot_write_img_confirmed,
				      mcuboot_swap_type};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls) + 3; i++) {
		for (long read = 0;; read++) {
			rig_open_mode(&rig_cases[0], BOOT_MODE_DIRECT_XIP_REVERT);
			running = 0;
			put_image(0, 2000, 3);
			put_image(1, 4096, 4);
			put_remains(0, 4);
			put_remains(1, i < 2 ? 9 : 8);
			rig.flash.nor.fail_reads = true;
			rig.flash.nor.fail_after = read;
			rig.flash.nor.fail_rc = -ETIMEDOUT;
			const int rc = i < ARRAY_LEN(calls)        ? calls[i]()
				       : i == ARRAY_LEN(calls)     ? boot_is_pending_multi(0)
				       : i == ARRAY_LEN(calls) + 1 ? boot_cancel_upgrade_multi(0)
								   : boot_is_unconfirmed_multi(0);
			const bool fired = rig.flash.nor.fail_after < 0;
			rig_close();
			if (!fired) {
				assert_true(rc >= 0 && read > 0);
				break;
			}
			assert_int_equal(rc, -ETIMEDOUT);
		}
	}
}

static void a_mark_that_does_not_read_back_is_an_error(void **state)
{
	(void)state;
	/* The last program is lost. */
	for (long lost = 0; lost < 3; lost += 2) {
		rig_open_mode(&rig_cases[0], BOOT_MODE_DIRECT_XIP);
		rig.cut_rc = 0;
		rig_start(lost, false);
		assert_int_equal(lost == 0 ? ask_test() : ask_good(), -EIO);
		assert_string_equal(mark_of(1), "none");
		rig_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_request_marks_the_slot_that_does_not_run_and_the_magic_comes_last),
		cmocka_unit_test(
			after_any_cut_of_a_request_nothing_stronger_holds_and_the_same_call_completes),
		cmocka_unit_test(confirming_marks_the_slot_that_runs),
		cmocka_unit_test(no_cut_of_a_confirmation_gives_the_running_image_up),
		cmocka_unit_test(
			a_torn_trailer_of_the_running_slot_is_repaired_only_where_it_does_not_count),
		cmocka_unit_test(any_slot_can_be_marked_but_none_that_may_run_is_put_at_risk),
		cmocka_unit_test(no_repair_where_the_image_reaches_into_the_trailers_page),
		cmocka_unit_test(without_knowing_what_runs_nothing_is_done_by_guess),
		cmocka_unit_test(
			an_image_is_pending_if_it_would_be_started_instead_of_the_running_one),
		cmocka_unit_test(an_image_that_the_bootloader_skips_is_not_pending),
		cmocka_unit_test(an_older_image_is_not_taken_out),
		cmocka_unit_test(a_pending_image_loses_its_trailer_and_then_its_header),
		cmocka_unit_test(a_header_in_a_page_that_is_also_anothers_is_not_erased),
		cmocka_unit_test(
			without_room_for_trailers_the_plain_modes_do_all_and_the_others_nothing),
		cmocka_unit_test(errors_of_reads_pass_through),
		cmocka_unit_test(a_mark_that_does_not_read_back_is_an_error),
	};

	return cmocka_run_group_tests_name("boot_direct", tests, NULL, NULL);
}
