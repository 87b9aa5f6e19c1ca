/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A start of the modem. The new firmware is made from the old one and the patch in the bank that
 * does not run, and its digest checked, before the record says anything of it: one operation makes
 * it the firmware, and the old one the way back. The area then holds what the way back needs, as
 * in real modems, and so it is dirty; one whose patch was refused is dirty, too.
 */
#include <errno.h>
#include <string.h>

#include "modem_parts.h"

static bool is_of_the_patch(int rc)
{
	return rc == -EBADMSG || rc == -ESTALE || rc == -EFBIG || rc == -EILSEQ;
}

static void fill_bank(struct sim_modem_bank *bank, const struct sim_modem_firmware *firmware,
		      const uint8_t *bytes, const uint8_t digest[DFU_MODEM_DIGEST_LEN])
{
	bank->count = (uint16_t)firmware->count;
	for (size_t i = 0; i < firmware->count; i++) {
		const struct sim_modem_segment *segment = &firmware->segment[i];

		bank->row[i] = (struct sim_modem_row){segment->addr, segment->len,
						      (uint32_t)(segment->bytes - bytes)};
	}
	memcpy(bank->digest, digest, sizeof(bank->digest));
}

static int apply(struct sim_modem *modem, enum sim_modem_started *started)
{
	struct sim_modem_record next = modem->record;
	const unsigned int number = sim_modem_other_bank(&next);
	const uint8_t *patch = sim_modem_block_area(modem->block);
	uint8_t *room = sim_modem_block_bank(modem->block, &next, number);
	struct sim_modem_firmware firmware;
	int rc;

	sim_modem_bank_firmware(modem, next.active, &firmware);
	rc = sim_modem_patch_apply(patch, next.offset, &firmware, room, next.capacity, &firmware);
	if (rc != 0 && !is_of_the_patch(rc)) {
		return rc;
	}
	*started = rc == 0 ? SIM_MODEM_UPDATED : SIM_MODEM_REFUSED;
	if (rc == 0) {
		fill_bank(&next.bank[number], &firmware, room, &patch[SIM_MODEM_PATCH_OFF_DIGEST]);
		next.active = (uint8_t)number;
		next.has_back = true;
	}
	next.request = SIM_MODEM_NOTHING;
	next.is_dirty = true;
	return sim_modem_change(modem, SIM_MODEM_UPDATE, &next);
}

static int go_back(struct sim_modem *modem, enum sim_modem_started *started)
{
	struct sim_modem_record next = modem->record;

	next.active = (uint8_t)sim_modem_other_bank(&next);
	next.has_back = false;
	next.request = SIM_MODEM_NOTHING;
	*started = SIM_MODEM_ROLLED_BACK;
	return sim_modem_change(modem, SIM_MODEM_UPDATE, &next);
}

int sim_modem_start(struct sim_modem *modem, enum sim_modem_started *started)
{
	enum sim_modem_started what = SIM_MODEM_STARTED;
	int rc = sim_power_check(modem->power);

	if (rc != 0) {
		return rc;
	}
	sim_modem_forget(modem);
	if (modem->record.stage != SIM_MODEM_WHOLE) {
		what = SIM_MODEM_DEAD;
	} else if (modem->record.request == SIM_MODEM_APPLY_PATCH) {
		rc = apply(modem, &what);
	} else if (modem->record.request == SIM_MODEM_GO_BACK) {
		rc = go_back(modem, &what);
	}
	if (rc == 0) {
		*started = what;
	}
	return rc;
}
