# SPDX-License-Identifier: Apache-2.0
"""The stand-ins for the modem library's headers: good in C and C++, and gone where the SDK has its own."""
import pathlib
import re
import tempfile
import unittest

import project

PORTS = project.SOURCE / "ports"
STAND_INS = PORTS / "modem/nrf"
PORT = [PORTS / f"modem/modem_nrf{part}.c" for part in ("", "_delta", "_full")]
HEADERS = [*sorted(path.name for path in STAND_INS.glob("*.h")), "modem/modem_nrf.h"]
CPP = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
CORTEX_M33 = ["-mcpu=cortex-m33", "-mthumb", "-Os", "--specs=picolibc.specs"]
# Each struct beside the function of its name, and what C++ mangles otherwise.
USE = """
extern int (*uuid)(struct nrf_modem_delta_dfu_uuid *);
int (*uuid)(struct nrf_modem_delta_dfu_uuid *) = nrf_modem_delta_dfu_uuid;
extern int (*digest)(struct nrf_modem_bootloader_fw_segment *, size_t, struct nrf_modem_bootloader_digest *);
int (*digest)(struct nrf_modem_bootloader_fw_segment *, size_t, struct nrf_modem_bootloader_digest *) =
	nrf_modem_bootloader_digest;
extern struct nrf_modem_delta_dfu_uuid a_uuid;
struct nrf_modem_delta_dfu_uuid a_uuid;
extern int (*init)(struct dfu_modem_nrf *, const struct dfu_modem_nrf_config *);
int (*init)(struct dfu_modem_nrf *, const struct dfu_modem_nrf_config *) = dfu_modem_nrf_init;
"""


class Headers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = project.make_config(pathlib.Path(folder.name), "host.conf")

    def compile(self, compiler, flags, text, suffix, *more):
        source = self.folder / f"one{suffix}"
        source.write_text(text)
        return project.must_run([compiler, *flags, f"-I{project.SOURCE / 'include'}", f"-I{PORTS}", f"-I{self.folder}",
                                 f"-I{STAND_INS}", "-c", source, "-o", self.folder / "one.o", *more])

    def test_each_compiles_alone_and_twice(self):
        self.assertEqual(len(HEADERS), 5)
        for name in HEADERS:
            text = f"#include <{name}>\n#include <{name}>\nextern int nothing;\n"
            for compiler, flags, suffix in ((project.CC, project.WARNINGS, ".c"),
                                            ("arm-none-eabi-gcc", [*project.WARNINGS, *CORTEX_M33], ".c"),
                                            ("arm-none-eabi-g++", [*CPP, *CORTEX_M33], ".cpp")):
                with self.subTest(header=name, compiler=compiler):
                    self.compile(compiler, flags, text, suffix)

    def test_c_and_cpp_see_the_same_functions_beside_structs_of_their_names(self):
        text = "".join(f"#include <{name}>\n" for name in HEADERS) + USE
        wanted = {}
        for compiler, flags, suffix in (("arm-none-eabi-gcc", project.WARNINGS, ".c"), ("arm-none-eabi-g++", CPP, ".cpp")):
            self.compile(compiler, [*flags, *CORTEX_M33], text, suffix)
            symbols = project.must_run(["arm-none-eabi-nm", self.folder / "one.o"])
            wanted[suffix] = sorted(re.findall(r" U (\w+)", symbols))
        self.assertEqual(wanted[".c"], ["dfu_modem_nrf_init", "nrf_modem_bootloader_digest", "nrf_modem_delta_dfu_uuid"])
        self.assertEqual(wanted[".cpp"], wanted[".c"])

    def test_no_name_is_declared_that_the_port_does_not_use(self):
        text = "".join(path.read_text() for path in [*STAND_INS.glob("*.h"), *PORT])
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        names = re.findall(r"\bnrf_\w+\b(?!\.h)|\bNRF_\w+(?<!_H__)(?!\.h)", code)
        self.assertGreater(len(set(names)), 30)
        self.assertEqual([name for name in sorted(set(names)) if names.count(name) < 2], [])

    def compile_port(self, *headers):
        """The objects of the port, and the headers that they took."""
        objects = [self.folder / f"{file.stem}.o" for file in PORT]
        used = [project.must_run(["arm-none-eabi-gcc", *project.WARNINGS, *CORTEX_M33, *(f"-I{folder}" for folder in headers),
                                  f"-I{project.SOURCE / 'include'}", f"-I{PORTS}", f"-I{self.folder}", "-c", file,
                                  "-o", made, "-MMD", "-MF", "/dev/stdout"]) for file, made in zip(PORT, objects)]
        return objects, "".join(used)

    def test_the_port_compiles_for_cortex_m33_and_wants_the_documented_functions(self):
        objects, _ = self.compile_port(STAND_INS)
        symbols = project.must_run(["arm-none-eabi-nm", *objects])
        self.assertEqual(set(re.findall(r" U (nrf_\w+)", symbols)),
                         {f"nrf_modem_delta_dfu_{name}" for name in ("uuid", "area", "offset", "erase", "write_init",
                                                                     "write", "write_done", "update", "rollback")} |
                         {f"nrf_modem_bootloader_{name}" for name in ("init", "bl_write", "fw_write", "update", "verify",
                                                                      "digest")})
        self.assertEqual(re.findall(r" [DdBbC] \w+", symbols), [])

    def test_an_sdk_that_comes_first_on_the_include_path_is_the_one_that_counts(self):
        sdk = self.folder / "sdk"
        sdk.mkdir()
        for header in STAND_INS.glob("*.h"):
            (sdk / header.name).write_text(header.read_text())
        params = "struct nrf_modem_bootloader_init_params"
        text = (sdk / "nrf_modem.h").read_text()
        (sdk / "nrf_modem.h").write_text(text.replace(f"{params};", f"{params} {{ int a; void (*b)(void *); }};"))
        _, used = self.compile_port(sdk)
        self.assertIn(str(sdk / "nrf_modem_delta_dfu.h"), used)
        self.assertNotIn(str(STAND_INS), used)


if __name__ == "__main__":
    unittest.main()
