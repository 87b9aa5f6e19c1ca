/* SPDX-License-Identifier: Apache-2.0 */
/* A modem's answer to a delta call as an errno: the table of <dfu/dfu_target_modem_delta.h>. */
#ifndef TARGET_MODEM_ANSWER_H
#define TARGET_MODEM_ANSWER_H

/* 0, or a negative errno; never a positive code. */
int modem_answer(int rc);

#endif
