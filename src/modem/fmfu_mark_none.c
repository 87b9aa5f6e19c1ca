/* SPDX-License-Identifier: Apache-2.0 */
/* Without settings nothing outlives a reset, and none of their code is linked. */
#include "modem/fmfu_mark.h"

enum fmfu_mark fmfu_mark_load(void)
{
	return FMFU_MARK_NONE;
}

int fmfu_mark_save(enum fmfu_mark mark)
{
	(void)mark;
	return 0;
}

void fmfu_mark_delete(void)
{
}
