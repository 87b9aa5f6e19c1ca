/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of two builds of a bootloader only the one for the slot that does not run is of use, because each
 * runs where it lies. Their names come as one, "s0file s1file".
 */
#include <net/fota_download.h>

#include <string.h>

#include <dfu/bootloader.h>
#include <dfu/config.h>

#define NAME_ROOM CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH

int fota_download_s0_active_get(bool *const s0_active)
{
	if (s0_active == NULL) {
		return -EINVAL;
	}
	return IS_ENABLED(CONFIG_SECURE_BOOT) ? boot_s0_active_get(s0_active) : -ENOENT;
}

int fota_download_b1_file_parse(char *s0_s1_files)
{
	const char *selected;
	bool s0_active = false;

	if (s0_s1_files == NULL) {
		return -EINVAL;
	}
	const int known = fota_download_s0_active_get(&s0_active);
	if (known == -ENOENT) {
		return -EOPNOTSUPP;
	}
	if (memchr(s0_s1_files, '\0', NAME_ROOM) == NULL) {
		return -ENOEXEC;
	}
	if (strchr(s0_s1_files, ' ') == NULL) {
		return -ENOMSG;
	}
	if (known != 0) {
		return -EIO;
	}
	const int rc = fota_download_parse_dual_resource_locator(s0_s1_files, s0_active, &selected);
	if (rc == 0) {
		memmove(s0_s1_files, selected, strlen(selected) + 1);
	}
	return rc;
}

int fota_download_parse_dual_resource_locator(char *const file, bool s0_active,
					      const char **selected_path)
{
	if (file == NULL || selected_path == NULL) {
		return -EINVAL;
	}
	if (memchr(file, '\0', NAME_ROOM) == NULL) {
		return -ENOTSUP;
	}
	char *const space = strchr(file, ' ');
	if (space == NULL) {
		*selected_path = NULL;
		return 0;
	}
	*space = '\0';
	*selected_path = s0_active ? space + 1 : file;
	return 0;
}
