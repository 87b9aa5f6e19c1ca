/* SPDX-License-Identifier: Apache-2.0 */
/* Flash of devices with several image pairs. */
#ifndef TESTS_POWERCUT_SET_GEOMETRIES_H
#define TESTS_POWERCUT_SET_GEOMETRIES_H

#include "geometries.h"

extern const struct geometry set_geometries[];
extern const size_t set_geometry_count;

#endif
