/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole firmwares, through the bootloader of the modem. nrf_modem_bootloader_init() is NRF_EPERM
 * both where the bootloader runs already and where the modem runs as usual. It is a success only
 * where this port has started the bootloader and not ended its work; otherwise an update would be
 * recorded as begun by a modem that then refuses its first write.
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
#include <modem/modem_nrf_parts.h>

#include <errno.h>

#include <nrf_errno.h>
#include <nrf_modem.h>
#include <nrf_modem_bootloader.h>

#define PIECE_LEN 4096

_Static_assert(NRF_MODEM_BOOTLOADER_DIGEST_LEN * sizeof(uint32_t) == DFU_MODEM_DIGEST_LEN,
	       "DFU_MODEM_DIGEST_LEN");

static int full_begin(const struct dfu_modem *modem)
{
	struct dfu_modem_nrf *nrf = modem->data;
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
	return dfu_modem_nrf_error(rc);
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
			return dfu_modem_nrf_error(rc);
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
	struct dfu_modem_nrf *nrf = modem->data;
	int rc = nrf_modem_bootloader_update();

	if (rc == 0) {
		rc = nrf_modem_bootloader_verify(wrapper, (uint32_t)len);
		rc = rc == -NRF_EPERM ? -NRF_EACCES : rc;
	}
	if (rc == -NRF_EACCES) {
		nrf->is_begun = false;
	}
	return dfu_modem_nrf_error(rc);
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
		return dfu_modem_nrf_error(rc);
	}
	for (size_t i = 0; i < DFU_MODEM_DIGEST_LEN; i++) {
		digest[i] = (uint8_t)(got.data[i / 4] >> (24 - 8 * (i % 4)));
	}
	return 0;
}

static int full_finish(const struct dfu_modem *modem)
{
	struct dfu_modem_nrf *nrf = modem->data;
	int rc = nrf_modem_bootloader_update();

	if (rc == 0) {
		nrf->is_begun = false;
	}
	return dfu_modem_nrf_error(rc);
}

const struct dfu_modem_full_api dfu_modem_nrf_full = {
	.begin = full_begin,
	.bootloader_write = full_bootloader_write,
	.verify = full_verify,
	.firmware_write = full_firmware_write,
	.digest = full_digest,
	.finish = full_finish,
};
