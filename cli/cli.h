/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief What the verbs share: operands and options, the open device, errors and reports.
 *
 * A verb is a row of a constant table. It returns CLI_DONE, or what cli_fail() or cli_usage()
 * returned; main() closes the device and prints the report.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include <dfu/compiler.h>

#include "boot_model.h"
#include "device.h"
#include "modem.h"
#include "power.h"

/** Exit statuses. */
enum cli_status { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_CUT = 3 };

#define CLI_OPERANDS_MAX 3
#define CLI_OPTIONS_MAX 12
#define CLI_REPEATS_MAX 16 /* far more than a package may have images */

/** An option; a table of them ends with a NULL name. */
struct cli_option {
	const char *name;  /**< Without "--". */
	const char *value; /**< Name of its value in the help; NULL: it has none. */
	const char *help;
};

struct cli;

/** A verb. */
struct cli_verb {
	const char *name; /**< One word or two, with a space between. */
	/** NULL after the last one. All are needed but those in brackets, at the end. */
	const char *operands[CLI_OPERANDS_MAX + 1];
	const struct cli_option *options; /**< NULL: none of its own. */
	const char
		*repeats; /**< Name of the one option that may be given several times; or NULL. */
	const char *summary;     /**< One line. */
	const char *help;        /**< Some more; may be NULL. */
	unsigned int cut_counts; /**< Kinds that --cut-after counts, as of struct sim_power. */
	enum cli_status (*run)(struct cli *cli);
};

/** The power cut that a run is to meet: cut.h. */
struct cli_cut {
	bool is_planned;
	unsigned long after; /**< Operations that take place. */
	enum sim_cut when;
	uint32_t seed;
	struct sim_operation operation; /**< The last one that the device was asked for. */
};

/** One run of a verb. */
struct cli {
	const struct cli_verb *verb;
	char *const *argv; /**< Of the program; NULL ends it. */
	const char *operand[CLI_OPERANDS_MAX];
	/** Value, by the row of the verb's table; "" for an option without one; NULL: not given. */
	const char *option[CLI_OPTIONS_MAX];
	/** Values of the option that repeats, as they came; `option` has the first. */
	const char *repeated[CLI_REPEATS_MAX];
	size_t repeated_count;
	bool json;
	json_t *report; /**< What --json prints; an object. */
	struct sim_device *device;
	struct cli_cut cut;
	struct sim_modem_fault fault; /**< --modem-fault: fault.h. */
	bool has_fault;
	/** What a reset at this moment would start, once cli_find_next() was asked. */
	struct sim_boot_result next;
	bool has_next;
	bool warned_of_memory; /**< cli_check_memory() has. */
};

/** All verbs, in the order of the help; a NULL name after the last one. */
extern const struct cli_verb *const cli_verbs[];

/**
 * Fill in operands and options; @p argv begins after the verb. CLI_DONE or CLI_USAGE. @p help: set
 * for --help.
 */
DFU_MUST_CHECK enum cli_status cli_parse(struct cli *cli, int argc, char *const argv[], bool *help);

/** What follows every verb: the report is printed, the device closed. @return Exit status. */
enum cli_status cli_finish(struct cli *cli, enum cli_status status);

/** Whether an argument asks for help. */
bool cli_is_help(const char *arg);

/** Print the help of a verb, or with NULL of the program. */
void cli_print_help(const struct cli_verb *verb);

/** Say on stderr that the command line is wrong, and how it goes. @return CLI_USAGE. */
enum cli_status cli_usage(const struct cli_verb *verb, const char *format, ...) DFU_PRINTF(2, 3);

/** @return Value of an option by its name; NULL: not given, or the verb has none of that name. */
const char *cli_option_value(const struct cli *cli, const char *name);

/**
 * Read an option that is a decimal number from @p least to @p most; the default is left if it was
 * not given.
 */
DFU_MUST_CHECK enum cli_status cli_number(const struct cli *cli, int option, unsigned long least,
					  unsigned long most, unsigned long *value);

#endif
