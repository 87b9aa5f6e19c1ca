# SPDX-License-Identifier: Apache-2.0
"""Firmware that executes from a flash file in QEMU updates itself; `slotwise boot` on the same file plays MCUboot between
its runs. What counts is what the firmware that runs prints.

    update.py kept|reverted|cuts SHARE/SHARES --slotwise COMMAND --build FOLDER --work FOLDER
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
USED = 0x44000  # bytes of flash in the board's partitions
SLOT_SIZE = 0x20000
IMAGE_OK_FROM_END = 24  # in a trailer with max-align 8
POWER_CUT = 77
CUTS = 200
TEARS = ("nothing", "half", "all")  # of an operation is done when the power goes
RUN_SECONDS = 60
RUNS_MAX = 6


class Device:
    """A device folder of the command, whose flash file is memory of the emulated board."""

    def __init__(self, options):
        self.slotwise = options.slotwise
        self.build = options.build
        self.old, self.new = (self.build / f"firmware-{version}.bin" for version in ("1.0.0", "1.1.0"))
        self.folder = options.work / "device"
        self.flash = self.folder / "flash0.bin"
        self.host = options.work / "host"
        shutil.rmtree(options.work, ignore_errors=True)
        self.host.mkdir(parents=True)
        self.command("new", "--board", HERE / "mps2-an385.dts")
        self.command("flash", "slot0", self.old)
        self.offer(self.new)

    def command(self, verb, *arguments):
        done = subprocess.run([self.slotwise, verb, self.folder, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"slotwise {verb}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def boot(self):
        return self.command("boot")

    def offer(self, image):
        shutil.copyfile(image, self.host / "update.bin")

    def run(self, status=0, **arguments):
        """Power on, until the firmware resets the board or its power is cut; what it prints."""
        words = ["firmware", *(f"{name}={value}" for name, value in arguments.items())]
        done = subprocess.run(
            ["qemu-system-arm", "-M", "mps2-an385,memory-backend=nv",
             "-object", f"memory-backend-file,id=nv,size=16M,mem-path={self.flash},share=on",
             "-display", "none", "-monitor", "none", "-serial", "null", "-no-reboot",
             "-semihosting-config", ",".join(["enable=on,target=native", *(f"arg={word}" for word in words)]),
             "-kernel", self.build / "stub.elf"],
            cwd=self.host, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", timeout=RUN_SECONDS, check=False)
        if done.returncode != status:
            sys.exit(f"{words}: exit status {done.returncode}, not {status}\n{done.stdout}")
        return done.stdout.splitlines()

    def save(self):
        settings = self.folder / "settings"
        with open(self.flash, "rb") as file:
            return file.read(USED), settings.read_bytes() if settings.exists() else None

    def restore(self, state):
        content, settings = state
        with open(self.flash, "r+b") as file:
            file.write(content)
        (self.folder / "settings").unlink(missing_ok=True)
        if settings is not None:
            (self.folder / "settings").write_bytes(settings)

    def check_updated(self):
        """The new image is in slot 0, kept, and nothing outside the partitions has changed."""
        image = self.new.read_bytes()
        flash = self.flash.read_bytes()
        check(flash[:len(image)] == image, "slot 0 holds the file")
        check(flash[SLOT_SIZE - IMAGE_OK_FROM_END] == 1, "image_ok is set")
        check(flash.count(0xff, USED) == len(flash) - USED, "flash outside of the partitions is erased")


def check(holds, what):
    if not holds:
        sys.exit(f"not so: {what}")


def check_says(lines, *expected):
    for pattern in expected:
        check(any(re.fullmatch(pattern, line) for line in lines), f"{pattern!r} among {lines}")


def version(lines):
    found = [match.group(1) for match in (re.match(r"firmware (\S+) at 0x2100", line) for line in lines) if match]
    check(len(found) == 1 and found[0] in ("1.0.0", "1.1.0"), f"the old firmware or the new one runs: {lines}")
    return found[0]


def operations(lines):
    return int(next(line for line in lines if line.startswith("operations ")).split()[1])


def update(device):
    """The run in which 1.0.0 receives 1.1.0."""
    lines = device.run()
    check(version(lines) == "1.0.0", "1.0.0 runs first")
    check_says(lines, "update to 1.1.0", "verified", "scheduled")
    return lines


def kept(device, _share, _shares):
    update(device)
    device.boot()
    lines = device.run()
    check(version(lines) == "1.1.0", "1.1.0 runs")
    check_says(lines, "confirmed", "up to date")
    device.boot()
    lines = device.run()
    check(version(lines) == "1.1.0", "1.1.0 still runs")
    check(operations(lines) == 0, "nothing is left to be written")
    device.check_updated()


def reverted(device, _share, _shares):
    update(device)
    device.boot()
    lines = device.run(confirm=0)
    check(version(lines) == "1.1.0", "1.1.0 runs")
    check_says(lines, "not confirmed")
    device.boot()
    device.offer(device.old)
    lines = device.run()
    check(version(lines) == "1.0.0", "1.0.0 runs again")
    check_says(lines, "up to date")
    device.boot()
    check(version(device.run()) == "1.0.0", "1.0.0 stays")
    device.offer(device.new)
    update(device)


def finish(device, where):
    """Restarts until nothing is left to do. Each boots, old or new, and the update completes."""
    for _ in range(RUNS_MAX):
        device.boot()
        lines = device.run()
        if version(lines) == "1.1.0" and "up to date" in lines:
            device.boot()
            device.check_updated()
            return any(line.startswith("going on at") for line in lines)
    sys.exit(f"{where}: not updated after {RUNS_MAX} starts: {lines}")


def cut_points(runs):
    """(state, operation, tear) of CUTS cuts: each operation of each run torn, the others evenly."""
    points = [(run, operation, tear) for run, count in enumerate(runs) for operation in range(1, count + 1)
              for tear in range(len(TEARS))]
    torn = [point for point in points if TEARS[point[2]] == "half"]
    rest = [point for point in points if TEARS[point[2]] != "half"]
    missing = CUTS - len(torn)
    check(0 <= missing <= len(rest), f"{CUTS} cuts, {len(torn)} operations, {len(points)} points")
    return sorted(torn + [rest[i * len(rest) // missing] for i in range(missing)])


def cuts(device, share, shares):
    states = [device.save()]
    runs = [operations(update(device))]
    device.boot()
    states.append(device.save())
    runs.append(operations(device.run()))
    points = cut_points(runs)
    for run, operation, tear in points[share::shares]:
        where = f"cut in run {run}, operation {operation}, {TEARS[tear]} of it done"
        device.restore(states[run])
        lines = device.run(POWER_CUT, cut=operation, tear=tear)
        check(version(lines) == ("1.0.0", "1.1.0")[run] and "power cut" in lines, where)
        finish(device, where)
    print(f"{len(points[share::shares])} of {len(points)} cuts in {sum(runs)} operations, no device lost")


def main():
    tests = {"kept": kept, "reverted": reverted, "cuts": cuts}
    parser = argparse.ArgumentParser()
    parser.add_argument("test", choices=tests)
    parser.add_argument("share", nargs="?", default="0/1")
    parser.add_argument("--slotwise", required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="folder of the firmwares")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder to work in; emptied first")
    options = parser.parse_args()
    tests[options.test](Device(options), *map(int, options.share.split("/")))


if __name__ == "__main__":
    main()
