/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/dfu_multi_image.h>

int dfu_multi_image_parse(const uint8_t *header, size_t len, struct dfu_multi_image_item *items,
			  size_t room, size_t *count, uint64_t *total)
{
	(void)header;
	(void)len;
	(void)items;
	(void)room;
	(void)count;
	(void)total;
	return -EBADMSG;
}

int dfu_multi_image_make(struct dfu_multi_image_item *items, size_t count, size_t align,
			 uint8_t *out, size_t *len)
{
	(void)items;
	(void)count;
	(void)align;
	(void)out;
	(void)len;
	return -EINVAL;
}
