/* SPDX-License-Identifier: Apache-2.0 */
#include "target/identity.h"

#include <errno.h>

#include <dfu/dfu_target.h>

#include "common/bytes.h"

static uint32_t identity;

int dfu_target_identity_set(const void *id, size_t len)
{
	if (id == NULL && len > 0) {
		return -EINVAL;
	}
	identity = len == 0 ? 0 : crc32_ieee(1, id, len);
	return 0;
}

uint32_t target_identity(void)
{
	return identity;
}
