/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/fmfu_fdev.h>

#include <errno.h>

int fmfu_fdev_check(uint8_t *buf, size_t buf_len, const struct fmfu_fdev_file *file,
		    struct fmfu_fdev_info *info)
{
	(void)buf;
	(void)buf_len;
	(void)file;
	(void)info;
	return -ENOTSUP;
}

int fmfu_fdev_load_file(uint8_t *buf, size_t buf_len, const struct fmfu_fdev_file *file,
			fmfu_fdev_progress_t progress, void *arg)
{
	(void)progress;
	(void)arg;
	return fmfu_fdev_check(buf, buf_len, file, NULL);
}

int fmfu_fdev_load(uint8_t *buf, size_t buf_len, const struct device *fdev, size_t offset)
{
	const struct fmfu_fdev_file file = {fdev, offset, 0};

	return fmfu_fdev_load_file(buf, buf_len, &file, NULL, NULL);
}

bool fmfu_fdev_pending(void)
{
	return false;
}
