/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_modem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int call(const struct dfu_modem *port, enum fake_modem_name name, uint32_t addr,
		const void *src, size_t len)
{
	struct fake_modem *modem = port->data;

	assert(modem->count < FAKE_MODEM_CALLS_MAX);
	if (modem->on_call != NULL) {
		modem->on_call(modem->arg, name);
	}
	modem->calls[modem->count++] = (struct fake_modem_call){name, addr, len, modem->len};
	if (modem->count == modem->fails) {
		return modem->rc;
	}
	if (len > 0) {
		modem->bytes = realloc(modem->bytes, modem->len + len);
		assert(modem->bytes != NULL);
		memcpy(&modem->bytes[modem->len], src, len);
		modem->len += len;
	}
	return 0;
}

static int begin(const struct dfu_modem *port)
{
	return call(port, FAKE_BEGIN, 0, NULL, 0);
}

static int bootloader_write(const struct dfu_modem *port, const void *src, size_t len)
{
	return call(port, FAKE_BOOTLOADER_WRITE, 0, src, len);
}

static int verify(const struct dfu_modem *port, const void *wrapper, size_t len)
{
	return call(port, FAKE_VERIFY, 0, wrapper, len);
}

static int firmware_write(const struct dfu_modem *port, uint32_t addr, const void *src, size_t len)
{
	return call(port, FAKE_FIRMWARE_WRITE, addr, src, len);
}

static int digest(const struct dfu_modem *port, const struct dfu_modem_range *ranges, size_t count,
		  uint8_t to[DFU_MODEM_DIGEST_LEN])
{
	(void)ranges;
	(void)count;
	memset(to, 0, DFU_MODEM_DIGEST_LEN);
	return call(port, FAKE_DIGEST, 0, NULL, 0);
}

static int finish(const struct dfu_modem *port)
{
	return call(port, FAKE_FINISH, 0, NULL, 0);
}

static const struct dfu_modem_full_api api = {
	.begin = begin,
	.bootloader_write = bootloader_write,
	.verify = verify,
	.firmware_write = firmware_write,
	.digest = digest,
	.finish = finish,
};

const struct dfu_modem_full_api fake_modem_begun_api = {
	.bootloader_write = bootloader_write,
	.verify = verify,
	.firmware_write = firmware_write,
	.digest = digest,
	.finish = finish,
};

void fake_modem_open(struct fake_modem *modem)
{
	memset(modem, 0, sizeof(*modem));
	modem->port = (struct dfu_modem){.full = &api, .data = modem};
}

void fake_modem_close(struct fake_modem *modem)
{
	free(modem->bytes);
}
