# SPDX-License-Identifier: Apache-2.0
"""The component of ESP-IDF, with the function of ESP-IDF that registers it replaced (esp_idf/): its files are those that
the options ask for and compile, and its flash driver keeps the rules on a partition in RAM. ESP-IDF has not built it."""
import pathlib
import tempfile
import unittest

import consumer
import project

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

    def test_what_needs_code_of_zcbors_is_refused_by_name(self):
        result = self.configure("host.conf")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("CONFIG_FMFU_FDEV", result.stderr)


if __name__ == "__main__":
    unittest.main()
