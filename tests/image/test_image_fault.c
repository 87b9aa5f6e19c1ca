/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/image.h>

static void each_fault_has_its_errno(void **state)
{
	static const struct {
		enum dfu_image_fault fault;
		int rc;
	} rows[] = {
		{DFU_IMAGE_OK, 0},
		{DFU_IMAGE_NOT_AN_IMAGE, -ENOEXEC},
		{DFU_IMAGE_HEADER_SIZE, -EBADMSG},
		{DFU_IMAGE_SIZE_OVERFLOW, -EOVERFLOW},
		{DFU_IMAGE_TRUNCATED, -ENODATA},
		{DFU_IMAGE_TLV_FORMAT, -EBADMSG},
		{DFU_IMAGE_TLV_NOT_ALLOWED, -EBADMSG},
		{DFU_IMAGE_FLAGS, -EBADMSG},
		{DFU_IMAGE_HASH_COUNT, -EBADMSG},
		{DFU_IMAGE_HASH_LENGTH, -EBADMSG},
		{DFU_IMAGE_HASH_MISMATCH, -EILSEQ},
		{DFU_IMAGE_NO_SIGNATURE, -EACCES},
		{DFU_IMAGE_SIGNATURE_MISMATCH, -EACCES},
		{DFU_IMAGE_ENCRYPTED, -ENOTSUP},
		{DFU_IMAGE_COMPRESSED, -ENOTSUP},
		{DFU_IMAGE_NOT_BOOTABLE, -EPERM},
		{DFU_IMAGE_UNSUPPORTED, -ENOTSUP},
		{DFU_IMAGE_HASH_TYPE, -EBADMSG},
		{DFU_IMAGE_SIGNATURE_TYPE, -EACCES},
		{DFU_IMAGE_ENGINE, -ENOTSUP},
		{DFU_IMAGE_TOO_LARGE, -EFBIG},
		{DFU_IMAGE_OLDER, -ESTALE},
		{DFU_IMAGE_SECURITY_COUNTER, -ESTALE},
		{DFU_IMAGE_ADDRESS, -EADDRNOTAVAIL},
		{DFU_IMAGE_LOAD_RANGE, -EADDRNOTAVAIL},
		{DFU_IMAGE_NOT_RAM_LOAD, -EADDRNOTAVAIL},
		{DFU_IMAGE_DEPENDENCY, -ENOLINK},
		{DFU_IMAGE_OLDER_BUILD, -ERANGE},
		{DFU_IMAGE_LINK_ADDRESS, -EXDEV},
		{DFU_IMAGE_UNSIGNED, -EPROTO},
		{DFU_IMAGE_RUNNING_BOOTLOADER, -EADDRINUSE},
		{DFU_IMAGE_NO_FW_INFO, -EBADMSG},
	};

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), DFU_IMAGE_FAULT_COUNT);
	for (size_t i = 0; i < DFU_IMAGE_FAULT_COUNT; i++) {
		assert_int_equal(rows[i].fault, i);
		assert_int_equal(dfu_image_fault_errno(rows[i].fault), rows[i].rc);
	}
}

static void each_fault_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < DFU_IMAGE_FAULT_COUNT; i++) {
		const char *text = dfu_image_fault_str((enum dfu_image_fault)i);

		assert_true(strlen(text) > 0);
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(text, dfu_image_fault_str((enum dfu_image_fault)j));
		}
	}
}

static void a_number_that_is_no_fault_is_an_error_all_the_same(void **state)
{
	(void)state;
	assert_int_equal(dfu_image_fault_errno(DFU_IMAGE_FAULT_COUNT), -EINVAL);
	assert_non_null(dfu_image_fault_str(DFU_IMAGE_FAULT_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_errno),
		cmocka_unit_test(each_fault_has_a_text_of_its_own),
		cmocka_unit_test(a_number_that_is_no_fault_is_an_error_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
