/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of the MCUboot target, scripted: they replace the archive's, and write down what
 * they are given. So do those that tell of a bootloader that can be updated.
 */
#ifndef TESTS_FOTA_FAKE_TARGET_H
#define TESTS_FOTA_FAKE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/dfu_target.h>

#define TARGET_FILE_MAX 8192
#define TARGET_STORY_MAX 512

extern struct fake_target {
	int init_rc;
	int offset_rc;
	int write_rc;
	unsigned int write_after; /* writes that work before write_rc */
	int done_rc;
	int schedule_rc;
	int reset_rc;
	size_t goes_on_at;     /* what init makes of the offset */
	bool keeps_offset;     /* even after a reset */
	void (*on_done)(void); /* called in done(), may be NULL */
	int told_in;           /* calls of the story's letter that send `tells`: i, w */
	enum dfu_target_evt_id tells;
	size_t file_size; /* as init was told */
	int img_num;
	int scheduled; /* image pair; -2: none */
	uint32_t name; /* at the last init: target_identity() */
	size_t offset;
	uint8_t bytes[TARGET_FILE_MAX];
	char story[TARGET_STORY_MAX]; /* i, o, w (once for several), D done(true), d done(false), s,
					 r */
} fake_target;

extern struct fake_boot {
	int s0_rc; /* of boot_s0_active_get() */
	bool s0_active;
	int image; /* of boot_bootloader_image() */
} fake_boot;

void fake_target_begin(void);

#endif
