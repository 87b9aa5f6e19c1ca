/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages under fuzzing: the reader of headers, and the whole way of a package through writers
 * that fail, settings that fail, resets, rewinds, and another package in between.
 *
 * The input is a program: it makes two packages, alike in some images, and says what the caller
 * does. The caller is honest: it sends bytes of the package that it has, a new one from 0 until it
 * has come to where dfu_multi_image_offset() says, and only then as it likes. The oracle is the
 * content of the packages, which is a function of image and position: each byte that reaches a
 * writer has to be the caller's at that place, and an image that is closed as whole is one
 * package's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/dfu_multi_image.h>
#include <dfu/dfu_target.h>
#include <settings/settings.h>

#include "fuzz.h"

#define IMAGES 5
#define IDS 8 /* -2 to 5 */
#define SIZE_LIMIT 300
#define HEADER_MAX 600
#define CHECK(condition) fuzz_check((condition), #condition, __LINE__)

struct image {
	int32_t id;
	uint32_t size;
	uint32_t offset;
	uint8_t seed; /* of its content */
};

struct package_file {
	uint8_t header[HEADER_MAX];
	size_t header_len;
	size_t count;
	struct image images[IMAGES];
	size_t total;
	int verdict; /* of its header */
};

/* What a writer has outlives a reset. */
struct writer_state {
	bool is_there;
	uint8_t bytes[SIZE_LIMIT];
	size_t len;
	size_t size;
};

static struct {
	const uint8_t *p;
	const uint8_t *end;
	struct package_file files[2];
	struct package_file *file; /* what the caller has */
	size_t at;                 /* where the caller is in it */
	bool is_known;             /* the caller has come from 0 to the offset */
	struct writer_state writers[IDS];
	struct writer_state *open;
	int open_id;
	bool writers_fail;
	bool settings_fail;
	struct fuzz_settings settings;
	uint8_t buffer[HEADER_MAX];
	size_t buffer_size;
} world;

static uint8_t next(void)
{
	return world.p < world.end ? *world.p++ : 0;
}

static uint8_t content(uint8_t seed, size_t at)
{
	return (uint8_t)((at * 7 + at / 251) ^ (seed * 37u));
}

static uint8_t byte_of(const struct package_file *file, size_t at)
{
	if (at < file->header_len) {
		return file->header[at];
	}
	for (size_t i = 0; i < file->count; i++) {
		const struct image *image = &file->images[i];

		if (at >= image->offset && at - image->offset < image->size) {
			return content(image->seed, at - image->offset);
		}
	}
	return 0x5a; /* behind the end */
}

static const struct image *find_image(const struct package_file *file, int id)
{
	for (size_t i = 0; i < file->count; i++) {
		if (file->images[i].id == id) {
			return &file->images[i];
		}
	}
	return NULL;
}

static bool has_content(const struct writer_state *writer, const struct image *image)
{
	if (image == NULL || writer->len != image->size) {
		return false;
	}
	for (size_t at = 0; at < writer->len; at++) {
		if (writer->bytes[at] != content(image->seed, at)) {
			return false;
		}
	}
	return true;
}

/* One call of eight fails, in a mood for it. */
static bool fails(void)
{
	return world.writers_fail && next() % 8 == 0;
}

static int writer_open(int image_id, size_t image_size)
{
	struct writer_state *writer = &world.writers[image_id + 2];

	CHECK(image_id >= -2 && image_id < IDS - 2 && writer->is_there);
	CHECK(image_size <= SIZE_LIMIT);
	if (fails()) {
		return -EBUSY;
	}
	if (image_size > 0 && image_size != writer->size) {
		writer->len = 0;
		writer->size = image_size;
	}
	world.open = writer;
	world.open_id = image_id;
	return 0;
}

static int writer_write(const uint8_t *chunk, size_t chunk_size)
{
	struct writer_state *writer = world.open;
	const struct image *image = find_image(world.file, world.open_id);
	const bool is_failing = fails();
	const size_t n = is_failing ? chunk_size * (next() % 4) / 4 : chunk_size;

	CHECK(writer != NULL && image != NULL && chunk_size > 0);
	CHECK(image->size == writer->size && chunk_size <= writer->size - writer->len);
	for (size_t i = 0; i < n; i++) {
		CHECK(chunk[i] == content(image->seed, writer->len));
		writer->bytes[writer->len++] = chunk[i];
	}
	return is_failing ? -ENOSPC : 0;
}

static int writer_close(bool success)
{
	struct writer_state *writer = world.open;

	CHECK(writer != NULL);
	if (success) {
		CHECK(has_content(writer, find_image(&world.files[0], world.open_id)) ||
		      has_content(writer, find_image(&world.files[1], world.open_id)));
	}
	if (success && fails()) {
		writer->len = next() % 2 == 0 ? 0 : writer->len; /* refused, or to be repeated */
		return -EBADMSG;
	}
	world.open = NULL;
	return 0;
}

static int writer_offset(size_t *offset)
{
	CHECK(world.open != NULL);
	if (fails()) {
		return -EIO;
	}
	*offset = world.open->len;
	return 0;
}

static int writer_reset(void)
{
	CHECK(world.open != NULL);
	if (fails()) {
		return -EROFS;
	}
	world.open->len = 0;
	world.open = NULL;
	return 0;
}

static int failing_save(void)
{
	return world.settings_fail && next() % 4 == 0 ? -ENOSPC : 0;
}

/* The device starts. */
static void start(void)
{
	world.open = NULL;
	world.at = world.is_known ? world.at : 0;
	CHECK(dfu_multi_image_init(world.buffer, world.buffer_size) == 0);
	for (int i = 0; i < IDS; i++) {
		const struct dfu_image_writer writer = {i - 2,        writer_open,   writer_write,
							writer_close, writer_offset, writer_reset};

		if (world.writers[i].is_there) {
			CHECK(dfu_multi_image_register_writer(&writer) == 0);
		}
	}
}

static void make_images(struct package_file *file, const struct package_file *like)
{
	struct dfu_multi_image_item items[IMAGES];
	const size_t align = (size_t)1 << next() % 6;

	file->count = 1 + next() % IMAGES;
	for (size_t i = 0; i < file->count; i++) {
		const uint8_t how = next();
		const bool is_alike = like != NULL && i < like->count && (how & 1) != 0;

		items[i].id = (int32_t)(i + (how >> 4)) % IDS - 2;
		items[i].size = (uint32_t)(1 + next() * 5 % SIZE_LIMIT);
		if (is_alike) {
			items[i].id = like->images[i].id;
			items[i].size = like->images[i].size;
		}
		file->images[i].seed = (uint8_t)(like == NULL ? 1 : 2);
		if (is_alike && (how & 2) != 0) {
			file->images[i].seed = 1;
		}
	}
	file->header_len = sizeof(file->header);
	file->verdict =
		dfu_multi_image_make(items, file->count, align, file->header, &file->header_len);
	CHECK(file->verdict == 0 || file->verdict == -EEXIST);
	for (size_t i = 0; i < file->count; i++) {
		file->images[i].id = items[i].id;
		file->images[i].size = items[i].size;
	}
}

/* Damage the header, sometimes; what the reader says then is what writing has to say. */
static void damage(struct package_file *file)
{
	if (file->verdict == 0 && next() % 8 == 0) {
		file->header[next() % file->header_len] = next();
	}
}

static void judge(struct package_file *file)
{
	struct dfu_multi_image_item items[IMAGES];
	size_t count = 0;
	uint64_t total = 0;

	file->total = file->header_len;
	if (file->verdict == 0) {
		file->verdict = dfu_multi_image_parse(file->header, file->header_len, items, IMAGES,
						      &count, &total);
	}
	if (file->verdict == 0 && count > IMAGES) {
		file->verdict = -ENOMEM;
	}
	for (size_t i = 0; i < count && file->verdict == 0; i++) {
		file->images[i].id = items[i].id;
		file->images[i].size = items[i].size;
		file->images[i].offset = items[i].offset;
		if (items[i].size > SIZE_LIMIT) {
			file->verdict = -EFBIG;
		}
	}
	if (file->verdict == -EFBIG) {
		memset(file->header, 0, 2); /* right, but too large for this test */
		file->verdict = -EBADMSG;
	}
	if (file->verdict != 0) {
		file->count = 0;
		return;
	}
	file->count = count;
	file->header_len = items[0].offset;
	file->total = (size_t)total;
}

/* Whether all that the device can take of a package is there. */
static bool is_installed(const struct package_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		const int id = file->images[i].id;
		const bool is_wanted = id >= -2 && id < IDS - 2 && world.writers[id + 2].is_there;

		if (is_wanted && !has_content(&world.writers[id + 2], &file->images[i])) {
			return false;
		}
	}
	return file->count > 0;
}

static void send(size_t len)
{
	uint8_t chunk[2 * SIZE_LIMIT];
	const size_t n = len < sizeof(chunk) ? len : sizeof(chunk);

	for (size_t i = 0; i < n; i++) {
		chunk[i] = byte_of(world.file, world.at + i);
	}
	const int rc = dfu_multi_image_write(world.at, chunk, n);
	const size_t offset = dfu_multi_image_offset();
	if (rc == 0) {
		CHECK(offset >= world.at + n);
		world.at += n;
		world.is_known = world.is_known || world.at >= offset;
	} else if (rc == -ESTALE) {
		CHECK(offset == 0);
		world.at = 0;
	} else if (world.at > offset) {
		world.at = world.is_known ? offset : 0;
	}
	CHECK(rc <= 0);
}

static void jump(size_t to)
{
	const size_t offset = dfu_multi_image_offset();

	world.at = !world.is_known ? 0 : to < offset ? to : offset;
}

static void lose(struct writer_state *writer)
{
	const uint8_t how = next();

	if (how % 4 == 0) {
		writer->len = writer->len * (how / 4) / 64;
	}
}

static void cut(void)
{
	for (int i = 0; i < IDS; i++) {
		lose(&world.writers[i]);
	}
	start();
}

static void finish(void)
{
	const int rc = dfu_multi_image_done(true);

	if (rc == 0) {
		CHECK(is_installed(&world.files[0]) || is_installed(&world.files[1]));
	}
}

/* The caller's next package; the old one's bytes may come again later. */
static void swap_files(void)
{
	world.file = world.file == &world.files[0] ? &world.files[1] : &world.files[0];
	world.at = 0;
	world.is_known = false;
	if (next() % 2 == 0) {
		const char *name = world.file == &world.files[0] ? "a" : "b";

		CHECK(dfu_target_identity_set(name, 1) == 0);
		start();
	}
}

static void act(void)
{
	const uint8_t what = next();
	int rc;

	switch (what % 16) {
	case 0:
		cut();
		break;
	case 1:
		rc = dfu_multi_image_done(false);
		CHECK(rc <= 0);
		break;
	case 2:
		swap_files();
		break;
	case 3:
		jump(0);
		break;
	case 4:
		jump(next() * 4u);
		break;
	case 5:
		rc = dfu_multi_image_reset();
		CHECK(rc <= 0);
		start();
		world.at = 0;
		break;
	case 6:
		finish();
		break;
	case 7:
		send(world.file->total - (world.at < world.file->total ? world.at : 0));
		break;
	default:
		send(what % 16 < 12 ? next() % 40u : next() * 3u);
		break;
	}
}

/* Moods pass: then the caller's package can be installed, whatever has happened. */
static void end(void)
{
	world.writers_fail = false;
	world.settings_fail = false;
	if (world.file->verdict != 0) {
		return;
	}
	start();
	world.at = 0;
	for (unsigned int i = 0; world.at < world.file->total; i++) {
		const size_t left = world.file->total - world.at;

		CHECK(i < 500);
		send(left < 50 ? left : 50);
	}
	CHECK(dfu_multi_image_offset() == world.file->total);
	CHECK(dfu_multi_image_done(true) == 0);
	CHECK(is_installed(world.file));
	CHECK(world.settings.store.used == 0);
}

/* What a reader accepts can be made again, without its padding. */
static void read_header(const uint8_t *data, size_t size)
{
	struct dfu_multi_image_item items[255];
	uint8_t made[6000];
	size_t count = 0;
	uint64_t total = 0;
	size_t len = sizeof(made);

	if (dfu_multi_image_parse(data, size, items, 255, &count, &total) != 0) {
		return;
	}
	uint64_t sum = items[0].offset;
	for (size_t i = 0; i < count; i++) {
		CHECK(items[i].offset == sum && items[i].size > 0);
		sum += items[i].size;
	}
	CHECK(count >= 1 && count <= 255 && sum == total && items[0].offset <= size);
	CHECK(dfu_multi_image_make(items, count, 1, made, &len) == 0);
	CHECK(len <= size && memcmp(made + 2, data + 2, len - 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] % 4 == 0) {
		read_header(data + 1, size - 1);
		return 0;
	}
	memset(&world, 0, sizeof(world));
	world.p = data;
	world.end = data + size;
	world.writers_fail = (next() & 16) != 0;
	fuzz_settings_begin(&world.settings, failing_save);
	CHECK(dfu_target_identity_set(NULL, 0) == 0);
	make_images(&world.files[0], NULL);
	make_images(&world.files[1], &world.files[0]);
	for (int i = 0; i < 2; i++) {
		damage(&world.files[i]);
		judge(&world.files[i]);
	}
	world.file = &world.files[0];
	const uint8_t absent = next();
	for (int i = 0; i < IDS; i++) {
		world.writers[i].is_there = (absent >> i & 1) == 0 || absent > 0xf0;
	}
	const uint8_t how = next();
	world.settings_fail = (how & 1) != 0;
	world.buffer_size = (how & 0xc0) == 0xc0 ? 32 : sizeof(world.buffer);
	start();
	while (world.p < world.end) {
		act();
	}
	world.buffer_size = sizeof(world.buffer);
	end();
	return 0;
}
