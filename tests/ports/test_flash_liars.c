/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports that lie, one lie each: the first rule that the suite finds broken must be the one that the
 * lie is about. What the core refuses before a port can see it, the liars about bounds and
 * alignment accept in place of the core (the linker wraps its calls).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/test_flash.h"
#include "tap.h"

#define SIZE 32768u
#define PAGE 2048u
#define BLOCK 8u
#define START (2 * PAGE) /* of the scratch range */
#define INNER (3 * PAGE) /* its second page */

enum lie {
	HONEST,
	NO_READ,
	NO_ERASE,
	NO_PARAMETERS,
	BLOCK_OF_NOTHING,
	BLOCK_TOO_LARGE,
	ERASED_IS_ODD,
	NO_PAGES,
	NULL_PAGES,
	PAGES_OF_NOTHING,
	RUN_OF_NOTHING,
	PAGE_OF_PART_BLOCKS,
	PAGES_BEYOND_SIZE_MAX,
	PAGES_CHANGE,
	PAGES_HALVED,  /* the chip erases twice as much */
	PAGES_DOUBLED, /* the chip erases half as much */
	SIZE_TOO_LARGE,
	SIZE_FAILS,
	SIZE_NOT_OF_DATA_SHEET,
	END_CANNOT_BE_READ,
	START_CANNOT_BE_READ,
	ADDRESS_LINE_MISSING,
	ERASED_READS_OTHER,
	ERASE_FAILS,
	ERASE_GIVES_COUNT,
	ERASE_NOTHING,
	ERASE_LESS,
	ERASE_ONE_PAGE_OF_MANY,
	ERASE_MORE_BEHIND,
	ERASE_MORE_BEFORE,
	WRITE_FAILS,
	WRITE_FAILS_AFTER_PART,
	WRITE_GIVES_COUNT,
	WRITE_SHORT,
	WRITE_WRAPS_IN_256,
	WRITE_ONE_PAGE_ONLY,
	WRITE_WORDS_OF_ALIGNED_SOURCE,
	WRITE_NOWHERE,
	WRITE_BESIDE,
	READ_ALIGNED,
	READ_MORE,
	READ_FAILS_UNALIGNED,
	READ_SHORT_OF_BORDER,
	OVERWRITES_BUT_REFUSES,
	KEEPS_BUT_ACCEPTS,
	OVERWRITES,  /* needs no erase, and says so not */
	NEEDS_ERASE, /* and says so not */
	NEEDS_ERASE_AND_HAS_NONE,
	STALE_AFTER_WRITE,
	STALE_AFTER_ERASE,
	ONES_WHILE_BUSY,
	LOST_AT_REOPEN,
	ERASED_LOST_AT_REOPEN,
	REOPEN_FAILS,
	CUT_FAILS,
	CUT_PROGRAM_NOT_TOLD,
	CUT_PROGRAM_TEARS_MORE,
	CUT_PROGRAM_HITS_OTHER_PAGE,
	CUT_PROGRAM_SPOILS_PAGE,
	CUT_ERASE_NOT_TOLD,
	CUT_ERASE_HITS_OTHER_PAGE,
	CUT_ERASE_SPOILS_PAGE,
	OUTSIDE_READ,
	OUTSIDE_WRITTEN,
	OUTSIDE_ERASED,
	OUTSIDE_HARMS,
	SUM_WRAPS,
	PARTS_OF_BLOCKS_WRITTEN,
	PARTS_OF_PAGES_ERASED,
	PARTS_OF_PAGES_ERASE_ALL,
	NOTHING_IS_NOT_READ,
	NOTHING_AT_END_IS_NOT_READ,
	NOTHING_IS_NOT_WRITTEN,
	NOTHING_IS_NOT_ERASED,
	NOTHING_ERASES_A_PAGE,
	LIES,
};

/* The chip: pages of 2 KiB, programs that clear bits. */
static struct {
	enum lie lie;
	uint8_t cells[SIZE];
	uint8_t before[SIZE]; /* the last change */
	bool busy;            /* the next read is of `before` */
	bool cut;
	bool off;
	bool spoiled; /* the next program is not what it should be */
	unsigned int calls;
} chip;

static void change_begins(void)
{
	memcpy(chip.before, chip.cells, SIZE);
}

static size_t in_chip(size_t at)
{
	return chip.lie == ADDRESS_LINE_MISSING ? at % (SIZE / 2) : at % SIZE;
}

static void read_cells(size_t at, uint8_t *to, size_t len)
{
	const uint8_t *from = chip.busy ? chip.before : chip.cells;

	for (size_t i = 0; i < len; i++) {
		to[i] = chip.busy && chip.lie == ONES_WHILE_BUSY ? 0xff : from[in_chip(at + i)];
	}
	chip.busy = false;
}

static int liar_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	size_t at = (size_t)offset;

	(void)dev;
	if (chip.off || (chip.lie == END_CANNOT_BE_READ && at + len > SIZE - PAGE) ||
	    (chip.lie == START_CANNOT_BE_READ && at == 0) ||
	    (chip.lie == READ_FAILS_UNALIGNED && (at % 4 != 0 || len % 4 != 0) && len > 1)) {
		return -EIO;
	}
	if (chip.lie == READ_ALIGNED) {
		at -= at % 4;
	}
	if (chip.lie == READ_SHORT_OF_BORDER && at % PAGE + len > PAGE) {
		len = PAGE - at % PAGE;
	}
	if (chip.lie == READ_MORE && len % 4 != 0) {
		len += 4 - len % 4;
	}
	read_cells(at, data, len);
	return 0;
}

static void program_cell(size_t at, uint8_t value)
{
	uint8_t *cell = &chip.cells[in_chip(at)];

	if (chip.lie == KEEPS_BUT_ACCEPTS && *cell != 0xff) {
		return;
	}
	*cell = chip.lie == OVERWRITES || chip.lie == OVERWRITES_BUT_REFUSES ? value
									     : *cell & value;
}

static void program_cells(size_t at, const uint8_t *from, size_t len)
{
	const uint8_t *source = from;

	if (chip.lie == WRITE_WORDS_OF_ALIGNED_SOURCE) {
		source = from - (uintptr_t)from % 4;
	}
	for (size_t i = 0; i < len; i++) {
		size_t to = at + i;

		if (chip.lie == WRITE_WRAPS_IN_256) {
			to = at - at % 256 + (at + i) % 256;
		}
		program_cell(to, source[i]);
		if (chip.lie == WRITE_BESIDE && at >= INNER && at + len <= INNER + PAGE) {
			program_cell(to - PAGE, source[i]);
		}
	}
}

/* Half of the bytes, and what the lie adds. */
static int program_cut(size_t at, const uint8_t *from, size_t len)
{
	chip.cut = false;
	chip.off = true;
	program_cells(at, from, len / 2);
	if (chip.lie == CUT_PROGRAM_TEARS_MORE) {
		program_cell(at + len / 2 + BLOCK, 0);
	}
	if (chip.lie == CUT_PROGRAM_HITS_OTHER_PAGE) {
		program_cell(START, 0);
	}
	chip.spoiled = chip.lie == CUT_PROGRAM_SPOILS_PAGE;
	return chip.lie == CUT_PROGRAM_NOT_TOLD ? 0 : -EIO;
}

/* How much of a write is done before it fails or claims to be done. */
static size_t part_of(size_t at, size_t len)
{
	switch (chip.lie) {
	case WRITE_FAILS_AFTER_PART:
	case WRITE_SHORT:
		return len > 8 * BLOCK ? len - BLOCK : len;
	case WRITE_ONE_PAGE_ONLY:
		return at % PAGE + len > PAGE ? PAGE - at % PAGE : len;
	case WRITE_FAILS:
	case WRITE_NOWHERE:
		return 0;
	default:
		return len;
	}
}

static int liar_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	size_t at = (size_t)offset;
	size_t part = part_of(at, len);
	bool is_over;

	(void)dev;
	if (chip.off) {
		return -EIO;
	}
	change_begins();
	is_over = chip.cells[in_chip(at)] != 0xff;
	if (chip.cut) {
		return program_cut(at, data, len);
	}
	program_cells(at, data, part);
	chip.busy = chip.lie == STALE_AFTER_WRITE || chip.lie == ONES_WHILE_BUSY;
	if (chip.spoiled) {
		program_cell(at, 0);
		chip.spoiled = false;
	}
	if (chip.lie == OVERWRITES_BUT_REFUSES && is_over) {
		return -EIO;
	}
	if (chip.lie == WRITE_GIVES_COUNT) {
		return (int)len;
	}
	return chip.lie == WRITE_FAILS || (chip.lie == WRITE_FAILS_AFTER_PART && part < len) ? -EIO
											     : 0;
}

static void erase_cells(size_t at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		chip.cells[in_chip(at + i)] = chip.lie == ERASED_READS_OTHER ? 0x00 : 0xff;
	}
}

static void erase_range(size_t at, size_t len)
{
	switch (chip.lie) {
	case ERASE_LESS:
	case PAGES_DOUBLED:
		for (size_t page = at; page < at + len; page += PAGE) {
			erase_cells(page, PAGE / 2);
		}
		return;
	case ERASE_ONE_PAGE_OF_MANY:
		erase_cells(at, PAGE);
		return;
	case ERASE_MORE_BEHIND:
		erase_cells(at, len + 1);
		return;
	case ERASE_MORE_BEFORE:
		erase_cells(at - 1, len + 1);
		return;
	case PAGES_HALVED:
		erase_cells(at - at % PAGE, len + PAGE);
		return;
	case ERASE_NOTHING:
		return;
	default:
		erase_cells(at, len);
	}
}

static int erase_cut(size_t at, size_t len)
{
	chip.cut = false;
	chip.off = true;
	chip.spoiled = chip.lie == CUT_ERASE_SPOILS_PAGE;
	erase_cells(at, len / 2);
	if (chip.lie == CUT_ERASE_HITS_OTHER_PAGE) {
		erase_cells(at + len, 1);
	}
	return chip.lie == CUT_ERASE_NOT_TOLD ? 0 : -EIO;
}

static int liar_erase(const struct device *dev, off_t offset, size_t size)
{
	(void)dev;
	if (chip.off) {
		return -EIO;
	}
	change_begins();
	if (chip.cut) {
		return erase_cut((size_t)offset, size);
	}
	erase_range((size_t)offset, size);
	chip.busy = chip.lie == STALE_AFTER_ERASE || chip.lie == ONES_WHILE_BUSY;
	if (chip.lie == ERASE_GIVES_COUNT) {
		return (int)size;
	}
	return chip.lie == ERASE_FAILS ? -EIO : 0;
}

static const struct flash_parameters *liar_get_parameters(const struct device *dev)
{
	static const struct flash_parameters honest = {.write_block_size = BLOCK,
						       .erase_value = 0xff};
	static const struct flash_parameters nothing = {.erase_value = 0xff};
	static const struct flash_parameters large = {.write_block_size = 1024,
						      .erase_value = 0xff};
	static const struct flash_parameters odd = {.write_block_size = BLOCK, .erase_value = 0x55};
	static const struct flash_parameters free_of_erases = {.write_block_size = BLOCK,
							       .caps = {.no_explicit_erase = true},
							       .erase_value = 0xff};

	(void)dev;
	switch (chip.lie) {
	case NO_PARAMETERS:
		return NULL;
	case BLOCK_OF_NOTHING:
		return &nothing;
	case BLOCK_TOO_LARGE:
		return &large;
	case ERASED_IS_ODD:
		return &odd;
	case NEEDS_ERASE:
	case NEEDS_ERASE_AND_HAS_NONE:
		return &free_of_erases;
	default:
		return &honest;
	}
}

static int liar_get_size(const struct device *dev, uint64_t *size)
{
	(void)dev;
	*size = chip.lie == SIZE_TOO_LARGE ? SIZE + PAGE : SIZE;
	return chip.lie == SIZE_FAILS ? -EIO : 0;
}

static void liar_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			     size_t *layout_size)
{
	static const struct flash_pages_layout runs[][2] = {
		{{SIZE / PAGE, PAGE}},
		{{SIZE / PAGE, 0}},
		{{0, PAGE}},
		{{SIZE / (PAGE + 4), PAGE + 4}},
		{{4, SIZE_MAX / BLOCK / 2 * BLOCK}},
		{{2 * SIZE / PAGE, PAGE / 2}},
		{{SIZE / PAGE / 2, 2 * PAGE}},
	};
	size_t chosen = 0;

	(void)dev;
	switch (chip.lie) {
	case PAGES_OF_NOTHING:
		chosen = 1;
		break;
	case RUN_OF_NOTHING:
		chosen = 2;
		break;
	case PAGE_OF_PART_BLOCKS:
		chosen = 3;
		break;
	case PAGES_BEYOND_SIZE_MAX:
		chosen = 4;
		break;
	case PAGES_CHANGE:
		chosen = chip.calls++ % 2 == 0 ? 0 : 5;
		break;
	case PAGES_HALVED:
		chosen = 5;
		break;
	case PAGES_DOUBLED:
		chosen = 6;
		break;
	default:
		break;
	}
	*layout = chip.lie == NULL_PAGES ? NULL : runs[chosen];
	*layout_size = chip.lie == NO_PAGES ? 0 : 1;
}

static int liar_reopen(void *arg)
{
	(void)arg;
	chip.off = false;
	if (chip.lie == LOST_AT_REOPEN) {
		memcpy(chip.cells, chip.before, SIZE);
	}
	if (chip.lie == ERASED_LOST_AT_REOPEN) {
		memset(&chip.cells[START], 0, BLOCK);
	}
	return chip.lie == REOPEN_FAILS ? -ENXIO : 0;
}

static int liar_cut(void *arg)
{
	(void)arg;
	chip.cut = true;
	return chip.lie == CUT_FAILS ? -ENXIO : 0;
}

/* The core, when the linker is told to call these in its place. */
int __real_flash_read(const struct device *dev, off_t offset, void *data, size_t len);
int __wrap_flash_read(const struct device *dev, off_t offset, void *data, size_t len);
int __real_flash_write(const struct device *dev, off_t offset, const void *data, size_t len);
int __wrap_flash_write(const struct device *dev, off_t offset, const void *data, size_t len);
int __real_flash_erase(const struct device *dev, off_t offset, size_t size);
int __wrap_flash_erase(const struct device *dev, off_t offset, size_t size);

static bool is_outside(off_t offset, size_t len)
{
	return offset < 0 || (uint64_t)offset + (uint64_t)len > SIZE;
}

/* What a check by `offset + len > size` lets pass. */
static bool wraps(off_t offset, size_t len)
{
	return offset > 0 && (size_t)offset + len < (size_t)offset;
}

int __wrap_flash_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	if (chip.lie == OUTSIDE_READ && is_outside(offset, len)) {
		return 0;
	}
	return (chip.lie == NOTHING_IS_NOT_READ && len == 0) ||
			       (chip.lie == NOTHING_AT_END_IS_NOT_READ && offset == (off_t)SIZE)
		       ? -EINVAL
		       : __real_flash_read(dev, offset, data, len);
}

int __wrap_flash_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	if ((chip.lie == OUTSIDE_WRITTEN && is_outside(offset, len)) ||
	    (chip.lie == SUM_WRAPS && wraps(offset, len)) ||
	    (chip.lie == PARTS_OF_BLOCKS_WRITTEN && len % BLOCK != 0)) {
		return 0;
	}
	return chip.lie == NOTHING_IS_NOT_WRITTEN && len == 0
		       ? -EINVAL
		       : __real_flash_write(dev, offset, data, len);
}

int __wrap_flash_erase(const struct device *dev, off_t offset, size_t size)
{
	const bool is_part = offset % (off_t)PAGE != 0 || size % PAGE != 0;

	if (chip.lie == OUTSIDE_HARMS && is_outside(offset, size)) {
		erase_cells(INNER, PAGE);
		return -EINVAL;
	}
	if ((chip.lie == OUTSIDE_ERASED && is_outside(offset, size)) ||
	    (chip.lie == PARTS_OF_PAGES_ERASED && is_part)) {
		return 0;
	}
	if (chip.lie == PARTS_OF_PAGES_ERASE_ALL && is_part) {
		erase_cells((size_t)offset - (size_t)offset % PAGE, PAGE);
		return -EINVAL;
	}
	if (chip.lie == NOTHING_ERASES_A_PAGE && size == 0 && offset < (off_t)SIZE) {
		erase_cells((size_t)offset, PAGE);
		return 0;
	}
	return chip.lie == NOTHING_IS_NOT_ERASED && size == 0
		       ? -EINVAL
		       : __real_flash_erase(dev, offset, size);
}

static const struct flash_driver_api honest_api = {.read = liar_read,
						   .write = liar_write,
						   .erase = liar_erase,
						   .get_parameters = liar_get_parameters,
						   .get_size = liar_get_size,
						   .page_layout = liar_page_layout};
static const struct flash_driver_api api_without_erase = {.read = liar_read,
							  .write = liar_write,
							  .get_parameters = liar_get_parameters,
							  .page_layout = liar_page_layout};
static const struct flash_driver_api api_without_read = {.write = liar_write,
							 .get_parameters = liar_get_parameters,
							 .page_layout = liar_page_layout};

static void run_liar(struct tap *tap, enum lie lie)
{
	const struct device dev = {.name = "liar",
				   .api = lie == NO_READ ? &api_without_read
					  : lie == NO_ERASE || lie == NEEDS_ERASE_AND_HAS_NONE
						  ? &api_without_erase
						  : &honest_api};
	const struct flash_conformance suite = {
		.dev = &dev,
		.offset = START,
		.size = 6 * PAGE,
		.device_size = lie == SIZE_NOT_OF_DATA_SHEET ? SIZE / 2 : 0,
		.reopen = liar_reopen,
		.cut = liar_cut};

	memset(&chip, 0, sizeof(chip));
	chip.lie = lie;
	test_pattern(chip.cells, SIZE, 200);
	tap_run(tap, &suite);
}

static void an_honest_port_keeps_all_rules(void **state)
{
	struct tap tap;

	(void)state;
	run_liar(&tap, HONEST);
	tap_assert_kept(&tap, "rewrite");
}

static const struct caught {
	enum lie lie;
	const char *rule;
	const char *note;
} liars[] = {
	{NO_READ, "parameters", "is NULL"},
	{NO_ERASE, "parameters", "erase is NULL"},
	{NO_PARAMETERS, "parameters", "get_parameters gives NULL"},
	{BLOCK_OF_NOTHING, "parameters", "write_block_size"},
	{BLOCK_TOO_LARGE, "parameters", "write_block_size"},
	{ERASED_IS_ODD, "parameters", "erase_value"},
	{NO_PAGES, "page-layout", "no pages"},
	{NULL_PAGES, "page-layout", "no pages"},
	{PAGES_OF_NOTHING, "page-layout", "pages of no bytes"},
	{RUN_OF_NOTHING, "page-layout", "has no pages"},
	{PAGE_OF_PART_BLOCKS, "page-layout", "not whole write blocks"},
	{PAGES_BEYOND_SIZE_MAX, "page-layout", "SIZE_MAX"},
	{PAGES_CHANGE, "page-layout", "another layout"},
	{PAGES_HALVED, "erase-granularity", ""},
	{PAGES_DOUBLED, "erase-whole", ""},
	{SIZE_TOO_LARGE, "size", "pages are 0x8000 bytes, get_size says 0x8800"},
	{SIZE_FAILS, "size", "flash_get_size"},
	{SIZE_NOT_OF_DATA_SHEET, "size", "the data sheet says 0x4000"},
	{END_CANNOT_BE_READ, "size", "flash_read(0x7fff, 0x1) is -5"},
	{START_CANNOT_BE_READ, "size", "flash_read(0x0, 0x1) is -5"},
	{ADDRESS_LINE_MISSING, "aliasing", "0x5800 shows the bytes of 0x1800"},
	{ERASED_READS_OTHER, "erased-value", "reads 0x0, not 0xff"},
	{ERASE_FAILS, "erased-value", "flash_erase(0x1000, 0x3000) is -5"},
	{ERASE_GIVES_COUNT, "erased-value", "flash_erase(0x1000, 0x3000) is 12288"},
	{ERASE_NOTHING, "erased-value", "not 0xff"},
	{ERASE_LESS, "erase-whole", "not 0xff"},
	{ERASE_ONE_PAGE_OF_MANY, "erased-value", "not 0xff"},
	{ERASE_MORE_BEHIND, "erase-granularity", "0x2000 reads 0xff"},
	{ERASE_MORE_BEFORE, "erase-granularity", "0x17ff reads 0xff"},
	{WRITE_FAILS, "write-result", "is -5 after 0 bytes"},
	{WRITE_FAILS_AFTER_PART, "write-result", "is -5 after 96 bytes"},
	{WRITE_GIVES_COUNT, "write-result", "is 8"},
	{WRITE_SHORT, "write-whole", "reads 0xff"},
	{WRITE_WRAPS_IN_256, "write-whole", ""},
	{WRITE_ONE_PAGE_ONLY, "write-whole", "reads 0xff"},
	{WRITE_WORDS_OF_ALIGNED_SOURCE, "write-whole", ""},
	{WRITE_NOWHERE, "write-whole", "reads 0xff"},
	{WRITE_BESIDE, "write-range", "not 0xff"},
	{READ_ALIGNED, "read-range", ""},
	{READ_MORE, "read-range", "beside the bytes of flash_read"},
	{READ_FAILS_UNALIGNED, "read-range", "is -5"},
	{READ_SHORT_OF_BORDER, "read-range", "read in shorter reads gave other bytes"},
	{OVERWRITES_BUT_REFUSES, "program-once", ""},
	{KEEPS_BUT_ACCEPTS, "program-once", ""},
	{OVERWRITES, "program-once", ""},
	{NEEDS_ERASE, "rewrite", ""},
	{NEEDS_ERASE_AND_HAS_NONE, "rewrite", ""},
	{STALE_AFTER_WRITE, "read-while-busy", "0x1800 reads 0xff"},
	{STALE_AFTER_ERASE, "read-while-busy", "read again gave other bytes"},
	{ONES_WHILE_BUSY, "read-while-busy", "read again gave other bytes"},
	{LOST_AT_REOPEN, "persistence", "reads 0xff"},
	{ERASED_LOST_AT_REOPEN, "persistence", "0x1000 reads 0x0, not 0xff"},
	{REOPEN_FAILS, "persistence", "reopen"},
	{CUT_FAILS, "cut-program", "cut"},
	{CUT_PROGRAM_NOT_TOLD, "cut-program", "without power, flash_write"},
	{CUT_PROGRAM_TEARS_MORE, "cut-program", "reads 0x0, not 0xff"},
	{CUT_PROGRAM_HITS_OTHER_PAGE, "cut-program", "0x1000 reads 0x0"},
	{CUT_PROGRAM_SPOILS_PAGE, "cut-program", "0x1800 reads 0x0"},
	{CUT_ERASE_NOT_TOLD, "cut-erase", "without power, flash_erase"},
	{CUT_ERASE_HITS_OTHER_PAGE, "cut-erase", "0x2000 reads 0xff"},
	{CUT_ERASE_SPOILS_PAGE, "cut-erase", "0x1800 reads 0x0"},
	{OUTSIDE_READ, "bounds", "flash_read(-8, 0x8) is 0"},
	{OUTSIDE_WRITTEN, "bounds", "flash_write(-8, 0x8) is 0"},
	{OUTSIDE_ERASED, "bounds", "flash_erase(-2048, 0x800) is 0"},
	{OUTSIDE_HARMS, "bounds", "reads 0xff"},
	{SUM_WRAPS, "bounds", "flash_write(0x1800, 0xf"},
	{PARTS_OF_BLOCKS_WRITTEN, "alignment", "flash_write(0x1800, 0x1) is 0"},
	{PARTS_OF_PAGES_ERASED, "alignment", "flash_erase(0x1800, 0x7ff) is 0"},
	{PARTS_OF_PAGES_ERASE_ALL, "alignment", "reads 0xff"},
	{NOTHING_IS_NOT_READ, "zero-length", "flash_read(0x1800, 0x0)"},
	{NOTHING_AT_END_IS_NOT_READ, "zero-length", "flash_read(0x8000, 0x0)"},
	{NOTHING_IS_NOT_WRITTEN, "zero-length", "flash_write(0x1800, 0x0)"},
	{NOTHING_IS_NOT_ERASED, "zero-length", "flash_erase(0x1800, 0x0)"},
	{NOTHING_ERASES_A_PAGE, "zero-length", "reads 0xff"},
};

static void each_liar_is_caught_by_the_rule_it_breaks(void **state)
{
	struct tap tap;

	(void)state;
	_Static_assert(sizeof(liars) / sizeof(liars[0]) == LIES - 1, "a lie without its rule");
	for (size_t i = 0; i < sizeof(liars) / sizeof(liars[0]); i++) {
		assert_int_equal(liars[i].lie, i + 1);
		run_liar(&tap, liars[i].lie);
		tap_assert_broken(&tap, liars[i].rule, liars[i].note);
	}
}

static void a_missing_address_line_shows_from_the_other_side_too(void **state)
{
	const struct device dev = {.name = "liar", .api = &honest_api};
	const struct flash_conformance suite = {
		.dev = &dev, .offset = SIZE / 2 + START, .size = 4 * PAGE};
	struct tap tap;

	(void)state;
	memset(&chip, 0, sizeof(chip));
	chip.lie = ADDRESS_LINE_MISSING;
	tap_run(&tap, &suite);
	tap_assert_broken(&tap, "aliasing", "0x1800 shows the bytes of 0x5800");
}

static void a_device_without_sense_is_asked_no_more(void **state)
{
	struct tap tap;

	(void)state;
	for (enum lie lie = NO_READ; lie <= PAGES_CHANGE; lie++) {
		run_liar(&tap, lie);
		assert_string_equal(tap.lines[tap.count - 1],
				    "Bail out! nothing can be asked of such a device");
		assert_int_equal(tap.result, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_port_keeps_all_rules),
		cmocka_unit_test(each_liar_is_caught_by_the_rule_it_breaks),
		cmocka_unit_test(a_missing_address_line_shows_from_the_other_side_too),
		cmocka_unit_test(a_device_without_sense_is_asked_no_more),
	};

	return cmocka_run_group_tests_name("flash_liars", tests, NULL, NULL);
}
