/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Fetch an update and give it to its target. Source compatible with the nRF Connect SDK.
 *
 * Upstream downloads in a thread of its own. Here nothing runs by itself: the application names a
 * transport (<net/fota_transport.h>), starts a download, and calls fota_download_process() until it
 * is over, from a loop or from a thread that it makes. Events come from inside that call.
 *
 * The first fragment tells which target the file is for. What the server says of its content (ETag,
 * else Last-Modified; length) names it to dfu_target_identity_set(); so an interrupted download
 * goes on, after a reset, too, where the target has it, from whichever URL the same content comes,
 * and another content at the same URL begins at 0. A file that changes on the server in
 * mid-transfer begins at 0.
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
	FOTA_DOWNLOAD_EVT_PROGRESS, /**< Only with CONFIG_FOTA_DOWNLOAD_PROGRESS_EVT. */
	FOTA_DOWNLOAD_EVT_FINISHED,
	FOTA_DOWNLOAD_EVT_ERASE_PENDING,
	FOTA_DOWNLOAD_EVT_ERASE_TIMEOUT,
	FOTA_DOWNLOAD_EVT_ERASE_DONE,
	FOTA_DOWNLOAD_EVT_ERROR,
	FOTA_DOWNLOAD_EVT_CANCELLED,
};

enum fota_download_error_cause {
	FOTA_DOWNLOAD_ERROR_CAUSE_NO_ERROR,
	FOTA_DOWNLOAD_ERROR_CAUSE_CONNECT_FAILED,
	FOTA_DOWNLOAD_ERROR_CAUSE_DOWNLOAD_FAILED,
	FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_UPDATE,
	FOTA_DOWNLOAD_ERROR_CAUSE_TYPE_MISMATCH,
	FOTA_DOWNLOAD_ERROR_CAUSE_INTERNAL,
	FOTA_DOWNLOAD_ERROR_CAUSE_DFU,
	FOTA_DOWNLOAD_ERROR_CAUSE_PROTO_NOT_SUPPORTED,
	FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_CONFIGURATION,
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
 * @brief Name the callback.
 * @retval 0        Ready.
 * @retval -EINVAL  NULL.
 */
DFU_MUST_CHECK int fota_download_init(fota_download_callback_t cb);

/**
 * @brief Start a download.
 *
 * @param host, file     Copied. @p file may be "s0file s1file": the one for the bootloader slot
 *                       that does not run is taken.
 * @param sec_tag_list   Copied; may be NULL with 0.
 * @param fragment_size  Bytes read at once; 0: CONFIG_FOTA_DOWNLOAD_BUF_SZ, which is also the most.
 * @param expected_type  Bits of the types that are taken.
 *
 * @retval 0          Started: call fota_download_process().
 * @retval -EINVAL    @p host or @p file is NULL, or there was no init or no transport.
 * @retval -EALREADY  A download is under way.
 * @retval -E2BIG     More than CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX security tags. Unlike
 *                    upstream's, the next start works.
 * @retval -ENAMETOOLONG  A name does not fit CONFIG_FOTA_DOWNLOAD_HOST_NAME_LENGTH or
 *                    CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH with its terminator.
 * @retval -errno     From fota_download_b1_file_parse(), but -EOPNOTSUPP and -ENOMSG.
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
 * @retval 1        It goes on: call again.
 * @retval 0        It is over: FINISHED, CANCELLED or ERROR was reported, or nothing was started.
 *
 * Blocks as the transport's open and read, and the target's write.
 */
int fota_download_process(void);

/**
 * @brief Give the download up; what the target has stays, and can be gone on with. CANCELLED is
 * reported. May be called from the callback.
 * @retval 0        Cancelled.
 * @retval -EAGAIN  None is under way.
 */
DFU_MUST_CHECK int fota_download_cancel(void);

/** @return The type of the file that is, or was last, downloaded, DFU_TARGET_IMAGE_TYPE_*. */
int fota_download_target(void);

/** @return Bytes of the file that the target has; @p size: of the whole file, 0 if not known. Ours.
 */
size_t fota_download_progress(size_t *size);

/** boot_s0_active_get() (<dfu/bootloader.h>). */
DFU_MUST_CHECK int fota_download_s0_active_get(bool *const s0_active);

/**
 * @brief Choose the file for the bootloader slot that does not run.
 * @param s0_s1_files  "s0file s1file"; replaced by the one.
 * @retval 0            Chosen.
 * @retval -EINVAL      NULL.
 * @retval -ENOEXEC     No terminator in CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH bytes.
 *                      Unchanged.
 * @retval -EOPNOTSUPP  There is no S1. Unchanged.
 * @retval -ENOMSG      There is one name only. Unchanged.
 * @retval -EIO         It is not known which slot runs. Unchanged.
 */
DFU_MUST_CHECK int fota_download_b1_file_parse(char *s0_s1_files);

/**
 * @brief Choose one of two names.
 * @param file           "s0file s1file"; the space becomes a terminator.
 * @param s0_active      Whether S0 runs: then the file for S1 is chosen.
 * @param selected_path  Into @p file; NULL where there is one name only.
 * @retval 0         Chosen, or one name only.
 * @retval -EINVAL   An argument is NULL.
 * @retval -ENOTSUP  No terminator in CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH bytes.
 */
DFU_MUST_CHECK int fota_download_parse_dual_resource_locator(char *const file, bool s0_active,
							     const char **selected_path);

#ifdef __cplusplus
}
#endif

#endif
