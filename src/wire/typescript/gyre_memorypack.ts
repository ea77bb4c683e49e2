// MemoryPack in TypeScript: what the classes that `gyre wire schema --lang typescript` prints are
// read and written with. It needs nothing but the language, and is one file because it is printed and
// copied as one (`gyre wire schema --runtime`).
//
// The reader is strict. It checks every length against the bytes that are there before it makes
// anything of that length; text must be valid UTF-8 or UTF-16; flags are 0 or 1; keys stand once;
// values nest in 64 levels at most. The writer refuses what the reader would not take. Both throw a
// MemoryPackError, with the place in bytes.
//
// All type annotations can be erased: there is no enum, namespace, parameter property or cast in
// angle brackets. Object keys stand in quotes and nothing but a type follows `name: `, so that even
// a simple tool can do it.

const depthLimit = 64;
const mostBytes = 0x7fffffff;
const loneSurrogate = new RegExp("\\p{Surrogate}", "u");
const guidText = new RegExp("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "i");
// The bytes of a Guid in the order of its text: its first three fields are little endian.
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const utf8 = new TextDecoder("utf-8", { "fatal": true, "ignoreBOM": true });
const utf16 = new TextDecoder("utf-16le", { "fatal": true, "ignoreBOM": true });
const encoder = new TextEncoder();

/** Bytes that are no message of the type, or a value that the format cannot hold. */
export class MemoryPackError extends Error {
  /** Where, in bytes from the message's begin. */
  offset: number;

  constructor(what: string, offset: number) {
    super(what + " at byte " + offset);
    this.name = "MemoryPackError";
    this.offset = offset;
  }
}

/** What a DateTime's ticks are relative to. */
export const DateTimeKind = {
  "Unspecified": 0,
  "Utc": 1,
  "Local": 2,
  "LocalAmbiguous": 3,
} as const;
export type DateTimeKind = (typeof DateTimeKind)[keyof typeof DateTimeKind];

/**
 * C#'s DateTime, without a loss: ticks of 100 ns since 0001-01-01, and what they are relative to.
 * (A Date has milliseconds only, and is always UTC.) Does not change.
 */
export class DateTime {
  static readonly maxTicks = 3155378975999999999n;
  static readonly unixEpochTicks = 621355968000000000n;
  readonly ticks: bigint;
  readonly kind: DateTimeKind;

  constructor(ticks: bigint = 0n, kind: DateTimeKind = 0) {
    this.ticks = ticks;
    this.kind = kind;
  }

  /** Of kind UTC. */
  static fromDate(date: Date): DateTime {
    return new DateTime(DateTime.unixEpochTicks + BigInt(date.getTime()) * 10000n, 1);
  }

  /** The ticks taken as UTC, whole milliseconds. Throws for local times: their zone is unknown. */
  toDate(): Date {
    if (this.kind >= 2) throw new RangeError("a local DateTime has no zone");
    const since = this.ticks - DateTime.unixEpochTicks;
    const rest = ((since % 10000n) + 10000n) % 10000n;
    return new Date(Number((since - rest) / 10000n));
  }
}

/**
 * Writes values one after another into bytes that grow. For one message. (Each value takes its room
 * in a statement of its own, before `#view` is looked at: growing makes a new view.)
 */
export class MemoryPackWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #size: number;
  #depth: number;

  constructor() {
    this.#bytes = new Uint8Array(256);
    this.#view = new DataView(this.#bytes.buffer);
    this.#size = 0;
    this.#depth = 0;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  /** An error to throw: what cannot be written. */
  refusal(what: string): MemoryPackError {
    return new MemoryPackError(what, this.#size);
  }

  boolean(value: boolean): void {
    if (typeof value !== "boolean") throw this.refusal("not a boolean");
    const at = this.#take(1);
    this.#bytes[at] = value ? 1 : 0;
  }

  int8(value: number): void {
    this.#check(value, -0x80, 0x7f);
    const at = this.#take(1);
    this.#view.setInt8(at, value);
  }

  uint8(value: number): void {
    this.#check(value, 0, 0xff);
    const at = this.#take(1);
    this.#view.setUint8(at, value);
  }

  int16(value: number): void {
    this.#check(value, -0x8000, 0x7fff);
    const at = this.#take(2);
    this.#view.setInt16(at, value, true);
  }

  uint16(value: number): void {
    this.#check(value, 0, 0xffff);
    const at = this.#take(2);
    this.#view.setUint16(at, value, true);
  }

  int32(value: number): void {
    this.#check(value, -0x80000000, 0x7fffffff);
    const at = this.#take(4);
    this.#view.setInt32(at, value, true);
  }

  uint32(value: number): void {
    this.#check(value, 0, 0xffffffff);
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  int64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) {
      throw this.refusal("not a bigint of 64 bits, signed");
    }
    const at = this.#take(8);
    this.#view.setBigInt64(at, value, true);
  }

  uint64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
      throw this.refusal("not a bigint of 64 bits, unsigned");
    }
    const at = this.#take(8);
    this.#view.setBigUint64(at, value, true);
  }

  /** Rounds to the nearest float. */
  float32(value: number): void {
    if (typeof value !== "number") throw this.refusal("not a number");
    const at = this.#take(4);
    this.#view.setFloat32(at, value, true);
  }

  float64(value: number): void {
    if (typeof value !== "number") throw this.refusal("not a number");
    const at = this.#take(8);
    this.#view.setFloat64(at, value, true);
  }

  /** A Guid's 36 characters, either case. */
  guid(value: string): void {
    if (typeof value !== "string" || !guidText.test(value)) throw this.refusal("not a Guid");
    const digits = value.replaceAll("-", "");
    const at = this.#take(16);
    for (let i = 0; i < 16; i++) {
      this.#bytes[at + guidOrder[i]!] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
    }
  }

  dateTime(value: DateTime): void {
    if (!(value instanceof DateTime)) throw this.refusal("not a DateTime");
    if (typeof value.ticks !== "bigint" || value.ticks < 0n || value.ticks > DateTime.maxTicks) {
      throw this.refusal("a DateTime's ticks are out of range");
    }
    this.#check(value.kind, 0, 3);
    this.uint64(value.ticks | (BigInt(value.kind) << 62n));
  }

  /** As UTF-8, its length in UTF-16 stated. */
  string(value: string, mostUtf8: number = mostBytes): void {
    if (typeof value !== "string") throw this.refusal("not a string");
    if (loneSurrogate.test(value)) throw this.refusal("half of a character of UTF-16");
    if (value.length === 0) {
      this.int32(0);
      return;
    }
    const text = encoder.encode(value);
    if (text.length > mostUtf8) throw this.refusal("more than " + mostUtf8 + " bytes of text");
    this.int32(~text.length);
    this.int32(value.length);
    const at = this.#take(text.length);
    this.#bytes.set(text, at);
  }

  bytes(value: Uint8Array, least: number = 0, most: number = mostBytes): void {
    if (!(value instanceof Uint8Array)) throw this.refusal("not a Uint8Array");
    this.#count(value.length, least, most);
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
  }

  /** Elements of a fixed size. */
  values<T>(
    value: T[],
    write: (element: T) => void,
    least: number = 0,
    most: number = mostBytes,
  ): void {
    if (!Array.isArray(value)) throw this.refusal("not an array");
    this.#count(value.length, least, most);
    for (let i = 0; i < value.length; i++) write(value[i]!);
  }

  /** Elements of any size. */
  array<T>(
    value: T[],
    write: (element: T) => void,
    least: number = 0,
    most: number = mostBytes,
  ): void {
    this.#deeper(() => this.values(value, write, least, most));
  }

  set<T>(value: Set<T>, write: (element: T) => void): void {
    if (!(value instanceof Set)) throw this.refusal("not a Set");
    this.#count(value.size, 0, mostBytes);
    this.#deeper(() => value.forEach((element) => write(element)));
  }

  map<K, V>(value: Map<K, V>, writeKey: (key: K) => void, writeValue: (value: V) => void): void {
    if (!(value instanceof Map)) throw this.refusal("not a Map");
    this.#count(value.size, 0, mostBytes);
    this.#deeper(() => {
      for (const entry of value) {
        writeKey(entry[0]);
        writeValue(entry[1]);
      }
    });
  }

  /** A value of a fixed size, or null. Its flag and the value are aligned as in C#'s memory. */
  nullable<T>(value: T | null, align: number, size: number, write: (value: T) => void): void {
    if (value === null) {
      this.#take(align + size);
      return;
    }
    const at = this.#take(align);
    this.#bytes[at] = 1;
    write(value);
  }

  /** A string, an array, a Set or a Map, or null. */
  collectionOrNull<T>(value: T | null, write: (value: T) => void): void {
    if (value === null) {
      this.int32(-1);
    } else {
      write(value);
    }
  }

  /** An object or a union, or null. */
  objectOrNull<T>(value: T | null, write: (value: T) => void): void {
    if (value === null) {
      this.uint8(255);
    } else {
      write(value);
    }
  }

  /** The same where a type contains itself: a level of nesting. */
  owned<T>(value: T | null, write: (value: T) => void): void {
    if (value === null) {
      this.uint8(255);
    } else {
      this.#deeper(() => write(value));
    }
  }

  objectHeader(members: number): void {
    this.#check(members, 0, 249);
    this.uint8(members);
  }

  unionTag(tag: number): void {
    this.#check(tag, 0, 0xffff);
    if (tag < 250) {
      this.uint8(tag);
    } else {
      this.uint8(250);
      this.uint16(tag);
    }
  }

  #check(value: number, least: number, most: number): void {
    if (!Number.isInteger(value) || value < least || value > most) {
      throw this.refusal("not an integer from " + least + " to " + most);
    }
  }

  #count(count: number, least: number, most: number): void {
    if (count < least || count > most) {
      throw this.refusal(count + " elements, and not " + least + " to " + most);
    }
    this.int32(count);
  }

  #deeper(write: () => void): void {
    this.#depth++;
    if (this.#depth > depthLimit) throw this.refusal("nested in more than 64 levels");
    write();
    this.#depth--;
  }

  /** Room for so many zero bytes; returns where. */
  #take(size: number): number {
    const at = this.#size;
    if (at + size > mostBytes) throw this.refusal("a message over 2 GiB");
    if (at + size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, at + size));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#size = at + size;
    return at;
  }
}

/** Reads values one after another. For one message; what it returns owns its memory. */
export class MemoryPackReader {
  #bytes: Uint8Array;
  #view: DataView;
  #at: number;
  #depth: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    this.#depth = 0;
  }

  /** Bytes that have been read. */
  get offset(): number {
    return this.#at;
  }

  /** Throws if bytes are left. */
  finish(): void {
    if (this.#at !== this.#bytes.length) throw this.refusal("bytes are left over");
  }

  /** An error to throw: what is wrong with the bytes. */
  refusal(what: string, offset: number = this.#at): MemoryPackError {
    return new MemoryPackError(what, offset);
  }

  boolean(): boolean {
    return this.#flag(this.#take(1));
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A Guid's 36 characters, in lower case. */
  guid(): string {
    const at = this.#take(16);
    let text = "";
    for (let i = 0; i < 16; i++) {
      if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
      text += this.#bytes[at + guidOrder[i]!]!.toString(16).padStart(2, "0");
    }
    return text;
  }

  dateTime(): DateTime {
    const at = this.#at;
    const data = this.uint64();
    const ticks = BigInt.asUintN(62, data);
    if (ticks > DateTime.maxTicks) throw this.refusal("a DateTime's ticks are out of range", at);
    return new DateTime(ticks, Number(data >> 62n) as DateTimeKind);
  }

  /** Text that came as UTF-8 or as UTF-16. */
  string(): string {
    const at = this.#at;
    const header = this.int32();
    if (header === 0) return "";
    if (header === -1) throw this.refusal("a null that has no place here", at);
    if (header > 0) return this.#text(utf16, this.#take(2 * header), 2 * header, at);
    const size = ~header;
    const units = this.int32();
    const text = this.#text(utf8, this.#take(size), size, at);
    if (units > 0 && units !== text.length) throw this.refusal("a wrong length of text", at);
    return text;
  }

  bytes(least: number = 0, most: number = mostBytes): Uint8Array {
    const count = this.#count(1, least, most);
    const at = this.#take(count);
    return this.#bytes.slice(at, at + count);
  }

  /** Elements of a fixed size. */
  values<T>(size: number, read: () => T, least: number = 0, most: number = mostBytes): T[] {
    const count = this.#count(size, least, most);
    const all: T[] = [];
    for (let i = 0; i < count; i++) all.push(read());
    return all;
  }

  /** Elements of at least so many bytes. */
  array<T>(size: number, read: () => T, least: number = 0, most: number = mostBytes): T[] {
    return this.#deeper(() => this.values(size, read, least, most));
  }

  set<T>(size: number, read: () => T): Set<T> {
    const count = this.#count(size, 0, mostBytes);
    const all = new Set<T>();
    return this.#deeper(() => {
      for (let i = 0; i < count; i++) {
        const at = this.#at;
        all.add(read());
        if (all.size !== i + 1) throw this.refusal("an element stands twice", at);
      }
      return all;
    });
  }

  map<K, V>(size: number, readKey: () => K, readValue: () => V): Map<K, V> {
    const count = this.#count(size, 0, mostBytes);
    const all = new Map<K, V>();
    return this.#deeper(() => {
      for (let i = 0; i < count; i++) {
        const at = this.#at;
        const key = readKey();
        all.set(key, readValue());
        if (all.size !== i + 1) throw this.refusal("a key stands twice", at);
      }
      return all;
    });
  }

  nullable<T>(align: number, size: number, read: () => T): T | null {
    if (this.#left() < align + size) throw this.refusal("the bytes end inside a value");
    if (this.#flag(this.#take(align))) return read();
    this.#take(size);
    return null;
  }

  collectionOrNull<T>(read: () => T): T | null {
    if (this.#left() < 4 || this.#view.getInt32(this.#at, true) !== -1) return read();
    this.#take(4);
    return null;
  }

  objectOrNull<T>(read: () => T): T | null {
    if (this.#left() < 1 || this.#bytes[this.#at] !== 255) return read();
    this.#take(1);
    return null;
  }

  owned<T>(read: () => T): T | null {
    return this.objectOrNull(() => this.#deeper(read));
  }

  /** The number of members that are there: at most so many as the type has. */
  objectHeader(name: string, members: number): number {
    const at = this.#at;
    const count = this.uint8();
    if (count === 255) throw this.refusal("a null " + name + " that has no place here", at);
    if (count > members) throw this.refusal(name + " has more members than are known", at);
    return count;
  }

  unionTag(): number {
    const at = this.#at;
    const tag = this.uint8();
    if (tag === 255) throw this.refusal("a null union that has no place here", at);
    if (tag > 250) throw this.refusal("not a union's tag", at);
    return tag === 250 ? this.uint16() : tag;
  }

  #left(): number {
    return this.#bytes.length - this.#at;
  }

  #take(size: number): number {
    const at = this.#at;
    if (size > this.#left()) throw this.refusal("the bytes end inside a value");
    this.#at = at + size;
    return at;
  }

  #flag(at: number): boolean {
    const flag = this.#bytes[at]!;
    if (flag > 1) throw this.refusal("neither 0 nor 1", at);
    return flag === 1;
  }

  /** A count that the bytes bear out: so many elements of at least `size` bytes can follow. */
  #count(size: number, least: number, most: number): number {
    const at = this.#at;
    const count = this.int32();
    if (count === -1) throw this.refusal("a null that has no place here", at);
    if (count < 0 || count * size > this.#left()) throw this.refusal("a count of " + count, at);
    if (count < least || count > most) {
      throw this.refusal(count + " elements, and not " + least + " to " + most, at);
    }
    return count;
  }

  #text(decoder: TextDecoder, at: number, size: number, begin: number): string {
    try {
      return decoder.decode(this.#bytes.subarray(at, at + size));
    } catch {
      throw this.refusal("text that is not valid", begin);
    }
  }

  #deeper<T>(read: () => T): T {
    this.#depth++;
    if (this.#depth > depthLimit) throw this.refusal("nested in more than 64 levels");
    const value = read();
    this.#depth--;
    return value;
  }
}
