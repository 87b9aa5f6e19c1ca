# SPDX-License-Identifier: Apache-2.0
"""The flash map generator on devicetrees that make no map, and on the corners that no shipped board has."""
import pathlib
import tempfile
import unittest

import project

BOARD = """/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	chosen {
		zephyr,code-partition = <&slot1_partition>;
	};
	flash0: flash@8000000 {
		compatible = "soc-nv-flash";
		erase-block-size = <0x4000>; reg = <0x8000000 0x40000>;
		partitions {
			compatible = "fixed-partitions";
			#address-cells = <1>;
			#size-cells = <1>;
			slot0_partition: partition@4000 {
				label = "image-0";
				reg = <0x4000 SLOT_SIZE>;
			};
			slot1_partition: upload_area: partition@14000 {
				label = "image-1";
				reg = <0x14000 0x10000>;
			};
		};
	};
};
"""


class GenFlashMap(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_on(self, text):
        board = self.folder / "board.dts"
        board.write_text(text)
        return project.script("gen_flash_map.py", board, "--out", self.folder / "out", "--cpp", project.CC)

    def macros(self, text):
        result = self.run_on(text)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = (self.folder / "out/flash_map_gen.h").read_text().splitlines()
        return dict(line.split(" ", 2)[1:] for line in lines if line.startswith("#define DFU_"))

    def assert_refused(self, text, *words):
        result = self.run_on(text)
        self.assertEqual(result.returncode, 1)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertFalse((self.folder / "out").exists())

    def test_macros_and_includes_are_preprocessed(self):
        (self.folder / "sizes.h").write_text("#define SLOT_SIZE (4 * 0x4000)\n")
        macros = self.macros('#include "sizes.h"\n' + BOARD)
        self.assertEqual(int(macros["DFU_PARTITION_slot0_partition_SIZE"], 0), 0x10000)

    def test_a_chosen_partition_may_be_a_phandle(self):
        macros = self.macros("#define SLOT_SIZE 0x10000\n" + BOARD)
        self.assertEqual(macros["DFU_CHOSEN_zephyr_code_partition"], "slot1_partition")

    def test_every_label_of_a_node_is_a_name(self):
        macros = self.macros("#define SLOT_SIZE 0x10000\n" + BOARD)
        for label in ("slot1_partition", "upload_area", "mcuboot_secondary"):
            self.assertEqual(macros[f"DFU_PARTITION_{label}_ID"], "1")

    def test_a_partition_keeps_a_name_that_is_otherwise_an_alias(self):
        macros = self.macros("#define SLOT_SIZE 0x10000\n" + BOARD.replace("upload_area", "mcuboot_primary"))
        self.assertEqual(macros["DFU_PARTITION_mcuboot_primary_ID"], "1")

    def test_slots_above_15_are_ordinary_partitions(self):
        macros = self.macros("#define SLOT_SIZE 0x10000\n" + BOARD.replace("slot1_partition", "slot16_partition"))
        self.assertEqual(macros["DFU_PARTITION_slot16_partition_ID"], "20")

    def test_the_scratch_partition_has_an_id_of_its_own(self):
        macros = self.macros("#define SLOT_SIZE 0x10000\n" + BOARD.replace("slot1_partition", "scratch_partition"))
        self.assertEqual(macros["DFU_PARTITION_scratch_partition_ID"], "16")

    def test_the_slots_of_a_bootloader_have_ids_of_their_own(self):
        board = BOARD.replace("slot0_partition", "s0_partition").replace("slot1_partition", "s1_partition")
        macros = self.macros("#define SLOT_SIZE 0x10000\n" + board)
        self.assertEqual(macros["DFU_PARTITION_s0_partition_ID"], "18")
        self.assertEqual(macros["DFU_PARTITION_s1_partition_ID"], "19")

    def choose(self, *lines):
        return BOARD.replace("zephyr,code-partition = <&slot1_partition>;", "\n".join(lines)).replace("SLOT_SIZE", "0x10000")

    def test_the_chosen_partition_for_modem_files_has_an_id_of_its_own(self):
        board = self.choose("nordic,fmfu-storage-partition = &other;").replace("upload_area", "fmfu_storage")
        board = board.replace("slot1_partition:", "").replace("slot0_partition", "other")
        for text in (board, board.replace("&other", "<&other>"), board.replace("fmfu-storage-", "fmfu_storage_")):
            macros = self.macros(text)
            self.assertEqual(macros["DFU_PARTITION_other_ID"], "17")
            self.assertEqual(macros["DFU_PARTITION_fmfu_storage_ID"], "20")

    def test_without_a_choice_it_is_the_one_with_the_label(self):
        board = self.choose().replace("slot1_partition: upload_area", "fmfu_storage").replace("slot0_", "other_")
        macros = self.macros(board)
        self.assertEqual(macros["DFU_PARTITION_other_partition_ID"], "20")
        self.assertEqual(macros["DFU_PARTITION_fmfu_storage_ID"], "17")

    def test_the_right_name_of_the_choice_goes_first(self):
        board = self.choose("nordic,fmfu_storage_partition = &one;", "nordic,fmfu-storage-partition = &two;")
        macros = self.macros(board.replace("slot0_partition", "one").replace("slot1_partition: upload_area", "two"))
        self.assertEqual(macros["DFU_PARTITION_one_ID"], "20")
        self.assertEqual(macros["DFU_PARTITION_two_ID"], "17")

    def test_a_slot_for_modem_files_is_refused(self):
        self.assert_refused(self.choose("nordic,fmfu-storage-partition = &slot1_partition;"), "partition@14000", "modem")
        self.assert_refused(self.choose().replace("upload_area", "fmfu_storage"), "partition@14000", "modem")

    def test_a_choice_that_is_no_partition_is_refused(self):
        for choice in ("&flash0", '"nowhere"', "[01]"):
            self.assert_refused(self.choose(f"nordic,fmfu-storage-partition = {choice};"), "chosen",
                                "nordic,fmfu-storage-partition")

    def test_disabled_partitions_are_not_in_the_map(self):
        macros = self.macros("#define SLOT_SIZE 0x10000\n" + BOARD.replace('label = "image-0";', 'status = "disabled";'))
        self.assertNotIn("DFU_PARTITION_slot0_partition_EXISTS", macros)

    def test_a_partition_outside_its_flash_is_refused_with_the_line(self):
        self.assert_refused("#define SLOT_SIZE 0x3c001\n" + BOARD, "board.dts:18:", "partition@4000", "flash0")

    def test_a_size_that_wraps_is_refused(self):
        self.assert_refused("#define SLOT_SIZE 0xffffffff\n" + BOARD, "board.dts:18:", "partition@4000")

    def test_an_empty_partition_is_refused(self):
        self.assert_refused("#define SLOT_SIZE 0\n" + BOARD, "partition@4000")

    def test_a_syntax_error_is_refused_with_the_line(self):
        self.assert_refused("#define SLOT_SIZE 0x10000\n" + BOARD.replace("0x40000>;", "0x40000>"), ":12")

    def test_a_missing_reg_is_refused(self):
        self.assert_refused("#define SLOT_SIZE 0x10000\n" + BOARD.replace("reg = <0x14000 0x10000>;", ""),
                            "board.dts:20:", "'reg' is missing")

    def test_a_reg_of_other_cells_is_refused(self):
        self.assert_refused("#define SLOT_SIZE 0x10000 1\n" + BOARD, "partition@4000", "cells")

    def test_missing_cell_sizes_are_refused(self):
        text = BOARD.replace("\t\t\t#size-cells = <1>;\n", "")
        self.assert_refused("#define SLOT_SIZE 0x10000\n" + text, "#size-cells")

    def test_partitions_on_something_else_than_flash_are_refused(self):
        self.assert_refused("#define SLOT_SIZE 0x10000\n" + BOARD.replace("soc-nv-flash", "mmio-sram"), "flash@8000000",
                            "soc-nv-flash")

    def test_a_flash_without_a_label_is_refused(self):
        self.assert_refused("#define SLOT_SIZE 0x10000\n" + BOARD.replace("flash0: ", ""), "label")

    def test_a_board_without_partitions_is_refused(self):
        self.assert_refused("/dts-v1/;\n/ { };\n", "fixed-partitions")

    def test_a_missing_include_is_refused_with_its_name(self):
        self.assert_refused('#include "nowhere.h"\n' + BOARD, "nowhere.h")

    def test_a_missing_board_is_refused_with_its_name(self):
        result = project.script("gen_flash_map.py", self.folder / "none.dts", "--out", self.folder / "out")
        self.assertEqual(result.returncode, 1)
        self.assertIn("none.dts", result.stderr)
        self.assertNotIn("Traceback", result.stderr)


if __name__ == "__main__":
    unittest.main()
