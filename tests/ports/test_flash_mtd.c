/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port over a kernel that is modelled here: ioctl(), pread() and pwrite() on an array, with the
 * rules of the kernel's MTD character device. No MTD of a real kernel is asked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <mtd/mtd-user.h>

#include <flash/flash_mtd.h>

#include "support/test_flash.h"
#include "tap.h"

#define SIZE 0x20000u
#define FD 77

static struct {
	uint8_t memory[SIZE];
	struct mtd_info_user info;
	struct region_info_user regions[FLASH_MTD_RUNS_MAX + 1];
	int region_count;
	unsigned long fails; /* this request, with rc */
	int rc;
	unsigned int calls;
	unsigned int interrupted; /* every so many calls; 0: never */
	bool locked;
} kernel;

static bool is_interrupted(void)
{
	return kernel.interrupted != 0 && kernel.calls++ % kernel.interrupted == 0;
}

/* Bytes of a page at an offset; 0: no page begins there. */
static size_t page_at(size_t offset)
{
	for (int i = kernel.region_count - 1; i >= 0; i--) {
		const struct region_info_user *region = &kernel.regions[i];

		if (offset >= region->offset) {
			return (offset - region->offset) % region->erasesize == 0
				       ? region->erasesize
				       : 0;
		}
	}
	return offset % kernel.info.erasesize == 0 ? kernel.info.erasesize : 0;
}

static int erase(const struct erase_info_user *range)
{
	size_t at = range->start;
	const size_t end = at + range->length;

	if (kernel.locked) {
		return EROFS;
	}
	while (at < end) {
		size_t page = page_at(at);

		if (page == 0 || at + page > end || end > SIZE) {
			return EINVAL;
		}
		memset(&kernel.memory[at], 0xff, page);
		at += page;
	}
	return 0;
}

static int region_info(struct region_info_user *region)
{
	if (region->regionindex >= (uint32_t)kernel.region_count) {
		return EINVAL;
	}
	*region = kernel.regions[region->regionindex];
	return 0;
}

static int answer(unsigned long request, void *arg)
{
	if (request == kernel.fails) {
		return kernel.rc;
	}
	switch (request) {
	case MEMGETINFO:
		memcpy(arg, &kernel.info, sizeof(kernel.info));
		return 0;
	case MEMGETREGIONCOUNT:
		memcpy(arg, &kernel.region_count, sizeof(kernel.region_count));
		return 0;
	case MEMGETREGIONINFO:
		return region_info(arg);
	case MEMERASE:
		return erase(arg);
	default:
		fail_msg("ioctl %#lx", request);
		return ENOTTY;
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	assert_int_equal(fd, FD);
	errno = is_interrupted() ? EINTR : answer(request, arg);
	return errno == 0 ? 0 : -1;
}

ssize_t pread(int fd, void *buf, size_t len, off_t offset)
{
	assert_int_equal(fd, FD);
	if (is_interrupted()) {
		errno = EINTR;
		return -1;
	}
	memcpy(buf, &kernel.memory[offset], len);
	return (ssize_t)len;
}

/* NOR clears bits; RAM takes what comes. Parts of write blocks are refused. */
ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
	const uint8_t *from = buf;
	const bool is_ram = (kernel.info.flags & MTD_NO_ERASE) != 0;

	assert_int_equal(fd, FD);
	if (is_interrupted()) {
		errno = EINTR;
		return -1;
	}
	if (kernel.locked || (size_t)offset % kernel.info.writesize != 0 ||
	    len % kernel.info.writesize != 0) {
		errno = kernel.locked ? EROFS : EINVAL;
		return -1;
	}
	for (size_t i = 0; i < len; i++) {
		uint8_t *cell = &kernel.memory[(size_t)offset + i];

		*cell = is_ram ? from[i] : *cell & from[i];
	}
	return (ssize_t)len;
}

/* A NOR chip of 128 KiB with pages of 4 KiB and writes of bytes. */
static int setup(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	test_pattern(kernel.memory, SIZE, 3);
	kernel.info = (struct mtd_info_user){.type = MTD_NORFLASH,
					     .flags = MTD_CAP_NORFLASH,
					     .size = SIZE,
					     .erasesize = 4096,
					     .writesize = 1};
	return 0;
}

static void assert_conforms(const char *skipped)
{
	struct flash_mtd mtd;
	const struct flash_conformance suite = {
		.dev = &mtd.device, .offset = 0x8000, .size = 0x10000, .device_size = SIZE};
	struct tap tap;

	assert_int_equal(flash_mtd_init(&mtd, FD), 0);
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, skipped);
}

static void nor_keeps_all_rules(void **state)
{
	(void)state;
	assert_conforms("rewrite persistence cut-program cut-erase");
	kernel.info.writesize = 16;
	kernel.interrupted = 3;
	assert_conforms("rewrite persistence cut-program cut-erase");
}

static void ram_needs_no_erases(void **state)
{
	(void)state;
	kernel.info.type = MTD_RAM;
	kernel.info.flags = MTD_CAP_RAM;
	assert_conforms("program-once persistence cut-program cut-erase");
}

static void set_regions(void)
{
	static const struct region_info_user regions[] = {
		{.offset = 0, .erasesize = 0x2000, .numblocks = 8, .regionindex = 0},
		{.offset = 0x10000, .erasesize = 0x4000, .numblocks = 4, .regionindex = 1},
	};

	memcpy(kernel.regions, regions, sizeof(regions));
	kernel.region_count = 2;
	kernel.info.erasesize = 0x4000;
}

static void regions_are_pages_of_several_sizes(void **state)
{
	struct flash_mtd mtd;
	struct flash_pages_info page;

	(void)state;
	set_regions();
	assert_int_equal(flash_mtd_init(&mtd, FD), 0);
	assert_int_equal(flash_get_page_count(&mtd.device), 12);
	assert_int_equal(flash_get_page_info_by_idx(&mtd.device, 8, &page), 0);
	assert_int_equal(page.start_offset, 0x10000);
	assert_int_equal(page.size, 0x4000);
	assert_conforms("rewrite persistence cut-program cut-erase");
}

static void assert_refused(int rc)
{
	struct flash_mtd mtd;

	assert_int_equal(flash_mtd_init(&mtd, FD), rc);
	assert_false(device_is_ready(&mtd.device));
}

static void what_is_no_nor_is_refused(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t flags;
		int rc;
	} kinds[] = {
		{MTD_NANDFLASH, MTD_CAP_NANDFLASH, -ENOTSUP},
		{MTD_MLCNANDFLASH, MTD_CAP_NANDFLASH, -ENOTSUP},
		{MTD_UBIVOLUME, MTD_CAP_NANDFLASH, -ENOTSUP},
		{MTD_ABSENT, 0, -ENODEV},
		{MTD_ROM, MTD_CAP_ROM, -EROFS},
		{MTD_NORFLASH, MTD_BIT_WRITEABLE, -EROFS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kernel.info.type = kinds[i].type;
		kernel.info.flags = kinds[i].flags;
		assert_refused(kinds[i].rc);
	}
}

static void write_blocks_are_powers_of_two_up_to_512(void **state)
{
	static const uint32_t refused[] = {0, 3, 264, 528, 1024, UINT32_MAX};
	struct flash_mtd mtd;

	(void)state;
	for (uint32_t block = 1; block <= 512; block *= 2) {
		kernel.info.writesize = block;
		assert_int_equal(flash_mtd_init(&mtd, FD), 0);
		assert_int_equal(flash_get_write_block_size(&mtd.device), block);
		assert_int_equal(flash_get_parameters(&mtd.device)->erase_value, 0xff);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		kernel.info.writesize = refused[i];
		assert_refused(-ENOTSUP);
	}
}

static void sizes_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	kernel.info.erasesize = 0;
	assert_refused(-EBADMSG);
	kernel.info.erasesize = 3 * 4096; /* not a part of the size */
	assert_refused(-EBADMSG);
	kernel.info.erasesize = 2 * SIZE;
	assert_refused(-EBADMSG);
	kernel.info.erasesize = 4;
	kernel.info.writesize = 8;
	assert_refused(-EBADMSG);
}

static void regions_that_are_not_the_device_are_refused(void **state)
{
	(void)state;
	set_regions();
	kernel.regions[1].offset += 0x4000; /* a gap */
	assert_refused(-EBADMSG);
	set_regions();
	kernel.regions[1].numblocks--;
	assert_refused(-EBADMSG);
	set_regions();
	kernel.regions[1].numblocks = UINT32_MAX;
	assert_refused(-EBADMSG);
	set_regions();
	kernel.regions[1].offset = 0; /* no page in the first, all in the second */
	kernel.regions[1].numblocks = 8;
	kernel.regions[0].numblocks = 0;
	assert_refused(-EBADMSG);
	set_regions();
	kernel.regions[0].erasesize = 0;
	assert_refused(-EBADMSG);
	set_regions();
	kernel.region_count = FLASH_MTD_RUNS_MAX + 1;
	assert_refused(-ENOTSUP);
}

static void an_error_of_the_kernel_passes_through(void **state)
{
	static const unsigned long requests[] = {MEMGETINFO, MEMGETREGIONCOUNT, MEMGETREGIONINFO};
	struct flash_mtd mtd;

	(void)state;
	set_regions();
	kernel.rc = ENXIO;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		kernel.fails = requests[i];
		assert_refused(-ENXIO);
	}
	kernel.fails = 0;
	assert_int_equal(flash_mtd_init(&mtd, FD), 0);
	kernel.locked = true;
	assert_int_equal(flash_erase(&mtd.device, 0, 0x2000), -EROFS);
	assert_int_equal(flash_write(&mtd.device, 0, "abc", 3), -EROFS);
	kernel.locked = false;
	kernel.fails = MEMERASE;
	kernel.rc = EIO;
	assert_int_equal(flash_erase(&mtd.device, 0, 0x2000), -EIO);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nor_keeps_all_rules),
		TEST(ram_needs_no_erases),
		TEST(regions_are_pages_of_several_sizes),
		TEST(what_is_no_nor_is_refused),
		TEST(write_blocks_are_powers_of_two_up_to_512),
		TEST(sizes_that_contradict_each_other_are_refused),
		TEST(regions_that_are_not_the_device_are_refused),
		TEST(an_error_of_the_kernel_passes_through),
	};

	return cmocka_run_group_tests_name("flash_mtd", tests, NULL, NULL);
}
