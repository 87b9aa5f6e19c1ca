/* SPDX-License-Identifier: Apache-2.0 */
#include "fota/download_rig.h"

#include <string.h>

#include "support/test_flash.h"

uint8_t download_bytes[2 * CONFIG_FOTA_DOWNLOAD_BUF_SZ + 100];

void download_begin(size_t size)
{
	static const uint8_t magic[4] = {0x3d, 0xb8, 0xf3, 0x96};

	test_pattern(download_bytes, sizeof(download_bytes), 3);
	memcpy(download_bytes, magic, sizeof(magic));
	fake_target_begin();
	server_begin(download_bytes, size, "v1");
}

int download_setup(void **state)
{
	(void)state;
	download_begin(DOWNLOAD_SIZE);
	return 0;
}

void download_assert_has(size_t size)
{
	assert_int_equal(fake_target.offset, size);
	assert_memory_equal(fake_target.bytes, download_bytes, size);
}
