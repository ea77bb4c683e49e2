#include "vector_types.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace vector_types {

namespace {

using test_data::to_hex;

std::string text_of(calls const& type, void const* value) {
  test_data::value_text out;
  type.describe(value, out);
  return out.take();
}

/// Whether `ours` has zeros wherever it differs.
bool differs_in_zeros(bytes const& ours, bytes const& golden) {
  if (ours.size() != golden.size()) return false;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i] != golden[i] && ours[i] != std::byte{0}) return false;
  }
  return true;
}

}  // namespace

std::string fault_in(entry const& type, bytes const& golden, optional<std::string> const& value) {
  calls const& t = *type.type;
  std::unique_ptr<void, void (*)(void*)> const got(t.make(), t.drop);
  if (wire::status const s = t.read(golden, got.get()); !s) {
    return "at byte " + std::to_string(s.offset) + ": " + std::string(wire::explain(s.code));
  }
  std::string const text = text_of(t, got.get());
  if (value && text != *value) return "read as " + text + ", not " + *value;
  bytes ours;
  t.write(got.get(), ours);
  if (ours == golden) return {};
  if (type.bytes_are == form::same) return "written as " + to_hex(ours);
  if (type.bytes_are == form::padded && !differs_in_zeros(ours, golden)) {
    return "not the padding differs: " + to_hex(ours);
  }
  // Another form of the same value: what we write must be read as what it was.
  std::unique_ptr<void, void (*)(void*)> const again(t.make(), t.drop);
  if (!t.read(ours, again.get())) return "not read again: " + to_hex(ours);
  std::string const second = text_of(t, again.get());
  return second == text ? std::string() : "read again as " + second;
}

registry const& known() {
  static registry const all = [] {
    registry r;
    add_integers(r);
    add_times(r);
    add_numbers(r);
    add_strings(r);
    add_objects(r);
    add_tuples(r);
    return r;
  }();
  return all;
}

}  // namespace vector_types
