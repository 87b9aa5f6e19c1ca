/* SPDX-License-Identifier: Apache-2.0 */
#include "mode_cases.h"

#include <string.h>

#define OLD "tiny-1.0.0-none.bin"
#define NEW "tiny-1.1.0-none.bin"
#define OLD_RAM "tiny-1.0.0-none-load20010000.bin"
#define NEW_RAM "../extra/tiny-1.1.0-none-load20010000.bin"

/* clang-format off */
const struct mode_case mode_cases[] = {
	{"swap-scratch",       BOOT_MODE_SWAP_SCRATCH,      0, false, false, OLD, NEW},
	{"swap-move",          BOOT_MODE_SWAP_MOVE,         0, false, false, OLD, NEW},
	{"swap-offset",        BOOT_MODE_SWAP_OFFSET,       0, false, false, OLD, NEW},
	{"overwrite-only",     BOOT_MODE_OVERWRITE_ONLY,    0, false, false, OLD, NEW},
	{"direct-xip",         BOOT_MODE_DIRECT_XIP,        0, true,  false, OLD, NEW},
	{"direct-xip from 1",  BOOT_MODE_DIRECT_XIP,        1, true,  false, OLD, NEW},
	{"direct-xip-revert",  BOOT_MODE_DIRECT_XIP_REVERT, 0, true,  true,  OLD, NEW},
	{"same from 1",        BOOT_MODE_DIRECT_XIP_REVERT, 1, true,  true,  OLD, NEW},
	{"ram-load",           BOOT_MODE_RAM_LOAD,          0, true,  false, OLD_RAM, NEW_RAM},
	{"ram-load from 1",    BOOT_MODE_RAM_LOAD,          1, true,  false, OLD_RAM, NEW_RAM},
	{"ram-load-revert",    BOOT_MODE_RAM_LOAD_REVERT,   0, true,  true,  OLD_RAM, NEW_RAM},
	{"firmware-loader",    BOOT_MODE_FIRMWARE_LOADER,   1, true,  false, OLD, NEW},
};
/* clang-format on */
const size_t mode_case_count = ARRAY_LEN(mode_cases);

const struct device_case mode_case_small_pages = {
	"256 byte pages, block 8", 256, 64, 8, 0xff, false, 8, false};

bool mode_case_has_status(const struct mode_case *c)
{
	return !c->is_direct && c->mode != BOOT_MODE_OVERWRITE_ONLY;
}

void mode_case_assert_no_trailer(const struct mode_case *c)
{
	/* Two records a sector, five fields and the magic: swap-offset's, the shortest there is. */
	const size_t with_status = 2 * 64 * 8 + 5 * 8 + 16;
	const size_t len = mode_case_has_status(c) ? with_status : dut.what->page_size;

	for (size_t k = 1; k <= len; k++) {
		assert_int_equal(dut.slot[dut.upload][dut.slot_size - k], dut.what->erase_value);
	}
}

void mode_case_open(const struct mode_case *c, const struct device_case *what)
{
	target_device_open(what);
	target_device_mode(c->mode, c->running);
	target_device_factory(c->running, c->old_image);
	if (c->has_revert) {
		target_device_put_trailer(c->running, true, true, true);
	}
	memset(dut.slot[dut.upload], 0x33, dut.slot_size);
	dut.before = 0x33;
	target_device_put_trailer(dut.upload, true, true, true);
	target_device_load(c->new_image);
}

static struct sim_boot_result boot(bool dry_run)
{
	struct sim_boot_result result;

	assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), dry_run, &result), 0);
	return result;
}

struct sim_boot_result mode_case_look(void)
{
	return boot(true);
}

struct sim_boot_result mode_case_boot(void)
{
	const struct sim_boot_result result = boot(false);

	target_device_power_cycle();
	if (result.active[0] >= 0) {
		target_device_mode(boot_arrangement_get()->mode, result.active[0]);
	}
	return result;
}

void mode_case_assert_next(const struct mode_case *c, int is_new)
{
	const struct sim_boot_result result = mode_case_look();
	const bool runs_new = result.version.minor == 1;

	if (result.booted != 0 || runs_new != (is_new != 0)) {
		fail_msg("%s: starts image %d, version %u.%u: %s", c->name, result.booted,
			 result.version.major, result.version.minor, result.error);
	}
}
