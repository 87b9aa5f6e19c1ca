/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief What the device's bootloader takes, and the judgement of an image by it. Ours.
 *
 * Neither laxer nor stricter than MCUboot, but for damaged or odd files, which are refused where
 * MCUboot is lenient (DESIGN.md, 21).
 */
#ifndef DFU_BOOT_RULES_H
#define DFU_BOOT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/boot.h>
#include <dfu/compiler.h>
#include <dfu/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which signature the bootloader demands. */
enum boot_signature {
	BOOT_SIGNATURE_UNKNOWN, /**< Not known here: any hash and signature passes. */
	BOOT_SIGNATURE_NONE,    /**< The hash decides; signatures are not looked at. */
	BOOT_SIGNATURE_ECDSA_P256,
	BOOT_SIGNATURE_ECDSA_P384,
	BOOT_SIGNATURE_RSA_2048,
	BOOT_SIGNATURE_RSA_3072,
	BOOT_SIGNATURE_ED25519,
	BOOT_SIGNATURE_ED25519_PURE,
	BOOT_SIGNATURE_COUNT
};

/** What keeps older images out. Swap and overwrite-only modes; an equal one passes. */
enum boot_downgrade {
	BOOT_DOWNGRADE_ALLOWED,
	BOOT_DOWNGRADE_BY_VERSION,          /**< Major, minor, revision; not the build number. */
	BOOT_DOWNGRADE_BY_SECURITY_COUNTER, /**< SEC_CNT; all passes if the running one has none. */
	BOOT_DOWNGRADE_COUNT
};

/** What the bootloader was built to take. */
struct boot_rules {
	enum boot_signature signature;
	/** Type of the one hash TLV that counts, DFU_IMAGE_TLV_SHA*; 0: any. */
	uint16_t hash;
	enum boot_downgrade downgrade;
	/**
	 * The bootloader's key, of the kind that @p signature names; NULL: not known here, a
	 * signature must be there, but is not judged. Without a demanded signature it does not
	 * count, unless @p check_signature.
	 */
	const struct dfu_image_key *key;
	uint32_t ram_start; /**< ram-load: where images may be executed, */
	uint32_t ram_size;  /**< and how many bytes of it. */
	/** The bootloader's engine refuses every P-384 signature, as in MCUboot 2.4.0's host build.
	 */
	bool no_p384;
	/** Pair whose upload slot takes images for S0 and S1 (<dfu/bootloader.h>). */
	uint8_t bootloader_image;
	/** CPU address of offset 0 of the flash device that images run from. */
	uint32_t flash_base;
	/* Stricter than the bootloader, at the maker's wish; all false by default. */
	/**
	 * A version below the running one's is refused, build number included, whatever
	 * @p downgrade says. Not in firmware-loader.
	 */
	bool check_build_number;
	/**
	 * So is an image whose reset vector lies outside the slot that it will run from (ram-load:
	 * outside itself, as loaded), or that is ROM_FIXED for another one. Of slots that are not
	 * on slot 0's flash device nothing is said.
	 */
	bool check_link_address;
	/**
	 * And so is one without any signature, or with no right one by @p key, if there is one,
	 * where @p signature demands none.
	 */
	bool check_signature;
};

/** @return The rules: constants from Kconfig, or what boot_rules_set() gave. Never NULL. */
const struct boot_rules *boot_rules_get(void);

/**
 * @brief Set the rules at run time. Only with CONFIG_BOOT_ARRANGEMENT_RUNTIME (the host build).
 *
 * @param rules  Copied; the key it points to is used until the next call. NULL: those of Kconfig.
 * @retval 0        Set.
 * @retval -EINVAL  A field outside its range, or a key of another kind than the signature; the old
 *                  rules stay.
 */
DFU_MUST_CHECK int boot_rules_set(const struct boot_rules *rules);

/** @return A signature's name in devicetree and messages, such as "ecdsa-p256"; NULL for none. */
const char *boot_signature_name(enum boot_signature signature);

/**
 * @brief Why a bootloader that starts what it finds never starts an image from a slot, as far as
 * its header says.
 *
 * @return DFU_IMAGE_ADDRESS (direct-xip: made for another offset on the flash device),
 *         DFU_IMAGE_NOT_RAM_LOAD (ram-load), or DFU_IMAGE_OK, as always in all other modes.
 */
enum dfu_image_fault boot_place_fault(const struct dfu_image_header *header,
				      const struct flash_area *fa);

/** What a judgement found out, also when it refuses. */
struct boot_judgement {
	/** As far as the image could be opened. */
	struct dfu_image image;
	/** Its fault is the first reason to refuse, the rules' own reasons included. */
	struct dfu_image_report report;
};

/**
 * @brief Would the bootloader install (or start) this image as the next one of an image pair?
 *
 * In this order: dfu_image_open(), size (boot_get_max_image_size()), then as dfu_image_verify(),
 * with the type of the hash before the hash, the kind of signature (type, and pure or not) before
 * the signatures, and the engine after them. Then what the mode and the device add:
 *
 * - direct-xip: ROM_FIXED only for the upload slot's offset on its flash device.
 * - ram-load: RAM_LOAD; header to last TLV inside the executable RAM, and not over another image.
 * - swap, overwrite-only: downgrade prevention.
 * - direct-xip, ram-load: a version above the running one's, from the primary slot also an equal
 *   one. Others would never be started.
 * - whatever the check_* rules ask beyond the bootloader: the signature with the others, build
 *   number and link address here.
 * - more than one image: dependencies, the candidate's first. Where images run from primary slots
 *   also those of the others, which keep every update waiting until all are met.
 *
 * In the pair that takes bootloaders (<dfu/bootloader.h>) an image that is linked for S0 or S1 is
 * judged as one instead: for the slot that does not run, not larger than it, with a fw_info whose
 * version the first stage will prefer; not by what the mode and the check_* rules add, but for
 * signatures. If the pair is for bootloaders alone, an image for another address is refused.
 *
 * Nothing is compared with a running image that is not there. What is pending in other pairs is
 * taken for good: it was judged before.
 *
 * @param source    Where the image lies: the upload slot, or a file in memory before it is written.
 * @param key       A further key to demand a signature by; NULL: none.
 * @param together  Bit n set: image n's upload slot, too, is about to be scheduled, so its version
 *                  counts as installed for dependencies. What is pending already always counts.
 * @param buf       Work buffer of @p len bytes, at least 64.
 * @param judgement Filled in every case, as far as the judgement came.
 *
 * @retval 0        It would.
 * @retval -errno   Of the fault (dfu_image_fault_errno()); or, with fault DFU_IMAGE_OK, from the
 *                  device, the engine, or boot_get_max_image_size(): nothing is said of the image.
 *                  A bootloader: also -EFAULT, S0 has no fw_info, and -ENOTSUP, the mode copies
 *                  none.
 *
 * Writes nothing. Reads as dfu_image_verify(), and for some rules the header and TLVs of the
 * running image and of other pairs; all of another image only where it seems to lie in the way.
 * Stack: 200 bytes and dfu_image_verify()'s, or 900 with several images.
 */
DFU_MUST_CHECK int boot_judge(int image_index, const struct dfu_image_source *source,
			      const struct dfu_image_key *key, unsigned int together, uint8_t *buf,
			      size_t len, struct boot_judgement *judgement);

/**
 * @brief boot_judge() for an image of several that are to be written, and scheduled together: none
 * is on flash yet, and what upload slots hold now does not count.
 *
 * @param files     Of image n, files[n]: BOOT_IMAGES_MAX of them, set where @p together says so,
 *                  and @p image_index's.
 * @param together  Bit n: image n is among them, and its version counts for dependencies.
 *
 * Other arguments and results as boot_judge().
 */
DFU_MUST_CHECK int boot_judge_files(int image_index, const struct dfu_image_source *files,
				    unsigned int together, const struct dfu_image_key *key,
				    uint8_t *buf, size_t len, struct boot_judgement *judgement);

#ifdef __cplusplus
}
#endif

#endif
