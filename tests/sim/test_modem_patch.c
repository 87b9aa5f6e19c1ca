/* SPDX-License-Identifier: Apache-2.0 */
/* Patches that were put together by hand: judged as they arrive, and applied. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <modem_files.h> /* sim/ */
#include <modem_patch.h> /* sim/ */

#include "patch_bytes.h"

#define HEADER (84 + 2 * 8)

/* Two segments of the old firmware, and two of the new one with what it shall hold. */
static uint8_t old_bytes[700], new_bytes[500];
static struct sim_modem_firmware old, new;
static char uuid[DFU_MODEM_UUID_LEN + 1];
static uint8_t digest[32];
static struct patch_bytes good;

/* SHA-256 in the form of a UUID of version 8. */
static void name_old(void)
{
	uint8_t d[32];

	digest_of(old_bytes, sizeof(old_bytes), d);
	snprintf(uuid, sizeof(uuid),
		 "%02x%02x%02x%02x-%02x%02x-8%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", d[0],
		 d[1], d[2], d[3], d[4], d[5], d[6] % 16u, d[7], 0x80u + d[8] % 64u, d[9], d[10],
		 d[11], d[12], d[13], d[14], d[15]);
}

/* Old bytes 100 to 399, 60 of its own, old bytes 500 to 639. */
static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(old_bytes); i++) {
		old_bytes[i] = (uint8_t)(i * i % 251);
	}
	old = (struct sim_modem_firmware){
		.count = 2, .segment = {{0x1000, 400, old_bytes}, {0x2000, 300, &old_bytes[400]}}};
	memcpy(new_bytes, &old_bytes[100], 300);
	memset(&new_bytes[300], 0xa7, 60);
	memcpy(&new_bytes[360], &old_bytes[500], 140);
	new = (struct sim_modem_firmware){
		.count = 2, .segment = {{0x1000, 320, new_bytes}, {0x3000, 180, &new_bytes[320]}}};
	name_old();
	digest_of(new_bytes, sizeof(new_bytes), digest);
	patch_begin(&good, uuid, digest, &new);
	patch_copy(&good, 0x1000 + 100, 300);
	patch_bring(&good, &new_bytes[300], 60);
	patch_copy(&good, 0x2000 + 100, 140);
	patch_end(&good);
	return 0;
}

static enum sim_modem_patch_verdict judge(const struct patch_bytes *patch)
{
	struct sim_modem_patch_check check = {0};

	return sim_modem_patch_check(&check, patch->bytes, patch->len, uuid, &old);
}

static int apply(const struct patch_bytes *patch)
{
	uint8_t room[sizeof(new_bytes)];
	struct sim_modem_firmware made;

	return sim_modem_patch_apply(patch->bytes, patch->len, &old, room, sizeof(room), &made);
}

static void a_patch_makes_the_new_firmware_of_the_old_one(void **state)
{
	uint8_t room[sizeof(new_bytes)];
	struct sim_modem_firmware made;

	(void)state;
	assert_int_equal(patch_play(good.bytes, good.len, &old, room, sizeof(room)),
			 sizeof(new_bytes));
	memset(room, 0, sizeof(room));
	assert_int_equal(judge(&good), SIM_MODEM_PATCH_COMPLETE);
	assert_int_equal(sim_modem_patch_result_len(good.bytes), sizeof(new_bytes));
	assert_int_equal(
		sim_modem_patch_apply(good.bytes, good.len, &old, room, sizeof(room), &made), 0);
	assert_memory_equal(room, new_bytes, sizeof(room));
	assert_int_equal(made.count, 2);
	assert_int_equal(made.segment[0].addr, 0x1000);
	assert_int_equal(made.segment[0].len, 320);
	assert_ptr_equal(made.segment[0].bytes, room);
	assert_int_equal(made.segment[1].addr, 0x3000);
	assert_int_equal(made.segment[1].len, 180);
	assert_ptr_equal(made.segment[1].bytes, &room[320]);
}

static void the_new_firmware_may_take_the_old_ones_place(void **state)
{
	struct sim_modem_firmware firmware = old;
	uint8_t room[sizeof(new_bytes)];

	(void)state;
	assert_int_equal(sim_modem_patch_apply(good.bytes, good.len, &firmware, room, sizeof(room),
					       &firmware),
			 0);
	assert_memory_equal(firmware.segment[0].bytes, new_bytes, 320);
	assert_memory_equal(firmware.segment[1].bytes, &new_bytes[320], 180);
}

static void it_is_right_so_far_in_pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t piece = 1; piece <= good.len; piece++) {
		struct sim_modem_patch_check check = {0};

		for (size_t len = 0; len < good.len;) {
			len = good.len - len < piece ? good.len : len + piece;
			/* A copy without slack, so that the address sanitizer sees a read too far.
			 */
			uint8_t *arrived = malloc(len);

			assert_non_null(arrived);
			memcpy(arrived, good.bytes, len);
			assert_int_equal(sim_modem_patch_check(&check, arrived, len, uuid, &old),
					 len < good.len ? SIM_MODEM_PATCH_MORE
							: SIM_MODEM_PATCH_COMPLETE);
			assert_true(check.judged <= len);
			free(arrived);
		}
		assert_int_equal(check.judged, good.len);
		assert_int_equal(check.made, sizeof(new_bytes));
	}
}

/* Judged are the header and whole blocks, of 20, 72 and 20 bytes. */
static void what_was_judged_ends_with_a_block(void **state)
{
	static const size_t ends[] = {0, HEADER, HEADER + 20, HEADER + 92, HEADER + 112};
	static const uint64_t made[] = {0, 0, 300, 360, 500};

	(void)state;
	assert_int_equal(good.len, ends[4]);
	for (size_t i = 0; i < 4; i++) {
		for (size_t len = ends[i]; len < ends[i + 1]; len++) {
			struct sim_modem_patch_check check = {0};

			assert_int_equal(sim_modem_patch_check(&check, good.bytes, len, uuid, &old),
					 SIM_MODEM_PATCH_MORE);
			assert_int_equal(check.judged, ends[i]);
			assert_int_equal(check.made, made[i]);
		}
	}
}

static void its_length_is_known_from_twelve_bytes_on(void **state)
{
	(void)state;
	assert_int_equal(sim_modem_patch_len(good.bytes, 11), 0);
	assert_int_equal(sim_modem_patch_len(good.bytes, 12), good.len);
}

static void every_flipped_bit_is_found(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * good.len; bit++) {
		struct patch_bytes bad = good;
		struct sim_modem_patch_check check = {0};
		enum sim_modem_patch_verdict verdict;

		bad.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		verdict = judge(&bad);
		if (bit / 8 == 2 || bit / 8 == 3) {
			/* The number of segments: the header might be longer than what is there. */
			assert_int_not_equal(verdict, SIM_MODEM_PATCH_COMPLETE);
		} else {
			assert_in_range(verdict, SIM_MODEM_PATCH_BAD_HEADER,
					SIM_MODEM_PATCH_BAD_DATA);
		}
		assert_int_equal(apply(&bad), -EBADMSG);
		/* It is right up to the byte with the bit. */
		assert_int_equal(sim_modem_patch_check(&check, bad.bytes, bit / 8, uuid, &old),
				 SIM_MODEM_PATCH_MORE);
	}
}

static void a_part_of_it_is_not_applied(void **state)
{
	(void)state;
	for (size_t len = 0; len < good.len; len++) {
		struct patch_bytes part = good;

		part.len = len;
		assert_int_equal(apply(&part), -EBADMSG);
	}
}

static void bytes_behind_the_last_block_are_refused(void **state)
{
	struct patch_bytes bad = good;
	struct sim_modem_patch_check check = {0};

	(void)state;
	bad.len++;
	assert_int_equal(judge(&bad), SIM_MODEM_PATCH_BAD_DATA);
	assert_int_equal(sim_modem_patch_check(&check, bad.bytes, good.len, uuid, &old),
			 SIM_MODEM_PATCH_COMPLETE);
	assert_int_equal(sim_modem_patch_check(&check, bad.bytes, bad.len, uuid, &old),
			 SIM_MODEM_PATCH_BAD_DATA);
}

/* Changes of the header whose checksum is right. */
static void headers_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t bytes[8];
		size_t len;
	} changes[] = {
		{0, {2}, 1},                       /* another version */
		{2, {0}, 1},                       /* no segment */
		{2, {128}, 1},                     /* too many */
		{4, {'m', 'e', 'd', 'u'}, 4},      /* another magic */
		{8, {HEADER, 0}, 4},               /* ends with the header */
		{8, {HEADER - 1, 0}, 4},           /* in it */
		{84, {0, 0, 0, 0}, 4},             /* a segment at address 0 */
		{88, {0, 0, 0, 0}, 4},             /* of no bytes */
		{84, {0xc1, 0x2e, 0, 0}, 4},       /* over the next one: 0x2ec1 + 320 */
		{84, {0, 0x30, 0, 0}, 4},          /* at the next one */
		{84, {0, 0x40, 0, 0}, 4},          /* behind it */
		{92, {0x4d, 0xff, 0xff, 0xff}, 4}, /* passes the last address */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct patch_bytes bad = good;

		memcpy(&bad.bytes[changes[i].at], changes[i].bytes, changes[i].len);
		if (changes[i].at == 2) {
			bad.len = 8; /* is found before a checksum is due */
		} else {
			patch_sum(&bad);
		}
		assert_int_equal(judge(&bad), SIM_MODEM_PATCH_BAD_HEADER);
		assert_int_equal(apply(&bad), -EBADMSG);
	}
}

static void segments_side_by_side_up_to_the_last_address_are_right(void **state)
{
	struct patch_bytes patch;

	(void)state;
	new.segment[0].addr = 0xffffffff - 499;
	new.segment[1].addr = 0xffffffff - 179;
	patch_begin(&patch, uuid, digest, &new);
	patch_bring(&patch, new_bytes, 250);
	patch_bring(&patch, &new_bytes[250], 250);
	patch_end(&patch);
	assert_int_equal(judge(&patch), SIM_MODEM_PATCH_COMPLETE);
	assert_int_equal(apply(&patch), 0);
}

static void a_patch_for_another_firmware_is_told_from_its_header(void **state)
{
	struct sim_modem_patch_check check = {0};
	struct patch_bytes other = good;

	(void)state;
	other.bytes[48 + 35] = other.bytes[48 + 35] == '0' ? '1' : '0';
	patch_sum(&other);
	assert_int_equal(sim_modem_patch_check(&check, other.bytes, HEADER - 1, uuid, &old),
			 SIM_MODEM_PATCH_MORE);
	assert_int_equal(sim_modem_patch_check(&check, other.bytes, HEADER, uuid, &old),
			 SIM_MODEM_PATCH_OTHER_UUID);
	assert_int_equal(apply(&other), -ESTALE);
	/* Whoever does not ask is not told. */
	check = (struct sim_modem_patch_check){0};
	assert_int_equal(sim_modem_patch_check(&check, other.bytes, other.len, NULL, &old),
			 SIM_MODEM_PATCH_COMPLETE);
}

/* A patch of one block beside the header; `made` bytes of it are the new firmware. */
static void begin_small(struct patch_bytes *patch, uint32_t made)
{
	const struct sim_modem_firmware one = {.count = 1, .segment = {{0x1000, made, NULL}}};

	patch_begin(patch, uuid, digest, &one);
}

static void a_block_elsewhere_is_found_by_its_first_bytes(void **state)
{
	struct sim_modem_patch_check check = {0};
	struct patch_bytes patch;

	(void)state;
	begin_small(&patch, 20);
	patch_bring(&patch, new_bytes, 10);
	patch_block(&patch, (uint32_t)patch.len - 22, 1, &new_bytes[10], 10); /* the first one's */
	patch_end(&patch);
	assert_int_equal(sim_modem_patch_check(&check, patch.bytes, 92 + 22 + 3, uuid, &old),
			 SIM_MODEM_PATCH_MORE);
	assert_int_equal(sim_modem_patch_check(&check, patch.bytes, 92 + 22 + 4, uuid, &old),
			 SIM_MODEM_PATCH_BAD_OFFSET);
	assert_int_equal(apply(&patch), -EBADMSG);
}

static void copies_come_from_inside_one_old_segment(void **state)
{
	static const struct {
		uint32_t addr, len;
		bool is_right;
	} copies[] = {
		{0x1000, 400, true},         {0x1000, 401, false}, {0x0fff, 1, false},
		{0x0fff, 2, false},          {0x118f, 1, true},    {0x1190, 1, false},
		{0x2000, 300, true},         {0x2001, 300, false}, {0x212b, 1, true},
		{0xffffffff, 2, false},      {0, 1, false},        {1, 0xffffefff, false},
		{0x2010, 0xffffefff, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		struct sim_modem_patch_check check = {0};
		struct patch_bytes patch;

		begin_small(&patch, copies[i].len);
		patch_copy(&patch, copies[i].addr, copies[i].len);
		patch_end(&patch);
		assert_int_equal(judge(&patch), copies[i].is_right ? SIM_MODEM_PATCH_COMPLETE
								   : SIM_MODEM_PATCH_BAD_ADDRESS);
		assert_int_equal(sim_modem_patch_check(&check, patch.bytes, patch.len, uuid, NULL),
				 SIM_MODEM_PATCH_COMPLETE);
	}
}

/* Blocks whose checksum is right. */
static void blocks_that_make_no_sense_are_refused(void **state)
{
	static const uint8_t body[300];
	static const struct {
		unsigned int kind;
		size_t len;
	} blocks[] = {{0, 8}, {1, 0}, {1, 257}, {2, 0}, {2, 7}, {2, 9}, {3, 8}, {258, 8}};

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct patch_bytes patch;

		begin_small(&patch, 8);
		patch_block(&patch, 92, blocks[i].kind, body, blocks[i].len);
		patch_end(&patch);
		patch.len = 92 + 8; /* is found when kind and length are there */
		assert_int_equal(judge(&patch), SIM_MODEM_PATCH_BAD_DATA);
		patch.len = 92 + 7;
		assert_int_equal(judge(&patch), SIM_MODEM_PATCH_MORE);
	}
}

static void a_block_over_the_end_of_the_file_is_refused(void **state)
{
	struct patch_bytes patch;

	(void)state;
	begin_small(&patch, 30);
	patch_bring(&patch, new_bytes, 30);
	patch_end(&patch);
	assert_int_equal(judge(&patch), SIM_MODEM_PATCH_COMPLETE);
	patch.bytes[8]--;
	patch_sum(&patch);
	patch.len = 92 + 8;
	assert_int_equal(judge(&patch), SIM_MODEM_PATCH_BAD_DATA);
}

static void blocks_make_neither_more_nor_less_than_the_segments(void **state)
{
	struct patch_bytes patch;

	(void)state;
	for (uint32_t made = 29; made <= 31; made++) {
		begin_small(&patch, made);
		patch_bring(&patch, new_bytes, 10);
		patch_copy(&patch, 0x1000, 20);
		patch_end(&patch);
		assert_int_equal(judge(&patch),
				 made == 30 ? SIM_MODEM_PATCH_COMPLETE : SIM_MODEM_PATCH_BAD_DATA);
		assert_int_equal(apply(&patch), made == 30 ? -EILSEQ : -EBADMSG);
	}
	/* Too much is found with the block that makes it. */
	begin_small(&patch, 30);
	patch_bring(&patch, new_bytes, 31);
	patch_bring(&patch, new_bytes, 10);
	patch_end(&patch);
	patch.len -= 22;
	assert_int_equal(judge(&patch), SIM_MODEM_PATCH_BAD_DATA);
	begin_small(&patch, 10);
	patch_bring(&patch, new_bytes, 10);
	patch_copy(&patch, 0x1000, 0);
	patch_end(&patch);
	assert_int_equal(judge(&patch), SIM_MODEM_PATCH_BAD_DATA);
}

static void what_does_not_fit_the_room_is_not_made(void **state)
{
	uint8_t room[sizeof(new_bytes)] = {0};
	struct sim_modem_firmware made;

	(void)state;
	assert_int_equal(sim_modem_patch_apply(good.bytes, good.len, &old, room,
					       sizeof(new_bytes) - 1, &made),
			 -EFBIG);
	assert_int_equal(room[0] | room[100] | room[300], 0);
}

static void another_result_than_the_patch_tells_is_found(void **state)
{
	struct patch_bytes bad = good;

	(void)state;
	bad.bytes[16] ^= 1;
	patch_sum(&bad);
	assert_int_equal(judge(&bad), SIM_MODEM_PATCH_COMPLETE);
	assert_int_equal(apply(&bad), -EILSEQ);
}

static void a_copy_of_the_check_takes_back_a_refused_piece(void **state)
{
	struct sim_modem_patch_check check = {0}, before;
	struct patch_bytes bad = good;

	(void)state;
	bad.bytes[HEADER + 92 + 12] ^= 0x10; /* in the last block */
	assert_int_equal(sim_modem_patch_check(&check, bad.bytes, HEADER + 10, uuid, &old),
			 SIM_MODEM_PATCH_MORE);
	before = check;
	assert_int_equal(sim_modem_patch_check(&check, bad.bytes, bad.len, uuid, &old),
			 SIM_MODEM_PATCH_BAD_DATA);
	check = before;
	assert_int_equal(sim_modem_patch_check(&check, good.bytes, good.len, uuid, &old),
			 SIM_MODEM_PATCH_COMPLETE);
}

static int read_file(const struct patch_bytes *patch, struct sim_modem_delta *delta)
{
	uint8_t *file = malloc(patch->len > 0 ? patch->len : 1);
	struct sim_error error = {""};
	int rc;

	assert_non_null(file);
	memcpy(file, patch->bytes, patch->len);
	rc = sim_modem_read_delta(file, patch->len, delta, &error);
	free(file);
	assert_int_equal(rc == 0, error.text[0] == '\0');
	return rc;
}

static void a_file_tells_what_it_is_for_and_what_it_makes(void **state)
{
	struct sim_modem_delta delta;

	(void)state;
	assert_int_equal(read_file(&good, &delta), 0);
	assert_string_equal(delta.from_uuid, uuid);
	assert_memory_equal(delta.to_digest, digest, 32);
	assert_int_equal(delta.len, good.len);
}

static void a_file_of_another_length_is_told_from_a_damaged_one(void **state)
{
	struct sim_modem_delta delta;

	(void)state;
	for (size_t len = 0; len <= good.len + 2; len++) {
		struct patch_bytes file = good;

		file.len = len;
		assert_int_equal(read_file(&file, &delta), len < 8           ? -EBADMSG
							   : len == good.len ? 0
									     : -EMSGSIZE);
	}
	for (size_t at = 0; at < good.len; at++) {
		struct patch_bytes file = good;

		file.bytes[at] ^= 0x20;
		assert_int_equal(read_file(&file, &delta), at == 2 ? -EMSGSIZE : -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_patch_makes_the_new_firmware_of_the_old_one, setup),
		cmocka_unit_test_setup(the_new_firmware_may_take_the_old_ones_place, setup),
		cmocka_unit_test_setup(it_is_right_so_far_in_pieces_of_any_size, setup),
		cmocka_unit_test_setup(what_was_judged_ends_with_a_block, setup),
		cmocka_unit_test_setup(its_length_is_known_from_twelve_bytes_on, setup),
		cmocka_unit_test_setup(every_flipped_bit_is_found, setup),
		cmocka_unit_test_setup(a_part_of_it_is_not_applied, setup),
		cmocka_unit_test_setup(bytes_behind_the_last_block_are_refused, setup),
		cmocka_unit_test_setup(headers_that_make_no_sense_are_refused, setup),
		cmocka_unit_test_setup(segments_side_by_side_up_to_the_last_address_are_right,
				       setup),
		cmocka_unit_test_setup(a_patch_for_another_firmware_is_told_from_its_header, setup),
		cmocka_unit_test_setup(a_block_elsewhere_is_found_by_its_first_bytes, setup),
		cmocka_unit_test_setup(copies_come_from_inside_one_old_segment, setup),
		cmocka_unit_test_setup(blocks_that_make_no_sense_are_refused, setup),
		cmocka_unit_test_setup(a_block_over_the_end_of_the_file_is_refused, setup),
		cmocka_unit_test_setup(blocks_make_neither_more_nor_less_than_the_segments, setup),
		cmocka_unit_test_setup(what_does_not_fit_the_room_is_not_made, setup),
		cmocka_unit_test_setup(another_result_than_the_patch_tells_is_found, setup),
		cmocka_unit_test_setup(a_copy_of_the_check_takes_back_a_refused_piece, setup),
		cmocka_unit_test_setup(a_file_tells_what_it_is_for_and_what_it_makes, setup),
		cmocka_unit_test_setup(a_file_of_another_length_is_told_from_a_damaged_one, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
