/* SPDX-License-Identifier: Apache-2.0 */
#include <net/fota_download.h>

int fota_download_transport_set(const struct fota_transport *transport)
{
	(void)transport;
	return -EINVAL;
}

int fota_download_init(fota_download_callback_t cb)
{
	(void)cb;
	return -EINVAL;
}

int fota_download(const char *host, const char *file, const int *sec_tag_list,
		  uint8_t sec_tag_count, uint8_t pdn_id, size_t fragment_size,
		  const enum dfu_target_image_type expected_type)
{
	(void)host;
	(void)file;
	(void)sec_tag_list;
	(void)sec_tag_count;
	(void)pdn_id;
	(void)fragment_size;
	(void)expected_type;
	return -EINVAL;
}

int fota_download_any(const char *host, const char *file, const int *sec_tag_list,
		      uint8_t sec_tag_count, uint8_t pdn_id, size_t fragment_size)
{
	return fota_download(host, file, sec_tag_list, sec_tag_count, pdn_id, fragment_size,
			     DFU_TARGET_IMAGE_TYPE_ANY);
}

int fota_download_start(const char *host, const char *file, int sec_tag, uint8_t pdn_id,
			size_t fragment_size)
{
	return fota_download_start_with_image_type(host, file, sec_tag, pdn_id, fragment_size,
						   DFU_TARGET_IMAGE_TYPE_ANY);
}

int fota_download_start_with_image_type(const char *host, const char *file, int sec_tag,
					uint8_t pdn_id, size_t fragment_size,
					const enum dfu_target_image_type expected_type)
{
	return fota_download(host, file, &sec_tag, sec_tag < 0 ? 0 : 1, pdn_id, fragment_size,
			     expected_type);
}

int fota_download_process(void)
{
	return 0;
}

int fota_download_cancel(void)
{
	return -EAGAIN;
}

int fota_download_target(void)
{
	return DFU_TARGET_IMAGE_TYPE_NONE;
}

size_t fota_download_progress(size_t *size)
{
	*size = 0;
	return 0;
}

size_t fota_download_resumed_at(void)
{
	return 0;
}

int fota_download_error(void)
{
	return 0;
}
