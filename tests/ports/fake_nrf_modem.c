/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_nrf_modem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nrf_errno.h>
#include <nrf_modem.h>
#include <nrf_modem_bootloader.h>
#include <nrf_modem_delta_dfu.h>

#define BLOCK_TOO_LARGE 2
#define AREA_NOT_BLANK 11
#define ERASE_PENDING 17
#define INCOMPLETE_DATA 19

struct fake_nrf fake_nrf;

static void note(const char *format, ...)
{
	size_t used = strlen(fake_nrf.log);
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(fake_nrf.log + used, sizeof(fake_nrf.log) - used, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(fake_nrf.log) - used) {
		abort();
	}
}

/* What each delta call answers, whatever it is asked for. */
static int delta_answer(enum fake_nrf_call call)
{
	if (fake_nrf.answers[call] != 0) {
		return fake_nrf.answers[call];
	}
	if (fake_nrf.mode != FAKE_NRF_RUNS) {
		return -NRF_EPERM;
	}
	if (fake_nrf.erasing > 0) {
		if (--fake_nrf.erasing == 0) {
			fake_nrf.offset = 0;
		}
		return ERASE_PENDING;
	}
	return 0;
}

static int full_answer(enum fake_nrf_call call)
{
	if (fake_nrf.answers[call] != 0) {
		return fake_nrf.answers[call];
	}
	return fake_nrf.mode == FAKE_NRF_BOOTLOADER_RUNS ? 0 : -NRF_EOPNOTSUPP;
}

void fake_nrf_reset(void)
{
	memset(&fake_nrf, 0, sizeof(fake_nrf));
	memset(fake_nrf.firmware, 0xff, sizeof(fake_nrf.firmware));
}

int fake_nrf_start(void)
{
	if (fake_nrf.mode != FAKE_NRF_OFF) {
		return -NRF_EPERM;
	}
	if (fake_nrf.is_dead) {
		return -NRF_EIO;
	}
	fake_nrf.mode = FAKE_NRF_RUNS;
	fake_nrf.has_session = false;
	return 0;
}

int fake_nrf_restart(void)
{
	fake_nrf.mode = FAKE_NRF_OFF;
	return fake_nrf_start();
}

int nrf_modem_delta_dfu_uuid(struct nrf_modem_delta_dfu_uuid *modem_uuid)
{
	int rc = delta_answer(FAKE_NRF_UUID);

	note("uuid ");
	if (rc == 0) {
		memcpy(modem_uuid->data, "25c95751-efa4-40d4-8b4a-1dcaab81fac9",
		       NRF_MODEM_DELTA_DFU_UUID_LEN);
	}
	return rc;
}

int nrf_modem_delta_dfu_area(size_t *size)
{
	int rc = delta_answer(FAKE_NRF_AREA_SIZE);

	note("area ");
	if (rc == 0) {
		*size = FAKE_NRF_AREA;
	}
	return rc;
}

int nrf_modem_delta_dfu_offset(size_t *offset)
{
	int rc = delta_answer(FAKE_NRF_OFFSET);

	note("offset ");
	if (rc == 0) {
		*offset = fake_nrf.offset;
	}
	return rc;
}

int nrf_modem_delta_dfu_erase(void)
{
	int rc = delta_answer(FAKE_NRF_ERASE);

	note("erase ");
	if (rc == 0) {
		fake_nrf.offset = fake_nrf.erase_calls > 0 ? NRF_MODEM_DELTA_DFU_OFFSET_DIRTY : 0;
		fake_nrf.erasing = fake_nrf.erase_calls;
		fake_nrf.is_applied = false;
	}
	return rc;
}

int nrf_modem_delta_dfu_write_init(void)
{
	int rc = delta_answer(FAKE_NRF_WRITE_INIT);

	note("write_init ");
	if (rc == 0 && fake_nrf.has_session) {
		return -NRF_EALREADY;
	}
	fake_nrf.has_session |= rc == 0;
	return rc;
}

int nrf_modem_delta_dfu_write(const void *src, size_t len)
{
	int rc = delta_answer(FAKE_NRF_WRITE);

	note("write(%zu) ", len);
	if (rc != 0) {
		return rc;
	}
	if (!fake_nrf.has_session) {
		return -NRF_EPERM;
	}
	if (src == NULL || len == 0) {
		return src == NULL ? -NRF_EFAULT : -NRF_EINVAL;
	}
	if (fake_nrf.offset == NRF_MODEM_DELTA_DFU_OFFSET_DIRTY) {
		return AREA_NOT_BLANK;
	}
	if (len > FAKE_NRF_AREA - fake_nrf.offset) {
		return BLOCK_TOO_LARGE;
	}
	memcpy(fake_nrf.patch + fake_nrf.offset, src, len);
	fake_nrf.offset += len;
	return 0;
}

int nrf_modem_delta_dfu_write_done(void)
{
	int rc = delta_answer(FAKE_NRF_WRITE_DONE);

	note("write_done ");
	if (rc == 0 && !fake_nrf.has_session) {
		return -NRF_EINVAL;
	}
	if (rc == 0) {
		fake_nrf.has_session = false;
	}
	return rc;
}

int nrf_modem_delta_dfu_update(void)
{
	int rc = delta_answer(FAKE_NRF_APPLY);

	note("apply ");
	if (rc == 0 &&
	    (fake_nrf.offset == 0 || fake_nrf.offset == NRF_MODEM_DELTA_DFU_OFFSET_DIRTY)) {
		return INCOMPLETE_DATA;
	}
	fake_nrf.is_applied |= rc == 0;
	return rc;
}

int nrf_modem_delta_dfu_rollback(void)
{
	note("rollback ");
	return delta_answer(FAKE_NRF_ROLLBACK);
}

/* A signature: the old firmware is back, if it was not written over. */
static void refuse(void)
{
	fake_nrf.is_dead = fake_nrf.is_old_lost;
}

int nrf_modem_bootloader_init(const struct nrf_modem_bootloader_init_params *params)
{
	note("bootloader_init ");
	if (fake_nrf.answers[FAKE_NRF_BOOTLOADER_INIT] != 0) {
		return fake_nrf.answers[FAKE_NRF_BOOTLOADER_INIT];
	}
	if (params == NULL) {
		return -NRF_EFAULT;
	}
	if (fake_nrf.mode != FAKE_NRF_OFF) {
		return -NRF_EPERM;
	}
	fake_nrf.mode = FAKE_NRF_BOOTLOADER_RUNS;
	fake_nrf.params = params;
	fake_nrf.bootloader_len = 0;
	fake_nrf.wrapper_len = 0;
	return 0;
}

int nrf_modem_bootloader_bl_write(void *src, uint32_t len)
{
	int rc = full_answer(FAKE_NRF_BL_WRITE);

	note("bl_write(%u) ", (unsigned int)len);
	if (rc != 0) {
		return rc;
	}
	if (src == NULL || len > 8192 || len > FAKE_NRF_BOOTLOADER - fake_nrf.bootloader_len) {
		return -NRF_EINVAL;
	}
	fake_nrf.is_dead = true;
	memcpy(fake_nrf.bootloader + fake_nrf.bootloader_len, src, len);
	fake_nrf.bootloader_len += len;
	return 0;
}

int nrf_modem_bootloader_fw_write(uint32_t addr, void *src, uint32_t len)
{
	int rc = full_answer(FAKE_NRF_FW_WRITE);

	note("fw_write(%#x,%u) ", (unsigned int)addr, (unsigned int)len);
	if (rc != 0) {
		return rc;
	}
	if (fake_nrf.wrapper_len == 0) {
		return -NRF_EPERM;
	}
	if (src == NULL || len > 8192 || addr < FAKE_NRF_FIRMWARE_AT ||
	    addr - FAKE_NRF_FIRMWARE_AT > FAKE_NRF_FIRMWARE - len) {
		return -NRF_EINVAL;
	}
	fake_nrf.is_old_lost = true;
	memcpy(fake_nrf.firmware + (addr - FAKE_NRF_FIRMWARE_AT), src, len);
	return 0;
}

int nrf_modem_bootloader_update(void)
{
	int rc = full_answer(FAKE_NRF_UPDATE);

	note("update ");
	if (rc == -NRF_EACCES) {
		refuse();
	}
	if (rc == 0 && fake_nrf.wrapper_len > 0) {
		fake_nrf.is_dead = false;
		fake_nrf.is_old_lost = false;
	}
	return rc;
}

int nrf_modem_bootloader_verify(const void *data, uint32_t len)
{
	int rc = full_answer(FAKE_NRF_VERIFY);

	note("verify(%u) ", (unsigned int)len);
	if (rc == -NRF_EACCES || rc == -NRF_EPERM) {
		refuse();
	}
	if (rc != 0) {
		return rc;
	}
	if (data == NULL || len > sizeof(fake_nrf.wrapper)) {
		return -NRF_EINVAL;
	}
	memcpy(fake_nrf.wrapper, data, len);
	fake_nrf.wrapper_len = len;
	return 0;
}

int nrf_modem_bootloader_digest(struct nrf_modem_bootloader_fw_segment *segments,
				size_t num_segments, struct nrf_modem_bootloader_digest *digest)
{
	int rc = full_answer(FAKE_NRF_DIGEST);

	note("digest(%zu) ", num_segments);
	if (rc != 0) {
		return rc;
	}
	for (size_t i = 0; i < num_segments; i++) {
		fake_nrf.ranges[2 * i] = segments[i].start_addr;
		fake_nrf.ranges[2 * i + 1] = segments[i].end_addr;
	}
	memcpy(digest->data, fake_nrf.digest, sizeof(digest->data));
	return 0;
}
