/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Full files. Made: the blob is put together and hashed, the manifest encoded with the dummy
 * signature in place, and a real one written over it, since it covers all but itself. Read: the
 * verdict is the library's own, over a flash device of memory, so that a tool cannot take what a
 * device would refuse; only the length of the file is judged here, because a device does not know
 * it.
 */
#include "modem_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <fmfu_decode.h>
#include <fmfu_encode.h>

#include "digest.h"
#include "flash/flash_ram.h"

#define PROTOCOL_VERSION 1
#define WRAPPER_MAX 2048u /* that of 128 segments has less */
#define SEGMENTS_LEN_MAX (3 + FMFU_FDEV_SEGMENTS_MAX * 10u)
#define SCRATCH_LEN 65536u
#define DUMMY 0xff

static uint64_t end_of(const struct sim_modem_segment *segment)
{
	return (uint64_t)segment->addr + segment->len;
}

static bool overlap(const struct sim_modem_segment *a, const struct sim_modem_segment *b)
{
	return a->addr < end_of(b) && b->addr < end_of(a);
}

static int judge_segment(const struct sim_modem_segment *segment, struct sim_error *error)
{
	if (segment->len == 0) {
		return sim_fail(error, -EINVAL, "the segment at 0x%" PRIx32 " has no bytes",
				segment->addr);
	}
	if (end_of(segment) > (uint64_t)UINT32_MAX + 1) {
		return sim_fail(error, -EINVAL,
				"the segment at 0x%" PRIx32 " passes the end of the address space",
				segment->addr);
	}
	return 0;
}

/* What fmfu_fdev_check() would find later is told here of the segments that a person named. */
static int judge(const struct sim_modem_full *full, struct sim_error *error)
{
	const struct sim_modem_firmware *firmware = full->firmware;
	const struct sim_modem_segment *before = &full->bootloader;
	int rc = judge_segment(before, error);

	if (firmware->count == 0 || firmware->count > SIM_MODEM_SEGMENTS_MAX) {
		return sim_fail(error, -EINVAL,
				"%zu segments; a file has 1 to %d beside the "
				"bootloader",
				firmware->count, SIM_MODEM_SEGMENTS_MAX);
	}
	for (size_t i = 0; i < firmware->count && rc == 0; i++) {
		const struct sim_modem_segment *segment = &firmware->segment[i];

		rc = judge_segment(segment, error);
		if (rc == 0 && segment->addr == 0) {
			return sim_fail(error, -EINVAL, "no segment can be at address 0");
		}
		if (rc == 0 && (overlap(segment, &full->bootloader) ||
				(i > 0 && segment->addr < end_of(before)))) {
			const struct sim_modem_segment *other =
				overlap(segment, &full->bootloader) ? &full->bootloader : before;

			return sim_fail(error, -EINVAL,
					"the segments at 0x%" PRIx32 " and 0x%" PRIx32 " overlap",
					other->addr, segment->addr);
		}
		before = segment;
	}
	return rc;
}

/* Bytes, behind what `file` has already. */
static uint8_t *put(uint8_t *to, const struct sim_modem_segment *segment)
{
	memcpy(to, segment->bytes, segment->len);
	return to + segment->len;
}

/* All segments' addresses and lengths as the manifest has them. */
static bool encode_segments(const struct sim_modem_full *full, uint8_t raw[SEGMENTS_LEN_MAX],
			    size_t *len)
{
	struct Segments segments = {.Segment_m_count = 1 + full->firmware->count};

	segments.Segment_m[0] = (struct Segment){full->bootloader.addr, full->bootloader.len};
	for (size_t i = 0; i < full->firmware->count; i++) {
		segments.Segment_m[1 + i] = (struct Segment){full->firmware->segment[i].addr,
							     full->firmware->segment[i].len};
	}
	return cbor_encode_Segments(raw, SEGMENTS_LEN_MAX, &segments, len) == 0;
}

/* With the dummy signature, which are the last bytes. */
static bool encode_wrapper(const struct sim_modem_full *full,
			   const uint8_t blob_hash[DFU_MODEM_DIGEST_LEN], uint8_t raw[WRAPPER_MAX],
			   size_t *len)
{
	uint8_t signature[SIM_MODEM_SIGNATURE_LEN];
	uint8_t segments[SEGMENTS_LEN_MAX];
	size_t segments_len;

	memset(signature, DUMMY, sizeof(signature));
	if (!encode_segments(full, segments, &segments_len)) {
		return false;
	}
	const struct Wrapper wrapper = {
		.payload_cbor = {.version = PROTOCOL_VERSION,
				 .compat = full->compat,
				 .blob_hash = {blob_hash, DFU_MODEM_DIGEST_LEN},
				 .segments = {segments, segments_len}},
		.signature = {signature, sizeof(signature)},
	};

	return cbor_encode_Wrapper(raw, WRAPPER_MAX, &wrapper, len) == 0;
}

static int sign(const struct sim_modem_full *full, uint8_t *wrapper, size_t len)
{
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	int rc;

	if (full->sign == NULL) {
		return 0;
	}
	rc = sim_modem_signed_digest(wrapper, len, digest);
	return rc != 0 ? rc
		       : full->sign(full->arg, digest, &wrapper[len - SIM_MODEM_SIGNATURE_LEN]);
}

/* The wrapper of the blob at @p blob. */
static int make_wrapper(const struct sim_modem_full *full, const uint8_t *blob, size_t blob_len,
			uint8_t wrapper[WRAPPER_MAX], size_t *len)
{
	uint8_t blob_hash[DFU_MODEM_DIGEST_LEN];
	int rc = sim_digest(&(struct sim_piece){blob, blob_len}, 1, blob_hash);

	if (rc != 0) {
		return rc;
	}
	if (!encode_wrapper(full, blob_hash, wrapper, len)) {
		return -EBADMSG;
	}
	return sign(full, wrapper, *len);
}

int sim_modem_make_full(const struct sim_modem_full *full, uint8_t **file, size_t *len,
			struct sim_error *error)
{
	int rc = judge(full, error);

	if (rc != 0) {
		return rc;
	}
	const uint64_t blob_len = full->bootloader.len + sim_modem_firmware_len(full->firmware);
	uint8_t wrapper[WRAPPER_MAX];
	size_t wrapper_len = 0;
	uint8_t *made = blob_len > SIZE_MAX - WRAPPER_MAX ? NULL
							  : malloc(WRAPPER_MAX + (size_t)blob_len);

	if (made == NULL) {
		return sim_fail(error, -ENOMEM, "%s", strerror(ENOMEM));
	}
	uint8_t *to = put(&made[WRAPPER_MAX], &full->bootloader);

	for (size_t i = 0; i < full->firmware->count; i++) {
		to = put(to, &full->firmware->segment[i]);
	}
	rc = make_wrapper(full, &made[WRAPPER_MAX], (size_t)blob_len, wrapper, &wrapper_len);
	if (rc != 0) {
		free(made);
		return sim_fail(error, rc, "it cannot be hashed or signed: %s", strerror(-rc));
	}
	memmove(&made[wrapper_len], &made[WRAPPER_MAX], (size_t)blob_len);
	memcpy(made, wrapper, wrapper_len);
	*file = made;
	*len = wrapper_len + (size_t)blob_len;
	return 0;
}

static int check(const uint8_t *file, size_t len)
{
	const struct flash_pages_layout page = {.pages_count = 1, .pages_size = len};
	const struct flash_ram_config config = {
		.memory = (uint8_t *)file, /* is only read */
		.parameters = {.write_block_size = 1, .erase_value = 0xff},
		.layout = &page,
		.layout_size = 1,
	};
	const struct device device = {.name = "file", .config = &config, .api = &flash_ram_api};
	const struct fmfu_fdev_file where = {.fdev = &device};
	uint8_t *scratch = malloc(SCRATCH_LEN);
	const int rc = scratch == NULL ? -ENOMEM
				       : fmfu_fdev_check(scratch, SCRATCH_LEN, &where, NULL);

	free(scratch);
	return rc;
}

/* The manifest's segments: the first one, and the others in the order of their addresses. */
static void collect(const uint8_t *blob, const struct Segments *segments,
		    struct sim_modem_segment *bootloader, struct sim_modem_firmware *firmware)
{
	firmware->count = 0;
	for (size_t i = 0; i < segments->Segment_m_count; i++) {
		const struct sim_modem_segment segment = {
			.addr = segments->Segment_m[i].target_addr,
			.len = segments->Segment_m[i].len,
			.bytes = blob};
		size_t at = firmware->count;

		blob += segment.len;
		if (i == 0) {
			*bootloader = segment;
			continue;
		}
		for (; at > 0 && firmware->segment[at - 1].addr > segment.addr; at--) {
			firmware->segment[at] = firmware->segment[at - 1];
		}
		firmware->segment[at] = segment;
		firmware->count++;
	}
}

static uint64_t sum_of(const struct Segments *segments)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < segments->Segment_m_count; i++) {
		sum += segments->Segment_m[i].len;
	}
	return sum;
}

/* 0 or -EBADMSG. */
static int decode(const uint8_t *file, size_t len, struct Segments *segments, size_t *wrapper_len)
{
	struct Wrapper wrapper;
	size_t used;

	if (cbor_decode_Wrapper(file, len, &wrapper, wrapper_len) != 0) {
		return -EBADMSG;
	}
	const struct zcbor_string *raw = &wrapper.payload_cbor.segments;

	return cbor_decode_Segments(raw->value, raw->len, segments, &used) == 0 ? 0 : -EBADMSG;
}

const char *sim_modem_full_why(int rc)
{
	static const struct {
		int rc;
		const char *text;
	} table[] = {
		{-ENOENT, "no full modem firmware: it does not begin with D2 84"},
		{-ENOBUFS, "its manifest is longer than any can be"},
		{-EBADMSG, "its manifest is damaged or incomplete, or not of the format"},
		{-ENOTSUP, "its manifest is of another version of the format"},
		{-ERANGE, "it has no segment, or more than 128"},
		{-EADDRNOTAVAIL, "a segment has no bytes, or is where none can be"},
		{-EADDRINUSE, "segments overlap"},
		{-EILSEQ, "the firmware is damaged: it has another hash than its manifest says"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].rc == rc) {
			return table[i].text;
		}
	}
	return strerror(-rc);
}

int sim_modem_read_full(const uint8_t *file, size_t len, struct sim_modem_segment *bootloader,
			struct sim_modem_firmware *firmware, struct sim_error *error)
{
	struct sim_modem_segment first;
	struct Segments segments;
	size_t wrapper_len = 0;
	int rc = check(file, len);

	if (rc != 0 && rc != -EFBIG) {
		return sim_fail(error, rc, "%s", sim_modem_full_why(rc));
	}
	if (decode(file, len, &segments, &wrapper_len) != 0) {
		return sim_fail(error, -EBADMSG, "%s", sim_modem_full_why(-EBADMSG));
	}
	if (wrapper_len + sum_of(&segments) != len) {
		return sim_fail(error, -EMSGSIZE,
				"it has %zu bytes; its manifest tells of %" PRIu64, len,
				wrapper_len + sum_of(&segments));
	}
	collect(&file[wrapper_len], &segments, bootloader != NULL ? bootloader : &first, firmware);
	return 0;
}

/*
 * The Sig_structure is a list of four: a text, the protected header, no bytes, the payload. In the
 * wrapper stand header and payload encoded as they have to be there, an empty map between them.
 */
int sim_modem_signed_digest(const uint8_t *wrapper, size_t len,
			    uint8_t digest[DFU_MODEM_DIGEST_LEN])
{
	static const uint8_t begin[] = {0x84, 0x6a, 'S', 'i', 'g', 'n',
					'a',  't',  'u', 'r', 'e', '1'};
	static const uint8_t nothing[] = {0x40};
	struct Wrapper decoded;
	size_t used;

	if (cbor_decode_Wrapper(wrapper, len, &decoded, &used) != 0) {
		return -EBADMSG;
	}
	const uint8_t *header = &wrapper[2];
	const uint8_t *map = decoded.protected.value + decoded.protected.len;
	const uint8_t *end = decoded.payload.value + decoded.payload.len;
	const struct sim_piece pieces[] = {
		{begin, sizeof(begin)},
		{header, (size_t)(map - header)},
		{nothing, sizeof(nothing)},
		{map + 1, (size_t)(end - map - 1)},
	};

	return sim_digest(pieces, sizeof(pieces) / sizeof(pieces[0]), digest);
}
