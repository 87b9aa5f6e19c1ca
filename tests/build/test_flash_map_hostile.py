# SPDX-License-Identifier: Apache-2.0
"""Devicetrees that mean harm, or were written in a hurry: the generator refuses each with a line and a name, in good time,
and never ends in an error of its own. `slotwise new` takes none of them either, but for those that only the generator can
know to be wrong."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import project

sys.path.insert(0, str(project.SOURCE / "scripts"))
import flash_map_rules as rules  # noqa: E402  pylint: disable=wrong-import-position
import gen_flash_map  # noqa: E402  pylint: disable=wrong-import-position

BOARD = """/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	mcuboot { compatible = "slotwise,mcuboot"; mode = "swap-move"; };
	flash0: flash@0 {
		compatible = "soc-nv-flash";
		reg = <0x0 0x100000>;
		erase-block-size = <4096>;
		write-block-size = <4>;
		partitions {
			compatible = "fixed-partitions";
			#address-cells = <1>;
			#size-cells = <1>;
			boot_partition: partition@0 { reg = <0x0 0x8000>; };
			slot0_partition: partition@10000 { reg = <0x10000 0x20000>; };
			slot1_partition: partition@40000 { reg = <0x40000 0x20000>; };
			storage_partition: partition@90000 { reg = <0x90000 0x4000>; };
		};
	};
};
"""
TABLE = 'compatible = "fixed-partitions"; #address-cells = <1>; #size-cells = <1>;'
SLOT1 = "slot1_partition: partition@40000 { reg = <0x40000 0x20000>; };"
SECOND = ('/ { flash1: flash@%x { compatible = "soc-nv-flash"; reg = <%#x 0x80000>; erase-block-size = <4096>; partitions { ' +
          TABLE + " other: partition@0 { reg = <0 0x1000>; }; }; }; };\n")
SERIAL = ('/ { spi { #address-cells = <1>; #size-cells = <0>; ext: mx@0 { compatible = "jedec,spi-nor"; reg = <0>; '
          "size = <%#x>; partitions { " + TABLE + " other: partition@0 { reg = <0 0x1000>; }; }; }; }; };\n")
# What is replaced by what, the line, and words of the message. A leading + is added behind the board.
REFUSED = (
    ("write-block-size = <4>", "write-block-size = <4 4>", 10, ("/flash@0", "write-block-size")),
    ("write-block-size = <4>", 'write-block-size = "4"', 10, ("/flash@0", "write-block-size")),
    ("write-block-size = <4>", "write-block-size = [04]", 10, ("/flash@0", "write-block-size")),
    ("write-block-size = <4>", "write-block-size = <0>", 10, ("/flash@0", "a write block of 0 is not")),
    ("write-block-size = <4>", "write-block-size = <1024>", 10, ("/flash@0", "a write block of 1024 is not")),
    ("<4096>", "<(1/0)>", 9, ("division by zero",)),
    ("<4096>", "<&slot0_partition>", 9, ("/flash@0", "erase-block-size")),
    ("0x100000>", "0x0>", 8, ("/flash@0", "a device of 0 bytes")),
    ("0x100000>", "0x100000 0x200000 0x100000>", 8, ("/flash@0", "'reg' is not one address and size")),
    ("<0x40000 0x20000>", "<0x40000 0x20000 0>", 17, ("partition@40000", "'reg' is not one address and size")),
    ("<0x40000 0x20000>", "<0x40000 0x20000 0x80000 0x1000>", 17, ("partition@40000", "'reg' is not one address and size")),
    ("<0x40000 0x20000>", "<0x40000 0>", 17, ("partition@40000", "0x40000 + 0x0 is not inside flash0")),
    ("<0x40000 0x20000>", "<0xff000 0x2000>", 17, ("partition@40000", "is not inside flash0 of 0x100000 bytes")),
    ("<0x40000 0x20000>", "<0xfffff000 0x2000>", 17, ("partition@40000", "is not inside flash0")),
    ("<0x40000 0x20000>", "<0x40002 0x20000>", 17, ("slot1_partition begins at 0x40002, inside a write block of flash0",)),
    ("\t\t\t#address-cells = <1>;", "\t\t\t#address-cells = <0xffffffff>;", 15, ("cells",)),
    ("\t\t\t#address-cells = <1>;", '\t\t\t#address-cells = "1";', 13, ("/flash@0/partitions", "#address-cells")),
    ("storage_partition: partition@90000", "slot1_partition: partition@90000", 18, ("Label 'slot1_partition'",)),
    ("slot1_partition: ", "slot3_partition: slot1_partition: ", 17, ("is both slot3_partition and slot1_partition",)),
    ("reg = <0x40000", "status; reg = <0x40000", 17, ("partition@40000", "status")),
    ("reg = <0x40000", "label = <1>; reg = <0x40000", 17, ("partition@40000", "label")),
    (SLOT1, "partition@40000 { " + TABLE + " reg = <0x40000 0x20000>; inner: partition@0 { reg = <0 0x1000>; }; };", 17,
     ("partition@40000", "a partition and a table of partitions")),
    (SLOT1, "partition@40000 { " + TABLE.replace("fixed-", "fixed-sub") + " reg = <0x40000 0x20000>; slot1_partition: "
     "partition@0 { reg = <0 0x20000>; }; };", 17, ("slot1_partition lies in no fixed-partitions",)),
    ("+", SECOND % (0x80000, 0x80000), 22, ("flash1, 0x80000 + 0x80000, overlaps flash0, 0x0 + 0x100000",)),
    ("+", "&flash0 { more { " + TABLE + " other: partition@20000 { reg = <0x20000 0x1000>; }; }; };\n", 22,
     ("other, 0x20000 + 0x1000, overlaps slot0_partition",)),
    ("+", SERIAL % 0x800001, 22, ("/spi/mx@0", "8388609 bits are not whole bytes")),
    ("+", SERIAL % 0, 22, ("/spi/mx@0", "a device of 0 bytes")),
    ("+", '/ { again { compatible = "slotwise,mcuboot"; mode = "direct-xip"; }; };\n', 22, ("not the only node",)),
    (' mode = "swap-move";', "", 5, ("/mcuboot", "'mode' is missing")),
    ('"swap-move"', "<3>", 5, ("/mcuboot", "mode")),
    ('"swap-move"', '"swap-move"; max-align = <12>', 5, ("/mcuboot", "max-align is 12, not 8, 16 or 32")),
    ('"swap-move"', '"swap-move"; images = <0xffffffff>', 5, ("/mcuboot", "images is 4294967295, not 1 to 8")),
    ('"swap-move"', '"swap-move"; max-sectors = <0>', 5, ("/mcuboot", "max-sectors is 0, not 1 to 65535")),
)
# Only the generator knows these to be wrong: `slotwise new` has no addresses of devices.
GENERATOR_ONLY = ("status;", "flash1:")


class Hostile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.board = pathlib.Path(folder.name, "board.dts")

    def generate(self, text, options=None):
        """Header and source. Whatever is raised but MapError would be a traceback."""
        self.board.write_bytes(text if isinstance(text, bytes) else text.encode())
        return gen_flash_map.generate(str(self.board), [], project.CC, options or {})

    def assert_refused(self, text, *words, options=None):
        with self.assertRaises(rules.MapError) as caught:
            self.generate(text, options)
        for word in words:
            self.assertIn(word, str(caught.exception))

    @staticmethod
    def edited(old, new):
        assert old == "+" or old in BOARD, old
        return BOARD + new if old == "+" else BOARD.replace(old, new, 1)

    def test_the_board_itself_is_taken(self):
        self.generate(BOARD)
        self.generate(BOARD + SECOND % (0x100000, 0x100000))
        self.generate(BOARD + SERIAL % 0x800000)

    def test_each_is_refused_with_its_line_and_name(self):
        for old, new, line, words in REFUSED:
            with self.subTest(new):
                self.assert_refused(self.edited(old, new), f"board.dts:{line}", *words)

    def test_the_command_takes_none_of_them(self):
        for old, new, _, _ in REFUSED:
            if not any(word in new for word in GENERATOR_ONLY):
                with self.subTest(new):
                    self.board.write_text(self.edited(old, new))
                    result = project.run([project.BUILD / "slotwise", "new", self.board.with_name("dev"), "--board", self.board])
                    self.assertEqual(result.returncode, 1, result.stdout)
                    self.assertIn("board.dts", result.stderr)
                    self.assertFalse(self.board.with_name("dev").exists())

    def test_more_pages_than_any_flash_has_are_refused_at_once(self):
        huge = BOARD.replace("0x100000>", "0x80000000>").replace("<4>", "<1>").replace("<4096>", "<1>")
        self.assert_refused(huge, "board.dts:9", "/flash@0", "more than 1048576 pages")

    def test_what_is_no_text_is_refused(self):
        self.assert_refused(BOARD.encode().replace(b"reg = <0x40000", b'label = "\xff"; reg = <0x40000'), "board.dts:17: is not UTF-8")
        self.assert_refused(bytes(range(256)) * 4, "board.dts")
        self.assert_refused("", "board.dts")
        self.assert_refused("/dts-v1/;\n/ {" + "a {" * 3000 + "};" * 3000 + "};\n", "board.dts", "too deeply")
        self.assert_refused(BOARD[:400], "board.dts:")
        self.assert_refused('#include "board.dts"\n' + BOARD, "board.dts")

    def test_an_included_file_has_lines_of_its_own(self):
        self.board.with_name("more.dtsi").write_text('\n&flash0 {\n\twrite-block-size = "4";\n};\n')
        self.assert_refused(BOARD + '#include "more.dtsi"\n', "more.dtsi:3", "write-block-size")

    def test_any_label_is_a_string_of_c(self):
        text = self.generate(BOARD.replace("reg = <0x40000", 'label = "a\\"\\n\\\\b??/\\x01\u00e9"; reg = <0x40000'))[1]
        source = self.board.with_name("label.c")
        string = next(line for line in text.splitlines() if ".fa_id = 1," in line).split(".fa_label = ")[1].removesuffix("},")
        source.write_text(f"#include <stdio.h>\nint main(void)\n{{\n\treturn fputs({string}, stdout) < 0;\n}}\n")
        program = self.board.with_name("label")
        project.must_run([project.CC, *project.WARNINGS, source, "-o", program])
        self.assertEqual(subprocess.run([program], capture_output=True, check=True).stdout, 'a"\n\\b??/\x01\u00e9'.encode())

    def test_numbers_of_options_are_those_of_c(self):
        options = {"BOOTLOADER_MCUBOOT": "1", "IMG_MANAGER": "1"}
        self.generate(BOARD, {**options, "IMG_BLOCK_BUF_SIZE": "(0x200u)", "BOOT_MAX_ALIGN": "8UL"})
        self.assert_refused(BOARD, "CONFIG_IMG_BLOCK_BUF_SIZE", "SIZE", "no number", options={**options, "IMG_BLOCK_BUF_SIZE": "SIZE"})
        self.assert_refused(BOARD, "CONFIG_BOOT_MAX_ALIGN", "no number", options={**options, "BOOT_MAX_ALIGN": "8 + 8"})

    def test_a_folder_that_cannot_be_written_is_named(self):
        self.board.write_text(BOARD)
        result = project.script("gen_flash_map.py", self.board, "--out", self.board / "out", "--cpp", project.CC)
        self.assertEqual(result.returncode, 1)
        self.assertIn(os.path.join("board.dts", "out"), result.stderr)
        self.assertNotIn("Traceback", result.stderr)


if __name__ == "__main__":
    unittest.main()
