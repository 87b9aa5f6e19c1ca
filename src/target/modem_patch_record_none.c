/* SPDX-License-Identifier: Apache-2.0 */
/* Without settings nothing outlives a reset, and none of their code is linked. */
#include <errno.h>

#include "target/modem_patch_record.h"

int modem_patch_record_save(const struct modem_patch *patch)
{
	(void)patch;
	return -ENOENT;
}

bool modem_patch_record_load(struct modem_patch *patch)
{
	(void)patch;
	return false;
}

int modem_patch_record_delete(void)
{
	return 0;
}
