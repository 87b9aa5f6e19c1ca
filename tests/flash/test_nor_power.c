/* SPDX-License-Identifier: Apache-2.0 */
/* Strict flash whose power is cut, and what its cells know after that. Models: byte arrays, torn by
 * the functions that test_tear.c judges. */
#include "geometries.h"

#include <string.h>

#include <tear.h> /* sim/ */

struct op {
	const struct device *dev;
	const struct flash_driver_api *api;
	size_t block;
	size_t page;
};

static struct op op_of(const struct test_flash *flash)
{
	return (struct op){.dev = flash->dev,
			   .api = flash->dev->api,
			   .block = flash->ram_config->parameters.write_block_size,
			   .page = flash->runs[0].pages_size};
}

/* Three programs of a block each, then the erase of all pages; gives the first error. */
static int write_and_erase(const struct test_flash *flash, struct op op)
{
	uint8_t data[512];

	for (unsigned int i = 0; i < 3; i++) {
		memset(data, (int)(0x30 + i), sizeof(data));
		int rc = op.api->write(op.dev, (off_t)(i * op.block), data, op.block);

		if (rc != 0) {
			return rc;
		}
	}
	return op.api->erase(op.dev, 0, flash->size);
}

/* What flash holds after so many of those operations: by hand, page for page. */
static void assert_content_after(const struct test_flash *flash, struct op op, unsigned long done)
{
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	size_t blank = 0; /* bytes that the erased pages cover */

	for (unsigned long page = 0; page + 3 < done; page++) {
		struct flash_pages_info info;

		assert_int_equal(flash_get_page_info_by_idx(&flash->ram, (uint32_t)page, &info), 0);
		blank = (size_t)info.start_offset + info.size;
	}
	for (size_t i = 0; i < flash->size; i++) {
		size_t block = i / op.block;
		bool written = i >= blank && block < 3 && block < done;

		assert_int_equal(flash->memory[i], written ? 0x30 + block : erased);
	}
}

static void a_cut_lets_the_operations_before_it_take_place_and_no_other(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const unsigned long operations = 3 + flash_get_page_count(&flash->ram);
	struct sim_power power;

	flash->nor.power = &power;
	for (unsigned long k = 0; k <= operations; k++) {
		for (enum sim_cut when = SIM_CUT_BEFORE; when <= SIM_CUT_AFTER; when += 2) {
			const bool fires = k < operations;
			const unsigned long done = fires ? k + (when == SIM_CUT_AFTER) : operations;

			test_flash_blank(flash);
			flash->nor.stats = (struct sim_nor_stats){0};
			sim_power_init(&power);
			sim_power_cut(&power, k, when, 0, -EINTR);
			assert_int_equal(write_and_erase(flash, op), fires ? -EINTR : 0);
			assert_int_equal(power.fired, fires);
			assert_int_equal(power.operations, done);
			assert_int_equal(flash->nor.stats.programs + flash->nor.stats.erases, done);
			assert_content_after(flash, op, done);
		}
	}
	flash->nor.power = NULL;
}

/* Not even rules: what code without power attempts has no meaning. */
static void without_power_everything_fails_and_changes_nothing(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	struct sim_power power;
	uint8_t buf[512] = {0};

	sim_power_init(&power);
	flash->nor.power = &power;
	test_pattern(flash->memory, flash->size, 21);
	sim_power_cut(&power, 0, SIM_CUT_BEFORE, 0, -ENXIO);
	assert_int_equal(op.api->read(op.dev, 0, buf, 1), 0);
	assert_false(power.fired);
	assert_int_equal(op.api->erase(op.dev, 0, op.page), -ENXIO);
	assert_true(power.fired);

	memset(buf, 0x5a, sizeof(buf));
	flash->nor.stats = (struct sim_nor_stats){0};
	flash->nor.fail_after = 0;
	flash->nor.fail_rc = -EBUSY;
	assert_int_equal(op.api->read(op.dev, 0, buf, op.block), -ENXIO);
	assert_int_equal(op.api->read(op.dev, -1, buf, 1), -ENXIO);
	assert_int_equal(op.api->write(op.dev, 0, buf, op.block), -ENXIO);
	assert_int_equal(op.api->erase(op.dev, 0, op.page), -ENXIO);
	assert_int_equal(op.api->erase(op.dev, 1, op.page), -ENXIO);
	assert_int_equal(flash->nor.fail_after, 0);
	assert_string_equal(flash->nor.violation, "");
	assert_int_equal(
		flash->nor.stats.reads + flash->nor.stats.programs + flash->nor.stats.erases, 0);
	assert_int_equal(buf[0], 0x5a);
	for (size_t i = 0; i < flash->size; i++) {
		assert_int_equal(flash->memory[i], (i + 21) % 251);
	}

	sim_power_init(&power);
	flash->nor.fail_after = -1;
	assert_int_equal(op.api->erase(op.dev, 0, op.page), 0);
	assert_int_equal(power.operations, 1);
	flash->nor.power = NULL;
}

/* A broken rule and an injected failure are no operations. */
static void only_what_reaches_the_device_counts(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	struct sim_power power;
	uint8_t buf[512] = {0};

	sim_power_init(&power);
	flash->nor.power = &power;
	assert_int_equal(op.api->erase(op.dev, 1, op.page), -EIO);
	flash->nor.violation[0] = '\0';
	flash->nor.fail_rc = -EBUSY;
	flash->nor.fail_after = 0;
	assert_int_equal(op.api->write(op.dev, 0, buf, op.block), -EBUSY);
	assert_int_equal(op.api->read(op.dev, 0, buf, 1), 0);
	assert_int_equal(power.operations, 0);
	assert_int_equal(op.api->write(op.dev, 0, buf, op.block), 0);
	assert_int_equal(power.operations, 1);
	flash->nor.power = NULL;
}

/* Memory for what cells know; a model of the device's bytes. */
static struct {
	uint8_t programmed[262144];
	uint8_t unstable[262144];
	uint32_t noise;
	struct sim_cells cells;
	struct sim_power power;
	uint8_t model[262144];
} kept;

static void keep_cells(struct test_flash *flash)
{
	memset(&kept, 0, sizeof(kept));
	assert_true(flash->size <= sizeof(kept.model));
	kept.cells = (struct sim_cells){
		.programmed = kept.programmed, .unstable = kept.unstable, .noise = &kept.noise};
	flash->nor.cells = &kept.cells;
	flash->nor.power = &kept.power;
	sim_power_init(&kept.power);
}

static void drop_cells(struct test_flash *flash)
{
	flash->nor.cells = NULL;
	flash->nor.power = NULL;
	flash->nor.violation[0] = '\0';
}

static bool is_strict(const struct test_flash *flash)
{
	return !flash->ram_config->parameters.caps.no_explicit_erase;
}

/* A cut inside the next operation; power on again after it. */
static void write_torn(struct op op, off_t off, const void *data, size_t len, uint32_t seed)
{
	sim_power_cut(&kept.power, 0, SIM_CUT_INSIDE, seed, -EINTR);
	assert_int_equal(op.api->write(op.dev, off, data, len), -EINTR);
	assert_true(kept.power.fired);
	assert_int_equal(kept.power.operations, 1);
	sim_power_init(&kept.power);
}

static void erase_torn(struct op op, off_t off, size_t len, uint32_t seed)
{
	sim_power_cut(&kept.power, 0, SIM_CUT_INSIDE, seed, -EINTR);
	assert_int_equal(op.api->erase(op.dev, off, len), -EINTR);
	assert_true(kept.power.fired);
	sim_power_init(&kept.power);
}

static void a_cut_inside_a_program_tears_it_by_the_seed(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const size_t blocks = op.page / op.block < 5 ? op.page / op.block : 5;
	const size_t len = blocks * op.block;
	const off_t off = (off_t)(flash->size - len);
	uint8_t data[5 * 512];

	test_pattern(data, len, 3);
	for (uint32_t seed = 0; seed < 32; seed++) {
		keep_cells(flash);
		test_flash_blank(flash);
		memcpy(kept.model, flash->memory, flash->size);
		write_torn(op, off, data, len, seed);
		const size_t begun = sim_tear_program(&kept.model[off], data, len, op.block, seed);

		assert_memory_equal(flash->memory, kept.model, flash->size);
		for (size_t i = 0; i < flash->size / op.block; i++) {
			const bool is_begun = i >= (size_t)off / op.block &&
					      i < ((size_t)off + begun) / op.block;

			assert_int_equal(kept.programmed[i], is_begun ? SIM_CELL_BEGUN : 0);
		}
	}
	drop_cells(flash);
}

/* The pages before are erased, those behind are not begun. */
static void a_cut_inside_an_erase_tears_one_page_by_the_seed(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const struct flash_parameters *parameters = &flash->ram_config->parameters;
	const uint32_t pages = (uint32_t)flash_get_page_count(&flash->ram);
	static uint8_t unstable[sizeof(kept.unstable)];

	for (uint32_t seed = 0; seed < 32; seed++) {
		struct flash_pages_info page;

		keep_cells(flash);
		memset(unstable, 0, sizeof(unstable));
		test_pattern(flash->memory, flash->size, seed);
		memcpy(kept.model, flash->memory, flash->size);
		assert_int_equal(flash_get_page_info_by_idx(&flash->ram, seed % pages, &page), 0);
		sim_power_cut(&kept.power, seed % pages, SIM_CUT_INSIDE, seed, -EINTR);
		assert_int_equal(op.api->erase(op.dev, 0, flash->size), -EINTR);

		const struct sim_torn_erase torn = sim_tear_erase_plan(page.size, parameters, seed);
		const size_t start = (size_t)page.start_offset;

		memset(kept.model, parameters->erase_value, start);
		sim_tear_erase(&torn, 0, &kept.model[start], &unstable[start], page.size);
		assert_memory_equal(flash->memory, kept.model, flash->size);
		assert_memory_equal(kept.unstable, unstable, flash->size);
		for (size_t i = 0; i < flash->size; i++) {
			const bool is_torn = i >= start && i < start + page.size;

			assert_int_equal(kept.programmed[i / op.block],
					 is_torn ? SIM_CELL_TORN : SIM_CELL_ERASED);
		}
	}
	drop_cells(flash);
}

/* One operation, however many pages. */
static void a_cut_inside_an_erase_at_once_tears_all_pages_as_one(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	static uint8_t unstable[sizeof(kept.unstable)];

	flash->nor.erases_at_once = true;
	for (uint32_t seed = 0; seed < 16; seed++) {
		keep_cells(flash);
		memset(unstable, 0, sizeof(unstable));
		test_pattern(flash->memory, flash->size, seed);
		memcpy(kept.model, flash->memory, flash->size);
		erase_torn(op, 0, flash->size, seed);

		const struct sim_torn_erase torn =
			sim_tear_erase_plan(flash->size, &flash->ram_config->parameters, seed);

		sim_tear_erase(&torn, 0, kept.model, unstable, flash->size);
		assert_memory_equal(flash->memory, kept.model, flash->size);
		assert_memory_equal(kept.unstable, unstable, flash->size);
		assert_int_equal(kept.programmed[flash->size / op.block - 1], SIM_CELL_TORN);
		assert_int_equal(op.api->erase(op.dev, 0, flash->size), 0);
		assert_int_equal(kept.power.operations, 1);
		assert_int_equal(kept.programmed[flash->size / op.block - 1], SIM_CELL_ERASED);
	}
	flash->nor.erases_at_once = false;
	drop_cells(flash);
}

/* Each bit is the old or the erased one: what it reads at that moment, as a raw file has it. */
static void without_cells_a_torn_erase_is_what_it_reads(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;

	for (uint32_t seed = 0; seed < 32; seed++) {
		keep_cells(flash);
		flash->nor.cells = NULL;
		test_pattern(flash->memory, flash->size, 21);
		erase_torn(op, 0, op.page, seed);
		for (size_t i = 0; i < flash->size; i++) {
			const uint8_t old = (uint8_t)((i + 21) % 251);
			const uint8_t now = flash->memory[i];

			assert_int_equal((now ^ old) & (i < op.page ? now ^ erased : 0xff), 0);
		}
		assert_int_equal(kept.noise, 0);
	}
	drop_cells(flash);
}

/* What was programmed is, also with bytes that read erased. */
static void a_block_is_programmed_once_between_erases_even_if_it_reads_erased(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	const bool strict = is_strict(flash);
	uint8_t blank[512];
	uint8_t data[512];

	test_flash_blank(flash);
	keep_cells(flash);
	memset(blank, erased, sizeof(blank));
	memset(data, (uint8_t)~erased, sizeof(data));
	assert_int_equal(op.api->write(op.dev, 0, blank, op.block), 0);
	assert_int_equal(flash->memory[0], erased);
	assert_int_equal(op.api->write(op.dev, 0, data, op.block), strict ? -EIO : 0);
	assert_int_equal(flash->memory[0], strict ? erased : (uint8_t)~erased);
	assert_int_equal(strstr(flash->nor.violation, "begun to be programmed") != NULL, strict);
	flash->nor.violation[0] = '\0';
	/* The neighbour may be programmed, and after an erase also this one. */
	if (op.page > op.block) {
		assert_int_equal(op.api->write(op.dev, (off_t)op.block, data, op.block), 0);
	}
	assert_int_equal(op.api->erase(op.dev, 0, op.page), 0);
	assert_int_equal(op.api->write(op.dev, 0, data, op.block), 0);
	drop_cells(flash);
}

static void a_program_that_was_cut_before_its_first_bit_has_not_begun(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	uint8_t data[512];

	test_flash_blank(flash);
	keep_cells(flash);
	memset(data, (uint8_t)~erased, sizeof(data));
	write_torn(op, 0, data, op.block, 2); /* of which nothing comes */
	assert_int_equal(flash->memory[0], erased);
	assert_int_equal(op.api->write(op.dev, 0, data, op.block), 0);
	assert_string_equal(flash->nor.violation, "");
	drop_cells(flash);
}

/* Wherever in the program it lies. */
static void one_block_that_was_begun_refuses_the_program(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	uint8_t data[3 * 512] = {0};

	for (size_t used = 0; used < 3; used++) {
		test_flash_blank(flash);
		keep_cells(flash);
		kept.programmed[2 + used] = SIM_CELL_BEGUN;
		assert_int_equal(op.api->write(op.dev, (off_t)(2 * op.block), data, 3 * op.block),
				 is_strict(flash) ? -EIO : 0);
		assert_int_equal(flash->nor.violation[0] != '\0', is_strict(flash));
		assert_int_equal(kept.power.operations, is_strict(flash) ? 0 : 1);
		drop_cells(flash);
	}
}

/* Whatever the page reads as. */
static void a_page_whose_erase_was_torn_takes_no_program_before_a_whole_erase(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const bool strict = is_strict(flash);
	const off_t last = (off_t)(op.page - op.block);
	uint8_t data[512] = {0x5a};

	for (uint32_t seed = 0; seed < 16; seed++) {
		keep_cells(flash);
		test_pattern(flash->memory, flash->size, 4);
		test_pattern(kept.model, op.page, 4);
		erase_torn(op, 0, op.page, seed);
		test_flash_blank(flash);
		assert_int_equal(op.api->write(op.dev, last, data, op.block), strict ? -EIO : 0);
		assert_int_equal(op.api->write(op.dev, 0, data, op.block), strict ? -EIO : 0);
		assert_int_equal(strstr(flash->nor.violation, "erase was torn") != NULL, strict);
		flash->nor.violation[0] = '\0';
		if (flash->size > op.page) {
			assert_int_equal(op.api->write(op.dev, (off_t)op.page, data, op.block), 0);
		}
		/* A second torn one is no whole one, either. */
		erase_torn(op, 0, op.page, seed + 1);
		test_flash_blank(flash);
		assert_int_equal(op.api->write(op.dev, 0, data, op.block), strict ? -EIO : 0);
		flash->nor.violation[0] = '\0';
		assert_int_equal(op.api->erase(op.dev, 0, op.page), 0);
		assert_int_equal(op.api->write(op.dev, 0, data, op.block), 0);
	}
	drop_cells(flash);
}

static void unstable_bits_read_at_random_until_the_page_is_erased(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	uint8_t first[512];
	uint8_t again[512];
	unsigned int differs = 0;

	keep_cells(flash);
	memset(kept.unstable, 0x0f, op.page);
	test_flash_blank(flash);
	assert_int_equal(op.api->read(op.dev, 0, first, 512), 0);
	assert_int_equal(op.api->read(op.dev, 0, again, 512), 0);
	for (size_t i = 0; i < 512; i++) {
		assert_int_equal((first[i] ^ erased) & 0xf0, 0);
		differs += first[i] != again[i];
	}
	assert_in_range(differs, 400, 511);
	kept.noise = 0;
	assert_int_equal(flash_read(op.dev, 0, again, 512), 0);
	assert_memory_equal(first, again, 512);

	assert_int_equal(op.api->erase(op.dev, 0, op.page), 0);
	assert_int_equal(op.api->read(op.dev, 0, again, 512), 0);
	memset(first, erased, sizeof(first));
	assert_memory_equal(first, again, 512);
	drop_cells(flash);
}

struct witness {
	const struct test_flash *flash;
	unsigned int watched;
	unsigned int off;
	struct sim_operation last;
	uint8_t at_begin[1024];
	uint8_t at_off[1024];
};

static void watch(void *arg, const struct sim_operation *operation)
{
	struct witness *witness = arg;

	witness->watched++;
	witness->last = *operation;
	memcpy(witness->at_begin, witness->flash->memory, sizeof(witness->at_begin));
}

static void go_off(void *arg)
{
	struct witness *witness = arg;

	witness->off++;
	memcpy(witness->at_off, witness->flash->memory, sizeof(witness->at_off));
}

/* The one is called before anything takes place, the other when no more will. */
static void operations_are_watched_and_the_cut_is_told(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	struct witness witness = {.flash = flash};
	uint8_t data[512];

	test_flash_blank(flash);
	keep_cells(flash);
	test_pattern(data, sizeof(data), 9);
	flash->nor.flash = 3;
	kept.power.watch = watch;
	kept.power.off = go_off;
	kept.power.arg = &witness;
	for (enum sim_cut when = SIM_CUT_BEFORE; when <= SIM_CUT_AFTER; when++) {
		uint8_t before[1024];

		memcpy(before, flash->memory, sizeof(before));
		sim_power_cut(&kept.power, 0, when, 3, -EINTR);
		assert_int_equal(op.api->write(op.dev, 0, data, op.block), -EINTR);
		assert_int_equal(witness.last.kind, SIM_PROGRAM);
		assert_int_equal(witness.last.flash, 3);
		assert_int_equal(witness.last.offset, 0);
		assert_int_equal(witness.last.len, op.block);
		assert_ptr_equal(witness.last.data, data);
		assert_null(witness.last.name);
		assert_memory_equal(witness.at_begin, before, sizeof(before));
		assert_memory_equal(witness.at_off, flash->memory, sizeof(witness.at_off));
		assert_int_equal(witness.at_off[op.block - 1] == data[op.block - 1],
				 when != SIM_CUT_BEFORE);

		sim_power_cut(&kept.power, 1, SIM_CUT_BEFORE, 0, -EINTR);
		assert_int_equal(op.api->erase(op.dev, (off_t)0, op.page), 0);
		assert_int_equal(witness.last.kind, SIM_ERASE);
		assert_int_equal(witness.last.len, op.page);
		assert_null(witness.last.data);
		assert_int_equal(witness.watched, 2 * when + 2);
		assert_int_equal(witness.off, when + 1);
	}
	flash->nor.flash = 0;
	drop_cells(flash);
}

static void from_an_operation_on_all_can_fail_while_reads_work(void **state)
{
	struct test_flash *flash = *state;
	struct op op = op_of(flash);
	uint8_t data[512];

	keep_cells(flash);
	memset(data, 0x5a, sizeof(data));
	for (unsigned long k = 0; k < 3; k++) {
		test_flash_blank(flash);
		memset(kept.programmed, 0, sizeof(kept.programmed));
		sim_power_fail(&kept.power, k, -ENXIO);
		for (unsigned long i = 0; i < 3; i++) {
			const off_t off = (off_t)(i * op.block);

			assert_int_equal(op.api->write(op.dev, off, data, op.block),
					 i < k ? 0 : -ENXIO);
			assert_int_equal(kept.power.fired, i >= k);
			assert_int_equal(kept.programmed[i], i < k);
		}
		assert_int_equal(op.api->erase(op.dev, 0, op.page), -ENXIO);
		assert_int_equal(op.api->read(op.dev, 0, data, 0), 0);
		assert_int_equal(op.api->read(op.dev, (off_t)(2 * op.block), &(uint8_t){0}, 1), 0);
		assert_int_equal(kept.power.operations, k);
		assert_int_equal(flash->memory[0] == 0x5a, k > 0);
		assert_int_not_equal(flash->memory[2 * op.block], 0x5a);
	}
	drop_cells(flash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_lets_the_operations_before_it_take_place_and_no_other),
		cmocka_unit_test(without_power_everything_fails_and_changes_nothing),
		cmocka_unit_test(only_what_reaches_the_device_counts),
		cmocka_unit_test(a_cut_inside_a_program_tears_it_by_the_seed),
		cmocka_unit_test(a_cut_inside_an_erase_tears_one_page_by_the_seed),
		cmocka_unit_test(a_cut_inside_an_erase_at_once_tears_all_pages_as_one),
		cmocka_unit_test(without_cells_a_torn_erase_is_what_it_reads),
		cmocka_unit_test(a_block_is_programmed_once_between_erases_even_if_it_reads_erased),
		cmocka_unit_test(a_program_that_was_cut_before_its_first_bit_has_not_begun),
		cmocka_unit_test(one_block_that_was_begun_refuses_the_program),
		cmocka_unit_test(a_page_whose_erase_was_torn_takes_no_program_before_a_whole_erase),
		cmocka_unit_test(unstable_bits_read_at_random_until_the_page_is_erased),
		cmocka_unit_test(operations_are_watched_and_the_cut_is_told),
		cmocka_unit_test(from_an_operation_on_all_can_fail_while_reads_work),
	};

	return run_on_geometries("flash without power", tests, ARRAY_SIZE(tests));
}
