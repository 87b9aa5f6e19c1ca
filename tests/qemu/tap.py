# SPDX-License-Identifier: Apache-2.0
"""Run a program in QEMU, read its TAP, and fail unless every result is good, none is missing, and it ends with status 0.

    tap.py [option...] qemu-system-arm ...
"""
import argparse
import os
import re
import subprocess
import sys

MIB = 1 << 20
RESULT = re.compile(r"(not )?ok (\d+)\b")


def judge(text, count):
    """What is wrong with an output of so many plans; nothing: all is well."""
    lines = text.splitlines()
    plans = [line for line in lines if re.fullmatch(r"1\.\.\d+", line)]
    results = [match for match in map(RESULT.match, lines) if match]
    if len(plans) != count:
        return f"{len(plans)} plans of {count}"
    numbers = [int(match.group(2)) for match in results]
    if numbers != [number for plan in plans for number in range(1, int(plan[3:]) + 1)] or "1..0" in plans:
        return f"results {numbers} of {plans}"
    if any(match.group(1) for match in results):
        return "not ok"
    if any(line.startswith("Bail out!") for line in lines):
        return "bailed out"
    return None


def run(command, options):
    """Run the program once; its output, judged."""
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, errors="replace", timeout=options.seconds, check=False)
    except subprocess.TimeoutExpired as expired:
        sys.exit(f"{(expired.stdout or b'').decode(errors='replace')}\nno end after {options.seconds} s")
    print(result.stdout)
    fault = judge(result.stdout, options.plans)
    if fault or result.returncode != 0:
        sys.exit(f"{fault or 'all ok, but'}: exit status {result.returncode}")


def check_guest_errors(options):
    with open(options.guest_errors, encoding="utf-8", errors="replace") as file:
        lines = [line for line in file if not (options.but and re.match(options.but, line))]
    if lines:
        sys.exit(f"the emulator says:\n{''.join(lines[:40])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plans", type=int, default=1, help="how often the program begins in one emulator")
    parser.add_argument("--argument", action="append", default=[], metavar="NAME=VALUE", help="for the program")
    parser.add_argument("--phases", type=int, default=1, help="so many emulators, one after the other: argument phase=1 and on")
    parser.add_argument("--erased", nargs=2, metavar=("FILE", "SIZE"), help="a file of so many bytes 0xff, for the time of the test")
    parser.add_argument("--guest-errors", metavar="FILE", help="where the emulator says what a chip would not do; any fails")
    parser.add_argument("--but", metavar="REGEX", help="other than these lines")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command
    if options.erased:
        with open(options.erased[0], "wb") as file:
            for _ in range(int(options.erased[1]) // MIB):
                file.write(bytes([0xff]) * MIB)
    if options.guest_errors:
        command += ["-d", "guest_errors", "-D", options.guest_errors]
    for phase in range(1, options.phases + 1):
        words = ["program", f"phase={phase}", *options.argument]
        semihosting = ",".join(["enable=on,target=native", *(f"arg={word}" for word in words)])
        run([*command, "-semihosting-config", semihosting], options)
        if options.guest_errors:
            check_guest_errors(options)
    if options.erased:
        os.unlink(options.erased[0])


if __name__ == "__main__":
    main()
