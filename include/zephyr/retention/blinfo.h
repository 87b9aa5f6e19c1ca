/* SPDX-License-Identifier: Apache-2.0 */
#include <retention/blinfo.h>
