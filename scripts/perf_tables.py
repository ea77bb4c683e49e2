#!/usr/bin/env python3
"""Prints a results file of `gyre bench --json` as the tables of docs/perf/README.md.

    scripts/perf_tables.py benchmarks/results/FILE.json [--curves]

Nothing is reckoned here but the units: medians, ratios and marks are the file's. A row that was not
measured is left out.
"""

import argparse
import json

OTHERS_MATTER = 0.02  # part of the machine that other programs took


def three_digits(value):
    if value >= 1000:
        return f"{value:.0f}"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def time_text(ns):
    for unit, size in (("ms", 1e6), ("µs", 1e4)):
        if ns >= size:
            return f"{three_digits(ns / {'ms': 1e6, 'µs': 1e3}[unit])} {unit}"
    return f"{three_digits(ns)} ns"


def rate_text(row):
    rate = row["rate"]
    if row["unit"] == "1/s":
        return f"{rate / 1e6:.1f} M/s"
    if row["unit"] == "B":
        return f"{rate:.2f} bytes"
    if row["unit"] == "%":
        return f"{rate:.3f} %"
    return f"{rate:.3g} {row['unit']}"


def marks(row):
    found = []
    if row.get("mode", {}).get("changed"):
        found.append("mode changed")
    if row.get("others", 0) >= OTHERS_MATTER:
        found.append(f"others {row['others'] * 100:.0f} %")
    return ", ".join(found)


def ratio_text(row):
    if row.get("ratio") is None:
        return ""
    spread = row["spread"]["ratio"]
    return f"{row['ratio']:.2f} ({spread['least']:.2f} to {spread['greatest']:.2f})"


def print_rows(rows):
    print("| row | p50 | p99 | p99.9 | greatest | rate | ratio to its floor | |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        timed = row.get("p50") is not None
        times = [time_text(row[k]) if timed else "" for k in ("p50", "p99", "p999", "max")]
        rate = "" if timed else rate_text(row)
        print(f"| {row['name']} | {' | '.join(times)} | {rate} | {ratio_text(row)} | {marks(row)} |")


def print_curves(rows):
    names = dict.fromkeys(row["curve"]["name"] for row in rows)
    for name in names:
        points = [row for row in rows if row["curve"]["name"] == name]
        print(f"\n| {name} | " + " | ".join(f"{p['curve']['x']:,.0f}" for p in points) + " |")
        print("| --- " * (len(points) + 1) + "|")
        print("| ns for each | " + " | ".join(f"{p['ns_each']:.0f}" for p in points) + " |")
        print("| of the floor | " + " | ".join(f"{p['ratio']:.2f}" for p in points) + " |")
        if any(marks(p) for p in points):
            print("| | " + " | ".join(marks(p) for p in points) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", help="what `gyre bench --json` wrote")
    parser.add_argument("--curves", action="store_true", help="the curves instead of the rows")
    settings = parser.parse_args()
    with open(settings.file, encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    rows = [row for row in rows if row.get("p50") is not None or row.get("rate") is not None]
    if settings.curves:
        print_curves([row for row in rows if "curve" in row])
    else:
        print_rows([row for row in rows if "curve" not in row])


if __name__ == "__main__":
    main()
