# SPDX-License-Identifier: Apache-2.0
"""library.json lists the files that its options ask for, and these compile for a chip with the header beside it and the
include folders that PlatformIO gives; its fields are those that the manifest has. No PlatformIO build is run here."""
import concurrent.futures
import json
import re

import tempfile
import unittest

import consumer
import project

MANIFEST = json.loads((project.SOURCE / "library.json").read_text())
FILES = [word[2:-1] for word in MANIFEST["build"]["srcFilter"] if word.startswith("+")]

class PlatformIo(unittest.TestCase):
    def test_the_header_is_that_of_the_options(self):
        with tempfile.TemporaryDirectory() as name:
            made = project.make_config(name, "platformio.conf") / "autoconf.h"
            self.assertEqual((project.SOURCE / "platformio/autoconf.h").read_text(), made.read_text())

    def test_the_files_are_those_that_the_options_ask_for(self):
        self.assertEqual(FILES, consumer.sources_of(project.SOURCE / "platformio/autoconf.h"))

    def test_the_files_compile(self):
        flags = [f"-I{project.SOURCE / flag[3:]}" for flag in MANIFEST["build"]["flags"]]
        includes = [f"-I{project.SOURCE / MANIFEST['build'][key]}" for key in ("includeDir", "srcDir")]

        def compile_one(file):
            project.must_run(["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "--specs=picolibc.specs", "-std=c11", "-Werror",
                              "-fsyntax-only", *flags, *includes, project.SOURCE / "src" / file])

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(compile_one, FILES))

    def test_the_version_is_that_of_the_project(self):
        text = (project.SOURCE / "CMakeLists.txt").read_text()
        version = re.search(r"project\(slotwise VERSION (\S+)", text)[1]
        self.assertEqual(MANIFEST["version"], version)
        component = (project.SOURCE / "idf_component.yml").read_text()
        self.assertIn(f'version: "{version}"', component)

    def test_the_fields_are_those_of_a_manifest(self):
        self.assertLessEqual({"name", "version", "description", "keywords", "license"}, set(MANIFEST))
        self.assertLessEqual(set(MANIFEST), {"$schema", "name", "version", "description", "keywords", "license", "headers",
                                             "frameworks", "platforms", "build", "export"})
        self.assertLessEqual(set(MANIFEST["build"]), {"includeDir", "srcDir", "srcFilter", "flags"})
        self.assertLessEqual(len(MANIFEST["description"]), 255)
        for header in MANIFEST["headers"]:
            self.assertTrue((project.SOURCE / "include" / header).exists(), header)

if __name__ == "__main__":
    unittest.main()
