#include <algorithm>
#include <array>

#include "csharp_types.hpp"

namespace gyre::wire::detail {

namespace {

constexpr std::array<std::string_view, 23> simple{
    "bool",     "sbyte",    "byte",           "short",   "ushort", "int",    "uint",     "long",
    "ulong",    "float",    "double",         "char",    "Rune",   "Guid",   "DateTime", "TimeSpan",
    "DateOnly", "TimeOnly", "DateTimeOffset", "decimal", "Half",   "Int128", "UInt128"};

bool is_simple(shape form) { return static_cast<std::size_t>(form) < simple.size(); }

bool is_nullable(shape form) {
  return form == shape::optional || form == shape::owned || form == shape::reference;
}

/// `element` with one more pair of brackets. The outermost stand first, but for those that a `?`
/// has closed: an array of `int[,]` is `int[][,]`, an array of `int[]?` is `int[]?[]`.
std::string array_of(std::string element, std::string_view brackets) {
  std::size_t at = element.size();
  while (at > 0 && element[at - 1] == ']') at = element.rfind('[', at - 1);
  return element.insert(at, brackets);
}

std::string listed(declaration& d, schema_type const& t) {
  std::vector<std::string> parts;
  for (std::size_t const part : t.parts) parts.push_back(csharp_type(d, d.type(part)));
  return joined(parts, ", ");
}

std::string tuple_type(declaration& d, schema_type const& t) {
  if (t.parts.empty() || t.parts.size() > 7) return d.refuse("a tuple has 1 to 7 parts");
  return t.parts.size() == 1 ? "ValueTuple<" + listed(d, t) + ">" : "(" + listed(d, t) + ")";
}

std::string tuple_value(declaration& d, schema_type const& t) {
  std::vector<std::string> parts;
  for (std::size_t const part : t.parts) parts.push_back(csharp_nothing(d, d.type(part)));
  std::string const all = "(" + joined(parts, ", ") + ")";
  bool const spelled = t.form == shape::pair || t.parts.size() == 1;
  return spelled ? "new " + csharp_type(d, t) + all : all;
}

std::string sequence_value(declaration& d, schema_type const& t) {
  schema_type const& element = d.part(t);
  if (t.least == 0) return "Array.Empty<" + csharp_type(d, element) + ">()";
  std::string const count = std::to_string(t.least);
  if (csharp_starts_right(d, element)) {
    return "new " + array_of(csharp_type(d, element), "[" + count + "]");
  }
  return "Enumerable.Range(0, " + count + ").Select(_ => " + csharp_nothing(d, element) +
         ").ToArray()";
}

}  // namespace

std::string csharp_type(declaration& d, schema_type const& t) {
  if (is_simple(t.form)) return std::string(simple[static_cast<std::size_t>(t.form)]);
  if (is_declared(t.form)) return d.name(d.index_of(t));
  switch (t.form) {
    case shape::string: return "string";
    case shape::sequence: return array_of(csharp_type(d, d.part(t)), "[]");
    case shape::grid:
      return array_of(csharp_type(d, d.part(t)), "[" + std::string(t.least - 1, ',') + "]");
    case shape::set: return "HashSet<" + listed(d, t) + ">";
    case shape::map:
      if (is_nullable(d.part(t).form)) return d.refuse("the key of a Dictionary is never null");
      return "Dictionary<" + listed(d, t) + ">";
    case shape::pair: return "KeyValuePair<" + listed(d, t) + ">";
    case shape::tuple: return tuple_type(d, t);
    case shape::optional:
    case shape::owned:
    case shape::reference: return csharp_type(d, d.part(t)) + "?";
    default: return d.refuse("it is not known to C#");
  }
}

bool csharp_starts_right(declaration& d, schema_type const& t) {
  if (is_nullable(t.form) || t.align != 0) return true;
  // A ValueTuple is its parts; a KeyValuePair with a reference in it too.
  return (t.form == shape::tuple || t.form == shape::pair) &&
         std::all_of(t.parts.begin(), t.parts.end(),
                     [&](std::size_t part) { return csharp_starts_right(d, d.type(part)); });
}

std::string csharp_nothing(declaration& d, schema_type const& t) {
  if (is_nullable(t.form)) return "null";
  if (csharp_starts_right(d, t)) return "default";
  switch (t.form) {
    case shape::string: return "\"\"";
    case shape::sequence: return sequence_value(d, t);
    case shape::grid: {
      std::string sizes = "[0";
      for (std::size_t i = 1; i < t.least; ++i) sizes += ", 0";
      return "new " + array_of(csharp_type(d, d.part(t)), sizes + "]");
    }
    case shape::pair:
    case shape::tuple: return tuple_value(d, t);
    case shape::one_of: return csharp_nothing(d, d.part(t));
    default: return "new " + csharp_type(d, t) + "()";
  }
}

std::string csharp_value(declaration& d, schema_type const& t, std::string const& value) {
  switch (t.form) {
    case shape::optional: return csharp_value(d, d.part(t), value);
    case shape::string: return quoted(value);
    case shape::float32:
    case shape::float64: {
      std::string const type = csharp_type(d, t);
      if (value == "NaN") return type + ".NaN";
      if (value == "Infinity") return type + ".PositiveInfinity";
      if (value == "-Infinity") return type + ".NegativeInfinity";
      return value + (t.form == shape::float32 ? "f" : "d");
    }
    case shape::enumeration: return "(" + csharp_type(d, t) + ")(" + value + ")";
    default: return value;
  }
}

}  // namespace gyre::wire::detail
