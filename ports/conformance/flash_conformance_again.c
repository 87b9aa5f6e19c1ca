/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about a second program of what is programmed: where the device needs erases it makes no bit
 * erased, where it needs none it does what it is asked.
 */
#include "conformance/flash_conformance_parts.h"

/* `is` holds what reads back after `second` was programmed over `first`. */
static void check_again(struct conformance_run *run, size_t at, uint8_t is, uint8_t first,
			uint8_t second, bool refused)
{
	/* Bits that are programmed, whatever the erased value. */
	const unsigned int before = (unsigned int)(first ^ run->erased);
	const unsigned int after = (unsigned int)(is ^ run->erased);
	const unsigned int asked = before | (unsigned int)(second ^ run->erased);

	if ((before & ~after) != 0 || (!refused && after != asked)) {
		conformance_fail_byte(run, at, is, (uint8_t)(asked ^ run->erased));
	}
}

const char *conformance_program_once(struct conformance_run *run)
{
	const unsigned int first = conformance_seed(run);
	const unsigned int second = conformance_seed(run);
	const struct flash_parameters *parameters = flash_get_parameters(run->dev);
	bool refused;

	if (parameters->caps.no_explicit_erase) {
		return "the device needs no erases";
	}
	if (run->suite->again == FLASH_CONFORMANCE_UNDEFINED) {
		return "the port does not promise it";
	}
	if (!conformance_prepare(run, first)) {
		return NULL;
	}
	conformance_fill(run, 0, run->inner, run->block, second);
	refused = flash_write(run->dev, (off_t)run->inner, run->suite->buf, run->block) < 0;
	if (!conformance_read(run, run->inner, run->suite->buf, run->block)) {
		return NULL;
	}
	for (size_t i = 0; i < run->block; i++) {
		const size_t at = run->inner + i;

		check_again(run, at, run->suite->buf[i], conformance_byte(run, at, first),
			    conformance_byte(run, at, second), refused);
	}
	return NULL;
}

const char *conformance_rewrite(struct conformance_run *run)
{
	const struct flash_parameters *parameters = flash_get_parameters(run->dev);
	const size_t len = run->end - run->inner;
	unsigned int seed;

	if (!parameters->caps.no_explicit_erase) {
		return "the device needs erases";
	}
	for (unsigned int i = 0; i < 3; i++) {
		seed = conformance_seed(run);
		if (!conformance_program(run, run->inner, len, seed) ||
		    !conformance_expect(run, run->inner, len, seed)) {
			return NULL;
		}
	}
	if (conformance_program(run, run->inner, len, CONFORMANCE_BLANK)) {
		(void)conformance_expect(run, run->inner, len, CONFORMANCE_BLANK);
	}
	return NULL;
}
