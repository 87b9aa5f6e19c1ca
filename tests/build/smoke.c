/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smoke test of a configuration: uses each feature that it has, once, on flash in memory, and
 * checks the result. What must not work is checked, too.
 *
 *     smoke NEW.bin OLD.bin yes|no|refused
 *
 * Images to install, and that runs; whether it is taken, no slot can take any, or it is refused.
 *
 * Prints what it did. Exit status 1, and the place, at the first result that is not as it should.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/config.h>
#include <dfu/crypto.h>
#include <dfu/dfu_multi_image.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_custom.h>
#include <dfu/dfu_target_full_modem.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/dfu_target_stream.h>
#include <dfu/flash_img.h>
#include <dfu/fmfu_fdev.h>
#include <dfu/mcuboot.h>
#include <flash/flash_ram.h>
#include <net/fota_download.h>
#include <net/fota_transport.h>
#include <retention/blinfo.h>
#include <retention/bootmode.h>
#include <retention/retention.h>
#include <settings/settings.h>
#include <settings/settings_log.h>
#include <settings/settings_ram.h>
#include <storage/stream_flash.h>

#define HAS(option) IS_ENABLED(CONFIG_##option)
#define MODE(name) HAS(MCUBOOT_BOOTLOADER_MODE_##name)

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			(void)fprintf(stderr, "smoke.c:%d: %s\n", __LINE__, #condition);           \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* As large as any buffer that can be chosen. */
#define PAGE 65536
#define SLOT (4 * PAGE)
#define SLOTS 16
#define STORAGE (8 * PAGE)
#define STREAM (2 * PAGE)
#define SIZE (SLOTS * SLOT + PAGE + STORAGE + STREAM)
#define STREAM_AT (SIZE - STREAM)
#define IMAGE_MAX 8192
#define MAGIC "\x3d\xb8\xf3\x96"

static uint8_t memory[SIZE];
static const struct flash_pages_layout layout = {SIZE / PAGE, PAGE};
static const struct flash_ram_config config = {
	.memory = memory,
	.parameters = {.write_block_size = 1, .erase_value = 0xff},
	.layout = &layout,
	.layout_size = 1,
};
static const struct device flash = {.name = "flash", .config = &config, .api = &flash_ram_api};

/* Slots, scratch, and the settings. */
#define STORAGE_AREA 20
static struct flash_area areas[SLOTS + 2];
extern const struct flash_area *flash_map;
extern const int flash_map_entries;
const struct flash_area *flash_map = areas;
const int flash_map_entries = SLOTS + 2;

struct image {
	uint8_t bytes[IMAGE_MAX];
	size_t size;
};

enum outcome { TAKEN, NO_SLOT, REFUSED };

static struct image new_image;
static struct image old_image;
static struct image bad_image;
static uint8_t buffer[4096];

static void read_image(struct image *image, const char *path)
{
	FILE *file = fopen(path, "rb");

	CHECK(file != NULL);
	image->size = fread(image->bytes, 1, IMAGE_MAX, file);
	CHECK(fclose(file) == 0 && image->size > 512 && image->size < IMAGE_MAX);
}

static void set_area(size_t index, uint8_t id, size_t off, size_t size)
{
	areas[index] = (struct flash_area){
		.fa_id = id, .fa_off = (off_t)off, .fa_size = size, .fa_dev = &flash};
}

static void make_flash(void)
{
	memset(memory, 0xff, sizeof(memory));
	for (size_t i = 0; i < SLOTS; i++) {
		set_area(i, (uint8_t)i, i * SLOT, SLOT);
	}
	set_area(SLOTS, BOOT_SCRATCH_AREA_ID, SLOTS * SLOT, PAGE);
	set_area(SLOTS + 1, STORAGE_AREA, SLOTS * SLOT + PAGE, STORAGE);
}

static void try_settings(void)
{
	static struct settings_log log;
	static struct settings_ram ram;
	static uint8_t room[4096];
	uint32_t value = 0x12345678;
	uint32_t back = 0;

	if (HAS(SETTINGS_LOG)) {
		CHECK(settings_log_init(&log, &areas[SLOTS + 1]) == 0);
		settings_backend_set(&log.backend);
	} else {
		settings_ram_init(&ram, room, sizeof(room));
		settings_backend_set(&ram.backend);
	}
	CHECK(settings_subsys_init() == 0);
	CHECK(settings_save_one("smoke/value", &value, sizeof(value)) == 0);
	CHECK(settings_load_one("smoke/value", &back, sizeof(back)) == sizeof(back));
	CHECK(back == value);
	CHECK(settings_delete("smoke/value") == 0);
	puts(HAS(SETTINGS_LOG) ? "settings in a log" : "settings in RAM");
}

static void try_stream(void)
{
	struct stream_flash_ctx ctx;
	uint8_t page[600];

	for (size_t i = 0; i < sizeof(page); i++) {
		page[i] = (uint8_t)(i % 251);
	}
	if (HAS(STREAM_FLASH_ERASE)) {
		memset(&memory[STREAM_AT], 0, STREAM);
	}
	CHECK(stream_flash_init(&ctx, &flash, buffer, 512, STREAM_AT, STREAM, NULL) == 0);
	CHECK(stream_flash_buffered_write(&ctx, page, sizeof(page), true) == 0);
	CHECK(stream_flash_bytes_written(&ctx) == sizeof(page));
	CHECK(memcmp(&memory[STREAM_AT], page, sizeof(page)) == 0);
	CHECK(memory[STREAM_AT + sizeof(page)] == 0xff);
	if (HAS(STREAM_FLASH_PROGRESS)) {
		CHECK(stream_flash_progress_save(&ctx, "smoke/stream") == 0);
		CHECK(stream_flash_init(&ctx, &flash, buffer, 512, STREAM_AT, STREAM, NULL) == 0);
		CHECK(stream_flash_progress_load(&ctx, "smoke/stream") == 0);
		CHECK(stream_flash_bytes_written(&ctx) == sizeof(page));
		CHECK(stream_flash_progress_clear(&ctx, "smoke/stream") == 0);
	}
	puts("stream");
}

static void try_retention(void)
{
	/* Entry 2/3 of one byte: slot 0 runs. */
	static uint8_t shared[] = {0x16, 0x20, 9, 0, 0x03, 0x20, 1, 0, 0};
	static uint8_t mode[3];
	const struct retention_region blinfo = {shared, sizeof(shared)};
	const struct retention_region bootmode = {mode, sizeof(mode)};
	char slot = 1;

	if (HAS(RETENTION_BOOTLOADER_INFO)) {
		blinfo_region_set(&blinfo);
		CHECK(blinfo_lookup(BLINFO_RUNNING_SLOT, &slot, 1) == 1 && slot == 0);
		puts("what the bootloader tells");
	}
	slot = 1;
	if (HAS(RETENTION_BOOTLOADER_INFO_OUTPUT_SETTINGS)) {
		CHECK(settings_runtime_get("blinfo/running_slot", &slot, 1) == 1 && slot == 0);
	}
	if (HAS(RETENTION_BOOT_MODE)) {
		bootmode_region_set(&bootmode);
		CHECK(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER) == 0);
		CHECK(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER) == 1);
		CHECK(bootmode_clear() == 0);
		puts("boot mode");
	}
}

/* In the modes that run from either slot. */
static int running_slot(void)
{
	return (MODE(DIRECT_XIP) || MODE(DIRECT_XIP_WITH_REVERT)) ? CONFIG_BOOT_CODE_SLOT : 0;
}

static bool is_direct(void)
{
	return MODE(DIRECT_XIP) || MODE(DIRECT_XIP_WITH_REVERT) || MODE(RAM_LOAD) ||
	       MODE(RAM_LOAD_WITH_REVERT) || MODE(FIRMWARE_UPDATER);
}

/* Where the image goes. */
static size_t upload_at(void)
{
	if (MODE(FIRMWARE_UPDATER)) {
		return 0;
	}
	return (running_slot() == 0 ? SLOT : 0) + (MODE(SWAP_USING_OFFSET) ? PAGE : 0);
}

/* What the device may do is known before, from the numbers of the bootloader alone. */
static bool has_no_upload_slot(void)
{
	return MODE(SINGLE_APP) || (MODE(FIRMWARE_UPDATER) && CONFIG_BOOT_CODE_SLOT == 0);
}

static void try_flash_img(void)
{
	static struct flash_img_context ctx;
	static uint8_t digest[32];
	const struct flash_img_check check = {digest, new_image.size};
	struct dfu_hash hash;
	const size_t start = boot_get_image_start_offset(1);

	CHECK(flash_img_init_id(&ctx, 1) == 0);
	CHECK(flash_img_buffered_write(&ctx, new_image.bytes, 700, false) == 0);
	CHECK(flash_img_buffered_write(&ctx, &new_image.bytes[700], new_image.size - 700, true) ==
	      0);
	CHECK(flash_img_bytes_written(&ctx) == new_image.size);
	CHECK(memcmp(&memory[SLOT + start], new_image.bytes, new_image.size) == 0);
	if (HAS(IMG_ENABLE_IMAGE_CHECK)) {
		CHECK(dfu_hash_begin(&hash, DFU_HASH_SHA256) == 0);
		CHECK(dfu_hash_update(&hash, new_image.bytes, new_image.size) == 0);
		CHECK(dfu_hash_end(&hash, digest) == 0);
		CHECK(flash_img_check(&ctx, &check, 1) == 0);
		digest[0] ^= 1;
		CHECK(flash_img_check(&ctx, &check, 1) == -EILSEQ);
	}
	memset(&memory[SLOT], 0xff, SLOT);
	puts("flash_img");
}

/* The slot as it is when the device starts: the running image in its own, the other erased. */
static void make_slots(void)
{
	const size_t running = MODE(FIRMWARE_UPDATER) ? SLOT : (size_t)running_slot() * SLOT;

	memset(memory, 0xff, SLOTS * SLOT);
	memcpy(&memory[running], old_image.bytes, old_image.size);
	if (HAS(BOOTLOADER_MCUBOOT) && (MODE(RAM_LOAD) || MODE(RAM_LOAD_WITH_REVERT))) {
		CHECK(boot_running_slot_set(0, 0) == 0);
	}
}

static int download(const struct image *image)
{
	const int type = dfu_target_img_type(image->bytes, image->size);
	int rc = dfu_target_init(type, 0, image->size, NULL);

	CHECK(type == DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	for (size_t off = 0, len; rc == 0 && off < image->size; off += len) {
		len = image->size - off < 244 ? image->size - off : 244;
		rc = dfu_target_write(&image->bytes[off], len);
	}
	return rc == 0 ? dfu_target_done(true) : rc;
}

/* Whether the bootloader would do something at the next reset. */
static bool is_pending(void)
{
	return is_direct() ? memcmp(&memory[upload_at()], MAGIC, 4) == 0
			   : mcuboot_swap_type() == BOOT_SWAP_TYPE_TEST;
}

static void check_installed(void)
{
	CHECK(is_pending());
	CHECK(memcmp(&memory[upload_at()], new_image.bytes, new_image.size) == 0);
}

/* Nothing is left behind that the bootloader would look at. */
static void try_refusal(int rc)
{
	CHECK(download(&new_image) == rc);
	CHECK(dfu_target_schedule_update(0) != 0);
	CHECK(!is_pending());
}

static void try_target(enum outcome outcome)
{
	CHECK(dfu_target_mcuboot_set_buf(buffer, sizeof(buffer)) == 0);
	make_slots();
	if (outcome == NO_SLOT) {
		try_refusal(has_no_upload_slot() ? -ENODEV : -ENOTSUP);
		puts("no slot takes an image");
		return;
	}
	if (outcome == REFUSED) {
		try_refusal(-EADDRNOTAVAIL);
		return;
	}
	if (HAS(DFU_TARGET_VERIFY)) {
		CHECK(download(&bad_image) == -EBADMSG);
		CHECK(dfu_target_schedule_update(0) != 0);
		CHECK(!is_pending());
		CHECK(dfu_target_reset() == 0);
	}
	CHECK(download(&new_image) == 0);
	CHECK(!is_pending());
	CHECK(dfu_target_schedule_update(0) == 0);
	check_installed();
	puts("downloaded, verified, scheduled");
}

static struct {
	size_t off;
	int event;
} fetch = {0, -1};

static int open_file(const struct fota_transport *transport, const struct fota_request *request,
		     struct fota_content *content)
{
	(void)transport;
	fetch.off = request->offset;
	content->size = new_image.size;
	content->offset = request->offset;
	return 0;
}

static ssize_t read_file(const struct fota_transport *transport, void *buf, size_t len)
{
	const size_t left = new_image.size - fetch.off;

	(void)transport;
	len = len < left ? len : left;
	memcpy(buf, &new_image.bytes[fetch.off], len);
	fetch.off += len;
	return (ssize_t)len;
}

static void close_file(const struct fota_transport *transport)
{
	(void)transport;
}

static void on_event(const struct fota_download_evt *evt)
{
	fetch.event = (int)evt->id;
}

static void try_fota(enum outcome outcome)
{
	static const struct fota_transport_ops ops = {open_file, read_file, close_file, NULL};
	static const struct fota_transport transport = {&ops, NULL};

	make_slots();
	CHECK(fota_download_transport_set(&transport) == 0);
	CHECK(fota_download_init(on_event) == 0);
	CHECK(fota_download_start("h", "f", -1, 0, 0) == 0);
	while (fota_download_process() == 1) {
	}
	if (!HAS(DFU_TARGET_MCUBOOT) || outcome != TAKEN) {
		CHECK(fetch.event == FOTA_DOWNLOAD_EVT_ERROR);
		puts("nothing fetched");
		return;
	}
	CHECK(fetch.event == FOTA_DOWNLOAD_EVT_FINISHED);
	if (!HAS(FOTA_CLIENT_AUTOSCHEDULE_UPDATE)) {
		CHECK(!is_pending());
		CHECK(dfu_target_schedule_update(0) == 0);
	}
	check_installed();
	puts("fetched");
}

static struct image received;

static int open_image(int image_id, size_t image_size)
{
	CHECK(image_id == 0 && image_size == new_image.size);
	received.size = 0;
	return 0;
}

static int write_image(const uint8_t *chunk, size_t chunk_size)
{
	memcpy(&received.bytes[received.size], chunk, chunk_size);
	received.size += chunk_size;
	return 0;
}

static int close_image(bool success)
{
	CHECK(success);
	return 0;
}

static void try_package(void)
{
	/* {"img": [{"id": 0, "size": N}]}, and its length in front. */
	uint8_t header[] = {19,  0, 0xa1, 0x63, 'i', 'm', 'g', 0x81, 0xa2, 0x62, 'i',
			    'd', 0, 0x64, 's',  'i', 'z', 'e', 0x19, 0,    0};
	const struct dfu_image_writer writer = {
		.image_id = 0, .open = open_image, .write = write_image, .close = close_image};
	static uint8_t room[64];

	header[sizeof(header) - 2] = (uint8_t)(new_image.size >> 8);
	header[sizeof(header) - 1] = (uint8_t)new_image.size;
	CHECK(dfu_multi_image_init(room, sizeof(room)) == 0);
	CHECK(dfu_multi_image_register_writer(&writer) == 0);
	CHECK(dfu_multi_image_write(0, header, sizeof(header)) == 0);
	CHECK(dfu_multi_image_write(sizeof(header), new_image.bytes, new_image.size) == 0);
	CHECK(dfu_multi_image_done(true) == 0);
	CHECK(received.size == new_image.size &&
	      memcmp(received.bytes, new_image.bytes, received.size) == 0);
	if (HAS(DFU_TARGET_MCUBOOT)) {
		CHECK(dfu_multi_image_init(room, sizeof(room)) == 0);
		CHECK(dfu_multi_image_register_mcuboot() == 0);
	}
	puts("package");
}

static void try_stored_file(void)
{
	const struct dfu_target_stream_init init = {.id = "smoke",
						    .fdev = &flash,
						    .buf = buffer,
						    .len = sizeof(buffer),
						    .offset = STREAM_AT,
						    .size = STREAM};
	size_t off;

	CHECK(dfu_target_stream_init(&init) == 0);
	CHECK(dfu_target_stream_write(new_image.bytes, new_image.size) == 0);
	CHECK(dfu_target_stream_done(true) == 0);
	CHECK(memcmp(&memory[STREAM_AT], new_image.bytes, new_image.size) == 0);
	CHECK(dfu_target_stream_offset_get(&off) == 0);
	puts("stored file");
}

/* A file that only begins as one for a modem: it is stored, and then refused. */
static void try_modem_file(void)
{
	struct dfu_target_fmfu_fdev store = {.dev = &flash, .offset = STREAM_AT, .size = STREAM};
	const struct dfu_target_full_modem_params params = {
		.buf = buffer, .len = sizeof(buffer), .dev = &store};
	uint8_t file[600] = {0xd2, 0x84};
	int rc = dfu_target_full_modem_cfg(&params);

	if (HAS(DFU_TARGET_FULL_MODEM_USE_EXT_PARTITION)) {
		CHECK(rc == -ENODEV);
		return;
	}
	CHECK(rc == 0);
	CHECK(dfu_target_img_type(file, sizeof(file)) == DFU_TARGET_IMAGE_TYPE_FULL_MODEM);
	CHECK(dfu_target_init(DFU_TARGET_IMAGE_TYPE_FULL_MODEM, 0, sizeof(file), NULL) == 0);
	CHECK(dfu_target_write(file, sizeof(file)) == 0);
	rc = dfu_target_done(true);
	CHECK((rc != 0) == HAS(DFU_TARGET_FULL_MODEM_VERIFY));
	CHECK(memcmp(&memory[STREAM_AT], file, sizeof(file)) == 0);
	CHECK(dfu_target_reset() == 0);
	puts("file for a modem");
}

static void try_modem(void)
{
	if (HAS(FMFU_FDEV)) {
		CHECK(fmfu_fdev_load(buffer, sizeof(buffer), &flash, STREAM_AT) < 0);
		CHECK(!fmfu_fdev_pending());
	}
	if (HAS(DFU_TARGET_FULL_MODEM)) {
		try_modem_file();
	}
	if (HAS(DFU_TARGET_MODEM_DELTA)) {
		CHECK(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MODEM_DELTA, 0, 100, NULL) == -ENODEV);
		puts("no modem");
	}
}

int main(int argc, char *argv[])
{
	CHECK(argc == 4);
	read_image(&new_image, argv[1]);
	read_image(&old_image, argv[2]);
	const enum outcome outcome = strcmp(argv[3], "yes") == 0  ? TAKEN
				     : strcmp(argv[3], "no") == 0 ? NO_SLOT
								  : REFUSED;

	bad_image = new_image;
	bad_image.bytes[300] ^= 1;
	make_flash();
	if (HAS(SETTINGS)) {
		try_settings();
	}
	if (HAS(STREAM_FLASH)) {
		try_stream();
	}
	try_retention();
	if (HAS(IMG_MANAGER)) {
		try_flash_img();
	}
	if (HAS(DFU_TARGET_STREAM)) {
		try_stored_file();
	}
	if (HAS(DFU_TARGET_MCUBOOT)) {
		try_target(outcome);
	} else if (HAS(DFU_TARGET)) {
		CHECK(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 0, NULL) == -ENOTSUP);
	}
	if (HAS(FOTA_DOWNLOAD)) {
		try_fota(outcome);
	}
	if (HAS(DFU_MULTI_IMAGE)) {
		try_package();
	}
	try_modem();
	return 0;
}

/* What CONFIG_DFU_TARGET_CUSTOM asks of an application: here, for files that nobody has. */
bool dfu_target_custom_identify(const void *const buf)
{
	(void)buf;
	return false;
}

int dfu_target_custom_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	(void)file_size;
	(void)img_num;
	(void)cb;
	return -ENOTSUP;
}

int dfu_target_custom_offset_get(size_t *offset)
{
	(void)offset;
	return -ENOTSUP;
}

int dfu_target_custom_write(const void *const buf, size_t len)
{
	(void)buf;
	(void)len;
	return -ENOTSUP;
}

int dfu_target_custom_done(bool successful)
{
	(void)successful;
	return -ENOTSUP;
}

int dfu_target_custom_schedule_update(int img_num)
{
	(void)img_num;
	return -ENOTSUP;
}

int dfu_target_custom_reset(void)
{
	return -ENOTSUP;
}
