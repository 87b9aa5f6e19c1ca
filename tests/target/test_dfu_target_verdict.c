/* SPDX-License-Identifier: Apache-2.0 */
/* What done(true) and schedule take for a whole image, and what they refuse. */
#include "target_device.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/boot_rules.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <mbedtls/pem.h>

#include "support/test_files.h"

static struct dfu_image_key load_key(const char *name, mbedtls_pem_context *pem)
{
	struct dfu_image_key key;
	size_t len;
	size_t used;
	uint8_t *file = test_read_file(name, &len);
	unsigned char *text = calloc(1, len + 1);

	assert_non_null(text);
	memcpy(text, file, len);
	mbedtls_pem_init(pem);
	assert_int_equal(mbedtls_pem_read_buffer(pem, "-----BEGIN PUBLIC KEY-----",
						 "-----END PUBLIC KEY-----", text, NULL, 0, &used),
			 0);
	assert_int_equal(dfu_image_key_parse(&key, pem->buf, pem->buflen), 0);
	free(text);
	free(file);
	return key;
}

static void assert_refused_with_nothing_left(int rc, int expected)
{
	assert_int_equal(rc, expected);
	for (size_t k = 0; k < 32; k++) {
		assert_int_equal(dut.slot[1][k], 0xff);
	}
	assert_int_equal(dfu_target_write("x", 1), -EPERM);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
	assert_false(target_device_has_magic(1));
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 0);
}

static void damaged_files_are_refused_and_leave_nothing_to_resume(void **state)
{
	static const char *const names[] = {
		"bad/flip-pad1.bin",          "bad/no-tlvs.bin",
		"bad/hash-empty.bin",         "bad/hash-missing.bin",
		"bad/prot-size-mismatch.bin", "bad/both-enc-flags.bin",
		"bad/flip-ver-major.bin",     "bad/trunc-payload-4096.bin",
		"bad/trunc-header-area.bin",  "bad/text.bin",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		target_device_load(names[i]);
		assert_refused_with_nothing_left(target_device_download(100), -EBADMSG);
	}
}

static void images_of_kinds_that_the_bootloader_cannot_take_are_refused(void **state)
{
	(void)state;
	target_device_load("tiny-1.1.0-none-enc256.bin");
	assert_refused_with_nothing_left(target_device_download(100), -ENOTSUP);
	target_device_load("tiny-1.1.0-none-nonboot.bin");
	assert_refused_with_nothing_left(target_device_download(100), -EPERM);
}

/* What the maker asks beyond the bootloader; what runs has the same version, built later. */
static void images_that_the_maker_does_not_take_are_refused(void **state)
{
	static const struct {
		struct boot_rules rules;
		int rc;
	} cases[] = {
		{{.signature = BOOT_SIGNATURE_NONE, .check_signature = true}, -EPROTO},
		{{.signature = BOOT_SIGNATURE_NONE,
		  .check_link_address = true,
		  .flash_base = 0x70000000},
		 -EXDEV},
		{{.signature = BOOT_SIGNATURE_NONE, .check_build_number = true}, -ERANGE},
	};

	(void)state;
	target_device_factory(0, NEW_IMAGE);
	dut.slot[0][24]++;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(boot_rules_set(&cases[i].rules), 0);
		assert_refused_with_nothing_left(target_device_download(100), cases[i].rc);
		assert_int_equal(boot_rules_set(NULL), 0);
		assert_int_equal(target_device_download(100), 0);
		/* What is asked only now counts when it is scheduled. */
		assert_int_equal(boot_rules_set(&cases[i].rules), 0);
		assert_int_equal(dfu_target_schedule_update(0), cases[i].rc);
		assert_false(target_device_has_magic(1));
		assert_int_equal(boot_rules_set(NULL), 0);
	}
}

static void done_before_the_announced_end_is_refused(void **state)
{
	(void)state;
	assert_int_equal(target_device_init(0, dut.image_len + 1), 0);
	assert_int_equal(dfu_target_write(dut.image, dut.image_len), 0);
	assert_refused_with_nothing_left(dfu_target_done(true), -EBADMSG);
}

static void done_before_the_header_is_whole_is_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n < 32; n += 31) {
		assert_int_equal(target_device_init(0, 0), 0);
		assert_int_equal(dfu_target_write(dut.image, n), 0);
		assert_int_equal(dfu_target_done(true), -EBADMSG);
		assert_int_equal(dut.slot[1][0], 0xff);
	}
}

static void what_counts_is_what_flash_holds(void **state)
{
	(void)state;
	assert_int_equal(target_device_stream(dut.image_len, 244), 0);
	dut.slot[1][1000] ^= 0x10;
	assert_refused_with_nothing_left(dfu_target_done(true), -EBADMSG);
}

static void with_a_key_only_its_signature_is_taken(void **state)
{
	mbedtls_pem_context pem_a;
	mbedtls_pem_context pem_b;
	const struct dfu_image_key a = load_key("images/keys/ec256-a.pub.pem", &pem_a);
	const struct dfu_image_key b = load_key("images/keys/ec256-b.pub.pem", &pem_b);

	(void)state;
	dfu_target_mcuboot_set_key(&a);
	assert_refused_with_nothing_left(target_device_download(512), -EACCES);
	target_device_load("tiny-1.1.0-ec256b.bin");
	assert_refused_with_nothing_left(target_device_download(512), -EACCES);
	target_device_load("tiny-1.1.0-ec256.bin");
	assert_int_equal(target_device_download(512), 0);
	target_device_assert_slot1_is_file();
	/* A key that is set later asks again. */
	dfu_target_mcuboot_set_key(&b);
	assert_int_equal(dfu_target_schedule_update(0), -EACCES);
	assert_false(target_device_has_magic(1));
	dfu_target_mcuboot_set_key(&a);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_true(target_device_has_magic(1));
	dfu_target_mcuboot_set_key(NULL);
	mbedtls_pem_free(&pem_a);
	mbedtls_pem_free(&pem_b);
}

static void a_hostile_signature_does_not_stay_resumable(void **state)
{
	mbedtls_pem_context pem;
	const struct dfu_image_key key = load_key("images/keys/rsa2048-a.pub.pem", &pem);

	(void)state;
	target_device_load("tiny-1.0.0-rsa2048.bin");
	dfu_target_mcuboot_set_key(&key);
	memset(dut.image + dut.image_len - 256, 0xff, 256); /* above any modulus */
	assert_refused_with_nothing_left(target_device_download(512), -EACCES);
	dfu_target_mcuboot_set_key(NULL);
	mbedtls_pem_free(&pem);
}

static void codes_of_the_device_are_not_taken_for_a_verdict(void **state)
{
	static const int codes[] = {-EILSEQ, -ENOTSUP, -ENODATA, -EPERM, -EBADMSG};

	(void)state;
	assert_int_equal(target_device_stream(dut.image_len, 512), 0);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		dut.flash.nor.fail_reads = true;
		dut.flash.nor.fail_after = 3;
		dut.flash.nor.fail_rc = codes[i];
		assert_int_equal(dfu_target_done(true), codes[i]);
	}
	dut.flash.nor.fail_after = -1;
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_slot1_is_file();
}

static void a_read_error_is_no_verdict(void **state)
{
	(void)state;
	assert_int_equal(target_device_stream(dut.image_len, 512), 0);
	for (long k = 0; k < 8; k++) {
		dut.flash.nor.fail_reads = true;
		dut.flash.nor.fail_after = k;
		dut.flash.nor.fail_rc = -ETIMEDOUT;
		assert_int_equal(dfu_target_done(true), -ETIMEDOUT);
	}
	dut.flash.nor.fail_after = -1;
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_slot1_is_file();
}

static void a_torn_header_block_ends_the_download(void **state)
{
	(void)state;
	assert_int_equal(target_device_stream(dut.image_len, 512), 0);
	dut.slot[1][5] = 0x12; /* neither erased nor the header's */
	assert_int_equal(dfu_target_done(true), -EIO);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 0);
	assert_int_equal(target_device_download(512), 0);
	target_device_assert_slot1_is_file();
}

static void what_changed_since_done_is_not_scheduled(void **state)
{
	(void)state;
	assert_int_equal(target_device_download(512), 0);
	dut.slot[1][2000] ^= 4;
	assert_int_equal(dfu_target_schedule_update(0), -EBADMSG);
	dut.slot[1][2000] ^= 4;
	assert_int_equal(boot_erase_img_bank(1), 0);
	assert_int_equal(dfu_target_schedule_update(0), -EBADMSG);
	assert_false(target_device_has_magic(1));
}

/* A magic before the rest of the header would show the bootloader an image that is not there. */
static void the_magic_of_the_header_is_programmed_last(void **state)
{
	long operations = 0;
	int rc = -EIO;

	(void)state;
	for (long k = 0; rc != 0; k++) {
		assert_int_equal(target_device_stream(dut.image_len, 512), 0);
		dut.flash.nor.fail_after = k;
		dut.flash.nor.fail_rc = -ETIMEDOUT;
		rc = dfu_target_done(true);
		dut.flash.nor.fail_after = -1;
		assert_true(rc == 0 || rc == -ETIMEDOUT);
		assert_int_equal(memcmp(dut.slot[1], dut.image, 4) == 0, rc == 0);
		if (rc != 0) {
			assert_int_equal(dfu_target_reset(), 0);
			operations++;
		}
	}
	/*
	 * The trailer, the second page, what waits in the buffer for it, and the header's eight
	 * write blocks.
	 */
	assert_int_equal(operations, 11);
	target_device_assert_slot1_is_file();
}

static const struct flash_driver_api *honest;

static int drop_the_first_block(const struct device *dev, off_t offset, const void *data,
				size_t len)
{
	return offset == target_device_areas[1].fa_off ? 0 : honest->write(dev, offset, data, len);
}

static void a_header_that_did_not_arrive_is_no_success(void **state)
{
	struct flash_driver_api lying;

	(void)state;
	honest = dut.flash.nor.device.api;
	lying = *honest;
	lying.write = drop_the_first_block;
	assert_int_equal(target_device_stream(dut.image_len, 512), 0);
	dut.flash.nor.device.api = &lying;
	assert_int_equal(dfu_target_done(true), -EIO);
	dut.flash.nor.device.api = honest;
	assert_int_equal(target_device_download(512), 0);
	target_device_assert_slot1_is_file();
}

int main(void)
{
#define ON_PLAIN(test)                                                                             \
	cmocka_unit_test_setup_teardown(test, target_device_setup, target_device_teardown)
	const struct CMUnitTest tests[] = {
		ON_PLAIN(damaged_files_are_refused_and_leave_nothing_to_resume),
		ON_PLAIN(images_of_kinds_that_the_bootloader_cannot_take_are_refused),
		ON_PLAIN(images_that_the_maker_does_not_take_are_refused),
		ON_PLAIN(done_before_the_announced_end_is_refused),
		ON_PLAIN(done_before_the_header_is_whole_is_refused),
		ON_PLAIN(what_counts_is_what_flash_holds),
		ON_PLAIN(with_a_key_only_its_signature_is_taken),
		ON_PLAIN(a_hostile_signature_does_not_stay_resumable),
		ON_PLAIN(codes_of_the_device_are_not_taken_for_a_verdict),
		ON_PLAIN(a_read_error_is_no_verdict),
		ON_PLAIN(a_torn_header_block_ends_the_download),
		ON_PLAIN(the_magic_of_the_header_is_programmed_last),
		ON_PLAIN(a_header_that_did_not_arrive_is_no_success),
		ON_PLAIN(what_changed_since_done_is_not_scheduled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
