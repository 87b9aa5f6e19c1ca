/* SPDX-License-Identifier: Apache-2.0 */
/* A file of 2 MiB on serial flash: what is written, whatever the chunks, is the least there can be.
 */
#include "full_modem_rig.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 4096
#define PAGES 1024
#define FILE_SIZE ((size_t)2 << 20)
#define BUFFER 512

static struct image_file file;
static uint8_t *memory;
static const struct flash_pages_layout layout = {PAGES, PAGE};
static struct sim_nor nor;
static struct sim_power power;
static struct settings_ram store;
static uint8_t store_memory[512];
static struct sim_settings settings;
static size_t saves;
static size_t deletions;

static void watch(void *arg, const struct sim_operation *operation)
{
	(void)arg;
	saves += operation->kind == SIM_SAVE && operation->len > 0;
	deletions += operation->kind == SIM_SAVE && operation->len == 0;
}

static void open_device(void)
{
	static struct flash_ram_config config;
	static const struct device ram = {.name = "ram", .config = &config, .api = &flash_ram_api};
	static uint8_t buffer[BUFFER];
	static struct dfu_target_fmfu_fdev fdev = {.dev = &nor.device};
	const struct dfu_target_full_modem_params params = {buffer, sizeof(buffer), &fdev};
	const struct flash_ram_config mx25r64 = {
		.memory = memory,
		.parameters = {.write_block_size = 1, .erase_value = 0xff},
		.layout = &layout,
		.layout_size = 1,
	};

	memcpy(&config, &mx25r64, sizeof(config));
	sim_nor_init(&nor, &ram);
	sim_power_init(&power);
	power.watch = watch;
	settings_ram_init(&store, store_memory, sizeof(store_memory));
	sim_settings_init(&settings, &store.backend, &power);
	settings_backend_set(&settings.backend);
	assert_int_equal(dfu_target_full_modem_cfg(&params), 0);
}

static void download(size_t chunk, size_t pause_each)
{
	assert_int_equal(dfu_target_img_type(file.bytes, 32), DFU_TARGET_IMAGE_TYPE_FULL_MODEM);
	for (size_t at = 0; at < FILE_SIZE;) {
		const size_t end = FILE_SIZE - at < pause_each ? FILE_SIZE : at + pause_each;
		size_t offset;

		assert_int_equal(
			dfu_target_init(DFU_TARGET_IMAGE_TYPE_FULL_MODEM, 0, FILE_SIZE, NULL), 0);
		assert_int_equal(dfu_target_offset_get(&offset), 0);
		assert_int_equal(offset, at);
		for (size_t n; at < end; at += n) {
			n = end - at < chunk ? end - at : chunk;
			assert_int_equal(dfu_target_write(file.bytes + at, n), 0);
		}
		assert_int_equal(dfu_target_done(at == FILE_SIZE), 0);
	}
	assert_memory_equal(memory, file.bytes, FILE_SIZE);
	assert_string_equal(nor.violation, "");
}

static void forget_costs(void)
{
	memset(&nor.stats, 0, sizeof(nor.stats));
	saves = 0;
	deletions = 0;
}

static void each_page_is_erased_once_and_each_byte_programmed_once_by_the_buffer(void **state)
{
	static const size_t chunks[] = {20, 244, 512, 1000, 4096, 65536};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
		forget_costs();
		download(chunks[i], FILE_SIZE);
		assert_int_equal(nor.stats.erases, FILE_SIZE / PAGE);
		assert_int_equal(nor.stats.bytes_programmed, FILE_SIZE);
		assert_int_equal(nor.stats.programs, FILE_SIZE / BUFFER);
		assert_int_equal(saves, FILE_SIZE / PAGE + 1); /* each page, and the end */
		assert_int_equal(deletions, i > 0);            /* of the file before */
	}
}

/* It programs what has come so far, and is two records: where it is, and that it went on. */
static void a_pause_costs_a_program_and_no_erase(void **state)
{
	const size_t pauses = FILE_SIZE / 100000;

	(void)state;
	forget_costs();
	download(1000, 100000);
	assert_int_equal(nor.stats.erases, FILE_SIZE / PAGE);
	assert_int_equal(nor.stats.bytes_programmed, FILE_SIZE);
	assert_true(nor.stats.programs <= FILE_SIZE / BUFFER + pauses);
	assert_true(saves <= FILE_SIZE / PAGE + 1 + 2 * pauses);
}

static int make_device(void **state)
{
	(void)state;
	memory = calloc(PAGES, PAGE); /* not erased */
	assert_non_null(memory);
	full_modem_make(&file, FILE_SIZE, 1);
	open_device();
	return 0;
}

static int free_device(void **state)
{
	(void)state;
	free(memory);
	free(file.bytes);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_page_is_erased_once_and_each_byte_programmed_once_by_the_buffer),
		cmocka_unit_test(a_pause_costs_a_program_and_no_erase),
	};

	return cmocka_run_group_tests(tests, make_device, free_device);
}
