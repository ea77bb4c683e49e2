// What a message is must be said in other languages as it is, or not at all.

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/wire.hpp>
#include <vector/vector_messages.hpp>

namespace schema_test {

namespace wire = gyre::wire;
using wire::kind;

enum class colour : std::int16_t { dark_red = -2, green = 0, BLUE = 7, far = 4096 };

enum class letter : char { a = 'a', b = 'b' };
enum class rune : char32_t { none, a = U'a' };

struct vec3 {
  static constexpr auto wire_kind = kind::unmanaged;
  float x = 0, y = 0, z = 0;
};
struct padded {
  static constexpr auto wire_kind = kind::unmanaged;
  std::uint8_t a = 0;
  std::optional<std::int64_t> b;
  vec3 c;
};
struct move {
  std::uint32_t actor_id = 0;
  gyre::inplace_string<32> name;
  std::optional<float> speed;
};
struct stats {
  static constexpr auto wire_kind = kind::version_tolerant;
  using wire_order = wire::order<0, 2, 3>;
  std::int32_t a = 1;
  std::string c;
  std::vector<std::optional<colour>> colours;
};
struct quit {};
using command = wire::tagged_union<wire::alternative<0, move>, wire::alternative<300, stats>,
                                   wire::alternative<2, quit>>;
struct tree {
  std::unique_ptr<tree> next;
  std::map<std::string, tree> children;
};
struct ring {
  static constexpr auto wire_kind = kind::circular_reference;
  using wire_order = wire::order<1>;
  std::shared_ptr<ring> next;
};
struct defaults {
  bool on = true;
  float f = 0.1F;
  double d = -std::numeric_limits<double>::infinity();
  colour c = colour::BLUE;
  colour unnamed = static_cast<colour>(-9);
  std::optional<std::string> text = "a\"b\n";
  std::uint64_t most = UINT64_MAX;
};
struct everything_else {
  std::array<float, 4> four{};
  std::array<std::string, 2> texts_2;
  wire::grid<std::vector<std::int32_t>, 3> cells;
  std::vector<wire::grid<std::optional<std::int32_t>, 2>> grids;
  std::vector<std::optional<std::vector<std::string>>> texts;
  std::set<char16_t> characters;
  std::pair<bool, std::string> pair;
  std::tuple<std::string, bool> both;
  std::variant<quit, move> either;
  wire::date_time_offset when;
  wire::decimal price;
};

template <class T>
struct of {
  T value{};
};

/// What is wrong with it, or the declaration.
std::string text_of(gyre::result<std::string> const& r) { return r ? *r : r.error().message(); }
template <class... Ts>
std::string csharp() {
  return text_of(wire::csharp_declaration<Ts...>());
}
template <class... Ts>
std::string typescript() {
  return text_of(wire::typescript_declaration<Ts...>());
}

}  // namespace schema_test

template <>
struct gyre::wire::adapt<schema_test::command> {
  static constexpr std::string_view wire_name = "command";
};
template <class T>
struct gyre::wire::adapt<schema_test::of<T>> {
  static constexpr std::string_view wire_name = "holder";
};

namespace {

using namespace schema_test;
using testing::HasSubstr;

TEST(schema, is_a_value_with_each_type_once) {
  wire::schema const s = wire::schema_of<tree, tree, std::vector<tree>>();
  ASSERT_EQ(s.roots.size(), 3U);
  EXPECT_EQ(s.roots[0], s.roots[1]);
  auto const& t = s.types[s.roots[0]];
  EXPECT_EQ(t.form, wire::shape::object);
  EXPECT_EQ(t.name, "tree");
  EXPECT_EQ(t.min_size, wire::min_size<tree>);
  EXPECT_EQ(t.max_size, wire::unbounded);
  ASSERT_EQ(t.members.size(), 2U);
  EXPECT_EQ(t.members[1].name, "children");
  auto const& owned = s.types[t.members[0].type];
  EXPECT_EQ(owned.form, wire::shape::owned);
  EXPECT_EQ(owned.parts.front(), s.roots[0]) << "a type that contains itself";
  EXPECT_EQ(s.types.size(), 5U);
}

TEST(schema, text_has_members_types_order_offsets_and_sizes) {
  EXPECT_EQ(wire::schema_text<vector_add_response>(),
            R"(vector_add_response: object, 67..267 bytes
  order  offset  size    member              type
      0       1  16      message_id          uuid
      1      17  1       priority            uint8 = 128
      2      18  20      correlation_id      uuid?
      3      38  1       success             bool
      4      39  4..104  error_message       string[..96]?
      5       -  4       processed_elements  int32
      6       -  8       result              uint64
      7       -  4..104  inline_result       float32[..25]
      8       -  8       processing_time_ns  int64
)");
  EXPECT_EQ(wire::schema_text<command>(),
            R"(command: union, 2.. bytes
  tag 0  move
  tag 300  stats
  tag 2  quit

move: object, 17..53 bytes
  order  offset  size   member    type
      0       1  4      actor_id  uint32
      1       5  4..40  name      string[..32]
      2       -  8      speed     float32?

stats: version-tolerant object, 17.. bytes
  order  offset  size  member   type
      0       -  4     a        int32 = 1
      1       -  0     -        (gap)
      2       -  4..   c        string
      3       -  4..   colours  colour?[]

colour: enum of int16
  -2  dark_red
  0  green
  7  BLUE
  4096  far

quit: object, 1 bytes
)");
  EXPECT_EQ(wire::schema_text<padded>(),
            R"(padded: unmanaged struct, 40 bytes
  order  offset  size  member  type
      0       0  1     a       uint8
      1       8  16    b       int64?
      2      24  12    c       vec3

vec3: unmanaged struct, 12 bytes
  order  offset  size  member  type
      0       0  4     x       float32
      1       4  4     y       float32
      2       8  4     z       float32
)");
  EXPECT_EQ(wire::schema_text<std::vector<std::int32_t>>(), "int32[]: 4.. bytes\n");
  EXPECT_EQ(wire::schema_text<ring>(),
            R"(ring: circular object, 5.. bytes
  order  offset  size  member  type
      0       -  0     -       (gap)
      1       -  1..   next    ring?
)");
}

TEST(schema, csharp_has_the_attributes_that_memorypack_needs) {
  EXPECT_EQ(csharp<command>(), R"(#nullable enable
using System;
using MemoryPack;

[MemoryPackable]
[MemoryPackUnion(0, typeof(Move))]
[MemoryPackUnion(300, typeof(Stats))]
[MemoryPackUnion(2, typeof(Quit))]
public partial interface ICommand
{
}

[MemoryPackable]
public partial class Move : ICommand
{
    public uint ActorId { get; set; }
    public string Name { get; set; } = "";  // at most 32 bytes of UTF-8
    public float? Speed { get; set; }
}

[MemoryPackable(GenerateType.VersionTolerant)]
public partial class Stats : ICommand
{
    [MemoryPackOrder(0)]
    public int A { get; set; } = 1;
    [MemoryPackOrder(2)]
    public string C { get; set; } = "";
    [MemoryPackOrder(3)]
    public Colour?[] Colours { get; set; } = Array.Empty<Colour?>();
}

public enum Colour : short
{
    DarkRed = -2,
    Green = 0,
    BLUE = 7,
    Far = 4096,
}

[MemoryPackable]
public partial class Quit : ICommand
{
}
)");
  EXPECT_EQ(csharp<padded>(), R"(#nullable enable
using System;
using System.Runtime.InteropServices;
using MemoryPack;

[StructLayout(LayoutKind.Sequential)]
public struct Padded
{
    public byte A;
    public long? B;
    public Vec3 C;
}

[StructLayout(LayoutKind.Sequential)]
public struct Vec3
{
    public float X;
    public float Y;
    public float Z;
}
)");
  EXPECT_EQ(csharp<ring>(), R"(#nullable enable
using System;
using MemoryPack;

[MemoryPackable(GenerateType.CircularReference)]
public partial class Ring
{
    [MemoryPackOrder(1)]
    public Ring? Next { get; set; }
}
)");
}

TEST(schema, csharp_has_every_type_and_the_same_new_objects) {
  EXPECT_EQ(csharp<everything_else>().substr(0, csharp<everything_else>().find("\n}")),
            R"(#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using MemoryPack;

[MemoryPackable]
public partial class EverythingElse
{
    public float[] Four { get; set; } = new float[4];  // exactly 4
    public string[] Texts2 { get; set; } = Enumerable.Range(0, 2).Select(_ => "").ToArray();  // exactly 2
    public int[,,][] Cells { get; set; } = new int[0, 0, 0][];
    public int?[][,] Grids { get; set; } = Array.Empty<int?[,]>();
    public string[]?[] Texts { get; set; } = Array.Empty<string[]?>();
    public HashSet<char> Characters { get; set; } = new HashSet<char>();
    public KeyValuePair<bool, string> Pair { get; set; } = new KeyValuePair<bool, string>(default, "");
    public (string, bool) Both { get; set; } = ("", default);
    public IQuitOrMove Either { get; set; } = new Quit();
    public DateTimeOffset When { get; set; }
    public decimal Price { get; set; })");
  EXPECT_THAT(csharp<defaults>(), HasSubstr(R"(
    public bool On { get; set; } = true;
    public float F { get; set; } = 0.1f;
    public double D { get; set; } = double.NegativeInfinity;
    public Colour C { get; set; } = (Colour)(7);
    public Colour Unnamed { get; set; } = (Colour)(-9);
    public string? Text { get; set; } = "a\"b\u000a";
    public ulong Most { get; set; } = 18446744073709551615;
}
)"));
}

TEST(schema, typescript_has_typed_members_that_are_read_and_written) {
  EXPECT_EQ(typescript<move>(),
            R"(import { MemoryPackReader, MemoryPackWriter } from "./gyre_memorypack.js";

export class Move {
  actorId: number = 0;
  name: string = "";
  speed: number | null = null;

  /** The bytes of a message. */
  static serialize(value: Move): Uint8Array {
    const writer = new MemoryPackWriter();
    Move.write(writer, value);
    return writer.finish();
  }

  /** The message of these bytes, all of them. Throws a MemoryPackError. */
  static deserialize(bytes: Uint8Array): Move {
    const reader = new MemoryPackReader(bytes);
    const value = Move.read(reader);
    reader.finish();
    return value;
  }

  /** Writes it as a part of a message. */
  static write(writer: MemoryPackWriter, value: Move): void {
    writer.objectHeader(3);
    writer.uint32(value.actorId);
    writer.string(value.name, 32);
    writer.nullable(value.speed, 4, 4, (v1) => writer.float32(v1));
  }

  /** Reads it as a part of a message; members that are not there keep their values. */
  static read(reader: MemoryPackReader): Move {
    const present = reader.objectHeader("Move", 3);
    const value = new Move();
    if (present > 0) value.actorId = reader.uint32();
    if (present > 1) value.name = reader.string();
    if (present > 2) value.speed = reader.nullable(4, 4, () => reader.float32());
    return value;
  }
}
)");
  EXPECT_THAT(typescript<defaults>(), HasSubstr(R"(
  on: boolean = true;
  f: number = 0.1;
  d: number = -Infinity;
  c: Colour = Colour.BLUE;
  unnamed: Colour = -9 as number as Colour;
  text: string | null = "a\"b\u000a";
  most: bigint = 18446744073709551615n;
)"));
  EXPECT_EQ(typescript<colour>(), R"(export const Colour = {
  "DarkRed": -2,
  "Green": 0,
  "BLUE": 7,
  "Far": 4096,
} as const;
export type Colour = (typeof Colour)[keyof typeof Colour];
)");
  EXPECT_EQ(wire::schema_text<letter>(), "letter: enum of int8\n  97  a\n  98  b\n");
  EXPECT_EQ(wire::schema_text<rune>(), "rune: enum of uint32\n  0  none\n  97  a\n");
  wire::schema const s = wire::schema_of<move>();
  EXPECT_THAT(text_of(wire::typescript_declaration(s, {"../run \"time\".ts"})),
              HasSubstr(R"(from "../run \"time\".ts";)"));
}

}  // namespace
