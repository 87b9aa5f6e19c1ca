/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patches. Answers of the modem to these calls are positive, the same on both sides, and pass
 * through.
 *
 * A session. The library lends memory to a patch with write_init() and takes it back with
 * write_done(). Whoever restarts the modem ends the session behind this port's back, and what
 * write_done() says without one is not documented. So a session is opened before each use of it,
 * with "already" for an answer, before it is ended, too; has_session spares that where none was
 * wanted. A library that does not run has no session either.
 */
#include <modem/modem_nrf_parts.h>

#include <string.h>

#include <nrf_errno.h>
#include <nrf_modem_delta_dfu.h>

_Static_assert(NRF_MODEM_DELTA_DFU_UUID_LEN == DFU_MODEM_UUID_LEN, "DFU_MODEM_UUID_LEN");
_Static_assert(NRF_MODEM_DELTA_DFU_OFFSET_DIRTY == DFU_MODEM_OFFSET_DIRTY,
	       "DFU_MODEM_OFFSET_DIRTY");

static int result(int nrf)
{
	return nrf > 0 ? nrf : dfu_modem_nrf_error(nrf);
}

static int delta_uuid(const struct dfu_modem *modem, uint8_t uuid[DFU_MODEM_UUID_LEN])
{
	struct nrf_modem_delta_dfu_uuid got;
	int rc = nrf_modem_delta_dfu_uuid(&got);

	(void)modem;
	if (rc != 0) {
		return result(rc);
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
		return result(rc);
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
		return result(rc);
	}
	*offset = got;
	return 0;
}

static int delta_erase(const struct dfu_modem *modem)
{
	(void)modem;
	return result(nrf_modem_delta_dfu_erase());
}

static int open_session(void)
{
	int rc = nrf_modem_delta_dfu_write_init();

	return rc == -NRF_EALREADY ? 0 : rc;
}

static int delta_write(const struct dfu_modem *modem, const void *src, size_t len)
{
	struct dfu_modem_nrf *nrf = modem->data;
	int rc = open_session();

	if (rc != 0) {
		return result(rc);
	}
	nrf->has_session = true;
	return result(nrf_modem_delta_dfu_write(src, len));
}

static int delta_finish(const struct dfu_modem *modem)
{
	struct dfu_modem_nrf *nrf = modem->data;
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
	return result(rc);
}

static int delta_apply(const struct dfu_modem *modem)
{
	(void)modem;
	return result(nrf_modem_delta_dfu_update());
}

static int delta_rollback(const struct dfu_modem *modem)
{
	(void)modem;
	return result(nrf_modem_delta_dfu_rollback());
}

static void delta_sleep_ms(const struct dfu_modem *modem, uint32_t ms)
{
	const struct dfu_modem_nrf *nrf = modem->data;

	nrf->config->sleep_ms(ms);
}

static uint32_t delta_uptime_ms(const struct dfu_modem *modem)
{
	const struct dfu_modem_nrf *nrf = modem->data;

	return nrf->config->uptime_ms();
}

const struct dfu_modem_delta_api dfu_modem_nrf_delta = {
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
