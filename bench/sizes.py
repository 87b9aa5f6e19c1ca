# SPDX-License-Identifier: Apache-2.0
"""Text, RAM and stack on Cortex-M."""
import re

from stack import CallGraph
from tools import SOURCE, configuration, report, run, write_csv

CORES = {"cortex-m4": "M4", "cortex-m0plus": "M0+"}
FLAGS = ["-std=c11", "-Os", "-ffunction-sections", "-fdata-sections", "-mthumb", "--specs=picolibc.specs",
         "-fcallgraph-info=su"]
VARIANTS = {
    "verify": (),
    "no-verify": ("CONFIG_DFU_TARGET_VERIFY=n",),
    "progress": ("CONFIG_SETTINGS=y", "CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS=y"),
}
# Folders and files of src/ that do what the 3,571 bytes of the originals do; the driver core, images and crypto apart.
PATH = ("boot/", "img/", "stream/", "target/", "flash/flash_map")
# Of these, what the originals have nothing of: sets of images, bootloaders.
BEYOND = ("boot/boot_bootloader", "boot/boot_judge_strict", "boot/boot_needs", "boot/fw_info", "target/mcuboot_confirm",
          "target/mcuboot_intent", "target/mcuboot_recover", "target/mcuboot_set")
# Settings, their log and its checksum.
SETTINGS = ("settings/", "common/bytes")
API_HEADERS = ("dfu/dfu_target.h", "dfu/dfu_target_mcuboot.h", "dfu/dfu_target_stream.h", "dfu/flash_img.h", "dfu/mcuboot.h",
               "storage/flash_map.h", "storage/stream_flash.h")
# What a program calls that downloads and confirms updates.
UPDATER = ("dfu_target_mcuboot_set_buf", "dfu_target_init", "dfu_target_offset_get", "dfu_target_write", "dfu_target_done",
           "dfu_target_schedule_update", "dfu_target_reset", "boot_is_img_confirmed", "boot_write_img_confirmed")
# What a program calls that keeps settings in a log on flash: its values one by one, or all of them in handlers.
KEEPER = ("settings_log_init", "settings_log_format", "settings_backend_set", "settings_subsys_init", "settings_save_one",
          "settings_delete", "settings_load_one", "settings_load_subtree_direct")
HANDLER = (*KEEPER, "settings_register", "settings_load", "settings_save")
STACKS = ("dfu_target_init", "dfu_target_write", "dfu_target_done", "dfu_target_schedule_update", "dfu_target_reset",
          "boot_write_img_confirmed", "settings_save_one", "settings_load_one")
HASH_AND_SIGNATURE = ("hash_check", "image_signature_check")


class Build:
    """All of src/ as objects for a core, with the options of a variant."""

    def __init__(self, out, core, variant, options):
        self.core, self.variant = core, variant
        self.folder = out / f"{core}-{variant}"
        self.folder.mkdir(exist_ok=True)
        for old in (*self.folder.glob("*.o"), *self.folder.glob("*.ci")):
            old.unlink()
        configured = self.folder / "list"
        conf = configuration(out, variant, *options)
        run("cmake", "-S", SOURCE, "-B", configured, "-G", "Ninja", f"-DSLOTWISE_CONF={conf}", "-DBUILD_TESTING=OFF")
        self.prepare()
        self.sizes = {source: self.compile(SOURCE / "src" / source, source) for source in sources_of(configured)}

    def prepare(self):
        """What has to be generated before sources compile."""

    def object_of(self, source):
        return self.folder / source.replace("/", "_").replace(".c", ".o")

    def compile(self, path, name):
        """(text, data, bss)"""
        target = self.object_of(name)
        run("arm-none-eabi-gcc", f"-mcpu={self.core}", *FLAGS, f"-I{SOURCE / 'include'}", f"-I{SOURCE / 'src'}",
            f"-I{self.folder / 'list/config'}", f"-I{self.folder / 'list/zcbor/include'}", "-DZCBOR_CANONICAL",
            "-c", path, "-o", target)
        return size_of(target)

    def total(self, prefixes=("",), without=()):
        chosen = [size for source, size in self.sizes.items()
                  if source.startswith(prefixes) and not source.startswith(without)]
        return tuple(sum(column) for column in zip(*chosen)) or (0, 0, 0)

    def linked(self, name, functions, prefixes=("",)):
        """Size of what the named functions pull in of some of the sources, C library and back-ends apart."""
        objects = [self.object_of(source) for source in self.sizes if source.startswith(prefixes)]
        defined = set(re.findall(r" T (\w+)$", run("arm-none-eabi-nm", *objects), re.MULTILINE))
        result = self.folder / f"{name}.elf"
        run("arm-none-eabi-ld", "-r", "--gc-sections", *(f"--undefined={f}" for f in functions if f in defined), *objects,
            "-o", result)
        return size_of(result)

    def size_of_type(self, name, header):
        path = self.folder / "one.c"
        path.write_text(f"#include <{header}>\n{name} one;\n")
        size = self.compile(path, "one.c")[2]
        for made in (self.object_of("one.c"), self.folder / "one.ci"):
            made.unlink()
        return size


def size_of(path):
    return tuple(map(int, run("arm-none-eabi-size", path).splitlines()[1].split()[:3]))


def sources_of(configured):
    """Files of src/ in a configured build, from its compile commands."""
    words = run("ninja", "-C", configured, "-t", "inputs", "libslotwise.a").split()
    prefix = f"{SOURCE}/src/"
    return sorted({word[len(prefix):] for word in words if word.startswith(prefix) and word.endswith(".c")})


def api_functions():
    text = "".join((SOURCE / "include" / header).read_text() for header in API_HEADERS)
    return sorted(set(re.findall(r"^[a-zA-Z][\w \t*]*?\b(\w+)\(", text, re.MULTILINE)))


def report_objects(out, builds):
    rows = []
    for source in sorted(set().union(*(build.sizes for build in builds))):
        sizes = [build.sizes.get(source, (0, 0, 0)) for build in builds]
        rows.append((source, *(number for text, data, bss in sizes for number in (text, data + bss))))
    short = {"verify": "", "no-verify": "n ", "progress": "p "}
    names = [f"{CORES[build.core]} {short[build.variant]}{column}" for build in builds for column in ("text", "RAM")]
    report(out, "sizes.csv", "Bytes an object, -Os, options of configs/cortex-m.conf; n: with DFU_TARGET_VERIFY=n; p: with "
           "DFU_TARGET_STREAM_SAVE_PROGRESS and SETTINGS", ("object", *names), rows)


def report_totals(out, builds):
    rows = []
    for build in builds:
        measured = (("files of the originals' functions", build.total(PATH, BEYOND)),
                    ("all of src/", build.total()),
                    ("linked for the originals' functions", build.linked("originals", api_functions())),
                    ("linked for an updater", build.linked("updater", UPDATER)))
        if build.variant == "progress":
            measured += (("linked for an updater, its settings in a log", build.linked("log", (*UPDATER, *KEEPER))),)
        rows += [(what, build.core, build.variant, *size) for what, size in measured]
    report(out, "totals.csv", "Bytes together. The originals on Cortex-M4: 3571 of text (4007 with progress and image check); "
           "aims: 3500 without verification, 6144 with verification, rules and progress, 128 of RAM",
           ("what", "core", "options", "text", "data", "bss"), rows)


def report_settings(out, builds):
    rows = []
    for build in builds:
        log = build.size_of_type("struct settings_log", "settings/settings_log.h")
        for what, functions in (("values one by one", KEEPER), ("handlers, too", HANDLER)):
            text, data, bss = build.linked("settings", functions, SETTINGS)
            rows.append((what, CORES[build.core], text, data + bss, log, data + bss + log))
    report(out, "settings.csv", "Settings in a log on flash, with their checksum: bytes linked. The originals on Cortex-M4: 4480 "
           "of text, 85 of RAM; aims: 2200 and 64",
           ("for a program with", "core", "text", "static RAM", "struct settings_log", "RAM"), rows)


def report_stacks(out, builds):
    rows, ways = [], []
    for build in builds:
        graph = CallGraph(build.folder, f"{SOURCE}/src/")
        for function in STACKS:
            if any(node == function for node in graph.frames):
                whole, way = graph.deepest(function)
                apart, way_apart = graph.deepest(function, HASH_AND_SIGNATURE)
                rows.append((function, CORES[build.core], build.variant, whole, apart))
                ways += [(function, build.core, build.variant, " > ".join(f"{node} {graph.frames[node]}" for node in nodes))
                         for nodes in (way, way_apart)]
    report(out, "stacks.csv", "Deepest stack, drivers and crypto back-ends apart (the ways down: stack_ways.csv). The originals: "
           "init 180, write 120, schedule 136 (584, 516, 136 with progress); aim: 400 outside hash and signature",
           ("function", "core", "options", "bytes", "outside hash and signature"), rows)
    write_csv(out, "stack_ways.csv", ("function", "core", "options", "way down"), ways)


def bench_sizes(out):
    builds = [Build(out, core, variant, options) for core in CORES for variant, options in VARIANTS.items()]
    report_objects(out, builds)
    report_totals(out, builds)
    report_settings(out, [build for build in builds if build.variant == "progress"])
    report_stacks(out, builds)
