/* SPDX-License-Identifier: Apache-2.0 */
#include "life.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot_rules.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>
#include <retention/bootmode.h>

#include "boot/trailer_bytes.h"

#define BUF_LEN 512

struct life life;

static uint32_t work_buf[BUF_LEN / sizeof(uint32_t)];

static void fail(const char *file, int line)
{
	printf("  at %s:%d\n  case: %s\n  flash: %s\n", file, line, rig_name(&rig.what),
	       rig.shared->violation[0] != '\0' ? rig.shared->violation : "no rule broken");
	(void)fflush(stdout);
	_Exit(1);
}

void life_check(bool good, const char *what, const char *file, int line)
{
	if (!good) {
		printf("not so: %s\n", what);
		fail(file, line);
	}
}

void life_check_rc(int rc, int expected, const char *what, const char *file, int line)
{
	if (rc != expected) {
		printf("%s is %d, not %d\n", what, rc, expected);
		fail(file, line);
	}
}

enum boot_mode life_mode(int argc, char **argv)
{
	for (int mode = 0; argc == 2 && mode < BOOT_MODE_COUNT; mode++) {
		if (strcmp(argv[1], boot_mode_name((enum boot_mode)mode)) == 0) {
			return (enum boot_mode)mode;
		}
	}
	printf("usage: %s MODE\n", argv[0]);
	exit(2);
}

static const struct mode_rules *rules(void)
{
	return &mode_rules[rig.what.mode];
}

static void tell_running_slot(int slot)
{
	life.running = slot;
	if (rules()->is_direct) {
		CHECK_RC(boot_running_slot_set(0, slot), 0);
	}
}

static void put_flag(const struct rig_slot *slot, size_t distance)
{
	slot->bytes[slot->size - distance] = 1;
}

/* A slot that a revert mode starts needs a trailer that says "confirmed". */
static void put_factory_trailer(const struct rig_slot *slot)
{
	const struct trailer_bytes *layout = trailer_bytes(rig.what.align);

	if (rules()->is_direct && rules()->reverts) {
		memcpy(&slot->bytes[slot->size - 16], layout->magic, 16);
		put_flag(slot, layout->copy_done);
		put_flag(slot, layout->image_ok);
	}
}

/* At most a page, at least 64 bytes, whole write blocks. */
static size_t buffer_len(void)
{
	return rig.slots[0].page_min < BUF_LEN || rig.slots[1].page_min < BUF_LEN ? BUF_LEN / 2
										  : BUF_LEN;
}

void life_factory(size_t size)
{
	const int first = rules()->by_loader ? 1 : 0;

	image_file_make(&life.image, size, 0, rules()->flags);
	life.next.minor = 0;
	rig_put(first, 0, life.image.bytes, size);
	put_factory_trailer(&rig.slots[first]);
	tell_running_slot(first);
	life.confirmed = true;
	CHECK_RC(dfu_target_mcuboot_set_buf((uint8_t *)work_buf, buffer_len()), 0);
}

int life_upload_slot(void)
{
	if (rules()->by_loader) {
		return 0;
	}
	return rules()->alternates ? 1 - life.running : 1;
}

static int init(size_t size)
{
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, size, NULL);
}

void life_refuse(size_t size, int rc)
{
	rig_snapshot();
	CHECK_RC(init(size), rc);
	CHECK(rig_is_unchanged_outside(-1));
}

/* The file, and nothing else but what lay there before or is erased. */
static void check_slot(const struct rig_slot *slot, size_t start)
{
	const uint8_t *was = &slot->flash->before[slot->off];
	const size_t end = start + life.next.size;
	const size_t padded = (end + slot->block - 1) / slot->block * slot->block;

	for (size_t i = 0; i < slot->size; i++) {
		if ((i < start || i >= end) && slot->bytes[i] != slot->erased) {
			CHECK(slot->bytes[i] == was[i] && (i < start || i >= padded));
		}
	}
}

static bool holds(const struct rig_slot *slot, size_t start, const struct image_file *file)
{
	return memcmp(&slot->bytes[start], file->bytes, file->size) == 0;
}

void life_download(size_t size, size_t chunk)
{
	const int upload = life_upload_slot();
	const struct rig_slot *slot = &rig.slots[upload];

	image_file_make(&life.next, size, (uint8_t)(life.next.minor + 1), rules()->flags);
	rig_snapshot();
	rig_forget_ops();
	CHECK_RC(init(size), 0);
	CHECK(rig_is_unchanged_outside(-1));
	for (size_t off = 0; off < size; off += chunk) {
		const size_t n = size - off < chunk ? size - off : chunk;

		CHECK_RC(dfu_target_write(&life.next.bytes[off], n), 0);
	}
	CHECK_RC(dfu_target_done(true), 0);
	check_slot(slot, expect(upload).start);
	CHECK(rules()->is_direct || holds(slot, expect(upload).start, &life.next));
	CHECK(rig_is_unchanged_outside(upload));
	CHECK(rig_ops_are_at_the_floor());
	CHECK(rig.shared->violation[0] == '\0');
}

void life_schedule(int permanent)
{
	const int upload = life_upload_slot();

	rig_snapshot();
	CHECK_RC(dfu_target_mcuboot_schedule(0, permanent), 0);
	CHECK(holds(&rig.slots[upload], expect(upload).start, &life.next));
	CHECK(rig_is_unchanged_outside(upload));
	if (life.next.size < LIFE_LARGE) {
		CHECK_RC(dfu_target_mcuboot_schedule(0, permanent), 0);
	}
}

bool life_cancel(void)
{
	const int upload = life_upload_slot();

	rig_snapshot();
	if (expect(upload).cancellable < life.next.size) {
		CHECK_RC(dfu_target_mcuboot_cancel(0), -EUCLEAN);
		CHECK(rig_is_unchanged_outside(-1));
		return false;
	}
	CHECK_RC(dfu_target_mcuboot_cancel(0), 0);
	CHECK(rig_is_unchanged_outside(upload));
	rig_snapshot();
	CHECK_RC(dfu_target_mcuboot_cancel(0), -ENOENT);
	CHECK(rules()->is_direct || holds(&rig.slots[upload], expect(upload).start, &life.next));
	if (rules()->is_direct) {
		CHECK_RC(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST), -ENOENT);
	}
	CHECK(rig_is_unchanged_outside(-1));
	return true;
}

static void boot(const struct image_file *expected, int slot, bool confirmed)
{
	struct sim_boot_result result;

	CHECK_RC(sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result), 0);
	if (result.booted != 0) {
		printf("%s\n", result.error);
	}
	CHECK(result.booted == 0);
	CHECK(result.active[0] == slot);
	CHECK_RC(result.version.minor, expected->minor);
	CHECK(holds(&rig.slots[slot], 0, expected));
	CHECK(rig.shared->violation[0] == '\0');
	tell_running_slot(slot);
	life.confirmed = confirmed;
	CHECK(boot_is_img_confirmed() == confirmed);
}

void life_boot_same(void)
{
	boot(&life.image, life.running, life.confirmed);
}

void life_boot_next(int permanent)
{
	const bool is_kept = permanent && rules()->reverts;

	boot(&life.next, rules()->is_direct ? life_upload_slot() : 0,
	     is_kept || !rules()->confirms);
	image_file_make(&life.image, life.next.size, life.next.minor, rules()->flags);
}

void life_boot_reverted(const struct image_file *old, int old_slot)
{
	boot(old, old_slot, true);
	image_file_make(&life.image, old->size, old->minor, rules()->flags);
}

void life_enter_loader(const struct image_file *loader)
{
	CHECK_RC(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
	boot(loader, 1, true);
	image_file_make(&life.image, loader->size, loader->minor, rules()->flags);
}

void life_confirm(void)
{
	rig_snapshot();
	CHECK_RC(boot_write_img_confirmed(), 0);
	CHECK(boot_is_img_confirmed());
	CHECK(rig_is_unchanged_outside(life.running));
	life.confirmed = true;
}
