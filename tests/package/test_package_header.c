/* SPDX-License-Identifier: Apache-2.0 */
/* Headers by their bytes: what is one, what is none, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <dfu/dfu_multi_image.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define IMAGE(id, size) "\xa2\x62id" id "\x64size" size
#define LIST(n, images) "\xa1\x63img" n images

struct header_case {
	const char *what;
	const char *cbor;
	size_t len;
	int rc;
};

#define CASE(what, rc, cbor) {what, cbor, sizeof(cbor) - 1, rc}

static const struct header_case cases[] = {
	CASE("one image", 0, LIST("\x81", IMAGE("\x00", "\x01"))),
	CASE("two, and S0", 0, LIST("\x82", IMAGE("\x01", "\x18\x64") IMAGE("\x21", "\x02"))),
	CASE("padding", 0, LIST("\x81", IMAGE("\x00", "\x01")) "\xff\xff\xff"),
	CASE("a size that ends like padding", 0, LIST("\x81", IMAGE("\x00", "\x18\xff")) "\xff"),
	CASE("lowest and highest id", 0,
	     LIST("\x82",
		  IMAGE("\x3a\x7f\xff\xff\xff", "\x01") IMAGE("\x1a\x7f\xff\xff\xff", "\x01"))),
	CASE("no image", -EBADMSG, LIST("\x80", "")),
	CASE("nothing", -EBADMSG, ""),
	CASE("another type", -EBADMSG, "\x83\x01\x02\x03"),
	CASE("another key", -EBADMSG, "\xa1\x63imG\x81" IMAGE("\x00", "\x01")),
	CASE("a second entry", -EBADMSG, "\xa2\x63img\x81" IMAGE("\x00", "\x01") "\x61x\x00"),
	CASE("size before id", -EBADMSG, LIST("\x81", "\xa2\x64size\x01\x62id\x00")),
	CASE("no size", -EBADMSG, LIST("\x81", "\xa1\x62id\x00")),
	CASE("a third key", -EBADMSG, LIST("\x81", "\xa3\x62id\x00\x64size\x01\x61x\x00")),
	CASE("a negative size", -EBADMSG, LIST("\x81", IMAGE("\x00", "\x20"))),
	CASE("a size of 64 bits", -EBADMSG,
	     LIST("\x81", IMAGE("\x00", "\x1b\x00\x00\x00\x01\x00\x00\x00\x00"))),
	CASE("an id of 33 bits", -EBADMSG, LIST("\x81", IMAGE("\x1a\x80\x00\x00\x00", "\x01"))),
	CASE("a number longer than need be", -EBADMSG, LIST("\x81", IMAGE("\x18\x00", "\x01"))),
	CASE("a list of indefinite length", -EBADMSG, LIST("\x9f", IMAGE("\x00", "\x01")) "\xff"),
	CASE("a map of indefinite length", -EBADMSG,
	     "\xbf\x63img\x81" IMAGE("\x00", "\x01") "\xff"),
	CASE("an image of indefinite length", -EBADMSG,
	     LIST("\x81", "\xbf\x62id\x00\x64size\x01\xff")),
	CASE("text of 4 GB", -EBADMSG, "\xa1\x7a\xff\xff\xff\xffimg\x81" IMAGE("\x00", "\x01")),
	CASE("a list of 4 G images", -EBADMSG, LIST("\x9a\xff\xff\xff\xff", IMAGE("\x00", "\x01"))),
	CASE("a list of 2^64 images", -EBADMSG,
	     LIST("\x9b\xff\xff\xff\xff\xff\xff\xff\xff", IMAGE("\x00", "\x01"))),
	CASE("more images announced", -EBADMSG, LIST("\x82", IMAGE("\x00", "\x01"))),
	CASE("junk behind", -EBADMSG, LIST("\x81", IMAGE("\x00", "\x01")) "\x00"),
	CASE("junk behind padding", -EBADMSG, LIST("\x81", IMAGE("\x00", "\x01")) "\xff\xfe"),
	CASE("an empty image", -ENODATA, LIST("\x82", IMAGE("\x00", "\x01") IMAGE("\x01", "\x00"))),
	CASE("one id twice", -EEXIST,
	     LIST("\x83", IMAGE("\x00", "\x01") IMAGE("\x01", "\x01") IMAGE("\x00", "\x02"))),
	CASE("an empty image comes first", -ENODATA,
	     LIST("\x83", IMAGE("\x00", "\x00") IMAGE("\x01", "\x01") IMAGE("\x01", "\x01"))),
	CASE("bad format comes before", -EBADMSG,
	     LIST("\x82", IMAGE("\x00", "\x00") "\xa1\x62id\x00")),
	CASE("more than 32 bits", -EOVERFLOW,
	     LIST("\x82", IMAGE("\x00", "\x1a\xff\xff\xff\x00") IMAGE("\x01", "\x18\xff"))),
};

static size_t put_header(uint8_t *header, const struct header_case *c)
{
	header[0] = (uint8_t)c->len;
	header[1] = (uint8_t)(c->len >> 8);
	memcpy(&header[2], c->cbor, c->len);
	return 2 + c->len;
}

static void each_header_is_read_or_refused_for_what_it_is(void **state)
{
	uint8_t header[128];

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		size_t count = 77;
		uint64_t total = 77;
		const size_t len = put_header(header, &cases[i]);
		const int rc = dfu_multi_image_parse(header, len, NULL, 0, &count, &total);

		if (rc != cases[i].rc) {
			fail_msg("%s: %d", cases[i].what, rc);
		}
		if (rc != 0) {
			assert_int_equal(count, 77);
			assert_int_equal(total, 77);
		}
	}
}

static void a_header_that_ends_too_early_is_not_read(void **state)
{
	uint8_t header[128];
	size_t count = 0;
	uint64_t total = 0;
	const size_t len = put_header(header, &cases[1]);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(dfu_multi_image_parse(header, cut, NULL, 0, &count, &total),
				 -ENOBUFS);
	}
	assert_int_equal(dfu_multi_image_parse(header, len, NULL, 0, &count, &total), 0);
	assert_int_equal(count, 2);
	assert_int_equal(total, len + 102);
}

static void images_lie_behind_each_other_behind_the_padding(void **state)
{
	static const struct header_case padded =
		CASE("", 0,
		     LIST("\x82", IMAGE("\x07", "\x19\x01\x00") IMAGE("\x20", "\x03")) "\xff\xff");
	struct dfu_multi_image_item items[3] = {{0}};
	uint8_t header[128];
	size_t count;
	uint64_t total;
	const size_t len = put_header(header, &padded);

	(void)state;
	assert_int_equal(dfu_multi_image_parse(header, len, items, 3, &count, &total), 0);
	assert_int_equal(count, 2);
	assert_int_equal(items[0].id, 7);
	assert_int_equal(items[0].size, 256);
	assert_int_equal(items[0].offset, len);
	assert_int_equal(items[1].id, DFU_MULTI_IMAGE_S1);
	assert_int_equal(items[1].size, 3);
	assert_int_equal(items[1].offset, len + 256);
	assert_int_equal(total, len + 259);
}

static void with_less_room_the_first_images_are_told(void **state)
{
	struct dfu_multi_image_item items[2] = {{0, 0, 0}, {9, 9, 9}};
	uint8_t header[128];
	size_t count;
	uint64_t total;
	const size_t len = put_header(header, &cases[1]);

	(void)state;
	assert_int_equal(dfu_multi_image_parse(header, len, items, 1, &count, &total), 0);
	assert_int_equal(count, 2);
	assert_int_equal(items[0].size, 100);
	assert_int_equal(items[1].id, 9);
}

static void what_is_made_is_the_documented_bytes(void **state)
{
	struct dfu_multi_image_item items[] = {{0, 0x12345, 0}, {-2, 23, 0}, {300, 256, 0}};
	static const char expected[] =
		"\x2f\x00" LIST("\x83", IMAGE("\x00", "\x1a\x00\x01\x23\x45") IMAGE("\x21", "\x17")
						IMAGE("\x19\x01\x2c", "\x19\x01\x00"));
	uint8_t made[256];
	size_t len = sizeof(made);

	(void)state;
	assert_int_equal(dfu_multi_image_make(items, 3, 1, made, &len), 0);
	assert_int_equal(len, sizeof(expected) - 1);
	assert_memory_equal(made, expected, len);
	assert_int_equal(items[0].offset, len);
	assert_int_equal(items[1].offset, len + 0x12345);
	assert_int_equal(items[2].offset, len + 0x12345 + 23);

	len = sizeof(made);
	assert_int_equal(dfu_multi_image_make(items, 3, 16, made, &len), 0);
	assert_int_equal(len, 64);
	assert_int_equal(made[0], 62);
	assert_memory_equal(&made[2], &expected[2], sizeof(expected) - 3);
	for (size_t i = sizeof(expected) - 1; i < len; i++) {
		assert_int_equal(made[i], 0xff);
	}
	assert_int_equal(items[0].offset, 64);
}

/* By trial of each power of two. */
static void what_may_follow_an_image_goes_by_what_header_and_images_keep(void **state)
{
	static const size_t sizes[] = {1, 2, 24, 512, 3 * 1024, 4096, 8192, 12288, 1u << 20};

	(void)state;
	for (size_t i = 0; i < LEN(sizes) * LEN(sizes) * LEN(sizes); i++) {
		const size_t header = sizes[i % LEN(sizes)];
		const size_t first = sizes[i / LEN(sizes) % LEN(sizes)];
		const size_t second = sizes[i / LEN(sizes) / LEN(sizes)];
		const struct dfu_multi_image_item items[] = {
			{.size = (uint32_t)first}, {.size = (uint32_t)second}, {.size = 901}};
		size_t align = 4096;

		while (header % align != 0 || first % align != 0 || second % align != 0) {
			align /= 2;
		}
		assert_int_equal(dfu_multi_image_fill_max(items, 3, header, 0), 510 + align);
		assert_int_equal(dfu_multi_image_fill_max(items, 3, header, 1), 510 + align);
		assert_int_equal(dfu_multi_image_fill_max(items, 3, header, 2), 511);
		assert_int_equal(dfu_multi_image_fill_max(items, 1, header, 0), 511);
	}
}

static void what_makes_no_header_is_refused(void **state)
{
	static struct dfu_multi_image_item items[256];
	static uint8_t made[8000];
	size_t len = sizeof(made);

	(void)state;
	for (size_t i = 0; i < LEN(items); i++) {
		items[i] = (struct dfu_multi_image_item){(int32_t)i, 1, 7};
	}
	assert_int_equal(dfu_multi_image_make(items, 0, 1, made, &len), -EINVAL);
	assert_int_equal(dfu_multi_image_make(items, 256, 1, made, &len), -EINVAL);
	assert_int_equal(dfu_multi_image_make(items, 1, 0, made, &len), -EINVAL);
	assert_int_equal(dfu_multi_image_make(items, 1, 65536, made, &len), -EINVAL);
	len = sizeof(made);
	items[1].id = 0;
	assert_int_equal(dfu_multi_image_make(items, 255, 1, made, &len), -EEXIST);
	for (size_t i = 0; i < LEN(items); i++) {
		assert_int_equal(items[i].offset, 7);
	}
	items[1].id = 1;
	assert_int_equal(dfu_multi_image_make(items, 255, 1, made, &len), 0);
	for (size_t room = 0; room < len; room++) {
		size_t n = room;

		assert_int_equal(dfu_multi_image_make(items, 255, 1, made, &n), -ENOMEM);
		assert_int_equal(n, room);
	}
	len = sizeof(made);
	assert_int_equal(dfu_multi_image_make(items, 1, 8001, made, &len), -ENOMEM);
	items[1].size = 0;
	assert_int_equal(dfu_multi_image_make(items, 2, 1, made, &len), -ENODATA);
	items[1] = (struct dfu_multi_image_item){0, 1, 0};
	assert_int_equal(dfu_multi_image_make(items, 2, 1, made, &len), -EEXIST);
	items[1] = (struct dfu_multi_image_item){1, UINT32_MAX, 0};
	assert_int_equal(dfu_multi_image_make(items, 2, 1, made, &len), -EOVERFLOW);
}

static void more_images_than_a_byte_counts_are_not_read(void **state)
{
	static uint8_t header[8000] = {0, 0, 0xa1, 0x63, 'i', 'm', 'g', 0x99, 1, 0};
	size_t len = 10;
	size_t count;
	uint64_t total;

	(void)state;
	for (int i = 0; i < 256; i++) {
		memcpy(&header[len], "\xa2\x62id\x19\x01\x00\x64size\x01", 13);
		header[len + 6] = (uint8_t)i;
		len += 13;
	}
	header[0] = (uint8_t)(len - 2);
	header[1] = (uint8_t)((len - 2) >> 8);
	assert_int_equal(dfu_multi_image_parse(header, len, NULL, 0, &count, &total), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_header_is_read_or_refused_for_what_it_is),
		cmocka_unit_test(a_header_that_ends_too_early_is_not_read),
		cmocka_unit_test(images_lie_behind_each_other_behind_the_padding),
		cmocka_unit_test(with_less_room_the_first_images_are_told),
		cmocka_unit_test(what_is_made_is_the_documented_bytes),
		cmocka_unit_test(what_may_follow_an_image_goes_by_what_header_and_images_keep),
		cmocka_unit_test(what_makes_no_header_is_refused),
		cmocka_unit_test(more_images_than_a_byte_counts_are_not_read),
	};

	return cmocka_run_group_tests_name("package_header", tests, NULL, NULL);
}
