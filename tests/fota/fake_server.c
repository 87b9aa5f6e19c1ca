/* SPDX-License-Identifier: Apache-2.0 */
#include "fota/fake_server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define STEPS_MAX 1000000

struct server server;
struct server_listener listener;

static struct {
	struct server_connection plan;
	size_t next; /* byte of the file */
	size_t given;
	bool is_open;
} line;

static void __attribute__((format(printf, 2, 3))) tell(char *story, const char *format, ...)
{
	const size_t len = strlen(story);
	va_list args;

	va_start(args, format);
	const int n = vsnprintf(&story[len], SERVER_TEXT_MAX - len, format, args);
	va_end(args);
	assert_true(n >= 0);
	if ((size_t)n >= SERVER_TEXT_MAX - len) {
		story[len] = '\0'; /* long ones are not compared */
	}
}

static void plan_line(void)
{
	unsigned int k = server.opened++;

	memset(&line, 0, sizeof(line));
	if (k >= server.planned && server.repeats_last) {
		k = server.planned - 1;
	}
	if (k < server.planned) {
		line.plan = server.connections[k];
	}
	if (line.plan.file != NULL) {
		server.file = *line.plan.file;
	}
}

static void validator_of(const struct server_file *file, struct fota_validator *validator)
{
	memset(validator, 0, sizeof(*validator));
	if (file->validator != NULL) {
		validator->len = (uint8_t)strlen(file->validator);
		memcpy(validator->bytes, file->validator, validator->len);
	}
}

static bool is_same(const struct fota_validator *a, const struct fota_validator *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static void remember(const struct fota_request *request)
{
	assert_true(strlen(request->host) < sizeof(server.host) &&
		    strlen(request->file) < sizeof(server.path));
	memcpy(server.host, request->host, strlen(request->host) + 1);
	memcpy(server.path, request->file, strlen(request->file) + 1);
	server.tag_count = request->sec_tag_count;
	memcpy(server.tags, request->sec_tag_list, server.tag_count * sizeof(int));
	server.pdn_id = request->pdn_id;
	server.fragment = request->fragment_size;
	tell(server.story, "o%zu%s ", request->offset, request->same_as != NULL ? "=" : "");
}

static int open_line(const struct fota_transport *transport, const struct fota_request *request,
		     struct fota_content *content)
{
	assert_ptr_equal(transport, &server_port);
	assert_false(line.is_open);
	assert_true(request->offset > 0 || request->same_as == NULL);
	plan_line();
	remember(request);
	if (line.plan.open_rc != 0) {
		return line.plan.open_rc;
	}
	validator_of(&server.file, &content->validator);
	content->size =
		line.plan.hides_size ? 0 : (size_t)((long)server.file.size + line.plan.size_lie);
	const bool is_other = request->same_as != NULL && !line.plan.ignores_same_as &&
			      !is_same(request->same_as, &content->validator);
	content->offset = line.plan.ignores_offset || is_other ? 0 : request->offset;
	if (content->offset > server.file.size) {
		return -ERANGE;
	}
	if (content->offset > 0) {
		content->offset = (size_t)((long)content->offset + line.plan.told_shift);
	}
	line.next =
		(size_t)((long)content->offset + (content->offset > 0 ? line.plan.lying_shift : 0));
	line.is_open = true;
	return 0;
}

/* Bytes of the file, and what an unwilling server sends behind it. */
static uint8_t byte_at(size_t at)
{
	return at < server.file.size ? server.file.bytes[at] : 0xee;
}

static ssize_t read_line(const struct fota_transport *transport, void *buf, size_t len)
{
	const size_t end = server.file.size + line.plan.extra;
	uint8_t *bytes = buf;
	size_t n = end > line.next ? end - line.next : 0;

	assert_ptr_equal(transport, &server_port);
	assert_true(line.is_open && len > 0);
	server.reads++;
	if (line.plan.breaks_at_once || (line.plan.gives > 0 && line.given == line.plan.gives)) {
		return line.plan.break_rc;
	}
	n = n < len ? n : len;
	if (server.most_at_once > 0 && n > server.most_at_once) {
		n = server.most_at_once;
	}
	if (line.plan.gives > 0 && n > line.plan.gives - line.given) {
		n = line.plan.gives - line.given;
	}
	for (size_t i = 0; i < n; i++) {
		bytes[i] = byte_at(line.next + i);
	}
	line.next += n;
	line.given += n;
	server.served += n;
	return (ssize_t)n;
}

static void close_line(const struct fota_transport *transport)
{
	assert_ptr_equal(transport, &server_port);
	assert_true(line.is_open);
	line.is_open = false;
	tell(server.story, "c ");
}

static void wait_for_line(const struct fota_transport *transport, unsigned int attempt)
{
	assert_ptr_equal(transport, &server_port);
	assert_false(line.is_open);
	tell(server.story, "w%u ", attempt);
}

static const struct fota_transport_ops ops = {
	.open = open_line,
	.read = read_line,
	.close = close_line,
	.wait = wait_for_line,
};
const struct fota_transport server_port = {.ops = &ops};

static bool is_last(enum fota_download_evt_id id)
{
	return id == FOTA_DOWNLOAD_EVT_FINISHED || id == FOTA_DOWNLOAD_EVT_ERROR ||
	       id == FOTA_DOWNLOAD_EVT_CANCELLED;
}

static void on_event(const struct fota_download_evt *event)
{
	if (is_last(event->id)) {
		assert_false(line.is_open);
	}
	switch (event->id) {
	case FOTA_DOWNLOAD_EVT_PROGRESS:
		assert_true(event->progress >= 0 && event->progress <= 100);
		assert_int_not_equal(event->progress, listener.percent);
		listener.percent = event->progress;
		listener.told++;
		break;
	case FOTA_DOWNLOAD_EVT_ERROR:
		tell(listener.story, "E%d", (int)event->cause);
		break;
	default:
		tell(listener.story, "%c", " Fptd C"[event->id]);
		break;
	}
	if (listener.on_event != NULL) {
		listener.on_event(event);
	}
}

void server_begin(const uint8_t *bytes, size_t size, const char *validator)
{
	memset(&server, 0, sizeof(server));
	memset(&listener, 0, sizeof(listener));
	memset(&line, 0, sizeof(line));
	listener.percent = -1;
	server.file = (struct server_file){bytes, size, validator};
	assert_int_equal(fota_download_transport_set(&server_port), 0);
	assert_int_equal(fota_download_init(on_event), 0);
}

void server_plan(const struct server_connection *connection)
{
	assert_true(server.planned < SERVER_CONNECTIONS_MAX);
	server.connections[server.planned++] = *connection;
}

void server_run(void)
{
	long steps = 0;

	while (fota_download_process() != 0) {
		assert_true(++steps < STEPS_MAX);
	}
	assert_false(line.is_open);
}

void server_download(size_t fragment_size)
{
	assert_int_equal(fota_download_start("host", "file", -1, 0, fragment_size), 0);
	server_run();
}
