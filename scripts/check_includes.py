#!/usr/bin/env python3
"""Checks who includes whom: the layers of ARCHITECTURE.md, as a table.

Over include/gyre/<layer>/ and src/<layer>/:
  * a layer includes only itself and the layers that LAYERS allows it, and not gyre.hpp;
  * CUDA's headers are seen by engine/cuda and core/platform.hpp alone;
  * public headers, and the library's sources, include no library but tl::expected;
  * ring/ and kernel/ have no conditional compilation: that is core/platform.hpp's;
  * includes stand in groups: own header, system, third party, gyre.

Exit status: 0 if all is well, 1 if not (each fault as file:line, then the table), 2 on wrong use.
"""

import re
import sys
from pathlib import Path

# Each layer, and every layer whose headers it may name. `engine/cpu` and `engine/cuda` are layers
# of their own, so that nothing but the runtime knows which engines there are.
LAYERS = {
    "core": set(),
    "wire": {"core"},
    "ring": {"core"},
    "kernel": {"ring", "wire", "core"},
    "telemetry": {"kernel", "core"},
    "engine": {"kernel", "ring", "core"},
    "engine/cpu": {"engine", "kernel", "ring", "core"},
    "engine/cuda": {"engine", "kernel", "ring", "core"},
    "queue": {"wire", "core"},
    "port": {"engine", "kernel", "ring", "wire", "core"},
    "bridge": {"port", "queue", "engine", "wire", "ring", "kernel", "core"},
}
LAYERS["runtime"] = set(LAYERS)
LAYERS["actor"] = set(LAYERS)
LAYERS["cluster"] = set(LAYERS)
LAYERS["tools"] = set(LAYERS)

SOURCES = {".hpp", ".cpp", ".cu", ".cuh"}
NO_CONDITIONS = {"ring", "kernel"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CONDITION = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b")
CUDA = re.compile(r"^(cuda|cub|thrust|nvtx3?|cooperative_groups|device_launch_parameters|nvrtc|nccl)"
                  r"([./_].*)?$|^(cuda|cuda_\w+|mma|sm_\w+)\.h$")
FOREIGN = re.compile(r"^(fmt|CLI|nlohmann|gtest|gmock|benchmark|relacy|boost|spdlog|absl)/")
GROUPS = ("its own header", "system headers", "third-party headers", "gyre headers")


def without_comments(text):
    """The text with comments blanked, line by line, so that line numbers stay. Strings survive."""
    def blank(match):
        found = match.group(0)
        return found if found[0] in "\"'" else re.sub(r"[^\n]", " ", found)
    token = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(token, blank, text, flags=re.DOTALL)


def layer_of(parts):
    """The layer of a path below include/gyre/ or src/; None for what stands above the layers."""
    if len(parts) >= 3 and "/".join(parts[:2]) in LAYERS:
        return "/".join(parts[:2])
    return parts[0] if len(parts) >= 2 else None


def included_layer(root, file, bracket, name):
    """(is it ours, its layer or None for gyre.hpp). gyre/wire.hpp stands for the layer wire."""
    if name.startswith("gyre/"):
        parts = name.removesuffix(".hpp").split("/")[1:]
        return True, parts[0] if parts[0] in LAYERS and len(parts) == 1 else layer_of(parts)
    if bracket == "<":
        return False, None
    for base in (file.parent, root / "src", root / "include"):
        path = (base / name).resolve()
        for tree in (root / "include" / "gyre", root / "src"):
            if path.is_file() and path.is_relative_to(tree):
                return True, layer_of(path.relative_to(tree).parts)
    return False, None


def own_header(tree, file):
    """How src/x/y.cpp names its own header, include/gyre/x/y.hpp, if it has one."""
    if tree.name != "src":
        return None
    header = Path("gyre") / file.relative_to(tree).with_suffix(".hpp")
    return str(header) if (tree.parent / "include" / header).is_file() else None


def group_of(name, ours, own):
    if name == own:
        return 0
    if ours:
        return 3
    system = "/" not in name or re.match(r"^(sys|linux|net|netinet|arpa|bits|asm)/", name)
    return 1 if system and not CUDA.match(name) else 2


def check_file(root, tree, file):
    public = tree.name == "gyre"
    layer = layer_of(file.relative_to(tree).parts)
    where = file.relative_to(root)
    if layer is not None and layer not in LAYERS:
        yield f"{where}:1: '{layer}' is no layer; new ones go into LAYERS in {sys.argv[0]}"
        return
    is_platform = file.relative_to(tree) == Path("core/platform.hpp")
    may_see_cuda = layer == "engine/cuda" or is_platform
    own, last_group = own_header(tree, file), 0

    for number, line in enumerate(without_comments(file.read_text("utf-8")).split("\n"), 1):
        at = f"{where}:{number}:"
        if layer in NO_CONDITIONS and CONDITION.match(line):
            yield f"{at} conditional compilation in {layer}/: it belongs into core/platform.hpp"
        match = INCLUDE.match(line)
        if not match:
            continue
        bracket, name = match.groups()
        ours, target = included_layer(root, file, bracket, name)
        if ours and layer is not None:
            if target is None and layer != "tools":
                yield f"{at} {layer} includes the umbrella header {name}"
            elif target not in (None, layer) and target not in LAYERS[layer]:
                yield f"{at} {layer} may not include {target} ({name})"
        if not ours and CUDA.match(name) and not may_see_cuda:
            yield f"{at} a CUDA header ({name}) outside engine/cuda and core/platform.hpp"
        if not ours and FOREIGN.match(name) and (public or layer != "tools"):
            yield f"{at} {name} in the library; it may use the standard library and tl/ alone"
        group = group_of(name, ours or (root / "examples" / name).is_file(), own)
        if group < last_group and not is_platform:
            yield f"{at} {name} after {GROUPS[last_group]}; the order is: {', '.join(GROUPS)}"
        last_group = max(last_group, group)


def main(arguments):
    if len(arguments) > 1:
        print(f"usage: {sys.argv[0]} [repository root]", file=sys.stderr)
        return 2
    root = Path(arguments[0] if arguments else Path(__file__).parent.parent).resolve()
    faults, files = [], 0
    for tree in (root / "include" / "gyre", root / "src"):
        for file in sorted(tree.rglob("*")):
            if file.suffix in SOURCES:
                files += 1
                faults += check_file(root, tree, file)
    if not faults:
        print(f"{files} files include only what their layers allow")
        return 0
    print("\n".join(faults))
    print("\nlayer         may include, besides itself")
    for layer, allowed in LAYERS.items():
        print(f"{layer:<12}  {' '.join(sorted(allowed)) or '-'}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
