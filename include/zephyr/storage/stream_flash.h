/* SPDX-License-Identifier: Apache-2.0 */
#include <storage/stream_flash.h>
