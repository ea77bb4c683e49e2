#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gyre/core/inplace.hpp>
#include <gyre/core/uuid.hpp>
#include <gyre/wire.hpp>

/// Every kind of member that TypeScript can say: what the two sides exchange in the tests.
namespace exchange {

namespace wire = gyre::wire;

enum class level : std::int8_t { low = -128, none = 0, high = 127 };
enum class port : std::uint16_t { http = 80, alternative_http = 8080, last = 32768 };
enum class flags : std::uint32_t { nothing = 0, top = 0x8000'0000 };

struct nothing {
  friend bool operator==(nothing const&, nothing const&) = default;
};
struct point {
  double x = 0;
  float y = 0.5F;
  friend bool operator==(point const&, point const&) = default;
};
struct circle {
  double radius = 1;
  friend bool operator==(circle const&, circle const&) = default;
};
struct label {
  std::string text;
  std::optional<point> at;
  friend bool operator==(label const&, label const&) = default;
};
using figure = wire::tagged_union<wire::alternative<0, circle>, wire::alternative<249, label>,
                                  wire::alternative<250, nothing>, wire::alternative<65535, point>>;

/// Contains itself, in both ways.
struct node {
  std::int32_t value = 0;
  std::unique_ptr<node> next;
  std::vector<node> children;
  friend bool operator==(node const& a, node const& b) {
    bool const same_next = a.next && b.next ? *a.next == *b.next : !a.next && !b.next;
    return a.value == b.value && same_next && a.children == b.children;
  }
};

struct scalars {
  bool on = true;
  std::int8_t i8 = -8;
  std::uint8_t u8 = 8;
  std::int16_t i16 = -16;
  std::uint16_t u16 = 16;
  std::int32_t i32 = -32;
  std::uint32_t u32 = 32;
  std::int64_t i64 = std::numeric_limits<std::int64_t>::min();
  std::uint64_t u64 = std::numeric_limits<std::uint64_t>::max();
  float f32 = 0.1F;
  double f64 = -std::numeric_limits<double>::infinity();
  gyre::uuid id;
  wire::date_time when;
  level how = level::high;
  port where = static_cast<port>(7);
  flags which = flags::top;
  std::optional<std::uint8_t> maybe = 7;
  std::string text = "say \"hé\"\n";
  std::optional<std::string> more = "𝄞";
  friend bool operator==(scalars const&, scalars const&) = default;
};

struct collections {
  std::vector<bool> bits;
  std::vector<std::uint8_t> bytes;
  gyre::inplace_vector<std::uint8_t, 4> few_bytes;
  std::array<std::uint8_t, 4> four_bytes{};
  std::array<std::int16_t, 3> three{};
  std::array<point, 2> two_points;
  std::vector<double> doubles;
  std::vector<gyre::uuid> ids;
  std::vector<wire::date_time> times;
  std::vector<port> ports;
  std::vector<std::optional<std::int64_t>> maybes;
  std::vector<std::string> texts;
  std::vector<std::optional<std::string>> maybe_texts;
  gyre::inplace_vector<gyre::inplace_string<8>, 3> short_texts;
  std::vector<point> points;
  std::vector<std::optional<point>> maybe_points;
  std::vector<std::vector<std::int8_t>> nested;
  std::vector<figure> figures;
  std::set<std::string> words;
  std::map<std::string, double> by_name;
  std::map<std::uint8_t, bool> by_byte;
  std::map<std::int32_t, std::vector<point>> by_number;
  std::map<std::int64_t, std::optional<double>> by_long;
  std::map<std::string, figure> figures_by_name;
  std::optional<std::vector<std::uint8_t>> maybe_bytes;
  std::optional<std::map<std::string, std::string>> maybe_map;
  std::optional<figure> maybe_figure;
  node tree;
  nothing last;
  friend bool operator==(collections const&, collections const&) = default;
};

}  // namespace exchange

template <>
struct gyre::wire::adapt<exchange::figure> {
  static constexpr std::string_view wire_name = "figure";
};
// 8080 is not among the values that are looked at by themselves.
template <>
struct gyre::wire::adapt<exchange::port> {
  static constexpr std::array wire_values{80, 8080, 32768};
};
