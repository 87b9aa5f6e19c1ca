/* SPDX-License-Identifier: Apache-2.0 */
/* Flash of the devices with a modem. */
#ifndef TESTS_POWERCUT_MODEM_GEOMETRIES_H
#define TESTS_POWERCUT_MODEM_GEOMETRIES_H

#include "geometries.h"

struct modem_geometry {
	struct geometry flash;
	unsigned int scale; /* of the firmwares */
};

extern const struct modem_geometry modem_geometries[];
extern const size_t modem_geometry_count;

#endif
