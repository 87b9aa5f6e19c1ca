/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patches. The modem judges a patch while it arrives: a write that shows it to be none, or not the
 * next bytes of it, is refused as a whole, and the area holds what it held. A new session judges
 * what the area holds once more, because the firmware may have become another one meanwhile.
 */
#include <errno.h>
#include <string.h>

#include "common/bytes.h"
#include "modem_parts.h"
#include "tear.h"

/* What is said of a patch, as a code; those that do not refuse it are OK. */
static int code_of(enum sim_modem_patch_verdict verdict)
{
	static const int codes[] = {
		[SIM_MODEM_PATCH_MORE] = DFU_MODEM_OK,
		[SIM_MODEM_PATCH_COMPLETE] = DFU_MODEM_OK,
		[SIM_MODEM_PATCH_BAD_HEADER] = DFU_MODEM_INVALID_HEADER,
		[SIM_MODEM_PATCH_OTHER_UUID] = DFU_MODEM_INVALID_UUID,
		[SIM_MODEM_PATCH_BAD_OFFSET] = DFU_MODEM_INVALID_FILE_OFFSET,
		[SIM_MODEM_PATCH_BAD_ADDRESS] = DFU_MODEM_INVALID_ADDRESS,
		[SIM_MODEM_PATCH_BAD_DATA] = DFU_MODEM_INVALID_DATA,
	};

	return codes[verdict];
}

/* A call begins that only a modem with a firmware answers, and not while it erases. */
static int enter(struct sim_modem *modem, enum sim_modem_call call)
{
	const int rc = sim_modem_enter(modem, call);

	if (rc != 0) {
		return rc;
	}
	if (modem->is_begun || modem->record.stage != SIM_MODEM_WHOLE) {
		return -EPERM;
	}
	return modem->is_erasing ? DFU_MODEM_ERASE_PENDING : 0;
}

static void uuid_of(const struct sim_modem *modem, char uuid[DFU_MODEM_UUID_LEN + 1])
{
	sim_modem_firmware_uuid(modem->record.bank[modem->record.active].digest, uuid);
}

/* The first so many bytes of the area, judged on from where @p check is. */
static enum sim_modem_patch_verdict judge(const struct sim_modem *modem,
					  struct sim_modem_patch_check *check, size_t len)
{
	char uuid[DFU_MODEM_UUID_LEN + 1];
	struct sim_modem_firmware from;

	uuid_of(modem, uuid);
	sim_modem_bank_firmware(modem, modem->record.active, &from);
	return sim_modem_patch_check(check, sim_modem_block_area(modem->block), len, uuid, &from);
}

/* Whether there is room for all of a patch, and for what it makes, once it tells. */
static int check_sizes(const struct sim_modem *modem, const struct sim_modem_patch_check *check,
		       size_t len)
{
	const uint8_t *area = sim_modem_block_area(modem->block);

	if (sim_modem_patch_len(area, len) > modem->record.area) {
		return DFU_MODEM_BLOCK_TOO_LARGE;
	}
	if (check->judged > 0 && sim_modem_patch_result_len(area) > modem->record.capacity) {
		return DFU_MODEM_OUT_OF_MEMORY;
	}
	return DFU_MODEM_OK;
}

static int open_session(struct sim_modem *modem)
{
	struct sim_modem_patch_check check = {0};
	const enum sim_modem_patch_verdict verdict = judge(modem, &check, modem->record.offset);

	if (verdict == SIM_MODEM_PATCH_OTHER_UUID) {
		return DFU_MODEM_INVALID_UUID;
	}
	if (code_of(verdict) != DFU_MODEM_OK) {
		return DFU_MODEM_INVALID_RESUME;
	}
	modem->check = check;
	modem->has_session = true;
	return DFU_MODEM_OK;
}

/* Of the bytes behind those that the record speaks of. */
static int take(struct sim_modem *modem, const void *src, size_t len, struct sim_modem_record *next)
{
	struct sim_modem_patch_check check = modem->check;
	int rc;

	memcpy(sim_modem_block_area(modem->block) + next->offset, src, len);
	rc = code_of(judge(modem, &check, next->offset + len));
	rc = rc != 0 ? rc : check_sizes(modem, &check, next->offset + len);
	if (rc == 0) {
		modem->check = check;
		next->offset += (uint32_t)len;
	}
	return rc;
}

/* A part of the bytes, or an area that has to be erased. */
static void tear(struct sim_modem *modem, size_t len, struct sim_modem_record *next)
{
	const uint32_t seed = modem->power->seed;

	if (seed % 8 == 2 || seed % 8 == 3) {
		next->is_dirty = true;
	} else {
		next->offset -= (uint32_t)(len - sim_modem_torn_len(len, seed));
	}
}

static int append(struct sim_modem *modem, const void *src, size_t len)
{
	const struct sim_operation operation = {.kind = SIM_MODEM_PATCH,
						.offset = (off_t)modem->record.offset,
						.len = len,
						.data = src};
	struct sim_modem_record next = modem->record;
	int rc = sim_power_begin(modem->power, &operation);

	if (rc != 0) {
		return rc;
	}
	rc = take(modem, src, len, &next);
	if (rc == 0 && sim_power_tears(modem->power)) {
		tear(modem, len, &next);
	}
	if (rc == 0) {
		sim_modem_commit(modem, &next);
	}
	return sim_power_end(modem->power, rc);
}

/* What keeps bytes from being appended at all. */
static int check_write(const struct sim_modem *modem, size_t len)
{
	const struct sim_modem_record *record = &modem->record;

	if (record->request != SIM_MODEM_NOTHING) {
		return DFU_MODEM_NOT_ALLOWED;
	}
	if (record->is_dirty) {
		return DFU_MODEM_AREA_NOT_BLANK;
	}
	return range_fits(record->offset, len, record->area) ? DFU_MODEM_OK
							     : DFU_MODEM_BLOCK_TOO_LARGE;
}

static int delta_uuid(const struct dfu_modem *port, uint8_t uuid[DFU_MODEM_UUID_LEN])
{
	struct sim_modem *modem = sim_modem_of(port);
	char text[DFU_MODEM_UUID_LEN + 1];
	const int rc = enter(modem, SIM_MODEM_UUID);

	if (rc != 0) {
		return rc;
	}
	if (uuid == NULL) {
		return -EFAULT;
	}
	uuid_of(modem, text);
	memcpy(uuid, text, DFU_MODEM_UUID_LEN);
	return 0;
}

static int delta_area(const struct dfu_modem *port, size_t *size)
{
	struct sim_modem *modem = sim_modem_of(port);
	const int rc = enter(modem, SIM_MODEM_AREA);

	if (rc != 0) {
		return rc;
	}
	if (size == NULL) {
		return -EFAULT;
	}
	*size = modem->record.area;
	return 0;
}

static int delta_offset(const struct dfu_modem *port, size_t *offset)
{
	struct sim_modem *modem = sim_modem_of(port);
	const int rc = enter(modem, SIM_MODEM_OFFSET);

	if (rc != 0) {
		return rc;
	}
	if (offset == NULL) {
		return -EFAULT;
	}
	*offset = modem->record.is_dirty ? DFU_MODEM_OFFSET_DIRTY : modem->record.offset;
	return 0;
}

static int delta_erase(const struct dfu_modem *port)
{
	struct sim_modem *modem = sim_modem_of(port);
	int rc = enter(modem, SIM_MODEM_ERASE);
	struct sim_modem_record next = modem->record;

	if (rc != 0) {
		return rc;
	}
	next.is_dirty = true;
	next.offset = 0;
	next.request = SIM_MODEM_NOTHING;
	next.has_back = false;
	rc = sim_modem_change(modem, SIM_MODEM_CLEAR, &next);
	if (rc == 0) {
		modem->check = (struct sim_modem_patch_check){0};
		modem->is_erasing = true;
		modem->erased_at_ms = modem->now_ms + modem->record.erase_ms;
	}
	return rc;
}

static int delta_write(const struct dfu_modem *port, const void *src, size_t len)
{
	struct sim_modem *modem = sim_modem_of(port);
	int rc = enter(modem, SIM_MODEM_WRITE);

	if (rc != 0) {
		return rc;
	}
	if (src == NULL || len == 0) {
		return src == NULL ? -EFAULT : -EINVAL;
	}
	rc = check_write(modem, len);
	if (rc == 0 && !modem->has_session) {
		rc = open_session(modem);
	}
	return rc != 0 ? rc : append(modem, src, len);
}

static int delta_finish(const struct dfu_modem *port)
{
	struct sim_modem *modem = sim_modem_of(port);
	const int rc = enter(modem, SIM_MODEM_END);

	if (rc == 0) {
		modem->has_session = false;
	}
	return rc;
}

static int delta_apply(const struct dfu_modem *port)
{
	struct sim_modem *modem = sim_modem_of(port);
	struct sim_modem_patch_check check = {0};
	enum sim_modem_patch_verdict verdict;
	int rc = enter(modem, SIM_MODEM_APPLY);
	struct sim_modem_record next = modem->record;

	if (rc != 0) {
		return rc;
	}
	verdict = next.is_dirty ? SIM_MODEM_PATCH_MORE : judge(modem, &check, next.offset);
	if (verdict != SIM_MODEM_PATCH_COMPLETE) {
		return verdict == SIM_MODEM_PATCH_MORE ? DFU_MODEM_INCOMPLETE_DATA
						       : code_of(verdict);
	}
	if (next.request == SIM_MODEM_APPLY_PATCH) {
		return 0;
	}
	next.request = SIM_MODEM_APPLY_PATCH;
	return sim_modem_change(modem, SIM_MODEM_REQUEST, &next);
}

static int delta_rollback(const struct dfu_modem *port)
{
	struct sim_modem *modem = sim_modem_of(port);
	int rc = enter(modem, SIM_MODEM_ROLLBACK);
	struct sim_modem_record next = modem->record;

	if (rc != 0) {
		return rc;
	}
	if (!next.has_back) {
		return DFU_MODEM_INVALID_OPERATION;
	}
	if (next.request == SIM_MODEM_GO_BACK) {
		return 0;
	}
	next.request = SIM_MODEM_GO_BACK;
	return sim_modem_change(modem, SIM_MODEM_REQUEST, &next);
}

static void delta_sleep_ms(const struct dfu_modem *port, uint32_t ms)
{
	sim_modem_pass(sim_modem_of(port), ms);
}

static uint32_t delta_uptime_ms(const struct dfu_modem *port)
{
	return (uint32_t)sim_modem_of(port)->now_ms;
}

const struct dfu_modem_delta_api sim_modem_delta_api = {
	.uuid = delta_uuid,
	.area = delta_area,
	.offset = delta_offset,
	.erase = delta_erase,
	.write = delta_write,
	.finish = delta_finish,
	.apply = delta_apply,
	.rollback = delta_rollback,
	.sleep_ms = delta_sleep_ms,
	.uptime_ms = delta_uptime_ms,
};
