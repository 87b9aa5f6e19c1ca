/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bootloader's side. New firmware goes to the bank that does not run, but that is the
 * simulator's affair: what the block says from the first chunk on is that nothing can be started.
 * Of the bootloader's own program no byte is kept, as real modems run it from RAM; so the way back
 * to the old firmware is open until a chunk of firmware is written.
 *
 * A segment is what was written side by side. Writing again what was written is allowed; writing
 * over the end of it into another segment, or from free space into one, is not.
 */
#include <errno.h>
#include <string.h>

#include <dfu/crypto.h>

#include "common/bytes.h"
#include "modem_files.h"
#include "modem_parts.h"

/* Where a chunk goes. */
struct place {
	size_t row;
	bool is_new;  /* the row is to be made */
	uint32_t at;  /* in the bank */
	size_t added; /* bytes that the bank's firmware gets longer by */
};

static size_t used(const struct sim_modem_bank *bank)
{
	size_t sum = 0;

	for (size_t i = 0; i < bank->count; i++) {
		sum += bank->row[i].len;
	}
	return sum;
}

static uint64_t end_of(const struct sim_modem_row *row)
{
	return (uint64_t)row->addr + row->len;
}

/* The first row that ends behind an address; the number of rows if there is none. */
static size_t row_behind(const struct sim_modem_bank *bank, uint32_t addr)
{
	size_t i = 0;

	while (i < bank->count && end_of(&bank->row[i]) <= addr) {
		i++;
	}
	return i;
}

/* 0, -EINVAL for a chunk that is half in a segment, or -ENOEXEC where the modem is full. */
static int find_place(const struct sim_modem_bank *bank, uint32_t addr, size_t len, size_t capacity,
		      struct place *place)
{
	const size_t i = row_behind(bank, addr);
	const struct sim_modem_row *next = i < bank->count ? &bank->row[i] : NULL;
	const struct sim_modem_row *before = i > 0 ? &bank->row[i - 1] : NULL;
	const size_t free_at = used(bank);

	if (next != NULL && next->addr <= addr && len <= end_of(next) - addr) {
		*place = (struct place){.row = i, .at = next->at + (addr - next->addr)};
		return 0;
	}
	if (next != NULL && next->addr < (uint64_t)addr + len) {
		return -EINVAL;
	}
	*place = (struct place){.row = i, .is_new = true, .at = (uint32_t)free_at, .added = len};
	/* A segment goes on where it was left, but not one that others have been written behind. */
	if (before != NULL && end_of(before) == addr && before->at + before->len == free_at) {
		place->row = i - 1;
		place->is_new = false;
	}
	if (!range_fits(free_at, len, capacity) ||
	    (place->is_new && bank->count == SIM_MODEM_SEGMENTS_MAX)) {
		return -ENOEXEC;
	}
	return 0;
}

static void add(struct sim_modem_bank *bank, const struct place *place, uint32_t addr, size_t len)
{
	struct sim_modem_row *row = &bank->row[place->row];

	if (place->is_new) {
		memmove(row + 1, row, (bank->count - place->row) * sizeof(*row));
		bank->count++;
		*row = (struct sim_modem_row){.addr = addr, .at = place->at};
	}
	row->len += (uint32_t)len;
}

/* An operation, of which a cut may leave a part. Returns how much in @p written. */
static int begin_chunk(struct sim_modem *modem, uint32_t addr, const void *src, size_t len,
		       size_t *written)
{
	const struct sim_operation operation = {
		.kind = SIM_MODEM_CHUNK, .offset = (off_t)addr, .len = len, .data = src};
	const int rc = sim_power_begin(modem->power, &operation);

	if (rc == 0) {
		*written = sim_power_tears(modem->power)
				   ? sim_modem_torn_len(len, modem->power->seed)
				   : len;
	}
	return rc;
}

static int full_begin(const struct dfu_modem *port)
{
	struct sim_modem *modem = sim_modem_of(port);
	const int rc = sim_modem_enter(modem, SIM_MODEM_BEGIN);

	if (rc != 0) {
		return rc;
	}
	/* An erase under way ends with the firmware that did it: the area stays dirty. */
	sim_modem_forget(modem);
	modem->is_begun = true;
	modem->bootloader_len = 0;
	modem->has_written = false;
	return 0;
}

static int full_bootloader_write(const struct dfu_modem *port, const void *src, size_t len)
{
	struct sim_modem *modem = sim_modem_of(port);
	struct sim_modem_record next = modem->record;
	size_t written = 0;
	int rc = sim_modem_enter(modem, SIM_MODEM_BOOTLOADER_WRITE);

	if (rc != 0) {
		return rc;
	}
	if (!modem->is_begun || modem->is_verified) {
		return -EPERM;
	}
	if (src == NULL || len == 0 ||
	    !range_fits(modem->bootloader_len, len, modem->record.capacity)) {
		return -EINVAL;
	}
	rc = begin_chunk(modem, (uint32_t)modem->bootloader_len, src, len, &written);
	if (rc != 0) {
		return rc;
	}
	modem->bootloader_len += written;
	if (written > 0 && next.stage == SIM_MODEM_WHOLE) {
		next.stage = SIM_MODEM_IN_BOOTLOADER;
		sim_modem_commit(modem, &next);
	}
	return sim_power_end(modem->power, 0);
}

/* 0, -EACCES, or an errno of the engine. What is no wrapper is refused, too. */
static int judge(const struct sim_modem *modem, const uint8_t *wrapper, size_t len)
{
	const struct sim_modem_record *record = &modem->record;
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	uint8_t dummy[SIM_MODEM_SIGNATURE_LEN];
	const uint8_t *signature;
	int rc = sim_modem_signed_digest(wrapper, len, digest);

	if (rc != 0) {
		return rc == -EBADMSG ? -EACCES : rc;
	}
	/* It is the last item of the wrapper. */
	signature = &wrapper[len - SIM_MODEM_SIGNATURE_LEN];
	if (record->key_len > 0) {
		return dfu_signature_verify(DFU_SIG_RSA2048_PSS, record->key, record->key_len,
					    digest, sizeof(digest), signature,
					    SIM_MODEM_SIGNATURE_LEN);
	}
	memset(dummy, 0xff, sizeof(dummy));
	return memcmp(signature, dummy, sizeof(dummy)) == 0 ? 0 : -EACCES;
}

/* The old firmware is back, if it is still there. */
static int refuse(struct sim_modem *modem)
{
	struct sim_modem_record next = modem->record;
	int rc = 0;

	if (next.stage == SIM_MODEM_IN_BOOTLOADER) {
		next.stage = SIM_MODEM_WHOLE;
		rc = sim_modem_change(modem, SIM_MODEM_COMPLETE, &next);
	}
	if (rc == 0) {
		sim_modem_forget(modem);
	}
	return rc != 0 ? rc : -EACCES;
}

static int full_verify(const struct dfu_modem *port, const void *wrapper, size_t len)
{
	struct sim_modem *modem = sim_modem_of(port);
	int rc = sim_modem_enter(modem, SIM_MODEM_VERIFY);

	/* A refusal by a fault is one like any other: the port says what the modem is then. */
	if (rc != 0) {
		return rc == -EACCES ? refuse(modem) : rc;
	}
	if (!modem->is_begun || modem->bootloader_len == 0) {
		return -EPERM;
	}
	if (wrapper == NULL || len == 0) {
		return -EINVAL;
	}
	rc = judge(modem, wrapper, len);
	if (rc == -EACCES) {
		return refuse(modem);
	}
	modem->is_verified = rc == 0;
	return rc;
}

static int full_firmware_write(const struct dfu_modem *port, uint32_t addr, const void *src,
			       size_t len)
{
	struct sim_modem *modem = sim_modem_of(port);
	struct sim_modem_record next = modem->record;
	const unsigned int number = sim_modem_other_bank(&next);
	struct sim_modem_bank *bank = &next.bank[number];
	struct place place;
	size_t written = 0;
	int rc = sim_modem_enter(modem, SIM_MODEM_FIRMWARE_WRITE);

	if (rc != 0) {
		return rc;
	}
	if (!modem->is_verified) {
		return -EPERM;
	}
	if (addr == 0 || src == NULL || len == 0 || len - 1 > UINT32_MAX - addr) {
		return -EINVAL;
	}
	if (!modem->has_written) {
		*bank = (struct sim_modem_bank){0};
	}
	rc = find_place(bank, addr, len, next.capacity, &place);
	rc = rc != 0 ? rc : begin_chunk(modem, addr, src, len, &written);
	if (rc != 0) {
		return rc;
	}
	if (written > 0) {
		memcpy(sim_modem_block_bank(modem->block, &next, number) + place.at, src, written);
		add(bank, &place, addr, place.added > 0 ? written : 0);
		next.stage = SIM_MODEM_IN_FIRMWARE;
		next.has_back = false;
		modem->has_written = true;
		sim_modem_commit(modem, &next);
	}
	return sim_power_end(modem->power, 0);
}

/* A range of bytes, which may lie in several segments side by side. */
static int hash_range(struct dfu_hash *hash, const struct sim_modem_firmware *firmware,
		      const struct dfu_modem_range *range)
{
	uint64_t at = range->start;

	for (size_t i = 0; i < firmware->count && at <= range->end; i++) {
		const struct sim_modem_segment *segment = &firmware->segment[i];
		const uint64_t end = (uint64_t)segment->addr + segment->len;

		if (at >= segment->addr && at < end) {
			const uint64_t stop = range->end < end ? (uint64_t)range->end + 1 : end;
			const int rc = dfu_hash_update(hash, &segment->bytes[at - segment->addr],
						       (size_t)(stop - at));

			if (rc != 0) {
				return rc;
			}
			at = stop;
		}
	}
	return at > range->end ? 0 : -EINVAL;
}

static int full_digest(const struct dfu_modem *port, const struct dfu_modem_range *ranges,
		       size_t count, uint8_t digest[DFU_MODEM_DIGEST_LEN])
{
	struct sim_modem *modem = sim_modem_of(port);
	struct sim_modem_firmware firmware;
	struct dfu_hash hash;
	int rc = sim_modem_enter(modem, SIM_MODEM_DIGEST);

	if (rc != 0) {
		return rc;
	}
	if (ranges == NULL || count == 0 || digest == NULL) {
		return -EINVAL;
	}
	sim_modem_firmware_get(modem, &firmware);
	rc = dfu_hash_begin(&hash, DFU_HASH_SHA256);
	if (rc != 0) {
		return rc;
	}
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = ranges[i].start > ranges[i].end ? -EINVAL
						     : hash_range(&hash, &firmware, &ranges[i]);
	}
	if (rc != 0) {
		dfu_hash_abort(&hash);
		return rc;
	}
	return dfu_hash_end(&hash, digest);
}

/* What the modem has from now on. A bootloader's program alone leaves it as it was. */
static int complete(const struct sim_modem *modem, struct sim_modem_record *next)
{
	const unsigned int number = sim_modem_other_bank(next);
	struct sim_modem_firmware firmware;
	int rc;

	if (!modem->has_written) {
		next->stage = SIM_MODEM_WHOLE;
		return modem->record.stage == SIM_MODEM_IN_FIRMWARE ? -ENOEXEC : 0;
	}
	sim_modem_bank_firmware(modem, number, &firmware);
	rc = sim_modem_firmware_digest(&firmware, next->bank[number].digest);
	next->active = (uint8_t)number;
	next->stage = SIM_MODEM_WHOLE;
	/* It was asked of the firmware that is gone. */
	next->request = SIM_MODEM_NOTHING;
	return rc;
}

static int full_finish(const struct dfu_modem *port)
{
	struct sim_modem *modem = sim_modem_of(port);
	struct sim_modem_record next = modem->record;
	int rc = sim_modem_enter(modem, SIM_MODEM_FINISH);

	if (rc != 0) {
		return rc;
	}
	if (!modem->is_verified) {
		return -EPERM;
	}
	rc = complete(modem, &next);
	rc = rc != 0 ? rc : sim_modem_change(modem, SIM_MODEM_COMPLETE, &next);
	if (rc == 0) {
		sim_modem_forget(modem);
	}
	return rc;
}

const struct dfu_modem_full_api sim_modem_full_api = {
	.begin = full_begin,
	.bootloader_write = full_bootloader_write,
	.verify = full_verify,
	.firmware_write = full_firmware_write,
	.digest = full_digest,
	.finish = full_finish,
};
