# SPDX-License-Identifier: Apache-2.0
"""The gate of `make size`: growth fails, in each figure and with real objects, and so does what has no budget."""
import copy
import pathlib
import shutil
import sys
import tempfile
import unittest

import project

sys.path[:0] = [str(project.SOURCE / "bench"), str(project.SOURCE / "scripts")]
import features  # noqa: E402  (bench/)
import marked  # noqa: E402  (scripts/)
import objects  # noqa: E402
import size  # noqa: E402

FIGURES = {"text": 900, "rodata": 90, "data": 10, "bss": 40, "flash": 1000, "ram": 50, "stack": 200}
MEASURED = {"Cortex-M4": {"compiler": "gcc 12", "features": {"core": FIGURES}}}
BUDGET = size.budget_of(MEASURED)


def grown(**figures):
    measured = copy.deepcopy(MEASURED)
    measured["Cortex-M4"]["features"]["core"].update(figures)
    return measured


class Gate(unittest.TestCase):
    def test_what_was_measured_fits_its_own_budget(self):
        self.assertEqual(size.excesses(MEASURED, BUDGET), [])

    def test_two_per_cent_fit_and_more_does_not(self):
        for kind, fits in (("flash", 1020), ("ram", 51), ("stack", 204)):
            with self.subTest(kind=kind):
                self.assertEqual(size.excesses(grown(**{kind: fits}), BUDGET), [])
                found = size.excesses(grown(**{kind: fits + 1}), BUDGET)
                self.assertEqual(len(found), 1)
                self.assertIn(f"Cortex-M4, core: {kind} {fits + 1}, budget", found[0])

    def test_nothing_may_grow_where_nothing_was(self):
        budget = size.budget_of(grown(ram=0))
        self.assertEqual(len(size.excesses(grown(ram=1), budget)), 1)

    def test_a_feature_and_a_core_without_a_budget_fail(self):
        self.assertEqual(size.excesses(MEASURED, {}), ["Cortex-M4, core: has no budget"])

    def test_another_compiler_is_named(self):
        measured = copy.deepcopy(MEASURED)
        measured["Cortex-M4"]["compiler"] = "gcc 13"
        self.assertEqual(size.other_compilers(MEASURED, BUDGET), [])
        self.assertEqual(size.other_compilers(measured, BUDGET), ["Cortex-M4: the budget is for gcc 12, this is gcc 13"])


class Documents(unittest.TestCase):
    MARKS = ("<!-- begin -->\n", "<!-- end -->\n")

    def document(self, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name, "README.md")
        path.write_text(text)
        return path

    def test_a_table_is_written_between_its_marks_and_then_fits(self):
        path = self.document("before\n<!-- begin -->\nold\n<!-- end -->\nbehind\n")
        marked.update(path, *self.MARKS, "| 1 |\n", False, "make it")
        self.assertEqual(path.read_text(), "before\n<!-- begin -->\n\n| 1 |\n\n<!-- end -->\nbehind\n")
        marked.update(path, *self.MARKS, "| 1 |\n", True, "make it")

    def test_one_that_differs_fails_the_check_and_stays(self):
        path = self.document("<!-- begin -->\n\n| 1 |\n\n<!-- end -->\n")
        with self.assertRaises(SystemExit) as caught:
            marked.update(path, *self.MARKS, "| 2 |\n", True, "make it")
        self.assertIn("make it", str(caught.exception))
        self.assertIn("| 1 |", path.read_text())

    def test_a_document_without_the_marks_fails(self):
        for text in ("", "<!-- begin -->\n", "<!-- begin -->\n<!-- begin -->\n<!-- end -->\n"):
            with self.subTest(text=text), self.assertRaises(SystemExit):
                marked.update(self.document(text), *self.MARKS, "", False, "make it")


class Measurement(unittest.TestCase):
    """On a copy of the tree, where growth is planted."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        for name in ("include", "src", "configs", "Kconfig"):
            copy_of = shutil.copytree if (project.SOURCE / name).is_dir() else shutil.copy
            copy_of(project.SOURCE / name, self.tree / name)
        for name in ("scripts/genconfig.py", "bench/sources.cmake"):
            (self.tree / name).parent.mkdir()
            shutil.copy(project.SOURCE / name, self.tree / name)
        self.addCleanup(setattr, objects, "SOURCE", objects.SOURCE)
        objects.SOURCE = self.tree

    def measure(self, roots, options=()):
        for cache in (objects.mentions, objects.defines, objects.content_digest):
            cache.cache_clear()
        configuration = objects.Configuration(self.tree / "out/config", options)
        core = next(core for core in objects.CORES if core.name == "Cortex-M4")
        made = objects.Objects(self.tree / "out/objects", core, project.BUILD / "zcbor")
        return made.program(features.Program(roots), configuration)[0], made

    def plant(self, text):
        file = self.tree / "src/stream/stream_flash.c"
        with file.open("a", encoding="utf-8") as source:
            source.write(text)

    def test_code_and_ram_that_are_reached_count_and_others_do_not(self):
        before, _ = self.measure(features.STREAM)
        self.assertGreater(before.text, 500)
        self.plant("int nobody(int);\nint nobody(int x) { return x * 3; }\n")
        self.assertEqual(self.measure(features.STREAM)[0].numbers(), before.numbers())
        self.plant("int planted(int);\nint planted(int x) { static int calls[10]; calls[x]++; return calls[0] * 3; }\n")
        after, _ = self.measure((*features.STREAM, "planted"))
        self.assertGreater(after.text, before.text)
        self.assertEqual(after.ram, before.ram + 40)

    def test_constants_count_as_flash_and_initialised_data_as_both(self):
        before, _ = self.measure(features.STREAM)
        self.plant("const char constant[100] = {1};\n")
        constant, _ = self.measure((*features.STREAM, "constant"))
        self.assertEqual((constant - before).numbers(), (0, 100, 0, 0))
        self.plant("char data[50] = {1};\n")
        data, _ = self.measure((*features.STREAM, "data"))
        self.assertEqual(((data - before).flash, (data - before).ram), (50, 50))

    def test_what_an_included_header_changes_is_compiled_again(self):
        _, first = self.measure(features.STREAM)
        _, again = self.measure(features.STREAM)
        self.assertEqual(first.compiled, again.compiled)
        header = self.tree / "include/drivers/flash.h"
        header.write_text(header.read_text() + "/* changed */\n")
        _, changed = self.measure(features.STREAM)
        self.assertLess(len(first.compiled & changed.compiled), len(first.compiled) / 2)

    def test_only_files_that_mention_an_option_are_compiled_again_for_it(self):
        _, first = self.measure(features.STREAM)
        _, same = self.measure(features.STREAM, ("CONFIG_MCUBOOT_BOOTLOADER_MODE_OVERWRITE_ONLY=y",))
        self.assertEqual(first.compiled, same.compiled)
        _, other = self.measure(features.STREAM, ("CONFIG_FLASH_FILL_BUFFER_SIZE=64",))
        self.assertNotEqual(first.compiled, other.compiled)

    def test_a_function_that_is_nowhere_ends_the_measurement(self):
        with self.assertRaises(SystemExit) as caught:
            self.measure((*features.STREAM, "nowhere_to_be_found"))
        self.assertIn("nowhere_to_be_found", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
