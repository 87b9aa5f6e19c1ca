# SPDX-License-Identifier: Apache-2.0
"""Boards that can be made but whose slots no bootloader can work with: a warning, then refusals by name."""
import os
import subprocess
import unittest

from support import BOARDS, CliTest, MAGIC, ROOT, image, key, read, slotwise

OLD = image("tiny-1.0.0-none.bin")
NEW = image("tiny-1.1.0-none.bin")
MODES = ("swap-scratch", "swap-move", "swap-offset", "overwrite-only", "direct-xip", "direct-xip-revert", "ram-load",
         "ram-load-revert", "single-slot", "firmware-loader")
NEVER = "the bootloader can never swap "


class Boards(CliTest):
    def make_changed(self, *changes, board="nrf52840dk"):
        source = read(os.path.join(ROOT, f"boards/{board}.dts")).decode()
        for old, new in changes:
            self.assertIn(old, source)
            source = source.replace(old, new)
        path = self.path("dev")
        result = slotwise("new", path, "--board", self.write("board.dts", source.encode()), "--json")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(result.json(), {"device": path, "mode": "swap-move"})
        return path, result.err

    def make_older(self, *changes):
        """A device as it was made before such a board was refused, and what is said of it now."""
        path, _ = self.make_changed()
        source = read(os.path.join(ROOT, "boards/nrf52840dk.dts")).decode()
        for old, new in changes:
            source = source.replace(old, new)
        board = self.write("older.dts", source.encode())
        refusal = self.refused("new", self.path("newer"), "--board", board)
        self.assertFalse(os.path.exists(self.path("newer")))
        subprocess.run(["dtc", "-@", "-q", "-I", "dts", "-O", "dtb", "-o", os.path.join(path, "board.dtb"), board], check=True)
        return path, refusal

    def test_a_scratch_area_that_is_not_whole_pages_is_refused(self):
        source = read(os.path.join(ROOT, "boards/stm32h7.dts")).decode().replace("0x1a0000 0x20000", "0x1a0000 0x10000")
        why = self.refused("new", self.path("dev"), "--board", self.write("scratch.dts", source.encode()))
        self.assertIn("scratch_partition: does not begin and end on page boundaries of flash0", why)

    def raw(self, path):
        return {name: read(os.path.join(path, name)) for name in os.listdir(path)}

    def refused_and_unchanged(self, *args):
        before = self.raw(args[1])
        message = self.refused(*args)
        self.assertTrue(self.raw(args[1]) == before)
        return message

    def test_shipped_boards_are_not_warned_of(self):
        for board in os.listdir(os.path.join(ROOT, "boards")):
            if board.endswith(".dts"):
                self.done("new", self.path(board), "--board", os.path.join(ROOT, "boards", board))

    def test_a_slot_that_is_not_whole_pages_is_refused_by_name(self):
        path, refusal = self.make_older(("reg = <0x82000 0x76000>", "reg = <0x82800 0x75800>"))
        why = ("does not begin and end on page boundaries of flash0, so it cannot be erased without its "
               "neighbours")
        self.assertEqual(refusal, f"slot1_partition: {why}")
        self.done("flash", path, "slot0", OLD)
        for verb in (["flash", path, "slot1", NEW], ["update", path, NEW]):
            self.assertEqual(self.refused_and_unchanged(*verb), f"slot1_partition: {why}")
        self.assertEqual(self.done("boot", path, "--json").json()["active"], [0])
        self.done("status", path)

    def test_boot_does_not_write_a_slot_that_is_not_whole_pages(self):
        path, _ = self.make_older(("reg = <0xc000 0x76000>", "reg = <0xc800 0x75800>"),
                                  ("reg = <0x82000 0x76000>", "reg = <0x82800 0x75800>"))
        trailer = b"\x02" + b"\xff" * 23 + MAGIC[8]
        with open(os.path.join(path, "flash0.bin"), "r+b") as file:
            for offset, data in ((0xc800, read(OLD)), (0x82800, read(NEW)), (0xf8000 - 40, trailer)):
                file.seek(offset)
                file.write(data)
        self.assertIn("is not modelled", self.refused_and_unchanged("boot", path))

    def test_slots_that_never_swap_are_warned_of_and_refused_in_words(self):
        for changes, words in (
                ([("reg = <0x82000 0x76000>", "reg = <0x82000 0x60000>")],
                 "slot0_partition, 118 pages of 4096 bytes, with slot1_partition, 96 pages of 4096 bytes"),
                ([("images = <1>;", "images = <1>; max-sectors = <16>;")], "no more than max-sectors (16)")):
            path, warnings = self.make_changed(*changes)
            self.assertTrue(warnings.startswith(f"slotwise: {path}: warning: {NEVER}"), warnings)
            self.assertEqual(warnings.count("\n"), 1)
            self.assertIn(words, warnings)
            self.done("flash", path, "slot0", OLD)
            self.done("flash", path, "slot1", NEW)
            for verb in (["update", path, NEW], ["schedule", path]):
                self.assertEqual("slotwise: " + self.refused_and_unchanged(*verb) + "\n",
                                 warnings.replace("warning: ", ""))
            os.rename(path, self.path("was-" + str(len(words))))

    def test_slots_of_unequal_pages_never_swap(self):
        path, warnings = self.make_changed(("reg = <0x20000 0x60000>", "reg = <0x10000 0x70000>"),
                                           board="stm32f4")
        self.assertIn(NEVER + "slot0_partition, 4 pages of unequal size, with slot1_partition, 3 pages of 131072 bytes",
                      warnings)
        self.assertIn(NEVER, self.refused_and_unchanged("update", path, NEW))

    def test_every_mode_that_a_shipped_board_can_have_is_not_warned_of(self):
        for board, what in BOARDS.items():
            for mode in MODES:
                args = ["new", self.path(f"{board}-{mode}"), "--board", os.path.join(ROOT, f"boards/{board}.dts"),
                        "--mode", mode]
                if mode == "swap-scratch" and not what.get("scratch"):
                    self.assertIn("scratch_partition: is missing", self.refused(*args))
                else:
                    self.done(*args)

    def test_slots_that_do_not_go_together_are_told_by_what_the_mode_asks(self):
        source = read(os.path.join(ROOT, "boards/stm32f4.dts")).decode()
        source = source.replace("reg = <0x20000 0x60000>", "reg = <0x20000 0x40000>")
        for mode, words in (("swap-offset", "equal pages, as many or one more in the second"),
                            ("swap-scratch", "slots of one size"), ("overwrite-only", "can never overwrite slot0")):
            path = self.path(mode)
            if mode == "swap-offset":
                changed = source.replace("reg = <0x80000 0x60000>", "reg = <0x80000 0x20000>")
            else:
                changed = source
            result = slotwise("new", path, "--board", self.write("board.dts", changed.encode()), "--mode", mode)
            self.assertEqual(result.code, 0)
            self.assertIn(words, result.err)
            self.assertIn(words, self.refused_and_unchanged("update", path, NEW))

    def test_a_key_is_found_beside_the_board_and_copied(self):
        os.mkdir(self.path("boards"))
        os.mkdir(self.path("boards/keys"))
        text = read(os.path.join(ROOT, "boards/nrf52840dk.dts")).decode().replace(
            "images = <1>;", 'images = <1>; signature-type = "ecdsa-p256"; public-key = "keys/own.pem";')
        board = self.write("boards/board.dts", text.encode())
        pem = self.write("boards/keys/own.pem", read(key("ec256-a")))
        path = self.path("dev")
        self.done("new", path, "--board", board)
        self.assertEqual(read(os.path.join(path, "public-key.pem")), read(key("ec256-a")))
        os.unlink(pem)
        self.done("flash", path, "slot0", image("med-1.0.0-ec256.bin"))
        self.done("update", path, image("med-1.1.0-ec256.bin"))
        self.assertIn("not signed with the bootloader's key",
                      self.refused("update", path, image("med-1.1.0-ec256b.bin")))
        for words in ("No such file", "not a public key"):
            self.assertIn(f"public-key: {pem}: {words}", self.refused("new", self.path("other"), "--board", board))
            self.assertFalse(os.path.exists(self.path("other")))
            self.write("boards/keys/own.pem", b"no key")
        os.unlink(os.path.join(path, "public-key.pem"))
        self.assertEqual(self.refused("status", path), f"{path}: {path}/public-key.pem: No such file or directory")

    def test_pairs_that_never_swap_are_not_warned_of_where_nothing_is_swapped(self):
        source = read(os.path.join(ROOT, "boards/nrf52840dk.dts")).decode()
        source = source.replace("reg = <0x82000 0x76000>", "reg = <0x82000 0x60000>")
        self.done("new", self.path("dev"), "--board", self.write("board.dts", source.encode()), "--mode", "direct-xip")


if __name__ == "__main__":
    unittest.main()
