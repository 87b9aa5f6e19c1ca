/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#define IS_ENABLED(config) PROBE_1(config)
#define PROBE_1(config) PROBE_2(PROBE_OF_##config)
#define PROBE_2(one_or_junk) PROBE_3(one_or_junk 1, 0)
#define PROBE_3(ignored, value, ...) value
#define PROBE_OF_1 junk,
#define COND_CODE_1(flag, then, otherwise) COND_1(flag, then, otherwise)
#define COND_1(flag, then, otherwise) COND_2(PROBE_OF_##flag, then, otherwise)
#define COND_2(one_or_junk, then, otherwise) COND_3(one_or_junk then, otherwise)
#define COND_3(ignored, value, ...) COND_4 value
#define COND_4(...) __VA_ARGS__
