# SPDX-License-Identifier: Apache-2.0
"""tinyconfig, defconfig, allyesconfig, what configs/ has and 50 random configurations: each builds without a warning, its
features work (smoke.c), and no public header differs between them.

    make randconfig SEED=n      one of the random ones again; what it was made of stays in build/config-random-n

An object is compiled once for all configurations that agree in the options its source and headers mention.
"""
import concurrent.futures
import hashlib
import os
import pathlib
import re
import struct
import sys
import tempfile
import threading
import unittest

import project

sys.path.insert(0, str(project.SOURCE / "scripts"))  # kconfiglib brings a genconfig, too
import genconfig  # noqa: E402  pylint: disable=wrong-import-position
import makeconfig  # noqa: E402  pylint: disable=wrong-import-position

SEEDS = range(1, 51)
KCONFIG = project.SOURCE / "Kconfig"
GENERATED = project.BUILD / "zcbor"
FOLDERS = [project.SOURCE / "include", project.SOURCE / "src", project.SOURCE / "ports"]
# Optimised a little: what a configuration has no call of has to be gone with what it calls.
FLAGS = [f"-I{folder}" for folder in FOLDERS] + ["-isystem", GENERATED / "include", "-DZCBOR_CANONICAL", "-Og",
         "-D_FILE_OFFSET_BITS=64", "-D_POSIX_C_SOURCE=200809L"]
PORTS = ["flash/flash_ram.c", "settings/settings_ram.c", "log/log_stderr.c", "crypto/crypto_psa.c",
         "crypto/crypto_sodium.c", "crypto/crypto_host.c"]
RUNTIME = ["zcbor_common.c", "zcbor_decode.c", "zcbor_encode.c"]
SMOKE = project.SOURCE / "tests/build/smoke.c"
# config.h mentions every number, to give it a default; who uses one mentions it again.
NOT_LOOKED_INTO = project.SOURCE / "include/dfu/config.h"

PAGE, PAGES, SLOT = 65536, 4, 4 * 65536  # of smoke.c
SIGNATURES = {"ECDSA_P256": 0x22, "ECDSA_P384": 0x22, "RSA_2048": 0x20, "RSA_3072": 0x23, "ED25519": 0x24,
              "ED25519_PURE": 0x24}
SIGNATURE_SIZES = {"ECDSA_P256": 72, "ECDSA_P384": 104, "RSA_2048": 256, "RSA_3072": 384, "ED25519": 64, "ED25519_PURE": 64}


def read_options(header):
    """Options of an autoconf.h by name."""
    return dict(line.split(" ", 2)[1:] for line in header.read_text().splitlines() if line.startswith("#define CONFIG_"))


class Options(dict):
    """The options of a configuration, without CONFIG_."""

    def __init__(self, header):
        super().__init__({name.removeprefix("CONFIG_"): value for name, value in read_options(header).items()})

    def number(self, name, default=0):
        return int(self.get(name, str(default)), 0)

    def one_of(self, prefix):
        """The rest of the name of the one that is set, or None."""
        return next((name.removeprefix(prefix) for name in self if name.startswith(prefix)), None)

    @property
    def mode(self):
        return self.one_of("MCUBOOT_BOOTLOADER_MODE_") or "SWAP_USING_MOVE"


class Images:
    """Images that the bootloader of a configuration takes, made here from the format's description."""

    def __init__(self, options):
        self.options = options
        self.in_ram = options.mode.startswith("RAM_LOAD")
        self.load = options.number("BOOT_RAM_START") if self.in_ram else 0

    def hash(self):
        name = self.options.one_of("BOOT_IMG_HASH_ALG_") or "UNKNOWN"
        if name == "UNKNOWN":
            name = {"ECDSA_P384": "SHA384", "ED25519_PURE": "SHA512"}.get(self.signature(), "SHA256")
        return {"SHA256": (0x10, hashlib.sha256), "SHA384": (0x11, hashlib.sha384), "SHA512": (0x12, hashlib.sha512)}[name]

    def signature(self):
        name = self.options.one_of("BOOT_SIGNATURE_TYPE_")
        if name in SIGNATURES:
            return name
        return "ECDSA_P256" if "DFU_TARGET_CHECK_SIGNATURE" in self.options else None

    def code_slot(self):
        return self.options.number("BOOT_CODE_SLOT") if self.options.mode.startswith("DIRECT_XIP") else 0

    def address(self):
        """Where the image runs that goes to the upload slot."""
        if self.in_ram:
            return self.load
        into = SLOT if self.options.mode.startswith("DIRECT_XIP") and self.code_slot() == 0 else 0
        return self.options.number("FLASH_BASE_ADDRESS") + into

    def make(self, number):
        """Version and security counter number; only that one is there is known of a signature without a key."""
        payload = struct.pack("<II", 0x20001000, self.address() + 0x201) + bytes(i % 251 for i in range(2000))
        counter = struct.pack("<HHHHI", 0x6908, 12, 0x50, 4, number)
        header = struct.pack("<IIHHIIBBHII", 0x96F3B83D, self.load, 512, len(counter), len(payload),
                             0x20 if self.in_ram else 0, number, 0, 0, 0, 0).ljust(512, b"\xff")
        kind, digest = self.hash()
        hashed = header + payload + counter
        fields = [(kind, digest(hashed).digest())]
        signature = self.signature()
        if signature == "ED25519_PURE":
            fields.append((0x25, b"\x01"))
        if signature:
            fields += [(0x01, digest(b"key").digest()), (SIGNATURES[signature], bytes(SIGNATURE_SIZES[signature]))]
        area = b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in fields)
        return hashed + struct.pack("<HH", 0x6907, 4 + len(area)) + area

    def outcome(self, size):
        """Whether the upload slot of smoke.c takes an image of that size, by the bootloader's numbers."""
        options = self.options
        sectors, align = options.number("BOOT_MAX_IMG_SECTORS", 128), options.number("BOOT_MAX_ALIGN", 8)
        fields = -(-16 // align) * align
        status = 3 * sectors + 4 * align + fields
        mode = options.mode
        if mode == "SINGLE_APP" or (mode == "FIRMWARE_UPDATER" and options.number("BOOT_CODE_SLOT") == 0):
            return "no"
        if mode == "SWAP_USING_OFFSET":
            status = 2 * sectors + 5 * align + fields
        if mode.startswith("SWAP_"):
            room = SLOT - (-(-status // PAGE) + (mode != "SWAP_SCRATCH")) * PAGE
            if mode == "SWAP_SCRATCH":
                room = SLOT - status
            return "yes" if sectors >= PAGES and room >= size else "no"
        if mode == "OVERWRITE_ONLY":
            return "yes" if sectors >= PAGES else "no"
        if self.in_ram and "DFU_TARGET_VERIFY" in options and options.number("BOOT_RAM_SIZE") < size:
            return "refused"
        return "yes"


class Builder:
    """Objects of one test run, shared by configurations."""

    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.mentioned = {}
        self.objects = {}
        self.batches = 0

    def mentions(self, file):
        """The options that a source, and what it includes of ours, mention."""
        if file not in self.mentioned:
            self.mentioned[file] = set()
            text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
            found = set() if file == NOT_LOOKED_INTO else set(re.findall(r"\bCONFIG_\w+", text))
            for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.MULTILINE):
                included = [folder / name for folder in FOLDERS if (folder / name).is_file()]
                found |= self.mentions(included[0]) if included else set()
            self.mentioned[file] = found
        return self.mentioned[file]

    def missing(self, keys):
        """A folder for a batch, and the objects that nobody has begun, now this caller's."""
        with self.lock:
            mine = [key for key in keys if key not in self.objects]
            self.objects.update((key, concurrent.futures.Future()) for key in mine)
            self.batches += 1
            batch = self.folder / f"batch{self.batches}"
        return batch, mine

    def compile(self, sources, config, flags):
        """Objects of some sources, in one call of the compiler for all that are not there yet."""
        options = read_options(config / "autoconf.h")
        with self.lock:
            # What the smoke test asks for it puts together from pieces: all of them.
            keys = [(source, *sorted((name, options[name]) for name in options
                                     if source == SMOKE or name in self.mentions(source)))
                    for source in sources]
        batch, mine = self.missing(keys)
        if mine:
            batch.mkdir()
            result = project.run([project.CC, *FLAGS, *flags, f"-I{config}", "-c", *(key[0] for key in mine)], cwd=batch)
            for key in mine:
                if result.returncode == 0:
                    self.objects[key].set_result(batch / f"{key[0].stem}.o")
                else:
                    self.objects[key].set_exception(AssertionError(result.stderr))
        return [self.objects[key].result() for key in keys]

    def link(self, config, sources):
        options = read_options(config / "autoconf.h")
        ours = [project.SOURCE / "src" / source for source in sources] + [project.SOURCE / "ports" / port for port in PORTS]
        objects = self.compile([*ours, SMOKE], config, project.WARNINGS)
        generated = [GENERATED / "src" / name for name in RUNTIME]
        for option, name in (("CONFIG_FMFU_FDEV", "fmfu_decode.c"), ("CONFIG_DFU_MULTI_IMAGE", "package_decode.c"),
                             ("CONFIG_DFU_MULTI_IMAGE", "package_encode.c")):
            generated += [GENERATED / "src" / name] if option in options else []
        objects += self.compile(generated, config, ["-w"])
        program = config / "smoke"
        project.must_run([project.CC, *objects, "-o", program, "-lmbedcrypto", "-lsodium"])
        return program


def sources_of(header):
    """The files of src/ that the build takes."""
    return project.must_run(["cmake", f"-DCONFIG_HEADER={header}", "-P", project.SOURCE / "bench/sources.cmake"]).split()


def public_text(config):
    """The public headers as the compiler sees them, but for the one number that upstream has made part of a struct."""
    include = project.SOURCE / "include"
    lines = [f"#include <{path.relative_to(include)}>\n" for path in sorted(include.rglob("*.h"))]
    (config / "all.c").write_text("".join(lines))
    text = project.must_run([project.CC, "-std=c11", f"-I{include}", f"-I{config}", "-E", "-P", config / "all.c"])
    return re.sub(r"(uint8_t buf\[)\d+(\];)", r"\1CONFIG_IMG_BLOCK_BUF_SIZE\2", text)


def make(name, config):
    """autoconf.h of the configuration of that name, in a folder."""
    config.mkdir(exist_ok=True)
    conf = project.SOURCE / "configs" / name
    if not conf.exists():
        conf = config / "test.conf"
        kind, _, seed = name.partition("-")
        makeconfig.write(KCONFIG, "randconfig" if seed else kind, conf, int(seed or 0))
    kconf, found = genconfig.load(KCONFIG, conf)
    if found:
        raise AssertionError("\n".join(found))
    kconf.write_autoconf(config / "autoconf.h")


def try_out(builder, name, config):
    """Make, build and run one configuration; the text of its public headers and what the program said."""
    make(name, config)
    program = builder.link(config, sources_of(config / "autoconf.h"))
    images = Images(Options(config / "autoconf.h"))
    new, old = config / "new.bin", config / "old.bin"
    new.write_bytes(images.make(2))
    old.write_bytes(images.make(1))
    result = project.run([program, new, old, images.outcome(new.stat().st_size)])
    if result.returncode != 0:
        raise AssertionError(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return public_text(config), result.stdout


class Configs(unittest.TestCase):
    def test_each_configuration_builds_and_works(self):
        names = ["tinyconfig", "defconfig", "allyesconfig"] + [path.name for path in sorted((project.SOURCE / "configs").iterdir())]
        names += [f"random-{seed}" for seed in SEEDS]
        done = {}
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            builder = Builder(folder)
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                runs = {name: pool.submit(try_out, builder, name, folder / name) for name in names}
            for name, run in runs.items():
                again = f"make randconfig SEED={name.partition('-')[2]}" if "random" in name else name
                with self.subTest(again):
                    done[name] = run.result()
        with self.subTest("public headers"):
            self.assertEqual({name for name, (text, _) in done.items() if text != done["defconfig"][0]}, set())
        with self.subTest("all features are tried by some of them"):
            said = {line for _, out in done.values() for line in out.splitlines()}
            self.assertEqual(said, set(re.findall(r'puts\((?:HAS\(\w+\) \? )?"([^"]+)"', self.smoke())) |
                             set(re.findall(r'puts\(.* : "([^"]+)"\)', self.smoke())))

    @staticmethod
    def smoke():
        return SMOKE.read_text()

    def test_the_buffer_of_flash_img_is_the_only_number_in_a_struct(self):
        with tempfile.TemporaryDirectory() as folder:
            config = project.make_config(folder, "CONFIG_IMG_BLOCK_BUF_SIZE=1000\n")
            self.assertIn("struct flash_img_context {\n uint8_t buf[CONFIG_IMG_BLOCK_BUF_SIZE];", public_text(config))
            text = (config / "all.c").with_suffix(".i")
            project.must_run([project.CC, "-std=c11", f"-I{project.SOURCE / 'include'}", f"-I{config}", "-E", "-P",
                              config / "all.c", "-o", text])
            self.assertEqual(text.read_text().count("uint8_t buf[1000];"), 1)


def repeat(name):
    """One configuration again, in a folder that stays."""
    config = pathlib.Path(os.environ["SLOTWISE_BUILD"]) / f"config-{name}"
    objects = config / "objects"
    objects.mkdir(parents=True, exist_ok=True)
    _, said = try_out(Builder(objects), name, config)
    print(f"{config}/test.conf: builds, and works:\n{said}", end="")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        repeat(sys.argv[1])
    else:
        unittest.main()
