#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each feature costs on each core: text, constants, RAM and stack; and a gate against growth.

Everything measured goes to OUT/sizes.csv and OUT/sizes.json, tables into the documents. A feature that takes more than
2 % above its budget, in flash, RAM or stack, fails. Figures of another compiler are not compared, nor written into
documents.
"""
import argparse
import json
import pathlib
import sys

from features import FEATURES, MODES, PROGRAMS, STACKS
from objects import CORES, Configuration, Objects, Size
from size_tables import aims_table, full_tables, size_table
from stack import CallGraph, HASH_AND_SIGNATURE
from tools import SOURCE, write_csv

sys.path.insert(0, str(SOURCE / "scripts"))
import marked  # noqa: E402  (scripts/)

BUDGET = SOURCE / "bench/size_budget.json"
GROWTH = 2  # per cent
MARKS = ("<!-- sizes: made by `make size` from what the compilers make of src/ -->\n", "<!-- end of the sizes -->\n")
BUDGETED = ("flash", "ram", "stack")


def deepest(graph, functions, without=()):
    return max(graph.deepest(graph.find(function), without)[0] for function in functions)


def measure_core(out, core, zcbor, configurations):
    """{feature: {kind: bytes}}, and the stacks of functions: {(program, function): bytes}."""
    objects = Objects(out / "objects" / core.name, core, zcbor)
    sizes, features, stacks = {}, {}, {}
    graphs = {}
    for name, program in PROGRAMS.items():
        sizes[name], linked = objects.program(program, configurations[program.options])
        graphs[name] = CallGraph(linked)
    for feature in FEATURES:
        size = sizes[feature.program]
        if feature.beyond:
            size = size - sizes[feature.beyond]
        features[feature.name] = {
            **dict(zip(Size.KINDS, size.numbers())), "flash": size.flash, "ram": size.ram,
            "stack": deepest(graphs[feature.program], feature.stack) if feature.stack else 0}
    for program, functions in STACKS.items():
        for function in functions:
            stacks[f"{program} {function}"] = deepest(graphs[program], (function,), HASH_AND_SIGNATURE)
    objects.drop_others()
    return {"compiler": core.compiler, "features": features, "stacks": stacks}


def measure(out, zcbor):
    configurations = {}
    for name, program in PROGRAMS.items():
        if program.options not in configurations:
            configurations[program.options] = Configuration(out / "config" / name.replace(" ", "-"), program.options)
    return {core.name: measure_core(out, core, zcbor, configurations) for core in CORES}


def write_measured(out, measured):
    (out / "sizes.json").write_text(json.dumps(measured, indent=1) + "\n")
    write_csv(out, "sizes.csv", ("core", "feature", *Size.KINDS, "stack"),
              [(core, feature, *(numbers[kind] for kind in (*Size.KINDS, "stack")))
               for core, found in measured.items() for feature, numbers in found["features"].items()])


def budget_of(measured):
    return {core: {"compiler": found["compiler"],
                   "features": {feature: {kind: numbers[kind] for kind in BUDGETED}
                                for feature, numbers in found["features"].items()}}
            for core, found in measured.items()}


def other_compilers(measured, budget):
    return [f"{core}: the budget is for {budget[core]['compiler']}, this is {found['compiler']}"
            for core, found in measured.items() if core in budget and budget[core]["compiler"] != found["compiler"]]


def excesses(measured, budget):
    """What is over its budget, or has none."""
    found = []
    for core, figures in measured.items():
        for feature, numbers in figures["features"].items():
            allowed = budget.get(core, {}).get("features", {}).get(feature)
            if allowed is None:
                found.append(f"{core}, {feature}: has no budget")
                continue
            for kind in BUDGETED:
                if numbers[kind] * 100 > allowed[kind] * (100 + GROWTH):
                    found.append(f"{core}, {feature}: {kind} {numbers[kind]}, budget {allowed[kind]}")
    return found


def write_documents(measured, check):
    documents = {"README.md": size_table(measured) + "\n" + aims_table(measured), "docs/SIZES.md": full_tables(measured)}
    for name, text in documents.items():
        marked.update(SOURCE / name, *MARKS, text, check, "make size")


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--out", required=True, type=pathlib.Path, help="folder for the figures and all work files")
    args.add_argument("--zcbor", required=True, type=pathlib.Path, help="folder with zcbor's sources")
    args.add_argument("--check", action="store_true", help="change no document; fail if one has other figures")
    args.add_argument("--update", action="store_true", help="make what is measured the budget")
    args = args.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    measured = measure(args.out.resolve(), args.zcbor.resolve())
    write_measured(args.out, measured)
    print(size_table(measured))
    if args.update:
        BUDGET.write_text(json.dumps(budget_of(measured), indent=1) + "\n")
    budget = json.loads(BUDGET.read_text())
    others = other_compilers(measured, budget)
    if others:
        print("\n".join(["size: nothing compared, no document written:", *others]))
        # A gate that compares nothing must not look open.
        return 1 if args.check else 0
    found = excesses(measured, budget)
    if found:
        print("\n".join([f"size: more than {GROWTH} % above bench/size_budget.json (`make size UPDATE=1` makes it the budget):",
                         *found]))
        return 1
    write_documents(measured, args.check)
    return 0


if __name__ == "__main__":
    sys.exit(main())
