/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every combination of trailer fields in both slots, through every public call: test_fields MODE.
 *
 * Both slots hold valid images, so that what the bootloader does depends on the trailers alone. For
 * each state and call: it returns, with an errno that its documentation names; flash is as it was
 * after every error and every question; no rule of flash is broken; and what was answered with 0
 * holds when the boot model is asked. Decoded values are crossed in full, raw bytes are samples.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot_rules.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>
#include <storage/flash_map.h>

#include "boot/trailer_bytes.h"
#include "life.h"

#define TINY 100
#define SAMPLES 3000
#define ERRNOS_MAX 8

enum magic { MAGIC_UNSET, MAGIC_GOOD, MAGIC_BAD, MAGIC_TORN, MAGIC_OTHER, MAGICS };
enum flag { FLAG_UNSET, FLAG_SET, FLAG_BAD, FLAGS };

/* Raw; -1 unset. */
static const int infos[] = {-1, 0x02, 0x5f, 0x01, 0x03, 0x04, 0x05, 0x12};
#define SECONDARY_INFOS 3 /* the first ones: nothing that MCUboot asks is in this field */

struct fields {
	enum magic magic;
	enum flag copy_done;
	enum flag image_ok;
	int info;
};

/* What the trailers come to, by the second telling of the rules. */
struct meaning {
	const char *asked;
	bool unconfirmed;
};

static const struct rig_layout layout = {"16x512", "16x512", "16x512", "8x512"};
static uint8_t images[RIG_SLOTS][16 * 512];
static unsigned long states;
static unsigned long calls;
static unsigned long successes;

static const struct trailer_bytes *bytes(void)
{
	return trailer_bytes(rig.what.align);
}

static void put_magic(const struct rig_slot *slot, enum magic magic)
{
	uint8_t *p = &slot->bytes[slot->size - 16];

	switch (magic) {
	case MAGIC_GOOD:
		memcpy(p, bytes()->magic, 16);
		break;
	case MAGIC_BAD:
		memset(p, 0x5a, 16);
		break;
	case MAGIC_TORN:
		memcpy(p, bytes()->magic, 8);
		break;
	case MAGIC_OTHER:
		memcpy(p, trailer_bytes(rig.what.align == 8 ? 16 : 8)->magic, 16);
		break;
	default:
		break;
	}
}

static void put_flag(const struct rig_slot *slot, size_t distance, enum flag flag)
{
	static const uint8_t values[FLAGS] = {0, 0x01, 0x55};

	if (flag != FLAG_UNSET) {
		slot->bytes[slot->size - distance] = values[flag];
	}
}

static void put_fields(int index, const struct fields *fields)
{
	const struct rig_slot *slot = &rig.slots[index];

	put_magic(slot, fields->magic);
	put_flag(slot, bytes()->copy_done, fields->copy_done);
	put_flag(slot, bytes()->image_ok, fields->image_ok);
	if (fields->info >= 0) {
		slot->bytes[slot->size - bytes()->swap_info] = (uint8_t)fields->info;
	}
}

/* Valid images, no trailers. */
static void blank(void)
{
	for (int i = 0; i < RIG_SLOTS; i++) {
		memcpy(rig.slots[i].bytes, images[i], rig.slots[i].size);
	}
}

static const uint8_t *end_of(int index)
{
	return rig.slots[index].bytes + rig.slots[index].size;
}

static bool flag_is(int index, size_t distance, uint8_t value)
{
	return *(end_of(index) - distance) == value;
}

static struct meaning mean(void)
{
	struct meaning meaning = {
		.asked = trailer_meaning(bytes(), end_of(0), rig.slots[0].erased, end_of(1),
					 rig.slots[1].erased),
		.unconfirmed = trailer_has_magic(bytes(), end_of(0)) &&
			       flag_is(0, bytes()->copy_done, 1) &&
			       flag_is(0, bytes()->image_ok, rig.slots[0].erased),
	};

	if (rig.what.mode == BOOT_MODE_SWAP_OFFSET && trailer_has_magic(bytes(), end_of(1)) &&
	    flag_is(1, bytes()->copy_done, 1) &&
	    flag_is(1, bytes()->image_ok, rig.slots[1].erased)) {
		meaning.asked = "revert";
	}
	return meaning;
}

static int type_of_boot(void)
{
	struct sim_boot_result result;
	const int rc = sim_boot(boot_arrangement_get(), boot_rules_get(), true, &result);

	return rc == 0 ? result.swap_type[0] : rc;
}

static const char *name_of(int type)
{
	static const char *const names[] = {"?", "none", "test", "permanent", "revert"};

	return type >= 0 && (size_t)type < ARRAY_LEN(names) ? names[type] : "error";
}

static bool asks_for_test(void)
{
	return rig.what.mode == BOOT_MODE_OVERWRITE_ONLY ? type_of_boot() != BOOT_SWAP_TYPE_NONE
							 : type_of_boot() == BOOT_SWAP_TYPE_TEST;
}

static bool asks_for_permanent(void)
{
	return rig.what.mode == BOOT_MODE_OVERWRITE_ONLY ? type_of_boot() != BOOT_SWAP_TYPE_NONE
							 : type_of_boot() == BOOT_SWAP_TYPE_PERM;
}

/*
 * swap_info beside a good magic and without copy_done: to the bootloader a swap under way, which no
 * trailer of the secondary stops. No call of ours writes that.
 */
static bool primary_overrules(void)
{
	return trailer_has_magic(bytes(), end_of(0)) &&
	       flag_is(0, bytes()->copy_done, rig.slots[0].erased) &&
	       !flag_is(0, bytes()->swap_info, rig.slots[0].erased);
}

static bool asks_for_nothing(void)
{
	const char *asked = mean().asked;
	const int type = type_of_boot();

	return strcmp(asked, "test") != 0 && strcmp(asked, "permanent") != 0 &&
	       (primary_overrules() ||
		(type != BOOT_SWAP_TYPE_TEST && type != BOOT_SWAP_TYPE_PERM));
}

static int request_test(void)
{
	return boot_request_upgrade(BOOT_UPGRADE_TEST);
}

static int request_permanent(void)
{
	return boot_request_upgrade(BOOT_UPGRADE_PERMANENT);
}

static int set_next(int slot, bool active, bool confirm)
{
	const struct flash_area *fa;
	const int rc = flash_area_open((uint8_t)slot, &fa);

	return rc == 0 ? boot_set_next(fa, active, confirm) : rc;
}

static int set_next_test(void)
{
	return set_next(1, false, false);
}

static int set_next_permanent(void)
{
	return set_next(1, false, true);
}

static int set_next_active(void)
{
	return set_next(0, true, true);
}

static int set_next_other_active(void)
{
	return set_next(1, true, true);
}

static int set_next_primary(void)
{
	return set_next(0, false, false);
}

static int cancel(void)
{
	return boot_cancel_upgrade_multi(0);
}

/* Given up again at once: a download under way would be in the way of the other calls. */
static int target_init(void)
{
	const int rc = dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, TINY, NULL);

	return rc == 0 ? dfu_target_reset() : rc;
}

static int target_schedule(void)
{
	return dfu_target_mcuboot_schedule_update(0);
}

static int target_permanent(void)
{
	return dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT);
}

static int target_cancel(void)
{
	return dfu_target_mcuboot_cancel(0);
}

static bool runs_on(void)
{
	struct sim_boot_result result;

	return sim_boot(boot_arrangement_get(), boot_rules_get(), true, &result) == 0;
}

/* A call, what it may return beside 0, and what is true when it returned 0. */
struct call {
	const char *name;
	int (*run)(void);
	bool (*holds)(void);
	bool keeps_test; /* refused while the running image is unconfirmed */
	int errnos[ERRNOS_MAX];
};

/* clang-format off */
static const struct call call_table[] = {
	{"request a test", request_test, asks_for_test, false, {-EALREADY, -EUCLEAN}},
	{"request for good", request_permanent, asks_for_permanent, false, {-EUCLEAN}},
	{"confirm", boot_write_img_confirmed, runs_on, false, {-EUCLEAN}},
	{"set next, a test", set_next_test, asks_for_test, false, {-EALREADY, -EUCLEAN}},
	{"set next, for good", set_next_permanent, asks_for_permanent, false, {-EUCLEAN}},
	{"set next, the running one", set_next_active, runs_on, false, {-EUCLEAN}},
	{"set next, the other as running", set_next_other_active, NULL, false, {-EINVAL}},
	{"set next, the primary", set_next_primary, NULL, false, {-EINVAL}},
	{"cancel", cancel, asks_for_nothing, false, {-ENOENT, -EUCLEAN}},
	{"target: init", target_init, runs_on, true, {-EBUSY}},
	{"target: schedule", target_schedule, asks_for_test, true, {-EBUSY, -EALREADY, -EUCLEAN}},
	{"target: schedule for good", target_permanent, asks_for_permanent, true, {-EBUSY, -EUCLEAN}},
	{"target: cancel", target_cancel, asks_for_nothing, true, {-EBUSY, -ENOENT, -EUCLEAN}},
};
/* clang-format on */

static bool is_documented(const struct call *call, int rc)
{
	for (size_t i = 0; i < ERRNOS_MAX; i++) {
		if (call->errnos[i] == rc) {
			return true;
		}
	}
	return false;
}

static void must(bool good, const struct call *call, const char *what, int rc)
{
	if (!good) {
		printf("%s: %s (%d)\n", call->name, what, rc);
		for (int i = 0; i < RIG_SLOTS; i++) {
			const struct rig_slot *slot = &rig.slots[i];

			printf("slot %d ", i);
			for (size_t k = bytes()->swap_info; k > 0; k--) {
				printf("%02x", slot->flash->before[slot->off + slot->size - k]);
			}
			printf("\n");
		}
		CHECK(false);
	}
}

static void try_call(const struct call *call, const struct meaning *meaning)
{
	rig_forget_ops();
	const int rc = call->run();

	calls++;
	must(rc == 0 || is_documented(call, rc), call, "undocumented", rc);
	must(rc == 0 || rig_is_unchanged_outside(-1), call, "refused, but flash changed", rc);
	must(rc != 0 || call->holds != NULL, call, "must be refused", rc);
	must(rc != 0 || call->holds(), call, "0, but the bootloader does something else", rc);
	must(!call->keeps_test || (rc == -EBUSY) == meaning->unconfirmed, call,
	     "busy while unconfirmed, and only then", rc);
	must(rig.shared->violation[0] == '\0', call, rig.shared->violation, rc);
	successes += rc == 0 ? 1 : 0;
	if (rig.shared->op_count > 0) {
		for (int i = 0; i < RIG_SLOTS; i++) {
			struct rig_slot *slot = &rig.slots[i];

			memcpy(slot->bytes, &slot->flash->before[slot->off], slot->size);
		}
	}
}

static void ask(const struct meaning *meaning)
{
	static const struct call question = {.name = "question"};
	struct boot_swap_state state;
	const bool has_magic = trailer_has_magic(bytes(), end_of(0));
	const bool is_blank = trailer_is_blank(end_of(0), 16, rig.slots[0].erased);

	rig_forget_ops();
	must(strcmp(name_of(mcuboot_swap_type()), meaning->asked) == 0, &question, meaning->asked,
	     mcuboot_swap_type());
	must(boot_is_unconfirmed_multi(0) == (meaning->unconfirmed ? 1 : 0), &question,
	     "unconfirmed", meaning->unconfirmed);
	must(boot_is_img_confirmed() == (is_blank || flag_is(0, bytes()->image_ok, 1)), &question,
	     "confirmed", 0);
	must(boot_read_swap_state_by_id(0, &state) == 0 &&
		     (state.magic == BOOT_MAGIC_GOOD) == has_magic,
	     &question, "magic", 0);
	must(rig.shared->op_count == 0, &question, "a question wrote", 0);
	calls += 5;
}

static void try_state(void)
{
	const struct meaning meaning = mean();

	states++;
	rig_snapshot();
	ask(&meaning);
	for (size_t i = 0; i < ARRAY_LEN(call_table); i++) {
		try_call(&call_table[i], &meaning);
	}
}

static struct fields fields_of(unsigned int i)
{
	return (struct fields){
		.magic = (enum magic)(i % MAGICS),
		.copy_done = (enum flag)(i / MAGICS % FLAGS),
		.image_ok = (enum flag)(i / MAGICS / FLAGS % FLAGS),
		.info = infos[i / MAGICS / FLAGS / FLAGS],
	};
}

static void cross(void)
{
	const unsigned int one = MAGICS * FLAGS * FLAGS;

	for (unsigned int i = 0; i < one * ARRAY_LEN(infos); i++) {
		for (unsigned int k = 0; k < one * SECONDARY_INFOS; k++) {
			const struct fields primary = fields_of(i);
			const struct fields secondary = fields_of(k);

			blank();
			put_fields(0, &primary);
			put_fields(1, &secondary);
			try_state();
		}
	}
}

static void open_case(enum boot_mode mode, size_t block, uint8_t align, bool no_erase)
{
	const struct rig_case what = {.mode = mode,
				      .layout = &layout,
				      .block = block,
				      .align = align,
				      .erased = 0xff,
				      .no_erase = no_erase};

	CHECK(rig_open(&what));
	life_factory(TINY);
	image_file_make(&life.next, TINY, 1, mode_rules[mode].flags);
	rig_put(1, expect(1).start, life.next.bytes, TINY);
	for (int i = 0; i < RIG_SLOTS; i++) {
		memcpy(images[i], rig.slots[i].bytes, rig.slots[i].size);
	}
}

int main(int argc, char **argv)
{
	open_case(life_mode(argc, argv), 4, 8, false);
	cross();
	printf("%lu states, %lu calls, %lu of them answered 0\n", states, calls, successes);
	return 0;
}
