# SPDX-License-Identifier: Apache-2.0
"""PORTING.md, done as printed: its files written, its commands executed, each way to get the library tried."""
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import consumer
import project

TEXT = (project.SOURCE / "PORTING.md").read_text()
BLOCKS = re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
WAYS = {"subproject": "add_subdirectory(slotwise EXCLUDE_FROM_ALL)\n", "fetched": "FetchContent", "installed": "find_package",
        "header": "SLOTWISE_CONFIG_HEADER"}


def way(name):
    """The block that gets the library in one of the ways."""
    return next(text for _, file, text in BLOCKS if file == "get_slotwise.cmake" and WAYS[name] in text)


class Porting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.root = pathlib.Path(temporary.name)

    def product(self, name, get="subproject", said=None):
        """A folder with all files of the page, and header and port. With a list, all is done in the order of the page, and
        what the commands say goes there."""
        folder = self.root / name
        folder.mkdir()
        (folder / "slotwise").symlink_to(project.SOURCE)
        (folder / "get_slotwise.cmake").write_text(way(get))
        for language, file, text in BLOCKS:
            if language == "sh" and not file and (said is not None or text in self.commands()[:2]):
                output = self.run_in(folder, text)
                if said is not None:
                    said.append(output)
            elif language != "sh" and file != "get_slotwise.cmake":
                with open(folder / file, "a") as output:
                    output.write(text)
        if get in ("fetched", "installed"):
            (folder / "slotwise").unlink()
        return folder

    @staticmethod
    def commands():
        """Header, port, suite, update."""
        return [text for language, file, text in BLOCKS if language == "sh" and not file]

    @staticmethod
    def run_in(folder, command):
        return project.must_run(["sh", "-e", "-c", command], cwd=folder,
                                env=consumer.environment(CMAKE_GENERATOR="Ninja", CC=project.CC))

    def assert_works(self, tap, update):
        self.assertRegex(tap, r"(?m)^1\.\.\d+$")
        self.assertGreater(tap.count("\nok "), 15)
        self.assertNotIn("not ok", tap)
        self.assertIn("scheduled (0)\n", update)

    def test_the_page_as_printed_and_a_port_gone_wrong(self):
        said = []
        folder = self.product("printed", said=said)
        self.assert_works(*said[2:])
        project.must_run([project.CC, *project.WARNINGS, "-fsyntax-only", f"-I{project.SOURCE}/include", f"-I{project.SOURCE}/ports",
                          f"-I{folder}/build/slotwise/config", folder / "part.c"])

        port = folder / "flash_mychip.c"
        text = port.read_text()
        wrong = text.replace("memset(&cells[at], CHIP_ERASED, CHIP_PAGE);", "memset(&cells[at], CHIP_ERASED, 2 * CHIP_PAGE);")
        self.assertNotEqual(text, wrong)
        port.write_text(wrong)
        project.must_run(["cmake", "--build", folder / "build", "--target", "conformance"])
        result = project.run([folder / "build/conformance"])
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"(?m)^not ok \d+ - erase-granularity # rule: ")

    def test_the_library_fetched(self):
        """From a repository that has the tree as it is, tests and other builds aside."""
        origin = self.root / "origin"
        shutil.copytree(project.SOURCE, origin, ignore=lambda folder, names: [
            name for name in names if pathlib.Path(folder) == project.SOURCE and re.match(r"\.|build|tests$|fuzz$", name)])
        for command in ("init -q -b main", "add .", "-c user.name=test -c user.email=test@example.org commit -q -m all", "tag v0.1.0"):
            project.must_run(["git", "-C", origin, "-c", "core.hooksPath=/dev/null", *command.split()])
        folder = self.product("fetched", "fetched")
        lines = (folder / "get_slotwise.cmake").read_text()
        self.assertIn("GIT_REPOSITORY https://example.org/slotwise.git GIT_TAG v0.1.0)", lines)
        (folder / "get_slotwise.cmake").write_text(lines.replace("https://example.org/slotwise.git", f"file://{origin}"))
        options = (f"-DSLOTWISE_PYTHON={sys.executable}",)
        tap = project.must_run([consumer.build(folder, *options, target="conformance")])
        update = consumer.feed(consumer.build(folder, *options, target="update"), consumer.image())
        self.assert_works(tap, update.stdout.decode())
        self.assertTrue((folder / "build/_deps/slotwise-src/.git").exists())

    def test_the_library_installed(self):
        folder = self.product("installed", "installed")
        project.must_run(["cmake", "--install", project.BUILD, "--prefix", folder / "usr"])
        options = ("-DCMAKE_PREFIX_PATH=" + str(folder / "usr"),)
        tap = project.must_run([consumer.build(folder, *options, target="conformance")])
        update = consumer.feed(consumer.build(folder, *options, target="update"), consumer.image())
        self.assert_works(tap, update.stdout.decode())

    def test_the_library_for_a_chip_by_a_header_without_python(self):
        folder = self.product("header", "header")
        toolchain = project.SOURCE / "cmake/bare_metal.cmake"
        project.must_run(["cmake", "-G", "Ninja", "-S", folder, "-B", folder / "build", "--toolchain", toolchain,
                          "-DSLOTWISE_CPU=cortex-m4", "-DSLOTWISE_PYTHON=/nowhere/python"])
        project.must_run(["cmake", "--build", folder / "build", "--target", "slotwise", "slotwise_conformance"])
        symbols = project.must_run(["arm-none-eabi-nm", "-A", folder / "build/slotwise/libslotwise.a"])
        self.assertIn(" T dfu_target_mcuboot_write", symbols)
        self.assertNotIn("dfu_target_modem_delta_write", symbols)

    def test_as_part_of_another_project_nothing_else_is_built_or_changed(self):
        folder = self.product("part")
        (folder / "CMakeLists.txt").write_text(
            consumer.PROLOGUE + "include(get_slotwise.cmake)\nget_directory_property(options COMPILE_OPTIONS)\n"
            "if(options OR CMAKE_BUILD_TYPE OR TARGET slotwise_cli OR TARGET slotwise_crypto OR DEFINED CACHE{BUILD_TESTING}\n"
            "\t\tOR DEFINED CACHE{MBEDCRYPTO} OR DEFINED CACHE{SODIUM_LIBRARIES})\n"
            "\tmessage(FATAL_ERROR \"changed: ${options} ${CMAKE_BUILD_TYPE}\")\nendif()\n")
        (folder / "app.c").touch()
        result = consumer.configure(folder)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_what_is_missing_is_named(self):
        folder = self.product("missing")
        result = consumer.configure(folder, "-DSLOTWISE_PYTHON=/nowhere/python")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("SLOTWISE_CONFIG_HEADER", result.stderr)

    def test_files_and_links_that_the_page_names_are_there(self):
        for link in re.findall(r"\]\(([^)#]+)", TEXT):
            self.assertTrue((project.SOURCE / link).exists(), link)
        typical = (project.SOURCE / "configs/typical.conf").read_text().splitlines()
        self.assertEqual(set(next(text for _, file, text in BLOCKS if file == "slotwise.conf").splitlines()) - set(typical), set())
        for path in re.findall(r"`((?:src|ports|configs|scripts|include)/[\w./]*)`", TEXT):
            self.assertTrue((project.SOURCE / path).exists(), path)


if __name__ == "__main__":
    unittest.main()
