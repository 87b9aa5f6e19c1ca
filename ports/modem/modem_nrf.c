/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library's errors have the names of the C library's and numbers of their own: 35 is EAGAIN
 * there and ENOMSG in newlib. Each goes through the table below. Answers of the modem to delta
 * calls are positive, the same on both sides, and pass through.
 *
 * A session. The library lends memory to a patch with write_init() and takes it back with
 * write_done(). Whoever restarts the modem ends the session behind this port's back, and what
 * write_done() says without one is not documented. So a session is opened before each use of it,
 * with "already" for an answer, before it is ended, too; has_session spares that where none was
 * wanted. A library that does not run has no session either.
 *
 * The bootloader. nrf_modem_bootloader_init() is NRF_EPERM both where the bootloader runs already
 * and where the modem runs as usual. It is a success only where this port has started the
 * bootloader and not ended its work; otherwise an update would be recorded as begun by a modem that
 * then refuses its first write.
 *
 * A refused signature has to be told from faults, since it ends the update, and the modem goes back
 * to its old firmware, while a fault is to be tried again. nrf_modem_bootloader_update() hands the
 * modem its bootloader program, which is signed by the maker: NRF_EACCES is a refusal of that
 * signature. nrf_modem_bootloader_verify() refuses a manifest with NRF_EACCES, and with NRF_EPERM
 * where it may not be installed over what is there (a firmware too old): that the library does not
 * run, the other meaning of NRF_EPERM, was ruled out by the calls before. All else (time-outs,
 * NRF_EIO, NRF_ENOEXEC, NRF_EINVAL) says nothing of the signature and is a fault. So is NRF_EACCES
 * of nrf_modem_bootloader_init(): a root key that the library does not know, thus no modem for it,
 * -ENODEV.
 *
 * Chunks are handed on in pieces of PIECE_LEN, the size that the maker's own tools use: the memory
 * shared with the bootloader takes 8 KiB, and the library refuses more.
 */
#include <modem/modem_nrf.h>

#include <errno.h>
#include <string.h>

#include <nrf_errno.h>
#include <nrf_modem.h>
#include <nrf_modem_bootloader.h>
#include <nrf_modem_delta_dfu.h>

#define PIECE_LEN 4096

_Static_assert(NRF_MODEM_DELTA_DFU_UUID_LEN == DFU_MODEM_UUID_LEN, "DFU_MODEM_UUID_LEN");
_Static_assert(NRF_MODEM_DELTA_DFU_OFFSET_DIRTY == DFU_MODEM_OFFSET_DIRTY,
	       "DFU_MODEM_OFFSET_DIRTY");
_Static_assert(NRF_MODEM_BOOTLOADER_DIGEST_LEN * sizeof(uint32_t) == DFU_MODEM_DIGEST_LEN,
	       "DFU_MODEM_DIGEST_LEN");

static const struct {
	int nrf;
	int c;
} errors[] = {
	{NRF_EPERM, EPERM},           {NRF_ENOENT, ENOENT},       {NRF_EIO, EIO},
	{NRF_ENOEXEC, ENOEXEC},       {NRF_EBADF, EBADF},         {NRF_ENOMEM, ENOMEM},
	{NRF_EACCES, EACCES},         {NRF_EFAULT, EFAULT},       {NRF_EINVAL, EINVAL},
	{NRF_EAGAIN, EAGAIN},         {NRF_ENOLCK, ENOLCK},       {NRF_ENOSYS, ENOSYS},
	{NRF_EOPNOTSUPP, EOPNOTSUPP}, {NRF_ETIMEDOUT, ETIMEDOUT}, {NRF_EALREADY, EALREADY},
	{NRF_ESHUTDOWN, EPERM}, /* C libraries of microcontrollers have no ESHUTDOWN */
};

static int error_of(int nrf)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (nrf == -errors[i].nrf) {
			return -errors[i].c;
		}
	}
	return -EIO;
}

/* Positive ones are the modem's codes. */
static int delta_result(int nrf)
{
	return nrf >= 0 ? nrf : error_of(nrf);
}

static int full_result(int nrf)
{
	return nrf == 0 ? 0 : error_of(nrf);
}

static struct dfu_modem_nrf *instance(const struct dfu_modem *modem)
{
	return modem->data;
}

static int delta_uuid(const struct dfu_modem *modem, uint8_t uuid[DFU_MODEM_UUID_LEN])
{
	struct nrf_modem_delta_dfu_uuid got;
	int rc = nrf_modem_delta_dfu_uuid(&got);

	(void)modem;
	if (rc != 0) {
		return delta_result(rc);
	}
	memcpy(uuid, got.data, DFU_MODEM_UUID_LEN);
	return 0;
}

static int delta_area(const struct dfu_modem *modem, size_t *size)
{
	size_t got = 0;
	int rc = nrf_modem_delta_dfu_area(&got);

	(void)modem;
	if (rc != 0) {
		return delta_result(rc);
	}
	*size = got;
	return 0;
}

static int delta_offset(const struct dfu_modem *modem, size_t *offset)
{
	size_t got = 0;
	int rc = nrf_modem_delta_dfu_offset(&got);

	(void)modem;
	if (rc != 0) {
		return delta_result(rc);
	}
	*offset = got;
	return 0;
}

static int delta_erase(const struct dfu_modem *modem)
{
	(void)modem;
	return delta_result(nrf_modem_delta_dfu_erase());
}

static int open_session(void)
{
	int rc = nrf_modem_delta_dfu_write_init();

	return rc == -NRF_EALREADY ? 0 : rc;
}

static int delta_write(const struct dfu_modem *modem, const void *src, size_t len)
{
	int rc = open_session();

	if (rc != 0) {
		return delta_result(rc);
	}
	instance(modem)->has_session = true;
	return delta_result(nrf_modem_delta_dfu_write(src, len));
}

static int delta_finish(const struct dfu_modem *modem)
{
	struct dfu_modem_nrf *nrf = instance(modem);
	int rc = 0;

	if (nrf->has_session) {
		rc = open_session();
		rc = rc == 0 ? nrf_modem_delta_dfu_write_done() : rc;
	}
	if (rc == -NRF_EPERM || rc == -NRF_ESHUTDOWN) {
		rc = 0; /* the session went with the library */
	}
	if (rc == 0) {
		nrf->has_session = false;
	}
	return delta_result(rc);
}

static int delta_apply(const struct dfu_modem *modem)
{
	(void)modem;
	return delta_result(nrf_modem_delta_dfu_update());
}

static int delta_rollback(const struct dfu_modem *modem)
{
	(void)modem;
	return delta_result(nrf_modem_delta_dfu_rollback());
}

static void delta_sleep_ms(const struct dfu_modem *modem, uint32_t ms)
{
	instance(modem)->config->sleep_ms(ms);
}

static uint32_t delta_uptime_ms(const struct dfu_modem *modem)
{
	return instance(modem)->config->uptime_ms();
}

static int full_begin(const struct dfu_modem *modem)
{
	struct dfu_modem_nrf *nrf = instance(modem);
	int rc;

	if (nrf->config->bootloader == NULL) {
		return 0;
	}
	rc = nrf_modem_bootloader_init(nrf->config->bootloader);
	if (rc == -NRF_EACCES) {
		return -ENODEV;
	}
	if (rc == -NRF_EPERM && nrf->is_begun) {
		rc = 0;
	}
	nrf->is_begun = rc == 0;
	return full_result(rc);
}

static int bootloader_piece(uint32_t addr, void *src, uint32_t len)
{
	(void)addr;
	return nrf_modem_bootloader_bl_write(src, len);
}

/* The library takes pointers to what it does not change as non-const. */
static int write_pieces(int (*write)(uint32_t addr, void *src, uint32_t len), uint32_t addr,
			const void *src, size_t len)
{
	uint8_t *at = (uint8_t *)src;

	while (len > 0) {
		uint32_t piece = len < PIECE_LEN ? (uint32_t)len : PIECE_LEN;
		int rc = write(addr, at, piece);

		if (rc != 0) {
			return full_result(rc);
		}
		addr += piece;
		at += piece;
		len -= piece;
	}
	return 0;
}

static int full_bootloader_write(const struct dfu_modem *modem, const void *src, size_t len)
{
	(void)modem;
	return write_pieces(bootloader_piece, 0, src, len);
}

static int full_verify(const struct dfu_modem *modem, const void *wrapper, size_t len)
{
	int rc = nrf_modem_bootloader_update();

	if (rc == 0) {
		rc = nrf_modem_bootloader_verify(wrapper, (uint32_t)len);
		rc = rc == -NRF_EPERM ? -NRF_EACCES : rc;
	}
	if (rc == -NRF_EACCES) {
		instance(modem)->is_begun = false;
	}
	return full_result(rc);
}

static int full_firmware_write(const struct dfu_modem *modem, uint32_t addr, const void *src,
			       size_t len)
{
	(void)modem;
	return write_pieces(nrf_modem_bootloader_fw_write, addr, src, len);
}

/*
 * The library says neither in which order the bytes of its words are nor whether the end of a range
 * is in it. The words are taken for those that SHA-256 computes with, most significant byte first,
 * and the end for the last byte, as here.
 */
static int full_digest(const struct dfu_modem *modem, const struct dfu_modem_range *ranges,
		       size_t count, uint8_t digest[DFU_MODEM_DIGEST_LEN])
{
	struct nrf_modem_bootloader_fw_segment segments[DFU_MODEM_NRF_RANGES_MAX];
	struct nrf_modem_bootloader_digest got;
	int rc;

	(void)modem;
	if (count > DFU_MODEM_NRF_RANGES_MAX) {
		return -E2BIG;
	}
	for (size_t i = 0; i < count; i++) {
		segments[i] = (struct nrf_modem_bootloader_fw_segment){
			.start_addr = ranges[i].start,
			.end_addr = ranges[i].end,
		};
	}
	rc = nrf_modem_bootloader_digest(segments, count, &got);
	if (rc != 0) {
		return full_result(rc);
	}
	for (size_t i = 0; i < DFU_MODEM_DIGEST_LEN; i++) {
		digest[i] = (uint8_t)(got.data[i / 4] >> (24 - 8 * (i % 4)));
	}
	return 0;
}

static int full_finish(const struct dfu_modem *modem)
{
	int rc = nrf_modem_bootloader_update();

	if (rc == 0) {
		instance(modem)->is_begun = false;
	}
	return full_result(rc);
}

int dfu_modem_nrf_init(struct dfu_modem_nrf *nrf, const struct dfu_modem_nrf_config *config)
{
	static const struct dfu_modem_delta_api delta = {
		.uuid = delta_uuid,
		.area = delta_area,
		.offset = delta_offset,
		.erase = delta_erase,
		.write = delta_write,
		.finish = delta_finish,
		.apply = delta_apply,
		.rollback = delta_rollback,
		.sleep_ms = delta_sleep_ms,
		.uptime_ms = delta_uptime_ms,
	};
	static const struct dfu_modem_full_api full = {
		.begin = full_begin,
		.bootloader_write = full_bootloader_write,
		.verify = full_verify,
		.firmware_write = full_firmware_write,
		.digest = full_digest,
		.finish = full_finish,
	};

	if (nrf == NULL || config == NULL || config->sleep_ms == NULL ||
	    config->uptime_ms == NULL) {
		return -EINVAL;
	}
	*nrf = (struct dfu_modem_nrf){
		.port = {.delta = &delta, .full = &full, .data = nrf},
		.config = config,
	};
	return 0;
}
