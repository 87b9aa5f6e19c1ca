/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judgements before recorded boots: what boot_judge() says of the image in an upload slot, and what
 * the real MCUboot did with it at the reset that followed.
 *
 * Left out is what a judgement is not about: bootloaders that start nothing at all, running images
 * that are themselves given up, a header in the first page of a swap-offset slot (which scheduling
 * erases), and pairs whose other candidate is refused: a judgement relies on pending images, which
 * were judged before they were made so.
 */
#include "boot_records.h"

#include <string.h>

#include <dfu/boot_rules.h>
#include <dfu/mcuboot.h>

#include "boot/boot_slot.h"
#include "support/test_records.h"

/* Of one mode: how often MCUboot refused and took an image, and how often that was foretold. */
static struct {
	unsigned int took[2];
	unsigned int foretold[2];
} counts;

/* What ran after the boot before, in the direct modes. */
static struct {
	const json_t *record;
	const json_t *active;
} before;

static const char *word(const json_t *step, const char *field, int i)
{
	return json_string_value(json_array_get(json_object_get(step, field), (size_t)i));
}

static bool asks(const char *type)
{
	return type != NULL && (strcmp(type, "test") == 0 || strcmp(type, "permanent") == 0);
}

static enum dfu_image_fault judge(int image, const struct flash_area *fa, size_t start)
{
	const struct dfu_image_source source =
		dfu_image_source_flash(fa, start, fa->fa_size - start);
	struct boot_judgement judgement;
	uint8_t buf[512];
	const int rc = boot_judge(image, &source, NULL, 0, buf, sizeof(buf), &judgement);
	const enum dfu_image_fault fault = judgement.report.fault;

	/* Slots that can never be swapped have no size that fits. */
	return fault == DFU_IMAGE_OK && rc != 0 ? DFU_IMAGE_TOO_LARGE : fault;
}

static void compare(const json_t *record, int image, enum dfu_image_fault fault, bool took)
{
	counts.took[took]++;
	if ((fault == DFU_IMAGE_OK) == took) {
		counts.foretold[took]++;
		return;
	}
	print_error("%s (%s): image %d was %s, and here: %s\n", vector_string(record, "id"),
		    vector_string(record, "scenario"), image, took ? "taken" : "refused",
		    dfu_image_fault_str(fault));
}

static bool has_header(const struct flash_area *fa, size_t off)
{
	static const uint8_t magic[4] = {0x3d, 0xb8, 0xf3, 0x96};

	return memcmp(vector_bytes(fa) + off, magic, sizeof(magic)) == 0;
}

static size_t upload_start(int image)
{
	size_t start;

	assert_int_equal(boot_slot_upload_start(vector_slot((size_t)(2 * image + 1)), &start), 0);
	return start;
}

static bool is_about_the_image(int image, const json_t *step)
{
	const struct flash_area *fa = vector_slot((size_t)(2 * image + 1));

	if (upload_start(image) != 0 && has_header(fa, 0)) {
		return false;
	}
	for (int other = 0; other < boot_arrangement_get()->images; other++) {
		if (other != image && asks(word(step, "asked", other)) &&
		    judge(other, vector_slot((size_t)(2 * other + 1)), upload_start(other)) !=
			    DFU_IMAGE_OK &&
		    !asks(word(step, "swap_type", image))) {
			return false;
		}
	}
	return json_is_object(json_object_get(step, "ran"));
}

static void look_where_trailers_ask(const json_t *record, const json_t *step)
{
	for (int i = 0; i < boot_arrangement_get()->images; i++) {
		if (asks(word(step, "asked", i)) && is_about_the_image(i, step)) {
			compare(record, i,
				judge(i, vector_slot((size_t)(2 * i + 1)), upload_start(i)),
				asks(word(step, "swap_type", i)));
		}
	}
}

/* Not damaged, whatever it is signed with. */
static bool is_whole(const struct flash_area *fa)
{
	const struct dfu_image_source source = dfu_image_source_flash(fa, 0, fa->fa_size);
	struct dfu_image image;
	uint8_t buf[512];

	return dfu_image_open(&image, &source, NULL) == 0 &&
	       dfu_image_verify(&image, NULL, buf, sizeof(buf), NULL) == 0;
}

/* With a trailer that lets it be started, in the revert variants. */
static bool is_startable(const struct flash_area *fa)
{
	struct boot_swap_state state;

	if (boot_mode_needs_trailer(boot_arrangement_get()->mode)) {
		assert_int_equal(boot_read_swap_state(fa, &state), 0);
		if (state.magic != BOOT_MAGIC_GOOD ||
		    (state.copy_done == BOOT_FLAG_SET && state.image_ok != BOOT_FLAG_SET)) {
			return false;
		}
	}
	return true;
}

/* Whether the images that run, and those that wait in other pairs, are what they seem. */
static bool are_others_whole(int image, const int *ran)
{
	for (int i = 0; i < boot_arrangement_get()->images; i++) {
		const struct flash_area *running = vector_slot((size_t)(2 * i + ran[i]));
		const struct flash_area *upload = vector_slot((size_t)(2 * i + 1 - ran[i]));

		if (!is_startable(running) || !is_whole(running) ||
		    (i != image && has_header(upload, 0) && !is_whole(upload))) {
			return false;
		}
	}
	return true;
}

static void look_where_images_are_started(const json_t *record, const json_t *step)
{
	const int images = boot_arrangement_get()->images;
	const json_t *now = json_object_get(step, "active");
	int ran[BOOT_IMAGES_MAX];

	if (before.record == record && json_is_array(before.active) && json_is_array(now)) {
		for (int i = 0; i < images; i++) {
			ran[i] = (int)json_integer_value(json_array_get(before.active, (size_t)i));
			assert_int_equal(boot_running_slot_set(i, ran[i]), 0);
		}
		for (int i = 0; i < images; i++) {
			const int upload = 1 - ran[i];
			const struct flash_area *fa = vector_slot((size_t)(2 * i + upload));

			if (is_startable(fa) && are_others_whole(i, ran)) {
				compare(record, i, judge(i, fa, 0),
					json_integer_value(json_array_get(now, (size_t)i)) ==
						upload);
			}
		}
	}
	before.record = record;
	before.active = now;
}

static void look(const json_t *record, const json_t *step)
{
	if (json_object_get(step, "died") != NULL) {
		return;
	}
	if (boot_mode_is_direct(boot_arrangement_get()->mode)) {
		look_where_images_are_started(record, step);
	} else {
		look_where_trailers_ask(record, step);
	}
}

/* refused, taken: as many as the records have, so that none is left out unseen. */
static void expect(const char *mode, unsigned int refused, unsigned int taken)
{
	memset(&counts, 0, sizeof(counts));
	boot_records_look_before_boots(look);
	(void)boot_records_run(mode);
	boot_records_look_before_boots(NULL);
	assert_int_equal(counts.foretold[false], counts.took[false]);
	assert_int_equal(counts.foretold[true], counts.took[true]);
	if (test_records_are_known()) {
		assert_int_equal(counts.took[false], refused);
		assert_int_equal(counts.took[true], taken);
	}
}

static void in_the_swap_modes_what_is_judged_well_is_installed(void **state)
{
	(void)state;
	expect("swap-scratch", 79, 262);
	expect("swap-move", 114, 263);
	expect("swap-offset", 96, 232);
}

static void in_overwrite_only_what_is_judged_well_is_installed(void **state)
{
	(void)state;
	expect("overwrite-only", 113, 202);
}

static void in_the_direct_modes_what_is_judged_well_is_started(void **state)
{
	(void)state;
	expect("direct-xip", 473, 141);
	expect("direct-xip-revert", 206, 138);
	expect("ram-load", 300, 81);
	expect("ram-load-revert", 122, 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_swap_modes_what_is_judged_well_is_installed),
		cmocka_unit_test(in_overwrite_only_what_is_judged_well_is_installed),
		cmocka_unit_test(in_the_direct_modes_what_is_judged_well_is_started),
	};

	return cmocka_run_group_tests(tests, boot_records_load, boot_records_unload);
}
