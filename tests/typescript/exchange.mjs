// Reads what C++ wrote with the generated classes, checks every value, and writes it back for C++
// to check: node exchange.mjs DIR

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { messages } from "./exchange_values.mjs";
import { load } from "./load.mjs";

const folder = process.argv[2];
const m = await load(folder);
const all = messages(m);
const names = fs.readdirSync(folder).filter((name) => name.endsWith(".bin"));
assert.deepEqual(names.map((name) => name.slice(0, -4)).sort(), Object.keys(all).sort(),
  "the messages of C++ and of node");

for (const [name, [type, expected]] of Object.entries(all)) {
  const bytes = new Uint8Array(fs.readFileSync(path.join(folder, name + ".bin")));
  const value = type.deserialize(bytes);
  assert.deepEqual(value, expected, name);
  // What node makes by itself has the same bytes; so has what it read.
  assert.deepEqual(type.serialize(expected), bytes, name);
  fs.writeFileSync(path.join(folder, name + ".out"), type.serialize(value));
  // No part of a message is a message.
  for (let end = 0; end < bytes.length; end++) {
    assert.throws(() => type.deserialize(bytes.subarray(0, end)), m.MemoryPackError, name);
  }
}
console.log(`${names.length} messages of C++ were read and written`);
