#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gyre/wire/words.hpp>

#include "test_data.hpp"
#include "vector_types.hpp"

/// What the rows of data/vectors.json are read as. The types are told apart here, and the checks
/// made of them are compiled once: each type costs a tenth of a second or more.
namespace golden {

namespace wire = gyre::wire;
using test_data::bytes;

using check = std::function<void(bytes const&)>;
using checks = std::map<std::string, check>;

/// The calls of `wire/words.hpp` without the type.
struct words_calls {
  void (*write)(void const* value, std::byte* out);
  wire::status (*read)(std::byte const* in, void* out);
};

/// A value without its type.
struct expectation {
  std::shared_ptr<void const> value;
  vector_types::calls const* type;
  bool (*equal)(void const* a, void const* b);
  words_calls const* words;  ///< Null if the type has no fixed layout.
};

template <class T>
inline constexpr words_calls words_of{
    [](void const* value, std::byte* out) {
      wire::encode_words(*static_cast<T const*>(value), out);
    },
    [](std::byte const* in, void* out) { return wire::decode_words(in, *static_cast<T*>(out)); }};

template <class T, bool Exact = true>
expectation expect(T value) {
  words_calls const* words = nullptr;
  if constexpr (wire::fixed_layout<T>) words = &words_of<T>;
  // Not make_shared: it costs more to compile.
  return {std::shared_ptr<void const>(std::shared_ptr<T const>(new T(std::move(value)))),
          &vector_types::calls_of<T, Exact>,
          [](void const* a, void const* b) {
            return bool(*static_cast<T const*>(a) == *static_cast<T const*>(b));
          },
          words};
}

check check_of(expectation e);
check check_of_other_form(expectation e);

/// Reads as `value`, and is written again byte for byte; where the layout is fixed, also in words.
template <class T>
check is(T&& value) {
  return check_of(expect<std::decay_t<T>>(std::forward<T>(value)));
}

/// Reads as `value`; our writer has another form for it (UTF-8, or the full offset).
template <class T>
check reads_as(T value) {
  return check_of_other_form(expect<T, false>(std::move(value)));
}

/// How many checks went by words too.
int seen_in_words();

gyre::uuid guid(std::string_view text_form = "00112233-4455-6677-8899-aabbccddeeff");

void add_numbers(checks& c);
void add_nullables(checks& c);
void add_collections(checks& c);
void add_objects(checks& c);
void add_graphs(checks& c);

}  // namespace golden
