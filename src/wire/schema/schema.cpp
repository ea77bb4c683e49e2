#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include <gyre/wire/detail/schema_build.hpp>
#include <gyre/wire/schema.hpp>

namespace gyre::wire {

std::string_view to_string(shape s) noexcept {
  constexpr std::string_view names[] = {"bool",
                                        "int8",
                                        "uint8",
                                        "int16",
                                        "uint16",
                                        "int32",
                                        "uint32",
                                        "int64",
                                        "uint64",
                                        "float32",
                                        "float64",
                                        "char16",
                                        "char32",
                                        "uuid",
                                        "date_time",
                                        "time_span",
                                        "date_only",
                                        "time_only",
                                        "date_time_offset",
                                        "decimal",
                                        "half",
                                        "int128",
                                        "uint128",
                                        "enum",
                                        "string",
                                        "sequence",
                                        "set",
                                        "map",
                                        "pair",
                                        "tuple",
                                        "optional",
                                        "owned",
                                        "reference",
                                        "grid",
                                        "union",
                                        "object",
                                        "version-tolerant object",
                                        "circular object",
                                        "unmanaged struct"};
  static_assert(std::size(names) == static_cast<std::size_t>(shape::unmanaged) + 1);
  auto const index = static_cast<std::size_t>(s);
  return index < std::size(names) ? names[index] : "unknown";
}

namespace detail {

namespace {

template <class F>
std::string float_text(F value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  std::array<char, 32> text{};
  auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

constexpr bool opens(char c) { return c == '<' || c == '(' || c == '{' || c == '['; }
constexpr bool closes(char c) { return c == '>' || c == ')' || c == '}' || c == ']'; }

}  // namespace

std::size_t place_of(schema const& s, void const* key) noexcept {
  std::size_t i = 0;
  while (i < s.types.size() && s.types[i].key != key) ++i;
  return i;
}

std::string number_text(std::int64_t value) { return std::to_string(value); }
std::string number_text(std::uint64_t value) { return std::to_string(value); }
std::string number_text(float value) { return float_text(value); }
std::string number_text(double value) { return float_text(value); }

// g++ spells "… GyreValues = {ns::e::one, (ns::e)2}; …]", clang++ has angle brackets instead.
std::vector<schema_enumerator> named_values(std::string_view spelled,
                                            std::span<std::int64_t const> values) {
  std::vector<schema_enumerator> found;
  constexpr std::string_view marker = "GyreValues = ";
  std::size_t at = spelled.find(marker);
  if (at == std::string_view::npos) return found;
  at += marker.size() + 1;
  for (std::int64_t const value : values) {
    std::size_t const begin = at;
    for (int depth = 0; at < spelled.size(); ++at) {
      if (opens(spelled[at])) ++depth;
      if (depth == 0 && (spelled[at] == ',' || closes(spelled[at]))) break;
      if (closes(spelled[at])) --depth;
    }
    std::string_view const name = last_identifier(spelled.substr(begin, at - begin));
    bool const is_number = name.empty() || (name.front() >= '0' && name.front() <= '9');
    if (!is_number) found.push_back({std::string(name), value});
    at += 2;
    if (at >= spelled.size()) break;
  }
  return found;
}

}  // namespace detail
}  // namespace gyre::wire
