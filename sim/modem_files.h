/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Files for a simulated modem: made, and read as a person's tool does, whole in memory.
 *
 * A full file is what real modems take (FORMATS.md, "Modem firmware"). A patch is of the simulated
 * modem's own format (FORMATS.md, "Patch of the simulated modem"): magic "meDu" at byte 4, UUID of
 * the firmware it is for and digest of the one it makes, sizes, CRC, then blocks that each say at
 * which offset of the file they stand, copy from the old firmware or bring bytes.
 */
#ifndef SIM_MODEM_FILES_H
#define SIM_MODEM_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#include "error.h"
#include "modem_firmware.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_MODEM_SIGNATURE_LEN 256

/** Signs a digest with RSASSA-PSS, salt 32; 0 or a negative errno. */
typedef int (*sim_modem_sign_t)(void *arg, const uint8_t digest[DFU_MODEM_DIGEST_LEN],
				uint8_t signature[SIM_MODEM_SIGNATURE_LEN]);

/** What a full file is made of. */
struct sim_modem_full {
	struct sim_modem_segment bootloader; /**< First segment. */
	const struct sim_modem_firmware *firmware;
	uint32_t compat;
	sim_modem_sign_t sign; /**< NULL: the dummy signature, 256 bytes 0xff. */
	void *arg;             /**< For sign(). */
};

/**
 * @brief Make a full file.
 *
 * @param file      Set to memory that the caller has to free().
 * @retval 0        Made.
 * @retval -EINVAL  No segment or too many of them, one without bytes, at address 0 or past the end
 *                  of the address space, overlaps. @p error tells.
 * @retval -errno   From sign(), or the hash's engine; -ENOMEM.
 */
DFU_MUST_CHECK int sim_modem_make_full(const struct sim_modem_full *full, uint8_t **file,
				       size_t *len, struct sim_error *error);

/** @return Why fmfu_fdev_check() does not take a file, in words that say "it" of the file. */
const char *sim_modem_full_why(int rc);

/**
 * @brief Read a full file, as strictly as fmfu_fdev_check(), which has the verdict, and its length.
 *
 * @param firmware    Without the bootloader; points into @p file.
 * @param bootloader  May be NULL.
 * @retval 0         Read.
 * @retval -EMSGSIZE It is longer or shorter than its manifest says.
 * @retval -errno    As fmfu_fdev_check(). @p error tells in words.
 */
DFU_MUST_CHECK int sim_modem_read_full(const uint8_t *file, size_t len,
				       struct sim_modem_segment *bootloader,
				       struct sim_modem_firmware *firmware,
				       struct sim_error *error);

/**
 * @brief The digest that a full file's signature is of: that of its Sig_structure (RFC 9052, 4.4).
 * @param wrapper  Any bytes may follow.
 * @retval 0         @p digest is set.
 * @retval -EBADMSG  It is not a wrapper, or damaged.
 * @retval -errno    From the hash's engine.
 */
DFU_MUST_CHECK int sim_modem_signed_digest(const uint8_t *wrapper, size_t len,
					   uint8_t digest[DFU_MODEM_DIGEST_LEN]);

/**
 * @brief Make a patch from one firmware to another.
 * @param file     Set to memory that the caller has to free().
 * @retval 0       Made.
 * @retval -errno  -ENOMEM, or from the hash's engine.
 */
DFU_MUST_CHECK int sim_modem_make_delta(const struct sim_modem_firmware *from,
					const struct sim_modem_firmware *to, uint8_t **file,
					size_t *len);

/** What a patch says of itself. */
struct sim_modem_delta {
	char from_uuid[DFU_MODEM_UUID_LEN + 1];
	uint8_t to_digest[DFU_MODEM_DIGEST_LEN];
	size_t len; /**< Bytes of the file. */
};

/**
 * @brief Read a patch, all of it but what only the modem's firmware can tell.
 * @retval 0          @p delta is set.
 * @retval -EBADMSG   It is none, or damaged.
 * @retval -EMSGSIZE  @p len is not the length it tells. @p error tells in words.
 */
DFU_MUST_CHECK int sim_modem_read_delta(const uint8_t *file, size_t len,
					struct sim_modem_delta *delta, struct sim_error *error);

#ifdef __cplusplus
}
#endif

#endif
