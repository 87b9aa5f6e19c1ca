/* SPDX-License-Identifier: Apache-2.0 */
/* What each fault is called. Two tables, so that a program that prints no texts links none. */
#include "image/image_internal.h"

#define TABLE_COVERS_FAULTS(table)                                                                 \
	_Static_assert(sizeof(table) / sizeof((table)[0]) == DFU_IMAGE_FAULT_COUNT,                \
		       #table ": a fault has no entry")

static const int16_t errnos[] = {
	[DFU_IMAGE_OK] = 0,
	[DFU_IMAGE_NOT_AN_IMAGE] = -ENOEXEC,
	[DFU_IMAGE_HEADER_SIZE] = -EBADMSG,
	[DFU_IMAGE_SIZE_OVERFLOW] = -EOVERFLOW,
	[DFU_IMAGE_TRUNCATED] = -ENODATA,
	[DFU_IMAGE_TLV_FORMAT] = -EBADMSG,
	[DFU_IMAGE_TLV_NOT_ALLOWED] = -EBADMSG,
	[DFU_IMAGE_FLAGS] = -EBADMSG,
	[DFU_IMAGE_HASH_COUNT] = -EBADMSG,
	[DFU_IMAGE_HASH_LENGTH] = -EBADMSG,
	[DFU_IMAGE_HASH_MISMATCH] = -EILSEQ,
	[DFU_IMAGE_NO_SIGNATURE] = -EACCES,
	[DFU_IMAGE_SIGNATURE_MISMATCH] = -EACCES,
	[DFU_IMAGE_ENCRYPTED] = -ENOTSUP,
	[DFU_IMAGE_COMPRESSED] = -ENOTSUP,
	[DFU_IMAGE_NOT_BOOTABLE] = -EPERM,
	[DFU_IMAGE_UNSUPPORTED] = -ENOTSUP,
	[DFU_IMAGE_HASH_TYPE] = -EBADMSG,
	[DFU_IMAGE_SIGNATURE_TYPE] = -EACCES,
	[DFU_IMAGE_ENGINE] = -ENOTSUP,
	[DFU_IMAGE_TOO_LARGE] = -EFBIG,
	[DFU_IMAGE_OLDER] = -ESTALE,
	[DFU_IMAGE_SECURITY_COUNTER] = -ESTALE,
	[DFU_IMAGE_ADDRESS] = -EADDRNOTAVAIL,
	[DFU_IMAGE_LOAD_RANGE] = -EADDRNOTAVAIL,
	[DFU_IMAGE_NOT_RAM_LOAD] = -EADDRNOTAVAIL,
	[DFU_IMAGE_DEPENDENCY] = -ENOLINK,
	[DFU_IMAGE_OLDER_BUILD] = -ERANGE,
	[DFU_IMAGE_LINK_ADDRESS] = -EXDEV,
	[DFU_IMAGE_UNSIGNED] = -EPROTO,
	[DFU_IMAGE_RUNNING_BOOTLOADER] = -EADDRINUSE,
	[DFU_IMAGE_NO_FW_INFO] = -EBADMSG,
};
TABLE_COVERS_FAULTS(errnos);

static const char *const texts[] = {
	[DFU_IMAGE_OK] = "no fault",
	[DFU_IMAGE_NOT_AN_IMAGE] = "not an MCUboot image",
	[DFU_IMAGE_HEADER_SIZE] = "header size below 32 bytes",
	[DFU_IMAGE_SIZE_OVERFLOW] = "sizes in the header pass 32 bits",
	[DFU_IMAGE_TRUNCATED] = "image is longer than its file or slot",
	[DFU_IMAGE_TLV_FORMAT] = "TLV area is malformed",
	[DFU_IMAGE_TLV_NOT_ALLOWED] = "TLV of a type that must be protected",
	[DFU_IMAGE_FLAGS] = "flags in the header exclude each other",
	[DFU_IMAGE_HASH_COUNT] = "not exactly one hash TLV",
	[DFU_IMAGE_HASH_LENGTH] = "hash TLV of the wrong length",
	[DFU_IMAGE_HASH_MISMATCH] = "hash does not match",
	[DFU_IMAGE_NO_SIGNATURE] = "not signed with the given key",
	[DFU_IMAGE_SIGNATURE_MISMATCH] = "signature does not match",
	[DFU_IMAGE_ENCRYPTED] = "image is encrypted",
	[DFU_IMAGE_COMPRESSED] = "image is compressed",
	[DFU_IMAGE_NOT_BOOTABLE] = "image is marked as not bootable",
	[DFU_IMAGE_UNSUPPORTED] = "hash or signature of a kind that is not supported here",
	[DFU_IMAGE_HASH_TYPE] = "hash of another type than the bootloader's",
	[DFU_IMAGE_SIGNATURE_TYPE] = "no signature of the bootloader's type",
	[DFU_IMAGE_ENGINE] = "the bootloader cannot verify such a signature",
	[DFU_IMAGE_TOO_LARGE] = "larger than the bootloader can install",
	[DFU_IMAGE_OLDER] = "version too low for the bootloader to take or to prefer",
	[DFU_IMAGE_SECURITY_COUNTER] = "security counter missing or too low",
	[DFU_IMAGE_ADDRESS] = "made for another flash address",
	[DFU_IMAGE_LOAD_RANGE] = "loads outside the executable RAM, or over another image",
	[DFU_IMAGE_NOT_RAM_LOAD] = "not made to be loaded into RAM",
	[DFU_IMAGE_DEPENDENCY] = "a dependency between images is not met",
	[DFU_IMAGE_OLDER_BUILD] = "version lower than what runs, build number included",
	[DFU_IMAGE_LINK_ADDRESS] = "linked for another address than it will run from",
	[DFU_IMAGE_UNSIGNED] = "not signed, or not by the key that counts",
	[DFU_IMAGE_RUNNING_BOOTLOADER] = "linked for the bootloader slot that runs",
	[DFU_IMAGE_NO_FW_INFO] = "a bootloader without fw_info, whose version nobody knows",
};
TABLE_COVERS_FAULTS(texts);

int image_refuse(enum dfu_image_fault *fault, enum dfu_image_fault why)
{
	*fault = why;
	return dfu_image_fault_errno(why);
}

int image_crypto_result(enum dfu_image_fault *fault, int rc)
{
	return rc == -ENOTSUP ? image_refuse(fault, DFU_IMAGE_UNSUPPORTED) : rc;
}

int dfu_image_fault_errno(enum dfu_image_fault fault)
{
	return (unsigned int)fault < DFU_IMAGE_FAULT_COUNT ? errnos[fault] : -EINVAL;
}

const char *dfu_image_fault_str(enum dfu_image_fault fault)
{
	return (unsigned int)fault < DFU_IMAGE_FAULT_COUNT ? texts[fault] : "unknown fault";
}
