/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random operations, valid and not, on a device and on an array of bytes that follows the rules of
 * the header by itself. Result and content must agree after each one. The seed is fixed, so a
 * failure comes again.
 */
#include "geometries.h"

#include <stdlib.h>
#include <string.h>

#define OPERATIONS 4000
#define SEED UINT64_C(0x9e3779b97f4a7c15)

struct model {
	struct test_flash *flash;
	uint8_t *bytes; /* what the device must hold */
	size_t size;
	size_t block;
	uint64_t random;
};

struct call {
	off_t off;
	size_t len;
	uint8_t data[2048];
};

static size_t any_below(struct model *model, size_t limit)
{
	model->random ^= model->random << 13;
	model->random ^= model->random >> 7;
	model->random ^= model->random << 17;
	return (size_t)(model->random >> 11) % limit;
}

static bool starts_page(const struct model *model, size_t offset)
{
	size_t start = 0;

	for (size_t run = 0; run < TEST_FLASH_RUNS_MAX; run++) {
		for (size_t i = 0; i < model->flash->runs[run].pages_count; i++) {
			if (start == offset) {
				return true;
			}
			start += model->flash->runs[run].pages_size;
		}
	}
	return start == offset;
}

/* Small numbers only, so that the sum is exact. */
static bool inside(const struct model *model, off_t off, size_t len)
{
	return off >= 0 && off + (off_t)len <= (off_t)model->size;
}

static bool whole_blocks(const struct model *model, off_t off, size_t len)
{
	return inside(model, off, len) && off % (off_t)model->block == 0 && len % model->block == 0;
}

static bool whole_pages(const struct model *model, off_t off, size_t len)
{
	return inside(model, off, len) && starts_page(model, (size_t)off) &&
	       starts_page(model, (size_t)off + len);
}

/* Mostly aligned, now and then off by a little, now and then past an end. */
static void pick_range(struct model *model, struct call *call)
{
	size_t blocks = model->size / model->block;

	call->off = (off_t)(any_below(model, blocks + 1) * model->block);
	call->len = any_below(model, sizeof(call->data) / model->block + 1) * model->block;
	if (any_below(model, 4) == 0) {
		call->off += (off_t)any_below(model, 3) - 1;
	}
	if (any_below(model, 4) == 0 && call->len < sizeof(call->data)) {
		call->len += any_below(model, 2);
	}
}

/* Page starts, mostly; `len` of any size. */
static void pick_pages(struct model *model, struct call *call)
{
	struct flash_pages_layout run = model->flash->runs[0];

	pick_range(model, call);
	if (any_below(model, 3) > 0) {
		call->off = (off_t)(any_below(model, run.pages_count + 1) * run.pages_size);
		call->len = any_below(model, 3) * run.pages_size;
	}
}

static int model_set(struct model *model, const struct call *call, bool allowed, int value)
{
	if (!allowed) {
		return -EINVAL;
	}
	memset(model->bytes + call->off, value, call->len);
	return 0;
}

static void step_read(struct model *model, struct call *call)
{
	pick_range(model, call);
	if (!inside(model, call->off, call->len)) {
		assert_int_equal(flash_read(&model->flash->ram, call->off, call->data, call->len),
				 -EINVAL);
		return;
	}
	assert_int_equal(flash_read(&model->flash->ram, call->off, call->data, call->len), 0);
	assert_memory_equal(call->data, model->bytes + call->off, call->len);
}

static void step_write(struct model *model, struct call *call)
{
	bool allowed;

	pick_range(model, call);
	test_pattern(call->data, call->len, (unsigned int)any_below(model, 251));
	allowed = whole_blocks(model, call->off, call->len);
	if (allowed) {
		memcpy(model->bytes + call->off, call->data, call->len);
	}
	assert_int_equal(flash_write(&model->flash->ram, call->off, call->data, call->len),
			 allowed ? 0 : -EINVAL);
}

static void step_erase(struct model *model, struct call *call)
{
	int erased = model->flash->ram_config->parameters.erase_value;
	int expected;

	pick_pages(model, call);
	expected = model_set(model, call, whole_pages(model, call->off, call->len), erased);
	assert_int_equal(flash_erase(&model->flash->ram, call->off, call->len), expected);
}

static void step_flatten(struct model *model, struct call *call)
{
	const struct flash_parameters *parameters = &model->flash->ram_config->parameters;
	bool allowed;
	int expected;

	pick_pages(model, call);
	allowed = parameters->caps.no_explicit_erase ? whole_blocks(model, call->off, call->len)
						     : whole_pages(model, call->off, call->len);
	expected = model_set(model, call, allowed, parameters->erase_value);
	assert_int_equal(flash_flatten(&model->flash->ram, call->off, call->len), expected);
}

static void step_fill(struct model *model, struct call *call)
{
	uint8_t value = (uint8_t)any_below(model, 256);
	int expected;

	pick_range(model, call);
	expected = model_set(model, call, whole_blocks(model, call->off, call->len), value);
	assert_int_equal(flash_fill(&model->flash->ram, value, call->off, call->len), expected);
}

static void step_copy(struct model *model, struct call *call)
{
	struct device *ram = &model->flash->ram;
	size_t room = (1 + any_below(model, 3)) * model->block;
	off_t from = (off_t)any_below(model, model->size);
	off_t distance;
	bool allowed;

	pick_range(model, call);
	distance = from < call->off ? call->off - from : from - call->off;
	allowed = inside(model, from, call->len) && whole_blocks(model, call->off, call->len) &&
		  (distance == 0 || distance >= (off_t)call->len);
	if (allowed) {
		memcpy(call->data, model->bytes + from, call->len);
		memcpy(model->bytes + call->off, call->data, call->len);
	}
	assert_int_equal(flash_copy(ram, from, ram, call->off, (off_t)call->len, call->data, room),
			 allowed ? 0 : -EINVAL);
}

static void agrees_with_an_array_of_bytes(void **state)
{
	static void (*const steps[])(struct model *model, struct call *call) = {
		step_read, step_write, step_write, step_erase, step_flatten, step_fill, step_copy,
	};
	struct test_flash *flash = *state;
	struct model model = {.flash = flash,
			      .bytes = malloc(flash->size),
			      .size = flash->size,
			      .block = flash->ram_config->parameters.write_block_size,
			      .random = SEED};
	struct call call;

	assert_non_null(model.bytes);
	memcpy(model.bytes, flash->memory, model.size);
	for (unsigned int n = 0; n < OPERATIONS; n++) {
		steps[any_below(&model, ARRAY_SIZE(steps))](&model, &call);
		if (memcmp(flash->memory, model.bytes, model.size) != 0) {
			fail_msg("operation %u, at %jd of %zu bytes: the content differs", n,
				 (intmax_t)call.off, call.len);
		}
	}
	free(model.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_an_array_of_bytes),
	};

	return run_on_geometries("flash model", tests, ARRAY_SIZE(tests));
}
