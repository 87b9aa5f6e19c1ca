/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of SPI NOR chips: those of a MX25R6435F as the chip has them, those of a GigaDevice
 * chip of 32 MiB (JEDEC id c8 60 19) put together from its size, opcodes and times, and tables that
 * lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <dfu/log.h>

#include "common/bytes.h"
#include "fake_spi_nor.h"

#define BASIC_TABLE 0x30 /* where it begins */

static unsigned int log_lines;

void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	assert_int_equal(level, DFU_LOG_ERR);
	assert_non_null(format);
	log_lines++;
}

struct tables {
	uint8_t raw[128];
	size_t len;
	long fail_after; /* reads; negative: none */
	size_t read_up_to;
};

static int read_tables(void *arg, uint32_t address, uint8_t *data, size_t len)
{
	struct tables *tables = arg;

	assert_true(address < 0x1000000 && len > 0);
	if (address + len > tables->read_up_to) {
		tables->read_up_to = address + len;
	}
	if (tables->fail_after >= 0 && tables->fail_after-- == 0) {
		return -ECOMM;
	}
	for (size_t i = 0; i < len; i++) {
		data[i] = address + i < tables->len ? tables->raw[address + i] : UINT8_C(0xff);
	}
	return 0;
}

static struct tables tables_of(const uint32_t words[16], size_t count, const uint32_t *four)
{
	struct tables tables = {.fail_after = -1};

	tables.len = fake_spi_nor_sfdp(tables.raw, words, count, four);
	return tables;
}

static struct tables of_mx25r(void)
{
	return tables_of(fake_mx25r, 16, NULL);
}

static struct tables of_gd25(void)
{
	return tables_of(fake_gd25, 16, fake_gd25_four);
}

/* Word 1 is the first of the basic table. */
static struct tables changed(struct tables tables, unsigned int number, uint32_t word)
{
	put_le32(&tables.raw[BASIC_TABLE + 4 * (number - 1)], word);
	return tables;
}

static void assert_refused(struct tables tables, int rc)
{
	struct spi_nor_chip chip;
	struct spi_nor_chip before;

	memset(&chip, 0x5a, sizeof(chip));
	memset(&before, 0x5a, sizeof(before));
	log_lines = 0;
	assert_int_equal(spi_nor_sfdp(&chip, read_tables, &tables), rc);
	assert_int_equal(log_lines, rc == -ECOMM ? 0 : 1); /* the bus has its own say */
	assert_memory_equal(&chip, &before, sizeof(chip));
}

static struct spi_nor_chip must_read(struct tables tables)
{
	struct spi_nor_chip chip;

	assert_int_equal(spi_nor_sfdp(&chip, read_tables, &tables), 0);
	return chip;
}

static void assert_erase(const struct spi_nor_erase *erase, size_t size, uint8_t opcode,
			 uint32_t typical_ms, uint32_t max_ms)
{
	assert_int_equal(erase->size, size);
	assert_int_equal(erase->opcode, opcode);
	assert_int_equal(erase->typical_ms, typical_ms);
	assert_int_equal(erase->max_ms, max_ms);
}

static void a_chip_of_8_mib_tells_its_erases_and_times(void **state)
{
	struct spi_nor_chip chip = must_read(of_mx25r());

	(void)state;
	assert_int_equal(chip.size, 8u << 20);
	assert_int_equal(chip.page_size, 256);
	assert_int_equal(chip.program_us, 896);
	assert_int_equal(chip.program_max_us, 5376);
	assert_erase(&chip.erases[0], 4096, 0x20, 48, 384);
	assert_erase(&chip.erases[1], 32768, 0x52, 240, 1920);
	assert_erase(&chip.erases[2], 65536, 0xd8, 480, 3840);
	assert_erase(&chip.erases[3], 0, 0, 0, 0);
	assert_int_equal(chip.address_len, 3);
	assert_int_equal(chip.read_opcode, 0x03);
	assert_int_equal(chip.program_opcode, 0x02);
	assert_int_equal(chip.enter, SPI_NOR_ENTER_NONE);
}

static void a_chip_of_32_mib_has_opcodes_for_its_addresses(void **state)
{
	struct spi_nor_chip chip = must_read(of_gd25());

	(void)state;
	assert_int_equal(chip.size, 32u << 20);
	assert_int_equal(chip.program_us, 256);
	assert_int_equal(chip.program_max_us, 2560);
	assert_erase(&chip.erases[0], 4096, 0x21, 30, 300);
	assert_erase(&chip.erases[1], 32768, 0x5c, 112, 1120);
	assert_erase(&chip.erases[2], 65536, 0xdc, 160, 1600);
	assert_int_equal(chip.address_len, 4);
	assert_int_equal(chip.read_opcode, 0x13);
	assert_int_equal(chip.program_opcode, 0x12);
	assert_int_equal(chip.enter, SPI_NOR_ENTER_NONE);
}

static void without_such_opcodes_it_is_told_to_take_4_bytes(void **state)
{
	struct tables tables = changed(of_gd25(), 16, 0x02u << 24);
	struct spi_nor_chip chip = must_read(tables_of(fake_gd25, 16, NULL));

	(void)state;
	assert_int_equal(chip.address_len, 4);
	assert_int_equal(chip.read_opcode, 0x03);
	assert_int_equal(chip.erases[0].opcode, 0x20);
	assert_int_equal(chip.enter, SPI_NOR_ENTER_B7);
	tables.raw[6] = 0; /* the second table is not listed */
	assert_int_equal(must_read(tables).enter, SPI_NOR_ENTER_WREN_B7);
	/* Always in that mode, or knows no other. */
	tables = changed(of_gd25(), 16, 0x40u << 24);
	tables.raw[6] = 0;
	chip = must_read(tables);
	assert_int_equal(chip.address_len, 4);
	assert_int_equal(chip.enter, SPI_NOR_ENTER_NONE);
	tables = changed(of_gd25(), 1, 0xfff520e5);
	tables.raw[6] = 0;
	chip = must_read(tables);
	assert_int_equal(chip.address_len, 4);
	assert_int_equal(chip.enter, SPI_NOR_ENTER_NONE);
}

/* Each of these says that an opcode is missing which the driver would need. */
static void opcodes_for_4_bytes_are_taken_only_as_a_whole(void **state)
{
	static const uint32_t lacking[] = {0x01u | 7u << 9, 0x40u | 7u << 9, 0x41u | 6u << 9,
					   0x41u};
	struct spi_nor_chip chip;

	(void)state;
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
		const uint32_t four[] = {lacking[i], fake_gd25_four[1]};

		chip = must_read(tables_of(fake_gd25, 16, four));
		assert_int_equal(chip.read_opcode, 0x03);
		assert_int_equal(chip.enter, SPI_NOR_ENTER_B7);
	}
	/* Nor without room for opcodes. */
	struct tables tables = of_gd25();
	tables.raw[16 + 3] = 1;
	assert_int_equal(must_read(tables).read_opcode, 0x03);
	/* Large erases need not have one. */
	chip = must_read(tables_of(fake_gd25, 16, (const uint32_t[]){0x41u | 1u << 9, 0x21}));
	assert_int_equal(chip.read_opcode, 0x13);
	assert_erase(&chip.erases[0], 4096, 0x21, 30, 300);
	assert_int_equal(chip.erases[1].size, 0);
}

static void a_chip_beyond_16_mib_without_a_way_is_refused(void **state)
{
	struct tables tables = changed(of_gd25(), 16, 0x08u << 24);

	(void)state;
	tables.raw[6] = 0;
	assert_refused(tables, -ENOTSUP);
	tables = tables_of(fake_gd25, 15, NULL); /* too short to say */
	assert_refused(tables, -ENOTSUP);
}

static void tables_of_2011_say_no_page_and_no_times(void **state)
{
	struct spi_nor_chip chip = must_read(tables_of(fake_mx25r, 9, NULL));

	(void)state;
	assert_int_equal(chip.size, 8u << 20);
	assert_int_equal(chip.page_size, 256);
	assert_int_equal(chip.program_us, 0);
	assert_int_equal(chip.program_max_us, 0);
	assert_erase(&chip.erases[0], 4096, 0x20, 0, 0);
	assert_erase(&chip.erases[2], 65536, 0xd8, 0, 0);
}

static void no_more_is_read_than_a_table_has(void **state)
{
	struct tables tables = tables_of(fake_mx25r, 9, NULL);
	struct spi_nor_chip chip;

	(void)state;
	assert_int_equal(spi_nor_sfdp(&chip, read_tables, &tables), 0);
	assert_int_equal(tables.read_up_to, BASIC_TABLE + 4 * 9);
}

/* Types 1 to 4: 64 KiB in 3 s, 4 KiB in 4 ms, 256 KiB in 1.28 s, 32 KiB in 112 ms, each up to twice
 * as long. */
static void erases_are_sorted_and_their_units_are_right(void **state)
{
	struct tables tables = changed(changed(of_mx25r(), 8, 0x200cd810), 9, 0x520fd712);
	const uint32_t times = 0u | (2u << 4 | 3u << 9) | (3u << 11 | 0u << 16) |
			       (9u << 18 | 2u << 23) | (6u << 25 | 1u << 30);
	const struct spi_nor_chip chip = must_read(changed(tables, 10, times));

	(void)state;
	assert_erase(&chip.erases[0], 4096, 0x20, 4, 8);
	assert_erase(&chip.erases[1], 32768, 0x52, 112, 224);
	assert_erase(&chip.erases[2], 65536, 0xd8, 3000, 6000);
	assert_erase(&chip.erases[3], 262144, 0xd7, 1280, 2560);
}

static void of_two_erases_of_a_size_the_first_is_taken(void **state)
{
	/* Type 4: 32 KiB again. */
	const struct spi_nor_chip chip = must_read(changed(of_mx25r(), 9, 0x990fd810));

	(void)state;
	assert_erase(&chip.erases[1], 32768, 0x52, 240, 1920);
	assert_erase(&chip.erases[2], 65536, 0xd8, 480, 3840);
	assert_int_equal(chip.erases[3].size, 0);
}

/* With pages as small as that, nothing else would refuse it. */
static void erases_of_less_than_256_bytes_are_refused(void **state)
{
	(void)state;
	assert_refused(changed(changed(of_mx25r(), 8, 0x520f2007), 11, 0xcc04ed62), -EBADMSG);
}

static void a_small_chip_may_take_4_bytes_only(void **state)
{
	(void)state;
	assert_int_equal(must_read(changed(of_mx25r(), 1, 0xfff520e5)).address_len, 4);
}

static void no_tables_is_no_device(void **state)
{
	struct tables tables = {.fail_after = -1};

	(void)state;
	assert_refused(tables, -ENODEV); /* reads 0xff, as no chip does */
	tables = of_mx25r();
	tables.raw[3] = 'Q';
	assert_refused(tables, -ENODEV);
}

static void tables_that_contradict_themselves_are_refused(void **state)
{
	static const struct {
		unsigned int word;
		uint32_t value;
		int rc;
	} lies[] = {
		{2, 0, -EBADMSG},          /* a bit */
		{2, 0x0ffffffe, -EBADMSG}, /* no whole bytes */
		{2, 0x10000000, -EBADMSG}, /* nor here */
		{2, 0x80000010, -EBADMSG}, /* 2^16 bits are not said so */
		{2, 0x80000024, -EBADMSG}, /* 8 GiB */
		{2, 0xffffffff, -EBADMSG}, {2, 0x0000bfff, -EBADMSG}, /* 6 KiB: not whole sectors */
		{8, 0x520f2007, -EBADMSG},                            /* 128 bytes */
		{8, 0x521f200c, -EBADMSG},                            /* 2 GiB */
		{8, 0xffffffff, -EBADMSG}, {9, 0xffffffff, -EBADMSG},
		{11, 0xf4, -EBADMSG}, /* a page of 32 KiB */
		{11, 0xd4, -EBADMSG}, /* of 8 KiB; more than a sector, both */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		assert_refused(changed(of_gd25(), lies[i].word, lies[i].value), lies[i].rc);
	}
	assert_refused(changed(changed(of_gd25(), 8, 0), 9, 0), -EBADMSG); /* no erase at all */
	assert_refused(tables_of(fake_gd25, 8, NULL), -EBADMSG);           /* ends too early */
}

static void lists_that_lead_nowhere_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		int rc;
	} lies[] = {
		{5, 2, -ENOTSUP},     /* edition of the list */
		{8, 0x01, -EBADMSG},  /* no basic table */
		{15, 0x00, -EBADMSG}, /* nor here */
		{10, 2, -EBADMSG},    /* of another edition */
		{12, 0x08, -EBADMSG}, /* in the list itself */
		{12, 0x31, -EBADMSG}, /* between double words */
		{11, 0, -EBADMSG},    /* empty */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct tables tables = of_mx25r();

		tables.raw[lies[i].at] = lies[i].value;
		assert_refused(tables, lies[i].rc);
	}
}

static void sectors_of_several_sizes_are_refused(void **state)
{
	struct tables tables = of_gd25();

	(void)state;
	tables.raw[16] = 0x81;
	assert_refused(tables, -ENOTSUP);
}

/* The second one is an older edition, then a newer one with another size. */
static void the_last_edition_of_the_basic_table_is_taken(void **state)
{
	struct tables tables = of_mx25r();

	(void)state;
	tables.raw[6] = 1;
	memcpy(&tables.raw[16], (const uint8_t[]){0x00, 5, 1, 16, 0x70, 0, 0, 0xff}, 8);
	tables.len = 128;
	assert_int_equal(must_read(tables).size, 8u << 20);
	tables.raw[17] = 7;
	assert_refused(tables, -EBADMSG); /* 0xff everywhere */
}

static void an_error_of_the_bus_passes_through(void **state)
{
	struct tables tables = of_gd25();

	(void)state;
	/* The header, two entries of the list, two tables. */
	for (tables.fail_after = 0; tables.fail_after < 1 + 2 + 2; tables.fail_after++) {
		assert_refused(tables, -ECOMM);
	}
	assert_int_equal(must_read(tables).size, 32u << 20);
}

static bool is_power_of_two(size_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static void assert_sane(const struct spi_nor_chip *chip)
{
	assert_true(chip->size >= 256 && chip->size % chip->erases[0].size == 0);
	assert_true(is_power_of_two(chip->page_size));
	assert_true(chip->erases[0].size % chip->page_size == 0);
	assert_true(chip->address_len == 4 || (chip->address_len == 3 && chip->size <= 1u << 24));
	for (size_t i = 0; i < SPI_NOR_ERASES_MAX && chip->erases[i].size != 0; i++) {
		const struct spi_nor_erase *erase = &chip->erases[i];

		assert_true(is_power_of_two(erase->size));
		assert_true(i == 0 || erase->size > chip->erases[i - 1].size);
		assert_true(erase->typical_ms <= 32000 && erase->max_ms <= 32 * 32000);
	}
}

/* Real tables of which some bytes are any. */
static void any_tables_give_a_chip_that_makes_sense_or_none(void **state)
{
	uint32_t random = 251;
	unsigned int chips = 0;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		struct tables tables = i % 2 == 0 ? of_mx25r() : of_gd25();
		struct spi_nor_chip chip;

		for (unsigned int k = 0; k < 1 + i % 5; k++) {
			random = random * 1664525u + 1013904223u;
			tables.raw[(random >> 24) % tables.len] = (uint8_t)(random >> 16);
		}
		if (spi_nor_sfdp(&chip, read_tables, &tables) == 0) {
			assert_sane(&chip);
			chips++;
		}
	}
	assert_in_range(chips, 1000, 19000); /* both happen */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chip_of_8_mib_tells_its_erases_and_times),
		cmocka_unit_test(a_chip_of_32_mib_has_opcodes_for_its_addresses),
		cmocka_unit_test(without_such_opcodes_it_is_told_to_take_4_bytes),
		cmocka_unit_test(opcodes_for_4_bytes_are_taken_only_as_a_whole),
		cmocka_unit_test(a_chip_beyond_16_mib_without_a_way_is_refused),
		cmocka_unit_test(tables_of_2011_say_no_page_and_no_times),
		cmocka_unit_test(no_more_is_read_than_a_table_has),
		cmocka_unit_test(erases_are_sorted_and_their_units_are_right),
		cmocka_unit_test(of_two_erases_of_a_size_the_first_is_taken),
		cmocka_unit_test(erases_of_less_than_256_bytes_are_refused),
		cmocka_unit_test(a_small_chip_may_take_4_bytes_only),
		cmocka_unit_test(no_tables_is_no_device),
		cmocka_unit_test(tables_that_contradict_themselves_are_refused),
		cmocka_unit_test(lists_that_lead_nowhere_are_refused),
		cmocka_unit_test(sectors_of_several_sizes_are_refused),
		cmocka_unit_test(the_last_edition_of_the_basic_table_is_taken),
		cmocka_unit_test(an_error_of_the_bus_passes_through),
		cmocka_unit_test(any_tables_give_a_chip_that_makes_sense_or_none),
	};

	return cmocka_run_group_tests_name("spi_nor_sfdp", tests, NULL, NULL);
}
