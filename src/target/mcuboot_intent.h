/* SPDX-License-Identifier: Apache-2.0 */
/* What settings keep of a set of images while it is being changed (mcuboot_intent_none.c: nothing).
 */
#ifndef TARGET_MCUBOOT_INTENT_H
#define TARGET_MCUBOOT_INTENT_H

#include "target/mcuboot_intent_record.h"

/*
 * -ENOENT: there is none, or a damaged one, which is deleted; else from the settings. *intent is
 * set with 0 alone.
 */
int mcuboot_intent_load(struct mcuboot_intent *intent);

/* In place of the one there is. -ENOTSUP: there are no settings; else from them. */
int mcuboot_intent_save(const struct mcuboot_intent *intent);

/* Also if there is none. */
int mcuboot_intent_delete(void);

#endif
