/* SPDX-License-Identifier: Apache-2.0 */
#include <zephyr/storage/flash_map.h>
