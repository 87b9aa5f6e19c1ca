/* SPDX-License-Identifier: Apache-2.0 */
/* Without settings nothing outlives a reset, and none of their code is linked. */
#include "modem/fmfu_mark.h"

enum fmfu_mark fmfu_mark_load(uint32_t *taken)
{
	*taken = 0;
	return FMFU_MARK_NONE;
}

int fmfu_mark_save(enum fmfu_mark mark, uint32_t taken)
{
	(void)mark;
	(void)taken;
	return 0;
}

void fmfu_mark_delete(void)
{
}
