/* SPDX-License-Identifier: Apache-2.0 */
/* What the layers above ask of a device before they program it. */
#ifndef FLASH_FLASH_CAPS_H
#define FLASH_FLASH_CAPS_H

#include <drivers/flash.h>

/* Whether a block must be erased before it can be programmed again. */
static inline bool flash_needs_erase(const struct device *dev)
{
	return !flash_get_parameters(dev)->caps.no_explicit_erase;
}

#endif
