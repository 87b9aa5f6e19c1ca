/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RETENTION_BLINFO_SETTINGS_H
#define RETENTION_BLINFO_SETTINGS_H

/* Add the tree "blinfo" to the settings; again changes nothing. */
void blinfo_settings_add(void);

#endif
