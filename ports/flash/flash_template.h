/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A flash port to copy: complete, over an array that stands for the chip.
 *
 * Take flash_template.[ch], rename "template", put your chip's numbers and four functions where the
 * comments in flash_template.c say, and run the conformance suite (ports/conformance) on it. The
 * name in brackets at each of these comments is the rule of the suite that finds a mistake there.
 */
#ifndef PORTS_FLASH_TEMPLATE_H
#define PORTS_FLASH_TEMPLATE_H

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The device: what the flash map names and flash_*() takes. Ready from the start. */
extern const struct device flash_template;

#ifdef __cplusplus
}
#endif

#endif
