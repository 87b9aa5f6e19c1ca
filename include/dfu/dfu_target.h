/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief One way to update anything: the facade over the DFU targets. Source compatible with the
 * nRF Connect SDK.
 *
 *     dfu_target_img_type()  which target takes these bytes
 *     dfu_target_init()      begin, or go on
 *     dfu_target_offset_get()
 *     dfu_target_write()     ... as often as needed
 *     dfu_target_done(true)  verify and complete;  dfu_target_done(false)  pause
 *     dfu_target_schedule_update()
 *     dfu_target_reset()     instead of all that: as if nothing had happened
 *
 * One target at a time, from one thread. No call keeps a pointer of the caller but the callback.
 *
 * With CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS a download goes on after a reset: init of the same
 * file finds it. The same is what has the same type, image pair, file size, place in flash, first
 * 32 bytes (those that dfu_target_img_type() saw since the last init; nothing seen, nothing
 * compared) and name (dfu_target_identity_set()), over flash that still reads as it was left.
 * Anything else begins at 0; so does, after a failed verification, what all this could not tell
 * apart. A patch is kept by the modem, and needs settings alone (<dfu/dfu_target_modem_delta.h>).
 */
#ifndef DFU_DFU_TARGET_H
#define DFU_DFU_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Kinds of image; a bit each, so that an application can say which ones it expects. */
enum dfu_target_image_type {
	DFU_TARGET_IMAGE_TYPE_NONE = 0,
	DFU_TARGET_IMAGE_TYPE_MCUBOOT = 1,
	DFU_TARGET_IMAGE_TYPE_MODEM_DELTA = 2,
	DFU_TARGET_IMAGE_TYPE_FULL_MODEM = 4,
	DFU_TARGET_IMAGE_TYPE_SMP = 8,
	DFU_TARGET_IMAGE_TYPE_CUSTOM = 128,
	DFU_TARGET_IMAGE_TYPE_ANY_APPLICATION = DFU_TARGET_IMAGE_TYPE_MCUBOOT,
	DFU_TARGET_IMAGE_TYPE_ANY_MODEM = DFU_TARGET_IMAGE_TYPE_MODEM_DELTA |
					  DFU_TARGET_IMAGE_TYPE_FULL_MODEM,
	DFU_TARGET_IMAGE_TYPE_ANY = DFU_TARGET_IMAGE_TYPE_MCUBOOT |
				    DFU_TARGET_IMAGE_TYPE_MODEM_DELTA |
				    DFU_TARGET_IMAGE_TYPE_FULL_MODEM | DFU_TARGET_IMAGE_TYPE_CUSTOM,
	/** Highest bit of a type that is registered; ours. It keeps the enum wide enough. */
	DFU_TARGET_IMAGE_TYPE_HIGHEST = 0x40000000,
};

/** Events of targets whose memory takes long to erase. */
enum dfu_target_evt_id {
	DFU_TARGET_EVT_ERASE_PENDING,
	DFU_TARGET_EVT_TIMEOUT,
	DFU_TARGET_EVT_ERASE_DONE,
};

typedef void (*dfu_target_callback_t)(enum dfu_target_evt_id evt_id);

/** The functions of a target. */
struct dfu_target {
	int (*init)(size_t file_size, int img_num, dfu_target_callback_t cb);
	int (*offset_get)(size_t *offset);
	int (*write)(const void *const buf, size_t len);
	int (*done)(bool successful);
	int (*schedule_update)(int img_num);
	int (*reset)(void);
};

/** A target of the application's own. Ours; const, so it may lie in flash. */
struct dfu_target_registration {
	/** One bit that no type of this header has: 16, 32, 64, 256 and on to
	 * DFU_TARGET_IMAGE_TYPE_HIGHEST. */
	int type;
	/** Whether a file that begins with these 32 bytes is for this target; NULL: none is. */
	bool (*identify)(const void *const buf);
	struct dfu_target target; /**< All six functions. */
	/** Ask the target at every init, also at one of the download under way: it alone knows. */
	bool always_init;
	/** dfu_target_prepare() of this target; NULL: it has none. */
	int (*prepare)(uint32_t budget_ms);
};

/**
 * @brief Add a target to those of the build. Ours.
 *
 * Files are recognised by the build's own targets first, then by these in the order of their
 * registration. There is no way back; once for each, before the first init.
 *
 * @param registration  Used until the program ends.
 * @retval 0         Registered.
 * @retval -EINVAL   NULL, a function is missing, or the type is not one free bit.
 * @retval -EEXIST   The type is registered already.
 * @retval -ENOMEM   CONFIG_DFU_TARGET_REGISTRATIONS targets are.
 *
 * After an error those registered before stay, and nothing is added.
 */
DFU_MUST_CHECK int dfu_target_register(const struct dfu_target_registration *registration);

/**
 * @brief Recognise an image by its first bytes.
 *
 * The target remembers what it saw: the next init goes on with a download only if these are its
 * first bytes, 32 of them, however many it was given.
 *
 * @param buf  The first bytes of the file.
 * @param len  At least 32; with fewer nothing is recognised.
 * @return The type of a target of this build or of a registered one, else
 *         DFU_TARGET_IMAGE_TYPE_NONE.
 */
enum dfu_target_image_type dfu_target_img_type(const void *const buf, size_t len);

/**
 * @brief Name the file of the next inits by what it is known by elsewhere: a hash, an ETag, a URL.
 *
 * Optional, and not upstream's. It joins what a download is bound to: one that was begun under
 * another name, or under none, begins at 0. Holds until it is set again.
 *
 * @param id   @p len bytes, not kept after return: 32 bits of a checksum are. NULL with 0: no name.
 * @retval 0        Set.
 * @retval -EINVAL  @p id is NULL and @p len is not 0. The old name holds.
 */
DFU_MUST_CHECK int dfu_target_identity_set(const void *id, size_t len);

/**
 * @brief Begin an update, or go on with one.
 *
 * The same type, image, size and name while a download is under way changes nothing and returns 0,
 * unless dfu_target_img_type() was called since, or the target is one that is always asked (a
 * modem's patch): then the target decides whether it is the same file. Anything else pauses the
 * present download as dfu_target_done(false) would, and asks the target anew, which goes on where
 * that file stopped or begins at 0.
 *
 * @param img_type   One type, DFU_TARGET_IMAGE_TYPE_*.
 * @param img_num    Image pair from 0, for targets with several.
 * @param file_size  Bytes; 0 if not known.
 * @param cb         For events; may be NULL. Used until the update ends.
 *
 * @retval 0         Ready: dfu_target_offset_get() says for which byte.
 * @retval -ENOTSUP  No such target in this build; the present download is unchanged.
 * @retval -errno    From the target. No target is chosen then, and the next init is a fresh one.
 */
DFU_MUST_CHECK int dfu_target_init(int img_type, int img_num, size_t file_size,
				   dfu_target_callback_t cb);

/**
 * @brief Offset of the next byte the target needs, bytes in RAM buffers counted as received.
 * @retval 0        @p offset is set.
 * @retval -EACCES  No target was chosen by init.
 * @retval -errno   From the target. @p offset is unchanged on error.
 */
DFU_MUST_CHECK int dfu_target_offset_get(size_t *offset);

/**
 * @brief Write the next bytes of the file.
 *
 * @retval 0        Accepted.
 * @retval -EACCES  No target was chosen by init, or @p buf is NULL. Nothing consumed.
 * @retval -EPERM   The download is over (done was called): init first. Nothing consumed.
 * @retval -errno   From the target; dfu_target_offset_get() says where to go on.
 */
DFU_MUST_CHECK int dfu_target_write(const void *const buf, size_t len);

/**
 * @brief End the download: @p successful completes and verifies it, otherwise it is paused.
 *
 * A pause loses no byte, also over a reset where progress is saved; settings that fail cost
 * progress, which the log says. A patch is verified by the modem, when it is scheduled and applied.
 *
 * @retval 0          Complete and verified; or paused, and a new init of the same file goes on.
 * @retval -EACCES    No target was chosen by init; or, from the target: the signature is wrong.
 * @retval -EALREADY  The download is over already. Nothing done.
 * @retval -errno     From the target.
 */
DFU_MUST_CHECK int dfu_target_done(bool successful);

/**
 * @brief Give the update up: what is stored is cleared, a scheduled update is taken back, nothing
 * can be resumed.
 * @retval 0        Done; init chooses the next target.
 * @retval -EACCES  No target was chosen by init.
 * @retval -errno   From the target, which stays chosen: repeat the call.
 */
DFU_MUST_CHECK int dfu_target_reset(void);

/**
 * @brief Have the update applied at the next reset.
 * @param img_num  Image pair; -1: all.
 * @retval 0        Scheduled.
 * @retval -EACCES  No target was chosen by init; or, from the target: the signature is wrong.
 * @retval -errno   From the target.
 */
DFU_MUST_CHECK int dfu_target_schedule_update(int img_num);

/**
 * @brief Erase ahead of the download under way, in idle time: after dfu_target_init(), also before
 * the first byte, or between two writes. Ours, CONFIG_DFU_TARGET_PREPARE.
 *
 * Before the first byte it is the beginning of the download: what is pending in the slot is taken
 * back, and its content goes, as by the first writes. Then writes erase nothing. An erase a
 * step, of a page, or of a block where CONFIG_STREAM_FLASH_ERASE_BLOCK lets it.
 *
 * Power cut: pages whose erase a record in the settings tells of are not erased again by the same
 * file, nor before the first byte by any; a call saves one record. Others are. The record comes on
 * top of the time: a settings log on flash may erase a page of its own for it.
 *
 * @param budget_ms  With a clock (dfu_target_clock_set()) no erase begins that would not end in
 *                   this time, by the longest one that was measured; until one was, one is made. 0,
 *                   or no clock: one erase.
 *
 * @retval 1         More is left; the budget may be too short for an erase.
 * @retval 0         All that the download needs is erased (of a file whose size is not known: all
 *                   that it may need). So it is without explicit erase.
 * @retval -EACCES   No target was chosen by init.
 * @retval -EPERM    The download is over (done was called).
 * @retval -ENOTSUP  The target cannot.
 * @retval -errno    From the target or the device: repeat the call, or write.
 */
DFU_MUST_CHECK int dfu_target_prepare(uint32_t budget_ms);

/** What a download has cost. Numbers wrap. */
struct dfu_target_stats {
	uint32_t bytes_received; /**< By calls of dfu_target_write() that succeeded. */
	uint32_t erases;         /**< Pages erased; several of them may be one call of a driver. */
	uint32_t programs;       /**< Calls of a driver. */
	uint32_t bytes_programmed; /**< By them, padding included. */
	uint32_t records;          /**< Values saved in the settings, a package's own too. */
	uint32_t longest_us; /**< Longest single erase or program call of a driver; 0 without a
				clock. */
};

/**
 * @brief What the present download has cost so far in this run. Ours, CONFIG_DFU_TARGET_STATS.
 *
 * From the beginning of its first init in this run, that included, until another download begins:
 * so also of dfu_target_done(), dfu_target_schedule_update() and dfu_target_reset(). One that is
 * paused and gone on with counts on; one that goes on after a reset of the device, or after another
 * file, counts from there. The same file once more, after it was complete or given up, is another
 * download; so is what dfu_target_offset_get() says 0 of. The images of a package
 * (<dfu/dfu_multi_image.h>) are one, from dfu_multi_image_init() on.
 *
 * Flash is counted by <drivers/flash.h>, all calls of all devices, whoever they are of: a settings
 * log on flash is in the numbers, and so are calls that fail. Where another system's flash layer is
 * below the library they are 0.
 *
 * @retval 0        @p stats is set; before the first init to what the run has cost so far.
 * @retval -EINVAL  @p stats is NULL.
 *
 * Touches no flash.
 */
DFU_MUST_CHECK int dfu_target_stats_get(struct dfu_target_stats *stats);

/**
 * @brief Give the library a clock. Ours, CONFIG_DFU_TARGET_STATS or CONFIG_DFU_TARGET_PREPARE.
 *
 * @param now_us  Microseconds since some moment, wrapping at 32 bits; called before and after each
 *                erase and program. NULL: no clock. Used until the next call.
 */
void dfu_target_clock_set(uint32_t (*now_us)(void));

#ifdef __cplusplus
}
#endif

#endif
