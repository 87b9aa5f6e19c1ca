/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The modem's block is the file, mapped: what is written to it is in the file, however the process
 * ends. All of it is allocated when the device is made, because a full disk that shows at a mapped
 * byte would end the process.
 */
#include "device_modem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "key.h"
#include "regular.h"

#define FACTORY_LEN (256u << 10)

static struct sim_modem_config config_of(const struct sim_board *board, const struct sim_key *key)
{
	return (struct sim_modem_config){
		.area = board->modem.area,
		.erase_ms = board->modem.erase_ms,
		.capacity = board->modem.capacity,
		.key = key != NULL ? key->key.raw : NULL,
		.key_len = key != NULL ? key->key.raw_len : 0,
	};
}

static int read_key(struct sim_key *key, const char *path, struct sim_error *error)
{
	struct sim_error why;
	const int rc = sim_key_read(key, path, &why);

	if (rc != 0) {
		return sim_fail(error, rc, "modem key: %s: %s", path, why.text);
	}
	if (key->key.alg != DFU_SIG_RSA2048_PSS) {
		return sim_fail(error, -EINVAL, "modem key: %s: not an RSA-2048 key", path);
	}
	return 0;
}

/* The mapping, or NULL with errno. */
static uint8_t *map(int fd, size_t len)
{
	void *block = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return block == MAP_FAILED ? NULL : block;
}

static int make_modem(uint8_t *block, const struct sim_board *board, const struct sim_key *key)
{
	const struct sim_modem_config config = config_of(board, key);
	const size_t len = config.capacity < FACTORY_LEN ? config.capacity : FACTORY_LEN;
	struct sim_modem_firmware firmware;
	uint8_t *room = malloc(len);
	int rc;

	if (room == NULL) {
		return -ENOMEM;
	}
	sim_modem_firmware_make(&firmware, room, len, board->modem.version);
	rc = sim_modem_make(block, &config, &firmware);
	free(room);
	return rc;
}

static int fill_file(int fd, const struct sim_board *board, const struct sim_key *key)
{
	const struct sim_modem_config config = config_of(board, key);
	const size_t len = sim_modem_block_len(&config);
	int rc = -posix_fallocate(fd, 0, (off_t)len);
	uint8_t *block;

	if (rc != 0) {
		return rc;
	}
	block = map(fd, len);
	if (block == NULL) {
		return -errno;
	}
	rc = make_modem(block, board, key);
	if (rc == 0 && msync(block, len, MS_SYNC) != 0) {
		rc = -errno;
	}
	(void)munmap(block, len);
	return rc;
}

/* The block of the file at @p path, mapped; its errors name it. */
static int map_file(struct sim_device_modem *modem, const char *path, size_t len,
		    struct sim_error *error)
{
	const int fd = sim_open_regular(path, O_RDWR);
	struct stat status;
	int rc = 0;

	if (fd < 0) {
		return sim_fail(error, fd, "%s: %s", path, sim_open_why(fd));
	}
	if (fstat(fd, &status) != 0) {
		rc = sim_fail(error, -errno, "%s: %s", path, strerror(errno));
	} else if (status.st_size != (off_t)len) {
		rc = sim_fail(error, -EINVAL, "%s: %jd bytes, but the modem has %zu", path,
			      (intmax_t)status.st_size, len);
	}
	if (rc == 0) {
		modem->block = map(fd, len);
		modem->len = len;
		rc = modem->block != NULL
			     ? 0
			     : sim_fail(error, -errno, "%s: %s", path, strerror(errno));
	}
	(void)close(fd);
	return rc;
}

int sim_device_modem_check(const struct sim_board *board, const char *key, struct sim_error *error)
{
	struct sim_key read;

	if (key == NULL) {
		return 0;
	}
	if (!board->modem.present) {
		return sim_fail(error, -EINVAL, "modem key: %s: the board has no modem", key);
	}
	return read_key(&read, key, error);
}

int sim_device_modem_create(const char *path, const struct sim_board *board, const char *key,
			    struct sim_error *error)
{
	struct sim_key read;
	int rc = key != NULL ? read_key(&read, key, error) : 0;
	int fd;

	if (rc != 0) {
		return rc;
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		return sim_fail(error, -errno, "%s: %s", path, strerror(errno));
	}
	rc = fill_file(fd, board, key != NULL ? &read : NULL);
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	return rc == 0 ? 0 : sim_fail(error, rc, "%s: %s", path, strerror(-rc));
}

int sim_device_modem_open(struct sim_device_modem *modem, const char *path,
			  const struct sim_board *board, struct sim_power *power,
			  struct sim_error *error)
{
	const struct sim_modem_config config = config_of(board, NULL);
	int rc;

	if (!board->modem.present ||
	    (board->modem.is_assumed && access(path, F_OK) != 0 && errno == ENOENT)) {
		return 0;
	}
	rc = map_file(modem, path, sim_modem_block_len(&config), error);
	if (rc != 0) {
		return rc;
	}
	rc = sim_modem_open(&modem->modem, modem->block, modem->len, power);
	if (rc != 0) {
		return sim_fail(error, -EINVAL, "%s: damaged: not what a modem keeps", path);
	}
	dfu_modem_set(&modem->modem.port);
	return 0;
}

void sim_device_modem_close(struct sim_device_modem *modem)
{
	dfu_modem_set(NULL);
	if (modem->block != NULL) {
		(void)munmap(modem->block, modem->len);
		modem->block = NULL;
	}
}
