# SPDX-License-Identifier: Apache-2.0
"""A build without the MCUboot target: asking for it is -ENOTSUP, and not a byte of it is in the archive."""
import errno
import pathlib
import tempfile
import unittest

import project

PROGRAM = """
#include <dfu/dfu_target.h>
#include <storage/flash_map.h>

extern const struct flash_area *flash_map;
extern const int flash_map_entries;
const struct flash_area *flash_map;
const int flash_map_entries;

int main(void)
{
	return -dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 0, NULL);
}
"""


class Options(unittest.TestCase):
    def test_a_disabled_target_links_no_byte_and_is_not_supported(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            conf = folder / "small.conf"
            conf.write_text("CONFIG_IMG_MANAGER=y\nCONFIG_DFU_TARGET=y\nCONFIG_DFU_TARGET_MCUBOOT=n\n")
            build = folder / "build"
            project.must_run(["cmake", "-S", project.SOURCE, "-B", build, "-G", "Ninja", f"-DSLOTWISE_CONF={conf}",
                              f"-DCMAKE_C_COMPILER={project.CC}", "-DBUILD_TESTING=OFF"])
            project.must_run(["cmake", "--build", build, "--target", "libslotwise.a"])
            symbols = project.must_run(["nm", build / "libslotwise.a"])
            self.assertIn(" T dfu_target_init\n", symbols)
            self.assertNotIn("dfu_target_mcuboot", symbols)
            self.assertNotIn("dfu_target_stream", symbols)

            (folder / "program.c").write_text(PROGRAM)
            program = folder / "program"
            project.must_run([project.CC, "-std=c11", f"-I{project.SOURCE / 'include'}", f"-I{build / 'config'}",
                              folder / "program.c", "-o", program, f"-L{build}", "-lslotwise", "-lmbedcrypto", "-lsodium"])
            self.assertEqual(project.run([program]).returncode, errno.ENOTSUP)

    def test_the_full_build_has_what_the_small_one_lacks(self):
        self.assertIn(" T dfu_target_mcuboot_init\n", project.must_run(["nm", project.BUILD / "libslotwise.a"]))


if __name__ == "__main__":
    unittest.main()
