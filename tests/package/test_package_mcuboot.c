/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages written by the MCUboot target to a device whose resets are real: in every kind of flash
 * and mode, with power cuts at each operation, and with what may not lie behind an image.
 */
#include "target/reset_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot_rules.h>
#include <dfu/bootloader.h>
#include <dfu/dfu_multi_image.h>
#include <dfu/dfu_target_mcuboot.h>

#define FIRST_SIZE 1500
#define SECOND_SIZE 901
#define FILE_MAX 16384

static struct image_file second_file;
static uint8_t file[FILE_MAX];
static size_t file_len;
static size_t start[2];
static size_t behind[2]; /* bytes behind each image */
static uint8_t fill = 0xff;
static int ids[2] = {0, 1};
static size_t stop;
static size_t chunk = 100;
static size_t align = 16;

static size_t size_of(size_t image)
{
	return (image == 0 ? new_file.size : second_file.size) + behind[image];
}

static void make_package(void)
{
	struct dfu_multi_image_item items[2] = {{ids[0], (uint32_t)size_of(0), 0},
						{ids[1], (uint32_t)size_of(1), 0}};
	size_t len = sizeof(file);

	assert_int_equal(dfu_multi_image_make(items, 2, align, file, &len), 0);
	for (size_t i = 0; i < 2; i++) {
		const struct image_file *image = i == 0 ? &new_file : &second_file;

		start[i] = items[i].offset;
		memcpy(&file[start[i]], image->bytes, image->size);
		memset(&file[start[i] + image->size], fill, behind[i]);
	}
	file_len = start[1] + size_of(1);
	assert_true(file_len <= sizeof(file));
}

static void open_device(const struct reset_case *what)
{
	reset_open(what, FIRST_SIZE);
	dev->images = 2;
	image_file_make(&second_file, SECOND_SIZE, 2, 0);
	make_package();
}

static int set_up(void **state)
{
	(void)state;
	memset(behind, 0, sizeof(behind));
	fill = 0xff;
	ids[0] = 0;
	ids[1] = 1;
	chunk = 100;
	align = 16;
	return 0;
}

static void close_device(void)
{
	reset_close();
	free(second_file.bytes);
	memset(&second_file, 0, sizeof(second_file));
}

static void begin(void)
{
	static uint8_t header[4096];

	assert_int_equal(dfu_multi_image_init(header, sizeof(header)), 0);
	assert_int_equal(dfu_multi_image_register_mcuboot(), 0);
}

static int write_up_to(size_t end)
{
	int rc = 0;

	for (size_t at = dfu_multi_image_offset(); at < end && rc == 0;
	     at = dfu_multi_image_offset()) {
		rc = dfu_multi_image_write(at, &file[at], end - at < chunk ? end - at : chunk);
	}
	return rc;
}

static void write_some(void)
{
	begin();
	assert_int_equal(write_up_to(stop), 0);
}

static void pause_there(void)
{
	write_some();
	assert_int_equal(dfu_multi_image_done(false), 0);
}

static void ask(void)
{
	begin();
	dev->offset = dfu_multi_image_offset();
}

static void write_all(void)
{
	begin();
	assert_int_equal(write_up_to(file_len), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_null(reset_setting("dfumi/h", &(size_t){0}));
	assert_null(reset_setting("dfumi/f", &(size_t){0}));
	assert_null(reset_setting("dfumi/i", &(size_t){0}));
}

static void write_all_and_schedule(void)
{
	write_all();
	assert_int_equal(dfu_target_schedule_update(-1), 0);
}

static void assert_slots_are_images(void)
{
	assert_memory_equal(reset_slot(1) + reset_start(), new_file.bytes, new_file.size);
	assert_memory_equal(reset_slot(3) + reset_start(), second_file.bytes, second_file.size);
}

static void both_images_are_written_on_every_kind_of_flash(void **state)
{
	static const size_t chunks[] = {1, 31, 100, FILE_MAX};

	(void)state;
	for (size_t i = 0; i < reset_case_count * ARRAY_LEN(chunks); i++) {
		chunk = chunks[i % ARRAY_LEN(chunks)];
		open_device(&reset_cases[i / ARRAY_LEN(chunks)]);
		assert_int_equal(reset_run(write_all_and_schedule), 0);
		assert_slots_are_images();
		close_device();
	}
}

static void a_pause_loses_no_byte(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		open_device(&reset_cases[c]);
		for (stop = start[0] + 200; stop < file_len; stop += 311) {
			assert_int_equal(reset_run(pause_there), 0);
			assert_int_equal(reset_run(ask), 0);
			assert_int_equal(dev->offset, stop);
		}
		assert_int_equal(reset_run(write_all_and_schedule), 0);
		assert_slots_are_images();
		close_device();
	}
}

static void a_reset_loses_a_page_at_most(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		open_device(&reset_cases[c]);
		const size_t most = dev->what.page + dev->what.buffer + reset_hold();

		for (stop = start[0] + 200; stop < file_len; stop += 311) {
			assert_int_equal(reset_run(write_some), 0);
			assert_int_equal(reset_run(ask), 0);
			assert_true(dev->offset <= stop && stop - dev->offset <= most);
		}
		assert_int_equal(reset_run(write_all_and_schedule), 0);
		assert_slots_are_images();
		close_device();
	}
}

static void a_finished_image_is_not_written_again(void **state)
{
	(void)state;
	open_device(&reset_plain);
	stop = start[1] + 300;
	assert_int_equal(reset_run(pause_there), 0);
	reset_forget_ops();
	assert_int_equal(reset_run(write_all_and_schedule), 0);
	for (size_t i = 0; i < dev->op_count; i++) {
		const bool is_first = dev->ops[i].kind == SIM_ERASE &&
				      dev->memory + dev->ops[i].off >= reset_slot(1) &&
				      dev->memory + dev->ops[i].off < reset_slot(2);

		assert_false(is_first);
	}
	assert_slots_are_images();
	close_device();
}

static void begin_twice_in_a_run(void)
{
	stop = start[1] + 300;
	write_some();
	begin();
	assert_int_equal(dfu_multi_image_offset(), stop);
	write_all_and_schedule();
}

static void in_one_run_a_package_goes_on_after_an_init(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		open_device(&reset_cases[c]);
		assert_int_equal(reset_run(begin_twice_in_a_run), 0);
		assert_slots_are_images();
		close_device();
	}
}

/* Whatever the cut left, the package is written by sending it again. */
static void a_cut_at_any_operation_costs_no_package(void **state)
{
	static const enum sim_cut cuts[] = {SIM_CUT_BEFORE, SIM_CUT_INSIDE, SIM_CUT_AFTER};

	(void)state;
	open_device(&reset_plain);
	reset_snapshot();
	for (unsigned long k = 0;; k++) {
		int rc = RESET_CUT;

		for (size_t when = 0; when < ARRAY_LEN(cuts); when++) {
			reset_restore();
			rc = reset_run_cut(write_all, k, cuts[when], (uint32_t)k);
			assert_int_equal(reset_run(write_all_and_schedule), 0);
			assert_slots_are_images();
		}
		if (rc != RESET_CUT) {
			assert_true(k > 30);
			break;
		}
	}
	close_device();
}

static void write_other(void)
{
	begin();
	assert_int_equal(dfu_multi_image_write(0, file, file_len), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_int_equal(dfu_target_schedule_update(-1), 0);
}

static void write_refused(void)
{
	begin();
	assert_int_equal(write_up_to(file_len), -EBADMSG);
	assert_int_equal(dfu_multi_image_done(true), -ESPIPE);
	assert_int_equal(dfu_multi_image_offset(), start[dev->result]);
}

static void the_last_image_is_not_filled_up_to_an_alignment(void **state)
{
	(void)state;
	behind[1] = 512;
	open_device(&reset_plain);
	dev->result = 1;
	assert_int_equal(reset_run(write_refused), 0);
	close_device();
}

static void an_alignment_that_all_keep_may_fill_more(void **state)
{
	(void)state;
	behind[0] = 4096 - FIRST_SIZE;
	open_device(&reset_plain);
	/* Header and images at multiples of 16 take no more than 511 + 15. */
	assert_int_equal(start[0], 48);
	dev->result = 0;
	assert_int_equal(reset_run(write_refused), 0);
	align = 4096;
	make_package();
	assert_int_equal(reset_run(write_other), 0);
	assert_slots_are_images();
	close_device();
}

static void up_to_511_bytes_of_padding_are_part_of_an_image(void **state)
{
	static const size_t lens[] = {1, 16, 511};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		behind[0] = lens[c % 3];
		behind[1] = lens[(c + 1) % 3];
		open_device(&reset_cases[c]);
		assert_int_equal(reset_run(write_all_and_schedule), 0);
		assert_slots_are_images();
		close_device();
	}
}

static void anything_else_behind_an_image_is_refused_and_taken_away(void **state)
{
	static const struct {
		size_t len;
		uint8_t fill;
	} bad[] = {{600, 0xff}, {1, 0x00}, {511, 0xfe}, {2000, 0xff}};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(bad) * reset_case_count; i++) {
		const size_t image = i % 2;

		memset(behind, 0, sizeof(behind));
		behind[image] = bad[i / 2 % ARRAY_LEN(bad)].len;
		fill = bad[i / 2 % ARRAY_LEN(bad)].fill;
		open_device(&reset_cases[i / 2 / ARRAY_LEN(bad)]);
		dev->result = (int)image;
		assert_int_equal(reset_run(write_refused), 0);
		const uint8_t *head = reset_slot(image == 0 ? 1 : 3) + reset_start();
		assert_memory_not_equal(head, file + start[image], 4);
		/* The right package can be written then. */
		memset(behind, 0, sizeof(behind));
		make_package();
		assert_int_equal(reset_run(write_other), 0);
		assert_slots_are_images();
		close_device();
	}
}

static const struct flash_driver_api *real_api;
static bool padding_fails;

static int read_but_for_padding(const struct device *device, off_t offset, void *data, size_t len)
{
	const size_t padding =
		(size_t)(reset_slot(1) - dev->memory) + reset_start() + new_file.size;

	if (padding_fails && (size_t)offset + len > padding && (size_t)offset < padding + 511) {
		return -EIO;
	}
	return real_api->read(device, offset, data, len);
}

static void write_where_padding_cannot_be_read(void)
{
	static struct flash_driver_api api;

	real_api = dev->nor.device.api;
	api = *real_api;
	api.read = read_but_for_padding;
	dev->nor.device.api = &api;
	padding_fails = true;
	begin();
	assert_int_equal(write_up_to(file_len), -EIO);
	assert_int_equal(dfu_multi_image_offset(), start[0] + size_of(0));
	assert_int_equal(dfu_multi_image_done(true), -EIO);
	assert_int_equal(dfu_multi_image_done(false), 0);
	padding_fails = false;
	assert_int_equal(write_up_to(file_len), fill != 0xff ? -EBADMSG : 0);
	assert_int_equal(dfu_multi_image_offset(), fill != 0xff ? start[0] : file_len);
	dev->nor.device.api = real_api;
}

static void an_image_whose_padding_cannot_be_read_is_neither_finished_nor_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		behind[0] = 300;
		fill = i == 0 ? 0xff : 0x55;
		open_device(&reset_plain);
		assert_int_equal(reset_run(write_where_padding_cannot_be_read), 0);
		close_device();
	}
}

static uint32_t received(void)
{
	struct dfu_target_stats stats;

	assert_int_equal(dfu_target_stats_get(&stats), 0);
	return stats.bytes_received;
}

static void write_and_count(void)
{
	const uint32_t all = (uint32_t)(size_of(0) + size_of(1));

	stop = start[1] + 300;
	write_some();
	assert_int_equal(dfu_multi_image_done(false), 0);
	assert_int_equal(write_up_to(file_len), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_int_equal(dfu_multi_image_offset(), file_len);
	assert_int_equal(received(), all);
	/* Something else. */
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, size_of(0), NULL), 0);
	assert_int_equal(received(), 0);
	assert_int_equal(dfu_target_write(&file[start[0]], 100), 0);
	assert_int_equal(received(), 100);
}

static void pause_and_count_something_else(void)
{
	stop = start[1] + 300;
	write_some();
	assert_int_equal(dfu_multi_image_done(false), 0);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, size_of(0), NULL), 0);
	assert_int_equal(received(), 0);
}

static void a_package_is_one_download_and_what_comes_after_it_another(void **state)
{
	(void)state;
	open_device(&reset_plain);
	assert_int_equal(reset_run(write_and_count), 0);
	close_device();
	open_device(&reset_plain);
	assert_int_equal(reset_run(pause_and_count_something_else), 0);
	close_device();
}

static void a_damaged_image_is_wanted_again(void **state)
{
	(void)state;
	open_device(&reset_plain);
	file[start[1] + 500] ^= 1;
	dev->result = 1;
	assert_int_equal(reset_run(write_refused), 0);
	file[start[1] + 500] ^= 1;
	assert_int_equal(reset_run(ask), 0);
	assert_int_equal(dev->offset, start[1]);
	assert_int_equal(reset_run(write_all_and_schedule), 0);
	assert_slots_are_images();
	close_device();
}

static void another_package_takes_the_images_of_the_first_away(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		open_device(&reset_cases[c]);
		stop = start[1] + 300;
		assert_int_equal(reset_run(write_some), 0);
		/* The same sizes, so that the header is the same. */
		image_file_make(&new_file, FIRST_SIZE, 7, 0);
		image_file_make(&second_file, SECOND_SIZE, 8, 0);
		make_package();
		assert_int_equal(reset_run(write_other), 0);
		assert_slots_are_images();
		close_device();
	}
}

static void give_up(void)
{
	begin();
	assert_int_equal(dfu_multi_image_reset(), 0);
	begin();
	assert_int_equal(dfu_multi_image_offset(), 0);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, BOOT_UPGRADE_TEST), -ENOENT);
}

static void a_reset_takes_all_images_away(void **state)
{
	(void)state;
	open_device(&reset_plain);
	stop = start[1] + 300;
	assert_int_equal(reset_run(write_some), 0);
	assert_int_equal(reset_run(give_up), 0);
	close_device();
}

static void images_for_pairs_that_are_not_there_are_skipped(void **state)
{
	(void)state;
	ids[0] = 1;
	ids[1] = 5;
	open_device(&reset_plain);
	assert_int_equal(reset_run(write_all_and_schedule), 0);
	assert_memory_equal(reset_slot(3), new_file.bytes, new_file.size);
	close_device();
}

/* S0 in place of slot 2, S1 of slot 3; what they are is their version. */
static void put_bootloader(int slot, uint8_t version)
{
	static const uint8_t magic[] = {0xde, 0xe6, 0x1e, 0x28, 0x4c, 0xbb, 0xce, 0x8f};
	uint8_t *info = reset_slot(slot) + 0x200;

	memset(info, 0, FW_INFO_LEN);
	memcpy(info, magic, sizeof(magic));
	info[20] = version;
}

static void write_first(void)
{
	begin();
	assert_int_equal(write_up_to(file_len), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
}

static void of_s0_and_s1_the_one_that_does_not_run_has_a_writer(void **state)
{
	(void)state;
	for (int active = 0; active < 2; active++) {
		ids[0] = active == 0 ? DFU_MULTI_IMAGE_S1 : DFU_MULTI_IMAGE_S0;
		ids[1] = active == 0 ? DFU_MULTI_IMAGE_S0 : DFU_MULTI_IMAGE_S1;
		open_device(&reset_plain);
		dev->images = 1;
		reset_name_area(2, BOOT_S0_AREA_ID);
		reset_name_area(3, BOOT_S1_AREA_ID);
		put_bootloader(2, active == 0 ? 5 : 4);
		put_bootloader(3, active == 0 ? 4 : 5);
		assert_int_equal(reset_run(write_first), 0);
		assert_memory_equal(reset_slot(1), new_file.bytes, new_file.size);
		close_device();
	}
}

static void write_beside_a_bootloader_only_pair(void)
{
	struct boot_rules rules = *boot_rules_get();

	rules.bootloader_image = 1;
	assert_int_equal(boot_rules_set(&rules), 0);
	assert_true(boot_is_bootloader_only(1));
	write_first();
}

/* Slot 2 is S0, and what was scratch is S1; slot 3 takes bootloaders. */
static void a_pair_for_bootloaders_alone_has_no_writer_by_its_number(void **state)
{
	(void)state;
	ids[0] = 1;
	ids[1] = 0;
	open_device(&reset_plain);
	reset_name_area(2, BOOT_S0_AREA_ID);
	reset_name_area(4, BOOT_S1_AREA_ID);
	put_bootloader(2, 5);
	assert_int_equal(reset_run(write_beside_a_bootloader_only_pair), 0);
	assert_memory_equal(reset_slot(1), second_file.bytes, second_file.size);
	assert_memory_not_equal(reset_slot(3), new_file.bytes, 4);
	close_device();
}

static void cannot_begin(void)
{
	static uint8_t header[64];

	assert_int_equal(dfu_multi_image_init(header, sizeof(header)), 0);
	assert_int_equal(dfu_multi_image_register_mcuboot(), -EFAULT);
}

static void a_device_that_cannot_tell_its_bootloader_registers_none(void **state)
{
	(void)state;
	open_device(&reset_plain);
	dev->images = 1;
	reset_name_area(2, BOOT_S0_AREA_ID);
	reset_name_area(3, BOOT_S1_AREA_ID);
	memset(reset_slot(2), 0, reset_slot_size());
	assert_int_equal(reset_run(cannot_begin), 0);
	close_device();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(both_images_are_written_on_every_kind_of_flash, set_up),
		cmocka_unit_test_setup(a_pause_loses_no_byte, set_up),
		cmocka_unit_test_setup(a_reset_loses_a_page_at_most, set_up),
		cmocka_unit_test_setup(a_finished_image_is_not_written_again, set_up),
		cmocka_unit_test_setup(in_one_run_a_package_goes_on_after_an_init, set_up),
		cmocka_unit_test_setup(a_cut_at_any_operation_costs_no_package, set_up),
		cmocka_unit_test_setup(up_to_511_bytes_of_padding_are_part_of_an_image, set_up),
		cmocka_unit_test_setup(the_last_image_is_not_filled_up_to_an_alignment, set_up),
		cmocka_unit_test_setup(an_alignment_that_all_keep_may_fill_more, set_up),
		cmocka_unit_test_setup(anything_else_behind_an_image_is_refused_and_taken_away,
				       set_up),
		cmocka_unit_test_setup(
			an_image_whose_padding_cannot_be_read_is_neither_finished_nor_lost, set_up),
		cmocka_unit_test_setup(a_package_is_one_download_and_what_comes_after_it_another,
				       set_up),
		cmocka_unit_test_setup(a_damaged_image_is_wanted_again, set_up),
		cmocka_unit_test_setup(another_package_takes_the_images_of_the_first_away, set_up),
		cmocka_unit_test_setup(a_reset_takes_all_images_away, set_up),
		cmocka_unit_test_setup(images_for_pairs_that_are_not_there_are_skipped, set_up),
		cmocka_unit_test_setup(of_s0_and_s1_the_one_that_does_not_run_has_a_writer, set_up),
		cmocka_unit_test_setup(a_pair_for_bootloaders_alone_has_no_writer_by_its_number,
				       set_up),
		cmocka_unit_test_setup(a_device_that_cannot_tell_its_bootloader_registers_none,
				       set_up),
	};

	return cmocka_run_group_tests_name("package_mcuboot", tests, NULL, NULL);
}
