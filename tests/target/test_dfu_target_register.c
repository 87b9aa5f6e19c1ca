/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets of the application beside those of the build, which are the test's own here. Each test is
 * a process: there is no way back from a registration.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <dfu/config.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

#define TYPE_A 16
#define TYPE_B 0x40000000

/* What targets were asked, in order: a letter each, 'm' MCUboot, 'a' and 'b' the registered ones.
 */
static char asked[64];
static int init_rc, done_rc;
static size_t seen_size;
static int seen_img_num;
static dfu_target_callback_t seen_cb;

static void note(char target, char call)
{
	const size_t len = strlen(asked);

	assert_true(len + 2 < sizeof(asked));
	asked[len] = target;
	asked[len + 1] = call;
}

static void expect(const char *calls)
{
	assert_string_equal(asked, calls);
	memset(asked, 0, sizeof(asked));
}

#define TARGET(letter, name)                                                                       \
	static int name##_init(size_t file_size, int img_num, dfu_target_callback_t cb)            \
	{                                                                                          \
		note(letter, 'i');                                                                 \
		seen_size = file_size;                                                             \
		seen_img_num = img_num;                                                            \
		seen_cb = cb;                                                                      \
		return init_rc;                                                                    \
	}                                                                                          \
	static int name##_offset_get(size_t *offset)                                               \
	{                                                                                          \
		note(letter, 'o');                                                                 \
		*offset = (size_t)(letter);                                                        \
		return 0;                                                                          \
	}                                                                                          \
	static int name##_write(const void *const buf, size_t len)                                 \
	{                                                                                          \
		(void)buf;                                                                         \
		note(letter, 'w');                                                                 \
		return len == 13 ? -EIO : 0;                                                       \
	}                                                                                          \
	static int name##_done(bool successful)                                                    \
	{                                                                                          \
		note(letter, successful ? 'd' : 'p');                                              \
		return done_rc;                                                                    \
	}                                                                                          \
	static int name##_schedule_update(int img_num)                                             \
	{                                                                                          \
		note(letter, 's');                                                                 \
		return img_num;                                                                    \
	}                                                                                          \
	static int name##_reset(void)                                                              \
	{                                                                                          \
		note(letter, 'r');                                                                 \
		return 0;                                                                          \
	}

TARGET('a', a)
TARGET('b', b)
TARGET('m', mcuboot)

int dfu_target_mcuboot_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	return mcuboot_init(file_size, img_num, cb);
}

int dfu_target_mcuboot_offset_get(size_t *offset)
{
	return mcuboot_offset_get(offset);
}

int dfu_target_mcuboot_write(const void *const buf, size_t len)
{
	return mcuboot_write(buf, len);
}

int dfu_target_mcuboot_done(bool successful)
{
	return mcuboot_done(successful);
}

int dfu_target_mcuboot_schedule_update(int img_num)
{
	return mcuboot_schedule_update(img_num);
}

int dfu_target_mcuboot_reset(void)
{
	return mcuboot_reset();
}

bool dfu_target_mcuboot_identify(const void *const buf)
{
	return ((const uint8_t *)buf)[0] == 'm';
}

/* By the last of the 32 bytes that may be looked at. */
static bool a_identify(const void *const buf)
{
	return ((const uint8_t *)buf)[31] == 'a';
}

static bool b_identify(const void *const buf)
{
	return ((const uint8_t *)buf)[30] == 'b' || a_identify(buf);
}

#define FUNCTIONS(name)                                                                            \
	{name##_init, name##_offset_get,      name##_write,                                        \
	 name##_done, name##_schedule_update, name##_reset}

static const struct dfu_target_registration target_a = {
	.type = TYPE_A, .identify = a_identify, .target = FUNCTIONS(a)};
static const struct dfu_target_registration target_b = {
	.type = TYPE_B, .identify = b_identify, .target = FUNCTIONS(b)};

static void register_both(void)
{
	assert_int_equal(dfu_target_register(&target_a), 0);
	assert_int_equal(dfu_target_register(&target_b), 0);
}

static void only_one_free_bit_is_a_type(void **state)
{
	static const int taken[] = {0, -1, 1, 2, 3, 4, 8, 16 + 32, 128, 135, 16 + 1, 0x7fffffff};
	struct dfu_target_registration target = target_a;

	(void)state;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		target.type = taken[i];
		assert_int_equal(dfu_target_register(&target), -EINVAL);
	}
	target.type = INT32_MIN;
	assert_int_equal(dfu_target_register(&target), -EINVAL);
	assert_int_equal(dfu_target_register(NULL), -EINVAL);
	/* None of them has taken a place. */
	register_both();
}

/* What a child that runs this far ends with. */
static int status_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int register_and_ask(int type)
{
	static struct dfu_target_registration target;
	uint8_t file[32] = {0};

	target = target_a;
	target.type = type;
	file[31] = 'a';
	const int rc = dfu_target_register(&target);

	return rc != 0 ? -rc : dfu_target_img_type(file, 32) == (unsigned int)type ? 0 : 1;
}

static void every_free_bit_is_a_type(void **state)
{
	(void)state;
	for (int bit = 0; bit < 31; bit++) {
		const bool is_own = bit <= 3 || bit == 7;
		const pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			_exit(register_and_ask(1 << bit));
		}
		assert_int_equal(status_of(child), is_own ? EINVAL : 0);
	}
}

static void a_target_without_one_of_its_functions_is_refused(void **state)
{
	struct dfu_target_registration target;

	(void)state;
#define WITHOUT(function)                                                                          \
	target = target_a;                                                                         \
	target.target.function = NULL;                                                             \
	assert_int_equal(dfu_target_register(&target), -EINVAL)
	WITHOUT(init);
	WITHOUT(offset_get);
	WITHOUT(write);
	WITHOUT(done);
	WITHOUT(schedule_update);
	WITHOUT(reset);
	register_both();
}

static void a_type_is_registered_once(void **state)
{
	struct dfu_target_registration twin = target_b;

	(void)state;
	twin.type = TYPE_A;
	assert_int_equal(dfu_target_register(&target_a), 0);
	assert_int_equal(dfu_target_register(&target_a), -EEXIST);
	assert_int_equal(dfu_target_register(&twin), -EEXIST);
	/* The first one stays. */
	assert_int_equal(dfu_target_init(TYPE_A, 0, 1, NULL), 0);
	expect("ai");
}

static void there_are_as_many_as_the_build_has_room_for(void **state)
{
	static struct dfu_target_registration more[CONFIG_DFU_TARGET_REGISTRATIONS + 1];

	(void)state;
	for (int i = 0; i <= CONFIG_DFU_TARGET_REGISTRATIONS; i++) {
		more[i] = target_a;
		more[i].type = 256 << i;
		assert_int_equal(dfu_target_register(&more[i]),
				 i < CONFIG_DFU_TARGET_REGISTRATIONS ? 0 : -ENOMEM);
	}
	assert_int_equal(dfu_target_register(&more[0]), -EEXIST);
	for (int i = 0; i <= CONFIG_DFU_TARGET_REGISTRATIONS; i++) {
		assert_int_equal(dfu_target_init(256 << i, 0, 1, NULL),
				 i < CONFIG_DFU_TARGET_REGISTRATIONS ? 0 : -ENOTSUP);
	}
}

static void files_are_offered_to_the_build_first_and_then_in_order(void **state)
{
	uint8_t file[33] = {0};

	(void)state;
	file[31] = 'a';
	assert_int_equal(dfu_target_img_type(file, 33), DFU_TARGET_IMAGE_TYPE_NONE);
	assert_int_equal(dfu_target_register(&target_b), 0);
	assert_int_equal(dfu_target_img_type(file, 33), TYPE_B);
	assert_int_equal(dfu_target_register(&target_a), 0);
	assert_int_equal(dfu_target_img_type(file, 33), TYPE_B);
	file[0] = 'm';
	assert_int_equal(dfu_target_img_type(file, 33), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	file[0] = 0;
	file[31] = 0;
	assert_int_equal(dfu_target_img_type(file, 33), DFU_TARGET_IMAGE_TYPE_NONE);
	file[30] = 'b';
	assert_int_equal(dfu_target_img_type(file, 32), TYPE_B);
	assert_int_equal(dfu_target_img_type(file, 31), DFU_TARGET_IMAGE_TYPE_NONE);
}

static void of_two_that_take_a_file_the_first_one_gets_it(void **state)
{
	uint8_t file[32] = {0};

	(void)state;
	register_both();
	file[31] = 'a';
	assert_int_equal(dfu_target_img_type(file, 32), TYPE_A);
}

static void a_target_without_identify_takes_no_file_but_an_init(void **state)
{
	static struct dfu_target_registration target;
	uint8_t file[32] = {0};

	(void)state;
	target = target_a;
	target.identify = NULL;
	assert_int_equal(dfu_target_register(&target), 0);
	file[31] = 'a';
	assert_int_equal(dfu_target_img_type(file, 32), DFU_TARGET_IMAGE_TYPE_NONE);
	assert_int_equal(dfu_target_init(TYPE_A, 0, 1, NULL), 0);
	expect("ai");
}

static void on_event(enum dfu_target_evt_id evt_id)
{
	(void)evt_id;
}

static void every_call_reaches_the_target_that_was_chosen(void **state)
{
	size_t offset;

	(void)state;
	register_both();
	assert_int_equal(dfu_target_init(TYPE_B, 7, 1234, on_event), 0);
	assert_int_equal(seen_img_num, 7);
	assert_int_equal(seen_size, 1234);
	assert_ptr_equal(seen_cb, on_event);
	assert_int_equal(dfu_target_offset_get(&offset), 0);
	assert_int_equal(offset, 'b');
	assert_int_equal(dfu_target_write("x", 1), 0);
	assert_int_equal(dfu_target_write("x", 13), -EIO);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_schedule_update(-5), -5);
	assert_int_equal(dfu_target_reset(), 0);
	expect("bibobwbwbdbsbr");
	assert_int_equal(dfu_target_write("x", 1), -EACCES);
	expect("");
}

static void another_target_pauses_the_one_under_way(void **state)
{
	(void)state;
	register_both();
	assert_int_equal(dfu_target_init(TYPE_A, 0, 1, NULL), 0);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 1, NULL), 0);
	assert_int_equal(dfu_target_init(TYPE_B, 0, 1, NULL), 0);
	assert_int_equal(dfu_target_init(TYPE_A, 0, 1, NULL), 0);
	expect("aiapmimpbibpai");
	/* Once it is over there is nothing to pause, and a pause that fails is no reason to stop.
	 */
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_init(TYPE_B, 0, 1, NULL), 0);
	done_rc = -EIO;
	assert_int_equal(dfu_target_init(TYPE_A, 0, 1, NULL), 0);
	expect("adbibpai");
}

static void a_failed_init_leaves_none_chosen(void **state)
{
	(void)state;
	register_both();
	init_rc = -EFBIG;
	assert_int_equal(dfu_target_init(TYPE_A, 0, 1, NULL), -EFBIG);
	assert_int_equal(dfu_target_write("x", 1), -EACCES);
	assert_int_equal(dfu_target_init(TYPE_A, 0, 1, NULL), -EFBIG);
	expect("aiai");
	assert_int_equal(dfu_target_init(TYPE_A + TYPE_B, 0, 1, NULL), -ENOTSUP);
	assert_int_equal(dfu_target_init(32, 0, 1, NULL), -ENOTSUP);
	expect("");
}

static void the_same_init_is_skipped_unless_the_target_wants_it(void **state)
{
	static struct dfu_target_registration eager;

	(void)state;
	eager = target_b;
	eager.always_init = true;
	assert_int_equal(dfu_target_register(&target_a), 0);
	assert_int_equal(dfu_target_register(&eager), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dfu_target_init(TYPE_A, 0, 1, NULL), 0);
	}
	expect("ai");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dfu_target_init(TYPE_B, 0, 1, NULL), 0);
	}
	expect("apbibi");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_free_bit_is_a_type),
		cmocka_unit_test(every_free_bit_is_a_type),
		cmocka_unit_test(a_target_without_one_of_its_functions_is_refused),
		cmocka_unit_test(a_type_is_registered_once),
		cmocka_unit_test(there_are_as_many_as_the_build_has_room_for),
		cmocka_unit_test(files_are_offered_to_the_build_first_and_then_in_order),
		cmocka_unit_test(of_two_that_take_a_file_the_first_one_gets_it),
		cmocka_unit_test(a_target_without_identify_takes_no_file_but_an_init),
		cmocka_unit_test(every_call_reaches_the_target_that_was_chosen),
		cmocka_unit_test(another_target_pauses_the_one_under_way),
		cmocka_unit_test(a_failed_init_leaves_none_chosen),
		cmocka_unit_test(the_same_init_is_skipped_unless_the_target_wants_it),
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		const pid_t child = fork();

		if (child == 0) {
			const struct CMUnitTest alone[] = {tests[i]};

			_exit(cmocka_run_group_tests(alone, NULL, NULL));
		}
		failed |= child < 0 || status_of(child) != 0;
	}
	return failed;
}
