# SPDX-License-Identifier: Apache-2.0
"""Partition tables that no bootloader can work with, refused with the line of the devicetree; and which slots a mode can
never swap, held against what the real MCUboot did (tests/vectors)."""
import gzip
import json
import pathlib
import sys
import tempfile
import types
import unittest

import project

sys.path.insert(0, str(project.SOURCE / "scripts"))
import flash_map_rules as rules  # noqa: E402  pylint: disable=wrong-import-position
import gen_flash_map  # noqa: E402  pylint: disable=wrong-import-position

# Layouts that were recorded, as parts of the scenarios' names. In the others what kept an update back was the image.
LAYOUTS = ("unequal-slots", "max-sectors", "second-device", "board-", "scratch-size")
BOARD = """/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	mcuboot { compatible = "slotwise,mcuboot"; mode = "MODE"; LOADER };
	flash0: flash@0 {
		compatible = "soc-nv-flash";
		reg = <0x0 0x100000>;
		PAGES
		write-block-size = <4>;
		EXTRA
		partitions {
			compatible = "fixed-partitions";
			#address-cells = <1>;
			#size-cells = <1>;
			boot_partition: partition@0 {
				reg = <0x0 0x8000>;
			};
			slot0_partition: partition@10000 {
				reg = <0x10000 SIZE0>;
			};
			slot1_partition: partition@40000 {
				reg = <0x40000 SIZE1>;
			};
			scratch_partition: partition@80000 {
				reg = <0x80000 SCRATCH>;
			};
		};
	};
};
"""


class Script(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_on(self, *arguments, **values):
        text = BOARD
        for name, default in (("MODE", "swap-move"), ("LOADER", ""), ("PAGES", "erase-block-size = <4096>;"), ("EXTRA", ""),
                              ("SIZE0", "0x20000"), ("SIZE1", "0x20000"), ("SCRATCH", "0x4000")):
            text = text.replace(name, values.get(name, default))
        board = self.folder / "board.dts"
        board.write_text(values.get("BEFORE", "") + text + values.get("AFTER", ""))
        return project.script("gen_flash_map.py", board, "--out", self.folder / "out", "--cpp", project.CC, *arguments)

    def assert_refused(self, *words, arguments=(), **values):
        result = self.run_on(*arguments, **values)
        self.assertEqual(result.returncode, 1, values)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertFalse((self.folder / "out").exists())

    def assert_taken(self, *arguments, **values):
        result = self.run_on(*arguments, **values)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def options(self, text):
        header = self.folder / "autoconf.h"
        header.write_text("#define CONFIG_BOOTLOADER_MCUBOOT 1\n" + text)
        return ["--autoconf", header]

    def test_a_sound_table_is_taken(self):
        self.assert_taken()

    def test_an_overlap_is_refused_by_both_names_and_the_line(self):
        self.assert_refused("board.dts:23: ", "slot1_partition, 0x40000 + 0x20000, overlaps slot0_partition, 0x10000 + 0x31000",
                            SIZE0="0x31000")
        self.assert_refused("board.dts:26: ", "scratch_partition", "overlaps slot1_partition", SIZE1="0x41000")
        self.assert_taken(SIZE0="0x30000", SIZE1="0x30000")

    def test_an_edge_inside_a_page_is_refused_by_name_and_line(self):
        self.assert_refused("board.dts:20: ", "slot0_partition ends at 0x2f800, inside an erase page of flash0", SIZE0="0x1f800")
        self.assert_refused("board.dts:20: ", "slot0_partition begins at 0x10000, inside",
                            PAGES="erase-layout = <1 0x8000 1 0x10000 29 0x8000>;")
        self.assert_refused("board.dts:20: ", "slot0_partition ends at 0x30000, inside",
                            PAGES="erase-layout = <2 0x8000 1 0x30000 1 0xc0000>;")

    def test_the_line_is_that_of_the_last_reg(self):
        self.assert_refused("board.dts:32: ", "slot0_partition ends", AFTER="&slot0_partition {\n\treg =\n\t\t<0x10000 0x1f800>;\n};\n")

    def test_lines_of_an_included_file_are_its_own(self):
        (self.folder / "more.dtsi").write_text("\n&slot1_partition {\n\treg = <0x40000 0x800>;\n};\n")
        self.assert_refused("more.dtsi:3: ", "slot1_partition ends", AFTER='#include "more.dtsi"\n')

    def test_what_is_never_written_may_end_inside_a_page(self):
        values = {"AFTER": "&boot_partition { reg = <0x0 0x7e00>; };\n"}
        self.assert_refused("board.dts:31: ", "boot_partition ends", **values)
        self.assert_taken(AFTER=values["AFTER"].replace("0x7e00>;", "0x7e00>; read-only;"))

    def test_slots_are_written_whatever_they_say(self):
        self.assert_refused("board.dts:31: ", "slot0_partition ends", AFTER="&slot0_partition { reg = <0x10000 0x1f800>; read-only; };\n")

    def test_pages_that_are_not_known_are_warned_of(self):
        result = self.run_on(PAGES="", SIZE0="0x1f800", SIZE1="0x1f800")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("board.dts:6: /flash@0: warning: neither erase-block-size nor erase-layout", result.stderr)

    def test_what_needs_no_pages_is_looked_at_without(self):
        for mode, wrong, why in (("swap-scratch", {"SIZE1": "0x1f000"}, "slots of one size"),
                                 ("overwrite-only", {"SIZE0": "0x1f000"}, "slots of one size"),
                                 ("swap-move", {"SIZE0": "0x1f000"}, "one more in slot0_partition"),
                                 ("swap-offset", {"SIZE1": "0x1f000"}, "one more in slot1_partition")):
            self.assert_refused("board.dts:23: ", "can never be", "in pages of unknown size", why, MODE=mode, PAGES="", **wrong)
        self.assert_refused("board.dts:20: ", "slot0_partition can have no trailer", PAGES="", EXTRA="write-block-size = <16>;")

    def test_pages_that_make_no_sense_are_refused(self):
        self.assert_refused("board.dts:9: ", "do not fill", PAGES="erase-block-size = <0x30000>;")
        self.assert_refused("board.dts:9: ", "do not fill", PAGES="erase-block-size = <0>;")
        self.assert_refused("board.dts:9: ", "write block", PAGES="erase-block-size = <2>;")
        self.assert_refused("board.dts:9: ", "do not fill", PAGES="erase-layout = <4 0x10000>;")
        for layout in ("256 0x1000 1", "256 0x1000 0 0x1000", "0 0"):
            self.assert_refused("board.dts:9: ", "pairs of a count and a size", PAGES=f"erase-layout = <{layout}>;")

    def test_slots_that_a_mode_can_never_swap_are_refused(self):
        for mode, wrong, why in (
                ("swap-move", {"SIZE1": "0x21000"}, "as many pages in both, or one more in slot0_partition"),
                ("swap-move", {"SIZE0": "0x22000"}, "as many pages in both, or one more in slot0_partition"),
                ("swap-offset", {"SIZE0": "0x21000"}, "as many pages in both, or one more in slot1_partition"),
                ("swap-offset", {"SIZE1": "0x22000"}, "as many pages in both, or one more in slot1_partition"),
                ("swap-move", {"PAGES": "erase-layout = <48 0x1000 26 0x8000>;", "SCRATCH": "0x8000"}, "pages of one size"),
                ("swap-scratch", {"SIZE0": "0x21000"}, "slots of one size"),
                ("swap-scratch", {"PAGES": "erase-block-size = <0x8000>;", "SCRATCH": "0x8000", "LOADER": "max-sectors = <3>;"},
                 "3 sectors"),
                ("overwrite-only", {"SIZE1": "0x21000"}, "slots of one size"),
                ("swap-move", {"SIZE0": "0x2000", "SIZE1": "0x2000"}, "no room"),
                ("swap-move", {"LOADER": "max-sectors = <31>;"}, "31 sectors"),
                ("swap-move", {"LOADER": "max-sectors = <20000>;"}, "no room")):
            with self.subTest(mode=mode, **wrong):
                self.assert_refused("board.dts:23: ", "slot0_partition, ", "and slot1_partition, ", "in mode " + mode, why,
                                    MODE=mode, **wrong)

    def test_one_page_more_is_for_the_slot_that_needs_it(self):
        self.assert_taken(MODE="swap-move", SIZE0="0x21000")
        self.assert_taken(MODE="swap-offset", SIZE1="0x21000")

    def test_a_scratch_area_is_needed_and_large_enough(self):
        pages = {"MODE": "swap-scratch", "PAGES": "erase-layout = <2 0x8000 7 0x10000 128 0x1000>;"}
        self.assert_refused("smaller than a page of 65536", **pages)
        self.assert_refused("no scratch_partition", MODE="swap-scratch", AFTER='&scratch_partition { status = "disabled"; };\n')

    def test_write_blocks_above_max_align_have_no_trailer(self):
        block = {"EXTRA": "write-block-size = <16>;"}
        for mode in ("swap-move", "direct-xip-revert", "ram-load-revert"):
            self.assert_refused("board.dts:20: ", "slot0_partition can have no trailer", "16 bytes", MODE=mode, **block)
        self.assert_taken(MODE="direct-xip", **block)
        self.assert_taken(LOADER="max-align = <16>;", **block)

    def test_modes_that_swap_nothing_take_any_slots(self):
        for mode in ("direct-xip", "direct-xip-revert", "ram-load", "ram-load-revert", "single-slot", "firmware-loader"):
            self.assert_taken(MODE=mode, SIZE0="0x5000", SIZE1="0x21000")

    def test_options_say_the_mode_where_the_board_does_not(self):
        values = {"SIZE0": "0x21000", "AFTER": "/ { /delete-node/ mcuboot; };\n"}
        self.assert_taken(**values)
        offset = self.options("#define CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_USING_OFFSET 1\n")
        self.assert_refused_after("in mode swap-offset", offset, **values)
        self.assert_taken(*self.options("#define CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_USING_MOVE 1\n"), **values)

    def assert_refused_after(self, word, arguments, **values):
        result = self.run_on(*arguments, **values)
        self.assertEqual(result.returncode, 1)
        self.assertIn(word, result.stderr)

    def test_options_and_board_agree_on_the_mode(self):
        self.assert_refused("CONFIG_MCUBOOT_BOOTLOADER_MODE_OVERWRITE_ONLY", "swap-move",
                            arguments=self.options("#define CONFIG_MCUBOOT_BOOTLOADER_MODE_OVERWRITE_ONLY 1\n"))

    def test_buffers_that_are_no_whole_write_blocks_are_refused_by_the_option(self):
        block = {"EXTRA": "write-block-size = <16>;", "LOADER": "max-align = <16>;"}
        self.assert_refused("board.dts:11: ", "CONFIG_IMG_BLOCK_BUF_SIZE=1000", "16 bytes",
                            arguments=self.options("#define CONFIG_IMG_MANAGER 1\n#define CONFIG_IMG_BLOCK_BUF_SIZE 1000\n"
                                                   "#define CONFIG_BOOT_MAX_ALIGN 16\n"), **block)
        self.assert_refused("board.dts:11: ", "CONFIG_DFU_TARGET_HEADER_HOLD=32", "64 bytes",
                            arguments=self.options("#define CONFIG_DFU_TARGET_MCUBOOT 1\n#define CONFIG_DFU_TARGET_HEADER_HOLD 32\n"),
                            EXTRA="write-block-size = <64>;", MODE="direct-xip")

    def test_the_generated_file_asserts_them_too(self):
        self.assert_taken(EXTRA="write-block-size = <8>;")
        command = [project.CC, *project.WARNINGS, "-fsyntax-only", f"-I{project.SOURCE / 'include'}", f"-I{self.folder}",
                   self.folder / "out/flash_map_gen.c"]
        for size, code in ((1000, 0), (1001, 1)):
            self.options(f"#define CONFIG_IMG_MANAGER 1\n#define CONFIG_IMG_BLOCK_BUF_SIZE {size}\n")
            result = project.run(command)
            self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn("CONFIG_IMG_BLOCK_BUF_SIZE is no multiple of the write block of flash0, 8 bytes", result.stderr)


def boards():
    """Boards of the recorded boots: layout and bootloader, scenarios, whether an update was asked for, and carried out."""
    found = {}
    with gzip.open(project.SOURCE / "tests/vectors/boots.jsonl.gz", "rt") as file:
        for record in map(json.loads, file):
            build = record["mcuboot"]
            key = json.dumps([build["mode"], build["max_align"], build["images"], build["max_sectors"], record["flash"]])
            board = found.setdefault(key, types.SimpleNamespace(scenarios=set(), asked=False, swapped=False))
            board.scenarios.add(record["scenario"])
            for step in record["steps"]:
                board.asked |= bool({"test", "permanent"} & set(step.get("asked") or []))
                board.swapped |= bool({"test", "permanent"} & set(step.get("swap_type") or []))
    return found


def verdict(key):
    """None, or why the generator refuses a board."""
    mode, align, images, sectors, flashes = json.loads(key)
    partitions = []
    for flash in flashes:
        layout = flash["page"] if isinstance(flash["page"], list) else [[flash["size"] // flash["page"], flash["page"]]]
        device = gen_flash_map.Flash(None, flash["label"], 0, flash["size"], flash["write"], layout)
        for label, _, offset, size in flash["parts"]:
            node = types.SimpleNamespace(name=label, props={}, path="/")
            partition = gen_flash_map.Partition(node, device, offset, size, labels=[label])
            partition.id = gen_flash_map.fixed_id(partition)
            partitions.append(partition)
    try:
        rules.check_overlaps(partitions)
        rules.check_pages(partitions)
        rules.check_slots(partitions, rules.Bootloader(mode, align, images, sectors))
    except rules.MapError as error:
        return str(error)
    return None


class Vectors(unittest.TestCase):
    def test_what_mcuboot_has_swapped_is_taken(self):
        swapped = [key for key, board in boards().items() if board.swapped]
        self.assertGreater(len(swapped), 100)
        for key in swapped:
            with self.subTest(key):
                self.assertIsNone(verdict(key))

    def test_what_mcuboot_would_not_swap_is_refused(self):
        never = {key: board for key, board in boards().items() if board.asked and not board.swapped and
                 any(name.startswith(LAYOUTS) and not name.endswith("-bad") for name in board.scenarios)}
        self.assertGreater(len(never), 20)
        self.assertEqual({json.loads(key)[0] for key in never}, {"swap-scratch", "swap-move", "swap-offset", "overwrite-only"})
        for key in never:
            with self.subTest(key):
                self.assertIn("can never be", verdict(key) or "taken")


if __name__ == "__main__":
    unittest.main()
