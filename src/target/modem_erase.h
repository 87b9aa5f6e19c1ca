/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The erase of a modem's patch area, which takes the modem up to minutes. How it is waited for is a
 * choice of the build: modem_erase_wait.c blocks, modem_erase_async.c looks.
 */
#ifndef TARGET_MODEM_ERASE_H
#define TARGET_MODEM_ERASE_H

#include <stdbool.h>
#include <stdint.h>

#include <dfu/dfu_target.h>
#include <dfu/modem.h>

struct modem_erase {
	const struct dfu_modem *modem;
	dfu_target_callback_t callback; /* NULL: nobody listens */
	uint32_t since_ms;              /* of the last time-out, or the beginning; async only */
	bool is_repeated;               /* it has been begun a second time */
	bool has_pended; /* the modem has said that it erases since the last time-out */
};

/* Before the modem is touched. -ENOSYS: the port lacks what waiting needs. */
int modem_erase_prepare(struct modem_erase *erase);

/* Have the modem erase, unless it does already, and say so. An errno: it does not. */
int modem_erase_begin(struct modem_erase *erase, bool is_under_way);

/*
 * 0: the area is empty and ready, which is said once. -EAGAIN, only where waiting does not block:
 * not yet. Another errno: what the modem answered; -EFAULT also where the area is still not empty
 * after a second erase. May be called again.
 */
int modem_erase_await(struct modem_erase *erase);

/* For the variants: one look at the modem, as modem_erase_await(). */
int modem_erase_look(struct modem_erase *erase);

/* For the variants: a time-out is over, and the modem still erases. -EAGAIN, or an errno. */
int modem_erase_time_out(struct modem_erase *erase);

#endif
