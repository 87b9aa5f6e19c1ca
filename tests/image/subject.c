/* SPDX-License-Identifier: Apache-2.0 */
#include "image/subject.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE 4096
#define AREA_OFF (2 * PAGE)
#define IMAGE_BASE 777
#define BEHIND 64

/* No test looks areas up. */
const struct flash_area *flash_map;
const int flash_map_entries;

static void to_flash(struct subject *subject, size_t len)
{
	size_t size = AREA_OFF + IMAGE_BASE + len + BEHIND;

	test_flash_init(&subject->flash, &(struct test_geometry){
						 .runs = {{size / PAGE + 1, PAGE}},
						 .write_block_size = 4,
						 .erase_value = 0xff,
					 });
	test_pattern(subject->flash.memory, subject->flash.size, 7);
	memcpy(subject->flash.memory + AREA_OFF + IMAGE_BASE, subject->bytes, len);
	subject->area = (struct flash_area){
		.fa_id = 1,
		.fa_off = AREA_OFF,
		.fa_size = IMAGE_BASE + len + BEHIND,
		.fa_dev = subject->flash.dev,
	};
	subject->source = dfu_image_source_flash(&subject->area, IMAGE_BASE, len);
}

static void hold_back(struct subject *subject, size_t len)
{
	size_t held = len < DFU_IMAGE_HEADER_LEN ? len : DFU_IMAGE_HEADER_LEN;

	memset(subject->flash.memory + AREA_OFF + IMAGE_BASE, 0xff, held);
	subject->source.head = subject->bytes;
	subject->source.head_len = held;
}

void subject_init(struct subject *subject, enum subject_kind kind, const uint8_t *bytes, size_t len)
{
	memset(subject, 0, sizeof(*subject));
	subject->bytes = malloc(len > 0 ? len : 1);
	assert_non_null(subject->bytes);
	memcpy(subject->bytes, bytes, len);
	if (kind == SUBJECT_MEMORY) {
		subject->source = dfu_image_source_memory(subject->bytes, len);
		return;
	}
	to_flash(subject, len);
	if (kind == SUBJECT_HELD) {
		hold_back(subject, len);
	}
}

void subject_free(struct subject *subject)
{
	if (subject->flash.memory != NULL) {
		test_flash_free(&subject->flash);
	}
	free(subject->bytes);
}

struct subject_verdict subject_verify(const struct dfu_image_source *source,
				      const struct dfu_image_key *key)
{
	struct subject_verdict verdict = {0};
	enum dfu_image_fault fault;
	uint8_t buf[509];

	verdict.rc = dfu_image_open(&verdict.image, source, &fault);
	if (verdict.rc != 0) {
		verdict.report.fault = fault;
		return verdict;
	}
	assert_int_equal(fault, DFU_IMAGE_OK);
	verdict.rc = dfu_image_verify(&verdict.image, key, buf, sizeof(buf), &verdict.report);
	return verdict;
}
