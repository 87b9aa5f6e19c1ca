/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's driver knows the chip; what is left is to ask for its geometry once and to pass on.
 * What it says is checked, as the library takes pages and write blocks for granted.
 */
#include <flash/flash_mtd.h>

#include <sys/ioctl.h>

#include <mtd/mtd-user.h>

#include <dfu/log.h>
#include <posix/file_io.h>

#define PARAMETERS(block)                                                                          \
	{{.write_block_size = (block), .erase_value = 0xff},                                       \
	 {.write_block_size = (block), .caps = {.no_explicit_erase = true}, .erase_value = 0xff}}

/* A member is constant, so there is one for each block, with erases and without. */
static const struct flash_parameters all_parameters[][2] = {
	PARAMETERS(1),  PARAMETERS(2),  PARAMETERS(4),   PARAMETERS(8),   PARAMETERS(16),
	PARAMETERS(32), PARAMETERS(64), PARAMETERS(128), PARAMETERS(256), PARAMETERS(512),
};

static const struct flash_mtd *mtd_of(const struct device *dev)
{
	return dev->data;
}

static int mtd_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	return file_read(mtd_of(dev)->fd, offset, data, len);
}

static int mtd_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	return file_write(mtd_of(dev)->fd, offset, data, len);
}

static int ask(int fd, unsigned long request, void *answer)
{
	int rc;

	do {
		rc = ioctl(fd, request, answer);
	} while (rc < 0 && errno == EINTR);
	return rc < 0 ? -errno : 0;
}

static int mtd_erase(const struct device *dev, off_t offset, size_t size)
{
	struct erase_info_user range = {.start = (uint32_t)offset, .length = (uint32_t)size};

	return ask(mtd_of(dev)->fd, MEMERASE, &range);
}

static const struct flash_parameters *mtd_get_parameters(const struct device *dev)
{
	return mtd_of(dev)->parameters;
}

static void mtd_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			    size_t *layout_size)
{
	*layout = mtd_of(dev)->layout;
	*layout_size = mtd_of(dev)->runs;
}

const struct flash_driver_api flash_mtd_api = {
	.read = mtd_read,
	.write = mtd_write,
	.erase = mtd_erase,
	.get_parameters = mtd_get_parameters,
	.page_layout = mtd_page_layout,
};

static int refuse(int rc, const char *why)
{
	DFU_ERR("mtd: %s", why);
	return rc;
}

static int check_kind(const struct mtd_info_user *info)
{
	switch (info->type) {
	case MTD_NANDFLASH:
	case MTD_MLCNANDFLASH:
		return refuse(-ENOTSUP, "NAND has bad blocks; put UBI between");
	case MTD_UBIVOLUME:
		return refuse(-ENOTSUP, "a UBI volume is used as a file");
	case MTD_ABSENT:
		return refuse(-ENODEV, "no chip is there");
	default:
		return (info->flags & MTD_WRITEABLE) == 0 ? refuse(-EROFS, "read only") : 0;
	}
}

static int take_parameters(struct flash_mtd *mtd, const struct mtd_info_user *info)
{
	const size_t count = sizeof(all_parameters) / sizeof(all_parameters[0]);

	for (size_t i = 0; i < count; i++) {
		const bool is_free = (info->flags & MTD_NO_ERASE) != 0;

		if (all_parameters[i][0].write_block_size == info->writesize) {
			mtd->parameters = &all_parameters[i][is_free ? 1 : 0];
			return 0;
		}
	}
	return refuse(-ENOTSUP, "write block is no power of two up to 512");
}

/* Pages of `size` bytes from where the runs before end. */
static int add_run(struct flash_mtd *mtd, uint64_t *end, uint32_t count, uint32_t size)
{
	if (count == 0 || size == 0 || size % mtd->parameters->write_block_size != 0) {
		return refuse(-EBADMSG, "pages of an impossible size");
	}
	mtd->layout[mtd->runs++] =
		(struct flash_pages_layout){.pages_count = count, .pages_size = size};
	*end += (uint64_t)count * size;
	return 0;
}

static int take_regions(struct flash_mtd *mtd, uint32_t regions, uint64_t *end)
{
	int rc = 0;

	if (regions > FLASH_MTD_RUNS_MAX) {
		return refuse(-ENOTSUP, "too many regions");
	}
	for (uint32_t i = 0; rc == 0 && i < regions; i++) {
		struct region_info_user region = {.regionindex = i};

		rc = ask(mtd->fd, MEMGETREGIONINFO, &region);
		if (rc == 0 && region.offset != *end) {
			rc = refuse(-EBADMSG, "regions with a gap");
		}
		if (rc == 0) {
			rc = add_run(mtd, end, region.numblocks, region.erasesize);
		}
	}
	return rc;
}

static int take_pages(struct flash_mtd *mtd, const struct mtd_info_user *info)
{
	uint64_t end = 0;
	int regions = 0;
	int rc = ask(mtd->fd, MEMGETREGIONCOUNT, &regions);

	if (rc == 0 && regions > 0) {
		rc = take_regions(mtd, (uint32_t)regions, &end);
	} else if (rc == 0) {
		rc = info->erasesize == 0
			     ? refuse(-EBADMSG, "pages of no bytes")
			     : add_run(mtd, &end, info->size / info->erasesize, info->erasesize);
	}
	return rc == 0 && end != info->size ? refuse(-EBADMSG, "the pages are not the device") : rc;
}

int flash_mtd_init(struct flash_mtd *mtd, int fd)
{
	struct mtd_info_user info = {0};
	int rc;

	*mtd = (struct flash_mtd){.device = {.name = "mtd", .data = mtd}, .fd = fd};
	rc = ask(fd, MEMGETINFO, &info);
	if (rc == 0) {
		rc = check_kind(&info);
	}
	if (rc == 0) {
		rc = take_parameters(mtd, &info);
	}
	if (rc == 0) {
		rc = take_pages(mtd, &info);
	}
	if (rc == 0) {
		mtd->device.api = &flash_mtd_api;
	}
	return rc;
}
