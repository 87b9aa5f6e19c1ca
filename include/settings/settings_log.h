/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Settings in a log on flash: the back-end of embedded devices.
 *
 * The log takes a whole flash area of two or more erase pages, of any size, write block, erased
 * value, with or without explicit erase. The pages form a ring of sectors: each is the fewest pages
 * that have CONFIG_SETTINGS_LOG_SECTOR_SIZE bytes, or less where the area would not have two such
 * sectors. One sector holds all entries, so the smallest sector is the room for them. Pages are
 * erased in turn, so that they wear evenly. The format is in FORMATS.md.
 *
 *     static struct settings_log store;
 *
 *     rc = settings_log_init(&store, area);
 *     if (rc == -EILSEQ || rc == -EBADMSG) { // of no more use
 *             rc = settings_log_format(&store);
 *     }
 *     settings_backend_set(&store.backend);
 *
 * Power may be cut at any moment: each name then has its old value or its new one, and the log goes
 * on. What a save costs: one program of the record; an erase of the next sector and a copy of all
 * entries when the sector is full, at the first save after settings_log_init(), because the end of
 * the log may hide a torn program, and at the first after an error. A value that is saved as it is,
 * and a deletion of what is not there, cost nothing.
 *
 * Errors of settings_save_one() and the load calls with this back-end:
 *   -ENOSPC   The entries and this one do not fit into a sector. Delete some.
 *   -EILSEQ   Foreign: the area is not blank and holds no log. Nothing is erased or programmed.
 *   -EBADMSG  Corrupt: a record that was whole has changed. Nothing is erased or programmed.
 *             For both the way out is settings_log_format().
 *   -errno    From the device. The name has its old value or its new one; the next call looks at
 *             flash again, and may be a repetition.
 */
#ifndef SETTINGS_SETTINGS_LOG_H
#define SETTINGS_SETTINGS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <settings/settings.h>
#include <storage/flash_map.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A log; the application owns it and must not move it while the library uses `backend`. */
struct settings_log {
	struct settings_backend backend; /**< For settings_backend_set(). */
	/* The rest is the implementation's. Positions count from the start of the area. */
	const struct flash_area *area;
	size_t write_block;
	size_t room;       /* Bytes of each sector that are used: those of the smallest. */
	size_t start;      /* Of the sector in force. */
	size_t end;        /* Of its records. 0: there is no sector in force. */
	size_t last;       /* The record that this run has appended last. 0: none. */
	uint32_t sequence; /* Its number. */
	uint32_t erases;
	int rc;          /* Not 0: look at flash before anything else. */
	bool appendable; /* This run has erased the sector, and no program after that has failed. */
};

/** What the log has cost. */
struct settings_log_stats {
	uint32_t erases;   /**< Pages erased since settings_log_init(), failures included. */
	uint32_t sequence; /**< Sectors begun in the life of the log: each page has been erased
				this often, divided by `sectors`. 0: none. */
	uint32_t sectors;  /**< Sectors of the ring. */
	size_t used;       /**< Bytes of the sector in force that are not free. */
	size_t room;       /**< Bytes of a sector. */
};

/**
 * @brief Open the log in an area.
 *
 * Reads the log once; changes nothing on flash. A blank area is an empty log, which the first save
 * begins. (Blank but for its first 27 bytes: those of the first header, which may be torn.)
 *
 * @param area  Whole erase pages, at least two; used as long as @p log.
 *
 * @retval 0         Ready for settings_backend_set().
 * @retval -EINVAL   @p log or @p area NULL, less than two pages, a page shared with a neighbour,
 *                   too little room for any entry, or a write block above
 *                   CONFIG_SETTINGS_LOG_BUFFER_SIZE. Every use of the log fails with it.
 * @retval -ENODEV   The area's device is not ready. As -EINVAL.
 * @retval -EILSEQ   Foreign contents, also a log of other geometry. See settings_log_format().
 * @retval -EBADMSG  Corrupt contents. See settings_log_format().
 * @retval -errno    From the device; settings_subsys_init(), or any call, tries again.
 */
DFU_MUST_CHECK int settings_log_init(struct settings_log *log, const struct flash_area *area);

/**
 * @brief Empty the log, whatever the area holds. This is the recovery from -EILSEQ and -EBADMSG.
 *
 * Erases one sector; other pages keep what they hold until their turn comes.
 *
 * Power cut: the area holds what it held, or is an empty log. (Foreign contents are spoiled at
 * once, and foreign until the end: do it again.)
 *
 * @param log  From settings_log_init(), whatever that returned.
 *
 * @retval 0                 The log is empty.
 * @retval -EINVAL, -ENODEV  settings_log_init() has returned it. Nothing done.
 * @retval -errno            From the device; may be repeated.
 */
DFU_MUST_CHECK int settings_log_format(struct settings_log *log);

/** What the log has cost so far; reads no flash. */
void settings_log_stats(const struct settings_log *log, struct settings_log_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
