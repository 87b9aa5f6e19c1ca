/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dfu/boot_rules.h>
#include <dfu/bootloader.h>
#include <dfu/mcuboot.h>

#include "common/bytes.h"
#include "output.h"
#include "regular.h"
#include "session.h"

/* Far above any slot; keeps an endless file from filling the memory. */
#define FILE_MAX (256u << 20)
#define READ_STEP (1u << 20)

static int append(struct cli_file *file, FILE *from)
{
	uint8_t *grown;
	size_t got;

	do {
		grown = realloc(file->data, file->len + READ_STEP);
		if (grown == NULL) {
			return -ENOMEM;
		}
		file->data = grown;
		got = fread(&file->data[file->len], 1, READ_STEP, from);
		file->len += got;
		if (ferror(from)) {
			return errno != 0 ? -errno : -EIO;
		}
	} while (got == READ_STEP && file->len < FILE_MAX);
	return file->len < FILE_MAX ? 0 : -EFBIG;
}

enum cli_status cli_file_read(struct cli *cli, const char *path, struct cli_file *file)
{
	int fd = sim_open_regular(path, O_RDONLY);
	FILE *from = fd < 0 ? NULL : fdopen(fd, "rb");
	int rc;

	*file = (struct cli_file){NULL, 0};
	if (fd < 0) {
		return cli_fail(cli, path, "%s", sim_open_why(fd));
	}
	if (from == NULL) {
		(void)close(fd);
		return cli_fail(cli, path, "%s", strerror(ENOMEM));
	}
	errno = 0;
	rc = append(file, from);
	(void)fclose(from);
	return rc == 0 ? CLI_DONE : cli_fail(cli, path, "%s", strerror(-rc));
}

void cli_file_free(struct cli_file *file)
{
	free(file->data);
	*file = (struct cli_file){NULL, 0};
}

enum cli_status cli_key_read(struct cli *cli, const char *path, struct sim_key *key)
{
	struct sim_error error;

	return sim_key_read(key, path, &error) == 0 ? CLI_DONE
						    : cli_fail(cli, path, "%s", error.text);
}

static bool read_bytes(const struct dfu_image_source *source, size_t off, uint8_t *raw, size_t len)
{
	if (off > source->size || len > source->size - off) {
		return false;
	}
	if (source->mapped == NULL) {
		return source->read(source, off, raw, len) == 0;
	}
	memcpy(raw, &source->mapped[off], len);
	return true;
}

static void read_header(struct cli_image *image, const struct dfu_image_source *source)
{
	uint8_t raw[DFU_IMAGE_HEADER_LEN];

	image->header_found = read_bytes(source, 0, raw, sizeof(raw)) &&
			      dfu_image_header_decode(&image->header, raw) == 0;
}

/* Whether all that there is, less than a header, is the beginning of one. */
static bool begins_header(const struct dfu_image_source *source)
{
	static const uint8_t magic[] = {0x3d, 0xb8, 0xf3, 0x96};
	uint8_t raw[sizeof(magic)];
	size_t len = source->size < sizeof(magic) ? source->size : sizeof(magic);

	return len > 0 && source->size < DFU_IMAGE_HEADER_LEN && read_bytes(source, 0, raw, len) &&
	       memcmp(raw, magic, len) == 0;
}

/* How long an image is that passes its end: its TLV area tells if its first bytes are there. */
static void measure(struct cli_image *image, const struct dfu_image_source *source)
{
	const struct dfu_image_header *header = &image->header;
	uint64_t hashed = (uint64_t)header->hdr_size + header->img_size + header->protect_tlv_size;
	uint8_t info[4];

	image->there = source->size;
	if (image->report.fault == DFU_IMAGE_NOT_AN_IMAGE && begins_header(source)) {
		image->needed = DFU_IMAGE_HEADER_LEN;
	}
	if (image->report.fault != DFU_IMAGE_TRUNCATED) {
		return;
	}
	image->exact = hashed < source->size &&
		       read_bytes(source, (size_t)hashed, info, sizeof(info));
	image->needed = hashed + (image->exact ? get_le16(&info[2]) : sizeof(info));
}

/* What a judgement told, which was rc. */
static void take_judgement(struct cli_image *image, const struct dfu_image_source *source, int rc,
			   const struct boot_judgement *judgement)
{
	*image = (struct cli_image){.rc = rc};
	read_header(image, source);
	image->image = judgement->image;
	image->report = judgement->report;
	image->found = judgement->image.total_size > 0;
	measure(image, source);
}

void cli_image_judge_for(struct cli_image *image, unsigned int pair,
			 const struct dfu_image_source *source, const struct dfu_image_key *key)
{
	struct boot_judgement judgement;
	uint8_t buf[4096];
	const int rc = boot_judge((int)pair, source, key, 0, buf, sizeof(buf), &judgement);

	take_judgement(image, source, rc, &judgement);
	image->is_for_board = key == NULL;
}

void cli_image_judge_files(struct cli_image *image, unsigned int pair,
			   const struct dfu_image_source *files, unsigned int together,
			   const struct dfu_image_key *key)
{
	struct boot_judgement judgement;
	uint8_t buf[4096];
	const int rc =
		boot_judge_files((int)pair, files, together, key, buf, sizeof(buf), &judgement);

	take_judgement(image, &files[pair], rc, &judgement);
	image->is_for_board = key == NULL;
}

void cli_image_judge(struct cli_image *image, const struct dfu_image_source *source,
		     const struct dfu_image_key *key)
{
	uint8_t buf[4096];

	*image = (struct cli_image){.found = false};
	read_header(image, source);
	image->rc = dfu_image_open(&image->image, source, &image->report.fault);
	measure(image, source);
	image->found = image->rc == 0;
	if (image->found) {
		image->rc = dfu_image_verify(&image->image, key, buf, sizeof(buf), &image->report);
	}
}

bool cli_image_is_only_unwanted(const struct cli_image *image)
{
	return image->report.fault == DFU_IMAGE_ENCRYPTED ||
	       image->report.fault == DFU_IMAGE_COMPRESSED ||
	       image->report.fault == DFU_IMAGE_NOT_BOOTABLE;
}

bool cli_image_has_tlv(const struct cli_image *image, uint16_t type)
{
	struct dfu_image_tlv tlv = {0};

	while (image->found && dfu_image_tlv_next(&image->image, &tlv) == 0) {
		if (tlv.type == type) {
			return true;
		}
	}
	return false;
}

static const char *why_too_long(struct cli_image *image)
{
	bool for_slot = image->slot != 0 && image->needed > image->slot;

	(void)snprintf(
		image->why, sizeof(image->why), "%s: the image has %s%" PRIu64 " bytes, the %s %zu",
		for_slot ? "larger than the slot" : "truncated", image->exact ? "" : "at least ",
		image->needed, for_slot ? "slot" : "file", for_slot ? image->slot : image->there);
	return image->why;
}

static bool is_bootloader(const struct cli_image *image)
{
	uint32_t address;

	return image->found && boot_link_address(&image->image, &address) == 0 &&
	       boot_link_slot(address) >= 0;
}

const char *cli_image_why(struct cli_image *image)
{
	if (image->needed != 0) {
		return why_too_long(image);
	}
	if (image->report.fault == DFU_IMAGE_NO_SIGNATURE &&
	    cli_image_has_tlv(image, DFU_IMAGE_TLV_PUBKEY) &&
	    !cli_image_has_tlv(image, DFU_IMAGE_TLV_KEYHASH)) {
		return "not signed with the given key by its hash: the image carries a whole key "
		       "(PUBKEY TLV), which this check does not use";
	}
	if (image->report.fault == DFU_IMAGE_NO_SIGNATURE && image->is_for_board) {
		return boot_rules_get()->key != NULL
			       ? "not signed with the bootloader's key"
			       : dfu_image_fault_str(DFU_IMAGE_SIGNATURE_TYPE);
	}
	if (image->report.fault != DFU_IMAGE_OK) {
		return dfu_image_fault_str(image->report.fault);
	}
	switch (image->rc) {
	case -ENOTSUP:
		return is_bootloader(image)
			       ? "a bootloader, and in this mode none is copied to its slot"
			       : "hash or signature of a kind that cannot be checked here";
	case -EFAULT:
		return "s0_partition has no fw_info, so it is not known which bootloader runs";
	case -ESRCH:
		return "the hash engine failed";
	default:
		return strerror(-image->rc);
	}
}

static void judge_at(struct cli_image *image, const struct flash_area *fa, size_t base)
{
	const struct boot_rules *rules = boot_rules_get();
	const struct dfu_image_key *key = rules->signature != BOOT_SIGNATURE_NONE ? rules->key
										  : NULL;
	struct dfu_image_source source =
		dfu_image_source_flash(fa, base, base < fa->fa_size ? fa->fa_size - base : 0);

	cli_image_judge(image, &source, key);
	image->slot = source.size;
}

void cli_image_judge_slot(struct cli_image *image, const struct flash_area *fa, int swap_type)
{
	const size_t upload = cli_upload_start(fa);
	const bool is_asked = swap_type == BOOT_SWAP_TYPE_TEST || swap_type == BOOT_SWAP_TYPE_PERM;

	judge_at(image, fa, is_asked ? upload : 0);
	if (!image->header_found && upload != 0) {
		judge_at(image, fa, is_asked ? 0 : upload);
	}
}
