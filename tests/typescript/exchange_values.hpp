#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gyre/core/uuid.hpp>
#include <vector/vector_messages.hpp>

#include "messages.hpp"

/// The values that the two sides exchange; `exchange_values.mjs` has the same for node.
namespace exchange {

inline gyre::uuid some_uuid() {
  return gyre::uuid::parse("00112233-4455-6677-8899-aabbccddeeff").value();
}
inline gyre::uuid other_uuid() {
  return gyre::uuid::parse("ffffffff-fffe-fffd-fcfb-faf9f8f7f6f5").value();
}

inline vector_add_request full_request() {
  vector_add_request r;
  r.message_id = some_uuid();
  r.priority = 255;
  r.correlation_id = other_uuid();
  r.length = std::numeric_limits<std::int32_t>::min();
  r.operation = vector_operation::divide;
  r.use_gpu_memory = true;
  r.a = std::numeric_limits<std::uint64_t>::max();
  r.b = std::uint64_t{1} << 53U;
  r.result = (std::uint64_t{1} << 53U) + 1;
  using number = std::numeric_limits<float>;
  for (float const f : {0.0F, -0.0F, 1.5F, -1.5F, number::max(), number::lowest(), number::min(),
                        number::denorm_min(), number::infinity(), -number::infinity(), 0.1F}) {
    (void)r.inline_a.push_back(f);
  }
  for (int i = 0; i < 25; ++i) (void)r.inline_b.push_back(static_cast<float>(i) / 4);
  return r;
}

inline vector_add_request nan_request() {
  vector_add_request r;
  (void)r.inline_a.push_back(std::numeric_limits<float>::quiet_NaN());
  return r;
}

inline vector_add_response full_response() {
  vector_add_response r;
  r.message_id = other_uuid();
  r.priority = 0;
  r.correlation_id = gyre::uuid{};
  r.success = true;
  // 24 characters of 4 bytes: all that fits.
  std::string text;
  for (int i = 0; i < 24; ++i) text += "🌍";
  r.error_message = gyre::inplace_string<96>::truncated(text);
  r.processed_elements = std::numeric_limits<std::int32_t>::max();
  r.result = 1;
  r.processing_time_ns = std::numeric_limits<std::int64_t>::min();
  return r;
}

inline scalars least_scalars() {
  scalars s;
  s.on = false;
  s.i8 = -128;
  s.u8 = 0;
  s.i16 = -32768;
  s.u16 = 0;
  s.i32 = std::numeric_limits<std::int32_t>::min();
  s.u32 = 0;
  s.i64 = std::numeric_limits<std::int64_t>::min();
  s.u64 = 0;
  s.f32 = std::numeric_limits<float>::lowest();
  s.f64 = std::numeric_limits<double>::lowest();
  s.how = level::low;
  s.where = port::http;
  s.which = flags::nothing;
  s.maybe.reset();
  s.text = "";
  s.more.reset();
  return s;
}

inline scalars greatest_scalars() {
  scalars s;
  s.i8 = 127;
  s.u8 = 255;
  s.i16 = 32767;
  s.u16 = 65535;
  s.i32 = std::numeric_limits<std::int32_t>::max();
  s.u32 = std::numeric_limits<std::uint32_t>::max();
  s.i64 = std::numeric_limits<std::int64_t>::max();
  s.u64 = std::numeric_limits<std::uint64_t>::max();
  s.f32 = std::numeric_limits<float>::denorm_min();
  s.f64 = -0.0;
  s.id = other_uuid();
  s.when = wire::date_time::of(wire::date_time::max_ticks, wire::date_time::zone::local_ambiguous);
  s.where = port::last;
  s.which = static_cast<flags>(std::numeric_limits<std::uint32_t>::max());
  s.maybe = std::uint8_t{0};
  // One character of each length in UTF-8, a byte order mark, and the ends of UTF-16's planes.
  s.text = "aé€🌍\uFEFF\uFFFF\U00010000\U0010FFFF";
  s.more = "";
  return s;
}

/// A list of so many nodes below the first.
inline node chain(int length) {
  node first;
  node* at = &first;
  for (int i = 1; i <= length; ++i) {
    at->next = std::make_unique<node>();
    at = at->next.get();
    at->value = i;
  }
  return first;
}

inline collections full_collections() {
  using zone = wire::date_time::zone;
  collections c;
  c.bits = {true, false, true};
  c.bytes = {0, 1, 254, 255};
  for (int const b : {9, 8, 7, 6}) (void)c.few_bytes.push_back(static_cast<std::uint8_t>(b));
  c.four_bytes = {1, 2, 3, 4};
  c.three = {-1, 0, 1};
  c.two_points = {point{1, 2}, point{3, 4}};
  c.doubles = {0.1, -0.0};
  c.ids = {some_uuid(), gyre::uuid{}};
  c.times = {wire::date_time{}, wire::date_time::from_unix_nanos(1'704'164'645'678'901'200),
             wire::date_time::of(1, zone::local)};
  c.ports = {port::http, port::alternative_http};
  c.maybes = {std::nullopt, -1, std::numeric_limits<std::int64_t>::min()};
  c.texts = {"", "a", "ß𝄞"};
  c.maybe_texts = {std::nullopt, "", "x"};
  (void)c.short_texts.push_back(gyre::inplace_string<8>::truncated("🌍🌍"));
  c.points = {point{}, point{-1, -2}};
  c.maybe_points = {std::nullopt, point{5, 6}};
  c.nested = {{}, {-128, 127}};
  c.figures = {figure{circle{}}, figure{label{"𝄞", point{}}}, figure{nothing{}}, figure{point{}}};
  c.words = {"", "a", "ä", "🌍"};
  c.by_name = {{"", 0.0}, {"pi", 3.25}};
  c.by_byte = {{std::uint8_t{0}, false}, {std::uint8_t{255}, true}};
  c.by_number = {{-1, {}}, {1, {point{}}}};
  c.by_long = {{-1, std::nullopt}, {1, 0.0}};
  c.figures_by_name = {{"last", figure{point{1, 1}}}};
  c.maybe_bytes.emplace();
  c.maybe_map.emplace().emplace("k", "v");
  c.maybe_figure = figure{label{"in", std::nullopt}};
  c.tree = chain(1);
  c.tree.children.push_back(chain(2));
  c.tree.children.emplace_back();
  return c;
}

}  // namespace exchange
