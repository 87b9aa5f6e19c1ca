/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"
#include "sim/board_source.h"

static struct sim_board board;
static struct sim_error error;

/* A piece of the sound board, what it becomes, and the words that the error must have. */
struct fault {
	const char *from;
	const char *to;
	const char *words;
};

static void refuse_each(const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int rc;

		error.text[0] = '\0';
		rc = board_load_changed(&board, faults[i].from, faults[i].to, &error);
		if (rc != -EINVAL || strstr(error.text, faults[i].words) == NULL) {
			fail_msg("\"%s\" gave %d and \"%s\" without \"%s\"", faults[i].to, rc,
				 error.text, faults[i].words);
		}
	}
}

static void flash_that_makes_no_sense_is_refused_by_node_and_property(void **state)
{
	static const struct fault faults[] = {
		{"inner: flash", "flash", "/flash@8000000: a flash device needs a node label"},
		{"reg = <0x8000000 0x40000>;", "", "/flash@8000000: reg: is missing"},
		{"reg = <0x8000000 0x40000>;", "reg = <0x8000000 0x40000 0 1>;",
		 "/flash@8000000: reg: is not one address and one size"},
		{"reg = <0x8000000 0x40000>;", "reg = <0x8000000 0>;",
		 "/flash@8000000: reg: a device of 0"},
		{"reg = <0x8000000 0x40000>;", "reg = <0x8000000 0x80000000>;",
		 "/flash@8000000: reg: a device of 2147483648"},
		{"size = <0x200000>;", "", "/bus@0/nor@1: size: is missing"},
		{"size = <0x200000>;", "size = <0x200001>;",
		 "/bus@0/nor@1: size: 2097153 bits are not"},
		{"size = <0x200000>;", "size = <1 2 3>;", "/bus@0/nor@1: size: is not one number"},
		{"size = <0x200000>;", "size = <4 0>;", "/bus@0/nor@1: size: a device of"},
		{"erase-block-size = <4096>;", "",
		 "erase-block-size: is missing, and so is erase-layout"},
		{"erase-block-size = <4096>;", "erase-block-size = <0>;",
		 "erase-block-size: a page of 0"},
		{"erase-block-size = <4096>;", "erase-block-size = <4100>;",
		 "erase-block-size: a page of 4100"},
		{"erase-block-size = <4096>;", "erase-block-size = <0x30000>;",
		 "erase-block-size: pages of 196608 bytes do not fill"},
		{"erase-block-size = <4096>;", "erase-block-size = <1 2>;",
		 "erase-block-size: is not one cell"},
		{"erase-block-size = <4096>;", "erase-layout = <>;",
		 "erase-layout: is not 1 to 32 pairs"},
		{"erase-block-size = <4096>;", "erase-layout = <4 4096 1>;",
		 "erase-layout: is not 1 to 32 pairs"},
		{"erase-block-size = <4096>;", "erase-layout = <0 4096 1 0x40000>;",
		 "erase-layout: a count of 0"},
		{"erase-block-size = <4096>;", "erase-layout = <1 0x40000 1 4096>;",
		 "erase-layout: its pages do not add up"},
		{"erase-block-size = <4096>;", "erase-layout = <63 4096>;",
		 "erase-layout: its pages do not add up"},
		{"erase-block-size = <4096>;", "erase-layout = <0xffffffff 0xfffffff8 1 8>;",
		 "erase-layout: its pages do not add up"},
		{"erase-block-size = <4096>;", "erase-layout = <1 0x3ffff 1 1>;",
		 "erase-layout: a page of 262143"},
		{"write-block-size = <8>;", "", "write-block-size: is missing"},
		{"write-block-size = <8>;", "write-block-size = <0>;",
		 "write-block-size: 0 is not 1 to 512"},
		{"write-block-size = <8>;", "write-block-size = <1024>;",
		 "write-block-size: 1024 is not"},
		{"erase-value = <0x00>;", "erase-value = <0x5a>;", "erase-value: 0x5a is not"},
		{"erase-value = <0x00>;", "erase-value;", "erase-value: is not one cell"},
	};

	(void)state;
	refuse_each(faults, sizeof(faults) / sizeof(faults[0]));
}

static void partitions_that_make_no_sense_are_refused_by_node_and_property(void **state)
{
	static const struct fault faults[] = {
		{"reg = <0x10000 0x20000>;", "", "partition@10000: reg: is missing"},
		{"reg = <0x10000 0x20000>;", "reg = <0x10000 0>;",
		 "partition@10000: reg: a size of 0"},
		{"reg = <0x10000 0x20000>;", "reg = <0x10000 0x30001>;", "pass the end of inner"},
		{"reg = <0x10000 0x20000>;", "reg = <0x10000 0xfffffff8>;",
		 "pass the end of inner"},
		{"reg = <0x10000 0x20000>;", "reg = <0x40008 8>;", "pass the end of inner"},
		{"reg = <0x10000 0x20000>;", "reg = <0x10004 0x1fff8>;",
		 "is not whole write blocks"},
		{"reg = <0x10000 0x20000>;", "reg = <0x10000 0x1fffc>;",
		 "is not whole write blocks"},
		{"reg = <0x0 0x10000>;", "reg = <0x0 0x10008>;",
		 "boot_partition overlaps slot0_partition"},
		{"reg = <0x30000 0x1000>;", "reg = <0x2fff8 8>;",
		 "partition@30000 overlaps slot0_partition"},
		{"reg = <0x30000 0x1000>;", "reg = <0x14000 8>;",
		 "partition@30000 overlaps slot0_partition"},
		{"label = \"image-0\";", "label = <1>;",
		 "partition@10000: label: is not one string"},
		{"label = \"image-0\";", "label = \"a\", \"b\";",
		 "partition@10000: label: is not one string"},
		{"slot0_partition: partition", "slot0_partition: slot5_partition: partition",
		 "is both slot0_partition and slot5_partition"},
		{"slot0_partition: partition", "slot0_partition: scratch_partition: partition",
		 "is both slot0_partition and scratch_partition"},
		{"compatible = \"vendor,nor\", \"jedec,spi-nor\";", "compatible = \"vendor,nor\";",
		 "/bus@0/nor@1/partitions/partition@0: slot1_partition lies in a flash of a kind"},
		{"reg = <0x30000 0x1000>;",
		 "reg = <0x30000 0x1000>; compatible = \"fixed-subpartitions\";"
		 " #address-cells = <1>; #size-cells = <1>;"
		 " slot7_partition: partition@0 { reg = <0x0 0x1000>; };",
		 "partition@30000/partition@0: slot7_partition lies in a partition"},
	};

	(void)state;
	refuse_each(faults, sizeof(faults) / sizeof(faults[0]));
}

static void a_bootloader_that_makes_no_sense_is_refused_by_node_and_property(void **state)
{
	static const struct fault faults[] = {
		{"compatible = \"slotwise,mcuboot\";", "",
		 "no node is compatible with slotwise,mcuboot"},
		{"chosen {", "second { compatible = \"slotwise,mcuboot\"; }; chosen {",
		 "is not the only node"},
		{"mode = \"swap-move\";", "", "/mcuboot: mode: is missing"},
		{"mode = \"swap-move\";", "mode = \"swap\";",
		 "/mcuboot: mode: \"swap\" is no mode"},
		{"mode = \"swap-move\";", "mode = <1>;", "/mcuboot: mode: is not one string"},
		{"mode = \"swap-move\";", "mode = \"swap-scratch\";",
		 "scratch_partition: is missing"},
		{"max-align = <16>;", "max-align = <12>;",
		 "/mcuboot: max-align: 12 is not 8, 16 or 32"},
		{"max-align = <16>;", "max-align;", "/mcuboot: max-align: is not one cell"},
		{"images = <1>;", "images = <0>;", "/mcuboot: images: 0 is not 1 to 8"},
		{"images = <1>;", "images = <9>;", "/mcuboot: images: 9 is not 1 to 8"},
		{"images = <1>;", "images = \"one image\";", "/mcuboot: images: is not one cell"},
		{"max-sectors = <200>;", "max-sectors = <0>;", "/mcuboot: max-sectors: 0 is not"},
		{"max-sectors = <200>;", "max-sectors = <65536>;",
		 "/mcuboot: max-sectors: 65536 is not"},
		{"slot0_partition: partition@10000", "slot7_partition: partition@10000",
		 "slot0_partition"},
	};

	(void)state;
	refuse_each(faults, sizeof(faults) / sizeof(faults[0]));
}

static void rules_that_make_no_sense_are_refused_by_node_and_property(void **state)
{
	static const struct fault faults[] = {
		{"images = <1>;", "signature-type = \"ecdsa\";",
		 "/mcuboot: signature-type: \"ecdsa\" is not known"},
		{"images = <1>;", "signature-type = <1>;",
		 "/mcuboot: signature-type: is not one string"},
		{"images = <1>;", "hash = \"sha1\";", "/mcuboot: hash: \"sha1\" is not known"},
		{"images = <1>;", "hash;", "/mcuboot: hash: is not one string"},
		{"images = <1>;", "downgrade-prevention = \"yes\";",
		 "/mcuboot: downgrade-prevention: \"yes\" is not known"},
		{"images = <1>;", "downgrade-prevention;",
		 "/mcuboot: downgrade-prevention: is not one string"},
		{"images = <1>;", "signature-type = \"rsa-2048\"; public-key = \"\";",
		 "/mcuboot: public-key: is not the name of a file"},
		{"images = <1>;", "signature-type = \"rsa-2048\"; public-key;",
		 "/mcuboot: public-key: is not one string"},
		{"images = <1>;", "ram-start = \"lower\";", "/mcuboot: ram-start: is not one cell"},
		{"images = <1>;", "ram-size = <0 1>;", "/mcuboot: ram-size: is not one cell"},
		{"images = <1>;", "ram-start = <0xfffff000>; ram-size = <0x1001>;",
		 "/mcuboot: ram-size: 0x1001 bytes at 0xfffff000 pass 32 bits"},
	};

	(void)state;
	refuse_each(faults, sizeof(faults) / sizeof(faults[0]));
}

static void a_board_without_flash_is_refused(void **state)
{
	size_t len;
	void *blob = board_compile_text("/dts-v1/; / { };", &len);

	(void)state;
	assert_int_equal(sim_board_load(&board, blob, &error), -EINVAL);
	assert_non_null(strstr(error.text, "no flash device"));
	assert_int_equal(sim_board_set_mode(&blob, &len, "swap-move", &error), -EINVAL);
	free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flash_that_makes_no_sense_is_refused_by_node_and_property),
		cmocka_unit_test(partitions_that_make_no_sense_are_refused_by_node_and_property),
		cmocka_unit_test(a_bootloader_that_makes_no_sense_is_refused_by_node_and_property),
		cmocka_unit_test(rules_that_make_no_sense_are_refused_by_node_and_property),
		cmocka_unit_test(a_board_without_flash_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
