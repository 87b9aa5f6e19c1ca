/* SPDX-License-Identifier: Apache-2.0 */
/* What settings know a download to an image pair by: values under "dfu/<id>". */
#ifndef TARGET_MCUBOOT_ID_H
#define TARGET_MCUBOOT_ID_H

/* "MCUBOOT<n>", of a pair that there is. */
const char *mcuboot_id(int img_num);

#endif
