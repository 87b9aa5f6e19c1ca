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

struct patch_device *dev;
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
	const size_t len = strlen(dev->story);

	assert_true(len + 1 < sizeof(dev->story));
	dev->story[len] = letter;
	dev->story[len + 1] = '\0';
}

static void power_off(void)
{
	_Exit(PATCH_CUT);
}

/* An operation begins: whether it is the one that is cut. */
static bool is_cut(void)
{
	const bool now = dev->cut_at == 0;

	if (dev->cut_at >= 0) {
		dev->cut_at--;
	}
	if (now && dev->cut == PATCH_BEFORE) {
		power_off();
	}
	return now;
}

static bool is_faulty(enum patch_call call)
{
	dev->calls[call]++;
	if (dev->faults[call].times == 0) {
		return false;
	}
	if (dev->faults[call].after > 0) {
		dev->faults[call].after--;
		return false;
	}
	dev->faults[call].times--;
	return true;
}

static void end_erase(void)
{
	if (dev->is_erasing && dev->now_ms - dev->erased_at_ms < UINT32_MAX / 2) {
		dev->is_erasing = false;
		dev->offset = dev->dirty_erases > 0 ? DFU_MODEM_OFFSET_DIRTY : 0;
		dev->dirty_erases -= dev->dirty_erases > 0;
		memset(dev->area, 0xff, sizeof(dev->area));
	}
}

/* What every call begins with: a code to answer, or 0. */
static int begin(const struct dfu_modem *modem, enum patch_call call)
{
	assert_ptr_equal(modem, &dev->modem);
	end_erase();
	if (is_faulty(call)) {
		return dev->faults[call].rc;
	}
	return dev->is_erasing ? DFU_MODEM_ERASE_PENDING : 0;
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
		*size = dev->area_size;
	}
	return rc;
}

static int get_offset(const struct dfu_modem *modem, size_t *offset)
{
	const int rc = begin(modem, PATCH_OFFSET);

	if (rc == 0) {
		*offset = dev->offset;
	}
	return rc == DFU_MODEM_ERASE_PENDING && dev->is_erasing ? dev->busy_answer : rc;
}

static int begin_erase(const struct dfu_modem *modem)
{
	const int rc = begin(modem, PATCH_ERASE);

	tell('e');
	if (rc != 0) {
		return rc;
	}
	if (dev->is_open) {
		return DFU_MODEM_NOT_ALLOWED;
	}
	const bool cut = is_cut();
	dev->is_scheduled = false;
	dev->is_erasing = true;
	dev->erased_at_ms = dev->now_ms + dev->erase_ms;
	if (cut) {
		power_off();
	}
	return 0;
}

static int write_patch(const struct dfu_modem *modem, const void *src, size_t len)
{
	int rc = begin(modem, PATCH_WRITE);
	size_t n = rc == 0 ? len : dev->faults[PATCH_WRITE].takes;

	tell('w');
	assert_true(src != NULL && len > 0 && n <= len);
	dev->is_open = true;
	if (dev->is_erasing) {
		return rc;
	}
	if (rc == 0 && dev->offset == DFU_MODEM_OFFSET_DIRTY) {
		return DFU_MODEM_AREA_NOT_BLANK;
	}
	if (n > 0) {
		assert_true(dev->offset <= dev->area_size && n <= dev->area_size - dev->offset);
		const bool cut = is_cut();
		n = cut && dev->cut == PATCH_INSIDE ? n / 2 : n;
		memcpy(&dev->area[dev->offset], src, n);
		dev->offset += n;
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
		dev->is_open = false;
	}
	return rc;
}

static int apply(const struct dfu_modem *modem)
{
	const int rc = begin(modem, PATCH_APPLY);

	tell('a');
	if (rc == 0) {
		const bool cut = is_cut();
		dev->is_scheduled = true;
		if (cut) {
			power_off();
		}
	}
	return rc;
}

static void sleep_ms(const struct dfu_modem *modem, uint32_t ms)
{
	assert_ptr_equal(modem, &dev->modem);
	dev->now_ms += ms;
}

static uint32_t uptime_ms(const struct dfu_modem *modem)
{
	assert_ptr_equal(modem, &dev->modem);
	return dev->now_ms;
}

static int load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	return dev->load_rc != 0 ? dev->load_rc
				 : dev->store.backend.api->load(&dev->store.backend, cb, param);
}

static int save(const struct settings_backend *backend, const char *name, const void *value,
		size_t len)
{
	const int rc = len == 0 ? dev->delete_rc : dev->save_rc;
	const bool is_first = strcmp(name, "dfu/MODEM_DELTA/h") == 0;

	(void)backend;
	assert_true(is_first || strcmp(name, "dfu/MODEM_DELTA") == 0);
	tell(len > 0 ? (is_first ? 'h' : 'r') : (is_first ? 'H' : 'R'));
	if (rc != 0) {
		return rc;
	}
	if (is_cut()) {
		/* One inside is like one before, or like one after. */
		(void)dev->store.backend.api->save(&dev->store.backend, name, value, len);
		power_off();
	}
	return dev->store.backend.api->save(&dev->store.backend, name, value, len);
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
	if (dev == NULL) {
		dev = mmap(NULL, sizeof(*dev), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
		assert_true(dev != MAP_FAILED);
		make_file(patch_old, 0);
		make_file(patch_new, 7);
		make_file(patch_other, 11);
		patch_other[31]++;
	}
	memset(dev, 0, sizeof(*dev));
	dev->api = (struct dfu_modem_delta_api){
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
	dev->modem.delta = &dev->api;
	memset(dev->area, 0xff, sizeof(dev->area));
	dev->area_size = PATCH_AREA;
	dev->erase_ms = 2500;
	dev->busy_answer = DFU_MODEM_ERASE_PENDING;
	settings_ram_init(&dev->store, dev->store_memory, sizeof(dev->store_memory));
	dev->settings.api = &settings_api;
	dev->has_settings = true;
	dev->cut_at = -1;
	return 0;
}

/* The device starts: an erase that was cut has left the area dirty. */
static void start(void)
{
	if (dev->is_erasing) {
		dev->is_erasing = false;
		dev->offset = DFU_MODEM_OFFSET_DIRTY;
	}
	dev->is_open = false;
	dfu_modem_set(&dev->modem);
	settings_backend_set(dev->has_settings ? &dev->settings : NULL);
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
	dev->cut_at = k;
	dev->cut = cut;
	const int rc = patch_run(body);
	dev->cut_at = -1;
	return rc;
}

void patch_snapshot(void)
{
	before = *dev;
}

void patch_restore(void)
{
	*dev = before;
}

void patch_fault(enum patch_call call, int rc, unsigned int after, unsigned int times)
{
	dev->faults[call].rc = rc;
	dev->faults[call].after = after;
	dev->faults[call].times = times;
	dev->faults[call].takes = 0;
}

void patch_pass(uint32_t ms)
{
	dev->now_ms += ms;
}

void patch_forget_story(void)
{
	dev->story[0] = '\0';
	dev->event_count = 0;
	memset(dev->calls, 0, sizeof(dev->calls));
}

void patch_on_event(enum dfu_target_evt_id id)
{
	assert_true(dev->event_count < PATCH_EVENTS_MAX);
	dev->events[dev->event_count++] = (struct patch_event){id, dev->now_ms};
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
	assert_false(dev->is_erasing);
	assert_int_equal(dev->offset, len);
	assert_memory_equal(dev->area, file, len);
}
