# SPDX-License-Identifier: Apache-2.0
"""Text, RAM and stack of what updates a modem, on the core that modems have beside them."""
from sizes import Build
from stack import CallGraph
from tools import SOURCE, report, run, write_csv

CORE = "cortex-m33"
OPTIONS = ("CONFIG_SETTINGS=y", "CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS=y", "CONFIG_FMFU_FDEV=y",
           "CONFIG_DFU_TARGET_MODEM_DELTA=y", "CONFIG_DFU_TARGET_FULL_MODEM=y")
FULL = ("fmfu_fdev_check", "fmfu_fdev_load", "fmfu_fdev_pending", "fmfu_fdev_needs_file")
CALLS = ("identify", "init", "offset_get", "write", "done", "schedule_update", "reset")
DELTA_TARGET = tuple(f"dfu_target_modem_delta_{call}" for call in CALLS)
FULL_TARGET = tuple(f"dfu_target_full_modem_{call}" for call in ("cfg", "fdev_get", *CALLS))
# What is measured: the functions a program calls, and the files that count.
PARTS = (
    ("fmfu_fdev", FULL, ("modem/",)),
    ("fmfu_fdev with its decoder", FULL, ("modem/", "zcbor/fmfu_")),
    ("fmfu_fdev with its decoder and zcbor", FULL, ("modem/", "zcbor/")),
    ("delta target", DELTA_TARGET, ("target/dfu_target_modem_delta", "target/modem_")),
    ("full-modem target", FULL_TARGET, ("target/dfu_target_full_modem", "target/full_modem_")),
    ("full-modem target with the stream target", FULL_TARGET, ("target/dfu_target_full_modem", "target/full_modem_",
                                                   "target/dfu_target_stream", "target/stream_progress",
                                                   "target/download_record", "target/running_sum",
                                                   "target/target_settings", "target/identity")),
)
SETTINGS = ("settings_subsys_init", "settings_save_one", "settings_delete", "settings_load_one")
STACKS = ("fmfu_fdev_check", "fmfu_fdev_load", "fmfu_fdev_pending", "dfu_target_modem_delta_init",
          "dfu_target_modem_delta_write", "dfu_target_modem_delta_reset", "dfu_target_full_modem_init",
          "dfu_target_full_modem_write", "dfu_target_full_modem_done", "dfu_target_full_modem_reset")


class ModemBuild(Build):
    """With zcbor's decoder, which it generates, and runtime: zcbor/..."""

    def __init__(self, out):
        super().__init__(out, CORE, "modem", OPTIONS)
        made = self.folder / "list/zcbor/src"
        for source in sorted([*made.glob("fmfu_*code.c"), *made.glob("zcbor_*code.c"), made / "zcbor_common.c"]):
            self.sizes[f"zcbor/{source.name}"] = self.compile(source, f"zcbor/{source.name}")

    def prepare(self):
        run("ninja", "-C", self.folder / "list", "zcbor/src/fmfu_decode.c", "zcbor/src/zcbor_decode.c")


def report_modem(out):
    build = ModemBuild(out)
    rows = [(what, *build.linked("modem", functions, files)) for what, functions, files in PARTS]
    report(out, "modem.csv", "Updates of a modem: bytes linked on Cortex-M33. The originals' fmfu_fdev with its decoder: 1124 "
           "of text, and 4758 of zcbor; 1024 of RAM; aims: 1500 and 0", ("what", "text", "data", "bss"), rows)

    graph = CallGraph(build.folder, f"{SOURCE}/src/")
    ways = [(function, *graph.deepest(function), *graph.deepest(function, SETTINGS)) for function in STACKS]
    report(out, "modem_stacks.csv", "Deepest stack of these, drivers, modem and crypto back-end apart (the ways down: "
           "modem_stack_ways.csv). The originals' fmfu_fdev_load: 1500; aim: 700", ("function", "bytes", "outside settings"),
           [(function, whole, apart) for function, whole, _, apart, _ in ways])
    write_csv(out, "modem_stack_ways.csv", ("function", "way down"),
              [(function, " > ".join(f"{node.split('/')[-1]} {graph.frames[node]}" for node in way))
               for function, _, whole, _, apart in ways for way in (whole, apart)])
