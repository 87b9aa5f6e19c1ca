# SPDX-License-Identifier: Apache-2.0
"""Planted defects: what the power-cut runner has to find.

Each changes one file of src/ in one place. The changed copy goes into the build folder and is linked before the archive,
so that it takes the place of the archive's member; src/ itself is never touched. A plant whose old text is not in its
file exactly once is an error: the code has moved on, and the plant has to follow.

    plants.py list                      NUMBER;FILE of each, for CMake
    plants.py show                      what each is
    plants.py check NUMBER              exit status 1 if there is no such plant
    plants.py write NUMBER SOURCE COPY
    plants.py run NUMBER PROGRAM        find it; the exit status is the program's
    plants.py test NUMBER PROGRAM       the same, but the exit status says whether it was found as it should be
"""
import collections
import pathlib
import re
import subprocess
import sys

# The cases are those in which it shows soonest; the invariant is what a cut has to break there, and `old` becomes `new`
# for each of the changes. Costs (I5) are judged of runs without a cut alone, so all cuts of few cases are done.
Plant = collections.namedtuple("Plant", "what cases invariant file changes")
VIOLATIONS = 400  # Before the one that is waited for: some plants show in runs without a cut, too.

PLANTS = [
    Plant("a request's magic is written before what it asks for", "schedule-permanent/swap", "I1",
          "boot/boot_request.c", [("""\
	TRAILER_IMAGE_OK,
	TRAILER_COPY_DONE,
	TRAILER_SWAP_INFO,
	TRAILER_MAGIC,
""", """\
	TRAILER_MAGIC,
	TRAILER_IMAGE_OK,
	TRAILER_COPY_DONE,
	TRAILER_SWAP_INFO,
""")]),
    Plant("progress is saved before the page is in flash", "-large/swap", "I6",
          "target/dfu_target_stream.c", [("""\
		stream_progress_begins();
		const int rc = stream_flash_buffered_write(&stream, buf, n, room == 0);
""", """\
		stream_progress_begins();
		if (n == room) {
			const struct stream_flash_ctx before = stream;

			memcpy(&stream.buf[stream.buf_bytes], buf, n);
			stream.bytes_written += stream.buf_fill;
			stream_progress_note(&stream);
			stream = before;
		}
		const int rc = stream_flash_buffered_write(&stream, buf, n, room == 0);
""")]),
    Plant("the page behind the resume point is not erased again", "resume/", "I3",
          "target/stream_progress.c", [("""\
		progress.page_end = SIZE_MAX; /* no record will be saved */
	}
""", """\
		progress.page_end = SIZE_MAX; /* no record will be saved */
	} else {
		stream->erased_up_to = progress.page_end;
	}
""")]),
    Plant("another file goes on where the last one stopped", "resume-other/", "I6",
          "target/dfu_target_mcuboot.c", [("""\
	const bool is_other = len > 0 && download.has_seen &&
			      memcmp(seen, held, min_size((size_t)len, DOWNLOAD_FIRST_LEN)) != 0;
""", """\
	const bool is_other = false;
"""), ("""\
	download.file.size = (uint32_t)file_size;
""", """\
	(void)file_size;
	download.file.size = 0;
""")]),
    Plant("the held-back bytes are programmed first", "download/swap", "I3",
          "target/dfu_target_mcuboot.c", [("""\
	stream_progress_begin(dfu_target_stream_get_stream());
}
""", """\
	const int rc = mcuboot_head_program(&download.slot, held);
	(void)rc;
}
""")]),
    Plant("a pause's record is trusted and not taken back before the first program", "pause/", "I3",
          "target/stream_progress.c", [("""\
	const bool is_taken_back = take_back(stream, page);

	return progress.state == DOWNLOAD_PAUSED && is_taken_back && !stream->suspect &&
	       !stream->spent && stream_find_position(stream, written, &here->position) == 0 &&
	       here->position.erased_up_to > written;
""", """\
	size_t start;
	size_t end;

	(void)take_back;
	(void)page;
	if (!find_page(stream, written, &start, &end)) {
		return false;
	}
	here->position.erased_up_to = end;
	return progress.state == DOWNLOAD_PAUSED && !stream->suspect && !stream->spent;
""")]),
    Plant("the block with the header's magic is programmed first", "resume/", "I3",
          "target/mcuboot_head.c", [("""\
	for (size_t off = slot->hold_len; off > 0; off -= block_size) {
		const size_t at = off - block_size;
		const int rc = program_block""", """\
	for (size_t at = 0; at < slot->hold_len; at += block_size) {
		const int rc = program_block""")]),
    Plant("the trailer is not wiped before a download", "replace/swap", "I1",
          "target/mcuboot_slot.c", [("""\
	return boot_slot_trailer_start(slot->area, start);
""", """\
	*start = slot->area->fa_size;
	return 0;
""")]),
    Plant("the settings log puts a sector in force before its records are there", "resume/", "I6",
          "settings/settings_log.c", [("""\
	rc = erase_sector(log, snapshot.start);
	if (rc == 0) {
		rc = take_all(log, &snapshot, false);
	}
	if (rc == 0 && size > 0) {
		rc = log_program_record(log, snapshot.end, name, value, len);
		snapshot.end += size;
	}
	return rc != 0 ? rc : commit(log, &snapshot);
""", """\
	rc = erase_sector(log, snapshot.start);
	struct settings_log next = *log;
	if (rc == 0) {
		rc = commit(&next, &snapshot);
	}
	if (rc == 0) {
		rc = take_all(log, &snapshot, false);
	}
	if (rc == 0 && size > 0) {
		rc = log_program_record(log, snapshot.end, name, value, len);
		snapshot.end += size;
	}
	if (rc == 0) {
		next.end = snapshot.end;
		*log = next;
	}
	return rc;
""")]),
    Plant("what was downloaded is not verified", "splice/", "I3",
          "target/dfu_target_mcuboot.c", [("""\
	rc = flush();
	if (rc == 0 && IS_ENABLED(CONFIG_DFU_TARGET_VERIFY)) {
		rc = verify_download(&refused);
	}
""", """\
	rc = flush();
	(void)verify_download;
""")]),
    Plant("the settings log goes on behind a record that may be torn", "download/", "I3",
          "settings/settings_log.c", [("""\
	log->appendable = false;
	log->end = 0;
""", """\
	log->appendable = true;
	log->end = 0;
""")]),
    Plant("a torn block of the header is programmed again", "download/", "I3",
          "target/mcuboot_head.c", [("""\
	if ((look & BLANK) == 0 && flash_needs_erase(area->fa_dev)) {
""", """\
	if (false) {
""")]),
    Plant("a torn trailer is written over", "repair/", "I3",
          "boot/boot_request.c", [("""\
		const int rc = boot_trailer_wipe(fa, NULL);

		return rc == 0 ? boot_slot_read_tail(fa, tail) : rc;
""", """\
		(void)fa;
		memset(tail->bytes, tail->erased, boot_tail_len());
		tail->state.magic = BOOT_MAGIC_UNSET;
		return 0;
""")]),
    Plant("the rest of a first page that is written again is forgotten", "download/", "I3",
          "target/mcuboot_head.c", [("""\
	if (rc == 0 && len > 0) {
""", """\
	if (rc == 0 && len > rest) {
""")]),
    Plant("a download goes into the slot that runs", "download/", "I2",
          "target/mcuboot_slot.c", [("""\
	const int id = boot_upload_area(img_num);
""", """\
	const int id = boot_upload_area(img_num) & ~1;
""")]),
    Plant("a download wipes the trailer of the slot that runs, too", "replace/direct-xip-revert", "I2",
          "target/mcuboot_slot.c", [("""\
	case MCUBOOT_CLEAR_TRAILER:
		rc = clear_trailer(slot, clearing);
		break;
""", """\
	case MCUBOOT_CLEAR_TRAILER: {
		const struct flash_area *other;

		rc = flash_area_open(slot->area->fa_id ^ 1, &other);
		rc = rc == 0 ? boot_trailer_wipe(other, &first_page) : rc;
		rc = rc == 0 ? clear_trailer(slot, clearing) : rc;
		break;
	}
""")]),
    Plant("a download leaves a mark in the scratch area", "download/swap-scratch", "I4",
          "target/mcuboot_slot.c", [("""\
	case MCUBOOT_CLEAR_TRAILER:
		rc = clear_trailer(slot, clearing);
		break;
""", """\
	case MCUBOOT_CLEAR_TRAILER: {
		static const uint8_t mark[64];
		const struct flash_area *other;

		rc = flash_area_open(16, &other);
		if (rc == 0 && clearing->tail == slot->area->fa_size) {
			rc = flash_area_write(other, 0, mark, flash_area_align(other));
		}
		rc = rc == 0 ? clear_trailer(slot, clearing) : rc;
		break;
	}
""")]),
    Plant("the trailer is wiped twice", "download/swap-move/small/", "I5",
          "target/mcuboot_slot.c", [("""\
	case MCUBOOT_CLEAR_TRAILER:
		rc = clear_trailer(slot, clearing);
		break;
""", """\
	case MCUBOOT_CLEAR_TRAILER:
		rc = clear_trailer(slot, clearing);
		rc = rc == 0 ? boot_trailer_wipe(slot->area, &first_page) : rc;
		break;
""")]),
    Plant("the mark of an update is saved when the bootloader is written", "load/modem", "I2",
          "modem/fmfu_fdev.c", [("""\
	if (rc == 0) {
		/* Once more if it is there, because what could not be read was taken for it. */
		rc = mark_save(update, fmfu_mark_load(&update->taken) >= FMFU_MARK_FIRMWARE
					       ? FMFU_MARK_FIRMWARE
					       : FMFU_MARK_BOOTLOADER);
	}
	return rc;
""", """\
	return rc;
"""), ("""\
	return segment_write(update, bootloader_take);
""", """\
	const int rc = segment_write(update, bootloader_take);
	return rc == 0 ? mark_save(update, FMFU_MARK_BOOTLOADER) : rc;
""")]),
    Plant("the mark of an update is deleted before its end", "load/modem", "I2",
          "modem/fmfu_fdev.c", [("""\
	return plain(update->modem->full->finish(update->modem));
""", """\
	fmfu_mark_delete();
	return plain(update->modem->full->finish(update->modem));
""")]),
    Plant("an update is begun without its mark", "full-unsaved/", "I7",
          "modem/fmfu_fdev.c", [("""\
	return fmfu_mark_save(mark, update->taken) == 0 ? 0 : -ECANCELED;
""", """\
	if (fmfu_mark_save(mark, update->taken) != 0) {
		return 0;
	}
	return 0;
""")]),
    Plant("the mark stays when the modem refuses a file", "load-refused/", "I7",
          "modem/fmfu_fdev.c", [("""\
	if (update->mark == FMFU_MARK_BOOTLOADER) {
		fmfu_mark_delete();
	} else if (update->taken != update->wrapper) {
""", """\
	if (update->taken != update->wrapper) {
""")]),
    Plant("what is written to the modem was not hashed", "load-damaged/", "I1",
          "modem/fmfu_file.c", [("""\
	if (rc == 0 && memcmp(file->buf, file->info.blob_hash, sizeof(file->info.blob_hash)) != 0) {
		rc = -EILSEQ;
	}
""", "")]),
    Plant("the file of a pending update may be replaced", "load/modem", "I7",
          "target/dfu_target_full_modem.c", [("""\
	if (!fmfu_fdev_needs_file()) {
		return 0;
	}
""", """\
	if (!fmfu_fdev_needs_file() || true) {
		return 0;
	}
""")]),
    Plant("a stored modem file is not verified", "full-splice/", "I4",
          "target/dfu_target_full_modem.c", [("""\
	if (rc == 0 && IS_ENABLED(CONFIG_DFU_TARGET_FULL_MODEM_VERIFY)) {
""", """\
	if (rc == 0 && received == 0) {
""")]),
    Plant("a reset leaves the stored modem file", "full-reset/", "I4",
          "target/dfu_target_full_modem.c", [("""\
	return flash_flatten(store.fdev.dev, store.fdev.offset, start_len);
""", """\
	return 0;
""")]),
    Plant("the record of a patch is saved when the modem has its first bytes", "delta/modem", "I6",
          "target/dfu_target_modem_delta.c", [("""\
	bind_patch(bytes, len);
	session.is_open = true;
	rc = modem_answer(modem->delta->write(modem, bytes, len));
""", """\
	session.is_open = true;
	rc = modem_answer(modem->delta->write(modem, bytes, len));
	bind_patch(bytes, len);
""")]),
    Plant("the record of a patch keeps the first bytes of the first write", "delta-trickle/", "I6",
          "target/dfu_target_modem_delta.c", [("""\
	const bool is_new = offset + n > patch->known ||
			    memcmp(&patch->first[offset], bytes, n) != 0;
""", """\
	const bool is_new = offset == 0;
""")]),
    Plant("a dirty patch area is not erased", "delta/modem", "I7",
          "target/dfu_target_modem_delta.c", [("""\
	if (session.must_erase || (offset > 0 && !goes_on(offset, patch))) {
""", """\
	if (session.must_erase ||
	    (offset > 0 && offset < DFU_MODEM_OFFSET_DIRTY && !goes_on(offset, patch))) {
""")]),
    Plant("a patch of which settings do not know is taken for the new one", "delta-change/", "I3",
          "target/dfu_target_modem_delta.c", [("""\
	if (mine->known == 0 || mine->is_saved || offset != session.offset) {
		return false;
	}
""", """\
	if (mine->known == 0) {
		patch->known = DOWNLOAD_FIRST_LEN;
		memcpy(patch->first, seen, sizeof(seen));
		return true;
	}
	if (mine->is_saved || offset != session.offset) {
		return false;
	}
""")]),
    Plant("an empty patch area is erased, too", "delta/modem", "I5",
          "target/dfu_target_modem_delta.c", [("""\
	if (session.must_erase || (offset > 0 && !goes_on(offset, patch))) {
""", """\
	if (session.must_erase || !goes_on(offset, patch)) {
""")]),
    Plant("a reset leaves a scheduled patch to the modem", "delta-reset/", "I4",
          "target/dfu_target_modem_delta.c", [("""\
	if (session.offset == 0 && !session.must_erase &&
	    modem->delta->offset(modem, &offset) == 0 && offset == 0) {
		return 0;
	}
""", """\
	if (!session.must_erase && modem->delta->offset(modem, &offset) == 0) {
		return 0;
	}
""")]),
    Plant("the image that a linked set waits for is asked for first", "set-permanent-*/set-small/", "I2",
          "target/mcuboot_set_links.c", [("""\
	append(order, &rest, first);
""", """\
	append(order, &rest, last);
""")]),
    Plant("a linked set is taken back in the order that it was asked for in", "set-cancel-down/swap", "I2",
          "target/mcuboot_set_cancel.c", [("""\
		const int n = order->image[i - 1];
""", """\
		const int n = order->image[order->count - i];
""")]),
    Plant("an image that nothing links counts as linked", "set-permanent-loose/", "I2",
          "target/mcuboot_set_links.c", [("""\
	order->is_linked = find_ends(links, images, present, lasts, &first, &last);
""", """\
	order->is_linked = find_ends(links, images, present, lasts, &first, &last) || count_of(images) > 1;
"""), ("""\
void mcuboot_links_order(const struct mcuboot_links *links, unsigned int images,
""", """\
static unsigned int count_of(unsigned int images)
{
	return images == 0 ? 0 : 1 + ((images & (images - 1)) != 0);
}

void mcuboot_links_order(const struct mcuboot_links *links, unsigned int images,
""")]),
    Plant("the intent is saved after the requests", "set-permanent-loose/", "I2",
          "target/mcuboot_set.c", [("""\
	rc = rc == 0 ? promise(&plan, &state, &is_saved) : rc;
	return rc == 0 ? write_all(&plan, is_saved) : rc;
""", """\
	rc = rc == 0 ? write_all(&plan, false) : rc;
	rc = rc == 0 ? promise(&plan, &state, &is_saved) : rc;
	return is_saved ? mcuboot_intent_delete() : rc;
""")]),
    Plant("the intent is deleted before the last request", "set-test-loose/", "I2",
          "target/mcuboot_set.c", [("""\
		const int n = order->image[i];

		rc = mcuboot_schedule_one(n, images_have(torn, n), images_have(lasting, n));
""", """\
		const int n = order->image[i];

		if (i > 0 && i + 1 == order->count) {
			(void)mcuboot_intent_delete();
		}
		rc = mcuboot_schedule_one(n, images_have(torn, n), images_have(lasting, n));
""")]),
    Plant("a linked set is raised while it is committed", "set-raise-down/swap", "I2",
          "target/mcuboot_set.c", [("""\
	mcuboot_links_order(&links, plan->pending, 0, plan->pending, &plan->before);
""", """\
	mcuboot_links_order(&links, plan->pending, 0, plan->pending, &plan->before);
	plan->before.is_linked = false;
""")]),
    Plant("images that nothing links are taken back without an intent", "set-cancel-loose/", "I2",
          "target/mcuboot_set_cancel.c", [("""\
	if (!images_are_several(plan->images) || plan->order.is_linked) {
""", """\
	if (images_are_several(plan->images) || plan->order.is_linked) {
""")]),
    Plant("a new download takes nothing back but its own request", "set-over-down/", "I2",
          "target/mcuboot_set_cancel.c", [("""\
	if (rc != 0 || (plan.pending & ~image_bit(img_num)) == 0) {
""", """\
	if (rc != 0 || plan.pending != 0) {
""")]),
    Plant("linked images are confirmed in the reverse order", "set-confirm-down/swap", "I2",
          "target/mcuboot_confirm.c", [("""\
		rc = boot_write_img_confirmed_multi(order.image[i]);
""", """\
		rc = boot_write_img_confirmed_multi(order.image[order.count - 1 - i]);
""")]),
    Plant("images that nothing links are confirmed without an intent", "set-confirm-loose/", "I2",
          "target/mcuboot_confirm.c", [("""\
	if (order->is_linked || order->count < 2 || mcuboot_set_is_under_way(state) ||
""", """\
	if (order->is_linked || order->count < 9 || mcuboot_set_is_under_way(state) ||
""")]),
    Plant("the recovery gives up a confirmation that was cut", "set-confirm-loose/", "I2",
          "target/mcuboot_recover.c", [("""\
	case MCUBOOT_SET_GOES_ON:
		rc = go_on(&state);
""", """\
	case MCUBOOT_SET_GOES_ON:
		if (state.intent.kind == MCUBOOT_INTENT_CONFIRM) {
			return mcuboot_intent_delete();
		}
		rc = go_on(&state);
""")]),
    Plant("the recovery forgets a test before it went back", "set-test-loose/swap", "I2",
          "target/mcuboot_recover.c", [("""\
		return rc == 0 ? DFU_TARGET_MCUBOOT_GOES_BACK : rc;
""", """\
		rc = rc == 0 ? mcuboot_intent_delete() : rc;
		return rc == 0 ? DFU_TARGET_MCUBOOT_GOES_BACK : rc;
""")]),
    Plant("the recovery makes a test one for good", "set-test-loose/swap", "I2",
          "target/mcuboot_set_state.c", [("""\
	return rc < 0 ? rc : rc == 1 ? MCUBOOT_SET_GOES_BACK : MCUBOOT_SET_GOES_ON;
""", """\
	return rc < 0 ? rc : MCUBOOT_SET_GOES_ON;
""")]),
    Plant("the recovery takes a set that failed for one that a cut has parted", "set-crash-loose/swap", "I2",
          "target/mcuboot_recover.c", [("""\
		rc = rc == 0 ? has_failed(&state->intent) : rc;
""", """\
		rc = rc == 0 && has_failed(&state->intent) < 0 ? -EIO : rc;
""")]),
    Plant("the recovery does not look for a bootloader in S1", "set-permanent-boot/", "I2",
          "target/mcuboot_set_images.c", [("""\
	return rc != 0 ? rc : has_id(open_area(BOOT_S1_AREA_ID, &image), &image, id);
""", """\
	return rc;
""")]),
    Plant("room is made for a bootloader that is asked for", "set-permanent-boot/", "I4",
          "target/mcuboot_schedule.c", [("""\
#include <dfu/boot.h>
""", """\
#include <dfu/boot.h>
#include <dfu/bootloader.h>
"""), ("""\
	int rc = mcuboot_candidate_find(img_num, is_torn, &candidate);

	if (rc == 0) {
		rc = boot_is_direct()""", """\
	int rc = mcuboot_candidate_find(img_num, is_torn, &candidate);
	const struct flash_area *fa;

	if (rc == 0 && img_num == boot_bootloader_image() && flash_area_open(BOOT_S1_AREA_ID, &fa) == 0) {
		rc = flash_area_erase(fa, 0, fa->fa_size);
	}
	if (rc == 0) {
		rc = boot_is_direct()""")]),
    Plant("a first page that is begun and reads erased is believed", "ahead-hollow/", "I3",
          "target/mcuboot_ahead.c", [("""\
	if (!goes_on && record.state == ERASED_ALL && mcuboot_slot_reads_clear(slot, &found) == 1) {
""", """\
	if (!goes_on && mcuboot_slot_reads_clear(slot, &found) == 1) {
""")]),
    Plant("the page at which a download goes on is taken for one erased ahead", "ahead-hollow/", "I3",
          "target/mcuboot_ahead.c", [("""\
	return stream_page_at(stream, stream->bytes_written, &start, &end) == 0 ? end
""", """\
	return stream_page_at(stream, stream->bytes_written, &start, &end) == 0 ? start
""")]),
    Plant("the record of erased pages outlives them", "ahead-change/swap-move/n", "I3",
          "target/mcuboot_ahead.c", [("target_settings_save(mcuboot_id(img_num), TARGET_AHEAD, NULL, 0);", "img_num < 0;")]),
    Plant("a request is left to the end of the download", "replace/swap", "I1",
          "target/mcuboot_clear.c", [("""\
	if (may_have_request(download)) {
""", """\
	if (may_have_request(download) && false) {
""")]),
    Plant("a first page with an image is left to the end of the download", "download/swap-offset", "I3",
          "target/mcuboot_clear.c", [("""\
	if (mcuboot_slot_has_front(&download->slot) != 0) {
""", """\
	if (mcuboot_slot_has_front(&download->slot) < 0) {
""")]),
]


def plant(number):
    if not number.isdigit() or not 1 <= int(number) <= len(PLANTS):
        sys.exit(f"plant {number}: there are 1 to {len(PLANTS)}")
    return PLANTS[int(number) - 1]


def write(number, source, copy):
    text = source.read_text()
    for old, new in plant(number).changes:
        if text.count(old) != 1:
            sys.exit(f"plant {number} ({plant(number).what}): its text is {text.count(old)} times in {source}:\n{old}")
        text = text.replace(old, new)
    copy.write_text(text)


def command(number, program):
    return [program, "--match", plant(number).cases, "--until", plant(number).invariant, "--spread", "--no-failures",
            "--seeds", "8", "--violations", str(VIOLATIONS), "--seconds", "100"]


def run(number, program):
    print(f"planted: {plant(number).what}", flush=True)
    sys.exit(subprocess.run(command(number, program)).returncode)


def test(number, program):
    result = subprocess.run(command(number, program), stdout=subprocess.PIPE, text=True)
    lines = result.stdout.splitlines()
    last = re.fullmatch(r"cuts fired: (\d+), violations: (\d+)", lines[-1] if lines else "")
    cut = "none" if plant(number).invariant == "I5" else r"(?!none)\S+"
    broken = [line for line in lines if re.match(rf"violation: \S+/{cut}: {plant(number).invariant}: ", line)]
    print("\n".join([*broken[:3], *lines[-1:]]))
    if result.returncode != 1 or last is None or int(last[1]) == 0 or not broken:
        sys.exit(f"plant {number} ({plant(number).what}): {plant(number).invariant} is not broken")


def main(verb="", *arguments):
    if verb == "list" and not arguments:
        print("\n".join(f"{number};{one.file}" for number, one in enumerate(PLANTS, 1)))
    elif verb == "show" and not arguments:
        print("\n".join(f"{number:2}  {one.invariant}  {one.what} ({one.file})" for number, one in enumerate(PLANTS, 1)))
    elif verb == "check" and len(arguments) == 1:
        plant(arguments[0])
    elif verb == "write" and len(arguments) == 3:
        write(arguments[0], pathlib.Path(arguments[1]), pathlib.Path(arguments[2]))
    elif verb == "run" and len(arguments) == 2:
        run(*arguments)
    elif verb == "test" and len(arguments) == 2:
        test(*arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
