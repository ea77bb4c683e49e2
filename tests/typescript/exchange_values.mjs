// The values of exchange_values.hpp, as node has them.

const someUuid = "00112233-4455-6677-8899-aabbccddeeff";
const otherUuid = "ffffffff-fffe-fffd-fcfb-faf9f8f7f6f5";
const nilUuid = "00000000-0000-0000-0000-000000000000";

/** Each message's class and value, by its name. */
export function messages(m) {
  const make = (type, members = {}) => Object.assign(new type(), members);
  const point = (x, y) => make(m.Point, { x, y });
  const chain = (length) => {
    const first = new m.Node();
    for (let at = first, i = 1; i <= length; i++) at = at.next = make(m.Node, { value: i });
    return first;
  };
  const float = Math.fround;
  const figures = {
    circle: (radius) => make(m.Circle, { radius }),
    label: (text, at) => make(m.Label, { text, at }),
  };

  return {
    request_new: [m.VectorAddRequest, make(m.VectorAddRequest, {
      messageId: nilUuid, priority: 128, correlationId: null, length: 0, operation: 0,
      useGpuMemory: false, a: 0n, b: 0n, result: 0n, inlineA: [], inlineB: [],
    })],
    request_full: [m.VectorAddRequest, make(m.VectorAddRequest, {
      messageId: someUuid, priority: 255, correlationId: otherUuid, length: -2147483648,
      operation: m.VectorOperation.Divide, useGpuMemory: true, a: 18446744073709551615n,
      b: 9007199254740992n, result: 9007199254740993n,
      inlineA: [0, -0, 1.5, -1.5, 3.4028234663852886e38, -3.4028234663852886e38,
        1.1754943508222875e-38, 1.401298464324817e-45, Infinity, -Infinity, float(0.1)],
      inlineB: Array.from({ length: 25 }, (_, i) => i / 4),
    })],
    request_nan: [m.VectorAddRequest, make(m.VectorAddRequest, { inlineA: [NaN] })],
    response_new: [m.VectorAddResponse, make(m.VectorAddResponse, {
      messageId: nilUuid, priority: 128, correlationId: null, success: false, errorMessage: null,
      processedElements: 0, result: 0n, inlineResult: [], processingTimeNs: 0n,
    })],
    response_full: [m.VectorAddResponse, make(m.VectorAddResponse, {
      messageId: otherUuid, priority: 0, correlationId: nilUuid, success: true,
      errorMessage: "🌍".repeat(24), processedElements: 2147483647, result: 1n, inlineResult: [],
      processingTimeNs: -9223372036854775808n,
    })],

    scalars_new: [m.Scalars, make(m.Scalars, {
      on: true, i8: -8, u8: 8, i16: -16, u16: 16, i32: -32, u32: 32, i64: -9223372036854775808n,
      u64: 18446744073709551615n, f32: float(0.1), f64: -Infinity, id: nilUuid,
      when: new m.DateTime(0n, m.DateTimeKind.Unspecified), how: m.Level.High, where: 7,
      which: 2147483648, maybe: 7, text: 'say "hé"\n', more: "𝄞",
    })],
    scalars_least: [m.Scalars, make(m.Scalars, {
      on: false, i8: -128, u8: 0, i16: -32768, u16: 0, i32: -2147483648, u32: 0,
      i64: -9223372036854775808n, u64: 0n, f32: -3.4028234663852886e38, f64: -Number.MAX_VALUE,
      how: m.Level.Low, where: m.Port.Http, which: m.Flags.Nothing, maybe: null, text: "",
      more: null,
    })],
    scalars_greatest: [m.Scalars, make(m.Scalars, {
      i8: 127, u8: 255, i16: 32767, u16: 65535, i32: 2147483647, u32: 4294967295,
      i64: 9223372036854775807n, u64: 18446744073709551615n, f32: 1.401298464324817e-45, f64: -0,
      id: otherUuid, when: new m.DateTime(m.DateTime.maxTicks, m.DateTimeKind.LocalAmbiguous),
      where: m.Port.Last, which: 4294967295, maybe: 0,
      text: "aé€🌍\uFEFF\uFFFF\u{10000}\u{10FFFF}", more: "",
    })],

    collections_new: [m.Collections, make(m.Collections, {
      bits: [], bytes: new Uint8Array(), fewBytes: new Uint8Array(), fourBytes: new Uint8Array(4),
      three: [0, 0, 0], twoPoints: [point(0, 0.5), point(0, 0.5)], doubles: [], ids: [], times: [],
      ports: [], maybes: [], texts: [], maybeTexts: [], shortTexts: [], points: [],
      maybePoints: [], nested: [], figures: [], words: new Set(), byName: new Map(),
      byByte: new Map(), byNumber: new Map(), byLong: new Map(), figuresByName: new Map(),
      maybeBytes: null, maybeMap: null, maybeFigure: null, tree: chain(0), last: new m.Nothing(),
    })],
    collections_full: [m.Collections, make(m.Collections, {
      bits: [true, false, true],
      bytes: new Uint8Array([0, 1, 254, 255]),
      fewBytes: new Uint8Array([9, 8, 7, 6]),
      fourBytes: new Uint8Array([1, 2, 3, 4]),
      three: [-1, 0, 1],
      twoPoints: [point(1, 2), point(3, 4)],
      doubles: [0.1, -0],
      ids: [someUuid, nilUuid],
      times: [new m.DateTime(), new m.DateTime(638397614456789012n, m.DateTimeKind.Utc),
        new m.DateTime(1n, m.DateTimeKind.Local)],
      ports: [m.Port.Http, m.Port.AlternativeHttp],
      maybes: [null, -1n, -9223372036854775808n],
      texts: ["", "a", "ß𝄞"],
      maybeTexts: [null, "", "x"],
      shortTexts: ["🌍🌍"],
      points: [point(0, 0.5), point(-1, -2)],
      maybePoints: [null, point(5, 6)],
      nested: [[], [-128, 127]],
      figures: [figures.circle(1), figures.label("𝄞", point(0, 0.5)), new m.Nothing(),
        point(0, 0.5)],
      words: new Set(["", "a", "ä", "🌍"]),
      byName: new Map([["", 0], ["pi", 3.25]]),
      byByte: new Map([[0, false], [255, true]]),
      byNumber: new Map([[-1, []], [1, [point(0, 0.5)]]]),
      byLong: new Map([[-1n, null], [1n, 0]]),
      figuresByName: new Map([["last", point(1, 1)]]),
      maybeBytes: new Uint8Array(),
      maybeMap: new Map([["k", "v"]]),
      maybeFigure: figures.label("in", null),
      tree: Object.assign(chain(1), { children: [chain(2), chain(0)] }),
      last: new m.Nothing(),
    })],

    figure_circle: [m.Figure, figures.circle(2.5)],
    figure_label: [m.Figure, figures.label("", point(1, 2))],
    figure_nothing: [m.Figure, new m.Nothing()],
    figure_point: [m.Figure, point(-1, -2)],
    node_63: [m.Node, chain(63)],
    convertable_new: [m.AllConvertable, new m.AllConvertable()],
  };
}
