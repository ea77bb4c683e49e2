#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <vector/vector_messages.hpp>

namespace gyre::tool {

/// A request as a line of JSON has it: vectors of any length.
struct request_line {
  vector_add_request request;  ///< All but the inline vectors; its id is nil if the line has none.
  std::vector<float> a;
  std::vector<float> b;
};

/// Reads one line: an object whose fields are called as those of `vector_add_request`. Required:
/// operation (a name or a number), inline_a, inline_b (numbers, or "NaN", "Infinity", "-Infinity");
/// where a handle is given, the vectors may be left out. `length` is inline_a's unless given.
///
/// Returns an empty text, or what is wrong: the field, its value, what is allowed; for bad JSON the
/// column. `out` is overwritten, keeping its memory.
[[nodiscard]] std::string read_request(std::string_view line, request_line& out);

}  // namespace gyre::tool
