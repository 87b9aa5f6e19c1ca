/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Fetch an update and give it to its target. Source compatible with the nRF Connect SDK.
 *
 * Upstream downloads in a thread of its own. Here nothing runs by itself: the application names a
 * transport (<net/fota_transport.h>), starts a download, and calls fota_download_process() until it
 * is over, from a loop or from a thread that it makes. Events come from inside that call. All calls
 * come from one thread, and nobody else calls dfu_target while a download is under way.
 *
 *     fota_download_transport_set(&port);
 *     fota_download_init(on_event);
 *     fota_download_start("https://example.com", "app.bin", -1, 0, 0);
 *     while (fota_download_process() != 0) {
 *     }
 *
 * The first 32 bytes tell which target the file is for; fota_download_image_set() tells the image
 * pair, if the device has several. What the server says of its content (ETag, else Last-Modified;
 * length) names it to dfu_target_identity_set(), and nothing else does; no name is left when the
 * download is over. So an interrupted download goes on, after a reset, too, where the target has
 * it, from whichever URL the same content comes, and another content at the same URL begins at 0.
 * So does a file that changes on the server in mid-transfer, and one of a server that can only
 * begin at 0; up to three times in a download. Where the server tells no length, and has nothing
 * behind what the target has of an MCUboot image, verification tells whether that is all of it.
 *
 * A transfer that breaks (-ECONNRESET, -ETIMEDOUT, -EAGAIN, -ENETDOWN, or an end before the file's)
 * is opened again behind the last byte that the target has, after the port's wait,
 * CONFIG_FOTA_SOCKET_RETRIES times in a row; bytes that the target takes begin the count anew.
 *
 * The target's buffer is the application's to lend (dfu_target_mcuboot_set_buf() and the like).
 */
#ifndef NET_FOTA_DOWNLOAD_H
#define NET_FOTA_DOWNLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/dfu_target.h>
#include <net/fota_transport.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fota_download_evt_id {
	/** Another percent of a file of known size. Only with CONFIG_FOTA_DOWNLOAD_PROGRESS_EVT. */
	FOTA_DOWNLOAD_EVT_PROGRESS,
	/** Complete, verified by its target and, if fota_download_autoschedule_set() says so,
	 *  scheduled. Over. */
	FOTA_DOWNLOAD_EVT_FINISHED,
	FOTA_DOWNLOAD_EVT_ERASE_PENDING, /**< The target erases, which takes long. */
	FOTA_DOWNLOAD_EVT_ERASE_TIMEOUT, /**< It still does. */
	FOTA_DOWNLOAD_EVT_ERASE_DONE,    /**< It no longer does. */
	/** Over. The target is paused (dfu_target_done(false)): the next start goes on, unless the
	 *  target has refused what it has. */
	FOTA_DOWNLOAD_EVT_ERROR,
	FOTA_DOWNLOAD_EVT_CANCELLED, /**< fota_download_cancel(). Over. */
};

/** Why a download has ended; fota_download_error() has the errno behind it. */
enum fota_download_error_cause {
	FOTA_DOWNLOAD_ERROR_CAUSE_NO_ERROR, /**< Never told. */
	/** -ENETDOWN, -EHOSTUNREACH, -ECONNREFUSED, -ECONNABORTED of the port. */
	FOTA_DOWNLOAD_ERROR_CAUSE_CONNECT_FAILED,
	/** -ECONNRESET, -ETIMEDOUT, -EAGAIN, -EHOSTDOWN, -ENOENT, -EACCES, -EBADMSG, -ERANGE,
	 *  -E2BIG of the port; also an end before the file's (-ECONNRESET), more bytes than it has
	 *  or a file that never stays the same (-EBADMSG). */
	FOTA_DOWNLOAD_ERROR_CAUSE_DOWNLOAD_FAILED,
	/** Fewer than 32 bytes (-ENODATA), for no target of this build (-ENOTSUP), more than the
	 *  target can take (-EFBIG), or bytes that it does not want (-EINVAL of a write). */
	FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_UPDATE,
	FOTA_DOWNLOAD_ERROR_CAUSE_TYPE_MISMATCH, /**< Of no expected type (-EPERM). */
	FOTA_DOWNLOAD_ERROR_CAUSE_INTERNAL,      /**< Any other errno of the port. */
	/** The target failed, or could not be initialised, or refused the whole file in
	 *  dfu_target_done(true), as it also does with one that was damaged on its way: start
	 *  again; or the update could not be scheduled. */
	FOTA_DOWNLOAD_ERROR_CAUSE_DFU,
	FOTA_DOWNLOAD_ERROR_CAUSE_PROTO_NOT_SUPPORTED,   /**< -EPROTONOSUPPORT of the port. */
	FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_CONFIGURATION, /**< -EINVAL, -EAFNOSUPPORT of the port. */
};

struct fota_download_evt {
	enum fota_download_evt_id id;
	union {
		enum fota_download_error_cause cause; /**< Of FOTA_DOWNLOAD_EVT_ERROR. */
		int progress;                         /**< Percent. */
	};
};

typedef void (*fota_download_callback_t)(const struct fota_download_evt *evt);

/**
 * @brief Name the port to fetch through. Ours; before the first start.
 * @param transport  The port's until another is named.
 * @retval 0        Taken.
 * @retval -EINVAL  NULL, or a function but wait is missing.
 * @retval -EALREADY  A download is under way.
 */
DFU_MUST_CHECK int fota_download_transport_set(const struct fota_transport *transport);

/**
 * @brief Name the callback. It may cancel, and from FINISHED, ERROR and CANCELLED on also start.
 * @retval 0        Ready.
 * @retval -EINVAL  NULL; the one before stays.
 */
DFU_MUST_CHECK int fota_download_init(fota_download_callback_t cb);

/**
 * @brief Start a download.
 *
 * @param host, file     Copied. @p file may be "s0file s1file" where the bootloader can be updated
 *                       (<dfu/bootloader.h>): the one for the slot that does not run is taken, and
 *                       goes to image pair boot_bootloader_image(), unless
 *                       fota_download_image_set() names another. '/' at its beginning are left out.
 * @param sec_tag_list   Copied; may be NULL with 0.
 * @param fragment_size  Bytes read at once; 0: CONFIG_FOTA_DOWNLOAD_BUF_SZ, which is also the most.
 * @param expected_type  Bits of the types that are taken; DFU_TARGET_IMAGE_TYPE_ANY: all, those of
 *                       dfu_target_register() among them.
 *
 * @retval 0          Started: call fota_download_process().
 * @retval -EINVAL    @p host or @p file is NULL, or @p sec_tag_list with tags, or there was no init
 *                    or no transport.
 * @retval -EALREADY  A download is under way; it goes on.
 * @retval -E2BIG     More than CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX security tags. Unlike
 *                    upstream's, the next start works.
 * @retval -ENAMETOOLONG  A name does not fit CONFIG_FOTA_DOWNLOAD_HOST_NAME_LENGTH or
 *                    CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH with its terminator.
 * @retval -EIO       There are two names, and it is not known which bootloader slot runs.
 *
 * After an error nothing is under way that was not before.
 */
DFU_MUST_CHECK int fota_download(const char *host, const char *file, const int *sec_tag_list,
				 uint8_t sec_tag_count, uint8_t pdn_id, size_t fragment_size,
				 const enum dfu_target_image_type expected_type);

/** fota_download() of any type. */
DFU_MUST_CHECK int fota_download_any(const char *host, const char *file, const int *sec_tag_list,
				     uint8_t sec_tag_count, uint8_t pdn_id, size_t fragment_size);

/** fota_download_any() with one security tag; -1: none. */
DFU_MUST_CHECK int fota_download_start(const char *host, const char *file, int sec_tag,
				       uint8_t pdn_id, size_t fragment_size);

/** fota_download_start() of the types that are expected. */
DFU_MUST_CHECK int
fota_download_start_with_image_type(const char *host, const char *file, int sec_tag, uint8_t pdn_id,
				    size_t fragment_size,
				    const enum dfu_target_image_type expected_type);

/**
 * @brief Do one step of the download: open, or read a fragment and write it. Ours.
 *
 * A target that is not ready yet (-EAGAIN of a modem that erases) gets the same bytes again at the
 * next call: with CONFIG_DFU_TARGET_MODEM_ERASE_ASYNC sleep in between.
 *
 * @retval 1        It goes on: call again.
 * @retval 0        It is over: FINISHED, CANCELLED or ERROR was reported, or nothing was started.
 *
 * Blocks as the transport's open, read and wait, and the target's init, write and done. From the
 * callback it does nothing.
 */
int fota_download_process(void);

/**
 * @brief Give the download up; what the target has stays, and can be gone on with. CANCELLED is
 * reported: from within this call or, if it comes from the callback, when the step that it
 * interrupts is done; if that was the last one, and all went well, it is FINISHED instead.
 * @retval 0        Cancelled.
 * @retval -EAGAIN  None is under way.
 */
DFU_MUST_CHECK int fota_download_cancel(void);

/**
 * @brief Name the image pair of the MCUboot images that are downloaded from now on. Ours.
 *
 * @param img_num  Image pair; boot_bootloader_image() for a bootloader that is fetched under one
 *                 name. -1, as at first: that one for a file that is one of two, else 0.
 *
 * @retval 0         Taken. A pair that the device does not have is an error of the target, when the
 *                   file's first bytes are there.
 * @retval -EINVAL   Below -1; the one before stays.
 * @retval -EALREADY A download is under way; it goes where it goes.
 */
DFU_MUST_CHECK int fota_download_image_set(int img_num);

/**
 * @brief Whether a complete update is scheduled before FINISHED is told; at first as
 * CONFIG_FOTA_CLIENT_AUTOSCHEDULE_UPDATE says. Ours; at any time.
 *
 * Otherwise the application calls dfu_target_schedule_update(), or another function of the target
 * that schedules, after FINISHED: for the image pair of fota_download_image_set().
 */
void fota_download_autoschedule_set(bool enabled);

/** @return The type of the file that is, or was last, downloaded, DFU_TARGET_IMAGE_TYPE_*; NONE
 * until its first bytes are there. */
int fota_download_target(void);

/**
 * @brief How far the download is, or was when it ended. Ours.
 * @param size  May be NULL; bytes of the whole file, 0 if not known.
 * @return Bytes of the file that the target has.
 */
size_t fota_download_progress(size_t *size);

/** @return The byte of the file that this download, or the last one, went on at; 0: it began, or
 * had to begin again, at the beginning. Ours. */
size_t fota_download_resumed_at(void);

/** @return The errno behind the last ERROR, 0 if there was none since the last start. Ours. */
int fota_download_error(void);

/** boot_s0_active_get() (<dfu/bootloader.h>); -EINVAL: NULL. */
DFU_MUST_CHECK int fota_download_s0_active_get(bool *const s0_active);

/**
 * @brief Choose the file for the bootloader slot that does not run.
 * @param s0_s1_files  "s0file s1file"; replaced by the one.
 * @retval 0            Chosen.
 * @retval -EINVAL      NULL.
 * @retval -EOPNOTSUPP  There is no S1.
 * @retval -ENOEXEC     No terminator in CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH bytes.
 * @retval -ENOMSG      There is one name only.
 * @retval -EIO         It is not known which slot runs.
 *
 * Unchanged after every error.
 */
DFU_MUST_CHECK int fota_download_b1_file_parse(char *s0_s1_files);

/**
 * @brief Choose one of two names: the first space separates them.
 * @param file           "s0file s1file"; the space becomes a terminator.
 * @param s0_active      Whether S0 runs: then the file for S1 is chosen.
 * @param selected_path  Into @p file; NULL where there is one name only.
 * @retval 0         Chosen, or one name only.
 * @retval -EINVAL   An argument is NULL.
 * @retval -ENOTSUP  No terminator in CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH bytes.
 *
 * Upstream's -EFAULT, @p file not in RAM, cannot be told here: it has to be writable.
 */
DFU_MUST_CHECK int fota_download_parse_dual_resource_locator(char *const file, bool s0_active,
							     const char **selected_path);

#ifdef __cplusplus
}
#endif

#endif
