/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which an update goes:
 *
 *     check    the whole file, nothing touched
 *     begin    the modem's bootloader is started
 *     mark     "bootloader" saved
 *     write    bootloader            <- from here on the modem cannot start
 *     verify   the modem checks the signature; refused: mark deleted, the old firmware is back
 *     mark     "firmware" saved
 *     write    firmware              <- from here on the old firmware is lost
 *     finish   the modem can start the new one
 *     mark     deleted
 *
 * A cut at any place leaves a modem that starts, or a mark; after that all of it is done again. A
 * mark that says "firmware" is never taken back to "bootloader": an attempt whose signature is
 * refused must not hide that an earlier one has destroyed the firmware. It then says "refused",
 * unless it is the very file whose signature the modem took before: the one that lies there will
 * not do, so it need not be kept.
 */
#include <dfu/fmfu_fdev.h>

#include <errno.h>

#include <dfu/modem.h>

#include "common/bytes.h"
#include "modem/fmfu_file.h"
#include "modem/fmfu_mark.h"

struct update {
	const struct dfu_modem *modem;
	struct fmfu_file file;
	uint32_t addr;       /* of the next chunk */
	enum fmfu_mark mark; /* saved */
	uint32_t taken;      /* saved with it: the wrapper that the modem took last */
	uint32_t wrapper;    /* this one, in the same way: its CRC-32 */
};

/* Codes of modem and flash: positive ones mean nothing, and two are ours. */
static int plain(int rc)
{
	return rc > 0 || rc == -EACCES || rc == -ECANCELED ? -EIO : rc;
}

static int bootloader_take(void *to, const uint8_t *data, size_t len)
{
	const struct update *update = to;

	return update->modem->full->bootloader_write(update->modem, data, len);
}

static int firmware_take(void *to, const uint8_t *data, size_t len)
{
	struct update *update = to;
	const uint32_t addr = update->addr;

	update->addr += (uint32_t)len;
	return update->modem->full->firmware_write(update->modem, addr, data, len);
}

static int segment_write(struct update *update, fmfu_take_t take)
{
	struct fmfu_segment seg;
	int rc = fmfu_file_segment(&update->file, &seg);

	if (rc == 0) {
		update->addr = seg.addr;
		rc = fmfu_file_give(&update->file, seg.len, take, update);
	}
	return plain(rc);
}

static int mark_save(struct update *update, enum fmfu_mark mark)
{
	update->mark = mark;
	return fmfu_mark_save(mark, update->taken) == 0 ? 0 : -ECANCELED;
}

static int begin(struct update *update)
{
	const struct dfu_modem_full_api *api = update->modem->full;
	int rc = 0;

	fmfu_file_stage(&update->file, FMFU_FDEV_BEGIN);
	if (api->begin != NULL) {
		rc = plain(api->begin(update->modem));
	}
	if (rc == 0) {
		/* Once more if it is there, because what could not be read was taken for it. */
		rc = mark_save(update, fmfu_mark_load(&update->taken) >= FMFU_MARK_FIRMWARE
					       ? FMFU_MARK_FIRMWARE
					       : FMFU_MARK_BOOTLOADER);
	}
	return rc;
}

static int write_bootloader(struct update *update)
{
	update->file.done = 0;
	fmfu_file_stage(&update->file, FMFU_FDEV_BOOTLOADER);
	return segment_write(update, bootloader_take);
}

static int verify(struct update *update)
{
	struct fmfu_file *file = &update->file;
	int rc;

	fmfu_file_stage(file, FMFU_FDEV_VERIFY);
	rc = fmfu_file_wrapper(file);
	if (rc != 0) {
		return plain(rc);
	}
	update->wrapper = crc32_ieee(0, file->buf, file->info.wrapper_len);
	rc = update->modem->full->verify(update->modem, file->buf, file->info.wrapper_len);
	if (rc != -EACCES) {
		return plain(rc);
	}
	if (update->mark == FMFU_MARK_BOOTLOADER) {
		fmfu_mark_delete();
	} else if (update->taken != update->wrapper) {
		/* If not saved, the file is kept, which does no harm to the modem. */
		const int saved = fmfu_mark_save(FMFU_MARK_REFUSED, update->taken);
		(void)saved;
	}
	return rc;
}

static int write_firmware(struct update *update)
{
	int rc;

	fmfu_file_stage(&update->file, FMFU_FDEV_FIRMWARE);
	update->taken = update->wrapper;
	rc = mark_save(update, FMFU_MARK_FIRMWARE);
	for (uint32_t i = 1; rc == 0 && i < update->file.info.segments; i++) {
		rc = segment_write(update, firmware_take);
	}
	return rc;
}

static int finish(struct update *update)
{
	fmfu_file_stage(&update->file, FMFU_FDEV_FINISH);
	return plain(update->modem->full->finish(update->modem));
}

static int update_modem(struct update *update)
{
	int rc = begin(update);

	if (rc == 0) {
		rc = write_bootloader(update);
	}
	if (rc == 0) {
		rc = verify(update);
	}
	if (rc == 0) {
		rc = write_firmware(update);
	}
	return rc == 0 ? finish(update) : rc;
}

int fmfu_fdev_check(uint8_t *buf, size_t buf_len, const struct fmfu_fdev_file *place,
		    struct fmfu_fdev_info *info)
{
	struct fmfu_file file = {.buf = buf, .buf_len = buf_len};
	const int rc = fmfu_file_check(&file, place);

	if (rc == 0 && info != NULL) {
		*info = file.info;
	}
	return rc;
}

int fmfu_fdev_load_file(uint8_t *buf, size_t buf_len, const struct fmfu_fdev_file *place,
			fmfu_fdev_progress_t progress, void *arg)
{
	struct update update = {
		.modem = dfu_modem_get(),
		.file = {.buf = buf, .buf_len = buf_len, .tell = progress, .arg = arg},
	};
	int rc;

	rc = fmfu_file_check(&update.file, place);
	if (rc == 0 && (update.modem == NULL || update.modem->full == NULL)) {
		rc = -ENODEV;
	}
	if (rc != 0) {
		return rc;
	}
	rc = update_modem(&update);
	if (rc == 0) {
		fmfu_mark_delete();
		fmfu_file_stage(&update.file, FMFU_FDEV_DONE);
	}
	return rc;
}

int fmfu_fdev_load(uint8_t *buf, size_t buf_len, const struct device *fdev, size_t offset)
{
	const struct fmfu_fdev_file place = {.fdev = fdev, .offset = offset};

	return fmfu_fdev_load_file(buf, buf_len, &place, NULL, NULL);
}

bool fmfu_fdev_pending(void)
{
	uint32_t taken;

	return fmfu_mark_load(&taken) != FMFU_MARK_NONE;
}

bool fmfu_fdev_needs_file(void)
{
	uint32_t taken;
	const enum fmfu_mark mark = fmfu_mark_load(&taken);

	return mark != FMFU_MARK_NONE && mark != FMFU_MARK_REFUSED;
}
