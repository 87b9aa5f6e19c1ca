/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A patch of the modem's firmware, which the modem collects in an area of its own. How far it is,
 * the modem knows and keeps; settings know of which file it is (modem_patch_record.h). The area
 * cannot be read, so what is in it is believed only as long as both agree.
 *
 * Order of what is written, and what a cut behind each step leaves:
 *   1. the record of the patch before is deleted   an area that is not empty, of no known file
 *   2. the area is erased                          a dirty area, or an empty one
 *   3. the record of the new patch is saved        an empty area
 *   4. its first bytes, then all others            a patch and its record
 *
 * A patch goes on only from step 4. An area that is not empty without a record, as step 1 leaves
 * it, is erased again, and an empty one makes any record meaningless: so no record is ever beside
 * bytes of another file. Step 3 replaces the record once more while the first bytes arrive, each
 * time before those that are new reach the modem, however few a call brings.
 *
 * A record that settings neither delete nor replace is the one danger: the next run would take it
 * for the new file's. As long as it may be there each write tries again. The patch itself does not
 * wait for settings that are broken for good; if the old file then comes once more after a reset,
 * it is the modem that refuses the whole.
 *
 *   NONE --init--> READY <--area empty-- ERASING <--init-- NONE      ERASING: only ERASE_ASYNC
 *                  |   \--modem refused bytes--> REFUSED --init--> the area is erased
 *                  \--done--> OVER --init--> ...
 */
#include <dfu/dfu_target_modem_delta.h>

#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <dfu/log.h>
#include <dfu/modem.h>

#include "common/bytes.h"
#include "target/identity.h"
#include "target/modem_answer.h"
#include "target/modem_erase.h"
#include "target/modem_patch_record.h"

#define MAGIC_OFFSET 4
#define MAGIC 0x7544656d /* "meDu" */

enum session_state { NONE, ERASING, READY, REFUSED, OVER };

/* What RAM knows of a modem, erase.modem; NULL: nothing yet. */
static struct {
	struct modem_erase erase;
	struct modem_patch patch; /* that the area has, or will have */
	size_t offset;            /* where the caller goes on */
	uint8_t state;
	bool is_unsure;  /* the modem may be elsewhere */
	bool is_open;    /* the modem has a session */
	bool is_junk;    /* what the area has, if anything, is nothing to go on with */
	bool must_erase; /* even if it seems to be empty */
	bool must_save;  /* the record, even if nothing of it is new */
} session;

static uint8_t seen[DOWNLOAD_FIRST_LEN]; /* by identify: the first bytes of the file to come */
static bool has_seen;                    /* since the last init */

/* The device's modem, if it takes patches, else NULL. What was known of another is forgotten. */
static const struct dfu_modem *find_modem(void)
{
	const struct dfu_modem *modem = dfu_modem_get();

	if (modem != session.erase.modem) {
		memset(&session, 0, sizeof(session));
		session.erase.modem = modem;
	}
	return modem != NULL && modem->delta != NULL ? modem : NULL;
}

static void forget_patch(void)
{
	session.patch.known = 0;
	session.is_junk = true;
	(void)modem_patch_record_delete();
}

/* The modem does not want what the area has. */
static void refuse(void)
{
	session.must_erase = true;
	forget_patch();
}

/* Give back what a write made the modem lend. One that erases has nothing lent. */
static int close_session(const struct dfu_modem *modem)
{
	const int rc = modem->delta->finish(modem);

	if (rc == 0 || (rc == DFU_MODEM_ERASE_PENDING && !session.is_open)) {
		session.is_open = false;
		return 0;
	}
	return modem_answer(rc);
}

static int log_uuid(const struct dfu_modem *modem)
{
	uint8_t uuid[DFU_MODEM_UUID_LEN];
	const int rc = modem->delta->uuid(modem, uuid);

	if (rc == 0) {
		DFU_INF("modem: firmware %.*s", DFU_MODEM_UUID_LEN, (const char *)uuid);
	}
	return rc == DFU_MODEM_ERASE_PENDING ? 0 : modem_answer(rc);
}

/* Ask for the size of the area, unless the modem has told it. */
static int learn_area(const struct dfu_modem *modem, size_t file_size, struct modem_patch *patch)
{
	size_t area;

	if (patch->area != 0) {
		return 0;
	}
	if (file_size >= DFU_MODEM_OFFSET_DIRTY) {
		return -EFBIG;
	}
	const int rc = modem->delta->area(modem, &area);
	if (rc != 0) {
		return modem_answer(rc);
	}
	if (file_size > area) {
		return -EFBIG;
	}
	patch->area = (uint32_t)area;
	return 0;
}

static bool is_same_file(const struct modem_patch *a, const struct modem_patch *b)
{
	return a->size == b->size && a->area == b->area && a->id == b->id;
}

/*
 * What the first `offset` bytes in the area are known by: of settings, which somebody may have
 * cleared since, or of this run if they could not be saved. False: not those of `patch`.
 */
static bool find_identity(size_t offset, struct modem_patch *patch)
{
	const struct modem_patch *mine = &session.patch;

	if (mine->known > 0 && !is_same_file(mine, patch)) {
		return false;
	}
	if (modem_patch_record_load(patch)) {
		return memcmp(mine->first, patch->first, min_size(mine->known, patch->known)) == 0;
	}
	if (mine->known == 0 || mine->is_saved || offset != session.offset) {
		return false;
	}
	*patch = *mine;
	return true;
}

/* Whether the area has the first `offset` bytes of the file to come. */
static bool goes_on(size_t offset, struct modem_patch *patch)
{
	if (session.is_junk || offset >= DFU_MODEM_OFFSET_DIRTY ||
	    (patch->size != 0 && offset > patch->size) || !find_identity(offset, patch)) {
		return false;
	}
	return patch->known >= min_size(offset, DOWNLOAD_FIRST_LEN) &&
	       (!has_seen || memcmp(seen, patch->first, patch->known) == 0);
}

/* From ERASING to READY, once the modem is; where a wait does not block, -EAGAIN until then. */
static int make_ready(const struct dfu_modem *modem)
{
	if (session.state == ERASING) {
		const int rc = modem_erase_await(&session.erase);

		if (rc != 0) {
			return rc;
		}
		session.state = READY;
		session.is_junk = false;
	}
	return learn_area(modem, session.patch.size, &session.patch);
}

/* The first bytes are those that identify saw, until others are written. */
static void begin_patch(const struct modem_patch *patch)
{
	session.patch = *patch;
	session.patch.known = has_seen ? DOWNLOAD_FIRST_LEN : 0;
	session.patch.is_saved = false;
	memcpy(session.patch.first, seen, sizeof(seen));
	session.offset = 0;
	session.must_save = true;
}

/* Steps 1 and 2. */
static int empty_area(const struct dfu_modem *modem, bool is_erasing,
		      const struct modem_patch *patch)
{
	int rc = modem_erase_prepare(&session.erase);

	if (rc == 0 && session.is_open) {
		rc = close_session(modem);
	}
	if (rc != 0) {
		return rc;
	}
	forget_patch();
	begin_patch(patch);
	rc = modem_erase_begin(&session.erase, is_erasing);
	if (rc != 0) {
		return rc;
	}
	session.must_erase = false;
	session.state = ERASING;
	return IS_ENABLED(CONFIG_DFU_TARGET_MODEM_ERASE_ASYNC) ? 0 : make_ready(modem);
}

/* Go on with a patch where the modem has it, or begin it in an area that is empty. */
static int take_up(const struct dfu_modem *modem, struct modem_patch *patch)
{
	size_t offset;
	int rc = modem->delta->offset(modem, &offset);

	if (rc == DFU_MODEM_ERASE_PENDING) {
		return empty_area(modem, true, patch);
	}
	rc = rc == 0 ? learn_area(modem, patch->size, patch) : modem_answer(rc);
	if (rc != 0) {
		return rc;
	}
	if (session.must_erase || (offset > 0 && !goes_on(offset, patch))) {
		return empty_area(modem, false, patch);
	}
	if (offset == 0) {
		begin_patch(patch);
	} else {
		session.patch = *patch;
		session.offset = offset;
	}
	session.is_junk = false;
	session.state = READY;
	return 0;
}

/* Step 3: save what the next bytes tell about the file, before the modem has them. */
static void bind_patch(const uint8_t *bytes, size_t len)
{
	struct modem_patch *patch = &session.patch;
	const size_t offset = min_size(session.offset, DOWNLOAD_FIRST_LEN);
	const size_t n = min_size(len, DOWNLOAD_FIRST_LEN - offset);
	const bool is_new = offset + n > patch->known ||
			    memcmp(&patch->first[offset], bytes, n) != 0;

	if (is_new) {
		memset(&patch->first[offset], 0, DOWNLOAD_FIRST_LEN - offset);
		memcpy(&patch->first[offset], bytes, n);
		patch->known = (uint8_t)(offset + n);
	}
	if (is_new || session.must_save) {
		patch->is_saved = modem_patch_record_save(patch) == 0;
		session.must_save = !patch->is_saved && modem_patch_record_delete() != 0;
	}
}

/* Whether the modem is where the caller goes on; after an error only it knows. */
static int check_offset(const struct dfu_modem *modem)
{
	size_t offset;

	if (!session.is_unsure) {
		return 0;
	}
	const int rc = modem->delta->offset(modem, &offset);
	if (rc != 0) {
		return modem_answer(rc);
	}
	session.is_unsure = offset != session.offset;
	return session.is_unsure ? -EINVAL : 0;
}

static int append(const struct dfu_modem *modem, const void *bytes, size_t len)
{
	int rc = make_ready(modem);

	if (rc == 0) {
		rc = check_offset(modem);
	}
	if (rc != 0) {
		return rc;
	}
	bind_patch(bytes, len);
	session.is_open = true;
	rc = modem_answer(modem->delta->write(modem, bytes, len));
	session.is_unsure = rc != 0;
	session.offset += rc == 0 ? len : 0;
	return rc;
}

bool dfu_target_modem_delta_identify(const void *const buf)
{
	const uint8_t *first = buf;

	if (get_le32(&first[MAGIC_OFFSET]) != MAGIC) {
		return false;
	}
	memcpy(seen, first, sizeof(seen));
	has_seen = true;
	return true;
}

int dfu_target_modem_delta_init(size_t file_size, int img_num, dfu_target_callback_t callback)
{
	const struct dfu_modem *modem = find_modem();
	struct modem_patch patch = {.size = (uint32_t)file_size, .id = target_identity()};

	(void)img_num;
	if (modem == NULL) {
		return -ENODEV;
	}
	session.erase.callback = callback;
	session.erase.is_repeated = false;
	int rc = log_uuid(modem);
	if (rc == 0) {
		rc = learn_area(modem, file_size, &patch);
	}
	if (rc == 0 || rc == -EAGAIN) { /* it may be erasing */
		rc = take_up(modem, &patch);
	}
	if (rc != 0) {
		if (session.is_open) {
			(void)close_session(modem); /* nobody else could: the facade forgets us */
		}
		session.state = NONE;
		return rc;
	}
	has_seen = false;
	return 0;
}

int dfu_target_modem_delta_offset_get(size_t *offset)
{
	const struct dfu_modem *modem = find_modem();
	size_t now = 0;

	if (offset == NULL) {
		return -EINVAL;
	}
	if (modem == NULL || session.state == NONE) {
		return -EACCES;
	}
	int rc = make_ready(modem);
	if (rc == 0) {
		rc = modem->delta->offset(modem, &now);
	} else if (rc == -EAGAIN) {
		rc = DFU_MODEM_ERASE_PENDING;
	}
	if (rc != 0 && rc != DFU_MODEM_ERASE_PENDING) {
		return modem_answer(rc);
	}
	if (now >= DFU_MODEM_OFFSET_DIRTY) {
		return -EINVAL;
	}
	session.offset = now;
	*offset = now;
	return 0;
}

int dfu_target_modem_delta_write(const void *const buf, size_t len)
{
	const struct dfu_modem *modem = find_modem();

	if (buf == NULL || len == 0) {
		return -EINVAL;
	}
	if (modem == NULL || session.state == NONE) {
		return -EACCES;
	}
	if (session.state == OVER || session.state == REFUSED) {
		return session.state == OVER ? -EPERM : -EINVAL;
	}
	const int rc = append(modem, buf, len);
	if (rc == -EINVAL) {
		session.state = REFUSED;
		refuse();
	}
	return rc;
}

int dfu_target_modem_delta_done(bool successful)
{
	const struct dfu_modem *modem = find_modem();

	(void)successful;
	const int rc = modem != NULL ? close_session(modem) : 0;
	if (rc != 0) {
		return rc;
	}
	if (session.state != NONE) {
		session.state = OVER;
	}
	return 0;
}

int dfu_target_modem_delta_schedule_update(int img_num)
{
	const struct dfu_modem *modem = find_modem();

	(void)img_num;
	if (modem == NULL) {
		return -ENODEV;
	}
	const int answer = modem->delta->apply(modem);
	const int rc = modem_answer(answer);
	if (rc == -EINVAL && answer != DFU_MODEM_INCOMPLETE_DATA) {
		refuse();
	}
	return rc;
}

int dfu_target_modem_delta_reset(void)
{
	const struct dfu_modem *modem = find_modem();
	size_t offset;

	if (modem == NULL) {
		return -ENODEV;
	}
	int rc = session.is_open ? close_session(modem) : 0;
	if (rc != 0) {
		return rc;
	}
	session.state = NONE;
	forget_patch();
	if (session.offset == 0 && !session.must_erase &&
	    modem->delta->offset(modem, &offset) == 0 && offset == 0) {
		return 0;
	}
	rc = modem->delta->erase(modem);
	if (rc != 0 && rc != DFU_MODEM_ERASE_PENDING) {
		return modem_answer(rc);
	}
	session.offset = 0;
	session.must_erase = false;
	return 0;
}
