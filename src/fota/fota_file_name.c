/* SPDX-License-Identifier: Apache-2.0 */
#include <net/fota_download.h>

int fota_download_s0_active_get(bool *const s0_active)
{
	(void)s0_active;
	return -ENOENT;
}

int fota_download_b1_file_parse(char *s0_s1_files)
{
	(void)s0_s1_files;
	return -EOPNOTSUPP;
}

int fota_download_parse_dual_resource_locator(char *const file, bool s0_active,
					      const char **selected_path)
{
	(void)file;
	(void)s0_active;
	(void)selected_path;
	return -EINVAL;
}
