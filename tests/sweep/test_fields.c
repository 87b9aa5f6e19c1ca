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
#define CROSSED 48600 /* 45 combinations of magic and flags, times 8, times 45, times 3 */
#define ERRNOS_MAX 8
#define MAGICS 5
#define FLAGS 3
#define COMBINATIONS (MAGICS * FLAGS * FLAGS)

enum magic { MAGIC_UNSET, MAGIC_GOOD, MAGIC_BAD, MAGIC_TORN, MAGIC_OTHER };
enum flag { FLAG_UNSET, FLAG_SET, FLAG_BAD };

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

/* Whether the running image is given up at the next reset. */
static bool is_unconfirmed(void)
{
	const struct mode_rules *rules = &mode_rules[rig.what.mode];
	const bool is_done = flag_is(0, bytes()->copy_done, 1);

	if (rules->is_direct) {
		return rules->reverts && is_done && !flag_is(0, bytes()->image_ok, 1);
	}
	return rules->has_trailer && is_done && trailer_has_magic(bytes(), end_of(0)) &&
	       flag_is(0, bytes()->image_ok, rig.slots[0].erased);
}

static struct meaning mean(void)
{
	struct meaning meaning = {
		.asked = trailer_meaning(bytes(), end_of(0), rig.slots[0].erased, end_of(1),
					 rig.slots[1].erased),
		.unconfirmed = is_unconfirmed(),
	};

	if (rig.what.mode == BOOT_MODE_SWAP_OFFSET && trailer_has_magic(bytes(), end_of(1)) &&
	    flag_is(1, bytes()->copy_done, 1) &&
	    flag_is(1, bytes()->image_ok, rig.slots[1].erased)) {
		meaning.asked = "revert";
	}
	if (!mode_rules[rig.what.mode].has_trailer && !mode_rules[rig.what.mode].alternates) {
		meaning.asked = "none";
	}
	return meaning;
}

/* As boot_is_img_confirmed() is documented. */
static bool is_confirmed(void)
{
	const struct mode_rules *rules = &mode_rules[rig.what.mode];
	const bool is_ok = flag_is(life.running, bytes()->image_ok, 1);
	const uint8_t *end = end_of(life.running);

	if (rules->is_direct && rules->reverts) {
		return is_ok && !trailer_is_blank(end, 16, rig.slots[life.running].erased);
	}
	/* A torn confirmation is one: the bootloader reverts what is erased there, or nothing. */
	const bool is_torn =
		!(rules->is_direct && rules->alternates) && trailer_has_magic(bytes(), end) &&
		(flag_is(life.running, bytes()->copy_done, 1) ||
		 rig.what.mode == BOOT_MODE_OVERWRITE_ONLY) &&
		!flag_is(life.running, bytes()->image_ok, rig.slots[life.running].erased);
	return is_ok || is_torn || trailer_is_blank(end, 16, rig.slots[life.running].erased);
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

/*
 * Where the primary's trailer reads like that of a swap under way, its swap_info decides, whatever
 * the secondary's asks for; to swap-scratch a trailer without magic reads so, too. No call of ours
 * writes swap_info there.
 */
static bool primary_overrules(void)
{
	const bool is_blank = trailer_is_blank(end_of(0), 16, rig.slots[0].erased);
	const bool is_good = trailer_has_magic(bytes(), end_of(0));

	return flag_is(0, bytes()->copy_done, rig.slots[0].erased) &&
	       !flag_is(0, bytes()->swap_info, rig.slots[0].erased) &&
	       (is_good || (is_blank && rig.what.mode == BOOT_MODE_SWAP_SCRATCH));
}

/* By the trailers, and by what the bootloader would do. */
static bool asks_for(const char *what, int type)
{
	return strcmp(mean().asked, what) == 0 && (primary_overrules() || type_of_boot() == type);
}

static bool asks_for_test(void)
{
	return rig.what.mode == BOOT_MODE_OVERWRITE_ONLY ? type_of_boot() != BOOT_SWAP_TYPE_NONE
							 : asks_for("test", BOOT_SWAP_TYPE_TEST);
}

static bool asks_for_permanent(void)
{
	return rig.what.mode == BOOT_MODE_OVERWRITE_ONLY
		       ? type_of_boot() != BOOT_SWAP_TYPE_NONE
		       : asks_for("permanent", BOOT_SWAP_TYPE_PERM);
}

static bool asks_for_nothing(void)
{
	const char *asked = mean().asked;
	const int type = type_of_boot();

	return strcmp(asked, "test") != 0 && strcmp(asked, "permanent") != 0 &&
	       (primary_overrules() ||
		(type != BOOT_SWAP_TYPE_TEST && type != BOOT_SWAP_TYPE_PERM));
}

/* The slot that a bootloader starts; -1: none. */
static int slot_of_boot(void)
{
	struct sim_boot_result result;
	const int rc = sim_boot(boot_arrangement_get(), boot_rules_get(), true, &result);

	return rc == 0 ? result.active[0] : -1;
}

static bool starts_other(void)
{
	return slot_of_boot() == 1;
}

/* For good: image_ok is all that the revert variants ask of a slot that has a magic. */
static bool starts_other_for_good(void)
{
	return starts_other() && flag_is(1, bytes()->image_ok, 1);
}

static bool starts_not_other(void)
{
	return slot_of_boot() != 1;
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
static const struct call by_trailer[] = {
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

/* Slot 0 runs; slot 1 shows a later image. */
static const struct call by_header[] = {
	{"request a test", request_test, starts_other, false, {-EUCLEAN}},
	{"request for good", request_permanent, starts_other_for_good, false, {-EUCLEAN}},
	{"confirm", boot_write_img_confirmed, runs_on, false, {-EUCLEAN}},
	{"set next, a test", set_next_test, starts_other, false, {-EUCLEAN}},
	{"set next, for good", set_next_permanent, starts_other_for_good, false, {-EUCLEAN}},
	{"set next, the running one", set_next_active, runs_on, false, {-EUCLEAN}},
	{"set next, the other as running", set_next_other_active, runs_on, false, {-EUCLEAN}},
	{"set next, the primary", set_next_primary, runs_on, false, {-EUCLEAN}},
	{"cancel", cancel, starts_not_other, false, {-ENOENT, -EUCLEAN}},
	{"target: init", target_init, runs_on, true, {-EBUSY}},
	{"target: schedule", target_schedule, starts_other, true, {-EBUSY, -EUCLEAN}},
	{"target: schedule for good", target_permanent, starts_other, true, {-EBUSY, -EUCLEAN}},
	{"target: cancel", target_cancel, starts_not_other, true, {-EBUSY, -ENOENT, -EUCLEAN}},
};

/* There is nothing to ask for. */
static const struct call by_nothing[] = {
	{"request a test", request_test, NULL, false, {-ENODEV}},
	{"request for good", request_permanent, NULL, false, {-ENODEV}},
	{"confirm", boot_write_img_confirmed, runs_on, false, {-EUCLEAN}},
	{"set next, a test", set_next_test, NULL, false, {-ENODEV}},
	{"set next, for good", set_next_permanent, NULL, false, {-ENODEV}},
	{"cancel", cancel, NULL, false, {-ENODEV}},
	{"target: init", target_init, runs_on, true, {-ENODEV}},
	{"target: schedule", target_schedule, runs_on, true, {-ENODEV}},
	{"target: cancel", target_cancel, NULL, true, {-ENODEV}},
};
/* clang-format on */

static const struct call *call_table;
static size_t call_count;

static void choose_calls(void)
{
	if (!mode_rules[rig.what.mode].is_direct && mode_rules[rig.what.mode].has_trailer) {
		call_table = by_trailer;
		call_count = ARRAY_LEN(by_trailer);
	} else if (mode_rules[rig.what.mode].alternates) {
		call_table = by_header;
		call_count = ARRAY_LEN(by_header);
	} else {
		call_table = by_nothing;
		call_count = ARRAY_LEN(by_nothing);
	}
}

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

	rig_forget_ops();
	must(strcmp(name_of(mcuboot_swap_type()), meaning->asked) == 0, &question, meaning->asked,
	     mcuboot_swap_type());
	must(boot_is_unconfirmed_multi(0) == (meaning->unconfirmed ? 1 : 0), &question,
	     "unconfirmed", meaning->unconfirmed);
	must(boot_is_img_confirmed() == is_confirmed(), &question, "confirmed", 0);
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
	for (size_t i = 0; i < call_count; i++) {
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
	const unsigned int one = COMBINATIONS;

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

static uint32_t random_state = 1;

static unsigned int random_below(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % n;
}

/* Fields of any value, and bytes of any value where there may be none. */
static void put_random(int index)
{
	const struct rig_slot *slot = &rig.slots[index];
	const unsigned int tail = (unsigned int)bytes()->swap_info;
	struct fields fields =
		fields_of(random_below(COMBINATIONS * (unsigned int)ARRAY_LEN(infos)));

	if (random_below(4) == 0) {
		fields.info = (int)random_below(256);
	}
	put_fields(index, &fields);
	for (unsigned int i = random_below(4); i > 0; i--) {
		slot->bytes[slot->size - 1 - random_below(tail)] = (uint8_t)random_below(256);
	}
}

static void sample(void)
{
	for (unsigned int i = 0; i < SAMPLES; i++) {
		blank();
		put_random(0);
		put_random(1);
		try_state();
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
	choose_calls();
	life_factory(TINY);
	image_file_make(&life.next, TINY, 1, mode_rules[mode].flags);
	rig_put(life_upload_slot(), expect(1).start, life.next.bytes, TINY);
	for (int i = 0; i < RIG_SLOTS; i++) {
		memcpy(images[i], rig.slots[i].bytes, rig.slots[i].size);
	}
}

int main(int argc, char **argv)
{
	const enum boot_mode mode = life_mode(argc, argv);

	open_case(mode, 4, 8, false);
	cross();
	sample();
	open_case(mode, 1, 8, true);
	sample();
	open_case(mode, 8, 16, false);
	sample();
	open_case(mode, 8, 32, false);
	sample();
	printf("%lu states, %lu calls, %lu of them answered 0\n", states, calls, successes);
	CHECK(states == CROSSED + 4 * SAMPLES);
	return 0;
}
