#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gyre/wire/adapt.hpp>

#include <vector/vector_messages.hpp>

/// The messages that codecs are timed with, by the bytes that they take; benchmarks/rivals/ has the
/// same ones. Each `sample_of` is one value, in whose encoding every path is taken that a usual
/// message takes.
namespace gyre::tool::wire_bench {

enum class quality : std::uint8_t { unknown, poor, good };

/// 29 bytes: six scalars.
struct reading {
  std::uint64_t sensor = 0;
  std::int64_t time_ns = 0;
  double value = 0;
  std::uint16_t channel = 0;
  quality how = quality::unknown;
  bool valid = false;
};

/// 38 bytes, with text of 9.
struct remark {
  std::int64_t id = 0;
  std::string text;
  std::int32_t line = 0;
  double weight = 0;
};

struct vec3 {
  static constexpr auto wire_kind = gyre::wire::kind::unmanaged;
  float x = 0, y = 0, z = 0;
};

struct weapon {
  std::string name;
  std::int16_t damage = 0;
};

enum class color : std::uint8_t { red, green, blue };

/// 135 bytes: FlatBuffers' example, which benchmarks of codecs have made their own.
struct monster {
  vec3 position;
  std::int16_t mana = 0;
  std::int16_t health = 0;
  std::string name;
  std::vector<std::uint8_t> inventory;
  color tint = color::red;
  std::vector<weapon> weapons;
  weapon equipped;
  std::vector<vec3> path;
};

/// 279 bytes: two vectors of 25 floats.
using request = vector_add_request;

template <class Message>
inline constexpr std::size_t bytes_of = 0;
template <>
inline constexpr std::size_t bytes_of<reading> = 29;
template <>
inline constexpr std::size_t bytes_of<remark> = 38;
template <>
inline constexpr std::size_t bytes_of<monster> = 135;
template <>
inline constexpr std::size_t bytes_of<request> = 279;

template <class Message>
[[nodiscard]] Message sample_of();

template <>
[[nodiscard]] inline reading sample_of<reading>() {
  return {0x1122334455667788ULL, 1'704'164'645'678'000'000, 21.5, 12, quality::good, true};
}

template <>
[[nodiscard]] inline remark sample_of<remark>() {
  return {42, "plausible", 1234, 0.75};
}

template <>
[[nodiscard]] inline monster sample_of<monster>() {
  monster m;
  m.position = {1.5F, -2, 40.25F};
  m.mana = 150;
  m.health = 80;
  m.name = "Grendel";
  for (std::uint8_t i = 0; i < 10; ++i) m.inventory.push_back(i);
  m.tint = color::blue;
  m.weapons = {{"broadsword", 12}, {"war axe", 9}};
  m.equipped = {"dagger", 4};
  m.path = {{1, 2, 3}, {4, 5, 6}};
  return m;
}

template <>
[[nodiscard]] inline request sample_of<request>() {
  request m;
  m.length = 25;
  (void)m.inline_a.resize(25);
  (void)m.inline_b.resize(25);
  for (std::size_t i = 0; i < 25; ++i) {
    m.inline_a[i] = static_cast<float>(i) + 0.5F;
    m.inline_b[i] = static_cast<float>(3 * i);
  }
  return m;
}

}  // namespace gyre::tool::wire_bench
