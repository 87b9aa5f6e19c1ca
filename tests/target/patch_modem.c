/* SPDX-License-Identifier: Apache-2.0 */
#include "target/patch_modem.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dfu/dfu_target_modem_delta.h>
#include <dfu/log.h>

#define UUID "25c95751-efa4-40d4-8b4a-1dcaab81fac9"

struct patch_device *dut;
uint8_t patch_old[PATCH_FILE];
uint8_t patch_new[PATCH_FILE];
uint8_t patch_other[PATCH_FILE];

static struct patch_device before;

void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

static void tell(char letter)
{
	const size_t len = strlen(dut->story);

	assert_true(len + 1 < sizeof(dut->story));
	dut->story[len] = letter;
	dut->story[len + 1] = '\0';
}

static void power_off(void)
{
	_Exit(PATCH_CUT);
}

/* An operation begins: whether it is the one that is cut. */
static bool is_cut(void)
{
	const bool now = dut->cut_at == 0;

	if (dut->cut_at >= 0) {
		dut->cut_at--;
	}
	if (now && dut->cut == PATCH_BEFORE) {
		power_off();
	}
	return now;
}

static bool is_faulty(enum patch_call call)
{
	dut->calls[call]++;
	if (dut->faults[call].times == 0) {
		return false;
	}
	if (dut->faults[call].after > 0) {
		dut->faults[call].after--;
		return false;
	}
	dut->faults[call].times--;
	return true;
}

static void end_erase(void)
{
	if (dut->is_erasing && dut->now_ms - dut->erased_at_ms < UINT32_MAX / 2) {
		dut->is_erasing = false;
		dut->offset = dut->dirty_erases > 0 ? DFU_MODEM_OFFSET_DIRTY : 0;
		dut->dirty_erases -= dut->dirty_erases > 0;
		memset(dut->area, 0xff, sizeof(dut->area));
	}
}

/* What every call begins with: a code to answer, or 0. */
static int begin(const struct dfu_modem *modem, enum patch_call call)
{
	assert_ptr_equal(modem, &dut->modem);
	end_erase();
	if (is_faulty(call)) {
		return dut->faults[call].rc;
	}
	return dut->is_erasing ? DFU_MODEM_ERASE_PENDING : 0;
}

static int get_uuid(const struct dfu_modem *modem, uint8_t uuid[DFU_MODEM_UUID_LEN])
{
	const int rc = begin(modem, PATCH_UUID);

	if (rc == 0) {
		memcpy(uuid, UUID, DFU_MODEM_UUID_LEN);
	}
	return rc;
}

static int get_area(const struct dfu_modem *modem, size_t *size)
{
	const int rc = begin(modem, PATCH_AREA_SIZE);

	if (rc == 0) {
		*size = dut->area_size;
	}
	return rc;
}

static int get_offset(const struct dfu_modem *modem, size_t *offset)
{
	const int rc = begin(modem, PATCH_OFFSET);

	if (rc == 0) {
		*offset = dut->offset;
	}
	return rc == DFU_MODEM_ERASE_PENDING && dut->is_erasing ? dut->busy_answer : rc;
}

static int begin_erase(const struct dfu_modem *modem)
{
	const int rc = begin(modem, PATCH_ERASE);

	tell('e');
	if (rc != 0) {
		return rc;
	}
	if (dut->is_open) {
		return DFU_MODEM_NOT_ALLOWED;
	}
	const bool cut = is_cut();
	dut->is_scheduled = false;
	dut->is_erasing = true;
	dut->erased_at_ms = dut->now_ms + dut->erase_ms;
	if (cut) {
		power_off();
	}
	return 0;
}

static int write_patch(const struct dfu_modem *modem, const void *src, size_t len)
{
	int rc = begin(modem, PATCH_WRITE);
	size_t n = rc == 0 ? len : dut->faults[PATCH_WRITE].takes;

	tell('w');
	assert_true(src != NULL && len > 0 && n <= len);
	dut->is_open = true;
	if (dut->is_erasing) {
		return rc;
	}
	if (rc == 0 && dut->offset == DFU_MODEM_OFFSET_DIRTY) {
		return DFU_MODEM_AREA_NOT_BLANK;
	}
	if (n > 0) {
		assert_true(dut->offset <= dut->area_size && n <= dut->area_size - dut->offset);
		const bool cut = is_cut();
		n = cut && dut->cut == PATCH_INSIDE ? n / 2 : n;
		memcpy(&dut->area[dut->offset], src, n);
		dut->offset += n;
		if (cut) {
			power_off();
		}
	}
	return rc;
}

static int finish(const struct dfu_modem *modem)
{
	const int rc = begin(modem, PATCH_FINISH);

	tell('f');
	if (rc == 0) {
		dut->is_open = false;
	}
	return rc;
}

static int apply(const struct dfu_modem *modem)
{
	const int rc = begin(modem, PATCH_APPLY);

	tell('a');
	if (rc == 0) {
		const bool cut = is_cut();
		dut->is_scheduled = true;
		if (cut) {
			power_off();
		}
	}
	return rc;
}

static void sleep_ms(const struct dfu_modem *modem, uint32_t ms)
{
	assert_ptr_equal(modem, &dut->modem);
	dut->now_ms += ms;
}

static uint32_t uptime_ms(const struct dfu_modem *modem)
{
	assert_ptr_equal(modem, &dut->modem);
	return dut->now_ms;
}

static int load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	return dut->load_rc != 0 ? dut->load_rc
				 : dut->store.backend.api->load(&dut->store.backend, cb, param);
}

static int save(const struct settings_backend *backend, const char *name, const void *value,
		size_t len)
{
	const int rc = len == 0 ? dut->delete_rc : dut->save_rc;
	const bool is_first = strcmp(name, "dfu/MODEM_DELTA/h") == 0;

	(void)backend;
	assert_true(is_first || strcmp(name, "dfu/MODEM_DELTA") == 0);
	tell(len > 0 ? (is_first ? 'h' : 'r') : (is_first ? 'H' : 'R'));
	if (rc != 0) {
		return rc;
	}
	if (is_cut()) {
		/* One inside is like one before, or like one after. */
		(void)dut->store.backend.api->save(&dut->store.backend, name, value, len);
		power_off();
	}
	return dut->store.backend.api->save(&dut->store.backend, name, value, len);
}

static const struct settings_backend_api settings_api = {.load = load, .save = save};

static void make_file(uint8_t file[PATCH_FILE], unsigned int seed)
{
	static const uint8_t magic[] = {0x6d, 0x65, 0x44, 0x75};

	for (size_t i = 0; i < PATCH_FILE; i++) {
		file[i] = (uint8_t)((i < 40 ? i : i + seed) % 251 + 1);
	}
	memcpy(&file[4], magic, sizeof(magic));
}

int patch_setup(void **state)
{
	(void)state;
	if (dut == NULL) {
		dut = mmap(NULL, sizeof(*dut), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
		assert_true(dut != MAP_FAILED);
		make_file(patch_old, 0);
		make_file(patch_new, 7);
		make_file(patch_other, 11);
		patch_other[31] = 0;
	}
	memset(dut, 0, sizeof(*dut));
	dut->api = (struct dfu_modem_delta_api){
		.uuid = get_uuid,
		.area = get_area,
		.offset = get_offset,
		.erase = begin_erase,
		.write = write_patch,
		.finish = finish,
		.apply = apply,
		.sleep_ms = sleep_ms,
		.uptime_ms = uptime_ms,
	};
	dut->modem.delta = &dut->api;
	memset(dut->area, 0xff, sizeof(dut->area));
	dut->area_size = PATCH_AREA;
	dut->erase_ms = 2500;
	dut->busy_answer = DFU_MODEM_ERASE_PENDING;
	settings_ram_init(&dut->store, dut->store_memory, sizeof(dut->store_memory));
	dut->settings.api = &settings_api;
	dut->has_settings = true;
	dut->cut_at = -1;
	return 0;
}

/* The device starts: an erase that was cut has left the area dirty. */
static void start(void)
{
	if (dut->is_erasing) {
		dut->is_erasing = false;
		dut->offset = DFU_MODEM_OFFSET_DIRTY;
	}
	dut->is_open = false;
	dfu_modem_set(&dut->modem);
	settings_backend_set(dut->has_settings ? &dut->settings : NULL);
}

int patch_run(void (*body)(void))
{
	int status = -1;

	(void)fflush(stdout);
	const pid_t child = fork();
	if (child == 0) {
		(void)setenv("CMOCKA_TEST_ABORT", "1", 1); /* an assertion ends this process */
		start();
		body();
		_Exit(0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != PATCH_CUT)) {
		fail_msg("the run ended with %#x", (unsigned int)status);
	}
	return WEXITSTATUS(status);
}

int patch_run_cut(void (*body)(void), long k, enum patch_cut cut)
{
	dut->cut_at = k;
	dut->cut = cut;
	const int rc = patch_run(body);
	dut->cut_at = -1;
	return rc;
}

void patch_snapshot(void)
{
	before = *dut;
}

void patch_restore(void)
{
	*dut = before;
}

void patch_fault(enum patch_call call, int rc, unsigned int after, unsigned int times)
{
	dut->faults[call].rc = rc;
	dut->faults[call].after = after;
	dut->faults[call].times = times;
	dut->faults[call].takes = 0;
}

void patch_pass(uint32_t ms)
{
	dut->now_ms += ms;
}

void patch_forget_story(void)
{
	dut->story[0] = '\0';
	dut->event_count = 0;
	memset(dut->calls, 0, sizeof(dut->calls));
}

void patch_on_event(enum dfu_target_evt_id id)
{
	assert_true(dut->event_count < PATCH_EVENTS_MAX);
	dut->events[dut->event_count++] = (struct patch_event){id, dut->now_ms};
	tell("PTD"[id]);
}

int patch_init(const uint8_t *seen, size_t size)
{
	if (seen != NULL) {
		assert_true(dfu_target_modem_delta_identify(seen));
	}
	return dfu_target_modem_delta_init(size, 0, patch_on_event);
}

size_t patch_offset(void)
{
	size_t offset = SIZE_MAX;

	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), 0);
	return offset;
}

int patch_write(const uint8_t *file, size_t end, size_t chunk)
{
	int rc = 0;

	for (size_t off = patch_offset(); rc == 0 && off < end;) {
		const size_t n = end - off < chunk ? end - off : chunk;

		rc = dfu_target_modem_delta_write(file + off, n);
		off += n;
	}
	return rc;
}

int patch_download(const uint8_t *file, size_t chunk)
{
	const int rc = patch_init(file, PATCH_FILE);

	return rc == 0 ? patch_write(file, PATCH_FILE, chunk) : rc;
}

void patch_assert_has(const uint8_t *file, size_t len)
{
	end_erase();
	assert_false(dut->is_erasing);
	assert_int_equal(dut->offset, len);
	assert_memory_equal(dut->area, file, len);
}
