#include "states.hpp"

#include <cstddef>
#include <fstream>
#include <system_error>
#include <vector>

#include <gyre/wire.hpp>

// The states as one MemoryPack message: any program that knows the types reads them.

namespace gate {

gyre::result<void> save(std::filesystem::path const& file, saved_states const& states) {
  auto const bytes = gyre::wire::write(states);
  if (!bytes) return tl::unexpected<gyre::error>(bytes.error());
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<char const*>(bytes->data()),
            static_cast<std::streamsize>(bytes->size()));
  out.close();
  if (out) return {};
  return gyre::fail(gyre::errc::input_output, file.string() + " cannot be written");
}

gyre::result<saved_states> load(std::filesystem::path const& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code fault;
  auto const size = std::filesystem::file_size(file, fault);
  std::vector<std::byte> bytes(fault ? 0 : size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (fault || !in) {
    return gyre::fail(gyre::errc::input_output, file.string() + " cannot be read");
  }
  return gyre::wire::read<saved_states>(bytes);
}

}  // namespace gate
