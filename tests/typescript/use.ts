// What a user writes against the generated types: compiled, not run. Each `@ts-expect-error` is a
// mistake that the types must find.

import { DateTime, DateTimeKind, MemoryPackReader } from "./gyre_memorypack.js";
import { Collections, Figure, Level, Node, Point, Scalars, VectorAddRequest } from "./messages.js";
import { VectorOperation } from "./messages.js";

const request = new VectorAddRequest();
request.priority = 200;
request.correlationId = null;
request.operation = VectorOperation.Multiply;
request.a = 1n;
request.inlineA = [1, 2.5];
// @ts-expect-error: a 64-bit member is a bigint
request.a = 1;
// @ts-expect-error: not nullable
request.messageId = null;
// @ts-expect-error: no such operation
request.operation = 99;

const bytes: Uint8Array = VectorAddRequest.serialize(request);
const back: VectorAddRequest = VectorAddRequest.deserialize(bytes);
const operation: 0 | 1 | 2 | 3 = back.operation;

const scalars = new Scalars();
scalars.when = DateTime.fromDate(new Date());
scalars.when = new DateTime(1n, DateTimeKind.Utc);
scalars.how = Level.Low;
// @ts-expect-error: a DateTime is not a Date
scalars.when = new Date();

const collections = new Collections();
collections.bytes = new Uint8Array([1]);
collections.words.add("w");
collections.byLong.set(1n, null);
collections.maybePoints = [null, new Point()];
collections.maybeFigure = new Point();
// @ts-expect-error: keys are bigints
collections.byLong.set(1, null);
// @ts-expect-error: another class
collections.tree = new Point();

const figure: Figure = Figure.deserialize(Figure.serialize(new Point()));
if (figure instanceof Point) figure.x += 1;
const next: Node | null = new Node().next;

export const all = [operation, next, Point.read(new MemoryPackReader(bytes))];
