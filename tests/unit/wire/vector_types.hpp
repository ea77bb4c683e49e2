#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "test_data.hpp"
#include "value_text.hpp"

/// C# types by the name that vectors have for them, and what reads and writes them here. The table
/// is in several files, which are compiled at once: each type costs a tenth of a second or more.
namespace vector_types {

namespace wire = gyre::wire;
using std::optional;
using std::vector;
using test_data::bytes;

/// How far the bytes are determined.
enum class form : std::uint8_t {
  same,    ///< Written as they were read.
  padded,  ///< C# leaves anything between the parts; we write zeros.
  other,   ///< We have a form of our own: UTF-8 instead of UTF-16, an offset of 32 bits.
};

/// One C++ type without the type, so that what a test does with it is compiled once.
struct calls {
  void* (*make)();
  void (*drop)(void* value);
  /// Into a new value.
  wire::status (*read)(bytes const& in, void* out);
  void (*write)(void const* value, bytes& out);
  void (*describe)(void const* value, test_data::value_text& out);
};

struct entry {
  calls const* type;
  form bytes_are = form::same;
};
using registry = std::map<std::string, entry>;

/// `Exact`: with the UTF-16 lengths that C# writes. Bytes that it was handed as UTF-8 have none.
template <class T, bool Exact>
inline constexpr calls calls_of{
    []() -> void* { return new T{}; },
    [](void* value) {
      auto* const of = static_cast<T*>(value);
      if constexpr (wire::has_circular_references<T>) (void)wire::dismantle(*of);
      delete of;
    },
    [](bytes const& in, void* out) { return wire::decode(in, *static_cast<T*>(out)); },
    [](void const* value, bytes& out) {
      using policy =
          std::conditional_t<Exact, wire::utf16_length_exact, wire::utf16_length_unknown>;
      T const& of = *static_cast<T const*>(value);
      out.resize(wire::encoded_size(of));
      out.resize(wire::encode_unchecked(of, out.data(), policy{}));
    },
    [](void const* value, test_data::value_text& out) {
      test_data::write_down(*static_cast<T const*>(value), out);
    }};

template <class T, bool Exact = true>
entry as(form bytes_are = form::same) {
  return {&calls_of<T, Exact>, bytes_are};
}

/// The collections that a type may be in. Pairs instead of maps: they keep C#'s order. The key of
/// the maps is an int or a string; `padding` is what C# has round the value after an int.
template <class T>
void add_collections(registry& all, std::string const& name, form padding) {
  entry const sequence = as<optional<vector<T>>>();
  all[name + "[]"] = sequence;
  for (auto const* const collection :
       {"List", "Queue", "Stack", "HashSet", "SortedSet", "LinkedList", "IEnumerable", "IList",
        "ICollection", "IReadOnlyList", "Collection", "ImmutableArray", "Memory", "ArraySegment"}) {
    all[collection + ("<" + name + ">")] = sequence;
  }
  entry const by_number = as<optional<vector<std::pair<std::int32_t, T>>>>(padding);
  entry const by_name = as<optional<vector<std::pair<std::string, T>>>>();
  for (auto const* const map : {"Dictionary", "SortedDictionary", "IDictionary"}) {
    all[map + ("<int," + name + ">")] = by_number;
    all[map + ("<string," + name + ">")] = by_name;
  }
}

/// An unmanaged type, what may be null of it, and collections of both.
template <class T>
void add(registry& all, std::string const& name) {
  all[name] = as<T>();
  all[name + "?"] = as<optional<T>>(form::padded);
  bool const packed = alignof(T) <= 4 && sizeof(T) % 4 == 0;
  add_collections<T>(all, name, packed ? form::same : form::padded);
  all[name + "?[]"] = as<optional<vector<optional<T>>>>(form::padded);
  all["List<" + name + "?>"] = all[name + "?[]"];
}

void add_integers(registry& all);
void add_times(registry& all);
void add_numbers(registry& all);
void add_strings(registry& all);
void add_objects(registry& all);
void add_tuples(registry& all);

/// All of them, their names without spaces.
[[nodiscard]] registry const& known();

/// Empty if these bytes are read as `value` (if that is known) and written again; else what is
/// wrong.
[[nodiscard]] std::string fault_in(entry const& type, bytes const& golden,
                                   optional<std::string> const& value);

}  // namespace vector_types
