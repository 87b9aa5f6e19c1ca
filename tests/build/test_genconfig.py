# SPDX-License-Identifier: Apache-2.0
"""Options: what a configuration asks for reaches autoconf.h, or the error names the option."""
import pathlib
import re
import tempfile
import unittest

import kconfiglib
import project

TARGET = "CONFIG_DFU_TARGET=y\n"
MODE = "CONFIG_MCUBOOT_BOOTLOADER_MODE_{}=y\n".format
# What applications for Zephyr and the nRF Connect SDK write into their prj.conf.
UPSTREAM = """
CONFIG_FLASH=y
CONFIG_FLASH_PAGE_LAYOUT=y
CONFIG_FLASH_MAP=y
CONFIG_STREAM_FLASH=y
CONFIG_STREAM_FLASH_ERASE=y
CONFIG_STREAM_FLASH_INSPECT=y
CONFIG_STREAM_FLASH_POST_WRITE_CALLBACK=y
CONFIG_STREAM_FLASH_ERASE_ONLY_WHEN_SUPPORTED=y
CONFIG_IMG_MANAGER=y
CONFIG_MCUBOOT_IMG_MANAGER=y
CONFIG_IMG_BLOCK_BUF_SIZE=512
CONFIG_IMG_ERASE_PROGRESSIVELY=y
CONFIG_IMG_ENABLE_IMAGE_CHECK=y
CONFIG_BOOTLOADER_MCUBOOT=y
CONFIG_MCUBOOT_BOOTUTIL_LIB=y
CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_WITHOUT_SCRATCH=y
CONFIG_MCUBOOT_BOOTLOADER_NO_DOWNGRADE=y
CONFIG_UPDATEABLE_IMAGE_NUMBER=2
CONFIG_SETTINGS=y
CONFIG_SETTINGS_RUNTIME=y
CONFIG_RETENTION_BOOT_MODE=y
CONFIG_RETENTION_BOOTLOADER_INFO=y
CONFIG_RETENTION_BOOTLOADER_INFO_TYPE_MCUBOOT=y
CONFIG_RETENTION_BOOTLOADER_INFO_OUTPUT_FUNCTION=y
CONFIG_RETENTION_BOOTLOADER_INFO_OUTPUT_SETTINGS=y
CONFIG_DFU_TARGET=y
CONFIG_DFU_TARGET_MCUBOOT=y
CONFIG_DFU_TARGET_MCUBOOT_SAVE_PROGRESS=y
CONFIG_DFU_TARGET_STREAM=y
CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS=y
CONFIG_DFU_TARGET_CUSTOM=y
CONFIG_DFU_TARGET_MODEM_DELTA=y
CONFIG_DFU_TARGET_MODEM_TIMEOUT=60
CONFIG_DFU_TARGET_FULL_MODEM=y
CONFIG_DFU_TARGET_FULL_MODEM_USE_EXT_PARTITION=y
CONFIG_FMFU_FDEV=y
CONFIG_DFU_MULTI_IMAGE=y
CONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT=2
CONFIG_DFU_MULTI_IMAGE_SAVE_PROGRESS=y
CONFIG_FOTA_DOWNLOAD=y
CONFIG_FOTA_DOWNLOAD_PROGRESS_EVT=y
CONFIG_FOTA_CLIENT_AUTOSCHEDULE_UPDATE=y
CONFIG_FOTA_SOCKET_RETRIES=2
CONFIG_FOTA_DOWNLOAD_BUF_SZ=2048
CONFIG_FOTA_DOWNLOAD_HOST_NAME_LENGTH=128
CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH=512
CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX=5
"""


class GenConfig(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.header = self.folder / "autoconf.h"

    def run_on(self, lines):
        conf = self.folder / "test.conf"
        conf.write_text(lines)
        return project.script("genconfig.py", "--kconfig", project.SOURCE / "Kconfig", "--conf", conf,
                              "--header", self.header)

    def assert_refused(self, lines, *words):
        result = self.run_on(lines)
        self.assertEqual(result.returncode, 1)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertFalse(self.header.exists())

    def test_bools_are_1_or_absent_and_numbers_are_numbers(self):
        result = self.run_on("CONFIG_IMG_MANAGER=y\nCONFIG_IMG_BLOCK_BUF_SIZE=1024\n")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = self.header.read_text().splitlines()
        self.assertIn("#define CONFIG_IMG_MANAGER 1", lines)
        self.assertIn("#define CONFIG_IMG_BLOCK_BUF_SIZE 1024", lines)
        self.assertFalse([line for line in lines if "CONFIG_SETTINGS" in line])

    def test_every_shipped_configuration_is_possible(self):
        for conf in sorted((project.SOURCE / "configs").glob("*.conf")):
            with self.subTest(conf.name):
                self.assertEqual(self.run_on(conf.read_text()).returncode, 0)

    def test_an_unknown_option_is_named(self):
        self.assert_refused("CONFIG_DFU_TRAGET=y\n", "DFU_TRAGET")

    def test_an_option_without_its_dependency_is_named_with_it(self):
        self.assert_refused("CONFIG_DFU_TARGET_MCUBOOT=y\n", "CONFIG_DFU_TARGET_MCUBOOT=y", "DFU_TARGET &&")

    def test_a_number_out_of_range_is_named_with_the_range(self):
        self.assert_refused("CONFIG_IMG_BLOCK_BUF_SIZE=7\n", "CONFIG_IMG_BLOCK_BUF_SIZE=7", "32 to 65536")

    def test_a_word_for_a_number_is_named(self):
        self.assert_refused("CONFIG_DFU_LOG_LEVEL=loud\n", "DFU_LOG_LEVEL", "loud")

    def test_an_option_that_another_one_needs_cannot_be_taken_away(self):
        self.assert_refused("CONFIG_IMG_MANAGER=y\nCONFIG_IMG_ERASE_PROGRESSIVELY=y\nCONFIG_STREAM_FLASH_ERASE=n\n",
                            "CONFIG_STREAM_FLASH_ERASE=n", "IMG_ERASE_PROGRESSIVELY")

    def value_of(self, option, lines):
        self.assertEqual(self.run_on(lines).returncode, 0)
        return dict(line.split(" ", 2)[1:] for line in self.header.read_text().splitlines()
                    if line.startswith("#define "))[option]

    def test_upstreams_names_are_known(self):
        result = self.run_on(UPSTREAM)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        defined = re.findall(r"^#define (\w+) ", self.header.read_text(), re.MULTILINE)
        self.assertEqual(set(re.findall(r"^(\w+)=", UPSTREAM, re.MULTILINE)) - set(defined), set())

    def test_what_upstream_has_and_this_library_has_not_is_told_with_the_reason(self):
        for option, reason in (("DFU_TARGET_SMP", "no SMP target"), ("IMG_CUSTOM_SECTOR_SIZE", "flash driver"),
                               ("DFU_TARGET_STREAM_SYNCHRONOUS", "progress"), ("DFU_TARGET_LOG_LEVEL_DBG", "DFU_LOG_LEVEL"),
                               ("DFU_MULTI_IMAGE_ALIGN", "package")):
            with self.subTest(option):
                self.assert_refused(f"CONFIG_{option}=y\n", option, "absent here: ", reason)

    def test_what_is_absent_on_purpose_is_not_in_kconfig(self):
        script = (project.SOURCE / "scripts/genconfig.py").read_text()
        absent = re.findall(r'^    "(\w+)": "', script, re.MULTILINE)
        self.assertGreater(len(absent), 20)
        self.assertEqual(set(absent) & {sym.name for sym in kconfiglib.Kconfig(project.SOURCE / "Kconfig").unique_defined_syms},
                         set())

    def test_every_option_has_a_help_text(self):
        kconf = kconfiglib.Kconfig(project.SOURCE / "Kconfig", warn_to_stderr=False)
        self.assertEqual(kconf.warnings, [])
        for node in kconf.node_iter():
            if isinstance(node.item, (kconfiglib.Symbol, kconfiglib.Choice)):
                with self.subTest(node.item.name):
                    self.assertTrue(node.help)

    def test_two_of_a_choice_are_refused_by_the_name_of_both(self):
        self.assert_refused("CONFIG_BOOT_SIGNATURE_TYPE_RSA_2048=y\nCONFIG_BOOT_SIGNATURE_TYPE_ED25519=y\n",
                            "CONFIG_BOOT_SIGNATURE_TYPE_RSA_2048=y", "CONFIG_BOOT_SIGNATURE_TYPE_ED25519 is set")
        self.assert_refused(MODE("OVERWRITE_ONLY") + MODE("DIRECT_XIP"), "OVERWRITE_ONLY=y", "DIRECT_XIP is set")

    def test_none_of_a_choice_is_refused(self):
        self.assert_refused("CONFIG_BOOT_SIGNATURE_TYPE_UNKNOWN=n\n", "CONFIG_BOOT_SIGNATURE_TYPE_UNKNOWN=n", "choice")

    def test_what_is_always_so_cannot_be_taken_away(self):
        for option in ("STREAM_FLASH_INSPECT", "FLASH_MAP", "MCUBOOT_BOOTUTIL_LIB"):
            self.assert_refused(f"CONFIG_{option}=n\n", f"CONFIG_{option}=n")

    def test_targets_without_what_they_need_are_refused(self):
        for option, needs in (("DFU_TARGET_STREAM_SAVE_PROGRESS", "SETTINGS"), ("DFU_TARGET_FULL_MODEM", "FMFU_FDEV"),
                              ("DFU_TARGET_MCUBOOT_SAVE_PROGRESS", "SETTINGS")):
            self.assert_refused(f"{TARGET}CONFIG_{option}=y\n", f"CONFIG_{option}=y", needs)
        self.assert_refused(f"{TARGET}CONFIG_STREAM_FLASH=n\nCONFIG_DFU_TARGET_STREAM=y\n", "CONFIG_DFU_TARGET_STREAM=y",
                            "STREAM_FLASH")
        self.assert_refused("CONFIG_SETTINGS=y\nCONFIG_DFU_MULTI_IMAGE=y\nCONFIG_DFU_MULTI_IMAGE_SAVE_PROGRESS=y\n",
                            "CONFIG_DFU_MULTI_IMAGE_SAVE_PROGRESS=y", "DFU_TARGET_STREAM_SAVE_PROGRESS")

    def test_what_a_mode_rules_out_is_refused(self):
        self.assert_refused(TARGET + "CONFIG_DFU_TARGET_MCUBOOT=y\n" + MODE("SINGLE_APP"), "CONFIG_DFU_TARGET_MCUBOOT=y",
                            "SINGLE_APP")
        self.assert_refused("CONFIG_UPDATEABLE_IMAGE_NUMBER=2\n" + MODE("FIRMWARE_UPDATER"),
                            "CONFIG_UPDATEABLE_IMAGE_NUMBER=2", "1 to 1")
        for mode in ("DIRECT_XIP_WITH_REVERT", "RAM_LOAD_WITH_REVERT"):
            lines = TARGET + "CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED=y\n" + MODE(mode)
            self.assert_refused(lines, "CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED=y", mode)
            self.assertEqual(self.run_on(lines + "CONFIG_BOOT_ARRANGEMENT_RUNTIME=y\n").returncode, 0)
            self.header.unlink()

    def test_a_hash_that_no_image_with_such_a_signature_has_is_refused(self):
        for signature, good in (("ECDSA_P256", {"256"}), ("RSA_2048", {"256"}), ("RSA_3072", {"256"}),
                                ("ECDSA_P384", {"384"}), ("ED25519", {"256", "512"}), ("ED25519_PURE", {"512"}),
                                ("NONE", {"256", "384", "512"})):
            for size in ("256", "384", "512"):
                with self.subTest(signature=signature, hash=size):
                    lines = f"CONFIG_BOOT_SIGNATURE_TYPE_{signature}=y\nCONFIG_BOOT_IMG_HASH_ALG_SHA{size}=y\n"
                    if size in good:
                        self.assertEqual(self.run_on(lines).returncode, 0)
                        self.header.unlink()
                    else:
                        self.assert_refused(lines, f"CONFIG_BOOT_IMG_HASH_ALG_SHA{size}=y")

    def test_downgrades_are_prevented_or_not(self):
        self.assert_refused("CONFIG_MCUBOOT_BOOTLOADER_NO_DOWNGRADE=y\nCONFIG_MCUBOOT_DOWNGRADE_ALLOWED=y\n",
                            "CONFIG_MCUBOOT_DOWNGRADE_ALLOWED=y")

    def test_numbers_that_no_bootloader_has_are_refused(self):
        for lines, option in (("CONFIG_BOOT_MAX_ALIGN=12\n", "CONFIG_BOOT_MAX_ALIGN"),
                              ("CONFIG_BOOT_MAX_ALIGN=64\n", "CONFIG_BOOT_MAX_ALIGN"),
                              ("CONFIG_UPDATEABLE_IMAGE_NUMBER=0\n", "CONFIG_UPDATEABLE_IMAGE_NUMBER"),
                              ("CONFIG_BOOT_RAM_SIZE=0xf0000001\nCONFIG_BOOT_RAM_START=0x10000000\n", "CONFIG_BOOT_RAM_SIZE"),
                              ("CONFIG_BOOT_RAM_START=0x100000000\n", "CONFIG_BOOT_RAM_START"),
                              ("CONFIG_FLASH_BASE_ADDRESS=0x100000000\n", "CONFIG_FLASH_BASE_ADDRESS"),
                              ("CONFIG_SECURE_BOOT=y\nCONFIG_MCUBOOT_MCUBOOT_IMAGE_NUMBER=1\n",
                               "CONFIG_MCUBOOT_MCUBOOT_IMAGE_NUMBER")):
            self.assert_refused(lines, option)

    def test_lengths_of_nothing_are_refused(self):
        for option in ("HOST_NAME_LENGTH", "RESOURCE_LOCATOR_LENGTH", "BUF_SZ", "SEC_TAG_LIST_SIZE_MAX"):
            self.assert_refused(f"{TARGET}CONFIG_FOTA_DOWNLOAD=y\nCONFIG_FOTA_DOWNLOAD_{option}=0\n",
                                f"CONFIG_FOTA_DOWNLOAD_{option}=0")
        self.assert_refused(f"{TARGET}CONFIG_DFU_TARGET_HEADER_HOLD=31\n", "CONFIG_DFU_TARGET_HEADER_HOLD=31")
        self.assert_refused(f"{TARGET}CONFIG_DFU_TARGET_REGISTRATIONS=0\n", "CONFIG_DFU_TARGET_REGISTRATIONS=0")

    def test_images_of_a_package_follow_the_image_pairs(self):
        count = "CONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT"
        for pairs in range(1, 9):
            lines = f"{TARGET}CONFIG_DFU_MULTI_IMAGE=y\nCONFIG_UPDATEABLE_IMAGE_NUMBER={pairs}\n"
            with self.subTest(pairs):
                self.assertEqual(self.value_of(count, lines), str(max(pairs, 2)))
                self.assertEqual(self.value_of(count, lines + "CONFIG_SECURE_BOOT=y\n"), str(pairs + 2))

    def test_a_package_with_fewer_images_than_there_are_pairs_is_refused(self):
        lines = TARGET + "CONFIG_DFU_MULTI_IMAGE=y\nCONFIG_UPDATEABLE_IMAGE_NUMBER={}\nCONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT=2\n"
        option = "CONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT"
        self.assert_refused(lines.format(3), option, "CONFIG_UPDATEABLE_IMAGE_NUMBER")
        self.assert_refused(lines.format(2) + "CONFIG_SECURE_BOOT=y\n", option, "CONFIG_SECURE_BOOT")
        self.assertEqual(self.run_on(lines.format(2)).returncode, 0)

    def test_a_missing_configuration_is_named(self):
        result = project.script("genconfig.py", "--kconfig", project.SOURCE / "Kconfig", "--conf", self.folder / "none.conf",
                                "--header", self.header)
        self.assertEqual(result.returncode, 1)
        self.assertIn("none.conf", result.stderr)
        self.assertNotIn("Traceback", result.stderr)

    def test_what_is_no_text_and_a_header_that_cannot_be_written_are_named(self):
        conf = self.folder / "test.conf"
        for content, header, word in ((b"CONFIG_SETTINGS=y\xff\n", self.header, "utf-8"), (b"", self.folder, str(self.folder)),
                                      (b"", self.folder / "none/x.h", "none/x.h")):
            conf.write_bytes(content)
            result = project.script("genconfig.py", "--kconfig", project.SOURCE / "Kconfig", "--conf", conf, "--header", header)
            self.assertEqual(result.returncode, 1)
            self.assertIn("test.conf: ", result.stderr)
            self.assertIn(word, result.stderr)
            self.assertNotIn("Traceback", result.stderr)

    def test_an_option_set_twice_is_named(self):
        self.assert_refused("CONFIG_SETTINGS=y\nCONFIG_SETTINGS=n\n", "SETTINGS")

    def test_a_line_that_is_no_assignment_is_quoted(self):
        self.assert_refused("hello\n", "hello")


if __name__ == "__main__":
    unittest.main()
