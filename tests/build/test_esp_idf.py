# SPDX-License-Identifier: Apache-2.0
"""The component of ESP-IDF, with the function of ESP-IDF that registers it replaced (esp_idf/): its files are those that
the options ask for and compile, and its flash driver keeps the rules on a partition in RAM. ESP-IDF has not built it."""
import pathlib
import re
import sys
import tempfile
import unittest

import consumer
import kconfiglib
import project

sys.path.insert(0, str(project.SOURCE / "scripts"))
import esp_idf  # noqa: E402  pylint: disable=wrong-import-position

HERE = project.SOURCE / "tests/build/esp_idf"


class EspIdf(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def configure(self, conf):
        project.make_config(self.folder, conf)
        (self.folder / "autoconf.h").rename(self.folder / "sdkconfig.h")
        return project.run(["cmake", "-G", "Ninja", "-S", HERE, "-B", self.folder / "build", f"-DSDKCONFIG={self.folder}",
                            f"-DCMAKE_C_COMPILER={project.CC}"])

    def test_the_component_is_built_and_its_driver_keeps_the_rules(self):
        result = self.configure("cortex-m.conf")
        self.assertEqual(result.returncode, 0, result.stderr)
        project.must_run(["cmake", "--build", self.folder / "build"])
        members = project.must_run(["ar", "t", self.folder / "build/component/libslotwise.a"]).split()
        asked_for = [pathlib.Path(file).name + ".o" for file in consumer.sources_of(self.folder / "sdkconfig.h")]
        self.assertEqual(sorted(members), sorted([*asked_for, "flash_esp_partition.c.o", "crypto_psa.c.o"]))
        tap = project.run([self.folder / "build/partition"])
        self.assertEqual(tap.returncode, 0, tap.stdout)
        self.assertGreater(tap.stdout.count("\nok "), 15)

    def test_the_chips_secure_boot_is_not_ours(self):
        """ESP-IDF defines CONFIG_SECURE_BOOT for it; the library's objects are the same without."""
        codes = []
        for line in ("", "#define CONFIG_SECURE_BOOT 1\n"):
            (self.folder / "sdkconfig.h").write_text("#define CONFIG_BOOTLOADER_MCUBOOT 1\n#define CONFIG_DFU_TARGET 1\n" + line)
            project.must_run([project.CC, "-std=c11", "-Os", "-S", "-DSLOTWISE_ESP_COMPONENT",
                              '-DSLOTWISE_CONFIG_HEADER="slotwise_esp_config.h"', f"-I{self.folder}", f"-I{project.SOURCE}/esp-idf",
                              f"-I{project.SOURCE}/include", f"-I{project.SOURCE}/src",
                              project.SOURCE / "src/fota/fota_file_name.c", "-o", self.folder / "code.s"])
            codes.append((self.folder / "code.s").read_text())
        self.assertEqual(*codes)

    def test_its_options_are_those_of_the_project(self):
        """As a menu among others; none bears the name of one of ESP-IDF's, nor asks for what is not there."""
        text = (project.SOURCE / "esp-idf/Kconfig").read_text()
        self.assertEqual(text, esp_idf.text(), "make esp-idf")
        (self.folder / "Kconfig").write_text(f'mainmenu "Espressif"\nsource "{project.SOURCE}/esp-idf/Kconfig"\n')
        kconf = kconfiglib.Kconfig(self.folder / "Kconfig", warn_to_stderr=False)
        self.assertEqual((kconf.warnings, kconf.mainmenu_text), ([], "Espressif"))
        self.assertEqual([sym.name for sym in kconf.syms.values() if not sym.nodes and not re.fullmatch(r"\d.*", sym.name)], ["MODULES"])
        self.assertNotIn("SECURE_BOOT", kconf.syms)
        ours = kconfiglib.Kconfig(project.SOURCE / "Kconfig", warn_to_stderr=False)
        self.assertGreater(len(kconf.unique_defined_syms), len(ours.unique_defined_syms) - 12)

    def test_an_older_cmake_gets_as_far_as_the_component(self):
        lines = (project.SOURCE / "CMakeLists.txt").read_text()
        self.assertLess(lines.index("if(ESP_PLATFORM)"), lines.index("cmake_minimum_required"))

    def test_what_needs_code_of_zcbors_is_refused_by_name(self):
        result = self.configure("host.conf")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("CONFIG_FMFU_FDEV", result.stderr)


if __name__ == "__main__":
    unittest.main()
