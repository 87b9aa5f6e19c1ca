/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device is locked by its folder, then built from the board outwards:
 *
 *     raw file -> flash_file -> sim_nor (strict) -> sim_timing -> flash map -> library
 *     settings -> settings_file -> sim_settings  ---------------------------> library
 *     modem.bin -> sim_modem  ----------------------------------------------> library
 *
 * One power is behind all flash, the settings and the modem. What the simulator itself remembers in
 * that file goes around it: no operation, but nothing is written without power.
 *
 * The flash map's length is a constant of the program, as upstream has it, and a board's is not:
 * the map is a table for the largest board, whose unused entries have an id that no partition gets,
 * and no device.
 */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dfu/boot.h>
#include <settings/settings.h>
#include <storage/flash_map.h>

#include "device_files.h"
#include "device_memory.h"
#include "device_modem.h"
#include "device_retained.h"
#include "devicetree.h"
#include "flash/flash_file.h"
#include "key.h"
#include "nor.h"
#include "regular.h"
#include "settings/settings_file.h"
#include "settings_power.h"

#define UNUSED_ID UINT8_MAX

_Static_assert(BOOT_SCRATCH_AREA_ID == SIM_SLOTS_MAX, "the scratch area's id is a slot's");
_Static_assert(BOOT_SCRATCH_AREA_ID + SIM_PARTITIONS_MAX < UNUSED_ID,
	       "ids of partitions reach the unused one");

/* What flash_map.c asks of the program. */
extern const struct flash_area *flash_map;
extern const int flash_map_entries;

static struct flash_area areas[SIM_PARTITIONS_MAX];
const struct flash_area *flash_map = areas;
const int flash_map_entries = SIM_PARTITIONS_MAX;

struct sim_device {
	struct sim_board board;
	struct sim_key key;
	struct sim_retained retained;
	int folder; /* Locked as long as it is open. */
	struct flash_file_config *file_config[SIM_FLASHES_MAX];
	struct device file[SIM_FLASHES_MAX];
	struct sim_nor nor[SIM_FLASHES_MAX];
	struct sim_timing timing[SIM_FLASHES_MAX];
	char settings_path[SIM_PATH_MAX];
	struct settings_file settings;
	struct sim_settings powered_settings;
	struct sim_device_modem modem;
	struct sim_power power;
};

static int lock_folder(struct sim_device *device, const char *path, struct sim_error *error)
{
	int rc;

	device->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (device->folder < 0) {
		rc = -errno;
		return sim_fail(error, rc, "%s",
				rc == -ENOTDIR ? "not a device folder" : strerror(-rc));
	}
	if (faccessat(device->folder, SIM_DEVICE_BOARD, F_OK, 0) != 0) {
		return sim_fail(error, -ENOTDIR,
				"not a device folder: there is no " SIM_DEVICE_BOARD " in it");
	}
	if (flock(device->folder, LOCK_EX | LOCK_NB) != 0) {
		rc = -errno;
		return rc == -EWOULDBLOCK
			       ? sim_fail(error, -EBUSY, "in use by another process")
			       : sim_fail(error, rc, "cannot lock it: %s", strerror(-rc));
	}
	return 0;
}

static int load_board(struct sim_device *device, const char *path, struct sim_error *error)
{
	char name[SIM_PATH_MAX];
	void *blob;
	size_t len;
	int rc = sim_device_path(name, path, SIM_DEVICE_BOARD);

	if (rc != 0) {
		return sim_fail(error, rc, "%s", strerror(-rc));
	}
	rc = sim_devicetree_read(name, &blob, &len, error);
	if (rc != 0) {
		return rc;
	}
	rc = sim_board_load(&device->board, blob, error);
	free(blob);
	return rc;
}

/* The open file, or a negative errno. */
static int open_raw_file(const char *path, const struct sim_flash *flash, struct sim_error *error)
{
	struct stat status;
	int fd = sim_open_regular(path, O_RDWR);
	int rc = 0;

	if (fd < 0) {
		return sim_fail(error, fd, "%s: %s", path, sim_open_why(fd));
	}
	if (fstat(fd, &status) != 0) {
		rc = -errno;
		(void)sim_fail(error, rc, "%s: %s", path, strerror(-rc));
	} else if (status.st_size != (off_t)flash->size) {
		rc = sim_fail(error, -EINVAL, "%s: %jd bytes, but the flash has %u", path,
			      (intmax_t)status.st_size, (unsigned int)flash->size);
	}
	if (rc != 0) {
		(void)close(fd);
	}
	return rc != 0 ? rc : fd;
}

static int open_flash(struct sim_device *device, size_t i, const char *path,
		      struct sim_error *error)
{
	const struct sim_flash *flash = &device->board.flash[i];
	struct flash_file_config *config = malloc(sizeof(*config));
	char name[SIM_PATH_MAX];
	int fd = sim_device_raw_path(name, path, flash);

	if (config == NULL || fd < 0) {
		int rc = fd < 0 ? fd : -ENOMEM;

		free(config);
		return sim_fail(error, rc, "%s", strerror(-rc));
	}
	fd = open_raw_file(name, flash, error);
	if (fd < 0) {
		free(config);
		return fd;
	}
	/* The struct has a constant member, so it can be copied into memory but not assigned. */
	memcpy(config,
	       &(struct flash_file_config){
		       .fd = fd,
		       .parameters = {.write_block_size = flash->write_block,
				      .caps = {.no_explicit_erase = flash->no_explicit_erase},
				      .erase_value = flash->erase_value},
		       .layout = flash->layout,
		       .layout_size = flash->layout_size,
	       },
	       sizeof(*config));
	device->file_config[i] = config;
	device->file[i] = (struct device){
		.name = flash->label,
		.config = config,
		.api = &flash_file_api,
	};
	sim_nor_init(&device->nor[i], &device->file[i]);
	device->nor[i].power = &device->power;
	device->nor[i].flash = (unsigned int)i;
	sim_timing_init(&device->timing[i], &device->nor[i].device, flash->part);
	return 0;
}

/* The bootloader as the library sees it: how it is built, what it takes, whose images. */
static int open_bootloader(struct sim_device *device, const char *path, struct sim_error *error)
{
	struct boot_rules *rules = &device->board.rules;
	char name[SIM_PATH_MAX];
	struct sim_error why;
	int rc = 0;

	if (device->board.public_key[0] != '\0') {
		rc = sim_device_path(name, path, SIM_DEVICE_KEY);
		if (rc != 0) {
			return sim_fail(error, rc, "%s", strerror(-rc));
		}
		rc = sim_key_read(&device->key, name, &why);
		if (rc != 0) {
			return sim_fail(error, rc, "%s: %s", name, why.text);
		}
		if (!sim_key_is_for(&device->key, rules->signature)) {
			return sim_fail(error, -EINVAL, "%s: not a key for signature-type %s", name,
					boot_signature_name(rules->signature));
		}
		rules->key = &device->key.key;
	}
	rc = boot_arrangement_set(&device->board.arrangement);
	rc = rc != 0 ? rc : boot_rules_set(rules);
	return rc == 0 ? 0
		       : sim_fail(error, rc, "the library does not take this bootloader: %s",
				  strerror(-rc));
}

static void clear_areas(void)
{
	for (size_t i = 0; i < SIM_PARTITIONS_MAX; i++) {
		areas[i] = (struct flash_area){.fa_id = UNUSED_ID};
	}
}

static void fill_areas(const struct sim_device *device)
{
	clear_areas();
	for (size_t i = 0; i < device->board.partitions; i++) {
		const struct sim_partition *partition = &device->board.partition[i];

		areas[i] = (struct flash_area){
			.fa_id = partition->id,
			.fa_off = (off_t)partition->offset,
			.fa_size = partition->size,
			.fa_dev = &device->timing[partition->flash].device,
			.fa_label = partition->label,
		};
	}
}

static int open_settings(struct sim_device *device, const char *path, struct sim_error *error)
{
	int rc = sim_device_path(device->settings_path, path, SIM_DEVICE_SETTINGS);

	if (rc == 0) {
		settings_file_init(&device->settings, device->settings_path);
		sim_settings_init(&device->powered_settings, &device->settings.backend,
				  &device->power);
		settings_backend_set(&device->powered_settings.backend);
		rc = settings_subsys_init();
	}
	return rc == 0 ? 0 : sim_fail(error, rc, "%s: %s", device->settings_path, strerror(-rc));
}

static int open_modem(struct sim_device *device, const char *path, struct sim_error *error)
{
	char name[SIM_PATH_MAX];
	const int rc = sim_device_path(name, path, SIM_DEVICE_MODEM);

	if (rc != 0) {
		return sim_fail(error, rc, "%s", strerror(-rc));
	}
	return sim_device_modem_open(&device->modem, name, &device->board, &device->power, error);
}

/* What the bootloader leaves behind when it starts an image from a slot; negative: not known. */
static int tell_library(struct sim_device *device, unsigned int image, int slot)
{
	int rc = 0;

	if (boot_mode_is_direct(device->board.arrangement.mode)) {
		rc = boot_running_slot_set((int)image, slot < 0 ? -1 : slot);
	}
	if (rc == 0 && image == 0) {
		rc = sim_retained_fill(&device->retained, &device->board, slot);
	}
	return rc;
}

/*
 * What the application finds when it starts. Damaged settings are told by the verbs that need them;
 * here they are as none.
 */
static int start(struct sim_device *device, struct sim_error *error)
{
	int rc = 0;

	sim_retained_use(&device->retained);
	sim_memory_boot_mode(device->settings_path, device->retained.boot_mode);
	for (unsigned int i = 0; i < device->board.arrangement.images && rc == 0; i++) {
		rc = tell_library(device, i, sim_memory_active(device->settings_path, i));
	}
	return rc == 0 ? 0 : sim_fail(error, rc, "%s", strerror(-rc));
}

static int open_parts(struct sim_device *device, const char *path, struct sim_error *error)
{
	int rc = lock_folder(device, path, error);

	rc = rc != 0 ? rc : load_board(device, path, error);
	for (size_t i = 0; rc == 0 && i < device->board.flashes; i++) {
		rc = open_flash(device, i, path, error);
	}
	if (rc != 0) {
		return rc;
	}
	rc = open_bootloader(device, path, error);
	if (rc != 0) {
		return rc;
	}
	fill_areas(device);
	rc = open_settings(device, path, error);
	rc = rc != 0 ? rc : open_modem(device, path, error);
	return rc != 0 ? rc : start(device, error);
}

int sim_device_open(struct sim_device **device, const char *path, struct sim_error *error)
{
	struct sim_device *opened = calloc(1, sizeof(*opened));
	int rc;

	if (opened == NULL) {
		return sim_fail(error, -ENOMEM, "%s", strerror(ENOMEM));
	}
	opened->folder = -1;
	sim_power_init(&opened->power);
	rc = open_parts(opened, path, error);
	if (rc != 0) {
		sim_device_close(opened);
		return rc;
	}
	*device = opened;
	return 0;
}

void sim_device_close(struct sim_device *device)
{
	if (device == NULL) {
		return;
	}
	settings_backend_set(NULL);
	sim_device_modem_close(&device->modem);
	sim_retained_drop();
	/* The rules of Kconfig are in range; what matters is that the key is this device's. */
	const int rc = boot_rules_set(NULL);
	(void)rc;
	clear_areas();
	for (size_t i = 0; i < SIM_FLASHES_MAX; i++) {
		if (device->file_config[i] != NULL) {
			(void)close(device->file_config[i]->fd);
			free(device->file_config[i]);
		}
	}
	if (device->folder >= 0) {
		(void)close(device->folder);
	}
	free(device);
}

const struct sim_board *sim_device_board(const struct sim_device *device)
{
	return &device->board;
}

struct sim_power *sim_device_power(struct sim_device *device)
{
	return &device->power;
}

struct sim_modem *sim_device_modem(struct sim_device *device)
{
	return device->modem.block != NULL ? &device->modem.modem : NULL;
}

const char *sim_device_violation(const struct sim_device *device)
{
	for (size_t i = 0; i < device->board.flashes; i++) {
		if (device->nor[i].violation[0] != '\0') {
			return device->nor[i].violation;
		}
	}
	return NULL;
}

int sim_device_active(const struct sim_device *device, unsigned int image)
{
	return sim_memory_active(device->settings_path, image);
}

int sim_device_set_active(struct sim_device *device, unsigned int image, int slot)
{
	int rc = sim_power_check(&device->power);

	rc = rc != 0 ? rc : sim_memory_set_active(device->settings_path, image, slot);
	return rc != 0 ? rc : tell_library(device, image, slot);
}

int sim_device_assume_active(struct sim_device *device, unsigned int image, int slot)
{
	return tell_library(device, image, slot);
}

int sim_device_keep_boot_mode(const struct sim_device *device)
{
	const int rc = sim_power_check(&device->power);

	return rc != 0 ? rc
		       : sim_memory_set_boot_mode(device->settings_path,
						  device->retained.boot_mode);
}
