/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief DFU target for MCUboot images. Source compatible with the nRF Connect SDK.
 *
 * Writes to the slot of an image pair that does not run, boot_upload_area(); in swap-offset one
 * page up in it. Before the first program what asks for the slot's old image and the pages where
 * its header may be are erased, before the new image is verified the rest of the trailer; each page
 * of the slot at most once in a download that no reset interrupts. The first 32 bytes of the file
 * (rounded up to write blocks) are held back in RAM, and once in the settings under
 * "dfu/MCUBOOT<n>/h", and programmed last, once the image has been verified as flash holds it: no
 * unverified or interrupted download has a header that the bootloader could see.
 *
 * A bootloader that installs what a trailer asks for may see the header of a verified image:
 * dfu_target_mcuboot_done() programs it. One that starts what it finds (direct-xip, ram-load, their
 * revert variants, firmware-loader) would start it: there the bytes stay held back until
 * dfu_target_mcuboot_schedule(), which needs no init and finds them in the settings after a reset.
 * Without settings only the image downloaded last, in the same run, can be scheduled there.
 *
 * How far a download is outlives a reset with CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS, under
 * "dfu/MCUBOOT<n>": saved when the slot begins to be cleared, for each page that is whole, at a
 * pause and when nothing is missing; deleted when the image is scheduled or refused. A power
 * cut costs at most one erase page; after one inside the program of the held-back bytes their page
 * is written again by way of the buffer or, where it does not fit there, the download begins at 0.
 * Flash that is not as it was left (its bytes, the trailer, the place of the header) begins at 0,
 * too, and so does more than the bootloader can install by now.
 *
 * While the running image is an unconfirmed test nothing may be written, because the bootloader
 * would take the new image for the one to go back to: -EBUSY.
 *
 * These functions are what the facade <dfu/dfu_target.h> calls; an application may also call them
 * itself.
 */
#ifndef DFU_DFU_TARGET_MCUBOOT_H
#define DFU_DFU_TARGET_MCUBOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/dfu_target.h>
#include <dfu/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @brief Lend the target its write buffer, once, before the first init.
 *
 * @param buf  4-byte aligned; the target's until the program ends. Also used to verify.
 * @param len  A multiple of the slot's write block, at least 64, at most a page.
 *
 * @retval 0        Taken.
 * @retval -EINVAL  NULL, not aligned, or @p len 0. The old buffer stays.
 * @retval -EBUSY   A download is under way or paused; the same buffer again is 0.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_set_buf(uint8_t *buf, size_t len);

/**
 * @brief Demand a signature by a further public key from now on; NULL: what the bootloader demands
 * (<dfu/boot_rules.h>) decides.
 * @param key  From dfu_image_key_parse(); used, with its DER, until the next call.
 */
void dfu_target_mcuboot_set_key(const struct dfu_image_key *key);

/**
 * @brief Recognise an MCUboot image, and remember its first bytes.
 *
 * What the last call saw decides at the next init that succeeds: other first bytes than those of
 * the download make it begin at 0.
 *
 * @param buf  The first 32 bytes of the file.
 * @return true if the file begins like an MCUboot image.
 */
bool dfu_target_mcuboot_identify(const void *const buf);

/**
 * @brief Begin a download for an image pair, or go on with the one of the same file: same pair,
 * size and name, no other first bytes seen by dfu_target_mcuboot_identify(), in RAM or in the
 * settings.
 *
 * One that is complete and was not scheduled before a reset reports offset = size:
 * dfu_target_mcuboot_done(true) verifies again, and takes it up where it ended. In the run in which
 * done(true) has made the image visible an init begins at 0.
 *
 * @param file_size  Bytes; 0 if not known: the limit is then checked as bytes arrive.
 * @param cb         Not used.
 *
 * @retval 0         Ready; dfu_target_mcuboot_offset_get() says for which byte.
 * @retval -ENODEV   No buffer was set, or there is no slot to write to: none at all (single-slot),
 *                   not for the application (firmware-loader), or it is not known which one runs.
 * @retval -EINVAL   @p img_num is no image pair, the buffer is smaller than 64 bytes or no multiple
 *                   of the write block, CONFIG_DFU_TARGET_HEADER_HOLD is less than 32 bytes
 *                   rounded up to write blocks, or a slot does not begin and end with a page (the
 *                   log names the page).
 * @retval -EFBIG    The bootloader cannot install an image of this size.
 * @retval -EADDRINUSE  What dfu_target_mcuboot_identify() saw is a bootloader that is fixed at the
 *                   slot of the one that runs (<dfu/bootloader.h>).
 * @retval -EBUSY    The running image is unconfirmed. With CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED only
 *                   in the revert variants of direct-xip and ram-load: their bootloader erases an
 *                   unconfirmed image at the next reset, and the other slot holds the last one.
 * @retval -ENOTSUP  The mode needs a trailer that cannot be written on this flash, or the
 *                   bootloader can never swap these two slots.
 * @retval -EFAULT   The device is not ready, the slot cannot hold a stream, or somebody else's
 *                   stream is open; or a bootloader comes, and S0 has no fw_info.
 * @retval -errno    From the device, or -ENOENT: there is no primary slot.
 *
 * Touches no flash but the settings' and, of what was under way and is another file, what a pause
 * does: dfu_target_mcuboot_done(false). A position inside a page is taken back to its start. After
 * an error no download is under way; one that was is paused. Cost: reads all that the download has
 * written.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_init(size_t file_size, int img_num, dfu_target_callback_t cb);

/**
 * Next byte needed, held-back and buffered bytes counted as received. -EINVAL if @p offset is NULL,
 * -EACCES without a download.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_offset_get(size_t *offset);

/**
 * @brief Write the next bytes of the file.
 *
 * The first byte of a download ends the one before, takes back what is pending and linked with the
 * slot's image ("Several images at once"), and begins to clear the slot with what makes its image
 * count: the page of the trailer's fields, if it may have some, then that of the header (where the
 * bootloader reads no trailer the header's first), in swap-offset the first page, if something is
 * there. While more than one is left each call clears one, and the bytes wait in the buffer. Then,
 * once the held-back bytes are whole, those are saved, and from then on a record for each page that
 * is. What is left done(true) clears. A failure to save is logged and costs no more than progress.
 *
 * Power cut: from the first call on nothing is pending there. What was in the slot may still be
 * found until all of it is cleared, and then no image is until done(true) has verified one.
 *
 * @retval 0        Accepted.
 * @retval -EINVAL  @p buf is NULL; nothing consumed.
 * @retval -EACCES  Before any init; nothing consumed.
 * @retval -EPERM   After done; nothing consumed.
 * @retval -EFBIG   More than the announced size, or than the bootloader can install; nothing
 *                  consumed.
 * @retval -errno   From stream_flash_buffered_write() or the device; the offset says what was
 *                  consumed.
 *
 * Blocks for one erase of a page (or a block: CONFIG_STREAM_FLASH_ERASE_BLOCK) at most, if @p len
 * is no more than the buffer's length, or no more than a page and only the header's page has to go
 * before a program. Else
 * - a call longer than a page erases each page that it enters;
 * - a trailer's fields (a request in force, or one whose erase was cut; without progress in
 *   settings whatever the trailer holds) and, in swap-offset, something in the first page have to
 *   go as well: with one of the two a first call longer than the buffer erases two pages; with both
 *   it erases three, and one call as long as the buffer two;
 * - taking back other images erases their trailers;
 * - a settings log on flash may erase a page of its own for a record.
 * What dfu_target_prepare() has erased is not erased here: after it has returned 0 no call erases.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_write(const void *const buf, size_t len);

/**
 * dfu_target_prepare() of this target: what the first writes and done(true) would clear, then the
 * pages ahead, one a step. What it has erased outlives a reset under "dfu/MCUBOOT<n>/a".
 */
DFU_MUST_CHECK int dfu_target_mcuboot_prepare(uint32_t budget_ms);

/**
 * @brief true: flush, verify what flash holds, program the held-back bytes. false: pause, losing
 * nothing.
 *
 * Where pages are still to be cleared true clears all of them first, the trailer's mostly, false
 * those that programs wait for. A pause that cannot loses what has arrived, and says so in the log:
 * the next init goes on at 0.
 *
 * Verified is what the bootloader would ask, boot_judge(), but for dependencies on other images,
 * which may come later: those are asked when the image is scheduled. Without
 * CONFIG_DFU_TARGET_VERIFY nothing is verified.
 *
 * The held-back bytes stay out until dfu_target_mcuboot_schedule() where the bootloader starts what
 * it finds, and with CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED while the running image is unconfirmed. A
 * new init of the same file then reports offset = size.
 *
 * Power cut: the header's write block, which makes the image visible, is programmed last.
 *
 * @retval 0          Done; the image is whole, and the bootloader would take it.
 * @retval -EACCES    Before any init (nothing done), or the signature is wrong.
 * @retval -EALREADY  After done. Nothing done.
 * @retval -EBADMSG   Format or hash is wrong, or bytes are missing; the log says which.
 * @retval -EBUSY     The running image became unconfirmed. The header stays out; repeat the call.
 * @retval -ENOTSUP   Encrypted or compressed image, or an algorithm that no crypto back-end or the
 *                    bootloader has.
 * @retval -EPERM     The image is marked not bootable.
 * @retval -EFBIG     The bootloader cannot install an image of this size.
 * @retval -ESTALE    Older than the bootloader lets in, or than it would start.
 * @retval -EADDRNOTAVAIL  Made for another address, or not to be loaded into RAM.
 * @retval -EADDRINUSE  A bootloader, linked for the slot of the one that runs.
 * @retval -ERANGE    CONFIG_DFU_TARGET_CHECK_BUILD_NUMBER: lower, build number included.
 * @retval -EXDEV     CONFIG_DFU_TARGET_CHECK_LINK_ADDRESS: linked for another slot; without it, no
 *                    bootloader, where only bootloaders go.
 * @retval -EPROTO    CONFIG_DFU_TARGET_CHECK_SIGNATURE: not signed, or not by the key that counts.
 * @retval -errno     From the device or the hash engine: repeat the call or pause.
 *
 * A refused image (-EACCES, -EBADMSG, -ENOTSUP, -EPERM, -EFBIG, -ESTALE, -EADDRNOTAVAIL,
 * -EADDRINUSE, -ERANGE, -EXDEV, -EPROTO) ends the download with nothing to resume, and so does a
 * torn write block of the header whose page cannot be written again (-EIO, then -EALREADY): the
 * next init begins at 0.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_done(bool successful);

/**
 * @brief Ask for a test of the new image at the next reset, as dfu_target_mcuboot_schedule() does.
 * @param img_num  Image pair; -1: all that have one (below), each verified before the first is
 *                 scheduled.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_schedule_update(int img_num);

/**
 * @brief Verify what the slot holds now, and ask the bootloader for it.
 *
 * Needs no init. Verifies also what done(true) has verified: others may have written there since.
 * Where the slot has no header yet, or one that a cut has torn, the held-back bytes stand in, of
 * the download in this run or from the settings (the latter only with CONFIG_DFU_TARGET_VERIFY); a
 * damaged record counts as none, and so does one beside a header that verifies. A torn header's
 * page is written again by way of the buffer. A trailer whose erase was cut is erased again.
 *
 * Order of the writes: in swap-offset the first page is erased if a header may be there; held-back
 * bytes; request (boot_request_upgrade()). Where the bootloader starts what it finds: request (in
 * the revert variants only), held-back bytes. Plain direct-xip, ram-load and firmware-loader know
 * no test: there @p permanent makes no difference.
 *
 * Power cut: scheduled, once the last write block is in, or not at all; the same call goes on.
 *
 * @param img_num    Image pair; -1: all, each verified, dependencies on each other included, before
 *                   the first is scheduled.
 * @param permanent  BOOT_UPGRADE_TEST or BOOT_UPGRADE_PERMANENT.
 *
 * @retval 0         Scheduled.
 * @retval -ENOENT   No such image pair, no image where the bootloader looks for it, or no held-back
 *                   bytes for it. In swap-offset the image of before the last update lies where the
 *                   bootloader does not look, and what lies there may be a copy of the running one.
 * @retval -EBUSY    The running image is unconfirmed, or a download is under way or paused: of this
 *                   pair, or one whose bytes wait in the buffer that verification needs.
 * @retval -ENODEV   No buffer was set, or no slot, as dfu_target_mcuboot_init().
 * @retval -ENOTSUP  As dfu_target_mcuboot_init() and dfu_target_mcuboot_done(). Nothing written.
 * @retval -EACCES, -EBADMSG, -EPERM, -EFBIG, -ESTALE, -EADDRNOTAVAIL, -EADDRINUSE, -ERANGE,
 * -EXDEV, -EPROTO   As dfu_target_mcuboot_done(). Not scheduled.
 * @retval -ENOLINK  Needs another image, or a later one, that is neither there nor scheduled with
 *                   it. Not scheduled.
 * @retval -EALREADY A test was asked for, and a permanent request is in force: it stays, and
 *                   dfu_target_mcuboot_cancel() takes it back. Not where the bootloader starts what
 *                   it finds.
 * @retval -EUCLEAN  As boot_request_upgrade(): remains of a request that cannot be erased. Way out:
 *                   download again.
 * @retval -EIO      A torn write block where the held-back bytes go, in a page that does not fit
 *                   into the buffer. Way out: download again.
 * @retval -errno    From the settings or the device: repeat the call.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_schedule(int img_num, int permanent);

/**
 * @brief Whether the first bytes of a pair's new image are still known, in RAM or in the settings:
 * a header that is missing in its slot, or torn, may be one that dfu_target_mcuboot_schedule()
 * writes. Ours.
 *
 * @param img_num  Image pair.
 *
 * @retval 1       Known; whose they are, only verification tells.
 * @retval 0       Not known, or their record is damaged.
 * @retval -EINVAL No such image pair.
 * @retval -errno  As dfu_target_mcuboot_init() for a slot that cannot be written to, or from the
 *                 settings.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_has_held(int img_num);

/**
 * @name Several images at once. Ours.
 *
 * Trailers of several slots cannot be one write. But MCUboot installs nothing while an image that
 * is pending depends on one that is neither installed nor pending. So a set of images is *linked*
 * if one of them depends on another one of them, not met by what is installed there, or if an
 * installed one could not run beside one of them (direct modes: if all others depend on one of
 * them, directly or by way of each other): the one that depends is asked for first, the one it
 * depends on last, and that last write commits the set. It needs nothing else.
 *
 * Before the first request of any other set an intent is saved in the settings, under "dfu/SET",
 * and deleted after the last one. A reset in between runs a part of the set, until the application
 * calls dfu_target_mcuboot_schedule_recover() at its start. So does a reset in the middle of a
 * cancel or a confirmation of such a set. Without settings such a set is refused, -ENOTSUP. What
 * has become of it is known once all of its pairs tell which slot runs (boot_running_slot_set()):
 * until then none of its images is scheduled, cancelled or confirmed, -ENODEV.
 *
 * An image for the bootloader itself (<dfu/bootloader.h>), which there is no way back from, is
 * asked for last and taken back first.
 *
 * Taking back goes the other way round: the request that committed comes first. What is pending
 * and linked goes as a whole: dfu_target_mcuboot_cancel() and dfu_target_mcuboot_reset() of any
 * image of it, and the first byte of a new download for one. So does what a cut has left of it,
 * which the bootloader waits with.
 * @{
 */

/**
 * @brief dfu_target_mcuboot_schedule() for some image pairs, all or none.
 *
 * dfu_target_mcuboot_schedule(-1) is this for all pairs that have an update: whose download is
 * complete, or which are pending already; where nothing is known of a download, whose upload slot
 * holds an image that would be taken, with a higher version than the one that runs, and which was
 * not put there by a revert (other than that of a part of a set). A pair without one is left out;
 * none at all is -ENOENT. Where there is one image pair it is that one, whatever is known of it.
 *
 * What is pending already is not written again, but to make it permanent. For that a linked set is
 * taken back, but for its first request, and asked for again; all that can be refused is refused
 * before. A cut in between leaves nothing of it installed, and the same call goes on.
 *
 * @param images  Bit n: image pair n. 0 is -ENOENT.
 * @retval -EBUSY    Also: one of them is of a set that is being taken back, or the set needs an
 *                   intent and there is one of another set, not settled yet.
 * @retval -ENOTSUP  Also: the set is not linked and there are no settings.
 * @retval -EALREADY As there; nothing is written.
 * @retval -errno    Also of the settings, if the intent could not be saved. Nothing more scheduled.
 *
 * After any other error while requests are written, what was written is taken back, and what was
 * pending before is so again, a test as a test. In the direct modes, where taking back costs the
 * image, what was made permanent stays so. If taking back fails, too, nothing of a linked set is
 * installed, and dfu_target_mcuboot_schedule_recover() brings any other to all or none. An intent
 * of an incomplete set is replaced or deleted by a request for another image of one of its pairs.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_schedule_set(unsigned int images, int permanent);

/**
 * @brief Whether there is an intent: what was begun with a set is not known to have ended.
 *
 * Looks at the settings alone, so it needs no buffer, and no flash that holds images. A damaged
 * intent counts as none: it is deleted, and the log says so.
 *
 * @retval 1       There is one: dfu_target_mcuboot_schedule_recover() goes by it.
 * @retval 0       None, or no settings, or one image pair.
 * @retval -errno  From the settings.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_has_intent(void);

/** What dfu_target_mcuboot_schedule_recover() has found. */
enum dfu_target_mcuboot_recovery {
	DFU_TARGET_MCUBOOT_SETTLED = 0,   /**< No set is incomplete. */
	DFU_TARGET_MCUBOOT_GOES_BACK = 1, /**< A part runs for a test: the next reset reverts it. */
	DFU_TARGET_MCUBOOT_GOES_ON = 2,   /**< A part runs for good: the rest is scheduled, for the
					       next reset. */
};

/**
 * @brief At the application's start: bring a set that a power cut has left incomplete to all or
 * none.
 *
 * Nothing of it installed: requests that are left are taken back. A part of it, asked for as a
 * test, in a mode that reverts: it stays unconfirmed, dfu_target_mcuboot_confirm() is -EBUSY, and
 * the next reset gives it up. A part of it for good (permanent; always in overwrite-only,
 * direct-xip and ram-load; a confirmation that was cut; a bootloader is among it): the rest is
 * scheduled for good. All of it: done. The intent is deleted once it is all or none.
 *
 * Needs the buffer (dfu_target_mcuboot_set_buf()). Repeat it at each start; without an intent it
 * only looks for one.
 *
 * @return enum dfu_target_mcuboot_recovery; or, and the intent stays: -ENODATA the rest is to be
 *         installed and is no longer there, or damaged (where the bootloader starts what it finds,
 *         it erases what was not confirmed, and a cancel that was cut has taken the header):
 *         download it again, and repeat the call; else as dfu_target_mcuboot_schedule() and
 *         dfu_target_mcuboot_cancel().
 *
 * Power cut: repeat the call.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_schedule_recover(void);

/**
 * @brief Keep what runs: boot_write_img_confirmed_multi(), in an order in which a cut leaves no
 * mixture.
 *
 * Linked images in the order they were asked for in: while the first is confirmed and the last is
 * not, the bootloader reverts neither (direct modes: it gives both up). Others with an intent,
 * which dfu_target_mcuboot_schedule_recover() finishes; without settings they go one by one.
 * One that is confirmed already is left alone. One by number goes by itself, whatever it is linked
 * with.
 *
 * @param img_num  Image pair; -1: all that are unconfirmed, of pairs that are known to run from a
 *                 slot.
 * @retval 0        Confirmed, or nothing to confirm.
 * @retval -EINVAL  No such image pair.
 * @retval -EBUSY   It belongs to a set that is being taken back.
 * @retval -EAGAIN  The image never ran: the bootloader has not started it yet; with -1 one of them.
 *                  Nothing written.
 * @retval -errno   As boot_write_img_confirmed_multi(), else from the settings.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_confirm(int img_num);

/** @} */

/**
 * @brief Take a scheduled update back: boot_cancel_upgrade_multi(). The image stays in the slot,
 * but where the bootloader starts what it finds it loses its header and must be downloaded again.
 *
 * Needs no init. A trailer whose erase was cut, which the settings know, is erased again.
 *
 * With several images see above: a linked set goes as a whole.
 *
 * Power cut: the image is pending or not, as there; repeat the call.
 *
 * @param img_num  Image pair; -1: all that are pending, and what a cut has left of requests. If
 * they are not linked, with an intent, or without settings one by one.
 * @retval -EBUSY  The running image is unconfirmed (with -1: of one that is pending), or what is
 *                 pending is the rest of a set of which a part runs for good. Nothing done.
 * @retval -errno  As boot_cancel_upgrade_multi(); of the first image that fails, after all were
 *                 tried; of linked images none after it. Or from the settings, nothing done.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_cancel(int img_num);

/**
 * @brief Clear the slot of the last init: trailer first, then the header's page (in swap-offset
 * both first pages), then what settings know of it. Nothing is pending or resumable after it.
 *
 * Power cut: nothing is resumable; repeat the call after an init of any file.
 *
 * @retval 0        Cleared.
 * @retval -EACCES  There was no init.
 * @retval -EBUSY   The running image is unconfirmed, or that slot has become the running one.
 *                  Nothing done.
 * @retval -ENODEV  It is no longer known which slot runs. Nothing done.
 * @retval -errno   From the device: repeat the call.
 */
DFU_MUST_CHECK int dfu_target_mcuboot_reset(void);

#ifdef __cplusplus
}
#endif

#endif
