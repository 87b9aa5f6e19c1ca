/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bootloader thinks of an image in a slot copy. The model's own eyes: it must take what
 * MCUboot takes, odd headers included, so it does not ask the library's stricter verification.
 */
#ifndef SIM_BOOT_CHECK_H
#define SIM_BOOT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/boot_rules.h>
#include <dfu/image.h>

/* Where an image may lie. */
struct sim_boot_view {
	const uint8_t *bytes; /* of the slot, from the image's offset on */
	size_t len;           /* from there to the end of the slot, 32 at least */
	size_t slot_size;
	uint8_t erased;
};

/* What an image asks of another one: at least this version. */
struct sim_boot_dependency {
	uint8_t image;
	struct dfu_image_version version;
};

/* Fields of the header, whatever its magic. */
uint32_t sim_boot_view_magic(const struct sim_boot_view *view);
uint32_t sim_boot_view_flags(const struct sim_boot_view *view);
uint32_t sim_boot_view_load_addr(const struct sim_boot_view *view);
struct dfu_image_version sim_boot_view_version(const struct sim_boot_view *view);

/* Whether the magic is erased: to the bootloader there is no image then, whatever else is there. */
bool sim_boot_view_is_blank(const struct sim_boot_view *view);

/* Blank, or the flag NON_BOOTABLE, for which the magic does not matter. */
bool sim_boot_view_is_empty(const struct sim_boot_view *view);

/* Why the bootloader does not take the header (magic, sizes, flags); NULL if it does. */
const char *sim_boot_check_header(const struct sim_boot_view *view);

/*
 * Why the bootloader does not take the image: TLVs, size, hash, signature; NULL if it does. The
 * header must have been taken.
 *
 * limit: largest image, header to last TLV
 */
const char *sim_boot_check_image(const struct sim_boot_view *view, const struct boot_rules *rules,
				 size_t limit);

/* Header, then image. */
const char *sim_boot_check(const struct sim_boot_view *view, const struct boot_rules *rules,
			   size_t limit);

/* Header to last TLV, as the TLV areas say; 0 if there are none. */
size_t sim_boot_view_size(const struct sim_boot_view *view);

/* Whether there is a security counter in the protected area. */
bool sim_boot_view_security_counter(const struct sim_boot_view *view, uint32_t *counter);

/*
 * Next dependency in the protected area; *at is 0 to begin. 1: there is one; 0: no more; -1: not
 * one that the bootloader can read.
 */
int sim_boot_view_dependency(const struct sim_boot_view *view, size_t *at,
			     struct sim_boot_dependency *dependency);

/* Major, minor, revision: less than 0, 0, greater than 0. */
int sim_boot_version_compare(const struct dfu_image_version *a, const struct dfu_image_version *b);

#endif
