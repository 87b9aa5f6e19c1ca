/* SPDX-License-Identifier: Apache-2.0 */
/* A board with two slots and storage; numbers are in the order of the devicetree. */
#pragma once
#define slot0_partition_id 1
#define slot1_partition_id 2
#define DT_NODELABEL(label) label##_exists
#define DT_NODE_EXISTS(node) node
#define slot0_partition_exists 1
#define slot1_partition_exists 1
