// expect: constraints not satisfied|no matching function
// Only a message whose every byte stands at a known place is put into words.

#include <gyre/core/inplace.hpp>
#include <gyre/wire/words.hpp>

struct named {
  gyre::inplace_string<8> name;
};

void write(named const& value, std::byte* out) { gyre::wire::encode_words(value, out); }
