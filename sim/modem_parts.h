/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the parts of the simulated modem share; for sim/modem*.c. */
#ifndef SIM_MODEM_PARTS_H
#define SIM_MODEM_PARTS_H

#include "modem.h"

extern const struct dfu_modem_delta_api sim_modem_delta_api;
extern const struct dfu_modem_full_api sim_modem_full_api;

static inline struct sim_modem *sim_modem_of(const struct dfu_modem *port)
{
	return port->data;
}

static inline unsigned int sim_modem_other_bank(const struct sim_modem_record *record)
{
	return 1u - record->active;
}

/** A call of the port begins: 0, or what it has to return at once, power off or a fault. */
DFU_MUST_CHECK int sim_modem_enter(struct sim_modem *modem, enum sim_modem_call call);

/** What RAM holds is gone, as with a reset. */
void sim_modem_forget(struct sim_modem *modem);

/** Have the block say @p next. Part of an operation, or of no consequence. */
void sim_modem_commit(struct sim_modem *modem, const struct sim_modem_record *next);

/** An operation that is nothing but a new record; one cut inside took place or did not. */
DFU_MUST_CHECK int sim_modem_change(struct sim_modem *modem, enum sim_operation_kind kind,
				    const struct sim_modem_record *next);

/** Firmware of a bank, its bytes in the block. */
void sim_modem_bank_firmware(const struct sim_modem *modem, unsigned int bank,
			     struct sim_modem_firmware *firmware);

/** How many of @p len bytes an operation cut inside has written: none, all, or some. */
size_t sim_modem_torn_len(size_t len, uint32_t seed);

#endif
