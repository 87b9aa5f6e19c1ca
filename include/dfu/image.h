/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief MCUboot images: header, TLVs, verification, wherever the bytes lie.
 *
 * Formats: FORMATS.md, "Image". Every length found in an image is checked against the bytes that there are before it
 * is used. Nothing here writes.
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
	DFU_IMAGE_NOT_AN_IMAGE,       /**< -ENOEXEC: shorter than a header, or another magic. */
	DFU_IMAGE_HEADER_SIZE,        /**< -EBADMSG: header size below 32. */
	DFU_IMAGE_SIZE_OVERFLOW,      /**< -EOVERFLOW: header, payload and protected TLVs pass 32 bits. */
	DFU_IMAGE_TRUNCATED,          /**< -ENODATA: the image passes the end of its source. */
	DFU_IMAGE_TLV_FORMAT,         /**< -EBADMSG: TLV areas that contradict the header or themselves. */
	DFU_IMAGE_TLV_NOT_ALLOWED,    /**< -EBADMSG: type that the unprotected area may not hold. */
	DFU_IMAGE_FLAGS,              /**< -EBADMSG: flags that exclude each other. */
	DFU_IMAGE_HASH_COUNT,         /**< -EBADMSG: no hash TLV, or more than one. */
	DFU_IMAGE_HASH_LENGTH,        /**< -EBADMSG: a hash TLV of the wrong length. */
	DFU_IMAGE_HASH_MISMATCH,      /**< -EILSEQ: the bytes are not those that were hashed. */
	DFU_IMAGE_NO_SIGNATURE,       /**< -EACCES: a key was given, no signature names it. */
	DFU_IMAGE_SIGNATURE_MISMATCH, /**< -EACCES: the signature by the given key is wrong. */
	DFU_IMAGE_ENCRYPTED,          /**< -ENOTSUP: payload encrypted, the digest is over plain text. */
	DFU_IMAGE_COMPRESSED,         /**< -ENOTSUP: no bootloader of ours unpacks it. */
	DFU_IMAGE_NOT_BOOTABLE,       /**< -EPERM: flag NON_BOOTABLE. */
	DFU_IMAGE_FAULT_COUNT
};

/** Where an image's bytes are read. Copyable; made by the two functions below or by the caller. */
struct dfu_image_source {
	/** Read @p len bytes at @p off, both inside @p size. NULL: `mapped` holds them. */
	int (*read)(const struct dfu_image_source *source, size_t off, void *dst, size_t len);
	const void *context;   /**< For @p read; the flash area. */
	size_t base;           /**< Bytes from the start of the area to the image. */
	size_t size;           /**< Bytes that may belong to the image. */
	const uint8_t *mapped; /**< All @p size bytes in the address space, or NULL. Pure signatures need it. */
	const uint8_t *head;   /**< Stands for the first @p head_len bytes, or NULL: bytes held back in RAM. */
	size_t head_len;
};

/** An image whose header and TLV areas have been found and fit. */
struct dfu_image {
	struct dfu_image_source source;
	struct dfu_image_header header;
	size_t hashed_size; /**< Header, payload and protected TLVs: what digest and signature cover. */
	size_t total_size;  /**< Up to the end of the last TLV area. */
};

/** A TLV, and the iterator's position. Zero it to begin. */
struct dfu_image_tlv {
	uint16_t type;
	uint16_t len;        /**< Bytes of the value. */
	size_t off;          /**< Of the value, from the start of the image. */
	bool is_protected;
};

/** A public key: the DER file, parsed. Points into the caller's DER. */
struct dfu_image_key {
	enum dfu_sig_alg alg;
	const uint8_t *raw;      /**< As <dfu/crypto.h> wants it. */
	size_t raw_len;
	const uint8_t *hashed;   /**< What a KEYHASH TLV hashes: SubjectPublicKeyInfo, RSA: RSAPublicKey. */
	size_t hashed_len;
};

/** A finding that may not have been made. */
enum dfu_image_finding { DFU_IMAGE_UNKNOWN, DFU_IMAGE_INVALID, DFU_IMAGE_VALID };

/** What verification found out, also when it refuses. */
struct dfu_image_report {
	enum dfu_image_fault fault;     /**< DFU_IMAGE_OK, or the first reason to refuse. */
	uint16_t hash_type;             /**< Type of the hash TLV, 0 if none. */
	uint8_t hash[DFU_HASH_MAX_SIZE]; /**< Its value. */
	uint8_t hash_len;
	enum dfu_image_finding hash_finding;
	uint16_t signature_type;        /**< Type of the signature TLV that was judged, else of the first one, 0 if none. */
	enum dfu_image_finding signature_finding; /**< UNKNOWN without a key. */
};

/** An image at @p base of @p fa, in at most @p size bytes. Areas must outlive the source. */
struct dfu_image_source dfu_image_source_flash(const struct flash_area *fa, size_t base, size_t size);

/** An image in memory. The bytes must outlive the source. */
struct dfu_image_source dfu_image_source_memory(const void *data, size_t size);

/**
 * @brief Decode a header structure.
 *
 * @retval 0         @p header is set.
 * @retval -ENOEXEC  Another magic: not an image.
 * @retval -EBADMSG  Header size below 32.
 *
 * @p header is unchanged on error.
 */
DFU_MUST_CHECK int dfu_image_header_decode(struct dfu_image_header *header,
					   const uint8_t raw[DFU_IMAGE_HEADER_LEN]);

/**
 * @brief Find header and TLV areas, and check that they fit the source and each other.
 *
 * @param fault  If not NULL: the reason, when an image is refused; DFU_IMAGE_OK otherwise.
 *
 * @retval 0         @p image is set.
 * @retval -errno    Of the fault, or from the device. @p image undefined.
 *
 * Reads the header and each TLV's four bytes.
 */
DFU_MUST_CHECK int dfu_image_open(struct dfu_image *image, const struct dfu_image_source *source,
				  enum dfu_image_fault *fault);

/**
 * @brief Next TLV, protected area first.
 * @retval 0        @p tlv is the next one.
 * @retval -ENOENT  There are no more.
 * @retval -errno   From the device.
 */
DFU_MUST_CHECK int dfu_image_tlv_next(const struct dfu_image *image, struct dfu_image_tlv *tlv);

/** Read a TLV's value. 0; -EMSGSIZE if it is longer than @p size, nothing read; -errno from the device. */
DFU_MUST_CHECK int dfu_image_tlv_read(const struct dfu_image *image, const struct dfu_image_tlv *tlv,
				      void *value, size_t size);

/**
 * @brief Parse a public key in DER: SubjectPublicKeyInfo (P-256, P-384, RSA, Ed25519), or PKCS#1 RSAPublicKey.
 *
 * @param der  Must outlive @p key.
 *
 * @retval 0         @p key is set.
 * @retval -EINVAL   Not a public key in DER.
 * @retval -ENOTSUP  A key of another kind or size.
 *
 * @p key is unchanged on error.
 */
DFU_MUST_CHECK int dfu_image_key_parse(struct dfu_image_key *key, const uint8_t *der, size_t len);

/**
 * @brief Verify an image: flags, hash, and with a key its signature.
 *
 * The rules are the bootloader's: a signature counts if the KEYHASH TLV before it names the key; of several by
 * the key the last one decides.
 *
 * @param key     NULL: the hash only, as a bootloader without a key does.
 * @param buf     Work buffer of @p len bytes, at least 64; larger reads are faster on serial flash.
 * @param report  If not NULL: filled in every case.
 *
 * @retval 0         The image is whole and, with a key, signed by it.
 * @retval -errno    Of the fault (see enum dfu_image_fault), from the device, or -ESRCH when the hash engine failed.
 * @retval -ENOTSUP  Also: no back-end has the hash or the signature's algorithm, or a pure signature and bytes that
 *                   are not mapped. The report's fault is DFU_IMAGE_OK then and the finding UNKNOWN.
 *
 * Reads the hashed bytes once. Stack: the hash state, plus about 600 bytes for an RSA-3072 signature.
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
