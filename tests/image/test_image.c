/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/image_maker.h"
#include "image/subject.h"
#include "support/test_files.h"

static int open_copy(const uint8_t *bytes, size_t len, enum dfu_image_fault *fault)
{
	struct subject subject;
	struct dfu_image image;

	subject_init(&subject, SUBJECT_MEMORY, bytes, len);
	int rc = dfu_image_open(&image, &subject.source, fault);

	subject_free(&subject);
	return rc;
}

static void every_field_of_the_header_is_decoded(void **state)
{
	static const uint8_t raw[DFU_IMAGE_HEADER_LEN] = {
		0x3d, 0xb8, 0xf3, 0x96, /* magic */
		0x04, 0x03, 0x02, 0x81, /* load address */
		0x06, 0x85,             /* header size */
		0x08, 0x87,             /* protected TLVs */
		0x0c, 0x0b, 0x0a, 0x89, /* image size */
		0x10, 0x0f, 0x0e, 0x8d, /* flags */
		0xf1, 0xf2,             /* major, minor */
		0xf4, 0xf3,             /* revision */
		0xf8, 0xf7, 0xf6, 0xf5, /* build */
		0xff, 0xff, 0xff, 0xff,
	};
	struct dfu_image_header header;

	(void)state;
	assert_int_equal(dfu_image_header_decode(&header, raw), 0);
	assert_int_equal(header.load_addr, 0x81020304);
	assert_int_equal(header.hdr_size, 0x8506);
	assert_int_equal(header.protect_tlv_size, 0x8708);
	assert_int_equal(header.img_size, 0x890a0b0c);
	assert_int_equal(header.flags, 0x8d0e0f10);
	assert_int_equal(header.version.major, 0xf1);
	assert_int_equal(header.version.minor, 0xf2);
	assert_int_equal(header.version.revision, 0xf3f4);
	assert_int_equal(header.version.build, 0xf5f6f7f8);
}

static void a_refused_header_leaves_the_result_alone(void **state)
{
	struct dfu_image_header header;
	struct dfu_image_header before;
	uint8_t raw[DFU_IMAGE_HEADER_LEN] = {0x3d, 0xb8, 0xf3, 0x96};

	(void)state;
	memset(&header, 0x5a, sizeof(header));
	memcpy(&before, &header, sizeof(before));
	raw[8] = 31;
	assert_int_equal(dfu_image_header_decode(&header, raw), -EBADMSG);
	raw[8] = 32;
	raw[3] ^= 0x80;
	assert_int_equal(dfu_image_header_decode(&header, raw), -ENOEXEC);
	assert_memory_equal(&header, &before, sizeof(header));
	raw[3] ^= 0x80;
	assert_int_equal(dfu_image_header_decode(&header, raw), 0);
}

static void sizes_add_up_without_passing_32_bits(void **state)
{
	static const struct {
		uint32_t img_size;
		uint16_t hdr_size;
		uint16_t protect_tlv_size;
		enum dfu_image_fault fault;
	} rows[] = {
		{0xffffffdf, 0x20, 0, DFU_IMAGE_TRUNCATED}, /* ends at the last byte of 32 bits */
		{0xffffffe0, 0x20, 0, DFU_IMAGE_SIZE_OVERFLOW},
		{0xffffffff, 0x20, 0, DFU_IMAGE_SIZE_OVERFLOW},
		{0xffffff00, 0x20, 0xdf, DFU_IMAGE_TRUNCATED},
		{0xffffff00, 0x20, 0xe0, DFU_IMAGE_SIZE_OVERFLOW},
		{0xffffffff, 0xffff, 0xffff, DFU_IMAGE_SIZE_OVERFLOW},
		{0xfffe0001, 0xffff, 0xffff, DFU_IMAGE_TRUNCATED},
		{0xfffe0002, 0xffff, 0xffff, DFU_IMAGE_SIZE_OVERFLOW},
		{0x7fffffff, 0x20, 0, DFU_IMAGE_TRUNCATED},
	};
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum dfu_image_fault fault;

		maker_begin(&maker, 64, 500, 0);
		for (int byte = 0; byte < 4; byte++) {
			maker.bytes[12 + byte] = (uint8_t)(rows[i].img_size >> 8 * byte);
		}
		for (int byte = 0; byte < 2; byte++) {
			maker.bytes[8 + byte] = (uint8_t)(rows[i].hdr_size >> 8 * byte);
			maker.bytes[10 + byte] = (uint8_t)(rows[i].protect_tlv_size >> 8 * byte);
		}
		assert_int_equal(open_copy(maker.bytes, maker.len, &fault),
				 dfu_image_fault_errno(rows[i].fault));
		assert_int_equal(fault, rows[i].fault);
	}
}

/*
 * Whether a cut at this length makes the header itself incomplete, or leaves it saying more than
 * there is.
 */
static enum dfu_image_fault fault_of_cut(size_t len)
{
	return len < DFU_IMAGE_HEADER_LEN ? DFU_IMAGE_NOT_AN_IMAGE : DFU_IMAGE_TRUNCATED;
}

static void an_image_cut_at_any_byte_is_refused(void **state)
{
	static const char *const files[] = {
		"images/tiny-1.0.0-ec256-sc7.bin",
		"images/tiny-1.0.0-none-h20.bin",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t len;
		uint8_t *bytes = test_read_file(files[i], &len);

		for (size_t cut = 0; cut < len; cut++) {
			enum dfu_image_fault fault;

			assert_int_equal(open_copy(bytes, cut, &fault),
					 dfu_image_fault_errno(fault_of_cut(cut)));
			assert_int_equal(fault, fault_of_cut(cut));
		}
		assert_int_equal(open_copy(bytes, len, NULL), 0);
		free(bytes);
	}
}

static void what_follows_the_image_is_not_counted(void **state)
{
	struct image_maker maker;
	struct subject subject;
	struct dfu_image image;

	(void)state;
	maker_begin(&maker, 64, 500, 0);
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	subject_init(&subject, SUBJECT_FLASH, maker.bytes, maker.len + 300);
	assert_int_equal(dfu_image_open(&image, &subject.source, NULL), 0);
	assert_int_equal(image.hashed_size, 564);
	assert_int_equal(image.total_size, maker.len);
	subject_free(&subject);
}

static void a_flash_source_never_leaves_its_area(void **state)
{
	struct flash_area area = {.fa_size = 1000};

	(void)state;
	assert_int_equal(dfu_image_source_flash(&area, 0, 1000).size, 1000);
	assert_int_equal(dfu_image_source_flash(&area, 0, 1001).size, 1000);
	assert_int_equal(dfu_image_source_flash(&area, 400, SIZE_MAX).size, 600);
	assert_int_equal(dfu_image_source_flash(&area, 400, 100).size, 100);
	assert_int_equal(dfu_image_source_flash(&area, 1000, 1).size, 0);
	assert_int_equal(dfu_image_source_flash(&area, SIZE_MAX, 1).size, 0);
}

/* However many bytes are held back, flash behind them is read where it lies, and never before. */
static void any_number_of_bytes_may_be_held_back(void **state)
{
	size_t len;
	uint8_t *bytes = test_read_file("images/tiny-1.0.0-none-h20.bin", &len);
	struct subject subject;

	(void)state;
	subject_init(&subject, SUBJECT_FLASH, bytes, len);
	for (size_t held = 0; held <= len; held += 17) {
		uint8_t *in_flash =
			subject.flash.memory + subject.area.fa_off + subject.source.base;

		memcpy(in_flash, bytes, len);
		memset(in_flash, 0xff, held);
		subject.source.head = bytes;
		subject.source.head_len = held;
		assert_int_equal(subject_verify(&subject.source, NULL).rc, 0);
		if (held > 0) {
			subject.source.head_len = held - 1;
			assert_true(subject_verify(&subject.source, NULL).rc != 0);
		}
	}
	subject_free(&subject);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_the_header_is_decoded),
		cmocka_unit_test(a_refused_header_leaves_the_result_alone),
		cmocka_unit_test(sizes_add_up_without_passing_32_bits),
		cmocka_unit_test(an_image_cut_at_any_byte_is_refused),
		cmocka_unit_test(what_follows_the_image_is_not_counted),
		cmocka_unit_test(a_flash_source_never_leaves_its_area),
		cmocka_unit_test(any_number_of_bytes_may_be_held_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
