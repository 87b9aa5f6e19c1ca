/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/board_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "devicetree.h"

/*
 * Two flash devices, one below a bus and one at the root; unequal pages; everything that may be
 * left out is there.
 */
const char board_source[] = "/dts-v1/;\n"
			    "/ {\n"
			    "	#address-cells = <1>;\n"
			    "	#size-cells = <1>;\n"
			    "	chosen { zephyr,code-partition = &slot0_partition; };\n"
			    "	mcuboot {\n"
			    "		compatible = \"slotwise,mcuboot\";\n"
			    "		mode = \"swap-move\";\n"
			    "		max-align = <16>;\n"
			    "		images = <1>;\n"
			    "		max-sectors = <200>;\n"
			    "	};\n"
			    "	inner: flash@8000000 {\n"
			    "		compatible = \"soc-nv-flash\";\n"
			    "		reg = <0x8000000 0x40000>;\n"
			    "		erase-block-size = <4096>;\n"
			    "		write-block-size = <8>;\n"
			    "		erase-value = <0x00>;\n"
			    "		partitions {\n"
			    "			compatible = \"fixed-partitions\";\n"
			    "			#address-cells = <1>;\n"
			    "			#size-cells = <1>;\n"
			    "			slot0_partition: partition@10000 {\n"
			    "				label = \"image-0\";\n"
			    "				reg = <0x10000 0x20000>;\n"
			    "			};\n"
			    "			boot_partition: partition@0 {\n"
			    "				label = \"mcuboot\";\n"
			    "				reg = <0x0 0x10000>;\n"
			    "			};\n"
			    "			partition@30000 { reg = <0x30000 0x1000>; };\n"
			    "		};\n"
			    "	};\n"
			    "	bus@0 {\n"
			    "		reg = <0x0 0x1000>;\n"
			    "		#address-cells = <1>;\n"
			    "		#size-cells = <0>;\n"
			    "		outer: nor@1 {\n"
			    "			compatible = \"vendor,nor\", \"jedec,spi-nor\";\n"
			    "			reg = <1>;\n"
			    "			size = <0x200000>;\n"
			    "			partitions {\n"
			    "				compatible = \"fixed-partitions\";\n"
			    "				#address-cells = <1>;\n"
			    "				#size-cells = <1>;\n"
			    "				slot1_partition: partition@0 {\n"
			    "					label = \"image-1\";\n"
			    "					reg = <0x0 0x20000>;\n"
			    "				};\n"
			    "			};\n"
			    "		};\n"
			    "	};\n"
			    "};\n";

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Two tests may run at once in one directory. */
static void temporary_name(char *name, size_t room)
{
	(void)snprintf(name, room, "board-%ld.dts", (long)getpid());
}

char *text_changed(const char *source, const char *from, const char *to)
{
	const char *at = strstr(source, from);
	char *text = malloc(strlen(source) + strlen(to) + 1);

	assert_non_null(at);
	assert_non_null(text);
	(void)sprintf(text, "%.*s%s%s", (int)(at - source), source, to, at + strlen(from));
	return text;
}

int board_load_changed(struct sim_board *board, const char *from, const char *to,
		       struct sim_error *error)
{
	char *text = text_changed(board_source, from, to);
	char name[64];
	void *blob;
	size_t len;
	int rc;

	temporary_name(name, sizeof(name));
	write_text(name, text);
	free(text);
	rc = sim_devicetree_compile(name, &blob, &len, error);
	assert_int_equal(unlink(name), 0);
	if (rc != 0) {
		return rc;
	}
	rc = sim_board_load(board, blob, error);
	free(blob);
	return rc;
}

void *board_compile_text(const char *text, size_t *len)
{
	struct sim_error error = {""};
	char name[64];
	void *blob = NULL;
	int rc;

	temporary_name(name, sizeof(name));
	write_text(name, text);
	rc = sim_devicetree_compile(name, &blob, len, &error);
	assert_string_equal(error.text, "");
	assert_int_equal(rc, 0);
	assert_int_equal(unlink(name), 0);
	return blob;
}
