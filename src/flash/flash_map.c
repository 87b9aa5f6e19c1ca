/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Areas of flash devices.
 *
 * An area is a window: each call checks its range against the window and hands it on with the
 * window's offset added, so that no caller reaches a neighbour. The device then checks bounds and
 * alignment of its own. A length and an offset that pass the check add up to at most the area's
 * size, so the addition cannot wrap for an area that lies on its device; one that does not is
 * refused by the device.
 */
#include <storage/flash_map.h>

#include "common/bytes.h"

/*
 * The application's, by hand or generated. Declared in no public header, so that an application may
 * qualify its definitions as it likes.
 */
extern const struct flash_area *flash_map;
extern const int flash_map_entries;

static bool in_area(const struct flash_area *fa, off_t off, size_t len)
{
	return off >= 0 && len <= fa->fa_size && off <= (off_t)(fa->fa_size - len);
}

static bool on_device(const struct flash_area *fa)
{
	uint64_t size;

	return flash_get_size(fa->fa_dev, &size) == 0 && fa->fa_off >= 0 && fa->fa_size <= size &&
	       (uint64_t)fa->fa_off <= size - fa->fa_size;
}

int flash_area_open(uint8_t id, const struct flash_area **fa)
{
	if (flash_map == NULL) {
		return -EACCES;
	}
	for (int i = 0; i < flash_map_entries; i++) {
		const struct flash_area *area = &flash_map[i];

		if (area->fa_id != id) {
			continue;
		}
		if (!flash_area_device_is_ready(area)) {
			return -ENODEV;
		}
		*fa = area;
		return 0;
	}
	return -ENOENT;
}

void flash_area_close(const struct flash_area *fa)
{
	(void)fa;
}

int flash_area_read(const struct flash_area *fa, off_t off, void *dst, size_t len)
{
	return in_area(fa, off, len) ? flash_read(fa->fa_dev, fa->fa_off + off, dst, len) : -EINVAL;
}

int flash_area_write(const struct flash_area *fa, off_t off, const void *src, size_t len)
{
	return in_area(fa, off, len) ? flash_write(fa->fa_dev, fa->fa_off + off, src, len)
				     : -EINVAL;
}

int flash_area_erase(const struct flash_area *fa, off_t off, size_t len)
{
	return in_area(fa, off, len) ? flash_erase(fa->fa_dev, fa->fa_off + off, len) : -EINVAL;
}

int flash_area_flatten(const struct flash_area *fa, off_t off, size_t len)
{
	return in_area(fa, off, len) ? flash_flatten(fa->fa_dev, fa->fa_off + off, len) : -EINVAL;
}

int flash_area_copy(const struct flash_area *src_fa, off_t src_off, const struct flash_area *dst_fa,
		    off_t dst_off, off_t len, uint8_t *buf, size_t buf_size)
{
	if (len < 0 || !in_area(src_fa, src_off, (size_t)len) ||
	    !in_area(dst_fa, dst_off, (size_t)len)) {
		return -EINVAL;
	}
	return flash_copy(src_fa->fa_dev, src_fa->fa_off + src_off, dst_fa->fa_dev,
			  dst_fa->fa_off + dst_off, len, buf, buf_size);
}

uint32_t flash_area_align(const struct flash_area *fa)
{
	return (uint32_t)flash_get_write_block_size(fa->fa_dev);
}

uint8_t flash_area_erased_val(const struct flash_area *fa)
{
	return flash_get_parameters(fa->fa_dev)->erase_value;
}

int flash_area_has_driver(const struct flash_area *fa)
{
	return flash_area_device_is_ready(fa) ? 1 : -ENODEV;
}

const struct device *flash_area_get_device(const struct flash_area *fa)
{
	return fa->fa_dev;
}

const char *flash_area_label(const struct flash_area *fa)
{
	return fa->fa_label == NULL ? "" : fa->fa_label;
}

int flash_area_sectors(const struct flash_area *fa, uint32_t *count, struct flash_sector *sectors)
{
	uint32_t filled = 0;
	size_t len;
	int rc;

	if (!on_device(fa)) {
		return -EINVAL;
	}
	for (size_t pos = 0; pos < fa->fa_size; pos += len) {
		off_t off = fa->fa_off + (off_t)pos;
		struct flash_pages_info page;

		if (filled == *count) {
			return -ENOMEM;
		}
		rc = flash_get_page_info_by_offs(fa->fa_dev, off, &page);
		if (rc != 0) {
			return rc;
		}
		len = min_size(page.size - (size_t)(off - page.start_offset), fa->fa_size - pos);
		sectors[filled].fs_off = (off_t)pos;
		sectors[filled].fs_size = len;
		filled++;
	}
	*count = filled;
	return 0;
}

int flash_area_get_sectors(int fa_id, uint32_t *count, struct flash_sector *sectors)
{
	const struct flash_area *fa;

	if (fa_id < 0 || fa_id > UINT8_MAX || flash_area_open((uint8_t)fa_id, &fa) != 0) {
		return -EINVAL;
	}
	return flash_area_sectors(fa, count, sectors);
}

void flash_area_foreach(flash_area_cb_t cb, void *user_data)
{
	const struct flash_area *map = flash_map;

	for (int i = 0; i < flash_map_entries; i++) {
		cb(&map[i], user_data);
	}
}
