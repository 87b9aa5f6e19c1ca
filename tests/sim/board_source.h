/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief A small sound board as source, and boards made from it by replacing a piece. */
#ifndef TESTS_SIM_BOARD_SOURCE_H
#define TESTS_SIM_BOARD_SOURCE_H

#include "board.h"

extern const char board_source[];

/**
 * Write @ref board_source to a file with the first @p from replaced by @p to, compile it and load
 * it.
 * @return What the first step that failed returned; 0 if none did.
 */
int board_load_changed(struct sim_board *board, const char *from, const char *to,
		       struct sim_error *error);

/** @return @p source with its first @p from, which must be there, replaced by @p to; free() it. */
char *text_changed(const char *source, const char *from, const char *to);

/** Compile text; the test fails if it does not compile. free() the blob. */
void *board_compile_text(const char *text, size_t *len);

#endif
