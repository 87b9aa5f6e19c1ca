# SPDX-License-Identifier: Apache-2.0
"""The module of Zephyr, compiled with declarations of ours in Zephyr's place (zephyr/): what it defines Zephyr does not,
and what it needs Zephyr, the C library or the application has. It has not been built by Zephyr."""
import pathlib
import re
import sys
import tempfile
import unittest

import kconfiglib
import zcbor

import project

HERE = project.SOURCE / "tests/build/zephyr"
ZCBOR = pathlib.Path(zcbor.__file__).parent
BASE = """CONFIG_STREAM_FLASH=y
CONFIG_BOOTLOADER_MCUBOOT=y
CONFIG_IMG_MANAGER=y
CONFIG_MBEDTLS=y
CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_USING_MOVE=y
CONFIG_SLOTWISE=y
CONFIG_DFU_TARGET=y
"""
ALL = BASE + """CONFIG_SETTINGS=y
CONFIG_ZCBOR=y
CONFIG_ZCBOR_CANONICAL=y
CONFIG_UPDATEABLE_IMAGE_NUMBER=2
CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS=y
CONFIG_DFU_TARGET_MODEM_DELTA=y
CONFIG_DFU_TARGET_FULL_MODEM=y
CONFIG_FMFU_FDEV=y
CONFIG_DFU_MULTI_IMAGE=y
CONFIG_DFU_MULTI_IMAGE_SAVE_PROGRESS=y
CONFIG_FOTA_DOWNLOAD=y
CONFIG_DFU_LOG_LEVEL=3
"""
# What Zephyr defines in the layers below, by its public headers: nothing of it may be defined twice.
ZEPHYR = set("""
flash_read flash_write flash_erase flash_get_size flash_fill flash_flatten flash_copy flash_get_page_info_by_offs
flash_get_page_info_by_idx flash_get_page_count flash_page_foreach flash_get_write_block_size flash_get_parameters
flash_params_get_erase_cap flash_ex_op device_is_ready
flash_area_open flash_area_close flash_area_read flash_area_write flash_area_erase flash_area_flatten flash_area_copy
flash_area_align flash_area_get_sectors flash_area_sectors flash_area_foreach flash_area_has_driver flash_area_get_device
flash_area_erased_val flash_area_label flash_area_check_int_sha256 flash_map flash_map_entries
stream_flash_init stream_flash_bytes_written stream_flash_bytes_buffered stream_flash_buffered_write
stream_flash_erase_page stream_flash_progress_load stream_flash_progress_save stream_flash_progress_clear
flash_img_init flash_img_init_id flash_img_bytes_written flash_img_buffered_write flash_img_check
flash_img_get_upload_slot
boot_read_bank_header boot_fetch_active_slot boot_is_img_confirmed boot_write_img_confirmed
boot_write_img_confirmed_multi mcuboot_swap_type mcuboot_swap_type_multi boot_request_upgrade
boot_request_upgrade_multi boot_erase_img_bank boot_get_trailer_status_offset boot_get_area_trailer_status_offset
boot_get_image_start_offset
boot_read_swap_state boot_read_swap_state_by_id boot_swap_type boot_swap_type_multi boot_set_next boot_set_pending
boot_set_pending_multi boot_set_confirmed boot_set_confirmed_multi
settings_subsys_init settings_save_one settings_delete settings_load settings_load_subtree settings_load_one
settings_load_subtree_direct settings_save settings_save_subtree settings_commit settings_commit_subtree
settings_register settings_name_steq settings_name_next settings_runtime_set settings_runtime_get
settings_runtime_commit
blinfo_lookup bootmode_check bootmode_set bootmode_clear retention_read retention_write retention_clear
retention_is_valid retention_size
vsnprintk zephyr_log
""".split())
C_LIBRARY = {"memcpy", "memset", "memcmp", "memmove", "memchr", "strlen", "strcmp", "strchr", "strrchr", "strncmp", "strnlen",
             "snprintf", "strstr", "strspn"}
# The compiler's own, PSA Crypto's, and zcbor's runtime, each in Zephyr's tree; transport and clock of a modem are tables.
OTHERS = re.compile(r"(__aeabi_|__gnu_|psa_|zcbor_|z_arm_)")


class Zephyr(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.root = pathlib.Path(temporary.name)

    def symbols(self, name, lines):
        """What the module's two archives define and need."""
        folder = self.root / name
        folder.mkdir()
        conf, autoconf = folder / "prj.conf", folder / "autoconf.h"
        conf.write_text(lines)
        kconf = kconfiglib.Kconfig(HERE / "Kconfig", warn_to_stderr=False)
        kconf.load_config(conf)
        self.assertEqual([line for line in kconf.warnings if "prj.conf" in line], [])
        kconf.write_autoconf(autoconf)
        project.must_run(["cmake", "-G", "Ninja", "-S", HERE, "-B", folder / "build", f"-DAUTOCONF={autoconf}",
                          "--toolchain", project.SOURCE / "cmake/bare_metal.cmake", "-DSLOTWISE_CPU=cortex-m4",
                          f"-DPYTHON_EXECUTABLE={sys.executable}", f"-DZEPHYR_ZCBOR_MODULE_DIR={ZCBOR}"])
        project.must_run(["cmake", "--build", folder / "build"])
        defined, needed = set(), set()
        for archive in sorted((folder / "build").rglob("*.a")):
            for line in project.must_run(["arm-none-eabi-nm", "-g", archive]).splitlines():
                words = line.split()
                if len(words) > 1:
                    (needed if words[-2] == "U" else defined).add(words[-1])
        return defined, needed - defined

    def check(self, defined, needed):
        self.assertEqual(defined & ZEPHYR, set())
        self.assertEqual({name for name in needed - ZEPHYR - C_LIBRARY if not OTHERS.match(name)}, set())

    def test_an_update_over_zephyrs_stream(self):
        defined, needed = self.symbols("small", BASE)
        self.check(defined, needed)
        self.assertIn("dfu_target_mcuboot_write", defined)
        self.assertLessEqual({"stream_flash_buffered_write", "flash_area_open", "mcuboot_swap_type_multi",
                              "boot_write_img_confirmed_multi"}, needed)
        self.assertEqual({name for name in defined if "stream_flash" in name or "slotwise_stream" in name}, set())

    def test_flash_that_is_never_erased(self):
        defined, needed = self.symbols("rram", BASE + "CONFIG_FLASH_HAS_EXPLICIT_ERASE=n\nCONFIG_FLASH_HAS_NO_EXPLICIT_ERASE=y\n")
        self.check(defined, needed)
        self.assertIn("dfu_target_mcuboot_write", defined)

    def test_the_readmes_options_are_enough(self):
        text = (project.SOURCE / "zephyr/README.md").read_text()
        kconf = kconfiglib.Kconfig(HERE / "Kconfig", warn_to_stderr=False)
        for option in re.findall(r"^    CONFIG_(\w+)=y$", text, re.MULTILINE):
            if option != "FLASH":
                self.assertTrue(kconf.syms[option].nodes, option)
                kconf.syms[option].set_value(2)
        self.assertEqual(kconf.syms["DFU_TARGET_MCUBOOT"].str_value, "y")

    def test_everything_with_downloads_that_go_on(self):
        defined, needed = self.symbols("all", ALL)
        self.check(defined, needed)
        self.assertLessEqual({"dfu_multi_image_write", "fmfu_fdev_load", "fota_download", "dfu_log_write",
                              "dfu_crypto_backends"}, defined)
        self.assertLessEqual({"settings_save_one", "settings_load_subtree_direct", "flash_area_open"}, needed)
        self.assertIn("slotwise_stream_buffered_write", defined)

    def test_options_are_those_of_the_project_and_none_of_zephyrs(self):
        ours = kconfiglib.Kconfig(project.SOURCE / "Kconfig", warn=False)
        text = (project.SOURCE / "zephyr/Kconfig").read_text()
        names = set(re.findall(r"^(?:menu)?config (\w+)", text, re.MULTILINE)) - {"SLOTWISE", "SLOTWISE_CRYPTO_PSA"}
        zephyrs = set(re.findall(r"^config (\w+)", (HERE / "Kconfig").read_text(), re.MULTILINE))
        self.assertEqual(names & zephyrs, set())
        self.assertEqual(names - set(ours.syms), set())
        module = kconfiglib.Kconfig(HERE / "Kconfig", warn=False)
        for name in sorted(names):
            with self.subTest(name):
                for field in ("orig_type", "ranges"):
                    here, there = getattr(module.syms[name], field), getattr(ours.syms[name], field)
                    self.assertEqual(str(here), str(there)) if field == "orig_type" else \
                        self.assertEqual([(low.str_value, high.str_value) for low, high, _ in here],
                                         [(low.str_value, high.str_value) for low, high, _ in there])
                self.assertEqual(module.syms[name].nodes[0].prompt and module.syms[name].nodes[0].prompt[0],
                                 ours.syms[name].nodes[0].prompt and ours.syms[name].nodes[0].prompt[0])


if __name__ == "__main__":
    unittest.main()
