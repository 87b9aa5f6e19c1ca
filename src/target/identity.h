/* SPDX-License-Identifier: Apache-2.0 */
/* What the application names the file by: dfu_target_identity_set(). */
#ifndef TARGET_IDENTITY_H
#define TARGET_IDENTITY_H

#include <stdint.h>

/* In 32 bits; 0: by nothing. */
uint32_t target_identity(void);

#endif
