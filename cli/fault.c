/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

struct errno_name {
	const char *name;
	int number;
};

/* What ports return: those of the vendor's library, and the usual ones of drivers. */
static const struct errno_name errno_names[] = {
	{"EPERM", EPERM},         {"ENOENT", ENOENT},     {"EIO", EIO},
	{"ENXIO", ENXIO},         {"ENOEXEC", ENOEXEC},   {"EBADF", EBADF},
	{"EAGAIN", EAGAIN},       {"ENOMEM", ENOMEM},     {"EACCES", EACCES},
	{"EFAULT", EFAULT},       {"EBUSY", EBUSY},       {"ENODEV", ENODEV},
	{"EINVAL", EINVAL},       {"ENOSPC", ENOSPC},     {"ENOSYS", ENOSYS},
	{"ENOLCK", ENOLCK},       {"ENOTSUP", ENOTSUP},   {"EOPNOTSUPP", EOPNOTSUPP},
	{"ETIMEDOUT", ETIMEDOUT}, {"EALREADY", EALREADY}, {"ESHUTDOWN", ESHUTDOWN},
	{"ECANCELED", ECANCELED},
};

static bool is_word(const char *text, size_t len, const char *word)
{
	return word != NULL && strlen(word) == len && memcmp(text, word, len) == 0;
}

/* A decimal number up to @p most that is all of the text. */
static bool read_number(const char *text, size_t len, unsigned long most, unsigned long *number)
{
	if (len == 0 || strspn(text, DIGITS) != len) {
		return false;
	}
	errno = 0;
	*number = strtoul(text, NULL, 10);
	return errno == 0 && *number <= most;
}

static bool read_call(const char *text, size_t len, enum sim_modem_call *call)
{
	for (int i = 0; i < SIM_MODEM_CALLS; i++) {
		if (is_word(text, len, sim_modem_call_name((enum sim_modem_call)i))) {
			*call = (enum sim_modem_call)i;
			return true;
		}
	}
	return false;
}

static bool read_code(const char *text, size_t len, int *rc)
{
	unsigned long number;

	if (read_number(text, len, DFU_MODEM_CODES - 1, &number) && number > 0) {
		*rc = (int)number;
		return true;
	}
	for (int code = 1; code < DFU_MODEM_CODES; code++) {
		if (is_word(text, len, sim_modem_code_name(code))) {
			*rc = code;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(errno_names) / sizeof(errno_names[0]); i++) {
		if (is_word(text, len, errno_names[i].name)) {
			*rc = -errno_names[i].number;
			return true;
		}
	}
	return false;
}

static bool read_fault(const char *text, struct sim_modem_fault *fault)
{
	const size_t call_len = strcspn(text, ":");
	const char *code = &text[call_len];
	const char *after;
	size_t code_len;

	if (*code == '\0' || !read_call(text, call_len, &fault->call)) {
		return false;
	}
	code++;
	code_len = strcspn(code, ":");
	after = &code[code_len];
	if (!read_code(code, code_len, &fault->rc)) {
		return false;
	}
	return *after == '\0' ||
	       read_number(after + 1, strlen(after + 1), ULONG_MAX, &fault->after);
}

enum cli_status cli_fault_read(struct cli *cli)
{
	const char *text = cli_option_value(cli, CLI_FAULT_NAME);

	cli->fault = (struct sim_modem_fault){.lasts = true};
	cli->has_fault = text != NULL;
	if (text == NULL || read_fault(text, &cli->fault)) {
		return CLI_DONE;
	}
	return cli_usage(cli->verb,
			 "--" CLI_FAULT_NAME " %s: not CALL:CODE[:AFTER] with a call of the modem, "
			 "one of its codes or an errno, such as uuid:17, write:invalid-data:3 or "
			 "firmware-write:EIO",
			 text);
}

void cli_fault_plan(struct cli *cli)
{
	struct sim_modem *modem = sim_device_modem(cli->device);

	if (cli->has_fault && modem != NULL) {
		sim_modem_set_fault(modem, &cli->fault);
	}
}
