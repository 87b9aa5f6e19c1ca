/* SPDX-License-Identifier: Apache-2.0 */
#include "fota/hostile_rig.h"

#include <errno.h>
#include <string.h>

struct hostile hostile;

int hostile_setup(void **state)
{
	(void)state;
	memset(&hostile, 0, sizeof(hostile));
	hostile.fragment = 100;
	hostile.validator = "v1";
	hostile.events = "F";
	return 0;
}

void hostile_add(const struct server_connection *connection)
{
	hostile.plan[hostile.planned++] = *connection;
}

void hostile_add_half(void)
{
	hostile_add(&(struct server_connection){.gives = HOSTILE_HALF, .break_rc = -ECONNRESET});
}

void hostile_fetch(void)
{
	server_begin(new_file.bytes, new_file.size, hostile.validator);
	for (unsigned int i = 0; i < hostile.planned; i++) {
		server_plan(&hostile.plan[i]);
	}
	server.repeats_last = hostile.repeats_last;
	server.most_at_once = hostile.most_at_once;
	server_download(hostile.fragment);
	assert_string_equal(listener.story, hostile.events);
	assert_int_equal(fota_download_error(), hostile.error);
	dev->offset = fota_download_resumed_at();
	dev->result = (int)server.opened;
}

void hostile_fetch_honestly(void)
{
	server_begin(new_file.bytes, new_file.size, "v1");
	server_download(0);
	assert_string_equal(listener.story, "F");
	dev->offset = fota_download_resumed_at();
}

bool hostile_has_header(void)
{
	static const uint8_t magic[4] = {0x3d, 0xb8, 0xf3, 0x96};

	return memcmp(reset_slot(1) + reset_start(), magic, sizeof(magic)) == 0;
}

void hostile_assert_refused(const struct reset_case *what)
{
	reset_open(what, HOSTILE_SIZE);
	assert_int_equal(reset_run(hostile_fetch), 0);
	assert_false(hostile_has_header());
	assert_int_equal(reset_run(hostile_fetch_honestly), 0);
	reset_assert_slot_is_file();
	reset_close();
}

void hostile_assert_accepted(const struct reset_case *what)
{
	reset_open(what, HOSTILE_SIZE);
	assert_int_equal(reset_run(hostile_fetch), 0);
	reset_assert_slot_is_file();
	reset_close();
}
