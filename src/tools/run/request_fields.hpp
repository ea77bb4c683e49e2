#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <vector/vector_messages.hpp>

/// The fields of a request's line: their names, and what each may hold.
namespace gyre::tool {

enum class field : std::uint8_t {
  message_id,
  priority,
  correlation_id,
  length,
  operation,
  use_gpu_memory,
  a,
  b,
  result,
  inline_a,
  inline_b,
};

[[nodiscard]] std::string_view name_of(field f) noexcept;
[[nodiscard]] std::optional<field> field_of(std::string_view name) noexcept;
/// The name that takes the fewest edits.
[[nodiscard]] std::string_view nearest_field(std::string_view name);

/// add, subtract, multiply, divide.
[[nodiscard]] std::optional<vector_operation> operation_of(std::string_view name) noexcept;

/// What may stand there. `depth` 0: as the line itself; 1: as the field's value; 2: as an element
/// of its array.
[[nodiscard]] std::string_view allowed_in(field f, int depth) noexcept;

}  // namespace gyre::tool
