# SPDX-License-Identifier: Apache-2.0
"""Run a program in QEMU, read its TAP, and fail unless every result is good, none is missing, and it ends with status 0.

    tap.py [--guest-errors FILE] [--plans N] [--seconds N] qemu-system-arm ...
"""
import argparse
import re
import subprocess
import sys

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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--guest-errors", metavar="FILE", help="fail if the emulator writes anything into it")
    parser.add_argument("--plans", type=int, default=1, help="how often the program begins")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    command = arguments.command
    if arguments.guest_errors:
        command += ["-d", "guest_errors,unimp", "-D", arguments.guest_errors]
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, errors="replace", timeout=arguments.seconds, check=False)
    except subprocess.TimeoutExpired as expired:
        sys.exit(f"{(expired.stdout or b'').decode(errors='replace')}\nno end after {arguments.seconds} s")
    print(result.stdout)
    fault = judge(result.stdout, arguments.plans)
    if fault or result.returncode != 0:
        sys.exit(f"{fault or 'all ok, but'}: exit status {result.returncode}")
    if arguments.guest_errors:
        with open(arguments.guest_errors, encoding="utf-8", errors="replace") as file:
            errors = file.read()
        if errors:
            sys.exit(f"the emulator says:\n{errors[:4000]}")


if __name__ == "__main__":
    main()
