// The vectors of tests/unit/wire/data that TypeScript can say: read as what they are, written again
// byte for byte; and hostile ones refused. node golden.mjs DIR

import assert from "node:assert/strict";
import fs from "node:fs";

import { load } from "./load.mjs";

const m = await load(process.argv[2]);
const vectors = (name) =>
  JSON.parse(fs.readFileSync(new URL(`../unit/wire/data/${name}.json`, import.meta.url), "utf8"));
const fromHex = (hex) => new Uint8Array(Buffer.from(hex, "hex"));

/** How a value is read, how it is written, and what it is. */
const method = (name, value) => [(r) => r[name](), (w) => w[name](value), value];
const type = (of, value) => [(r) => of.read(r), (w) => of.write(w, value), value];
const array = (name, size, value) => [
  (r) => r.values(size, () => r[name]()), (w) => w.values(value, (v) => w[name](v)), value];
const nullable = (name, align, size, value) => [
  (r) => r.nullable(align, size, () => r[name]()),
  (w) => w.nullable(value, align, size, (v) => w[name](v)), value];
const collectionOrNull = (name, value) => [
  (r) => r.collectionOrNull(() => r[name]()),
  (w) => w.collectionOrNull(value, (v) => w[name](v)), value];
const objectOrNull = (of, value) => [
  (r) => r.objectOrNull(() => of.read(r)), (w) => w.objectOrNull(value, (v) => of.write(w, v)),
  value];
const map = (least, readKey, readValue, writeKey, writeValue, value) => [
  (r) => r.map(least, () => readKey(r), () => readValue(r)),
  (w) => w.map(value, (k) => writeKey(w, k), (v) => writeValue(w, v)), value];
const textOrNull = [(r) => r.collectionOrNull(() => r.string()),
  (w, value) => w.collectionOrNull(value, (v) => w.string(v))];

const make = (of, members) => Object.assign(new of(), members);
const uuid = "00112233-4455-6677-8899-aabbccddeeff";
const time = new m.DateTime(0x08dc0b3f7b2734e0n, m.DateTimeKind.Unspecified);
const floats = (count, step) => Array.from({ length: count }, (_, i) => step * (i + 1));
const either = m.NumberHolderOrTextHolder;
const number = (value) => make(m.NumberHolder, { value });

const all = {
  "bool_true": method("boolean", true),
  "bool_false": method("boolean", false),
  "byte_200": method("uint8", 200),
  "sbyte_-5": method("int8", -5),
  "short_-2": method("int16", -2),
  "ushort_65535": method("uint16", 65535),
  "int_42": method("int32", 42),
  "int_min": method("int32", -2147483648),
  "long_-1234567890123": method("int64", -1234567890123n),
  "ulong_max": method("uint64", 18446744073709551615n),
  "float_1.5": method("float32", 1.5),
  "enum_byte": method("uint8", m.ByteEnum.Grape),
  "enum_int": method("int32", 2),
  "guid": method("guid", uuid),
  "datetime_unspecified": method("dateTime", time),
  "datetime_utc": method("dateTime", m.DateTime.fromDate(new Date("2024-01-02T03:04:05.678Z"))),
  "nullable_bool_true": nullable("boolean", 1, 1, true),
  "nullable_bool_false": nullable("boolean", 1, 1, false),
  "nullable_bool_null": nullable("boolean", 1, 1, null),
  "nullable_short_-2": nullable("int16", 2, 2, -2),
  "nullable_int_1234": nullable("int32", 4, 4, 1234),
  "nullable_int_null": nullable("int32", 4, 4, null),
  "nullable_long_5": nullable("int64", 8, 8, 5n),
  "nullable_long_null": nullable("int64", 8, 8, null),
  "nullable_float_1.5": nullable("float32", 4, 4, 1.5),
  "nullable_guid": nullable("guid", 4, 16, uuid),
  "nullable_datetime": nullable("dateTime", 8, 8, time),
  "string_null": collectionOrNull("string", null),
  "string_empty": method("string", ""),
  "string_ascii": method("string", "hello"),
  "string_unicode": method("string", "héllo 🌍"),
  "array_int": array("int32", 4, [1, 2, 3]),
  "array_null": collectionOrNull("bytes", null),
  "array_empty": array("int32", 4, []),
  "bytes": method("bytes", new Uint8Array([0, 1, 2, 255])),
  "array_bool": array("boolean", 1, [true, false, true]),
  "array_double": array("float64", 8, [0.5, -1]),
  "array_guid": array("guid", 16, [uuid]),
  "dict_int_int": map(8, (r) => r.int32(), (r) => r.int32(), (w, k) => w.int32(k),
    (w, v) => w.int32(v), new Map([[1, 10], [2, 20]])),
  "dict_int_string": map(8, (r) => r.int32(), textOrNull[0], (w, k) => w.int32(k), textOrNull[1],
    new Map([[1, "one"], [2, "two"]])),
  "object_empty": type(m.Empty, new m.Empty()),
  "object_null": objectOrNull(m.Empty, null),
  "object_mixed_scalars": type(m.MixedScalars, make(m.MixedScalars,
    { a: true, b: 200, c: -5, d: -2 })),
  "object_int_string": type(m.Nested, make(m.Nested, { a: 42, b: "Ada" })),
  "object_inheritance": type(m.FourInts, make(m.FourInts, { a: 1, b: 2, c: 3, d: 4 })),
  "object_recursive": type(m.Recursive, make(m.Recursive, { id: new m.Recursive() })),
  "union_null": objectOrNull(either, null),
  "union_tag0_nullable_int": type(either, number(5)),
  "union_tag1_string": type(either, make(m.TextHolder, { value: "hello" })),
  "vector_add_request_10": type(m.VectorAddRequest, make(m.VectorAddRequest, {
    messageId: uuid, length: 10, inlineA: floats(10, 1), inlineB: floats(10, 2) })),
  "vector_add_request_25": type(m.VectorAddRequest, make(m.VectorAddRequest, {
    messageId: uuid, priority: 200, correlationId: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    length: 25, operation: m.VectorOperation.Multiply, inlineA: floats(25, 1),
    inlineB: floats(25, 3) })),
  "vector_add_response_25": type(m.VectorAddResponse, make(m.VectorAddResponse, {
    messageId: uuid, correlationId: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", success: true,
    processedElements: 25, inlineResult: floats(25, 4), processingTimeNs: 1234n })),
  "object_all_convertable": type(m.AllConvertable, make(m.AllConvertable, {
    myBool: true, myByte: 200, mySbyte: -5, myShort: -2, myInt: 42, myLong: -1234567890123n,
    myUshort: 65535, myUint: 4294967295, myUlong: 18446744073709551615n, myFloat: 1.5,
    myDouble: -2.25, myGuid: uuid, myDate: time, myEnum1: m.ByteEnum.Grape,
    myEnum2: m.UshortEnum.Saitama, nullBool: true, nullByte: 7, nullShort: -2, nullInt: 1234,
    nullUshort: 9, nullUlong: 5n, nullFloat: 1.5, nullDate: time, nullEnum1: m.ByteEnum.Orange,
    myString: "あ", myBytes: new Uint8Array([1, 2, 3]), myInts: [1, -1], myStrings: ["x", null],
    myList: [9], myDictionary: new Map([[1, 10]]), mySet: new Set([5]),
    nestedNested: [new Map([[3, new Set([["q"]])]])],
    dictCheck2: new Map([[m.ByteEnum.Orange, true]]), dictCheck3: new Map([[uuid, null]]),
    dictCheck4: new Map([[4, "four"]]), nested1: make(m.Nested, { a: 6, b: "n" }),
    union1: number(8) })),
};

let checked = 0;
for (const row of vectors("vectors")) {
  if (!(row.name in all)) continue;
  const [read, write, expected] = all[row.name];
  const bytes = fromHex(row.hex);
  const reader = new m.MemoryPackReader(bytes);
  assert.deepEqual(read(reader), expected, row.name);
  reader.finish();
  const writer = new m.MemoryPackWriter();
  write(writer);
  assert.deepEqual(writer.finish(), bytes, row.name);
  checked++;
}
assert.equal(checked, Object.keys(all).length, "a check without a vector");

// Both forms of text are read.
for (const name of ["string_utf16_abc", "string_utf8_unknown_len"]) {
  const row = vectors("vectors").find((v) => v.name === name);
  assert.equal(new m.MemoryPackReader(fromHex(row.hex)).string(), "abc", name);
}

/** Hostile ones: how they are read, and what they are if they are to be taken. */
const refused = Symbol("refused");
const hostile = {
  "int_truncated": [(r) => r.int32(), refused],
  "utf16len_9999": [(r) => r.string(), refused],
  "utf16len_too_small": [(r) => r.string(), refused],
  "utf16len_slightly_large": [(r) => r.string(), refused],
  "utf8_len_int_min": [(r) => r.string(), refused],
  "array_len_too_big": [(r) => r.values(4, () => r.int32()), refused],
  "object_fewer_members": [(r) => m.Nested.read(r), make(m.Nested, { a: 7 })],
  "object_zero_members": [(r) => m.Nested.read(r), new m.Nested()],
  "union_unknown_tag": [(r) => either.read(r), refused],
  "union_wide_small_tag": [(r) => either.read(r), number(5)],
  "bool_2": [(r) => r.boolean(), refused],
  "nullable_int_value_garbage_padding": [(r) => r.nullable(4, 4, () => r.int32()), 5],
  "recursion_5000": [(r) => m.Recursive.read(r), refused],
  "recursion_unbounded": [(r) => m.Recursive.read(r), refused],
  "object_trailing_bytes": [(r) => m.Empty.read(r), refused],
};
checked = 0;
for (const row of vectors("malformed")) {
  if (!(row.name in hostile)) continue;
  const [read, expected] = hostile[row.name];
  const levels = { "recursion_5000": 5000, "recursion_unbounded": 1000000 }[row.name];
  const bytes = levels ? new Uint8Array(levels).fill(1) : fromHex(row.hex);
  const whole = () => {
    const reader = new m.MemoryPackReader(bytes);
    const value = read(reader);
    reader.finish();
    return value;
  };
  if (expected === refused) {
    assert.throws(whole, m.MemoryPackError, row.name);
  } else {
    assert.deepEqual(whole(), expected, row.name);
  }
  checked++;
}
assert.equal(checked, Object.keys(hostile).length, "a check without a vector");
console.log(`${Object.keys(all).length} golden and ${checked} hostile vectors`);
