/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/config.h>
#include <net/fota_download.h>

#include "fota/fake_target.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define ROOM CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH

static const struct {
	const char *names;
	const char *s0; /* chosen while S1 runs; NULL: there is one name */
	const char *s1; /* chosen while S0 runs */
} cases[] = {
	{"s0.bin s1.bin", "s0.bin", "s1.bin"},
	{"a/s0 b/s1", "a/s0", "b/s1"},
	{"one.bin", NULL, NULL},
	{"", NULL, NULL},
	{"a b c", "a", "b c"},
	{"a  b", "a", " b"},
	{" b", "", "b"},
	{"a ", "a", ""},
	{" ", "", ""},
};

/* Exactly as long as a name may be, so that a sanitizer sees who reads on. */
static char *put(char room[ROOM], const char *text)
{
	const size_t len = strlen(text) + 1;

	return memcpy(room + ROOM - len, text, len);
}

static void the_name_for_the_slot_that_does_not_run_is_chosen(void **state)
{
	char room[ROOM];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *selected = "unset";

		char *names = put(room, cases[i].names);
		assert_int_equal(fota_download_parse_dual_resource_locator(names, true, &selected),
				 0);
		if (cases[i].s1 == NULL) {
			assert_null(selected);
			assert_string_equal(names, cases[i].names);
			continue;
		}
		assert_string_equal(selected, cases[i].s1);
		assert_true(selected > names);
		names = put(room, cases[i].names);
		assert_int_equal(fota_download_parse_dual_resource_locator(names, false, &selected),
				 0);
		assert_ptr_equal(selected, names);
		assert_string_equal(selected, cases[i].s0);
	}
}

static void a_name_without_an_argument_or_an_end_is_refused(void **state)
{
	const char *selected = "unset";
	char endless[ROOM];
	char room[ROOM];

	(void)state;
	memset(endless, 'a', sizeof(endless));
	endless[5] = ' ';
	memcpy(room, endless, sizeof(room));
	assert_int_equal(fota_download_parse_dual_resource_locator(NULL, true, &selected), -EINVAL);
	assert_int_equal(fota_download_parse_dual_resource_locator(room, true, NULL), -EINVAL);
	assert_int_equal(fota_download_parse_dual_resource_locator(room, true, &selected),
			 -ENOTSUP);
	fake_boot.s0_rc = 0;
	assert_int_equal(fota_download_b1_file_parse(NULL), -EINVAL);
	assert_int_equal(fota_download_b1_file_parse(room), -ENOEXEC);
	assert_memory_equal(room, endless, sizeof(room));
	assert_string_equal(selected, "unset");
	room[ROOM - 1] = '\0';
	assert_int_equal(fota_download_parse_dual_resource_locator(room, true, &selected), 0);
	assert_ptr_equal(selected, &room[6]);
}

static void the_chosen_name_moves_to_the_front(void **state)
{
	char room[ROOM];

	(void)state;
	fake_boot.s0_rc = 0;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int s0_active = 0; s0_active < 2; s0_active++) {
			char *names = put(room, cases[i].names);
			const char *chosen = s0_active != 0 ? cases[i].s1 : cases[i].s0;

			fake_boot.s0_active = s0_active != 0;
			assert_int_equal(fota_download_b1_file_parse(names),
					 chosen == NULL ? -ENOMSG : 0);
			assert_string_equal(names, chosen == NULL ? cases[i].names : chosen);
		}
	}
}

static void without_two_slots_names_stay_as_they_are(void **state)
{
	static const struct {
		int s0_rc;
		int rc_two;
		int rc_one;
	} devices[] = {
		{-ENOENT, -EOPNOTSUPP, -EOPNOTSUPP},
		{-EFAULT, -EIO, -ENOMSG},
		{-EIO, -EIO, -ENOMSG},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
		char two[] = "s0 s1";
		char one[] = "s0";

		fake_boot.s0_rc = devices[i].s0_rc;
		assert_int_equal(fota_download_b1_file_parse(two), devices[i].rc_two);
		assert_int_equal(fota_download_b1_file_parse(one), devices[i].rc_one);
		assert_string_equal(two, "s0 s1");
		assert_string_equal(one, "s0");
	}
}

static void which_slot_runs_the_boot_layer_says(void **state)
{
	bool s0_active = false;

	(void)state;
	assert_int_equal(fota_download_s0_active_get(NULL), -EINVAL);
	assert_int_equal(fota_download_s0_active_get(&s0_active), -ENOENT);
	assert_false(s0_active);
	fake_boot.s0_rc = 0;
	fake_boot.s0_active = true;
	assert_int_equal(fota_download_s0_active_get(&s0_active), 0);
	assert_true(s0_active);
}

static int setup(void **state)
{
	(void)state;
	fake_target_begin();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_name_for_the_slot_that_does_not_run_is_chosen, setup),
		cmocka_unit_test_setup(a_name_without_an_argument_or_an_end_is_refused, setup),
		cmocka_unit_test_setup(the_chosen_name_moves_to_the_front, setup),
		cmocka_unit_test_setup(without_two_slots_names_stay_as_they_are, setup),
		cmocka_unit_test_setup(which_slot_runs_the_boot_layer_says, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
