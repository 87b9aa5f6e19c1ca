/* SPDX-License-Identifier: Apache-2.0 */
/* What an errno of a transport is called in an event. */
#ifndef FOTA_FOTA_CAUSE_H
#define FOTA_FOTA_CAUSE_H

#include <net/fota_download.h>

enum fota_download_error_cause fota_cause(int rc);

#endif
