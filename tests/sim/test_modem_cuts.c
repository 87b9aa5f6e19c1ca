/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power cuts before, inside and after each operation of the modem. A row names what leads up to the
 * operation, what does it, and what the block may say afterwards; then the way on, which is the
 * same as without a cut.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "modem_files.h"
#include "sim/modem_rig.h"

#define HALF 2000u  /* bytes of the patch that are there */
#define CHUNK 1000u /* and that come */
#define SEEDS 64u

/* What a cut left. */
enum left {
	OLD,
	NEW,
	PART,  /* of the bytes */
	DIRTY, /* area */
	WRONG
};

struct row {
	const char *name;
	enum sim_operation_kind kind;
	void (*prepare)(void);
	int (*act)(void);
	int result; /* without a cut */
	enum left (*look)(void);
	unsigned int inside; /* what seeds may leave, each at least once: bits by enum left */
};

static const struct dfu_modem_delta_api *delta(void)
{
	return rig.port->delta;
}

static const struct dfu_modem_full_api *full(void)
{
	return rig.port->full;
}

static void write_half(void)
{
	assert_true(rig.patch_len > HALF + CHUNK);
	assert_int_equal(delta()->write(rig.port, rig.patch, HALF), 0);
}

static int write_chunk(void)
{
	return delta()->write(rig.port, &rig.patch[HALF], CHUNK);
}

static enum left look_at_patch(void)
{
	const size_t offset = rig_offset();

	if (offset == DFU_MODEM_OFFSET_DIRTY) {
		return DIRTY;
	}
	if (offset < HALF || offset > HALF + CHUNK ||
	    memcmp(sim_modem_block_area(rig.block), rig.patch, offset) != 0) {
		return WRONG;
	}
	return offset == HALF ? OLD : offset == HALF + CHUNK ? NEW : PART;
}

static int begin_erase(void)
{
	return delta()->erase(rig.port);
}

static void write_all(void)
{
	assert_int_equal(rig_download(4096), 0);
}

static int apply(void)
{
	return delta()->apply(rig.port);
}

static enum left look_at_request(void)
{
	switch (rig_state()) {
	case SIM_MODEM_OK:
		return OLD;
	case SIM_MODEM_PENDING:
		return NEW;
	default:
		return WRONG;
	}
}

static void ask(void)
{
	write_all();
	assert_int_equal(apply(), 0);
}

static void update(void)
{
	ask();
	assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
}

static int roll_back(void)
{
	return delta()->rollback(rig.port);
}

static void ask_back(void)
{
	update();
	assert_int_equal(roll_back(), 0);
}

static int start(void)
{
	enum sim_modem_started started;

	return sim_modem_start(&rig.modem, &started);
}

static enum left look_at_update(void)
{
	if (rig_state() == SIM_MODEM_PENDING) {
		return rig_has(0) && rig_offset() == rig.patch_len ? OLD : WRONG;
	}
	return rig_state() == SIM_MODEM_OK && rig_has(1) && rig_offset() == DFU_MODEM_OFFSET_DIRTY
		       ? NEW
		       : WRONG;
}

static enum left look_at_way_back(void)
{
	return rig_state() == SIM_MODEM_PENDING && rig_has(1) ? OLD
	       : rig_state() == SIM_MODEM_OK && rig_has(0)    ? NEW
							      : WRONG;
}

static void ask_in_vain(void)
{
	ask();
	sim_modem_block_area(rig.block)[rig.patch_len - 1] ^= 1;
}

static enum left look_at_refusal(void)
{
	if (!rig_has(0)) {
		return WRONG;
	}
	return rig_state() == SIM_MODEM_PENDING         ? OLD
	       : rig_offset() == DFU_MODEM_OFFSET_DIRTY ? NEW
							: WRONG;
}

static void begin(void)
{
	assert_int_equal(full()->begin(rig.port), 0);
}

static int write_bootloader(void)
{
	return full()->bootloader_write(rig.port, rig.bootloader.bytes, CHUNK);
}

static enum left look_at_bootloader(void)
{
	return !rig_has(0) ? WRONG : rig_state() == SIM_MODEM_UNBOOTABLE ? NEW : OLD;
}

static int verify(void)
{
	return full()->verify(rig.port, rig.file, rig.wrapper_len);
}

static void come_to_firmware(void)
{
	begin();
	assert_int_equal(write_bootloader(), 0);
	assert_int_equal(verify(), 0);
}

static void come_to_refusal(void)
{
	begin();
	assert_int_equal(write_bootloader(), 0);
	rig.file[rig.wrapper_len - 1] = 0;
}

static enum left look_at_refused(void)
{
	rig.file[rig.wrapper_len - 1] = 0xff;
	return !rig_has(0) ? WRONG : rig_state() == SIM_MODEM_UNBOOTABLE ? OLD : NEW;
}

static int write_firmware(void)
{
	return full()->firmware_write(rig.port, 0x3000, rig.room[1], CHUNK);
}

static enum left look_at_firmware(void)
{
	struct sim_modem_firmware firmware;

	if (rig_state() != SIM_MODEM_UNBOOTABLE) {
		return WRONG;
	}
	if (rig_has(0)) {
		return OLD;
	}
	sim_modem_firmware_get(&rig.modem, &firmware);
	if (firmware.count != 1 || firmware.segment[0].addr != 0x3000 ||
	    firmware.segment[0].len > CHUNK ||
	    memcmp(firmware.segment[0].bytes, rig.room[1], firmware.segment[0].len) != 0) {
		return WRONG;
	}
	return firmware.segment[0].len == CHUNK ? NEW : PART;
}

static void write_other_firmware(void)
{
	const struct sim_modem_firmware *firmware = &rig.firmware[1];

	come_to_firmware();
	for (size_t i = 0; i < firmware->count; i++) {
		const struct sim_modem_segment *segment = &firmware->segment[i];

		assert_int_equal(full()->firmware_write(rig.port, segment->addr, segment->bytes,
							segment->len),
				 0);
	}
}

static int finish(void)
{
	return full()->finish(rig.port);
}

static enum left look_at_end(void)
{
	return !rig_has(1) ? WRONG : rig_state() == SIM_MODEM_UNBOOTABLE ? OLD : NEW;
}

#define BIT(left) (1u << (left))
#define EITHER (BIT(OLD) | BIT(NEW))

static const struct row rows[] = {
	{"write", SIM_MODEM_PATCH, write_half, write_chunk, 0, look_at_patch,
	 EITHER | BIT(PART) | BIT(DIRTY)},
	{"apply", SIM_MODEM_REQUEST, write_all, apply, 0, look_at_request, EITHER},
	{"rollback", SIM_MODEM_REQUEST, update, roll_back, 0, look_at_request, EITHER},
	{"update", SIM_MODEM_UPDATE, ask, start, 0, look_at_update, EITHER},
	{"way back", SIM_MODEM_UPDATE, ask_back, start, 0, look_at_way_back, EITHER},
	{"refused update", SIM_MODEM_UPDATE, ask_in_vain, start, 0, look_at_refusal, EITHER},
	{"bootloader", SIM_MODEM_CHUNK, begin, write_bootloader, 0, look_at_bootloader, EITHER},
	{"firmware", SIM_MODEM_CHUNK, come_to_firmware, write_firmware, 0, look_at_firmware,
	 EITHER | BIT(PART)},
	{"refused signature", SIM_MODEM_COMPLETE, come_to_refusal, verify, -EACCES, look_at_refused,
	 EITHER},
	{"finish", SIM_MODEM_COMPLETE, write_other_firmware, finish, 0, look_at_end, EITHER},
};

static enum sim_operation_kind watched;

static void watch(void *arg, const struct sim_operation *operation)
{
	(void)arg;
	watched = operation->kind;
}

/* Whatever was left: after an erase a patch is taken, or a full update. */
static void assert_the_way_on(void)
{
	uint8_t *left = rig_take();

	assert_int_equal(rig_load(4096), 0);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(1));
	rig_put(left);
	free(left);
	if (rig_start() == SIM_MODEM_DEAD || !rig_has(0)) {
		return;
	}
	if (rig_offset() == DFU_MODEM_OFFSET_DIRTY) {
		rig_erase();
	}
	assert_int_equal(rig_download(512), 0);
	assert_int_equal(apply(), 0);
	assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
	assert_true(rig_has(1));
}

static enum left cut(const struct row *row, enum sim_cut when, uint32_t seed)
{
	enum left left;

	row->prepare();
	sim_power_cut(&rig.power, 0, when, seed, -EINTR);
	rig.power.watch = watch;
	assert_int_equal(row->act(), -EINTR);
	assert_true(rig.power.fired);
	assert_int_equal(watched, row->kind);
	rig_reset();
	left = row->look();
	if (left == WRONG) {
		fail_msg("%s: cut %d, seed %u", row->name, (int)when, (unsigned int)seed);
	}
	assert_the_way_on();
	rig_tear_down(NULL);
	rig_set_up(NULL);
	return left;
}

static void each_operation_has_taken_place_or_has_not_or_in_part_as_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int seen = 0;

		rows[i].prepare();
		rig.power.operations = 0;
		assert_int_equal(rows[i].act(), rows[i].result);
		assert_int_equal(rig.power.operations, 1);
		rig_reset();
		assert_int_equal(rows[i].look(), NEW);
		rig_tear_down(NULL);
		rig_set_up(NULL);

		assert_int_equal(cut(&rows[i], SIM_CUT_BEFORE, 0), OLD);
		assert_int_equal(cut(&rows[i], SIM_CUT_AFTER, 0), NEW);
		for (uint32_t seed = 0; seed < SEEDS; seed++) {
			seen |= BIT(cut(&rows[i], SIM_CUT_INSIDE, seed));
			if (seed == 7 && seen != rows[i].inside) {
				fail_msg("%s: 8 seeds leave %#x", rows[i].name, seen);
			}
		}
		assert_int_equal(seen, rows[i].inside);
	}
}

static void an_erase_that_is_cut_leaves_the_area_dirty_or_as_it_was(void **state)
{
	unsigned int seen = 0;

	(void)state;
	write_half();
	for (uint32_t seed = 0; seed < SEEDS + 2; seed++) {
		const enum sim_cut when = seed < SEEDS    ? SIM_CUT_INSIDE
					  : seed == SEEDS ? SIM_CUT_BEFORE
							  : SIM_CUT_AFTER;
		uint8_t *before = rig_take();
		enum left left;

		sim_power_cut(&rig.power, 0, when, seed, -EINTR);
		rig.power.watch = watch;
		assert_int_equal(begin_erase(), -EINTR);
		assert_int_equal(watched, SIM_MODEM_CLEAR);
		rig_reset();
		left = look_at_patch();
		assert_true(left == OLD || left == DIRTY);
		assert_true(when != SIM_CUT_BEFORE || left == OLD);
		assert_true(when != SIM_CUT_AFTER || left == DIRTY);
		seen |= BIT(left);
		rig_put(before);
		free(before);
	}
	assert_int_equal(seen, BIT(OLD) | BIT(DIRTY));
}

/* The power is off when the erase would be over. */
static void an_erase_does_not_end_without_power(void **state)
{
	(void)state;
	write_half();
	assert_int_equal(begin_erase(), 0);
	sim_power_cut(&rig.power, 0, SIM_CUT_BEFORE, 0, -EINTR);
	assert_int_equal(sim_power_begin(&rig.power, &(struct sim_operation){.kind = SIM_SAVE}),
			 -EINTR);
	sim_modem_pass(&rig.modem, RIG_ERASE_MS);
	rig_reset();
	assert_int_equal(rig_offset(), DFU_MODEM_OFFSET_DIRTY);
}

/* An error of the medium: the call tells, nothing is changed, and the same call works later. */
static void an_operation_that_fails_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i].prepare();
		sim_power_fail(&rig.power, 0, -EIO);
		assert_int_equal(rows[i].act(), -EIO);
		assert_int_equal(rows[i].look(), OLD);
		if (rows[i].result == 0) {
			sim_power_init(&rig.power);
			assert_int_equal(rows[i].act(), 0);
			assert_int_equal(rows[i].look(), NEW);
		}
		rig_tear_down(NULL);
		rig_set_up(NULL);
	}
}

static void bytes_that_the_modem_refuses_stay_out_however_the_write_is_cut(void **state)
{
	static const uint8_t wrong[CHUNK];
	uint8_t *before;

	(void)state;
	write_half();
	before = rig_take();
	for (uint32_t seed = 0; seed < 8; seed++) {
		sim_power_cut(&rig.power, 0, SIM_CUT_INSIDE, seed, -EINTR);
		assert_int_equal(delta()->write(rig.port, wrong, sizeof(wrong)), -EINTR);
		rig_reset();
		assert_int_equal(rig_offset(), HALF);
		rig_put(before);
	}
	free(before);
	assert_int_equal(delta()->write(rig.port, wrong, sizeof(wrong)) > 0, 1);
	assert_int_equal(rig_download(512), 0);
}

#define MODEM_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODEM_TEST(each_operation_has_taken_place_or_has_not_or_in_part_as_told),
		MODEM_TEST(an_erase_that_is_cut_leaves_the_area_dirty_or_as_it_was),
		MODEM_TEST(an_erase_does_not_end_without_power),
		MODEM_TEST(an_operation_that_fails_changes_nothing),
		MODEM_TEST(bytes_that_the_modem_refuses_stay_out_however_the_write_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
