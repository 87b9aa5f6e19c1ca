# SPDX-License-Identifier: Apache-2.0
"""`make demo` itself is what is tested: examples/demo.sh calls back here after each of its steps.

Called with a step's name and the device folder, this file holds the device's state, as `slotwise status --json` tells it,
against what the step promises.
"""
import json
import os
import re
import shutil
import sys
import tempfile
import unittest

import project

# After each step: swap type, then version and (active, pending, confirmed) of both slots; None: not asked.
OLD, NEW, EMPTY = "1.0.0+0", "1.1.0+0", None
RUNS = (True, False, True)
ON_TRIAL = (True, False, False)
WAITS = (False, True, False)
IDLE = (False, False, False)
STEPS = {
    "new": ("none", (EMPTY, IDLE), (EMPTY, IDLE)),
    "factory": ("none", (OLD, None), (EMPTY, IDLE)),
    "first-boot": ("none", (OLD, RUNS), (EMPTY, IDLE)),
    "update": ("test", (OLD, RUNS), (NEW, WAITS)),
    "scheduled": ("test", (OLD, RUNS), (NEW, WAITS)),
    "test-boot": ("revert", (NEW, ON_TRIAL), (OLD, None)),
    "on-trial": ("revert", (NEW, ON_TRIAL), (OLD, None)),
    "revert-boot": ("none", (OLD, RUNS), (NEW, IDLE)),
    "update-cut": ("none", (OLD, RUNS), (EMPTY, IDLE)),
    "boot-after-cut": ("none", (OLD, RUNS), (EMPTY, IDLE)),
    "update-again": ("test", (OLD, RUNS), (NEW, WAITS)),
    "test-boot-again": ("revert", (NEW, ON_TRIAL), (OLD, None)),
    "confirm": ("none", (NEW, RUNS), (OLD, IDLE)),
    "final-boot": ("none", (NEW, RUNS), (OLD, IDLE)),
    "final": ("none", (NEW, RUNS), (OLD, IDLE)),
}
# After each step of the third act: versions of the two cores, and of the bootloader in s0 and in s1; several where they
# depend on where the power went. The package may be taken twice: then the second bootloader goes back into s0.
ALL_OLD, ALL_NEW = (OLD, OLD, 1, None), (NEW, NEW, 1, 2)
CORE_STEPS = {
    "cores-new": [(EMPTY, EMPTY, None, None)],
    "cores-bootloader": [(EMPTY, EMPTY, 1, None)],
    "cores-application": [(OLD, EMPTY, 1, None)],
    "cores-network": [ALL_OLD],
    "cores-boot": [ALL_OLD],
    "package-cut": [ALL_OLD],
    "package-cut-boot": [ALL_OLD, ALL_NEW],
    "package-again": [ALL_OLD, ALL_NEW],
    "package-boot": [ALL_NEW, (NEW, NEW, 2, 2)],
    "package-final": [ALL_NEW, (NEW, NEW, 2, 2)],
}
CUTS = 96  # operations of the package's update, as examples/demo.sh has it
COMMITTED = 89  # the first of them at which all are asked for
DIRTY = 2621440  # the modem's offset of a patch area that is to be erased
# After each step of the second act: version of the modem's firmware, state, whether the patch area holds something of a
# patch (True), is to be erased (None) or empty (False), whether a whole firmware is stored, and whether one is pending.
MODEM_STEPS = {
    "cellular-new": ("1.0.0", "ok", False, False, False),
    "cellular-factory": ("1.0.0", "ok", False, False, False),
    "patch": ("1.0.0", "pending", True, False, False),
    "patch-boot": ("1.1.0", "ok", None, False, False),
    "next-patch-cut": ("1.1.0", "ok", True, False, False),
    "next-patch-again": ("1.1.0", "pending", True, False, False),
    "next-patch-boot": ("1.2.0", "ok", None, False, False),
    "full": ("1.2.0", "ok", None, True, False),
    "full-cut": (None, "unbootable", None, True, True),
    "full-boot": (None, "unbootable", None, True, True),
    "full-again": ("2.0.0", "ok", None, True, False),
    "cellular-final": ("2.0.0", "ok", None, True, False),
}


def ask(verb, device):
    return json.loads(project.must_run([project.BUILD / "slotwise", verb, device, "--json"]))


def status_of(device):
    return ask("status", device)


def check_modem_step(step, device):
    modem = ask("modem", device)
    offset = modem["delta_offset"]
    found = (modem["version"], modem["state"], None if offset == DIRTY else offset > 0, modem["full_stored"],
             modem["full_pending"])
    if found != MODEM_STEPS[step]:
        sys.exit(f"{step}: the modem is {found}, not {MODEM_STEPS[step]}")


def check_image_step(step, device):
    image = status_of(device)["images"][0]
    swap_type, *slots = STEPS[step]
    found = [("swap_type", image["swap_type"], swap_type)]
    for slot, (version, flags) in zip(image["slots"], slots):
        number = slot["slot"]
        found.append((f"slot {number} version", slot["version"], version))
        if flags is not None:
            found.append((f"slot {number} active, pending, confirmed",
                          (slot["active"], slot["pending"], slot["confirmed"]), flags))
    wrong = [f"{step}: {what} is {is_}, not {promised}" for what, is_, promised in found if is_ != promised]
    if wrong:
        sys.exit("\n".join(wrong))


def check_core_step(step, device):
    status = status_of(device)
    found = (*(image["slots"][0]["version"] for image in status["images"][:2]), status["bootloader"]["s0"],
             status["bootloader"]["s1"])
    if found not in CORE_STEPS[step]:
        sys.exit(f"{step}: application, network core and bootloaders are {found}, none of {CORE_STEPS[step]}")
    with open(os.environ["DEMO_STEPS_SEEN"] + ".cores", "a", encoding="utf-8") as file:
        print(step, *found, file=file)


def check_step(step, device):
    if step in MODEM_STEPS:
        check_modem_step(step, device)
    elif step in CORE_STEPS:
        check_core_step(step, device)
    else:
        check_image_step(step, device)
    with open(os.environ["DEMO_STEPS_SEEN"], "a", encoding="utf-8") as file:
        print(step, file=file)


class DemoTest(unittest.TestCase):
    def make_build(self):
        """The demo makes its devices in the build folder: give it one of its own, with the built things in it."""
        folder = tempfile.TemporaryDirectory()
        self.addClassCleanup(folder.cleanup)
        self.build = folder.name
        os.symlink(project.BUILD / "slotwise", os.path.join(self.build, "slotwise"))
        shutil.copytree(project.BUILD / "examples", os.path.join(self.build, "examples"),
                        ignore=shutil.ignore_patterns("CMakeFiles", "firmware"))

    def run_demo(self, **environment):
        """Each step is judged by this file: DEMO_STEPS_SEEN says which were."""
        self.seen = os.path.join(self.build, "seen")
        for name in (self.seen, self.seen + ".cores"):
            if os.path.exists(name):
                os.unlink(name)
        return project.run(["sh", project.SOURCE / "examples/demo.sh", self.build],
                           env={**os.environ, "DEMO_AFTER_STEP": f"{sys.executable} {os.path.abspath(__file__)} --step",
                                "DEMO_STEPS_SEEN": self.seen, **environment})


class Whole(DemoTest):
    """One run of all three acts."""

    @classmethod
    def setUpClass(cls):
        cls.make_build(cls)
        cls.result = cls.run_demo(cls, DEMO_CUT="50")

    def test_each_step_leaves_the_device_in_the_state_it_promises(self):
        self.assertEqual(self.result.returncode, 0, self.result.stdout + self.result.stderr)
        with open(self.seen, encoding="utf-8") as file:
            self.assertEqual(file.read().split(), [*STEPS, *MODEM_STEPS, *CORE_STEPS])

    def test_the_image_in_the_slot_is_the_file(self):
        with open(os.path.join(self.build, "examples/firmware-1.1.0.bin"), "rb") as file:
            image = file.read()
        with open(os.path.join(self.build, "demo/device/flash0.bin"), "rb") as file:
            flash = file.read()
        self.assertEqual(flash[0xc000:0xc000 + len(image)], image)

    def test_what_is_cut_goes_on(self):
        result = self.result
        self.assertEqual(re.findall(r"power cut before operation (\d+)", result.stdout + result.stderr),
                         ["8", "26", "31", "51"])
        files = ("examples/firmware-1.1.0.bin", "demo/modem/patch-1.2.0.bin", "demo/package.bin")
        at = [int(at) for at in re.findall(r"resuming at (\d+) of", result.stdout)]
        self.assertEqual(re.findall("resuming.*", result.stdout),
                         [f"resuming at {start} of {os.path.getsize(os.path.join(self.build, file))}, same file"
                          for start, file in zip(at, files, strict=True)])
        self.assertEqual((at[0], at[1] % 1024), (4096, 0))
        self.assertIn("the modem erases its patch area ...\n... done after 20 s\n", result.stdout)

    def test_output_that_is_no_terminal_has_no_control_characters(self):
        self.assertNotRegex(self.result.stdout + self.result.stderr, r"[\x00-\x08\x0b-\x1f]")


class Acts(DemoTest):
    def setUp(self):
        self.make_build()

    def test_a_package_is_installed_as_a_whole_wherever_the_power_went(self):
        # Without DEMO_CUT the lot is drawn.
        for cut, expected in ((COMMITTED - 1, [ALL_OLD]), (COMMITTED, [ALL_NEW]), (None, [ALL_OLD, ALL_NEW])):
            with self.subTest(cut=cut):
                result = self.run_demo(DEMO_ACTS="cores", **({} if cut is None else {"DEMO_CUT": str(cut)}))
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
                with open(f"{self.seen}.cores", encoding="utf-8") as file:
                    states = dict(line.split(maxsplit=1) for line in file.read().splitlines())
                self.assertIn(states["package-cut-boot"], [" ".join(map(str, state)) for state in expected])

    def test_there_is_no_operation_of_the_package_that_the_lot_leaves_out(self):
        result = self.run_demo(DEMO_ACTS="cores", DEMO_CUT=str(CUTS))
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("scheduled", result.stdout.split("drawn by lot")[1])

    def test_it_stops_at_the_first_command_that_fails(self):
        os.remove(os.path.join(self.build, "examples/firmware-1.1.0.bin"))
        result = self.run_demo()
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("1.1.0 arrives", result.stdout)
        self.assertNotIn("Until the next reset", result.stdout)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        check_step(*sys.argv[2:])
    else:
        unittest.main()
