/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/pem.h>

#include <dfu/mcuboot.h>

#include "output.h"
#include "regular.h"

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

/* DER out of PEM text, which ends with a zero byte. 0 or -EINVAL. */
static int decode_pem(const struct cli_file *text, uint8_t *der, size_t room, size_t *len)
{
	static const char *const kinds[] = {"PUBLIC KEY", "RSA PUBLIC KEY"};
	int rc = -EINVAL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && rc != 0; i++) {
		mbedtls_pem_context pem;
		char header[40];
		char footer[40];
		size_t used;

		(void)snprintf(header, sizeof(header), "-----BEGIN %s-----", kinds[i]);
		(void)snprintf(footer, sizeof(footer), "-----END %s-----", kinds[i]);
		mbedtls_pem_init(&pem);
		if (mbedtls_pem_read_buffer(&pem, header, footer, text->data, NULL, 0, &used) ==
			    0 &&
		    pem.buflen <= room) {
			memcpy(der, pem.buf, pem.buflen);
			*len = pem.buflen;
			rc = 0;
		}
		mbedtls_pem_free(&pem);
	}
	return rc;
}

enum cli_status cli_key_read(struct cli *cli, const char *path, struct cli_key *key)
{
	struct cli_file text;
	enum cli_status status = cli_file_read(cli, path, &text);
	size_t len = 0;
	int rc = 0;

	if (status == CLI_DONE) {
		/* There is room: the file was read in steps, the last of which was not filled. */
		text.data[text.len] = '\0';
		rc = decode_pem(&text, key->der, sizeof(key->der), &len);
		rc = rc != 0 ? rc : dfu_image_key_parse(&key->key, key->der, len);
	}
	cli_file_free(&text);
	if (rc == -ENOTSUP) {
		return cli_fail(cli, path, "a public key of a kind or size that is not supported");
	}
	return rc == 0 ? status : cli_fail(cli, path, "not a public key in PEM");
}

static void read_header(struct cli_image *image, const struct dfu_image_source *source)
{
	uint8_t raw[DFU_IMAGE_HEADER_LEN];

	if (source->size < sizeof(raw)) {
		return;
	}
	if (source->mapped != NULL) {
		memcpy(raw, source->mapped, sizeof(raw));
	} else if (source->read(source, 0, raw, sizeof(raw)) != 0) {
		return;
	}
	image->header_found = dfu_image_header_decode(&image->header, raw) == 0;
}

void cli_image_judge(struct cli_image *image, const struct dfu_image_source *source,
		     const struct dfu_image_key *key)
{
	uint8_t buf[4096];

	*image = (struct cli_image){.found = false};
	read_header(image, source);
	image->rc = dfu_image_open(&image->image, source, &image->report.fault);
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

const char *cli_image_why(const struct cli_image *image)
{
	if (image->report.fault != DFU_IMAGE_OK) {
		return dfu_image_fault_str(image->report.fault);
	}
	switch (image->rc) {
	case -ENOTSUP:
		return "hash or signature of a kind that cannot be checked here";
	case -ESRCH:
		return "the hash engine failed";
	default:
		return strerror(-image->rc);
	}
}

void cli_image_judge_slot(struct cli_image *image, const struct flash_area *fa)
{
	size_t base = boot_get_image_start_offset(fa->fa_id);
	struct dfu_image_source source =
		dfu_image_source_flash(fa, base, base < fa->fa_size ? fa->fa_size - base : 0);

	cli_image_judge(image, &source, NULL);
}
