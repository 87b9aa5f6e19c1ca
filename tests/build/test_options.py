# SPDX-License-Identifier: Apache-2.0
"""What is switched off is not in the archive, not a byte of it; a target that is not there is -ENOTSUP."""
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


def build_library(folder, options):
    """Build folder and symbols of the library with some options."""
    conf, build = folder / "small.conf", folder / "build"
    conf.write_text(options)
    project.must_run(["cmake", "-S", project.SOURCE, "-B", build, "-G", "Ninja", f"-DSLOTWISE_CONF={conf}",
                      f"-DCMAKE_C_COMPILER={project.CC}", "-DBUILD_TESTING=OFF"])
    project.must_run(["cmake", "--build", build, "--target", "libslotwise.a"])
    return build, project.must_run(["nm", build / "libslotwise.a"])


class Options(unittest.TestCase):
    def test_a_disabled_target_links_no_byte_and_is_not_supported(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            build, symbols = build_library(folder, "CONFIG_IMG_MANAGER=y\nCONFIG_DFU_TARGET=y\n"
                                                   "CONFIG_DFU_TARGET_MCUBOOT=n\n")
            self.assertIn(" T dfu_target_init\n", symbols)
            self.assertNotIn("dfu_target_mcuboot", symbols)
            self.assertNotIn("dfu_target_stream", symbols)

            (folder / "program.c").write_text(PROGRAM)
            program = folder / "program"
            project.must_run([project.CC, "-std=c11", f"-I{project.SOURCE / 'include'}", f"-I{build / 'config'}",
                              folder / "program.c", "-o", program, f"-L{build}", "-lslotwise", "-lmbedcrypto", "-lsodium"])
            self.assertEqual(project.run([program]).returncode, errno.ENOTSUP)

    def test_whole_layers_can_be_left_out(self):
        with tempfile.TemporaryDirectory() as name:
            build, symbols = build_library(pathlib.Path(name), "CONFIG_STREAM_FLASH=n\nCONFIG_BOOTLOADER_MCUBOOT=n\n")
            self.assertIn(" T flash_write\n", symbols)
            for absent in ("stream_flash_", "settings_load", "boot_", "flash_img_", "dfu_target_", "fmfu_", "cbor_", "zcbor_"):
                self.assertNotIn(f" T {absent}", symbols)
            self.assertFalse((build / "zcbor/src").exists(), "a decoder that nothing needs was made")

    def test_modem_firmware_needs_no_target_and_no_settings(self):
        with tempfile.TemporaryDirectory() as name:
            _, symbols = build_library(pathlib.Path(name), "CONFIG_STREAM_FLASH=n\nCONFIG_BOOTLOADER_MCUBOOT=n\n"
                                                           "CONFIG_FMFU_FDEV=y\n")
            for present in ("fmfu_fdev_load", "fmfu_fdev_pending", "cbor_decode_Wrapper"):
                self.assertIn(f" T {present}\n", symbols)
            for absent in ("settings_load", "settings_save", "dfu_target_", "dfu_multi_image_", "cbor_decode_Image"):
                self.assertNotIn(absent, symbols)

    def test_packages_need_no_target_no_settings_and_no_modem(self):
        with tempfile.TemporaryDirectory() as name:
            _, symbols = build_library(pathlib.Path(name), "CONFIG_STREAM_FLASH=n\nCONFIG_BOOTLOADER_MCUBOOT=n\n"
                                                           "CONFIG_DFU_MULTI_IMAGE=y\n")
            for present in ("dfu_multi_image_write", "dfu_multi_image_parse", "cbor_decode_Image", "zcbor_entry_function"):
                self.assertIn(f" T {present}\n", symbols)
            for absent in ("settings_load", "settings_save", "dfu_target_", "fmfu_", "cbor_decode_Wrapper"):
                self.assertNotIn(absent, symbols)

    def test_packages_and_modem_firmware_share_what_they_both_call(self):
        with tempfile.TemporaryDirectory() as name:
            _, symbols = build_library(pathlib.Path(name), "CONFIG_STREAM_FLASH=n\nCONFIG_BOOTLOADER_MCUBOOT=n\n"
                                                           "CONFIG_DFU_MULTI_IMAGE=y\nCONFIG_FMFU_FDEV=y\n")
            self.assertIn(" T cbor_decode_Image\n", symbols)
            self.assertIn(" T cbor_decode_Wrapper\n", symbols)
            self.assertEqual(symbols.count(" T zcbor_entry_function\n"), 1)

    def test_the_full_build_has_what_the_small_one_lacks(self):
        self.assertIn(" T dfu_target_mcuboot_init\n", project.must_run(["nm", project.BUILD / "libslotwise.a"]))


if __name__ == "__main__":
    unittest.main()
