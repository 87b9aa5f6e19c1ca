/* SPDX-License-Identifier: Apache-2.0 */
#include <zephyr/retention/blinfo.h>
