#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <vector/vector_messages.hpp>

namespace gyre::tool {

/// Appends the reply as a line of JSON, fields by name; `elements` stand as `inline_result`, in the
/// shortest text that reads back to the same f32, or "NaN", "Infinity", "-Infinity".
void write_response(vector_add_response const& reply, std::span<float const> elements,
                    std::string& out);

/// Appends {"line":N,"error":"…"}.
void write_line_error(std::uint64_t line, std::string_view error, std::string& out);

}  // namespace gyre::tool
