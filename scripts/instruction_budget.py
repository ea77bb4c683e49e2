#!/usr/bin/env python3
"""Counts the instructions of the hot operations under callgrind, and compares them with a budget.

No clock is read: the same code gives the same counts on every machine, busy or not. The counts do
depend on the compiler, so a budget names its own, and other compilers are not compared.

    scripts/instruction_budget.py            compare
    scripts/instruction_budget.py --accept   write what was counted as the new budget

Exit status: 0 if all is within the budget (or cannot be compared, and why is said), 1 if an operation
grew, 2 on wrong use.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "bin" / "bench_instructions"
BUDGET = ROOT / "benchmarks" / "instructions" / "budget.json"
TOLERANCE = 0.03  # and never less than one instruction


def parse_dump(text):
    """(operation, instructions of each) of one file of callgrind's; None where it is no operation, or
    of another thread than the one that operates."""
    trigger = re.search(r"^desc: Trigger: Client Request: (\S+)/(\d+)$", text, re.MULTILINE)
    totals = re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
    thread = re.search(r"^thread: (\d+)", text, re.MULTILINE)
    if not trigger or not totals or not thread or thread.group(1) != "1":
        return None
    return trigger.group(1), int(totals.group(1)) / int(trigger.group(2))


def count(program):
    """(compiler, {operation: instructions}) of a run of the program under callgrind."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            ["valgrind", "--quiet", "--tool=callgrind", "--separate-threads=yes",
             f"--callgrind-out-file={folder}/out", str(program)], capture_output=True, text=True, timeout=300, check=False)
        if run.returncode != 0:
            sys.exit(f"instruction_budget: {program.name} failed under callgrind:\n{run.stderr}")
        compiler = re.search(r"^compiler (\S+)", run.stdout, re.MULTILINE)
        dumps = [parse_dump(file.read_text("utf-8")) for file in Path(folder).iterdir()]
    found = {}
    for name, instructions in sorted(d for d in dumps if d):
        found.setdefault(name, instructions)  # the least of several
    if not found or not compiler:
        sys.exit(f"instruction_budget: nothing was counted\n{run.stderr}")
    return compiler.group(1), found


def compare(budget, counted):
    """(lines of the table, operations that grew, whether the budget could be less)."""
    lines, grown, less = [], [], False
    for name in sorted(set(budget) | set(counted)):
        allowed, now = budget.get(name), counted.get(name)
        if allowed is None or now is None:
            why = "not in the budget" if allowed is None else "no longer counted"
            lines.append(f"{name:<26} {why}")
            grown.append(f"{name} ({why})")
            continue
        room = max(allowed * TOLERANCE, 1)
        mark = ""
        if now > allowed + room:
            mark = "GREW"
            grown.append(f"{name} ({allowed:.1f} -> {now:.1f})")
        elif now < allowed - room:
            mark, less = "less", True
        lines.append(f"{name:<26} {allowed:>9.1f} {now:>9.1f} {mark}".rstrip())
    return lines, grown, less


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accept", action="store_true", help="write the counts as the new budget")
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--budget", type=Path, default=BUDGET)
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        print("not measured: there is no valgrind")
        return 0
    if not arguments.program.is_file():
        print(f"{arguments.program} is not built: ./dev build release bench_instructions")
        return 2
    compiler, counted = count(arguments.program)
    if arguments.accept:
        rounded = {name: round(n, 2) for name, n in counted.items()}
        text = json.dumps({"compiler": compiler, "instructions": rounded}, indent=2)
        arguments.budget.write_text(text + "\n", "utf-8")
        print(f"{arguments.budget}: {len(counted)} operations")
        return 0
    budget = json.loads(arguments.budget.read_text("utf-8"))
    if budget["compiler"] != compiler:
        print(f"not compared: the budget is of gcc {budget['compiler']}, this is {compiler}")
        return 0
    lines, grown, less = compare(budget["instructions"], counted)
    print(f"{'instructions':<26} {'budget':>9} {'now':>9}")
    print("\n".join(lines))
    if grown:
        print("over the budget: " + ", ".join(grown))
        print("if that is meant: scripts/instruction_budget.py --accept, and say why in the commit")
        return 1
    if less:
        print("some take less than the budget: scripts/instruction_budget.py --accept keeps it so")
    print(f"{len(counted)} operations within their budget")
    return 0


if __name__ == "__main__":
    sys.exit(main())
