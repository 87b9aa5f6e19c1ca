# SPDX-License-Identifier: Apache-2.0
"""The rules of the bootloader as constants of Kconfig: each choice reaches boot_rules_get(), and nothing can change it."""
import pathlib
import tempfile
import unittest

import project

PROGRAM = """
#include <stdio.h>

#include <dfu/boot_rules.h>

int main(void)
{
	const struct boot_rules *rules = boot_rules_get();
	const char *name = boot_signature_name(rules->signature);

	printf("%d %s %#x %d %#lx %#lx %d %d\\n", (int)rules->signature, name != NULL ? name : "-",
	       (unsigned int)rules->hash, (int)rules->downgrade, (unsigned long)rules->ram_start,
	       (unsigned long)rules->ram_size, rules->key != NULL, rules->no_p384);
	printf("%d %#lx %d %d %d\\n", rules->bootloader_image, (unsigned long)rules->flash_base,
	       rules->check_build_number, rules->check_link_address, rules->check_signature);
	return 0;
}
"""

SIGNATURES = {  # option: number and name, hash that goes with it
    "UNKNOWN": ("0 -", "0"),
    "NONE": ("1 -", "0x10"),
    "ECDSA_P256": ("2 ecdsa-p256", "0x10"),
    "ECDSA_P384": ("3 ecdsa-p384", "0x11"),
    "RSA_2048": ("4 rsa-2048", "0x10"),
    "RSA_3072": ("5 rsa-3072", "0x10"),
    "ED25519": ("6 ed25519", "0x10"),
    "ED25519_PURE": ("7 ed25519-pure", "0x12"),
}


def lines_of(options, header=None):
    """What a program built with the constants of these options, or of a header, prints: the rules, and what is stricter
    than they."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if header:
            (folder / "autoconf.h").write_text(header)
        else:
            project.make_config(folder, "CONFIG_IMG_MANAGER=y\n" + options)
        (folder / "program.c").write_text(PROGRAM)
        program = folder / "program"
        project.must_run([project.CC, *project.WARNINGS, f"-I{project.SOURCE / 'include'}", f"-I{project.SOURCE / 'src'}",
                          f"-I{folder}", folder / "program.c", project.SOURCE / "src/boot/boot_rules.c", "-o", program])
        return project.must_run([program]).splitlines()


def needs_of(source, options):
    """The functions that an object of the library asks others for."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        project.make_config(folder, "CONFIG_DFU_TARGET=y\nCONFIG_DFU_TARGET_MCUBOOT=y\nCONFIG_DFU_MULTI_IMAGE=y\n"
                                    "CONFIG_FOTA_DOWNLOAD=y\n" + options)
        project.must_run([project.CC, *project.WARNINGS, "-Os", "-c", f"-I{project.SOURCE / 'include'}",
                          f"-I{project.SOURCE / 'src'}", f"-I{folder}", project.SOURCE / source, "-o", folder / "object.o"])
        return {line.split()[-1] for line in project.must_run(["nm", "-u", folder / "object.o"]).splitlines()}


def rules_of(options):
    return lines_of(options)[0]


class BootOptions(unittest.TestCase):
    def test_each_signature_comes_with_its_hash(self):
        for option, (signature, hash_type) in SIGNATURES.items():
            with self.subTest(option):
                self.assertEqual(rules_of(f"CONFIG_BOOT_SIGNATURE_TYPE_{option}=y\n"),
                                 f"{signature} {hash_type} 0 0x20000000 0x40000 0 0")

    def test_another_hash_can_be_chosen(self):
        for option, hash_type in (("UNKNOWN", "0"), ("SHA256", "0x10"), ("SHA512", "0x12")):
            with self.subTest(option):
                self.assertEqual(rules_of(f"CONFIG_BOOT_SIGNATURE_TYPE_ED25519=y\nCONFIG_BOOT_IMG_HASH_ALG_{option}=y\n"),
                                 f"6 ed25519 {hash_type} 0 0x20000000 0x40000 0 0")
        self.assertEqual(rules_of("CONFIG_BOOT_SIGNATURE_TYPE_NONE=y\nCONFIG_BOOT_IMG_HASH_ALG_SHA384=y\n"),
                         "1 - 0x11 0 0x20000000 0x40000 0 0")

    def test_downgrade_prevention_is_by_version_or_by_counter(self):
        for option, number in (("ALLOWED", 0), ("PREVENTION", 1), ("PREVENTION_SECURITY_COUNTER", 2)):
            with self.subTest(option):
                self.assertEqual(rules_of(f"CONFIG_MCUBOOT_DOWNGRADE_{option}=y\n"),
                                 f"0 - 0 {number} 0x20000000 0x40000 0 0")

    def test_upstreams_name_for_downgrade_prevention_is_by_version(self):
        upstream = "CONFIG_MCUBOOT_BOOTLOADER_NO_DOWNGRADE=y\n"
        self.assertEqual(rules_of(upstream), "0 - 0 1 0x20000000 0x40000 0 0")
        self.assertEqual(rules_of(upstream + "CONFIG_MCUBOOT_DOWNGRADE_PREVENTION_SECURITY_COUNTER=y\n"),
                         "0 - 0 2 0x20000000 0x40000 0 0")
        self.assertEqual(lines_of("", "#define CONFIG_MCUBOOT_BOOTLOADER_NO_DOWNGRADE 1\n")[0],
                         "0 - 0 1 0x20000000 0x40000 0 0", "a header without Kconfig's choices, as Zephyr's is")

    def test_ram_is_where_the_options_say(self):
        self.assertEqual(rules_of("CONFIG_BOOT_RAM_START=0x10000000\nCONFIG_BOOT_RAM_SIZE=0xf0000000\n"),
                         "0 - 0 0 0x10000000 0xf0000000 0 0")

    def test_where_bootloaders_go_and_what_is_linked_there(self):
        self.assertEqual(lines_of("")[1], "0 0 0 0 0")
        self.assertEqual(lines_of("CONFIG_SECURE_BOOT=y\nCONFIG_UPDATEABLE_IMAGE_NUMBER=4\nCONFIG_MCUBOOT_MCUBOOT_IMAGE_NUMBER=3\n"
                                  "CONFIG_FLASH_BASE_ADDRESS=0x8000000\n")[1], "3 0x8000000 0 0 0")

    def test_a_device_without_a_first_stage_or_several_images_asks_for_neither(self):
        s0_and_s1 = {"boot_s0_active_get", "boot_bootloader_image", "boot_is_bootloader_only", "boot_link_slot", "fw_info_find"}
        sets = {"mcuboot_set_look", "mcuboot_set_promise", "mcuboot_links_order", "mcuboot_set_take_back_all"}
        cases = (("src/fota/fota_file_name.c", s0_and_s1), ("src/fota/fota_delivery.c", s0_and_s1),
                 ("src/package/package_mcuboot.c", s0_and_s1), ("src/target/mcuboot_admit.c", s0_and_s1),
                 ("src/target/mcuboot_confirm.c", s0_and_s1 | sets), ("src/target/mcuboot_recover.c", sets))
        for source, names in cases:
            with self.subTest(source):
                self.assertFalse(names & needs_of(source, ""))
        every = "CONFIG_SECURE_BOOT=y\nCONFIG_UPDATEABLE_IMAGE_NUMBER=2\n"
        self.assertEqual(set(), (s0_and_s1 | sets) - set().union(
            *(needs_of(source, every) for source, _ in (*cases, ("src/boot/boot_bootloader_rules.c", ())))))

    def test_a_maker_may_be_stricter(self):
        for i, option in enumerate(("BUILD_NUMBER", "LINK_ADDRESS", "SIGNATURE")):
            wanted = ["0"] * 3
            wanted[i] = "1"
            with self.subTest(option):
                self.assertEqual(lines_of(f"CONFIG_DFU_TARGET=y\nCONFIG_DFU_TARGET_CHECK_{option}=y\n")[1],
                                 "0 0 " + " ".join(wanted))

    def test_at_run_time_they_are_what_a_program_starts_with(self):
        self.assertEqual(rules_of("CONFIG_BOOT_ARRANGEMENT_RUNTIME=y\nCONFIG_BOOT_SIGNATURE_TYPE_RSA_3072=y\n"),
                         "5 rsa-3072 0x10 0 0x20000000 0x40000 0 0")


if __name__ == "__main__":
    unittest.main()
