/* SPDX-License-Identifier: Apache-2.0 */
#include "op_log.h"

#include <assert.h>
#include <string.h>

static struct op_log *log_of(const struct device *dev)
{
	return dev->data;
}

static void note(struct op_log *log, char what, off_t off, size_t len)
{
	assert(log->count < OP_LOG_MAX);
	log->ops[log->count++] = (struct op){what, (size_t)off, len};
}

static int log_read(const struct device *dev, off_t off, void *data, size_t len)
{
	return flash_read(log_of(dev)->inner, off, data, len);
}

static int log_write(const struct device *dev, off_t off, const void *data, size_t len)
{
	const int rc = flash_write(log_of(dev)->inner, off, data, len);

	if (rc == 0) {
		note(log_of(dev), 'p', off, len);
	}
	return rc;
}

static int log_erase(const struct device *dev, off_t off, size_t len)
{
	const int rc = flash_erase(log_of(dev)->inner, off, len);

	if (rc == 0) {
		note(log_of(dev), 'e', off, len);
	}
	return rc;
}

static const struct flash_parameters *log_parameters(const struct device *dev)
{
	return flash_get_parameters(log_of(dev)->inner);
}

static void log_layout(const struct device *dev, const struct flash_pages_layout **layout,
		       size_t *size)
{
	const struct device *inner = log_of(dev)->inner;
	const struct flash_driver_api *api = inner->api;

	api->page_layout(inner, layout, size);
}

void op_log_init(struct op_log *log, const struct device *inner)
{
	memset(log, 0, sizeof(*log));
	log->inner = inner;
	log->api = (struct flash_driver_api){
		.read = log_read,
		.write = log_write,
		.erase = log_erase,
		.get_parameters = log_parameters,
		.page_layout = log_layout,
	};
	log->device = (struct device){.name = "log", .api = &log->api, .data = log};
}

static bool covers(const struct op *op, size_t off)
{
	return off >= op->off && off - op->off < op->len;
}

unsigned int op_log_erases_at(const struct op_log *log, size_t off)
{
	unsigned int n = 0;

	for (size_t i = 0; i < log->count; i++) {
		n += log->ops[i].what == 'e' && covers(&log->ops[i], off);
	}
	return n;
}

size_t op_log_find(const struct op_log *log, char what, size_t off)
{
	size_t i = 0;

	while (i < log->count && !(log->ops[i].what == what && covers(&log->ops[i], off))) {
		i++;
	}
	return i;
}
