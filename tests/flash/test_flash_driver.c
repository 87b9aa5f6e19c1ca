/* SPDX-License-Identifier: Apache-2.0 */
/* What the core asks of a driver: optional members, sizes that no RAM has, no member cached. */
#include "geometries.h"

#include <stdint.h>
#include <string.h>

#include <dfu/config.h>

#define GIB ((size_t)1 << 30)
/* As much as a size counts, in whole GiB, but for one; no more than eight. */
#define END ((SIZE_MAX > UINT32_MAX ? 8 : 3) * GIB)

/* A driver that stores nothing and remembers what it was last asked. */
struct stub {
	struct flash_driver_api api;
	struct flash_parameters parameters;
	struct flash_pages_layout runs[2];
	uint64_t size;
	int size_rc;
	unsigned int calls;
	off_t offset;
	size_t len;
};

static struct stub *stub_of(const struct device *dev)
{
	return dev->data;
}

static int remember(const struct device *dev, off_t offset, size_t len)
{
	struct stub *stub = stub_of(dev);

	stub->calls++;
	stub->offset = offset;
	stub->len = len;
	return 0;
}

static int stub_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	(void)data;
	return remember(dev, offset, len);
}

static int stub_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	(void)data;
	return remember(dev, offset, len);
}

static int stub_erase(const struct device *dev, off_t offset, size_t size)
{
	return remember(dev, offset, size);
}

static const struct flash_parameters *stub_get_parameters(const struct device *dev)
{
	return &stub_of(dev)->parameters;
}

static int stub_get_size(const struct device *dev, uint64_t *size)
{
	if (stub_of(dev)->size_rc == 0) {
		*size = stub_of(dev)->size;
	}
	return stub_of(dev)->size_rc;
}

static void stub_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			     size_t *layout_size)
{
	*layout = stub_of(dev)->runs;
	*layout_size = ARRAY_SIZE(stub_of(dev)->runs);
}

/* Two GiB in pages of 64 KiB, the rest up to END in pages of 1 MiB. */
#define STUB(block)                                                                                \
	{                                                                                          \
		.api = {.read = stub_read,                                                         \
			.write = stub_write,                                                       \
			.erase = stub_erase,                                                       \
			.get_parameters = stub_get_parameters,                                     \
			.page_layout = stub_page_layout},                                          \
		.parameters = {.write_block_size = (block), .erase_value = 0xff},                  \
		.runs = {{2 * GIB >> 16, 1 << 16}, {(END - 2 * GIB) >> 20, 1 << 20}},              \
	}

static void device_without_ops_is_not_ready(void **state)
{
	struct device dev = {.name = "no ops"};

	(void)state;
	assert_false(device_is_ready(NULL));
	assert_false(device_is_ready(&dev));
	dev.api = &flash_ram_api;
	assert_true(device_is_ready(&dev));
}

static void device_may_be_as_large_as_a_size_counts(void **state)
{
	struct stub stub = STUB(8);
	const struct device dev = {.api = &stub.api, .data = &stub};
	const size_t middle = END - GIB / 2;
	struct flash_pages_info page;
	uint64_t size;

	(void)state;
	assert_int_equal(flash_get_size(&dev, &size), 0);
	assert_int_equal(size, END);
	assert_int_equal(flash_get_page_info_by_offs(&dev, (off_t)(middle + 1), &page), 0);
	assert_int_equal(page.start_offset, middle);
	assert_int_equal(page.index, (2 * GIB >> 16) + ((middle - 2 * GIB) >> 20));
	assert_int_equal(flash_erase(&dev, (off_t)middle, GIB / 2), 0);
	assert_int_equal(stub.offset, middle);
	assert_int_equal(stub.len, GIB / 2);
	assert_int_equal(flash_write(&dev, (off_t)(END - 8), "01234567", 8), 0);
	assert_int_equal(flash_write(&dev, (off_t)END, "01234567", 8), -EINVAL);
	assert_int_equal(flash_erase(&dev, (off_t)middle, GIB), -EINVAL);
	assert_int_equal(flash_erase(&dev, (off_t)(END - GIB), 2 * GIB), -EINVAL);
}

/* No offset beyond what a size counts is taken for one below. */
static void offsets_do_not_wrap(void **state)
{
	struct stub stub = STUB(8);
	const struct device dev = {.api = &stub.api, .data = &stub};
	const off_t offsets[] = {(off_t)1 << 32, (off_t)1 << 62, INT64_MAX - 7, INT64_MIN, -8};
	struct flash_pages_info page;
	const size_t first = END > UINT32_MAX ? 1 : 0; /* is inside */

	(void)state;
	for (size_t i = first; i < ARRAY_SIZE(offsets); i++) {
		assert_int_equal(flash_write(&dev, offsets[i], "01234567", 8), -EINVAL);
		assert_int_equal(flash_erase(&dev, offsets[i], 1 << 20), -EINVAL);
		assert_int_equal(flash_get_page_info_by_offs(&dev, offsets[i], &page), -EINVAL);
	}
	assert_int_equal(stub.calls, 0);
}

static void size_is_the_drivers_and_bounds_are_the_pages(void **state)
{
	struct stub stub = STUB(8);
	const struct device dev = {.api = &stub.api, .data = &stub};
	uint64_t size = 77;
	uint8_t byte;

	(void)state;
	stub.api.get_size = stub_get_size;
	stub.size = 1 << 20;
	assert_int_equal(flash_get_size(&dev, &size), 0);
	assert_int_equal(size, 1 << 20);
	stub.size_rc = -ENOTSUP;
	assert_int_equal(flash_get_size(&dev, &size), -ENOTSUP);
	assert_int_equal(size, 1 << 20);
	assert_int_equal(flash_read(&dev, (off_t)(END - 1), &byte, 1), 0);
	assert_int_equal(flash_read(&dev, (off_t)(END), &byte, 1), -EINVAL);
}

/* sim/nor.h counts bytes and pages, and so would not show a call without any. */
static void length_zero_reaches_no_driver(void **state)
{
	struct stub stub = STUB(8);
	const struct device dev = {.api = &stub.api, .data = &stub};
	uint8_t buf[8];

	(void)state;
	assert_int_equal(flash_read(&dev, 8, buf, 0), 0);
	assert_int_equal(flash_write(&dev, 8, buf, 0), 0);
	assert_int_equal(flash_erase(&dev, 1 << 16, 0), 0);
	assert_int_equal(flash_fill(&dev, 0, 8, 0), 0);
	assert_int_equal(flash_flatten(&dev, 1 << 16, 0), 0);
	assert_int_equal(flash_copy(&dev, 0, &dev, 8, 0, buf, 8), 0);
	assert_int_equal(stub.calls, 0);
}

static void driver_without_erase_cannot_erase(void **state)
{
	struct stub stub = STUB(8);
	const struct device dev = {.api = &stub.api, .data = &stub};

	(void)state;
	stub.api.erase = NULL;
	assert_int_equal(flash_erase(&dev, 0, 1 << 16), -ENOSYS);
	assert_int_equal(flash_flatten(&dev, 0, 1 << 16), -ENOSYS);
	assert_int_equal(stub.calls, 0);
}

static void flatten_leaves_alone_the_erase_of_a_device_that_needs_none(void **state)
{
	struct stub stub = STUB(8);
	const struct device dev = {.api = &stub.api, .data = &stub};

	(void)state;
	stub.api.erase = NULL;
	stub.parameters.caps.no_explicit_erase = true;
	assert_int_equal(flash_flatten(&dev, 8, 8), 0);
	assert_int_equal(stub.calls, 1);
	assert_int_equal(stub.offset, 8);
	assert_int_equal(stub.len, 8);
}

static void fill_refuses_a_write_block_larger_than_its_buffer(void **state)
{
	struct stub stub = STUB(CONFIG_FLASH_FILL_BUFFER_SIZE + 1);
	const struct device dev = {.api = &stub.api, .data = &stub};

	(void)state;
	assert_int_equal(flash_fill(&dev, 0, 0, CONFIG_FLASH_FILL_BUFFER_SIZE + 1), -EINVAL);
	assert_int_equal(stub.calls, 0);
}

static void swapped_ops_take_effect_at_once(void **state)
{
	struct stub one = STUB(8);
	struct stub other = STUB(16);
	struct device dev = {.api = &one.api, .data = &one};
	uint8_t buf[16] = {0};

	(void)state;
	assert_int_equal(flash_write(&dev, 0, buf, 8), 0);
	dev.api = &other.api;
	dev.data = &other;
	assert_int_equal(flash_write(&dev, 0, buf, 8), -EINVAL);
	assert_int_equal(flash_write(&dev, 0, buf, 16), 0);
	assert_int_equal(one.calls, 1);
	assert_int_equal(other.calls, 1);
}

static void copy_of_a_device_is_the_device(void **state)
{
	struct stub stub = STUB(8);
	const struct device dev = {.api = &stub.api, .data = &stub};
	const struct device copy = dev;

	(void)state;
	assert_int_equal(flash_erase(&copy, 1 << 16, 1 << 16), 0);
	assert_int_equal(stub.calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_without_ops_is_not_ready),
		cmocka_unit_test(device_may_be_as_large_as_a_size_counts),
		cmocka_unit_test(offsets_do_not_wrap),
		cmocka_unit_test(size_is_the_drivers_and_bounds_are_the_pages),
		cmocka_unit_test(length_zero_reaches_no_driver),
		cmocka_unit_test(driver_without_erase_cannot_erase),
		cmocka_unit_test(flatten_leaves_alone_the_erase_of_a_device_that_needs_none),
		cmocka_unit_test(fill_refuses_a_write_block_larger_than_its_buffer),
		cmocka_unit_test(swapped_ops_take_effect_at_once),
		cmocka_unit_test(copy_of_a_device_is_the_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
