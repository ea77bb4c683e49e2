#!/usr/bin/env python3
"""Counts what a user's file costs its compiler, and compares it with a budget.

No clock is read: preprocessed lines, template specialisations (`g++ -fstats`) and bytes of code are
the same on every machine. They depend on the compiler and its library, so a budget names its own, and
other compilers are not compared. The programs are README's, and those of benchmarks/compile/.

    scripts/compile_budget.py            compare
    scripts/compile_budget.py --accept   write what was counted as the new budget
    scripts/compile_budget.py --time     print the processor time of each program too (never compared)

Exit status: 0 if all is within the budget (or cannot be compared, and why is said), 1 if a program
grew, 2 on wrong use.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET = ROOT / "benchmarks" / "compile" / "budget.json"
PROGRAMS = ROOT / "benchmarks" / "compile"
TOLERANCE = 0.03
MEASURES = ("lines", "specialisations", "code_bytes")


def run(command, **more):
    """What a command prints; ends the script where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"compile_budget: {' '.join(map(str, command))}\n{done.stderr}")
    return done


def readme_program():
    """The first C++ program of README.md, as a user copies it."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"```cpp\n(.*?)```", text, re.DOTALL)
    if not found:
        sys.exit("compile_budget: README.md has no C++ program")
    return found.group(1)


def programs(folder):
    """(name, file) of each program that is counted."""
    readme = Path(folder) / "readme.cpp"
    readme.write_text(readme_program(), "utf-8")
    umbrella = Path(folder) / "gyre_hpp.cpp"
    umbrella.write_text("#include <gyre/gyre.hpp>\n", "utf-8")
    return [("gyre.hpp alone", umbrella), ("README", readme),
            *((f.stem, f) for f in sorted(PROGRAMS.glob("*.cpp")))]


def count(compiler, file, folder):
    """What one program costs, by measure."""
    flags = ["-std=c++20", "-O2", f"-I{ROOT / 'include'}"]
    preprocessed = run([compiler, *flags, "-E", "-P", str(file)]).stdout
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    compiled = Path(folder) / "counted.o"
    stats = run([compiler, *flags, "-fstats", "-c", str(file), "-o", str(compiled)],
                env={**os.environ, "LC_ALL": "C"}).stderr
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    specialisations = sum(int(n) for n in re.findall(
        r"^(?:decl|type)_specializations: size \d+, (\d+) elements", stats, re.MULTILINE))
    size = run(["size", str(compiled)]).stdout.splitlines()[1].split()
    return {"lines": len(preprocessed.splitlines()), "specialisations": specialisations,
            "code_bytes": int(size[0])}, seconds


def compare(budget, counted):
    """(lines of the table, what grew, whether the budget could be less)."""
    lines, grown, less = [], [], False
    for name in counted:
        for measure in MEASURES:
            now, allowed = counted[name][measure], budget.get(name, {}).get(measure)
            mark = ""
            if allowed is None:
                grown.append(f"{name} {measure} (not in the budget)")
                mark = "NEW"
            elif now > allowed * (1 + TOLERANCE):
                grown.append(f"{name} {measure} ({allowed} -> {now})")
                mark = "GREW"
            elif now < allowed * (1 - TOLERANCE):
                mark, less = "less", True
            lines.append(f"{name:<18} {measure:<16} {allowed or 0:>9} {now:>9} {mark}".rstrip())
    return lines, grown, less


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accept", action="store_true", help="write the counts as the new budget")
    parser.add_argument("--time", action="store_true", help="print processor seconds, too")
    arguments = parser.parse_args()
    compiler = os.environ.get("CXX", "g++")
    if not shutil.which(compiler):
        print(f"not measured: there is no {compiler}")
        return 0
    version = run([compiler, "--version"]).stdout.splitlines()[0]
    found = re.search(r"\b(\d+\.\d+\.\d+)\b", version)
    if not found or "clang" in version:
        print(f"not compared: the budget is of g++, this is {version}")
        return 0
    counted, seconds = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name, file in programs(folder):
            counted[name], seconds[name] = count(compiler, file, folder)
    if arguments.time:
        for name, taken in seconds.items():
            print(f"{name:<18} {taken:6.2f} s of processor time at -O2")
    if arguments.accept:
        text = json.dumps({"compiler": found.group(1), "programs": counted}, indent=2)
        BUDGET.write_text(text + "\n", "utf-8")
        print(f"{BUDGET}: {len(counted)} programs")
        return 0
    budget = json.loads(BUDGET.read_text("utf-8"))
    if budget["compiler"] != found.group(1):
        print(f"not compared: the budget is of g++ {budget['compiler']}, this is {found.group(1)}")
        return 0
    lines, grown, less = compare(budget["programs"], counted)
    print(f"{'program':<18} {'measure':<16} {'budget':>9} {'now':>9}")
    print("\n".join(lines))
    if grown:
        print("over the budget: " + ", ".join(grown))
        print("if that is meant: scripts/compile_budget.py --accept, and say why in the commit")
        return 1
    if less:
        print("some take less than the budget: scripts/compile_budget.py --accept keeps it so")
    print(f"{len(counted)} programs within their budget")
    return 0


if __name__ == "__main__":
    sys.exit(main())
