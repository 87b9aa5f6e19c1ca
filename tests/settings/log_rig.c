/* SPDX-License-Identifier: Apache-2.0 */
#include "log_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

const struct log_geometry log_geometries[] = {
	{.name = "bytes", .flash = {{{2, 4096}}, 1, 0xff, false}},
	{.name = "words", .flash = {{{3, 4096}}, 4, 0xff, false}},
	{.name = "double words, small pages", .flash = {{{16, 1024}}, 8, 0xff, false}},
	{.name = "block of 16, five pages", .flash = {{{5, 4096}}, 16, 0xff, false}},
	{.name = "block of 32, erased is 0", .flash = {{{2, 8192}}, 32, 0x00, false}},
	{.name = "page is block", .flash = {{{24, 512}}, 512, 0xff, false}},
	{.name = "block of 512, erased is 0", .flash = {{{3, 8192}}, 512, 0x00, false}},
	{.name = "odd block", .flash = {{{4, 4800}}, 12, 0xff, false}},
	{.name = "pages that grow", .flash = {{{2, 4096}, {1, 16384}, {1, 65536}}, 4, 0xff, false}},
	{.name = "pages that shrink", .flash = {{{1, 16384}, {3, 4096}, {9, 512}}, 8, 0xff, false}},
	{.name = "inside a device",
	 .flash = {{{8, 4096}}, 4, 0xff, false},
	 .off = 8192,
	 .size = 12288},
	{.name = "no erase", .flash = {{{4, 4096}}, 16, 0xff, true}},
	{.name = "no erase, bytes, 0", .flash = {{{2, 4096}}, 1, 0x00, true}},
};
const size_t log_geometries_count = sizeof(log_geometries) / sizeof(log_geometries[0]);

int log_rig_reset(struct log_rig *rig)
{
	settings_backend_set(NULL);
	memset(&rig->log, 0xa5, sizeof(rig->log));
	settings_backend_set(&rig->log.backend);
	return settings_log_init(&rig->log, &rig->area);
}

void log_rig_init(struct log_rig *rig, const struct log_geometry *geometry)
{
	test_flash_init(&rig->flash, &geometry->flash);
	rig->area = (struct flash_area){
		.fa_id = 16,
		.fa_dev = rig->flash.dev,
		.fa_off = geometry->off,
		.fa_size = geometry->size == 0 ? rig->flash.size - (size_t)geometry->off
					       : geometry->size,
	};
	assert_int_equal(log_rig_reset(rig), 0);
}

void log_rig_free(struct log_rig *rig)
{
	settings_backend_set(NULL);
	assert_string_equal(rig->flash.nor.violation, "");
	test_flash_free(&rig->flash);
}
