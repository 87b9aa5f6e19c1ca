# SPDX-License-Identifier: Apache-2.0
"""What an update tells about its cost: beside the operations that the simulated device counts, cut at each of them."""
import os
import re
import unittest

from support import CliTest, image, read, slotwise

LINE = re.compile(r"flash: (\d+) bytes received, (\d+) erases, (\d+) programs of (\d+) bytes, (\d+) records, "
                  r"longest call (\d+)\.(\d{3}) ms")
TINY = "tiny-1.1.0-none.bin"


class Receipt(CliTest):
    def begin(self):
        device = self.make("nrf52840dk")
        self.done("flash", device.path, "slot0", image("tiny-1.0.0-none.bin"))
        self.before = device.all_files()
        return device

    def restore(self, device):
        for name in set(device.all_files()) - set(self.before):
            os.unlink(os.path.join(device.path, name))
        for name, data in self.before.items():
            with open(os.path.join(device.path, name), "wb") as file:
                file.write(data)

    def operations(self, device):
        """What each operation of the update is, from the line of a cut before it."""
        kinds = []
        while True:
            self.restore(device)
            result = slotwise("update", device.path, image(TINY), "--cut-after", len(kinds))
            if result.code != 3:
                return kinds
            kinds.append(result.err.split(": power cut before operation ")[1].split(", ", 1)[1])

    def test_it_is_what_the_device_counted(self):
        device = self.begin()
        kinds = self.operations(device)
        programs = [re.match(r"program of (\d+) bytes", kind) for kind in kinds]
        programs = [int(match[1]) for match in programs if match]
        self.restore(device)
        line = LINE.fullmatch(self.done("update", device.path, image(TINY)).out.splitlines()[-1])
        self.assertEqual([int(number) for number in line.groups()[:5]],
                         [len(read(image(TINY))), sum(kind.startswith("erase") for kind in kinds), len(programs),
                          sum(programs), sum(kind.startswith("saving") for kind in kinds)])
        self.assertEqual(line.groups()[5:], ("85", "000"))
        self.restore(device)
        receipt = self.done("update", device.path, image(TINY), "--json").json()["receipt"]
        self.assertEqual(list(receipt), ["bytes_received", "erases", "programs", "bytes_programmed", "records", "longest_us"])
        self.assertEqual(list(receipt.values()), [int(number) for number in line.groups()[:5]] + [85000])

    def test_there_is_none_of_an_update_that_was_refused(self):
        device = self.begin()
        result = slotwise("update", device.path, self.write("bad", b"text" * 20), "--json")
        self.assertEqual((result.code, "receipt" in result.json()), (1, False))


if __name__ == "__main__":
    unittest.main()
