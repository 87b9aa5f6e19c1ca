# SPDX-License-Identifier: Apache-2.0
"""What an update tells about its cost: beside the operations that the simulated device counts, cut at each of them."""
import re
import shutil
import unittest

import sets
from support import image, read, slotwise

LINE = re.compile(r"flash: (\d+) bytes received, (\d+) erases, (\d+) programs of (\d+) bytes, (\d+) records, "
                  r"longest call (\d+)\.(\d{3}) ms")
TINY = "tiny-1.1.0-none.bin"


class Receipt(sets.SetTest):
    def begin(self):
        device = self.make("nrf52840dk").path
        self.done("flash", device, "slot0", image("tiny-1.0.0-none.bin"))
        return device

    def fresh(self, device):
        copy = self.path("copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(device, copy)
        return copy

    def operations(self, device, file):
        """What each operation of the update is, from the line of a cut before it."""
        kinds = []
        while True:
            result = slotwise("update", self.fresh(device), file, "--cut-after", len(kinds))
            if result.code != 3:
                return kinds
            kinds.append(result.err.split(": power cut before operation ")[1].split(", ", 1)[1])

    def counted(self, device, file):
        """Erases, programs, their bytes, records."""
        kinds = self.operations(device, file)
        programs = [re.match(r"program of (\d+) bytes", kind) for kind in kinds]
        programs = [int(match[1]) for match in programs if match]
        return [sum(kind.startswith("erase") for kind in kinds), len(programs), sum(programs),
                sum(kind.startswith("saving") for kind in kinds)]

    def test_it_is_what_the_device_counted(self):
        device = self.begin()
        line = self.done("update", self.fresh(device), image(TINY)).out.splitlines()[-1]
        line = LINE.fullmatch(line).groups()
        numbers = [int(number) for number in line[:5]]
        self.assertEqual(numbers, [len(read(image(TINY)))] + self.counted(device, image(TINY)))
        self.assertEqual(line[5:], ("85", "000"))
        receipt = self.done("update", self.fresh(device), image(TINY), "--json").json()["receipt"]
        self.assertEqual(list(receipt), ["bytes_received", "erases", "programs", "bytes_programmed", "records", "longest_us"])
        self.assertEqual(list(receipt.values()), numbers + [85000])

    def test_the_records_of_a_package_are_in_its_own(self):
        device = self.start("swap-move").path
        files = [(0, sets.image(0, "1.1.0", ["(1, 1.1.0+0)"], size=200)), (1, sets.image(1, "1.1.0", size=200))]
        path = self.write("package.bin", sets.package(files))
        receipt = self.done("update", self.fresh(device), path, "--json").json()["receipt"]
        self.assertEqual(list(receipt.values())[:5], [sum(len(data) for _, data in files)] + self.counted(device, path))

    def test_it_is_all_0_of_an_update_that_had_been_done_before(self):
        device = self.begin()
        self.done("update", device, image(TINY), "--no-schedule")
        line = self.done("update", device, image(TINY), "--no-schedule").out.splitlines()[-1]
        self.assertEqual(LINE.fullmatch(line).groups(), ("0",) * 6 + ("000",))
        receipt = self.done("update", device, image(TINY), "--no-schedule", "--json").json()["receipt"]
        self.assertEqual(list(receipt.values()), [0] * 6)

    def test_there_is_none_of_an_update_that_was_refused(self):
        result = slotwise("update", self.begin(), self.write("bad", b"text" * 20), "--json")
        self.assertEqual((result.code, "receipt" in result.json()), (1, False))


if __name__ == "__main__":
    unittest.main()
