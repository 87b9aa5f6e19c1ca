/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every record of trailer-ops.jsonl.gz through the public API, judged by the rules of
 * trailer-ops.md. Each mode's counts are those of today: a change of them is a change of behaviour.
 */
#include "vector_device.h"

#include <string.h>

#include <dfu/boot.h>

#include "support/test_records.h"
#include "trailer_bytes.h"

#define TAIL 256
#define SLOTS_MAX 4

/* What became of the set calls of one mode. */
struct counts {
	unsigned int queries;
	unsigned int as_mcuboot; /* 0, and the bytes of MCUboot */
	unsigned int mended;     /* 0, where MCUboot fails or leaves something else */
	unsigned int refused;    /* an error, flash as before */
};

struct tails {
	uint8_t bytes[SLOTS_MAX][TAIL];
	size_t count;
};

static json_t *records;
static size_t records_run;

static uint8_t *slot_end(size_t slot)
{
	const struct flash_area *fa = vector_slot(slot);

	return vector_bytes(fa) + fa->fa_size;
}

static uint8_t slot_erased(size_t slot)
{
	return flash_area_erased_val(vector_slot(slot));
}

/* The tails that a record lists, others erased. */
static void load_tails(const json_t *record, const char *key, struct tails *tails)
{
	const json_t *list = json_object_get(record, key);

	tails->count = 2 * (size_t)vector_number(json_object_get(record, "mcuboot"), "images");
	for (size_t i = 0; i < tails->count; i++) {
		memset(tails->bytes[i], slot_erased(i), TAIL);
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const size_t slot = vector_area(vector_string(item, "part"))->fa_id;

		assert_true(slot < tails->count);
		assert_int_equal(vector_hex(vector_string(item, "tail"), tails->bytes[slot], TAIL),
				 TAIL);
	}
}

static void put_tails(const struct tails *tails)
{
	for (size_t i = 0; i < tails->count; i++) {
		memcpy(slot_end(i) - TAIL, tails->bytes[i], TAIL);
	}
}

/* Every tail as given, and all else erased, as it was before. */
static bool flash_is(const struct tails *tails)
{
	static uint8_t expected[1 << 20];

	for (size_t i = 0; i < vector_device.flashes; i++) {
		const struct test_flash *flash = &vector_device.flash[i];

		assert_true(flash->size <= sizeof(expected));
		memset(expected, flash->ram_config->parameters.erase_value, flash->size);
		for (size_t s = 0; s < tails->count; s++) {
			const struct flash_area *fa = vector_slot(s);

			if (fa->fa_dev == flash->dev) {
				memcpy(&expected[(size_t)fa->fa_off + fa->fa_size - TAIL],
				       tails->bytes[s], TAIL);
			}
		}
		if (memcmp(expected, flash->memory, flash->size) != 0) {
			return false;
		}
	}
	return true;
}

static const char *swap_word(int type)
{
	static const char *const words[] = {"0", "none", "test", "permanent", "revert"};

	assert_in_range(type, 0, 4);
	return words[type];
}

static const char *flag_word(int flag)
{
	return flag == BOOT_FLAG_SET ? "set" : flag == BOOT_FLAG_BAD ? "bad" : "unset";
}

static void run_swap_type(const json_t *record, const char *id, struct counts *counts)
{
	const int type = mcuboot_swap_type_multi((int)vector_number(record, "image"));

	if (type < 0 || strcmp(swap_word(type), vector_string(record, "value")) != 0) {
		fail_msg("%s: swap type %d", id, type);
	}
	counts->queries++;
}

static void run_read_state(const json_t *record, const char *id, struct counts *counts)
{
	const json_t *value = json_object_get(record, "value");
	const long area = 2 * vector_number(record, "image") + vector_number(record, "slot");
	struct boot_swap_state state;
	const char *magic;

	assert_int_equal(boot_read_swap_state_by_id((int)area, &state), 0);
	magic = state.magic == BOOT_MAGIC_GOOD  ? "good"
		: state.magic == BOOT_MAGIC_BAD ? "bad"
						: "unset";
	if (strcmp(magic, vector_string(value, "magic")) != 0 ||
	    strcmp(swap_word(state.swap_type), vector_string(value, "swap_type")) != 0 ||
	    strcmp(flag_word(state.copy_done), vector_string(value, "copy_done")) != 0 ||
	    strcmp(flag_word(state.image_ok), vector_string(value, "image_ok")) != 0 ||
	    state.image_num != vector_number(value, "image_num")) {
		fail_msg("%s: the state differs", id);
	}
	counts->queries++;
}

static int call(const json_t *record)
{
	const char *name = vector_string(record, "call");
	const int image = (int)vector_number(record, "image");

	if (strcmp(name, "set_pending") == 0) {
		return boot_request_upgrade_multi(
			image, json_is_true(json_object_get(record, "permanent")));
	}
	if (strcmp(name, "set_confirmed") == 0) {
		return boot_write_img_confirmed_multi(image);
	}
	assert_string_equal(name, "set_next");
	return boot_set_next(vector_slot((size_t)(2 * image + vector_number(record, "slot"))),
			     json_is_true(json_object_get(record, "active")),
			     json_is_true(json_object_get(record, "confirm")));
}

/* What a set call is about. */
struct wish {
	size_t slot;
	bool is_direct;
	bool is_confirmation; /* swap modes */
	bool is_permanent;    /* or, in direct modes, for good */
};

static struct wish wish_of(const json_t *record)
{
	const char *name = vector_string(record, "call");
	const char *mode = vector_string(json_object_get(record, "mcuboot"), "mode");
	const bool is_active = json_is_true(json_object_get(record, "active"));
	struct wish wish = {
		.slot = 2 * (size_t)vector_number(record, "image"),
		.is_direct = strncmp(mode, "direct-xip", 10) == 0,
		.is_confirmation = strcmp(name, "set_confirmed") == 0 || is_active,
		.is_permanent = json_is_true(json_object_get(record, "permanent")) ||
				json_is_true(json_object_get(record, "confirm")),
	};

	if (strcmp(name, "set_next") == 0) {
		wish.slot += (size_t)vector_number(record, "slot");
	} else if (strcmp(name, "set_pending") == 0) {
		wish.slot++;
	}
	return wish;
}

static const struct trailer_bytes *layout_of(const json_t *record)
{
	return trailer_bytes(
		(uint8_t)vector_number(json_object_get(record, "mcuboot"), "max_align"));
}

/* A trailer as a single clean call leaves it. A primary's is as that of a factory image. */
static void fresh_tail(const json_t *record, const struct wish *wish, uint8_t tail[TAIL])
{
	const struct trailer_bytes *layout = layout_of(record);

	memset(tail, slot_erased(wish->slot), TAIL);
	if (wish->is_confirmation && !wish->is_direct) {
		return;
	}
	memcpy(&tail[TAIL - 16], layout->magic, 16);
	if (wish->is_permanent || wish->is_confirmation) {
		tail[TAIL - layout->image_ok] = 1;
	}
	if (!wish->is_direct) {
		tail[TAIL - layout->swap_info] = (uint8_t)((wish->is_permanent ? 3 : 2) |
							   vector_number(record, "image") << 4);
	} else if (wish->is_permanent || wish->is_confirmation) {
		tail[TAIL - layout->copy_done] = 1;
	}
}

/*
 * No magic, but something else programmed: the one case in which what MCUboot meets may be made
 * afresh, where a slot is to be started.
 */
static bool may_be_fresh(const json_t *record, const struct wish *wish, const struct tails *before)
{
	const uint8_t *end = &before->bytes[wish->slot][TAIL];

	return (wish->is_direct || !wish->is_confirmation) &&
	       trailer_is_blank(end, 16, slot_erased(wish->slot)) &&
	       !trailer_is_blank(end, TAIL, slot_erased(wish->slot)) && layout_of(record) != NULL;
}

/* A test raised to permanent: one flag more, all else as before, and it reads so. */
static bool is_raised(const json_t *record, const struct wish *wish, const struct tails *before)
{
	const struct trailer_bytes *layout = layout_of(record);
	struct tails expected = *before;

	if (wish->is_direct || wish->is_confirmation || !wish->is_permanent) {
		return false;
	}
	expected.bytes[wish->slot][TAIL - layout->image_ok] = 1;
	return flash_is(&expected) &&
	       strcmp(trailer_meaning(layout, slot_end(wish->slot - 1), slot_erased(wish->slot - 1),
				      slot_end(wish->slot), slot_erased(wish->slot)),
		      "permanent") == 0;
}

/* MCUboot leaves it alone, too, and keeps the image. */
static bool is_torn_confirmation(const json_t *record, const struct wish *wish,
				 const struct tails *before)
{
	const struct trailer_bytes *layout = layout_of(record);
	const uint8_t *end = &before->bytes[wish->slot][TAIL];
	const char *mode = vector_string(json_object_get(record, "mcuboot"), "mode");

	return wish->is_confirmation && !wish->is_direct && vector_number(record, "rc") == 0 &&
	       (end[-(ptrdiff_t)layout->copy_done] == 1 || strcmp(mode, "overwrite-only") == 0) &&
	       flash_is(before);
}

/* The call returned 0: one of the states that are right, else the record's name is told. */
static void judge_success(const json_t *record, const char *id, const struct tails *before,
			  struct counts *counts)
{
	const bool is_met = vector_number(record, "rc") == 0 &&
			    json_is_true(json_object_get(record, "met"));
	const struct wish wish = wish_of(record);
	struct tails expected;

	load_tails(record, "after", &expected);
	if (is_met && flash_is(&expected)) {
		counts->as_mcuboot++;
		return;
	}
	if (is_met && !may_be_fresh(record, &wish, before)) {
		fail_msg("%s: otherwise than MCUboot, which does it", id);
	}
	if (is_torn_confirmation(record, &wish, before)) {
		counts->as_mcuboot++;
		return;
	}
	counts->mended++;
	expected = *before;
	fresh_tail(record, &wish, expected.bytes[wish.slot]);
	if (!flash_is(&expected) && !is_raised(record, &wish, before)) {
		fail_msg("%s: 0, and the trailer is neither new nor raised", id);
	}
}

static void run_set(const json_t *record, const char *id, const struct tails *before,
		    struct counts *counts)
{
	const int rc = call(record);

	if (rc == 0) {
		judge_success(record, id, before, counts);
		return;
	}
	if (!flash_is(before)) {
		fail_msg("%s: %d, and flash changed", id, rc);
	}
	if (vector_number(record, "rc") == 0 && json_is_true(json_object_get(record, "met"))) {
		fail_msg("%s: %d where MCUboot does it", id, rc);
	}
	/* A permanent request is not lowered; a slot that runs is not put at risk. */
	if (rc != -EALREADY && rc != -EUCLEAN) {
		fail_msg("%s: %d", id, rc);
	}
	counts->refused++;
}

static void run_record(const json_t *record, struct counts *counts)
{
	const char *id = vector_string(record, "id");
	const char *name = vector_string(record, "call");
	struct tails before;

	vector_device_open(record);
	load_tails(record, "slots", &before);
	put_tails(&before);
	if (strcmp(name, "swap_type") == 0) {
		run_swap_type(record, id, counts);
		assert_true(flash_is(&before));
	} else if (strcmp(name, "read_state") == 0) {
		run_read_state(record, id, counts);
		assert_true(flash_is(&before));
	} else {
		run_set(record, id, &before, counts);
	}
	vector_assert_no_violation(id);
	vector_device_close();
}

static struct counts run_mode(const char *mode)
{
	struct counts counts = {0};
	size_t i;
	json_t *record;

	json_array_foreach(records, i, record)
	{
		if (strcmp(vector_string(json_object_get(record, "mcuboot"), "mode"), mode) == 0) {
			run_record(record, &counts);
			records_run++;
		}
	}
	return counts;
}

static void assert_counts(const char *mode, struct counts expected)
{
	const struct counts found = run_mode(mode);

	if (test_records_are_known() && memcmp(&found, &expected, sizeof(found)) != 0) {
		fail_msg("%s: %u, %u, %u, %u", mode, found.queries, found.as_mcuboot, found.mended,
			 found.refused);
	}
}

static void swap_modes_do_what_mcuboot_does_or_better(void **state)
{
	(void)state;
	assert_counts("swap-move", (struct counts){1108, 156, 457, 9});
	assert_counts("swap-scratch", (struct counts){45, 75, 44, 8});
	assert_counts("swap-offset", (struct counts){336, 80, 73, 2});
	assert_counts("overwrite-only", (struct counts){41, 81, 51, 0});
}

static void direct_modes_do_what_mcuboot_does_or_better(void **state)
{
	(void)state;
	assert_counts("direct-xip", (struct counts){21, 82, 70, 0});
	assert_counts("direct-xip-revert", (struct counts){22, 115, 53, 95});
}

static void no_record_is_left_out(void **state)
{
	(void)state;
	assert_int_equal(records_run, json_array_size(records));
	if (test_records_are_known()) {
		assert_int_equal(records_run, 3024);
	}
}

static int load(void **state)
{
	(void)state;
	records = test_records_read("trailer-ops.jsonl.gz");
	return 0;
}

static int unload(void **state)
{
	(void)state;
	json_decref(records);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swap_modes_do_what_mcuboot_does_or_better),
		cmocka_unit_test(direct_modes_do_what_mcuboot_does_or_better),
		cmocka_unit_test(no_record_is_left_out),
	};

	return cmocka_run_group_tests_name("trailer_ops", tests, load, unload);
}
