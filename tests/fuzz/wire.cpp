// The wire under libFuzzer: whatever the bytes, a reader comes back with a value or a fault, and
// what it accepted is written, read and written again the same. `./dev fuzz` runs it.

#include <cstddef>
#include <cstdint>

#include "fuzz/wire/inputs.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::one_input({reinterpret_cast<std::byte const*>(data), size});
  return 0;
}
