# SPDX-License-Identifier: Apache-2.0
"""What `make install` leaves works: through pkg-config, through find_package(), and the command. Each installed tree is
one that was moved, since DESTDIR is no part of its prefix."""
import pathlib
import tempfile
import unittest

import consumer
import project

# An application with its own list of back-ends, which needs no library of others.
WITHOUT_CRYPTO = """#include <stdio.h>
#include <dfu/crypto.h>
#include <dfu/dfu_target_mcuboot.h>
const struct dfu_crypto_backend *const dfu_crypto_backends[] = {NULL};
const struct flash_area *flash_map;
const int flash_map_entries;
int main(void)
{
	static _Alignas(4) uint8_t buffer[512];
	printf("%d\\n", dfu_target_mcuboot_set_buf(buffer, sizeof(buffer)));
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 0, NULL) == 0;
}
"""


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.root = pathlib.Path(cls.temporary.name)
        project.must_run(["cmake", "--install", project.BUILD, "--prefix", "/opt/slotwise"],
                         env=consumer.environment(DESTDIR=cls.root))
        cls.prefix = cls.root / "opt/slotwise"
        cls.pkgconfig = next(cls.prefix.glob("lib*/**/pkgconfig"))

    def project(self, name, lines, program):
        return consumer.make(self.root / name, lines, program)

    def pkg_config(self, *options):
        return project.must_run(["pkg-config", *options, "slotwise"],
                                env=consumer.environment(PKG_CONFIG_PATH=self.pkgconfig)).split()

    def test_a_program_is_built_through_pkg_config(self):
        source, program = self.root / "program.c", self.root / "program"
        source.write_text(consumer.program_of_readme())
        project.must_run([project.CC, "-std=c11", *consumer.SANITIZED.split(), source, "-o", program,
                          *self.pkg_config("--cflags", "--libs")])
        result = consumer.feed(program, consumer.image())
        self.assertEqual((result.returncode, result.stdout), (0, b"scheduled (0)\n"), result.stderr)

    def test_a_program_is_built_through_find_package(self):
        folder = self.project("found", "find_package(slotwise 0.1 REQUIRED COMPONENTS crypto fota_curl)\n"
                              "target_link_libraries(app PRIVATE slotwise::fota_curl)\n", consumer.program_of_readme())
        result = consumer.feed(consumer.build(folder, f"-DCMAKE_PREFIX_PATH={self.prefix}"), consumer.image())
        self.assertEqual((result.returncode, result.stdout), (0, b"scheduled (0)\n"), result.stderr)

    def test_what_is_not_asked_for_is_not_looked_for(self):
        folder = self.project("bare", "find_package(slotwise REQUIRED COMPONENTS conformance)\n"
                              "target_link_libraries(app PRIVATE slotwise::conformance)\n", WITHOUT_CRYPTO)
        program = consumer.build(folder, f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON")
        self.assertEqual(consumer.feed(program, b"").stdout, b"0\n")
        self.assertNotRegex(project.must_run(["readelf", "-d", program]), "NEEDED.*(mbed|sodium|curl)")

    def test_another_version_or_component_is_refused(self):
        for line, message in (("find_package(slotwise 0.2 REQUIRED)", "slotwise-config.cmake, version: 0.1.0"),
                              ("find_package(slotwise REQUIRED COMPONENTS bluetooth)", "bluetooth")):
            with self.subTest(line):
                result = consumer.configure(self.project("refused", line, ""), f"-DCMAKE_PREFIX_PATH={self.prefix}")
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(message, result.stderr)

    def test_every_header_is_there_with_the_options_of_the_build(self):
        headers = sorted((self.prefix / "include/slotwise").rglob("*.h"))
        names = {str(header.relative_to(self.prefix / "include/slotwise")) for header in headers}
        ours = {str(path.relative_to(project.SOURCE / "include")) for path in (project.SOURCE / "include").rglob("*.h")}
        ports = {"conformance/flash_conformance", "crypto/crypto_backends", "flash/flash_file", "flash/flash_mtd",
                 "flash/flash_nrf_nvmc", "flash/flash_ram", "flash/flash_spi_nor", "flash/flash_template",
                 "flash/spi_nor_sfdp", "fota/fota_curl", "modem/modem_nrf", "settings/settings_file",
                 "settings/settings_ram"}
        self.assertEqual(ours | {"autoconf.h"} | {f"ports/{name}.h" for name in ports}, names)
        source = self.root / "all.c"
        source.write_text("".join(f"#include <{name}>\n" for name in sorted(ours)) +
                          "#include <autoconf.h>\n#ifndef CONFIG_DFU_TARGET_MCUBOOT\n#error other options\n#endif\n")
        project.must_run([project.CC, *project.WARNINGS, "-fsyntax-only", *self.pkg_config("--cflags"), source])

    def test_nothing_names_where_it_was_built(self):
        for file in sorted(self.prefix.rglob("*")):
            if file.suffix in (".pc", ".cmake", ".h"):
                with self.subTest(file.name):
                    text = file.read_text()
                    self.assertNotIn(str(project.SOURCE), text)
                    self.assertNotIn("/opt/slotwise", text)

    def test_the_command_is_in_the_path_for_programs(self):
        self.assertEqual(project.run([self.prefix / "bin/slotwise", "--help"]).returncode, 0)


if __name__ == "__main__":
    unittest.main()
