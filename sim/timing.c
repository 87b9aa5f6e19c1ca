/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An erase is paid for from its start: at each offset with the largest erase of the part that
 * begins there and fits, into the rest of the call where a command may span pages, else into the
 * page. What is smaller than any erase of the part costs its smallest one, so that no geometry is
 * free. A program is paid for by the units that it touches; parts that take less for half a page
 * are counted as if it were whole.
 *
 * The decorator belongs outside of a strict one, which makes several erases of one.
 */
#include "timing.h"

#include "common/bytes.h"

/* The only state besides the devices' own: one clock, because a device has one. */
static uint64_t clock_us;

static struct sim_timing *timing_of(const struct device *dev)
{
	return dev->data;
}

static bool has_erases(const struct sim_timing_part *part)
{
	return part->erase[0].size > 0;
}

/* Bytes from an offset to the end of its page; all that are left if there is no page. */
static size_t rest_of_page(const struct device *dev, off_t offset, size_t left)
{
	struct flash_pages_info page;

	if (flash_get_page_info_by_offs(dev, offset, &page) != 0) {
		return left;
	}
	return min_size(left, page.size - (size_t)(offset - page.start_offset));
}

static const struct sim_timing_erase *largest_erase(const struct sim_timing_part *part,
						    off_t offset, size_t room)
{
	const struct sim_timing_erase *found = &part->erase[0];

	for (size_t i = 1; i < SIM_TIMING_ERASES_MAX && part->erase[i].size > 0; i++) {
		const size_t size = part->erase[i].size;

		if ((size_t)offset % size == 0 && size <= room) {
			found = &part->erase[i];
		}
	}
	return found;
}

static void spend(struct sim_timing *timing, uint64_t *kind, uint64_t us)
{
	*kind += us;
	clock_us += us;
	if (us > timing->stats.longest_us) {
		timing->stats.longest_us = us;
	}
}

static int timing_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	return flash_read(timing_of(dev)->inner, offset, data, len);
}

static int timing_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	struct sim_timing *timing = timing_of(dev);
	const int rc = flash_write(timing->inner, offset, data, len);

	if (rc == 0) {
		spend(timing, &timing->stats.program_us,
		      sim_timing_program_us(timing->part, offset, len));
	}
	return rc;
}

static int timing_erase(const struct device *dev, off_t offset, size_t size)
{
	struct sim_timing *timing = timing_of(dev);
	const int rc = flash_erase(timing->inner, offset, size);

	if (rc == 0) {
		spend(timing, &timing->stats.erase_us,
		      sim_timing_erase_us(timing->part, timing->inner, offset, size));
	}
	return rc;
}

static const struct flash_parameters *timing_get_parameters(const struct device *dev)
{
	return flash_get_parameters(timing_of(dev)->inner);
}

static int timing_get_size(const struct device *dev, uint64_t *size)
{
	return flash_get_size(timing_of(dev)->inner, size);
}

static void timing_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			       size_t *layout_size)
{
	const struct device *inner = timing_of(dev)->inner;
	const struct flash_driver_api *api = inner->api;

	api->page_layout(inner, layout, layout_size);
}

static const struct flash_driver_api timing_api = {
	.read = timing_read,
	.write = timing_write,
	.erase = timing_erase,
	.get_parameters = timing_get_parameters,
	.get_size = timing_get_size,
	.page_layout = timing_page_layout,
};

uint64_t sim_timing_erase_us(const struct sim_timing_part *part, const struct device *dev,
			     off_t offset, size_t size)
{
	uint64_t us = 0;

	if (!has_erases(part)) {
		return sim_timing_program_us(part, offset, size);
	}
	for (size_t done = 0; done < size;) {
		const off_t at = offset + (off_t)done;
		const size_t left = size - done;
		const size_t room = part->erases_span_pages ? left : rest_of_page(dev, at, left);
		const struct sim_timing_erase *erase = largest_erase(part, at, room);

		us += erase->us;
		done += min_size(erase->size, room);
	}
	return us;
}

uint64_t sim_timing_program_us(const struct sim_timing_part *part, off_t offset, size_t len)
{
	const uint64_t first = (uint64_t)offset / part->program_size;
	const uint64_t last = len > 0 ? ((uint64_t)offset + len - 1) / part->program_size : 0;

	return len > 0 ? (last - first + 1) * part->program_us : 0;
}

void sim_timing_init(struct sim_timing *timing, const struct device *inner,
		     const struct sim_timing_part *part)
{
	*timing = (struct sim_timing){
		.device = {.name = inner->name, .api = &timing_api, .data = timing},
		.inner = inner,
		.part = part,
	};
}

uint64_t sim_timing_now_us(void)
{
	return clock_us;
}
