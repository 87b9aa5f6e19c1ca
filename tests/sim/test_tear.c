/* SPDX-License-Identifier: Apache-2.0 */
/* What a cut inside an operation may leave, bit for bit, and that seeds reach all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <cells.h> /* sim/ */
#include <tear.h>  /* sim/ */

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE 3072u
#define SEEDS 1024u
#define KINDS 8u

/* Seeds from both ends of their range. */
static uint32_t seed_of(uint32_t i)
{
	return i % 2 == 0 ? i / 2 : UINT32_MAX - i / 2;
}

static void fill(uint8_t *p, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++) {
		p[i] = (uint8_t)((i * 7 + seed) % 251);
	}
}

static unsigned int bits_that_differ(const uint8_t *a, const uint8_t *b, size_t len)
{
	unsigned int count = 0;

	for (size_t i = 0; i < len; i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			count += ((a[i] ^ b[i]) >> bit) & 1u;
		}
	}
	return count;
}

/* Each bit is one of the two. */
static void assert_between(const uint8_t *p, const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		assert_int_equal((p[i] ^ a[i]) & (p[i] ^ b[i]), 0);
	}
}

struct shape {
	size_t block;
	size_t blocks;
};

static const struct shape shapes[] = {{1, 1}, {1, 13}, {4, 1}, {8, 6}, {12, 5}, {512, 3}};

static void a_torn_program_is_whole_blocks_then_any_bits_of_the_next_one(void **state)
{
	uint8_t old[1536], data[1536], torn[1536];

	(void)state;
	for (size_t s = 0; s < 2 * ARRAY_SIZE(shapes); s++) {
		const size_t block = shapes[s / 2].block;
		const size_t len = block * shapes[s / 2].blocks;

		memset(old, s % 2 == 0 ? 0xff : 0x00, len);
		fill(data, len, 21);
		for (uint32_t i = 0; i < SEEDS; i++) {
			memcpy(torn, old, len);
			const size_t begun = sim_tear_program(torn, data, len, block, seed_of(i));

			assert_in_range(begun, 0, len);
			assert_int_equal(begun % block, 0);
			assert_memory_equal(&torn[begun], &old[begun], len - begun);
			if (begun > 0) {
				assert_memory_equal(torn, data, begun - block);
				assert_between(&torn[begun - block], &old[begun - block],
					       &data[begun - block], block);
			}
		}
	}
}

static void a_program_that_changes_nothing_is_torn_without_a_trace(void **state)
{
	uint8_t data[64], torn[64];

	(void)state;
	fill(data, sizeof(data), 3);
	for (uint32_t i = 0; i < SEEDS; i++) {
		memcpy(torn, data, sizeof(data));
		const size_t begun = sim_tear_program(torn, data, sizeof(data), 16, seed_of(i));
		assert_memory_equal(torn, data, sizeof(data));
		assert_true(begun < sizeof(data)); /* the whole blocks; of the last one no bit */
	}
}

static void a_seed_always_tears_alike_and_others_differently(void **state)
{
	uint8_t data[64], torn[2][64], before[64] = {0};
	unsigned int same = 0;

	(void)state;
	fill(data, sizeof(data), 1);
	for (uint32_t seed = 0; seed < SEEDS; seed++) {
		for (unsigned int i = 0; i < 2; i++) {
			memset(torn[i], 0xff, sizeof(torn[i]));
			(void)sim_tear_program(torn[i], data, sizeof(data), 8, seed);
		}
		assert_memory_equal(torn[0], torn[1], sizeof(torn[0]));
		same += memcmp(torn[0], before, sizeof(before)) == 0;
		memcpy(before, torn[0], sizeof(before));
	}
	assert_int_equal(same, 0);
}

/* Nothing, everything, one bit, all but one, and something between: of one block and of several. */
static void eight_seeds_have_every_kind_of_torn_program(void **state)
{
	uint8_t old[48], data[48], torn[48];

	(void)state;
	memset(old, 0xff, sizeof(old));
	memset(data, 0, sizeof(data));
	for (size_t blocks = 1; blocks <= 6; blocks++) {
		const size_t len = 8 * blocks;
		unsigned int none = 0, all = 0, one = 0, all_but_one = 0, between = 0, prefix = 0;

		for (uint32_t seed = 80; seed < 80 + KINDS; seed++) {
			memcpy(torn, old, len);
			const size_t begun = sim_tear_program(torn, data, len, 8, seed);
			const size_t at = begun == 0 ? 0 : begun - 8;
			const unsigned int bits = bits_that_differ(&torn[at], &old[at], 8);

			none += begun == 0;
			all += begun == len && bits == 64;
			one += bits == 1;
			all_but_one += begun == len && bits == 63;
			between += bits > 8 && bits < 56;
			prefix += begun < len && (begun == 0 || bits == 64);
		}
		assert_true(none >= 1 && all >= 1 && one >= 1 && all_but_one >= 1);
		assert_true(prefix >= 2 && between >= 3);
	}
}

static void seeds_reach_every_prefix_and_every_bit(void **state)
{
	uint8_t old[13], data[13], torn[13];
	unsigned int prefixes[13] = {0};
	uint8_t ever = 0, always = 0xff;

	(void)state;
	memset(old, 0, sizeof(old));
	memset(data, 0xff, sizeof(data));
	for (uint32_t seed = 0; seed < SEEDS; seed++) {
		const struct sim_torn_program plan = sim_tear_program_plan(13, seed);

		prefixes[plan.whole]++;
		memcpy(torn, old, sizeof(old));
		sim_tear_block(&plan, torn, data, 1);
		if (plan.bits == SIM_TEAR_FEW || plan.bits == SIM_TEAR_SOME) {
			ever |= torn[0];
		}
		if (plan.bits == SIM_TEAR_MOST || plan.bits == SIM_TEAR_SOME) {
			always &= torn[0];
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		assert_in_range(prefixes[i], SEEDS / 64, SEEDS / 2);
	}
	assert_int_equal(ever, 0xff);
	assert_int_equal(always, 0);
}

/* Each byte of a block for itself. */
static void bytes_of_a_torn_block_differ(void **state)
{
	uint8_t old[16], data[16], torn[16];

	(void)state;
	memset(old, 0xff, sizeof(old));
	memset(data, 0, sizeof(data));
	for (uint32_t seed = 1; seed < SEEDS; seed += KINDS) {
		unsigned int equal = 0;

		memcpy(torn, old, sizeof(old));
		(void)sim_tear_program(torn, data, sizeof(data), sizeof(data), seed);
		for (size_t i = 1; i < sizeof(torn); i++) {
			equal += torn[i] == torn[i - 1];
		}
		assert_in_range(equal, 0, 3);
	}
}

struct torn_page {
	struct sim_torn_erase plan;
	uint8_t old[PAGE];
	uint8_t bytes[PAGE];
	uint8_t unstable[PAGE];
};

static void tear_page(struct torn_page *page, const struct flash_parameters *parameters,
		      uint32_t seed)
{
	fill(page->old, PAGE, 5);
	memcpy(page->bytes, page->old, PAGE);
	memset(page->unstable, 0, PAGE);
	page->plan = sim_tear_erase_plan(PAGE, parameters, seed);
	sim_tear_erase(&page->plan, 0, page->bytes, page->unstable, PAGE);
}

static const struct flash_parameters erases_to[] = {
	{.write_block_size = 4, .erase_value = 0xff},
	{.write_block_size = 4, .erase_value = 0x00},
};

static void a_torn_erase_is_a_part_erased_a_part_between_and_the_rest_as_it_was(void **state)
{
	static struct torn_page page;
	uint8_t erased[PAGE];

	(void)state;
	for (size_t e = 0; e < ARRAY_SIZE(erases_to); e++) {
		memset(erased, erases_to[e].erase_value, PAGE);
		for (uint32_t i = 0; i < SEEDS; i++) {
			tear_page(&page, &erases_to[e], seed_of(i));
			const size_t from = page.plan.erased;
			const size_t to = page.plan.touched;

			assert_in_range(to, from, PAGE);
			assert_memory_equal(page.bytes, erased, from);
			assert_between(&page.bytes[from], &page.old[from], &erased[from],
				       to - from);
			assert_memory_equal(&page.bytes[to], &page.old[to], PAGE - to);
		}
	}
}

/* What nobody had begun to change is not unstable. */
static void only_bits_that_were_to_be_erased_are_unstable(void **state)
{
	static struct torn_page page;
	unsigned int pages = 0;

	(void)state;
	for (size_t e = 0; e < ARRAY_SIZE(erases_to); e++) {
		for (uint32_t i = 0; i < SEEDS; i++) {
			bool any = false;

			tear_page(&page, &erases_to[e], seed_of(i));
			for (size_t at = 0; at < PAGE; at++) {
				const uint8_t change = page.old[at] ^ erases_to[e].erase_value;

				assert_int_equal(page.unstable[at] & ~change, 0);
				assert_true(at < page.plan.touched || page.unstable[at] == 0);
				any = any || page.unstable[at] != 0;
			}
			pages += any;
		}
	}
	assert_in_range(pages, SEEDS / 2, 3 * SEEDS / 2);
}

/* Bits that were unstable before stay so, also where the second tear does not come to. */
static void unstable_bits_are_added_to_those_of_before(void **state)
{
	static struct torn_page page;
	static uint8_t unstable[PAGE];

	(void)state;
	for (uint32_t seed = 0; seed < KINDS; seed++) {
		tear_page(&page, &erases_to[0], seed);
		memset(unstable, 0x18, PAGE);
		sim_tear_erase(&page.plan, 0, (uint8_t[PAGE]){0}, unstable, PAGE);
		for (size_t at = 0; at < PAGE; at++) {
			assert_int_equal(unstable[at] & 0x18, 0x18);
		}
	}
}

/* Each bit is the old or the erased one. */
static void where_nobody_keeps_unstable_bits_they_are_what_they_read_at_that_moment(void **state)
{
	static struct torn_page page;
	static uint8_t bytes[PAGE];
	uint8_t erased[PAGE];
	unsigned int differs = 0;

	(void)state;
	memset(erased, 0xff, PAGE);
	for (uint32_t seed = 0; seed < KINDS; seed++) {
		tear_page(&page, &erases_to[0], seed);
		memcpy(bytes, page.old, PAGE);
		sim_tear_erase(&page.plan, 0, bytes, NULL, PAGE);
		assert_between(bytes, page.old, erased, PAGE);
		for (size_t at = 0; at < PAGE; at++) {
			assert_int_equal((bytes[at] ^ page.bytes[at]) & ~page.unstable[at], 0);
		}
		differs += memcmp(bytes, page.bytes, PAGE) != 0;
	}
	assert_in_range(differs, 2, KINDS - 2);
}

static void a_page_torn_in_parts_is_the_page_torn_at_once(void **state)
{
	static struct torn_page page;
	static uint8_t bytes[PAGE], unstable[PAGE];

	(void)state;
	for (uint32_t i = 0; i < SEEDS; i++) {
		tear_page(&page, &erases_to[i % 2], seed_of(i));
		memcpy(bytes, page.old, PAGE);
		memset(unstable, 0, PAGE);
		for (size_t end = PAGE; end > 0;) {
			const size_t len = end < 37 ? end : 37;

			end -= len;
			sim_tear_erase(&page.plan, end, &bytes[end], &unstable[end], len);
		}
		assert_memory_equal(bytes, page.bytes, PAGE);
		assert_memory_equal(unstable, page.unstable, PAGE);
	}
}

static void eight_seeds_have_every_kind_of_torn_erase(void **state)
{
	static struct torn_page page;
	static const uint8_t none[PAGE];
	uint8_t erased[PAGE];
	unsigned int untouched = 0, blank = 0, blank_but_unstable = 0, part = 0, mixed = 0;

	(void)state;
	memset(erased, 0xff, PAGE);
	for (uint32_t seed = 0; seed < KINDS; seed++) {
		tear_page(&page, &erases_to[0], seed);
		const bool is_stable = memcmp(page.unstable, none, PAGE) == 0;
		const bool is_blank = memcmp(page.bytes, erased, PAGE) == 0;

		untouched += is_stable && memcmp(page.bytes, page.old, PAGE) == 0;
		blank += is_stable && is_blank;
		blank_but_unstable += !is_stable && is_blank;
		part += is_stable && page.plan.erased == page.plan.touched && !is_blank &&
			page.plan.erased > 0;
		mixed += page.plan.erased < page.plan.touched;
	}
	assert_int_equal(untouched, 1);
	assert_int_equal(blank, 1);
	assert_int_equal(blank_but_unstable, 1);
	assert_int_equal(part, 1);
	assert_int_equal(mixed, 4);
}

/* Which bits have changed, and which are unstable, in each byte for itself. */
static void bits_of_a_torn_page_fall_by_chance(void **state)
{
	static struct torn_page page;
	unsigned int changed[2] = {0}, first = 0;

	(void)state;
	for (uint32_t seed = 1; seed < SEEDS; seed += KINDS) { /* all of the page is between */
		unsigned int changed_of_page = 0, unstable = 0, both = 0;

		tear_page(&page, &erases_to[1], seed);
		for (size_t at = 0; at < PAGE; at++) {
			const uint8_t change = page.old[at] ^ page.bytes[at];

			changed[at % 2] += change;
			changed_of_page += change;
			unstable += page.unstable[at];
			both += change & page.unstable[at];
		}
		first += page.bytes[0] != 0;
		assert_in_range(changed_of_page, PAGE * 58, PAGE * 68); /* about 125 / 2 */
		assert_in_range(unstable, PAGE * 58, PAGE * 68);
		assert_in_range(both, PAGE * 27, PAGE * 36);
	}
	assert_in_range(first, SEEDS / KINDS / 2, SEEDS / KINDS - 1);
	assert_in_range(changed[0], changed[1] / 16 * 15, changed[1] / 15 * 16);
}

static void torn_erases_end_anywhere_in_the_page(void **state)
{
	unsigned int erased[16] = {0}, touched[16] = {0};

	(void)state;
	for (uint32_t seed = 0; seed < SEEDS; seed++) {
		const struct sim_torn_erase plan = sim_tear_erase_plan(PAGE, &erases_to[0], seed);

		erased[plan.erased / (PAGE / 16 + 1)]++;
		touched[plan.touched / (PAGE / 16 + 1)]++;
	}
	for (size_t i = 0; i < 16; i++) {
		assert_in_range(erased[i], 8, SEEDS / 2);
		assert_in_range(touched[i], 2, SEEDS - 2);
	}
}

static void without_explicit_erase_it_is_a_torn_program(void **state)
{
	static const struct flash_parameters parameters = {
		.write_block_size = 16, .caps = {.no_explicit_erase = true}, .erase_value = 0xff};
	static const uint8_t none[PAGE];
	static struct torn_page page;
	uint8_t erased[PAGE];

	(void)state;
	memset(erased, 0xff, PAGE);
	for (uint32_t i = 0; i < SEEDS; i++) {
		tear_page(&page, &parameters, seed_of(i));
		const size_t whole = page.plan.erased;

		assert_int_equal(whole, 16 * sim_tear_program_plan(PAGE / 16, seed_of(i)).whole);
		assert_memory_equal(page.bytes, erased, whole);
		assert_between(&page.bytes[whole], &page.old[whole], &erased[whole], 16);
		assert_memory_equal(&page.bytes[whole + 16], &page.old[whole + 16],
				    PAGE - whole - 16);
		assert_memory_equal(page.unstable, none, PAGE);
	}
}

static void a_torn_saving_is_done_or_not(void **state)
{
	(void)state;
	assert_true(sim_tear_saves(0));
	assert_false(sim_tear_saves(1));
	assert_true(sim_tear_saves(UINT32_MAX - 1));
	assert_false(sim_tear_saves(UINT32_MAX));
}

/* About half of the bits change from each number to the next. */
static void neighbours_are_mixed_apart(void **state)
{
	unsigned int changed = 0;

	(void)state;
	for (uint32_t i = 0; i < SEEDS; i++) {
		const uint32_t pair[] = {sim_tear_mix(i), sim_tear_mix(i + 1)};
		const unsigned int bits =
			bits_that_differ((const uint8_t *)&pair[0], (const uint8_t *)&pair[1], 4);

		assert_in_range(bits, 3, 30);
		changed += bits;
	}
	assert_in_range(changed, 15 * SEEDS, 17 * SEEDS);
}

/* The cells of two pages of 64 bytes, in blocks of 8. */
struct kept {
	uint8_t programmed[16];
	uint8_t unstable[128];
	uint32_t noise;
	struct sim_cells cells;
};

static void begin_cells(struct kept *kept)
{
	*kept = (struct kept){0};
	kept->cells = (struct sim_cells){
		.programmed = kept->programmed, .unstable = kept->unstable, .noise = &kept->noise};
}

static void cells_remember_until_the_page_is_erased(void **state)
{
	struct kept kept;

	(void)state;
	begin_cells(&kept);
	sim_cells_program(&kept.cells, 56, 24, 8);
	for (size_t i = 0; i < 16; i++) {
		assert_int_equal(kept.programmed[i],
				 i >= 7 && i < 10 ? SIM_CELL_BEGUN : SIM_CELL_ERASED);
	}
	memset(kept.unstable, 0x40, sizeof(kept.unstable));
	sim_cells_tear(&kept.cells, 64, 64, 8);
	for (size_t i = 0; i < 16; i++) {
		assert_int_equal(kept.programmed[i], i >= 8   ? SIM_CELL_TORN
						     : i == 7 ? SIM_CELL_BEGUN
							      : SIM_CELL_ERASED);
	}
	sim_cells_erase(&kept.cells, 64, 64, 8);
	for (size_t i = 0; i < 128; i++) {
		assert_int_equal(kept.unstable[i], i < 64 ? 0x40 : 0);
		assert_int_equal(kept.programmed[i / 8],
				 i / 8 == 7 ? SIM_CELL_BEGUN : SIM_CELL_ERASED);
	}
}

static void unstable_bits_and_no_others_read_at_random(void **state)
{
	uint8_t first[128], second[128];
	struct kept kept;

	(void)state;
	begin_cells(&kept);
	memset(&kept.unstable[32], 0x3c, 64);
	memset(first, 0xa5, sizeof(first));
	memset(second, 0xa5, sizeof(second));
	sim_cells_read(&kept.cells, 0, first, 128);
	assert_int_not_equal(kept.noise, 0);
	sim_cells_read(&kept.cells, 0, second, 128);
	assert_in_range(bits_that_differ(first, second, 128), 64, 192);
	for (size_t i = 0; i < 128; i++) {
		const uint8_t mask = i >= 32 && i < 96 ? 0x3c : 0;

		assert_int_equal((first[i] ^ 0xa5) & ~mask, 0);
		assert_int_equal((second[i] ^ 0xa5) & ~mask, 0);
	}
	/* From the same state on they are the same; stable bytes leave the state alone. */
	kept.noise = 0;
	memset(second, 0xa5, sizeof(second));
	sim_cells_read(&kept.cells, 96, &second[96], 32);
	assert_int_equal(kept.noise, 0);
	sim_cells_read(&kept.cells, 30, &second[30], 90);
	assert_memory_equal(first, second, 128);
}

static void without_cells_nothing_is_kept(void **state)
{
	uint8_t bytes[] = {1, 2, 3};

	(void)state;
	sim_cells_program(NULL, 0, 8, 8);
	sim_cells_erase(NULL, 0, 64, 8);
	sim_cells_tear(NULL, 0, 64, 8);
	sim_cells_read(NULL, 0, bytes, sizeof(bytes));
	assert_memory_equal(bytes, ((uint8_t[]){1, 2, 3}), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_torn_program_is_whole_blocks_then_any_bits_of_the_next_one),
		cmocka_unit_test(a_program_that_changes_nothing_is_torn_without_a_trace),
		cmocka_unit_test(a_seed_always_tears_alike_and_others_differently),
		cmocka_unit_test(eight_seeds_have_every_kind_of_torn_program),
		cmocka_unit_test(seeds_reach_every_prefix_and_every_bit),
		cmocka_unit_test(
			a_torn_erase_is_a_part_erased_a_part_between_and_the_rest_as_it_was),
		cmocka_unit_test(only_bits_that_were_to_be_erased_are_unstable),
		cmocka_unit_test(unstable_bits_are_added_to_those_of_before),
		cmocka_unit_test(
			where_nobody_keeps_unstable_bits_they_are_what_they_read_at_that_moment),
		cmocka_unit_test(a_page_torn_in_parts_is_the_page_torn_at_once),
		cmocka_unit_test(eight_seeds_have_every_kind_of_torn_erase),
		cmocka_unit_test(bytes_of_a_torn_block_differ),
		cmocka_unit_test(bits_of_a_torn_page_fall_by_chance),
		cmocka_unit_test(torn_erases_end_anywhere_in_the_page),
		cmocka_unit_test(without_explicit_erase_it_is_a_torn_program),
		cmocka_unit_test(a_torn_saving_is_done_or_not),
		cmocka_unit_test(neighbours_are_mixed_apart),
		cmocka_unit_test(cells_remember_until_the_page_is_erased),
		cmocka_unit_test(unstable_bits_and_no_others_read_at_random),
		cmocka_unit_test(without_cells_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
