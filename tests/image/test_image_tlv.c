/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/image_maker.h"
#include "image/subject.h"

#define HDR_SIZE 64
#define IMG_SIZE 100
#define PAYLOAD_END (HDR_SIZE + IMG_SIZE)

static const uint8_t some[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static enum dfu_image_fault fault_of(const struct image_maker *maker)
{
	struct subject subject;
	struct dfu_image image;
	enum dfu_image_fault fault;

	subject_init(&subject, SUBJECT_MEMORY, maker->bytes, maker->len);
	int rc = dfu_image_open(&image, &subject.source, &fault);

	assert_int_equal(rc, dfu_image_fault_errno(fault));
	subject_free(&subject);
	return fault;
}

/* 12 bytes of protected area, 12 of the other one. */
static void make(struct image_maker *maker)
{
	maker_begin(maker, HDR_SIZE, IMG_SIZE, 0);
	maker_protected(maker, 0x50, some, 4);
	maker_tlv(maker, 0x10, some, 4);
}

static void whole_areas_open(void **state)
{
	struct image_maker maker;

	(void)state;
	make(&maker);
	assert_int_equal(fault_of(&maker), DFU_IMAGE_OK);
}

/*
 * One byte of make()'s image is changed. Offsets from the end of the payload; negative ones from
 * the header's start.
 */
static void an_area_that_contradicts_header_or_itself_is_refused(void **state)
{
	static const struct {
		int at;
		uint8_t value;
		enum dfu_image_fault fault;
	} rows[] = {
		{0, 0x07, DFU_IMAGE_TLV_FORMAT}, /* the protected area says it is the other one */
		{1, 0x00, DFU_IMAGE_TLV_FORMAT},
		{2, 11, DFU_IMAGE_TLV_FORMAT}, /* its total is not the header's */
		{2, 13, DFU_IMAGE_TLV_FORMAT},
		{2, 0, DFU_IMAGE_TLV_FORMAT},
		{6, 5, DFU_IMAGE_TLV_FORMAT}, /* its entry passes it by one byte */
		{6, 3, DFU_IMAGE_TLV_FORMAT}, /* or leaves one, two, three, four stray bytes */
		{6, 2, DFU_IMAGE_TLV_FORMAT},
		{6, 1, DFU_IMAGE_TLV_FORMAT},
		{6, 0, DFU_IMAGE_TLV_FORMAT},
		{7, 0xff, DFU_IMAGE_TLV_FORMAT},
		{12, 0x08, DFU_IMAGE_TLV_FORMAT}, /* a second protected area */
		{14, 3, DFU_IMAGE_TLV_FORMAT},    /* a total below the info header */
		{14, 0, DFU_IMAGE_TLV_FORMAT},
		{14, 13, DFU_IMAGE_TRUNCATED}, /* a total beyond the source */
		{15, 0xff, DFU_IMAGE_TRUNCATED},
		{14, 11, DFU_IMAGE_TLV_FORMAT}, /* one that cuts the entry */
		{14, 7, DFU_IMAGE_TLV_FORMAT},  /* or its head */
		{18, 5, DFU_IMAGE_TLV_FORMAT},
		{18, 3, DFU_IMAGE_TLV_FORMAT},
		{-10, 0, DFU_IMAGE_TLV_FORMAT}, /* the header says: none, a header's part, less,
						   more */
		{-10, 1, DFU_IMAGE_TLV_FORMAT},
		{-10, 3, DFU_IMAGE_TLV_FORMAT},
		{-10, 4, DFU_IMAGE_TLV_FORMAT},
		{-10, 11, DFU_IMAGE_TLV_FORMAT},
		{-10, 13, DFU_IMAGE_TLV_FORMAT},
	};
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make(&maker);
		maker.bytes[rows[i].at < 0 ? -rows[i].at : PAYLOAD_END + rows[i].at] =
			rows[i].value;
		if (fault_of(&maker) != rows[i].fault) {
			fail_msg("byte %d as %#x: %s", rows[i].at, rows[i].value,
				 dfu_image_fault_str(fault_of(&maker)));
		}
	}
}

static void an_empty_protected_area_and_an_empty_area_open(void **state)
{
	struct image_maker maker;

	(void)state;
	maker_begin(&maker, HDR_SIZE, IMG_SIZE, 0);
	maker_open_protected(&maker);
	maker_open_area(&maker);
	assert_int_equal(fault_of(&maker), DFU_IMAGE_OK);
}

/* MCUboot's iterator stops there and the image is invalid for it. */
static void the_last_protected_tlv_must_have_a_value(void **state)
{
	struct image_maker maker;

	(void)state;
	maker_begin(&maker, HDR_SIZE, IMG_SIZE, 0);
	maker_protected(&maker, 0xa0, some, 3);
	maker_protected(&maker, 0xa1, some, 0);
	maker_hash(&maker, 0x10);
	assert_int_equal(fault_of(&maker), DFU_IMAGE_TLV_FORMAT);

	maker_begin(&maker, HDR_SIZE, IMG_SIZE, 0);
	maker_protected(&maker, 0xa1, some, 0);
	maker_protected(&maker, 0xa0, some, 3);
	maker_hash(&maker, 0x10);
	assert_int_equal(fault_of(&maker), DFU_IMAGE_OK);

	maker_begin(&maker, HDR_SIZE, IMG_SIZE, 0);
	maker_tlv(&maker, 0x22, some, 0);
	assert_int_equal(fault_of(&maker), DFU_IMAGE_OK);
}

static void only_listed_types_may_stand_unprotected(void **state)
{
	static const uint16_t allowed[] = {0x01, 0x02, 0x10, 0x11, 0x12, 0x20, 0x21, 0x22,
					   0x23, 0x24, 0x25, 0x30, 0x31, 0x32, 0x33, 0x34};
	struct image_maker maker;
	size_t next = 0;

	(void)state;
	for (uint32_t type = 0; type <= UINT16_MAX; type++) {
		bool is_allowed = next < sizeof(allowed) / sizeof(allowed[0]) &&
				  allowed[next] == type;

		next += is_allowed;
		maker_begin(&maker, 32, 4, 0);
		maker_protected(&maker, (uint16_t)type, some, 4);
		maker_tlv(&maker, (uint16_t)type, some, 4);
		assert_int_equal(fault_of(&maker),
				 is_allowed ? DFU_IMAGE_OK : DFU_IMAGE_TLV_NOT_ALLOWED);
	}
}

static void the_walk_gives_protected_tlvs_first_and_ends_for_good(void **state)
{
	static const struct {
		uint16_t type;
		uint16_t len;
		size_t off;
		bool is_protected;
	} expected[] = {
		{0xa0, 0, PAYLOAD_END + 8, true},
		{0x40, 12, PAYLOAD_END + 12, true},
		{0x10, 7, PAYLOAD_END + 32, false},
		{0x22, 0, PAYLOAD_END + 43, false},
	};
	struct image_maker maker;
	struct subject subject;
	struct dfu_image image;
	struct dfu_image_tlv tlv = {0};

	(void)state;
	maker_begin(&maker, HDR_SIZE, IMG_SIZE, 0);
	maker_protected(&maker, 0xa0, some, 0);
	maker_protected(&maker, 0x40, some, 12);
	maker_tlv(&maker, 0x10, some, 7);
	maker_tlv(&maker, 0x22, some, 0);
	subject_init(&subject, SUBJECT_FLASH, maker.bytes, maker.len);
	assert_int_equal(dfu_image_open(&image, &subject.source, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(dfu_image_tlv_next(&image, &tlv), 0);
		assert_int_equal(tlv.type, expected[i].type);
		assert_int_equal(tlv.len, expected[i].len);
		assert_int_equal(tlv.off, expected[i].off);
		assert_int_equal(tlv.is_protected, expected[i].is_protected);
	}
	assert_int_equal(dfu_image_tlv_next(&image, &tlv), -ENOENT);
	assert_int_equal(dfu_image_tlv_next(&image, &tlv), -ENOENT);
	assert_int_equal(tlv.type, 0x22);
	subject_free(&subject);
}

static void the_walk_over_empty_areas_ends_at_once(void **state)
{
	struct image_maker maker;
	struct dfu_image image;
	struct dfu_image_tlv tlv = {0};

	(void)state;
	for (int has_protected = 0; has_protected < 2; has_protected++) {
		maker_begin(&maker, HDR_SIZE, IMG_SIZE, 0);
		if (has_protected) {
			maker_open_protected(&maker);
		}
		maker_open_area(&maker);
		struct dfu_image_source source = dfu_image_source_memory(maker.bytes, maker.len);

		assert_int_equal(dfu_image_open(&image, &source, NULL), 0);
		assert_int_equal(dfu_image_tlv_next(&image, &tlv), -ENOENT);
	}
}

/* Flash may change behind an open image; the walk must not follow it out of the area. */
static void a_tlv_that_grew_since_the_image_was_opened_is_refused(void **state)
{
	struct image_maker maker;
	struct dfu_image image;
	struct dfu_image_tlv tlv = {0};

	(void)state;
	make(&maker);
	struct dfu_image_source source = dfu_image_source_memory(maker.bytes, maker.len);

	assert_int_equal(dfu_image_open(&image, &source, NULL), 0);
	maker.bytes[PAYLOAD_END + 6] = 5;
	assert_int_equal(dfu_image_tlv_next(&image, &tlv), -EBADMSG);
	assert_int_equal(tlv.off, 0);
	maker.bytes[PAYLOAD_END + 6] = 4;
	maker.bytes[PAYLOAD_END + 18] = 5;
	assert_int_equal(dfu_image_tlv_next(&image, &tlv), 0);
	assert_int_equal(dfu_image_tlv_next(&image, &tlv), -EBADMSG);
}

static void a_value_is_read_if_it_fits_the_buffer(void **state)
{
	struct image_maker maker;
	struct subject subject;
	struct dfu_image image;
	struct dfu_image_tlv tlv = {0};
	uint8_t value[5] = {0xee, 0xee, 0xee, 0xee, 0xee};

	(void)state;
	make(&maker);
	subject_init(&subject, SUBJECT_FLASH, maker.bytes, maker.len);
	assert_int_equal(dfu_image_open(&image, &subject.source, NULL), 0);
	assert_int_equal(dfu_image_tlv_next(&image, &tlv), 0);
	assert_int_equal(dfu_image_tlv_read(&image, &tlv, value, 3), -EMSGSIZE);
	assert_int_equal(value[0], 0xee);
	assert_int_equal(dfu_image_tlv_read(&image, &tlv, value, 4), 0);
	assert_memory_equal(value, some, 4);
	assert_int_equal(value[4], 0xee);
	subject_free(&subject);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_areas_open),
		cmocka_unit_test(an_area_that_contradicts_header_or_itself_is_refused),
		cmocka_unit_test(an_empty_protected_area_and_an_empty_area_open),
		cmocka_unit_test(the_last_protected_tlv_must_have_a_value),
		cmocka_unit_test(only_listed_types_may_stand_unprotected),
		cmocka_unit_test(the_walk_gives_protected_tlvs_first_and_ends_for_good),
		cmocka_unit_test(the_walk_over_empty_areas_ends_at_once),
		cmocka_unit_test(a_tlv_that_grew_since_the_image_was_opened_is_refused),
		cmocka_unit_test(a_value_is_read_if_it_fits_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
