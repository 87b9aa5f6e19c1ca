/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row a partition. Bars have one scale within a flash device: the largest partition fills the
 * width, every other one has its share of it, and at least one cell. A cell counts as written if
 * any byte of it is not erased.
 */
#include "map.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include <dfu/boot.h>
#include <storage/flash_map.h>

#include "output.h"

#define WIDTH 40u

enum cell {
	CELL_ERASED,
	CELL_WRITTEN,
	CELL_TRAILER_ERASED,
	CELL_TRAILER_WRITTEN,
	CELL_UNREADABLE,
	CELLS
};

/* How cells look: in ASCII, in UTF-8, and their colour. */
static const struct {
	const char *ascii;
	const char *utf8;
	const char *color;
	const char *meaning;
} looks[CELLS] = {
	[CELL_ERASED] = {".", "\u2591", "\033[2m", "erased"},
	[CELL_WRITTEN] = {"#", "\u2588", "\033[32m", "written"},
	[CELL_TRAILER_ERASED] = {"t", "\u2592", "\033[33m", "trailer, erased"},
	[CELL_TRAILER_WRITTEN] = {"T", "\u2593", "\033[33m", "trailer, written"},
	[CELL_UNREADABLE] = {"?", "?", "\033[31m", "unreadable"},
};

struct style {
	bool utf8;
	bool color;
};

static void draw_cell(const struct style *style, enum cell cell)
{
	printf("%s%s%s", style->color ? looks[cell].color : "",
	       style->utf8 ? looks[cell].utf8 : looks[cell].ascii, style->color ? "\033[0m" : "");
}

/* 1 if all bytes read erased, 0 if not, or a negative errno. */
static int is_erased(const struct flash_area *fa, size_t off, size_t end)
{
	uint8_t erased = flash_area_erased_val(fa);
	uint8_t bytes[4096];

	while (off < end) {
		size_t n = end - off < sizeof(bytes) ? end - off : sizeof(bytes);
		int rc = flash_area_read(fa, (off_t)off, bytes, n);

		if (rc != 0) {
			return rc;
		}
		/* All equal to the first one, and that one erased. */
		if (bytes[0] != erased || memcmp(bytes, bytes + 1, n - 1) != 0) {
			return 0;
		}
		off += n;
	}
	return 1;
}

static enum cell classify(const struct flash_area *fa, size_t off, size_t end, size_t trailer)
{
	bool in_trailer = end > trailer;
	int erased = is_erased(fa, in_trailer && off < trailer ? trailer : off, end);

	if (erased < 0) {
		return CELL_UNREADABLE;
	}
	if (in_trailer) {
		return erased ? CELL_TRAILER_ERASED : CELL_TRAILER_WRITTEN;
	}
	return erased ? CELL_ERASED : CELL_WRITTEN;
}

static void size_text(char *text, size_t room, uint32_t size)
{
	if (size % (1u << 20) == 0) {
		(void)snprintf(text, room, "%" PRIu32 " MiB", size >> 20);
	} else if (size % (1u << 10) == 0) {
		(void)snprintf(text, room, "%" PRIu32 " KiB", size >> 10);
	} else {
		(void)snprintf(text, room, "%" PRIu32 " B", size);
	}
}

static void draw_bar(const struct style *style, const struct sim_partition *partition,
		     uint32_t largest)
{
	const struct flash_area *fa;
	uint64_t cells = ((uint64_t)partition->size * WIDTH + largest / 2) / largest;
	ssize_t trailer;

	if (flash_area_open(partition->id, &fa) != 0) {
		return;
	}
	cells = cells > 0 ? cells : 1;
	trailer = partition->id < SIM_SLOTS_MAX ? boot_trailer_size(fa) : 0;
	for (uint64_t i = 0; i < cells; i++) {
		size_t off = (size_t)(i * partition->size / cells);
		size_t end = (size_t)((i + 1) * partition->size / cells);

		draw_cell(style, classify(fa, off, end,
					  partition->size - (size_t)(trailer > 0 ? trailer : 0)));
	}
}

static void draw_flash(const struct style *style, const struct sim_board *board, size_t flash)
{
	uint32_t largest = 1;
	char size[24];

	for (size_t i = 0; i < board->partitions; i++) {
		const struct sim_partition *partition = &board->partition[i];

		if (partition->flash == flash && partition->size > largest) {
			largest = partition->size;
		}
	}
	size_text(size, sizeof(size), board->flash[flash].size);
	printf("%s  %s, write block %" PRIu32 "%s\n", board->flash[flash].label, size,
	       board->flash[flash].write_block,
	       board->flash[flash].no_explicit_erase ? ", no explicit erase" : "");
	for (size_t i = 0; i < board->partitions; i++) {
		const struct sim_partition *partition = &board->partition[i];

		if (partition->flash != flash) {
			continue;
		}
		size_text(size, sizeof(size), partition->size);
		printf("  0x%07" PRIx32 "  %-18s %8s  ", partition->offset, partition->name, size);
		draw_bar(style, partition, largest);
		putchar('\n');
	}
}

void cli_draw_map(const struct sim_board *board)
{
	struct style style = {strcmp(nl_langinfo(CODESET), "UTF-8") == 0, cli_wants_color()};

	for (size_t i = 0; i < board->flashes; i++) {
		draw_flash(&style, board, i);
	}
	for (int cell = CELL_ERASED; cell < CELL_UNREADABLE; cell++) {
		printf("  ");
		draw_cell(&style, (enum cell)cell);
		printf(" %s", looks[cell].meaning);
	}
	putchar('\n');
}
