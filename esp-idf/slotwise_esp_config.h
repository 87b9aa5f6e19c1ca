/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options are those of the project. CONFIG_SECURE_BOOT of ESP-IDF is the chip's: its ROM verifies
 * what it starts. The library's of that name is a first stage with S0 and S1, which is not there.
 */
#include "sdkconfig.h"

#ifdef SLOTWISE_ESP_COMPONENT
#undef CONFIG_SECURE_BOOT
#endif
