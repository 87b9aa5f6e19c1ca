# SPDX-License-Identifier: Apache-2.0
"""Each test that HOSTILE.md names is there, and runs; each row names one."""
import re
import unittest

import project

TESTS = project.SOURCE / "tests"
TEXT = (TESTS / "HOSTILE.md").read_text()
NAMED = re.findall(r"`([\w/]+\.(?:c|py)):(\w+)`", TEXT)


def runs(path, name):
    """Whether a file has a test of this name, and puts it into its list."""
    text = (TESTS / path).read_text()
    if path.endswith(".py"):
        return re.search(rf"^ +def {name}\(self", text, re.MULTILINE) is not None and name.startswith("test_")
    is_there = re.search(rf"^static void {name}\(", text, re.MULTILINE) is not None
    return is_there and re.search(rf"^\t.*\b{name}\b", text, re.MULTILINE) is not None


class Hostile(unittest.TestCase):
    def test_each_row_names_tests_that_run(self):
        rows = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| what ")]
        self.assertGreater(len(rows), 30)
        for row in rows:
            what, tests = row.strip("|").split("|")
            self.assertRegex(tests, r"\A( `[\w/]+\.(c|py):\w+`)+ \Z", what)

    def test_each_test_that_is_named_is_there(self):
        for path, name in NAMED:
            with self.subTest(path=path, name=name):
                self.assertTrue((TESTS / path).is_file())
                self.assertTrue(runs(path, name))


if __name__ == "__main__":
    unittest.main()
