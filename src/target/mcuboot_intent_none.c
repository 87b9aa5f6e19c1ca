/* SPDX-License-Identifier: Apache-2.0 */
/* Without settings no set can be promised that its requests do not promise by themselves. */
#include <errno.h>

#include "target/mcuboot_intent.h"

int mcuboot_intent_load(struct mcuboot_intent *intent)
{
	(void)intent;
	return -ENOENT;
}

int mcuboot_intent_save(const struct mcuboot_intent *intent)
{
	(void)intent;
	return -ENOTSUP;
}

int mcuboot_intent_delete(void)
{
	return 0;
}
