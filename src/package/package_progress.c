/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three settings (FORMATS.md, "Package under way"):
 *
 *   dfumi/h  the header, without its length and padding
 *   dfumi/f  which images were begun, what they begin with, and the name; with a checksum of the
 *            header, so that it is never taken for another one's
 *   dfumi/i  how many images are finished
 *
 * Nothing is gone on with but by dfumi/f: it is deleted first and saved last. dfumi/i is told to
 * those who look; how far an image is, its writer is asked, whether it is counted or not. So
 * begins a package: f and i deleted, h saved, and f when the first bytes of an image are there,
 * before the writer gets them. No cut and no failure leaves f or i beside a header that is not
 * theirs.
 */
#include "package/package_progress.h"

#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <dfu/log.h>
#include <settings/settings.h>

#include "common/bytes.h"
#include "target/identity.h"
#include "target/target_stats.h"

#define HEADER "dfumi/h"
#define FIRST "dfumi/f"
#define FINISHED "dfumi/i"

/* Of dfumi/f. */
#define VERSION 1
#define OFF_COUNT 1
#define OFF_BEGUN 2
#define OFF_HEADER_LEN 4
#define OFF_HEADER_CRC 8
#define OFF_NAME 12
#define OFF_LEADS 16
#define LEAD_LEN 4
#define CRC_LEN 4
#define FIRST_LEN(images) (OFF_LEADS + LEAD_LEN * (images) + CRC_LEN)

static int save(const char *name, const void *value, size_t len)
{
	int rc = settings_subsys_init();

	if (rc == 0) {
		rc = settings_save_one(name, value, len);
	}
	if (rc == -ENOENT) {
		return 0; /* there are no settings */
	}
	if (IS_ENABLED(CONFIG_DFU_TARGET_STATS) && rc == 0 && len > 0) {
		target_stats_saved();
	}
	if (rc != 0) {
		DFU_WRN("%s not %s: %d", name, len == 0 ? "deleted" : "saved", rc);
	}
	return rc;
}

static ssize_t load(const char *name, void *buf, size_t len)
{
	ssize_t rc = settings_subsys_init();

	if (rc == 0) {
		rc = settings_load_one(name, buf, len);
	}
	if (rc < 0 && rc != -ENOENT) {
		DFU_WRN("%s not loaded: %ld", name, (long)rc);
	}
	return rc;
}

/* The header of before into the buffer; false if there is none that this build can go on with. */
static bool load_header(struct package *package)
{
	struct package_header header;
	const ssize_t len = load(HEADER, package->buffer, package->room);

	if (len < 0 ||
	    package_header_read(package->buffer, (size_t)len, &header, package->items,
				PACKAGE_IMAGES) != 0 ||
	    header.count > PACKAGE_IMAGES) {
		return false;
	}
	package->cbor_len = header.cbor_len;
	package->count = (uint8_t)header.count;
	return true;
}

/* Bring the padding back, behind which the images begin. */
static bool pad_header(struct package *package, size_t len)
{
	if (len < package->cbor_len || len > package->room) {
		return false;
	}
	struct dfu_multi_image_item *items = package->items;
	const uint32_t padding = (uint32_t)(len - package->cbor_len);
	memset(package->buffer + package->cbor_len, 0xff, padding);
	for (size_t i = 0; i < package->count; i++) {
		/* The header's own check: offset + size is within 32 bits. */
		if (padding > UINT32_MAX - items[i].size - items[i].offset) {
			return false;
		}
		items[i].offset += padding;
	}
	put_le16(package->length, (uint16_t)len);
	package->header_len = PACKAGE_LENGTH_LEN + len;
	return true;
}

/* Whether the value is a record of this header. */
static bool is_record(const struct package *package, const uint8_t *raw, size_t len)
{
	return len >= FIRST_LEN(0) && raw[0] == VERSION && raw[OFF_COUNT] == package->count &&
	       get_le32(&raw[len - CRC_LEN]) == crc32_ieee(0, raw, len - CRC_LEN) &&
	       get_le32(&raw[OFF_HEADER_CRC]) == crc32_ieee(0, package->buffer, package->cbor_len);
}

static bool take_leads(struct package *package, const uint8_t *raw, size_t len)
{
	const unsigned int begun = get_le16(&raw[OFF_BEGUN]);
	size_t at = OFF_LEADS;

	for (size_t i = 0; i < package->count; i++) {
		if ((begun & 1u << i) == 0) {
			continue;
		}
		if (at + LEAD_LEN + CRC_LEN > len) {
			return false;
		}
		package->leads[i] = (struct package_lead){
			.crc = get_le32(&raw[at]),
			.len = (uint8_t)min_size(package->items[i].size, PACKAGE_LEAD_LEN),
			.is_resumed = true,
		};
		at += LEAD_LEN;
	}
	return at + CRC_LEN == len && begun >> package->count == 0;
}

/* All images may have been begun, and nothing else is known of them. */
static enum package_progress take_all(struct package *package)
{
	for (size_t i = 0; i < package->count; i++) {
		package->leads[i] = (struct package_lead){.len = 1, .is_resumed = true};
	}
	return PACKAGE_OTHER;
}

enum package_progress package_progress_load(struct package *package)
{
	uint8_t raw[FIRST_LEN(PACKAGE_IMAGES)];

	package->name = target_identity();
	if (!load_header(package)) {
		package->count = 0;
		return PACKAGE_NEW;
	}
	const ssize_t len = load(FIRST, raw, sizeof(raw));
	if (len == -ENOENT) {
		package->count = 0;
		return PACKAGE_NEW;
	}
	if (len < 0 || !is_record(package, raw, (size_t)len) ||
	    !pad_header(package, get_le16(&raw[OFF_HEADER_LEN])) ||
	    !take_leads(package, raw, (size_t)len)) {
		return take_all(package);
	}
	package->is_kept = true;
	return get_le32(&raw[OFF_NAME]) == package->name ? PACKAGE_SAME : PACKAGE_OTHER;
}

int package_progress_delete(struct package *package)
{
	static const char *const names[] = {FIRST, FINISHED, HEADER};
	int first = 0;

	package->is_kept = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const int rc = save(names[i], NULL, 0);

		if (first == 0) {
			first = rc;
		}
	}
	return first;
}

void package_progress_begin(struct package *package)
{
	/* Each is tried: a header that is saved tells that an old record is not its own. */
	const int first = save(FIRST, NULL, 0);
	const int finished = save(FINISHED, NULL, 0);
	const int header = save(HEADER, package->buffer, package->cbor_len);

	package->is_kept = first == 0 && finished == 0 && header == 0;
}

void package_progress_leads(const struct package *package)
{
	uint8_t raw[FIRST_LEN(PACKAGE_IMAGES)] = {VERSION, package->count};
	unsigned int begun = 0;
	size_t len = OFF_LEADS;

	if (!package->is_kept) {
		return;
	}
	for (size_t i = 0; i < package->count; i++) {
		if (package->leads[i].len == min_size(package->items[i].size, PACKAGE_LEAD_LEN)) {
			begun |= 1u << i;
			put_le32(&raw[len], package->leads[i].crc);
			len += LEAD_LEN;
		}
	}
	put_le16(&raw[OFF_BEGUN], (uint16_t)begun);
	put_le16(&raw[OFF_HEADER_LEN], (uint16_t)(package->header_len - PACKAGE_LENGTH_LEN));
	put_le32(&raw[OFF_HEADER_CRC], crc32_ieee(0, package->buffer, package->cbor_len));
	put_le32(&raw[OFF_NAME], package->name);
	put_le32(&raw[len], crc32_ieee(0, raw, len));
	if (save(FIRST, raw, len + CRC_LEN) != 0) {
		/* Logged. The one before would say that what a writer now gets is of another
		 * package. */
		(void)save(FIRST, NULL, 0);
	}
}

void package_progress_finished(const struct package *package)
{
	if (package->is_kept) {
		const int rc = save(FINISHED, &package->current, sizeof(package->current));

		(void)rc; /* logged: the writer knows, too */
	}
}
