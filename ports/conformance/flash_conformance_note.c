/* SPDX-License-Identifier: Apache-2.0 */
/* Why a rule failed: of what it comes upon, the first is told. */
#include "conformance/flash_conformance_parts.h"

static void note_call(struct conformance_text *note, const char *call, long long at, size_t len)
{
	conformance_text_add(note, call);
	conformance_text_add(note, "(");
	if (at < 0) {
		conformance_text_number(note, at);
	} else {
		conformance_text_hex(note, (unsigned long long)at);
	}
	conformance_text_add(note, ", ");
	conformance_text_hex(note, len);
	conformance_text_add(note, ")");
}

bool conformance_fail_first(struct conformance_run *run)
{
	const bool is_first = !run->failed;

	run->failed = true;
	return is_first;
}

void conformance_fail(struct conformance_run *run, const char *why)
{
	if (conformance_fail_first(run)) {
		conformance_text_add(&run->note, why);
	}
}

void conformance_fail_call(struct conformance_run *run, const char *call, long long at, size_t len,
			   int rc)
{
	if (conformance_fail_first(run)) {
		note_call(&run->note, call, at, len);
		conformance_text_add(&run->note, " is ");
		conformance_text_number(&run->note, rc);
	}
}

void conformance_fail_read(struct conformance_run *run, size_t at, const char *why)
{
	if (conformance_fail_first(run)) {
		conformance_text_hex(&run->note, at);
		conformance_text_add(&run->note, why);
	}
}

void conformance_fail_byte(struct conformance_run *run, size_t at, uint8_t is, uint8_t expected)
{
	if (conformance_fail_first(run)) {
		conformance_text_hex(&run->note, at);
		conformance_text_add(&run->note, " reads ");
		conformance_text_hex(&run->note, is);
		conformance_text_add(&run->note, ", not ");
		conformance_text_hex(&run->note, expected);
	}
}

bool conformance_ok(struct conformance_run *run, const char *call, long long at, size_t len, int rc)
{
	if (rc != 0) {
		conformance_fail_call(run, call, at, len, rc);
	}
	return rc == 0;
}

void conformance_refused(struct conformance_run *run, const char *call, long long at, size_t len,
			 int rc)
{
	if (rc >= 0) {
		conformance_fail_call(run, call, at, len, rc);
	}
}
