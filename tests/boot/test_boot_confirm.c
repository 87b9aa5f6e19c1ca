/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confirming what runs from a primary slot, in every mode that has one, on every geometry; and the
 * repair of its trailer, of which no cut may make the bootloader start anything else.
 */
#include "boot_rig.h"

#include <string.h>

#include <storage/flash_map.h>

static const enum boot_mode modes[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
				       BOOT_MODE_SWAP_OFFSET,  BOOT_MODE_OVERWRITE_ONLY,
				       BOOT_MODE_SINGLE_SLOT,  BOOT_MODE_FIRMWARE_LOADER};

static void for_each_case(void (*check)(void))
{
	for (size_t i = 0; i < ARRAY_LEN(modes) * rig_case_count; i++) {
		rig_open_mode(&rig_cases[i / ARRAY_LEN(modes)], modes[i % ARRAY_LEN(modes)]);
		check();
		rig_close();
	}
}

static bool is_swap(void)
{
	return rig.mode <= BOOT_MODE_SWAP_OFFSET;
}

static uint8_t primary(size_t distance)
{
	return rig_end(0)[-(ptrdiff_t)distance];
}

/* Where the status of a swap lies, by the published formula. */
static size_t status_distance(void)
{
	const size_t fields = 4 * (size_t)rig.what->align + (rig.what->align == 32 ? 32 : 16);

	return rig.mode == BOOT_MODE_SWAP_OFFSET
		       ? fields + rig.what->align + 2 * 128 * rig.what->write
		       : fields + 3 * 128 * rig.what->write;
}

/* As a swap leaves it: the status of ten sectors, swap_info, copy_done, magic. */
static void put_swapped(uint8_t type)
{
	rig_put_image(0, rig.what->max_image);
	for (size_t i = 0; is_swap() && i < 30; i++) {
		rig_put(0, status_distance() - i * rig.what->write, (uint8_t)(1 + i % 3));
	}
	rig_put(0, rig.layout->swap_info, type);
	rig_put(0, rig.layout->copy_done, 1);
	rig_put_magic(0);
}

static bool has_status(void)
{
	const size_t first = rig.layout->swap_info + 1;

	for (size_t i = first; is_swap() && i <= status_distance(); i++) {
		if (primary(i) != rig.what->erased) {
			return true;
		}
	}
	return false;
}

/*
 * Whether the bootloader starts the primary as it is and leaves it there. A good magic without
 * copy_done is a swap to go on with, in swap-scratch no magic and no copy_done is one, too: then
 * status and swap_info decide.
 */
static bool stays(void)
{
	const bool has_magic = trailer_has_magic(rig.layout, rig_end(0));
	const bool is_done = primary(rig.layout->copy_done) == 1;
	const bool is_blank_done = primary(rig.layout->copy_done) == rig.what->erased;
	const bool has_no_magic = trailer_is_blank(rig_end(0), 16, rig.what->erased);

	if (rig.mode == BOOT_MODE_SINGLE_SLOT || rig.mode == BOOT_MODE_FIRMWARE_LOADER) {
		return true;
	}
	if (has_magic && is_done && primary(rig.layout->image_ok) == rig.what->erased) {
		return false;
	}
	if (is_swap() && is_blank_done &&
	    (has_magic || (has_no_magic && rig.mode == BOOT_MODE_SWAP_SCRATCH))) {
		return !has_status() && primary(rig.layout->swap_info) == rig.what->erased;
	}
	return true;
}

static size_t op_distance(size_t op)
{
	return (size_t)rig.areas[0].fa_off + rig.areas[0].fa_size - rig.ops[op].off;
}

static void check_confirm(void)
{
	put_swapped(2);
	assert_int_equal(boot_is_unconfirmed_multi(0),
			 is_swap() || rig.mode == BOOT_MODE_OVERWRITE_ONLY);
	assert_false(boot_is_img_confirmed());
	rig_start(-1, false);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(rig.op_count, 1);
	assert_int_equal(op_distance(0), rig.layout->image_ok);
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

static void check_confirm_cut(void)
{
	for (int torn = 0; torn < 2; torn++) {
		test_flash_blank(&rig.flash);
		put_swapped(2);
		rig_start(0, torn);
		assert_int_equal(boot_write_img_confirmed(), -EINTR);
		assert_int_equal(rig.op_count, 1);
		rig_start(-1, false);
		/* Torn: the first byte counts, and it is there. */
		assert_int_equal(boot_write_img_confirmed(), 0);
		assert_int_equal(rig.op_count, torn ? 0 : 1);
		assert_true(stays());
		assert_true(boot_is_img_confirmed());
	}
}

static void confirming_again_after_a_cut_confirms(void **state)
{
	(void)state;
	for_each_case(check_confirm_cut);
}

/* An erase could cost the image; the bootloader reverts one whose image_ok is erased, and no other.
 */
static void check_torn_confirmation(void)
{
	put_swapped(2);
	rig_put(0, rig.layout->image_ok, 0x5a);
	assert_int_equal(boot_is_unconfirmed_multi(0), 0);
	assert_true(stays());
	rig_start(-1, false);
	assert_true(boot_is_img_confirmed());
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(rig.op_count, rig.what->no_erase ? 1 : 0);
	assert_int_equal(primary(rig.layout->image_ok), rig.what->no_erase ? 1 : 0x5a);
	assert_true(boot_is_img_confirmed());
	assert_true(stays());
}

static void a_torn_confirmation_counts_and_is_not_erased(void **state)
{
	(void)state;
	for_each_case(check_torn_confirmation);
}

/* Trailers that cannot be gone on from; true if there is one of this number. */
static bool put_bad(unsigned int kind)
{
	put_swapped(kind % 2 == 0 ? 2 : 3);
	switch (kind / 2) {
	case 0: /* the magic is torn */
		memset(rig_end(0) - 8, rig.what->erased, 8);
		return true;
	case 1: /* image_ok is, and no swap ended here */
		rig_put(0, rig.layout->image_ok, 0x5a);
		rig_put(0, rig.layout->copy_done, rig.what->erased);
		rig_put(0, rig.layout->swap_info, rig.what->erased);
		return rig.mode != BOOT_MODE_OVERWRITE_ONLY;
	case 2: /* image_ok reads unset, but cannot be programmed */
		rig_put(0, rig.layout->image_ok - 1, 0x5a);
		return rig.what->write > 1;
	case 3: /* of a bootloader with another alignment */
		memcpy(rig_end(0) - 16, trailer_bytes(rig.what->align == 8 ? 16 : 8)->magic, 16);
		return true;
	default:
		return false;
	}
}

/* The page with the flags holds status, and losing power in its erase could leave just that. */
static bool is_refused(void)
{
	const size_t in_page = rig.what->no_erase ? 0 : rig.what->page;

	return rig.mode == BOOT_MODE_SWAP_SCRATCH &&
	       status_distance() - 29 * rig.what->write <= in_page;
}

static void cut_repair(unsigned int kind, bool torn)
{
	for (long cut = 0;; cut++) {
		const bool stayed = put_bad(kind) && stays();
		int rc;

		rig_start(cut, torn);
		rc = boot_write_img_confirmed();
		if (is_refused()) {
			assert_int_equal(rc, -EUCLEAN);
			assert_int_equal(rig.op_count, 0);
			return;
		}
		assert_true(stays() || !stayed);
		if ((size_t)cut >= rig.op_count) {
			assert_int_equal(rc, 0);
			assert_true(cut > 0);
			return;
		}
		assert_int_equal(rc, -EINTR);
		rig_start(-1, false);
		assert_int_equal(boot_write_img_confirmed(), 0);
		assert_true(stays());
		assert_true(boot_is_img_confirmed());
		test_flash_blank(&rig.flash);
	}
}

static void check_repair(void)
{
	for (unsigned int kind = 0; kind < 8; kind++) {
		for (int torn = 0; torn < 2; torn++) {
			test_flash_blank(&rig.flash);
			if (put_bad(kind)) {
				test_flash_blank(&rig.flash);
				cut_repair(kind, torn);
			}
		}
	}
}

static void a_torn_trailer_is_taken_out_and_no_cut_of_that_starts_anything_else(void **state)
{
	(void)state;
	for_each_case(check_repair);
}

static void check_repair_spares_image(void)
{
	const uint8_t *slot = rig_end(0) - rig.areas[0].fa_size;

	rig_put_image(0, rig.what->max_image);
	rig_put(0, 1, 0x5a);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_true(boot_is_img_confirmed());
	assert_true(trailer_is_blank(rig_end(0), rig.layout->swap_info, rig.what->erased));
	assert_int_equal(slot[rig.what->max_image - 1], (31 + 11) % 251);
}

static void a_repair_leaves_the_image_whole(void **state)
{
	(void)state;
	for_each_case(check_repair_spares_image);
}

static void assert_not_confirmable(void)
{
	rig_start(-1, false);
	assert_false(boot_is_img_confirmed());
	assert_int_equal(boot_write_img_confirmed(), -EUCLEAN);
	assert_int_equal(rig.op_count, 0);
}

static void check_image_in_the_way(void)
{
	uint8_t *slot = rig_end(0) - rig.areas[0].fa_size;

	rig_put_image(0, rig.areas[0].fa_size - (size_t)boot_trailer_size(&rig.areas[0]) + 1);
	rig_put(0, 1, 0x5a);
	assert_not_confirmable();
	/* Its end cannot be found: no TLV area behind the payload. */
	test_flash_blank(&rig.flash);
	rig_put_image(0, 2000);
	memset(&slot[2000 - 40], rig.what->erased, 40);
	rig_put(0, 1, 0x5a);
	assert_not_confirmable();
}

static void no_repair_where_the_image_reaches_into_the_trailer(void **state)
{
	(void)state;
	for_each_case(check_image_in_the_way);
}

/* Two pages for the fields: they would not go at once. */
static void no_repair_where_the_fields_are_spread_over_pages(void **state)
{
	const struct rig_case what = {
		.page = 64, .pages = 64, .write = 4, .erased = 0xff, .align = 32};

	(void)state;
	rig_open_mode(&what, BOOT_MODE_OVERWRITE_ONLY);
	rig_put(0, 1, 0x5a);
	assert_not_confirmable();
	rig_close();
}

static void a_page_shared_with_a_neighbour_is_not_erased(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	rig.areas[0].fa_size -= 1024;
	rig_put(0, 1, 0x5a);
	rig_start(-1, false);
	assert_int_equal(boot_write_img_confirmed(), -EINVAL);
	assert_int_equal(rig.op_count, 0);
	rig_close();
}

/* The status lies below, and goes first. */
static void swap_scratch_erases_the_status_before_the_magic(void **state)
{
	const struct rig_case what = {.name = "status in pages of its own",
				      .page = 256,
				      .pages = 64,
				      .write = 4,
				      .erased = 0xff,
				      .align = 8,
				      .max_image = 8192};

	(void)state;
	rig_open_mode(&what, BOOT_MODE_SWAP_SCRATCH);
	put_swapped(2);
	memset(rig_end(0) - 8, 0xff, 8);
	rig_start(-1, false);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_true(rig.op_count > 1);
	assert_int_equal(op_distance(0), 1792); /* 1584 up to whole pages */
	assert_int_equal(op_distance(rig.op_count - 1), 256);
	test_flash_blank(&rig.flash);
	for (unsigned int kind = 0; kind < 8; kind++) {
		for (int torn = 0; torn < 2; torn++) {
			cut_repair(kind, torn);
			test_flash_blank(&rig.flash);
		}
	}
	rig_close();
}

static void errors_of_reads_pass_through_a_repair(void **state)
{
	const struct rig_case what = {
		.page = 256, .pages = 64, .write = 4, .erased = 0xff, .align = 8};

	(void)state;
	for (long read = 0;; read++) {
		rig_open_mode(&what, BOOT_MODE_SWAP_SCRATCH);
		rig_put_image(0, 8192);
		rig_put(0, 1, 0x5a);
		rig.flash.nor.fail_reads = true;
		rig.flash.nor.fail_after = read;
		rig.flash.nor.fail_rc = -ETIMEDOUT;
		const int rc = boot_write_img_confirmed();
		const bool fired = rig.flash.nor.fail_after < 0;
		rig_close();
		assert_int_equal(rc, fired ? -ETIMEDOUT : 0);
		if (!fired) {
			assert_true(read > 8);
			return;
		}
	}
}

static void a_confirmation_that_does_not_read_back_is_an_error(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	put_swapped(2);
	rig.cut_rc = 0;
	rig_start(0, false);
	assert_int_equal(boot_write_img_confirmed(), -EIO);
	assert_false(boot_is_img_confirmed());
	rig_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(confirming_is_one_program_and_again_none),
		cmocka_unit_test(a_factory_image_is_confirmed_without_a_write),
		cmocka_unit_test(confirming_again_after_a_cut_confirms),
		cmocka_unit_test(a_torn_confirmation_counts_and_is_not_erased),
		cmocka_unit_test(
			a_torn_trailer_is_taken_out_and_no_cut_of_that_starts_anything_else),
		cmocka_unit_test(a_repair_leaves_the_image_whole),
		cmocka_unit_test(no_repair_where_the_image_reaches_into_the_trailer),
		cmocka_unit_test(no_repair_where_the_fields_are_spread_over_pages),
		cmocka_unit_test(a_page_shared_with_a_neighbour_is_not_erased),
		cmocka_unit_test(swap_scratch_erases_the_status_before_the_magic),
		cmocka_unit_test(errors_of_reads_pass_through_a_repair),
		cmocka_unit_test(a_confirmation_that_does_not_read_back_is_an_error),
	};

	return cmocka_run_group_tests_name("boot_confirm", tests, NULL, NULL);
}
