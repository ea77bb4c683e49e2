#!/usr/bin/env python3
"""Writes requests.jsonl, beside this file: valid requests for `gyre run --kernel vector`.

The same lines every time: the generator is seeded, and the numbers are written from f32 values.
All operations, vectors of 0 to 5000 elements (so that some travel inline and some in device
memory), divisions by zero, infinities and NaNs, with and without ids, priorities and lengths.
"""

import json
import random
import struct
import uuid
from pathlib import Path

OPERATIONS = ("add", "subtract", "multiply", "divide")
SIZES = (0, 1, 2, 3, 7, 10, 24, 25, 26, 27, 50, 99, 100, 128, 255)
LARGE = (1000, 1023, 1024, 4096, 5000)


def f32(value):
    """The value as a float of 32 bits has it, with few enough digits to read."""
    return struct.unpack("<f", struct.pack("<f", round(value, 3)))[0]


def text(value):
    """Short JSON that reads back to the same f32."""
    if isinstance(value, str):
        return f'"{value}"'
    if value != 0 and value == int(value) and abs(value) < 1e7:
        return str(int(value))
    for digits in range(1, 10):
        short = f"{value:.{digits}g}"
        if struct.pack("<f", float(short)) == struct.pack("<f", value):
            return short + (".0" if value == 0 else "")
    raise ValueError(value)


def vector(source, size):
    kind = source.randrange(4)
    if kind == 0:
        return [float(i) for i in range(size)]
    if kind == 1:
        return [float(source.randint(-100, 100)) for _ in range(size)]
    if kind == 2:
        return [f32(source.uniform(-1000, 1000)) for _ in range(size)]
    return [f32(source.choice((0.0, -0.0, 1.0, -1.0, 0.5, 1e6, -1e-3))) for _ in range(size)]


def request(source, size, operation):
    fields = {}
    if source.random() < 0.5:
        fields["message_id"] = json.dumps(str(uuid.UUID(int=source.getrandbits(128), version=4)))
    if source.random() < 0.3:
        fields["priority"] = str(source.randrange(256))
    if source.random() < 0.2:
        known = source.random() < 0.7
        other = str(uuid.UUID(int=source.getrandbits(128), version=4))
        fields["correlation_id"] = json.dumps(other if known else None)
    if source.random() < 0.3:
        fields["length"] = str(source.randint(0, size) if source.random() < 0.3 else size)
    by_number = source.random() < 0.2
    fields["operation"] = str(operation) if by_number else json.dumps(OPERATIONS[operation])
    if source.random() < 0.1:
        fields["use_gpu_memory"] = "true"
    a, b = vector(source, size), vector(source, size)
    if size > 0 and source.random() < 0.1:
        a[source.randrange(size)] = source.choice(("NaN", "Infinity", "-Infinity"))
    for name, values in (("inline_a", a), ("inline_b", b)):
        fields[name] = "[" + ",".join(map(text, values)) + "]"
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"


def main():
    source = random.Random(20240229)
    lines = []
    for operation in range(4):
        lines += [request(source, size, operation) for size in SIZES for _ in range(5)]
        lines += [request(source, size, operation) for size in LARGE]
    source.shuffle(lines)
    Path(__file__).with_name("requests.jsonl").write_text("\n".join(lines) + "\n", "ascii")


if __name__ == "__main__":
    main()
