#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gyre/wire/codec.hpp>
#include <gyre/wire/schema.hpp>

#include "language.hpp"

namespace gyre::wire {

namespace {

using detail::has_members;
using detail::is_declared;

using row = std::array<std::string, 5>;

std::string bytes_of(std::size_t least, std::size_t most) {
  if (least == most) return std::to_string(least);
  if (most == unbounded) return std::to_string(least) + "..";
  return std::to_string(least) + ".." + std::to_string(most);
}

/// "[]", "[4]", "[..25]".
std::string bounds_of(schema_type const& t) {
  if (t.capacity == SIZE_MAX) return "[]";
  return (t.least == t.capacity ? "[" : "[..") + std::to_string(t.capacity) + "]";
}

std::string type_text(schema const& s, std::size_t index) {
  schema_type const& t = s.types[index];
  std::vector<std::string> parts;
  if (!is_declared(t.form)) {
    for (std::size_t const part : t.parts) parts.push_back(type_text(s, part));
  }
  std::string const listed = detail::joined(parts, ", ");
  std::string const form(to_string(t.form));
  switch (t.form) {
    case shape::string: return t.capacity == SIZE_MAX ? "string" : "string" + bounds_of(t);
    case shape::sequence: return listed + bounds_of(t);
    case shape::optional:
    case shape::owned:
    case shape::reference: return listed + "?";
    case shape::grid: return form + "<" + listed + ", " + std::to_string(t.least) + ">";
    case shape::set:
    case shape::map:
    case shape::pair:
    case shape::tuple: return form + "<" + listed + ">";
    case shape::one_of:
      if (t.name.empty()) {
        for (std::size_t const part : t.parts) parts.push_back(type_text(s, part));
        return form + "<" + detail::joined(parts, ", ") + ">";
      }
      return t.name;
    default: return is_declared(t.form) ? t.name : form;
  }
}

std::string enum_value(schema const& s, schema_type const& t, std::int64_t value) {
  bool const is_unsigned = s.types[t.parts.front()].form == shape::uint64;
  return is_unsigned ? std::to_string(static_cast<std::uint64_t>(value)) : std::to_string(value);
}

std::string default_of(schema const& s, schema_member const& m) {
  if (m.other_default) return " = …";
  if (!m.default_value) return {};
  schema_type const* t = &s.types[m.type];
  if (t->form == shape::optional) t = &s.types[t->parts.front()];
  if (t->form == shape::string) return " = " + detail::quoted(*m.default_value);
  if (t->form == shape::enumeration) {
    for (schema_enumerator const& e : t->enumerators) {
      if (enum_value(s, *t, e.value) == *m.default_value) return " = " + e.name;
    }
  }
  return " = " + *m.default_value;
}

/// Rows in columns two spaces apart; numbers to the right. The last column may hold anything.
std::string aligned(std::vector<row> const& rows) {
  std::array<std::size_t, 5> widths{};
  for (row const& r : rows) {
    for (std::size_t c = 0; c < r.size(); ++c) widths[c] = std::max(widths[c], r[c].size());
  }
  std::string out;
  for (row const& r : rows) {
    for (std::size_t c = 0; c < r.size(); ++c) {
      std::string const gap(widths[c] - r[c].size(), ' ');
      bool const is_last = c + 1 == r.size();
      out += "  ";
      out += c < 2 ? gap + r[c] : is_last ? r[c] : r[c] + gap;
    }
    out += '\n';
  }
  return out;
}

std::string members_text(schema const& s, schema_type const& t) {
  std::vector<row> rows{{"order", "offset", "size", "member", "type"}};
  std::size_t slot = 0;
  for (schema_member const& m : t.members) {
    for (; slot < m.order; ++slot) rows.push_back({std::to_string(slot), "-", "0", "-", "(gap)"});
    schema_type const& of = s.types[m.type];
    rows.push_back({std::to_string(m.order), m.offset ? std::to_string(*m.offset) : "-",
                    bytes_of(of.min_size, of.max_size), m.name,
                    type_text(s, m.type) + default_of(s, m)});
    ++slot;
  }
  return aligned(rows);
}

std::string declared_text(schema const& s, std::size_t index) {
  schema_type const& t = s.types[index];
  std::string out = type_text(s, index) + ": ";
  if (t.form == shape::enumeration) {
    out += "enum of " + type_text(s, t.parts.front()) + "\n";
    for (schema_enumerator const& e : t.enumerators) {
      out += "  " + enum_value(s, t, e.value) + "  " + e.name + "\n";
    }
    return out;
  }
  out += std::string(to_string(t.form)) + ", " + bytes_of(t.min_size, t.max_size) + " bytes\n";
  if (t.form == shape::one_of) {
    for (std::size_t i = 0; i < t.parts.size(); ++i) {
      out += "  tag " + std::to_string(t.tags[i]) + "  " + type_text(s, t.parts[i]) + "\n";
    }
  } else if (has_members(t.form) && !t.members.empty()) {
    out += members_text(s, t);
  }
  return out;
}

}  // namespace

std::string schema_text(schema const& s) {
  std::string out;
  auto const add = [&](std::string const& text) {
    if (!out.empty()) out += '\n';
    out += text;
  };
  for (std::size_t const root : s.roots) {
    schema_type const& t = s.types[root];
    if (is_declared(t.form)) continue;
    add(type_text(s, root) + ": " + bytes_of(t.min_size, t.max_size) + " bytes\n");
  }
  for (std::size_t i = 0; i < s.types.size(); ++i) {
    if (is_declared(s.types[i].form)) add(declared_text(s, i));
  }
  return out;
}

}  // namespace gyre::wire
