/* SPDX-License-Identifier: Apache-2.0 */
/* The held-back bytes in flash: every state of every block, and each write that may go wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "op_log.h"
#include "support/test_flash.h"
#include "target/mcuboot_head.h"

#define PAGE 1024
#define PAGES 4
#define START PAGE /* of the image in its area, which begins one page up */

static struct test_flash flash;
static struct op_log ops_log;
static struct flash_area area;
static struct mcuboot_slot slot;
static uint8_t head[512];
static uint8_t *place; /* of the head in flash */
static uint8_t buf[PAGE];

static void open_flash(size_t block, uint8_t erased, bool no_erase)
{
	const struct test_geometry geometry = {
		.runs = {{PAGES, PAGE}},
		.write_block_size = block,
		.erase_value = erased,
		.no_explicit_erase = no_erase,
	};

	test_flash_init(&flash, &geometry);
	op_log_init(&ops_log, flash.dev);
	area = (struct flash_area){
		.fa_off = PAGE, .fa_size = (PAGES - 1) * PAGE, .fa_dev = &ops_log.device};
	slot = (struct mcuboot_slot){
		.area = &area, .start = START, .hold_len = (uint16_t)(block > 32 ? block : 32)};
	place = flash.memory + PAGE + START;
	test_pattern(head, sizeof(head), 77);
}

static void close_flash(void)
{
	assert_string_equal(flash.nor.violation, "");
	test_flash_free(&flash);
}

enum look { LOOKS_ERASED, LOOKS_RIGHT, LOOKS_TORN, LOOKS_OTHER, LOOKS };

/* Torn: the bits of one byte that are to change have not, or the other way round. */
static void put_block(size_t off, size_t block, enum look look, size_t byte)
{
	const uint8_t erased = flash.ram_config->parameters.erase_value;

	memset(place + off, erased, block);
	switch (look) {
	case LOOKS_RIGHT:
		memcpy(place + off, head + off, block);
		break;
	case LOOKS_TORN:
		if (block > 1) {
			memcpy(place + off, head + off, block);
			place[off + byte] = erased;
		} else {
			/* One of the bits that change; none of these bytes has one alone. */
			const uint8_t change = (uint8_t)(head[off] ^ erased);

			place[off] = (uint8_t)(erased ^ (change & (0u - change)));
		}
		break;
	case LOOKS_OTHER:
		place[off + byte] = (uint8_t)~(head[off + byte] ^ erased) ^ erased;
		break;
	default:
		break;
	}
}

static int judge(const enum look *looks, size_t count)
{
	size_t of[LOOKS] = {0};

	for (size_t i = 0; i < count; i++) {
		of[looks[i]]++;
	}
	if (of[LOOKS_OTHER] > 0) {
		return MCUBOOT_HEAD_OTHER;
	}
	if (of[LOOKS_TORN] > 0) {
		return MCUBOOT_HEAD_TORN;
	}
	if (of[LOOKS_RIGHT] == count) {
		return MCUBOOT_HEAD_WHOLE;
	}
	return of[LOOKS_RIGHT] > 0 ? MCUBOOT_HEAD_PART : MCUBOOT_HEAD_BLANK;
}

static void every_state_of_two_blocks_is_told(void **state)
{
	static const uint8_t erased[] = {0xff, 0x00};

	(void)state;
	for (size_t e = 0; e < 2; e++) {
		open_flash(16, erased[e], false);
		for (unsigned int n = 0; n < LOOKS * LOOKS; n++) {
			const enum look looks[] = {(enum look)(n / LOOKS), (enum look)(n % LOOKS)};

			for (size_t byte = 0; byte < 16; byte++) {
				put_block(0, 16, looks[0], byte);
				put_block(16, 16, looks[1], byte);
				assert_int_equal(mcuboot_head_look(&slot, head), judge(looks, 2));
			}
		}
		close_flash();
	}
}

static void any_block_of_any_size_may_be_the_one(void **state)
{
	static const size_t blocks[] = {1, 2, 4, 8, 16, 32, 512};

	(void)state;
	for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); b++) {
		const size_t block = blocks[b];

		open_flash(block, 0xff, false);
		for (size_t off = 0; off < slot.hold_len; off += block) {
			for (int look = 0; look < LOOKS; look++) {
				enum look looks[32];

				for (size_t k = 0; k < slot.hold_len / block; k++) {
					looks[k] = k * block == off ? (enum look)look : LOOKS_RIGHT;
					put_block(k * block, block, looks[k], block / 2);
				}
				assert_int_equal(mcuboot_head_look(&slot, head),
						 judge(looks, slot.hold_len / block));
			}
		}
		close_flash();
	}
}

static void the_block_with_the_magic_is_programmed_last(void **state)
{
	static const size_t blocks[] = {1, 4, 16, 32, 512};

	(void)state;
	for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); b++) {
		open_flash(blocks[b], 0xff, false);
		assert_int_equal(mcuboot_head_program(&slot, head), 0);
		assert_memory_equal(place, head, slot.hold_len);
		assert_int_equal(ops_log.count, slot.hold_len / blocks[b]);
		for (size_t i = 0; i < ops_log.count; i++) {
			assert_int_equal(ops_log.ops[i].what, 'p');
			assert_int_equal(ops_log.ops[i].off,
					 PAGE + START + slot.hold_len - (i + 1) * blocks[b]);
		}
		/* What is right is left alone. */
		assert_int_equal(mcuboot_head_program(&slot, head), 0);
		assert_int_equal(ops_log.count, slot.hold_len / blocks[b]);
		close_flash();
	}
}

static void an_interrupted_program_is_gone_on_with(void **state)
{
	(void)state;
	for (long k = 0; k < 8; k++) {
		open_flash(4, 0xff, false);
		flash.nor.fail_after = k;
		flash.nor.fail_rc = -ETIMEDOUT;
		assert_int_equal(mcuboot_head_program(&slot, head), -ETIMEDOUT);
		assert_int_equal(mcuboot_head_look(&slot, head),
				 k == 0 ? MCUBOOT_HEAD_BLANK : MCUBOOT_HEAD_PART);
		assert_int_equal(mcuboot_head_program(&slot, head), 0);
		assert_int_equal(ops_log.count, 8);
		assert_memory_equal(place, head, 32);
		close_flash();
	}
}

static void a_torn_block_is_not_programmed_again(void **state)
{
	(void)state;
	for (size_t off = 0; off < 32; off += 4) {
		open_flash(4, 0xff, false);
		put_block(off, 4, LOOKS_TORN, 1);
		assert_int_equal(mcuboot_head_program(&slot, head), -EUCLEAN);
		assert_int_equal(ops_log.count, (28 - off) / 4);
		close_flash();
		open_flash(4, 0xff, true);
		put_block(off, 4, LOOKS_TORN, 1);
		assert_int_equal(mcuboot_head_program(&slot, head), 0);
		assert_memory_equal(place, head, 32);
		close_flash();
	}
}

static void errors_of_reading_are_told(void **state)
{
	(void)state;
	open_flash(4, 0xff, false);
	flash.nor.fail_reads = true;
	flash.nor.fail_rc = -ETIMEDOUT;
	for (long k = 0; k < 8; k++) {
		flash.nor.fail_after = k;
		assert_int_equal(mcuboot_head_look(&slot, head), -ETIMEDOUT);
	}
	for (long k = 0; k < 16; k++) {
		flash.nor.fail_after = k;
		memset(place, 0xff, 32);
		assert_int_equal(mcuboot_head_program(&slot, head), -ETIMEDOUT);
	}
	flash.nor.fail_after = 0;
	assert_int_equal(mcuboot_head_mend(0, &slot, buf, sizeof(buf)), -ETIMEDOUT);
	assert_int_equal(flash.nor.stats.erases, 0);
	close_flash();
}

static int forget_a_bit(const struct device *dev, off_t off, const void *data, size_t len)
{
	uint8_t block[4];

	(void)dev;
	assert_int_equal(len, sizeof(block));
	memcpy(block, data, len);
	block[3] |= 0x80;
	return flash_write(flash.dev, off, block, len);
}

static void what_did_not_take_is_found_by_reading_back(void **state)
{
	(void)state;
	open_flash(4, 0xff, false);
	head[31] = 0x12;
	ops_log.api.write = forget_a_bit;
	assert_int_equal(mcuboot_head_program(&slot, head), -EUCLEAN);
	assert_int_equal(mcuboot_head_look(&slot, head), MCUBOOT_HEAD_TORN);
	close_flash();
}

static void the_page_is_written_again_without_its_head(void **state)
{
	static const size_t lengths[] = {0, 1, 31, 32, 33, 500, PAGE - 32};
	static uint8_t rest[PAGE];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		open_flash(16, 0xff, false);
		memset(flash.memory, 0x44, flash.size);
		memset(place, 0xff, PAGE);
		test_pattern(rest, sizeof(rest), 5);
		memcpy(place, head, 15);
		memcpy(place + 32, rest, lengths[i]);
		assert_int_equal(mcuboot_head_mend(0, &slot, buf, PAGE - 32), 0);
		for (size_t k = 0; k < 32; k++) {
			assert_int_equal(place[k], 0xff);
		}
		assert_memory_equal(place + 32, rest, lengths[i]);
		for (size_t k = 32 + lengths[i]; k < PAGE; k++) {
			assert_int_equal(place[k], 0xff);
		}
		assert_int_equal(place[-1], 0x44);
		assert_int_equal(place[PAGE], 0x44);
		assert_int_equal(ops_log.count, lengths[i] == 0 ? 1 : 2);
		assert_int_equal(mcuboot_head_program(&slot, head), 0);
		assert_int_equal(mcuboot_head_look(&slot, head), MCUBOOT_HEAD_WHOLE);
		close_flash();
	}
}

static void what_does_not_fit_the_buffer_is_left(void **state)
{
	(void)state;
	open_flash(16, 0xff, false);
	assert_true(mcuboot_head_is_mendable(&slot, PAGE - 32));
	assert_false(mcuboot_head_is_mendable(&slot, PAGE - 33));
	assert_int_equal(mcuboot_head_mend(0, &slot, buf, PAGE - 33), -EIO);
	/* Nor is a page that begins before the image. */
	slot.start += 16;
	assert_false(mcuboot_head_is_mendable(&slot, sizeof(buf)));
	assert_int_equal(mcuboot_head_mend(0, &slot, buf, sizeof(buf)), -EIO);
	/* Nor one that cannot be found. */
	slot.start = PAGES * PAGE;
	assert_false(mcuboot_head_is_mendable(&slot, sizeof(buf)));
	assert_int_equal(ops_log.count, 0);
	close_flash();
}

static void without_explicit_erase_a_torn_block_needs_no_buffer(void **state)
{
	(void)state;
	open_flash(16, 0xff, true);
	assert_true(mcuboot_head_is_mendable(&slot, 0));
	place[16] = head[16] | 0x01; /* torn, or not */
	place[17] = (uint8_t)~head[17] & 0xff;
	assert_int_equal(mcuboot_head_program(&slot, head), 0);
	assert_int_equal(mcuboot_head_look(&slot, head), MCUBOOT_HEAD_WHOLE);
	assert_int_equal(mcuboot_head_mend(0, &slot, buf, 64), -EIO); /* its page does not fit */
	close_flash();
}

static void errors_of_writing_the_page_again_are_told(void **state)
{
	(void)state;
	for (long k = 0; k < 2; k++) {
		open_flash(16, 0xff, false);
		memcpy(place + 32, head, 100);
		flash.nor.fail_after = k;
		flash.nor.fail_rc = -EROFS;
		assert_int_equal(mcuboot_head_mend(0, &slot, buf, sizeof(buf)), -EROFS);
		close_flash();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_of_two_blocks_is_told),
		cmocka_unit_test(any_block_of_any_size_may_be_the_one),
		cmocka_unit_test(the_block_with_the_magic_is_programmed_last),
		cmocka_unit_test(an_interrupted_program_is_gone_on_with),
		cmocka_unit_test(a_torn_block_is_not_programmed_again),
		cmocka_unit_test(errors_of_reading_are_told),
		cmocka_unit_test(what_did_not_take_is_found_by_reading_back),
		cmocka_unit_test(the_page_is_written_again_without_its_head),
		cmocka_unit_test(what_does_not_fit_the_buffer_is_left),
		cmocka_unit_test(without_explicit_erase_a_torn_block_needs_no_buffer),
		cmocka_unit_test(errors_of_writing_the_page_again_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
