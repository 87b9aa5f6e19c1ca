/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boot/trailer.h"
#include "trailer_bytes.h"

static const uint8_t aligns[] = {8, 16, 32};
static const uint8_t erased_values[] = {0xff, 0x00};

static void fields_lie_where_the_published_table_has_them(void **state)
{
	static const size_t swap_size[] = {48, 80, 160};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct trailer_bytes *layout = trailer_bytes(aligns[i]);

		assert_int_equal(trailer_distance(aligns[i], TRAILER_IMAGE_OK), layout->image_ok);
		assert_int_equal(trailer_distance(aligns[i], TRAILER_COPY_DONE), layout->copy_done);
		assert_int_equal(trailer_distance(aligns[i], TRAILER_SWAP_INFO), layout->swap_info);
		assert_int_equal(trailer_distance(aligns[i], TRAILER_SWAP_SIZE), swap_size[i]);
		assert_int_equal(trailer_distance(aligns[i], TRAILER_MAGIC),
				 aligns[i] == 32 ? 32 : 16);
	}
}

static void whole_trailers_are_as_long_as_the_bootloader_makes_them(void **state)
{
	static const struct {
		uint8_t align, block;
		size_t move, offset, single;
	} rows[] = {
		{8, 1, 432, 312, 48},     {8, 4, 1584, 1080, 48},     {8, 8, 3120, 2104, 48},
		{16, 16, 6224, 4192, 80}, {32, 32, 12448, 8384, 160},
	};
	static const enum boot_mode like_move[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE};
	static const enum boot_mode without_status[] = {
		BOOT_MODE_OVERWRITE_ONLY, BOOT_MODE_DIRECT_XIP, BOOT_MODE_DIRECT_XIP_REVERT,
		BOOT_MODE_RAM_LOAD, BOOT_MODE_RAM_LOAD_REVERT};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct boot_arrangement build = {.max_align = rows[i].align, .max_sectors = 128};

		for (size_t m = 0; m < sizeof(like_move) / sizeof(like_move[0]); m++) {
			build.mode = like_move[m];
			assert_int_equal(trailer_length(&build, rows[i].block), rows[i].move);
		}
		for (size_t m = 0; m < sizeof(without_status) / sizeof(without_status[0]); m++) {
			build.mode = without_status[m];
			assert_int_equal(trailer_length(&build, rows[i].block),
					 trailer_bytes(rows[i].align)->swap_info);
		}
		build.mode = BOOT_MODE_SWAP_OFFSET;
		assert_int_equal(trailer_length(&build, rows[i].block), rows[i].offset);
		build.mode = BOOT_MODE_SINGLE_SLOT;
		assert_int_equal(trailer_length(&build, rows[i].block), rows[i].single);
		build.mode = BOOT_MODE_FIRMWARE_LOADER;
		assert_int_equal(trailer_length(&build, rows[i].block), rows[i].single);
	}
}

static void write_blocks_up_to_the_alignment_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t block = 1; block <= 512; block *= 2) {
			assert_int_equal(trailer_fits(aligns[i], block, 4096), block <= aligns[i]);
		}
	}
	assert_false(trailer_fits(8, 3, 4096));
	assert_true(trailer_fits(8, 8, 40));
	assert_false(trailer_fits(8, 8, 32));
	assert_true(trailer_fits(32, 32, 128));
	assert_false(trailer_fits(32, 32, 96));
	assert_false(trailer_fits(32, 4, 4096 + 16));
}

/* A tail with one value in each field, built from the table. */
static struct boot_swap_state decode(uint8_t align, uint8_t erased, const uint8_t fields[3],
				     const uint8_t *magic)
{
	const struct trailer_bytes *layout = trailer_bytes(align);
	struct boot_swap_state state;
	uint8_t tail[128];

	memset(tail, erased, sizeof(tail));
	tail[0] = fields[0];
	tail[layout->swap_info - layout->copy_done] = fields[1];
	tail[layout->swap_info - layout->image_ok] = fields[2];
	if (magic != NULL) {
		memcpy(&tail[layout->swap_info - 16], magic, 16);
	}
	trailer_decode(&state, tail, align, erased);
	return state;
}

static uint8_t flag_of(uint8_t byte, uint8_t erased)
{
	return byte == erased ? BOOT_FLAG_UNSET : byte == 1 ? BOOT_FLAG_SET : BOOT_FLAG_BAD;
}

static void every_byte_value_of_every_field_is_decoded(void **state)
{
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		const uint8_t align = aligns[i / 2];
		const uint8_t erased = erased_values[i % 2];

		for (unsigned int v = 0; v < 256; v++) {
			const uint8_t byte = (uint8_t)v;
			const uint8_t other = (uint8_t)(v * 7 + 1);
			const uint8_t fields[3] = {byte, other, (uint8_t)(255 - v)};
			const struct boot_swap_state found = decode(align, erased, fields, NULL);
			const bool known = byte != erased && byte % 16 <= 4;

			assert_int_equal(found.magic, BOOT_MAGIC_UNSET);
			assert_int_equal(found.swap_type, known ? byte % 16 : BOOT_SWAP_TYPE_NONE);
			assert_int_equal(found.image_num, known ? byte / 16 : 0);
			assert_int_equal(found.copy_done, flag_of(fields[1], erased));
			assert_int_equal(found.image_ok, flag_of(fields[2], erased));
		}
	}
}

static void a_magic_is_good_for_its_own_alignment_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < 6; k++) {
			const uint8_t erased = erased_values[k % 2];
			const uint8_t blank[3] = {erased, erased, erased};
			const struct boot_swap_state found = decode(
				aligns[i], erased, blank, trailer_bytes(aligns[k / 2])->magic);

			assert_int_equal(found.magic,
					 i == k / 2 ? BOOT_MAGIC_GOOD : BOOT_MAGIC_BAD);
		}
	}
}

static void a_magic_with_any_bit_wrong_or_torn_anywhere_is_bad(void **state)
{
	const uint8_t blank[3] = {0xff, 0xff, 0xff};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t bit = 0; bit < 128; bit++) {
			uint8_t magic[16];

			memcpy(magic, trailer_bytes(aligns[i])->magic, 16);
			magic[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			assert_int_equal(decode(aligns[i], 0xff, blank, magic).magic,
					 BOOT_MAGIC_BAD);
		}
		for (size_t len = 1; len < 16; len++) {
			uint8_t magic[16];

			memset(magic, 0xff, 16);
			memcpy(magic, trailer_bytes(aligns[i])->magic, len);
			assert_int_equal(decode(aligns[i], 0xff, blank, magic).magic,
					 BOOT_MAGIC_BAD);
		}
	}
}

static void a_flag_is_one_write_block_of_value_and_erased_bytes(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		for (size_t block = 1; block <= 32; block *= 2) {
			uint8_t bytes[33];

			memset(bytes, 0x5a, sizeof(bytes));
			assert_int_equal(trailer_encode(bytes, TRAILER_SWAP_INFO, 0x13, 32, block,
							erased_values[k]),
					 block);
			assert_int_equal(bytes[0], 0x13);
			for (size_t i = 1; i < block; i++) {
				assert_int_equal(bytes[i], erased_values[k]);
			}
			assert_int_equal(bytes[block], 0x5a);
		}
	}
}

static void the_magic_ends_its_block_and_is_padded_in_front(void **state)
{
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		const uint8_t align = aligns[i / 2];
		const size_t room = align == 32 ? 32 : 16;
		uint8_t bytes[32];

		assert_int_equal(
			trailer_encode(bytes, TRAILER_MAGIC, 0, align, 1, erased_values[i % 2]),
			room);
		assert_memory_equal(&bytes[room - 16], trailer_bytes(align)->magic, 16);
		for (size_t k = 0; k < room - 16; k++) {
			assert_int_equal(bytes[k], erased_values[i % 2]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_lie_where_the_published_table_has_them),
		cmocka_unit_test(whole_trailers_are_as_long_as_the_bootloader_makes_them),
		cmocka_unit_test(write_blocks_up_to_the_alignment_fit),
		cmocka_unit_test(every_byte_value_of_every_field_is_decoded),
		cmocka_unit_test(a_magic_is_good_for_its_own_alignment_only),
		cmocka_unit_test(a_magic_with_any_bit_wrong_or_torn_anywhere_is_bad),
		cmocka_unit_test(a_flag_is_one_write_block_of_value_and_erased_bytes),
		cmocka_unit_test(the_magic_ends_its_block_and_is_padded_in_front),
	};

	return cmocka_run_group_tests_name("trailer", tests, NULL, NULL);
}
