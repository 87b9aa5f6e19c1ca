/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_fmfu.h"

#include <string.h>

struct fake_fmfu fake_fmfu;

bool fmfu_fdev_needs_file(void)
{
	return fake_fmfu.pending;
}

int fmfu_fdev_check(uint8_t *buf, size_t buf_len, const struct fmfu_fdev_file *file,
		    struct fmfu_fdev_info *info)
{
	fake_fmfu.calls++;
	fake_fmfu.file = *file;
	fake_fmfu.buf_len = buf_len;
	memset(buf, 0xee, buf_len); /* it is scratch */
	if (fake_fmfu.rc == 0 && info != NULL) {
		const size_t len = fake_fmfu.manifest_len != 0 ? fake_fmfu.manifest_len
							       : file->size;

		*info = (struct fmfu_fdev_info){.wrapper_len = 330, .blob_len = len - 330};
	}
	return fake_fmfu.rc;
}
