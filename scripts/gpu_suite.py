#!/usr/bin/env python3
"""Builds and runs everything that wants a GPU, and writes what came of it to one file.

usage: gpu_suite.py [--only NAME]... [--commit HASH] [--seconds N] [--list]

  --only NAME    this step alone (may be repeated); the file's other steps stay as they were
  --commit HASH  the commit that is built, where git cannot say it
  --seconds N    for everything together, builds included [570]
  --list         print the steps' names and run nothing

The file is benchmarks/results/COMMIT.MACHINE.cuda.json: the machine, each step with what became of
it, and every figure, or why it was not measured. Each step has a time limit of its own; one that
hangs is killed, and said so. Logs are in build/gpu/steps/.

Exit status: 0 if every step that was run passed, 1 if one did not, 2 on wrong use, 3 if there is no
GPU: then nothing was measured, and nothing is written.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "gpu"
BIN = BUILD / "bin"
LOGS = BUILD / "steps"
KIT = ROOT / ".gpu-kit"
FLOORS = ROOT / "benchmarks" / "floor" / "cuda"
RESULTS = ROOT / "benchmarks" / "results"

BUILD_LIMIT = 330  # seconds, of all the time there is
LONGEST_MESSAGE = 600  # characters of a failure that are kept


class Step:
    """What is run: a program with arguments, and how its output is read.

    `figures`: how the names of the figures that it brings begin. Where none came that begins so, the
    results have "not measured", with the reason.
    """

    def __init__(self, name, kind, program, arguments, limit, figures=()):
        self.name, self.kind, self.program = name, kind, program
        self.arguments, self.limit, self.figures = arguments, limit, figures


STEPS = [
    Step("doctor", "doctor", "gyre", ["doctor", "--format", "json"], 40),
    Step("offsets", "tests", "gpu_tests", ["--gtest_filter=offsets.*"], 40, ["offsets"]),
    Step("torn_reads", "tests", "gpu_tests", ["--gtest_filter=torn_reads.*"], 60,
         ["torn_reads.host_to_device.8_bytes", "torn_reads.host_to_device.16_bytes_v2",
          "torn_reads.host_to_device.16_bytes_b128",
          "torn_reads.host_to_device.64_bytes_by_four_lanes",
          "torn_reads.device_to_host.8_bytes", "torn_reads.device_to_host.16_bytes_v2",
          "torn_reads.device_to_host.16_bytes_b128",
          "torn_reads.device_to_host.64_bytes_by_four_lanes",
          "torn_reads.device_to_host.64_bytes_by_eight_lanes"]),
    Step("validate", "validate", "gyre", ["validate", "--engine", "cuda", "--format", "json"], 40),
    Step("conformance", "tests", "conformance_cuda", [], 120),
    Step("hazards", "tests", "gpu_tests", ["--gtest_filter=hazards.*"], 120,
         ["hazards.cudaDeviceSynchronize", "hazards.cudaFree", "hazards.unloaded_kernel"]),
    Step("faults", "tests", "gpu_tests", ["--gtest_filter=faults.*"], 120,
         ["faults.illegal_address", "faults.worker_killed", "faults.worker_after_kill",
          "faults.worker_after_illegal_address"]),
    Step("leak", "tests", "gpu_tests", ["--gtest_filter=leak.*"], 75, ["leak"]),
    Step("bench", "bench", "gyre",
         ["bench", "--filter", "cuda.", "--repetitions", "5", "--format", "json"], 90,
         ["cuda.round_trip", "cuda.launch_sync", "cuda.graph", "cuda.inject", "cuda.vector_add",
          "cuda.egress", "cuda.hop_2_shards", "cuda.hop_2_kernels", "cuda.tells"]),
    # One program for each file: benchmarks/floor/cuda/README.md says which question it answers.
    Step("floors", "floors", None, [], 120),
]
FLOOR_LIMIT = 25  # seconds of one program


class Clock:
    """The time for everything together."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def left(self, at_most):
        return max(0.0, min(at_most, self.end - time.monotonic()))


# --- running --------------------------------------------------------------------------------------

def run(command, log, limit):
    """Runs a command into a log. Returns (exit status, or None if it was killed; seconds)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True)
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            status = None
        # It, and whatever it has started.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        if status is None:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                print(f"  {command[0]} does not end even when it is killed", flush=True)
    return status, time.monotonic() - begin


def text_of(log):
    try:
        return log.read_text("utf-8", "replace")
    except OSError:
        return ""


def output_of(command):
    """What a command prints, or "" if it cannot be run."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=60, cwd=ROOT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def scrubbed(text):
    """Text as it may stand in a results file: no paths of this machine, not its name."""
    for what, instead in ((f"{ROOT}/", ""), (str(ROOT), "."), (str(Path.home()) + "/", "~/")):
        if len(what) > 2:
            text = text.replace(what, instead)
    host = socket.gethostname()
    return re.sub(rf"\b{re.escape(host)}\b", "HOST", text) if len(host) > 2 else text


def shortened(text):
    text = scrubbed(text.strip())
    return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + " …"


def last_lines(text, count=6):
    return shortened("\n".join([line for line in text.splitlines() if line.strip()][-count:]))


# --- building -------------------------------------------------------------------------------------

def architecture():
    """The device's, as CMake and nvcc name it ("90"), or None."""
    found = re.search(r"(\d+)\.(\d+)", output_of(
        ["nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader"]))
    return found.group(1) + found.group(2) if found else None


def configure(clock, arch):
    command = ["cmake", "--preset", "gpu"]
    command += [f"-DCMAKE_PREFIX_PATH={KIT}"] if KIT.is_dir() else ["-UCMAKE_PREFIX_PATH"]
    command += [f"-DGYRE_CUDA_ARCHITECTURES={arch}-real"] if arch else ["-UGYRE_CUDA_ARCHITECTURES"]
    log = LOGS / "configure.log"
    status, _ = run(command, log, clock.left(BUILD_LIMIT))
    return status == 0, text_of(log)


def has_target(name):
    try:
        rules = (BUILD / "build.ninja").read_text("utf-8", "replace")
    except OSError:
        return False
    return f"\nbuild {name}: phony " in rules


def build(targets, clock):
    """Builds as many of the targets as can be built. Returns what is wrong with each other one."""
    jobs = os.environ.get("GYRE_JOBS") or str(os.cpu_count() or 1)
    wrong = {t: "there is no target of this name" for t in targets if not has_target(t)}
    there = [t for t in targets if t not in wrong]
    if there:
        log = LOGS / f"build-{there[0]}.log"
        command = ["cmake", "--build", str(BUILD), "-j", jobs, "--target", *there, "--", "-k", "0"]
        status, _ = run(command, log, clock.left(BUILD_LIMIT))
        for target in there:
            if status == 0:
                continue
            # What is up to date now was built; another says here why not.
            again = LOGS / f"build-{target}-again.log"
            one = ["cmake", "--build", str(BUILD), "--target", target, "--", "-n"]
            done, _ = run(one, again, 30)
            if done != 0 or "no work to do" not in text_of(again):
                why = "the time was used up" if status is None else last_lines(text_of(log), 12)
                wrong[target] = "it was not built: " + why
    return wrong


def build_floors(arch, clock):
    """Compiles the stand-alone programs; what is wrong, by name, for those that do not compile."""
    folder = BUILD / "floor"
    folder.mkdir(parents=True, exist_ok=True)
    nvcc = find_nvcc()

    def one(source):
        command = [nvcc, "-O3", "-std=c++20", f"-arch=sm_{arch}" if arch else "-arch=native",
                   str(source), "-o", str(folder / source.stem)]
        (folder / source.stem).unlink(missing_ok=True)
        log = LOGS / f"floor-{source.stem}-build.log"
        status, _ = run(command, log, clock.left(BUILD_LIMIT))
        return source.stem, "" if status == 0 else "it was not built: " + last_lines(text_of(log))

    workers = max(1, (os.cpu_count() or 2) // 2)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return {name: why for name, why in pool.map(one, sorted(FLOORS.glob("*.cu"))) if why}


def find_nvcc():
    for folder in (os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH"), "/usr/local/cuda"):
        if folder and (Path(folder) / "bin" / "nvcc").is_file():
            return str(Path(folder) / "bin" / "nvcc")
    return shutil.which("nvcc")


# --- reading --------------------------------------------------------------------------------------

def figures_in(text):
    """Every line of JSON that names a figure."""
    found = []
    for line in text.splitlines():
        if line.startswith('{"figure"'):
            try:
                found.append(json.loads(scrubbed(line)))
            except ValueError:
                pass
    return found


def json_of(text):
    """The JSON object that a program printed, or None."""
    begin = text.find("{")
    try:
        return json.loads(text[begin:]) if begin >= 0 else None
    except ValueError:
        return None


def read_tests(text, report):
    """Counts and failures of a GoogleTest program: from its report, or, where it was killed before
    it wrote one, from its output."""
    results = {}
    for verdict, name in re.findall(r"^\[ +(RUN|OK|FAILED|SKIPPED) +\] ([\w/.]+)"
                                    r"(?:, where .*)?(?: \(\d+ ms\))?$", text, re.MULTILINE):
        results[name] = verdict  # of the same test, the last
    counts = {"run": len(results), "passed": 0, "failed": 0, "skipped": 0}
    words = {"OK": "passed", "SKIPPED": "skipped"}
    for verdict in results.values():
        counts[words.get(verdict, "failed")] += 1
    failures = [{"test": name, "message": "it did not end"}
                for name, verdict in results.items() if verdict == "RUN"]
    try:
        suites = json.loads(report.read_text("utf-8", "replace")).get("testsuites", [])
    except (OSError, ValueError):
        failures += [{"test": name, "message": "failed"}
                     for name, verdict in results.items() if verdict == "FAILED"]
        return counts, failures
    for suite in suites:
        for test in suite.get("testsuite", []):
            if test.get("failures"):
                messages = "\n".join(f.get("failure", "") for f in test["failures"])
                failures.append({"test": f"{suite['name']}.{test['name']}",
                                 "message": shortened(messages)})
    return counts, failures


def read_validation(text):
    cases = (json_of(text) or {}).get("cases", [])
    passed = sum(1 for c in cases if c.get("passed"))
    failures = [{"test": c.get("name", ""), "message": shortened(c.get("error", ""))}
                for c in cases if not c.get("passed")]
    counts = {"run": len(cases), "passed": passed, "failed": len(cases) - passed, "skipped": 0}
    return counts, failures


def read_bench(text):
    """The rows as figures; those that say why they were not measured keep that."""
    figures, failures = [], []
    for row in (json_of(text) or {}).get("rows", []):
        figure = {"figure": row.pop("name", ""), **row}
        why = figure.get("error") or figure.get("not_measured")
        if why:
            figure = {"figure": figure["figure"], "value": "not measured", "reason": shortened(why)}
            failures.append({"test": figure["figure"], "message": figure["reason"]})
        figures.append({k: v for k, v in figure.items() if v is not None})
    counts = {"run": len(figures), "passed": len(figures) - len(failures),
              "failed": len(failures), "skipped": 0}
    return figures, counts, failures


# --- steps ----------------------------------------------------------------------------------------

def not_run(step, reason):
    return {"name": step.name, "outcome": "not run", "reason": shortened(reason)}, []


def run_step(step, wrong, clock):
    """Runs a step. Returns its entry in the results, and its figures."""
    limit = clock.left(step.limit)
    if limit < 5:
        return not_run(step, "the time for all steps was used up")
    if step.kind == "floors":
        return run_floors(step, wrong, clock)
    if step.program in wrong:
        return not_run(step, f"{step.program}: {wrong[step.program]}")
    log, report = LOGS / f"{step.name}.log", LOGS / f"{step.name}.json"
    report.unlink(missing_ok=True)
    command = [str(BIN / step.program), *step.arguments]
    if step.kind == "tests":
        command.append(f"--gtest_output=json:{report}")
    status, seconds = run(command, log, limit)
    text = text_of(log)

    figures, counts, failures = figures_in(text), None, []
    if step.kind == "tests":
        counts, failures = read_tests(text, report)
    elif step.kind == "validate":
        counts, failures = read_validation(text)
    elif step.kind == "bench":
        figures, counts, failures = read_bench(text)
    entry = {"name": step.name, "outcome": "passed", "seconds": round(seconds, 2)}
    if status is None:
        entry["outcome"] = "timed out"
        entry["reason"] = f"killed after {seconds:.0f} s"
        if not failures:
            entry["reason"] += "; it last wrote: " + last_lines(text, 3)
    elif status != 0 or failures:
        entry["outcome"] = "failed"
        if not failures:
            how = f"signal {-status}" if status < 0 else f"exit status {status}"
            entry["reason"] = f"{how}: {last_lines(text)}"
    elif counts is not None and counts["passed"] == 0:
        entry["outcome"] = "not run" if counts["skipped"] else "failed"
        entry["reason"] = "all of its tests were skipped" if counts["skipped"] else "it ran nothing"
    if counts is not None:
        entry["counts"] = counts
    if failures:
        entry["failures"] = failures
    return entry, figures


def run_floors(step, wrong, clock):
    """Each stand-alone program with a limit of its own."""
    figures, failures, seconds = [], [], 0.0
    end = Clock(clock.left(step.limit))
    names = sorted(source.stem for source in FLOORS.glob("*.cu"))
    for name in names:
        why, limit = wrong.get(name, ""), end.left(FLOOR_LIMIT)
        found = []
        if not why and limit < 3:
            why = "the time was used up"
        if not why:
            log = LOGS / f"floor-{name}.log"
            status, took = run([str(BUILD / "floor" / name)], log, limit)
            seconds += took
            found = figures_in(text_of(log))
            if status is None:
                why = f"killed after {took:.0f} s; it last wrote: {last_lines(text_of(log), 3)}"
            elif status != 0:
                why = f"exit status {status}: {last_lines(text_of(log))}"
            elif not found:
                why = "it printed no figure"
        figures += found
        if why:
            failures.append({"test": name, "message": shortened(why)})
            rest = ", what is not above" if found else ""
            figures.append({"figure": f"floor.{name}{rest}", "value": "not measured",
                            "reason": shortened(why)})
    entry = {"name": step.name, "outcome": "failed" if failures else "passed",
             "seconds": round(seconds, 2),
             "counts": {"run": len(names), "passed": len(names) - len(failures),
                        "failed": len(failures), "skipped": 0}}
    if failures:
        entry["failures"] = failures
    return entry, figures


def missing_figures(step, entry, figures):
    """An entry for each figure that did not come, with the reason."""
    reason = entry.get("reason") or ("the step failed" if entry["outcome"] != "passed" else
                                     "this build does not measure it")
    return [{"figure": name, "value": "not measured", "reason": reason}
            for name in step.figures
            if not any(f.get("figure", "").startswith(name) for f in figures)]


def line_of(entry):
    counts = entry.get("counts")
    said = "" if counts is None else f"{counts['passed']} of {counts['run']}"
    if counts is not None and counts["skipped"]:
        said += f", {counts['skipped']} skipped"
    why = entry.get("reason", "")
    if not why and entry.get("failures"):
        why = "; ".join(f["test"] for f in entry["failures"][:3])
    took = f"{entry['seconds']:6.1f} s" if "seconds" in entry else " " * 8
    first = why.splitlines()[0] if why else ""
    return f"{entry['name']:<12} {entry['outcome']:<10} {took}  {said:<18} {first}".rstrip()


# --- results --------------------------------------------------------------------------------------

def describe_machine(doctor):
    about = doctor.get("machine", {})
    cuda = next((e for e in doctor.get("engines", []) if e.get("engine") == "cuda"), {})
    smi = output_of(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"])
    first = [part.strip() for part in smi.splitlines()[0].split(",")] if smi.strip() else []
    nvcc = find_nvcc()
    release = re.search(r"release ([\d.]+)", output_of([nvcc, "--version"])) if nvcc else None
    return {
        "gpu": first[0] if first else cuda.get("detail", "unknown").split(", compute")[0],
        "gpu_detail": cuda.get("detail", "unknown"),
        "driver": first[1] if len(first) > 1 else "unknown",
        "cuda_runtime": release.group(1) if release else "unknown",
        "cpu": about.get("cpu", "unknown"),
        "cores": about.get("cores", 0),
        "compiler": doctor.get("compiler", "unknown"),
    }


def commit_of(said):
    if said:
        return said[:12]
    found = output_of(["git", "rev-parse", "--short=12", "HEAD"]).strip()
    if not found:
        return "unknown"
    changed = output_of(["git", "status", "--porcelain", "--untracked-files=no"]).strip()
    return found + ("-changed" if changed else "")


def results_file(commit, machine):
    gpu = re.sub(r"[^a-z0-9]+", "-", machine["gpu"].lower()).strip("-") or "unknown"
    return RESULTS / f"{commit}.{gpu}.cuda.json"


def write(path, results):
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(path)


def begin_results(path, commit, machine, chosen):
    """What the file has of the steps that are not run now."""
    results = {"commit": commit, "machine": machine, "steps": [], "figures": []}
    try:
        before = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return results
    if len(chosen) == len(STEPS):
        return results
    names = {s.name for s in chosen}
    results["steps"] = [s for s in before.get("steps", []) if s.get("name") not in names]
    results["figures"] = [f for f in before.get("figures", []) if f.get("step") not in names]
    return results


# --- the whole ------------------------------------------------------------------------------------

def nothing_measured(why):
    print(f"gpu: nothing was measured: {shortened(why)}")
    return 3


def main(arguments):
    parser = argparse.ArgumentParser(prog="dev gpu", description=__doc__.split("\n")[0])
    names = [s.name for s in STEPS]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME",
                        help="this step alone: " + ", ".join(names))
    parser.add_argument("--commit", default="", help="the commit, where git cannot say it")
    parser.add_argument("--seconds", type=int, default=570, help="for everything together [570]")
    parser.add_argument("--list", action="store_true", help="print the steps' names")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(names))
        return 0
    chosen = [s for s in STEPS if not options.only or s.name in options.only]
    clock = Clock(options.seconds)

    if find_nvcc() is None:
        return nothing_measured("there is no nvcc in PATH, CUDA_HOME or /usr/local/cuda/bin")
    LOGS.mkdir(parents=True, exist_ok=True)
    arch = architecture()
    print(f"build: gpu{', for sm_' + arch if arch else ''}"
          f"{', with the kit' if KIT.is_dir() else ''}", flush=True)
    done, said = configure(clock, arch)
    if not done:
        print(said)
        return 1
    wrong = build(["gyre-tool"], clock)
    if wrong:
        print(f"gpu: the tool: {wrong['gyre-tool']}")
        return 1
    log = LOGS / "doctor.log"
    run([str(BIN / "gyre"), "doctor", "--format", "json"], log, clock.left(40))
    doctor = json_of(text_of(log)) or {}
    cuda = next((e for e in doctor.get("engines", []) if e.get("engine") == "cuda"), {})
    if not cuda.get("found"):
        return nothing_measured("engine cuda: " + (cuda.get("detail") or "the doctor is silent"))

    wrong = {}
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        floors = (pool.submit(build_floors, arch, clock)
                  if any(s.kind == "floors" for s in chosen) else None)
        wanted = {s.program for s in chosen if s.program and s.program != "gyre"}
        if wanted:
            wrong = build(sorted(wanted), clock)
        if floors:
            wrong.update(floors.result())

    machine, commit = describe_machine(doctor), commit_of(options.commit)
    path = results_file(commit, machine)
    results = begin_results(path, commit, machine, chosen)
    print(f"{machine['gpu']}, driver {machine['driver']}, CUDA {machine['cuda_runtime']}; "
          f"{machine['cpu']}; commit {commit}", flush=True)
    order = {name: i for i, name in enumerate(names)}
    well = True
    for step in chosen:
        entry, figures = run_step(step, wrong, clock)
        figures += missing_figures(step, entry, figures)
        well = well and entry["outcome"] == "passed"
        results["steps"].append(entry)
        results["steps"].sort(key=lambda e: order.get(e.get("name"), len(order)))
        results["figures"] += [{"step": step.name, **f} for f in figures]
        results["figures"].sort(key=lambda f: order.get(f.get("step"), len(order)))
        write(path, results)  # after each step: what is measured is not lost with the next
        print(line_of(entry), flush=True)
    print(f"gpu: {path.relative_to(ROOT)}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
