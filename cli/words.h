/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Names of what stands in image headers and TLVs, as `inspect` prints them. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <jansson.h>

#include <dfu/image.h>

/** @return A new array of the names of the flags that are set; unknown bits as one hex number. */
json_t *cli_flag_names(uint32_t flags);

/** @return A new string: the name of a TLV type, or "0x00a0" for one without a name. */
json_t *cli_tlv_name(uint16_t type);

/** @return sha256, sha384 or sha512; NULL for another type. */
const char *cli_hash_name(uint16_t type);

/**
 * @return Name of the signature in a report, such as "ecdsa-p256"; NULL if there is none. @p pure:
 * it covers the image itself.
 */
const char *cli_signature_name(const struct dfu_image_report *report, bool pure);

#endif
