/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is handed to its target: which one that is, where it goes on, what becomes of the
 * bytes. What goes wrong is left in cause and error.
 */
#ifndef FOTA_FOTA_DELIVERY_H
#define FOTA_FOTA_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <net/fota_download.h>
#include <net/fota_transport.h>

#define FOTA_DELIVERY_FIRST_LEN 32 /* bytes that tell the target */

struct fota_delivery {
	int expected;  /* bits of types */
	int image;     /* image pair of MCUboot images; negative: as for_boot says */
	bool for_boot; /* the file was chosen as one for the bootloader's slot */
	int type;      /* DFU_TARGET_IMAGE_TYPE_*, once it is known */
	bool has_target;
	enum fota_download_error_cause cause;
	int error;
};

/*
 * Find the target by the first bytes, FOTA_DELIVERY_FIRST_LEN at least, name the content to it, and
 * learn the offset where it goes on: 0 if it is to begin again, whatever it has.
 */
bool fota_delivery_begin(struct fota_delivery *delivery, const struct fota_content *content,
			 const uint8_t *first, size_t len, bool begins_again,
			 dfu_target_callback_t on_event, size_t *offset);

enum fota_delivery_answer {
	FOTA_DELIVERY_TAKEN,
	FOTA_DELIVERY_BUSY, /* nothing is taken yet: the same bytes again, later */
	FOTA_DELIVERY_FAILED,
};

enum fota_delivery_answer fota_delivery_write(struct fota_delivery *delivery, const uint8_t *bytes,
					      size_t len);

/* Whether its end shows if bytes are missing, by -EBADMSG. */
bool fota_delivery_misses_bytes(const struct fota_delivery *delivery);

/* All bytes are there: complete it and, if so asked, schedule it. */
bool fota_delivery_finish(struct fota_delivery *delivery, bool schedule);

/* What the target has stays; nothing if there is no target. */
void fota_delivery_pause(const struct fota_delivery *delivery);

/* The names that dfu_target gets end with the download. */
void fota_delivery_forget_name(void);

#endif
