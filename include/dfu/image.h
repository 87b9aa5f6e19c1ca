/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief MCUboot images: header, TLVs, verification, wherever the bytes lie.
 *
 * Formats: FORMATS.md, "Image". Every length found in an image is checked against the bytes that
 * there are before it is used. Nothing here writes.
 */
#ifndef DFU_IMAGE_H
#define DFU_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/crypto.h>
#include <storage/flash_map.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DFU_IMAGE_HEADER_LEN 32 /**< Bytes of the header structure, which ih_hdr_size may pad. */
#define DFU_IMAGE_MAGIC 0x96f3b83du

/** ih_flags. */
#define DFU_IMAGE_F_PIC 0x00000001u
#define DFU_IMAGE_F_ENCRYPTED_AES128 0x00000004u
#define DFU_IMAGE_F_ENCRYPTED_AES256 0x00000008u
#define DFU_IMAGE_F_NON_BOOTABLE 0x00000010u
#define DFU_IMAGE_F_RAM_LOAD 0x00000020u
#define DFU_IMAGE_F_ROM_FIXED 0x00000100u
#define DFU_IMAGE_F_COMPRESSED_LZMA1 0x00000200u
#define DFU_IMAGE_F_COMPRESSED_LZMA2 0x00000400u
#define DFU_IMAGE_F_COMPRESSED_ARM_THUMB 0x00000800u

/** TLV types that this library reads. */
enum dfu_image_tlv_type {
	DFU_IMAGE_TLV_KEYHASH = 0x01,
	DFU_IMAGE_TLV_PUBKEY = 0x02,
	DFU_IMAGE_TLV_SHA256 = 0x10,
	DFU_IMAGE_TLV_SHA384 = 0x11,
	DFU_IMAGE_TLV_SHA512 = 0x12,
	DFU_IMAGE_TLV_RSA2048_PSS = 0x20,
	DFU_IMAGE_TLV_ECDSA_SIG = 0x22,
	DFU_IMAGE_TLV_RSA3072_PSS = 0x23,
	DFU_IMAGE_TLV_ED25519 = 0x24,
	DFU_IMAGE_TLV_SIG_PURE = 0x25,
	DFU_IMAGE_TLV_ENC_FIRST = 0x30,
	DFU_IMAGE_TLV_ENC_LAST = 0x34,
	DFU_IMAGE_TLV_DEPENDENCY = 0x40,
	DFU_IMAGE_TLV_SEC_CNT = 0x50,
};

/** Version; MCUboot compares all but build. */
struct dfu_image_version {
	uint8_t major;
	uint8_t minor;
	uint16_t revision;
	uint32_t build;
};

/** Decoded header; sizes in bytes. */
struct dfu_image_header {
	uint32_t load_addr;
	uint16_t hdr_size;         /**< Offset of the payload, >= DFU_IMAGE_HEADER_LEN. */
	uint16_t protect_tlv_size; /**< Whole protected TLV area, 0 if there is none. */
	uint32_t img_size;         /**< Payload only. */
	uint32_t flags;            /**< DFU_IMAGE_F_*. */
	struct dfu_image_version version;
};

/** Why an image is refused. Each has its own errno, given here, and text, dfu_image_fault_str(). */
enum dfu_image_fault {
	DFU_IMAGE_OK = 0,
	DFU_IMAGE_NOT_AN_IMAGE,    /**< -ENOEXEC: shorter than a header, or another magic. */
	DFU_IMAGE_HEADER_SIZE,     /**< -EBADMSG: header size below 32. */
	DFU_IMAGE_SIZE_OVERFLOW,   /**< -EOVERFLOW: sizes in the header pass 32 bits. */
	DFU_IMAGE_TRUNCATED,       /**< -ENODATA: the image passes the end of its source. */
	DFU_IMAGE_TLV_FORMAT,      /**< -EBADMSG: areas that contradict header or themselves. */
	DFU_IMAGE_TLV_NOT_ALLOWED, /**< -EBADMSG: type that the unprotected area may not hold. */
	DFU_IMAGE_FLAGS,           /**< -EBADMSG: flags that exclude each other. */
	DFU_IMAGE_HASH_COUNT,      /**< -EBADMSG: none, several, or a protected one. */
	DFU_IMAGE_HASH_LENGTH,   /**< -EBADMSG: a hash (with a key: or KEYHASH) of wrong length. */
	DFU_IMAGE_HASH_MISMATCH, /**< -EILSEQ: the bytes are not those that were hashed. */
	DFU_IMAGE_NO_SIGNATURE,  /**< -EACCES: a key was given, no signature names it. */
	DFU_IMAGE_SIGNATURE_MISMATCH, /**< -EACCES: the signature by the given key is wrong. */
	DFU_IMAGE_ENCRYPTED,          /**< -ENOTSUP: payload encrypted, or so the flag says. */
	DFU_IMAGE_COMPRESSED,         /**< -ENOTSUP: no bootloader of ours unpacks it. */
	DFU_IMAGE_NOT_BOOTABLE,       /**< -EPERM: flag NON_BOOTABLE. */
	DFU_IMAGE_UNSUPPORTED, /**< -ENOTSUP: hash or signature that cannot be checked here. */
	/* What only the device's bootloader finds wrong: boot_judge() in <dfu/boot_rules.h>. */
	DFU_IMAGE_HASH_TYPE,        /**< -EBADMSG: another hash than the bootloader's. */
	DFU_IMAGE_SIGNATURE_TYPE,   /**< -EACCES: another kind of signature. */
	DFU_IMAGE_ENGINE,           /**< -ENOTSUP: the bootloader cannot verify this signature. */
	DFU_IMAGE_TOO_LARGE,        /**< -EFBIG: for the slot in this mode. */
	DFU_IMAGE_OLDER,            /**< -ESTALE: a version that is not let in, or not started. */
	DFU_IMAGE_SECURITY_COUNTER, /**< -ESTALE: missing, or lower than the running one's. */
	DFU_IMAGE_ADDRESS,          /**< -EADDRNOTAVAIL: ROM_FIXED for another address. */
	DFU_IMAGE_LOAD_RANGE,       /**< -EADDRNOTAVAIL: RAM that is not there, or another's. */
	DFU_IMAGE_NOT_RAM_LOAD,     /**< -EADDRNOTAVAIL: not made to be loaded into RAM. */
	DFU_IMAGE_DEPENDENCY,       /**< -ENOLINK: it or another image lacks one it depends on. */
	DFU_IMAGE_OLDER_BUILD,      /**< -ERANGE: version or build lower, where both count. */
	DFU_IMAGE_LINK_ADDRESS,     /**< -EXDEV: linked for a place that it will not run from. */
	DFU_IMAGE_UNSIGNED,         /**< -EPROTO: a signature is demanded beyond the bootloader. */
	DFU_IMAGE_RUNNING_BOOTLOADER, /**< -EADDRINUSE: linked for the slot of the one that runs. */
	DFU_IMAGE_NO_FW_INFO,         /**< -EBADMSG: a bootloader that tells no version. */
	DFU_IMAGE_FAULT_COUNT
};

/**
 * Where an image's bytes are read. Copyable; made by the two functions below or by the caller.
 * Nothing is written through it.
 */
struct dfu_image_source {
	/** Read @p len bytes at @p off, both inside @p size. NULL: `mapped` holds them. */
	int (*read)(const struct dfu_image_source *source, size_t off, void *dst, size_t len);
	const void *context;   /**< For @p read; the flash area. */
	size_t base;           /**< Bytes from the start of the area to the image. */
	size_t size;           /**< Bytes that may belong to the image. */
	const uint8_t *mapped; /**< All @p size bytes, or NULL. */
	const uint8_t *head;   /**< The first @p head_len bytes, held back in RAM, or NULL. */
	size_t head_len;
};

/** An image whose header and TLV areas have been found and fit. */
struct dfu_image {
	struct dfu_image_source source;
	struct dfu_image_header header;
	size_t hashed_size; /**< Header, payload and protected TLVs: what the hash covers. */
	size_t total_size;  /**< Up to the end of the last TLV area. */
};

/** A TLV, and the iterator's position. Zero it to begin. */
struct dfu_image_tlv {
	uint16_t type;
	uint16_t len; /**< Bytes of the value. */
	size_t off;   /**< Of the value, from the start of the image. */
	bool is_protected;
};

/** A public key: the DER file, parsed. Points into the caller's DER. */
struct dfu_image_key {
	enum dfu_sig_alg alg;
	const uint8_t *raw; /**< As <dfu/crypto.h> wants it. */
	size_t raw_len;
	const uint8_t *hashed; /**< What KEYHASH hashes: SubjectPublicKeyInfo or RSAPublicKey. */
	size_t hashed_len;
};

/** A finding that may not have been made. */
enum dfu_image_finding { DFU_IMAGE_UNKNOWN, DFU_IMAGE_INVALID, DFU_IMAGE_VALID };

/** What verification found out, also when it refuses. */
struct dfu_image_report {
	enum dfu_image_fault fault;      /**< DFU_IMAGE_OK, or the first reason to refuse. */
	uint16_t hash_type;              /**< Of the first hash TLV; 0: none. */
	uint8_t hash[DFU_HASH_MAX_SIZE]; /**< Its value, hash_len bytes. */
	uint8_t hash_len;                /**< 0 unless there is one hash, of the right length. */
	enum dfu_image_finding hash_finding;
	uint16_t signature_type; /**< Of the TLV judged last, else of the first; 0: none. */
	enum dfu_image_finding signature_finding; /**< UNKNOWN: no key, or none by the last one. */
	bool is_pure; /**< A SIG_PURE TLV: the signature covers the image, not its hash. */
};

/**
 * An image at @p base of @p fa, in at most @p size bytes; those beyond the area do not count. The
 * area must outlive it.
 */
struct dfu_image_source dfu_image_source_flash(const struct flash_area *fa, size_t base,
					       size_t size);

/** An image in memory. The bytes must outlive the source. */
struct dfu_image_source dfu_image_source_memory(const void *data, size_t size);

/**
 * @brief Decode a header structure.
 *
 * @retval 0         @p header is set. Its sizes have not been compared with anything.
 * @retval -ENOEXEC  Another magic: not an image.
 * @retval -EBADMSG  Header size below 32.
 *
 * @p header is unchanged on error.
 */
DFU_MUST_CHECK int dfu_image_header_decode(struct dfu_image_header *header,
					   const uint8_t raw[DFU_IMAGE_HEADER_LEN]);

/**
 * @return Below, at or above 0 as @p a is lower than, equal to or higher than @p b for a
 * bootloader: by major, minor and revision, never by build.
 */
int dfu_image_version_compare(const struct dfu_image_version *a, const struct dfu_image_version *b);

/**
 * @brief Find header and TLV areas, and check that they fit the source and each other.
 *
 * Bytes behind the last TLV do not matter. Payload, flags and TLV values are not looked at:
 * dfu_image_verify().
 *
 * @param source  Copied.
 * @param fault   If not NULL: the reason, when an image is refused; DFU_IMAGE_OK otherwise.
 *
 * @retval 0         @p image is set; its TLVs may be walked and read.
 * @retval -errno    Of the fault, or from the device. @p image undefined.
 *
 * Reads the header and each TLV's four bytes.
 */
DFU_MUST_CHECK int dfu_image_open(struct dfu_image *image, const struct dfu_image_source *source,
				  enum dfu_image_fault *fault);

/**
 * @brief Next TLV, protected area first.
 *
 * @retval 0         @p tlv is the next one.
 * @retval -ENOENT   There are no more.
 * @retval -EBADMSG  The bytes have changed since dfu_image_open(): it would pass its area.
 * @retval -errno    From the device.
 *
 * @p tlv is unchanged on error. Reads four bytes.
 */
DFU_MUST_CHECK int dfu_image_tlv_next(const struct dfu_image *image, struct dfu_image_tlv *tlv);

/**
 * Read a TLV's value. 0; -EMSGSIZE if it is longer than @p size, nothing read; -errno from the
 * device.
 */
DFU_MUST_CHECK int dfu_image_tlv_read(const struct dfu_image *image,
				      const struct dfu_image_tlv *tlv, void *value, size_t size);

/**
 * @brief Parse a public key in DER: SubjectPublicKeyInfo of P-256, P-384, RSA-2048, RSA-3072 or
 *        Ed25519, or RSAPublicKey of PKCS#1.
 *
 * @param der  Must outlive @p key.
 *
 * @retval 0         @p key is set.
 * @retval -EINVAL   Not a public key in DER, a private one, or bytes behind it.
 * @retval -ENOTSUP  A key of another kind or size.
 *
 * @p key is unchanged on error. Whether a point lies on its curve is found out when it is used.
 */
DFU_MUST_CHECK int dfu_image_key_parse(struct dfu_image_key *key, const uint8_t *der, size_t len);

/**
 * @brief Verify an image: flags, hash, and with a key its signature.
 *
 * The rules are the bootloader's: a signature counts if the KEYHASH TLV before it names the key; of
 * several by the key the last one decides. P-256 and RSA keys go with SHA-256, P-384 with SHA-384,
 * Ed25519 with SHA-256 and SHA-512, as in bootloaders; with another hash no signature counts. Which
 * one hash the device's bootloader was built for is not known here: the report names the image's.
 *
 * First comes what contradicts itself, then hash, signature, and last the flags that no bootloader
 * of ours takes (encrypted, compressed, not bootable), so that their reports are full. Of an
 * encrypted payload the hash is UNKNOWN, and the signature is not judged, unless the payload was
 * left clear.
 *
 * @param key     NULL: the hash only, as a bootloader without a key does.
 * @param buf     Work buffer of @p len bytes, at least 64; larger reads are faster on serial flash.
 * @param report  If not NULL: filled in every case, as far as verification came.
 *
 * @retval 0         The image is whole and, with a key, signed by it.
 * @retval -errno    Of the fault (see enum dfu_image_fault), or from the device.
 * @retval -ENOTSUP  Among them DFU_IMAGE_UNSUPPORTED: no back-end has the hash or the signature's
 *                   algorithm, or a pure signature with a key other than Ed25519, or over bytes
 *                   that are not all mapped, and no back-end takes those piece by piece.
 * @retval -EINVAL   No work buffer of 64 bytes, or the engine found that the key is none.
 * @retval -ESRCH    The engine failed.
 * @retval -EBADMSG  Also: the TLVs have changed since dfu_image_open().
 *
 * The report's fault is DFU_IMAGE_OK unless it is the image that is refused; what was not found out
 * is UNKNOWN.
 *
 * Reads the hashed bytes once, TLVs twice with a key; the hashed bytes again for a pure signature
 * that is not mapped. Stack: the hash state and about 800 bytes.
 */
DFU_MUST_CHECK int dfu_image_verify(const struct dfu_image *image, const struct dfu_image_key *key,
				    uint8_t *buf, size_t len, struct dfu_image_report *report);

/** @return The errno of a fault, negative; 0 for DFU_IMAGE_OK. */
int dfu_image_fault_errno(enum dfu_image_fault fault);

/** @return What is wrong, in words; never NULL. */
const char *dfu_image_fault_str(enum dfu_image_fault fault);

#ifdef __cplusplus
}
#endif

#endif
