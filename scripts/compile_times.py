#!/usr/bin/env python3
"""Prints what takes longest to compile: files, as the last builds took them, and headers.

    scripts/compile_times.py [--top N] [PRESET...]

Files come from the logs of ninja (build/PRESET/.ninja_log): seconds from a compilation's start to its
end, the last one of each file. One that came out of a compiler cache took none, so a first build, or
CCACHE_DISABLE=1, says more. Headers are those of gyre.hpp, by clang's -ftime-trace: seconds in the
header with all that it includes first, and in itself; they do not count what uses it.

Exit status: 0, or 2 on wrong use.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def compilations(log):
    """Seconds of the last compilation of each object, precompiled header or device object."""
    found = {}
    for line in log.read_text("utf-8").splitlines():
        fields = line.split("\t")
        if line.startswith("#") or len(fields) < 5 or not fields[3].endswith((".o", ".gch")):
            continue
        found[fields[3]] = (int(fields[1]) - int(fields[0])) / 1000
    return found


def short(name):
    """src/CMakeFiles/gyre.dir/core/error.cpp.o as gyre: core/error.cpp."""
    head, separator, tail = name.partition(".dir/")
    if not separator:
        return name
    tail = tail.removesuffix(".o")
    return f"{head.rpartition('CMakeFiles/')[2]}: {tail}"


def print_files(preset, top):
    log = ROOT / "build" / preset / ".ninja_log"
    if not log.is_file():
        print(f"{preset}: not built (./dev build {preset})")
        return
    found = compilations(log)
    print(f"{preset}: {len(found)} compilations, {sum(found.values()):.0f} s together")
    for name, seconds in sorted(found.items(), key=lambda x: -x[1])[:top]:
        print(f"{seconds:8.1f} s  {short(name)}")


def header_times(trace):
    """(inclusive, own) seconds of each header of one trace."""
    events = [e for e in json.loads(trace.read_text("utf-8"))["traceEvents"]
              if e.get("name") == "Source" and e.get("ph") == "X"]
    events.sort(key=lambda e: (e["ts"], -e["dur"]))
    whole, own, open_ones = Counter(), Counter(), []
    for e in events:
        while open_ones and open_ones[-1]["ts"] + open_ones[-1]["dur"] <= e["ts"]:
            open_ones.pop()
        name = e["args"]["detail"]
        whole[name] += e["dur"]
        own[name] += e["dur"]
        if open_ones:
            own[open_ones[-1]["args"]["detail"]] -= e["dur"]
        open_ones.append(e)
    return whole, own


def print_headers(top):
    clang = shutil.which("clang++")
    if not clang:
        print("headers: not measured, there is no clang++ (./dev check installs it)")
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.cpp"
        file.write_text("#include <gyre/gyre.hpp>\n", "utf-8")
        done = subprocess.run(
            [clang, "-std=c++20", f"-I{ROOT / 'include'}", "-ftime-trace",
             "-ftime-trace-granularity=100", "-c", str(file), "-o", str(file.with_suffix(".o"))],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"headers: not measured, clang++ failed:\n{done.stderr}")
            return
        whole, own = header_times(file.with_suffix(".json"))
    print("headers of gyre.hpp: with what they include first, and by themselves")
    for name, taken in whole.most_common(top):
        shown = name.removeprefix(f"{ROOT}/include/").rpartition("/c++/")[2]
        print(f"{taken / 1e6:8.2f} s {own[name] / 1e6:8.2f} s  {shown}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--top", type=int, default=20, metavar="N", help="how many of each [20]")
    parser.add_argument("presets", nargs="*", metavar="PRESET",
                        help="builds to look at; all that are there if none is named")
    arguments = parser.parse_args()
    if arguments.top < 1:
        parser.error(f"--top is {arguments.top}; it must be at least 1")
    presets = arguments.presets or sorted(
        log.parent.name for log in (ROOT / "build").glob("*/.ninja_log"))
    if not presets:
        print("files: nothing is built yet (./dev test, then ./dev times)")
    for preset in presets:
        print_files(preset, arguments.top)
        print()
    print_headers(arguments.top)
    return 0


if __name__ == "__main__":
    sys.exit(main())
