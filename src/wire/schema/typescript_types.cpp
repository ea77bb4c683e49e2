#include <array>
#include <cstdint>

#include <gyre/wire/detail/bytes.hpp>

#include "typescript_types.hpp"

namespace gyre::wire::detail {

namespace {

bool is_long(shape form) { return form == shape::int64 || form == shape::uint64; }

/// What a Uint8Array holds.
bool is_bytes(declaration& d, schema_type const& t) {
  return t.form == shape::sequence && d.part(t).form == shape::uint8;
}

/// What an array of, or a null of, has a fixed size and no header.
bool lies_flat(schema_type const& t) { return t.align != 0; }

/// C# writes an entry of unmanaged key and value as a struct in memory. Where that has padding,
/// TypeScript's runtimes (ours, and that of Cysharp/MemoryPack) and C# would disagree.
bool is_padded(schema_type const& key, schema_type const& value) {
  if (key.align == 0 || value.align == 0) return false;
  std::size_t const align = key.align > value.align ? key.align : value.align;
  std::size_t const end = align_up(key.min_size, value.align) + value.min_size;
  return align_up(end, align) != key.min_size + value.min_size;
}

std::string map_type(declaration& d, schema_type const& t) {
  if (is_padded(d.part(t, 0), d.part(t, 1))) {
    return d.refuse("a map whose entries C# pads: " + std::string(to_string(d.part(t, 0).form)) +
                    " and " + std::string(to_string(d.part(t, 1).form)) + " differ in alignment");
  }
  std::string const key = typescript_type(d, d.part(t, 0));
  return "Map<" + key + ", " + typescript_type(d, d.part(t, 1)) + ">";
}

std::string_view reason(shape form) {
  switch (form) {
    case shape::char16:
    case shape::char32: return "a character; use a string";
    case shape::unmanaged: return "an unmanaged struct; make it an object";
    case shape::version_tolerant: return "a version-tolerant object";
    case shape::circular:
    case shape::reference: return "a circular reference";
    case shape::pair:
    case shape::tuple: return "a tuple; use an object";
    case shape::grid: return "an array of several dimensions; use one, and its extents";
    default: return {};
  }
}

/// The method of the runtime's reader and writer.
std::string_view method(shape form) {
  constexpr std::array<std::string_view, 11> numbers{"boolean", "int8",    "uint8",  "int16",
                                                     "uint16",  "int32",   "uint32", "int64",
                                                     "uint64",  "float32", "float64"};
  if (is_number(form)) return numbers[static_cast<std::size_t>(form)];
  if (form == shape::uuid) return "guid";
  return form == shape::date_time ? "dateTime" : "string";
}

std::string or_null(schema_type const& inner) {
  bool const counted = inner.form == shape::string || inner.form == shape::sequence ||
                       inner.form == shape::set || inner.form == shape::map;
  return counted ? "collectionOrNull" : "objectOrNull";
}

/// ", 0, 25", where a collection has bounds.
std::string bounds(schema_type const& t) {
  if (t.capacity == SIZE_MAX) return {};
  return ", " + std::to_string(t.least) + ", " + std::to_string(t.capacity);
}

}  // namespace

std::string typescript_type(declaration& d, schema_type const& t) {
  switch (t.form) {
    case shape::boolean: return "boolean";
    case shape::uuid:
    case shape::string: return "string";
    case shape::date_time: return "DateTime";
    case shape::enumeration:
      if (is_long(d.part(t).form)) return d.refuse("an enum of 64 bits");
      return d.name(d.index_of(t));
    case shape::one_of:
    case shape::object: return d.name(d.index_of(t));
    case shape::sequence: {
      if (is_bytes(d, t)) return "Uint8Array";
      std::string const element = typescript_type(d, d.part(t));
      return element.find(' ') == std::string::npos ? element + "[]" : "Array<" + element + ">";
    }
    case shape::set: return "Set<" + typescript_type(d, d.part(t)) + ">";
    case shape::map: return map_type(d, t);
    case shape::optional:
    case shape::owned: return typescript_type(d, d.part(t)) + " | null";
    default: break;
  }
  if (is_number(t.form)) return is_long(t.form) ? "bigint" : "number";
  std::string_view const why = reason(t.form);
  return d.refuse(why.empty() ? "it has no type " + std::string(to_string(t.form)) : why);
}

std::string typescript_nothing(declaration& d, schema_type const& t) {
  switch (t.form) {
    case shape::boolean: return "false";
    case shape::uuid: return "\"00000000-0000-0000-0000-000000000000\"";
    case shape::string: return "\"\"";
    case shape::date_time: return "new DateTime()";
    case shape::optional:
    case shape::owned: return "null";
    case shape::enumeration: return typescript_value(d, t, "0");
    case shape::sequence: {
      std::string const count = std::to_string(t.least);
      if (is_bytes(d, t)) return "new Uint8Array(" + count + ")";
      if (t.least == 0) return "[]";
      return "Array.from(new Array(" + count + "), () => " + typescript_nothing(d, d.part(t)) + ")";
    }
    case shape::set:
    case shape::map: return "new " + typescript_type(d, t) + "()";
    case shape::one_of: return typescript_nothing(d, d.part(t));
    case shape::object: return "new " + d.name(d.index_of(t)) + "()";
    default: return is_long(t.form) ? "0n" : "0";
  }
}

std::string typescript_value(declaration& d, schema_type const& t, std::string const& value) {
  if (t.form == shape::optional) return typescript_value(d, d.part(t), value);
  if (t.form == shape::string) return quoted(value);
  if (t.form == shape::enumeration) {
    auto const names = d.member_names(t, pascal_case, {});
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (std::to_string(t.enumerators[i].value) == value) {
        return d.name(d.index_of(t)) + "." + names[i];
      }
    }
    return value + " as number as " + d.name(d.index_of(t));
  }
  return is_long(t.form) ? value + "n" : value;
}

std::string typescript_write(declaration& d, schema_type const& t, std::string const& value,
                             int depth) {
  std::string const inner = "v" + std::to_string(depth);
  auto const lambda = [&](schema_type const& of) {
    return "(" + inner + ") => " + typescript_write(d, of, inner, depth + 1);
  };
  switch (t.form) {
    case shape::enumeration: return typescript_write(d, d.part(t), value, depth);
    case shape::object:
    case shape::one_of: return d.name(d.index_of(t)) + ".write(writer, " + value + ")";
    case shape::string:
      return "writer.string(" + value +
             (t.capacity == SIZE_MAX ? ")" : ", " + std::to_string(t.capacity) + ")");
    case shape::sequence:
      if (is_bytes(d, t)) return "writer.bytes(" + value + bounds(t) + ")";
      return std::string("writer.") + (lies_flat(d.part(t)) ? "values(" : "array(") + value + ", " +
             lambda(d.part(t)) + bounds(t) + ")";
    case shape::set: return "writer.set(" + value + ", " + lambda(d.part(t)) + ")";
    case shape::map:
      return "writer.map(" + value + ", " + lambda(d.part(t, 0)) + ", " + lambda(d.part(t, 1)) +
             ")";
    case shape::owned: return "writer.owned(" + value + ", " + lambda(d.part(t)) + ")";
    case shape::optional:
      if (lies_flat(t)) {
        return "writer.nullable(" + value + ", " + std::to_string(t.align) + ", " +
               std::to_string(d.part(t).min_size) + ", " + lambda(d.part(t)) + ")";
      }
      return "writer." + or_null(d.part(t)) + "(" + value + ", " + lambda(d.part(t)) + ")";
    default: return "writer." + std::string(method(t.form)) + "(" + value + ")";
  }
}

std::string typescript_read(declaration& d, schema_type const& t) {
  auto const lambda = [&](schema_type const& of) { return "() => " + typescript_read(d, of); };
  auto const least_of = [](schema_type const& of) { return std::to_string(of.shortest); };
  switch (t.form) {
    case shape::enumeration: return typescript_read(d, d.part(t)) + " as " + d.name(d.index_of(t));
    case shape::object:
    case shape::one_of: return d.name(d.index_of(t)) + ".read(reader)";
    case shape::sequence: {
      if (is_bytes(d, t)) {
        std::string const limits = bounds(t);
        return "reader.bytes(" + (limits.empty() ? limits : limits.substr(2)) + ")";
      }
      schema_type const& element = d.part(t);
      return std::string("reader.") + (lies_flat(element) ? "values(" : "array(") +
             least_of(element) + ", " + lambda(element) + bounds(t) + ")";
    }
    case shape::set: return "reader.set(" + least_of(d.part(t)) + ", " + lambda(d.part(t)) + ")";
    case shape::map:
      return "reader.map(" + std::to_string(d.part(t, 0).shortest + d.part(t, 1).shortest) + ", " +
             lambda(d.part(t, 0)) + ", " + lambda(d.part(t, 1)) + ")";
    case shape::owned: return "reader.owned(" + lambda(d.part(t)) + ")";
    case shape::optional:
      if (lies_flat(t)) {
        return "reader.nullable(" + std::to_string(t.align) + ", " +
               std::to_string(d.part(t).min_size) + ", " + lambda(d.part(t)) + ")";
      }
      return "reader." + or_null(d.part(t)) + "(" + lambda(d.part(t)) + ")";
    default: return "reader." + std::string(method(t.form)) + "()";
  }
}

}  // namespace gyre::wire::detail
