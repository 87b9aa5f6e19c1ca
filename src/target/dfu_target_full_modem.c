/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/dfu_target_full_modem.h>

#include <errno.h>

bool dfu_target_full_modem_identify(const void *const buf)
{
	(void)buf;
	return false;
}

int dfu_target_full_modem_init(size_t file_size, int img_num, dfu_target_callback_t callback)
{
	(void)file_size;
	(void)img_num;
	(void)callback;
	return -ENOTSUP;
}

int dfu_target_full_modem_offset_get(size_t *offset)
{
	(void)offset;
	return -ENOTSUP;
}

int dfu_target_full_modem_write(const void *const buf, size_t len)
{
	(void)buf;
	(void)len;
	return -ENOTSUP;
}

int dfu_target_full_modem_done(bool successful)
{
	(void)successful;
	return -ENOTSUP;
}

int dfu_target_full_modem_schedule_update(int img_num)
{
	(void)img_num;
	return -ENOTSUP;
}

int dfu_target_full_modem_reset(void)
{
	return -ENOTSUP;
}

int dfu_target_full_modem_cfg(const struct dfu_target_full_modem_params *params)
{
	(void)params;
	return -ENOTSUP;
}

int dfu_target_full_modem_fdev_get(struct dfu_target_fmfu_fdev *const fdev)
{
	(void)fdev;
	return -ENOTSUP;
}
