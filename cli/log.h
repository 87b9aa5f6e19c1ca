/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the library logs, as far as a person should see it. */
#ifndef CLI_LOG_H
#define CLI_LOG_H

/** From now on the library works on this device; the name is kept. */
void cli_log_begin(const char *device);

#endif
