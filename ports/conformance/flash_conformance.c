/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of rules, and what is printed of them.
 *
 * The order is that of trust: what the device says of itself, then what it must refuse, then what
 * bytes it keeps. A lie breaks more rules than one; the first that fails names it best. Of bytes
 * that a second read corrects, only read-while-busy is told, after the rules that compare most.
 *
 * The rules are in flash_conformance_device.c (what the device says of itself), _refused.c (what it
 * must not do), _content.c (what bytes it keeps), _again.c (programs of what is programmed) and
 * _time.c (reads at once, resets, cuts). They are made of _steps.c; _note.c has why one failed, and
 * _text.c the characters of that.
 */
#include "conformance/flash_conformance_parts.h"

#define PAGES_MIN 3
#define BUF_EXTRA 64
#define RULES_OF_PLAN 2 /* without which no range can be planned */

struct rule {
	const char *name;
	const char *says;
	conformance_rule *ask;
};

static const struct rule rules[] = {
	{"parameters", "write block, erased value and operations make sense",
	 conformance_parameters},
	{"page-layout", "the pages make sense and stay the same", conformance_page_layout},
	{"size", "the pages are the device, no more and no less", conformance_size},
	{"erased-value", "an erased page reads the erased value", conformance_erased_value},
	{"write-result", "a program of erased blocks gives 0", conformance_write_result},
	{"rewrite", "a block may be programmed again and again", conformance_rewrite},
	{"erase-whole", "every byte of the pages asked for is erased", conformance_erase_whole},
	{"write-whole", "every byte asked for is programmed", conformance_write_whole},
	{"write-range", "a program changes no byte beside it", conformance_write_range},
	{"erase-granularity", "an erase changes no page beside it", conformance_erase_granularity},
	{"read-while-busy", "a read at once gives what was programmed or erased",
	 conformance_read_while_busy},
	{"read-range", "a read gives what was asked, whatever its alignment",
	 conformance_read_range},
	{"aliasing", "no byte of the device shows at two places", conformance_aliasing},
	{"bounds", "what lies outside of the device is refused", conformance_bounds},
	{"alignment", "parts of write blocks and of pages are refused", conformance_alignment},
	{"zero-length", "nothing is done, and is allowed", conformance_zero_length},
	{"program-once", "a second program of a block makes no bit erased",
	 conformance_program_once},
	{"persistence", "bytes outlive the power", conformance_persistence},
	{"cut-program", "a power cut in a program leaves a prefix, one torn block, erased ones",
	 conformance_cut_program},
	{"cut-erase", "a power cut in an erase leaves other pages, and the page can be used",
	 conformance_cut_erase},
};

static const struct rule kept = {"persistence", "bytes outlive the reset", conformance_after_reset};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static void print(const struct conformance_run *run, const struct conformance_text *line)
{
	run->suite->print(run->suite->arg, line->text);
}

static void print_plan(const struct conformance_run *run, size_t count)
{
	struct conformance_text line;

	conformance_text_begin(&line);
	conformance_text_add(&line, "1..");
	conformance_text_number(&line, (long long)count);
	print(run, &line);
}

static int bail_out(const struct conformance_run *run, const char *why, int rc)
{
	struct conformance_text line;

	conformance_text_begin(&line);
	conformance_text_add(&line, "Bail out! ");
	conformance_text_add(&line, why);
	print(run, &line);
	return rc;
}

/* "ok N - name: what it says", "ok N - name # SKIP why", "not ok N - name # rule: ... (note)" */
static void print_rule(const struct conformance_run *run, const struct rule *rule, size_t number,
		       const char *skipped)
{
	struct conformance_text line;

	conformance_text_begin(&line);
	conformance_text_add(&line, run->failed ? "not ok " : "ok ");
	conformance_text_number(&line, (long long)number);
	conformance_text_add(&line, " - ");
	conformance_text_add(&line, rule->name);
	if (run->failed) {
		conformance_text_add(&line, " # rule: ");
		conformance_text_add(&line, rule->says);
		conformance_text_add(&line, " (");
		conformance_text_add(&line, run->note.text);
		conformance_text_add(&line, ")");
	} else {
		conformance_text_add(&line, skipped != NULL ? " # SKIP " : ": ");
		conformance_text_add(&line, skipped != NULL ? skipped : rule->says);
	}
	print(run, &line);
}

/* 1 for a rule that fails. */
static int ask(struct conformance_run *run, const struct rule *rule, size_t number)
{
	const char *skipped;

	run->failed = false;
	conformance_text_begin(&run->note);
	skipped = rule->ask(run);
	print_rule(run, rule, number, skipped);
	return run->failed ? 1 : 0;
}

static size_t next_page(const struct conformance_run *run, size_t at)
{
	struct flash_pages_info page;

	if (flash_get_page_info_by_offs(run->dev, (off_t)at, &page) != 0 ||
	    (size_t)page.start_offset != at) {
		return 0;
	}
	return at + page.size;
}

/* Find the pages of the scratch range; why that cannot be, or NULL. */
static const char *plan(struct conformance_run *run)
{
	const struct flash_conformance *suite = run->suite;
	const size_t start = (size_t)suite->offset;
	size_t pages = 0;
	size_t at = start;
	size_t last = start;

	if (suite->offset < 0 || start > run->device_end || suite->size > run->device_end - start) {
		return "the scratch range is not in the device";
	}
	if (suite->buf_size < 2 * run->block + BUF_EXTRA) {
		return "buf is smaller than two write blocks and 64 bytes";
	}
	for (; at < start + suite->size; pages++) {
		last = at;
		at = next_page(run, at);
		if (at == 0) {
			return "the scratch range does not begin at a page";
		}
	}
	if (at != start + suite->size || pages < PAGES_MIN) {
		return "the scratch range is not three or more whole pages";
	}
	run->start = start;
	run->end = at;
	run->inner = next_page(run, start);
	run->inner_page = next_page(run, run->inner) - run->inner;
	run->inner_end = last;
	run->chunk = (suite->buf_size - CONFORMANCE_SKIPS) / run->block * run->block;
	return NULL;
}

static int run_after_reset(struct conformance_run *run)
{
	const char *why_not;

	print_plan(run, 1);
	conformance_text_begin(&run->note);
	(void)conformance_parameters(run);
	if (!run->failed) {
		(void)conformance_page_layout(run);
	}
	if (run->failed) {
		return bail_out(run, run->note.text, 1);
	}
	why_not = plan(run);
	return why_not != NULL ? bail_out(run, why_not, -EINVAL) : ask(run, &kept, 1);
}

static int run_rules(struct conformance_run *run)
{
	const char *why_not;
	int failed = 0;

	print_plan(run, RULES);
	for (size_t i = 0; i < RULES; i++) {
		failed += ask(run, &rules[i], i + 1);
		if (i < RULES_OF_PLAN && failed != 0) {
			return bail_out(run, "nothing can be asked of such a device", failed);
		}
		why_not = i + 1 == RULES_OF_PLAN ? plan(run) : NULL;
		if (why_not != NULL) {
			return bail_out(run, why_not, -EINVAL);
		}
	}
	return failed;
}

int flash_conformance_run(const struct flash_conformance *suite)
{
	struct conformance_run run = {.suite = suite, .dev = suite->dev};
	int failed;

	if (!device_is_ready(suite->dev)) {
		print_plan(&run, RULES);
		return bail_out(&run, "the device is not ready", -EINVAL);
	}
	if (suite->phase == FLASH_CONFORMANCE_AFTER_RESET) {
		return run_after_reset(&run);
	}
	failed = run_rules(&run);
	if (failed >= 0 && suite->phase == FLASH_CONFORMANCE_BEFORE_RESET) {
		run.failed = false;
		conformance_text_begin(&run.note);
		(void)conformance_before_reset(&run);
		if (run.failed) {
			return bail_out(&run, run.note.text, failed + 1);
		}
	}
	return failed;
}
