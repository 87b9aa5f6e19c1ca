/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/flash_img.h>
