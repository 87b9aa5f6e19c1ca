/* SPDX-License-Identifier: Apache-2.0 */
/* What settings know a download to an image pair by: values under "dfu/<id>". */
#ifndef TARGET_MCUBOOT_ID_H
#define TARGET_MCUBOOT_ID_H

#define MCUBOOT_ID_SIZE sizeof("MCUBOOT0")

/* "MCUBOOT<n>", terminated. */
void mcuboot_make_id(char id[MCUBOOT_ID_SIZE], int img_num);

#endif
