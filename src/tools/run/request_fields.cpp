#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "request_fields.hpp"

namespace gyre::tool {

namespace {

constexpr std::array<std::string_view, 11> field_names{
    "message_id", "priority", "correlation_id", "length",   "operation", "use_gpu_memory",
    "a",          "b",        "result",         "inline_a", "inline_b"};

constexpr std::array<std::string_view, 4> operation_names{"add", "subtract", "multiply", "divide"};

/// Edits that turn one word into the other (Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      std::size_t const edits = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({edits, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view name_of(field f) noexcept { return field_names[static_cast<std::size_t>(f)]; }

std::optional<field> field_of(std::string_view name) noexcept {
  auto const found = std::find(field_names.begin(), field_names.end(), name);
  if (found == field_names.end()) return std::nullopt;
  return static_cast<field>(found - field_names.begin());
}

std::string_view nearest_field(std::string_view name) {
  name = name.substr(0, 64);  // no name is that long
  return *std::min_element(field_names.begin(), field_names.end(),
                           [&](auto x, auto y) { return distance(name, x) < distance(name, y); });
}

std::optional<vector_operation> operation_of(std::string_view name) noexcept {
  auto const found = std::find(operation_names.begin(), operation_names.end(), name);
  if (found == operation_names.end()) return std::nullopt;
  return static_cast<vector_operation>(found - operation_names.begin());
}

std::string_view allowed_in(field f, int depth) noexcept {
  if (depth == 0) return "an object";
  switch (f) {
    case field::message_id:
      return "a uuid such as \"6f0d6a52-6a3c-4c1e-9d5e-0a6a7d2f9b11\", not nil";
    case field::correlation_id: return "a uuid, or null";
    case field::priority: return "a whole number, 0 to 255";
    case field::length: return "a whole number, -2147483648 to 2147483647";
    case field::operation: return "add, subtract, multiply, divide, or its number";
    case field::use_gpu_memory: return "true, false";
    case field::a:
    case field::b:
    case field::result: return "a whole number, 0 to 18446744073709551615";
    case field::inline_a:
    case field::inline_b: break;
  }
  if (depth == 1) return "an array of numbers";
  return "a number from -3.4028235e38 to 3.4028235e38, \"NaN\", \"Infinity\", \"-Infinity\"";
}

}  // namespace gyre::tool
