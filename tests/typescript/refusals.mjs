// What the runtime refuses to read, and to write: always a MemoryPackError, never other bytes.
// node refusals.mjs DIR

import assert from "node:assert/strict";

import { load } from "./load.mjs";

const m = await load(process.argv[2]);
let checked = 0;

function refuses(what, act, pattern = /./) {
  assert.throws(act, (e) => e instanceof m.MemoryPackError && pattern.test(e.message), what);
  checked++;
}
const reading = (hex, read) => () => {
  const reader = new m.MemoryPackReader(new Uint8Array(Buffer.from(hex, "hex")));
  const value = read(reader);
  reader.finish();
  return value;
};
const writing = (write) => () => write(new m.MemoryPackWriter());
const int32s = (r) => r.values(4, () => r.int32());
const make = (type, members) => Object.assign(new type(), members);

// Reading.
refuses("a negative count", reading("feffffff", int32s), /count of -2 at byte 0/);
refuses("a null array", reading("ffffffff", int32s), /null/);
refuses("a count over the bytes", reading("ffffff7f00000000", int32s), /count of 2147483647/);
refuses("a count over the bounds", reading("03000000010203", (r) => r.bytes(0, 2)), /0 to 2/);
refuses("a count under the bounds", reading("0100000001", (r) => r.bytes(2, 2)), /2 to 2/);
refuses("a flag of 2", reading("0200", (r) => r.nullable(1, 1, () => r.uint8())));
refuses("half a null", reading("00", (r) => r.nullable(1, 1, () => r.uint8())), /end inside/);
refuses("a null string", reading("ffffffff", (r) => r.string()), /null/);
refuses("an overlong form", reading("fdffffffffffffffc080", (r) => r.string()), /not valid/);
refuses("a surrogate in UTF-8", reading("fcffffffffffffffeda080", (r) => r.string()));
refuses("a lone surrogate in UTF-16", reading("0100000000d8", (r) => r.string()), /not valid/);
refuses("UTF-16 cut short", reading("020000006100", (r) => r.string()), /end inside/);
refuses("a key twice", reading("0200000001010100", (r) =>
  r.map(2, () => r.uint8(), () => r.boolean())), /key stands twice at byte 6/);
refuses("an element twice", reading("020000000101", (r) => r.set(1, () => r.uint8())), /twice/);
refuses("ticks out of range", reading("ffffffffffffff3f", (r) => r.dateTime()), /ticks/);
refuses("more members than known", reading("04", (r) => m.Point.read(r)), /more members/);
refuses("a reserved header", reading("fb", (r) => m.Point.read(r)));
refuses("a null object", reading("ff", (r) => m.Point.read(r)), /null Point/);
refuses("a null union", reading("ff", (r) => m.Figure.read(r)), /null union/);
refuses("a reserved tag", reading("fb", (r) => m.Figure.read(r)));
refuses("an unknown tag", reading("0100", (r) => m.Figure.read(r)), /no tag 1/);
refuses("bytes left over", () => m.Empty.deserialize(new Uint8Array(2)), /left over at byte 1/);
refuses("no bytes at all", () => m.Empty.deserialize(new Uint8Array()), /end inside/);

// A part of a larger buffer is read as itself.
const padded = new Uint8Array([9, 9, 42, 0, 0, 0, 9]);
assert.equal(new m.MemoryPackReader(padded.subarray(2, 6)).int32(), 42);
refuses("the bytes beyond a part", () => new m.MemoryPackReader(padded.subarray(2, 5)).int32());

// An older version's message: what is missing has the value of a new object.
assert.deepEqual(m.Point.deserialize(new Uint8Array([1, 0, 0, 0, 0, 0, 0, 240, 63])),
  make(m.Point, { x: 1, y: 0.5 }));

// Writing.
refuses("an int too large", writing((w) => w.uint8(256)), /0 to 255/);
refuses("a fraction", writing((w) => w.int32(0.5)));
refuses("a NaN", writing((w) => w.int32(NaN)));
refuses("a bigint for a number", writing((w) => w.int32(1n)));
refuses("a number for a bigint", writing((w) => w.int64(1)));
refuses("a bigint too large", writing((w) => w.int64(1n << 63n)), /signed/);
refuses("a negative bigint", writing((w) => w.uint64(-1n)), /unsigned/);
refuses("a string for a float", writing((w) => w.float64("1")));
refuses("a member left out", () => m.Point.serialize({ x: 1 }));
refuses("no truth value", writing((w) => w.boolean(1)));
refuses("no Guid", writing((w) => w.guid("00112233-4455-6677-8899-aabbccddeefg")));
refuses("half a character", writing((w) => w.string("a\ud800b")), /half of a character/);
refuses("text that is too long", writing((w) => w.string("🌍🌍🌍", 8)), /8 bytes/);
refuses("an array that is too long", () =>
  m.VectorAddRequest.serialize(make(m.VectorAddRequest, { inlineA: Array(26).fill(0) })), /25/);
refuses("an array that is too short", () =>
  m.Collections.serialize(make(m.Collections, { three: [1, 2] })), /3 to 3/);
refuses("a hole in an array", () => m.Collections.serialize(make(m.Collections, { doubles: [,] })));
refuses("an array for a Set", () => m.Collections.serialize(make(m.Collections, { words: [] })));
refuses("an object for a Map", () => m.Collections.serialize(make(m.Collections, { byName: {} })));
refuses("an array for bytes", () => m.Collections.serialize(make(m.Collections, { bytes: [1] })));
refuses("a Date for a DateTime", writing((w) => w.dateTime(new Date())));
refuses("a DateTime out of range", writing((w) =>
  w.dateTime(new m.DateTime(m.DateTime.maxTicks + 1n))), /ticks/);
refuses("an object of another class", () => m.Figure.serialize(new m.Empty()), /none of its/);

// What nests too deep is refused on both sides, before the stack is gone. The list's last node has
// an empty array, which is the 65th level.
const chain = (length) => {
  const first = new m.Node();
  for (let at = first, i = 0; i < length; i++) at = at.next = new m.Node();
  return first;
};
assert.deepEqual(m.Node.deserialize(m.Node.serialize(chain(63))), chain(63));
refuses("64 nodes below one another", () => m.Node.serialize(chain(64)), /64 levels/);
const cycle = new m.Node();
cycle.next = cycle;
refuses("a cycle", () => m.Node.serialize(cycle), /64 levels/);

// Times.
const date = new Date("2024-01-02T03:04:05.678Z");
assert.deepEqual(m.DateTime.fromDate(date).toDate(), date);
assert.deepEqual(m.DateTime.fromDate(new Date(-1)).toDate(), new Date(-1));
assert.deepEqual(new m.DateTime(m.DateTime.unixEpochTicks - 1n).toDate(), new Date(-1));
assert.throws(() => new m.DateTime(0n, m.DateTimeKind.Local).toDate(), RangeError);
console.log(`${checked} refusals`);
