#!/usr/bin/env python3
"""Checks what nvcc makes of messages in words (tests/device/wire_words.cu).

A message must go through memory in 16-byte vectors and nothing else, and must stay in registers: no
local memory in the PTX, no stack frame and no spills after ptxas. No GPU is needed.

Environment: NVCC, GYRE_SOURCE_DIR, and GYRE_DEVICE_FLAGS (what the device tests are compiled with).
Exit status: 0 if all is well, 1 if not (each fault in a line), 77 if there is no nvcc.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# For each kernel how often each pattern of PTX occurs. The reports' own members are stored by their
# size, so of those only the vectors and local memory are looked at.
WIDE_STORE = r"\bst\.global\.v4\.[bu]32\b"
WIDE_LOAD = r"\bld\.global\.v4\.[bu]32\b"
BYTE_STORE = r"\bst\.(global\.)?(v\d\.)?[bus]8\b"
BYTE_LOAD = r"\bld\.(global\.)?(v\d\.)?[bus]8\b"
OTHER_STORE = r"\bst\.(?!global\.v4\.[bu]32\b)"
LOCAL = r"\.local\b"
CALL = r"\bcall\b"

EXPECTED = {
    "encode_order": {WIDE_STORE: 2, OTHER_STORE: 0, BYTE_LOAD: 0, LOCAL: 0, CALL: 0},
    "decode_order": {WIDE_LOAD: 2, BYTE_LOAD: 0, BYTE_STORE: 0, LOCAL: 0, CALL: 0},
    "encode_report": {WIDE_STORE: 7, OTHER_STORE: 0, LOCAL: 0, CALL: 0},
    "decode_report": {WIDE_LOAD: 7, BYTE_LOAD: 0, LOCAL: 0, CALL: 0},
    "check_report": {WIDE_LOAD: 7, BYTE_LOAD: 0, LOCAL: 0, CALL: 0},
}


def run(command):
    """Output and errors of a command together; ends the script where it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{' '.join(map(str, command))}: exit status {done.returncode}")
    return done.stdout


def kernels_of(ptx):
    """The body of each kernel, comments blanked, by its name."""
    ptx = re.sub(r"//[^\n]*", "", ptx)
    kernel = r"\.entry\s+(\w+)\s*\(.*?\)\s*(?:\.\w+[^{]*)?\{(.*?)\n\}"
    return dict(re.findall(kernel, ptx, re.DOTALL))


def faults_in_ptx(kernels):
    for name, patterns in EXPECTED.items():
        if name not in kernels:
            yield f"{name}: no such kernel in the PTX"
            continue
        for pattern, expected in patterns.items():
            found = len(re.findall(pattern, kernels[name]))
            if found != expected:
                yield f"{name}: /{pattern}/ occurs {found} times, expected {expected}"


def faults_in_usage(usage):
    """Reads `ptxas -v`: a line that names the kernel, then its frame and spills, its registers."""
    seen = {}
    name = ""
    for line in usage.splitlines():
        if match := re.search(r"Compiling entry function '(\w+)'", line):
            name = match.group(1)
        elif match := re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, "
                                r"(\d+) bytes spill loads", line):
            seen[name] = [int(n) for n in match.groups()]
        elif match := re.search(r"Used (\d+) registers", line):
            print(f"{name}: {match.group(1)} registers")
    for name in EXPECTED:
        if name not in seen:
            yield f"{name}: ptxas does not tell its stack frame"
        elif any(seen[name]):
            yield f"{name}: stack frame, spill stores and spill loads of {seen[name]} bytes"


def main():
    nvcc = os.environ.get("NVCC", "")
    if not nvcc:
        print("SKIPPED: NVCC is not set")
        return 77
    root = Path(os.environ.get("GYRE_SOURCE_DIR", Path(__file__).parents[2]))
    flags = os.environ.get(
        "GYRE_DEVICE_FLAGS",
        "-std=c++20 --expt-relaxed-constexpr -arch=sm_90 -Werror all-warnings").split()
    with tempfile.TemporaryDirectory() as folder:
        ptx = Path(folder) / "wire_words.ptx"
        run([nvcc, *flags, "-O3", f"-I{root}/include", "-ptx",
             root / "tests/device/wire_words.cu", "-o", ptx])
        arch = [f for f in flags if f.startswith("-arch")]
        usage = run([nvcc, *arch, "-Xptxas", "-v", "-cubin", ptx, "-o", ptx.with_suffix(".cubin")])
        faults = [*faults_in_ptx(kernels_of(ptx.read_text())), *faults_in_usage(usage)]
    print("\n".join(faults) if faults else f"{len(EXPECTED)} kernels as expected")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
