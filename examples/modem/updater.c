/* SPDX-License-Identifier: Apache-2.0 */
#include "updater.h"

#include <errno.h>

#include <dfu/dfu_target.h>
#include <dfu/fmfu_fdev.h>

#define CHUNK_LEN 1024

static const struct updater_board *the_board;
/* Of the downloads; between them the modem is written from it. */
static _Alignas(4) uint8_t buf[4096];
static uint8_t chunk[CHUNK_LEN];

static int load_stored_file(void)
{
	const struct dfu_target_fmfu_fdev *store = &the_board->store;
	const struct fmfu_fdev_file file = {store->dev, (size_t)store->offset, store->size};

	return fmfu_fdev_load_file(buf, sizeof(buf), &file, NULL, NULL);
}

/* The modem is off. Afterwards it runs, unless it has no firmware that starts. */
static int write_modem(void)
{
	int rc = load_stored_file();
	int off = the_board->modem_off(); /* ends its bootloader */
	int on = the_board->modem_on();

	if (rc != 0) {
		return rc;
	}
	return off != 0 ? off : on;
}

int updater_start(const struct updater_board *board)
{
	struct dfu_target_fmfu_fdev store = board->store;
	const struct dfu_target_full_modem_params params = {buf, sizeof(buf), &store};
	int rc = dfu_target_full_modem_cfg(&params);

	if (rc != 0 && rc != -EALREADY) {
		return rc;
	}
	the_board = board;
	dfu_modem_set(board->modem);
	/* Pending: power went while the modem was written, and it needs all of its firmware now.
	 * Otherwise its start applies a patch, if one was scheduled. */
	return fmfu_fdev_pending() ? write_modem() : board->modem_on();
}

static int transfer(const struct updater_file *file, size_t offset)
{
	int rc = 0;

	while (rc == 0 && offset < file->size) {
		int len = file->read(offset, chunk, sizeof(chunk));

		if (len <= 0) {
			return len < 0 ? len : -EMSGSIZE;
		}
		offset += (size_t)len;
		rc = dfu_target_write(chunk, (size_t)len);
		while (rc == -EAGAIN) { /* CONFIG_DFU_TARGET_MODEM_ERASE_ASYNC */
			the_board->sleep_ms(1000);
			rc = dfu_target_write(chunk, (size_t)len);
		}
	}
	return rc;
}

static int download(const struct updater_file *file, enum dfu_target_image_type *type)
{
	size_t offset;
	int rc = file->read(0, chunk, sizeof(chunk));

	if (rc < 0) {
		return rc;
	}
	/* The file says what it is, and is known again by its first bytes. */
	*type = dfu_target_img_type(chunk, (size_t)rc);
	rc = dfu_target_init((int)*type, 0, file->size, NULL);
	if (rc == 0) {
		rc = dfu_target_offset_get(&offset); /* not 0: an earlier call went so far */
	}
	if (rc == 0) {
		rc = transfer(file, offset);
	}
	if (rc != 0) {
		/* A pause: what is there is kept. If that fails, the next call goes on earlier. */
		int paused = dfu_target_done(false);

		(void)paused;
		return rc;
	}
	rc = dfu_target_done(true);
	return rc == 0 ? dfu_target_schedule_update(0) : rc;
}

int updater_fetch(const struct updater_file *file)
{
	enum dfu_target_image_type type;
	int rc = download(file, &type);

	if (rc == 0) {
		rc = the_board->modem_off();
	}
	if (rc != 0) {
		return rc;
	}
	return type == DFU_TARGET_IMAGE_TYPE_FULL_MODEM ? write_modem() : the_board->modem_on();
}
