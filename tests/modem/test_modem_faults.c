/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every fault of the modem, at every call of a whole update, once and for good: each gives the
 * errno that is documented, and the documented next call ends with the new firmware.
 *
 * The updates are those of an application that does what the headers say, and nothing else. A run
 * without a fault tells how often each call is made; then each of these calls fails in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include <dfu/dfu_target_modem_delta.h>
#include <dfu/fmfu_fdev.h>
#include <dfu/log.h>
#include <dfu/modem.h>
#include <flash/flash_ram.h>       /* ports/ */
#include <modem.h>                 /* sim/ */
#include <settings/settings_ram.h> /* ports/ */

#include "powercut/modem_files.h"

#define CHUNK 200
#define LOAD_LEN 384
#define STORE_PAGES 8
#define STORE_PAGE 512
#define BLOCK_MAX 16384

/* What a modem answers, as <dfu/dfu_target_modem_delta.h> has it. */
static const struct {
	int code;
	int rc;
} answers[] = {
	{1, -ENOMEM},
	{2, -E2BIG},
	{3, -EINVAL},
	{4, -EFAULT},
	{5, -EINVAL},
	{6, -EFAULT},
	{7, -EFAULT},
	{8, -EFAULT},
	{9, -EINVAL},
	{10, -EFAULT},
	{11, -EINVAL},
	{12, -EFAULT},
	{13, -EFAULT},
	{14, -EINVAL},
	{15, -EFAULT},
	{16, -EFAULT},
	{17, -EAGAIN},
	{18, -EFAULT},
	{19, -EINVAL},
	{20, -EFAULT},
	{21, -EFAULT},
	{22, -EFAULT},
	{23, -EFAULT},
	{-EIO, -EIO},
	{-EPERM, -EPERM},
	{-ENOMEM, -ENOMEM},
	{-EFAULT, -EFAULT},
	{-ETIMEDOUT, -ETIMEDOUT},
	{-ESHUTDOWN, -ESHUTDOWN},
	{-EACCES, -EACCES},
};

#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

static struct {
	const struct modem_files *files;
	uint8_t block[BLOCK_MAX];
	struct sim_modem modems[2]; /* by turns: what the target knows of the other one is gone */
	struct sim_modem *modem;
	uint8_t memory[1024];
	struct settings_ram settings;
	uint8_t flash[STORE_PAGES * STORE_PAGE];
	unsigned long lives;
} the;

/* Thousands of faults that the log tells of help nobody. */
void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* A new device. */
static void make_device(void)
{
	const struct sim_modem_config config = {
		.area = the.files->longest_patch + 100,
		.erase_ms = 3500,
		.capacity = the.files->capacity,
	};
	const size_t len = sim_modem_block_len(&config);

	assert_true(len <= sizeof(the.block));
	assert_int_equal(sim_modem_make(the.block, &config, &the.files->firmware[MODEM_OLD]), 0);
	the.modem = &the.modems[the.lives++ % 2];
	assert_int_equal(sim_modem_open(the.modem, the.block, len, NULL), 0);
	dfu_modem_set(&the.modem->port);
	settings_ram_init(&the.settings, the.memory, sizeof(the.memory));
	settings_backend_set(&the.settings.backend);
}

static bool has_firmware(enum modem_version version)
{
	const struct sim_modem_firmware *wanted = &the.files->firmware[version];
	struct sim_modem_firmware firmware;

	sim_modem_firmware_get(the.modem, &firmware);
	for (size_t i = 0; i < wanted->count; i++) {
		if (firmware.count != wanted->count ||
		    firmware.segment[i].addr != wanted->segment[i].addr ||
		    firmware.segment[i].len != wanted->segment[i].len ||
		    memcmp(firmware.segment[i].bytes, wanted->segment[i].bytes,
			   wanted->segment[i].len) != 0) {
			return false;
		}
	}
	return true;
}

static void assert_runs(enum modem_version version, enum sim_modem_started how)
{
	enum sim_modem_started started;

	assert_int_equal(sim_modem_start(the.modem, &started), 0);
	assert_int_equal(started, how);
	assert_true(has_firmware(version));
}

/* An update by a patch, call after call. */
enum step { INIT, OFFSET_GET, WRITE, DONE, SCHEDULE, END };

static struct {
	const struct device_file *file;
	size_t offset;
} patch;

/* A modem that erases for ever is taken off the network: then it ends. */
static void on_event(enum dfu_target_evt_id event)
{
	if (event == DFU_TARGET_EVT_TIMEOUT) {
		sim_modem_set_fault(the.modem, NULL);
	}
}

static int init(const struct device_file *file)
{
	patch.file = file;
	assert_true(dfu_target_modem_delta_identify(file->bytes));
	return dfu_target_modem_delta_init(file->size, 0, on_event);
}

static int write_chunk(size_t end)
{
	const size_t left = end - patch.offset;
	const size_t len = left < CHUNK ? left : CHUNK;
	const int rc = dfu_target_modem_delta_write(&patch.file->bytes[patch.offset], len);

	patch.offset += rc == 0 ? len : 0;
	return rc;
}

static int take_step(enum step step)
{
	switch (step) {
	case INIT:
		return init(&the.files->patch[MODEM_OLD][MODEM_NEW]);
	case OFFSET_GET:
		return dfu_target_modem_delta_offset_get(&patch.offset);
	case WRITE:
		return patch.offset < patch.file->size ? write_chunk(patch.file->size) : 0;
	case DONE:
		return dfu_target_modem_delta_done(true);
	default:
		return dfu_target_modem_delta_schedule_update(0);
	}
}

/* How far an application comes. */
struct outcome {
	enum step step; /* END: through */
	int rc;
};

static struct outcome go(enum step from)
{
	struct outcome outcome = {.step = from};

	while (outcome.step != END) {
		outcome.rc = take_step(outcome.step);
		if (outcome.rc != 0) {
			return outcome;
		}
		if (outcome.step != WRITE || patch.offset == patch.file->size) {
			outcome.step = (enum step)((int)outcome.step + 1);
		}
	}
	return outcome;
}

/* What the header says is to be called after that. */
static enum step next_after(struct outcome outcome)
{
	switch (outcome.step) {
	case WRITE:
		return outcome.rc == -EINVAL ? INIT : OFFSET_GET;
	case SCHEDULE:
		return outcome.rc == -EINVAL ? INIT : SCHEDULE;
	default:
		return outcome.step;
	}
}

/* What the area holds when the update begins. */
static void begin_empty(void)
{
}

static void begin_part(enum modem_version version)
{
	size_t offset;

	assert_int_equal(init(&the.files->patch[MODEM_OLD][version]), 0);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), 0);
	assert_int_equal(offset, 0);
	patch.offset = 0;
	assert_int_equal(write_chunk(CHUNK), 0);
	assert_int_equal(dfu_target_modem_delta_done(false), 0);
}

static void begin_other(void)
{
	begin_part(MODEM_OTHER);
}

static void begin_same(void)
{
	begin_part(MODEM_NEW);
}

static void begin_dirty(void)
{
	begin_part(MODEM_NEW);
	assert_int_equal(the.modem->port.delta->erase(&the.modem->port), 0);
	sim_modem_pass(the.modem, 1000);
}

static void (*const beginnings[])(void) = {begin_empty, begin_other, begin_same, begin_dirty};

#define BEGINNINGS (sizeof(beginnings) / sizeof(beginnings[0]))

/*
 * While it erases the modem may answer so, and init waits until it does no more; INVALID_DATA, too,
 * for a while.
 */
static bool init_waits(enum sim_modem_call call, int code)
{
	return code == DFU_MODEM_ERASE_PENDING
		       ? call != SIM_MODEM_WRITE && call != SIM_MODEM_END && call != SIM_MODEM_APPLY
		       : code == DFU_MODEM_INVALID_DATA && call == SIM_MODEM_OFFSET;
}

/* A refused patch begins at 0; what was refused before init is over. */
static void assert_begins_afresh(void)
{
	size_t offset = 1;

	assert_int_equal(dfu_target_modem_delta_write(patch.file->bytes, CHUNK), -EINVAL);
	assert_int_equal(take_step(INIT), 0);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), 0);
	assert_int_equal(offset, 0);
}

static void fail_at(const char *what, const struct sim_modem_fault *fault, struct outcome outcome)
{
	fail_msg("%s: %s, %s%d after %lu: step %d returns %d", what,
		 sim_modem_call_name(fault->call), fault->lasts ? "for good " : "", fault->rc,
		 fault->after, (int)outcome.step, outcome.rc);
}

/*
 * What is documented for a fault. A modem that says it erases, and is found not to, makes no sense.
 * One of which offset_get hears that it erases has nothing; the bytes that are written then are not
 * the next ones.
 */
static int documented_of(const struct sim_modem_fault *fault, int rc)
{
	if (fault->rc == DFU_MODEM_ERASE_PENDING && fault->call == SIM_MODEM_ERASE) {
		return -EFAULT;
	}
	if (fault->rc == DFU_MODEM_ERASE_PENDING && fault->call == SIM_MODEM_OFFSET) {
		return -EINVAL;
	}
	return rc;
}

static void assert_documented(const char *what, const struct sim_modem_fault *fault, int rc,
			      struct outcome outcome)
{
	const bool is_overcome = outcome.step == END && init_waits(fault->call, fault->rc);

	if (!is_overcome && outcome.rc != documented_of(fault, rc)) {
		fail_at(what, fault, outcome);
	}
}

/* One life with one fault. */
static void live_with(void (*begin)(void), const struct sim_modem_fault *fault, int rc)
{
	struct outcome outcome;

	make_device();
	begin();
	sim_modem_set_fault(the.modem, fault);
	outcome = go(INIT);
	assert_documented("first", fault, rc, outcome);
	if (outcome.step != END && fault->lasts) {
		outcome = go(next_after(outcome));
		assert_documented("repeated", fault, rc, outcome);
	}
	sim_modem_set_fault(the.modem, NULL);
	if (outcome.step == WRITE && outcome.rc == -EINVAL) {
		assert_begins_afresh();
	}
	if (outcome.step != END) {
		outcome = go(next_after(outcome));
	}
	if (outcome.step != END) {
		fail_at("next call", fault, outcome);
	}
	assert_runs(MODEM_NEW, SIM_MODEM_UPDATED);
}

static void count_calls(void (*begin)(void), unsigned long calls[SIM_MODEM_CALLS])
{
	make_device();
	begin();
	sim_modem_set_fault(the.modem, NULL);
	assert_int_equal(go(INIT).step, END);
	memcpy(calls, the.modem->calls, sizeof(the.modem->calls));
	assert_runs(MODEM_NEW, SIM_MODEM_UPDATED);
}

static void every_fault_of_a_patch_gives_its_errno_and_is_overcome(void **state)
{
	unsigned long calls[SIM_MODEM_CALLS];
	unsigned long faults = 0;

	(void)state;
	for (size_t b = 0; b < BEGINNINGS; b++) {
		count_calls(beginnings[b], calls);
		for (int call = 0; call < SIM_MODEM_CALLS; call++) {
			for (unsigned long i = 0; i < calls[call] * ANSWERS * 2; i++) {
				const struct sim_modem_fault fault = {
					.call = (enum sim_modem_call)call,
					.rc = answers[i / 2 % ANSWERS].code,
					.after = i / 2 / ANSWERS,
					.lasts = i % 2 != 0,
				};

				live_with(beginnings[b], &fault, answers[i / 2 % ANSWERS].rc);
				faults++;
			}
		}
	}
	/* 7 to 11 calls of each life, at least. */
	assert_true(faults > BEGINNINGS * 7 * ANSWERS * 2);
}

/* Resets a part of a patch; a fault leaves a call that may be repeated. */
static void reset_with(const struct sim_modem_fault *fault, int documented)
{
	struct outcome outcome = {.step = INIT};
	size_t offset = 1;

	make_device();
	assert_int_equal(init(&the.files->patch[MODEM_OLD][MODEM_NEW]), 0);
	patch.offset = 0;
	assert_int_equal(write_chunk(patch.file->size), 0);
	sim_modem_set_fault(the.modem, fault);
	outcome.rc = dfu_target_modem_delta_reset();
	/* Where the area ends matters only if it is empty; and one that erases is what is wanted.
	 */
	if (outcome.rc != documented &&
	    (outcome.rc != 0 ||
	     (fault->call != SIM_MODEM_OFFSET && fault->rc != DFU_MODEM_ERASE_PENDING))) {
		fail_at("reset", fault, outcome);
	}
	if (outcome.rc != 0 && fault->lasts) {
		assert_int_equal(dfu_target_modem_delta_reset(), documented);
	}
	sim_modem_set_fault(the.modem, NULL);
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch.file->bytes, CHUNK), -EACCES);
	assert_int_equal(take_step(INIT), 0);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), 0);
	assert_int_equal(offset, 0);
	assert_int_equal(go(OFFSET_GET).step, END);
	assert_runs(MODEM_NEW, SIM_MODEM_UPDATED);
}

static void every_fault_of_a_reset_gives_its_errno_and_is_overcome(void **state)
{
	static const enum sim_modem_call calls[] = {SIM_MODEM_END, SIM_MODEM_OFFSET,
						    SIM_MODEM_ERASE};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) * ANSWERS * 2; i++) {
		const struct sim_modem_fault fault = {
			.call = calls[i / 2 / ANSWERS],
			.rc = answers[i / 2 % ANSWERS].code,
			.lasts = i % 2 != 0,
		};

		reset_with(&fault, answers[i / 2 % ANSWERS].rc);
	}
}

/* Whole firmwares, from flash. */

static const struct flash_pages_layout pages = {STORE_PAGES, STORE_PAGE};

static struct flash_ram_config flash_config = {
	.memory = the.flash,
	.parameters = {.write_block_size = 1, .erase_value = 0xff},
	.layout = &pages,
	.layout_size = 1,
};

static const struct device flash = {
	.name = "store", .config = &flash_config, .api = &flash_ram_api};

static void note_stage(void *arg, enum fmfu_fdev_stage stage, size_t done, size_t total)
{
	enum fmfu_fdev_stage *last = arg;

	assert_true(done <= total);
	*last = stage;
}

static int load(enum fmfu_fdev_stage *stage)
{
	const struct fmfu_fdev_file file = {.fdev = &flash};
	uint8_t buf[LOAD_LEN];

	return fmfu_fdev_load_file(buf, sizeof(buf), &file, note_stage, stage);
}

/* The stage in which a call is made. */
static enum fmfu_fdev_stage stage_of(enum sim_modem_call call)
{
	switch (call) {
	case SIM_MODEM_BEGIN:
		return FMFU_FDEV_BEGIN;
	case SIM_MODEM_BOOTLOADER_WRITE:
		return FMFU_FDEV_BOOTLOADER;
	case SIM_MODEM_VERIFY:
		return FMFU_FDEV_VERIFY;
	case SIM_MODEM_FIRMWARE_WRITE:
		return FMFU_FDEV_FIRMWARE;
	default:
		return FMFU_FDEV_FINISH;
	}
}

/* Nothing was written yet, or the modem says that it is as before. */
static bool is_left_alone(const struct sim_modem_fault *fault)
{
	return fault->call == SIM_MODEM_BEGIN ||
	       (fault->call == SIM_MODEM_VERIFY && fault->rc == -EACCES);
}

static void load_with(const struct sim_modem_fault *fault)
{
	/* The calls of whole firmwares have no positive answers, and one alone refuses. */
	const bool is_no_answer = fault->rc > 0 ||
				  (fault->rc == -EACCES && fault->call != SIM_MODEM_VERIFY);
	const int documented = is_no_answer ? -EIO : fault->rc;
	enum fmfu_fdev_stage stage = FMFU_FDEV_DONE;

	make_device();
	sim_modem_set_fault(the.modem, fault);
	for (int times = 0; times < (fault->lasts ? 2 : 1); times++) {
		const int rc = load(&stage);

		if (rc != documented || stage != stage_of(fault->call) ||
		    fmfu_fdev_pending() == is_left_alone(fault)) {
			fail_msg("%s, %d after %lu: %d in stage %d, %s pending",
				 sim_modem_call_name(fault->call), fault->rc, fault->after, rc,
				 (int)stage, fmfu_fdev_pending() ? "is" : "nothing is");
		}
	}
	if (fault->call == SIM_MODEM_BEGIN) {
		assert_runs(MODEM_OLD, SIM_MODEM_STARTED);
	}
	sim_modem_set_fault(the.modem, NULL);
	assert_int_equal(load(&stage), 0);
	assert_int_equal(stage, FMFU_FDEV_DONE);
	assert_false(fmfu_fdev_pending());
	assert_runs(MODEM_NEW, SIM_MODEM_STARTED);
}

static void store_file(void)
{
	const struct device_file *file = &the.files->full[MODEM_NEW];

	assert_true(file->size <= sizeof(the.flash));
	memset(the.flash, 0xff, sizeof(the.flash));
	memcpy(the.flash, file->bytes, file->size);
}

static void every_fault_of_a_full_update_gives_its_errno_and_is_overcome(void **state)
{
	enum fmfu_fdev_stage stage;
	unsigned long calls[SIM_MODEM_CALLS];
	unsigned long faults = 0;

	(void)state;
	store_file();
	make_device();
	assert_int_equal(load(&stage), 0);
	memcpy(calls, the.modem->calls, sizeof(calls));
	assert_runs(MODEM_NEW, SIM_MODEM_STARTED);
	for (int call = 0; call < SIM_MODEM_CALLS; call++) {
		for (unsigned long i = 0; i < calls[call] * ANSWERS * 2; i++) {
			const struct sim_modem_fault fault = {
				.call = (enum sim_modem_call)call,
				.rc = answers[i / 2 % ANSWERS].code,
				.after = i / 2 / ANSWERS,
				.lasts = i % 2 != 0,
			};

			load_with(&fault);
			faults++;
		}
	}
	assert_true(faults >= 6 * ANSWERS * 2);
}

/* No target calls these two; applications and tools do. */
static void a_rollback_and_a_digest_fail_as_told_and_can_be_repeated(void **state)
{
	const struct dfu_modem_range range = {.start = 0x6000, .end = 0x6003};
	uint8_t digest[DFU_MODEM_DIGEST_LEN];

	(void)state;
	for (size_t i = 0; i < ANSWERS; i++) {
		struct sim_modem_fault fault = {.call = SIM_MODEM_ROLLBACK, .rc = answers[i].code};
		const struct dfu_modem *port;

		make_device();
		port = &the.modem->port;
		assert_int_equal(go(INIT).step, END);
		assert_runs(MODEM_NEW, SIM_MODEM_UPDATED);
		sim_modem_set_fault(the.modem, &fault);
		assert_int_equal(port->delta->rollback(port), fault.rc);
		assert_runs(MODEM_NEW, SIM_MODEM_STARTED);
		assert_int_equal(port->delta->rollback(port), 0);
		assert_runs(MODEM_OLD, SIM_MODEM_ROLLED_BACK);
		fault.call = SIM_MODEM_DIGEST;
		sim_modem_set_fault(the.modem, &fault);
		assert_int_equal(port->full->digest(port, &range, 1, digest), fault.rc);
		assert_int_equal(port->full->digest(port, &range, 1, digest), 0);
	}
}

static int set_up(void **state)
{
	(void)state;
	the.files = modem_files_get(1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_of_a_patch_gives_its_errno_and_is_overcome),
		cmocka_unit_test(every_fault_of_a_reset_gives_its_errno_and_is_overcome),
		cmocka_unit_test(every_fault_of_a_full_update_gives_its_errno_and_is_overcome),
		cmocka_unit_test(a_rollback_and_a_digest_fail_as_told_and_can_be_repeated),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
