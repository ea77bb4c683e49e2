#!/usr/bin/env python3
"""Checks what nvcc makes of the ring kernel (tests/device/ring_kernel.cu), role by role.

  * the poll is a wide relaxed load of system scope;
  * a reply is published by relaxed stores of system scope;
  * neither role that runs in the steady state has an acquire or release across the bus;
  * fences are the control warp's, and a worker's after a handler that used a device buffer (once for
    each of its two sources);
  * nothing lies in local memory, nothing spills, and the whole kernel's registers stay within the
    budget.

No GPU is needed. Environment: NVCC, GYRE_SOURCE_DIR, GYRE_DEVICE_FLAGS. Exit status: 0 if all is
well, 1 if not (each fault in a line), 77 if there is no nvcc.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FENCE = r"\b(fence|membar)\.(?!proxy)[\w.]*(sys|gl|gpu)\b"
BUS_ORDER = r"\b(ld\.acquire|st\.release|atom(\.\w+)*\.(acquire|release|acq_rel))\.sys\b"
POLL = r"\bld\.relaxed\.sys\.v2\.u64\b"
PUBLISH = r"\bst\.relaxed\.sys\.[bu]64\b"
LOCAL = r"\.local\b"

AT_LEAST_ONE = {
    "ingress_alone": [POLL],
    "worker_alone": [PUBLISH],
    "control_alone": [FENCE],
}
NONE = {
    "ingress_alone": [FENCE, BUS_ORDER, LOCAL],
    "worker_alone": [BUS_ORDER, LOCAL],
    "control_alone": [LOCAL],
    "ring_kernel": [LOCAL],
}
AT_MOST = {"worker_alone": (FENCE, 2)}
# A block has at most 352 threads, and a multiprocessor 65,536 registers: 168 are there for each.
REGISTERS = 128


def run(command):
    """Output and errors of a command together; ends the script where it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{' '.join(map(str, command))}: exit status {done.returncode}")
    return done.stdout


def kernels_of(ptx):
    """The body of each kernel, comments blanked, by its name; templates by their plain name."""
    ptx = re.sub(r"//[^\n]*", "", ptx)
    kernel = r"\.entry\s+(\w+)\s*\(.*?\)\s*(?:\.\w+[^{]*)?\{(.*?)\n\}"
    found = dict(re.findall(kernel, ptx, re.DOTALL))
    return {("ring_kernel" if "ring_kernel" in name else name): body
            for name, body in found.items()}


def faults(kernels, usage):
    for name in set(AT_LEAST_ONE) | set(NONE):
        if name not in kernels:
            yield f"{name}: no such kernel in the PTX"
            continue
        for pattern in AT_LEAST_ONE.get(name, []):
            if not re.search(pattern, kernels[name]):
                yield f"{name}: /{pattern}/ does not occur"
        for pattern in NONE.get(name, []):
            found = [m.group(0) for m in re.finditer(pattern, kernels[name])]
            if found:
                yield f"{name}: /{pattern}/ occurs {len(found)} times, as in '{found[0]}'"
        if name in AT_MOST:
            pattern, most = AT_MOST[name]
            if (n := len(re.findall(pattern, kernels[name]))) > most:
                yield f"{name}: /{pattern}/ occurs {n} times, at most {most} are allowed"
    entry = ""
    for line in usage.splitlines():
        if match := re.search(r"Compiling entry function '(\w+)'", line):
            entry = "ring_kernel" if "ring_kernel" in match.group(1) else match.group(1)
        if match := re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores", line):
            if match.group(2) != "0":
                yield f"registers spill: {line.strip()}"
        elif match := re.search(r"Used (\d+) registers", line):
            print(f"{entry}: {match.group(1)} registers")
            if entry == "ring_kernel" and int(match.group(1)) > REGISTERS:
                yield f"{entry}: {match.group(1)} registers, the budget is {REGISTERS}"


def main():
    nvcc = os.environ.get("NVCC")
    if not nvcc:
        print("SKIPPED: no nvcc")
        return 77
    root = Path(os.environ.get("GYRE_SOURCE_DIR", Path(__file__).resolve().parents[2]))
    flags = os.environ.get("GYRE_DEVICE_FLAGS",
                           "-std=c++20 --expt-relaxed-constexpr -arch=sm_90").split()
    source = root / "tests/device/ring_kernel.cu"
    with tempfile.TemporaryDirectory() as folder:
        ptx = Path(folder) / "ring_kernel.ptx"
        run([nvcc, *flags, f"-I{root}/include", "-ptx", source, "-o", ptx])
        usage = run([nvcc, *flags, f"-I{root}/include", "-Xptxas", "-v", "-c", source, "-o",
                     Path(folder) / "ring_kernel.o"])
        found = list(faults(kernels_of(ptx.read_text()), usage))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
