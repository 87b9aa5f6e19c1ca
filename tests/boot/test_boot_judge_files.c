/* SPDX-License-Identifier: Apache-2.0 */
/* Images that are to be scheduled together and are still files: what slots hold says nothing. */
#include "judge_rig.h"

static struct image_maker first, second;
static struct dfu_image_source files[BOOT_IMAGES_MAX];

static void begin(struct image_maker *maker, enum boot_mode mode, unsigned int image,
		  unsigned int minor)
{
	const bool loads = mode == BOOT_MODE_RAM_LOAD;

	judge_image_begin(maker, 1, minor, 0, 0, loads ? DFU_IMAGE_F_RAM_LOAD : 0);
	judge_image_load_at(maker, loads ? 0x20000000 + 0x1000 * image : 0);
}

static void end(struct image_maker *maker, int image)
{
	maker_hash(maker, DFU_IMAGE_TLV_SHA256);
	files[image] = dfu_image_source_memory(maker->bytes, maker->len);
}

/* Both pairs run 1.1.0. */
static void open_device(enum boot_mode mode)
{
	struct image_maker running;

	judge_rig_open(mode, 2);
	for (unsigned int image = 0; image < 2; image++) {
		begin(&running, mode, image, 1);
		end(&running, (int)image);
		judge_put(2 * image, 0, &running);
	}
}

static void expect(int image, unsigned int together, enum dfu_image_fault fault)
{
	uint8_t buf[64];
	const int rc = boot_judge_files(image, files, together, NULL, buf, sizeof(buf),
					&judge_rig.judgement);

	assert_string_equal(dfu_image_fault_str(judge_rig.judgement.report.fault),
			    dfu_image_fault_str(fault));
	assert_int_equal(rc, dfu_image_fault_errno(fault));
}

static const enum boot_mode modes[] = {BOOT_MODE_SWAP_MOVE, BOOT_MODE_SWAP_OFFSET,
				       BOOT_MODE_OVERWRITE_ONLY, BOOT_MODE_DIRECT_XIP,
				       BOOT_MODE_RAM_LOAD};

static void a_file_meets_what_another_one_needs(void **state)
{
	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		for (unsigned int minor = 2; minor < 4; minor++) {
			open_device(modes[m]);
			begin(&first, modes[m], 0, 2);
			judge_image_needs(&first, 1, 1, 3, 0, 0);
			end(&first, 0);
			begin(&second, modes[m], 1, minor);
			end(&second, 1);
			expect(0, 3, minor == 3 ? DFU_IMAGE_OK : DFU_IMAGE_DEPENDENCY);
			expect(0, 1, DFU_IMAGE_DEPENDENCY);
			judge_rig_close();
		}
	}
}

/* What an upload slot holds from before is about to be written over. */
static void an_upload_slot_meets_nothing(void **state)
{
	struct image_maker old;

	(void)state;
	open_device(BOOT_MODE_SWAP_MOVE);
	judge_image(&old, 1, 9, 0);
	judge_put(3, 0, &old);
	begin(&first, BOOT_MODE_SWAP_MOVE, 0, 2);
	judge_image_needs(&first, 1, 1, 3, 0, 0);
	end(&first, 0);
	begin(&second, BOOT_MODE_SWAP_MOVE, 1, 2);
	end(&second, 1);
	expect(0, 3, DFU_IMAGE_DEPENDENCY);
	assert_int_equal(judge_memory(0, 3, &first), DFU_IMAGE_OK);
	judge_rig_close();
}

/* The bootloader holds back all updates over one that is unmet: the first is refused for it. */
static void what_the_other_file_lacks_keeps_this_one_waiting(void **state)
{
	(void)state;
	open_device(BOOT_MODE_SWAP_MOVE);
	begin(&first, BOOT_MODE_SWAP_MOVE, 0, 2);
	end(&first, 0);
	begin(&second, BOOT_MODE_SWAP_MOVE, 1, 2);
	judge_image_needs(&second, 0, 1, 3, 0, 0);
	end(&second, 1);
	expect(0, 3, DFU_IMAGE_DEPENDENCY);
	expect(1, 3, DFU_IMAGE_DEPENDENCY);
	expect(0, 1, DFU_IMAGE_OK);
	judge_rig_close();
}

static void two_files_for_the_same_ram_do_not_go_together(void **state)
{
	(void)state;
	open_device(BOOT_MODE_RAM_LOAD);
	begin(&first, BOOT_MODE_RAM_LOAD, 0, 2);
	judge_image_load_at(&first, 0x20003000);
	end(&first, 0);
	begin(&second, BOOT_MODE_RAM_LOAD, 1, 2);
	judge_image_load_at(&second, 0x20003000);
	end(&second, 1);
	expect(0, 3, DFU_IMAGE_LOAD_RANGE);
	expect(0, 1, DFU_IMAGE_OK);
	judge_rig_close();
}

/* It is refused when its turn comes; for the others the pair runs what it ran. */
static void a_file_that_is_no_image_counts_as_none(void **state)
{
	(void)state;
	open_device(BOOT_MODE_SWAP_MOVE);
	begin(&first, BOOT_MODE_SWAP_MOVE, 0, 2);
	judge_image_needs(&first, 1, 1, 1, 0, 0);
	end(&first, 0);
	begin(&second, BOOT_MODE_SWAP_MOVE, 1, 0);
	end(&second, 1);
	expect(0, 3, DFU_IMAGE_DEPENDENCY);
	second.bytes[0] ^= 1;
	expect(0, 3, DFU_IMAGE_OK);
	expect(1, 3, DFU_IMAGE_NOT_AN_IMAGE);
	judge_rig_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_meets_what_another_one_needs),
		cmocka_unit_test(an_upload_slot_meets_nothing),
		cmocka_unit_test(what_the_other_file_lacks_keeps_this_one_waiting),
		cmocka_unit_test(two_files_for_the_same_ram_do_not_go_together),
		cmocka_unit_test(a_file_that_is_no_image_counts_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
