/* SPDX-License-Identifier: Apache-2.0 */
#include "fota/fake_target.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/bootloader.h>
#include <dfu/dfu_target_mcuboot.h>

#include "target/identity.h"

struct fake_target fake_target;
struct fake_boot fake_boot;

static dfu_target_callback_t callback;

/* A letter for each call; writes in a row are one. */
static void tell(char letter)
{
	const size_t len = strlen(fake_target.story);

	if (len > 0 && letter == 'w' && fake_target.story[len - 1] == 'w') {
		return;
	}
	assert_true(len + 1 < sizeof(fake_target.story));
	fake_target.story[len] = letter;
	fake_target.story[len + 1] = '\0';
}

static void send_event(char letter)
{
	if (fake_target.told_in == letter) {
		callback(fake_target.tells);
	}
}

void fake_target_begin(void)
{
	memset(&fake_target, 0, sizeof(fake_target));
	fake_target.scheduled = -2;
	fake_boot = (struct fake_boot){.s0_rc = -ENOENT, .image = -ENOENT};
}

bool dfu_target_mcuboot_identify(const void *const buf)
{
	static const uint8_t magic[4] = {0x3d, 0xb8, 0xf3, 0x96};

	return memcmp(buf, magic, sizeof(magic)) == 0;
}

int dfu_target_mcuboot_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	tell('i');
	callback = cb;
	send_event('i');
	fake_target.file_size = file_size;
	fake_target.img_num = img_num;
	fake_target.name = target_identity();
	fake_target.offset = fake_target.goes_on_at;
	return fake_target.init_rc;
}

int dfu_target_mcuboot_offset_get(size_t *offset)
{
	tell('o');
	if (fake_target.offset_rc == 0) {
		*offset = fake_target.offset;
	}
	return fake_target.offset_rc;
}

static bool fails_now(void)
{
	if (fake_target.write_rc == 0) {
		return false;
	}
	if (fake_target.write_after > 0) {
		fake_target.write_after--;
		return false;
	}
	return true;
}

int dfu_target_mcuboot_write(const void *const buf, size_t len)
{
	const int rc = fake_target.write_rc;

	tell('w');
	send_event('w');
	if (fails_now()) {
		return rc;
	}
	assert_true(len > 0 && len <= sizeof(fake_target.bytes) - fake_target.offset);
	memcpy(&fake_target.bytes[fake_target.offset], buf, len);
	fake_target.offset += len;
	return 0;
}

int dfu_target_mcuboot_done(bool successful)
{
	const int rc = successful ? fake_target.done_rc : 0;

	tell(successful ? 'D' : 'd');
	if (fake_target.on_done != NULL) {
		fake_target.on_done();
	}
	return rc;
}

int dfu_target_mcuboot_schedule_update(int img_num)
{
	tell('s');
	fake_target.scheduled = img_num;
	return fake_target.schedule_rc;
}

int dfu_target_mcuboot_reset(void)
{
	tell('r');
	if (fake_target.reset_rc == 0 && !fake_target.keeps_offset) {
		fake_target.goes_on_at = 0;
	}
	return fake_target.reset_rc;
}

int boot_s0_active_get(bool *s0_active)
{
	if (fake_boot.s0_rc == 0) {
		*s0_active = fake_boot.s0_active;
	}
	return fake_boot.s0_rc;
}

int boot_bootloader_image(void)
{
	return fake_boot.image;
}
