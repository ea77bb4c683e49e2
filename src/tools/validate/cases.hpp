#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <vector/vector_messages.hpp>

/// The cases of the validation, as data. What a case expects is written down here or follows from
/// the index alone; nothing is computed with the handler's code.
namespace gyre::tool {

/// What a reply may say is wrong.
enum class refusal : std::uint8_t {
  none,
  lengths_differ,
  buffer_lengths_differ,
  negative_length,
  over_inputs,
  over_result,
  unknown_operation,
  stale_handle,
  foreign_handle,
  no_buffer,
  short_inline_data,
};

struct refusal_row {
  refusal what;
  std::string_view text;
};

/// The texts of the replies' errors.
inline constexpr std::array<refusal_row, 11> refusals{{
    {refusal::none, ""},
    {refusal::lengths_differ, "lengths of inline_a and inline_b differ"},
    {refusal::buffer_lengths_differ, "lengths of the buffers a and b differ"},
    {refusal::negative_length, "length is negative"},
    {refusal::over_inputs, "length is over the buffers a and b"},
    {refusal::over_result, "length is over the result's buffer"},
    {refusal::unknown_operation, "unknown operation, allowed: 0 to 3"},
    {refusal::stale_handle, "a buffer handle is stale: its buffer was freed"},
    {refusal::foreign_handle, "a buffer handle is foreign: of another runtime"},
    {refusal::no_buffer, "a buffer handle names no buffer"},
    {refusal::short_inline_data, "inline data is shorter than length"},
}};

[[nodiscard]] constexpr std::string_view text_of(refusal what) noexcept {
  for (auto const& row : refusals) {
    if (row.what == what) return row.text;
  }
  return {};
}

/// What stands in a handle's place.
enum class handle_kind : std::uint8_t { good, stale, foreign, none };

/// One request and what must come back.
struct validation_case {
  std::string name;
  vector_operation operation = vector_operation::add;
  bool in_device_memory = false;
  std::int32_t length = 0;
  std::vector<float> a;
  std::vector<float> b;
  std::vector<double> expected;  ///< `length` elements, for a case that succeeds.
  refusal wrong = refusal::none;
  // In device memory:
  std::size_t result_size = 0;  ///< Elements; 0: as many as a has.
  handle_kind a_handle = handle_kind::good;
  handle_kind b_handle = handle_kind::good;
  handle_kind result_handle = handle_kind::good;
};

/// Whether `got` is `expected` to 1e-3 of it. Zeroes and infinities must be met exactly, a NaN by a
/// NaN.
[[nodiscard]] inline bool close_enough(float got, double expected) noexcept {
  if (std::isnan(expected)) return std::isnan(got);
  if (std::isinf(expected)) return static_cast<double>(got) == expected;
  return std::abs(static_cast<double>(got) - expected) <= 1e-3 * std::abs(expected);
}

namespace detail {

/// a = x·i, b = y·i, expected z·i, or where `y` is a constant, b = y.
struct slopes {
  double a;
  double b;
  double expected;
  bool b_is_constant = false;
};

[[nodiscard]] inline validation_case sloped(std::string name, std::size_t n, bool in_device_memory,
                                            slopes const& s,
                                            vector_operation operation = vector_operation::add) {
  validation_case c;
  c.name = std::move(name);
  c.operation = operation;
  c.in_device_memory = in_device_memory;
  c.length = static_cast<std::int32_t>(n);
  for (std::size_t i = 0; i < n; ++i) {
    auto const x = static_cast<double>(i);
    c.a.push_back(static_cast<float>(s.a * x));
    c.b.push_back(static_cast<float>(s.b_is_constant ? s.b : s.b * x));
    c.expected.push_back(s.expected * x);
  }
  return c;
}

[[nodiscard]] inline validation_case refused(std::string name, refusal wrong, std::size_t n,
                                             bool in_device_memory) {
  validation_case c = sloped(std::move(name), n, in_device_memory, {1, 2, 3});
  c.expected.clear();
  c.wrong = wrong;
  return c;
}

inline void add_values(std::vector<validation_case>& out) {
  // The original's three.
  out.push_back(sloped("add, 10 inline", 10, false, {1, 2, 3}));
  out.push_back(sloped("add, 25 inline", 25, false, {1, 3, 4}));
  out.push_back(sloped("add, 100 in device memory", 100, true, {1, 4, 5}));

  for (bool const device : {false, true}) {
    std::size_t const n = device ? 1000 : 25;
    std::string const where = device ? ", 1000 in device memory" : ", 25 inline";
    using enum vector_operation;
    out.push_back(sloped("subtract" + where, n, device, {7, 9, -2}, subtract));
    out.push_back(sloped("multiply" + where, n, device, {1.5, 4, 6, true}, multiply));
    out.push_back(sloped("divide" + where, n, device, {3, 8, 0.375, true}, divide));
  }
  out.push_back(sloped("add, 1000000 in device memory", 1'000'000, true, {1, 2, 3}));

  validation_case part = sloped("add, 64 of 100 in device memory", 100, true, {2, 5, 7});
  part.length = 64;
  part.expected.resize(64);
  out.push_back(std::move(part));

  out.push_back(sloped("zero length, inline", 0, false, {}));
  validation_case zero = sloped("zero length, in device memory", 16, true, {1, 2, 3});
  zero.length = 0;
  zero.expected.clear();
  out.push_back(std::move(zero));

  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (bool const device : {false, true}) {
    validation_case c;
    c.name = std::string("division by zero, ") + (device ? "in device memory" : "inline");
    c.operation = vector_operation::divide;
    c.in_device_memory = device;
    c.a = {1, -1, 0, 1, -1, 6, 0};
    c.b = {0, 0, 0, -0.0F, -0.0F, 4, 5};
    c.expected = {inf, -inf, nan, -inf, inf, 1.5, 0};
    c.length = static_cast<std::int32_t>(c.a.size());
    out.push_back(std::move(c));
  }
}

inline void add_inline_errors(std::vector<validation_case>& out) {
  auto c = refused("lengths differ, inline", refusal::lengths_differ, 10, false);
  c.b.pop_back();
  out.push_back(c);
  c = refused("length negative, inline", refusal::negative_length, 10, false);
  c.length = -1;
  out.push_back(c);
  c = refused("inline data shorter than length", refusal::short_inline_data, 10, false);
  c.length = 11;
  out.push_back(c);
  for (std::int32_t const operation : {4, -1}) {
    c = refused("unknown operation " + std::to_string(operation), refusal::unknown_operation, 10,
                false);
    c.operation = static_cast<vector_operation>(operation);
    out.push_back(c);
  }
}

inline void add_buffer_errors(std::vector<validation_case>& out) {
  auto c = refused("lengths differ, device memory", refusal::buffer_lengths_differ, 100, true);
  c.b.pop_back();
  out.push_back(c);
  c = refused("length negative, device memory", refusal::negative_length, 100, true);
  c.length = -5;
  out.push_back(c);
  c = refused("length over the buffers a and b", refusal::over_inputs, 100, true);
  c.length = 101;
  c.result_size = 101;
  out.push_back(c);
  c = refused("length over the result's buffer", refusal::over_result, 100, true);
  c.result_size = 99;
  out.push_back(c);
  c = refused("stale handle a", refusal::stale_handle, 100, true);
  c.a_handle = handle_kind::stale;
  out.push_back(c);
  c = refused("stale handle result", refusal::stale_handle, 100, true);
  c.result_handle = handle_kind::stale;
  out.push_back(c);
  c = refused("foreign handle b", refusal::foreign_handle, 100, true);
  c.b_handle = handle_kind::foreign;
  out.push_back(c);
  c = refused("foreign handle result", refusal::foreign_handle, 100, true);
  c.result_handle = handle_kind::foreign;
  out.push_back(c);
  c = refused("no handle", refusal::no_buffer, 100, true);
  c.a_handle = handle_kind::none;
  out.push_back(c);
}

}  // namespace detail

/// Every case, in the order in which they run.
[[nodiscard]] inline std::vector<validation_case> validation_cases() {
  std::vector<validation_case> all;
  detail::add_values(all);
  detail::add_inline_errors(all);
  detail::add_buffer_errors(all);
  return all;
}

}  // namespace gyre::tool
